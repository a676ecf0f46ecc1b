//! The price list in the columns of FOCUS 1.2, so that chargeback can join it with usage.
//!
//! Columns: focus.finops.org/focus-specification/v1-2. Those of a price list are given; columns of charges are not, and own
//! columns begin with `x_`, as the specification asks.
use crate::csv;
use crate::desk::Desk;
use crate::money::Money;
use crate::offer::{Allowance, Model, Plan};
use crate::product::{self, Listing};
use ivs_plan::{Context, Lowered, Subject};

const COLUMNS: [&str; 16] = [
    "ProviderName",
    "PublisherName",
    "InvoiceIssuerName",
    "ServiceCategory",
    "ServiceSubcategory",
    "ServiceName",
    "SkuId",
    "SkuPriceId",
    "ChargeCategory",
    "ChargeFrequency",
    "PricingCategory",
    "PricingUnit",
    "ListUnitPrice",
    "PricingCurrency",
    "ChargeDescription",
    "x_TierStart",
];

/// `listing` → CSV.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let Some(listing) = product::listing(desk) else { return };
        let mut rows = Rows { listing: &listing, out: vec![COLUMNS.map(str::to_owned).to_vec()] };
        for plan in &listing.plans {
            rows.plan(plan);
        }
        let text = csv::print(&rows.out);
        let file = format!("{}.csv", desk.name);
        desk.file("focus", &file, text);
    })
}

struct Rows<'l> {
    listing: &'l Listing,
    out: Vec<Vec<String>>,
}

/// One price.
struct Row<'r> {
    id: String,
    category: &'static str,
    frequency: &'static str,
    unit: String,
    money: &'r Money,
    description: String,
    from: Option<String>,
}

impl Rows<'_> {
    fn push(&mut self, plan: &Plan, row: Row<'_>) {
        let product = &self.listing.product;
        let category = match product.category.as_str() {
            "ai-machine-learning" => ("AI and Machine Learning", "AI Platforms"),
            "database" => ("Databases", "Other (Databases)"),
            "networking" => ("Networking", "Other (Networking)"),
            "security" => ("Security", "Other (Security)"),
            "storage" => ("Storage", "Other (Storage)"),
            "integration-delivery" | "streaming-messaging" => ("Integration", "Other (Integration)"),
            "monitoring-logging" => ("Management and Governance", "Observability"),
            _ => ("Other", "Other (Other)"),
        };
        let organization = &product.publisher.organization;
        self.out.push(vec![
            organization.clone(),
            organization.clone(),
            organization.clone(),
            category.0.to_owned(),
            category.1.to_owned(),
            product.title.clone(),
            format!("{}/{}", product.name, plan.name),
            format!("{}/{}/{}", product.name, plan.name, row.id),
            row.category.to_owned(),
            row.frequency.to_owned(),
            "Standard".to_owned(),
            row.unit,
            row.money.text(),
            row.money.currency.to_string(),
            row.description,
            row.from.unwrap_or_default(),
        ]);
    }

    fn plan(&mut self, plan: &Plan) {
        let purchase = |id: &str, frequency, unit: &str, money, description: &str| Row {
            id: id.to_owned(),
            category: "Purchase",
            frequency,
            unit: unit.to_owned(),
            money,
            description: description.to_owned(),
            from: None,
        };
        match &plan.model {
            Model::Once(price) => {
                self.push(plan, purchase("once", "One-Time", "Licenses", price, &plan.title))
            }
            Model::Subscription { price, annual, .. } => {
                for p in std::iter::once(price).chain(annual) {
                    let (word, unit) = (p.period.word(), unit_of(p.period.word()));
                    self.push(plan, purchase(word, "Recurring", unit, &p.money, &plan.title));
                }
            }
            Model::License { price, scope, .. } => {
                let unit = format!("{}-{}", capital(scope), unit_of(price.period.word()));
                self.push(plan, purchase("license", "Recurring", &unit, &price.money, &plan.title));
            }
            Model::Free | Model::Freemium | Model::Usage | Model::OnRequest => {}
        }
        for addon in &plan.addons {
            let unit = unit_of(addon.price.period.word());
            self.push(
                plan,
                purchase(&format!("with-{}", addon.name), "Recurring", unit, &addon.price.money, &addon.name),
            );
        }
        for (meter, allowance) in &plan.include {
            let mut usage = |money, from: Option<String>| {
                let id = match &from {
                    Some(from) => format!("{}-from-{from}", meter.name),
                    None => meter.name.clone(),
                };
                let (unit, description) = (meter.unit_word(), meter.title.clone());
                self.push(
                    plan,
                    Row { id, category: "Usage", frequency: "Usage-Based", unit, money, description, from },
                );
            };
            match allowance {
                Allowance::Metered(price) => usage(price, None),
                Allowance::Limit { amount, overage: Some(price) } => usage(price, amount.count.decimal()),
                Allowance::Tiered(_, tiers) => {
                    let mut from = None;
                    for tier in tiers {
                        usage(&tier.price, from.take());
                        from = tier.up_to.as_ref().and_then(ivs_value::Number::decimal);
                    }
                }
                Allowance::Unlimited { .. } | Allowance::Limit { overage: None, .. } => {}
            }
        }
    }
}

/// Time in the specification's unit format.
fn unit_of(period: &str) -> &'static str {
    match period {
        "day" => "Days",
        "week" => "Weeks",
        "year" => "Years",
        _ => "Months",
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
