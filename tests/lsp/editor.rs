//! An editor that has an example open and talks to `ivs lsp` over its pipes.

use super::text::{draw, edited, position};
use super::{Wire, start};
use serde_json::{Value, json};
use similar::TextDiff;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout};
use tempfile::TempDir;

/// What a modern editor says of itself.
fn capabilities() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "textDocument": {
            "publishDiagnostics": { "relatedInformation": true, "versionSupport": true, "tagSupport": { "valueSet": [1, 2] } },
            "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
            "completion": { "completionItem": { "snippetSupport": true } },
            "inlayHint": { "resolveSupport": { "properties": ["tooltip"] } },
        },
        "workspace": {
            "workspaceEdit": { "documentChanges": true },
            "workspaceFolders": true,
            "didChangeWatchedFiles": { "dynamicRegistration": true },
        },
    })
}

pub struct Editor {
    wire: Wire<ChildStdout, ChildStdin>,
    server: Child,
    /// The example.
    root: PathBuf,
    /// The folder that it lies in.
    folder: TempDir,
    next: i64,
    /// Open documents by path: version and text.
    open: BTreeMap<String, (i32, String)>,
    /// The last diagnostics of each address.
    told: BTreeMap<String, Value>,
    /// The last `ivs/checked`.
    checked: Value,
    /// What the server says that it can.
    pub can: Value,
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

impl Editor {
    /// An editor in a copy of an example.
    pub fn of(example: &str, options: Value) -> Editor {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join(example);
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example), &root);
        let mut server = start(&[], &folder);
        let (from, to) = (BufReader::new(server.stdout.take().unwrap()), server.stdin.take().unwrap());
        let mut editor = Editor {
            wire: Wire { from, to },
            server,
            root,
            folder,
            next: 0,
            open: BTreeMap::new(),
            told: BTreeMap::new(),
            checked: Value::Null,
            can: Value::Null,
        };
        let mut options = options;
        options["notifyChecked"] = json!(true);
        let root = editor.uri("");
        let root = root.trim_end_matches('/');
        let answer = editor.request(
            "initialize",
            json!({
                "processId": null,
                "rootUri": root,
                "workspaceFolders": [{ "uri": root, "name": example }],
                "capabilities": capabilities(),
                "initializationOptions": options,
            }),
        );
        editor.can = answer["capabilities"].clone();
        editor.notify("initialized", json!({}));
        editor
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A folder beside that of the example.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn uri(&self, path: &str) -> String {
        format!("file://{}/{path}", self.root.display())
    }

    pub fn notify(&mut self, method: &str, params: Value) {
        // What was looked at before this says nothing of what comes after it.
        self.checked = Value::Null;
        self.wire.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    pub fn request(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.wire.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == id && message.get("method").is_none() {
                assert!(message.get("error").is_none(), "{method}: {message:#}");
                return message["result"].clone();
            }
        }
    }

    fn receive(&mut self) -> Value {
        let message = self.wire.receive();
        match (message["method"].as_str(), message.get("id")) {
            (Some(_), Some(id)) => self.wire.send(json!({ "jsonrpc": "2.0", "id": id, "result": null })),
            (Some("textDocument/publishDiagnostics"), _) => {
                let uri = message["params"]["uri"].as_str().unwrap().to_owned();
                self.told.insert(uri, message["params"]["diagnostics"].clone());
            }
            (Some("ivs/checked"), _) => self.checked = message["params"].clone(),
            _ => {}
        }
        message
    }

    /// Waits until the server has looked at everything as it is here.
    pub fn settle(&mut self) {
        let uris: Vec<(String, i32)> = self.open.iter().map(|(p, (v, _))| (self.uri(p), *v)).collect();
        while self.checked["complete"] != true
            || uris.iter().any(|(uri, version)| self.checked["documents"][uri] != *version)
        {
            self.receive();
        }
    }

    /// The text of a file: as it is open, else as it is on disk.
    pub fn text(&self, path: &str) -> String {
        match self.open.get(path) {
            Some((_, text)) => text.clone(),
            None => std::fs::read_to_string(self.root.join(path)).unwrap(),
        }
    }

