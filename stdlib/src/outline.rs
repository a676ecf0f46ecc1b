//! The heads of the library's items, written down when this crate is built.

/// See `build.rs`.
static OUTLINES: &str = include_str!(concat!(env!("OUT_DIR"), "/outlines.txt"));

/// One item of a file, as far as it is told apart without its body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Item {
    /// The word that it begins with; `decl` for a declaration.
    pub keyword: &'static str,
    /// The kind of a declaration.
    pub kind: &'static str,
    /// Its name.
    pub name: &'static str,
    /// How many items of the same keyword, kind and name stand before it.
    pub ordinal: u32,
    /// Whether other modules cannot see it.
    pub private: bool,
    /// Whether it is a template.
    pub template: bool,
    /// Whether its text has the words that may switch it on and off.
    pub switch: bool,
    /// The bytes of the file that are its text.
    pub span: (u32, u32),
    /// The text before its body, of what has one that matters.
    pub head: Option<&'static str>,
}

/// The files of the library, sorted by path, and the outline of each, for [`items`].
pub fn outlines() -> impl Iterator<Item = (&'static str, &'static str)> {
    OUTLINES.split_terminator('\x1d').map(|file| file.split_once('\x1e').unwrap_or((file, "")))
}

/// The items of a file, in order.
pub fn items(outline: &'static str) -> impl Iterator<Item = Item> {
    outline.split_terminator('\x1e').filter_map(item)
}

fn item(text: &'static str) -> Option<Item> {
    let mut fields = text.split('\x1f');
    let (keyword, kind, name) = (fields.next()?, fields.next()?, fields.next()?);
    let ordinal = fields.next()?.parse().ok()?;
    let marks = fields.next()?;
    let span = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let head = fields.next()?;
    let marked = |mark: char| marks.contains(mark);
    let (private, template, switch) = (marked('p'), marked('t'), marked('s'));
    let head = marked('h').then_some(head);
    Some(Item { keyword, kind, name, ordinal, private, template, switch, span, head })
}
