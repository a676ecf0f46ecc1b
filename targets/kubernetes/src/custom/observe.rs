//! Prometheus operator 0.93, `monitoring.coreos.com/v1`.

const API: &str = "monitoring.coreos.com/v1";
/// Identity of a ServiceMonitor.
pub const SERVICE_MONITOR: (&str, &str) = (API, "ServiceMonitor");
/// Identity of a PrometheusRule.
pub const PROMETHEUS_RULE: (&str, &str) = (API, "PrometheusRule");
