//! Marketplaces: what is sold, for how much, and where.
//!
//! Takes declarations of the kinds of `std.commerce` (`capsule`, `plan`, `listing`, `api` …). Gives price lists, listings,
//! catalogues, interfaces, statements, and the page on which plans are compared. Amounts of money stay exact: no price passes through
//! floating point, and one that a format cannot hold is refused.

mod aws;
mod azure;
mod catalog;
mod chargeback;
mod chart;
pub mod codes;
mod csv;
mod desk;
mod focus;
mod google;
mod html;
mod lowerings;
mod meter;
mod money;
mod names;
mod oci;
mod offer;
mod openapi;
mod product;
mod schema;
mod share;
mod storefront;
mod stripe;
mod tenant;
mod tree;
mod web;

pub use codes::CODES;

use ivs_plan::{Artifact, Layout, Lowering, OutputFile, Target, Text};

/// The target `marketplace`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Marketplace;

impl Target for Marketplace {
    fn family(&self) -> &'static str {
        "marketplace"
    }
    fn lowerings(&self) -> &'static [Lowering] {
        lowerings::LOWERINGS
    }
    fn join(&self, artifacts: &mut Vec<&Artifact>, _: Layout) -> Vec<OutputFile> {
        artifacts.sort_by(|a, b| {
            (&a.folder, &a.file, a.order, &a.identity).cmp(&(&b.folder, &b.file, b.order, &b.identity))
        });
        let mut files: Vec<OutputFile> = Vec::new();
        for artifact in artifacts.iter() {
            if artifact.file == oci::CONFIG && artifact.folder.starts_with("marketplace/oci/") {
                files.extend(oci::layout(artifact, artifacts));
                continue;
            }
            let path = format!("{}/{}", artifact.folder, artifact.file);
            match files.last_mut() {
                Some(last) if last.path == path => last.text.push(artifact.text.clone()),
                _ => {
                    let mut text = Text::default();
                    if artifact.order == 1 {
                        text.push("meters:\n".into());
                    }
                    text.push(artifact.text.clone());
                    files.push(OutputFile { path, text });
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }
}
