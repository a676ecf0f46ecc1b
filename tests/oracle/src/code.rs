//! Rules that an API server has in code: those of its validation that a generator of the usual objects can break.

use regex::Regex;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// Faults of an object of a built-in kind.
pub fn faults(kind: &str, object: &Json) -> Vec<String> {
    let mut found = Faults::default();
    let spec = at(object, "/spec");
    match kind {
        "Deployment" => {
            found.selects(spec);
            found.pod(at(spec, "/template/spec"), false);
        }
        "Job" => found.job(spec),
        "CronJob" => found.job(at(spec, "/jobTemplate/spec")),
        "HorizontalPodAutoscaler" => found.autoscaler(spec),
        "PodDisruptionBudget" => found.budget(spec),
        "ResourceQuota" => found.quota(fields(spec, "/hard")),
        "LimitRange" => {
            for item in items(spec, "/limits") {
                found.amounts("spec.limits", fields(item, "/defaultRequest"), fields(item, "/default"));
                found.amounts("spec.limits", fields(item, "/default"), fields(item, "/max"));
                found.amounts("spec.limits", fields(item, "/min"), fields(item, "/defaultRequest"));
            }
        }
        "Service" => found.service(spec),
        "ConfigMap" | "Secret" => found.keys(object),
        "PriorityClass" => found.priority(object.get("value").and_then(Json::as_i64)),
        _ => {}
    }
    found.0
}

