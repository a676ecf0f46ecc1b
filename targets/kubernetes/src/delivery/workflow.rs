//! Work in steps: a WorkflowTemplate of Argo Workflows, whose main template is a graph.
use crate::custom::custom;
use crate::custom::delivery::{CRON_WORKFLOW, WORKFLOW_TEMPLATE};
use crate::emit::{Emit, Isolation, Order};
use crate::{codes, names, network, pod};
use ivs_plan::{Context, Finding, Lowered, Spot, Subject, read};
use ivs_value::{StructValue, Value};
use k8s_openapi::api::core::v1::ServiceAccount;
use k8s_openapi::api::rbac::v1::{PolicyRule, Role, RoleBinding, RoleRef, Subject as Bound};
use serde_json::{Map, Value as Json, json};

/// The template that the others are steps of.
const MAIN: &str = "main";

/// `workflow` → WorkflowTemplate, ServiceAccount, Role, RoleBinding, NetworkPolicy.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let object = emit.object;
        let room = emit.room();
        let mut tasks = Vec::new();
        let mut templates = Vec::new();
        let mut above: Vec<&str> = Vec::new();
        for (key, step) in read::structs(object, "step") {
            let name = step_name(key);
            let after: Vec<&str> = match read::field(step, "after") {
                Value::None => above.last().copied().into_iter().collect(),
                Value::List(items) => items.iter().filter_map(read::as_text).collect(),
                _ => Vec::new(),
            };
            for wanted in &after {
                if !above.contains(wanted) {
                    emit.add(Finding {
                        code: codes::STEP_ORDER,
                        message: format!("no step `{wanted}` stands above `{key}`"),
                        path: ["step", key, "after"].into_iter().map(Into::into).collect(),
                        help: Some(match above.as_slice() {
                            [] => "`after = []`: it is the first one".to_owned(),
                            steps => format!("these do: {}", steps.join(", ")),
                        }),
                        spot: Spot::Value,
                        ..Finding::default()
                    });
                }
            }
            above.push(key);
            let mut task = Map::new();
            task.insert("name".into(), name.clone().into());
            task.insert("template".into(), name.clone().into());
            if !after.is_empty() {
                task.insert(
                    "dependencies".into(),
                    after.iter().map(|a| step_name(a)).collect::<Vec<_>>().into(),
                );
            }
            tasks.push(Json::Object(task));
            templates.push(template(emit, key, &name, step));
        }
        let account = names::fit(&format!("{}-steps", emit.name), names::LABEL);
        let mut spec = Map::new();
        let parameters: Vec<Json> = read::entries(object, "parameters")
            .iter()
            .map(|(k, v)| json!({ "name": read::key(k), "value": read::as_text(v) }))
            .collect();
        if !parameters.is_empty() {
            spec.insert("arguments".into(), json!({ "parameters": parameters }));
        }
        if !read::field(object, "deadline").is_none() {
            let seconds = emit.seconds(read::field(object, "deadline"), &["deadline"]);
            spec.insert("activeDeadlineSeconds".into(), seconds.into());
        }
        spec.insert("entrypoint".into(), MAIN.into());
        spec.insert("parallelism".into(), json!(read::int(object, "parallel")));
        spec.insert("podGC".into(), json!({ "strategy": "OnPodSuccess" }));
        spec.insert("podMetadata".into(), json!({ "labels": emit.labels() }));
        let mut security = Map::new();
        security.insert("runAsNonRoot".into(), (room.isolation != Isolation::Privileged).into());
        security.insert("seccompProfile".into(), json!({ "type": "RuntimeDefault" }));
        if let Some(given) = read::nested(object, "security") {
            for (field, to) in [("user", "runAsUser"), ("group", "fsGroup")] {
                if let Some(id) = read::int(given, field) {
                    security.insert(to.into(), id.into());
                }
            }
        }
        spec.insert("securityContext".into(), security.into());
        spec.insert("serviceAccountName".into(), account.clone().into());
        let mut all = vec![json!({ "name": MAIN, "dag": { "tasks": tasks } })];
        all.extend(templates);
        spec.insert("templates".into(), all.into());
        let keep = emit.seconds32(read::field(object, "keep"), &["keep"]);
        spec.insert("ttlStrategy".into(), json!({ "secondsAfterCompletion": keep }));
        let meta = emit.meta(&emit.name, Some(&room.name));
        emit.push(Order::Workload, &custom(WORKFLOW_TEMPLATE, meta, Json::Object(spec)));
        clock(emit, &room.name);
        reporter(emit, &account, &room.name);
        if room.closed {
            network::workflow(emit, &room);
        }
    })
}

/// Starts it by itself, one run at a time. Argo 4 takes several schedules; the kind has one.
fn clock(emit: &mut Emit<'_>, namespace: &str) {
    let Some(schedule) = read::text(emit.object, "schedule") else { return };
    let spec = json!({
        "concurrencyPolicy": "Forbid",
        "schedules": [schedule],
        "startingDeadlineSeconds": 300,
        "timezone": read::text(emit.object, "zone"),
        "workflowSpec": { "workflowTemplateRef": { "name": emit.name } },
    });
    let meta = emit.meta(&emit.name, Some(namespace));
    emit.push(Order::Autoscaler, &custom(CRON_WORKFLOW, meta, spec));
}

