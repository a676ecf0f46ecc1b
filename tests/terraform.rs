//! What becomes of a platform in Terraform: one declaration for three providers, references that lead somewhere, money and
//! texts that arrive as they were declared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod examples;
mod support;

use hcl::expr::{Expression, TraversalOperator};
use hcl::structure::Structure;
use ivs_plan::OutputFile;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The corpus that `.ci/suites/terraform.sh` plans and applies, too.
fn platform() -> examples::Example {
    examples::load(&support::root().join("tests/terraform/platform"))
}

fn terraform(files: &[OutputFile]) -> BTreeMap<String, String> {
    let own = files.iter().filter(|f| f.path.starts_with("terraform/"));
    own.map(|f| (f.path.clone(), f.text.to_string())).collect()
}

fn parse(path: &str, text: &str) -> hcl::Body {
    hcl::parse(text).unwrap_or_else(|e| panic!("{path}: {e}\n{text}"))
}

/// Addresses of the resources and data sources of a folder, and what its variables are called.
fn declared(files: &BTreeMap<String, String>, folder: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with(folder)) {
        for block in parse(path, text).blocks() {
            let labels: Vec<&str> = block.labels.iter().map(|l| l.as_str()).collect();
            found.insert(match block.identifier.as_str() {
                "resource" => labels.join("."),
                "variable" => format!("var.{}", labels[0]),
                "data" => format!("data.{}", labels.join(".")),
                _ => continue,
            });
        }
    }
    found
}

/// Every reference of a body, as far as it names a block.
fn references(body: &hcl::Body, out: &mut BTreeSet<String>) {
    for structure in body {
        match structure {
            Structure::Attribute(a) => in_expression(&a.expr, out),
            Structure::Block(b) => references(&b.body, out),
        }
    }
}

fn in_expression(expr: &Expression, out: &mut BTreeSet<String>) {
    match expr {
        Expression::Array(items) => items.iter().for_each(|i| in_expression(i, out)),
        Expression::Object(fields) => fields.iter().for_each(|(_, v)| in_expression(v, out)),
        Expression::FuncCall(call) => call.args.iter().for_each(|a| in_expression(a, out)),
        Expression::Operation(op) => match &**op {
            hcl::expr::Operation::Binary(op) => {
                in_expression(&op.lhs_expr, out);
                in_expression(&op.rhs_expr, out);
            }
            hcl::expr::Operation::Unary(op) => in_expression(&op.expr, out),
        },
        Expression::TemplateExpr(template) => {
            let parsed = hcl::Template::from_expr(template).unwrap();
            for element in parsed.elements() {
                if let hcl::template::Element::Interpolation(i) = element {
                    in_expression(&i.expr, out);
                }
            }
        }
        Expression::Traversal(t) => {
            in_expression(&t.expr, out);
            let Expression::Variable(root) = &t.expr else { return };
            let words = t.operators.iter().map_while(|o| match o {
                TraversalOperator::GetAttr(name) => Some(name.as_str()),
                _ => None,
            });
            let count = match root.as_str() {
                "count" | "each" => return,
                "data" => 2,
                // Attributes of the block itself, as `ignore_changes` names them.
                name if !name.contains('_') && name != "var" => return,
                _ => 1,
            };
            let rest: Vec<&str> = words.take(count).collect();
            if rest.len() == count {
                out.insert(format!("{}.{}", root.as_str(), rest.join(".")));
            }
        }
        _ => {}
    }
}

