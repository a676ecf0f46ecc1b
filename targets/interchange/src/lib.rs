//! Files that other systems read: policies of data spaces, shells of assets, names of industry, endpoints of block chains.
//!
//! Takes declarations of the kinds of `std.federation`, `std.industry` and `std.chains`. Gives JSON (and TOML where a
//! program wants that) printed by serializers. Never writes a file or reads a clock. Objects of Kubernetes are not made here.

mod budgets;
mod chains;
pub mod codes;
mod draft;
mod federation;
mod industry;
mod names;

pub use codes::CODES;

use ivs_plan::{Artifact, Layout, Lowering, OutputFile, Target};
use std::sync::Arc;

/// The target `federation`: policies, contracts, connections.
#[derive(Clone, Copy, Debug, Default)]
pub struct Federation;

impl Target for Federation {
    fn family(&self) -> &'static str {
        "federation"
    }
    fn lowerings(&self) -> &'static [Lowering] {
        federation::LOWERINGS
    }
    fn join(&self, artifacts: &mut Vec<&Artifact>, _: Layout) -> Vec<OutputFile> {
        let mut files = files(artifacts);
        // What policies are decided by is said once, however many there are.
        if artifacts.iter().any(|a| a.folder.ends_with("/policies")) {
            files.push(federation::participant());
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }
}

/// The target `industry`: asset administration shells, names of topics, references into standards.
#[derive(Clone, Copy, Debug, Default)]
pub struct Industry;

impl Target for Industry {
    fn family(&self) -> &'static str {
        "industry"
    }
    fn lowerings(&self) -> &'static [Lowering] {
        industry::LOWERINGS
    }
    fn join(&self, artifacts: &mut Vec<&Artifact>, _: Layout) -> Vec<OutputFile> {
        files(artifacts)
    }
}

/// The target `chains`: where block chains are reached, and what may be spent on them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chains;

impl Target for Chains {
    fn family(&self) -> &'static str {
        "chains"
    }
    fn lowerings(&self) -> &'static [Lowering] {
        chains::LOWERINGS
    }
    fn join(&self, artifacts: &mut Vec<&Artifact>, _: Layout) -> Vec<OutputFile> {
        files(artifacts)
    }
}

/// The target `budgets`: what may be spent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budgets;

impl Target for Budgets {
    fn family(&self) -> &'static str {
        "budgets"
    }
    fn lowerings(&self) -> &'static [Lowering] {
        budgets::LOWERINGS
    }
    fn join(&self, artifacts: &mut Vec<&Artifact>, _: Layout) -> Vec<OutputFile> {
        files(artifacts)
    }
}

/// A file for each artifact, sorted by path.
fn files(artifacts: &[&Artifact]) -> Vec<OutputFile> {
    let mut files: Vec<OutputFile> = artifacts
        .iter()
        .map(|a| OutputFile { path: format!("{}/{}", a.folder, a.file), text: Arc::clone(&a.text).into() })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
