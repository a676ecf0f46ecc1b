//! `ivs lsp` from outside: a process, its pipes, its exit code, and what each method answers about an example.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "lsp/deeds.rs"]
mod deeds;
#[path = "lsp/editor.rs"]
mod editor;
#[path = "lsp/methods.rs"]
mod methods;
#[path = "lsp/names.rs"]
mod names;
#[path = "lsp/shape.rs"]
mod shape;
#[path = "../lsp/tests/harness/text.rs"]
mod text;
#[path = "lsp/workspace.rs"]
mod workspace;

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// One end of a connection.
struct Wire<R: Read, W: Write> {
    from: BufReader<R>,
    to: W,
}

impl<R: Read, W: Write> Wire<R, W> {
    fn send(&mut self, message: Value) {
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.to.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).unwrap() > 0, "the server is gone");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", n)) => length = n.parse().unwrap(),
                _ if line == "\r\n" => break,
                other => panic!("{other:?}"),
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    /// The next message that is the answer to a request, or a notification of a method.
    fn until(&mut self, id: i64, method: &str) -> Value {
        loop {
            let message = self.receive();
            if message["id"] == id || message["method"] == method {
                return message;
            }
        }
    }

    /// Opens a file, sees its diagnostics, ends.
    fn session(&mut self, folder: &TempDir) {
        let root = format!("file://{}", folder.path().display());
        let params = json!({ "processId": null, "rootUri": root, "capabilities": {} });
        self.send(json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
        let answer = self.until(1, "");
        assert_eq!(answer["result"]["serverInfo"]["name"], "ivs");
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], "utf-16");
        self.send(json!({ "jsonrpc": "2.0", "method": "initialized", "params": {} }));
        let uri = format!("{root}/main.ivs");
        // Sixteen-bit units: the two halves of the sign count.
        let text = "let a = \"😀\" + b\n";
        let document = json!({ "uri": uri, "languageId": "ivs", "version": 1, "text": text });
        let params = json!({ "textDocument": document });
        self.send(json!({ "jsonrpc": "2.0", "method": "textDocument/didOpen", "params": params }));
        let told = loop {
            let told = self.until(-1, "textDocument/publishDiagnostics");
            if told["params"]["version"] == 1 {
                break told;
            }
        };
        let range = json!({ "start": { "line": 0, "character": 15 }, "end": { "line": 0, "character": 16 } });
        assert_eq!(told["params"]["diagnostics"][0]["code"], "IVS1001");
        assert_eq!(told["params"]["diagnostics"][0]["range"], range);
        self.send(json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }));
        assert_eq!(self.until(2, "")["result"], Value::Null);
        self.send(json!({ "jsonrpc": "2.0", "method": "exit" }));
    }
}

fn package() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("ivs.toml"),
        "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nivs = \"1\"\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("main.ivs"), "let a = 1\n").unwrap();
    folder
}

fn start(args: &[&str], folder: &TempDir) -> Child {
    start_with(args, folder, None)
}

fn start_with(args: &[&str], folder: &TempDir, variable: Option<(&str, &str)>) -> Child {
    Command::new(env!("CARGO_BIN_EXE_ivs"))
        .arg("lsp")
        .args(args)
        .current_dir("/")
        .env_clear()
        .env("IVS_CACHE", folder.path().join(".cache"))
        .envs(variable)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_session_over_stdin_and_stdout() {
    let folder = package();
    for args in [&[][..], &["--stdio"]] {
        let mut server = start(args, &folder);
        let (from, to) = (BufReader::new(server.stdout.take().unwrap()), server.stdin.take().unwrap());
        let mut wire = Wire { from, to };
        wire.session(&folder);
        // The pipe is still open: the process ends because it was told to.
        assert_eq!(server.wait().unwrap().code(), Some(0));
        drop(wire);
        let mut said = String::new();
        server.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "");
    }
}

/// The allocator of a server gives back what is free: whoever says otherwise is heard.
#[test]
#[cfg(target_os = "linux")]
fn a_server_is_thrifty_unless_told_otherwise() {
    let folder = package();
    for (said, expected) in [(None, "MIMALLOC_PURGE_DELAY=0"), (Some("50"), "MIMALLOC_PURGE_DELAY=50")] {
        let mut server = start_with(&[], &folder, said.map(|delay| ("MIMALLOC_PURGE_DELAY", delay)));
        let (from, to) = (BufReader::new(server.stdout.take().unwrap()), server.stdin.take().unwrap());
        let mut wire = Wire { from, to };
        // It is the process that was started which answers.
        wire.send(
            json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": { "capabilities": {} } }),
        );
        assert_eq!(wire.until(1, "")["result"]["serverInfo"]["name"], "ivs");
        let environment = std::fs::read(format!("/proc/{}/environ", server.id())).unwrap();
        let said: Vec<&[u8]> = environment.split(|b| *b == 0).collect();
        assert!(said.contains(&expected.as_bytes()), "{:?}", String::from_utf8_lossy(&environment));
        drop(wire);
        server.wait().unwrap();
    }
}

#[test]
fn a_client_that_is_gone_ends_the_server() {
    let folder = package();
    let mut server = start(&[], &folder);
    drop(server.stdin.take());
    assert_eq!(server.wait().unwrap().code(), Some(1));
}

#[test]
fn sessions_over_a_socket() {
    let folder = package();
    let mut server = start(&["--socket", "127.0.0.1:0"], &folder);
    let mut line = String::new();
    BufReader::new(server.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().rsplit(' ').next().unwrap().to_owned();
    for _ in 0..2 {
        let stream = TcpStream::connect(&address).unwrap();
        let mut wire = Wire { from: BufReader::new(stream.try_clone().unwrap()), to: stream };
        wire.session(&folder);
    }
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn only_this_machine_can_connect() {
    let folder = package();
    let output = start(&["--socket", "0.0.0.0:0"], &folder).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("0.0.0.0 is not an address of this machine alone"), "{said}");
}
