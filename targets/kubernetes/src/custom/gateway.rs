//! Gateway API 1.6, `gateway.networking.k8s.io/v1`.
use serde::Serialize;

const API: &str = "gateway.networking.k8s.io/v1";
/// Identity of a Gateway.
pub const GATEWAY: (&str, &str) = (API, "Gateway");
/// Identity of an HTTPRoute.
pub const HTTP_ROUTE: (&str, &str) = (API, "HTTPRoute");

/// Where requests enter.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GatewaySpec {
    pub gateway_class_name: String,
    pub listeners: Vec<Listener>,
}

/// A port.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Listener {
    pub allowed_routes: AllowedRoutes,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    pub name: String,
    pub port: i32,
    pub protocol: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
}

/// Whose routes may attach.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct AllowedRoutes {
    pub namespaces: From,
}

/// `All` namespaces.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct From {
    pub from: &'static str,
}

/// The certificate of a listener.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Tls {
    pub certificate_refs: Vec<Named>,
    pub mode: &'static str,
}

/// A name.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Named {
    pub name: String,
}

/// Requests of some hosts.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct HttpRouteSpec {
    pub hostnames: Vec<String>,
    pub parent_refs: Vec<Parent>,
    pub rules: Vec<Rule>,
}

/// A Gateway.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Parent {
    pub name: String,
    pub namespace: String,
}

/// Who answers requests of some path.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Rule {
    pub backend_refs: Vec<Backend>,
    pub matches: Vec<Match>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeouts: Option<Timeouts>,
}

/// A port of a Service.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Backend {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    pub port: i32,
}

/// What a request looks like.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Match {
    pub path: PathMatch,
}

/// Its path.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct PathMatch {
    #[serde(rename = "type")]
    pub type_: &'static str,
    pub value: String,
}

/// How long an answer may take.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Timeouts {
    pub request: String,
}
