//! A configuration for Microsoft's Product Ingestion API: `POST https://graph.microsoft.com/rp/product-ingestion/configure`.
//!
//! Resources and versions: Partner Center, "Product Ingestion API" (preview), schemas below https://schema.mp.microsoft.com/schema.
use crate::codes;
use crate::desk::Desk;
use crate::money::{Money, Period, Recurring};
use crate::offer::{Allowance, Model, Plan};
use crate::product::{self, Listing};
use crate::tree::{Map, Node};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::StructValue;

const SCHEMAS: &str = "https://schema.mp.microsoft.com/schema";

/// `listing` → configuration, if it is to be in Microsoft's marketplace.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let Some(azure) = read::nested(desk.object, "azure") else { return };
        let Some(listing) = product::listing(desk) else { return };
        let mut resources = offer(desk, &listing, azure);
        for plan in &listing.plans_of(desk, azure) {
            resources.extend(plan_resources(desk, plan, azure));
        }
        if desk.failed() {
            return;
        }
        let root = Map::new()
            .with("$schema", format!("{SCHEMAS}/configure/2022-03-01-preview2"))
            .with("resources", resources);
        desk.json("azure", "json", root);
    })
}

fn resource(kind: &str, version: &str, name: impl Into<String>) -> Map {
    Map::new()
        .with("$schema", format!("{SCHEMAS}/{kind}/2022-03-01-{version}"))
        .with("resourceName", name.into())
}

fn named(name: &str) -> Map {
    Map::new().with("resourceName", name)
}

fn offer(desk: &Desk<'_>, listing: &Listing, azure: &StructValue) -> Vec<Node> {
    let product = &listing.product;
    let text = |field: &str| read::text(azure, field);
    let identity = Map::new().with("externalId", text("offer").unwrap_or(&desk.name));
    let support = product.publisher.support.as_deref().or(product.publisher.website.as_deref());
    let links: Vec<Node> =
        [("Documentation", product.link("documentation")), ("Website", product.link("homepage"))]
            .into_iter()
            .filter_map(|(text, url)| Some(Map::new().with("displayText", text).with("link", url?).into()))
            .collect();
    vec![
        resource("product", "preview3", "product")
            .with("identity", identity)
            .with("type", "azureSaaS")
            .with("alias", &product.title)
            .into(),
        resource("listing", "preview5", "listing")
            .with("product", named("product"))
            .with("kind", "azureSaaS")
            .with("languageId", "en-us")
            .with("title", &product.title)
            .with("searchResultSummary", &product.summary)
            .with("shortDescription", &product.summary)
            .with("description", paragraphs(&product.description))
            .unless_empty("searchKeywords", product.keywords.iter().take(3).map(Into::into).collect())
            .unless_empty("generalLinks", links)
            .and("privacyPolicyLink", text("privacy"))
            .and("globalSupportWebsite", support)
            .into(),
        resource("software-as-a-service-technical-configuration", "preview3", "technical-configuration")
            .with("product", named("product"))
            .and("landingPageUrl", text("landing"))
            .and("connectionWebhook", text("webhook"))
            .and("azureAdTenantId", text("tenant"))
            .and("azureAdAppId", text("application"))
            .into(),
    ]
}

fn plan_resources(desk: &mut Desk<'_>, plan: &Plan, azure: &StructValue) -> Vec<Node> {
    let Some(pricing) = pricing(desk, plan) else { return Vec::new() };
    let name = format!("plan-{}", plan.name);
    let summary = plan.summary.as_deref().unwrap_or(&plan.title);
    let markets = read::texts(azure, "countries").unwrap_or_default();
    let mut trial = Map::new();
    if let Model::Subscription { trial_days: Some(30), .. } = plan.model {
        trial = trial.with("type", "month").with("value", 1_i64);
    }
    let mut prices = resource("price-and-availability-plan", "preview4", format!("{name}-price"))
        .with("product", named("product"))
        .with("plan", named(&name))
        .with("visibility", "visible")
        .with("audience", "public")
        .with("markets", markets)
        .with("pricing", pricing);
    if !trial.is_empty() {
        prices = prices.with("trial", trial);
    }
    vec![
        resource("plan", "preview3", &name)
            .with("product", named("product"))
            .with("identity", Map::new().with("externalId", &plan.name))
            .with("alias", &plan.title)
            .into(),
        resource("plan-listing", "preview5", format!("{name}-listing"))
            .with("product", named("product"))
            .with("plan", named(&name))
            .with("kind", "azureSaaS-plan")
            .with("languageId", "en-us")
            .with("name", &plan.title)
            .with("description", paragraphs(summary))
            .into(),
        prices.into(),
    ]
}