    pub fn open(&mut self, path: &str) {
        let text = self.text(path);
        let document = json!({ "uri": self.uri(path), "languageId": "ivs", "version": 1, "text": text });
        self.open.insert(path.to_owned(), (1, text));
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Closes what is open: what was typed is gone.
    pub fn close_all(&mut self) {
        for path in std::mem::take(&mut self.open).into_keys() {
            let uri = self.uri(&path);
            self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
        }
    }

    /// Replaces the first place of a text, as a range.
    pub fn replace(&mut self, path: &str, old: &str, new: &str) {
        if !self.open.contains_key(path) {
            self.open(path);
        }
        let text = self.text(path);
        let range = range_of(&text, old);
        let changes = json!([{ "range": range, "text": new }]);
        let (version, _) = self.open[path];
        self.open.insert(path.to_owned(), (version + 1, text.replacen(old, new, 1)));
        let document = json!({ "uri": self.uri(path), "version": version + 1 });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Adds to the end of a text.
    pub fn append(&mut self, path: &str, new: &str) {
        let text = self.text(path);
        let last = text.lines().last().unwrap().to_owned();
        self.replace(path, &format!("{last}\n"), &format!("{last}\n{new}"));
    }

    /// Parameters about the place that `§` marks in a part of a file. The file is opened.
    pub fn at(&mut self, path: &str, marked: &str) -> Value {
        if !self.open.contains_key(path) {
            self.open(path);
        }
        let (text, part) = (self.text(path), marked.replace('§', ""));
        let found = text.find(&part).unwrap_or_else(|| panic!("`{part}` is not in {path}"));
        let at = found + marked.find('§').unwrap();
        json!({ "textDocument": { "uri": self.uri(path) }, "position": position(&text, at) })
    }

    /// Parameters about a part of a file. The file is opened.
    pub fn over(&mut self, path: &str, part: &str) -> Value {
        if !self.open.contains_key(path) {
            self.open(path);
        }
        let range = range_of(&self.text(path), part);
        json!({ "textDocument": { "uri": self.uri(path) }, "range": range })
    }

    /// What is told of a file next.
    pub fn told_of(&mut self, uri: &str) -> String {
        let uri = uri.to_owned();
        self.told.remove(&uri);
        while !self.told.contains_key(&uri) {
            self.receive();
        }
        let told = self.told[&uri].as_array().unwrap().clone();
        match told.is_empty() {
            true => "nothing is wrong\n".to_owned(),
            false => {
                let place = |d: &Value| (uri.clone(), d["range"].clone(), said(d));
                self.drawn(&told.iter().map(place).collect::<Vec<_>>())
            }
        }
    }

    /// `services/front.ivs`, `std/platform/service.ivs`.
    pub fn path_of(&self, uri: &str) -> String {
        let beside = format!("file://{}/", self.folder.path().display());
        match (uri.strip_prefix(&self.uri("")), uri.rfind("/std/")) {
            (Some(own), _) => own.to_owned(),
            (_, Some(library)) => uri[library + 1..].to_owned(),
            _ => uri.strip_prefix(&beside).unwrap_or_else(|| panic!("{uri}")).to_owned(),
        }
    }

    fn text_at(&self, uri: &str) -> String {
        match uri.strip_prefix(&self.uri("")) {
            Some(own) => self.text(own),
            None => std::fs::read_to_string(uri.strip_prefix("file://").unwrap()).unwrap(),
        }
    }

    /// Places with what is said of them, drawn into their files. Of the library, which has its own reasons to change,
    /// the line alone.
    pub fn drawn(&self, places: &[(String, Value, String)]) -> String {
        let mut by_file: BTreeMap<String, Vec<(Value, String)>> = BTreeMap::new();
        for (uri, range, said) in places {
            by_file.entry(uri.clone()).or_default().push((range.clone(), said.clone()));
        }
        let mut out = String::new();
        for (uri, marks) in by_file {
            let (path, text) = (self.path_of(&uri), self.text_at(&uri));
            if path.starts_with("std/") {
                for (range, said) in marks {
                    let line = text.lines().nth(range["start"]["line"].as_u64().unwrap() as usize).unwrap();
                    let _ = writeln!(out, "--> {path} {said}\n{}", line.trim());
                }
            } else {
                let _ = write!(out, "--> {path}\n{}", draw(&text, &marks));
            }
        }
        out
    }

    /// What an edit of several documents makes of them.
    pub fn changed(&self, edit: &Value) -> String {
        let mut out = String::new();
        for d in edit["documentChanges"].as_array().unwrap() {
            let uri = d["textDocument"]["uri"].as_str().unwrap();
            out += &self.difference(uri, &d["edits"]);
        }
        out
    }

    /// What edits make of a document.
    pub fn difference(&self, uri: &str, edits: &Value) -> String {
        let old = self.text_at(uri);
        let new = edited(&old, edits.as_array().unwrap());
        let diff = TextDiff::from_lines(&old, &new);
        let hunks: Vec<String> =
            diff.unified_diff().context_radius(1).iter_hunks().map(|h| h.to_string()).collect();
        // Numbers of lines say nothing here.
        let lines = hunks.concat();
        let lines = lines.lines().map(|l| if l.starts_with("@@") { "…" } else { l });
        format!("--> {}\n{}\n", self.path_of(uri), lines.collect::<Vec<_>>().join("\n"))
    }

    /// What is wrong, drawn, once the server has looked at it; the first line of each message.
    pub fn found(&mut self) -> String {
        self.settle();
        let mut places = Vec::new();
        for (uri, all) in &self.told {
            for d in all.as_array().unwrap() {
                places.push((uri.clone(), d["range"].clone(), said(d)));
                for r in d["relatedInformation"].as_array().into_iter().flatten() {
                    let uri = r["location"]["uri"].as_str().unwrap().to_owned();
                    places.push((
                        uri,
                        r["location"]["range"].clone(),
                        r["message"].as_str().unwrap().to_owned(),
                    ));
                }
            }
        }
        match places.is_empty() {
            true => "nothing is wrong\n".to_owned(),
            false => self.drawn(&places),
        }
    }
}

/// `error IVS1001: unknown name`
pub fn said(diagnostic: &Value) -> String {
    let severity =
        ["", "error", "warning", "note", "hint"][diagnostic["severity"].as_u64().unwrap() as usize];
    let (code, message) =
        (diagnostic["code"].as_str().unwrap_or("-"), diagnostic["message"].as_str().unwrap());
    let tags = match diagnostic["tags"].to_string().as_str() {
        "[1]" => " (unnecessary)",
        "[2]" => " (deprecated)",
        _ => "",
    };
    format!("{severity} {code}{tags}: {}", message.lines().next().unwrap())
}

fn range_of(text: &str, part: &str) -> Value {
    let at = text.find(part).unwrap_or_else(|| panic!("`{part}` is not in\n{text}"));
    json!({ "start": position(text, at), "end": position(text, at + part.len()) })
}
