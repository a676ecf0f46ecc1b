//! Custom resources of the federation: the fields that are emitted.
use crate::emit::Texts;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// SPIRE Controller Manager, whose definition is
/// <https://github.com/spiffe/spire-controller-manager/blob/main/config/crd/bases/spire.spiffe.io_clusterfederatedtrustdomains.yaml>.
pub const TRUST_DOMAIN: (&str, &str) = ("spire.spiffe.io/v1alpha1", "ClusterFederatedTrustDomain");
/// Strimzi 1.2: a topic.
pub const TOPIC: (&str, &str) = ("kafka.strimzi.io/v1", "KafkaTopic");
/// Strimzi 1.2: a client with rights.
pub const USER: (&str, &str) = ("kafka.strimzi.io/v1", "KafkaUser");
/// Strimzi 1.2: copies topics between clusters.
pub const MIRROR: (&str, &str) = ("kafka.strimzi.io/v1", "KafkaMirrorMaker2");
/// Istio 1.30: whether connections need identities.
pub const PEERS: (&str, &str) = ("security.istio.io/v1", "PeerAuthentication");
/// Istio 1.30: who may ask what.
pub const AUTHORIZATION: (&str, &str) = ("security.istio.io/v1", "AuthorizationPolicy");
/// Istio 1.30: what is written down.
pub const TELEMETRY: (&str, &str) = ("telemetry.istio.io/v1", "Telemetry");
/// CloudNativePG 1.30: tables that are given.
pub const PUBLICATION: (&str, &str) = ("postgresql.cnpg.io/v1", "Publication");
/// CloudNativePG 1.30: tables that are taken.
pub const SUBSCRIPTION: (&str, &str) = ("postgresql.cnpg.io/v1", "Subscription");

/// Settings of Kafka, by name.
pub type Settings = BTreeMap<&'static str, Json>;

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct TrustDomainSpec {
    pub bundle_endpoint_profile: Profile,
    #[serde(rename = "bundleEndpointURL")]
    pub bundle_endpoint_url: String,
    pub trust_domain: String,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Profile {
    /// The server's identity, for `https_spiffe` and only there.
    #[serde(rename = "endpointSPIFFEID", skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct TopicSpec {
    pub config: Settings,
    pub partitions: i32,
    pub replicas: i32,
    pub topic_name: String,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct UserSpec {
    pub authentication: Type,
    pub authorization: Acls,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Type {
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Acls {
    pub acls: Vec<Acl>,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Acl {
    pub operations: Vec<&'static str>,
    pub resource: AclResource,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct AclResource {
    pub name: String,
    pub pattern_type: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct MirrorSpec {
    pub mirrors: Vec<Mirror>,
    pub replicas: i32,
    pub target: Cluster,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Mirror {
    pub source: Cluster,
    pub source_connector: Connector,
    pub topics_pattern: String,
}

/// A Kafka cluster as MirrorMaker sees it; the topics for its own state only at the target.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Cluster {
    pub alias: String,
    pub authentication: Authentication,
    pub bootstrap_servers: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub config: Settings,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_storage_topic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_storage_topic: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_storage_topic: Option<String>,
    pub tls: Tls,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Authentication {
    pub certificate_and_key: CertificateAndKey,
    #[serde(rename = "type")]
    pub kind: &'static str,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct CertificateAndKey {
    pub certificate: &'static str,
    pub key: &'static str,
    pub secret_name: String,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Tls {
    pub trusted_certificates: Vec<Trusted>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Trusted {
    pub certificate: &'static str,
    pub secret_name: String,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Connector {
    pub config: Settings,
    pub tasks_max: i32,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Selector {
    pub match_labels: Texts,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct PeersSpec {
    pub mtls: Mode,
    pub selector: Selector,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Mode {
    pub mode: &'static str,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct AuthorizationSpec {
    pub action: &'static str,
    pub rules: Vec<Rule>,
    pub selector: Selector,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Rule {
    pub from: Vec<From>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<To>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct From {
    pub source: Source,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Source {
    pub trust_domains: Vec<String>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct To {
    pub operation: Operation,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Operation {
    pub paths: Vec<String>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct TelemetrySpec {
    pub access_logging: Vec<AccessLogging>,
    pub selector: Selector,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct AccessLogging {
    pub providers: Vec<Name>,
}

/// Something by name.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Name {
    pub name: String,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct PublicationSpec {
    pub cluster: Name,
    pub dbname: String,
    pub name: String,
    pub target: PublicationTarget,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct PublicationTarget {
    pub objects: Vec<PublicationObject>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct PublicationObject {
    pub table: Table,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub struct Table {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
}

#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct SubscriptionSpec {
    pub cluster: Name,
    pub dbname: String,
    pub external_cluster_name: String,
    pub name: String,
    #[serde(rename = "publicationDBName")]
    pub publication_database: String,
    pub publication_name: String,
}
