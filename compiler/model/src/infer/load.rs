//! `load("clients.csv")`.

use super::Infer;
use crate::code;
use crate::data::{DataFile, check_path, data_file, problem, unloadable};
use crate::ir::{ExprId, TExpr};
use crate::ty::Ty;
use ivs_grammar::ast::{Arg, Span};
use smol_str::SmolStr;

impl<'db, 'ast> Infer<'db, 'ast> {
    pub(super) fn load(
        &mut self,
        at: Span,
        args: &'ast [Arg],
        span: Span,
        want: Option<&Ty>,
    ) -> (ExprId, Ty) {
        let path = match args {
            [one] if one.name.is_none() => Self::plain_text(&one.value).map(|t| (t, one.value.span)),
            _ => None,
        };
        let Some((path, place)) = path else {
            let report = self
                .report(code::WRONG_ARGUMENTS, span, "a data file is named by its path")
                .label("write `load(\"data/clients.csv\")`, as plain text");
            return self.fail(report);
        };
        let Some(want) = want else {
            let report = self
                .report(code::LOAD_TYPE, at, "a `load` needs to know what it reads")
                .label("nothing here says which type")
                .help("give it a type where it is named: `let xs: [row] = load(…)`");
            return self.fail(report);
        };
        // No file holds what only Terraform knows.
        let want = if matches!(want, Ty::LateObject) { &Ty::Object } else { want };
        if matches!(want, Ty::Error) {
            return self.add(TExpr::Error, Ty::Error, span);
        }
        if let Some(why) = unloadable(self.db, want) {
            let shown = want.show(self.db);
            let report = self
                .report(code::LOAD_TYPE, span, format!("`{shown}` cannot be read from a file"))
                .label("loaded here")
                .help(why);
            return self.fail(report);
        }
        if path.ends_with(".csv") && !is_table(want) {
            let shown = want.show(self.db);
            let report = self
                .report(code::LOAD_TYPE, span, format!("CSV holds rows, and `{shown}` is expected"))
                .label("loaded here")
                .help("rows are a list or a map of a struct: `[row]`, `{string: row}`");
            return self.fail(report);
        }
        if let Err(bad) = check_path(&path) {
            let mut report = self.report(code::DATA_FILE, place, bad.message).label("no path of the package");
            report = match bad.fixed {
                Some(fixed) => report.fix(format!("write `{fixed}`"), place, format!("\"{fixed}\"")),
                None => report.help(bad.help),
            };
            return self.fail(report);
        }
        if let DataFile::Not(why) = data_file(self.db, self.module, path.clone()) {
            let (code, message, help, near) = problem(&path, &why);
            let mut report = self.report(code, place, message).label("loaded here");
            if let Some(near) = near {
                report = report.fix(format!("write `{near}`"), place, format!("\"{near}\""));
            }
            if !help.is_empty() {
                report = report.help(help);
            }
            return self.fail(report);
        }
        let path: SmolStr = path;
        self.add(TExpr::Load { path, ty: Box::new(want.clone()) }, want.clone(), span)
    }
}

/// Whether rows with named cells fit a type.
fn is_table(ty: &Ty) -> bool {
    let row = |t: &Ty| matches!(t.core(), Ty::Struct(_) | Ty::Map(_) | Ty::Object);
    match ty.core() {
        Ty::List(t) => row(t),
        Ty::Map(kv) => row(&kv.1),
        Ty::Object => true,
        _ => false,
    }
}