#[test]
fn the_same_platform_is_emitted_for_each_provider_by_changing_the_regions_provider_alone() {
    let platform = platform();
    // What the environments change is that word.
    let source = &platform.sources()[0].text;
    let overlays: Vec<&str> = source.lines().filter(|l| l.starts_with("overlay")).collect();
    assert_eq!(
        overlays,
        [
            "overlay google { region home { provider = gcp } }",
            "overlay azure { region home { provider = azure } }"
        ]
    );
    let kinds: [(&str, &str, &[&str]); 3] = [
        (
            examples::BASE,
            "aws_",
            &[
                "aws_vpc.main",
                "aws_eks_cluster.main",
                "aws_eks_node_group.main_system",
                "aws_eks_node_group.general_on_demand",
                "aws_eks_node_group.general_spot",
                "aws_s3_bucket.uploads",
                "aws_s3_bucket_versioning.uploads",
                "aws_s3_bucket_lifecycle_configuration.uploads",
                "aws_s3_bucket_replication_configuration.uploads",
                "aws_iam_role.web",
                "aws_db_instance.orders",
                "aws_db_instance.orders_analytics",
                "aws_elasticache_replication_group.sessions",
                "aws_cloudfront_distribution.assets",
                "aws_route53_record.failing_over_api_secondary",
                "aws_budgets_budget.all",
            ],
        ),
        (
            "google",
            "google_",
            &[
                "google_compute_network.main",
                "google_container_cluster.main",
                "google_container_node_pool.main_system",
                "google_container_node_pool.general_on_demand",
                "google_container_node_pool.general_spot",
                "google_container_node_pool.gpus",
                "google_storage_bucket.uploads",
                "google_storage_transfer_job.uploads",
                "google_service_account.web",
                "google_sql_database_instance.orders",
                "google_sql_database_instance.orders_analytics",
                "google_redis_instance.sessions",
                "google_compute_url_map.assets",
                "google_dns_record_set.failing_over_api",
                "google_billing_budget.all",
            ],
        ),
        (
            "azure",
            "azurerm_",
            &[
                "azurerm_virtual_network.main",
                "azurerm_kubernetes_cluster.main",
                "azurerm_kubernetes_cluster_node_pool.general_on_demand",
                "azurerm_kubernetes_cluster_node_pool.general_spot",
                "azurerm_storage_account.uploads",
                "azurerm_storage_management_policy.uploads",
                "azurerm_storage_object_replication.uploads",
                "azurerm_user_assigned_identity.web",
                "azurerm_postgresql_flexible_server.orders",
                "azurerm_postgresql_flexible_server.orders_analytics",
                "azurerm_managed_redis.sessions",
                "azurerm_cdn_frontdoor_route.assets",
                "azurerm_traffic_manager_profile.failing_over_api",
                "azurerm_consumption_budget_subscription.all",
            ],
        ),
    ];
    let mut paths: BTreeSet<Vec<String>> = BTreeSet::new();
    for (environment, prefix, wanted) in kinds {
        let files = terraform(&platform.build(environment));
        let found = declared(&files, "terraform/");
        for address in wanted {
            assert!(found.contains(*address), "{environment} has no {address}");
        }
        for address in found.iter().filter(|a| !a.starts_with("var.")) {
            let kind = address.trim_start_matches("data.");
            assert!(kind.starts_with(prefix) || kind.starts_with("random_"), "{environment} has {address}");
        }
        paths.insert(files.into_keys().collect());
    }
    assert_eq!(paths.len(), 1, "the files are the same: {paths:?}");
}

#[test]
fn every_reference_leads_to_a_block_of_its_folder() {
    let platform = platform();
    let mut seen = 0;
    for environment in platform.environments() {
        let files = terraform(&platform.build(&environment));
        let folders: BTreeSet<&str> = files.keys().map(|p| p.rsplit_once('/').unwrap().0).collect();
        for folder in folders {
            let declared = declared(&files, folder);
            for (path, text) in files.iter().filter(|(path, _)| path.starts_with(folder)) {
                let mut used = BTreeSet::new();
                references(&parse(path, text), &mut used);
                seen += used.len();
                for reference in used {
                    assert!(declared.contains(&reference), "{environment} {path}: {reference} is nowhere");
                }
            }
        }
    }
    assert!(seen > 100);
}

/// The files of a source of one file.
fn built(source: &str) -> BTreeMap<String, String> {
    let sources = [support::source("main.ivs", source)];
    let mut session = support::session(&sources, 1);
    let (report, files) = session.build(None);
    assert!(report.diagnostics.is_empty(), "{source}\n{}", support::render(&report));
    terraform(&files)
}

/// A text as the language writes it.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '$' => out.push_str("\\u{24}"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

/// Every literal text of a body.
fn texts(body: &hcl::Body, out: &mut BTreeSet<String>) {
    fn inside(expr: &Expression, out: &mut BTreeSet<String>) {
        match expr {
            Expression::String(text) => {
                out.insert(text.clone());
            }
            Expression::Array(items) => items.iter().for_each(|i| inside(i, out)),
            Expression::Object(fields) => fields.iter().for_each(|(k, v)| {
                match k {
                    hcl::expr::ObjectKey::Identifier(name) => out.insert(name.as_str().to_owned()),
                    hcl::expr::ObjectKey::Expression(e) => {
                        inside(e, out);
                        true
                    }
                    _ => true,
                };
                inside(v, out);
            }),
            _ => {}
        }
    }
    for structure in body {
        match structure {
            Structure::Attribute(a) => inside(&a.expr, out),
            Structure::Block(b) => texts(&b.body, out),
        }
    }
}

fn awkward() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "${",
        "%{",
        "$",
        "%",
        "{",
        "}",
        "\"",
        "\\",
        "\n",
        "\t",
        "<<EOT",
        "#",
        "//",
        "é",
        "日本",
        "\u{1f600}",
        "no",
        "1.20",
        "'; DROP TABLE x; --",
        "<script>",
        "a",
        " ",
        "&",
    ]);
    prop::collection::vec(piece, 1..7).prop_map(|p| p.concat())
}

