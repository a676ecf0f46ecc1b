//! `cdn` → CloudFront, Cloud CDN or Azure Front Door, with a rule per path.
use crate::bucket::{Bucket, policy};
use crate::expr::{Expr, list, object, path, template};
use crate::names::part;
use crate::network::group;
use crate::region::{Provider, Region};
use crate::{Block, Emit, fit, fit_plain, identifier};
use ivs_plan::{Context, Lowered, Subject, read};

/// Where answers come from.
enum Origin {
    /// A name, over HTTPS.
    Host(String),
    Bucket(Bucket),
}

/// A path, and how long its answers are kept, in seconds.
struct Rule {
    name: String,
    path: String,
    ttl: i64,
}

/// What all three providers are told.
struct Cdn {
    origin: Origin,
    ttl: i64,
    rules: Vec<Rule>,
    domains: Vec<String>,
}

/// The lowering.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    if read::reference(&subject.object, "region").is_none() {
        return Lowered::default();
    }
    Emit::run(subject, context, |emit| {
        let Some(region) = emit.region("region") else { return };
        let Some(cdn) = cdn(emit) else { return };
        let n = emit.name.clone();
        let host = match region.provider {
            Provider::Aws => aws(emit, cdn),
            Provider::Gcp => gcp(emit, cdn),
            Provider::Azure => azure(emit, &region, cdn),
        };
        emit.output(&format!("{n}_cdn_host"), "What its names stand for, a name or an address", host);
    })
}

fn cdn(emit: &mut Emit<'_>) -> Option<Cdn> {
    let origin = match read::reference(emit.object, "bucket") {
        Some(bucket) => Origin::Bucket(Bucket::of(emit, bucket)?),
        None => Origin::Host(read::text(emit.object, "host")?.to_owned()),
    };
    let ttl = emit.whole(read::field(emit.object, "ttl"), 1, "seconds", &["ttl"])?;
    let declared: Vec<_> = read::structs(emit.object, "rule").collect();
    let mut rules = Vec::new();
    for (name, rule) in declared {
        let Some(ttl) = emit.whole(read::field(rule, "ttl"), 1, "seconds", &["rule", name, "ttl"]) else {
            continue;
        };
        let path = read::text(rule, "path").unwrap_or("/").to_owned();
        rules.push(Rule { name: name.to_owned(), path, ttl });
    }
    let domains = read::texts(emit.object, "domains").unwrap_or_default();
    Some(Cdn { origin, ttl, rules, domains })
}

/// CloudFront's own policy `AllViewerExceptHostHeader`: what is not part of the cache's key reaches the service all the same
/// (<https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html>).
const ALL_BUT_HOST: &str = "b689b0a8-53d0-40ab-baf2-68738e2966ac";

