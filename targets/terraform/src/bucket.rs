//! `bucket` → a bucket, its rules, and a copy elsewhere.
use crate::expr::{Expr, call, list, object, path, template};
use crate::network::group;
use crate::region::{Provider, Region};
use crate::{Block, Emit, fit, fit_plain, identifier};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{RefValue, StructValue};

const DAY: i64 = 86_400;

/// A bucket that another declaration uses.
pub struct Bucket {
    /// Where it is.
    pub region: Region,
    /// Its name in Terraform.
    pub name: String,
}

impl Bucket {
    /// The bucket of a reference; it has to be in the folder that the declaration is in.
    pub fn of(emit: &mut Emit<'_>, reference: &RefValue) -> Option<Self> {
        let object = emit.follow(reference)?;
        let region = emit.follow(read::reference(&object, "region")?)?;
        Some(Bucket { region: Region::of(&region)?, name: identifier(read::text(&object, "slug")?) })
    }

    /// An attribute of it, or of the account it is in on Azure.
    pub fn attribute(&self, name: &str) -> Expr {
        let kind = match self.region.provider {
            Provider::Aws => "aws_s3_bucket",
            Provider::Gcp => "google_storage_bucket",
            Provider::Azure => "azurerm_storage_account",
        };
        path(&format!("{kind}.{}.{name}", self.name))
    }
}

/// One entry of `rule`, in whole days.
struct Rule {
    name: String,
    prefix: String,
    moves: Vec<(String, i64)>,
    delete: Option<i64>,
    versions: Option<i64>,
}

/// The lowering.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(copy) = copy(emit) else { return };
        let Some(region) = emit.region("region") else { return };
        let rules = rules(emit);
        let called = match read::text(emit.object, "global_name") {
            Some(name) => name.to_owned(),
            None => fit(&format!("{}-{}", emit.package(), emit.slug), 63),
        };
        let n = emit.name.clone();
        match region.provider {
            Provider::Aws => aws(emit, &called, &rules, copy),
            Provider::Gcp => gcp(emit, &region, &called, &rules, copy),
            Provider::Azure => azure(emit, &region, &called, &rules, copy),
        }
        let what = match region.provider {
            Provider::Aws => path(&format!("aws_s3_bucket.{n}.bucket")),
            Provider::Gcp => path(&format!("google_storage_bucket.{n}.name")),
            Provider::Azure => path(&format!("azurerm_storage_account.{n}.name")),
        };
        emit.output(&format!("{n}_bucket"), "Name of the bucket, on Azure of its account", what);
    })
}

/// The region of the copy: `Some(None)` where none is wanted.
fn copy(emit: &mut Emit<'_>) -> Option<Option<Region>> {
    let Some(reference) = read::reference(emit.object, "replicate_to") else { return Some(None) };
    let object: std::sync::Arc<StructValue> = emit.follow(reference)?;
    Region::of(&object).map(Some)
}

fn rules(emit: &mut Emit<'_>) -> Vec<Rule> {
    let declared: Vec<(&str, &StructValue)> = read::structs(emit.object, "rule").collect();
    let mut rules = Vec::new();
    for (name, rule) in declared {
        let mut moves = Vec::new();
        for (tier, age) in read::entries(rule, "move") {
            let tier = read::key(tier);
            let days = emit.whole(age, DAY, "days", &["rule", name, "move", tier]);
            moves.extend(days.map(|d| (tier.to_owned(), d)));
        }
        moves.sort_by_key(|(_, days)| *days);
        rules.push(Rule {
            name: name.to_owned(),
            prefix: read::text(rule, "prefix").unwrap_or_default().to_owned(),
            moves,
            delete: emit.whole(
                read::field(rule, "delete_after"),
                DAY,
                "days",
                &["rule", name, "delete_after"],
            ),
            versions: emit.whole(
                read::field(rule, "keep_versions"),
                DAY,
                "days",
                &["rule", name, "keep_versions"],
            ),
        });
    }
    rules
}

fn lifecycle(emit: &Emit<'_>, block: Block) -> Block {
    if read::flag(emit.object, "protected") { block.keep() } else { block }
}

fn statement(effect: &str, action: Expr, resource: Expr) -> Expr {
    object([("Effect", Expr::from(effect)), ("Action", action), ("Resource", resource)])
}

