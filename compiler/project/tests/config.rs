//! What `ivs.toml` may say, and what is answered to the rest.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use insta::assert_snapshot;
use ivs_project::{Config, Date, Setting, parse_config};
use ivs_source::Severity;

fn good(text: &str) -> Config {
    parse_config(text).unwrap_or_else(|f| panic!("{:#?}", f.diagnostics))
}

/// Each finding on its own lines: code, the text it points at, message, help, fixes.
fn bad(text: &str) -> String {
    let failure = parse_config(text).expect_err("it should be refused");
    let mut out = String::new();
    for d in &failure.diagnostics {
        out += &format!("{} `{}` {}\n", d.code, d.primary.place.span.text(text), d.message);
        d.help.iter().for_each(|h| out += &format!("  help: {h}\n"));
        d.fixes.iter().for_each(|f| out += &format!("  fix: {} -> {}\n", f.title, f.edits[0].text));
    }
    out
}

#[test]
fn a_full_configuration() {
    let config = good(
        r#"
[package]
name    = "nmox-studio"
version = "2.4.1"
ivs     = "1"

[build]
as-of = 2026-11-21

[targets.kubernetes]

[checks]
IVS3004 = "warning"
std.scaling.capacity = "info"
"#,
    );
    assert_eq!(config.package, "nmox-studio");
    assert_eq!(config.version.as_deref(), Some("2.4.1"));
    assert_eq!(config.language, 1);
    assert_eq!(config.as_of, Date::new(2026, 11, 21));
    assert!(config.targets["kubernetes"].is_empty());
    assert_eq!(config.severities["IVS3004"], Severity::Warning);
    assert_eq!(config.severities["std.scaling.capacity"], Severity::Info);
}

#[test]
fn the_smallest_configuration() {
    let config = good("package = { name = \"a\", ivs = \"1\" }");
    // It keeps its text, for places that are asked for later.
    assert_eq!(config, Config { text: config.text.clone(), ..Config::named("a") });
}

#[test]
fn carriage_returns_and_a_byte_order_mark_are_read() {
    let config = good("\u{feff}[package]\r\nname = \"a\"\r\nivs = \"1\"\r\n");
    assert_eq!(config.package, "a");
}

