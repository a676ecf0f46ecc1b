//! A change set of the AWS Marketplace Catalog API: `aws marketplace-catalog start-change-set --cli-input-json file://FILE`.
//!
//! Shapes: AWS Marketplace API Reference, "Create a public or limited SaaS product and public offer with contract with Pay-As-You-Go
//! pricing". Each change type stands once for each entity: the API refuses it twice.
use crate::codes;
use crate::desk::Desk;
use crate::money::{Money, Period};
use crate::names::snake;
use crate::offer::{Allowance, Meter, Model, Plan};
use crate::product::{self, Listing};
use crate::tree::{Map, Node};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{Number, StructValue};

const PRODUCT: &str = "SaaSProduct@1.0";
const OFFER: &str = "Offer@1.0";

/// `listing` → change set, if it is to be in AWS Marketplace.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let Some(aws) = read::nested(desk.object, "aws") else { return };
        let Some(listing) = product::listing(desk) else { return };
        let mut terms = Terms::default();
        for plan in &listing.plans_of(desk, aws) {
            terms.plan(desk, plan);
        }
        if desk.failed() {
            return;
        }
        let changes = changes(&listing, aws, &terms);
        desk.json("aws", "json", Map::new().with("Catalog", "AWSMarketplace").with("ChangeSet", changes));
    })
}

/// What is bought, and for how much.
#[derive(Default)]
struct Terms {
    dimensions: Vec<Node>,
    usage: Vec<Node>,
    month: Vec<Node>,
    year: Vec<Node>,
    paid: bool,
}

fn rate(key: &str, price: String) -> Node {
    Map::new().with("DimensionKey", key).with("Price", price).into()
}

impl Terms {
    fn plan(&mut self, desk: &mut Desk<'_>, plan: &Plan) {
        let key = snake(&plan.name);
        let mut month = None;
        let mut year = None;
        match &plan.model {
            Model::Free | Model::Freemium => {
                month = Some("0".to_owned());
                year = Some("0".to_owned());
            }
            Model::Subscription { price, annual, .. } => {
                if price.period == Period::Month {
                    month = dollars(desk, plan, &price.money);
                }
                let of_year = match annual {
                    Some(annual) => Some(annual.money.clone()),
                    None => of_year(&price.money, price.period),
                };
                year = of_year.and_then(|m| dollars(desk, plan, &m));
            }
            Model::License { price, .. } => {
                year = of_year(&price.money, price.period).and_then(|m| dollars(desk, plan, &m));
            }
            // What is agreed with each buyer is a private offer.
            Model::Usage | Model::OnRequest => {}
            Model::Once(_) => {
                unsold(
                    desk,
                    plan,
                    "is neither for a time nor by use, so AWS Marketplace cannot sell it as a service: it is left out there",
                );
            }
        }
        if month.is_some() || year.is_some() {
            self.dimension(&key, &plan.title, plan.summary.as_deref(), "Entitled", "Units");
        }
        self.paid |= year.as_deref().is_some_and(|y| y != "0");
        self.month.extend(month.map(|p| rate(&key, p)));
        self.year.extend(year.map(|p| rate(&key, p)));
        for (meter, allowance) in &plan.include {
            self.meter(desk, plan, meter, allowance);
        }
    }

    fn meter(&mut self, desk: &mut Desk<'_>, plan: &Plan, meter: &Meter, allowance: &Allowance) {
        let price = match allowance {
            Allowance::Metered(price) | Allowance::Limit { overage: Some(price), .. } => price,
            Allowance::Tiered(..) => {
                return unsold(
                    desk,
                    plan,
                    "has a price in steps, which AWS Marketplace does not know: that price is left out there",
                );
            }
            Allowance::Unlimited { .. } | Allowance::Limit { overage: None, .. } => return,
        };
        let Some(price) = dollars(desk, plan, price) else { return };
        let key = format!("{}_{}", snake(&plan.name), snake(&meter.name));
        let title = format!("{} ({})", meter.title, plan.title);
        self.dimension(
            &key,
            &title,
            Some(&format!("per {}", meter.unit_word())),
            "ExternallyMetered",
            "Units",
        );
        self.usage.push(rate(&key, price));
        self.paid = true;
    }

    fn dimension(&mut self, key: &str, name: &str, description: Option<&str>, kind: &str, unit: &str) {
        self.dimensions.push(
            Map::new()
                .with("Key", key)
                .with("Description", description.unwrap_or(name))
                .with("Name", name)
                .with("Types", vec![kind])
                .with("Unit", unit)
                .into(),
        );
    }

    fn document(&self) -> Map {
        let mut terms: Vec<Node> = Vec::new();
        if !self.usage.is_empty() {
            let cards = vec![Map::new().with("RateCard", self.usage.clone())];
            terms.push(
                Map::new()
                    .with("Type", "UsageBasedPricingTerm")
                    .with("CurrencyCode", "USD")
                    .with("RateCards", cards)
                    .into(),
            );
        }
        // A duration is offered if everything that can be bought ahead has a price for it.
        let months = if self.month.len() == self.year.len() { self.month.clone() } else { Vec::new() };
        let cards: Vec<Node> = [("P1M", &months), ("P12M", &self.year)]
            .into_iter()
            .filter(|(_, rates)| !rates.is_empty())
            .map(|(duration, rates)| {
                let constraints = Map::new()
                    .with("MultipleDimensionSelection", "Disallowed")
                    .with("QuantityConfiguration", "Allowed");
                Map::new()
                    .with("Selector", Map::new().with("Type", "Duration").with("Value", duration))
                    .with("RateCard", rates.clone())
                    .with("Constraints", constraints)
                    .into()
            })
            .collect();
        let upfront = !cards.is_empty();
        if upfront {
            terms.push(
                Map::new()
                    .with("Type", "ConfigurableUpfrontPricingTerm")
                    .with("CurrencyCode", "USD")
                    .with("RateCards", cards)
                    .into(),
            );
        }
        let model = match (self.paid, upfront) {
            (false, _) => "Free",
            (true, true) => "Contract",
            (true, false) => "Usage",
        };
        Map::new().with("PricingModel", model).with("Terms", terms)
    }
}