/// A policy document of AWS.
pub fn policy(statements: Vec<Expr>) -> Expr {
    call("jsonencode", [object([("Version", Expr::from("2012-10-17")), ("Statement", list(statements))])])
}

fn s3(emit: &mut Emit<'_>, name: &str, called: &str, copy: Option<&Region>) {
    // Resources of the provider `aws` say their own region since version 6.
    let code = copy.map(|r| r.code.clone());
    let versioned = read::flag(emit.object, "versioning");
    let tags = emit.tags();
    let bucket = Block::resource("aws_s3_bucket", name)
        .with_some("region", code.clone())
        .with("bucket", called)
        .with_some("tags", tags);
    let bucket = lifecycle(emit, bucket);
    emit.push(bucket);
    let id = path(&format!("aws_s3_bucket.{name}.id"));
    emit.push(
        Block::resource("aws_s3_bucket_public_access_block", name)
            .with_some("region", code.clone())
            .with("bucket", id.clone())
            .with("block_public_acls", true)
            .with("block_public_policy", true)
            .with("ignore_public_acls", true)
            .with("restrict_public_buckets", true),
    );
    emit.push(
        Block::resource("aws_s3_bucket_server_side_encryption_configuration", name)
            .with_some("region", code.clone())
            .with("bucket", id.clone())
            .block(Block::new("rule").block(
                Block::new("apply_server_side_encryption_by_default").with("sse_algorithm", "AES256"),
            )),
    );
    emit.push(
        Block::resource("aws_s3_bucket_versioning", name).with_some("region", code).with("bucket", id).block(
            Block::new("versioning_configuration")
                .with("status", if versioned { "Enabled" } else { "Suspended" }),
        ),
    );
}

fn aws(emit: &mut Emit<'_>, called: &str, rules: &[Rule], copy: Option<Region>) {
    let n = emit.name.clone();
    s3(emit, &n, called, None);
    let class = |tier: &str| match tier {
        "hot" => "STANDARD",
        "cool" => "STANDARD_IA",
        "cold" => "GLACIER_IR",
        _ => "DEEP_ARCHIVE",
    };
    let versioning = list([path(&format!("aws_s3_bucket_versioning.{n}"))]);
    let uploads = Block::new("rule")
        .with("id", "unfinished-uploads")
        .with("status", "Enabled")
        .block(Block::new("filter"))
        .block(Block::new("abort_incomplete_multipart_upload").with("days_after_initiation", 7));
    let all = rules.iter().map(|rule| {
        let filter = Block::new("filter");
        let filter =
            if rule.prefix.is_empty() { filter } else { filter.with("prefix", rule.prefix.as_str()) };
        let mut block =
            Block::new("rule").with("id", rule.name.as_str()).with("status", "Enabled").block(filter);
        for (tier, days) in &rule.moves {
            block =
                block.block(Block::new("transition").with("days", *days).with("storage_class", class(tier)));
        }
        if let Some(days) = rule.delete {
            block = block.block(Block::new("expiration").with("days", days));
        }
        if let Some(days) = rule.versions {
            block = block.block(Block::new("noncurrent_version_expiration").with("noncurrent_days", days));
        }
        block
    });
    emit.push(
        Block::resource("aws_s3_bucket_lifecycle_configuration", &n)
            .with("bucket", path(&format!("aws_s3_bucket.{n}.id")))
            .with("depends_on", versioning.clone())
            .block(uploads)
            .blocks(all),
    );
    let Some(copy) = copy else { return };
    let m = format!("{n}_copy");
    s3(emit, &m, &fit(&format!("{called}-copy"), 63), Some(&copy));
    let arn = |name: &str| path(&format!("aws_s3_bucket.{name}.arn"));
    let objects = |name: &str| template([arn(name).into(), "/*".into()]);
    let role = format!("aws_iam_role.{n}_replication");
    let principal = object([("Service", "s3.amazonaws.com")]);
    let assume = object([
        ("Effect", Expr::from("Allow")),
        ("Action", "sts:AssumeRole".into()),
        ("Principal", principal),
    ]);
    emit.push(
        Block::resource("aws_iam_role", &format!("{n}_replication"))
            .with("name", fit(&format!("{called}-replication"), 64))
            .with("assume_role_policy", policy(vec![assume])),
    );
    let actions = |names: &[&str]| list(names.iter().map(|a| format!("s3:{a}")));
    emit.push(
        Block::resource("aws_iam_role_policy", &format!("{n}_replication"))
            .with("name", "replication")
            .with("role", path(&format!("{role}.id")))
            .with(
                "policy",
                policy(vec![
                    statement("Allow", actions(&["GetReplicationConfiguration", "ListBucket"]), arn(&n)),
                    statement(
                        "Allow",
                        actions(&[
                            "GetObjectVersionForReplication",
                            "GetObjectVersionAcl",
                            "GetObjectVersionTagging",
                        ]),
                        objects(&n),
                    ),
                    statement(
                        "Allow",
                        actions(&["ReplicateObject", "ReplicateDelete", "ReplicateTags"]),
                        objects(&m),
                    ),
                ]),
            ),
    );
    emit.push(
        Block::resource("aws_s3_bucket_replication_configuration", &n)
            .with("bucket", path(&format!("aws_s3_bucket.{n}.id")))
            .with("role", path(&format!("{role}.arn")))
            .with("depends_on", list([&n, &m].map(|b| path(&format!("aws_s3_bucket_versioning.{b}")))))
            .block(
                Block::new("rule")
                    .with("id", "everything")
                    .with("status", "Enabled")
                    .block(Block::new("filter"))
                    .block(Block::new("delete_marker_replication").with("status", "Enabled"))
                    .block(Block::new("destination").with("bucket", arn(&m))),
            ),
    );
}

