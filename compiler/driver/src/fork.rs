//! A session of its own over the same texts, to try edits on.

use crate::{Session, verify};

impl Session {
    /// A session that has the same texts and shares nothing: edits of one are none of the other.
    pub fn fork(&self) -> Session {
        verify::copy(&self.db, &self.config, &[])
    }
}
