//! What all lowerings share: the subject, what it refers to, findings, printed files.
use crate::{codes, names};
use ivs_plan::{Artifact, Context, Finding, Lowered, Subject, read};
use ivs_value::{Number, RefValue, StructValue, Value};
use serde::Serialize;
use smol_str::SmolStr;
use std::sync::Arc;

/// A lowering under way.
pub struct Draft<'a> {
    /// The value of the declaration.
    pub object: &'a StructValue,
    /// Its name as written.
    pub name: &'a str,
    /// Its name in outputs.
    pub slug: &'a str,
    /// What else is declared.
    pub context: &'a dyn Context,
    out: Lowered,
    /// Something it needs has failed and is reported there.
    silent: bool,
}

impl<'a> Draft<'a> {
    /// Runs a lowering. Nothing is emitted if the value is incomplete or a finding was made.
    pub fn run(
        subject: &'a Subject,
        context: &'a dyn Context,
        lower: impl FnOnce(&mut Draft<'a>),
    ) -> Lowered {
        let object: &'a StructValue = &subject.object;
        let mut draft = Draft {
            object,
            name: &subject.name,
            slug: &subject.slug,
            context,
            out: Lowered::default(),
            silent: false,
        };
        lower(&mut draft);
        if draft.silent || !draft.out.findings.is_empty() {
            draft.out.artifacts.clear();
        }
        draft.out
    }

    /// Reports a mistake at a value of the declaration.
    pub fn find(&mut self, code: &'static str, message: String, path: &[&str], help: Option<String>) {
        let path = path.iter().map(SmolStr::new).collect();
        self.out.findings.push(Finding { code, message, path, help, ..Finding::default() });
    }

    /// The value of a declaration that is referred to. If it failed, nothing is emitted, silently.
    pub fn follow(&mut self, reference: &RefValue) -> Option<Arc<StructValue>> {
        let found = self.context.object(reference);
        self.silent |= found.is_none();
        found
    }

    /// The name in outputs of a declaration that is referred to.
    pub fn slug_of(&mut self, reference: &RefValue) -> Option<String> {
        let object = self.follow(reference)?;
        Some(read::text(&object, "slug").unwrap_or(&reference.name).to_owned())
    }

    /// What a declaration is called for people: its title, else its name.
    pub fn title(&self) -> &'a str {
        read::text(self.object, "title").unwrap_or(self.name)
    }

    /// A number in its base unit as JSON holds it, exactly.
    pub fn number(&mut self, value: &Value, path: &[&str]) -> serde_json::Number {
        let found = read::base(value).and_then(number);
        found.unwrap_or_else(|| {
            let shown = ivs_value::display(value);
            self.find(
                codes::NUMBER,
                format!("{shown} has no exact decimal form of up to 15 digits"),
                path,
                Some("use a number with fewer digits, or `round(x, …)`".into()),
            );
            0.into()
        })
    }

    /// Writes a text into a file of a folder, of which each part may be a name. `what` is what no other declaration may produce.
    pub fn push_text(&mut self, folder: &str, file: &str, ending: &str, what: &str, text: String) {
        let parts: Result<Vec<String>, &str> =
            folder.split('/').chain([file]).map(|part| names::file(part).ok_or(part)).collect();
        let (folder, file) = match parts.as_deref() {
            Ok([folders @ .., file]) => (folders.join("/"), format!("{file}.{ending}")),
            Ok([]) => return,
            Err(part) => {
                return self.find(
                    codes::NAME,
                    format!("`{part}` has no letter or digit that the name of a file could be made of"),
                    &["slug"],
                    Some("set `slug` to lower case letters, digits and `-`".into()),
                );
            }
        };
        self.out.artifacts.push(Artifact {
            identity: format!("{what} {folder}/{file}").into(),
            folder: folder.into(),
            file: file.into(),
            order: 0,
            text: text.into(),
        });
    }

    /// Writes a value as JSON.
    pub fn push(&mut self, folder: &str, file: &str, what: &str, value: &impl Serialize) {
        // Structures of texts, numbers and lists are always printed.
        let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
        text.push('\n');
        self.push_text(folder, file, "json", what, text);
    }
}

/// The references of a list.
pub fn references<'v>(object: &'v StructValue, field: &str) -> impl Iterator<Item = &'v RefValue> {
    read::list(object, field).iter().filter_map(|v| match v {
        Value::Ref(r) => Some(r.as_ref()),
        _ => None,
    })
}

/// The address of a secret: `vault://mount/path#key`. Never its content, which is not known here.
pub fn secret(value: &Value) -> Option<String> {
    match value {
        Value::Secret(address) => Some(address.to_string()),
        _ => None,
    }
}

/// A number as JSON holds it: whole, or a decimal that a reader's double gives back digit by digit.
pub fn number(n: &Number) -> Option<serde_json::Number> {
    if let Some(whole) = n.to_i64() {
        return Some(whole.into());
    }
    let text = n.decimal()?;
    let double: f64 = text.parse().ok()?;
    let found = serde_json::Number::from_f64(double)?;
    (text.trim_start_matches(['-', '0', '.']).len() <= 16 && found.to_string().parse::<f64>() == Ok(double))
        .then_some(found)
}

/// A time as ISO 8601 writes it: `PT2S`, `PT0.5S`, `P7D`. `None` if it has no finite decimal form.
pub fn duration(value: &Value) -> Option<String> {
    let seconds = read::base(value)?;
    match seconds.to_i64() {
        Some(s) if s > 0 && s % 86_400 == 0 => Some(format!("P{}D", s / 86_400)),
        Some(s) if s > 0 && s % 3600 == 0 => Some(format!("PT{}H", s / 3600)),
        Some(s) if s > 0 && s % 60 == 0 => Some(format!("PT{}M", s / 60)),
        _ => Some(format!("PT{}S", seconds.decimal()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact_or_refused() {
        let n = |a, b| Number::fraction(a, b).unwrap();
        assert_eq!(number(&n(1, 4)).unwrap().to_string(), "0.25");
        assert_eq!(number(&n(7, 1)).unwrap().to_string(), "7");
        assert_eq!(number(&n(1, 3)), None);
        assert_eq!(duration(&Value::Number(n(1, 2))).as_deref(), Some("PT0.5S"));
        assert_eq!(duration(&Value::Number(n(7 * 86_400, 1))).as_deref(), Some("P7D"));
    }
}