fn gcs(emit: &mut Emit<'_>, name: &str, called: &str, location: Expr, rules: &[Rule]) {
    let labels = emit.google_labels();
    let cached = read::flag(emit.object, "cached");
    let class = |tier: &str| match tier {
        "hot" => "STANDARD",
        "cool" => "NEARLINE",
        "cold" => "COLDLINE",
        _ => "ARCHIVE",
    };
    let mut bucket = Block::resource("google_storage_bucket", name)
        .with("name", called)
        .with("location", location)
        .with("uniform_bucket_level_access", true)
        .with("public_access_prevention", if cached { "inherited" } else { "enforced" })
        .with_some("labels", labels)
        .block(Block::new("versioning").with("enabled", read::flag(emit.object, "versioning")));
    let mut rule = |of: &Rule, action: Block, condition: Block| {
        let condition = match of.prefix.is_empty() {
            true => condition,
            false => condition.with("matches_prefix", list([of.prefix.as_str()])),
        };
        let block = Block::new("lifecycle_rule").block(action).block(condition);
        bucket = bucket.clone().block(block);
    };
    for r in rules {
        for (tier, days) in &r.moves {
            let action =
                Block::new("action").with("type", "SetStorageClass").with("storage_class", class(tier));
            rule(r, action, Block::new("condition").with("age", *days));
        }
        if let Some(days) = r.delete {
            let condition = Block::new("condition").with("age", days).with("with_state", "LIVE");
            rule(r, Block::new("action").with("type", "Delete"), condition);
        }
        if let Some(days) = r.versions {
            let condition = Block::new("condition")
                .with("days_since_noncurrent_time", days)
                .with("with_state", "ARCHIVED");
            rule(r, Block::new("action").with("type", "Delete"), condition);
        }
    }
    let bucket = lifecycle(emit, bucket);
    let address = emit.push(bucket);
    if cached {
        emit.push(
            Block::resource("google_storage_bucket_iam_member", &format!("{name}_readers"))
                .with("bucket", path(&format!("{address}.name")))
                .with("role", "roles/storage.objectViewer")
                .with("member", "allUsers"),
        );
    }
}

fn gcp(emit: &mut Emit<'_>, region: &Region, called: &str, rules: &[Rule], copy: Option<Region>) {
    let n = emit.name.clone();
    gcs(emit, &n, called, region.location(), rules);
    let Some(copy) = copy else { return };
    let m = format!("{n}_copy");
    gcs(emit, &m, &fit(&format!("{called}-copy"), 63), copy.code.as_str().into(), &[]);
    let name = |of: &str| path(&format!("google_storage_bucket.{of}.name"));
    // Who copies: Google's own account for transfers, which needs both buckets and a topic.
    emit.push_shared(Block::data("google_storage_transfer_project_service_account", "main"));
    let copier = path("data.google_storage_transfer_project_service_account.main.member");
    let mut needs = Vec::new();
    for of in [&n, &m] {
        needs.push(
            emit.push(
                Block::resource("google_storage_bucket_iam_member", &format!("{of}_copier"))
                    .with("bucket", name(of))
                    .with("role", "roles/storage.admin")
                    .with("member", copier.clone()),
            ),
        );
    }
    needs.push(
        emit.push_shared(
            Block::resource("google_project_iam_member", "copier")
                .with("project", path("data.google_storage_transfer_project_service_account.main.project"))
                .with("role", "roles/pubsub.editor")
                .with("member", copier),
        ),
    );
    emit.push(
        Block::resource("google_storage_transfer_job", &n)
            .with("description", format!("Copies {} to {}", emit.slug, copy.code))
            .with("depends_on", list(needs.iter().map(|n| path(n))))
            .block(
                Block::new("replication_spec")
                    .block(Block::new("gcs_data_source").with("bucket_name", name(&n)))
                    .block(Block::new("gcs_data_sink").with("bucket_name", name(&m))),
            ),
    );
}

