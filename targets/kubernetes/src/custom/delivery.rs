//! Argo CD 3.5, Flux 2, Argo Workflows 4.1.

const ARGO: &str = "argoproj.io/v1alpha1";
/// Identity of an AppProject.
pub const APP_PROJECT: (&str, &str) = (ARGO, "AppProject");
/// Identity of an ApplicationSet.
pub const APPLICATION_SET: (&str, &str) = (ARGO, "ApplicationSet");
/// Identity of a WorkflowTemplate.
pub const WORKFLOW_TEMPLATE: (&str, &str) = (ARGO, "WorkflowTemplate");
/// Identity of a CronWorkflow.
pub const CRON_WORKFLOW: (&str, &str) = (ARGO, "CronWorkflow");
/// Identity of an OCIRepository.
pub const OCI_REPOSITORY: (&str, &str) = ("source.toolkit.fluxcd.io/v1", "OCIRepository");
/// Identity of a GitRepository.
pub const GIT_REPOSITORY: (&str, &str) = ("source.toolkit.fluxcd.io/v1", "GitRepository");
/// Identity of a Kustomization of Flux.
pub const KUSTOMIZATION: (&str, &str) = ("kustomize.toolkit.fluxcd.io/v1", "Kustomization");
