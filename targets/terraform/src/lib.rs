//! Terraform: from evaluated declarations to root modules, one per region and one for what belongs to no region.
//!
//! Takes declarations of the library's kinds (`network`, `cluster`, `bucket`, `resource` …). Gives typed bodies of HCL,
//! printed as `terraform fmt` lays them out, in `terraform/FOLDER/{versions,variables,main,outputs}.tf`. Never writes a
//! file, runs `terraform`, or knows what a secret is: secrets are sensitive variables.
//!
//! Other targets that need resources of Terraform build them with [`Emit`] and [`Block`], and call their artifacts'
//! folder [`folder`].

mod body;
mod bucket;
mod budget;
mod cdn;
mod cluster;
pub mod codes;
mod dns;
mod emit;
mod expr;
mod free;
mod hcl_text;
mod identity;
mod join;
mod json;
mod lowerings;
mod moved;
mod names;
mod network;
mod nodes;
mod postgres;
mod region;
mod resource;
mod schema;
mod sizes;

pub use body::Block;
pub use bucket::Bucket;
pub use cluster::Cluster;
pub use codes::CODES;
pub use emit::{Emit, Variable, folder};
pub use expr::{Expr, Part, call, decimal, list, object, path, template};
pub use hcl_text::print;
pub use names::{fit, fit_plain, identifier};
pub use network::{Net, group};
pub use region::{Provider, Region};

use ivs_plan::{Artifact, Context, KnownField, Layout, Lowering, Options, OutputFile, Target, read};
use ivs_value::StructValue;
pub use schema::bad as bad_schemas;

/// The target `terraform`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terraform;

impl Target for Terraform {
    fn family(&self) -> &'static str {
        "terraform"
    }
    fn lowerings(&self) -> &'static [Lowering] {
        &lowerings::LOWERINGS
    }
    fn judges(&self, kind: &str, _: &StructValue) -> bool {
        kind == "resource"
    }
    fn fields(
        &self,
        kind: &str,
        object: &StructValue,
        path: &[&str],
        context: &dyn Context,
    ) -> Vec<KnownField> {
        match (kind, path, read::text(object, "type")) {
            ("resource", ["body", inner @ ..], Some(of)) => schema::schemas(context).fields(of, inner),
            _ => Vec::new(),
        }
    }
    fn texts(&self, kind: &str, field: &str, context: &dyn Context) -> Vec<KnownField> {
        match (kind, field) {
            ("resource", "type") => schema::schemas(context).types(),
            _ => Vec::new(),
        }
    }
    fn made(&self, kind: &str, object: &StructValue, context: &dyn Context) -> Vec<KnownField> {
        match (kind, read::text(object, "type")) {
            ("resource", Some(of)) => schema::schemas(context).made(of),
            _ => Vec::new(),
        }
    }
    fn join(&self, artifacts: &mut Vec<&Artifact>, _: Layout) -> Vec<OutputFile> {
        join::join(artifacts, false)
    }
    fn join_with(&self, artifacts: &mut Vec<&Artifact>, _: Layout, options: &Options) -> Vec<OutputFile> {
        join::join(artifacts, options.get("format").is_some_and(|f| f == "json"))
    }
}