fn account(emit: &mut Emit<'_>, name: &str, called: &str, group: Expr, location: Expr, copied: bool) {
    let tags = emit.tags();
    let versioned = read::flag(emit.object, "versioning");
    let cached = read::flag(emit.object, "cached");
    let mut blobs = Block::new("blob_properties").with("versioning_enabled", versioned);
    if copied {
        blobs = blobs.with("change_feed_enabled", true);
    }
    let account = Block::resource("azurerm_storage_account", name)
        .with("name", fit_plain(called, 24))
        .with("location", location)
        .with("resource_group_name", group)
        .with("account_tier", "Standard")
        .with("account_replication_type", "ZRS")
        .with("min_tls_version", "TLS1_2")
        .with("allow_nested_items_to_be_public", cached)
        .with_some("tags", tags)
        .block(blobs.block(Block::new("delete_retention_policy").with("days", 7)));
    let account = lifecycle(emit, account);
    emit.push(account);
    emit.push(
        Block::resource("azurerm_storage_container", name)
            .with("name", CONTAINER)
            .with("storage_account_id", path(&format!("azurerm_storage_account.{name}.id")))
            .with("container_access_type", if cached { "blob" } else { "private" }),
    );
}

/// The container of an account: there is one.
const CONTAINER: &str = "data";

fn azure(emit: &mut Emit<'_>, region: &Region, called: &str, rules: &[Rule], copy: Option<Region>) {
    let n = emit.name.clone();
    let group = group(emit, region);
    account(emit, &n, called, group.clone(), region.location(), copy.is_some());
    let id = |name: &str| path(&format!("azurerm_storage_account.{name}.id"));
    if !rules.is_empty() {
        let all = rules.iter().map(|rule| {
            let mut base = Block::new("base_blob");
            for (tier, days) in &rule.moves {
                base = match tier.as_str() {
                    "hot" => base,
                    tier => base
                        .with(&format!("tier_to_{tier}_after_days_since_modification_greater_than"), *days),
                };
            }
            base = base.with_some("delete_after_days_since_modification_greater_than", rule.delete);
            let mut actions = Block::new("actions");
            if rule.delete.is_some() || rule.moves.iter().any(|(tier, _)| tier != "hot") {
                actions = actions.block(base);
            }
            if let Some(days) = rule.versions {
                actions = actions.block(Block::new("version").with("delete_after_days_since_creation", days));
            }
            let prefix = list([format!("{CONTAINER}/{}", rule.prefix)]);
            Block::new("rule")
                .with("name", identifier(&rule.name).replace('_', ""))
                .with("enabled", true)
                .block(
                    Block::new("filters")
                        .with("blob_types", list(["blockBlob"]))
                        .with_some("prefix_match", (!rule.prefix.is_empty()).then_some(prefix)),
                )
                .block(actions)
        });
        emit.push(
            Block::resource("azurerm_storage_management_policy", &n)
                .with("storage_account_id", id(&n))
                .blocks(all),
        );
    }
    let Some(copy) = copy else { return };
    let m = format!("{n}_copy");
    account(emit, &m, &format!("{called}-copy"), group, copy.code.as_str().into(), true);
    let container = |name: &str| path(&format!("azurerm_storage_container.{name}.name"));
    emit.push(
        Block::resource("azurerm_storage_object_replication", &n)
            .with("source_storage_account_id", id(&n))
            .with("destination_storage_account_id", id(&m))
            .block(
                Block::new("rules")
                    .with("source_container_name", container(&n))
                    .with("destination_container_name", container(&m)),
            ),
    );
}
