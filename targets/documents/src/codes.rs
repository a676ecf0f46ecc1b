//! Every code this crate reports, with a one-line title.

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*
        /// Code and title of everything that documents can report, in order.
        pub const CODES: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    SYNTAX = "IVS6100", "a template that cannot be read";
    UNDEFINED = "IVS6101", "a name that a template does not have";
    PLACEHOLDER = "IVS6102", "a placeholder of another template language";
    UNKNOWN = "IVS6103", "something that documents do not know";
    LIMIT = "IVS6104", "a document that grows too large";
    FAILED = "IVS6105", "a value that cannot stand in a document";
}
