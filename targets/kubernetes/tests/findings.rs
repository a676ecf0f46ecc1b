//! What cannot be emitted is said, at the value that is the cause.
mod common;
use common::*;
use ivs_value::Value;

/// The finding's code, path and message for a service with these fields.
fn service(name: &str, fields: Fields) -> (String, String, String) {
    let mut p = Package::default();
    p.service(name, fields);
    said(&p)
}

fn said(p: &Package) -> (String, String, String) {
    let finding = p.finding();
    (finding.code.to_owned(), finding.path.join("."), finding.message)
}

macro_rules! says {
    ($found:expr, $code:literal, $path:literal, $message:literal) => {
        let (code, path, message) = $found;
        assert_eq!((code.as_str(), path.as_str(), message.as_str()), ($code, $path, $message));
    };
}

#[test]
fn quantities_are_never_rounded() {
    let tenth = Value::Quantity({
        let Value::Quantity(mut q) = milli(1) else { unreachable!() };
        q.base = ivs_value::Number::fraction(1, 10_000).unwrap();
        q
    });
    says!(
        service("a", vec![("resources", record(vec![("cpu", tenth), ("memory", mi(1))]))]),
        "IVS6020",
        "resources.cpu",
        "0.0001core cannot be written exactly"
    );
}

#[test]
fn whole_percents_and_seconds() {
    let half = Value::Percent(ivs_value::Number::fraction(1, 8).unwrap());
    let target = map([("cpu", record(vec![("utilization", half)]))]);
    says!(
        service("a", vec![("scaling", scaling(range(n(1), n(2)), vec![("target", target)]))]),
        "IVS6021",
        "scaling.target.cpu.utilization",
        "12.5% is no whole percent, which Kubernetes wants"
    );
    let probe = keyed("probe-kind", [("live", probe(vec![("port", n(1)), ("delay", millis(1500))]))]);
    says!(
        service("a", vec![("probe", probe)]),
        "IVS6021",
        "probe.live.delay",
        "1.5s is no whole number of seconds, which Kubernetes wants"
    );
}

#[test]
fn names_and_labels() {
    says!(
        service("a", vec![("slug", s("€"))]),
        "IVS6010",
        "slug",
        "`€` has no letter or digit that a name in Kubernetes could be made of"
    );
    says!(
        service("9lives", vec![]),
        "IVS6010",
        "slug",
        "`9lives` cannot name a Service, which begins with a letter"
    );
    says!(
        service("a", vec![("port", map([("a_port", port(1, 1))]))]),
        "IVS6010",
        "port.a_port",
        "`a_port` is no name of a port"
    );
    says!(
        service("a", vec![("labels", map([("partner", s("fe://ampel.aero"))]))]),
        "IVS6011",
        "labels.partner",
        "`fe://ampel.aero` is no value of a label"
    );
    says!(
        service("a", vec![("labels", map([("app.kubernetes.io/name", s("b"))]))]),
        "IVS6012",
        "labels.app.kubernetes.io/name",
        "the label `app.kubernetes.io/name` is set by the compiler, pods are selected by it"
    );
}

#[test]
fn long_names_are_shortened_only_where_the_limit_is() {
    let mut p = Package::default();
    let day = record(vec![
        ("start", s("0 8 * * *")),
        ("end", s("0 9 * * *")),
        ("replicas", n(2)),
        ("zone", s("Etc/UTC")),
    ]);
    let long = "a-service-with-a-name-that-is-exactly-sixty-characters-long1";
    p.service(long, vec![("scaling", scaling(range(n(1), n(3)), vec![("schedule", map([("day", day)]))]))]);
    let scaled = p.text("ScaledObject");
    let name = scaled.lines().find_map(|l| l.strip_prefix("  name: ")).unwrap();
    assert_eq!(name.len(), 54);
    assert!(long.starts_with(name.get(..40).unwrap()));
    assert!(p.text("Deployment").contains(&format!("\n  name: {long}\n")));
}

#[test]
fn environment_secrets_files() {
    says!(
        service("a", vec![("env", map([("A=B", s("1"))]))]),
        "IVS6031",
        "env.A=B",
        "`A=B` is no name of an environment variable"
    );
    says!(
        service("a", vec![("env", map([("KEY", Value::Secret("vault://kv/a".into()))]))]),
        "IVS6032",
        "env.KEY",
        "`vault://kv/a` names no key of a secret"
    );
    let mut p = Package::default();
    let here = p.namespace("here", vec![]);
    let config = p.add("config", "c", vec![("data", map([("k", s("v"))]))]);
    p.service("a", vec![("namespace", here), ("env_from", list([config]))]);
    says!(
        said(&p),
        "IVS6034",
        "env_from",
        "`c` is in namespace `default`, and pods of `here` cannot read it"
    );
    let mut p = Package::default();
    p.add("config", "c", vec![("data", map([("a/b", s("v"))]))]);
    says!(said(&p), "IVS6033", "data.a/b", "`a/b` is no key of a ConfigMap");
}

#[test]
fn what_would_block_rollouts_and_drains() {
    says!(
        service("a", vec![("rollout", record(vec![("surge", percent(0)), ("unavailable", n(0))]))]),
        "IVS6040",
        "rollout",
        "with neither more nor fewer pods than wanted, none can be replaced"
    );
    says!(
        service("a", vec![("disruption", record(vec![("unavailable", n(0))]))]),
        "IVS6041",
        "disruption.unavailable",
        "a budget of no pod lets no node be drained"
    );
}

#[test]
fn a_route_needs_a_port_to_go_to() {
    let mut p = Package::default();
    let gateway = p.add("gateway", "g", vec![("managed", no())]);
    p.service(
        "a",
        vec![("expose", record(vec![("gateway", gateway), ("hosts", texts(&["a.b"])), ("port", s("web"))]))],
    );
    says!(said(&p), "IVS6030", "expose.port", "`a` has no port `web` that others can connect to");
}

#[test]
fn a_role_for_pods_without_token_is_useless() {
    let mut p = Package::default();
    let service = p.service("a", vec![]);
    p.add("role", "r", vec![("subjects", list([with("subject", "account", vec![("of", service)])]))]);
    says!(said(&p), "IVS6044", "subjects", "pods of `a` get no token, so the role is of no use to them");
}

#[test]
fn a_declaration_may_be_called_like_the_index() {
    let mut p = Package::default();
    p.service("kustomization", vec![]);
    assert!(p.file("default/kustomization.yaml").contains("- kustomization.objects.yaml\n"));
}
