//! Numbers, texts and what is spelled with them.

use super::Reader;
use ivs_data::{Kind, Node};
use ivs_model::{Spelled, Ty, bare_unit, code, measures};
use ivs_value::{Dim, Number, Quantity, Value, checks, limits};
use smol_str::SmolStr;
use std::cmp::Ordering;
use std::sync::Arc;

/// What an unquoted text or a text says.
fn text(node: &Node) -> Option<&SmolStr> {
    match &node.kind {
        Kind::Text(t) | Kind::Plain(t) => Some(t),
        _ => None,
    }
}

impl Reader<'_, '_> {
    pub(super) fn scalar(&mut self, node: &Node, ty: &Ty) -> Value {
        match ty {
            Ty::Bool => self.boolean(node, ty),
            Ty::Int | Ty::Number => self.number(node, ty),
            Ty::Percent | Ty::Dim(_) | Ty::Quantity => self.measured(node, ty),
            Ty::Range(t) => self.range(node, ty, t),
            Ty::Date => self.parsed(node, ty, checks::parse_date),
            Ty::Version => {
                self.parsed(node, ty, |t| checks::parse_version(t).map(|v| Value::Version(Arc::new(v))))
            }
            Ty::None => match node.kind {
                Kind::Null => Value::None,
                _ => self.mismatch(node, ty, ""),
            },
            Ty::Literal(l) => match text(node) {
                Some(t) if t == l => Value::Str(t.clone()),
                _ => self.mismatch(node, ty, ""),
            },
            _ if ty.is_text() => self.string(node, ty),
            _ => self.mismatch(node, ty, ""),
        }
    }

    fn boolean(&mut self, node: &Node, ty: &Ty) -> Value {
        match &node.kind {
            Kind::Bool(b) => Value::Bool(*b),
            Kind::Plain(t) if t == "true" => Value::Bool(true),
            Kind::Plain(t) if t == "false" => Value::Bool(false),
            _ => self.mismatch(node, ty, "write `true` or `false`"),
        }
    }

    fn string(&mut self, node: &Node, ty: &Ty) -> Value {
        let Some(t) = text(node) else {
            return self.mismatch(node, ty, "put it in quotes if the text is meant");
        };
        if limits::string(t.len()).is_err() {
            return self.error(
                code::LIMIT_STRING,
                &node.at,
                "over the limit of 1 MiB in a string".into(),
                "",
                "",
            );
        }
        let name = ty.show(self.db());
        match checks::check_of(&name).map(|check| check(t)) {
            Some(Err(why)) => self.error(code::DATA_TYPE, &node.at, why, format!("not a `{name}`"), ""),
            _ => Value::Str(t.clone()),
        }
    }

    fn parsed(&mut self, node: &Node, ty: &Ty, parse: impl Fn(&str) -> Result<Value, String>) -> Value {
        let Some(t) = text(node) else {
            let help = match (ty, &node.kind) {
                (Ty::Version, Kind::Number(_)) => "a version has three parts: `1.20.0`",
                _ => "",
            };
            return self.mismatch(node, ty, help);
        };
        match parse(t) {
            Ok(v) => v,
            Err(why) => {
                let name = ty.show(self.db());
                self.error(code::DATA_TYPE, &node.at, why, format!("not a `{name}`"), "")
            }
        }
    }

