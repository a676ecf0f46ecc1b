//! A config's ConfigMap.
use crate::emit::{Emit, Order, Texts};
use crate::{codes, names};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use k8s_openapi::api::core::v1::ConfigMap;

/// What the API server takes for all keys and values together.
const LARGEST: usize = 1 << 20;

/// `config` → ConfigMap.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let room = emit.room();
        let mut data = Texts::new();
        let mut size = 0;
        for (key, value) in read::entries(emit.object, "data") {
            let key = read::key(key);
            if !names::is_data_key(key) {
                emit.find(
                    codes::CONFIG,
                    format!("`{key}` is no key of a ConfigMap"),
                    &["data", key],
                    Some("at most 253 letters, digits, `-`, `_`, `.`".into()),
                );
            }
            let value = read::as_text(value).unwrap_or_default();
            size += key.len() + value.len();
            data.insert(key.to_owned(), value.to_owned());
        }
        if size > LARGEST {
            emit.find(codes::CONFIG, format!("{size} bytes; a ConfigMap holds {LARGEST}"), &["data"], None);
        }
        let meta = emit.meta(&emit.name, Some(&room.name));
        let object = ConfigMap {
            data: Some(data),
            immutable: read::flag(emit.object, "immutable").then_some(true),
            metadata: meta,
            ..ConfigMap::default()
        };
        emit.push(Order::Config, &object);
    })
}
