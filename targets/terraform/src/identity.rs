//! `workload-identity` → what a service account's pods are with the provider, and what they may do.
use crate::bucket::{Bucket, policy};
use crate::cluster::Cluster;
use crate::expr::{Expr, call, list, object, path, template};
use crate::network::group;
use crate::region::Provider;
use crate::{Block, Emit, fit};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::Value;

/// Whose pods, as the cluster calls them.
struct Account {
    namespace: String,
    name: String,
}

/// The lowering.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(cluster) = read::reference(emit.object, "cluster").and_then(|r| Cluster::of(emit, r)) else {
            return;
        };
        let Some(account) = account(emit) else { return };
        let entries: Vec<(Value, bool)> = read::entries(emit.object, "access")
            .iter()
            .map(|(bucket, access)| {
                let write = matches!(access, Value::Member(m) if m.name == "write");
                (bucket.clone(), write)
            })
            .collect();
        let mut access = Vec::new();
        for (bucket, write) in entries {
            let Value::Ref(bucket) = bucket else { continue };
            let Some(bucket) = Bucket::of(emit, &bucket) else { return };
            access.push((bucket, write));
        }
        match cluster.region.provider {
            Provider::Aws => aws(emit, &cluster, &account, access),
            Provider::Gcp => gcp(emit, &cluster, &account, access),
            Provider::Azure => azure(emit, &cluster, &account, access),
        }
    })
}

fn account(emit: &mut Emit<'_>) -> Option<Account> {
    let service = emit.referred("of")?;
    let name = read::text(&service, "slug")?.to_owned();
    let namespace = match read::reference(&service, "namespace") {
        Some(reference) => read::text(&*emit.follow(reference)?, "slug")?.to_owned(),
        None => "default".to_owned(),
    };
    Some(Account { namespace: fit(&namespace, 63), name: fit(&name, 63) })
}

fn aws(emit: &mut Emit<'_>, cluster: &Cluster, account: &Account, access: Vec<(Bucket, bool)>) {
    let n = emit.name.clone();
    let provider = format!("aws_iam_openid_connect_provider.{}", cluster.name);
    let subject = format!("system:serviceaccount:{}:{}", account.namespace, account.name);
    // The issuer without `https://` begins the names of what is known about a token.
    let issuer =
        call("replace", [cluster.attribute("identity[0].oidc[0].issuer"), "https://".into(), "".into()]);
    let claim = |name: &str, value: &str| {
        let key = template([issuer.clone().into(), format!(":{name}").into()]);
        (key, Expr::from(value))
    };
    let claims = [claim("sub", &subject), claim("aud", "sts.amazonaws.com")];
    let claims =
        Expr::Object(claims.into_iter().map(|(k, v)| (hcl::expr::ObjectKey::Expression(k), v)).collect());
    let assume = object([
        ("Effect", Expr::from("Allow")),
        ("Action", "sts:AssumeRoleWithWebIdentity".into()),
        ("Principal", object([("Federated", path(&format!("{provider}.arn")))])),
        ("Condition", object([("StringEquals", claims)])),
    ]);
    let tags = emit.tags();
    emit.push(
        Block::resource("aws_iam_role", &n)
            .with("name", fit(&format!("{}-{}", emit.slug, cluster.region.code), 64))
            .with("assume_role_policy", policy(vec![assume]))
            .with_some("tags", tags),
    );
    let mut statements = Vec::new();
    for (bucket, write) in &access {
        let mut actions = vec!["s3:GetObject"];
        if *write {
            actions.extend(["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]);
        }
        let arn = bucket.attribute("arn");
        statements.push(object([
            ("Effect", Expr::from("Allow")),
            ("Action", list(["s3:ListBucket", "s3:GetBucketLocation"])),
            ("Resource", arn.clone()),
        ]));
        statements.push(object([
            ("Effect", Expr::from("Allow")),
            ("Action", list(actions)),
            ("Resource", template([arn.into(), "/*".into()])),
        ]));
    }
    if !statements.is_empty() {
        emit.push(
            Block::resource("aws_iam_role_policy", &n)
                .with("name", "buckets")
                .with("role", path(&format!("aws_iam_role.{n}.id")))
                .with("policy", policy(statements)),
        );
    }
    emit.output(
        &format!("{n}_role"),
        "For the annotation eks.amazonaws.com/role-arn of the service account",
        path(&format!("aws_iam_role.{n}.arn")),
    );
}

fn gcp(emit: &mut Emit<'_>, cluster: &Cluster, account: &Account, access: Vec<(Bucket, bool)>) {
    let n = emit.name.clone();
    let own = format!("google_service_account.{n}");
    emit.push(
        Block::resource("google_service_account", &n)
            .with("account_id", fit(&format!("{}-workload", emit.slug), 30))
            .with("display_name", format!("{}/{} in {}", account.namespace, account.name, cluster.name)),
    );
    emit.push(
        Block::resource("google_service_account_iam_member", &n)
            .with("service_account_id", path(&format!("{own}.name")))
            .with("role", "roles/iam.workloadIdentityUser")
            .with(
                "member",
                template([
                    "serviceAccount:".into(),
                    cluster.attribute("workload_identity_config[0].workload_pool").into(),
                    format!("[{}/{}]", account.namespace, account.name).into(),
                ]),
            ),
    );
    for (bucket, write) in &access {
        let role = if *write { "roles/storage.objectUser" } else { "roles/storage.objectViewer" };
        emit.push(
            Block::resource("google_storage_bucket_iam_member", &format!("{n}_{}", bucket.name))
                .with("bucket", bucket.attribute("name"))
                .with("role", role)
                .with("member", path(&format!("{own}.member"))),
        );
    }
    emit.output(
        &format!("{n}_account"),
        "For the annotation iam.gke.io/gcp-service-account of the service account",
        path(&format!("{own}.email")),
    );
}

fn azure(emit: &mut Emit<'_>, cluster: &Cluster, account: &Account, access: Vec<(Bucket, bool)>) {
    let n = emit.name.clone();
    let group = group(emit, &cluster.region);
    let own = format!("azurerm_user_assigned_identity.{n}");
    let tags = emit.tags();
    emit.push(
        Block::resource("azurerm_user_assigned_identity", &n)
            .with("name", fit(emit.slug, 63))
            .with("location", cluster.region.location())
            .with("resource_group_name", group.clone())
            .with_some("tags", tags),
    );
    emit.push(
        Block::resource("azurerm_federated_identity_credential", &n)
            .with("name", fit(emit.slug, 63))
            .with("resource_group_name", group)
            .with("parent_id", path(&format!("{own}.id")))
            .with("issuer", cluster.attribute("oidc_issuer_url"))
            .with("subject", format!("system:serviceaccount:{}:{}", account.namespace, account.name))
            .with("audience", list(["api://AzureADTokenExchange"])),
    );
    for (bucket, write) in &access {
        let role = if *write { "Storage Blob Data Contributor" } else { "Storage Blob Data Reader" };
        emit.push(
            Block::resource("azurerm_role_assignment", &format!("{n}_{}", bucket.name))
                .with("scope", bucket.attribute("id"))
                .with("role_definition_name", role)
                .with("principal_id", path(&format!("{own}.principal_id"))),
        );
    }
    emit.output(
        &format!("{n}_client"),
        "For the annotation azure.workload.identity/client-id of the service account",
        path(&format!("{own}.client_id")),
    );
}
