//! The page on which a person compares plans: one file, without scripts, servers or anything from elsewhere.
//!
//! It works by keyboard, with screen readers, in light and dark, on paper; columns are hidden by check boxes and style sheets alone.
use crate::desk::Desk;
use crate::html::{Element, Html, element};
use crate::money::{Amount, Recurring, grouped, shown};
use crate::offer::{Allowance, Feature, Meter, Model, Plan, Steps};
use crate::product::{self, Listing};
use crate::tree;
use crate::web;
use ivs_plan::{Context, Lowered, Subject};
use std::fmt::Write as _;

const STYLE: &str = include_str!("storefront.css");

/// `listing` → page.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let Some(listing) = product::listing(desk) else { return };
        let page = format!("<!DOCTYPE html>\n{}\n", page(&listing).print());
        let file = format!("{}.html", desk.name);
        desk.file("storefront", &file, page);
    })
}

fn page(listing: &Listing) -> Element {
    let product = &listing.product;
    let data = tree::json(&web::document(listing).into());
    // Nothing is loaded, nothing runs; styles are in the page itself.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
    let head = element("head")
        .child(element("meta").with("charset", "utf-8"))
        .child(element("meta").with("http-equiv", "Content-Security-Policy").with("content", policy))
        .child(
            element("meta").with("name", "viewport").with("content", "width=device-width, initial-scale=1"),
        )
        .child(element("meta").with("name", "description").with("content", &product.summary))
        .child(element("title").child(format!("{}: plans and prices", product.title)))
        .child(element("style").child(Html::Data(style(listing.plans.len()))))
        .child(element("script").with("type", "application/ld+json").child(Html::Data(data)));
    let body = element("body")
        .child(element("a").with("class", "skip").with("href", "#compare").child("Skip to the comparison"))
        .child(header(listing))
        .child(element("main").child(plans(listing)).child(compare(listing)))
        .child(footer(listing));
    element("html").with("lang", &listing.language).child(head).child(body)
}

/// The style sheet, with a rule for each column that may be hidden.
fn style(plans: usize) -> String {
    let mut out = STYLE.to_owned();
    for i in 0..plans {
        let _ = writeln!(out, "body:has(#show-{i}:not(:checked)) .column-{i} {{ display: none; }}");
    }
    out
}

fn header(listing: &Listing) -> Element {
    let product = &listing.product;
    let highlights = listing.highlights.iter().map(|h| element("li").child(h.as_str()));
    element("header")
        .child(element("h1").child(product.title.as_str()))
        .child(element("p").with("class", "lead").child(product.summary.as_str()))
        .child(element("ul").children(highlights))
}

fn plans(listing: &Listing) -> Element {
    let cards =
        listing.plans.iter().map(|p| element("li").with("class", class(p)).children(card(listing, p)));
    element("section")
        .with("aria-labelledby", "plans")
        .child(element("h2").with("id", "plans").child("Plans"))
        .child(element("ul").with("class", "plans").children(cards))
}

fn class(plan: &Plan) -> &'static str {
    if plan.recommended { "plan best" } else { "plan" }
}

fn card(listing: &Listing, plan: &Plan) -> Vec<Html> {
    let mut out: Vec<Html> = vec![element("h3").child(plan.title.as_str()).into()];
    if plan.recommended {
        out.push(element("p").with("class", "mark").child("Recommended").into());
    }
    out.push(element("p").with("class", "price").child(price(plan)).into());
    for line in price_lines(plan) {
        out.push(element("p").with("class", "soft").child(line).into());
    }
    out.extend(plan.summary.as_deref().map(|s| element("p").child(s).into()));
    let includes = plan.include.iter().map(|(m, a)| format!("{}: {}", m.title, allowance(m, a)));
    // A larger plan lists what it adds to the one that it is an upgrade of.
    let smaller = plan.upgrade_of.as_ref().and_then(|name| listing.plans.iter().find(|p| p.name == *name));
    let smaller = smaller.filter(|p| !p.features.is_empty());
    let had = |f: &Feature| smaller.is_some_and(|p| p.features.iter().any(|o| o.name == f.name));
    let all = smaller.map(|p| format!("Everything that {} can do", p.title));
    let features = plan.features.iter().filter(|f| !had(f)).map(|f| f.title.clone());
    let lines: Vec<Element> =
        includes.chain(all).chain(features).map(|line| element("li").child(line)).collect();
    if !lines.is_empty() {
        out.push(element("ul").children(lines).into());
    }
    let (href, what) = match (&plan.model, &listing.shop) {
        (Model::OnRequest, _) | (_, None) => {
            (format!("mailto:{}", listing.product.publisher.email), "Ask for an offer")
        }
        (Model::Free | Model::Freemium, Some(shop)) => (shop.clone(), "Start"),
        (_, Some(shop)) => (shop.clone(), "Buy"),
    };
    let link =
        element("a").with("class", "button").with("href", href).child(format!("{what}: {}", plan.title));
    out.push(link.into());
    out
}

