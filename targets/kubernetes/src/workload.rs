//! A service's Deployment, Service and ServiceAccount.
use crate::emit::{Emit, Order, Room};
use crate::{amounts, autoscaler, codes, pod};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::Value;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy, RollingUpdateDeployment};
use k8s_openapi::api::core::v1::{Service, ServiceAccount, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// `service` → Deployment, Service, ServiceAccount.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let room = emit.room();
        let object = emit.object;
        let namespace = Some(room.name.as_str());
        let mut template = pod::template(emit, &room, None);
        let account = read::text(object, "account");
        if let Some(spec) = &mut template.spec {
            spec.service_account_name = Some(account.unwrap_or(&emit.name).to_owned());
            if !matches!(read::field(object, "grace"), Value::None) {
                let grace = emit.seconds(read::field(object, "grace"), &["grace"]);
                // 30 s is what Kubernetes gives where nothing is said.
                spec.termination_grace_period_seconds = Some(grace).filter(|s| *s != 30);
            }
        }
        if account.is_none() {
            let account = ServiceAccount {
                automount_service_account_token: Some(false),
                metadata: emit.meta(&emit.name, namespace),
                ..ServiceAccount::default()
            };
            emit.push(Order::Account, &account);
        }
        service(emit, &room);

        let replicas = autoscaler::fixed_replicas(emit);
        let deployment = Deployment {
            metadata: emit.meta(&emit.name, namespace),
            spec: Some(DeploymentSpec {
                replicas,
                selector: emit.label_selector(),
                strategy: Some(strategy(emit)),
                template,
                ..DeploymentSpec::default()
            }),
            status: None,
        };
        emit.push(Order::Workload, &deployment);
    })
}

fn strategy(emit: &mut Emit<'_>) -> DeploymentStrategy {
    let rollout = read::nested(emit.object, "rollout");
    let mut part = |field: &str, otherwise: IntOrString| {
        let Some(value) = rollout.map(|r| read::field(r, field)).filter(|v| !v.is_none()) else {
            return otherwise;
        };
        amounts::count_or_part(value).unwrap_or_else(|| {
            let shown = ivs_value::display(value);
            emit.find(
                codes::WHOLE,
                format!("{shown} is neither a count nor a whole percent"),
                &["rollout", field],
                None,
            );
            otherwise
        })
    };
    let surge = part("surge", IntOrString::String("25%".into()));
    let unavailable = part("unavailable", IntOrString::Int(0));
    let zero = |v: &IntOrString| {
        matches!(v, IntOrString::Int(0)) || matches!(v, IntOrString::String(s) if s == "0%")
    };
    if zero(&surge) && zero(&unavailable) {
        emit.find(
            codes::STUCK_ROLLOUT,
            "with neither more nor fewer pods than wanted, none can be replaced".into(),
            &["rollout"],
            Some("`rollout { surge = 25% }`, or `unavailable = 1` where there is no room for more".into()),
        );
    }
    DeploymentStrategy {
        rolling_update: Some(RollingUpdateDeployment {
            max_surge: Some(surge),
            max_unavailable: Some(unavailable),
        }),
        type_: Some("RollingUpdate".into()),
    }
}

/// Inside the cluster only: the way in is a gateway's route.
fn service(emit: &mut Emit<'_>, room: &Room) {
    let mut ports = Vec::new();
    for (name, port) in read::structs(emit.object, "port") {
        let Some(number) = read::int32(port, "service") else { continue };
        ports.push(ServicePort {
            name: Some(name.to_owned()),
            port: number,
            protocol: read::text(port, "transport").map(str::to_owned),
            target_port: Some(IntOrString::String(name.to_owned())),
            ..ServicePort::default()
        });
    }
    if ports.is_empty() {
        return;
    }
    if emit.name.starts_with(|c: char| c.is_ascii_digit()) {
        emit.find(
            codes::NAME,
            format!("`{}` cannot name a Service, which begins with a letter", emit.name),
            &["slug"],
            Some("set `slug`".into()),
        );
    }
    let service = Service {
        metadata: emit.meta(&emit.name, Some(&room.name)),
        spec: Some(ServiceSpec {
            ports: Some(ports),
            selector: Some(emit.selector()),
            type_: Some("ClusterIP".into()),
            ..ServiceSpec::default()
        }),
        status: None,
    };
    emit.push(Order::Service, &service);
}
