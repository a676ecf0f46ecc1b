//! Every code this crate reports, with a one-line title.

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*
        /// Code and title of everything that lowering to Terraform can report, in order.
        pub const CODES: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    NAME = "IVS6300", "a name that Terraform or a provider cannot take";
    NO_FORM = "IVS6301", "a value that Terraform cannot hold";
    PROVIDER = "IVS6302", "a provider whose source is not known";
    PLACE = "IVS6303", "resources that cannot stand in one folder";
    ARGUMENT = "IVS6304", "a resource that its provider's schema does not allow";
    SCHEMA = "IVS6305", "a file without schemas of providers";
}
