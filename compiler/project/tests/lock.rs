//! `ivs.lock`: what is written is read back, and nothing else gets far.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_project::{Lock, Pinned, Published, parse_config};
use proptest::collection::vec;
use proptest::prelude::*;

fn sum() -> impl Strategy<Value = String> {
    "[0-9a-f]{64}".prop_map(|hex| format!("sha256:{hex}"))
}

fn pinned() -> impl Strategy<Value = Pinned> {
    let version = proptest::option::of("[0-9]{1,2}[.][0-9][.][0-9]");
    // Addresses may hold anything that a string of TOML has to escape.
    ("[a-z][a-z0-9-]{0,8}[a-z]", version, any::<String>(), proptest::option::of("[0-9a-f]{40}"), sum())
        .prop_map(|(name, version, source, revision, hash)| Pinned { name, version, source, revision, hash })
}

fn published() -> impl Strategy<Value = Published> {
    ("[a-z]{1,6} [a-z.]{1,9}", "[0-9][.][0-9][.][0-9]", sum()).prop_map(|(name, version, hash)| Published {
        name,
        version,
        hash,
    })
}

fn lock() -> impl Strategy<Value = Lock> {
    (vec(pinned(), 0..6), vec(published(), 0..6)).prop_map(|(mut packages, mut published)| {
        packages.sort();
        packages.dedup_by(|a, b| a.name == b.name);
        published.sort();
        published.dedup_by(|a, b| a.name == b.name && a.version == b.version);
        Lock { packages, published }
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(lock in lock()) {
        let text = lock.text().unwrap();
        prop_assert_eq!(Lock::parse(&text).unwrap(), lock.clone());
        let mut shuffled = lock;
        shuffled.packages.reverse();
        shuffled.published.reverse();
        prop_assert_eq!(shuffled.text().unwrap(), text);
    }

    #[test]
    fn any_text_gets_an_answer(text in any::<String>()) {
        let _ = Lock::parse(&text);
        let _ = parse_config(&text);
    }

    #[test]
    fn a_damaged_lock_gets_an_answer_inside_of_it(lock in lock(), at in any::<prop::sample::Index>(), junk in any::<String>()) {
        let mut text = lock.text().unwrap();
        let mut at = at.index(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        text.insert_str(at, &junk);
        if let Err((place, why)) = Lock::parse(&text) {
            prop_assert!(place.end <= text.len() && !why.is_empty());
        }
    }

    #[test]
    fn any_dependency_gets_an_answer(key in "[a-z]{2,6}", text in any::<String>()) {
        let config = format!("[package]\nname = \"a\"\nivs = \"1\"\n[dependencies]\nb = {{ {key} = {} }}\n", toml::Value::from(text));
        let _ = parse_config(&config);
    }
}
