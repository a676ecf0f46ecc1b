//! Frames on a stream: `Content-Length: N`, an empty line, N bytes.
//!
//! A thread reads and a thread writes; between them messages are whole. What cannot be a frame is answered as such and
//! serving goes on with the next one.

use crate::options::Options;
use crate::serve::{Ended, MAX_MESSAGE_BYTES, serve};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use tokio::sync::mpsc;

/// Bytes of a frame's header.
const MAX_HEADER_BYTES: usize = 4 << 10;
/// Messages that are read ahead.
const AHEAD: usize = 64;

/// What was read.
#[derive(Debug, PartialEq, Eq)]
enum Frame {
    Body(Vec<u8>),
    /// A frame over the limit; it was passed over.
    TooLarge,
    /// A header without a length; it was passed over.
    Garbled,
    End,
}

/// Reads one frame.
fn read(from: &mut impl BufRead) -> io::Result<Frame> {
    let mut length: Option<u64> = None;
    let mut header = 0;
    let mut garbled = false;
    loop {
        let mut line = Vec::new();
        let limit = (MAX_HEADER_BYTES + 1).saturating_sub(header) as u64;
        let size = from.by_ref().take(limit).read_until(b'\n', &mut line)?;
        if size == 0 {
            return Ok(if header == 0 { Frame::End } else { Frame::Garbled });
        }
        header += size;
        if header > MAX_HEADER_BYTES {
            // Nothing says where the next one begins: at the next line that looks like one.
            return Ok(Frame::Garbled);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            match length {
                Some(length) if !garbled => return body(from, length),
                _ if header <= 2 => header = 0,
                _ => return Ok(Frame::Garbled),
            }
            continue;
        }
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                match value.trim().parse() {
                    Ok(n) => length = Some(n),
                    Err(_) => garbled = true,
                }
            }
            Some(_) => {}
            None => garbled = true,
        }
    }
}

fn body(from: &mut impl BufRead, length: u64) -> io::Result<Frame> {
    if length > MAX_MESSAGE_BYTES as u64 {
        let passed = io::copy(&mut from.by_ref().take(length), &mut io::sink())?;
        return Ok(if passed == length { Frame::TooLarge } else { Frame::End });
    }
    let mut bytes = Vec::new();
    let read = from.by_ref().take(length).read_to_end(&mut bytes)?;
    Ok(if read as u64 == length { Frame::Body(bytes) } else { Frame::End })
}

/// Writes one frame.
fn write(to: &mut impl Write, body: &[u8]) -> io::Result<()> {
    write!(to, "Content-Length: {}\r\n\r\n", body.len())?;
    to.write_all(body)?;
    to.flush()
}

/// Serves one client on a pair of streams, until it says `exit` or its stream ends.
fn on(
    from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
    options: Options,
) -> io::Result<Ended> {
    let (incoming, messages) = mpsc::channel(AHEAD);
    let (outgoing, mut answers) = mpsc::unbounded_channel::<Vec<u8>>();
    let reader = std::thread::Builder::new().name("ivs-lsp-read".to_owned());
    reader.spawn(move || {
        let mut from = BufReader::new(from);
        loop {
            // Something that is no JSON is answered as such, which is what these are.
            let body = match read(&mut from) {
                Ok(Frame::Body(body)) => body,
                Ok(Frame::TooLarge | Frame::Garbled) => Vec::new(),
                Ok(Frame::End) | Err(_) => return,
            };
            if incoming.blocking_send(body).is_err() {
                return;
            }
        }
    })?;
    let writer = std::thread::Builder::new().name("ivs-lsp-write".to_owned());
    let writer = writer.spawn(move || {
        while let Some(body) = answers.blocking_recv() {
            if write(&mut to, &body).is_err() {
                return;
            }
        }
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(serve(messages, outgoing, options));
    runtime.shutdown_background();
    // What was answered last is still on its way.
    let _ = writer.join();
    Ok(ended)
}

/// Serves one client on stdin and stdout.
///
/// # Errors
/// That no thread can be started.
pub fn stdio(options: Options) -> io::Result<Ended> {
    on(io::stdin(), io::stdout(), options)
}

/// Serves clients on an address of this machine, each with a server of its own, until the process ends. `ready` is told
/// the address, with the port that was chosen for port 0.
///
/// # Errors
/// That the address is not one of the loopback interface, or cannot be had.
pub fn listen(address: SocketAddr, options: &Options, ready: impl FnOnce(SocketAddr)) -> io::Result<()> {
    if !address.ip().is_loopback() {
        let message = format!("{} is not an address of this machine alone", address.ip());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let listener = TcpListener::bind(address)?;
    ready(listener.local_addr()?);
    for client in listener.incoming() {
        let Ok(client) = client else { continue };
        let options = options.clone();
        let _ = client.set_nodelay(true);
        std::thread::Builder::new().name("ivs-lsp-client".to_owned()).spawn(move || {
            if let Ok(writer) = TcpStream::try_clone(&client) {
                let _ = on(client, writer, options);
            }
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn frames(text: &[u8]) -> Vec<Frame> {
        let mut from = text;
        let mut out = Vec::new();
        loop {
            match read(&mut from).unwrap() {
                Frame::End => return out,
                frame => out.push(frame),
            }
        }
    }

    fn body(text: &str) -> Frame {
        Frame::Body(text.into())
    }

    #[test]
    fn frames_follow_each_other() {
        assert_eq!(
            frames(b"Content-Length: 2\r\n\r\n{}content-length:3\r\nContent-Type: x\r\n\r\n[1]"),
            [body("{}"), body("[1]")]
        );
    }

    #[test]
    fn what_is_no_frame_is_passed_over() {
        assert_eq!(
            frames(b"hello\r\n\r\nContent-Length: many\r\n\r\nContent-Length: 2\r\n\r\n{}"),
            [Frame::Garbled, Frame::Garbled, body("{}")]
        );
    }

    #[test]
    fn a_header_has_a_limit() {
        let mut long = b"X: ".to_vec();
        long.resize(MAX_HEADER_BYTES * 2, b'x');
        long.extend(b"\r\n\r\nContent-Length: 2\r\n\r\n{}");
        let frames = frames(&long);
        assert_eq!(frames.last(), Some(&body("{}")));
        assert!(frames.contains(&Frame::Garbled));
    }

    #[test]
    fn a_frame_over_the_limit_is_passed_over() {
        let mut text = format!("Content-Length: {}\r\n\r\n", MAX_MESSAGE_BYTES + 1).into_bytes();
        text.resize(text.len() + MAX_MESSAGE_BYTES + 1, b' ');
        text.extend(b"Content-Length: 2\r\n\r\n{}");
        assert_eq!(frames(&text), [Frame::TooLarge, body("{}")]);
    }

    #[test]
    fn a_frame_that_ends_too_early_is_the_end() {
        assert_eq!(frames(b"Content-Length: 10\r\n\r\n{}"), []);
    }
}
