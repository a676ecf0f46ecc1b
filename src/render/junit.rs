//! Results of tests as JUnit's XML, which CI systems read.

use super::{Findings, short};
use ivs_driver::Outcome;
use std::fmt::Write as _;

/// One suite, a case for each test. Without times: two runs of the same sources give the same bytes.
pub fn document(package: &str, results: &[(Outcome, Findings)]) -> String {
    let failures = results.iter().filter(|(_, f)| f.any()).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\"", results.len());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites {counts}>\n  <testsuite name=\"{}\" {counts}>", escape(package));
    for (outcome, findings) in results {
        let class = match &outcome.environment {
            Some(e) => format!("{} in {e}", outcome.path),
            None => outcome.path.clone(),
        };
        let _ = write!(
            out,
            "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\"",
            escape(&outcome.name),
            escape(&class),
            escape(&outcome.path),
            outcome.line
        );
        if !findings.any() {
            out.push_str("/>\n");
            continue;
        }
        let lines: String = findings.list.iter().map(|d| short::line(findings, d)).collect();
        let first = findings.list.first().map_or("", |d| d.message.as_str());
        let _ = writeln!(
            out,
            ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
            escape(first),
            escape(lines.trim_end())
        );
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// Text for XML, in attributes and between tags. What XML 1.0 cannot hold becomes a replacement character.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\t' | '\r' => {
                let _ = write!(out, "&#{};", c as u32);
            }
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_ends_what_it_stands_in() {
        assert_eq!(escape("a < b && \"c\" > 'd'"), "a &lt; b &amp;&amp; &quot;c&quot; &gt; &apos;d&apos;");
        assert_eq!(escape("]]>\n\u{1b}\u{0}"), "]]&gt;&#10;\u{fffd}\u{fffd}");
    }
}
