//! Which members items read of values, as their texts tell: at least those that they read, with whatever they call.

use std::collections::{BTreeMap, BTreeSet};

struct Item<'t> {
    keyword: &'static str,
    name: String,
    words: BTreeSet<&'t str>,
    members: BTreeSet<&'t str>,
}

/// Of each item of some texts, in order, the names of members that it or what it calls reads, separated by blanks; of checks,
/// functions and constants, which alone are asked.
pub fn reads<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<String> {
    let items: Vec<Item<'t>> = texts.flat_map(items).collect();
    let mut called: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, item) in items.iter().enumerate() {
        if matches!(item.keyword, "fn" | "let") {
            called.entry(&item.name).or_default().push(i);
        }
    }
    let of = |i: usize| {
        let (mut seen, mut open) = (BTreeSet::from([i]), vec![i]);
        let mut members: BTreeSet<&str> = BTreeSet::new();
        while let Some(item) = open.pop().and_then(|i| items.get(i)) {
            members.extend(&item.members);
            let next = item.words.iter().filter_map(|w| called.get(w)).flatten();
            open.extend(next.filter(|i| seen.insert(**i)));
        }
        members.into_iter().collect::<Vec<_>>().join(" ")
    };
    let asked = |item: &Item<'_>| matches!(item.keyword, "check" | "fn" | "let");
    items.iter().enumerate().map(|(i, item)| if asked(item) { of(i) } else { String::new() }).collect()
}

fn items(text: &str) -> Vec<Item<'_>> {
    let item = |chunk: ivs_grammar::RawChunk| {
        let own = text.get(chunk.span.start as usize..chunk.span.end as usize).unwrap_or_default();
        let (mut words, mut members) = (BTreeSet::new(), BTreeSet::new());
        let mut before = "";
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        for word in own.split_inclusive(|c: char| !part(c)) {
            let name = word.trim_end_matches(|c: char| !part(c));
            if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
                words.insert(name);
                if before.ends_with('.') {
                    members.insert(name);
                }
            }
            before = word;
        }
        Item { keyword: chunk.head.keyword, name: chunk.head.name.to_string(), words, members }
    };
    ivs_grammar::scan(text).chunks.into_iter().map(item).collect()
}
