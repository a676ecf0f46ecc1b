//! How fast a source is split, parsed and laid out, and how fast pest reads the normative grammar:
//! `cargo run --release -p ivs-grammar --example speed -- FILE…`.
//!
//! The files are joined and repeated to 4 MB; the best of ten runs is printed.

#![allow(missing_docs)] // the derived rules have none

use pest::Parser;
use std::time::{Duration, Instant};

#[derive(pest_derive::Parser)]
#[grammar = "../ivs.pest"]
struct Normative;

fn best(mut run: impl FnMut() -> usize) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let begin = Instant::now();
        std::hint::black_box(run());
        best = best.min(begin.elapsed());
    }
    best
}

fn main() {
    let mut text = String::new();
    for file in std::env::args().skip(1) {
        text.push_str(&std::fs::read_to_string(file).unwrap_or_default().replace("//!", "//"));
        text.push('\n');
    }
    let piece = text.clone();
    while !piece.is_empty() && text.len() + piece.len() < 4_000_000 {
        text.push_str(&piece);
    }
    let megabytes = text.len() as f64 / 1e6;
    let show = |what: &str, took: Duration| {
        println!("{what:7} {:8.1} MB/s  {took:?}", megabytes / took.as_secs_f64());
    };
    println!("{megabytes:.2} MB, {} items", ivs_grammar::scan(&text).chunks.len());
    show("split", best(|| ivs_grammar::scan(&text).chunks.len()));
    show("parse", best(|| ivs_grammar::parse(&text).items.len()));
    show("format", best(|| ivs_grammar::format_sound(&text).text.len()));
    show("pest", best(|| Normative::parse(Rule::file, &text).map_or(0, |pairs| pairs.flatten().count())));
}
