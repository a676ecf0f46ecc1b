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
    OCI = "IVS5008", "dependencies from OCI registries are not in this version";
    NOT_UTF8 = "IVS5010", "a file or a file's name is not UTF-8";
    LINK_OUT = "IVS5012", "a link that leaves the package";
    SAME_NAME = "IVS5013", "names that differ only in case";
    MODULE_NAME = "IVS5014", "a folder whose name cannot name a module";
    UNREADABLE = "IVS5015", "a file or folder that cannot be read";
    NO_SOURCES = "IVS5016", "a package without sources";
    DEPENDENCY_SOURCE = "IVS5020", "a dependency that does not say where it comes from";
    DEPENDENCY_ADDRESS = "IVS5021", "a path or address that a dependency may not have";
    DEPENDENCY_MISSING = "IVS5022", "a dependency that is not there";
    DEPENDENCY_NAME = "IVS5023", "a dependency called otherwise than it calls itself";
    TWO_PACKAGES = "IVS5024", "two packages of one name";
    PACKAGE_CYCLE = "IVS5025", "packages that depend on each other";
    NOT_PINNED = "IVS5026", "a dependency that `ivs.lock` does not pin";
    CONTENT_CHANGED = "IVS5027", "a dependency that is not what `ivs.lock` pins";
    BAD_LOCK = "IVS5028", "an `ivs.lock` that cannot be read";
    NOT_FETCHED = "IVS5029", "a dependency that has not been fetched";
    FETCH_FAILED = "IVS5030", "a dependency that cannot be fetched";
    LIMIT_PACKAGES = "IVS5031", "too many packages";
    LOCK_STALE = "IVS5032", "an `ivs.lock` that pins more than is needed";
}
