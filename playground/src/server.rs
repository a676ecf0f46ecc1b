//! Who may ask what, and who answers.

use crate::answer::{Answer, Question};
use crate::http::{self, PATIENCE, Request, Wrong, respond};
use crate::package::Package;
use crate::site;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Connections at one time; a page has a few.
const MAX_CONNECTIONS: usize = 64;

/// Nothing is loaded from anywhere but the page's own address, and nothing may show the page in a frame.
const POLICY: &str = "Content-Security-Policy: default-src 'none'; script-src 'self'; worker-src 'self'; \
    style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const SAFETY: &[&str] = &[
    POLICY,
    "X-Content-Type-Options: nosniff",
    "Referrer-Policy: no-referrer",
    "Cross-Origin-Opener-Policy: same-origin",
    "Cross-Origin-Resource-Policy: same-origin",
    "Cache-Control: no-store",
];

/// A playground that listens.
pub struct Playground {
    listener: TcpListener,
    shared: Arc<Shared>,
}

/// How a page gets there.
pub struct Started {
    /// Where it listens: a loopback address.
    pub address: SocketAddr,
    /// The page's address with its key, which no server ever sees: it stands behind `#`.
    pub url: String,
}

struct Shared {
    address: SocketAddr,
    key: String,
    package: Mutex<Package>,
    options: ivs_lsp::Options,
    connections: AtomicUsize,
}

impl Playground {
    /// Listens on a port of the loopback interface (0: one that is free).
    ///
    /// # Errors
    /// That the port is taken, or that the system gives no random bytes.
    pub fn bind(port: u16, package: Package, options: ivs_lsp::Options) -> io::Result<(Playground, Started)> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let mut bytes = [0u8; 16];
        getrandom::fill(&mut bytes).map_err(io::Error::other)?;
        let key: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let url = format!("http://{address}/#{key}");
        let shared =
            Shared { address, key, package: Mutex::new(package), options, connections: AtomicUsize::new(0) };
        Ok((Playground { listener, shared: Arc::new(shared) }, Started { address, url }))
    }

    /// Serves pages until the process ends.
    ///
    /// # Errors
    /// That no thread can be started.
    pub fn run(self) -> io::Result<()> {
        for stream in self.listener.incoming() {
            let Ok(stream) = stream else { continue };
            let shared = self.shared.clone();
            if shared.connections.fetch_add(1, Ordering::SeqCst) >= MAX_CONNECTIONS {
                shared.connections.fetch_sub(1, Ordering::SeqCst);
                continue;
            }
            std::thread::Builder::new().name("ivs-playground".to_owned()).spawn(move || {
                let _ = shared.serve(stream);
                shared.connections.fetch_sub(1, Ordering::SeqCst);
            })?;
        }
        Ok(())
    }
}

/// What to do with a request.
enum Decision {
    Refuse(u16),
    File(site::Asset),
    Answer,
    Socket(String),
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let request = match http::read(&mut stream) {
            Ok(request) => request,
            Err(Wrong::Status(status)) => return respond(&mut stream, status, SAFETY, b""),
            Err(Wrong::Gone) => return Ok(()),
        };
        match self.decide(&request) {
            Decision::Refuse(status) => respond(&mut stream, status, SAFETY, b""),
            Decision::File(asset) => {
                let kind = format!("Content-Type: {}", asset.kind);
                let headers = [SAFETY, &[&kind, "Content-Encoding: gzip"]].concat();
                respond(&mut stream, 200, &headers, asset.bytes)
            }
            Decision::Answer => {
                let answer = self.answer(&request.body);
                let body = serde_json::to_vec(&answer).unwrap_or_default();
                let headers = [SAFETY, &["Content-Type: application/json"]].concat();
                respond(&mut stream, 200, &headers, &body)
            }
            Decision::Socket(accept) => {
                let accept = format!("Sec-WebSocket-Accept: {accept}");
                respond(&mut stream, 101, &["Upgrade: websocket", "Connection: Upgrade", &accept], b"")?;
                stream.set_read_timeout(None)?;
                stream.set_write_timeout(None)?;
                let served = crate::socket::serve(stream.try_clone()?, self.options.clone());
                let _ = stream.shutdown(Shutdown::Both);
                served
            }
        }
    }

    /// A page of another origin can send requests here, and names that lead here can be made by anybody: so the host has to be
    /// this address, the origin the page's own, and whoever asks for something of the package has to know the key.
    fn decide(&self, request: &Request) -> Decision {
        let port = self.address.port();
        let hosts = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        let Some(host) = request.header("host").filter(|h| hosts.iter().any(|own| own == h)) else {
            return Decision::Refuse(421);
        };
        let origin = request.header("origin");
        if origin.is_some_and(|o| o != format!("http://{host}")) {
            return Decision::Refuse(403);
        }
        match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/lsp") => {
                let upgrade = request.header("upgrade").is_some_and(|u| u.eq_ignore_ascii_case("websocket"));
                let version = request.header("sec-websocket-version") == Some("13");
                match request.header("sec-websocket-key") {
                    _ if origin.is_none() || !self.knows(&request.query) => Decision::Refuse(403),
                    Some(key) if upgrade && version => Decision::Socket(derive_accept_key(key.as_bytes())),
                    _ => Decision::Refuse(400),
                }
            }
            ("POST", "/ask") => {
                // A browser says where a POST comes from; without that, no page sent it.
                let known = request.header("x-ivs-key").is_some_and(|key| self.knows(key));
                if origin.is_some() && known { Decision::Answer } else { Decision::Refuse(403) }
            }
            ("GET", path) => site::asset(path).map_or(Decision::Refuse(404), Decision::File),
            _ => Decision::Refuse(405),
        }
    }

    /// Whether that is the key, in a time that does not tell how much of it is right.
    fn knows(&self, key: &str) -> bool {
        let differs = |sum: u8, (a, b): (u8, u8)| sum | (a ^ b);
        key.len() == self.key.len() && key.bytes().zip(self.key.bytes()).fold(0, differs) == 0
    }

    fn answer(&self, body: &[u8]) -> Answer {
        let answered = match serde_json::from_slice(body) {
            Ok(question) => {
                let mut package = self.package.lock().unwrap_or_else(PoisonError::into_inner);
                ask(&mut package, question)
            }
            Err(e) => Err(format!("this is no question: {e}")),
        };
        answered.unwrap_or_else(|problem| Answer::Problem { problem })
    }
}

fn ask(package: &mut Package, question: Question) -> Result<Answer, String> {
    match question {
        Question::Package => Ok(package.told()),
        Question::Build { environment, texts, show } => {
            package.edit(&texts);
            package.build(&environment, show.as_deref())
        }
        Question::Output { environment, path } => package.output(&environment, &path),
        Question::Why { environment, path, line: None } => package.why(&environment, &path),
        Question::Why { environment, path, line: Some(line) } => package.why_line(&environment, &path, line),
        Question::Graph { environment } => package.graph(&environment),
        Question::Save { path, text } => package.save(&path, &text),
    }
}
