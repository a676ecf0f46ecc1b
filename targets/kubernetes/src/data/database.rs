//! PostgreSQL in the cluster, by CloudNativePG.
//!
//! Facts: the operator refuses names of Clusters over 50 characters; `schedule` of a ScheduledBackup has six fields, the
//! first of them seconds; object stores are entered by the plugin barman-cloud (cloudnative-pg.io/plugin-barman-cloud/docs/usage).
use crate::custom::custom;
use crate::custom::data::{CLUSTER, OBJECT_STORE, PLUGIN, POOLER, SCHEDULED_BACKUP};
use crate::emit::{Emit, Order, Room, Texts};
use crate::{names, network, pod};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{Number, StructValue, Value};
use k8s_openapi::api::core::v1::ConfigMap;
use serde_json::{Map, Value as Json, json};

/// Longest name of a Cluster.
const CLUSTER_NAME: usize = 50;
/// How many slots keys are hashed to, as in Redis.
const SLOTS: i64 = 16_384;

/// Whether a store is run by the cluster.
pub fn in_cluster(object: &StructValue) -> bool {
    read::member(object, "runs").is_some_and(|m| m.name == "cluster")
}

/// The Clusters that a database called `name` is made of; none if it is run by others.
pub fn clusters(object: &StructValue, name: &str) -> Vec<String> {
    if !in_cluster(object) {
        return Vec::new();
    }
    let servers = read::nested(object, "shards").and_then(|s| read::int(s, "servers")).unwrap_or(1);
    if servers == 1 {
        return vec![names::fit(name, CLUSTER_NAME)];
    }
    (0..servers).map(|i| format!("{}-{i}", names::fit(name, CLUSTER_NAME - 6))).collect()
}

/// The Poolers before a Cluster.
pub fn pools(object: &StructValue, cluster: &str) -> Vec<String> {
    read::structs(object, "pool").map(|(key, _)| pooler(cluster, key)).collect()
}

/// A Pooler's name; `-rw`, `-ro` and `-r` belong to the Cluster's own Services.
fn pooler(cluster: &str, key: &str) -> String {
    let key = names::dns(key, names::LABEL).unwrap_or_else(|| names::digest(key, 8));
    names::fit(&format!("{cluster}-pool-{key}"), names::LABEL)
}

/// `database` that runs in the cluster → Cluster, Pooler, ScheduledBackup, ObjectStore, NetworkPolicies, map of shards.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let object = emit.object;
        let found = clusters(object, &emit.name);
        if found.is_empty() {
            return;
        }
        let room = emit.room();
        let backup = read::nested(object, "backup");
        if let Some(backup) = backup {
            store(emit, &room, backup);
        }
        for name in &found {
            cluster(emit, &room, name, backup.is_some());
            for (key, given) in read::structs(object, "pool") {
                pool(emit, &room, name, key, given);
            }
            if let Some(backup) = backup {
                schedule(emit, &room, name, backup);
            }
        }
        if let Some(shards) = read::nested(object, "shards") {
            shard_map(emit, &room, &found, shards);
        }
        if room.closed {
            let operator = read::text(object, "operator").unwrap_or("cnpg-system").to_owned();
            let poolers: Vec<String> = found.iter().flat_map(|c| pools(object, c)).collect();
            network::database(emit, &room, &found, &poolers, &operator);
        }
    })
}

