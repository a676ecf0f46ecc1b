//! The codes of this phase, each with its one-line title.

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*
        /// Every code of this phase with its title.
        pub const ALL: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    UNKNOWN_NAME = "IVS1001", "unknown name";
    UNKNOWN_KIND = "IVS1002", "unknown kind";
    UNKNOWN_TYPE = "IVS1003", "unknown type";
    AMBIGUOUS_NAME = "IVS1004", "ambiguous name";
    UNKNOWN_MODULE = "IVS1005", "unknown module or name in `use`";
    DUPLICATE_NAME = "IVS1006", "a name declared twice";
    PRIVATE_NAME = "IVS1007", "a private name used elsewhere";
    UNKNOWN_BASE = "IVS1010", "unknown base";
    BASE_CYCLE = "IVS1011", "a declaration derives from itself";
    BASE_KIND = "IVS1012", "base of another kind";
    BASE_VERSION = "IVS1013", "base does not match the version asked for";
    OVERLAY_TARGET = "IVS1020", "overlay of a declaration that does not exist";
    OVERLAY_ENVIRONMENT = "IVS1021", "overlay of an environment that is not declared";
    OVERLAY_ITEM = "IVS1022", "overlays only amend declarations";
    DUPLICATE_MEMBER = "IVS1030", "an enum member named twice";
    DUPLICATE_FIELD_DEFINITION = "IVS1031", "a field defined twice";
    DATA_FILE = "IVS1060", "a data file that cannot be loaded";
    NOT_A_DEPENDENCY = "IVS1070", "a package used that is no dependency";
    CHECK_CODE = "IVS1040", "a code that a check cannot have";
    ALLOW_REASON = "IVS1041", "an `@allow` without a check or a reason";
    UNKNOWN_CHECK = "IVS1042", "unknown check";
    ALLOW_UNUSED = "IVS1043", "an `@allow` that excuses nothing";
    SEVERITY_LOWERED = "IVS1044", "an error lowered in `ivs.toml`";
    NO_PLACE = "IVS1045", "a `fix` or `at` that names no place";
    TEST_ENVIRONMENT = "IVS1046", "a test in an environment that is not declared";
    TEST_ITEM = "IVS1047", "an item that cannot stand in a test";
    ITEM_JOINED = "IVS1032", "an item that goes on from the one above";
    DUPLICATE_PATH = "IVS1103", "a path set twice";
    FINAL_OVERRIDDEN = "IVS1104", "a final value overridden";
    REMOVED_ABSENT = "IVS1105", "a key removed that is not there";
    ADDED_PRESENT = "IVS1106", "a key added that is already there";
    OVERLAYS_COLLIDE = "IVS1107", "a path set by two overlays of one environment";
    UNKNOWN_FIELD = "IVS1201", "unknown field";
    DEFINITION_IN_DECLARATION = "IVS1202", "a field defined where fields are set";
    MISPLACED_ENTRY = "IVS1203", "an entry that means nothing here";
    UNKNOWN_ATTRIBUTE = "IVS1204", "unknown attribute";
    TEMPLATE_ITEM = "IVS1205", "a template cannot be a family";
    DEPRECATED = "IVS1208", "something deprecated, used";
    WRONG_TYPE = "IVS2001", "wrong type";
    WRONG_DIMENSION = "IVS2002", "wrong dimension";
    MISSING_UNIT = "IVS2003", "a number without its unit";
    MISSING_PERCENT = "IVS2004", "a ratio without `%`";
    UNKNOWN_UNIT = "IVS2005", "unknown unit";
    UNKNOWN_DIMENSION = "IVS2006", "unknown dimension";
    AMBIGUOUS_UNIT = "IVS2007", "a unit of two dimensions";
    UNKNOWN_MEMBER = "IVS2008", "unknown field, key or member";
    MAYBE_NONE = "IVS2009", "a value that may be `none`";
    UNKNOWN_FUNCTION = "IVS2010", "unknown function";
    WRONG_ARGUMENTS = "IVS2011", "wrong arguments";
    NOT_COMPARABLE = "IVS2012", "values that cannot be compared";
    SECRET_USED = "IVS2013", "a secret used as a value";
    MIXED_LIST = "IVS2014", "elements of different types";
    BAD_PATTERN = "IVS2015", "a regular expression that cannot be read";
    BAD_LITERAL = "IVS2016", "a value that cannot be read as its type";
    NOT_A_REFERENCE = "IVS2017", "a name that is no value";
    UPSIDE_DOWN = "IVS2018", "a range upside down";
    LATE_USED = "IVS2019", "a value that only Terraform knows, used elsewhere";
    LOAD_TYPE = "IVS2040", "a `load` whose type says nothing, or cannot be read";
    DATA_SYNTAX = "IVS2041", "a data file that breaks its format's rules";
    DATA_UNKNOWN = "IVS2042", "an unknown column or key in a data file";
    DATA_TWICE = "IVS2043", "a column or key twice in a data file";
    DATA_TYPE = "IVS2044", "a value of the wrong type in a data file";
    DATA_MISSING = "IVS2045", "a value missing in a data file";
    NO_RATE = "IVS2046", "a currency shown in another, without a rate";
    VALUE_REQUIRED = "IVS2101", "a required value is missing";
    OUT_OF_RANGE = "IVS2102", "a value outside its type's bounds";
    REQUIRE_FAILED = "IVS2103", "a requirement does not hold";
    CHECK_FAILED = "IVS3000", "a check does not hold";
    ASSERT_FAILED = "IVS3900", "an assertion of a test does not hold";
    EXPECTED_MISSING = "IVS3901", "a test expects what was not found";
    UNEXPECTED_FOUND = "IVS3902", "a test finds what it must not";
    NOT_DECIDED = "IVS3903", "an assertion that could not be decided";
    NUMBER_TOO_LARGE = "IVS4001", "a number past 128 bits";
    DIVIDE_BY_ZERO = "IVS4002", "division by zero";
    VALUE_CYCLE = "IVS4003", "a value that depends on itself";
    RECURSION = "IVS4004", "a function, type or constant that depends on itself";
    EVALUATION = "IVS4005", "a function that cannot answer";
    DISABLED_REFERENCE = "IVS4006", "a reference to a disabled declaration";
    DUPLICATE_KEY = "IVS4007", "a key made twice";
    LIMIT_BASES = "IVS4103", "a base chain that is too long";
    LIMIT_ELEMENTS = "IVS4104", "a list that is too long";
    LIMIT_FAMILY = "IVS4105", "a family that is too large";
    LIMIT_STRING = "IVS4106", "a string that is too long";
    LIMIT_STEPS = "IVS4107", "a formula that takes too many steps";
    LIMIT_DEPTH = "IVS4108", "a chain of values that is too deep";
    LIMIT_DATA_SIZE = "IVS4130", "a data file over 8 MiB";
    LIMIT_DATA = "IVS4131", "a data file with too many values, or too deep";
    LIMIT_OUTPUT = "IVS4132", "outputs over 64 MiB";
    LIMIT_CHECKS = "IVS4120", "checks that take too many steps";
    NO_BUILD_DATE = "IVS5040", "the date of the build is not given";
}

/// Whether a code is one that requirements of kinds, structs and declarations are reported with: that of all, or one
/// that somebody gave theirs.
pub fn of_requirement(code: &str) -> bool {
    code == REQUIRE_FAILED
        || !code.starts_with("IVS")
        || code.starts_with("IVS3") && ALL.iter().all(|(known, _)| *known != code)
}
