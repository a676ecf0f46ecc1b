//! The seeds' own Kubernetes objects, field by field.
//!
//! `tests/seeds/*.yaml` are the objects as the seeds have them. What the examples emit equals them in every field, except
//! for what is listed here with its reason; and what is listed here is really so. Amounts are compared as amounts: `1000m`
//! is `1`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod examples;

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// A difference that is wanted.
enum Wanted {
    /// At this field, the seed says the first and ivs the second.
    Other(&'static str, &'static str, &'static str, &'static str),
    /// This field of the seed, of this value, is left out.
    Without(&'static str, &'static str, &'static str),
    /// Below this field, ivs says more than the seed.
    More(&'static str, &'static str),
}
use Wanted::{More, Other, Without};

const LABELS: &str =
    "the recommended labels: they select, and say what made the object and what it belongs to";
const NAME: &str = "an object is called after what it belongs to; its kind need not be in its name";
const NAMESPACE: &str = "the seed leaves it to whoever applies it";
const RESTRICTED: &str = "what the restricted Pod Security Standard demands, which the namespace enforces";

fn seed(file: &str, kind: &str) -> Json {
    let path = format!("{}/tests/seeds/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let objects: Vec<Json> = serde_saphyr::from_multiple(&text).unwrap();
    objects.into_iter().find(|o| o["kind"] == kind).unwrap_or_else(|| panic!("no {kind} in {path}"))
}

/// What an example emits for its base.
struct Emitted(Vec<Json>);

impl Emitted {
    fn by(example: &str) -> Emitted {
        let files = examples::named(example).build(examples::BASE);
        Emitted(examples::objects(&files).into_iter().map(|(_, object)| object).collect())
    }
    fn find(&self, kind: &str, name: &str) -> Option<&Json> {
        self.0.iter().find(|o| o["kind"] == kind && o["metadata"]["name"] == name)
    }
    fn get(&self, kind: &str, name: &str) -> &Json {
        self.find(kind, name).unwrap_or_else(|| panic!("no {kind} {name}"))
    }
}

/// Every value by its path. Members of lists have their natural key where they have one, so that order does not matter
/// where it does not in Kubernetes.
fn leaves(value: &Json, path: &str, out: &mut BTreeMap<String, String>) {
    match value {
        Json::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                leaves(value, &path, out);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for (i, item) in items.iter().enumerate() {
                let key = if path.ends_with("metrics") {
                    let name = item.pointer("/resource/name").or_else(|| item.pointer("/pods/metric/name"));
                    name.unwrap().as_str().unwrap().to_owned()
                } else {
                    i.to_string()
                };
                leaves(item, &format!("{path}[{key}]"), out);
            }
        }
        _ => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let text = if is_amount(path) { amount(&text) } else { text };
            out.insert(path.to_owned(), text);
        }
    }
}

/// Whether a field holds a quantity.
fn is_amount(path: &str) -> bool {
    ["resources.", "minAllowed.", "maxAllowed.", "spec.hard.", "averageValue"]
        .iter()
        .any(|p| path.contains(p))
}

/// A quantity in thousandths.
fn amount(text: &str) -> String {
    const UNITS: &[(&str, u128)] =
        &[("m", 1), ("k", 1_000_000), ("Ki", 1_024_000), ("Mi", 1_048_576_000), ("Gi", 1_073_741_824_000)];
    let unit = UNITS.iter().find_map(|(unit, size)| Some((text.strip_suffix(unit)?, *size)));
    let (number, size) = unit.unwrap_or((text, 1000));
    let number: u128 =
        number.parse().unwrap_or_else(|_| panic!("{text:?} is no amount that this test can read"));
    format!("{} thousandths", number * size)
}

