//! Work that ends: Job, CronJob, and a sweep's Indexed Job.
use crate::emit::{Emit, Order, Room};
use crate::{names, pod};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::Value;
use k8s_openapi::api::batch::v1::{
    CronJob, CronJobSpec, Job, JobSpec, JobTemplateSpec, PodFailurePolicy,
    PodFailurePolicyOnPodConditionsPattern, PodFailurePolicyRule,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

/// `job` → Job.
pub fn job(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let room = emit.room();
        let mut spec = common(emit, &room);
        spec.backoff_limit = Some(emit.int32(read::field(emit.object, "retries"), &["retries"]));
        let name = emit.name.clone();
        push(emit, &room, &name, spec);
    })
}

/// `sweep` → Indexed Job. A run that fails is repeated by itself; losing a node is no failure.
pub fn sweep(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let room = emit.room();
        let mut spec = common(emit, &room);
        let runs = emit.int32(read::field(emit.object, "runs"), &["runs"]);
        spec.completion_mode = Some("Indexed".into());
        spec.completions = Some(runs);
        spec.parallelism = Some(emit.int32(read::field(emit.object, "parallel"), &["parallel"]));
        spec.backoff_limit_per_index = Some(emit.int32(read::field(emit.object, "retries"), &["retries"]));
        let max_failed = read::field(emit.object, "max_failed");
        if !max_failed.is_none() {
            spec.max_failed_indexes = Some(emit.int32(max_failed, &["max_failed"]));
        }
        // Pods are called `name-index`, as a DNS label.
        let digits = (runs - 1).to_string().len();
        let name = names::fit(&emit.name, names::LABEL.saturating_sub(1 + digits));
        push(emit, &room, &name, spec);
    })
}

/// `cron-job` → CronJob.
pub fn cron_job(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let room = emit.room();
        let mut spec = common(emit, &room);
        spec.backoff_limit = Some(emit.int32(read::field(emit.object, "retries"), &["retries"]));
        let late = read::field(emit.object, "late");
        let meta = emit.meta(&names::fit(&emit.name, names::CRON_JOB), Some(&room.name));
        let object = CronJob {
            metadata: meta,
            spec: CronJobSpec {
                concurrency_policy: read::text(emit.object, "concurrency").map(str::to_owned),
                job_template: JobTemplateSpec {
                    metadata: Some(ObjectMeta { labels: Some(emit.labels()), ..ObjectMeta::default() }),
                    spec: Some(spec),
                },
                schedule: read::text(emit.object, "schedule").unwrap_or_default().to_owned(),
                starting_deadline_seconds: if late.is_none() {
                    None
                } else {
                    Some(emit.seconds(late, &["late"]))
                },
                time_zone: read::text(emit.object, "zone").map(str::to_owned),
                ..CronJobSpec::default()
            },
            status: None,
        };
        emit.push(Order::Workload, &object);
    })
}

/// What all Jobs have. Pods are never restarted in place, so that the failure policy sees each failure.
fn common(emit: &mut Emit<'_>, room: &Room) -> JobSpec {
    let mut template = pod::template(emit, room, Some("Never"));
    let deadline = read::field(emit.object, "deadline");
    let seconds = if deadline.is_none() { None } else { Some(emit.seconds(deadline, &["deadline"])) };
    // Karpenter moves pods to save money; a run that is moved begins anew.
    let keep = seconds.map_or_else(|| "true".to_owned(), go_duration);
    template
        .metadata
        .get_or_insert_default()
        .annotations
        .get_or_insert_default()
        .insert("karpenter.sh/do-not-disrupt".into(), keep);
    let after = read::field(emit.object, "keep");
    JobSpec {
        active_deadline_seconds: seconds,
        pod_failure_policy: Some(PodFailurePolicy {
            rules: vec![PodFailurePolicyRule {
                action: "Ignore".into(),
                on_exit_codes: None,
                on_pod_conditions: Some(vec![PodFailurePolicyOnPodConditionsPattern {
                    status: Some("True".into()),
                    type_: "DisruptionTarget".into(),
                }]),
            }],
        }),
        template,
        ttl_seconds_after_finished: if after.is_none() {
            None
        } else {
            Some(emit.seconds32(after, &["keep"]))
        },
        ..JobSpec::default()
    }
}

/// As Go prints durations: `48h0m0s`.
fn go_duration(seconds: i64) -> String {
    format!("{}h{}m{}s", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn push(emit: &mut Emit<'_>, room: &Room, name: &str, spec: JobSpec) {
    let mut meta = emit.meta(name, Some(&room.name));
    for (field, label) in
        [("queue", "kueue.x-k8s.io/queue-name"), ("queue_priority", "kueue.x-k8s.io/priority-class")]
    {
        if let Value::Ref(reference) = read::field(emit.object, field)
            && let Some(value) = emit.name_of(reference)
        {
            meta.labels.get_or_insert_default().insert(label.to_owned(), value);
        }
    }
    let object = Job { metadata: meta, spec: Some(spec), status: None };
    emit.push(Order::Workload, &object);
}
