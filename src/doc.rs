//! Printing a reference.

mod html;
mod markdown;

pub use html::html;
pub use markdown::markdown;

use ivs_driver::{ItemDoc, ModuleDoc};

/// What each sort of item is called, in the order of pages.
const TITLES: &[(&str, &str)] = &[
    ("kind", "Kinds"),
    ("struct", "Structs"),
    ("enum", "Enums"),
    ("type", "Types"),
    ("template", "Templates"),
    ("fn", "Functions"),
    ("dimension", "Dimensions"),
    ("unit", "Units"),
    ("let", "Constants"),
    ("check", "Checks"),
    ("declaration", "Declarations"),
];

/// Sorts of which a line says enough.
fn is_brief(sort: &str) -> bool {
    matches!(sort, "dimension" | "unit" | "let" | "check" | "declaration" | "type")
}

/// The items of a module by sort, with what the sort is called.
fn by_sort(module: &ModuleDoc) -> Vec<(&'static str, &'static str, Vec<&ItemDoc>)> {
    let of = |sort: &str| module.items.iter().filter(|i| i.sort == sort).collect::<Vec<_>>();
    let groups = TITLES.iter().map(|(sort, title)| (*sort, *title, of(sort)));
    groups.filter(|(.., items)| !items.is_empty()).collect()
}
