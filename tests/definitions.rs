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

/// What `ivs explain` prints, in a package with these files.
fn explained(files: &[(&str, &str)], args: &[&str]) -> (String, Option<i32>) {
    let dir = TempDir::new().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_ivs"))
        .arg("explain")
        .args(args)
        .current_dir(dir.path())
        .output()
        .unwrap();
    let both = [output.stdout, output.stderr].concat();
    (String::from_utf8(both).unwrap(), output.status.code())
}

#[test]
fn fields_of_known_kinds_are_explained() {
    let (text, exit) = explained(&[], &["NodePool.spec.template.spec"]);
    assert_eq!(exit, Some(0), "{text}");
    assert!(
        text.starts_with("NodePool.spec.template.spec: object, required\nof karpenter.sh/v1\n"),
        "{text}"
    );
    assert!(text.contains("\n  requirements: [object], required\n"), "{text}");
    let (text, _) = explained(&[], &["Deployment.spec.template.spec.containers"]);
    assert!(text.contains("\n  name: string, required\n"), "{text}");
    let (text, _) = explained(&[], &["HorizontalPodAutoscaler"]);
    assert!(text.contains("of autoscaling/v2"), "the newest settled version: {text}");
}

#[test]
fn fields_of_a_package_s_definitions_are_explained() {
    let documented = TENANT.replace(
        "plan: { type: string, enum: [gold, blue] }",
        "plan: { type: string, enum: [gold, blue], description: What the tenant pays for. }",
    );
    let files = [("ivs.toml", CONFIG), ("crds/tenant.yaml", documented.as_str()), ("t.ivs", "let one = 1\n")];
    let (text, exit) = explained(&files, &["Tenant.spec"]);
    assert_eq!(exit, Some(0), "{text}");
    assert_eq!(
        text,
        "Tenant.spec: object\nof shop.example/v1\n\n  plan: string, required, one of gold, blue\n      What the tenant pays for.\n  \
         seats: integer, 1 unless set\n  spare: integer, 0 unless set\n"
    );
    let (text, _) = explained(&files, &["shop.example/v1/Tenant.spec", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["fields"][0]["enum"], serde_json::json!(["gold", "blue"]));
    assert_eq!(document["fields"][1]["default"], "1");
    let (text, exit) = explained(&files, &["Tenant.spec.plam"]);
    assert_eq!(exit, Some(2), "{text}");
    assert!(
        text.contains("`Tenant.spec` has no field `plam`") && text.contains("did you mean `plan`?"),
        "{text}"
    );
}