    /// A number of the file, exactly; a leading `+` says nothing.
    fn plain_number(&mut self, node: &Node, text: &str) -> Option<Number> {
        let digits = text.strip_prefix('+').unwrap_or(text);
        // `.5` and `5.` are numbers in YAML and CSV.
        let padded = match digits.strip_prefix("-.") {
            Some(rest) => format!("-0.{rest}"),
            None if digits.starts_with('.') => format!("0{digits}"),
            None => digits.strip_suffix('.').unwrap_or(digits).to_owned(),
        };
        let number = Number::parse(&padded);
        if number.is_none() && padded.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            let message = "this number is past 128 bits".to_owned();
            self.error(code::NUMBER_TOO_LARGE, &node.at, message, "too large, or too many digits", "");
        }
        number
    }

    fn number(&mut self, node: &Node, ty: &Ty) -> Value {
        let shown = match &node.kind {
            Kind::Number(t) => t,
            Kind::Plain(t) if is_numeric(t) => t,
            Kind::Text(t) if is_numeric(t) => {
                return self.mismatch(node, ty, "a number stands without quotes");
            }
            Kind::Text(_) | Kind::Plain(_) => return self.mismatch(node, ty, ""),
            _ => return self.mismatch(node, ty, ""),
        };
        let shown = shown.clone();
        match self.plain_number(node, &shown) {
            Some(n) if *ty == Ty::Int && !n.is_integer() => {
                let message = format!("{shown} is not a whole number");
                self.error(code::DATA_TYPE, &node.at, message, "a whole number is expected", "")
            }
            Some(n) => Value::Number(n),
            None => Value::Unknown,
        }
    }

    /// A percent or a quantity: spelled as in the language, in a text.
    fn measured(&mut self, node: &Node, ty: &Ty) -> Value {
        match &node.kind {
            Kind::Number(t) => self.unmeasured(node, &t.clone(), ty),
            Kind::Plain(t) if is_numeric(t) => self.unmeasured(node, &t.clone(), ty),
            Kind::Text(t) | Kind::Plain(t) => {
                let t = t.clone();
                match Spelled::parse(&t) {
                    Some(s) if s.is_plain() => self.unmeasured(node, &t, ty),
                    Some(s) => self.spelled(node, &t, &s, ty),
                    None => self.mismatch(node, ty, spelling_help(ty)),
                }
            }
            _ => self.mismatch(node, ty, spelling_help(ty)),
        }
    }

    /// A number without a unit: only a dimension marked `@bare` counts it.
    fn unmeasured(&mut self, node: &Node, t: &str, ty: &Ty) -> Value {
        let Some(number) = self.plain_number(node, t) else { return Value::Unknown };
        match ty {
            Ty::Percent => {
                let help = match number.mul(&Number::int(100)).and_then(|n| n.decimal()) {
                    Some(p) if number <= Number::ONE => {
                        format!("write `\"{p}%\"`, or `\"{t}%\"` if that is meant")
                    }
                    _ => format!("write `\"{t}%\"`"),
                };
                self.error(
                    code::MISSING_PERCENT,
                    &node.at,
                    "a ratio is written with `%`".into(),
                    "a plain number",
                    help,
                )
            }
            Ty::Dim(d) => match bare_unit(self.db(), self.module, d) {
                Some(unit) => Value::quantity(&number, &unit).unwrap_or(Value::Unknown),
                None => self.no_unit(node, ty),
            },
            _ => self.no_unit(node, ty),
        }
    }

    fn no_unit(&mut self, node: &Node, ty: &Ty) -> Value {
        let shown = ty.show(self.db());
        let label = format!("`{shown}` is expected, this is a plain number");
        self.error(code::MISSING_UNIT, &node.at, "the unit is missing".into(), label, spelling_help(ty))
    }

    fn spelled(&mut self, node: &Node, t: &SmolStr, s: &Spelled, ty: &Ty) -> Value {
        let dim = match ty {
            Ty::Dim(d) => d.clone(),
            _ => Dim::default(),
        };
        let key = (t.clone(), dim);
        if *ty != Ty::Percent
            && let Some(v) = self.quantities.get(&key)
        {
            return v.clone();
        }
        let value = self.fresh(node, t, s, ty);
        if *ty != Ty::Percent && !value.is_unknown() {
            self.quantities.insert(key, value.clone());
        }
        value
    }

    fn fresh(&mut self, node: &Node, t: &str, s: &Spelled, ty: &Ty) -> Value {
        let Some(number) = s.number() else {
            let message = "this number is past 128 bits".to_owned();
            return self.error(
                code::NUMBER_TOO_LARGE,
                &node.at,
                message,
                "too large, or too many digits",
                "",
            );
        };
        if s.is_percent() {
            return match (ty, number.div(&Number::int(100))) {
                (Ty::Percent, Some(ratio)) => Value::Percent(ratio),
                _ => self.wrong_dimension(node, t, "percent", ty),
            };
        }
        let units = s.units(self.db(), self.module);
        let fitting = match ty {
            Ty::Dim(d) => units.iter().find(|u| measures(u, d)),
            Ty::Quantity => match units {
                [one] => Some(one),
                _ => None,
            },
            _ => None,
        };
        match (fitting, units) {
            (Some(unit), _) => match Quantity::new(&number, unit) {
                Ok(q) => Value::Quantity(q),
                Err(_) => {
                    let message = "this number is past 128 bits in its base unit".to_owned();
                    self.error(code::NUMBER_TOO_LARGE, &node.at, message, "too large", "")
                }
            },
            (None, []) => {
                let message = format!("unknown unit in `{t}`");
                self.error(code::UNKNOWN_UNIT, &node.at, message, "no such unit", spelling_help(ty))
            }
            (None, [one, ..]) => {
                let dim = one.dim.to_string();
                match (ty, units.len()) {
                    (Ty::Quantity, _) => {
                        let message = format!("`{t}` has a unit of several dimensions");
                        self.error(
                            code::AMBIGUOUS_UNIT,
                            &node.at,
                            message,
                            "nothing tells which is meant",
                            "",
                        )
                    }
                    _ => self.wrong_dimension(node, t, &dim, ty),
                }
            }
        }
    }

    fn wrong_dimension(&mut self, node: &Node, t: &str, is: &str, ty: &Ty) -> Value {
        let wanted = ty.show(self.db());
        let message = format!("`{wanted}` is expected, `{t}` is `{is}`");
        self.error(code::WRONG_DIMENSION, &node.at, message, format!("measures `{is}`"), "")
    }

    /// `"2..5Gi"`, or one value for both ends.
    fn range(&mut self, node: &Node, ty: &Ty, end: &Ty) -> Value {
        let ends = text(node).and_then(|t| t.split_once(".."));
        let Some((low, high)) = ends else {
            let v = self.value(node, end);
            return if v.is_unknown() { v } else { Value::Range(Arc::new((v.clone(), v))) };
        };
        let (low, high) = (low.trim(), high.trim());
        let at = |t: &str| Node { kind: Kind::Plain(SmolStr::new(t)), at: node.at.clone() };
        let (a, b) = (self.value(&at(low), end), self.value(&at(high), end));
        if a.is_unknown() || b.is_unknown() {
            return Value::Unknown;
        }
        match ivs_value::ops::order(&a, &b) {
            Ok(Some(Ordering::Greater)) => {
                let shown = text(node).cloned().unwrap_or_default();
                let message = format!("the range `{shown}` is upside down");
                self.error(code::UPSIDE_DOWN, &node.at, message, "it begins above its end", "")
            }
            Ok(_) => Value::Range(Arc::new((a, b))),
            Err(_) => self.mismatch(node, ty, ""),
        }
    }
}

/// Whether a text is a number and nothing else.
fn is_numeric(t: &str) -> bool {
    let digits = t.strip_prefix(['-', '+']).unwrap_or(t);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'e' | b'E' | b'+' | b'-'))
        && digits.matches('.').count() <= 1
        && !digits.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('-')
}

fn spelling_help(ty: &Ty) -> &'static str {
    match ty {
        Ty::Percent => "a percent is a text with its sign: `\"70%\"`",
        _ => "a quantity is a text with its unit, as in the language: `\"5Gi\"`",
    }
}