#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn add(&mut self, path: &str, what: &str) {
        self.0.push(format!("{path}: {what}"));
    }

    fn selects(&mut self, spec: &Json) {
        let labels = fields(spec, "/template/metadata/labels");
        let wanted = fields(spec, "/selector/matchLabels");
        let all = wanted.iter().flat_map(|w| w.iter());
        if wanted.is_none_or(Map::is_empty)
            || !all.clone().all(|(k, v)| labels.and_then(|l| l.get(k)) == Some(v))
        {
            self.add("spec.selector", "selects other pods than it makes");
        }
    }

    fn budget(&mut self, spec: &Json) {
        if spec.get("minAvailable").is_some() == spec.get("maxUnavailable").is_some() {
            self.add("spec", "one of minAvailable and maxUnavailable");
        }
    }

    fn priority(&mut self, value: Option<i64>) {
        if value.is_none_or(|v| v > 1_000_000_000) {
            self.add("value", "more than 1000000000 is for the system");
        }
    }

    fn job(&mut self, spec: &Json) {
        let number = |key: &str| spec.get(key).and_then(Json::as_i64);
        let restart = at(spec, "/template/spec/restartPolicy").as_str().unwrap_or("Always");
        if restart == "Always" {
            self.add("template.spec.restartPolicy", "a job's pods restart Never or OnFailure");
        }
        if spec.get("podFailurePolicy").is_some() && restart != "Never" {
            self.add("template.spec.restartPolicy", "has to be Never beside a podFailurePolicy");
        }
        let indexed = at(spec, "/completionMode") == "Indexed";
        if indexed && number("completions").is_none() {
            self.add("completions", "missing, for a job that counts them");
        }
        if indexed && number("parallelism").unwrap_or(1) > 100_000 {
            self.add("parallelism", "more than 100000");
        }
        if spec.get("backoffLimitPerIndex").is_some() && !indexed {
            self.add("backoffLimitPerIndex", "without indexes");
        }
        if number("completions").unwrap_or(0) > 100_000
            && number("maxFailedIndexes").is_none_or(|m| m > 10_000)
        {
            self.add("maxFailedIndexes", "has to be 10000 at most for so many completions");
        }
        if spec.get("selector").is_some() && spec.get("manualSelector") != Some(&Json::Bool(true)) {
            self.add("selector", "the server sets it");
        }
        self.pod(at(spec, "/template/spec"), true);
    }

    fn pod(&mut self, pod: &Json, ends: bool) {
        if !ends && at(pod, "/restartPolicy").as_str().is_some_and(|p| p != "Always") {
            self.add("restartPolicy", "has to be Always");
        }
        let volumes: BTreeSet<&str> =
            items(pod, "/volumes").filter_map(|v| at(v, "/name").as_str()).collect();
        for container in items(pod, "/initContainers").chain(items(pod, "/containers")) {
            self.container(container, &volumes);
        }
        for toleration in items(pod, "/tolerations") {
            if at(toleration, "/operator") == "Exists" && toleration.get("value").is_some() {
                self.add("tolerations", "Exists takes no value");
            }
        }
        for spread in items(pod, "/topologySpreadConstraints") {
            if at(spread, "/maxSkew").as_i64().is_none_or(|n| n < 1) {
                self.add("topologySpreadConstraints", "maxSkew is 1 at least");
            }
        }
    }

    fn container(&mut self, container: &Json, volumes: &BTreeSet<&str>) {
        let name = at(container, "/name").as_str().unwrap_or_default();
        if !matches(name, r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", 63) {
            self.add("containers.name", name);
        }
        let (requests, limits) =
            (fields(container, "/resources/requests"), fields(container, "/resources/limits"));
        self.amounts(name, requests, limits);
        for (key, limit) in limits.into_iter().flatten().filter(|(k, _)| extended(k)) {
            if amount(limit).is_none_or(|n| n.fract() != 0.0) {
                self.add(&format!("{name}.{key}"), "has to be a whole number");
            }
            if requests.and_then(|r| r.get(key)).is_some_and(|r| amount(r) != amount(limit)) {
                self.add(&format!("{name}.{key}"), "request and limit have to be equal");
            }
        }
        for key in requests.into_iter().flat_map(|r| r.keys()).filter(|k| extended(k)) {
            if limits.is_none_or(|l| !l.contains_key(key)) {
                self.add(&format!("{name}.{key}"), "has to have a limit");
            }
        }
        let mut ports = BTreeSet::new();
        for port in items(container, "/ports") {
            if let Some(port) = at(port, "/name").as_str()
                && (!port_name(port) || !ports.insert(port))
            {
                self.add("ports.name", port);
            }
        }
        for mount in items(container, "/volumeMounts") {
            let volume = at(mount, "/name").as_str().unwrap_or_default();
            if !volumes.contains(volume) {
                self.add("volumeMounts", &format!("no volume {volume:?}"));
            }
        }
        for entry in items(container, "/env") {
            if entry.get("value").is_some() && entry.get("valueFrom").is_some() {
                self.add("env", "value and valueFrom");
            }
        }
        for kind in ["livenessProbe", "readinessProbe", "startupProbe"] {
            if let Some(probe) = container.get(kind) {
                self.probe(kind, probe, &ports);
            }
        }
    }

    fn probe(&mut self, kind: &str, probe: &Json, ports: &BTreeSet<&str>) {
        let ways: Vec<&Json> =
            ["exec", "httpGet", "tcpSocket", "grpc"].iter().filter_map(|w| probe.get(w)).collect();
        if ways.len() != 1 {
            self.add(kind, "not exactly one way to probe");
        }
        for way in ways {
            if let Some(Json::String(port)) = way.get("port")
                && !ports.contains(port.as_str())
            {
                self.add(kind, &format!("no port is named {port:?}"));
            }
        }
        if kind != "readinessProbe" && at(probe, "/successThreshold").as_i64().is_some_and(|n| n != 1) {
            self.add(kind, "successThreshold has to be 1");
        }
    }

    fn autoscaler(&mut self, spec: &Json) {
        let number = |path: &str| at(spec, path).as_i64();
        let (min, max) = (number("/minReplicas").unwrap_or(1), number("/maxReplicas").unwrap_or(0));
        if min < 1 {
            self.add("spec.minReplicas", "0 is for KEDA");
        }
        if min > max {
            self.add("spec.minReplicas", "more than maxReplicas");
        }
        for metric in items(spec, "/metrics") {
            let kind = at(metric, "/type").as_str().unwrap_or_default();
            let mut letters = kind.chars();
            let field: String = letters.next().iter().flat_map(|c| c.to_lowercase()).chain(letters).collect();
            let Some(source) = metric.get(&field) else {
                self.add("spec.metrics", &format!("{field} is missing"));
                continue;
            };
            let wanted = match at(source, "/target/type").as_str() {
                Some("Utilization") => "averageUtilization",
                Some("AverageValue") => "averageValue",
                _ => "value",
            };
            let target = fields(source, "/target");
            if target.is_none_or(|t| !t.contains_key(wanted)) {
                self.add("spec.metrics", &format!("{wanted} is missing"));
            }
            if target.is_some_and(|t| t.len() > 2) {
                self.add("spec.metrics", "one target each");
            }
        }
        for direction in ["scaleUp", "scaleDown"] {
            let rules = at(spec, &format!("/behavior/{direction}"));
            let path = format!("spec.behavior.{direction}");
            if at(rules, "/stabilizationWindowSeconds").as_i64().is_some_and(|n| !(0..=3600).contains(&n)) {
                self.add(&path, "stabilizationWindowSeconds is in 0..=3600");
            }
            for policy in items(rules, "/policies") {
                if at(policy, "/periodSeconds").as_i64().is_none_or(|n| !(1..=1800).contains(&n)) {
                    self.add(&path, "periodSeconds is in 1..=1800");
                }
                if at(policy, "/value").as_i64().is_none_or(|n| n < 1) {
                    self.add(&path, "value is 1 at least");
                }
            }
        }
    }

    fn quota(&mut self, hard: Option<&Map<String, Json>>) {
        for key in hard.into_iter().flat_map(|h| h.keys()) {
            let plain = ["requests.", "limits.", "count/"].iter().all(|p| !key.starts_with(p));
            if plain && key.contains('/') && !key.contains(".storageclass.storage.k8s.io/") {
                self.add(&format!("spec.hard.{key}"), &format!("has to be requests.{key}"));
            }
            if key.strip_prefix("limits.").is_some_and(extended) {
                self.add(&format!("spec.hard.{key}"), "only requests of it are counted");
            }
        }
    }

    fn service(&mut self, spec: &Json) {
        let ports: Vec<&Json> = items(spec, "/ports").collect();
        let mut names = BTreeSet::new();
        for port in &ports {
            match at(port, "/name").as_str() {
                Some(name) if !matches(name, "[a-z0-9]([-a-z0-9]*[a-z0-9])?", 63) || !names.insert(name) => {
                    self.add("spec.ports.name", name);
                }
                None if ports.len() > 1 => self.add("spec.ports", "several need names"),
                _ => {}
            }
        }
        if ports.is_empty() && at(spec, "/clusterIP") != "None" && at(spec, "/type") != "ExternalName" {
            self.add("spec.ports", "missing");
        }
    }

    fn keys(&mut self, object: &Json) {
        let mut size = 0;
        for of in ["/data", "/binaryData", "/stringData"] {
            for (key, value) in fields(object, of).into_iter().flatten() {
                if !matches(key, "[-._a-zA-Z0-9]+", 253) || key == "." || key.starts_with("..") {
                    self.add("data", key);
                }
                size += value.as_str().map_or(0, str::len);
            }
        }
        if size > 1 << 20 {
            self.add("data", &format!("{size} bytes are too many"));
        }
    }

    /// No amount may be above the other of its name.
    fn amounts(&mut self, path: &str, less: Option<&Map<String, Json>>, more: Option<&Map<String, Json>>) {
        for (key, low) in less.into_iter().flatten() {
            if let Some(high) = more.and_then(|m| m.get(key))
                && amount(low) > amount(high)
            {
                self.add(&format!("{path}.{key}"), "above its limit");
            }
        }
    }
}

