//! Every code this crate reports, with a one-line title: the table a registry lists.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $title:literal;)*) => {
        $($(#[$doc])* #[doc = $title] pub const $name: &str = $code;)*
        /// Code and title of everything the syntax can report, in order.
        pub const CODES: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    UNEXPECTED = "IVS0001", "text that fits nothing here";
    UNCLOSED_BRACKET = "IVS0002", "a bracket is never closed";
    STRAY_CLOSE = "IVS0003", "a closing bracket closes nothing";
    UNCLOSED_STRING = "IVS0004", "a string is never closed";
    UNCLOSED_COMMENT = "IVS0005", "a comment is never closed";
    UNCLOSED_INTERPOLATION = "IVS0006", "a `${` is never closed";
    TWO_ENTRIES = "IVS0007", "two entries on one line without a comma";
    TWO_ITEMS = "IVS0008", "two items on one line";
    MISSING_EQUALS = "IVS0009", "`=` is missing";
    MISSING_VALUE = "IVS0010", "a value is missing";
    DETACHED_UNIT = "IVS0011", "a unit stands apart from its number";
    COLON_SETS = "IVS0012", "`:` where `=` is meant";
    EQUALS_COMPARES = "IVS0013", "`=` and `==` confused";
    MISSING_COMMA = "IVS0014", "a comma is missing";
    SUPERFLUOUS_SEPARATOR = "IVS0015", "a separator that separates nothing";
    BAD_ESCAPE = "IVS0016", "an unknown escape in a string";
    BAD_NUMBER = "IVS0017", "a malformed number, date or version";
    FOREIGN_OPERATOR = "IVS0018", "an operator of another language";
    SINGLE_QUOTES = "IVS0019", "single quotes around a string";
    HASH_COMMENT = "IVS0020", "a comment that begins with `#`";
    CHAINED_COMPARISON = "IVS0021", "comparisons or ranges in a chain";
    MISSING_BRANCH = "IVS0022", "an `if` without `then` or `else`";
    OPEN_RANGE = "IVS0023", "a range without one of its ends";
    MISPLACED_DOC = "IVS0024", "a documentation comment that documents nothing";
    STRAY_CHARACTER = "IVS0025", "a character that has no meaning";
    MISSING_NAME = "IVS0026", "a name is missing or not a word";
    RESERVED_NAME = "IVS0027", "a reserved word as a name";
    INCOMPLETE_STATEMENT = "IVS0028", "a statement without its condition or place";
    PATH_AS_FIELD = "IVS0029", "a path where one field is set";
    NOT_AN_ITEM = "IVS0030", "text outside of any item";
    MISSING_BLOCK = "IVS0031", "a body is missing";
    BAD_TYPE = "IVS0032", "a type is missing or malformed";
    MISPLACED_NOT = "IVS0033", "`not` in a place where it is ambiguous";
    NOT_PLAIN_TEXT = "IVS0034", "interpolation where fixed text is needed";
    BAD_CURRENCY = "IVS0035", "a currency sign in the wrong place";
    NOT_COMPOSED = "IVS0036", "text that is not in the composed form";
    NESTING = "IVS4101", "nesting deeper than 256";
    SOURCE_SIZE = "IVS4102", "a source file over 8 MiB";
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
