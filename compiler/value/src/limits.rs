//! Limits of evaluation.
use crate::OpError;

/// Most elements of a list or entries of a map.
pub const COLLECTION: usize = 100_000;

/// Most bytes of a string.
pub const STRING: usize = 1 << 20;

/// Whether a collection may have so many elements.
///
/// # Errors
/// [`OpError::Limit`] above [`COLLECTION`].
pub fn collection(len: usize) -> Result<(), OpError> {
    if len > COLLECTION { Err(OpError::Limit("100000 elements in a collection")) } else { Ok(()) }
}

/// Whether a string may have so many bytes.
///
/// # Errors
/// [`OpError::Limit`] above [`STRING`].
pub fn string(len: usize) -> Result<(), OpError> {
    if len > STRING { Err(OpError::Limit("1 MiB in a string")) } else { Ok(()) }
}
