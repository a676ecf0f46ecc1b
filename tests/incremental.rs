//! Which queries run again after an edit: only those whose reasons changed.

use ivs_driver::{Database, Session};
use ivs_project::{Config, SourceText};
use std::collections::BTreeMap;
use std::sync::Arc;

const SHOP: &str = r#"namespace shop { }

template service base {
  namespace = shop
  resources { cpu = 500m..1, memory = 256Mi..512Mi }
}
"#;

const CART: &str = r#"service cart from base {
  image = "registry.example/cart:1.0.0"
  port http { container = 8080 }
  scaling { replicas = 2..10, target cpu { utilization = 70% } }
}

service orders from base {
  image      = "registry.example/orders:1.0.0"
  port http { container = 8080 }
  depends_on = [cart]
}
"#;

const SEARCH: &str = r#"service search from base {
  image = "registry.example/search:1.0.0"
  labels { cart-replicas = "${cart.scaling?.replicas?.max ?? 1}" }
}
"#;

fn session() -> Session {
    Database::enable_logging();
    let file = |path: &str, text: &str| SourceText {
        path: path.into(),
        module: "shop".into(),
        text: Arc::from(text),
    };
    let sources = vec![file("cart.ivs", CART), file("search.ivs", SEARCH), file("shop.ivs", SHOP)];
    let mut session = Session::new(sources, Config::named("shop"), 1);
    let (report, files) = session.build(None);
    assert_eq!(report.diagnostics, [], "the sources are sound");
    assert!(!files.is_empty());
    // As an editor does, which shows a file before a character of it is changed.
    for path in ["cart.ivs", "search.ivs", "shop.ivs"] {
        session.open(path);
    }
    session.check();
    session.build(None);
    session
}

/// How often each query ran in a check and a build after an edit.
fn executed(session: &mut Session, path: &str, text: &str) -> BTreeMap<String, usize> {
    session.set_text(path, text);
    session.database().start_log();
    session.check();
    session.build(None);
    let mut counts = BTreeMap::new();
    for key in session.database().take_log() {
        let name = key.split('(').next().unwrap_or(&key).to_owned();
        *counts.entry(name).or_insert(0) += 1;
    }
    counts
}

/// What may run for each file and item of an edited file: the cut into items and the texts of its items.
const CUT: &[&str] = &["items", "heads", "item_text", "item_head"];

#[track_caller]
fn only(counts: &BTreeMap<String, usize>, allowed: &[(&str, usize)]) {
    for (name, count) in counts {
        if CUT.contains(&name.as_str()) {
            continue;
        }
        let most = allowed.iter().find(|(n, _)| n == name).map_or(0, |(_, c)| *c);
        assert!(*count <= most, "`{name}` ran {count} times, {most} are explained; all: {counts:#?}");
    }
}

#[test]
fn nothing_runs_when_nothing_changed() {
    let mut session = session();
    let counts = executed(&mut session, "cart.ivs", CART);
    assert!(counts.is_empty(), "{counts:#?}");
}

#[test]
fn text_above_everything_moves_nothing() {
    let mut session = session();
    let counts =
        executed(&mut session, "cart.ivs", &format!("//! The cart.\n\n// Comments\n// and more.\n\n{CART}"));
    // A comment belongs to the item below it: that item alone is read again, and is found to say the same.
    only(&counts, &[("typed", 1), ("body", 1), ("decl_info", 1), ("item_diagnostics", 1), ("sources", 1)]);
}

#[test]
fn a_literal_in_one_body_is_evaluated_there_and_where_it_is_read() {
    let mut session = session();
    let counts = executed(&mut session, "cart.ivs", &CART.replace("2..10", "2..20"));
    // `cart` itself, its value as `search` reads it, and `search`; `orders` and `base` stay. `orders` is lowered again,
    // because its manifest opens the network to the ports that `cart` declares.
    only(
        &counts,
        &[
            ("typed", 1),
            ("decl_info", 1),
            ("item_diagnostics", 1),
            ("body", 1),
            ("layers", 1),
            ("says_enabled", 1),
            // Which fields its body speaks of: the same, so that the values of all others stay.
            ("outset", 1),
            ("value", 2),
            // The pods of all services, and whether they are too many for a namespace or a cluster.
            ("evaluated", 3),
            ("object", 2),
            ("lower", 3),
            // What was found in a file is collected again: in the edited one, and in those whose values changed.
            ("sources", 1),
            ("values", 2),
            ("lowered", 2),
        ],
    );
    assert_eq!(counts.get("object"), Some(&2), "{counts:#?}");
}

