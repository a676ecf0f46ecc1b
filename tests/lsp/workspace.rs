//! What happens beside the documents: folders, files on disk, files that the editor makes.

use super::editor::Editor;
use super::methods::{FRONT, LOAD, array, label};
use serde_json::json;

/// What is wrong once something is told, and once it is told that it is as before.
pub fn told(editor: &mut Editor, change: impl Fn(&mut Editor, bool)) -> String {
    editor.settle();
    change(editor, true);
    let broken = editor.found();
    change(editor, false);
    broken + &editor.found()
}

pub fn watched(editor: &mut Editor) -> String {
    let text = editor.text(LOAD);
    told(editor, |editor, breaks| {
        let new = if breaks { text.replace("let peak-requests", "let requests") } else { text.clone() };
        std::fs::write(editor.root().join(LOAD), new).unwrap();
        let uri = editor.uri(LOAD);
        editor.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] }));
    })
}

pub fn created(editor: &mut Editor) -> String {
    told(editor, |editor, breaks| {
        let (path, uri) = (editor.root().join("services/extra.ivs"), editor.uri("services/extra.ivs"));
        let files = json!({ "files": [{ "uri": uri }] });
        match breaks {
            true => {
                std::fs::write(path, "service media from shop-service { release = \"1.0.0\" }\n").unwrap();
                editor.notify("workspace/didCreateFiles", files);
            }
            false => {
                std::fs::remove_file(path).unwrap();
                editor.notify("workspace/didDeleteFiles", files);
            }
        }
    })
}

pub fn folders(editor: &mut Editor) -> String {
    let folder = editor.beside("two");
    std::fs::create_dir_all(&folder).unwrap();
    let config = "[package]\nname = \"two\"\nversion = \"0.1.0\"\nivs = \"1\"\n";
    std::fs::write(folder.join("ivs.toml"), config).unwrap();
    std::fs::write(folder.join("main.ivs"), "let x: int = \"two\"\n").unwrap();
    let uri = format!("file://{}", folder.display());
    let (two, main) = (json!([{ "uri": uri, "name": "two" }]), format!("{uri}/main.ivs"));
    let event = json!({ "event": { "added": two, "removed": [] } });
    editor.notify("workspace/didChangeWorkspaceFolders", event);
    let mut out = editor.told_of(&main);
    let event = json!({ "event": { "added": [], "removed": two } });
    editor.notify("workspace/didChangeWorkspaceFolders", event);
    out += &editor.told_of(&main);
    out
}

/// What a formula gives in the base, and in an environment once that is chosen.
pub fn configured(editor: &mut Editor) -> String {
    let mut out = String::new();
    for environment in ["", "staging"] {
        let settings = json!({ "settings": { "ivs": { "environment": environment } } });
        editor.notify("workspace/didChangeConfiguration", settings);
        let range = editor.over(FRONT, "demand peak = 0.6 * peak-requests");
        let hints = editor.request("textDocument/inlayHint", range);
        let labels: Vec<&str> = array(&hints).iter().map(label).collect();
        out += &format!("{environment:?}: {labels:?}\n");
    }
    editor.notify("workspace/didChangeConfiguration", json!({ "settings": { "ivs": {} } }));
    out
}
