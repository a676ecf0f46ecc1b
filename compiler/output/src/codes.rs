//! Every code this crate reports, with a one-line title.

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*
        /// Code and title of everything that writing outputs can report, in order.
        pub const CODES: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    BAD_PATH = "IVS6901", "a path that an output cannot have";
    NOT_OWNED = "IVS6902", "an output folder that ivs did not write";
    CONFLICT = "IVS6903", "an output file changed by hand";
    BAD_MANIFEST = "IVS6904", "a list of outputs that cannot be used";
    LOCKED = "IVS6905", "an output folder that another build is writing";
    IO = "IVS6906", "an output folder that the system refuses to write";
}
