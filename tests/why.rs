//! `ivs why`: where values of the examples come from, as a person asks.
//!
//! Each answer is drawn into this file; read the difference before accepting it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use insta::assert_snapshot;
use std::path::{Path, PathBuf};
use std::process::Command;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

/// What `ivs why …` prints in an example's folder, on both streams.
fn why(package: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_ivs"))
        .arg("why")
        .args(args)
        .current_dir(package)
        .env_clear()
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_default_of_the_library() {
    assert_snapshot!(why(&example("nmox-studio"), &["service workspace-service.spread"]));
}

#[test]
fn a_base() {
    assert_snapshot!(why(&example("nmox-studio"), &["service workspace-service.namespace"]));
}

#[test]
fn an_overlay_above_what_it_overrides() {
    assert_snapshot!(why(
        &example("nmox-studio"),
        &["service workspace-service.scaling.replicas", "--env", "staging"]
    ));
}

#[test]
fn a_formula_over_several_files() {
    assert_snapshot!(why(&example("nmox-studio"), &["service workspace-service.demand.peak"]));
}

#[test]
fn a_member_of_a_family() {
    assert_snapshot!(why(&example("nmox-studio"), &["language-server[rust].image"]));
}

#[test]
fn a_chain_of_bases() {
    assert_snapshot!(why(&example("pluma"), &["mal-qb.scaling.replicas.max"]));
}

#[test]
fn an_environment_chain() {
    let dir = tempfile::TempDir::new().unwrap();
    std::fs::write(
        dir.path().join("ivs.toml"),
        "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nivs = \"1\"\n",
    )
    .unwrap();
    std::fs::write(
        dir.path().join("main.ivs"),
        "\
environment staging { }
environment staging-eu from staging { }
template service web { scaling { replicas = 2..4 } }
template service shop-web from web { resources { cpu = 100m..500m, memory = 128Mi..256Mi } }
service cart from shop-web { image = \"registry.example/shop/cart:1.0.0\", scaling { replicas = inherited.min..9 } }
overlay staging { service cart { scaling { replicas = 1..inherited.max } } }
overlay staging-eu { service cart { scaling { replicas = inherited.min..3 } } }
",
    )
    .unwrap();
    assert_snapshot!("environment_chain", why(dir.path(), &["cart.scaling.replicas", "--env", "staging-eu"]));
    assert_snapshot!("base_of_a_base", why(dir.path(), &["cart.resources.cpu.max"]));
    assert_snapshot!("nothing_of_that_name", why(dir.path(), &["carts.image"]));
    assert_snapshot!("no_such_field", why(dir.path(), &["cart.scaling.replica"]));
    assert_snapshot!("a_template", why(dir.path(), &["web.image"]));
}

/// A package of these files.
fn package(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::TempDir::new().unwrap();
    let config = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nivs = \"1\"\n";
    for (path, text) in files.iter().chain([&("ivs.toml", config)]) {
        std::fs::write(dir.path().join(path), text).unwrap();
    }
    dir
}

#[test]
fn a_cell_of_a_loaded_table() {
    let dir = package(&[
        ("clients.csv", "name,storage\nAcme,1.5Ti\nBolt,200Gi\n"),
        (
            "main.ivs",
            "\
struct client { name: string, storage: bytes }
let clients: [client] = load(\"clients.csv\")
kind vault { size: bytes, all: bytes = sum([for c in clients: c.storage]) }
vault second { size = clients[1].storage * 2 }
",
        ),
    ]);
    assert_snapshot!("cell_read_by_a_formula", why(dir.path(), &["second.size"]));
    assert_snapshot!("cell_by_its_path", why(dir.path(), &["clients[0].storage"]));
    assert_snapshot!("table_read_as_a_whole", why(dir.path(), &["second.all"]));
}

#[test]
fn a_value_that_a_fix_has_set() {
    let dir = package(&[(
        "main.ivs",
        "\
kind pool { pods: int = 1, users: int }
pool web { users = 120 }
check enough for p in pool {
  require p.pods * 50 >= p.users {
    message = \"`${p.name}` holds ${p.pods * 50} of ${p.users}\"
    fix p.pods = ceil(p.users / 50)
  }
}
",
    )]);
    let fixed = Command::new(env!("CARGO_BIN_EXE_ivs"))
        .args(["check", "--fix"])
        .current_dir(dir.path())
        .env_clear()
        .output()
        .unwrap();
    assert!(fixed.status.success(), "{}", String::from_utf8_lossy(&fixed.stderr));
    assert_snapshot!("set_by_a_fix", why(dir.path(), &["web.pods"]));
}

#[test]
fn a_line_of_an_output() {
    let file = example("nmox-studio").join("golden/base/kubernetes/nmox-studio/workspace-service.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let line = |wanted: &str| {
        let at = text.lines().position(|l| l.trim() == wanted).unwrap_or_else(|| panic!("no `{wanted}`")) + 1;
        why(
            &example("nmox-studio"),
            &[
                &format!("golden/base/kubernetes/nmox-studio/workspace-service.yaml:{at}"),
                "--out",
                "golden/base",
                "--depth",
                "1",
            ],
        )
    };
    assert_snapshot!("output_replicas", line("maxReplicas: 1000"));
    assert_snapshot!("output_memory", line("memory: \"4Gi\""));
    assert_snapshot!("output_fixed", line("apiVersion: apps/v1"));
}
