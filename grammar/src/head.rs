//! The head of a declaration, without reading its body.

use crate::chars::at;
use crate::skim::{Skip, block_comment_end, line_end, raw_end, string_end};

/// The text before an item's body: up to, not including, its first `{` outside of strings, comments and brackets.
/// `None` if there is none.
pub fn head_of(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut depth = 0u32;
    let mut i = 0;
    while i < bytes.len() {
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
            b')' | b']' => {
                depth = depth.checked_sub(1)?;
                i + 1
            }
            b'{' if depth == 0 => return text.get(..i),
            _ => i + 1,
        };
    }
    None
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
    }
}
