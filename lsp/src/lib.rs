//! The language server.
//!
//! Takes messages of the Language Server Protocol. Gives answers from one session per package. Writes no file but
//! copies of the standard library and of the pages of errors, which an editor can open, in the cache folder it is given.

mod backend;
mod check;
mod documents;
mod folder;
mod main_loop;
mod methods;
mod options;
mod outbox;
mod pages;
mod pool;
mod position;
mod protocol;
mod publish;
mod serve;
mod settings;
mod transport;
mod view;

pub use options::{Draw, Hook, Options};
pub use serve::{Ended, MAX_MESSAGE_BYTES, serve};
pub use transport::{listen, stdio};
