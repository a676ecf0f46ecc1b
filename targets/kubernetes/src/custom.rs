//! Custom resources: the fields that are emitted, in the shape of their definitions. Fields are sorted by name, as
//! in the built-in types. A test holds every object to the definition of its release.
pub mod data;
pub mod delivery;
pub mod envoy;
pub mod gateway;
pub mod karpenter;
pub mod keda;
pub mod kueue;
pub mod observe;
pub mod vpa;

use crate::emit::Object;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

/// An object of a custom resource.
#[derive(Serialize, Clone, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Custom<S> {
    /// Group and version.
    pub api_version: &'static str,
    /// Kind.
    pub kind: &'static str,
    /// Name and labels.
    pub metadata: ObjectMeta,
    /// What is wanted.
    pub spec: S,
}

/// The object, with its identity.
pub fn custom<S>(
    (api_version, kind): (&'static str, &'static str),
    metadata: ObjectMeta,
    spec: S,
) -> Custom<S> {
    Custom { api_version, kind, metadata, spec }
}

impl<S: Serialize> Object for Custom<S> {
    fn kind(&self) -> (&'static str, &'static str) {
        (self.api_version, self.kind)
    }
    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }
}

impl Object for kueue::WorkloadPriorityClass {
    fn kind(&self) -> (&'static str, &'static str) {
        (self.api_version, self.kind)
    }
    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }
}
