//! What a gateway does with requests before they reach a service: BackendTrafficPolicy and SecurityPolicy of Envoy Gateway.
use crate::custom::custom;
use crate::custom::envoy::{BACKEND_TRAFFIC_POLICY, SECURITY_POLICY};
use crate::emit::{Emit, Order, Room};
use crate::{amounts, codes};
use ivs_plan::read;
use ivs_value::{Number, StructValue, TaggedValue, Value};
use serde_json::{Map, Value as Json, json};

/// Units of a rate, from short to long; months and years of Envoy are not those of a bill.
const UNITS: [(&str, &str, i64); 4] =
    [("s", "Second", 1), ("min", "Minute", 60), ("h", "Hour", 3600), ("d", "Day", 86_400)];

/// The policies of the declaration's HTTPRoute. `given` has `traffic`, `auth` and `cors`; `path` leads to it.
pub fn policies(emit: &mut Emit<'_>, room: &Room, given: &StructValue, path: &[&str]) {
    let target = json!([{ "group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": emit.name }]);
    if let Some(traffic) = read::nested(given, "traffic") {
        let mut spec = traffic_spec(emit, traffic, &[path, &["traffic"]].concat());
        if !spec.is_empty() {
            spec.insert("targetRefs".into(), target.clone());
            let meta = emit.meta(&emit.name, Some(&room.name));
            emit.push(Order::Route, &custom(BACKEND_TRAFFIC_POLICY, meta, Json::Object(spec)));
        }
    }
    let mut spec = Map::new();
    if let Some(auth) = read::member(given, "auth") {
        authentication(&mut spec, auth);
    }
    if let Some(cors) = read::nested(given, "cors") {
        let remembered = duration(emit, cors, "remembered", &[path, &["cors"]].concat());
        spec.insert(
            "cors".into(),
            json!({
                "allowCredentials": read::flag(cors, "credentials"),
                "allowHeaders": read::texts(cors, "headers"),
                "allowMethods": read::texts(cors, "methods"),
                "allowOrigins": read::texts(cors, "origins"),
                "maxAge": remembered,
            }),
        );
    }
    if !spec.is_empty() {
        spec.insert("targetRefs".into(), target);
        let meta = emit.meta(&emit.name, Some(&room.name));
        emit.push(Order::Route, &custom(SECURITY_POLICY, meta, Json::Object(spec)));
    }
}

fn traffic_spec(emit: &mut Emit<'_>, traffic: &StructValue, path: &[&str]) -> Map<String, Json> {
    let mut spec = Map::new();
    let mut rules = Vec::new();
    let mut local = false;
    for (name, limit) in read::structs(traffic, "limit") {
        local |= read::member(limit, "scope").is_some_and(|m| m.name == "local");
        rules.extend(rule(emit, limit, &[path, &["limit", name, "requests"]].concat()));
    }
    if !rules.is_empty() {
        let (kind, field) = if local { ("Local", "local") } else { ("Global", "global") };
        spec.insert("rateLimit".into(), json!({ "type": kind, field: { "rules": rules } }));
    }
    if let Some(breaker) = read::nested(traffic, "breaker") {
        let number = |field| read::int(breaker, field);
        spec.insert(
            "circuitBreaker".into(),
            json!({
                "maxConnections": number("connections"),
                "maxParallelRequests": number("requests"),
                "maxParallelRetries": number("retries"),
                "maxPendingRequests": number("pending"),
            }),
        );
    }
    if let Some(shed) = read::nested(traffic, "shed") {
        let path = [path, &["shed"]].concat();
        let mut percent = |field: &'static str| {
            emit.percent(read::field(shed, field), &[path.as_slice(), &[field]].concat())
        };
        let (success, most) = (percent("success"), percent("at_most"));
        let window = duration(emit, shed, "window", &path);
        spec.insert(
            "admissionControl".into(),
            json!({ "maxRejectionPercent": most, "minSuccessRate": success, "samplingWindow": window }),
        );
    }
    if let Some(bandwidth) = read::nested(traffic, "bandwidth") {
        let mut limits = Map::new();
        for (field, to) in [("upload", "request"), ("download", "response")] {
            let value = read::field(bandwidth, field);
            if !value.is_none() {
                let path = [path, &["bandwidth", field]].concat();
                let amount = emit.bytes(value, &path).0;
                limits.insert(to.into(), json!({ "limit": { "unit": "Second", "value": amount } }));
            }
        }
        spec.insert("bandwidthLimit".into(), limits.into());
    }
    if let Some(retry) = read::nested(traffic, "retry") {
        let statuses: Vec<i64> =
            read::list(retry, "statuses").iter().filter_map(|s| read::base(s)?.to_i64()).collect();
        let mut triggers = vec!["connect-failure", "refused-stream", "reset-before-request"];
        let mut on = Map::new();
        if !statuses.is_empty() {
            triggers.push("retriable-status-codes");
            on.insert("httpStatusCodes".into(), json!(statuses));
        }
        on.insert("triggers".into(), json!(triggers));
        let mut policy = Map::new();
        policy.insert("numRetries".into(), json!(read::int(retry, "attempts")));
        policy.insert("retryOn".into(), on.into());
        if !read::field(retry, "each").is_none() {
            let each = duration(emit, retry, "each", &[path, &["retry"]].concat());
            policy.insert("perRetry".into(), json!({ "timeout": each }));
        }
        spec.insert("retry".into(), policy.into());
    }
    spec
}