fn aws(emit: &mut Emit<'_>, cdn: Cdn) -> Expr {
    let n = emit.name.clone();
    // Names of policies belong to the account, whatever its other packages call theirs.
    let called = fit(&format!("{}-{}", emit.package(), emit.slug), 50);
    let target = called.clone();
    let caching = |emit: &mut Emit<'_>, name: &str, called: &str, ttl: i64| {
        let behaviour = |kind: &str, what: &str| {
            Block::new(&format!("{kind}s_config")).with(&format!("{kind}_behavior"), what)
        };
        emit.push(
            Block::resource("aws_cloudfront_cache_policy", name)
                .with("name", called)
                .with("default_ttl", ttl)
                .with("max_ttl", ttl)
                .with("min_ttl", 0)
                .block(
                    Block::new("parameters_in_cache_key_and_forwarded_to_origin")
                        .with("enable_accept_encoding_brotli", ttl > 0)
                        .with("enable_accept_encoding_gzip", ttl > 0)
                        .block(behaviour("cookie", "none"))
                        .block(behaviour("header", "none"))
                        .block(behaviour("query_string", if ttl > 0 { "all" } else { "none" })),
                ),
        )
    };
    let behaviour = |block: Block, policy: &str, writes: bool| {
        let all = ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"];
        let methods = all.iter().take(if writes { all.len() } else { 3 });
        block
            .with("target_origin_id", target.as_str())
            .with("allowed_methods", list(methods.copied()))
            .with("cached_methods", list(["GET", "HEAD"]))
            .with("viewer_protocol_policy", "redirect-to-https")
            .with("cache_policy_id", path(&format!("{policy}.id")))
            .with_some("origin_request_policy_id", writes.then_some(ALL_BUT_HOST))
            .with("compress", true)
    };
    let writes = matches!(cdn.origin, Origin::Host(_));
    let default = caching(emit, &n, &called, cdn.ttl);
    let mut distribution = Block::resource("aws_cloudfront_distribution", &n)
        .with("enabled", true)
        .with("is_ipv6_enabled", true)
        .with("http_version", "http2and3")
        .with("comment", emit.slug);
    if !cdn.domains.is_empty() {
        distribution = distribution.with("aliases", list(cdn.domains.clone()));
    }
    let tags = emit.tags();
    distribution = distribution.with_some("tags", tags);
    let origin = Block::new("origin").with("origin_id", called.as_str());
    let origin = match &cdn.origin {
        Origin::Host(host) => origin.with("domain_name", host.as_str()).block(
            Block::new("custom_origin_config")
                .with("http_port", 80)
                .with("https_port", 443)
                .with("origin_protocol_policy", "https-only")
                .with("origin_ssl_protocols", list(["TLSv1.2"])),
        ),
        Origin::Bucket(bucket) => {
            let access = emit.push(
                Block::resource("aws_cloudfront_origin_access_control", &n)
                    .with("name", called.as_str())
                    .with("origin_access_control_origin_type", "s3")
                    .with("signing_behavior", "always")
                    .with("signing_protocol", "sigv4"),
            );
            origin
                .with("domain_name", bucket.attribute("bucket_regional_domain_name"))
                .with("origin_access_control_id", path(&format!("{access}.id")))
        }
    };
    distribution =
        distribution.block(origin).block(behaviour(Block::new("default_cache_behavior"), &default, writes));
    for rule in &cdn.rules {
        let name = format!("{n}_{}", identifier(&part(&rule.name)));
        let policy = caching(emit, &name, &fit(&format!("{called}-{}", part(&rule.name)), 128), rule.ttl);
        let block = Block::new("ordered_cache_behavior").with("path_pattern", format!("{}*", rule.path));
        distribution = distribution.block(behaviour(block, &policy, writes));
    }
    distribution = distribution.block(
        Block::new("restrictions").block(Block::new("geo_restriction").with("restriction_type", "none")),
    );
    let certificate = match read::text(emit.object, "certificate") {
        Some(arn) => Block::new("viewer_certificate")
            .with("acm_certificate_arn", arn)
            .with("ssl_support_method", "sni-only")
            .with("minimum_protocol_version", "TLSv1.2_2021"),
        None => Block::new("viewer_certificate").with("cloudfront_default_certificate", true),
    };
    let address = emit.push(distribution.block(certificate));
    if let Origin::Bucket(bucket) = &cdn.origin {
        let reads = object([
            ("Effect", Expr::from("Allow")),
            ("Principal", object([("Service", "cloudfront.amazonaws.com")])),
            ("Action", "s3:GetObject".into()),
            ("Resource", template([bucket.attribute("arn").into(), "/*".into()])),
            (
                "Condition",
                object([("StringEquals", object([("AWS:SourceArn", path(&format!("{address}.arn")))]))]),
            ),
        ]);
        emit.push(
            Block::resource("aws_s3_bucket_policy", &format!("{n}_reads"))
                .with("bucket", bucket.attribute("id"))
                .with("policy", policy(vec![reads])),
        );
    }
    path(&format!("{address}.domain_name"))
}