/// A step's name: `main` is taken.
fn step_name(key: &str) -> String {
    match names::dns(key, names::LABEL) {
        Some(name) if name != MAIN => name,
        Some(name) => format!("{name}-step"),
        None => format!("step-{}", names::digest(key, 8)),
    }
}

fn template(emit: &mut Emit<'_>, key: &str, name: &str, step: &StructValue) -> Json {
    let mut template = Map::new();
    template.insert("name".into(), name.into());
    if let Some(does) = read::text(step, "does") {
        template.insert("metadata".into(), json!({ "annotations": { "ivs.dev/does": does } }));
    }
    let deadline = read::field(step, "deadline");
    if read::flag(step, "approval") {
        let mut suspend = Map::new();
        if !deadline.is_none() {
            let seconds = emit.seconds(deadline, &["step", key, "deadline"]);
            suspend.insert("duration".into(), format!("{seconds}s").into());
        }
        template.insert("suspend".into(), suspend.into());
        return template.into();
    }
    if !deadline.is_none() {
        let seconds = emit.seconds(deadline, &["step", key, "deadline"]);
        template.insert("activeDeadlineSeconds".into(), seconds.into());
    }
    let retries = read::int(step, "retries").unwrap_or(0);
    if retries > 0 {
        template.insert(
            "retryStrategy".into(),
            json!({ "limit": retries.to_string(), "retryPolicy": "OnFailure" }),
        );
    }
    let mut container = Map::new();
    container.insert("image".into(), json!(read::text(step, "image")));
    for field in ["command", "args"] {
        if let Some(words) = read::texts(step, field) {
            container.insert(field.into(), words.into());
        }
    }
    let mut env = Vec::new();
    for (variable, value) in read::entries(step, "env") {
        let variable = read::key(variable);
        if !names::is_env_name(variable) {
            emit.find(
                codes::ENV_NAME,
                format!("`{variable}` is no name of an environment variable"),
                &["step", key, "env", variable],
                None,
            );
        }
        match value {
            Value::Secret(address) => {
                if let Some((secret, entry)) = pod::secret(emit, address, &["step", key, "env", variable]) {
                    let from = json!({ "secretKeyRef": { "key": entry, "name": secret } });
                    env.push(json!({ "name": variable, "valueFrom": from }));
                }
            }
            other => env.push(json!({ "name": variable, "value": read::as_text(other) })),
        }
    }
    if !env.is_empty() {
        container.insert("env".into(), env.into());
    }
    let (mut requests, mut limits) = (Map::new(), Map::new());
    if let Some(resources) = read::nested(step, "resources") {
        for resource in ["cpu", "memory"] {
            let Some((low, high)) = read::ends(read::field(resources, resource)) else { continue };
            let path = ["step", key, "resources", resource];
            for (side, value) in [(&mut requests, low), (&mut limits, high)] {
                let amount =
                    if resource == "cpu" { emit.decimal(value, &path) } else { emit.bytes(value, &path) };
                side.insert(resource.into(), amount.0.into());
            }
        }
    }
    container.insert("resources".into(), json!({ "limits": limits, "requests": requests }));
    let read_only = read::nested(emit.object, "security").is_some_and(|s| read::flag(s, "read_only"));
    container.insert(
        "securityContext".into(),
        json!({
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
            "readOnlyRootFilesystem": read_only,
        }),
    );
    template.insert("container".into(), container.into());
    template.into()
}

/// The account of the steps: Argo's executor reports their results by it, and it may nothing else.
/// (argo-workflows.readthedocs.io/en/latest/workflow-rbac)
fn reporter(emit: &mut Emit<'_>, account: &str, namespace: &str) {
    let meta = |emit: &Emit<'_>| emit.meta(account, Some(namespace));
    let object = ServiceAccount { metadata: meta(emit), ..ServiceAccount::default() };
    emit.push(Order::Account, &object);
    let role = Role {
        metadata: meta(emit),
        rules: Some(vec![PolicyRule {
            api_groups: Some(vec!["argoproj.io".into()]),
            resources: Some(vec!["workflowtaskresults".into()]),
            verbs: vec!["create".into(), "patch".into()],
            ..PolicyRule::default()
        }]),
    };
    emit.push(Order::Role, &role);
    let binding = RoleBinding {
        metadata: meta(emit),
        role_ref: RoleRef {
            api_group: Some("rbac.authorization.k8s.io".into()),
            kind: "Role".into(),
            name: account.into(),
        },
        subjects: Some(vec![Bound {
            kind: "ServiceAccount".into(),
            name: account.into(),
            namespace: Some(namespace.into()),
            ..Bound::default()
        }]),
    };
    emit.push(Order::Binding, &binding);
}
