//! Redis and Valkey as a StatefulSet: what is remembered may be lost, so there are no volumes.
use super::database::in_cluster;
use crate::custom::custom;
use crate::custom::data::STATEFUL_SET;
use crate::emit::{Emit, Order, Texts};
use crate::{amounts, codes, names, pod};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{Number, Value};
use k8s_openapi::api::core::v1::{ConfigMap, Service, ServicePort, ServiceSpec};
use k8s_openapi::api::policy::v1::{PodDisruptionBudget, PodDisruptionBudgetSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::{Map, json};

const PORT: i32 = 6379;
/// The user of the official images of both.
const USER: i64 = 999;

/// `cache` that runs in the cluster → ConfigMap, StatefulSet, Service, PodDisruptionBudget, NetworkPolicy.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let object = emit.object;
        if !in_cluster(object) {
            return;
        }
        let room = emit.room();
        let name = emit.name.clone();
        let instances = emit.int32(read::field(object, "instances"), &["instances"]);
        let memory = read::field(object, "memory");
        let Some(bytes) = read::base(memory).and_then(Number::to_i64) else {
            return emit.find(
                codes::WHOLE,
                format!("{} is no whole number of bytes", ivs_value::display(memory)),
                &["memory"],
                None,
            );
        };
        let conf = format!(
            "maxmemory {bytes}\nmaxmemory-policy {}\nsave \"\"\nappendonly no\nprotected-mode no\ntcp-keepalive 60\n",
            read::text(object, "eviction").unwrap_or("allkeys-lru"),
        );
        let digest = names::digest(&conf, 16);
        let data = Texts::from([("server.conf".to_owned(), conf)]);
        let meta = emit.meta(&name, Some(&room.name));
        emit.push(Order::Config, &ConfigMap { data: Some(data), metadata: meta, ..ConfigMap::default() });

        // Copying and fragments take more than the entries.
        let allowed = Number::fraction(i128::from(bytes) * 5 / 4 / 1024 / 1024 + 1, 1)
            .and_then(|m| m.mul(&Number::int(1024 * 1024)))
            .and_then(|n| amounts::bytes(&n))
            .unwrap_or_default();
        let (low, high) = match read::ends(read::field(object, "cpu")) {
            Some((low, high)) => (emit.decimal(low, &["cpu"]).0, emit.decimal(high, &["cpu"]).0),
            None => return,
        };
        let server = if read::text(object, "engine") == Some("redis") { "redis" } else { "valkey" };
        let mut args = vec!["/etc/server/server.conf".to_owned()];
        let mut env = Vec::new();
        if let Value::Secret(address) = read::field(object, "password")
            && let Some((secret, key)) = pod::secret(emit, address, &["password"])
        {
            env.push(json!({ "name": "PASSWORD", "valueFrom": { "secretKeyRef": { "key": key, "name": secret } } }));
            args.extend(["--requirepass".to_owned(), "$(PASSWORD)".to_owned()]);
        }
        let mut container = Map::new();
        container.insert("name".into(), name.clone().into());
        container.insert("image".into(), read::text(object, "image").into());
        container.insert("command".into(), json!([format!("{server}-server")]));
        container.insert("args".into(), args.into());
        if !env.is_empty() {
            container.insert("env".into(), env.into());
        }
        container.insert("ports".into(), json!([{ "containerPort": PORT, "name": server }]));
        container
            .insert("readinessProbe".into(), json!({ "periodSeconds": 5, "tcpSocket": { "port": PORT } }));
        container
            .insert("livenessProbe".into(), json!({ "periodSeconds": 10, "tcpSocket": { "port": PORT } }));
        container.insert(
            "resources".into(),
            json!({ "limits": { "cpu": high, "memory": allowed }, "requests": { "cpu": low, "memory": allowed } }),
        );
        container.insert(
            "securityContext".into(),
            json!({
                "allowPrivilegeEscalation": false,
                "capabilities": { "drop": ["ALL"] },
                "readOnlyRootFilesystem": true,
            }),
        );
        container.insert(
            "volumeMounts".into(),
            json!([{ "mountPath": "/etc/server", "name": "config", "readOnly": true }]),
        );
        let spread = |key: &str| {
            json!({
                "labelSelector": { "matchLabels": emit.selector() },
                "maxSkew": 1,
                "topologyKey": key,
                "whenUnsatisfiable": "ScheduleAnyway",
            })
        };
        let spec = json!({
            "podManagementPolicy": "Parallel",
            "replicas": instances,
            "selector": { "matchLabels": emit.selector() },
            "serviceName": name,
            "template": {
                "metadata": { "annotations": { "ivs.dev/config": digest }, "labels": emit.labels() },
                "spec": {
                    "automountServiceAccountToken": false,
                    "containers": [container],
                    "securityContext": {
                        "fsGroup": USER, "runAsGroup": USER, "runAsNonRoot": true, "runAsUser": USER,
                        "seccompProfile": { "type": "RuntimeDefault" },
                    },
                    "topologySpreadConstraints": [spread("topology.kubernetes.io/zone"), spread("kubernetes.io/hostname")],
                    "volumes": [{ "configMap": { "name": name }, "name": "config" }],
                },
            },
        });
        let meta = emit.meta(&name, Some(&room.name));
        emit.push(Order::Workload, &custom(STATEFUL_SET, meta, spec));

        // Without an address of its own: clients choose among `NAME-0.NAME`, `NAME-1.NAME` ….
        let service = Service {
            metadata: emit.meta(&name, Some(&room.name)),
            spec: Some(ServiceSpec {
                cluster_ip: Some("None".into()),
                ports: Some(vec![ServicePort {
                    name: Some(server.into()),
                    port: PORT,
                    ..ServicePort::default()
                }]),
                selector: Some(emit.selector()),
                ..ServiceSpec::default()
            }),
            status: None,
        };
        emit.push(Order::Service, &service);
        let budget = PodDisruptionBudget {
            metadata: emit.meta(&name, Some(&room.name)),
            spec: Some(PodDisruptionBudgetSpec {
                max_unavailable: Some(IntOrString::Int(1)),
                selector: Some(emit.label_selector()),
                unhealthy_pod_eviction_policy: Some("AlwaysAllow".into()),
                ..PodDisruptionBudgetSpec::default()
            }),
            status: None,
        };
        emit.push(Order::Disruption, &budget);
    })
}
