//! `matches`: regular expressions of linear time.
use crate::OpError;
use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Bytes a compiled pattern may take.
const SIZE_LIMIT: usize = 1 << 20;

/// Patterns each thread keeps; a cache changes no result.
const CACHED: usize = 128;

/// A compiled pattern, cheap to clone.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn new(pattern: &str) -> Result<Self, OpError> {
        let built = RegexBuilder::new(pattern).size_limit(SIZE_LIMIT).build();
        built.map(Pattern).map_err(|e| {
            let text = match e {
                regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                // The last line says why, those before it draw the pattern.
                e => {
                    let text = e.to_string();
                    let last = text.lines().last().unwrap_or_default().trim_start();
                    last.strip_prefix("error: ").unwrap_or(last).to_owned()
                }
            };
            OpError::Invalid(format!("`{pattern}` is not a regular expression: {text}"))
        })
    }

    /// Whether the pattern is found somewhere in the text; `^…$` demands the whole.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

/// Whether a pattern is found somewhere in a text.
///
/// # Errors
/// If the pattern is not a regular expression.
pub fn matches(text: &str, pattern: &str) -> Result<bool, OpError> {
    thread_local! {
        static CACHE: RefCell<FxHashMap<Box<str>, Pattern>> = RefCell::default();
    }
    CACHE.with_borrow_mut(|cache| {
        if let Some(p) = cache.get(pattern) {
            return Ok(p.is_match(text));
        }
        let compiled = Pattern::new(pattern)?;
        let answer = compiled.is_match(text);
        if cache.len() >= CACHED {
            cache.clear();
        }
        cache.insert(pattern.into(), compiled);
        Ok(answer)
    })
}
