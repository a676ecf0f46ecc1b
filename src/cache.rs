//! Where packages from git are kept.

use crate::args::Global;
use std::path::PathBuf;

/// `--cache`, else `IVS_CACHE`, else `ivs` in the user's cache folder: `$XDG_CACHE_HOME`, or `~/.cache`. `None` where
/// a machine says nothing of the kind. What is in it is held against `ivs.lock`, so results never depend on it.
pub fn folder(global: &Global) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    // The convention says to pass over relative paths.
    let base = || set("XDG_CACHE_HOME").filter(|p| p.is_absolute());
    let home = || set("HOME").or_else(|| set("USERPROFILE")).map(|h| h.join(".cache"));
    global.cache.clone().or_else(|| set("IVS_CACHE")).or_else(|| base().or_else(home).map(|b| b.join("ivs")))
}