fn cluster(emit: &mut Emit<'_>, room: &Room, name: &str, backed_up: bool) {
    let object = emit.object;
    let mut spec = Map::new();
    let instances = emit.int32(read::field(object, "instances"), &["instances"]);
    spec.insert("instances".into(), instances.into());
    spec.insert("storage".into(), volume(emit, "storage"));
    if !read::field(object, "log_storage").is_none() {
        spec.insert("walStorage".into(), volume(emit, "log_storage"));
    }
    if let Some(image) = read::text(object, "image") {
        spec.insert("imageName".into(), image.into());
    }
    if let Some(resources) = read::nested(object, "resources") {
        spec.insert("resources".into(), amounts(emit, resources));
    }
    // The pods of one Cluster part over nodes if they can.
    spec.insert(
        "affinity".into(),
        json!({
            "enablePodAntiAffinity": true,
            "podAntiAffinityType": "preferred",
            "topologyKey": "topology.kubernetes.io/zone",
        }),
    );
    spec.insert(
        "bootstrap".into(),
        json!({ "initdb": {
            "database": read::text(object, "catalog"),
            "owner": read::text(object, "owner"),
            "dataChecksums": true,
        } }),
    );
    spec.insert("enableSuperuserAccess".into(), false.into());
    spec.insert("primaryUpdateStrategy".into(), "unsupervised".into());
    spec.insert("primaryUpdateMethod".into(), "switchover".into());
    let mut postgresql = Map::new();
    let parameters: Map<String, Json> = read::entries(object, "parameters")
        .iter()
        .filter_map(|(k, v)| Some((read::key(k).to_owned(), read::as_text(v)?.into())))
        .collect();
    if !parameters.is_empty() {
        postgresql.insert("parameters".into(), parameters.into());
    }
    let synchronous = emit.int32(read::field(object, "synchronous"), &["synchronous"]);
    if synchronous > 0 {
        postgresql.insert(
            "synchronous".into(),
            json!({ "method": "any", "number": synchronous, "dataDurability": "required" }),
        );
    }
    if !postgresql.is_empty() {
        spec.insert("postgresql".into(), postgresql.into());
    }
    if backed_up {
        spec.insert(
            "plugins".into(),
            json!([{
                "isWALArchiver": true,
                "name": PLUGIN,
                "parameters": { "barmanObjectName": emit.name, "serverName": name },
            }]),
        );
    }
    let meta = emit.meta(name, Some(&room.name));
    emit.push(Order::Store, &custom(CLUSTER, meta, Json::Object(spec)));
}

fn volume(emit: &mut Emit<'_>, field: &str) -> Json {
    let size = emit.bytes(read::field(emit.object, field), &[field]).0;
    let mut volume = Map::new();
    volume.insert("size".into(), size.into());
    if let Some(class) = read::text(emit.object, "storage_class") {
        volume.insert("storageClass".into(), class.into());
    }
    volume.into()
}

fn amounts(emit: &mut Emit<'_>, resources: &StructValue) -> Json {
    let (mut requests, mut limits) = (Map::new(), Map::new());
    for (name, path) in [("cpu", ["resources", "cpu"]), ("memory", ["resources", "memory"])] {
        let Some((low, high)) = read::ends(read::field(resources, name)) else { continue };
        for (side, value) in [(&mut requests, low), (&mut limits, high)] {
            let amount = if name == "cpu" { emit.decimal(value, &path) } else { emit.bytes(value, &path) };
            side.insert(name.to_owned(), amount.0.into());
        }
    }
    json!({ "limits": limits, "requests": requests })
}

fn pool(emit: &mut Emit<'_>, room: &Room, cluster: &str, key: &str, given: &StructValue) {
    let mut number = |field: &str| emit.int32(read::field(given, field), &["pool", key, field]);
    let (instances, connections, clients) = (number("instances"), number("connections"), number("clients"));
    let spec = json!({
        "cluster": { "name": cluster },
        "instances": instances,
        "pgbouncer": {
            "parameters": {
                "default_pool_size": connections.to_string(),
                "max_client_conn": clients.to_string(),
            },
            "poolMode": read::text(given, "mode"),
        },
        "type": read::text(given, "access"),
    });
    let meta = emit.meta(&pooler(cluster, key), Some(&room.name));
    emit.push(Order::Pooler, &custom(POOLER, meta, spec));
}

fn schedule(emit: &mut Emit<'_>, room: &Room, cluster: &str, backup: &StructValue) {
    let cron = read::text(backup, "schedule").unwrap_or_default();
    // `@daily` and its like are understood as they are; five fields get their seconds.
    let schedule = if cron.starts_with('@') { cron.to_owned() } else { format!("0 {cron}") };
    let spec = json!({
        "backupOwnerReference": "self",
        "cluster": { "name": cluster },
        "method": "plugin",
        "pluginConfiguration": { "name": PLUGIN },
        "schedule": schedule,
        "target": "prefer-standby",
    });
    let meta = emit.meta(cluster, Some(&room.name));
    emit.push(Order::Pooler, &custom(SCHEDULED_BACKUP, meta, spec));
}

