//! What marketplaces are given: no price differs from the declared one, no text gets out of its place, charts say what manifests say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use ivs_plan::OutputFile;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use support::{render, session, source};

/// What a source of one file gives, without errors.
fn build(text: &str) -> BTreeMap<String, OutputFile> {
    let mut session = session(&[source("main.ivs", text)], 1);
    let report = session.check();
    assert!(report.diagnostics.is_empty(), "{}\n{text}", render(&report));
    let (report, files) = session.build(None);
    let errors = report.diagnostics.iter().any(|d| d.severity == ivs_source::Severity::Error);
    assert!(!errors, "{}\n{text}", render(&report));
    files.into_iter().map(|f| (f.path.clone(), f)).collect()
}

fn text(files: &BTreeMap<String, OutputFile>, path: &str) -> String {
    let all: Vec<&String> = files.keys().collect();
    files.get(path).unwrap_or_else(|| panic!("no {path} among {all:#?}")).text.to_string()
}

fn json(files: &BTreeMap<String, OutputFile>, path: &str) -> Json {
    serde_json::from_str(&text(files, path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

const COMMON: &str = r#"
publisher acme { organization = "Acme", email = "sales@acme.example" }
capsule paint { publisher = acme, summary = "Paints", license = "MIT", released = 2026-01-01, version = 1.0.0, icon = "https://acme.example/i.png" }
meter calls { event = "call", unit = 1call }
feature export { }
"#;

/// Numbers that follow from a seed: SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    /// A price as a person writes it: canonical, above 0, with up to `places` digits after the point.
    fn price(&mut self, places: u64) -> String {
        let size = 10_u64.pow(1 + self.roll(6) as u32);
        let whole = if self.roll(4) == 0 { 0 } else { self.roll(size) };
        let digits = self.roll(places + 1) as usize;
        let mut fraction: String = (0..digits).map(|_| char::from(b'0' + self.roll(10) as u8)).collect();
        fraction.truncate(fraction.trim_end_matches('0').len());
        match (whole, fraction.is_empty()) {
            (0, true) => "1".to_owned(),
            (_, true) => whole.to_string(),
            (_, false) => format!("{whole}.{fraction}"),
        }
    }
}

/// `12.5` in cents: the point moved by two, as text, without arithmetic of the compiler.
fn cents(price: &str) -> String {
    let (whole, fraction) = price.split_once('.').unwrap_or((price, ""));
    let padded = format!("{fraction}00");
    let (head, tail) = (&padded[..2], padded[2..].trim_end_matches('0'));
    let whole = format!("{whole}{head}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if tail.is_empty() { whole.to_owned() } else { format!("{whole}.{tail}") }
}

fn stripe_amounts(files: &BTreeMap<String, OutputFile>) -> BTreeMap<String, Json> {
    let fixtures = json(files, "marketplace/stripe/shop.json");
    let list = fixtures["fixtures"].as_array().unwrap().iter();
    list.map(|f| (f["name"].as_str().unwrap().to_owned(), f["params"].clone())).collect()
}

#[test]
fn every_price_list_has_the_declared_prices() {
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let (month, year) = (dice.price(4), dice.price(4));
        let (year, month) = (month, format!("{year}9"));
        let (once, unit, over) = (dice.price(6), dice.price(12), dice.price(12));
        let (low, high, flat) = (dice.price(10), dice.price(10), dice.price(2));
        let (addon, seat) = (dice.price(2), dice.price(3));
        // A year costs no more than its months.
        let yearly =
            if year.parse::<f64>().unwrap() <= 11.0 * month.parse::<f64>().unwrap() { &year } else { &month };
        let source = format!(
            "{COMMON}
plan a {{ product = paint, model = subscription(price = ${month}/month, annual = ${yearly}/year) }}
plan b {{ product = paint, model = once(price = ${once}) }}
plan c {{ product = paint, model = usage, include calls = metered(price = ${unit}/call) }}
plan d {{ product = paint, model = free, include calls = limit(amount = 100call/month, overage = ${over}/call) }}
plan e {{ product = paint, model = usage, include calls = graduated(tiers = [{{ up_to = 10call, price = ${low}/call, flat = ${flat} }}, {{ price = ${high}/call }}]) }}
plan f {{ product = paint, model = freemium, addon more {{ price = ${addon}/week, features = [export] }} }}
plan g {{ product = paint, model = license(scope = seat, price = ${seat}/month) }}
listing shop {{
  product = paint, plans = [a, b, c, d, e, f, g], highlights = [\"x\"]
  aws {{ plans = [a, c], categories = [\"Media\"], fulfillment = \"https://acme.example\", refunds = \"None.\" }}
  azure {{
    plans = [a, c, g], landing = \"https://acme.example\", webhook = \"https://acme.example\", privacy = \"https://acme.example\"
    tenant = \"00000000-0000-0000-0000-000000000001\", application = \"00000000-0000-0000-0000-000000000002\"
  }}
}}
"
        );
        let files = build(&source);

        let stripe = stripe_amounts(&files);
        let amount = |name: &str| stripe[name]["unit_amount_decimal"].as_str().unwrap().to_owned();
        assert_eq!(amount("price_a_month"), cents(&month), "{source}");
        assert_eq!(amount("price_a_year"), cents(yearly));
        assert_eq!(amount("price_b_once"), cents(&once));
        assert_eq!(amount("price_c_calls"), cents(&unit));
        assert_eq!(stripe["price_d_calls"]["tiers"][1]["unit_amount_decimal"], cents(&over));
        assert_eq!(stripe["price_e_calls"]["tiers"][0]["unit_amount_decimal"], cents(&low));
        assert_eq!(stripe["price_e_calls"]["tiers"][0]["flat_amount_decimal"], cents(&flat));
        assert_eq!(stripe["price_e_calls"]["tiers"][1]["unit_amount_decimal"], cents(&high));
        assert_eq!(amount("price_f_with_more_week"), cents(&addon));
        assert_eq!(amount("price_g_month"), cents(&seat));

        let offers = json(&files, "marketplace/offers/shop.jsonld");
        let offered = |plan: usize, price: usize| {
            let offer = &offers["offers"][plan]["priceSpecification"][price];
            assert_eq!(offer["priceCurrency"], "USD");
            offer["price"].as_str().unwrap().to_owned()
        };
        let found = [
            offered(0, 0),
            offered(0, 1),
            offered(1, 0),
            offered(2, 0),
            offered(3, 1),
            offered(4, 0),
            offered(4, 1),
        ];
        let declared = [&month, yearly, &once, &unit, &over, &low, &high].map(String::clone);
        assert_eq!(found, declared);
        assert_eq!([offered(5, 1), offered(6, 0)], [addon.clone(), seat.clone()]);

        let focus = text(&files, "marketplace/focus/shop.csv");
        for price in declared.iter().chain([&addon, &seat]) {
            assert!(focus.contains(&format!(",{price},USD,")), "{price} in\n{focus}");
        }

        // Exact in JSON numbers, too: looked for as text, since a parser would round.
        let azure = text(&files, "marketplace/azure/shop.json");
        for price in [&month, yearly, &seat] {
            assert!(azure.contains(&format!("\"pricePerPaymentInUsd\": {price}\n")), "{price} in\n{azure}");
        }
        assert!(azure.contains(&format!("\"pricePerUnitInUsd\": {unit},\n")), "{azure}");

        let aws = text(&files, "marketplace/aws/shop.json");
        for price in [&month, yearly, &unit] {
            assert!(aws.contains(&format!("\"Price\": \"{price}\"")), "{price} in\n{aws}");
        }

        let page = text(&files, "marketplace/storefront/shop.html").replace(',', "");
        for price in declared.iter().chain([&addon, &seat]) {
            assert!(page.contains(&format!("${price}")), "{price} in\n{page}");
        }
    }
}

/// What buyers paid is what the parties get, to the cent, whatever the parts are.
#[test]
fn statements_give_away_exactly_what_was_sold() {
    for seed in 0..60 {
        let mut dice = Dice(1_000 + seed);
        let (a, b) = (dice.price(2), dice.price(2));
        let platform = dice.roll(5_000);
        let affiliate = dice.roll(2_000);
        let percent = |n: u64| format!("{}.{:02}%", n / 100, n % 100);
        let files = build(&format!(
            "{COMMON}
share store {{ platform = {}, affiliate = {}, developer = {} }}
statement s {{ share = store, from = 2026-01-01, to = 2026-01-31, sale one {{ product = paint, gross = ${a} }}, sale two {{ product = paint, gross = ${b}, by_affiliates = ${b} }} }}",
            percent(platform),
            percent(affiliate),
            percent(10_000 - platform - affiliate)
        ));
        let whole = |price: &str| cents(price).parse::<u128>().unwrap();
        let csv = text(&files, "marketplace/statements/s.csv");
        let paid: BTreeMap<&str, u128> = csv
            .lines()
            .skip(1)
            .map(|l| {
                let cells: Vec<&str> = l.split(',').collect();
                (cells[0], whole(cells[1]))
            })
            .collect();
        assert_eq!(paid.values().sum::<u128>(), whole(&a) + whole(&b), "{csv}");
        let part = |of: u128, n: u64| of * u128::from(n) / 10_000;
        assert_eq!(
            paid.get("platform").copied().unwrap_or(0),
            part(whole(&a) + whole(&b), platform),
            "{csv}"
        );
        assert_eq!(paid.get("affiliate").copied().unwrap_or(0), part(whole(&b), affiliate), "{csv}");
    }
}

/// Texts that end something somewhere: attributes, scripts, comments, documents, formulas, templates.
const AWKWARD: [&str; 22] = [
    "${x:id}",
    "%{x}",
    "{{ .Values.secret }}",
    "{{- end }}",
    "no",
    "1.20",
    "0755",
    "12:30",
    "- a: b",
    "# comment",
    "a: b #c",
    "\"quoted\" 'and' `so`",
    "<script>alert(1)</script>",
    "</script><!--",
    "--><b onclick=\"x\">",
    "&amp; &lt;",
    "' OR 1=1; --",
    "=1+1,\"x\"",
    "Überraschung 日本語 🎨",
    "line\nbreak",
    "back\\slash \\n",
    "\u{a0}\u{2028}\u{feff}x",
];

/// The text as a string of the language.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '$' => out.push_str("\\$"),
            c if c.is_ascii() || c.is_alphanumeric() => out.push(c),
            c => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

/// Every kind, with a text in every field that takes any.
fn everything(text: &str) -> String {
    let t = literal(text);
    format!(
        r##"
publisher acme {{ organization = {t}, email = "sales@acme.example" }}
service brush {{ image = "registry.example/brush:1.0.0", resources {{ cpu = 1, memory = 1Gi }}, env TEXT = {t} }}
capsule paint {{
  title = {t}, publisher = acme, summary = {t}, description = {t}, license = "MIT", released = 2026-01-01, version = 1.0.0
  keywords = [{t}], industries = [{t}], services = [brush], change a {{ text = {t} }}
  certification c {{ scheme = {t}, issuer = {t}, issued = 2026-01-01, expires = 2027-01-01 }}
}}
capsule plain from paint {{ services = [] }}
feature export {{ title = {t}, summary = {t} }}
meter calls {{ title = {t}, event = "call", unit = 1call }}
plan a {{
  title = {t}, product = paint, summary = {t}, model = free, fact {t} = {t}, features = [export]
  include calls = limit(amount = 1call/d, overage = $1/call), addon x {{ price = $1/month, summary = {t}, features = [export] }}
}}
listing shop {{
  product = paint, plans = [a], highlights = [{t}], google {{ note = {t} }}
  aws {{ categories = [{t}], fulfillment = "https://acme.example", refunds = {t}, logo = "https://acme.example/i.png" }}
  azure {{
    landing = "https://acme.example", webhook = "https://acme.example", privacy = "https://acme.example"
    tenant = "00000000-0000-0000-0000-000000000001", application = "00000000-0000-0000-0000-000000000002"
  }}
}}
share store {{ title = {t}, platform = 30%, developer = 60%, partner {t} = 10%, fee f {{ price = $1/week, summary = {t} }} }}
statement s {{ share = store, from = 2026-01-01, to = 2026-01-31, sale {t} {{ product = paint, gross = $10 }} }}
schema job {{ title = {t}, summary = {t}, field id {{ type = choice(of = [{t}]), summary = {t}, example = {t} }} }}
api v1 {{
  title = {t}, product = paint, summary = {t}, server = "https://api.acme.example", auth token = bearer(format = {t})
  auth login = oauth2(token_url = "https://acme.example/token", scopes = {{ {t} = {t} }})
  operation a {{
    path = "/a", summary = {t}, description = {t}, answer "200" {{ summary = {t}, body = job }}
    header X {{ summary = {t}, example = {t} }}
  }}
  webhook w {{ summary = {t}, body = job }}
}}
tenant school {{ title = {t}, plan = a, branding {{ name = {t}, logo = {t} }} }}
widget w {{ api = v1, container = "#w", branding {{ name = {t} }}, option a = {t}, option b = [{t}] }}
"##
    )
}

/// All texts in a tree.
fn texts(value: &Json, out: &mut Vec<String>) {
    match value {
        Json::String(s) => out.push(s.clone()),
        Json::Array(items) => items.iter().for_each(|i| texts(i, out)),
        Json::Object(fields) => fields.iter().for_each(|(k, v)| {
            out.push(k.clone());
            texts(v, out);
        }),
        _ => {}
    }
}

/// The tags of a page, without the values of attributes and what is in scripts; and its text, unescaped.
fn tags(page: &str) -> (Vec<String>, String) {
    let (mut found, mut words) = (Vec::new(), String::new());
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        words.push_str(&rest[..at]);
        let end = rest[at..].find('>').unwrap() + at;
        let tag = &rest[at..=end];
        let name: String = tag.chars().take_while(|c| !c.is_whitespace() && *c != '>').collect();
        let raw = name == "<script" || name == "<style";
        found.push(name);
        rest = &rest[end + 1..];
        if raw {
            rest = &rest[rest.find("</s").unwrap()..];
        }
    }
    let unescaped = words
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
    (found, unescaped)
}

#[test]
fn awkward_texts_come_back_from_every_output() {
    let harmless = tags(&text(&build(&everything("harmless")), "marketplace/storefront/shop.html")).0;
    for awkward in AWKWARD {
        let files = build(&everything(awkward));
        let holds = |path: &str, tree: &Json, at_least: usize| {
            let mut found = Vec::new();
            texts(tree, &mut found);
            let count = found.iter().filter(|t| *t == awkward).count();
            assert!(count >= at_least, "{awkward:?} is {count} times in {path}:\n{tree:#}");
        };
        for (path, at_least) in [
            ("stripe/shop.json", 4),
            ("offers/shop.jsonld", 8),
            ("aws/shop.json", 9),
            ("azure/shop.json", 4),
            ("shares/store.json", 3),
            ("statements/s.json", 2),
            ("entitlements/a.json", 1),
            ("schemas/job.schema.json", 5),
            ("mongodb/job.json", 2),
            ("tenants/school.json", 3),
            ("widgets/w.json", 3),
        ] {
            let path = format!("marketplace/{path}");
            holds(&path, &json(&files, &path), at_least);
        }
        for (path, at_least) in [
            ("openapi/v1.yaml", 15),
            ("openmeter/config.yaml", 1),
            ("google/shop/schema.yaml", 1),
            ("artifact-hub/plain/artifacthub-pkg.yml", 7),
            ("backstage/owner-acme.yaml", 2),
            ("charts/paint/Chart.yaml", 3),
        ] {
            let path = format!("marketplace/{path}");
            let tree: Json =
                serde_saphyr::from_str(&text(&files, &path)).unwrap_or_else(|e| panic!("{path}: {e}"));
            holds(&path, &tree, at_least);
        }
        let documents: Vec<Json> =
            serde_saphyr::from_multiple(&text(&files, "marketplace/backstage/paint.yaml")).unwrap();
        holds("backstage/paint.yaml", &documents.into_iter().collect(), 3);

        let page = text(&files, "marketplace/storefront/shop.html");
        let (found, words) = tags(&page);
        assert_eq!(found, harmless, "{awkward:?} makes tags in\n{page}");
        let shown: String = awkward.chars().collect();
        assert!(words.matches(&shown).count() >= 6, "{awkward:?} in\n{page}");
        let data = page
            .split("<script type=\"application/ld+json\">")
            .nth(1)
            .unwrap()
            .split("</script>")
            .next()
            .unwrap();
        holds("the page's own data", &serde_json::from_str(data).unwrap(), 8);
    }
}

/// Renders a template by the few rules that charts here use. Anything else is an error.
fn rendered(template: &str, values: &Json) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("{{") {
        out.push_str(&rest[..at]);
        let end = rest[at..].find("}}").unwrap_or_else(|| panic!("an open action in\n{template}")) + at;
        let action = rest[at + 2..end].trim();
        rest = &rest[end + 2..];
        if action == "\"{{\"" {
            out.push_str("{{");
            continue;
        }
        let (path, how) = action.split_once(" | ").unwrap_or_else(|| panic!("{action}"));
        let value = match path {
            ".Release.Namespace" => Json::from("somewhere"),
            _ => {
                let pointer =
                    path.strip_prefix(".Values").unwrap_or_else(|| panic!("{action}")).replace('.', "/");
                values.pointer(&pointer).unwrap_or_else(|| panic!("no value {path}")).clone()
            }
        };
        match (how, &value) {
            ("quote", Json::String(_)) | ("toJson", Json::Object(_)) => out += &value.to_string(),
            ("int", Json::Number(n)) => out += &n.as_i64().unwrap().to_string(),
            other => panic!("{action}: {other:?}"),
        }
    }
    out + rest
}

fn objects(yaml: &str) -> Vec<Json> {
    serde_saphyr::from_multiple(yaml).unwrap_or_else(|e| panic!("{e}\n{yaml}"))
}

/// Rendered with its own values, a chart has the objects of the manifests, in the namespace of its release.
#[test]
fn a_rendered_chart_is_what_the_manifests_are() {
    let awkward = literal("{{ .Values.x }} }} {{- a");
    let files = build(&format!(
        r#"
publisher acme {{ organization = "Acme", email = "sales@acme.example" }}
config limits {{ data {{ TEXT = {awkward} }} }}
service brush {{
  image = "registry.example/brush:1.0.0", resources {{ cpu = 500m..1, memory = 1Gi }}, env TEXT = {awkward}, env_from = [limits]
  port http {{ container = 8080, service = 80 }}, scaling {{ replicas = 2..9, target cpu {{ utilization = 70% }} }}
}}
service text-roller {{
  image = "registry.example/roller:1.0.0", resources {{ cpu = 1, memory = 1Gi }}, depends_on = [brush]
  scaling {{ replicas = 0..5, event q = redis-list(address = "r:6379", list = "q") }}
}}
service bucket {{ image = "registry.example/bucket:1.0.0", resources {{ cpu = 1, memory = 1Gi }} }}
capsule paint {{
  publisher = acme, summary = "Paints", license = "MIT", released = 2026-01-01, version = 1.0.0, services = [brush, text-roller, bucket]
}}
"#
    ));
    let values: Json = serde_saphyr::from_str(&text(&files, "marketplace/charts/paint/values.yaml")).unwrap();
    let schema = json(&files, "marketplace/charts/paint/values.schema.json");
    let services = &schema["properties"]["services"]["properties"];
    assert_eq!(services["brush"]["required"], serde_json::json!(["image", "replicas", "resources"]));
    assert_eq!(values["services"]["textRoller"]["replicas"], serde_json::json!({"min": 0, "max": 5}));
    let mut seen = 0;
    for (template, manifest) in [
        ("brush", "brush"),
        ("text-roller", "text-roller"),
        ("bucket", "bucket"),
        ("config-limits", "limits"),
    ] {
        let template = text(&files, &format!("marketplace/charts/paint/templates/{template}.yaml"));
        let mut in_chart = objects(&rendered(&template, &values));
        let mut in_cluster = objects(&text(&files, &format!("kubernetes/default/{manifest}.yaml")));
        in_cluster.retain(|o| !matches!(o["kind"].as_str(), Some("NetworkPolicy" | "HTTPRoute")));
        for object in &mut in_chart {
            assert_eq!(object["metadata"]["namespace"], "somewhere");
            object["metadata"]["namespace"] = "default".into();
        }
        assert_eq!(in_chart, in_cluster, "{template}");
        seen += in_chart.len();
    }
    assert!(seen >= 10, "{seen}");
}
