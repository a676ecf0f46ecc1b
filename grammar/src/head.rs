//! The head of a declaration, without reading its body.

use crate::chars::at;
use crate::skim::{Skip, block_comment_end, line_end, raw_end, string_end};

/// The text before an item's body: up to, not including, its first `{` outside of strings, comments and brackets.
/// `None` if there is none.
pub fn head_of(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut depth = 0u32;
    let mut i = 0;
    // Behind the last thing that is no blank or comment.
    let mut behind = 0;
    while i < bytes.len() {
        let before = i;
        i = match at(bytes, i) {
            b'/' if at(bytes, i + 1) == b'/' => line_end(bytes, i),
            b'/' if at(bytes, i + 1) == b'*' => block_comment_end(bytes, i)?,
            b'#' if at(bytes, i + 1) == b'"' => raw_end(bytes, i)?,
            b'"' => match string_end(bytes, i) {
                Skip::Closed(end) => end,
                Skip::CutByLine(_) | Skip::Endless => return None,
            },
            b'(' | b'[' => {
                depth += 1;
                i + 1
            }
            b'{' if depth > 0 || operand_follows(text.get(..behind)?) => {
                depth += 1;
                i + 1
            }
            b')' | b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                i + 1
            }
            b'{' => return text.get(..i),
            _ => i + 1,
        };
        let comment = at(bytes, before) == b'/' && matches!(at(bytes, before + 1), b'/' | b'*');
        if !comment && !at(bytes, before).is_ascii_whitespace() {
            behind = i;
        }
    }
    None
}

/// Whether a value has to follow what stands here, so that a brace begins one, and no body.
fn operand_follows(before: &str) -> bool {
    let word =
        before.rsplit(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).next().unwrap_or_default();
    matches!(word, "in" | "if" | "then" | "else" | "and" | "or" | "not")
        || before.ends_with(['+', '*', '/', '=', '<', '>', '?', '-']) && word.len() <= 1
        || before.ends_with("..")
}

#[cfg(test)]
mod tests {
    use super::head_of;

    #[test]
    fn ends_before_the_body() {
        assert_eq!(head_of("service a from b { x = 1 }"), Some("service a from b "));
        assert_eq!(
            head_of("/// uses {braces}\nservice a @ \"{\" { }"),
            Some("/// uses {braces}\nservice a @ \"{\" ")
        );
        assert_eq!(head_of("k f for x in [{ a = 1 }] { }"), Some("k f for x in [{ a = 1 }] "));
        assert_eq!(head_of("let x = 1"), None);
        let map = "check c for s, n in {for s in service: s = { a = 1 }} if s != none ";
        assert_eq!(head_of(&format!("{map}{{ require true }}")), Some(map));
        assert_eq!(head_of("service by { }"), Some("service by "));
    }
}
