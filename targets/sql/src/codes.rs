//! Every code this crate reports, with a one-line title.

/// A name or text that PostgreSQL cannot take.
pub const TEXT: &str = "IVS6060";

/// Code and title of everything that lowering to SQL can report, in order.
pub const CODES: &[(&str, &str)] = &[(TEXT, "a name that PostgreSQL cannot take")];
