//! The language server.
//!
//! Takes messages of the Language Server Protocol. Gives answers from one session per package. Never writes a file.
