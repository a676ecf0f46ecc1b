//! The price list for search engines: schema.org in JSON-LD.
//!
//! Types: schema.org/SoftwareApplication, schema.org/Offer, schema.org/UnitPriceSpecification.
use crate::desk::Desk;
use crate::money::{Money, Recurring};
use crate::offer::{Allowance, Model, Plan, Tier};
use crate::product::{self, Listing};
use crate::tree::{Map, Node};
use ivs_plan::{Context, Lowered, Subject};

/// `listing` → JSON-LD.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let Some(listing) = product::listing(desk) else { return };
        desk.json("offers", "jsonld", document(&listing));
    })
}

/// The whole document.
pub fn document(listing: &Listing) -> Map {
    let product = &listing.product;
    let offers: Vec<Node> = listing.plans.iter().map(|p| offer(listing, p).into()).collect();
    let seller = Map::new()
        .with("@type", "Organization")
        .with("name", &product.publisher.organization)
        .with("email", &product.publisher.email)
        .and("url", product.publisher.website.as_deref());
    Map::new()
        .with("@context", "https://schema.org")
        .with("@type", "SoftwareApplication")
        .with("name", &product.title)
        .with("description", &product.summary)
        .with("softwareVersion", &product.version)
        .with("datePublished", &product.released)
        .with("applicationCategory", "BusinessApplication")
        .with("operatingSystem", "Web")
        .and("url", product.link("homepage"))
        .and("image", product.link("icon"))
        .unless_empty("keywords", product.keywords.iter().map(Into::into).collect())
        .with("featureList", listing.highlights.iter().collect::<Node>())
        .with("publisher", seller)
        .with("offers", offers)
}

fn offer(listing: &Listing, plan: &Plan) -> Map {
    let mut prices = Vec::new();
    match &plan.model {
        Model::Once(price) => prices.push(specification(price, "PriceSpecification", None)),
        Model::Subscription { price, annual, .. } => {
            prices.extend(std::iter::once(price).chain(annual).map(|p| recurring(p, &plan.title)));
        }
        Model::License { price, .. } => prices.push(recurring(price, &plan.title)),
        Model::Free | Model::Freemium => {
            let currency = listing.plans.iter().find_map(|p| p.prices().first().map(|m| m.currency.clone()));
            prices.push(
                Map::new()
                    .with("@type", "PriceSpecification")
                    .with("price", "0")
                    .with("priceCurrency", currency.unwrap_or_else(|| "USD".into()).as_str()),
            );
        }
        Model::Usage | Model::OnRequest => {}
    }
    for (meter, allowance) in &plan.include {
        let unit = meter.unit_word();
        let mut put = |money: &Money, from: Option<String>, to: Option<String>| {
            let quantity =
                Map::new().with("@type", "QuantitativeValue").with("value", "1").with("unitText", &unit);
            let mut entry = specification(money, "UnitPriceSpecification", Some(&meter.title))
                .with("referenceQuantity", quantity);
            if from.is_some() || to.is_some() {
                let range = Map::new()
                    .with("@type", "QuantitativeValue")
                    .and("minValue", from)
                    .and("maxValue", to)
                    .with("unitText", &unit);
                entry = entry.with("eligibleQuantity", range);
            }
            prices.push(entry);
        };
        match allowance {
            Allowance::Metered(price) => put(price, None, None),
            Allowance::Limit { amount, overage: Some(price) } => put(price, amount.count.decimal(), None),
            Allowance::Tiered(_, tiers) => {
                let mut from = None;
                for Tier { up_to, price, .. } in tiers {
                    let to = up_to.as_ref().and_then(ivs_value::Number::decimal);
                    put(price, from.take(), to.clone());
                    from = to;
                }
            }
            Allowance::Unlimited { .. } | Allowance::Limit { overage: None, .. } => {}
        }
    }
    for addon in &plan.addons {
        prices.push(recurring(&addon.price, &addon.name));
    }
    let category = match &plan.model {
        Model::Free | Model::Freemium => "free",
        Model::Once(_) => "purchase",
        Model::Subscription { .. } | Model::License { .. } | Model::Usage | Model::OnRequest => {
            "subscription"
        }
    };
    Map::new()
        .with("@type", "Offer")
        .with("name", &plan.title)
        .and("description", plan.summary.as_deref())
        .with("category", category)
        .and("url", listing.shop.as_deref())
        .unless_empty("priceSpecification", prices.into_iter().map(Into::into).collect())
}

fn recurring(price: &Recurring, name: &str) -> Map {
    specification(&price.money, "UnitPriceSpecification", Some(name))
        .with("billingDuration", price.period.iso())
        .with("billingIncrement", Node::Number("1".to_owned()))
        .with("unitCode", price.period.unit_code())
}

fn specification(money: &Money, kind: &str, name: Option<&str>) -> Map {
    Map::new()
        .with("@type", kind)
        .and("name", name)
        .with("price", money.text())
        .with("priceCurrency", money.currency.as_str())
}