/// Not a resource of Kubernetes' own.
fn extended(key: &str) -> bool {
    key.contains('/')
}

/// A quantity's value; near enough to compare two.
fn amount(of: &Json) -> Option<f64> {
    let text = match of {
        Json::String(s) => s.clone(),
        Json::Number(n) => n.to_string(),
        _ => return None,
    };
    let suffixes = [
        ("Ki", 10, true),
        ("Mi", 20, true),
        ("Gi", 30, true),
        ("Ti", 40, true),
        ("Pi", 50, true),
        ("Ei", 60, true),
        ("n", -9, false),
        ("u", -6, false),
        ("m", -3, false),
        ("k", 3, false),
        ("M", 6, false),
        ("G", 9, false),
        ("T", 12, false),
        ("P", 15, false),
        ("E", 18, false),
    ];
    for (suffix, power, binary) in suffixes {
        if let Some(number) = text.strip_suffix(suffix) {
            let base: f64 = if binary { 2.0 } else { 10.0 };
            return number.parse::<f64>().ok().map(|n| n * base.powi(power));
        }
    }
    text.parse().ok()
}

/// At most 15 characters, with a letter.
fn port_name(name: &str) -> bool {
    matches(name, "[a-z0-9]([-a-z0-9]*[a-z0-9])?", 15)
        && name.chars().any(|c| c.is_ascii_lowercase())
        && !name.contains("--")
}

fn matches(text: &str, pattern: &str, most: usize) -> bool {
    text.len() <= most && Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|p| p.is_match(text))
}

fn at<'a>(value: &'a Json, pointer: &str) -> &'a Json {
    value.pointer(pointer).unwrap_or(&Json::Null)
}

fn fields<'a>(value: &'a Json, pointer: &str) -> Option<&'a Map<String, Json>> {
    at(value, pointer).as_object()
}

fn items<'a>(value: &'a Json, pointer: &str) -> impl Iterator<Item = &'a Json> {
    at(value, pointer).as_array().into_iter().flatten()
}
