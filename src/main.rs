//! `ivs`: checks a platform described in ivs and writes what runs it.
//!
//! Takes arguments and files. Gives diagnostics, an output folder and an exit code. Nothing outside of this crate
//! (and of the language server) prints.

/// Compiling is mostly making small values on several threads, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod args;
mod cache;
mod command;
mod doc;
mod engine;
mod exit;
mod explain;
mod fetch;
mod figures;
mod graph;
mod progress;
mod render;
mod templates;
mod terminal;

use args::{Args, Command};
use clap::Parser;
use exit::Exit;
use std::process::ExitCode;
use terminal::Terminal;

/// For the deepest nesting and the longest chains of values that the limits allow, in a build without optimisation.
/// Pages that are not touched cost nothing.
const STACK_BYTES: usize = 64 << 20;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(e) => {
            // Help and version go to stdout and are no mistake. A closed pipe is none of ours.
            let _ = e.print();
            return if e.use_stderr() { Exit::Usage } else { Exit::Done }.into();
        }
    };
    let run = std::thread::Builder::new()
        .name("ivs".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || dispatch(args));
    match run.map(std::thread::JoinHandle::join) {
        Ok(Ok(exit)) => exit.into(),
        // The default hook has printed the message and the place.
        Ok(Err(_)) => {
            let mut terminal = Terminal::plain();
            terminal
                .error("this is a mistake in ivs, not in your sources; please report it with what led to it");
            Exit::Internal.into()
        }
        Err(e) => {
            Terminal::plain().error(&format!("cannot start a thread: {e}"));
            Exit::Io.into()
        }
    }
}

fn dispatch(args: Args) -> Exit {
    let mut terminal = Terminal::new(&args.global);
    let global = args.global;
    if global.format == args::Format::Junit && !matches!(args.command, Command::Test(_)) {
        terminal.error("`--format junit` is for `ivs test`");
        return Exit::Usage;
    }
    let pictures = [args::Format::Dot, args::Format::Mermaid, args::Format::Html];
    if pictures.contains(&global.format) && !matches!(args.command, Command::Graph(_)) {
        terminal.error("`--format dot`, `mermaid` and `html` are for `ivs graph`");
        return Exit::Usage;
    }
    match args.command {
        Command::New(new) => command::new::run(&new, &mut terminal),
        Command::Check(check) => command::check::run(&check, &global, &mut terminal),
        Command::Fix(fix) => command::fix::run(fix, &global, &mut terminal),
        Command::Test(test) => command::test::run(&test, &global, &mut terminal),
        Command::Build(build) => command::build::run(&build, &global, &mut terminal),
        Command::Doc(doc) => command::doc::run(&doc, &global, &mut terminal),
        Command::Fetch(fetch) => command::fetch::run(&fetch, &global, &mut terminal),
        Command::Publish(publish) => command::publish::run(&publish, &global, &mut terminal),
        Command::Fmt(fmt) => command::fmt::run(&fmt, &global, &mut terminal),
        Command::Why(why) => command::why::run(&why, &global, &mut terminal),
        Command::Diff(diff) => command::diff::run(&diff, &global, &mut terminal),
        Command::Report(report) => command::report::run(&report, &global, &mut terminal),
        Command::Graph(graph) => command::graph::run(&graph, &global, &mut terminal),
        Command::Solve(solve) => command::solve::run(&solve, &global, &mut terminal),
        Command::Explain(explain) => explain::run(&explain, &mut terminal),
        Command::Lsp(lsp) => command::lsp::run(&lsp, &global, &mut terminal),
        Command::Playground(playground) => command::playground::run(&playground, &global, &mut terminal),
        Command::Completions(completions) => command::completions::run(&completions, &mut terminal),
    }
}
