//! Rules that the API server holds what is created to.
use crate::emit::{Emit, Order};
use k8s_openapi::api::admissionregistration::v1::{
    MatchResources, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
    ValidatingAdmissionPolicyBindingSpec, ValidatingAdmissionPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, LabelSelectorRequirement};

/// A policy of a name, with the binding that applies it in some namespaces: `action` is `Deny`, `Warn` or `Audit`.
pub fn hold(
    emit: &mut Emit<'_>,
    name: String,
    rooms: Vec<String>,
    action: &str,
    spec: ValidatingAdmissionPolicySpec,
) {
    let policy =
        ValidatingAdmissionPolicy { metadata: emit.meta(&name, None), spec: Some(spec), status: None };
    emit.push(Order::Role, &policy);
    let among = LabelSelector {
        match_expressions: Some(vec![LabelSelectorRequirement {
            key: "kubernetes.io/metadata.name".into(),
            operator: "In".into(),
            values: Some(rooms),
        }]),
        match_labels: None,
    };
    let binding = ValidatingAdmissionPolicyBinding {
        metadata: emit.meta(&name, None),
        spec: ValidatingAdmissionPolicyBindingSpec {
            match_resources: Some(MatchResources {
                namespace_selector: Some(among),
                ..MatchResources::default()
            }),
            policy_name: name,
            validation_actions: vec![action.to_owned()],
            ..ValidatingAdmissionPolicyBindingSpec::default()
        },
    };
    emit.push(Order::Binding, &binding);
}
