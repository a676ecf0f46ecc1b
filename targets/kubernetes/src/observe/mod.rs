//! Observability: what is scraped, which promises are watched, what is shown.
mod alert;
mod dashboard;
mod monitor;
pub mod openslo;
mod promise;
mod promql;
mod rules;

use ivs_plan::Lowering;

macro_rules! slo {
    ($($own:literal),* $(,)?) => {
        &[
            "slug", "labels", "version", "title", "namespace", "slo.availability", "slo.latency.below",
            "slo.latency.at_most", "slo.window", "slo.runbook", "slo.measured.requests", "slo.measured.errors",
            "slo.measured.failed", "slo.measured.duration", "slo.measured.select", $($own),*
        ]
    };
}

/// Lowerings to Kubernetes.
pub const LOWERINGS: &[Lowering] = &[
    Lowering {
        name: "monitor",
        kind: "service",
        reads: &[
            "slug",
            "labels",
            "version",
            "annotations",
            "patch",
            "namespace",
            "port.container",
            "port.service",
            "port.transport",
            "metrics.port",
            "metrics.path",
            "metrics.every",
            "metrics.timeout",
            "metrics.from",
        ],
        run: monitor::lower,
    },
    Lowering { name: "promise", kind: "service", reads: slo!["annotations", "patch"], run: rules::service },
    Lowering { name: "objective", kind: "objective", reads: slo!["patch"], run: rules::objective },
    Lowering {
        name: "alert",
        kind: "alert",
        reads: &[
            "slug",
            "labels",
            "version",
            "title",
            "patch",
            "namespace",
            "metric",
            "quantile",
            "over",
            "by",
            "select",
            "above",
            "below",
            "lasting",
            "severity",
            "runbook",
        ],
        run: alert::lower,
    },
    Lowering {
        name: "dashboard",
        kind: "dashboard",
        reads: &[
            "slug",
            "labels",
            "version",
            "title",
            "patch",
            "namespace",
            "services",
            "objectives",
            "panel.metric",
            "panel.quantile",
            "panel.by",
            "panel.select",
            "panel.as",
            "panel.width",
            "folder",
            "refresh",
            "shows",
        ],
        run: dashboard::lower,
    },
];

/// Lowerings to OpenSLO.
pub const OPENSLO: &[Lowering] = &[
    Lowering { name: "promise", kind: "service", reads: slo![], run: openslo::lower },
    Lowering { name: "objective", kind: "objective", reads: slo![], run: openslo::lower },
];
