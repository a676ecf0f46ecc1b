//! What the user sets in the editor, under `ivs`.

use serde::Deserialize;
use serde_json::Value;

/// Settings; what is not said has its default, what cannot be read is as if it were not said.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Settings {
    /// The environment whose values are shown (hints, lenses, outputs). Empty: the base.
    pub environment: String,
    /// How diagnostics reach the editor.
    pub diagnostics: Delivery,
    /// Which lenses are shown.
    pub lenses: Lenses,
    /// Which hints are shown.
    pub hints: Hints,
}

/// How diagnostics reach the editor.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Delivery {
    /// The server sends them after each edit, for all files of the package.
    #[default]
    Push,
    /// The editor asks for them.
    Pull,
}

/// Which lenses are shown.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Lenses {
    /// What emits something: "show output".
    pub output: bool,
    /// How often a declaration is referred to.
    pub references: bool,
    /// How many declarations derive from a template.
    pub instances: bool,
    /// Figures that the library or the package tells of a declaration: "monthly cost $70".
    pub figures: bool,
    /// "run" above tests.
    pub tests: bool,
}

/// Which hints are shown.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Hints {
    /// What a formula gives.
    pub values: bool,
    /// What a declaration has from its bases.
    pub inherited: bool,
}

impl Default for Lenses {
    fn default() -> Self {
        Lenses { output: true, references: true, instances: true, figures: true, tests: true }
    }
}

impl Default for Hints {
    fn default() -> Self {
        Hints { values: true, inherited: true }
    }
}

impl Settings {
    /// From what an editor sends: the settings themselves, or an object that has them under `ivs`.
    pub fn read(value: &Value) -> Settings {
        let own = value.get("ivs").unwrap_or(value);
        // One setting that cannot be read leaves the others as they are.
        let mut good = serde_json::Map::new();
        for (name, value) in own.as_object().into_iter().flatten() {
            let alone = Value::Object([(name.clone(), value.clone())].into_iter().collect());
            if serde_json::from_value::<Settings>(alone).is_ok() {
                good.insert(name.clone(), value.clone());
            }
        }
        serde_json::from_value(Value::Object(good)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn settings_are_read_with_and_without_their_section() {
        let inner = json!({ "environment": "staging", "lenses": { "tests": false } });
        let read = Settings::read(&inner);
        assert_eq!(read.environment, "staging");
        assert!(!read.lenses.tests && read.lenses.output);
        assert_eq!(Settings::read(&json!({ "ivs": inner })), read);
    }

    #[test]
    fn one_setting_that_cannot_be_read_leaves_the_others() {
        let read = Settings::read(&json!({ "environment": "staging", "diagnostics": 5 }));
        assert_eq!(read.environment, "staging");
        assert_eq!(read.diagnostics, Delivery::Push);
        assert_eq!(Settings::read(&json!(null)), Settings::default());
    }
}
