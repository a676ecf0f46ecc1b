//! Packages, folders, files on disk, and what the user sets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod harness;

use harness::{CONFIG, Client, capabilities, package};
use ivs_lsp::Options;
use serde_json::{Value, json};
use std::fs;

fn codes(found: &Value) -> Vec<&str> {
    found.as_array().unwrap().iter().map(|d| d["code"].as_str().unwrap()).collect()
}

#[test]
fn an_open_buffer_shadows_the_file_until_it_is_closed() {
    let mut c = Client::new(&[("a.ivs", "let x = 1\n"), ("b.ivs", "let y = x + 1\n")]);
    c.open("a.ivs");
    assert_eq!(c.found("b.ivs"), json!([]));
    c.replace("a.ivs", "x", "z");
    assert_eq!(codes(&c.found("b.ivs")), ["IVS1001"]);
    // Disk says nothing new while the file is open.
    fs::write(c.root().join("a.ivs"), "let w = 1\n").unwrap();
    c.watched(&[("a.ivs", 2)]);
    c.open("b.ivs");
    c.replace("b.ivs", "x", "z");
    assert_eq!(c.found("b.ivs"), json!([]));
    c.close("a.ivs");
    assert_eq!(codes(&c.found("b.ivs")), ["IVS1001"], "now only `w` is there");
}

#[test]
fn files_that_come_change_and_go_on_disk_are_seen() {
    let mut c = Client::new(&[("b.ivs", "let y = x + 1\n")]);
    c.open("b.ivs");
    assert_eq!(codes(&c.found("b.ivs")), ["IVS1001"]);
    fs::write(c.root().join("a.ivs"), "let x = 1\n").unwrap();
    c.watched(&[("a.ivs", 1)]);
    c.forget();
    assert_eq!(c.found("b.ivs"), json!([]));
    fs::write(c.root().join("a.ivs"), "let x = \"text\"\n").unwrap();
    c.watched(&[("a.ivs", 2)]);
    c.forget();
    assert_eq!(codes(&c.found("b.ivs")).len(), 1);
    fs::remove_file(c.root().join("a.ivs")).unwrap();
    c.watched(&[("a.ivs", 3)]);
    c.forget();
    assert_eq!(codes(&c.found("b.ivs")), ["IVS1001"]);
}

#[test]
fn files_that_the_editor_makes_renames_and_deletes_are_seen() {
    let mut c = Client::new(&[("b.ivs", "let y = x + 1\n")]);
    c.open("b.ivs");
    assert_eq!(codes(&c.found("b.ivs")), ["IVS1001"]);
    let (a, moved) = (c.uri("a.ivs"), c.uri("below/a.ivs"));
    fs::write(c.root().join("a.ivs"), "let x = 1\n").unwrap();
    c.notify("workspace/didCreateFiles", json!({ "files": [{ "uri": a }] }));
    c.forget();
    assert_eq!(c.found("b.ivs"), json!([]));
    // Another folder is another module.
    fs::create_dir(c.root().join("below")).unwrap();
    fs::rename(c.root().join("a.ivs"), c.root().join("below/a.ivs")).unwrap();
    c.notify("workspace/didRenameFiles", json!({ "files": [{ "oldUri": a, "newUri": moved }] }));
    c.forget();
    assert_eq!(codes(&c.found("b.ivs")), ["IVS1001"]);
    fs::rename(c.root().join("below/a.ivs"), c.root().join("a.ivs")).unwrap();
    c.notify("workspace/didRenameFiles", json!({ "files": [{ "oldUri": moved, "newUri": a }] }));
    c.forget();
    assert_eq!(c.found("b.ivs"), json!([]));
    fs::remove_file(c.root().join("a.ivs")).unwrap();
    c.notify("workspace/didDeleteFiles", json!({ "files": [{ "uri": a }] }));
    c.forget();
    assert_eq!(codes(&c.found("b.ivs")), ["IVS1001"]);
}

