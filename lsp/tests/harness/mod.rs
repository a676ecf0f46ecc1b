//! A client that talks to the server in this process as an editor does: messages in, messages out.
#![allow(dead_code)]

mod text;

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use tempfile::TempDir;
pub use text::{draw, edited, position};
use tokio::sync::mpsc;

/// How long a test waits for what must come: a machine under load is slow, a lost message never comes.
const PATIENCE: Duration = Duration::from_secs(120);

pub const CONFIG: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nivs = \"1\"\n";

/// What a modern editor says of itself.
pub fn capabilities() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "textDocument": {
            "publishDiagnostics": { "relatedInformation": true, "versionSupport": true },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "completion": { "completionItem": { "snippetSupport": true } },
        },
        "workspace": { "workspaceEdit": { "documentChanges": true }, "workspaceFolders": true },
    })
}

/// A package in a folder of its own, and an editor at work in it.
pub struct Client {
    pub folder: TempDir,
    to: Option<mpsc::Sender<Vec<u8>>>,
    from: Receiver<Value>,
    next: i64,
    /// What the server said of its own accord, in order.
    pub log: Vec<Value>,
    /// What it asked for.
    pub asked: Vec<Value>,
    /// Answers that nobody waited for yet.
    answers: BTreeMap<i64, Value>,
    /// Open documents: version and text.
    open: BTreeMap<String, (i32, String)>,
    /// The last diagnostics of each document.
    pub diagnostics: BTreeMap<String, Value>,
    /// What was said of work under way.
    pub progress: Vec<Value>,
    /// What the server says that it can.
    pub can: Value,
    thread: Option<std::thread::JoinHandle<ivs_lsp::Ended>>,
}

/// A folder with a package of some files; without an `ivs.toml` among them, one is made.
pub fn package(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("ivs.toml"), CONFIG).unwrap();
    for (path, text) in files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    folder
}

impl Client {
    /// A package of some files, none of which is open.
    pub fn new(files: &[(&str, &str)]) -> Client {
        Client::with(package(files), capabilities(), json!({}), ivs_lsp::Options::default())
    }

    /// The package of a folder.
    pub fn with(folder: TempDir, capabilities: Value, options: Value, server: ivs_lsp::Options) -> Client {
        let mut client = Client::unintroduced(folder, server);
        client.introduce(capabilities, options);
        client
    }

