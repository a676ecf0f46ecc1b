//! The library is as sound as a package has to be. Nobody who uses it would be told otherwise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_driver::Session;
use ivs_model::{
    Module, body, check_set, item_diagnostics, module_diagnostics, module_index, modules, qualified_name,
    worded_body,
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

/// What is decided without words is decided by the same formulas at the same places, so that one map tells where they stand.
#[test]
fn what_is_said_of_requirements_comes_after_their_conditions() {
    let session = Session::new(Vec::new(), Config::named("shop"), 1);
    let db = session.database();
    let all = modules(db).library.iter().flat_map(|m| module_index(db, *m).all.iter().copied());
    let mut longer = 0;
    for item in all {
        let (quiet, worded) = (body(db, item), worded_body(db, item));
        let front = worded.exprs.get(..quiet.exprs.len());
        assert_eq!(front, Some(&quiet.exprs[..]), "{}", qualified_name(db, item));
        longer += usize::from(worded.exprs.len() > quiet.exprs.len());
        for (a, b) in quiet.blocks.iter().zip(&worded.blocks) {
            let parts =
                |b: &ivs_model::ir::BlockIr| b.requires.iter().map(|r| (r.cond, r.mark)).collect::<Vec<_>>();
            assert_eq!(parts(a), parts(b), "{}", qualified_name(db, item));
        }
    }
    assert!(longer > 50, "{longer} items say something");
}
