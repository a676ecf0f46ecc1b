//! The pages of `ivs explain`. Written by `IVS_UPDATE=1 cargo test -p ivs pages`.

/// Codes with their pages, in order.
pub const PAGES: &[(&str, &str)] = &[];
