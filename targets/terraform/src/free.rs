//! Bodies that users write freely: values become attributes and blocks.
use crate::expr::{Expr, Part, decimal, list, object, path, template};
use crate::region::Provider;
use crate::schema::{self, Member};
use crate::{Block, Emit, codes, names};
use ivs_plan::{Finding, Spot, read};
use ivs_value::{LatePiece, StructValue, Value};
use serde_json::Value as Json;
use smol_str::SmolStr;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Which maps are attributes, see the head of the file.
static MAPS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("maps.txt").lines().filter(|l| !l.starts_with('#')).collect());

/// Whether a name with a map as its value is an attribute of the resource or block at `place`; else it is a block.
fn is_attribute(place: &str, name: &str) -> bool {
    let here = format!("{place}.{name}");
    match MAPS.contains(name) {
        true => !MAPS.contains(format!("-{here}").as_str()),
        false => MAPS.contains(format!("+{here}").as_str()),
    }
}

/// Adds the fields of a map or struct to a block. `place` is the resource's type and the blocks above, dotted; `known` is
/// the block's schema, if a file of the package has it.
pub fn fill(
    emit: &mut Emit<'_>,
    mut block: Block,
    value: &Value,
    place: &str,
    known: Option<&Json>,
    at: &mut Vec<SmolStr>,
) -> Block {
    if let Some(known) = known {
        missing(emit, known, value, place, at);
    }
    // Attributes first, as everybody writes them.
    let mut blocks = Vec::new();
    for (key, value) in fields(value) {
        if value.is_none() {
            continue;
        }
        at.push(key.into());
        if !is_name(key) {
            emit.add(Finding {
                code: codes::NAME,
                message: format!("`{key}` is no name of an argument or block"),
                path: at.clone(),
                help: Some("letters, digits and `_`, as the provider documents it".into()),
                spot: Spot::Key,
                ..Finding::default()
            });
        } else if let Some(bare) = is_bare(place, key).then(|| bare(emit, key, value, at)).flatten() {
            block = block.with(key, bare);
        } else if !fits(emit, known, key, place, at) {
            // It was reported.
        } else if is_block_of(known, place, key) && is_block(value) {
            let place = format!("{place}.{key}");
            let inner = match known.and_then(|k| schema::member(k, key)) {
                Some(Member::Block(of)) => of.get("block"),
                _ => None,
            };
            match value {
                Value::List(items) => {
                    for (i, item) in items.iter().enumerate() {
                        at.push(SmolStr::from(i.to_string()));
                        blocks.push(fill(emit, Block::new(key), item, &place, inner, at));
                        at.pop();
                    }
                }
                value => blocks.push(fill(emit, Block::new(key), value, &place, inner, at)),
            }
        } else if let Some(expr) = expression(emit, value, at) {
            block = block.with(key, expr);
        }
        at.pop();
    }
    block.blocks(blocks)
}

/// Whether a map is written as a block: as the schema says, where there is one.
fn is_block_of(known: Option<&Json>, place: &str, key: &str) -> bool {
    match known.and_then(|k| schema::member(k, key)) {
        // Terraform takes blocks for a list of objects, and what is left out of one is not set.
        Some(Member::Attribute(of)) => schema::is_list_of_objects(of),
        Some(Member::Block(_)) => true,
        None => !is_attribute(place, key),
    }
}

/// Whether a schema takes an argument; what it does not take is reported.
fn fits(emit: &mut Emit<'_>, known: Option<&Json>, key: &str, place: &str, at: &[SmolStr]) -> bool {
    let Some(known) = known else { return true };
    let top = !place.contains('.');
    let message = match schema::member(known, key) {
        Some(Member::Attribute(of)) if schema::is_set_by_provider(of) => {
            format!("`{key}` of `{place}` is the provider's to say, and cannot be set")
        }
        Some(_) => return true,
        None if top && schema::META.iter().any(|(name, ..)| *name == key) => return true,
        None => format!("`{place}` has no argument or block `{key}`"),
    };
    let names = schema::names(known);
    let near = closest(key, &names);
    emit.add(Finding {
        code: codes::ARGUMENT,
        message,
        path: at.to_vec(),
        help: Some(match near {
            Some(near) => format!("`{near}` is one"),
            None => format!("it has {}", listed(&names)),
        }),
        spot: Spot::Key,
        fix: near.map(str::to_owned),
        ..Finding::default()
    });
    false
}