#[test]
fn a_file_that_is_only_in_the_editor_belongs_to_its_package() {
    let mut c = Client::new(&[("b.ivs", "let y = x + 1\n")]);
    c.open("b.ivs");
    c.open_with("new.ivs", "let x = 1\n");
    assert_eq!(c.found("b.ivs"), json!([]));
    c.close("new.ivs");
    assert_eq!(codes(&c.found("b.ivs")), ["IVS1001"]);
    // Outputs are no sources: this one is checked alone.
    c.open_with("out/other.ivs", "let x: int = true\n");
    let uri = c.uri("out/other.ivs");
    c.until_found(&uri, 1);
    assert_eq!(codes(&c.found_now("b.ivs")), ["IVS1001"]);
}

#[test]
fn a_mistake_in_the_configuration_stands_in_it_and_the_rest_is_served() {
    let mut c = Client::new(&[("main.ivs", "let x: int = \"a\"\n")]);
    c.open("main.ivs");
    c.open("ivs.toml");
    assert_eq!(c.found("ivs.toml"), json!([]));
    c.replace("ivs.toml", "version", "versoin");
    assert_eq!(c.found("ivs.toml").as_array().unwrap().len(), 1);
    assert_eq!(codes(&c.found_now("main.ivs")), ["IVS2001"]);
    c.replace("main.ivs", "\"a\"", "1");
    assert_eq!(c.found("main.ivs"), json!([]));
    c.replace("ivs.toml", "versoin", "version");
    assert_eq!(c.found("ivs.toml"), json!([]));
}

#[test]
fn settings_of_the_package_count_as_they_are_typed() {
    let text = "check never for s in service { warn true { message = \"no\" } }\n";
    let mut c = Client::new(&[("main.ivs", text)]);
    c.open("main.ivs");
    let found = c.found("main.ivs");
    c.open("ivs.toml");
    c.set("ivs.toml", &format!("{CONFIG}\n[checks]\nnothing = \"error\"\n"));
    assert_eq!(codes(&c.found("ivs.toml")), ["IVS1042"]);
    c.close("ivs.toml");
    assert_eq!(c.found("main.ivs"), found);
    assert_eq!(c.diagnostics[&c.uri("ivs.toml")], json!([]));
}

#[test]
fn data_files_are_shadowed_too() {
    let text = "struct row { name: string }\nlet rows: [row] = load(\"rows.csv\")\n";
    let mut c = Client::new(&[("main.ivs", text), ("rows.csv", "name\na\n")]);
    c.open("main.ivs");
    assert_eq!(c.found("main.ivs"), json!([]));
    c.open("rows.csv");
    c.set("rows.csv", "nome\na\n");
    assert!(!c.found("rows.csv").as_array().unwrap().is_empty());
    c.close("rows.csv");
    c.settle();
    assert_eq!(c.diagnostics[&c.uri("rows.csv")], json!([]));
}

#[test]
fn a_file_without_a_package_and_one_without_a_place_are_checked_alone() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(folder.path().join("alone.ivs"), "let x: int = \"a\"\n").unwrap();
    let mut c = Client::with(folder, capabilities(), json!({}), Options::default());
    c.open("alone.ivs");
    let uri = c.uri("alone.ivs");
    c.until_found(&uri, 1);
    c.open_with("untitled:Untitled-1", "let y: int = true\n");
    c.until_found("untitled:Untitled-1", 1);
    c.close("untitled:Untitled-1");
    c.until_found("untitled:Untitled-1", 0);
    // It becomes part of a package.
    fs::write(c.root().join("ivs.toml"), CONFIG).unwrap();
    fs::write(c.root().join("other.ivs"), "let x = 1\n").unwrap();
    c.watched(&[("ivs.toml", 1)]);
    let other = c.uri("other.ivs");
    c.until_found(&other, 1);
    assert_eq!(codes(&c.found_now("other.ivs")), ["IVS1006"]);
}

