//! What comes out, object by object.
mod common;
use common::*;

#[test]
fn workspace_service() {
    insta::assert_snapshot!(nmox().file("nmox-studio/workspace-service.yaml"));
}

#[test]
fn program_namespace_and_quota() {
    insta::assert_snapshot!(pluma().file("ampel360-bwq200/ampel360-bwq200.yaml"));
}

#[test]
fn queue_builder_scales_by_two_metrics_with_both_behaviors() {
    insta::assert_snapshot!(pluma().text("HorizontalPodAutoscaler"));
}

#[test]
fn sweep_of_ten_thousand_runs() {
    insta::assert_snapshot!(pluma().file("ampel360-bwq200/cfd.yaml"));
    insta::assert_snapshot!("sweep_queue", pluma().file("_cluster/cfd.yaml"));
}

#[test]
fn scaling_by_time_and_events_from_zero() {
    insta::assert_snapshot!(rest().file("shop/checkout.yaml"));
}

#[test]
fn everything_else() {
    let all: Vec<String> = rest()
        .files()
        .iter()
        .filter(|f| !f.path.ends_with("checkout.yaml"))
        .map(|f| format!("# {}\n{}", f.path, f.text))
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_fixed_number_of_replicas_is_the_deployments_and_a_range_is_the_autoscalers() {
    let with = |replicas| {
        let mut p = Package::default();
        p.service(
            "a",
            vec![("scaling", scaling(replicas, vec![("target", map([("cpu", utilization(70))]))]))],
        );
        let kinds: Vec<_> =
            p.artifacts().iter().map(|a| a.identity.split(' ').nth(1).unwrap().to_owned()).collect();
        (
            p.text("Deployment").contains("\n  replicas: "),
            kinds.contains(&"HorizontalPodAutoscaler".to_owned()),
        )
    };
    assert_eq!(with(range(n(3), n(100))), (false, true));
    assert_eq!(with(range(n(3), n(3))), (true, false));
    assert_eq!(with(n(1)), (true, false));
}

#[test]
fn metrics_are_in_the_order_in_which_servers_give_them_back() {
    let text = nmox().text("HorizontalPodAutoscaler");
    assert!(text.find("name: memory").unwrap() < text.find("name: cpu").unwrap());
}

#[test]
fn objects_of_a_service_stand_in_apply_order() {
    let file = nmox().file("nmox-studio/workspace-service.yaml");
    let kinds: Vec<_> = file.lines().filter_map(|l| l.strip_prefix("kind: ")).collect();
    assert_eq!(
        kinds,
        [
            "NetworkPolicy",
            "ServiceAccount",
            "Service",
            "Deployment",
            "HorizontalPodAutoscaler",
            "VerticalPodAutoscaler",
            "PodDisruptionBudget",
            "HTTPRoute"
        ]
    );
}

#[test]
fn output_does_not_depend_on_the_order_of_artifacts() {
    use ivs_plan::Target;
    let artifacts = rest().artifacts();
    let forward = ivs_target_kubernetes::Kubernetes
        .join(&mut artifacts.iter().collect(), ivs_plan::Layout::Declaration);
    let backward = ivs_target_kubernetes::Kubernetes
        .join(&mut artifacts.iter().rev().collect(), ivs_plan::Layout::Declaration);
    assert_eq!(forward, backward);
    assert!(forward.is_sorted_by(|a, b| a.path < b.path));
}

#[test]
fn a_config_that_changes_replaces_the_pods_that_use_it() {
    let with = |threads: &str| {
        let mut p = Package::default();
        let config = p.add("config", "limits", vec![("data", map([("THREADS", s(threads))]))]);
        p.service("a", vec![("env_from", list([config]))]);
        p.text("Deployment")
    };
    assert_ne!(with("4"), with("8"));
    assert_eq!(with("4"), with("4"));
}

#[test]
fn no_two_objects_have_the_same_identity() {
    for package in [nmox(), pluma(), rest()] {
        let artifacts = package.artifacts();
        let mut seen = std::collections::BTreeSet::new();
        for artifact in &artifacts {
            assert!(seen.insert(&artifact.identity), "{}", artifact.identity);
            assert!(artifact.text.ends_with('\n') && !artifact.text.contains("---"));
        }
    }
}
