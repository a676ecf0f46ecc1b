//! Who reads the metrics of a service: a ServiceMonitor, and the way in to closed namespaces.
use super::promql;
use crate::custom::{custom, observe::SERVICE_MONITOR};
use crate::emit::{Emit, Order};
use crate::{codes, network};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::Value;
use serde_json::json;

/// `service` with `metrics` → ServiceMonitor, NetworkPolicy.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::part(subject, context, &["metrics"], |emit| {
        let Some(scrape) = read::nested(emit.object, "metrics") else { return };
        let room = emit.room();
        let port = read::text(scrape, "port").unwrap_or("http");
        let found = read::structs(emit.object, "port").find(|(name, _)| *name == port).map(|(_, p)| p);
        let Some(given) = found.filter(|p| read::int(p, "service").is_some()) else {
            let name = emit.name.clone();
            return emit.find(
                codes::NO_PORT,
                format!("`{name}` has no port `{port}` that others can connect to"),
                &["metrics", "port"],
                Some(format!("`port {port} {{ container = 9090, service = 9090 }}` in the service")),
            );
        };
        let mut time = |field: &str| {
            let value = read::field(scrape, field);
            read::base(value).and_then(promql::duration).unwrap_or_else(|| {
                let shown = ivs_value::display(value);
                emit.find(
                    codes::WHOLE,
                    format!("{shown} is no whole number of milliseconds"),
                    &["metrics", field],
                    None,
                );
                String::new()
            })
        };
        let (every, timeout) = (time("every"), time("timeout"));
        let spec = json!({
            "endpoints": [{
                "interval": every,
                "path": read::text(scrape, "path").unwrap_or("/metrics"),
                "port": port,
                "scrapeTimeout": timeout,
            }],
            "namespaceSelector": { "matchNames": [room.name] },
            "selector": { "matchLabels": emit.selector() },
        });
        let meta = emit.meta(&emit.name, Some(&room.name));
        emit.push(Order::Rules, &custom(SERVICE_MONITOR, meta, spec));
        if !room.closed {
            return;
        }
        let from = match read::field(scrape, "from") {
            Value::Ref(reference) => emit.name_of(reference),
            other => read::as_text(other).map(str::to_owned),
        };
        if let Some(from) = from {
            network::admit_namespace(emit, &room, &from, given, "metrics");
        }
    })
}
