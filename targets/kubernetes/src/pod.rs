//! Pods: one container, its resources, environment, files and rights. Shared by services and jobs.
use crate::emit::{Emit, Isolation, Room, Texts};
use crate::nodes::{self, Nodes};
use crate::{codes, names, placement, probes};
use ivs_plan::read;
use ivs_target_nodepools::gpu;
use ivs_value::{StructValue, Value};
use k8s_openapi::api::core::v1::{
    Capabilities, ConfigMapEnvSource, ConfigMapVolumeSource, Container, ContainerPort, EnvFromSource, EnvVar,
    EnvVarSource, PodResourceClaim, PodSecurityContext, PodSpec, PodTemplateSpec, ResourceRequirements,
    SeccompProfile, SecretKeySelector, SecurityContext, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::BTreeMap;

/// A template with the declaration's container. `restart` is the pod's restart policy; `None` for the default.
pub fn template(emit: &mut Emit<'_>, room: &Room, restart: Option<&str>) -> PodTemplateSpec {
    let object = emit.object;
    let mut annotations = emit.annotations().unwrap_or_default();
    let (env_from, volumes, mounts) = configs(emit, room, &mut annotations);
    let security = read::nested(object, "security");
    let nodes = nodes::of(emit);
    let (resources, claim) = resources(emit, room, nodes.as_ref());
    let container = Container {
        name: emit.name.clone(),
        image: read::text(object, "image").map(str::to_owned),
        command: read::texts(object, "command"),
        args: read::texts(object, "args"),
        env: env(emit),
        env_from,
        ports: ports(emit),
        liveness_probe: probes::probe(emit, "live"),
        readiness_probe: probes::probe(emit, "ready"),
        startup_probe: probes::probe(emit, "startup"),
        resources: Some(resources),
        security_context: container_security(room.isolation, security),
        volume_mounts: mounts,
        ..Container::default()
    };
    let mut spec = PodSpec {
        automount_service_account_token: Some(read::flag(object, "api_access")),
        containers: vec![container],
        resource_claims: claim.map(|c| vec![c]),
        restart_policy: restart.map(str::to_owned),
        security_context: pod_security(room.isolation, security),
        volumes,
        ..PodSpec::default()
    };
    if let Some(priority) = read::reference(object, "priority") {
        spec.priority_class_name = emit.name_of(priority);
    }
    placement::place(emit, &mut spec, nodes.as_ref());
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(emit.labels()),
            annotations: (!annotations.is_empty()).then_some(annotations),
            ..ObjectMeta::default()
        }),
        spec: Some(spec),
    }
}

/// What the container asks for, and the pod's claim on GPUs where its pool gives them by claims.
fn resources(
    emit: &mut Emit<'_>,
    room: &Room,
    nodes: Option<&Nodes>,
) -> (ResourceRequirements, Option<PodResourceClaim>) {
    let mut requests = BTreeMap::new();
    let mut limits = BTreeMap::new();
    let mut claim = None;
    let mut claims = None;
    let Some(resources) = read::nested(emit.object, "resources") else {
        return (ResourceRequirements::default(), None);
    };
    for (field, name, is_bytes) in
        [("cpu", "cpu", false), ("memory", "memory", true), ("scratch", "ephemeral-storage", true)]
    {
        let Some((low, high)) = read::ends(read::field(resources, field)) else { continue };
        for (side, value) in [(&mut requests, low), (&mut limits, high)] {
            let path = ["resources", field];
            let quantity = if is_bytes { emit.bytes(value, &path) } else { emit.decimal(value, &path) };
            side.insert(name.to_owned(), quantity);
        }
    }
    for (model, count) in read::entries(resources, "gpu") {
        let model = read::key(model);
        if nodes.is_some_and(Nodes::claims) {
            let count = read::base(count).and_then(ivs_value::Number::to_i64).unwrap_or(1);
            let (of_pod, of_container) = nodes::claim(emit, room, count);
            claim = Some(of_pod);
            claims = Some(vec![of_container]);
            continue;
        }
        let device = nodes.map_or_else(|| gpu::device(model).to_owned(), |n| n.device(model));
        let count = emit.decimal(count, &["resources", "gpu", model]);
        requests.insert(device.clone(), count.clone());
        limits.insert(device, count);
    }
    (ResourceRequirements { claims, limits: filled(limits), requests: filled(requests) }, claim)
}

fn filled(map: BTreeMap<String, Quantity>) -> Option<BTreeMap<String, Quantity>> {
    (!map.is_empty()).then_some(map)
}

fn ports(emit: &mut Emit<'_>) -> Option<Vec<ContainerPort>> {
    let mut ports = Vec::new();
    for (name, port) in read::structs(emit.object, "port") {
        if !names::is_port_name(name) {
            emit.find(
                codes::NAME,
                format!("`{name}` is no name of a port"),
                &["port", name],
                Some("at most 15 lower case letters, digits and single `-` between them".into()),
            );
        }
        ports.push(ContainerPort {
            name: Some(name.to_owned()),
            container_port: read::int32(port, "container").unwrap_or_default(),
            protocol: read::text(port, "transport").map(str::to_owned),
            ..ContainerPort::default()
        });
    }
    (!ports.is_empty()).then_some(ports)
}