/// A limit in the unit that it is written in: `60req/min` may come at once, `1req/s` may not.
fn rule(emit: &mut Emit<'_>, limit: &StructValue, path: &[&str]) -> Option<Json> {
    let value = read::field(limit, "requests");
    let base = read::base(value)?;
    let written = match value {
        Value::Quantity(q) => q.unit.text.rsplit('/').next().unwrap_or_default(),
        _ => "",
    };
    let whole = |seconds: i64| {
        base.mul(&Number::int(seconds))?.to_i64().filter(|n| (1..=i64::from(u32::MAX)).contains(n))
    };
    let found = UNITS
        .iter()
        .filter(|(text, ..)| *text == written)
        .chain(&UNITS)
        .find_map(|(_, unit, seconds)| Some((*unit, whole(*seconds)?)));
    let Some((unit, requests)) = found else {
        emit.find(
            codes::WHOLE,
            format!(
                "{} is no whole number of requests in a second, minute, hour or day",
                ivs_value::display(value)
            ),
            path,
            Some("`100req/min`".into()),
        );
        return None;
    };
    let mut headers: Vec<Json> = read::entries(limit, "headers")
        .iter()
        .map(|(k, v)| json!({ "name": read::key(k), "type": "Exact", "value": read::as_text(v) }))
        .collect();
    if let Some(per) = read::text(limit, "per") {
        headers.push(json!({ "name": per, "type": "Distinct" }));
    }
    let mut rule = Map::new();
    if !headers.is_empty() {
        rule.insert("clientSelectors".into(), json!([{ "headers": headers }]));
    }
    rule.insert("limit".into(), json!({ "requests": requests, "unit": unit }));
    Some(rule.into())
}

fn authentication(spec: &mut Map<String, Json>, auth: &TaggedValue) {
    let Some(fields) = auth.fields.as_deref() else { return };
    let text = |field| read::text(fields, field).unwrap_or_default();
    if auth.name == "jwt" {
        let mut provider = Map::new();
        provider.insert("name".into(), "issuer".into());
        provider.insert("issuer".into(), text("issuer").into());
        provider.insert("remoteJWKS".into(), json!({ "uri": text("keys") }));
        if let Some(audiences) = read::texts(fields, "audiences") {
            provider.insert("audiences".into(), audiences.into());
        }
        let claims: Vec<Json> = read::entries(fields, "claims")
            .iter()
            .map(|(k, v)| json!({ "claim": read::as_text(v), "header": read::key(k) }))
            .collect();
        if !claims.is_empty() {
            provider.insert("claimToHeaders".into(), claims.into());
        }
        spec.insert("jwt".into(), json!({ "providers": [provider] }));
    } else {
        spec.insert(
            "apiKeyAuth".into(),
            json!({
                "credentialRefs": [{ "group": "", "kind": "Secret", "name": text("clients") }],
                "extractFrom": [{ "headers": [text("header")] }],
                "forwardClientIDHeader": text("client"),
                "sanitize": true,
            }),
        );
    }
}

fn duration(emit: &mut Emit<'_>, object: &StructValue, field: &str, path: &[&str]) -> String {
    let value = read::field(object, field);
    amounts::gateway_duration(value).unwrap_or_else(|| {
        let shown = ivs_value::display(value);
        emit.find(
            codes::WHOLE,
            format!("{shown} is no whole number of milliseconds"),
            &[path, &[field]].concat(),
            None,
        );
        String::new()
    })
}