    /// A client that has said nothing yet.
    pub fn unintroduced(folder: TempDir, mut server: ivs_lsp::Options) -> Client {
        server.threads = 1;
        let (to, messages) = mpsc::channel(64);
        let (answers, mut answered) = mpsc::unbounded_channel::<Vec<u8>>();
        let (tell, from) = channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let ended = runtime.block_on(ivs_lsp::serve(messages, answers, server));
            runtime.shutdown_background();
            ended
        });
        std::thread::spawn(move || {
            while let Some(body) = answered.blocking_recv() {
                if tell.send(serde_json::from_slice(&body).unwrap()).is_err() {
                    return;
                }
            }
        });
        Client {
            folder,
            to: Some(to),
            from,
            next: 0,
            log: Vec::new(),
            asked: Vec::new(),
            answers: BTreeMap::new(),
            open: BTreeMap::new(),
            diagnostics: BTreeMap::new(),
            progress: Vec::new(),
            can: Value::Null,
            thread: Some(thread),
        }
    }

    /// Says who it is.
    pub fn introduce(&mut self, capabilities: Value, options: Value) {
        let mut options = options;
        options["notifyChecked"] = json!(true);
        let root = self.root_uri();
        let answer = self.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": root,
                "capabilities": capabilities,
                "workspaceFolders": [{ "uri": root, "name": "w" }],
                "initializationOptions": options,
            }),
        );
        self.can = answer["capabilities"].clone();
        self.notify("initialized", json!({}));
    }

    pub fn root(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    pub fn root_uri(&self) -> String {
        format!("file://{}", self.folder.path().display())
    }

    /// The address of a file; an address stays what it is.
    pub fn uri(&self, path: &str) -> String {
        if path.contains(':') { path.to_owned() } else { format!("{}/{path}", self.root_uri()) }
    }

    /// Sends bytes as they are.
    pub fn raw(&mut self, body: &[u8]) {
        self.to.as_ref().unwrap().blocking_send(body.to_vec()).unwrap();
    }

    pub fn send(&mut self, message: Value) {
        self.raw(message.to_string().as_bytes());
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Asks; gives the request's number.
    pub fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        self.send(json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params }));
        self.next
    }

    /// The whole answer to a request.
    pub fn answer(&mut self, id: i64) -> Value {
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                return answer;
            }
            self.receive();
        }
    }

    /// The answer to a request that must succeed.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        let answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer:#}");
        answer["result"].clone()
    }

    /// The code of the error that a request must be answered with.
    pub fn refused(&mut self, method: &str, params: Value) -> i64 {
        let id = self.ask(method, params);
        let answer = self.answer(id);
        answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("{method}: {answer:#}"))
    }

    /// Takes the next message.
    fn receive(&mut self) {
        let message = match self.from.recv_timeout(PATIENCE) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => panic!("nothing comes; the last: {:#?}", self.log.last()),
            Err(RecvTimeoutError::Disconnected) => panic!("the server is gone"),
        };
        if message.get("method").is_none() {
            self.answers.insert(message["id"].as_i64().unwrap_or(-1), message);
        } else if let Some(id) = message.get("id") {
            let items = message["params"]["items"].as_array().map_or(0, Vec::len);
            let result = match message["method"].as_str() {
                Some("workspace/configuration") => json!(vec![Value::Null; items]),
                _ => Value::Null,
            };
            let answer = json!({ "jsonrpc": "2.0", "id": id, "result": result });
            self.asked.push(message.clone());
            self.send(answer);
        } else {
            if message["method"] == "textDocument/publishDiagnostics" {
                let params = &message["params"];
                let uri = params["uri"].as_str().unwrap().to_owned();
                self.diagnostics.insert(uri, params["diagnostics"].clone());
            }
            if message["method"] == "$/progress" {
                self.progress.push(message["params"]["value"].clone());
            }
            self.log.push(message);
        }
    }

    /// Receives until something holds.
    pub fn until(&mut self, holds: impl Fn(&Client) -> bool) {
        while !holds(self) {
            self.receive();
        }
    }

    /// Waits until so many diagnostics stand at an address.
    pub fn until_found(&mut self, uri: &str, count: usize) {
        self.until(|c| c.diagnostics.get(uri).and_then(Value::as_array).is_some_and(|d| d.len() == count));
    }

    /// The diagnostics that were told last.
    pub fn found_now(&self, path: &str) -> Value {
        self.diagnostics.get(&self.uri(path)).cloned().unwrap_or(json!([]))
    }

    /// Opens a file with the text that it has on disk.
    pub fn open(&mut self, path: &str) {
        let text = std::fs::read_to_string(self.folder.path().join(path)).unwrap();
        self.open_with(path, &text);
    }

    /// Opens a file with a text.
    pub fn open_with(&mut self, path: &str, text: &str) {
        let uri = self.uri(path);
        self.open.insert(uri.clone(), (1, text.to_owned()));
        let document = json!({ "uri": uri, "languageId": "ivs", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub fn close(&mut self, path: &str) {
        let uri = self.uri(path);
        self.open.remove(&uri);
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// The text of an open file as the editor has it.
    pub fn text(&self, path: &str) -> String {
        self.open[&self.uri(path)].1.clone()
    }

    /// Replaces a whole text.
    pub fn set(&mut self, path: &str, text: &str) {
        self.change(path, json!([{ "text": text }]));
        let uri = self.uri(path);
        self.open.get_mut(&uri).unwrap().1 = text.to_owned();
    }

    /// Replaces the first place of a text, as typing does.
    pub fn replace(&mut self, path: &str, old: &str, new: &str) {
        let text = self.text(path);
        let at = text.find(old).unwrap_or_else(|| panic!("`{old}` is not in {path}"));
        let range = json!({ "start": position(&text, at), "end": position(&text, at + old.len()) });
        self.change(path, json!([{ "range": range, "text": new }]));
        let uri = self.uri(path);
        self.open.get_mut(&uri).unwrap().1 = text.replacen(old, new, 1);
    }

    /// Sends edits as they are; the version grows.
    pub fn change(&mut self, path: &str, changes: Value) {
        let uri = self.uri(path);
        let document = self.open.get_mut(&uri).unwrap();
        document.0 += 1;
        let version = document.0;
        let params = json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    /// Tells that files changed on disk: 1 made, 2 changed, 3 deleted.
    pub fn watched(&mut self, changes: &[(&str, u8)]) {
        let changes: Vec<Value> =
            changes.iter().map(|(path, kind)| json!({ "uri": self.uri(path), "type": kind })).collect();
        self.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    }

    /// Waits until the server has looked at the package with the documents as they are here.
    pub fn settle(&mut self) {
        let mut at = 0;
        loop {
            while at < self.log.len() {
                if self.is_settled(&self.log[at]) {
                    self.log.drain(..=at);
                    return;
                }
                at += 1;
            }
            self.receive();
        }
    }

    fn is_settled(&self, message: &Value) -> bool {
        let params = &message["params"];
        message["method"] == "ivs/checked"
            && params["complete"] == true
            && self.open.iter().all(|(uri, (version, _))| params["documents"][uri] == *version)
    }

    /// Forgets what was said: what follows is about what is done next.
    pub fn forget(&mut self) {
        self.log.clear();
    }

    /// The diagnostics of a file, once the server has looked at it.
    pub fn found(&mut self, path: &str) -> Value {
        self.settle();
        let uri = self.uri(path);
        self.diagnostics.get(&uri).cloned().unwrap_or(json!([]))
    }

    /// A file with its diagnostics drawn below the lines.
    pub fn drawn(&mut self, path: &str) -> String {
        let found = self.found(path);
        let text = self.open.get(&self.uri(path)).map(|o| o.1.clone());
        let text = text.unwrap_or_else(|| std::fs::read_to_string(self.folder.path().join(path)).unwrap());
        let marks: Vec<(Value, String)> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|d| {
                let severity =
                    ["", "error", "warning", "note", "hint"][d["severity"].as_u64().unwrap() as usize];
                let mut text =
                    format!("{severity} {}: {}", d["code"].as_str().unwrap(), d["message"].as_str().unwrap());
                for related in d["relatedInformation"].as_array().into_iter().flatten() {
                    let uri = related["location"]["uri"].as_str().unwrap();
                    let name = uri.strip_prefix(&format!("{}/", self.root_uri())).unwrap_or(uri);
                    let line = related["location"]["range"]["start"]["line"].as_u64().unwrap() + 1;
                    text += &format!("\n{name}:{line}: {}", related["message"].as_str().unwrap());
                }
                (d["range"].clone(), text)
            })
            .collect();
        draw(&text, &marks)
    }

    /// What the server gives where `§` stands in a file that is opened without it.
    pub fn position_of(&self, path: &str, needle: &str) -> Value {
        let text = self.open.get(&self.uri(path)).map(|o| o.1.clone());
        let text = text.unwrap_or_else(|| std::fs::read_to_string(self.folder.path().join(path)).unwrap());
        let at = text.find(needle).unwrap_or_else(|| panic!("`{needle}` is not in {path}"));
        position(&text, at)
    }

    /// Parameters of a request about the place where something begins in a file.
    pub fn at(&self, path: &str, needle: &str) -> Value {
        json!({ "textDocument": { "uri": self.uri(path) }, "position": self.position_of(path, needle) })
    }

    /// The code actions at the place where something begins.
    pub fn actions(&mut self, path: &str, needle: &str) -> Vec<Value> {
        let at = self.position_of(path, needle);
        let params = json!({
            "textDocument": { "uri": self.uri(path) },
            "range": { "start": at, "end": at },
            "context": { "diagnostics": [] },
        });
        self.request("textDocument/codeAction", params).as_array().cloned().unwrap_or_default()
    }

    /// The code actions for a text that is selected where it first stands.
    pub fn actions_over(&mut self, path: &str, selected: &str) -> Vec<Value> {
        let start = self.position_of(path, selected);
        let text = self.text(path);
        let end = position(&text, text.find(selected).unwrap() + selected.len());
        let params = json!({
            "textDocument": { "uri": self.uri(path) },
            "range": { "start": start, "end": end },
            "context": { "diagnostics": [] },
        });
        self.request("textDocument/codeAction", params).as_array().cloned().unwrap_or_default()
    }

    /// Applies the action of a title.
    pub fn choose(&mut self, actions: &[Value], title: &str) {
        let titles: Vec<&Value> = actions.iter().map(|a| &a["title"]).collect();
        let action = actions.iter().find(|a| a["title"] == title);
        let action = action.unwrap_or_else(|| panic!("`{title}` is not offered, but {titles:?}")).clone();
        self.apply_action(&action);
    }

    /// Resolves an action if it has no edit yet, and applies it to the open files.
    pub fn apply_action(&mut self, action: &Value) {
        let action = match action.get("edit") {
            Some(_) => action.clone(),
            None => self.request("codeAction/resolve", action.clone()),
        };
        self.apply(&action["edit"].clone());
    }

    /// Applies a workspace edit: files that are not open are opened first.
    pub fn apply(&mut self, edit: &Value) {
        let mut all: Vec<(String, Vec<Value>)> = Vec::new();
        for d in edit["documentChanges"].as_array().into_iter().flatten() {
            let uri = d["textDocument"]["uri"].as_str().unwrap().to_owned();
            all.push((uri, d["edits"].as_array().unwrap().clone()));
        }
        for (uri, edits) in edit["changes"].as_object().into_iter().flatten() {
            all.push((uri.clone(), edits.as_array().unwrap().clone()));
        }
        assert!(!all.is_empty(), "no edit: {edit:#}");
        let root = format!("{}/", self.root_uri());
        for (uri, edits) in all {
            if !self.open.contains_key(&uri) {
                self.open(uri.strip_prefix(&root).unwrap());
            }
            let text = edited(&self.open[&uri].1, &edits);
            self.set(&uri, &text);
        }
    }

    /// Ends as an editor does; gives how the server saw it.
    pub fn end(mut self) -> ivs_lsp::Ended {
        let id = self.ask("shutdown", Value::Null);
        self.answer(id);
        self.notify("exit", Value::Null);
        self.thread.take().unwrap().join().unwrap()
    }

    /// Goes away without a word.
    pub fn vanish(mut self) -> ivs_lsp::Ended {
        self.to = None;
        self.thread.take().unwrap().join().unwrap()
    }
}

/// Copies a folder of the repository.
pub fn copy_of(folder: &str) -> TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let to = TempDir::new().unwrap();
    copy(&from, to.path());
    to
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
