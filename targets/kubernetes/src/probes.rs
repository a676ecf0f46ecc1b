//! Probes.
use crate::emit::Emit;
use ivs_plan::read;
use ivs_value::Value;
use k8s_openapi::api::core::v1::{ExecAction, HTTPGetAction, Probe, TCPSocketAction};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// The declaration's probe of that kind: `live`, `ready` or `startup`.
pub fn probe(emit: &mut Emit<'_>, kind: &str) -> Option<Probe> {
    let (_, given) = read::structs(emit.object, "probe").find(|(k, _)| *k == kind)?;
    let port = read::int32(given, "port");
    let path = read::text(given, "path");
    let mut probe = Probe {
        exec: read::texts(given, "command").map(|command| ExecAction { command: Some(command) }),
        ..Probe::default()
    };
    match (port, path) {
        (Some(port), Some(path)) => {
            probe.http_get = Some(HTTPGetAction {
                path: Some(path.to_owned()),
                port: IntOrString::Int(port),
                scheme: read::text(given, "scheme").filter(|s| *s != "HTTP").map(str::to_owned),
                ..HTTPGetAction::default()
            });
        }
        (Some(port), None) => {
            probe.tcp_socket = Some(TCPSocketAction { host: None, port: IntOrString::Int(port) });
        }
        _ => {}
    }
    let mut seconds = |field: &str| match read::field(given, field) {
        Value::None => None,
        value => Some(emit.seconds32(value, &["probe", kind, field])),
    };
    probe.initial_delay_seconds = seconds("delay").filter(|n| *n != 0);
    probe.period_seconds = seconds("every");
    probe.timeout_seconds = seconds("timeout");
    probe.failure_threshold = read::int32(given, "failures");
    probe.success_threshold = read::int32(given, "successes").filter(|n| *n != 1);
    Some(probe)
}
