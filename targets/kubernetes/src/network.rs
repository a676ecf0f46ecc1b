//! NetworkPolicies: what closed namespaces let through. Policies add up, so each declaration emits its own part.
//! Names of declarations have no dots; names made of several parts are joined by dots, so none are equal.
use crate::emit::{self, Emit, Order, Room, Texts};
use crate::names;
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::{RefValue, StructValue, Value};
use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
    NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
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

/// `service` → what it may reach and who may reach it, and for each service that it depends on, the way in there.
pub fn service(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["depends_on", "expose", "allow"], |emit| {
        let room = emit.room();
        let mut traffic = Traffic::default();
        for item in read::list(emit.object, "depends_on") {
            let Value::Ref(reference) = item else { continue };
            let Some(target) = emit.follow(reference) else { continue };
            if reference.kind == "service" {
                depend(emit, &room, reference, &target, &mut traffic);
            } else if let Some(port) = well_known(&reference.kind, &target) {
                let rule = NetworkPolicyEgressRule { ports: Some(vec![tcp(port)]), to: None };
                if !traffic.egress.contains(&rule) {
                    traffic.egress.push(rule);
                }
            }
        }
        if !room.closed {
            return;
        }
        if let Some(gateway) = read::nested(emit.object, "expose").and_then(|e| read::reference(e, "gateway"))
            && let Some(gateway) = emit.follow(gateway)
        {
            let from = gateway_pods(emit, &gateway);
            traffic
                .ingress
                .push(NetworkPolicyIngressRule { from: Some(vec![from]), ports: ports_of(emit.object) });
        }
        allow(emit, &room, emit.object, &mut traffic);
        let name = emit.name.clone();
        push(emit, &room.name, &name, emit.label_selector(), traffic);
    })
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
        let policy = format!("{name}.from.{}", emit.name);
        push(emit, &there.name, &policy, emit::matching(emit::selector(&name, "service")), way_in);
    }
}

/// Lets a gateway's pods reach a service.
pub fn admit_gateway(
    emit: &mut Emit<'_>,
    gateway: &Arc<StructValue>,
    service: &StructValue,
    name: &str,
    there: &Room,
) {
    let from = vec![gateway_pods(emit, gateway)];
    let traffic = Traffic {
        ingress: vec![NetworkPolicyIngressRule { from: Some(from), ports: ports_of(service) }],
        egress: Vec::new(),
    };
    let policy = format!("{name}.from.{}", emit.name);
    push(emit, &there.name, &policy, emit::matching(emit::selector(name, "service")), traffic);
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
    let ports: Vec<_> = read::structs(service, "port")
        .filter_map(|(_, port)| {
            Some(NetworkPolicyPort {
                port: Some(IntOrString::Int(read::int32(port, "container")?)),
                protocol: read::text(port, "transport").map(str::to_owned),
                end_port: None,
            })
        })
        .collect();
    (!ports.is_empty()).then_some(ports)
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
