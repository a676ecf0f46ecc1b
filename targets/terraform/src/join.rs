//! Artifacts become files: four per folder, in the order of their declarations.
use crate::json;
use ivs_plan::{Artifact, OutputFile, Text};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write;
use std::sync::Arc;

/// Where a provider comes from, and which versions are taken. The first three and the small ones are those that the
/// resources were checked against; the rest are the current ones of 2026-11 at <https://registry.terraform.io>.
const PROVIDERS: &[(&str, &str, &str)] = &[
    ("archive", "hashicorp/archive", "~> 2.7"),
    ("aws", "hashicorp/aws", "~> 6.25"),
    ("azurerm", "hashicorp/azurerm", "~> 4.55"),
    ("cloudflare", "cloudflare/cloudflare", "~> 5.0"),
    ("google", "hashicorp/google", "~> 6.50"),
    ("helm", "hashicorp/helm", "~> 3.1"),
    ("kubernetes", "hashicorp/kubernetes", "~> 2.38"),
    ("local", "hashicorp/local", "~> 2.6"),
    ("null", "hashicorp/null", "~> 3.2"),
    ("random", "hashicorp/random", "~> 3.7"),
    ("time", "hashicorp/time", "~> 0.13"),
    ("tls", "hashicorp/tls", "~> 4.1"),
];

/// Built into Terraform: `terraform_data`.
const BUILT_IN: &str = "terraform";

/// Whether a resource of that type can be written: its provider's source is known.
pub fn known(kind: &str) -> bool {
    let provider = kind.split('_').next().unwrap_or_default();
    provider == BUILT_IN || PROVIDERS.iter().any(|(name, ..)| *name == provider)
}

/// The providers whose source is known.
pub fn providers() -> impl Iterator<Item = &'static str> {
    PROVIDERS.iter().map(|(name, ..)| *name)
}

/// The files of all folders. `as_json`: as `.tf.json`.
pub fn join(artifacts: &[&Artifact], as_json: bool) -> Vec<OutputFile> {
    let mut folders: BTreeMap<&SmolStr, Vec<&Artifact>> = BTreeMap::new();
    for artifact in artifacts {
        folders.entry(&artifact.folder).or_default().push(artifact);
    }
    let mut files = Vec::new();
    for (folder, artifacts) in folders {
        let mut texts: BTreeMap<&str, Vec<Arc<str>>> = BTreeMap::new();
        texts.entry("versions.tf").or_default().push(Arc::from(versions(&artifacts)));
        // What several declarations need together, such as a provider's settings, is written once.
        let mut seen: HashSet<(&str, &str)> = HashSet::new();
        for artifact in artifacts {
            if seen.insert((&artifact.file, &artifact.text)) {
                texts.entry(&artifact.file).or_default().push(artifact.text.clone());
            }
        }
        for (file, pieces) in texts {
            if as_json {
                let text = json::convert(&pieces);
                files.push(OutputFile { path: format!("{folder}/{file}.json"), text: text.into() });
                continue;
            }
            let mut text = Text::default();
            for (i, piece) in pieces.into_iter().enumerate() {
                if i > 0 {
                    text.push(Arc::from("\n"));
                }
                text.push(piece);
            }
            files.push(OutputFile { path: format!("{folder}/{file}"), text });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// `terraform { … }`: what the folder's resources and settings need.
fn versions(artifacts: &[&Artifact]) -> String {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for artifact in artifacts {
        let mut head = artifact.text.lines().next().unwrap_or_default().split('"');
        let word = head.next().unwrap_or_default().trim();
        if matches!(word, "resource" | "data" | "provider") {
            used.extend(head.next().and_then(|kind| kind.split('_').next()));
        }
    }
    let mut out = String::from("terraform {\n  required_version = \">= 1.5.0\"\n");
    let wanted: Vec<_> = PROVIDERS.iter().filter(|(name, ..)| used.contains(name)).collect();
    if !wanted.is_empty() {
        out.push_str("\n  required_providers {\n");
        for (name, source, version) in wanted {
            let _ = writeln!(
                out,
                "    {name} = {{\n      source  = \"{source}\"\n      version = \"{version}\"\n    }}"
            );
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
    out
}
