//! The way into the cluster: Gateway and HTTPRoute instead of a load balancer per service.
use crate::custom::custom;
use crate::custom::gateway::{
    AllowedRoutes, Backend, From, GATEWAY, GatewaySpec, HTTP_ROUTE, HttpRouteSpec, Listener, Match, Named,
    Parent, PathMatch, Rule, Timeouts, Tls,
};
use crate::emit::{Emit, Order, Room};
use crate::{amounts, codes, edge, network};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::{RefValue, StructValue};
use std::sync::Arc;

/// `gateway` → Gateway.
pub fn gateway(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        if !read::flag(emit.object, "managed") {
            return;
        }
        let room = emit.room();
        let mut listeners = Vec::new();
        for (name, given) in read::structs(emit.object, "listener") {
            let https = read::text(given, "protocol") == Some("HTTPS");
            listeners.push(Listener {
                allowed_routes: AllowedRoutes { namespaces: From { from: "All" } },
                hostname: read::text(given, "host").map(str::to_owned),
                name: name.to_owned(),
                port: read::int32(given, "port").unwrap_or_default(),
                protocol: read::text(given, "protocol").unwrap_or("HTTPS").to_owned(),
                tls: https.then(|| Tls {
                    certificate_refs: read::text(given, "certificate")
                        .map(|name| Named { name: name.to_owned() })
                        .into_iter()
                        .collect(),
                    mode: "Terminate",
                }),
            });
        }
        let meta = emit.meta(&emit.name, Some(&room.name));
        let class = read::text(emit.object, "class").unwrap_or_default().to_owned();
        let object = custom(GATEWAY, meta, GatewaySpec { gateway_class_name: class, listeners });
        emit.push(Order::Gateway, &object);
    })
}

/// `service` with `expose` → HTTPRoute.
pub fn exposure(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["expose"], |emit| {
        let Some(expose) = read::nested(emit.object, "expose") else { return };
        let room = emit.room();
        let Some(parent) = read::reference(expose, "gateway").and_then(|g| parent(emit, g)) else { return };
        let name = emit.name.clone();
        let Some(rule) = rule(emit, expose, emit.object, name, &["expose"]) else { return };
        let hostnames = read::texts(expose, "hosts").unwrap_or_default();
        push(emit, &room, HttpRouteSpec { hostnames, parent_refs: vec![parent], rules: vec![rule] });
        edge::policies(emit, &room, expose, &["expose"]);
    })
}

/// `route` → HTTPRoute, and a NetworkPolicy for each service in a closed namespace.
pub fn route(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let room = emit.room();
        let Some(reference) = read::reference(emit.object, "gateway") else { return };
        let Some(gateway) = emit.follow(reference) else { return };
        let Some(parent) = parent(emit, reference) else { return };
        let mut rules = Vec::new();
        // Rules to one service open its ports together.
        let mut admitted: Vec<(String, Room, Arc<StructValue>, Vec<&str>)> = Vec::new();
        for (name, given) in read::structs(emit.object, "rule") {
            let Some(to) = read::reference(given, "to") else { continue };
            let Some(service) = emit.follow(to) else { continue };
            let Some(backend) = emit.slug_of(&service, &to.name) else { continue };
            let other = emit.room_of(&service);
            if other.name != room.name {
                emit.find(
                    codes::OTHER_NAMESPACE,
                    format!("`{backend}` is in namespace `{}`, the route in `{}`", other.name, room.name),
                    &["rule", name, "to"],
                    Some("declare the route in the namespace of its services".into()),
                );
            }
            if other.closed {
                let port = read::text(given, "port").unwrap_or("http");
                match admitted.iter_mut().find(|(b, ..)| *b == backend) {
                    Some((.., ports)) => ports.push(port),
                    None => admitted.push((backend.clone(), other, service.clone(), vec![port])),
                }
            }
            rules.extend(rule(emit, given, &service, backend, &["rule", name]));
        }
        for (backend, there, service, ports) in admitted {
            network::admit_gateway(emit, &gateway, &service, &backend, &there, &ports);
        }
        let hostnames = read::texts(emit.object, "hosts").unwrap_or_default();
        push(emit, &room, HttpRouteSpec { hostnames, parent_refs: vec![parent], rules });
        let object = emit.object;
        edge::policies(emit, &room, object, &[]);
    })
}

fn push(emit: &mut Emit<'_>, room: &Room, spec: HttpRouteSpec) {
    let meta = emit.meta(&emit.name, Some(&room.name));
    let object = custom(HTTP_ROUTE, meta, spec);
    emit.push(Order::Route, &object);
}

fn parent(emit: &mut Emit<'_>, reference: &RefValue) -> Option<Parent> {
    let gateway = emit.follow(reference)?;
    let namespace = emit.room_of(&gateway).name;
    Some(Parent { name: emit.slug_of(&gateway, &reference.name)?, namespace })
}

/// One rule to a port of a service; a finding at `path` if the service has no such port.
fn rule(
    emit: &mut Emit<'_>,
    given: &StructValue,
    service: &StructValue,
    backend: String,
    path: &[&str],
) -> Option<Rule> {
    let name = read::text(given, "port").unwrap_or("http");
    let port =
        read::structs(service, "port").find(|(n, _)| *n == name).and_then(|(_, p)| read::int32(p, "service"));
    let at = |field| {
        let mut at = path.to_vec();
        at.push(field);
        at
    };
    let Some(port) = port else {
        emit.find(
            codes::NO_PORT,
            format!("`{backend}` has no port `{name}` that others can connect to"),
            &at("port"),
            Some(format!("`port {name} {{ container = 8080, service = 80 }}` in the service")),
        );
        return None;
    };
    let timeout = read::field(given, "timeout");
    let mut timeouts = None;
    if !timeout.is_none() {
        match amounts::gateway_duration(timeout) {
            Some(request) => timeouts = Some(Timeouts { request }),
            None => {
                let shown = ivs_value::display(timeout);
                emit.find(
                    codes::WHOLE,
                    format!("{shown} is no whole number of milliseconds"),
                    &at("timeout"),
                    None,
                );
            }
        }
    }
    let value = read::text(given, "path").unwrap_or("/").to_owned();
    Some(Rule {
        backend_refs: vec![Backend { name: backend, namespace: None, port }],
        matches: vec![Match { path: PathMatch { type_: "PathPrefix", value } }],
        timeouts,
    })
}
