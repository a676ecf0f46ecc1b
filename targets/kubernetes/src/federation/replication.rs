//! Tables that are shared row by row: CloudNativePG's Publication where they are given, Subscription where they are taken.
use super::custom::{
    Name, PUBLICATION, PublicationObject, PublicationSpec, PublicationTarget, SUBSCRIPTION, SubscriptionSpec,
    Table,
};
use super::shared;
use crate::custom::custom;
use crate::emit::{Emit, Order};
use crate::names;
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};

/// Longest identifier of PostgreSQL, in bytes.
const IDENTIFIER: usize = 63;

/// `endpoint` → Publications and Subscriptions, if it is run here and has a database.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["replication"], |emit| {
        let Some(namespace) = shared::home(emit) else { return };
        let object = emit.object;
        let Some(source) = read::nested(object, "replication") else { return };
        let Some(cluster) = read::reference(source, "database").and_then(|d| emit.name_of(d)) else { return };
        let dbname = read::text(source, "name").unwrap_or_default().to_owned();
        let own = emit.name.clone();
        for (key, export) in read::structs(object, "export") {
            let tables: Vec<PublicationObject> = read::texts(export, "tables")
                .unwrap_or_default()
                .into_iter()
                .map(|table| PublicationObject {
                    table: match table.split_once('.') {
                        Some((schema, name)) => Table { name: name.into(), schema: Some(schema.into()) },
                        None => Table { name: table, schema: None },
                    },
                })
                .collect();
            let Some(export) = names::dns(key, names::LABEL) else { continue };
            if tables.is_empty() {
                continue;
            }
            let meta = emit.meta(&names::fit(&format!("{own}.{export}"), 253), Some(&namespace));
            let spec = PublicationSpec {
                cluster: Name { name: cluster.clone() },
                dbname: dbname.clone(),
                name: identifier(&own, &export),
                target: PublicationTarget { objects: tables },
            };
            emit.push(Order::Config, &custom(PUBLICATION, meta, spec));
        }
        for taken in shared::taken(emit) {
            let Some(theirs) = read::nested(&taken.from, "replication") else { continue };
            let publication_database = read::text(theirs, "name").unwrap_or_default().to_owned();
            for (key, export) in &taken.exports {
                let Some(export_name) = names::dns(key, names::LABEL) else { continue };
                if read::list(export, "tables").is_empty() {
                    continue;
                }
                let name = names::fit(&format!("{own}.{}.{export_name}", taken.name), 253);
                let meta = emit.meta(&name, Some(&namespace));
                let spec = SubscriptionSpec {
                    cluster: Name { name: cluster.clone() },
                    dbname: dbname.clone(),
                    external_cluster_name: taken.name.clone(),
                    name: identifier(&taken.name, &export_name),
                    publication_database: publication_database.clone(),
                    publication_name: identifier(&taken.name, &export_name),
                };
                emit.push(Order::Config, &custom(SUBSCRIPTION, meta, spec));
            }
        }
    })
}

/// The name of a publication. Both parts are DNS labels, which have no dot: it keeps them apart.
fn identifier(endpoint: &str, export: &str) -> String {
    names::fit(&format!("{endpoint}.{export}"), IDENTIFIER)
}