#[test]
fn a_syntax_error_in_one_body_stays_in_it() {
    let mut session = session();
    let broken = CART.replace("replicas = 2..10,", "replicas 2..10,");
    let counts = executed(&mut session, "cart.ivs", &broken);
    only(
        &counts,
        &[
            ("typed", 1),
            ("decl_info", 1),
            ("item_diagnostics", 1),
            ("body", 1),
            ("layers", 1),
            ("says_enabled", 1),
            ("value", 2),
            ("object", 2),
            ("lower", 2),
            ("sources", 1),
            ("values", 2),
            ("lowered", 2),
        ],
    );
    let report = session.check();
    assert_eq!(report.diagnostics.len(), 1, "one mistake, one error: {:#?}", report.diagnostics);
}

#[test]
fn a_rename_reaches_those_who_name_it() {
    let mut session = session();
    let renamed = CART.replace("service cart ", "service basket ").replace("[cart]", "[basket]");
    let counts = executed(&mut session, "cart.ivs", &renamed);
    // `base` and the library are not typed again: nothing that they name has moved.
    assert!(counts.get("typed").is_some_and(|n| *n <= 3), "{counts:#?}");
    let report = session.check();
    let messages: Vec<&str> = report.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(messages, ["unknown name `cart`"], "`search` still names the old one");
}

#[test]
fn a_new_text_of_a_data_file_is_read_by_its_readers_alone() {
    Database::enable_logging();
    let text = r#"struct row { name: string, replicas: int }
let rows: {string: row} = load("rows.csv")
let others: [row] = load("others.json")
kind box { replicas: int }
box a { replicas = rows["a"].replicas }
box b { replicas = length(others) }
"#;
    let source = SourceText { path: "shop.ivs".into(), module: "shop".into(), text: Arc::from(text) };
    let mut session = Session::new(vec![source], Config::named("shop"), 1);
    session.set_data("rows.csv", "key,name,replicas\na,x,3\n");
    session.set_data("others.json", "[]");
    assert_eq!(session.check().diagnostics, []);
    assert_eq!(session.value(None, "a.replicas"), Ok("3".into()));

    session.set_data("rows.csv", "key,name,replicas\na,x,4\n");
    session.database().start_log();
    assert_eq!(session.check().diagnostics, []);
    let mut counts = BTreeMap::new();
    for key in session.database().take_log() {
        *counts.entry(key.split('(').next().unwrap_or(&key).to_owned()).or_insert(0) += 1;
    }
    // The file, its `load`, the constant, and `a`; nothing is typed again, `others` and `b` stay.
    only(
        &counts,
        &[("data_tree", 1), ("loaded", 1), ("evaluated", 1), ("object", 1), ("value", 1), ("values", 1)],
    );
    assert_eq!(session.value(None, "a.replicas"), Ok("4".into()));

    session.remove_data("rows.csv");
    let codes: Vec<_> = session.check().diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["IVS1060"]);
}

const CHECKS: &str = r#"check most for s in service if s.scaling != none {
  require s.scaling.replicas.max < 50
}

check pinned for s in service {
  require s.image != "registry.example/cart:latest"
}
"#;

/// How many parts of checks were decided: with few services, a part is about one of them.
fn decided(session: &mut Session, path: &str, text: &str) -> usize {
    executed(session, path, text).get("check_result").copied().unwrap_or_default()
}

#[test]
fn a_value_decides_only_the_checks_anew_that_read_it() {
    let mut session = session();
    // The library's own checks go through a new service, too.
    let more = "\nservice more from base {\n  image = \"registry.example/more:1.0.0\"\n}\n";
    assert!(decided(&mut session, "cart.ivs", &format!("{CART}{more}")) > 10);
    session.set_text("cart.ivs", CART);
    session.check();
    assert_eq!(decided(&mut session, "checks.ivs", CHECKS), 6, "both are new, for three services");
    // `most` reads the replicas; `pinned` does not.
    assert_eq!(decided(&mut session, "cart.ivs", &CART.replace("2..10", "2..20")), 1);
    let other = CART.replace("2..10", "2..20").replace("cart:1.0.0", "cart:1.0.1");
    assert_eq!(decided(&mut session, "cart.ivs", &other), 1, "`pinned` reads the image");
    // What neither of them reads.
    let other = other.replace("container = 8080 }\n  scaling", "container = 8081 }\n  scaling");
    assert_eq!(decided(&mut session, "cart.ivs", &other), 0);
    assert_eq!(decided(&mut session, "cart.ivs", &format!("// Above.\n\n{other}")), 0);
    // A new member of the set is looked at by both; what those of the library found is still known.
    assert_eq!(decided(&mut session, "cart.ivs", &(other + more)), 2);
    // A check's own text decides that check.
    assert_eq!(decided(&mut session, "checks.ivs", &CHECKS.replace("< 50", "< 60")), 4);
}

