//! Prints the syntax errors (and with `--tree` the tree) of the files given, and how fast they were read.
use std::time::Instant;

fn main() {
    let mut tree = false;
    for arg in std::env::args().skip(1) {
        if arg == "--tree" {
            tree = true;
            continue;
        }
        let Ok(text) = std::fs::read_to_string(&arg) else { continue };
        let begin = Instant::now();
        let chunk = ivs_grammar::parse(&text);
        let took = begin.elapsed();
        let scanned = ivs_grammar::scan(&text);
        println!("{arg}: {} items, {} chunks, {took:?}", chunk.items.len(), scanned.chunks.len());
        if tree {
            println!("{chunk:#?}");
            for c in &scanned.chunks {
                println!(
                    "{:?} {}",
                    c.span,
                    c.head.keyword.to_owned() + " " + &c.head.kind + " " + &c.head.name
                );
            }
        }
        for e in &chunk.errors {
            let line = text[..e.span.start as usize].lines().count();
            println!(
                "  line {line} {} {}: {} [{}] {:?} {:?}",
                e.code,
                e.span.text(&text),
                e.message,
                e.label,
                e.help,
                e.fix
            );
        }
    }
}
