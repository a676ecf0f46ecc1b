//! NetworkPolicies: what closed namespaces let through. Policies add up, so each declaration emits its own part.
//! Names of declarations have no dots; names made of several parts are joined by dots, so none are equal.
use crate::emit::{self, Emit, Order, Room, Texts};
use crate::{data, names};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::{RefValue, StructValue, Value};
use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
    NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::sync::Arc;

/// The label by which Kubernetes itself names every namespace.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// What may come in and go out.
#[derive(Default)]
struct Traffic {
    ingress: Vec<NetworkPolicyIngressRule>,
    egress: Vec<NetworkPolicyEgressRule>,
}

/// `service`, `job`, `cron-job`, `sweep` → what it may reach and who may reach it, and for each service that it depends on, the way in there.
pub fn service(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["depends_on", "expose", "allow"], |emit| {
        let room = emit.room();
        let mut traffic = Traffic::default();
        reach(emit, &room, &mut traffic);
        if !room.closed {
            return;
        }
        if let Some(expose) = read::nested(emit.object, "expose")
            && let Some(gateway) = read::reference(expose, "gateway")
            && let Some(gateway) = emit.follow(gateway)
        {
            let from = gateway_pods(emit, &gateway);
            let ports = ports_named(emit.object, &[read::text(expose, "port").unwrap_or("http")]);
            traffic.ingress.push(NetworkPolicyIngressRule { from: Some(vec![from]), ports });
        }
        allow(emit, &room, emit.object, &mut traffic);
        let name = own(emit);
        push(emit, &room.name, &name, emit.label_selector(), traffic);
    })
}

/// The way to everything that the declaration depends on.
fn reach(emit: &mut Emit<'_>, room: &Room, traffic: &mut Traffic) {
    for item in read::list(emit.object, "depends_on") {
        let Value::Ref(reference) = item else { continue };
        let Some(target) = emit.follow(reference) else { continue };
        if reference.kind == "service" {
            depend(emit, room, reference, &target, traffic);
        } else if !store(emit, room, reference, &target, traffic)
            && let Some(port) = well_known(&reference.kind, &target)
        {
            let rule = NetworkPolicyEgressRule { ports: Some(vec![tcp(port)]), to: None };
            if !traffic.egress.contains(&rule) {
                traffic.egress.push(rule);
            }
        }
    }
}

fn depend(emit: &mut Emit<'_>, room: &Room, to: &RefValue, target: &StructValue, traffic: &mut Traffic) {
    let Some(name) = emit.slug_of(target, &to.name) else { return };
    let there = emit.room_of(target);
    let ports = ports_of(target);
    traffic.egress.push(NetworkPolicyEgressRule {
        ports: ports.clone(),
        to: Some(vec![pods(emit::selector(&name, "service"), &there.name, &room.name)]),
    });
    if there.closed {
        let from = vec![pods(emit.selector(), &room.name, &there.name)];
        let way_in = Traffic {
            ingress: vec![NetworkPolicyIngressRule { from: Some(from), ports }],
            egress: Vec::new(),
        };
        let policy = format!("{name}.from.{}", own(emit));
        push(emit, &there.name, &policy, emit::matching(emit::selector(&name, "service")), way_in);
    }
}

/// The name of the declaration's own policies: services are by far the most, so the others say their kind.
fn own(emit: &Emit<'_>) -> String {
    if emit.kind() == "service" { emit.name.clone() } else { format!("{}.{}", emit.name, emit.kind()) }
}