/// What is summed up of all, what is made of that, and who reads it.
const SUMS: &str = r#"kind part { room: string = "a", weight: int = 1 }
kind room { }
room a { }
room b { }

let weights = sum([for p in part: p.weight])
let heavy = weights > 1000
let by-room = {for p in part: p = p.weight}

check light for p in part if heavy {
  require p.weight < 9
}

check room-for-all for r in room {
  require sum([0] + [for p, w in by-room if p.room == r.name: w]) < 1000
}
"#;

#[test]
fn a_sum_over_all_is_made_of_what_is_known_of_each_file() {
    Database::enable_logging();
    let file = |path: String, text: String| SourceText { path, module: "shop".into(), text: Arc::from(text) };
    let mut sources = vec![file("sums.ivs".into(), SUMS.into())];
    sources.extend((0..80).map(|i| file(format!("f{i:02}.ivs"), format!("part p{i} {{ room = \"b\" }}\n"))));
    let mut session = Session::new(sources, Config::named("shop"), 1);
    assert_eq!(session.check().diagnostics, []);
    session.open("f30.ivs");
    session.check();
    let ran = |session: &mut Session, weight: u32| {
        session.set_text("f30.ivs", &format!("part p30 {{ room = \"b\", weight = {weight} }}\n"));
        session.database().start_log();
        let found = session.check().diagnostics.len();
        let log = session.database().take_log();
        let of = |query: &str| log.iter().filter(|k| k.starts_with(query)).count();
        (of("stretch("), of("evaluated("), of("check_result("), found)
    };
    // Both loops go through the file anew; all three constants are made of that. It is not too heavy still, so that only
    // the two rooms, whose sums are of the map, are decided anew.
    assert_eq!(ran(&mut session, 2), (2, 3, 2, 0));
    // Now it is, and each is looked at: in 80 parts.
    assert_eq!(ran(&mut session, 990), (2, 3, 82, 2));
    assert_eq!(ran(&mut session, 991), (2, 3, 3, 2));
}

/// A check that follows references, and one whose loop is no set; of a kind that no other check knows.
const WALKS: &str = r#"kind part { needs: [part] = [], rank: int = 0, note: string = "" }

check shallow for p in part {
  require count(reachable(p, via = .needs)) < 99
}

check few for p in [for x in part if x.rank > 0: x] {
  require p.rank < 9
}
"#;

#[test]
fn an_edit_decides_only_what_read_it_however_many_there_are() {
    Database::enable_logging();
    let file = |path: String, text: String| SourceText { path, module: "shop".into(), text: Arc::from(text) };
    const FILES: usize = 40;
    let mut sources = vec![file("walks.ivs".into(), WALKS.into())];
    // Each needs the one in the next file.
    for i in 0..FILES {
        let needs = if i + 1 < FILES { format!("p{}", i + 1) } else { String::new() };
        sources.push(file(format!("f{i:02}.ivs"), format!("part p{i} {{ needs = [{needs}] }}\n")));
    }
    let mut session = Session::new(sources, Config::named("shop"), 1);
    assert_eq!(session.check().diagnostics, []);
    session.open("f30.ivs");
    session.check();
    let ran = |session: &mut Session, text: &str| {
        session.set_text("f30.ivs", text);
        session.database().start_log();
        session.check();
        let log = session.database().take_log();
        log.iter().filter(|k| k.starts_with("check_result(")).count()
    };
    assert_eq!(ran(&mut session, "part p30 { needs = [p31], note = \"read by none\" }\n"), 0);
    // Read of all of them by the check that is in one part.
    assert_eq!(ran(&mut session, "part p30 { needs = [p31], rank = 1 }\n"), 1);
    // What all walk over that lead to it: 31 of 40 files.
    assert_eq!(ran(&mut session, "part p30 { rank = 1 }\n"), 31);
}
