//! The objects of one declaration as trees, for targets that carry them elsewhere: charts.
use crate::lowerings::LOWERINGS;
use ivs_plan::{Context, Subject};
use serde_json::Value as Json;

/// Every object that a declaration is lowered to, as its manifests have them, in the order in which they are applied.
/// `None` if a mistake keeps it from being emitted; that is reported where it is lowered itself.
pub fn objects(subject: &Subject, context: &dyn Context) -> Option<Vec<Json>> {
    let mut artifacts = Vec::new();
    for lowering in LOWERINGS.iter().filter(|l| l.kind == subject.kind) {
        let lowered = (lowering.run)(subject, context);
        if lowered.findings.iter().any(|f| f.gravity == ivs_plan::Gravity::Error) {
            return None;
        }
        artifacts.extend(lowered.artifacts);
    }
    artifacts.sort_by(|a, b| (a.order, &a.identity).cmp(&(b.order, &b.identity)));
    artifacts.iter().map(|a| serde_saphyr::from_str(&a.text).ok()).collect()
}
