//! The language server on a WebSocket: one message of the protocol in one message of the socket.

use futures_util::{SinkExt, StreamExt};
use std::io;
use std::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// Messages that are read ahead.
const AHEAD: usize = 64;

/// Serves the page at the other end until it is gone. Its handshake is done.
pub fn serve(stream: TcpStream, options: ivs_lsp::Options) -> io::Result<()> {
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::from_std(stream)?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(ivs_lsp::MAX_MESSAGE_BYTES))
            .max_frame_size(Some(ivs_lsp::MAX_MESSAGE_BYTES));
        let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        let (mut to_page, mut from_page) = socket.split();
        let (incoming, messages) = mpsc::channel(AHEAD);
        let (outgoing, mut answers) = mpsc::unbounded_channel::<Vec<u8>>();
        let reading = tokio::spawn(async move {
            while let Some(Ok(message)) = from_page.next().await {
                let body = match message {
                    Message::Text(text) => text.as_bytes().to_vec(),
                    Message::Binary(bytes) => bytes.to_vec(),
                    Message::Close(_) => return,
                    _ => continue,
                };
                if incoming.send(body).await.is_err() {
                    return;
                }
            }
        });
        let writing = tokio::spawn(async move {
            while let Some(body) = answers.recv().await {
                let Ok(text) = String::from_utf8(body) else { continue };
                if to_page.send(Message::text(text)).await.is_err() {
                    return;
                }
            }
            let _ = to_page.close().await;
        });
        ivs_lsp::serve(messages, outgoing, options).await;
        reading.abort();
        let _ = writing.await;
        Ok(())
    })
}
