//! The library is as sound as a package has to be. Nobody who uses it would be told otherwise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_driver::Session;
use ivs_model::{
    Module, check_set, item_diagnostics, module_diagnostics, module_index, modules, qualified_name,
};
use ivs_project::Config;
use ivs_source::ItemId;

#[test]
fn nothing_is_wrong_with_it() {
    let session = Session::new(Vec::new(), Config::named("shop"), 1);
    let db = session.database();
    let all = modules(db);
    let mut wrong = Vec::new();
    let mut items = 0;
    for module in all.library.iter().chain(&all.catalogues) {
        for &item in &module_index(db, *module).all {
            items += 1;
            let found = item_diagnostics(db, item).iter().chain(module_diagnostics(db, *module));
            wrong.extend(found.map(|d| format!("{}: {} {}", qualified_name(db, item), d.code, d.message)));
        }
    }
    wrong.dedup();
    assert!(items > 500, "{items} items");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_of_its_checks_runs_once_there_is_something_to_check() {
    let session = Session::new(Vec::new(), Config::named("shop"), 1);
    let db = session.database();
    let library = modules(db).library.iter();
    let checks: Vec<ItemId> =
        library.flat_map(|m: &Module| module_index(db, *m).checks.iter().copied()).collect();
    let idle: Vec<String> = (checks.iter())
        .filter(|c| check_set(db, **c).is_none())
        .map(|c| qualified_name(db, *c).to_string())
        .collect();
    assert!(checks.len() > 25, "{} checks", checks.len());
    assert!(idle.is_empty(), "these go through no set of a kind, so they never run: {idle:?}");
}