/// What a plan costs there; `None` if it cannot be sold there, which is reported.
fn pricing(desk: &mut Desk<'_>, plan: &Plan) -> Option<Map> {
    let mut prices = Vec::new();
    let mut mode = "flatRate";
    match &plan.model {
        Model::Free | Model::Freemium | Model::Usage => prices.push(payment(Period::Month, "0".to_owned())),
        Model::Subscription { price, annual, .. } => {
            for price in std::iter::once(price).chain(annual) {
                prices.push(recurring(desk, plan, price)?);
            }
        }
        Model::License { price, scope, .. } => {
            if scope == "seat" {
                mode = "perUser";
            }
            prices.push(recurring(desk, plan, price)?);
        }
        // What is agreed with each buyer is a private offer.
        Model::OnRequest => return None,
        Model::Once(_) => {
            return unsold(
                desk,
                plan,
                "is not for a time, so Microsoft's marketplace cannot sell it as a service",
            );
        }
    }
    let mut meters = Map::new();
    for (meter, allowance) in &plan.include {
        let (included, price) = match allowance {
            Allowance::Metered(price) => (Some("0".to_owned()), Some(price)),
            Allowance::Limit { amount, overage } => (amount.count.decimal(), overage.as_ref()),
            Allowance::Unlimited { .. } => (None, None),
            Allowance::Tiered(..) => {
                return unsold(
                    desk,
                    plan,
                    "has a price in steps, which Microsoft's marketplace does not know",
                );
            }
        };
        if price.is_none() {
            // Nothing is billed beyond it, so nothing is metered there.
            continue;
        }
        let quantity = Map::new()
            .with("billingTerm", term(Period::Month))
            .and("quantity", included.map(Node::Number))
            .with("isInfinite", false);
        let mut entry = Map::new().with("includedQuantities", vec![quantity]);
        if let Some(price) = price {
            entry = entry
                .with("pricePerUnitInUsd", Node::Number(dollars(desk, plan, price)?))
                .with("unitOfMeasure", meter.unit_word())
                .with("displayName", &meter.title);
        }
        meters = meters.with(&meter.name, entry);
    }
    let recurrent =
        Map::new().with("priceInputOption", "usd").with("recurrentPriceMode", mode).with("prices", prices);
    let pricing = Map::new().with("recurrentPrice", recurrent);
    if meters.is_empty() {
        return Some(pricing);
    }
    Some(pricing.with("customMeters", Map::new().with("priceInputOption", "usd").with("meters", meters)))
}

fn term(period: Period) -> Map {
    Map::new().with("type", period.word()).with("value", 1_i64)
}

fn payment(period: Period, price: String) -> Map {
    Map::new()
        .with("billingTerm", term(period))
        .with("paymentOption", term(period))
        .with("pricePerPaymentInUsd", Node::Number(price))
}

fn recurring(desk: &mut Desk<'_>, plan: &Plan, price: &Recurring) -> Option<Map> {
    let text = dollars(desk, plan, &price.money)?;
    match price.period {
        Period::Month | Period::Year => Some(payment(price.period, text)),
        Period::Day | Period::Week => {
            unsold(
                desk,
                plan,
                "is paid by days or weeks, and Microsoft's marketplace bills months and years",
            );
            None
        }
    }
}

fn dollars(desk: &mut Desk<'_>, plan: &Plan, money: &Money) -> Option<String> {
    if money.currency != "USD" {
        desk.find(
            codes::CURRENCY,
            format!(
                "`{}` costs {}, and the prices of this listing are in dollars",
                plan.name, money.currency
            ),
            &["plans"],
            "list a plan of its own there, priced in dollars, or leave `azure` out",
        );
        return None;
    }
    Some(money.text())
}

fn unsold(desk: &mut Desk<'_>, plan: &Plan, why: &str) -> Option<Map> {
    desk.warn(
        codes::UNSOLD,
        format!("`{}` {why}", plan.name),
        &["plans"],
        "it is left out there; a private offer can sell it",
    );
    None
}

/// The description as HTML, which this field is.
fn paragraphs(text: &str) -> String {
    use crate::html::{Html, element};
    let parts = text.split("\n\n").filter(|p| !p.trim().is_empty());
    parts.map(|p| element("p").child(Html::text(p.trim())).print()).collect()
}
