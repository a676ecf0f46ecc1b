//! Permissions: Role and RoleBinding, or ClusterRole and ClusterRoleBinding.
use crate::codes;
use crate::emit::{Emit, Order};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::{TaggedValue, Value};
use k8s_openapi::api::rbac::v1::{
    ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject as Who,
};

const GROUP: &str = "rbac.authorization.k8s.io";

/// `role` → Role and RoleBinding in its namespace, else ClusterRole and ClusterRoleBinding.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let rules: Vec<_> = read::structs(emit.object, "rule")
            .map(|(_, rule)| PolicyRule {
                api_groups: Some(read::texts(rule, "groups").unwrap_or_else(|| vec![String::new()])),
                resources: read::texts(rule, "resources"),
                resource_names: read::texts(rule, "names"),
                verbs: read::texts(rule, "verbs").unwrap_or_default(),
                non_resource_urls: None,
            })
            .collect();
        let mut subjects = Vec::new();
        for item in read::list(emit.object, "subjects") {
            if let Value::Member(member) = item {
                subjects.extend(who(emit, member));
            }
        }
        let subjects = (!subjects.is_empty()).then_some(subjects);
        let name = emit.name.clone();
        let reference =
            |kind: &str| RoleRef { api_group: Some(GROUP.into()), kind: kind.into(), name: name.clone() };
        if read::reference(emit.object, "namespace").is_some() {
            let room = emit.room();
            let meta = emit.meta(&name, Some(&room.name));
            let role = Role { metadata: meta.clone(), rules: Some(rules) };
            emit.push(Order::Role, &role);
            if subjects.is_some() {
                let binding = RoleBinding { metadata: meta, role_ref: reference("Role"), subjects };
                emit.push(Order::Binding, &binding);
            }
        } else {
            let meta = emit.meta(&name, None);
            let role = ClusterRole { aggregation_rule: None, metadata: meta.clone(), rules: Some(rules) };
            emit.push(Order::Role, &role);
            if subjects.is_some() {
                let binding =
                    ClusterRoleBinding { metadata: meta, role_ref: reference("ClusterRole"), subjects };
                emit.push(Order::Binding, &binding);
            }
        }
    })
}

fn who(emit: &mut Emit<'_>, member: &TaggedValue) -> Option<Who> {
    let fields = member.fields.as_deref()?;
    let named = |kind: &str| {
        let name = read::text(fields, "name").unwrap_or_default().to_owned();
        Who { api_group: Some(GROUP.into()), kind: kind.into(), name, namespace: None }
    };
    match member.name.as_str() {
        "user" => Some(named("User")),
        "group" => Some(named("Group")),
        _ => {
            let reference = read::reference(fields, "of")?;
            let service = emit.follow(reference)?;
            let name = match read::text(&service, "account") {
                Some(account) => account.to_owned(),
                None => emit.slug_of(&service, &reference.name)?,
            };
            if !read::flag(&service, "api_access") {
                emit.find(
                    codes::NO_TOKEN,
                    format!("pods of `{name}` get no token, so the role is of no use to them"),
                    &["subjects"],
                    Some(format!("set `api_access = true` in service `{}`", reference.name)),
                );
            }
            let namespace = Some(emit.room_of(&service).name);
            Some(Who { api_group: None, kind: "ServiceAccount".into(), name, namespace })
        }
    }
}
