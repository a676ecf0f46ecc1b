//! How soon the language server answers: `cargo bench --bench latency`, or `-- 100 1000` for sizes of one's own.
//!
//! Drives the real command over its pipes, as an editor does: a keystroke, then what follows it. Gives p50, p95 and the most,
//! in milliseconds, and how p50 grows with the size. Never fails for being slow.

#[path = "../scale/workload.rs"]
#[allow(dead_code)]
mod workload;

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use workload::{CONFIG, Edited};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Keystrokes of each sort.
const KEYS: usize = 40;
/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> Outcome<()> {
    let sizes: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![100, 1_000, 10_000] } else { sizes };
    println!(
        "| services | what | p50 | p95 | most | p50 / p50 of the first size |\n|--:|---|--:|--:|--:|--:|"
    );
    let mut first: BTreeMap<&str, f64> = BTreeMap::new();
    for n in sizes {
        for (what, mut times) in measure(n)? {
            times.sort();
            let at = |share: f64| {
                let i = ((times.len() as f64 * share).ceil() as usize).clamp(1, times.len().max(1)) - 1;
                times.get(i).map_or(0.0, |t| t.as_secs_f64() * 1e3)
            };
            let base = *first.entry(what).or_insert(at(0.5));
            println!(
                "| {n} | {what} | {:.1} | {:.1} | {:.1} | {:.1} |",
                at(0.5),
                at(0.95),
                at(1.0),
                at(0.5) / base
            );
        }
    }
    Ok(())
}

/// The server, and what it said.
struct Server {
    process: Child,
    to: ChildStdin,
    from: Receiver<(Instant, Value)>,
    next: i64,
    versions: BTreeMap<String, i32>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn message(from: &mut impl BufRead) -> Outcome<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Err("the server is gone".into());
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", n)) => length = n.parse()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}

impl Server {
    fn start(folder: &Path) -> Outcome<Server> {
        let mut process = Command::new(env!("CARGO_BIN_EXE_ivs"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let to = process.stdin.take().ok_or("no stdin")?;
        let mut from = BufReader::new(process.stdout.take().ok_or("no stdout")?);
        let (tell, told) = channel();
        std::thread::spawn(move || {
            while let Ok(message) = message(&mut from) {
                if tell.send((Instant::now(), message)).is_err() {
                    return;
                }
            }
        });
        let mut server = Server { process, to, from: told, next: 0, versions: BTreeMap::new() };
        let root = format!("file://{}", folder.display());
        server.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": root,
                "capabilities": { "general": { "positionEncodings": ["utf-8"] } },
                "initializationOptions": { "notifyChecked": true },
            }),
        )?;
        server.notify("initialized", json!({}))?;
        Ok(server)
    }

    fn send(&mut self, message: &Value) -> Outcome<()> {
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        Ok(self.to.flush()?)
    }

    fn notify(&mut self, method: &str, params: Value) -> Outcome<()> {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    /// Waits for a message; when it came.
    fn until(&mut self, mut wanted: impl FnMut(&Value) -> bool) -> Outcome<Instant> {
        loop {
            let (at, message) = self.from.recv_timeout(PATIENCE)?;
            if wanted(&message) {
                return Ok(at);
            }
        }
    }

    /// Asks; when the answer came.
    fn request(&mut self, method: &str, params: Value) -> Outcome<Instant> {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))?;
        let mut empty = false;
        let at = self.until(|m| {
            empty = m.get("result").is_none_or(Value::is_null) && method != "shutdown";
            m.get("id") == Some(&json!(id))
        })?;
        if empty { Err(format!("{method} gave nothing").into()) } else { Ok(at) }
    }

    fn open(&mut self, uri: &str, text: &str) -> Outcome<()> {
        self.versions.insert(uri.to_owned(), 1);
        let document = json!({ "uri": uri, "languageId": "ivs", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }))
    }

    /// Replaces a text.
    fn set(&mut self, uri: &str, text: &str) -> Outcome<()> {
        let version = self.versions.entry(uri.to_owned()).or_insert(1);
        *version += 1;
        let document = json!({ "uri": uri, "version": *version });
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
        )
    }

    /// Waits for diagnostics of a document: some, or none.
    fn diagnosed(&mut self, uri: &str, some: bool) -> Outcome<Instant> {
        self.until(|m| {
            let found = m.pointer("/params/diagnostics").and_then(Value::as_array);
            m.get("method") == Some(&json!("textDocument/publishDiagnostics"))
                && m.pointer("/params/uri") == Some(&json!(uri))
                && found.is_some_and(|f| f.is_empty() != some)
        })
    }

    /// Waits until the package was looked at as it is.
    fn settled(&mut self) -> Outcome<Instant> {
        let versions = json!(self.versions);
        self.until(|m| {
            m.get("method") == Some(&json!("ivs/checked"))
                && m.pointer("/params/documents") == Some(&versions)
        })
    }

    fn resident_mib(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
        line.and_then(|l| l.trim().split(' ').next()).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) >> 10
    }
}

