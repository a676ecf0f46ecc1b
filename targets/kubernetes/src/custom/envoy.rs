//! Envoy Gateway 1.9, `gateway.envoyproxy.io/v1alpha1`.

const API: &str = "gateway.envoyproxy.io/v1alpha1";
/// Identity of a BackendTrafficPolicy.
pub const BACKEND_TRAFFIC_POLICY: (&str, &str) = (API, "BackendTrafficPolicy");
/// Identity of a SecurityPolicy.
pub const SECURITY_POLICY: (&str, &str) = (API, "SecurityPolicy");
