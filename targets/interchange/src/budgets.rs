//! What may be spent: how heavy pages may be.
use crate::draft::{Draft, number};
use ivs_plan::{Context, Lowered, Lowering, Subject, read};
use ivs_value::Number;
use serde::Serialize;

/// Lowerings of budgets.
pub const LOWERINGS: &[Lowering] = &[Lowering {
    name: "page",
    kind: "page-budget",
    reads: &["slug", "part.files", "part.limit"],
    run: page,
}];

/// A check of size-limit (github.com/ai/size-limit): its sizes are decimal.
#[derive(Serialize)]
struct Check {
    name: String,
    path: Vec<String>,
    limit: String,
}

/// `page-budget` → `.size-limit.json`.
fn page(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let mut checks = Vec::new();
        for (name, part) in read::structs(draft.object, "part") {
            let Some(bytes) = read::base(read::field(part, "limit")) else { continue };
            let path = ["part", name, "limit"];
            let limit = match bytes.div(&Number::int(1000)).as_ref().and_then(number) {
                Some(kilo) => format!("{kilo} kB"),
                None => format!("{} B", draft.number(read::field(part, "limit"), &path)),
            };
            let path = read::texts(part, "files").unwrap_or_default();
            checks.push(Check { name: name.to_owned(), path, limit });
        }
        draft.push("budgets", &format!("{}.size-limit", draft.slug), "the budget", &checks);
    })
}