/// Holds an object to its seed.
fn hold(seed: &Json, emitted: &Json, wanted: &[Wanted]) {
    let (mut theirs, mut ours) = (BTreeMap::new(), BTreeMap::new());
    leaves(seed, "", &mut theirs);
    leaves(emitted, "", &mut ours);
    let mut wrong = Vec::new();
    for difference in wanted {
        match difference {
            Other(at, before, now, why) => {
                let (found, made) = (theirs.remove(*at), ours.remove(*at));
                if found.as_deref() != Some(before) || made.as_deref() != Some(now) {
                    wrong.push(format!(
                        "{at}: {before:?} -> {now:?} is listed ({why}), but {found:?} -> {made:?} is so"
                    ));
                }
            }
            Without(at, before, why) => {
                let found = theirs.remove(*at);
                if found.as_deref() != Some(before) || ours.contains_key(*at) {
                    let made = ours.get(*at);
                    wrong.push(format!(
                        "{at}: listed as left out ({why}), but the seed has {found:?}, ivs {made:?}"
                    ));
                }
            }
            More(at, why) => {
                let inside = |path: &str| {
                    path.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
                };
                let extra: BTreeSet<String> =
                    ours.keys().filter(|path| inside(path) && !theirs.contains_key(*path)).cloned().collect();
                if extra.is_empty() {
                    wrong.push(format!("{at}: listed as more than the seed says ({why}), but it is not"));
                }
                ours.retain(|path, _| !extra.contains(path));
            }
        }
    }
    for path in theirs.keys().chain(ours.keys()).collect::<BTreeSet<_>>() {
        let (theirs, ours) = (theirs.get(path), ours.get(path));
        if theirs != ours {
            wrong.push(format!("{path}: the seed has {theirs:?}, ivs {ours:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} {}\n{}", emitted["kind"], emitted["metadata"]["name"], wrong.join("\n"));
}

const WORKSPACE: &str = "nmox-workspace-service.yaml";

#[test]
fn namespace_of_nmox() {
    hold(
        &seed(WORKSPACE, "Namespace"),
        Emitted::by("nmox-studio").get("Namespace", "nmox-studio"),
        &[
            More("metadata.labels", "recommended labels, and the Pod Security Standard that it enforces"),
            More("metadata.annotations", "the plan's owner and dashboard of the infrastructure"),
        ],
    );
}

#[test]
fn deployment_of_workspace_service() {
    hold(
        &seed(WORKSPACE, "Deployment"),
        Emitted::by("nmox-studio").get("Deployment", "workspace-service"),
        &[
            Without("spec.replicas", "10", "an autoscaler writes it; two writers undo each other"),
            Other(
                "spec.template.spec.containers[0].image",
                "nmox/workspace:latest",
                "nmox/workspace:1.9.2",
                "a tag that moves is an error: two pods of one Deployment could differ",
            ),
            Other(
                "spec.template.spec.containers[0].name",
                "workspace",
                "workspace-service",
                "a container is called as its service",
            ),
            Without("spec.selector.matchLabels.app", "workspace", LABELS),
            More("spec.selector.matchLabels", LABELS),
            Without("spec.template.metadata.labels.app", "workspace", LABELS),
            More("spec.template.metadata.labels", LABELS),
            More("metadata.labels", LABELS),
            More(
                "spec.template.spec.containers[0].ports",
                "named, so that Service and probes can say `http`",
            ),
            More(
                "spec.template.spec.containers[0].livenessProbe.failureThreshold",
                "the default, written out",
            ),
            More("spec.template.spec.containers[0].livenessProbe.timeoutSeconds", "the default, written out"),
            More(
                "spec.template.spec.containers[0].readinessProbe.failureThreshold",
                "the default, written out",
            ),
            More(
                "spec.template.spec.containers[0].readinessProbe.timeoutSeconds",
                "the default, written out",
            ),
            More("spec.template.spec.containers[0].securityContext", RESTRICTED),
            More("spec.template.spec.securityContext", RESTRICTED),
            More("spec.template.spec.automountServiceAccountToken", "it does not use the API"),
            More("spec.template.spec.serviceAccountName", "an account of its own, without rights"),
            More("spec.template.spec.priorityClassName", "people wait for it; builds give way"),
            More("spec.template.spec.topologySpreadConstraints", "one zone or node may fail"),
            More("spec.strategy", "no pod is taken away before its successor is ready"),
        ],
    );
}

#[test]
fn service_of_workspace_service() {
    let emitted = Emitted::by("nmox-studio");
    hold(
        &seed(WORKSPACE, "Service"),
        emitted.get("Service", "workspace-service"),
        &[
            Other(
                "spec.type",
                "LoadBalancer",
                "ClusterIP",
                "a load balancer per service costs one each; an HTTPRoute of the one gateway leads here",
            ),
            Other("spec.ports[0].targetPort", "8080", "http", "the container's port 8080, by name"),
            More("spec.ports[0].name", "so that routes and monitors can refer to it"),
            More("spec.ports[0].protocol", "the default, written out"),
            Without("spec.selector.app", "workspace", LABELS),
            More("spec.selector", LABELS),
            More("metadata.labels", LABELS),
        ],
    );
    // The named port is the seed's number.
    let pod = &emitted.get("Deployment", "workspace-service")["spec"]["template"]["spec"];
    let port = &pod["containers"][0]["ports"][0];
    assert_eq!((&port["name"], &port["containerPort"]), (&"http".into(), &8080.into()));
    // And what is in place of the load balancer leads to the same port.
    let route = emitted.get("HTTPRoute", "workspace-service");
    let to = &route["spec"]["rules"][0]["backendRefs"][0];
    assert_eq!((&to["name"], &to["port"]), (&"workspace-service".into(), &80.into()));
    assert!(emitted.0.iter().all(|o| o["spec"]["type"] != "LoadBalancer"));
}

#[test]
fn autoscaler_of_workspace_service() {
    hold(
        &seed(WORKSPACE, "HorizontalPodAutoscaler"),
        Emitted::by("nmox-studio").get("HorizontalPodAutoscaler", "workspace-service"),
        &[
            Other("metadata.name", "workspace-hpa", "workspace-service", NAME),
            More("metadata.labels", LABELS),
            More(
                "spec.behavior",
                "the steps of the plan's own scaler in Java: at most twice, at least half, every 30 s",
            ),
        ],
    );
}

#[test]
fn recommended_sizes_of_workspace_service() {
    hold(
        &seed(WORKSPACE, "VerticalPodAutoscaler"),
        Emitted::by("nmox-studio").get("VerticalPodAutoscaler", "workspace-service"),
        &[
            Other("apiVersion", "v1", "autoscaling.k8s.io/v1", "there is no VerticalPodAutoscaler in v1"),
            Other("metadata.name", "workspace-vpa", "workspace-service", NAME),
            More("metadata.namespace", NAMESPACE),
            More("metadata.labels", LABELS),
            Other(
                "spec.updatePolicy.updateMode",
                "Auto",
                "Off",
                "the other autoscaler steers by the same cpu and memory; both at once chase each other",
            ),
            Other(
                "spec.resourcePolicy.containerPolicies[0].containerName",
                "workspace",
                "workspace-service",
                "a container is called as its service",
            ),
            More("spec.resourcePolicy.containerPolicies[0].controlledResources", "those that have bounds"),
            More(
                "spec.resourcePolicy.containerPolicies[0].controlledValues",
                "bounds are of requests; else limits would grow with them",
            ),
        ],
    );
}

#[test]
fn autoscaler_of_mal_qb() {
    hold(
        &seed("pluma-mal-qb.yaml", "HorizontalPodAutoscaler"),
        Emitted::by("pluma").get("HorizontalPodAutoscaler", "mal-qb"),
        &[
            Other("metadata.name", "mal-qb-hpa", "mal-qb", NAME),
            More("metadata.namespace", NAMESPACE),
            More("metadata.labels", LABELS),
        ],
    );
}

#[test]
fn namespace_and_quota_of_a_program() {
    let emitted = Emitted::by("pluma");
    let file = "pluma-ampel360-bwq200.yaml";
    hold(
        &seed(file, "Namespace"),
        emitted.get("Namespace", "ampel360-bwq200"),
        &[More("metadata.labels", "recommended labels, and the Pod Security Standard that it enforces")],
    );
    hold(
        &seed(file, "ResourceQuota"),
        emitted.get("ResourceQuota", "ampel360-bwq200-quota"),
        &[
            More("metadata.namespace", "without one, it would be a quota of whatever namespace is current"),
            More("metadata.labels", LABELS),
        ],
    );
    // Once requests are counted, pods without them are refused; so there are defaults.
    let defaults = emitted.get("LimitRange", "ampel360-bwq200-defaults");
    let requests = &defaults["spec"]["limits"][0]["defaultRequest"];
    assert!(requests["cpu"].is_string() && requests["memory"].is_string());
}

/// The seed's table of MAL services: baseline, target. Two of them grow further: MAL-QB's autoscaler is given in full, and
/// the sweep needs 120 of MAL-CB.
#[test]
fn the_four_mal_services_can_double() {
    let emitted = Emitted::by("pluma");
    for (name, baseline, target, most, metric) in [
        ("mal-cb", 8, 16, 120, "cpu"),
        ("mal-qb", 4, 8, 50, "qb_queue_depth"),
        ("mal-fe", 6, 12, 12, "request_latency"),
        ("mal-fwd", 5, 10, 10, "memory"),
    ] {
        let scaler = &emitted.get("HorizontalPodAutoscaler", name)["spec"];
        let (min, max) = (scaler["minReplicas"].as_i64().unwrap(), scaler["maxReplicas"].as_i64().unwrap());
        assert!(min <= baseline && target <= max, "{name}: {min}..{max}");
        assert_eq!(max, most, "{name}");
        let mut values = BTreeMap::new();
        leaves(scaler, "", &mut values);
        assert!(values.keys().any(|k| k.starts_with(&format!("metrics[{metric}]"))), "{name}: {values:#?}");
        assert!(
            emitted.find("Deployment", name).is_some() && emitted.find("Service", name).is_some(),
            "{name}"
        );
        assert!(emitted.get("Deployment", name)["spec"].get("replicas").is_none(), "{name}");
    }
}

/// 10,000 runs on 500 cores in the house and 2,000 rented ones, within 48 hours.
#[test]
fn the_sweep_is_ten_thousand_runs_on_two_thousand_five_hundred_cores() {
    let emitted = Emitted::by("pluma");
    let jobs: Vec<&Json> = emitted.0.iter().filter(|o| o["kind"] == "Job").map(|o| &o["spec"]).collect();
    let sum = |field: &str| jobs.iter().map(|j| j[field].as_i64().unwrap()).sum::<i64>();
    assert_eq!(sum("completions"), 10_000);
    assert_eq!(sum("parallelism"), 2_500);
    for job in &jobs {
        assert_eq!(job["completionMode"], "Indexed");
        assert_eq!(job["activeDeadlineSeconds"], 48 * 60 * 60);
        // A pod that a node takes with it is no failure of the run.
        assert_eq!(job["podFailurePolicy"]["rules"][0]["action"], "Ignore");
    }
    // Both parts are one range of runs.
    let mut starts: Vec<(i64, i64)> = jobs
        .iter()
        .map(|j| {
            let first = j["template"]["spec"]["containers"][0]["env"][0]["value"].as_str().unwrap();
            (first.parse().unwrap(), j["completions"].as_i64().unwrap())
        })
        .collect();
    starts.sort_unstable();
    let mut next = 0;
    for (first, runs) in starts {
        assert_eq!(first, next);
        next += runs;
    }
    assert_eq!(next, 10_000);
    let queue = &emitted.get("ClusterQueue", "simulations")["spec"]["resourceGroups"][0]["flavors"];
    let cores =
        queue.as_array().unwrap().iter().map(|f| amount(f["resources"][0]["nominalQuota"].as_str().unwrap()));
    assert_eq!(cores.collect::<Vec<_>>(), [amount("500"), amount("2000")]);
}

/// The holding can fail, in each way.
#[test]
fn differences_that_are_not_listed_are_found() {
    let seed = serde_json::json!({ "kind": "A", "spec": { "a": 1, "b": "x" } });
    let fails = |emitted: Json, wanted: &'static [Wanted]| {
        let seed = seed.clone();
        std::panic::catch_unwind(move || hold(&seed, &emitted, wanted)).is_err()
    };
    let same = || serde_json::json!({ "kind": "A", "spec": { "a": 1, "b": "x" } });
    let other = || serde_json::json!({ "kind": "A", "spec": { "a": 2, "b": "x", "c": 3 } });
    assert!(!fails(same(), &[]));
    assert!(fails(other(), &[]), "two differences");
    assert!(fails(other(), &[Other("spec.a", "1", "2", "")]), "one is not listed");
    assert!(!fails(other(), &[Other("spec.a", "1", "2", ""), More("spec", "")]));
    assert!(fails(same(), &[Other("spec.a", "1", "2", "")]), "listed, but not so");
    assert!(fails(same(), &[Without("spec.a", "1", "")]), "listed, but not so");
    assert!(fails(same(), &[More("spec", "")]), "listed, but not so");
}