fn env(emit: &mut Emit<'_>) -> Option<Vec<EnvVar>> {
    let mut env = Vec::new();
    for (key, value) in read::entries(emit.object, "env") {
        let name = read::key(key);
        if !names::is_env_name(name) {
            emit.find(
                codes::ENV_NAME,
                format!("`{name}` is no name of an environment variable"),
                &["env", name],
                Some("printable ASCII without `=`".into()),
            );
        }
        let mut var = EnvVar { name: name.to_owned(), ..EnvVar::default() };
        match value {
            Value::Secret(address) => {
                let Some((secret, key)) = secret(emit, address, &["env", name]) else { continue };
                var.value_from = Some(EnvVarSource {
                    secret_key_ref: Some(SecretKeySelector { key, name: secret, optional: None }),
                    ..EnvVarSource::default()
                });
            }
            value => var.value = Some(read::as_text(value).unwrap_or_default().to_owned()),
        }
        env.push(var);
    }
    (!env.is_empty()).then_some(env)
}

/// The Secret and key that an address means; a finding if it cannot be one.
pub fn secret(emit: &mut Emit<'_>, address: &str, path: &[&str]) -> Option<(String, String)> {
    let found = names::secret(address);
    if found.is_none() {
        emit.find(
            codes::SECRET_KEY,
            format!("`{address}` names no key of a secret"),
            path,
            Some("`secret(\"vault://mount/path#key\")`".into()),
        );
    }
    found
}

type Files = (Option<Vec<EnvFromSource>>, Option<Vec<Volume>>, Option<Vec<VolumeMount>>);

/// Configs as environment and as folders. A digest of their content in the annotations replaces pods when it changes.
fn configs(emit: &mut Emit<'_>, room: &Room, annotations: &mut Texts) -> Files {
    let mut env_from = Vec::new();
    let mut volumes: Vec<Volume> = Vec::new();
    let mut mounts = Vec::new();
    let mut content = String::new();
    for item in read::list(emit.object, "env_from") {
        let Some(name) = config(emit, room, item, "env_from", &mut content) else { continue };
        env_from.push(EnvFromSource {
            config_map_ref: Some(ConfigMapEnvSource { name, optional: None }),
            ..EnvFromSource::default()
        });
    }
    for (path, item) in read::entries(emit.object, "mount") {
        let Some(name) = config(emit, room, item, "mount", &mut content) else { continue };
        let path = read::key(path);
        if !path.starts_with('/') || path.contains(':') {
            emit.find(codes::CONFIG, format!("`{path}` is no absolute path"), &["mount", path], None);
        }
        mounts.push(VolumeMount {
            name: name.clone(),
            mount_path: path.to_owned(),
            read_only: Some(true),
            ..VolumeMount::default()
        });
        if volumes.iter().all(|v| v.name != name) {
            volumes.push(Volume {
                name: name.clone(),
                config_map: Some(ConfigMapVolumeSource { name, ..ConfigMapVolumeSource::default() }),
                ..Volume::default()
            });
        }
    }
    if !content.is_empty() {
        annotations.insert("ivs.dev/config-digest".into(), names::digest(&content, 16));
    }
    fn some<T>(v: Vec<T>) -> Option<Vec<T>> {
        (!v.is_empty()).then_some(v)
    }
    (some(env_from), some(volumes), some(mounts))
}

/// The name of a config; it has to be in the same namespace.
fn config(
    emit: &mut Emit<'_>,
    room: &Room,
    item: &Value,
    field: &str,
    content: &mut String,
) -> Option<String> {
    let Value::Ref(reference) = item else { return None };
    let object = emit.follow(reference)?;
    let name = emit.slug_of(&object, &reference.name)?;
    let other = emit.room_of(&object);
    if other.name != room.name {
        emit.find(
            codes::OTHER_NAMESPACE,
            format!(
                "`{}` is in namespace `{}`, and pods of `{}` cannot read it",
                name, other.name, room.name
            ),
            &[field],
            Some("declare a config in the same namespace".into()),
        );
    }
    for (key, value) in read::entries(&object, "data") {
        for part in [read::key(key), read::as_text(value).unwrap_or_default()] {
            content.push_str(part);
            content.push('\0');
        }
    }
    content.push('\u{1}');
    Some(name)
}

fn pod_security(isolation: Isolation, given: Option<&StructValue>) -> Option<PodSecurityContext> {
    let restricted = isolation == Isolation::Restricted;
    let context = PodSecurityContext {
        run_as_non_root: restricted.then_some(true),
        run_as_user: given.and_then(|s| read::int(s, "user")),
        fs_group: given.and_then(|s| read::int(s, "group")),
        seccomp_profile: (isolation != Isolation::Privileged)
            .then(|| SeccompProfile { localhost_profile: None, type_: "RuntimeDefault".into() }),
        ..PodSecurityContext::default()
    };
    (context != PodSecurityContext::default()).then_some(context)
}

fn container_security(isolation: Isolation, given: Option<&StructValue>) -> Option<SecurityContext> {
    let restricted = isolation == Isolation::Restricted;
    let context = SecurityContext {
        allow_privilege_escalation: restricted.then_some(false),
        capabilities: restricted.then(|| Capabilities { add: None, drop: Some(vec!["ALL".into()]) }),
        read_only_root_filesystem: given.is_some_and(|s| read::flag(s, "read_only")).then_some(true),
        ..SecurityContext::default()
    };
    (context != SecurityContext::default()).then_some(context)
}
