//! Why an operation has no result.
use std::fmt;

/// Why an operation has no result. Its text reads as a sentence without capital and stop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OpError {
    /// The result does not fit 128 bits.
    Overflow,
    /// A divisor is zero.
    DivideByZero,
    /// Two operands measure different things: `req/time` and `bytes`.
    Dimensions(String, String),
    /// Two currencies would mix: `USD` and `EUR`.
    Currencies(String, String),
    /// Operands of types the operation is not for.
    Types(String),
    /// A limit of evaluation; what is limited and to how much.
    Limit(&'static str),
    /// Operands of the right types whose values do not do.
    Invalid(String),
    /// The number (as shown) has no finite decimal form, so it cannot become text.
    Inexact(String),
}

impl OpError {
    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            OpError::Inexact(_) => Some("round it first: `round(x, 0.01)`"),
            OpError::Currencies(..) => {
                Some("convert one of them with `as` and an `exchange-rate` declaration")
            }
            _ => None,
        }
    }
}

impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpError::Overflow => f.write_str("the result does not fit 128 bits"),
            OpError::DivideByZero => f.write_str("division by zero"),
            OpError::Dimensions(a, b) => write!(f, "`{a}` and `{b}` do not go together"),
            OpError::Currencies(a, b) => write!(f, "{a} and {b} do not mix"),
            OpError::Types(text) | OpError::Invalid(text) => f.write_str(text),
            OpError::Limit(what) => write!(f, "over the limit of {what}"),
            OpError::Inexact(number) => write!(f, "{number} has no finite decimal form"),
        }
    }
}

impl std::error::Error for OpError {}
