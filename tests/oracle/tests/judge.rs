//! The judge accepts what is right and finds each thing that is wrong. Without definitions, it says so and is silent.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_oracle::definitions::Definitions;
use ivs_oracle::{Judge, objects};
use serde_json::{Value as Json, json};

const DEPLOYMENT: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: shop, labels: { app.kubernetes.io/name: api } }
spec:
  selector: { matchLabels: { app.kubernetes.io/name: api } }
  template:
    metadata: { labels: { app.kubernetes.io/name: api } }
    spec:
      containers:
      - name: api
        image: registry.example/api:1.0.0
        ports: [{ containerPort: 8080, protocol: TCP }]
        resources: { requests: { cpu: 500m, memory: 1Gi } }
        readinessProbe: { httpGet: { path: /ready, port: 8080 } }
";
const VERTICAL: &str = "
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: { name: api, namespace: shop }
spec:
  targetRef: { apiVersion: apps/v1, kind: Deployment, name: api }
  updatePolicy: { updateMode: 'Off' }
  resourcePolicy: { containerPolicies: [{ containerName: api, minAllowed: { cpu: 500m } }] }
";
const ROUTE: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: api, namespace: shop }
spec:
  parentRefs: [{ name: public }]
  rules: [{ matches: [{ path: { type: PathPrefix, value: / } }], backendRefs: [{ name: api, port: 80 }] }]
";
const QUEUE: &str = "
apiVersion: kueue.x-k8s.io/v1beta2
kind: ClusterQueue
metadata: { name: batch }
spec:
  resourceGroups:
  - coveredResources: [cpu]
    flavors: [{ name: house, resources: [{ name: cpu, nominalQuota: 500 }] }]
";
const SCALER: &str = "
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: api, namespace: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: api }
  minReplicas: 3
  maxReplicas: 50
  metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 70 } } }]
  behavior: { scaleUp: { policies: [{ type: Percent, value: 100, periodSeconds: 60 }] } }
";
const BUDGET: &str = "
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: api, namespace: shop }
spec: { maxUnavailable: 1, selector: { matchLabels: { app.kubernetes.io/name: api } } }
";
const JOB: &str = "
apiVersion: batch/v1
kind: Job
metadata: { name: sweep, namespace: shop }
spec:
  completionMode: Indexed
  completions: 10000
  parallelism: 500
  backoffLimitPerIndex: 2
  podFailurePolicy:
    rules: [{ action: Ignore, onPodConditions: [{ type: DisruptionTarget, status: 'True' }] }]
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: run, image: registry.example/run:1.0.0 }]
";
const QUOTA: &str = "
apiVersion: v1
kind: ResourceQuota
metadata: { name: quota, namespace: shop }
spec: { hard: { requests.cpu: 200, requests.nvidia.com/gpu: 8, persistentvolumeclaims: 50 } }
";
const LIMITS: &str = "
apiVersion: v1
kind: LimitRange
metadata: { name: limits, namespace: shop }
spec: { limits: [{ type: Container, default: { cpu: 500m }, defaultRequest: { cpu: 100m } }] }
";
const NAMESPACE: &str = "{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }";

fn judge() -> Option<Judge> {
    match Definitions::find() {
        Ok(found) => Some(Judge::new(found)),
        Err(why) => {
            println!("skipped: {why}");
            None
        }
    }
}

#[test]
fn what_is_right_is_accepted() {
    let Some(mut judge) = judge() else { return };
    for text in [DEPLOYMENT, SCALER, BUDGET, JOB, QUOTA, LIMITS, NAMESPACE, VERTICAL, ROUTE, QUEUE] {
        let verdict = judge.judge(&objects(text).unwrap()[0]).unwrap();
        assert!(verdict.faults.is_empty(), "{text}{verdict:#?}");
        assert!(verdict.unjudged.is_empty(), "{text}{verdict:#?}");
    }
}

/// Puts a value where a pointer says, and makes the way there.
fn set(object: &mut Json, pointer: &str, value: Json) {
    let mut at = object;
    for key in pointer.trim_start_matches('/').split('/') {
        let key = key.replace("~1", "/");
        at = match at {
            Json::Array(items) => {
                let i: usize = key.parse().unwrap();
                if i == items.len() {
                    items.push(Json::Null);
                }
                &mut items[i]
            }
            _ => &mut at[key],
        };
    }
    *at = value;
}