/// The way to a database or cache that the cluster runs; `false` if it is run by others.
fn store(
    emit: &mut Emit<'_>,
    room: &Room,
    to: &RefValue,
    target: &StructValue,
    traffic: &mut Traffic,
) -> bool {
    if !matches!(to.kind.as_str(), "database" | "cache") || !data::in_cluster(target) {
        return false;
    }
    let Some(name) = emit.slug_of(target, &to.name) else { return true };
    let there = emit.room_of(target);
    let (selectors, port) = if to.kind == "cache" {
        (vec![("", emit::matching(emit::selector(&name, "cache")))], 6379)
    } else {
        let clusters = data::clusters(target, &name);
        let pools: Vec<String> = clusters.iter().flat_map(|c| data::pools(target, c)).collect();
        let mut selectors = vec![("", one_of(CLUSTER, clusters))];
        if !pools.is_empty() {
            selectors.push((".pools", one_of(POOLER, pools)));
        }
        (selectors, 5432)
    };
    let ports = Some(vec![tcp(port)]);
    let peers = selectors.iter().map(|(_, s)| NetworkPolicyPeer {
        namespace_selector: (there.name != room.name).then(|| named(&there.name)),
        pod_selector: Some(s.clone()),
        ip_block: None,
    });
    traffic.egress.push(NetworkPolicyEgressRule { ports: ports.clone(), to: Some(peers.collect()) });
    if there.closed {
        for (part, selector) in selectors {
            let from = vec![pods(emit.selector(), &room.name, &there.name)];
            let way_in = Traffic {
                ingress: vec![NetworkPolicyIngressRule { from: Some(from), ports: ports.clone() }],
                egress: Vec::new(),
            };
            let policy = format!("{name}.{}{part}.from.{}", to.kind, own(emit));
            push(emit, &there.name, &policy, selector, way_in);
        }
    }
    true
}

/// The label by which CloudNativePG names a Cluster's pods, and a Pooler's.
const CLUSTER: &str = "cnpg.io/cluster";
const POOLER: &str = "cnpg.io/poolerName";

/// Pods whose label is one of the names.
fn one_of(label: &str, names: Vec<String>) -> LabelSelector {
    LabelSelector {
        match_expressions: Some(vec![LabelSelectorRequirement {
            key: label.to_owned(),
            operator: "In".to_owned(),
            values: Some(names),
        }]),
        match_labels: None,
    }
}

/// What the pods of a database need besides those who use it: each other, the operator, the API server (whose address
/// nobody knows beforehand) and the bucket of its copies.
pub fn database(emit: &mut Emit<'_>, room: &Room, clusters: &[String], pools: &[String], operator: &str) {
    let own = |selector: LabelSelector| NetworkPolicyPeer {
        pod_selector: Some(selector),
        ..NetworkPolicyPeer::default()
    };
    let postgres = Some(vec![tcp(5432)]);
    let status = tcp(8000);
    let mut readers = vec![own(one_of(CLUSTER, clusters.to_vec()))];
    let servers = readers.clone();
    if !pools.is_empty() {
        readers.push(own(one_of(POOLER, pools.to_vec())));
    }
    let from_operator =
        NetworkPolicyPeer { namespace_selector: Some(named(operator)), ..NetworkPolicyPeer::default() };
    let outside = NetworkPolicyEgressRule { ports: Some(vec![tcp(443), tcp(6443)]), to: None };
    let traffic = Traffic {
        ingress: vec![
            NetworkPolicyIngressRule { from: Some(readers), ports: Some(vec![tcp(5432), status.clone()]) },
            NetworkPolicyIngressRule {
                from: Some(vec![from_operator]),
                ports: Some(vec![tcp(5432), status.clone()]),
            },
        ],
        egress: vec![
            NetworkPolicyEgressRule { ports: Some(vec![tcp(5432), status]), to: Some(servers.clone()) },
            outside.clone(),
        ],
    };
    let name = format!("{}.database", emit.name);
    push(emit, &room.name, &name, one_of(CLUSTER, clusters.to_vec()), traffic);
    if !pools.is_empty() {
        let traffic = Traffic {
            ingress: Vec::new(),
            egress: vec![NetworkPolicyEgressRule { ports: postgres, to: Some(servers) }, outside],
        };
        let name = format!("{}.database.pools", emit.name);
        push(emit, &room.name, &name, one_of(POOLER, pools.to_vec()), traffic);
    }
}

/// Lets a gateway's pods reach ports of a service, for a route.
pub fn admit_gateway(
    emit: &mut Emit<'_>,
    gateway: &Arc<StructValue>,
    service: &StructValue,
    name: &str,
    there: &Room,
    ports: &[&str],
) {
    let from = vec![gateway_pods(emit, gateway)];
    let traffic = Traffic {
        ingress: vec![NetworkPolicyIngressRule { from: Some(from), ports: ports_named(service, ports) }],
        egress: Vec::new(),
    };
    let policy = format!("{name}.from.{}", own(emit));
    push(emit, &there.name, &policy, emit::matching(emit::selector(name, "service")), traffic);
}

