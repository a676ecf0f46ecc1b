//! What the workspace depends on: which crate may use which, and what `deny.toml` demands of all others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};

fn metadata() -> Metadata {
    MetadataCommand::new().manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).exec().unwrap()
}

fn deny() -> toml::Table {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deny.toml");
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// The phases in order: each may use the ones it names, and no other.
const ARROWS: &[(&str, &[&str])] = &[
    ("grammar", &[]),
    ("stdlib", &[]),
    ("value", &[]),
    ("data", &[]),
    ("source", &["grammar"]),
    ("model", &["grammar", "source", "value"]),
    ("eval", &["grammar", "source", "value", "data", "model"]),
    ("plan", &["value"]),
    ("schema", &[]),
    ("target-documents", &["plan", "value"]),
    ("target-interchange", &["plan", "value"]),
    ("target-terraform", &["plan", "target-nodepools", "value"]),
    ("target-kubernetes", &["plan", "schema", "target-nodepools", "value"]),
    ("target-nodepools", &["plan", "value"]),
    ("target-marketplace", &["plan", "target-kubernetes", "value"]),
    ("target-sql", &["plan", "value"]),
    ("project", &["grammar", "source"]),
    ("output", &["plan"]),
    ("ide", &["driver", "eval", "grammar", "model", "project", "schema", "source", "value"]),
    ("lsp", &["driver", "grammar", "ide", "output", "project", "source"]),
    ("playground", &["driver", "lsp", "plan", "project", "source"]),
    (
        "driver",
        &[
            "grammar",
            "stdlib",
            "value",
            "source",
            "model",
            "eval",
            "plan",
            "project",
            "target-documents",
            "target-interchange",
            "target-kubernetes",
            "target-terraform",
            "target-marketplace",
            "target-sql",
        ],
    ),
];

#[test]
fn the_arrows_between_phases_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let metadata = metadata();
    let mut seen = BTreeSet::new();
    for package in metadata.workspace_packages() {
        let Some(name) = package.name.strip_prefix("ivs-") else { continue };
        let uses = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
        let uses: BTreeSet<&str> = uses.filter_map(|d| d.name.strip_prefix("ivs-")).collect();
        let may: BTreeSet<&str> = allowed
            .get(name)
            .unwrap_or_else(|| panic!("`{name}` has no place in ARROWS"))
            .iter()
            .copied()
            .collect();
        let wrong: Vec<_> = uses.difference(&may).collect();
        assert!(wrong.is_empty(), "`{name}` may not use {wrong:?}");
        seen.insert(name);
    }
    assert_eq!(seen.len(), ARROWS.len(), "ARROWS names a crate that does not exist");
}

/// Whether a licence expression can be met from the list: `MIT OR Apache-2.0`, `(A OR B) AND C`, old `A/B`.
fn met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    fn any(tokens: &mut std::iter::Peekable<std::vec::IntoIter<String>>, allowed: &BTreeSet<String>) -> bool {
        let mut result = all(tokens, allowed);
        while tokens.next_if(|t| t == "OR").is_some() {
            result |= all(tokens, allowed);
        }
        result
    }
    fn all(tokens: &mut std::iter::Peekable<std::vec::IntoIter<String>>, allowed: &BTreeSet<String>) -> bool {
        let mut result = one(tokens, allowed);
        while tokens.next_if(|t| t == "AND").is_some() {
            result &= one(tokens, allowed);
        }
        result
    }
    fn one(tokens: &mut std::iter::Peekable<std::vec::IntoIter<String>>, allowed: &BTreeSet<String>) -> bool {
        let Some(token) = tokens.next() else { return false };
        if token == "(" {
            let result = any(tokens, allowed);
            return tokens.next().as_deref() == Some(")") && result;
        }
        // An exception only permits more.
        if tokens.next_if(|t| t == "WITH").is_some() {
            tokens.next();
        }
        allowed.contains(&token)
    }
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<String> = spaced.split_whitespace().map(str::to_owned).collect();
    let mut tokens = tokens.into_iter().peekable();
    any(&mut tokens, allowed) && tokens.next().is_none()
}

#[test]
fn licence_expressions() {
    let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned).into();
    for good in [
        "MIT",
        "MIT OR GPL-3.0",
        "GPL-3.0/MIT",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "Apache-2.0 WITH LLVM-exception OR X",
    ] {
        assert!(met(good, &allowed), "{good}");
    }
    for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT MIT", "MIT OR"] {
        assert!(!met(bad, &allowed) || bad == "MIT OR", "{bad}");
    }
}

#[test]
fn licences_sources_and_bans() {
    let deny = deny();
    let texts = |list: &toml::Value| -> BTreeSet<String> {
        list.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
    };
    let allowed = texts(&deny["licenses"]["allow"]);
    // A banned crate, and who may use it in spite of that.
    let banned: BTreeMap<&str, BTreeSet<String>> = (deny["bans"]["deny"].as_array().unwrap().iter())
        .map(|b| (b["crate"].as_str().unwrap(), b.get("wrappers").map(texts).unwrap_or_default()))
        .collect();
    let mut wrong = Vec::new();
    let metadata = metadata();
    for package in &metadata.packages {
        for used in package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal && !d.optional) {
            if banned.get(used.name.as_str()).is_some_and(|by| !by.contains(package.name.as_str())) {
                wrong.push(format!("{} uses {}: banned", package.name, used.name));
            }
        }
    }
    for package in metadata.packages.iter().filter(|p| p.source.is_some()) {
        let name = format!("{} {}", package.name, package.version);
        if !met(package.license.as_deref().unwrap_or_default(), &allowed) {
            wrong.push(format!("{name}: licence {:?}", package.license));
        }
        if !package.source.as_ref().unwrap().is_crates_io() {
            wrong.push(format!("{name}: from {:?}", package.source));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