fn of_year(money: &Money, period: Period) -> Option<Money> {
    let factor = match period {
        Period::Month => Number::int(12),
        Period::Year => Number::ONE,
        Period::Week => Number::int(52),
        Period::Day => Number::int(365),
    };
    money.times(&factor)
}

fn dollars(desk: &mut Desk<'_>, plan: &Plan, money: &Money) -> Option<String> {
    if money.currency != "USD" {
        desk.find(
            codes::CURRENCY,
            format!("`{}` costs {}, and AWS Marketplace lists prices in dollars", plan.name, money.currency),
            &["plans"],
            "list a plan of its own there, priced in dollars, or leave `aws` out",
        );
        return None;
    }
    Some(money.text())
}

fn unsold(desk: &mut Desk<'_>, plan: &Plan, why: &str) {
    desk.warn(codes::UNSOLD, format!("`{}` {why}", plan.name), &["plans"], "a private offer can sell it");
}

/// A change of an entity that another change of the set creates, or that creation.
fn change(kind: &str, entity: &str, of: Option<&str>, name: Option<&str>, details: impl Into<Node>) -> Node {
    let entity =
        Map::new().with("Type", entity).and("Identifier", of.map(|of| format!("${of}.Entity.Identifier")));
    Map::new()
        .with("ChangeType", kind)
        .and("ChangeName", name)
        .with("Entity", entity)
        .with("DetailsDocument", details)
        .into()
}

fn changes(listing: &Listing, aws: &StructValue, terms: &Terms) -> Vec<Node> {
    let (new_product, new_offer) = ("CreateProductChange", "CreateOfferChange");
    let product = &listing.product;
    let logo = read::text(aws, "logo").or(product.link("icon")).unwrap_or_default();
    let links: Vec<Node> =
        [("Documentation", product.link("documentation")), ("Website", product.link("homepage"))]
            .into_iter()
            .filter_map(|(text, url)| {
                Some(Map::new().with("Type", "Link").with("Text", text).with("Url", url?).into())
            })
            .collect();
    let of_product = |kind: &str, details: Node| change(kind, PRODUCT, Some(new_product), None, details);
    let of_offer = |kind: &str, details: Node| change(kind, OFFER, Some(new_offer), None, details);
    let information = Map::new()
        .with("ProductTitle", &product.title)
        .with("ShortDescription", &product.summary)
        .with("LongDescription", &product.description)
        .with("Highlights", listing.highlights.iter().take(3).collect::<Node>())
        .with("SearchKeywords", product.keywords.iter().collect::<Node>())
        .with("Categories", read::texts(aws, "categories").unwrap_or_default())
        .with("LogoUrl", logo)
        .with("VideoUrls", Node::List(Vec::new()))
        .with("AdditionalResources", links);
    let delivery = Map::new().with(
        "SaaSUrlDeliveryOptionDetails",
        Map::new().with("FulfillmentUrl", read::text(aws, "fulfillment").unwrap_or_default()),
    );
    let delivery = Map::new().with("DeliveryOptions", vec![Map::new().with("Details", delivery)]);
    let mut out = vec![
        change("CreateProduct", PRODUCT, None, Some(new_product), Map::new()),
        of_product("UpdateInformation", information.into()),
    ];
    if let Some(accounts) = read::texts(aws, "only") {
        let targeting = Map::new().with("PositiveTargeting", Map::new().with("BuyerAccounts", accounts));
        out.push(of_product("UpdateTargeting", targeting.into()));
    }
    out.push(of_product("AddDeliveryOptions", delivery.into()));
    out.push(of_product("AddDimensions", Node::List(terms.dimensions.clone())));
    out.push(of_product("ReleaseProduct", Map::new().into()));
    let of = Map::new().with("ProductId", format!("${new_product}.Entity.Identifier"));
    out.push(change("CreateOffer", OFFER, None, Some(new_offer), of));
    let information = Map::new().with("Name", &product.title).with("Description", &product.summary);
    out.push(of_offer("UpdateInformation", information.into()));
    out.push(of_offer("UpdatePricingTerms", terms.document().into()));
    let document =
        match read::member(aws, "terms").and_then(|m| Some((m.name.as_str(), m.fields.as_deref()?))) {
            Some(("custom", fields)) => Map::new()
                .with("Type", "CustomEula")
                .with("Url", read::text(fields, "document").unwrap_or_default()),
            Some((_, fields)) => Map::new()
                .with("Type", "StandardEula")
                .with("Version", read::text(fields, "version").unwrap_or_default()),
            None => Map::new().with("Type", "StandardEula").with("Version", "2022-07-14"),
        };
    let legal = Map::new().with("Type", "LegalTerm").with("Documents", vec![document]);
    out.push(of_offer("UpdateLegalTerms", Map::new().with("Terms", vec![legal]).into()));
    let support = Map::new()
        .with("Type", "SupportTerm")
        .with("RefundPolicy", read::text(aws, "refunds").unwrap_or_default());
    out.push(of_offer("UpdateSupportTerms", Map::new().with("Terms", vec![support]).into()));
    out.push(of_offer("ReleaseOffer", Map::new().into()));
    out
}
