//! Texts that are broken in every way: examples with pieces cut out, doubled, moved and replaced by what hurts, asked at any
//! byte, inside of characters and behind the end too. Nothing panics, and every range is one of the text.
//! `IVS_ROUNDS=10000` goes on for longer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use ivs_driver::Session;
use ivs_grammar::ast::Span;
use ivs_ide::Wanted;
use support::{example, examples, file};

/// What is put in somewhere.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "${",
    "#\"",
    "/*",
    "//",
    "=",
    "..",
    ".",
    ",",
    "@",
    "→",
    "é",
    "😀",
    "\u{feff}",
    "\r\n",
    "\n",
    "5",
    "$",
    "€5/",
    "10req/",
    "for x in ",
    "if ",
    "is ",
    "from ",
    "where ",
    "self.",
    "inherited",
    "use std.",
    "overlay staging {",
    "test \"",
    "remove ",
    "µs",
    "\\",
    "ivs0marker",
    "-",
    "a-",
    "2026-",
    "\u{0}",
];

/// A sequence of numbers that is the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

fn boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn hurt(text: &str, numbers: &mut Numbers) -> String {
    let mut out = text.to_owned();
    for _ in 0..=numbers.below(3) {
        let at = boundary(&out, numbers.below(out.len() + 1));
        let end = boundary(&out, at + numbers.below(40));
        match numbers.below(4) {
            0 => out.replace_range(at..end, ""),
            1 => out.insert_str(at, PIECES[numbers.below(PIECES.len())]),
            2 => {
                let piece = out[at..end].to_owned();
                let to = boundary(&out, numbers.below(out.len() + 1));
                out.insert_str(to, &piece);
            }
            _ => out.replace_range(at..end, PIECES[numbers.below(PIECES.len())]),
        }
    }
    out
}

fn ask(session: &Session, path: &str, offset: u32) {
    let db = session.database();
    let at = file(session, path);
    let text = at.text(db).clone();
    let inside = |s: Span| {
        assert!(s.start <= s.end, "{s:?} at {offset}");
        assert!(text.get(s.start as usize..s.end as usize).is_some(), "{s:?} of {} at {offset}", text.len());
    };
    inside(ivs_ide::complete(db, at, offset).replace);
    if let Some(h) = ivs_ide::hover(db, at, offset) {
        inside(h.range);
        h.markdown(&|_| None);
    }
    let places = [
        ivs_ide::definition(db, at, offset),
        ivs_ide::declaration(db, at, offset),
        ivs_ide::type_definition(db, at, offset),
        ivs_ide::implementation(db, at, offset),
    ];
    for p in places.iter().flatten().filter(|p| p.file == at) {
        inside(p.range);
        inside(p.full);
    }
    ivs_ide::highlight(db, at, offset).iter().for_each(|r| inside(r.place.range));
    ivs_ide::linked(db, at, offset).into_iter().for_each(inside);
    ivs_ide::signature(db, at, offset);
    ivs_ide::selections(db, at, offset).into_iter().for_each(inside);
    let _ = ivs_ide::prepare_rename(db, at, offset);
    for node in ivs_ide::nodes(db, at, offset) {
        ivs_ide::outgoing(db, node.item);
        ivs_ide::supertypes(db, node.item);
        ivs_ide::subtypes(db, node.item);
    }
    ivs_ide::links(db, at).iter().for_each(|l| inside(l.range));
    ivs_ide::folds(db, at).iter().for_each(|f| inside(f.range));
    ivs_ide::colors(db, at).iter().for_each(|c| inside(c.range));
    ivs_ide::import(db, at, "std.aws", "us-east-1").iter().for_each(|(s, _)| inside(*s));
    let near = Span::new(offset.saturating_sub(200), offset.saturating_add(200));
    let mut last = 0;
    for t in ivs_ide::tokens(db, at, Some(near)) {
        inside(t.range);
        assert!(last <= t.range.start, "tokens come in order and apart");
        last = t.range.end;
    }
    let wanted = Wanted { values: true, inherited: true, tooltips: true, environment: "staging" };
    for h in ivs_ide::hints(db, at, near, wanted) {
        inside(Span::new(h.offset, h.offset));
    }
    fn within(all: &[ivs_ide::Outlined], inside: &dyn Fn(Span)) {
        for o in all {
            inside(o.range);
            inside(o.full);
            assert!(o.full.start <= o.range.start && o.range.end <= o.full.end, "{o:?}");
            within(&o.children, inside);
        }
    }
    within(&ivs_ide::outline(db, at), &inside);
}

#[test]
fn nothing_panics_and_every_range_is_in_the_text() {
    let rounds: usize = std::env::var("IVS_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(25);
    let mut numbers = Numbers(7);
    for folder in examples() {
        let (files, mut session) = example(&folder);
        for _ in 0..rounds {
            let (path, text) = &files[numbers.below(files.len())];
            let broken = hurt(text, &mut numbers);
            session.set_text(path, &broken);
            for _ in 0..3 {
                let offset = numbers.below(broken.len() + 2) as u32;
                ask(&session, path, offset);
            }
            session.set_text(path, text);
        }
    }
}