/// Reports arguments that a schema demands and a body does not give.
fn missing(emit: &mut Emit<'_>, known: &Json, value: &Value, place: &str, at: &[SmolStr]) {
    let given = fields(value);
    let open: Vec<&str> = schema::required(known)
        .filter(|name| !given.iter().any(|(key, value)| key == name && !value.is_none()))
        .collect();
    if !open.is_empty() {
        emit.add(Finding {
            code: codes::ARGUMENT,
            message: format!("`{place}` needs {}", listed(&open)),
            path: at.to_vec(),
            help: Some("its provider's schema demands it".into()),
            spot: Spot::Key,
            ..Finding::default()
        });
    }
}

/// The one name that is near.
fn closest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let far = |k: &str| strsim::damerau_levenshtein(k, name);
    let mut near: Vec<(usize, &str)> =
        known.iter().map(|k| (far(k), *k)).filter(|(d, k)| *d <= 1 + k.len() / 5).collect();
    near.sort();
    match near.as_slice() {
        [(_, only)] => Some(only),
        [(a, first), (b, _), ..] if a < b => Some(first),
        _ => None,
    }
}

/// Some names for a message.
fn listed(names: &[&str]) -> String {
    const MOST: usize = 12;
    let shown: Vec<String> = names.iter().take(MOST).map(|n| format!("`{n}`")).collect();
    let more = if names.len() > MOST { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}

/// Whether a name at `place` is Terraform's own: arguments of resources may be called the same.
fn is_bare(place: &str, key: &str) -> bool {
    match key {
        "depends_on" | "provider" => !place.contains('.'),
        _ => place.split_once('.').is_some_and(|(_, inner)| inner == "lifecycle"),
    }
}

/// Arguments of Terraform itself that are references rather than values.
fn bare(emit: &mut Emit<'_>, key: &str, value: &Value, at: &[SmolStr]) -> Option<Expr> {
    match key {
        "depends_on" | "replace_triggered_by" => {
            let Value::List(items) = value else { return None };
            let refs: Vec<Expr> = items
                .iter()
                .map(|item| match item {
                    Value::Ref(r) if is_made(&r.kind) => {
                        Some(path(&address(emit, r, at).unwrap_or_default()))
                    }
                    Value::Str(text) if is_path(text) => Some(path(text)),
                    _ => None,
                })
                .collect::<Option<_>>()?;
            Some(list(refs))
        }
        "ignore_changes" => match value {
            Value::Str(text) if text == "all" => Some(path("all")),
            Value::List(items) => {
                let paths = items.iter().map(|i| i.as_str().filter(|t| is_path(t)).map(path));
                Some(list(paths.collect::<Option<Vec<_>>>()?))
            }
            _ => None,
        },
        "provider" => value.as_str().filter(|t| is_path(t)).map(path),
        _ => None,
    }
}

/// Whether it can be a block: a map, or a list of maps.
fn is_block(value: &Value) -> bool {
    match value {
        Value::Map(_) | Value::Struct(_) => true,
        Value::List(items) => {
            !items.is_empty() && items.iter().all(|i| !matches!(i, Value::List(_)) && is_block(i))
        }
        _ => false,
    }
}

fn fields(value: &Value) -> Vec<(&str, &Value)> {
    match value {
        Value::Map(map) => map.entries.iter().map(|(k, v)| (read::key(k), v)).collect(),
        Value::Struct(s) => s.shape.fields.iter().map(SmolStr::as_str).zip(s.fields.iter()).collect(),
        _ => Vec::new(),
    }
}

fn is_name(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// Words with dots and whole numbers in brackets: `scaling_config[0].desired_size`.
fn is_path(text: &str) -> bool {
    text.split('.').all(|word| {
        let mut pieces = word.split('[');
        pieces.next().is_some_and(is_name)
            && pieces.all(|p| {
                p.strip_suffix(']').is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
            })
    })
}

/// An expression; `None` was reported.
fn expression(emit: &mut Emit<'_>, value: &Value, at: &mut Vec<SmolStr>) -> Option<Expr> {
    match value {
        Value::Unknown => None,
        Value::None => Some(Expr::Null),
        Value::Bool(b) => Some((*b).into()),
        Value::Number(n) => match decimal(n) {
            Some(n) => Some(n),
            None => refused(emit, value, at, "it has no finite decimal form; round it"),
        },
        Value::Str(s) => Some(s.as_str().into()),
        Value::Date(..) | Value::Version(_) => Some(ivs_value::display(value).into()),
        Value::Member(m) if m.fields.is_none() => Some(m.text.as_str().into()),
        Value::Ref(r) if is_made(&r.kind) => Some(path(&format!("{}.id", address(emit, r, at)?))),
        Value::Late(late) => {
            let mut parts = Vec::with_capacity(late.pieces.len());
            for piece in &late.pieces {
                match piece {
                    LatePiece::Text(text) => parts.push(Part::from(text.as_str())),
                    LatePiece::Attribute { of, name } if is_path(name) => {
                        let whole = path(&format!("{}.{name}", address(emit, of, at)?));
                        if late.pieces.len() == 1 {
                            return Some(whole);
                        }
                        parts.push(whole.into());
                    }
                    LatePiece::Attribute { .. } => {
                        return refused(
                            emit,
                            value,
                            at,
                            "an attribute is called as the provider documents it: `arn`, `identity[0].oidc[0].issuer`",
                        );
                    }
                }
            }
            Some(template(parts))
        }
        Value::Secret(place) => Some(emit.secret(place)),
        Value::List(items) => {
            let mut out = Vec::new();
            for (i, item) in items.iter().enumerate() {
                at.push(SmolStr::from(i.to_string()));
                out.extend(expression(emit, item, at));
                at.pop();
            }
            Some(list(out))
        }
        Value::Map(_) | Value::Struct(_) => {
            let mut out = Vec::new();
            for (key, value) in fields(value) {
                at.push(key.into());
                out.extend(expression(emit, value, at).map(|v| (key, v)));
                at.pop();
            }
            Some(object(out))
        }
        Value::Percent(_) | Value::Quantity(_) => refused(
            emit,
            value,
            at,
            "an argument of Terraform has no unit: divide by the one that is documented, `size / 1Gi`",
        ),
        Value::Range(_) => refused(emit, value, at, "write one of its ends: `x.min`, `x.max`"),
        Value::Member(_) => refused(emit, value, at, "write its fields out"),
        Value::Ref(_) => {
            refused(emit, value, at, "Terraform does not make it; write a field of it: `x.slug`")
        }
    }
}

/// The main resource of what a library kind becomes, by provider: AWS, Google Cloud, Azure.
const MADE: &[(&str, [&str; 3])] = &[
    ("bucket", ["aws_s3_bucket", "google_storage_bucket", "azurerm_storage_account"]),
    ("budget", ["aws_budgets_budget", "google_billing_budget", "azurerm_consumption_budget_subscription"]),
    ("cdn", ["aws_cloudfront_distribution", "google_compute_url_map", "azurerm_cdn_frontdoor_endpoint"]),
    ("cluster", ["aws_eks_cluster", "google_container_cluster", "azurerm_kubernetes_cluster"]),
    ("dns-zone", ["aws_route53_zone", "google_dns_managed_zone", "azurerm_dns_zone"]),
    (
        "managed-postgres",
        ["aws_db_instance", "google_sql_database_instance", "azurerm_postgresql_flexible_server"],
    ),
    (
        "managed-redis",
        ["aws_elasticache_replication_group", "google_redis_instance", "azurerm_managed_redis"],
    ),
    ("network", ["aws_vpc", "google_compute_network", "azurerm_virtual_network"]),
    ("workload-identity", ["aws_iam_role", "google_service_account", "azurerm_user_assigned_identity"]),
];

/// Whether declarations of a kind become resources.
fn is_made(kind: &str) -> bool {
    kind == "resource" || MADE.iter().any(|(name, _)| *name == kind)
}

/// The type of the resource that a declaration is, or mainly is.
fn kind_of(emit: &mut Emit<'_>, to: &ivs_value::RefValue, object: &StructValue) -> Option<String> {
    if to.kind == "resource" {
        return read::text(object, "type").map(str::to_owned);
    }
    let (_, kinds) = MADE.iter().find(|(name, _)| *name == to.kind)?;
    let owner = if to.kind == "budget" { "account" } else { "region" };
    let owner = emit.follow(read::reference(object, owner)?)?;
    let at = match Provider::of(&read::member(&owner, "provider")?.name)? {
        Provider::Aws => 0,
        Provider::Gcp => 1,
        Provider::Azure => 2,
    };
    kinds.get(at).map(|k| (*k).to_owned())
}

/// `TYPE.NAME` of a resource that a body refers to. Both have to stand in one root module.
fn address(emit: &mut Emit<'_>, to: &ivs_value::RefValue, at: &[SmolStr]) -> Option<String> {
    let object = emit.follow(to)?;
    let kind = kind_of(emit, to, &object)?;
    let name = names::identifier(read::text(&object, "slug")?);
    if folder_of(emit, &object) != folder_of(emit, emit.object) {
        emit.add(Finding {
            code: codes::PLACE,
            message: format!("`{}` is in another folder, so its attributes are not known here", to.name),
            path: at.to_vec(),
            help: Some(
                "a folder is a root module of its own: give both the same `region`, or write the value out"
                    .into(),
            ),
            ..Finding::default()
        });
        return None;
    }
    Some(format!("{kind}.{name}"))
}

/// The slug of the region that a resource stands in.
fn folder_of(emit: &mut Emit<'_>, object: &StructValue) -> Option<String> {
    let region = emit.follow(read::reference(object, "region")?)?;
    read::text(&region, "slug").map(str::to_owned)
}

fn refused<T>(emit: &mut Emit<'_>, value: &Value, at: &[SmolStr], help: &str) -> Option<T> {
    emit.add(Finding {
        code: codes::NO_FORM,
        message: format!("`{}` has no form in a body of Terraform", ivs_value::display(value)),
        path: at.to_vec(),
        help: Some(help.into()),
        ..Finding::default()
    });
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_blocks_unless_the_provider_says_otherwise() {
        assert!(is_attribute("aws_s3_bucket", "tags"));
        assert!(!is_attribute("aws_s3_bucket_versioning", "versioning_configuration"));
        assert!(!is_attribute("google_container_cluster", "node_config"));
        assert!(is_attribute("google_container_cluster", "resource_labels"));
        assert!(is_attribute("aws_s3_object", "metadata"));
        assert!(!is_attribute("kubernetes_namespace", "metadata"));
        assert!(
            !is_attribute("aws_security_group", "ingress")
                && !is_attribute("azurerm_network_security_group", "security_rule")
        );
    }

    #[test]
    fn paths() {
        assert!(is_path("scaling_config[0].desired_size") && is_path("all") && is_path("a.b-c"));
        assert!(
            !is_path("")
                && !is_path("a..b")
                && !is_path("a[b]")
                && !is_path("a[]")
                && !is_path("a b")
                && !is_path("${a}")
        );
    }
}