#[test]
fn unknown_keys_are_errors_each_with_its_place() {
    assert_snapshot!(bad("[package]\nnam = \"a\"\nname = \"a\"\nivs = \"1\"\nauthors = []\n[pakage]\n[targets.helm]\n[targets.kubernetes]\nlayuot = 1\n"), @r"
    IVS5003 `nam` `nam` is not a key of `[package]`
      fix: did you mean `name`? -> name
    IVS5003 `authors` `authors` is not a key of `[package]`
      help: its keys are `name`, `version` and `ivs`
    IVS5003 `pakage` `pakage` is not a key of `ivs.toml`
      fix: did you mean `package`? -> package
    IVS5003 `helm` `helm` is not a key of `[targets]`
      help: its keys are `kubernetes` and `terraform`
    IVS5003 `layuot` `layuot` is not a key of `[targets.kubernetes]`
      fix: did you mean `layout`? -> layout
    ");
}

#[test]
fn a_targets_options() {
    let text = |value: &str| {
        format!("[package]\nname = \"a\"\nivs = \"1\"\n[targets.kubernetes]\nlayout = {value}\n")
    };
    let config = good(&text("\"folder\""));
    assert_eq!(config.targets["kubernetes"]["layout"], Setting::Text("folder".to_owned()));
    assert_snapshot!(bad(&text("\"flat\"")), @r#"IVS5006 `"flat"` `layout` is one of "declaration", "folder""#);
    assert_snapshot!(bad(&text("1")), @r#"IVS5006 `1` `layout` is one of "declaration", "folder""#);
}

#[test]
fn required_keys() {
    assert_snapshot!(bad("[build]\n"), @r#"
    IVS5005 `` `[package]` is missing
      help: add
    [package]
    name = "my-platform"
    version = "0.1.0"
    ivs = "1"
    "#);
    assert_snapshot!(bad("[package]\nversion = \"1.0.0\"\n"), @r#"
    IVS5005 `package` `name` is missing in `[package]`
      help: add name = "my-platform"
    IVS5005 `package` `ivs` is missing in `[package]`
      help: add ivs = "1"
    "#);
}

#[test]
fn values_of_the_wrong_type_or_form() {
    assert_snapshot!(bad("[package]\nname = 1\nversion = \"1.2\"\nivs = 1\n[build]\nas-of = 2026-02-30\n[checks]\nIVS3004 = \"fatal\"\n"), @r#"
    IVS5002 `2026-02-30` `ivs.toml` is not TOML: invalid date, expected day between 01 and 28
    "#);
    assert_snapshot!(bad("[package]\nname = 1\nversion = \"1.2\"\nivs = 1\n[build]\nas-of = \"2026-02-30\"\n[checks]\nIVS3004 = \"fatal\"\n"), @r#"
    IVS5006 `1` `name` is a string, not an integer
    IVS5006 `"1.2"` `1.2` is not a version
      help: a version has three numbers: "1.2.0"
    IVS5006 `1` `ivs` is a string, not an integer
    IVS5006 `"2026-02-30"` `2026-02-30` is not a date; write it as 2026-11-21
    IVS5006 `"fatal"` `fatal` is not a severity
      help: severities are "error", "warning" and "info"
    "#);
}

#[test]
fn names_that_a_package_cannot_have() {
    for name in ["", "std", "a b", "a/b", "../x", "1st", "-a", "a-", "a--b"] {
        let found = bad(&format!("[package]\nname = \"{name}\"\nivs = \"1\"\n"));
        assert!(found.contains("cannot name a package"), "{name}: {found}");
    }
    for name in ["a", "nmox-studio", "AMPEL360-BWB-Q100", "_x", "größe"] {
        assert_eq!(good(&format!("[package]\nname = \"{name}\"\nivs = \"1\"\n")).package, name);
    }
}

#[test]
fn another_version_of_the_language() {
    assert_snapshot!(bad("[package]\nname = \"a\"\nivs = \"2\"\n"), @r#"
    IVS5007 `"2"` this compiler knows version 1 of the language, not `2`
      help: write ivs = "1", or use a newer compiler
    "#);
}

#[test]
fn dependencies_say_where_they_come_from() {
    let config = good(
        r#"
package = { name = "a", ivs = "1" }
[dependencies]
units = { git = "git@git.example:libs/units.git", tag = "v1", folder = "ivs/" }
shared = { path = "../shared/" }
tip = { git = "https://git.example/tip" }
"#,
    );
    let found: Vec<String> = config.dependencies.iter().map(|d| format!("{} {}", d.name, d.source)).collect();
    assert_eq!(
        found,
        [
            "shared path+../shared",
            "tip git+https://git.example/tip",
            "units git+git@git.example:libs/units.git?tag=v1#ivs"
        ]
    );
}

#[test]
fn registries_are_refused_not_ignored() {
    assert_snapshot!(bad("[package]\nname = \"a\"\nivs = \"1\"\n[dependencies]\nb = { oci = \"r.example/b:1\" }\n"), @r#"
    IVS5008 `"r.example/b:1"` dependencies from OCI registries are not in this version of ivs
      help: use `git`, or `path` with a copy of the package
    "#);
}

#[test]
fn text_that_is_not_toml() {
    assert_snapshot!(bad("[package\nname = \"a\"\n"), @"IVS5002 `` `ivs.toml` is not TOML: unclosed table, expected `]`");
    assert_snapshot!(bad("[package]\nname = \"a\"\nname = \"b\"\nivs = \"1\"\n"), @"IVS5002 `name` `ivs.toml` is not TOML: duplicate key");
}

#[test]
fn dates() {
    assert_eq!("2024-02-29".parse(), Ok(Date { year: 2024, month: 2, day: 29 }));
    assert_eq!("2024-02-29".parse::<Date>().map(|d| d.to_string()).as_deref(), Ok("2024-02-29"));
    for wrong in [
        "2023-02-29",
        "1900-02-29",
        "2024-13-01",
        "2024-00-01",
        "24-01-01",
        "2024-1-1",
        "2024-01-01T00:00",
        "",
        "+024-01-01",
    ] {
        assert!(wrong.parse::<Date>().is_err(), "{wrong}");
    }
}