/// Lets the pods of a namespace reach a port of the declaration's own pods; `what` is part of the policy's name.
pub fn admit_namespace(emit: &mut Emit<'_>, room: &Room, from: &str, port: &StructValue, what: &str) {
    let from = NetworkPolicyPeer { namespace_selector: Some(named(from)), ..NetworkPolicyPeer::default() };
    let traffic = Traffic {
        ingress: vec![NetworkPolicyIngressRule {
            from: Some(vec![from]),
            ports: listening(port).map(|p| vec![p]),
        }],
        egress: Vec::new(),
    };
    let policy = format!("{}.{what}", emit.name);
    push(emit, &room.name, &policy, emit.label_selector(), traffic);
}

/// Steps of a workflow: what they call, what `allow` says, and the API server, to which they report.
pub fn workflow(emit: &mut Emit<'_>, room: &Room) {
    let mut traffic = Traffic::default();
    reach(emit, room, &mut traffic);
    traffic.egress.push(NetworkPolicyEgressRule { ports: Some(vec![tcp(443), tcp(6443)]), to: None });
    allow(emit, room, emit.object, &mut traffic);
    let name = own(emit);
    push(emit, &room.name, &name, emit.label_selector(), traffic);
}

/// `namespace`, `tenancy` → everything denied but DNS and what `allow` says, for all pods of namespace `room`.
pub fn close(emit: &mut Emit<'_>, room: &Room) {
    push_both(emit, &room.name, "namespace.deny", LabelSelector::default(), Traffic::default());
    let dns = |protocol: &str| NetworkPolicyPort {
        port: Some(IntOrString::Int(53)),
        protocol: Some(protocol.to_owned()),
        end_port: None,
    };
    let resolve = Traffic {
        ingress: Vec::new(),
        egress: vec![NetworkPolicyEgressRule {
            ports: Some(vec![dns("UDP"), dns("TCP")]),
            to: Some(vec![NetworkPolicyPeer {
                namespace_selector: Some(named("kube-system")),
                ..NetworkPolicyPeer::default()
            }]),
        }],
    };
    push(emit, &room.name, "namespace.dns", LabelSelector::default(), resolve);
    let mut traffic = Traffic::default();
    allow(emit, room, emit.object, &mut traffic);
    push(emit, &room.name, "namespace.allow", LabelSelector::default(), traffic);
}

fn allow(emit: &mut Emit<'_>, room: &Room, object: &StructValue, traffic: &mut Traffic) {
    for (_, rule) in read::structs(object, "allow") {
        let mut peers = Vec::new();
        for item in read::list(rule, "services") {
            let Value::Ref(reference) = item else { continue };
            let Some(target) = emit.follow(reference) else { continue };
            let Some(slug) = emit.slug_of(&target, &reference.name) else { continue };
            let there = emit.room_of(&target);
            peers.push(pods(emit::selector(&slug, "service"), &there.name, &room.name));
        }
        for item in read::list(rule, "namespaces") {
            let namespace = match item {
                Value::Ref(reference) => emit.name_of(reference),
                other => read::as_text(other).map(str::to_owned),
            };
            if let Some(namespace) = namespace {
                peers.push(NetworkPolicyPeer {
                    namespace_selector: Some(named(&namespace)),
                    ..NetworkPolicyPeer::default()
                });
            }
        }
        let except = read::texts(rule, "except");
        for cidr in read::texts(rule, "cidrs").unwrap_or_default() {
            peers.push(NetworkPolicyPeer {
                ip_block: Some(IPBlock { cidr, except: except.clone() }),
                ..NetworkPolicyPeer::default()
            });
        }
        if peers.is_empty() {
            // Either a peer failed, or the rule itself was refused.
            continue;
        }
        let transport = read::text(rule, "transport").unwrap_or("TCP");
        let ports: Vec<_> = read::list(rule, "ports")
            .iter()
            .filter_map(|p| read::base(p)?.to_i64())
            .filter_map(|p| i32::try_from(p).ok())
            .map(|p| NetworkPolicyPort {
                port: Some(IntOrString::Int(p)),
                protocol: Some(transport.to_owned()),
                end_port: None,
            })
            .collect();
        let ports = (!ports.is_empty()).then_some(ports);
        if read::member(rule, "direction").is_some_and(|d| d.name == "egress") {
            traffic.egress.push(NetworkPolicyEgressRule { ports, to: Some(peers) });
        } else {
            traffic.ingress.push(NetworkPolicyIngressRule { from: Some(peers), ports });
        }
    }
}

