use crate::gpu;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// What the catalogue of instance types is, to the byte. Whoever changes a row changes its digest, and says so in the changelog.
const CATALOGUE: [(&str, &str); 3] = [
    ("aws/instances/ec2.ivs", "a8e8f2ee78425d2247bfc88cfde85f2791a8bedc2da5c43cec2719e7cc300785"),
    ("azure/instances/sizes.ivs", "1722b0cb9b6686c86914700f9d565ead064c8a5838af29c1145672e23b1ece2a"),
    ("gcp/instances/gce.ivs", "d296536c6815d6afce3c70f5c9934da65dc75cc29258b5997b78fcd9d605bb11"),
];

#[test]
fn the_catalogue_is_what_its_digests_say() {
    let found: Vec<(&str, String)> = CATALOGUE
        .iter()
        .map(|(path, _)| {
            let text = ivs_stdlib::FILES.iter().find(|(p, _)| p == path).unwrap().1;
            let mut digest = String::new();
            for byte in Sha256::digest(text.as_bytes()) {
                write!(digest, "{byte:02x}").unwrap();
            }
            (*path, digest)
        })
        .collect();
    let stated: Vec<(&str, String)> = CATALOGUE.iter().map(|(p, d)| (*p, (*d).to_owned())).collect();
    assert_eq!(found, stated);
}

/// The values of a field, wherever a line sets it.
fn values<'t>(text: &'t str, field: &'t str) -> impl Iterator<Item = &'t str> {
    text.lines()
        .filter_map(|l| l.split_once('='))
        .filter(move |(key, _)| key.trim() == field)
        .map(|(_, v)| v.trim())
}

#[test]
fn every_gpu_in_the_catalogue_has_a_name_at_its_provider() {
    for (path, _) in CATALOGUE {
        let text = ivs_stdlib::FILES.iter().find(|(p, _)| *p == path).unwrap().1;
        let mut seen = 0;
        for model in values(text, "gpu") {
            let names = gpu::find(model).unwrap_or_else(|| panic!("{path}: {model}"));
            let name = match path.split('/').next().unwrap() {
                "aws" => names.aws,
                "azure" => names.azure,
                _ => names.google,
            };
            assert!(name.is_some(), "{path}: {model} has no name there");
            seen += 1;
        }
        assert!(seen >= 10, "{path}: {seen}");
    }
}

#[test]
fn every_model_of_the_library_has_names() {
    let text = ivs_stdlib::FILES.iter().find(|(p, _)| *p == "platform/container.ivs").unwrap().1;
    let body = text.split_once("enum gpu-model {").unwrap().1.split_once('}').unwrap().0;
    let members: Vec<&str> = body.split_whitespace().collect();
    let named: Vec<&str> = gpu::MODELS.iter().map(|m| m.model).collect();
    assert_eq!(members, named);
}

#[test]
fn models_that_share_a_name_on_aws_are_told_apart_by_their_memory() {
    for a in &gpu::MODELS {
        for b in gpu::MODELS.iter().filter(|b| b.model != a.model && b.aws.is_some() && b.aws == a.aws) {
            assert!(a.aws_memory.is_some() && a.aws_memory != b.aws_memory, "{} and {}", a.model, b.model);
        }
    }
}