fn measure(n: usize) -> Outcome<Vec<(&'static str, Vec<Duration>)>> {
    let folder = std::env::temp_dir().join(format!("ivs-latency-{}-{n}", std::process::id()));
    let (sources, edited) = workload::sources(n);
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("ivs.toml"), CONFIG)?;
    for s in &sources {
        let file = folder.join(&s.path);
        std::fs::create_dir_all(file.parent().unwrap_or(&folder))?;
        std::fs::write(file, s.text.as_bytes())?;
    }
    let measured = session(n, &folder, &edited, &sources);
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn session(
    n: usize,
    folder: &Path,
    edited: &Edited,
    sources: &[ivs_project::SourceText],
) -> Outcome<Vec<(&'static str, Vec<Duration>)>> {
    let mut s = Server::start(folder)?;
    let uri = |path: &str| format!("file://{}/{path}", folder.display());
    let (leaf, base) = (uri(&edited.path), uri("platform/base.ivs"));
    let base_text = sources.iter().find(|s| s.path == "platform/base.ivs").ok_or("no base")?.text.to_string();
    let begun = Instant::now();
    s.open(&leaf, &edited.more(0))?;
    s.open(&base, &base_text)?;
    let opened = s.settled()?.duration_since(begun);
    let mut out = vec![("start → everything checked", vec![opened])];

    let mut keys =
        |s: &mut Server, what, count, (uri, seen): (&str, &str), bad: &str, good: &str| -> Outcome<()> {
            let mut times = Vec::new();
            for key in 0..count {
                let broken = key % 2 == 0;
                let begun = Instant::now();
                s.set(uri, if broken { bad } else { good })?;
                times.push(s.diagnosed(seen, broken)?.duration_since(begun));
                s.settled()?;
            }
            out.push((what, times));
            Ok(())
        };
    let own = (leaf.as_str(), leaf.as_str());
    keys(&mut s, "leaf: a syntax error", KEYS, own, &edited.unbalanced(), &edited.more(0))?;
    keys(&mut s, "leaf: the least above the most", KEYS, own, &edited.inverted(), &edited.more(0))?;
    // Most services lie elsewhere: each says so, which takes long to be said of thousands.
    let fewer = base_text.replace("us-east-1, us-west-2, eu-west-1, ap-south-1]", "us-east-1]");
    let few = if n > 5_000 { KEYS / 4 } else { KEYS };
    keys(&mut s, "template: the leaf's values are wrong now", few, (&base, &leaf), &fewer, &base_text)?;

    let text = edited.more(0);
    let within = text.rfind("  tier ").ok_or("no tier")?;
    let line = text.get(..within).unwrap_or_default().matches('\n').count();
    let at = |line: usize, character: usize| json!({ "textDocument": { "uri": leaf }, "position": { "line": line, "character": character } });
    for (what, method, place) in [
        ("completion after a keystroke", "textDocument/completion", at(line + 1, 2)),
        ("hover after a keystroke", "textDocument/hover", at(line + 1, 3)),
        ("definition after a keystroke", "textDocument/definition", at(line + 1, 12)),
    ] {
        let mut times = Vec::new();
        for key in 0..KEYS {
            s.set(&leaf, &edited.shifted(key as u64))?;
            let begun = Instant::now();
            times.push(s.request(method, place.clone())?.duration_since(begun));
        }
        s.settled()?;
        out.push((what, times));
    }
    println!("| {n} | resident: {} MiB | | | | |", s.resident_mib());
    Ok(out)
}
