//! `ivs completions`.

use crate::args::{Args, Completions};
use crate::exit::Exit;
use crate::terminal::Terminal;
use clap::CommandFactory;

pub fn run(args: &Completions, terminal: &mut Terminal) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "ivs", &mut script);
    terminal.out(&String::from_utf8_lossy(&script));
    Exit::Done
}
