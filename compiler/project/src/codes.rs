//! Every code this crate reports, with a one-line title.

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*
        /// Code and title of everything that reading a package can report, in order.
        pub const CODES: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    SOURCE_SIZE = "IVS4102", "a source file over 8 MiB";
    FOLDER_DEPTH = "IVS4110", "folders nested more than 64 deep";
    NO_PACKAGE = "IVS5001", "no package here";
    NOT_TOML = "IVS5002", "`ivs.toml` is not TOML";
    UNKNOWN_KEY = "IVS5003", "an unknown key in `ivs.toml`";
    MISSING_KEY = "IVS5005", "a key is missing in `ivs.toml`";
    BAD_VALUE = "IVS5006", "a value in `ivs.toml` that cannot be used";
    LANGUAGE_VERSION = "IVS5007", "another version of the language";
    DEPENDENCIES = "IVS5008", "dependencies are not in this version";
    NOT_UTF8 = "IVS5010", "a file or a file's name is not UTF-8";
    LINK_OUT = "IVS5012", "a link that leaves the package";
    SAME_NAME = "IVS5013", "names that differ only in case";
    MODULE_NAME = "IVS5014", "a folder whose name cannot name a module";
    UNREADABLE = "IVS5015", "a file or folder that cannot be read";
    NO_SOURCES = "IVS5016", "a package without sources";
}