/// Where Terraform makes no pool, Karpenter does; workloads find it by the same label.
#[test]
fn the_same_pool_of_gpus_is_had_from_each_provider() {
    let platform = platform();
    let kinds = [
        (examples::BASE, Some(("kind: EC2NodeClass", "- h100\n"))),
        ("azure", Some(("kind: AKSNodeClass", "- H100\n"))),
        ("google", None),
    ];
    for (environment, karpenter) in kinds {
        let files = platform.build(environment);
        let text = |path: &str| files.iter().find(|f| f.path == path).map(|f| f.text.to_string());
        let pool = text("kubernetes/_cluster/gpus.yaml");
        match karpenter {
            Some((class, gpu)) => {
                let pool = pool.unwrap();
                for part in [class, "kind: NodePool", gpu, "ivs.dev/node-pool: gpus", "nodes: \"4\""] {
                    assert!(pool.contains(part), "{environment}: no {part} in\n{pool}");
                }
            }
            None => assert_eq!(pool, None),
        }
        let job = text("kubernetes/shop/train.yaml").unwrap();
        assert!(job.contains("      nodeSelector:\n        ivs.dev/node-pool: gpus\n"), "{job}");
        assert!(job.contains("nvidia.com/gpu: \"8\"") && job.contains("key: nvidia.com/gpu"), "{job}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// What a pool of nodes says in free words: read by other parsers of HCL and YAML.
    #[test]
    fn texts_of_pools_arrive_as_they_were_declared(text in awkward()) {
        let written = literal(&text);
        let source = format!(
            "region home {{ provider = gcp, country = \"DE\" }}\n\
             node-pool p {{ region = home, cluster = \"c\", size = 0..4, spot = 50%, title = {written}, \
             annotations {{ note = {written} }}, reservations = [{written}] }}\n"
        );
        let mut session = support::session(&[support::source("main.ivs", &source)], 1);
        let (report, files) = session.build(None);
        prop_assert!(report.diagnostics.is_empty(), "{source}\n{}", support::render(&report));
        let file = |path: &str| files.iter().find(|f| f.path == path).map(|f| f.text.to_string()).unwrap();
        let mut found = BTreeSet::new();
        texts(&parse("main.tf", &file("terraform/home/main.tf")), &mut found);
        prop_assert!(found.contains(&text), "{}", file("terraform/home/main.tf"));
        let class = file("kubernetes/_cluster/p.yaml");
        let tree: serde_json::Value = serde_saphyr::from_str(&class).unwrap();
        for path in ["/metadata/annotations/note", "/spec/description"] {
            prop_assert_eq!(tree.pointer(path).and_then(|v| v.as_str()), Some(text.as_str()), "{}", class);
        }
    }

    /// In labels, bodies of resources, keys, names of zones' texts: on all three providers, read by another parser.
    #[test]
    fn texts_arrive_as_they_were_declared(text in awkward(), key in awkward()) {
        let (written, name) = (literal(&text), literal(&format!("k{key}")));
        for provider in ["aws", "azure"] {
            let source = format!(
                "region home {{ provider = {provider}, country = \"DE\", title = {written} }}\n\
                 network main {{ region = home, title = {written}, labels {{ {name} = {written} }} }}\n\
                 resource thing {{ type = \"null_resource\", region = home, body {{ triggers {{ {name} = {written}, list = [{written}] }} }} }}\n\
                 dns-zone zone {{ region = home, domain = \"example.com\", labels {{ {name} = {written} }}, record t {{ type = txt, values = [{written}] }} }}\n"
            );
            let files = built(&source);
            let main = &files["terraform/home/main.tf"];
            let mut found = BTreeSet::new();
            texts(&parse("main.tf", main), &mut found);
            prop_assert!(found.contains(&text), "{main}");
            prop_assert!(found.contains(&format!("k{key}")), "{main}");
        }
    }

    /// An amount of money is the same to the last digit, in whichever form a provider wants it.
    #[test]
    fn money_is_exact(whole in 0_u64..10_000_000_000, nanos in 0_u64..1_000_000_000, digits in 0_u32..10) {
        let nanos = nanos / 10_u64.pow(9 - digits) * 10_u64.pow(9 - digits);
        prop_assume!(whole > 0 || nanos > 0);
        let fraction = format!("{nanos:09}");
        let fraction = fraction.trim_end_matches('0');
        let amount = if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") };
        let source = format!(
            "account a {{ provider = aws, id = \"123456789012\" }}\n\
             account g {{ provider = gcp, id = \"shop-prod\", billing = \"012345-6789AB-CDEF01\" }}\n\
             account z {{ provider = azure, id = \"00000000-0000-4000-8000-000000000001\" }}\n\
             budget on-a {{ account = a, amount = ${amount}/month, notify = [\"a@example.com\"] }}\n\
             budget on-g {{ account = g, amount = ${amount}/month, notify = [\"a@example.com\"] }}\n\
             budget on-z {{ account = z, amount = ${amount}/month, notify = [\"a@example.com\"], from = 2027-01-01 }}\n"
        );
        let files = built(&source);
        let main = &files["terraform/global/main.tf"];
        let aws = format!("limit_amount = \"{amount}\"");
        prop_assert!(main.contains(&aws), "{aws}\n{main}");
        let units = format!("units         = \"{whole}\"");
        prop_assert!(main.contains(&units), "{units}\n{main}");
        prop_assert_eq!(main.contains(&format!("nanos         = {nanos}\n")), nanos != 0, "{}", main);
        let azure = [format!("amount          = {amount}\n"), format!("amount          = \"{amount}\"\n")];
        prop_assert!(azure.iter().any(|a| main.contains(a)), "{amount}\n{main}");
    }
}
