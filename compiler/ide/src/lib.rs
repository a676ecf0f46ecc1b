//! What an editor asks about sources: places, meanings, proposals; free of any protocol.
//!
//! Takes a session and an offset in a file. Gives plain values with byte ranges. Never edits a source or touches a file system.
