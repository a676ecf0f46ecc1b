//! What a session keeps between questions: equal parts of values once, and nothing of what an edit replaced.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use ivs_driver::{Database, Session};
use ivs_eval::{Env, Inst, object};
use ivs_model::{Module, module_index, modules};
use ivs_value::{StructValue, Value};
use smol_str::SmolStr;
use std::fmt::Write;
use std::sync::Arc;

const KINDS: &str = "
struct size { width: int = 1, height: int = 2 }
kind box { size: size, tags: {string: string}, spare?: box }
template box small {
  size { width = 3 }
  tags { colour = \"red\", shape = \"square\" }
}
";

fn session(boxes: &str) -> Session {
    let project = ivs_project::load_text("main.ivs", &format!("{KINDS}{boxes}"));
    Session::of(&project, 1)
}

fn value(db: &Database, name: &str) -> Arc<StructValue> {
    let modules = modules(db);
    let own = modules.files.keys().map(|m| Module::new(db, m.clone())).find(|m| modules.is_own(*m));
    let decl = module_index(db, own.expect("a module")).decls.get(name).expect("declared")[0];
    object(db, Env::new(db, SmolStr::default()), Inst::new(db, decl, None)).value.clone()
}

fn part<'v>(of: &'v StructValue, field: &str) -> &'v Value {
    of.get(field).expect("a field")
}

fn one(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Struct(a), Value::Struct(b)) => Arc::ptr_eq(a, b),
        (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

#[test]
fn what_declarations_agree_in_is_held_once() {
    let mut session =
        session("box a from small {}\nbox b from small {}\nbox c from small { size { height = 9 } }");
    assert_eq!(session.survey().diagnostics, []);
    let db = session.database();
    let (a, b, c) = (value(db, "a"), value(db, "b"), value(db, "c"));
    assert!(one(part(&a, "size"), part(&b, "size")));
    assert!(one(part(&a, "tags"), part(&c, "tags")));
    assert_ne!(part(&a, "size"), part(&c, "size"));
}

#[test]
fn references_of_two_sessions_stay_apart() {
    // The same words lead to declarations that only their own database knows by number.
    let text = |spare: &str| format!("box {spare} from small {{}}\nbox z from small {{ spare = {spare} }}");
    for spare in ["first", "second"] {
        let mut session = session(&text(spare));
        assert_eq!(session.survey().diagnostics, []);
        let z = value(session.database(), "z");
        let Value::Ref(found) = part(&z, "spare") else { panic!("{z:?}") };
        assert_eq!(found.name, spare);
    }
}

#[test]
fn a_sweep_lets_go_of_what_edits_replaced_and_changes_no_answer() {
    let mut session = session("");
    let text = |from: usize| {
        let mut text = KINDS.to_owned();
        for i in 0..600 {
            let _ = writeln!(text, "box b-{i} from small {{ size {{ height = {} }} }}", from + i);
        }
        text
    };
    let mut sizes = Vec::new();
    for round in 1..=6 {
        session.set_text("main.ivs", &text(round * 1_000));
        assert_eq!(session.survey().diagnostics, []);
        session.sweep();
        sizes.push(session.kept_parts());
        let b = value(session.database(), "b-7");
        let Value::Struct(size) = part(&b, "size") else { panic!("{b:?}") };
        assert_eq!(size.get("height"), Some(&Value::int(round as i64 * 1_000 + 7)));
    }
    assert!(sizes.iter().all(|n| *n < 2_500), "{sizes:?}");
}

/// Boxes in two files, more than a check has parts for one by one, and checks that read of them in every way.
fn mixed(height: u32) -> Vec<(&'static str, String)> {
    let mut main =
        KINDS.replace("spare?: box }", "spare?: box, span: int..int = 1..5, enabled: bool = true }");
    main += "
check low for b in box { require b.size.height < 1000 }
check round for b in box { require b.tags.shape != \"round\" }
check spare for b in box if b.spare != none { require b.spare.size.height < 2000, b.spare.span.max < 9 }
check narrow for b in box { require b.span.max - b.span.min < 7 }
check coloured for b in box { require b.tags.colour != \"none\" }
";
    let mut far = String::new();
    for i in 0..100 {
        let said = match i % 10 {
            0 => format!("size {{ height = {} }}", height + i),
            1 => "tags { shape = \"round\" }".to_owned(),
            2 => format!("spare = b-{}", i - 1),
            3 => format!("spare = far-{i}"),
            4 => "span = 1..20".to_owned(),
            5 => "enabled = false".to_owned(),
            6 => format!("spare = b-{}", i - 2),
            7 => "remove tags colour".to_owned(),
            _ => String::new(),
        };
        let _ = writeln!(main, "box b-{i} from small {{ {said} }}");
        let _ = writeln!(far, "box far-{i} from small {{ size {{ height = {} }} }}", height * 2 + i);
    }
    vec![("main.ivs", main), ("far.ivs", far)]
}

fn of_files(files: &[(&str, String)]) -> Session {
    let mut session = session("");
    files.iter().for_each(|(path, text)| session.set_text(path, text));
    session
}

#[test]
fn a_session_that_keeps_few_declarations_finds_what_one_that_keeps_none_does() {
    let mut editor = of_files(&mixed(1));
    editor.keep_objects(8);
    for height in [1, 950, 1_500, 2, 950] {
        let files = mixed(height);
        files.iter().for_each(|(path, text)| editor.set_text(path, text));
        let found = editor.survey();
        let fresh = of_files(&files).once().survey();
        assert_eq!(found.diagnostics, fresh.diagnostics, "{height}");
        assert!(fresh.diagnostics.len() > 20, "{}", fresh.diagnostics.len());
        editor.sweep();
    }
}

#[test]
fn declarations_that_nobody_looks_at_are_let_go_of() {
    let mut session = of_files(&mixed(1));
    session.keep_objects(8);
    session.survey();
    let known: Vec<_> =
        (0..100).map(|i| Arc::downgrade(&value(session.database(), &format!("far-{i}")))).collect();
    let kept = || known.iter().filter(|object| object.upgrade().is_some()).count();
    assert_eq!(kept(), 100, "until the next edit, all are at hand");
    session.sweep();
    assert_eq!(kept(), 8);
    let again = value(session.database(), "far-0");
    assert_eq!(part(&again, "tags"), part(&value(session.database(), "far-99"), "tags"));
}
