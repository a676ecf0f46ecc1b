//! Who may ask an endpoint's service: only identities, of its own organisation and of those that it exports to.
use super::custom::{
    AUTHORIZATION, AccessLogging, AuthorizationSpec, From, Mode, Name, Operation, PEERS, PeersSpec, Rule,
    Selector, Source, TELEMETRY, TelemetrySpec, To,
};
use super::shared;
use crate::custom::custom;
use crate::emit::{self, Emit, Order};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::RefValue;

/// `endpoint` → PeerAuthentication, AuthorizationPolicy, Telemetry, if it is run here and has a service.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["service"], |emit| {
        if shared::home(emit).is_none() {
            return;
        }
        let Some(reference) = read::reference(emit.object, "service") else { return };
        let Some(service) = emit.follow(reference) else { return };
        let Some(target) = emit.slug_of(&service, &reference.name) else { return };
        // Policies select pods of their own namespace.
        let namespace = emit.room_of(&service).name;
        let selector = Selector { match_labels: emit::selector(&target, "service") };
        let meta = emit.meta(&emit.name, Some(&namespace));

        let spec = PeersSpec { mtls: Mode { mode: "STRICT" }, selector: selector.clone() };
        emit.push(Order::Traffic, &custom(PEERS, meta.clone(), spec));

        let object = emit.object;
        let mut rules: Vec<Rule> = Vec::new();
        if let Some(own) = read::reference(object, "organisation")
            && let Some(own) = trust_domain(emit, own)
        {
            rules.push(rule(vec![own], Vec::new()));
        }
        for (_, export) in read::structs(object, "export") {
            let mut domains: Vec<String> =
                shared::receivers(object, export).into_iter().filter_map(|p| trust_domain(emit, p)).collect();
            domains.sort();
            domains.dedup();
            if domains.is_empty() {
                continue;
            }
            // A path that ends in `/` stands for everything below it.
            let paths: Vec<String> = read::texts(export, "paths")
                .unwrap_or_default()
                .into_iter()
                .map(|p| if p.ends_with('/') { format!("{p}*") } else { p })
                .collect();
            let rule = rule(domains, paths);
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        let spec = AuthorizationSpec { action: "ALLOW", rules, selector: selector.clone() };
        emit.push(Order::Traffic, &custom(AUTHORIZATION, meta.clone(), spec));

        if read::flag(object, "audit") {
            // The provider that Istio brings along: Envoy's own log.
            let access_logging = vec![AccessLogging { providers: vec![Name { name: "envoy".into() }] }];
            emit.push(Order::Traffic, &custom(TELEMETRY, meta, TelemetrySpec { access_logging, selector }));
        }
    })
}

fn rule(trust_domains: Vec<String>, paths: Vec<String>) -> Rule {
    let to = if paths.is_empty() { Vec::new() } else { vec![To { operation: Operation { paths } }] };
    Rule { from: vec![From { source: Source { trust_domains } }], to }
}

fn trust_domain(emit: &mut Emit<'_>, partner: &RefValue) -> Option<String> {
    let partner = emit.follow(partner)?;
    read::text(&partner, "trust_domain").map(str::to_owned)
}