fn gcp(emit: &mut Emit<'_>, cdn: Cdn) -> Expr {
    let n = emit.name.clone();
    let called = fit(emit.slug, 45);
    let group = match &cdn.origin {
        Origin::Bucket(_) => None,
        Origin::Host(host) => {
            let group = emit.push(
                Block::resource("google_compute_global_network_endpoint_group", &n)
                    .with("name", called.as_str())
                    .with("network_endpoint_type", "INTERNET_FQDN_PORT")
                    .with("default_port", 443),
            );
            emit.push(
                Block::resource("google_compute_global_network_endpoint", &n)
                    .with("global_network_endpoint_group", path(&format!("{group}.name")))
                    .with("fqdn", host.as_str())
                    .with("port", 443),
            );
            Some((group, host.clone()))
        }
    };
    let backend = |emit: &mut Emit<'_>, name: &str, called: &str, ttl: i64| {
        // With `FORCE_CACHE_ALL`, answers are kept whatever they say; 0 s means that none is.
        let caching = (ttl > 0).then(|| {
            Block::new("cdn_policy")
                .with("cache_mode", "FORCE_CACHE_ALL")
                .with("default_ttl", ttl)
                .with("client_ttl", ttl)
        });
        let address = match (&cdn.origin, &group) {
            (Origin::Host(_), Some((group, host))) => emit.push(
                Block::resource("google_compute_backend_service", name)
                    .with("name", called)
                    .with("protocol", "HTTPS")
                    .with("load_balancing_scheme", "EXTERNAL_MANAGED")
                    .with("enable_cdn", ttl > 0)
                    .with("custom_request_headers", list([format!("Host: {host}")]))
                    .block(Block::new("backend").with("group", path(&format!("{group}.id"))))
                    .blocks(caching),
            ),
            (Origin::Bucket(bucket), _) => emit.push(
                Block::resource("google_compute_backend_bucket", name)
                    .with("name", called)
                    .with("bucket_name", bucket.attribute("name"))
                    .with("enable_cdn", ttl > 0)
                    .blocks(caching),
            ),
            _ => String::new(),
        };
        path(&format!("{address}.id"))
    };
    let default = backend(emit, &n, &called, cdn.ttl);
    let mut map = Block::resource("google_compute_url_map", &n)
        .with("name", called.as_str())
        .with("default_service", default.clone());
    if !cdn.rules.is_empty() {
        let mut matcher = Block::new("path_matcher").with("name", "paths").with("default_service", default);
        for rule in &cdn.rules {
            let name = format!("{n}_{}", identifier(&part(&rule.name)));
            let service = backend(emit, &name, &fit(&format!("{called}-{}", part(&rule.name)), 63), rule.ttl);
            // Google matches whole parts of a path.
            let path = format!("{}/*", rule.path.trim_end_matches('/'));
            matcher =
                matcher.block(Block::new("path_rule").with("paths", list([path])).with("service", service));
        }
        map = map
            .block(Block::new("host_rule").with("hosts", list(["*"])).with("path_matcher", "paths"))
            .block(matcher);
    }
    let map = path(&format!("{}.id", emit.push(map)));
    let proxy = if cdn.domains.is_empty() {
        emit.push(
            Block::resource("google_compute_target_http_proxy", &n)
                .with("name", called.as_str())
                .with("url_map", map),
        )
    } else {
        let certificate = emit.push(
            Block::resource("google_compute_managed_ssl_certificate", &n)
                .with("name", called.as_str())
                .block(Block::new("managed").with("domains", list(cdn.domains.clone()))),
        );
        emit.push(
            Block::resource("google_compute_target_https_proxy", &n)
                .with("name", called.as_str())
                .with("url_map", map)
                .with("ssl_certificates", list([path(&format!("{certificate}.id"))])),
        )
    };
    let address =
        emit.push(Block::resource("google_compute_global_address", &n).with("name", called.as_str()));
    emit.push(
        Block::resource("google_compute_global_forwarding_rule", &n)
            .with("name", called.as_str())
            .with("target", path(&format!("{proxy}.id")))
            .with("ip_address", path(&format!("{address}.id")))
            .with("port_range", if cdn.domains.is_empty() { "80" } else { "443" })
            .with("load_balancing_scheme", "EXTERNAL_MANAGED"),
    );
    path(&format!("{address}.address"))
}

/// `1.02:03:04`, or `02:03:04` of less than a day: how Front Door spells durations.
fn span(seconds: i64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let time = format!("{:02}:{:02}:{:02}", rest / 3600, rest % 3600 / 60, rest % 60);
    if days == 0 { time } else { format!("{days}.{time}") }
}

