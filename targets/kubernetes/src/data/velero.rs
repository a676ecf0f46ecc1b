//! Copies of namespaces, by Velero.
use crate::codes;
use crate::custom::{custom, data::SCHEDULE};
use crate::emit::{Emit, Order};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::Value;
use serde_json::json;

/// `cluster-backup` → Schedule, in Velero's namespace.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let object = emit.object;
        let mut namespaces = Vec::new();
        for item in read::list(object, "namespaces") {
            if let Value::Ref(reference) = item
                && let Some(name) = emit.name_of(reference)
            {
                namespaces.push(name);
            }
        }
        let keep = emit.seconds(read::field(object, "keep"), &["keep"]);
        if keep % 3600 != 0 {
            emit.find(codes::WHOLE, "Velero is given whole hours".into(), &["keep"], None);
        }
        let spec = json!({
            "schedule": read::text(object, "schedule"),
            "template": {
                "includedNamespaces": namespaces,
                "snapshotVolumes": read::flag(object, "volumes"),
                "storageLocation": read::text(object, "location"),
                "ttl": format!("{}h0m0s", keep / 3600),
            },
            "useOwnerReferencesInBackup": false,
        });
        let velero = read::text(object, "velero").unwrap_or("velero").to_owned();
        let meta = emit.meta(&emit.name, Some(&velero));
        emit.push(Order::Rules, &custom(SCHEDULE, meta, spec));
    })
}
