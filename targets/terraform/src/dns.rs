//! `dns-zone` → a zone, its records, and what answers when the first does not.
use crate::expr::{Expr, list, path};
use crate::network::group;
use crate::region::{Provider, Region};
use crate::{Block, Emit, codes, fit, identifier};
use ivs_plan::{Context, Lowered, Subject, read};

/// One entry of `record`.
struct Record {
    /// Its name in Terraform, the zone's included.
    name: String,
    key: String,
    host: String,
    kind: String,
    values: Vec<String>,
    ttl: i64,
    failover: Option<Failover>,
}

/// Who answers then, and how it is noticed.
struct Failover {
    to: String,
    path: String,
    port: i64,
}

/// The lowering.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(region) = emit.region("region") else { return };
        let records = records(emit);
        let domain = read::text(emit.object, "domain").unwrap_or_default().to_owned();
        match region.provider {
            Provider::Aws => aws(emit, &domain, records),
            Provider::Gcp => gcp(emit, &region, &domain, records),
            Provider::Azure => azure(emit, &region, &domain, records),
        }
    })
}

fn records(emit: &mut Emit<'_>) -> Vec<Record> {
    let declared: Vec<_> = read::structs(emit.object, "record").collect();
    let mut records = Vec::new();
    for (key, record) in declared {
        let Some(ttl) = emit.whole(read::field(record, "ttl"), 1, "seconds", &["record", key, "ttl"]) else {
            continue;
        };
        records.push(Record {
            name: format!("{}_{}", emit.name, identifier(key)),
            key: key.to_owned(),
            host: read::text(record, "host").unwrap_or_default().to_owned(),
            kind: read::text(record, "type").unwrap_or_default().to_owned(),
            values: read::texts(record, "values").unwrap_or_default(),
            ttl,
            failover: read::nested(record, "failover").map(|f| Failover {
                to: read::text(f, "to").unwrap_or_default().to_owned(),
                path: read::text(f, "path").unwrap_or("/").to_owned(),
                port: read::int(f, "port").unwrap_or(443),
            }),
        });
    }
    records
}

/// The name with its zone, without a dot at the end.
fn full(host: &str, domain: &str) -> String {
    if host.is_empty() { domain.to_owned() } else { format!("{host}.{domain}") }
}

/// A text in pieces of at most 255 bytes, quotes and backslashes escaped, as zone files have them.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for c in text.chars() {
        if pieces.last().is_some_and(|p| p.len() + c.len_utf8() > 255) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            if matches!(c, '"' | '\\') {
                piece.push('\\');
            }
            piece.push(c);
        }
    }
    pieces
}

fn aws(emit: &mut Emit<'_>, domain: &str, records: Vec<Record>) {
    let n = emit.name.clone();
    let tags = emit.tags();
    emit.push(Block::resource("aws_route53_zone", &n).with("name", domain).with_some("tags", tags));
    let zone = path(&format!("aws_route53_zone.{n}.zone_id"));
    for r in records {
        let base = |name: &str, values: Vec<String>| {
            Block::resource("aws_route53_record", name)
                .with("zone_id", zone.clone())
                .with("name", full(&r.host, domain))
                .with("type", r.kind.as_str())
                .with("ttl", r.ttl)
                .with("records", list(values))
        };
        let Some(failover) = &r.failover else {
            // Route 53 takes the outer quotes of a text itself.
            let values = match r.kind.as_str() {
                "TXT" => r.values.iter().map(|v| pieces(v).join("\"\"")).collect(),
                _ => r.values.clone(),
            };
            emit.push(base(&r.name, values));
            continue;
        };
        let first = r.values.first().map(String::as_str).unwrap_or_default();
        let mut check = Block::resource("aws_route53_health_check", &r.name)
            .with("type", "HTTPS")
            .with("port", failover.port)
            .with("resource_path", failover.path.as_str())
            .with("request_interval", 30)
            .with("failure_threshold", 3);
        check = if r.kind == "CNAME" {
            check.with("fqdn", first)
        } else {
            check.with("ip_address", first).with("fqdn", full(&r.host, domain))
        };
        let check = emit.push(check);
        let policy = |kind: &str| Block::new("failover_routing_policy").with("type", kind);
        emit.push(
            base(&r.name, r.values.clone())
                .with("set_identifier", "primary")
                .with("health_check_id", path(&format!("{check}.id")))
                .block(policy("PRIMARY")),
        );
        emit.push(
            base(&format!("{}_secondary", r.name), vec![failover.to.clone()])
                .with("set_identifier", "secondary")
                .block(policy("SECONDARY")),
        );
    }
    let servers = path(&format!("aws_route53_zone.{n}.name_servers"));
    emit.output(&format!("{n}_name_servers"), "For the registrar of the domain", servers);
}

