//! What other languages call things.

use crate::ty::Ty;

/// What other languages call `none`, `true` and `false`, where that is expected.
pub(super) fn value(name: &str, want: Option<&Ty>) -> Option<&'static str> {
    let (meant, fits) = match name {
        "null" | "nil" | "undefined" | "None" | "NULL" | "Null" => ("none", want.is_none_or(Ty::admits_none)),
        "True" | "TRUE" | "yes" | "Yes" | "on" | "On" => {
            ("true", want.is_some_and(|w| *w.core() == Ty::Bool))
        }
        "False" | "FALSE" | "no" | "No" | "off" | "Off" => {
            ("false", want.is_some_and(|w| *w.core() == Ty::Bool))
        }
        _ => return None,
    };
    fits.then_some(meant)
}

/// What does here what a function of another language does: a function's name, or a sentence.
pub(super) fn function(name: &str) -> Option<&'static str> {
    FUNCTIONS.iter().find(|(f, _)| *f == name).map(|(_, instead)| *instead)
}

/// Functions of other languages: the function that does it here, or what to write.
const FUNCTIONS: &[(&str, &str)] = &[
    ("len", "length"),
    ("size", "length"),
    ("distinct", "unique"),
    ("sorted", "sort"),
    ("map", "a comprehension does it: `[for x in xs: 2 * x]`"),
    ("filter", "a comprehension does it: `[for x in xs if x > 2: x]`"),
    ("format", "a text with holes does it: `\"${a}-${b}\"`"),
    ("concat", "lists are joined with `+`, texts with holes: `\"${a}${b}\"`"),
    ("str", "a text with a hole does it: `\"${x}\"`"),
    ("string", "a text with a hole does it: `\"${x}\"`"),
    ("toset", "elements stand once in `unique(xs)`"),
    ("lookup", "a key is looked up by `xs[key]`; `key in keys(xs)` asks whether it is there"),
    ("range", "a range is `1..10`"),
];