#[test]
fn what_is_wrong_is_found() {
    let Some(mut judge) = judge() else { return };
    let container = "/spec/template/spec/containers/0";
    let cases: &[(&str, String, Json, &str)] = &[
        // Structure.
        (DEPLOYMENT, "/spec/replica".into(), json!(3), "'replica' was unexpected"),
        (DEPLOYMENT, format!("{container}/imag"), json!("x"), "'imag' was unexpected"),
        (DEPLOYMENT, "/spec/replicas".into(), json!("3"), "is not of type"),
        (DEPLOYMENT, "/spec/replicas".into(), json!(3_000_000_000_i64), "greater than the maximum"),
        (DEPLOYMENT, "/spec/selector".into(), json!(null), "null"),
        (DEPLOYMENT, "/spec/strategy".into(), json!({ "type": "Rolling" }), "is not one of"),
        (DEPLOYMENT, format!("{container}/resources/requests/cpu"), json!("1 core"), "is not valid"),
        (
            DEPLOYMENT,
            format!("{container}/ports/1"),
            json!({ "containerPort": 8080, "protocol": "TCP" }),
            "same key again",
        ),
        (DEPLOYMENT, "/metadata/lables".into(), json!({}), "'lables' was unexpected"),
        (VERTICAL, "/spec/updatePolicy/updateMode".into(), json!("Sometimes"), "is not one of"),
        (VERTICAL, "/spec/mode".into(), json!("Off"), "'mode' was unexpected"),
        (VERTICAL, "/metadata/lables".into(), json!({}), "'lables' was unexpected"),
        (
            QUEUE,
            "/spec/resourceGroups/0/flavors/0/resources/0/nominalQuota".into(),
            json!("many"),
            "does not match",
        ),
        // Kinds: the seed's VerticalPodAutoscaler is of `v1`; `v1beta1` is not what a newer release serves.
        (VERTICAL, "/apiVersion".into(), json!("v1"), "there is no kind VerticalPodAutoscaler in v1"),
        (DEPLOYMENT, "/apiVersion".into(), json!("extensions/v1beta1"), "there is no kind"),
        // Names.
        (DEPLOYMENT, "/metadata/name".into(), json!("Api"), "no name of a Deployment"),
        (DEPLOYMENT, "/metadata/namespace".into(), json!(null), "metadata.namespace: missing"),
        (NAMESPACE, "/metadata/namespace".into(), json!("shop"), "a Namespace is in none"),
        (NAMESPACE, "/metadata/name".into(), json!("a.b"), "no name of a Namespace"),
        (QUEUE, "/metadata/namespace".into(), json!("shop"), "a ClusterQueue is in none"),
        (DEPLOYMENT, "/metadata/labels/app".into(), json!("fe://x"), "no value of a label"),
        (DEPLOYMENT, "/metadata/annotations/a b".into(), json!("x"), "is no key"),
        // CEL.
        (ROUTE, "/spec/rules/0/matches/0/path/value".into(), json!("a"), "must be an absolute path"),
        (
            QUEUE,
            "/spec/resourceGroups/0/flavors/0/resources/0/borrowingLimit".into(),
            json!(5),
            "borrowingLimit must be nil when cohort is empty",
        ),
        // What an API server has in code.
        (DEPLOYMENT, "/spec/selector/matchLabels".into(), json!({ "app": "api" }), "selects other pods"),
        (DEPLOYMENT, format!("{container}/resources/limits"), json!({ "cpu": "100m" }), "above its limit"),
        (
            DEPLOYMENT,
            format!("{container}/resources/limits"),
            json!({ "nvidia.com/gpu": "1500m" }),
            "whole number",
        ),
        (
            DEPLOYMENT,
            format!("{container}/readinessProbe/exec"),
            json!({ "command": ["x"] }),
            "one way to probe",
        ),
        (
            DEPLOYMENT,
            format!("{container}/livenessProbe"),
            json!({ "tcpSocket": { "port": "web" } }),
            "no port is named",
        ),
        (
            DEPLOYMENT,
            format!("{container}/volumeMounts"),
            json!([{ "name": "a", "mountPath": "/a" }]),
            "no volume",
        ),
        (SCALER, "/spec/minReplicas".into(), json!(60), "more than maxReplicas"),
        (SCALER, "/spec/behavior/scaleUp/stabilizationWindowSeconds".into(), json!(3601), "0..=3600"),
        (
            SCALER,
            "/spec/metrics/0/resource/target/type".into(),
            json!("AverageValue"),
            "averageValue is missing",
        ),
        (BUDGET, "/spec/minAvailable".into(), json!(1), "minAvailable and maxUnavailable"),
        (JOB, "/spec/template/spec/restartPolicy".into(), json!("Always"), "restartPolicy"),
        (JOB, "/spec/completions".into(), json!(null), "completions"),
        (QUOTA, "/spec/hard/nvidia.com~1gpu".into(), json!("8"), "requests.nvidia.com/gpu"),
        (LIMITS, "/spec/limits/0/defaultRequest/cpu".into(), json!("2"), "above its limit"),
    ];
    let mut missed = Vec::new();
    for (text, pointer, value, expected) in cases {
        let mut object = objects(text).unwrap().remove(0);
        set(&mut object, pointer, value.clone());
        let faults = judge.judge(&object).unwrap().faults.join("\n");
        if !faults.contains(expected) {
            missed.push(format!("{pointer} = {value}: expected {expected:?}, found {faults:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_key_written_twice_is_refused() {
    assert!(objects("a: 1\na: 2\n").is_err());
    assert_eq!(objects("a: 1\n---\na: 2\n").unwrap().len(), 2);
}