#[test]
fn several_packages_are_served_side_by_side() {
    let files = [
        ("one/ivs.toml", CONFIG),
        ("one/a.ivs", "let x: int = \"a\"\n"),
        ("two/ivs.toml", "[package]\nname = \"two\"\nversion = \"0.1.0\"\nivs = \"1\"\n"),
        ("two/a.ivs", "let y: int = true\n"),
    ];
    let folder = package(&files);
    fs::remove_file(folder.path().join("ivs.toml")).unwrap();
    let mut c = Client::with(folder, capabilities(), json!({}), Options::default());
    for path in ["one/a.ivs", "two/a.ivs"] {
        let uri = c.uri(path);
        c.until_found(&uri, 1);
    }
    // A folder that is closed takes its diagnostics along.
    let root = c.root_uri();
    let gone = json!({ "added": [], "removed": [{ "uri": root, "name": "w" }] });
    c.notify("workspace/didChangeWorkspaceFolders", json!({ "event": gone }));
    for path in ["one/a.ivs", "two/a.ivs"] {
        let uri = c.uri(path);
        c.until_found(&uri, 0);
    }
    let come = json!({ "added": [{ "uri": format!("{root}/two"), "name": "two" }], "removed": [] });
    c.notify("workspace/didChangeWorkspaceFolders", json!({ "event": come }));
    let uri = c.uri("two/a.ivs");
    c.until_found(&uri, 1);
    assert_eq!(c.diagnostics[&c.uri("one/a.ivs")], json!([]));
}

#[test]
fn a_client_that_can_is_asked_for_settings_and_shown_progress() {
    let mut can = capabilities();
    can["window"] = json!({ "workDoneProgress": true });
    can["workspace"]["configuration"] = json!(true);
    can["workspace"]["didChangeWatchedFiles"] = json!({ "dynamicRegistration": true });
    let mut c = Client::with(package(&[("main.ivs", "let a = 1\n")]), can, json!({}), Options::default());
    c.open("main.ivs");
    assert_eq!(c.found("main.ivs"), json!([]));
    // What follows the look may come later than what tells of it.
    c.until(|c| {
        let asked: Vec<&str> = c.asked.iter().map(|a| a["method"].as_str().unwrap()).collect();
        ["client/registerCapability", "workspace/configuration"].iter().all(|m| asked.contains(m))
    });
    // The first look may be over before the client is ready to be shown anything. A package that comes later is shown.
    let root = c.root_uri();
    let gone = json!({ "added": [], "removed": [{ "uri": root, "name": "w" }] });
    c.notify("workspace/didChangeWorkspaceFolders", json!({ "event": gone }));
    fs::create_dir(c.root().join("two")).unwrap();
    fs::write(c.root().join("two/ivs.toml"), CONFIG.replace("shop", "two")).unwrap();
    fs::write(c.root().join("two/a.ivs"), "let a = 1\n").unwrap();
    let come = json!({ "added": [{ "uri": format!("{root}/two"), "name": "two" }], "removed": [] });
    c.notify("workspace/didChangeWorkspaceFolders", json!({ "event": come }));
    let begun = |c: &Client| c.progress.iter().position(|p| p["title"] == "Checking two");
    c.until(|c| begun(c).is_some_and(|at| c.progress[at..].iter().any(|p| p["kind"] == "end")));
    assert_eq!(c.progress[begun(&c).unwrap()]["kind"], "begin");
    assert!(c.asked.iter().any(|a| a["method"] == "window/workDoneProgress/create"));
    let registered = c.asked.iter().find(|a| a["method"] == "client/registerCapability").unwrap();
    let watchers = &registered["params"]["registrations"][0]["registerOptions"]["watchers"];
    assert_eq!(watchers[0]["globPattern"], "**/*.ivs");
}