fn gcp(emit: &mut Emit<'_>, region: &Region, domain: &str, records: Vec<Record>) {
    let n = emit.name.clone();
    let labels = emit.google_labels();
    emit.push(
        Block::resource("google_dns_managed_zone", &n)
            .with("name", fit(emit.slug, 63))
            .with("dns_name", format!("{domain}."))
            .with_some("labels", labels)
            .block(Block::new("dnssec_config").with("state", "on")),
    );
    let zone = path(&format!("google_dns_managed_zone.{n}.name"));
    for r in records {
        // Names in answers end with a dot here.
        let dotted = |value: &String| match r.kind.as_str() {
            "CNAME" | "NS" | "MX" | "SRV" if !value.ends_with('.') => format!("{value}."),
            _ => value.clone(),
        };
        let base = Block::resource("google_dns_record_set", &r.name)
            .with("managed_zone", zone.clone())
            .with("name", format!("{}.", full(&r.host, domain)))
            .with("type", r.kind.as_str())
            .with("ttl", r.ttl);
        let Some(failover) = &r.failover else {
            let values: Vec<String> = match r.kind.as_str() {
                "TXT" => r.values.iter().map(|v| format!("\"{}\"", pieces(v).join("\" \""))).collect(),
                _ => r.values.iter().map(dotted).collect(),
            };
            emit.push(base.with("rrdatas", list(values)));
            continue;
        };
        let check = emit.push(
            Block::resource("google_compute_health_check", &r.name)
                .with("name", fit(&format!("{}-{}", emit.slug, r.key), 63))
                .with("check_interval_sec", 30)
                .with("timeout_sec", 5)
                // Endpoints outside of Google are asked from three regions, no fewer.
                .with("source_regions", list(["us-central1", "europe-west1", "asia-east1"]))
                .block(
                    Block::new("https_health_check")
                        .with("port", failover.port)
                        .with("request_path", failover.path.as_str())
                        .with("host", full(&r.host, domain)),
                ),
        );
        emit.push(
            base.block(
                Block::new("routing_policy").with("health_check", path(&format!("{check}.id"))).block(
                    Block::new("primary_backup")
                        .block(Block::new("primary").with("external_endpoints", list(r.values.clone())))
                        .block(
                            Block::new("backup_geo")
                                .with("location", region.location())
                                .with("rrdatas", list([failover.to.as_str()])),
                        ),
                ),
            ),
        );
    }
    let servers = path(&format!("google_dns_managed_zone.{n}.name_servers"));
    emit.output(&format!("{n}_name_servers"), "For the registrar of the domain", servers);
}

