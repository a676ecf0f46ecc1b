//! Every code this crate reports, with a one-line title.

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*
        /// Code and title of everything that lowering to files for other systems can report, in order.
        pub const CODES: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    NAME = "IVS6400", "a name that no file can have";
    NUMBER = "IVS6401", "a number without an exact decimal form";
    TEXT = "IVS6402", "a character that XML cannot hold";
}
