//! What `ivs.lock` pins.

use super::*;

#[test]
fn nothing_is_checked_against_no_lock() {
    let w = pair();
    for command in ["check", "build"] {
        w.ivs(&[command, "shop", "--format", "short"])
            .is(1, "shop/ivs.toml:7:1: error[IVS5026]: `ivs.lock` does not pin `shared`\n1 error\n");
    }
    assert!(!w.path("shop/ivs.lock").exists(), "only `fetch` and `publish` write it");
}

#[test]
fn other_content_is_an_error_until_it_is_fetched() {
    let w = pair();
    w.ivs(&["fetch", "shop"]);
    for (file, text) in [
        ("main.ivs", format!("{SHARED}// more\n")),
        ("more.ivs", String::new()),
        ("data.csv", "a,b\n".into()),
    ] {
        w.write(&format!("shared/{file}"), &text);
        w.check("shop").is(1, "shop/ivs.toml:7:1: error[IVS5027]: `shared` is not what `ivs.lock` pins\n");
        w.ivs(&["fetch", "shop"]).says(0, "changed: shared");
        w.check("shop").is(0, "");
    }
}

#[test]
fn what_is_no_content_may_change() {
    let w = pair();
    w.ivs(&["fetch", "shop"]);
    w.write("shared/README.md", "words")
        .write("shared/out/x.ivs", "words")
        .write("shared/.git/config", "words");
    w.check("shop").is(0, "");
}

#[test]
fn a_tampered_lock_is_seen() {
    let w = pair();
    w.ivs(&["fetch", "shop"]);
    let good = w.read("shop/ivs.lock");
    let digit = good.find("sha256:").unwrap() + 7;
    let mut other = good.clone();
    let flipped = if good.as_bytes()[digit] == b'0' { "1" } else { "0" };
    other.replace_range(digit..=digit, flipped);
    w.write("shop/ivs.lock", &other);
    w.check("shop").says(1, "IVS5027");
    for bad in [
        String::from("not toml"),
        good.replace("version = 1\n", "version = 2\n"),
        good.replace("sha256:", "md5:"),
        good.replace("source =", "sauce ="),
        good.replace("[[package]]", "[[package]]\nname = \"x\"\nsource = \"y\"\nhash = \"z\"\n[[package]]"),
        format!("{good}{}", &good[good.find("[[package]]").unwrap()..]),
    ] {
        w.write("shop/ivs.lock", &bad);
        let ran = w.check("shop");
        assert!(
            ran.code == 1 && ran.text.contains("error[IVS5028]") && ran.text.lines().count() == 1,
            "{bad}\n{}",
            ran.text
        );
    }
}

#[test]
fn it_is_the_same_text_every_time_and_on_every_order() {
    let w = World::new();
    for name in ["c", "a", "b"] {
        w.package(name, name, "", "let x = 1\n");
    }
    w.package(
        "one",
        "one",
        "b = { path = \"../b\" }\na = { path = \"../a\" }\nc = { path = \"../c\" }",
        "let y = 1\n",
    );
    w.package(
        "two",
        "two",
        "c = { path = \"../c\" }\na = { path = \"../a\" }\nb = { path = \"../b\" }",
        "let y = 1\n",
    );
    w.ivs(&["fetch", "one"]);
    w.ivs(&["fetch", "two"]);
    let first = w.read("one/ivs.lock");
    assert_eq!(first, w.read("two/ivs.lock"));
    w.ivs(&["fetch", "one"]).is(0, "3 packages as pinned in one/ivs.lock\n");
    assert_eq!(first, w.read("one/ivs.lock"));
}

#[test]
fn locked_writes_nothing_and_tells_by_its_exit_code() {
    let w = pair();
    w.ivs(&["fetch", "shop", "--locked"]).says(3, "is not up to date");
    assert!(!w.path("shop/ivs.lock").exists());
    w.ivs(&["fetch", "shop"]);
    w.ivs(&["fetch", "shop", "--locked"]).says(0, "as pinned");
    w.package("shop", "shop", "", "let x = 1\n");
    w.check("shop").is(0, "");
    w.ivs(&["check", "shop", "--locked", "--format", "short"])
        .says(1, "shop/ivs.lock: error[IVS5032]: `ivs.lock` pins `shared`, which nothing asks for");
    w.ivs(&["fetch", "shop"]).says(0, "removed: shared");
    w.ivs(&["check", "shop", "--locked", "-q"]).is(0, "");
}

#[test]
fn laying_out_needs_no_dependency() {
    let w = pair();
    w.ivs(&["fmt", "shop", "-q"]).is(0, "");
}