fn per(price: &Recurring) -> String {
    format!("{} per {}", shown(&price.money), price.period.word())
}

fn price(plan: &Plan) -> String {
    match &plan.model {
        Model::Free | Model::Freemium => "Free".to_owned(),
        Model::Once(price) => format!("{} once", shown(price)),
        Model::Subscription { price, .. } => per(price),
        Model::Usage => "By use".to_owned(),
        Model::License { price, scope, .. } => format!("{} and {scope}", per(price)),
        Model::OnRequest => "On request".to_owned(),
    }
}

/// What else there is to say of the price.
fn price_lines(plan: &Plan) -> Vec<String> {
    let mut out = Vec::new();
    match &plan.model {
        Model::Subscription { annual, trial_days, .. } => {
            out.extend(annual.as_ref().map(|a| format!("or {}", per(a))));
            out.extend(trial_days.map(|d| format!("The first {d} days are free")));
        }
        Model::License { months: Some(months), .. } => out.push(format!("For {months} months at a time")),
        _ => {}
    }
    out.extend(
        plan.volume.iter().map(|d| format!("{} less from {} licences", d.off, grouped(&d.from.to_string()))),
    );
    out.extend(plan.addons.iter().map(|a| {
        let what: Vec<&str> = a.features.iter().map(|f| f.title.as_str()).collect();
        let what = a.summary.clone().unwrap_or_else(|| what.join(", "));
        format!("With {what}: {} more", per(&a.price))
    }));
    out
}

fn amount(a: &Amount) -> String {
    let count = grouped(&a.count.decimal().unwrap_or_default());
    match a.period {
        Some(period) => format!("{count} per {}", period.word()),
        None => count,
    }
}

fn allowance(meter: &Meter, allowance: &Allowance) -> String {
    let unit = meter.unit_word();
    match allowance {
        Allowance::Unlimited { fair_use: None } => "unlimited".to_owned(),
        Allowance::Unlimited { fair_use: Some(a) } => format!("unlimited (fair use: {})", amount(a)),
        Allowance::Limit { amount: a, overage: None } => amount(a),
        Allowance::Limit { amount: a, overage: Some(p) } => {
            format!("{}, then {} per {unit}", amount(a), shown(p))
        }
        Allowance::Metered(p) => format!("{} per {unit}", shown(p)),
        Allowance::Tiered(steps, tiers) => {
            let mut parts = Vec::new();
            for tier in tiers {
                let flat = tier.flat.as_ref().map(|f| format!(" and {} once", shown(f))).unwrap_or_default();
                let price = format!("{} per {unit}{flat}", shown(&tier.price));
                parts.push(match tier.up_to.as_ref().and_then(ivs_value::Number::decimal) {
                    Some(end) => format!("up to {}: {price}", grouped(&end)),
                    None => format!("beyond: {price}"),
                });
            }
            let of = if *steps == Steps::Volume { "for all of them, " } else { "" };
            format!("{of}{}", parts.join("; "))
        }
    }
}

/// A line of the comparison: its name, an explanation, and a cell for each plan.
struct Line {
    name: String,
    note: Option<String>,
    cells: Vec<Html>,
}

fn compare(listing: &Listing) -> Element {
    let boxes = listing.plans.iter().enumerate().map(|(i, p)| {
        let id = format!("show-{i}");
        let input = element("input").with("type", "checkbox").with("id", &id).with("checked", "");
        element("label").with("for", &id).child(input).child(p.title.as_str())
    });
    let heads = listing.plans.iter().enumerate().map(|(i, p)| {
        element("th").with("scope", "col").with("class", format!("column-{i}")).child(p.title.as_str())
    });
    let head = element("tr").child(element("td")).children(heads);
    let rows = lines(listing).into_iter().map(|line| {
        let cells = line.cells.into_iter().enumerate();
        let cells = cells.map(|(i, cell)| element("td").with("class", format!("column-{i}")).child(cell));
        let mut name = element("th").with("scope", "row").child(line.name);
        if let Some(note) = line.note {
            name = name.child(element("br")).child(element("small").with("class", "soft").child(note));
        }
        element("tr").child(name).children(cells)
    });
    let table = element("table")
        .child(element("caption").child("What each plan has, and what it costs"))
        .child(element("thead").child(head))
        .child(element("tbody").children(rows));
    element("section")
        .with("aria-labelledby", "compare")
        .child(element("h2").with("id", "compare").with("tabindex", "-1").child("Compare plans"))
        .child(element("fieldset").child(element("legend").child("Show these plans")).children(boxes))
        .child(
            element("div")
                .with("class", "table")
                .with("role", "region")
                .with("aria-label", "Comparison of plans")
                .with("tabindex", "0")
                .child(table),
        )
}

