//! What an endpoint takes: a KafkaMirrorMaker2 that copies others' topics, under the names that they have there.
use super::custom::{
    Authentication, CertificateAndKey, Cluster, Connector, MIRROR, Mirror, MirrorSpec, Settings, Tls, Trusted,
};
use super::shared::{self, Taken};
use crate::custom::custom;
use crate::emit::{Emit, Order};
use crate::{amounts, codes};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::StructValue;

/// `endpoint` → KafkaMirrorMaker2, if it is run here and imports something.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["import"], |emit| {
        let Some(namespace) = shared::home(emit) else { return };
        let Some(bus) = read::nested(emit.object, "bus") else { return };
        let name = emit.name.clone();
        let replicas = emit.int32(read::field(bus, "replicas"), &["bus", "replicas"]);
        let tasks_max = emit.int32(read::field(bus, "tasks"), &["bus", "tasks"]);
        let mut mirrors = Vec::new();
        for taken in shared::taken(emit) {
            let Some(theirs) = read::nested(&taken.from, "bus") else { continue };
            let mut source = cluster(&taken.name, theirs);
            if taken.exports.iter().any(|(_, x)| is(x, "encryption", "aes256")) {
                // The two names that Strimzi lets through of those that begin with `ssl.`, besides the check of host names.
                source.config.insert("ssl.cipher.suites", "TLS_AES_256_GCM_SHA384".into());
                source.config.insert("ssl.enabled.protocols", "TLSv1.3".into());
            }
            let Some(linger) = linger(emit, &taken) else { continue };
            let config = Settings::from([
                // Offsets are kept here: the other side then grants nothing but reading.
                ("offset-syncs.topic.location", "target".into()),
                ("offset-syncs.topic.replication.factor", replicas.into()),
                ("producer.override.linger.ms", linger.into()),
                ("replication.factor", replicas.into()),
                (
                    "replication.policy.class",
                    "org.apache.kafka.connect.mirror.IdentityReplicationPolicy".into(),
                ),
                ("sync.topic.acls.enabled", "false".into()),
            ]);
            let pattern: Vec<String> = taken.topics.iter().map(|t| t.replace('.', "\\.")).collect();
            mirrors.push(Mirror {
                source,
                source_connector: Connector { config, tasks_max },
                topics_pattern: pattern.join("|"),
            });
        }
        if mirrors.is_empty() {
            return;
        }
        let mut target = cluster(&name, bus);
        let topic = |of: &str| Some(format!("{name}.mirror.{of}"));
        target.group_id = Some(format!("{name}.mirror"));
        target.config_storage_topic = topic("configs");
        target.offset_storage_topic = topic("offsets");
        target.status_storage_topic = topic("status");
        for setting in [
            "config.storage.replication.factor",
            "offset.storage.replication.factor",
            "status.storage.replication.factor",
        ] {
            target.config.insert(setting, replicas.into());
        }
        let meta = emit.meta(&name, Some(&namespace));
        let workers = emit.int32(read::field(bus, "mirrors"), &["bus", "mirrors"]);
        emit.push(Order::Workload, &custom(MIRROR, meta, MirrorSpec { mirrors, replicas: workers, target }));
    })
}

fn is(object: &StructValue, field: &str, member: &str) -> bool {
    read::member(object, field).is_some_and(|m| m.name == member)
}

/// How long changes wait for others, in milliseconds: as long as the most urgent export lets them.
fn linger(emit: &mut Emit<'_>, taken: &Taken) -> Option<i64> {
    let mut least: Option<i64> = None;
    for (_, export) in &taken.exports {
        let wait = match read::member(export, "mode") {
            Some(mode) if mode.name == "collected" => {
                let within = mode.fields.as_deref().map(|f| read::field(f, "within"))?;
                let Some(ms) = amounts::milliseconds(within) else {
                    let shown = ivs_value::display(within);
                    let message = format!("{shown} is no whole number of milliseconds, which Kafka wants");
                    emit.find(codes::WHOLE, message, &["import"], None);
                    return None;
                };
                ms
            }
            _ => 0,
        };
        least = Some(least.map_or(wait, |l| l.min(wait)));
    }
    least
}

fn cluster(alias: &str, bus: &StructValue) -> Cluster {
    let text = |field: &str| read::text(bus, field).unwrap_or_default().to_owned();
    Cluster {
        alias: alias.to_owned(),
        authentication: Authentication {
            certificate_and_key: CertificateAndKey {
                certificate: "user.crt",
                key: "user.key",
                secret_name: text("client_secret"),
            },
            kind: "tls",
        },
        bootstrap_servers: text("brokers"),
        config: Settings::new(),
        config_storage_topic: None,
        group_id: None,
        offset_storage_topic: None,
        status_storage_topic: None,
        tls: Tls {
            trusted_certificates: vec![Trusted { certificate: "ca.crt", secret_name: text("ca_secret") }],
        },
    }
}
