//! The content of a file: text in the pieces it was made of, or bytes.

use std::fmt;
use std::sync::Arc;

/// A text that is never copied into one: a file of ten thousand objects shares theirs. Or bytes that are no text: an archive.
#[derive(Clone, Default)]
pub struct Text {
    pieces: Vec<Arc<str>>,
    bytes: Option<Arc<[u8]>>,
}

impl Text {
    /// What is no text: it has no pieces and no lines.
    pub fn of_bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Text { pieces: Vec::new(), bytes: Some(bytes.into()) }
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.chunks().map(<[u8]>::len).sum()
    }

    /// All its bytes, in order, in the parts it is kept in.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(|p| p.as_bytes()).chain(self.bytes.as_deref())
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.chunks().all(<[u8]>::is_empty)
    }

    /// Appends a piece.
    pub fn push(&mut self, piece: Arc<str>) {
        self.pieces.push(piece);
    }

    /// Its pieces, in order; some may be empty.
    pub fn pieces(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().map(|p| &**p)
    }

    /// Its pieces, as they are shared.
    pub fn shared(&self) -> &[Arc<str>] {
        &self.pieces
    }

    /// Whether these are its bytes.
    pub fn is(&self, bytes: &[u8]) -> bool {
        let mut rest = Some(bytes);
        for chunk in self.chunks() {
            rest = rest.and_then(|r| r.strip_prefix(chunk));
        }
        rest.is_some_and(<[u8]>::is_empty)
    }
}

impl<T: Into<Arc<str>>> From<T> for Text {
    fn from(text: T) -> Self {
        Text { pieces: vec![text.into()], bytes: None }
    }
}

impl PartialEq for Text {
    /// Equal texts are equal, however they are cut.
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.chunks().flatten().eq(other.chunks().flatten())
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.is(other.as_bytes())
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces().try_for_each(|p| f.write_str(p))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn bytes_that_are_no_text() {
        let bytes = Text::of_bytes([0x1f, 0x8b]);
        assert!(bytes.is(&[0x1f, 0x8b]) && bytes != *"" && bytes == bytes.clone());
        assert_eq!((bytes.len(), bytes.pieces().count(), bytes.to_string().as_str()), (2, 0, ""));
    }

    #[test]
    fn how_a_text_is_cut_does_not_matter() {
        let mut cut = Text::from("a: ");
        cut.push("1\n".into());
        assert_eq!(cut, Text::from("a: 1\n"));
        assert_ne!(cut, Text::from("a: 2\n"));
        assert!(cut == *"a: 1\n" && cut != *"a: 1" && cut != *"a: 1\n\n");
        assert_eq!((cut.len(), cut.to_string().as_str()), (5, "a: 1\n"));
    }
}
