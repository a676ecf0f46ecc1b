//! Every code this crate reports, with a one-line title.

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*
        /// Code and title of everything that lowering to marketplaces can report, in order.
        pub const CODES: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    PER = "IVS6700", "a price or an amount of something else than what is counted";
    INEXACT = "IVS6701", "a price that no price list can hold";
    CURRENCY = "IVS6702", "a currency that a market does not take";
    NAME = "IVS6703", "a name that no file or entry can be called by";
    UNSOLD = "IVS6704", "a price that a market does not know";
    FILLED_IN = "IVS6705", "a text that a tool would fill in";
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_in_order() {
        assert!(super::CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
