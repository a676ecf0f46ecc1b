//! The compiler against a naive interpreter, over packages made by chance: every value in every environment.
//!
//! `IVS_FULL=1` makes 10,000 packages; `IVS_SEED=n` looks at one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "naive/generate.rs"]
mod generate;
#[path = "naive/interpret.rs"]
mod interpret;
mod support;

use interpret::{Spent, V, World, name_of, show};
use std::sync::atomic::{AtomicU64, Ordering};
use support::{render, session, source};

/// Steps of the interpreter for one declaration; what takes more is left out, and counted.
const FUEL: u64 = 400_000;

/// Every plain value inside, with its path.
fn leaves(path: &str, v: &V, out: &mut Vec<(String, String)>) {
    match v {
        V::Struct(fields) | V::Map(fields) => {
            fields.iter().for_each(|(name, v)| leaves(&format!("{path}.{name}"), v, out));
        }
        v => out.push((path.to_owned(), show(v))),
    }
}

/// How many values were compared, and how many declarations were too large for the interpreter.
fn compare(seed: u64) -> (usize, usize) {
    let text = generate::package(seed);
    let mut session = session(&[source("main.ivs", &text)], 1);
    let report = session.check();
    assert!(report.diagnostics.is_empty(), "seed {seed} is not sound:\n{}\n{text}", render(&report));
    let chunk = ivs_grammar::parse(&text);
    assert!(chunk.errors.is_empty());
    let (mut values, mut spent) = (0, 0);
    for env in [None, Some("staging"), Some("staging-eu")] {
        let mut world = World::of(&chunk.items);
        world.env = env.map(str::to_owned);
        world.fuel.set(FUEL);
        for inst in world.instances().expect("families are small") {
            world.fuel.set(FUEL);
            let object = match world.object(&inst) {
                Ok(object) => object,
                Err(Spent) => {
                    spent += 1;
                    continue;
                }
            };
            let mut expected = Vec::new();
            leaves(&name_of(&inst), &object, &mut expected);
            for (path, expected) in expected {
                let found = session.value(env, &path).unwrap_or_else(|e| format!("! {e}"));
                assert_eq!(found, expected, "seed {seed}, {path} in {env:?}:\n{text}");
                values += 1;
            }
        }
    }
    (values, spent)
}

#[test]
fn the_compiler_agrees_with_a_naive_interpreter() {
    if let Ok(seed) = std::env::var("IVS_SEED") {
        compare(seed.parse().unwrap());
        return;
    }
    let packages = if std::env::var_os("IVS_FULL").is_some() { 10_000 } else { 150 };
    let next = AtomicU64::new(0);
    let (mut values, mut spent) = (0, 0);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..std::thread::available_parallelism().map_or(1, usize::from))
            .map(|_| {
                let next = &next;
                let work = move || {
                    let mut sums = (0, 0);
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= packages {
                            return sums;
                        }
                        let (v, s) = compare(seed);
                        sums = (sums.0 + v, sums.1 + s);
                    }
                };
                std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, work).unwrap()
            })
            .collect();
        for worker in workers {
            match worker.join() {
                Ok((v, s)) => {
                    values += v;
                    spent += s;
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    println!(
        "{values} values of {packages} packages agree; {spent} declarations were too large to interpret"
    );
    assert!(values > 100 * packages as usize, "only {values} values were compared");
}
