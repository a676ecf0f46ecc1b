//! One line for each finding, as editors and `grep` like it.

use super::{Findings, severity_word};
use crate::terminal::clean;
use ivs_source::Diagnostic;

/// `services/api.ivs:3:5: error[IVS1103]: message`, with a line break.
pub fn line(findings: &Findings, d: &Diagnostic<u32>) -> String {
    let place = match findings.file(d.primary.place.of) {
        Some(file) if file.text.is_empty() => format!("{}: ", clean(&file.path)),
        Some(file) => {
            let (line, column) = file.position(d.primary.place.span.start);
            format!("{}:{line}:{column}: ", clean(&file.path))
        }
        None => String::new(),
    };
    let message = clean(&d.message).replace('\n', " ");
    format!("{place}{}[{}]: {message}\n", severity_word(d.severity), d.code)
}
