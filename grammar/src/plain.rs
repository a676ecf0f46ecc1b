//! Text without what means nothing.

use crate::chars::at;
use crate::skim::skip_token;

/// The words of a text that is laid out canonically: comments and docs dropped, blanks as one blank each. Two texts that
/// differ in nothing else give one result. A text with mistakes is taken as it stands.
pub fn words(text: &str) -> String {
    let laid_out = crate::format(text).unwrap_or_else(|_| text.to_owned());
    let bytes = laid_out.as_bytes();
    let mut out = String::with_capacity(laid_out.len());
    let (mut i, mut blank) = (0, false);
    while i < bytes.len() {
        let end = skip_token(bytes, i);
        let comment = end.is_some() && at(bytes, i) == b'/';
        if comment || at(bytes, i).is_ascii_whitespace() {
            blank = true;
            i = end.unwrap_or(i + 1).max(i + 1);
            continue;
        }
        if std::mem::take(&mut blank) && !out.is_empty() {
            out.push(' ');
        }
        let mut end = end.unwrap_or(i + 1).max(i + 1);
        while !laid_out.is_char_boundary(end) {
            end += 1;
        }
        out.push_str(laid_out.get(i..end).unwrap_or_default());
        i = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn layout_and_comments_do_not_count() {
        let one = "template k base {\n  a = 1 // one\n  /// A doc.\n  b=\"x // ${ 1 /* no */ } ü\"\n}\n";
        let two = "/* first */ template k base { a = 1\n\n\n  b = \"x // ${ 1 /* no */ } ü\" }";
        assert_eq!(words(one).replace(',', ""), words(two).replace(',', ""));
        assert!(words(one).contains("\"x // ${"), "{}", words(one));
        assert_ne!(words(one), words(&one.replace("a = 1", "a = 2")));
    }
}