fn azure(emit: &mut Emit<'_>, region: &Region, cdn: Cdn) -> Expr {
    let n = emit.name.clone();
    let called = fit(&format!("{}-{}", emit.package(), emit.slug), 46);
    let group = group(emit, region);
    let tags = emit.tags();
    let profile = emit.push(
        Block::resource("azurerm_cdn_frontdoor_profile", &n)
            .with("name", called.as_str())
            .with("resource_group_name", group)
            .with("sku_name", "Standard_AzureFrontDoor")
            .with_some("tags", tags),
    );
    let profile_id = path(&format!("{profile}.id"));
    let endpoint = emit.push(
        Block::resource("azurerm_cdn_frontdoor_endpoint", &n)
            .with("name", called.as_str())
            .with("cdn_frontdoor_profile_id", profile_id.clone()),
    );
    let origins = emit.push(
        Block::resource("azurerm_cdn_frontdoor_origin_group", &n)
            .with("name", called.as_str())
            .with("cdn_frontdoor_profile_id", profile_id.clone())
            .block(Block::new("load_balancing")),
    );
    let host: Expr = match &cdn.origin {
        Origin::Host(host) => host.as_str().into(),
        Origin::Bucket(bucket) => bucket.attribute("primary_blob_host"),
    };
    let origin = emit.push(
        Block::resource("azurerm_cdn_frontdoor_origin", &n)
            .with("name", called.as_str())
            .with("cdn_frontdoor_origin_group_id", path(&format!("{origins}.id")))
            .with("enabled", true)
            .with("host_name", host.clone())
            .with("origin_host_header", host)
            .with("certificate_name_check_enabled", true),
    );
    let set = emit.push(
        Block::resource("azurerm_cdn_frontdoor_rule_set", &n)
            .with("name", fit_plain(&called, 60))
            .with("cdn_frontdoor_profile_id", profile_id.clone()),
    );
    let after = || list([path(&origins), path(&origin)]);
    let keep = |ttl: i64| {
        let action = Block::new("route_configuration_override_action");
        let action = if ttl == 0 {
            action.with("cache_behavior", "Disabled")
        } else {
            action
                .with("cache_behavior", "OverrideAlways")
                .with("cache_duration", span(ttl))
                .with("compression_enabled", true)
                .with("query_string_caching_behavior", "UseQueryString")
        };
        Block::new("actions").block(action)
    };
    let mut rules = vec![("default".to_owned(), None, cdn.ttl)];
    rules.extend(cdn.rules.iter().rev().map(|r| (r.name.clone(), Some(r.path.clone()), r.ttl)));
    // Later rules override earlier ones, so the first declared comes last.
    for (i, (name, path_prefix, ttl)) in rules.into_iter().enumerate() {
        let mut rule =
            Block::resource("azurerm_cdn_frontdoor_rule", &format!("{n}_{}", identifier(&part(&name))))
                .with("name", fit_plain(&format!("keep{}", part(&name)), 60))
                .with("cdn_frontdoor_rule_set_id", path(&format!("{set}.id")))
                .with("order", i64::try_from(i + 1).unwrap_or(1))
                .with("depends_on", after())
                .block(keep(ttl));
        if let Some(prefix) = path_prefix {
            rule = rule.block(
                Block::new("conditions").block(
                    Block::new("url_path_condition")
                        .with("operator", "BeginsWith")
                        .with("match_values", list([prefix.trim_start_matches('/')])),
                ),
            );
        }
        emit.push(rule);
    }
    let mut domains = Vec::new();
    for domain in &cdn.domains {
        domains.push(
            emit.push(
                Block::resource(
                    "azurerm_cdn_frontdoor_custom_domain",
                    &format!("{n}_{}", identifier(domain)),
                )
                .with("name", fit(domain, 60))
                .with("cdn_frontdoor_profile_id", profile_id.clone())
                .with("host_name", domain.as_str())
                .block(Block::new("tls").with("certificate_type", "ManagedCertificate")),
            ),
        );
    }
    let ids = (!domains.is_empty()).then(|| list(domains.iter().map(|d| path(&format!("{d}.id")))));
    emit.push(
        Block::resource("azurerm_cdn_frontdoor_route", &n)
            .with("name", called.as_str())
            .with("cdn_frontdoor_endpoint_id", path(&format!("{endpoint}.id")))
            .with("cdn_frontdoor_origin_group_id", path(&format!("{origins}.id")))
            .with("cdn_frontdoor_origin_ids", list([path(&format!("{origin}.id"))]))
            .with("cdn_frontdoor_rule_set_ids", list([path(&format!("{set}.id"))]))
            .with_some("cdn_frontdoor_custom_domain_ids", ids)
            .with("patterns_to_match", list(["/*"]))
            .with("supported_protocols", list(["Http", "Https"]))
            .with("https_redirect_enabled", true)
            .with("forwarding_protocol", "HttpsOnly")
            .block(Block::new("cache").with("compression_enabled", false)),
    );
    path(&format!("{endpoint}.host_name"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn durations_of_front_door() {
        assert_eq!(super::span(3600), "01:00:00");
        assert_eq!(super::span(93_784), "1.02:03:04");
    }
}