/// Where copies lie: one for all Clusters of the database, which are told apart by the plugin's `serverName`.
fn store(emit: &mut Emit<'_>, room: &Room, backup: &StructValue) {
    let to = read::text(backup, "to").unwrap_or_default().to_owned();
    let mut configuration = Map::new();
    if let Some(endpoint) = read::text(backup, "endpoint") {
        configuration.insert("endpointURL".into(), endpoint.into());
    }
    let (key, credentials) = match read::member(backup, "access").and_then(|m| m.fields.as_deref()) {
        Some(keys) => {
            let mut selected = Map::new();
            for (field, to) in [("id", "accessKeyId"), ("key", "secretAccessKey")] {
                if let Value::Secret(address) = read::field(keys, field)
                    && let Some((name, key)) = pod::secret(emit, address, &["backup", "access", field])
                {
                    selected.insert(to.to_owned(), json!({ "key": key, "name": name }));
                }
            }
            ("s3Credentials", Json::Object(selected))
        }
        None if to.starts_with("gs://") => ("googleCredentials", json!({ "gkeEnvironment": true })),
        None if to.starts_with("https://") => ("azureCredentials", json!({ "inheritFromAzureAD": true })),
        None => ("s3Credentials", json!({ "inheritFromIAMRole": true })),
    };
    configuration.insert(key.to_owned(), credentials);
    configuration.insert("destinationPath".into(), to.into());
    configuration.insert("data".into(), json!({ "compression": "gzip" }));
    configuration.insert("wal".into(), json!({ "compression": "gzip" }));
    let days = read::base(read::field(backup, "keep"))
        .and_then(|s| s.div(&Number::int(86_400)))
        .and_then(|d| d.to_i64())
        .unwrap_or(1);
    let spec = json!({ "configuration": configuration, "retentionPolicy": format!("{days}d") });
    let meta = emit.meta(&emit.name, Some(&room.name));
    emit.push(Order::Config, &custom(OBJECT_STORE, meta, spec));
}

/// Which shard keeps which keys, and where it is: `shards.json` in a ConfigMap, for services to mount.
fn shard_map(emit: &mut Emit<'_>, room: &Room, clusters: &[String], shards: &StructValue) {
    let count = read::int(shards, "count").unwrap_or(1).max(1);
    let function = read::member(shards, "function").map(|m| m.name.to_string()).unwrap_or_default();
    let bounds = read::texts(shards, "bounds").unwrap_or_default();
    let servers = i64::try_from(clusters.len()).unwrap_or(1);
    let digits = (count - 1).to_string().len();
    let list: Vec<Json> = (0..count)
        .map(|id| {
            let server = usize::try_from(id * servers / count).unwrap_or_default();
            let cluster = clusters.get(server).map(String::as_str).unwrap_or_default();
            let mut shard = Map::new();
            shard.insert("id".into(), id.into());
            shard.insert("host".into(), format!("{cluster}-rw.{}.svc", room.name).into());
            shard.insert("readers".into(), format!("{cluster}-ro.{}.svc", room.name).into());
            shard.insert("schema".into(), format!("shard_{id:0digits$}").into());
            match function.as_str() {
                "hash" => {
                    let (from, to) = (id * SLOTS / count, (id + 1) * SLOTS / count - 1);
                    shard.insert("slots".into(), json!([from, to]));
                }
                "range" => {
                    let at = |i: i64| usize::try_from(i).ok().and_then(|i| bounds.get(i)).cloned();
                    shard.insert("from".into(), at(id - 1).map_or(Json::Null, Json::String));
                    shard.insert("before".into(), at(id).map_or(Json::Null, Json::String));
                }
                _ => {}
            }
            Json::Object(shard)
        })
        .collect();
    let mut map = json!({
        "count": count,
        "database": read::text(emit.object, "catalog"),
        "function": function,
        "key": read::text(shards, "key"),
        "shards": list,
    });
    if let (Some(fields), Some(rule)) = (map.as_object_mut(), rule(&function)) {
        fields.insert("rule".into(), rule.into());
    }
    let mut printed = serde_json::to_string_pretty(&map).unwrap_or_default();
    printed.push('\n');
    let meta = emit.meta(&names::fit(&format!("{}-shards", emit.name), names::LABEL), Some(&room.name));
    let data = Texts::from([("shards.json".to_owned(), printed)]);
    emit.push(Order::Config, &ConfigMap { data: Some(data), metadata: meta, ..ConfigMap::default() });
}

/// In words that a person who writes a client needs; `docs/data.md` has them as code.
fn rule(function: &str) -> Option<&'static str> {
    match function {
        "hash" => Some("slot = first 8 bytes of SHA-256(key), big endian, modulo 16384"),
        "consistent-hash" => {
            Some("the shard whose first 8 bytes of SHA-256(id + NUL + key), big endian, are largest")
        }
        "range" => Some("from <= key < before, compared byte by byte"),
        _ => None,
    }
}
