//! Which column of FOCUS 1.2 each field of OpenCost's allocations goes to.
//!
//! Columns: focus.finops.org/focus-specification/v1-2; own ones begin with `x_`. Fields: opencost.io/docs/integrations/api.
use crate::desk::Desk;
use crate::{csv, names};
use ivs_plan::{Context, Lowered, Subject, read};

/// Column, field of an allocation, value that is always the same.
const COLUMNS: [(&str, &str, &str); 19] = [
    ("BilledCost", "totalCost", ""),
    ("EffectiveCost", "totalCost", ""),
    ("ListCost", "totalCost", ""),
    ("ContractedCost", "totalCost", ""),
    ("ChargePeriodStart", "window.start", ""),
    ("ChargePeriodEnd", "window.end", ""),
    ("ChargeCategory", "", "Usage"),
    ("ChargeFrequency", "", "Usage-Based"),
    ("ServiceCategory", "", "Compute"),
    ("ServiceSubcategory", "", "Containers"),
    ("ServiceName", "", "Kubernetes"),
    ("ResourceId", "properties.providerID", ""),
    ("ResourceName", "properties.pod", ""),
    ("ResourceType", "properties.controllerKind", ""),
    ("SubAccountId", "properties.cluster", ""),
    ("SubAccountName", "properties.cluster", ""),
    ("x_Namespace", "properties.namespace", ""),
    ("x_Controller", "properties.controller", ""),
    ("x_SharedCost", "sharedCost", ""),
];

/// `chargeback` → CSV.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    // The other target that the kind is emitted by says what is wrong with a name.
    if names::label(&subject.slug).is_none() {
        return Lowered::default();
    }
    Desk::run(subject, context, |desk| {
        let row = |column: &str, field: &str, value: &str| {
            vec![column.to_owned(), field.to_owned(), value.to_owned()]
        };
        let mut rows = vec![row("FocusColumn", "OpenCostField", "Value")];
        rows.extend(COLUMNS.iter().map(|(column, field, value)| row(column, field, value)));
        for key in read::texts(desk.object, "by").unwrap_or_default() {
            rows.push(row(&format!("Tags/{key}"), &format!("properties.labels.{}", plain(&key)), ""));
        }
        let file = format!("{}-chargeback.csv", desk.name);
        desk.file("focus", &file, csv::print(&rows));
    })
}

/// A label's key as OpenCost spells it.
fn plain(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}
