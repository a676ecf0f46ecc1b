//! What is said of a formula that fails.

use crate::machine::{Frame, Machine};
use ivs_model::code;
use ivs_model::ir::ExprId;
use ivs_source::{Diagnostic, Label, Place, Severity};
use ivs_value::{Map, OpError, Value};

impl<'db> Machine<'db> {
    pub(crate) fn fail(
        &mut self,
        f: &Frame<'db>,
        id: ExprId,
        code: &'static str,
        message: String,
        label: String,
    ) -> Value {
        self.fail_help(f, id, code, message, label, Vec::new())
    }

    pub(crate) fn fail_help(
        &mut self,
        f: &Frame<'db>,
        id: ExprId,
        code: &'static str,
        message: String,
        label: String,
        help: Vec<String>,
    ) -> Value {
        if self.quiet {
            return Value::Unknown;
        }
        let place = Place { of: f.item, span: f.span(self.db, id) };
        self.report(Diagnostic {
            code,
            severity: Severity::Error,
            message,
            primary: Label { place, text: label },
            labels: Vec::new(),
            help,
            fixes: Vec::new(),
        });
        Value::Unknown
    }

    pub(crate) fn op_failed(
        &mut self,
        f: &Frame<'db>,
        id: ExprId,
        e: &OpError,
        operands: &[&Value],
    ) -> Value {
        if operands.iter().any(|v| matches!(v, Value::Unknown)) {
            return Value::Unknown;
        }
        let code = match e {
            OpError::Overflow => code::NUMBER_TOO_LARGE,
            OpError::DivideByZero => code::DIVIDE_BY_ZERO,
            OpError::Dimensions(..) | OpError::Currencies(..) => code::WRONG_DIMENSION,
            OpError::Limit(what) if what.contains("string") || what.contains("text") => code::LIMIT_STRING,
            OpError::Limit(_) => code::LIMIT_ELEMENTS,
            OpError::Types(_) | OpError::Invalid(_) | OpError::Inexact(_) => code::EVALUATION,
        };
        let label = match operands {
            [] => String::new(),
            vs => vs.iter().map(|v| ivs_value::display(v)).collect::<Vec<_>>().join(", "),
        };
        let help = e.help().map(str::to_owned).into_iter().collect();
        self.fail_help(f, id, code, e.to_string(), label, help)
    }

    pub(crate) fn too_long(&mut self, f: &Frame<'db>, id: ExprId) -> Value {
        let limit = ivs_value::limits::COLLECTION;
        self.fail(
            f,
            id,
            code::LIMIT_ELEMENTS,
            format!("more than {limit} elements"),
            "the limit of a list".into(),
        )
    }

    pub(crate) fn no_key(&mut self, f: &Frame<'db>, id: ExprId, m: &Map, k: &Value) -> Value {
        let keys: Vec<String> = m.entries.iter().take(12).map(|(k, _)| ivs_value::display(k)).collect();
        let help = if keys.is_empty() {
            "the map is empty".to_owned()
        } else {
            format!("its keys are {}", keys.join(", "))
        };
        self.fail_help(
            f,
            id,
            code::EVALUATION,
            format!("there is no key {}", ivs_value::display(k)),
            "not in the map".into(),
            vec![help],
        )
    }
}
