//! Validators of text types.