/// The port on which a database, cache, queue or external service is reached, wherever it is.
fn well_known(kind: &str, target: &StructValue) -> Option<i32> {
    if kind == "external" {
        return read::int32(target, "port");
    }
    Some(match read::member(target, "engine")?.name.as_str() {
        "postgres" => 5432,
        "mysql" => 3306,
        "mongodb" => 27017,
        "cassandra" => 9042,
        "redis" | "valkey" => 6379,
        "memcached" => 11211,
        "kafka" => 9092,
        "rabbitmq" => 5672,
        "sqs" | "pubsub" => 443,
        _ => return None,
    })
}

fn tcp(port: i32) -> NetworkPolicyPort {
    NetworkPolicyPort { port: Some(IntOrString::Int(port)), protocol: Some("TCP".into()), end_port: None }
}

/// The ports on which a service's containers listen; `None`, that is all, if it declares none.
fn ports_of(service: &StructValue) -> Option<Vec<NetworkPolicyPort>> {
    let ports: Vec<_> = read::structs(service, "port").filter_map(|(_, port)| listening(port)).collect();
    (!ports.is_empty()).then_some(ports)
}

/// Where the containers of some of its ports listen. A port that is not there is reported where it is named.
fn ports_named(service: &StructValue, names: &[&str]) -> Option<Vec<NetworkPolicyPort>> {
    let ports = read::structs(service, "port").filter(|(name, _)| names.contains(name));
    Some(ports.filter_map(|(_, port)| listening(port)).collect())
}

/// Where a port's container listens.
fn listening(port: &StructValue) -> Option<NetworkPolicyPort> {
    Some(NetworkPolicyPort {
        port: Some(IntOrString::Int(read::int32(port, "container")?)),
        protocol: read::text(port, "transport").map(str::to_owned),
        end_port: None,
    })
}

/// Pods of a namespace, as seen from `here`.
fn pods(labels: Texts, namespace: &str, here: &str) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        namespace_selector: (namespace != here).then(|| named(namespace)),
        pod_selector: Some(emit::matching(labels)),
        ip_block: None,
    }
}

fn gateway_pods(emit: &mut Emit<'_>, gateway: &StructValue) -> NetworkPolicyPeer {
    let namespace = emit.room_of(gateway).name;
    let labels: Texts = read::entries(gateway, "pods")
        .iter()
        .filter_map(|(k, v)| Some((read::key(k).to_owned(), read::as_text(v)?.to_owned())))
        .collect();
    NetworkPolicyPeer {
        namespace_selector: Some(named(&namespace)),
        pod_selector: (!labels.is_empty()).then(|| emit::matching(labels)),
        ip_block: None,
    }
}

fn named(namespace: &str) -> LabelSelector {
    emit::matching(Texts::from([(NAMESPACE_NAME.to_owned(), namespace.to_owned())]))
}

/// Emits a policy if it allows anything.
fn push(emit: &mut Emit<'_>, namespace: &str, name: &str, selector: LabelSelector, traffic: Traffic) {
    if !traffic.ingress.is_empty() || !traffic.egress.is_empty() {
        push_both(emit, namespace, name, selector, traffic);
    }
}

/// Emits a policy for the directions it has rules for, for both if it has none.
fn push_both(emit: &mut Emit<'_>, namespace: &str, name: &str, selector: LabelSelector, traffic: Traffic) {
    let nothing = traffic.ingress.is_empty() && traffic.egress.is_empty();
    let mut types = Vec::new();
    if nothing || !traffic.ingress.is_empty() {
        types.push("Ingress".to_owned());
    }
    if nothing || !traffic.egress.is_empty() {
        types.push("Egress".to_owned());
    }
    let meta = emit.meta(&names::fit(name, 253), Some(namespace));
    let policy = NetworkPolicy {
        metadata: meta,
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(selector),
            ingress: (!traffic.ingress.is_empty()).then_some(traffic.ingress),
            egress: (!traffic.egress.is_empty()).then_some(traffic.egress),
            policy_types: Some(types),
        }),
    };
    emit.push(Order::Traffic, &policy);
}