fn azure(emit: &mut Emit<'_>, region: &Region, domain: &str, records: Vec<Record>) {
    let n = emit.name.clone();
    let group = group(emit, region);
    let tags = emit.tags();
    emit.push(
        Block::resource("azurerm_dns_zone", &n)
            .with("name", domain)
            .with("resource_group_name", group.clone())
            .with_some("tags", tags),
    );
    let zone = path(&format!("azurerm_dns_zone.{n}.name"));
    for r in records {
        let base = |kind: &str| {
            Block::resource(&format!("azurerm_dns_{kind}_record"), &r.name)
                .with("name", if r.host.is_empty() { "@" } else { r.host.as_str() })
                .with("zone_name", zone.clone())
                .with("resource_group_name", group.clone())
                .with("ttl", r.ttl)
        };
        let first = r.values.first().cloned().unwrap_or_default();
        if let Some(failover) = &r.failover {
            let profile = manager(emit, &group, &r, failover, &first);
            emit.push(base("cname").with("record", path(&format!("{profile}.fqdn"))));
            continue;
        }
        let block = match r.kind.as_str() {
            "A" => base("a").with("records", list(r.values.clone())),
            "AAAA" => base("aaaa").with("records", list(r.values.clone())),
            "NS" => base("ns").with("records", list(r.values.clone())),
            "CNAME" => base("cname").with("record", first),
            "TXT" => {
                base("txt").blocks(r.values.iter().map(|v| Block::new("record").with("value", v.as_str())))
            }
            kind => match fields(kind, &r.values) {
                Some(blocks) => base(&kind.to_lowercase()).blocks(blocks),
                None => {
                    let message = format!("an answer of {kind} has other parts");
                    let help = "`10 mail.example.com` for MX, `0 issue \"ca.example\"` for CAA, `0 5 443 a.example.com` for SRV";
                    emit.find(codes::NO_FORM, message, &["record", &r.key, "values"], Some(help.into()));
                    continue;
                }
            },
        };
        emit.push(block);
    }
    let servers = path(&format!("azurerm_dns_zone.{n}.name_servers"));
    emit.output(&format!("{n}_name_servers"), "For the registrar of the domain", servers);
}

/// Answers with several parts, which Azure wants apart.
fn fields(kind: &str, values: &[String]) -> Option<Vec<Block>> {
    let names: &[&str] = match kind {
        "MX" => &["preference", "exchange"],
        "SRV" => &["priority", "weight", "port", "target"],
        "CAA" => &["flags", "tag", "value"],
        _ => return None,
    };
    values
        .iter()
        .map(|value| {
            let parts: Vec<&str> = value.splitn(names.len(), ' ').collect();
            (parts.len() == names.len()).then(|| {
                names.iter().zip(parts).fold(Block::new("record"), |block, (name, part)| {
                    match part.parse::<i64>() {
                        Ok(n) if *name != "preference" => block.with(name, n),
                        _ => block.with(name, part.trim_matches('"')),
                    }
                })
            })
        })
        .collect()
}

/// A Traffic Manager that asks the first and answers with the second while it fails.
fn manager(emit: &mut Emit<'_>, group: &Expr, r: &Record, failover: &Failover, first: &str) -> String {
    let called = fit(&format!("{}-{}-{}", emit.package(), emit.slug, r.key), 60);
    let profile = emit.push(
        Block::resource("azurerm_traffic_manager_profile", &r.name)
            .with("name", called.as_str())
            .with("resource_group_name", group.clone())
            .with("traffic_routing_method", "Priority")
            .block(Block::new("dns_config").with("relative_name", called.as_str()).with("ttl", r.ttl))
            .block(
                Block::new("monitor_config")
                    .with("protocol", "HTTPS")
                    .with("port", failover.port)
                    .with("path", failover.path.as_str())
                    .with("expected_status_code_ranges", list(["200-399"]))
                    .with("interval_in_seconds", 30)
                    .with("timeout_in_seconds", 5)
                    .with("tolerated_number_of_failures", 3),
            ),
    );
    for (i, (name, target)) in [("primary", first), ("secondary", &failover.to)].into_iter().enumerate() {
        emit.push(
            Block::resource("azurerm_traffic_manager_external_endpoint", &format!("{}_{name}", r.name))
                .with("name", name)
                .with("profile_id", path(&format!("{profile}.id")))
                .with("target", target)
                .with("priority", i64::try_from(i + 1).unwrap_or(1)),
        );
    }
    profile
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_in_pieces() {
        assert_eq!(pieces("v=spf1 \"x\""), ["v=spf1 \\\"x\\\""]);
        assert_eq!(pieces(&"k".repeat(300)), ["k".repeat(255), "k".repeat(45)]);
        assert_eq!(pieces(""), [""]);
    }
}