fn lines(listing: &Listing) -> Vec<Line> {
    let plans = &listing.plans;
    let mut out = vec![Line {
        name: "Price".to_owned(),
        note: None,
        cells: plans.iter().map(|p| Html::text(price(p))).collect(),
    }];
    if plans.iter().any(|p| !price_lines(p).is_empty()) {
        let cells = plans.iter().map(|p| many(price_lines(p))).collect();
        out.push(Line { name: "More on the price".to_owned(), note: None, cells });
    }
    let mut meters: Vec<&Meter> = Vec::new();
    for (meter, _) in plans.iter().flat_map(|p| &p.include) {
        if !meters.iter().any(|m| m.name == meter.name) {
            meters.push(meter);
        }
    }
    for meter in meters {
        let cells = plans.iter().map(|p| match p.include.iter().find(|(m, _)| m.name == meter.name) {
            Some((m, a)) => Html::text(capital(&allowance(m, a))),
            None => nothing(),
        });
        out.push(Line { name: meter.title.clone(), note: None, cells: cells.collect() });
    }
    let mut facts: Vec<&str> = Vec::new();
    for (name, _) in plans.iter().flat_map(|p| &p.facts) {
        if !facts.contains(&name.as_str()) {
            facts.push(name);
        }
    }
    for fact in facts {
        let cells = plans.iter().map(|p| match p.facts.iter().find(|(name, _)| name == fact) {
            Some((_, value)) => Html::text(value.as_str()),
            None => nothing(),
        });
        out.push(Line { name: fact.to_owned(), note: None, cells: cells.collect() });
    }
    let mut features: Vec<&Feature> = Vec::new();
    for feature in
        plans.iter().flat_map(|p| p.features.iter().chain(p.addons.iter().flat_map(|a| &a.features)))
    {
        if !features.iter().any(|f| f.name == feature.name) {
            features.push(feature);
        }
    }
    for feature in features {
        let cells = plans.iter().map(|p| has(p, feature));
        out.push(Line { name: feature.title.clone(), note: feature.summary.clone(), cells: cells.collect() });
    }
    let cells = plans.iter().map(|p| Html::text(p.support.as_str())).collect();
    out.push(Line { name: "Support".to_owned(), note: None, cells });
    if plans.iter().any(|p| p.availability.is_some()) {
        let cells = plans.iter().map(|p| p.availability.as_deref().map_or_else(nothing, Html::text));
        out.push(Line { name: "Promised availability".to_owned(), note: None, cells: cells.collect() });
    }
    out
}

fn has(plan: &Plan, feature: &Feature) -> Html {
    if plan.features.iter().any(|f| f.name == feature.name) {
        return element("span").with("class", "yes").child("✓ Included").into();
    }
    match plan.addons.iter().find(|a| a.features.iter().any(|f| f.name == feature.name)) {
        Some(addon) => Html::text(format!("For {} more", per(&addon.price))),
        None => nothing(),
    }
}

/// Said in words: a dash alone tells a screen reader nothing.
fn nothing() -> Html {
    element("span").with("class", "soft").child("Not included").into()
}

fn many(lines: Vec<String>) -> Html {
    if lines.is_empty() {
        return element("span").with("class", "soft").child("None").into();
    }
    let mut out = element("span");
    for (i, line) in lines.into_iter().enumerate() {
        if i > 0 {
            out = out.child(element("br"));
        }
        out = out.child(line);
    }
    out.into()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn footer(listing: &Listing) -> Element {
    let product = &listing.product;
    let taxes = match listing.tax.as_str() {
        "exclusive" => "Prices are without taxes.",
        "inclusive" => "Prices include taxes.",
        _ => "",
    };
    let mut links: Vec<(&str, &str)> = Vec::new();
    links.extend(listing.terms.as_deref().map(|t| ("Terms", t)));
    links.extend(product.link("documentation").map(|d| ("Documentation", d)));
    links.extend(product.publisher.support.as_deref().map(|s| ("Support", s)));
    let mut out = element("footer").child(element("p").child(format!(
        "{} {}, published by {} on {}. {taxes}",
        product.title, product.version, product.publisher.organization, product.released
    )));
    if !links.is_empty() {
        let links = links
            .into_iter()
            .map(|(text, href)| element("li").child(element("a").with("href", href).child(text)));
        out = out.child(element("ul").children(links));
    }
    out
}
