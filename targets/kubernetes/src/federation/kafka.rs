//! What an endpoint gives: a KafkaTopic for each domain of an export, a KafkaUser for each organisation that may read some.
use super::custom::{Acl, AclResource, Acls, Settings, TOPIC, TopicSpec, Type, USER, UserSpec};
use super::shared;
use crate::custom::custom;
use crate::emit::{Emit, Order};
use crate::{amounts, codes, names};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use std::collections::{BTreeMap, BTreeSet};

/// Strimzi takes its name as the certificate's, which has at most 64 characters.
const USER_NAME: usize = 64;

/// `endpoint` → KafkaTopics and KafkaUsers, if it is run here.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(namespace) = shared::home(emit) else { return };
        let Some(bus) = read::nested(emit.object, "bus") else { return };
        let cluster = read::text(bus, "cluster").unwrap_or_default().to_owned();
        let partitions = emit.int32(read::field(bus, "partitions"), &["bus", "partitions"]);
        let replicas = emit.int32(read::field(bus, "replicas"), &["bus", "replicas"]);
        let retention = read::field(bus, "retention");
        let Some(milliseconds) = amounts::milliseconds(retention) else {
            let shown = ivs_value::display(retention);
            let message = format!("{shown} is no whole number of milliseconds, which Kafka wants");
            return emit.find(codes::WHOLE, message, &["bus", "retention"], None);
        };
        let mut by_partner: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let (object, own) = (emit.object, emit.name.clone());
        for (key, export) in read::structs(object, "export") {
            for domain in shared::references(export, "domains") {
                let Some(name) = shared::topic(emit, &own, key, domain) else { continue };
                for partner in shared::receivers(object, export) {
                    if let Some(partner) = emit.name_of(partner) {
                        by_partner.entry(partner).or_default().insert(name.clone());
                    }
                }
                let config = Settings::from([
                    ("cleanup.policy", "delete".into()),
                    // One copy may be missing while servers are replaced; where there is one copy, it is that one.
                    ("min.insync.replicas", (replicas - 1).max(1).into()),
                    ("retention.ms", milliseconds.into()),
                ]);
                let mut meta = emit.meta(&name, Some(&namespace));
                meta.labels.get_or_insert_default().insert("strimzi.io/cluster".into(), cluster.clone());
                let spec = TopicSpec { config, partitions, replicas, topic_name: name };
                emit.push(Order::Config, &custom(TOPIC, meta, spec));
            }
        }
        for (partner, topics) in by_partner {
            let name = names::fit(&format!("{own}.{partner}"), USER_NAME);
            let mut acls: Vec<Acl> = topics
                .into_iter()
                .map(|topic| acl(topic, "topic", "literal", &["Describe", "DescribeConfigs", "Read"]))
                .collect();
            // Consumer groups of an organisation begin with its name.
            acls.push(acl(partner, "group", "prefix", &["Read"]));
            let mut meta = emit.meta(&name, Some(&namespace));
            meta.labels.get_or_insert_default().insert("strimzi.io/cluster".into(), cluster.clone());
            let spec = UserSpec {
                authentication: Type { kind: "tls" },
                authorization: Acls { acls, kind: "simple" },
            };
            emit.push(Order::Credentials, &custom(USER, meta, spec));
        }
    })
}

fn acl(name: String, kind: &'static str, pattern_type: &'static str, operations: &[&'static str]) -> Acl {
    Acl { operations: operations.to_vec(), resource: AclResource { name, pattern_type, kind } }
}
