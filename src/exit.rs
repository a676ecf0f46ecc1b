//! Exit codes. They are part of the interface: documented in `docs/exit-codes.md`, held by `tests/cli.rs`.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exit {
    /// All is well.
    Done = 0,
    /// The sources have errors.
    Diagnostics = 1,
    /// The command was called wrongly.
    Usage = 2,
    /// `--check` found something that is not as it would be written.
    Drift = 3,
    /// The sources exceed a limit.
    Limit = 4,
    /// Files were changed by hand, or the system refused something.
    Io = 5,
    /// A mistake in ivs.
    Internal = 70,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}
