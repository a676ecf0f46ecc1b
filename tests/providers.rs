//! Schemas of Terraform's providers that a package names: `[targets.terraform] schemas`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::process::Command;
use tempfile::TempDir;

const CONFIG: &str = r#"[package]
name = "shop"
version = "0.1.0"
ivs = "1"

[targets.terraform]
schemas = ["schemas/*.json"]
"#;

const SCHEMA: &str = r#"{ "provider_schemas": { "registry.terraform.io/hashicorp/null": { "resource_schemas": { "null_thing": { "block": {
  "attributes": {
    "id": { "type": "string", "computed": true },
    "name": { "type": "string", "required": true },
    "settings": { "type": ["map", "string"], "optional": true }
  },
  "block_types": { "rule": { "nesting_mode": "list", "block": { "attributes": { "port": { "type": "number", "required": true } } } } }
} } } } } }"#;

fn run(command: &str, resource: &str, schema: &str) -> (TempDir, String) {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("schemas")).unwrap();
    fs::write(dir.path().join("ivs.toml"), CONFIG).unwrap();
    fs::write(dir.path().join("schemas/null.json"), schema).unwrap();
    fs::write(dir.path().join("main.ivs"), resource).unwrap();
    let mut ivs = Command::new(env!("CARGO_BIN_EXE_ivs"));
    let output = ivs.args([command, "--format", "short"]).current_dir(dir.path()).output().unwrap();
    let both = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let lines: Vec<&str> = both.lines().filter(|l| l.contains("IVS63")).collect();
    let lines = lines.join("\n");
    (dir, lines)
}

fn thing(body: &str) -> String {
    format!("resource thing {{\n  type = \"null_thing\"\n  body {{ {body} }}\n}}\n")
}

#[test]
fn a_body_is_held_against_the_schema_of_its_type() {
    let said = |body: &str| run("check", &thing(body), SCHEMA).1;
    assert_eq!(
        said(
            r#"name = "a", settings { any = "b" }, rule = [{ port = 1 }, { port = 2 }], depends_on = [], lifecycle { prevent_destroy = true }"#
        ),
        ""
    );
    for (body, at, message) in [
        (r#"nam = "a", name = "b""#, "main.ivs:3:10", "`null_thing` has no argument or block `nam`"),
        (r#"name = "a", id = "b""#, "main.ivs:3:22", "`id` of `null_thing` is the provider's to say"),
        (
            r#"name = "a", rule { prt = 1, port = 2 }"#,
            "main.ivs:3:29",
            "`null_thing.rule` has no argument or block `prt`",
        ),
        (r#"settings { a = "b" }"#, "main.ivs:3:3", "`null_thing` needs `name`"),
        (r#"name = "a", rule { }"#, "main.ivs:3:22", "`null_thing.rule` needs `port`"),
    ] {
        let found = said(body);
        assert!(
            found.contains(at) && found.contains(message) && found.contains("IVS6304"),
            "{body}\n{found}"
        );
        assert_eq!(found.lines().count(), 1, "{found}");
    }
}

#[test]
fn what_no_file_knows_is_taken_as_it_is() {
    let other = thing("anything = 1").replace("null_thing", "null_other");
    assert_eq!(run("check", &other, SCHEMA).1, "");
}

#[test]
fn braces_mean_what_the_schema_says() {
    let (dir, said) =
        run("build", &thing(r#"name = "a", settings { any = "b" }, rule { port = 1 }"#), SCHEMA);
    assert_eq!(said, "");
    let hcl = fs::read_to_string(dir.path().join("out/terraform/global/main.tf")).unwrap();
    assert!(hcl.contains("settings = {") && hcl.contains("rule {"), "{hcl}");
}

#[test]
fn a_file_that_holds_no_schema_is_a_mistake() {
    let found = run("check", &thing(r#"name = "a""#), "{}").1;
    assert!(found.contains("schemas/null.json:1:1") && found.contains("IVS6305"), "{found}");
}
