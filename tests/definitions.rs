//! Definitions of custom resources that a package names: `[targets.kubernetes] crds`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::process::Command;
use tempfile::TempDir;

const CONFIG: &str = r#"[package]
name = "shop"
version = "0.1.0"
ivs = "1"

[targets.kubernetes]
crds = ["crds/*.yaml"]
"#;

const TENANT: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: tenants.shop.example
spec:
  group: shop.example
  names: { kind: Tenant, plural: tenants }
  scope: Cluster
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [plan]
            properties:
              plan: { type: string, enum: [gold, blue] }
              seats: { type: integer, minimum: 1, default: 1 }
              spare: { type: integer, default: 0 }
            x-kubernetes-validations:
            - rule: self.spare <= self.seats
              message: no more spare seats than seats
";

/// Files of a package, and what `ivs check` says of it in one line each.
fn check(files: &[(&str, &str)]) -> String {
    let dir = TempDir::new().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_ivs"))
        .args(["check", "--format", "short"])
        .current_dir(dir.path())
        .output()
        .unwrap();
    let both = [output.stdout, output.stderr].concat();
    String::from_utf8(both).unwrap().lines().filter(|l| l.contains("IVS")).collect::<Vec<_>>().join("\n")
}

fn tenant(spec: &str) -> String {
    format!(
        "manifest t {{\n  body {{ apiVersion = \"shop.example/v1\", kind = \"Tenant\", spec {{ {spec} }} }}\n}}\n"
    )
}

/// A rule that only an API server can evaluate is said, once, and the others are held.
#[test]
fn a_rule_that_cannot_be_evaluated_is_said_once() {
    let rule = "            - rule: self.spare <= self.seats\n";
    let strange = format!("            - rule: self.plan.nowhere(self.seats) > 2\n{rule}");
    let crd = TENANT.replace(rule, &strange);
    let two =
        tenant("plan = \"gold\"") + &tenant("plan = \"blue\", spare = 3").replace("manifest t", "manifest u");
    let found = check(&[("ivs.toml", CONFIG), ("crds/tenant.yaml", crd.as_str()), ("t.ivs", two.as_str())]);
    let warnings: Vec<&str> = found.lines().filter(|l| l.contains("warning[IVS6202]")).collect();
    assert_eq!(warnings.len(), 1, "{found}");
    assert!(warnings[0].contains("cannot be evaluated here: `self.plan.nowhere(self.seats) > 2`"), "{found}");
    assert!(found.contains("error[IVS6201]: no more spare seats than seats"), "{found}");
}

#[test]
fn a_named_definition_makes_a_kind_known() {
    let files = |spec: &str| {
        check(&[("ivs.toml", CONFIG), ("crds/tenant.yaml", TENANT), ("t.ivs", tenant(spec).as_str())])
    };
    assert_eq!(files("plan = \"gold\""), "");
    let found = files("plan = \"gld\"");
    assert!(found.contains("t.ivs:2:73") && found.contains("IVS6201"), "{found}");
    let found = files("plan = \"gold\", seat = 2");
    assert!(found.contains("t.ivs:2:81") && found.contains("`spec` has no field `seat`"), "{found}");
}

#[test]
fn its_rules_hold_with_its_defaults() {
    let files = [
        ("ivs.toml", CONFIG),
        ("crds/tenant.yaml", TENANT),
        ("t.ivs", &tenant("plan = \"gold\", spare = 2")),
    ];
    let found = check(&files);
    assert!(found.contains("no more spare seats than seats"), "{found}");
}

#[test]
fn without_the_definition_it_is_written_unchecked() {
    let bare = CONFIG.split("\n[targets").next().unwrap();
    let found = check(&[("ivs.toml", bare), ("t.ivs", &tenant("plan = \"gld\""))]);
    assert!(found.contains("IVS6202") && found.lines().count() == 1, "{found}");
}

#[test]
fn a_pattern_without_a_file_and_a_file_without_a_definition_are_errors() {
    let found = check(&[("ivs.toml", CONFIG), ("t.ivs", "let x = 1\n")]);
    assert!(found.contains("ivs.toml:7:10") && found.contains("no file matches `crds/*.yaml`"), "{found}");
    let files = [("ivs.toml", CONFIG), ("crds/tenant.yaml", "kind: ConfigMap\n"), ("t.ivs", "let x = 1\n")];
    let found = check(&files);
    assert!(found.contains("crds/tenant.yaml:1:1") && found.contains("IVS6205"), "{found}");
}

#[test]
fn a_definition_that_is_broken_yaml_is_an_error_of_its_file() {
    let files = [("ivs.toml", CONFIG), ("crds/tenant.yaml", "kind: [\n"), ("t.ivs", "let x = 1\n")];
    let found = check(&files);
    assert!(found.contains("crds/tenant.yaml:1:1") && found.contains("not YAML"), "{found}");
}
