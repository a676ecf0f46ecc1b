//! Fixtures of the Stripe CLI: `stripe fixtures FILE` makes product, meters and prices.
//!
//! Formats: docs.stripe.com/cli/fixtures, docs.stripe.com/api/prices, docs.stripe.com/api/billing/meter.
use crate::codes;
use crate::desk::Desk;
use crate::money::{Money, Period, Recurring};
use crate::names::snake;
use crate::offer::{Addon, Allowance, Meter, Model, Plan, Steps, Tier};
use crate::product::{self, Listing};
use crate::tree::{Map, Node};
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::Number;

/// Digits after the point that `unit_amount_decimal` takes.
const DECIMALS: usize = 12;

/// `listing` → fixtures.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let Some(listing) = product::listing(desk) else { return };
        let mut fixtures = Fixtures { desk, listing: &listing, out: Vec::new(), meters: Vec::new() };
        fixtures.product();
        for plan in &listing.plans {
            fixtures.plan(plan);
        }
        let out = fixtures.out;
        let root = Map::new().with("_meta", Map::new().with("template_version", 0_i64)).with("fixtures", out);
        filled_in(desk, &root, &listing);
        desk.json("stripe", "json", root);
    })
}

/// The tool puts results of other requests where `${…}` stands, in any text.
fn filled_in(desk: &mut Desk<'_>, root: &Map, listing: &Listing) {
    fn texts(node: &Node) -> usize {
        match node {
            Node::Text(t) => usize::from(t.contains("${")),
            Node::List(items) => items.iter().map(texts).sum(),
            Node::Map(map) => map.0.iter().map(|(_, v)| texts(v)).sum(),
            _ => 0,
        }
    }
    fn own(node: &Node) -> usize {
        match node {
            Node::Text(t)
                if t.strip_prefix("${").and_then(|t| t.strip_suffix(":id}")).is_some_and(is_word) =>
            {
                1
            }
            Node::List(items) => items.iter().map(own).sum(),
            Node::Map(map) => map.0.iter().map(|(_, v)| own(v)).sum(),
            _ => 0,
        }
    }
    fn is_word(text: &str) -> bool {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    }
    let root = Node::Map(root.clone());
    if texts(&root) > own(&root) {
        desk.warn(
            codes::FILLED_IN,
            format!(
                "a text of `{}` contains `${{`, which the Stripe CLI takes for a reference",
                listing.product.name
            ),
            &["product"],
            "write it in another way before running `stripe fixtures`",
        );
    }
}

struct Fixtures<'f, 'a> {
    desk: &'f mut Desk<'a>,
    listing: &'f Listing,
    out: Vec<Node>,
    meters: Vec<String>,
}

impl Fixtures<'_, '_> {
    fn push(&mut self, name: String, path: &str, params: Map) {
        self.out.push(
            Map::new()
                .with("name", name)
                .with("path", path)
                .with("method", "post")
                .with("params", params)
                .into(),
        );
    }

    fn product(&mut self) {
        let product = &self.listing.product;
        let features = self.listing.highlights.iter().map(|h| Map::new().with("name", h));
        let params = Map::new()
            .with("name", &product.title)
            .with("description", &product.summary)
            .and("url", product.link("homepage"))
            .and("images", product.link("icon").map(|icon| vec![icon]))
            .with("marketing_features", features.collect::<Node>())
            .with("metadata", Map::new().with("capsule", &product.name).with("version", &product.version));
        self.push("product".to_owned(), "/v1/products", params);
    }

    fn plan(&mut self, plan: &Plan) {
        let key = snake(&plan.name);
        match &plan.model {
            Model::Once(price) => self.price(plan, &format!("{key}_once"), None, Some(price), Map::new()),
            Model::Subscription { price, annual, trial_days } => {
                for recurring in std::iter::once(price).chain(annual) {
                    let days = trial_days.map(|d| d.to_string());
                    self.recurring(plan, &key, recurring, days, Map::new());
                }
            }
            Model::License { price, .. } if plan.volume.is_empty() => {
                self.recurring(plan, &key, price, None, Map::new());
            }
            Model::License { price, .. } => self.volume(plan, &key, price),
            // A price of nothing lets a subscription begin without a card.
            Model::Free | Model::Freemium => {
                let currency = self.currency();
                let nothing = Money { amount: Number::ZERO, currency };
                self.recurring(
                    plan,
                    &key,
                    &Recurring { money: nothing, period: Period::Month },
                    None,
                    Map::new(),
                );
            }
            Model::Usage | Model::OnRequest => {}
        }
        for (meter, allowance) in &plan.include {
            self.metered(plan, &key, meter, allowance);
        }
        for addon in &plan.addons {
            self.addon(plan, &key, addon);
        }
    }

    /// The first currency of the list; dollars if nothing has a price.
    fn currency(&self) -> smol_str::SmolStr {
        let first = self.listing.plans.iter().find_map(|p| p.prices().first().map(|m| m.currency.clone()));
        first.unwrap_or_else(|| "USD".into())
    }

    fn recurring(&mut self, plan: &Plan, key: &str, price: &Recurring, trial: Option<String>, extra: Map) {
        let recurring = Map::new().with("interval", price.period.word()).with("usage_type", "licensed");
        let name = format!("{key}_{}", price.period.word());
        let trial = trial.map(|days| Map::new().with("trial_period_days", days));
        let extra = match trial {
            Some(trial) => Map(extra.0.into_iter().chain([("metadata".to_owned(), trial.into())]).collect()),
            None => extra,
        };
        self.price(plan, &name, Some(recurring), Some(&price.money), extra);
    }

    /// One request for a price.
    fn price(&mut self, plan: &Plan, key: &str, recurring: Option<Map>, money: Option<&Money>, extra: Map) {
        let mut params = Map::new().with("product", "${product:id}").with("nickname", &plan.title);
        if let Some(money) = money {
            let Some(amount) = self.amount(money) else { return };
            params = params
                .with("currency", money.currency.to_ascii_lowercase())
                .with("billing_scheme", "per_unit")
                .with("unit_amount_decimal", amount);
        }
        params = params.and("recurring", recurring);
        let mut metadata = Map::new().with("plan", &plan.name);
        for (name, value) in extra.0 {
            match (name.as_str(), value) {
                ("metadata", Node::Map(more)) => metadata.0.extend(more.0),
                (_, value) => params = params.with(name, value),
            }
        }
        params = params
            .with("tax_behavior", &self.listing.tax)
            .with("lookup_key", format!("{}_{key}", snake(&self.listing.product.name)))
            .with("metadata", metadata);
        self.push(format!("price_{key}"), "/v1/prices", params);
    }

    fn amount(&mut self, money: &Money) -> Option<String> {
        let minor = money.minor()?;
        if minor.split_once('.').is_some_and(|(_, fraction)| fraction.len() > DECIMALS) {
            self.desk.find(
                codes::INEXACT,
                format!(
                    "{} has more than {DECIMALS} digits after the point of the smallest coin",
                    money.text()
                ),
                &["plans"],
                "Stripe takes no finer price; price a thousand at a time by `unit` of the meter",
            );
            return None;
        }
        Some(minor)
    }

    fn meter(&mut self, meter: &Meter) -> Option<String> {
        let name = format!("meter_{}", snake(&meter.name));
        let formula = match meter.aggregation.as_str() {
            "COUNT" => "count",
            "SUM" => "sum",
            "LATEST" => "last",
            other => {
                self.desk.warn(
                    codes::UNSOLD,
                    format!("`{}` takes the {other} of a period, by which Stripe cannot bill", meter.name),
                    &["plans"],
                    "Stripe knows `count`, `sum` and `latest`; its prices are left out there",
                );
                return None;
            }
        };
        if !self.meters.contains(&name) {
            self.meters.push(name.clone());
            let params = Map::new()
                .with("display_name", &meter.title)
                .with("event_name", &meter.event)
                .with("default_aggregation", Map::new().with("formula", formula))
                .with(
                    "customer_mapping",
                    Map::new().with("type", "by_id").with("event_payload_key", "stripe_customer_id"),
                )
                .with("value_settings", Map::new().with("event_payload_key", "value"));
            self.push(name.clone(), "/v1/billing/meters", params);
        }
        Some(name)
    }

    fn metered(&mut self, plan: &Plan, key: &str, meter: &Meter, allowance: &Allowance) {
        let (period, price, tiers) = match allowance {
            Allowance::Metered(price) => (Period::Month, Some(price), None),
            Allowance::Limit { amount, overage: Some(price) } => {
                let free = Tier {
                    up_to: Some(amount.count.clone()),
                    price: Money { amount: Number::ZERO, currency: price.currency.clone() },
                    flat: None,
                };
                let rest = Tier { up_to: None, price: price.clone(), flat: None };
                (amount.period.unwrap_or(Period::Month), None, Some((Steps::Graduated, vec![free, rest])))
            }
            Allowance::Tiered(steps, tiers) => (Period::Month, None, Some((*steps, tiers.clone()))),
            Allowance::Unlimited { .. } | Allowance::Limit { overage: None, .. } => return,
        };
        let Some(name) = self.meter(meter) else { return };
        let recurring = Map::new()
            .with("interval", period.word())
            .with("usage_type", "metered")
            .with("meter", format!("${{{name}:id}}"));
        let extra = match tiers {
            Some((steps, tiers)) => {
                let Some(extra) = self.tiers(steps, &tiers) else { return };
                extra
            }
            None => Map::new(),
        };
        self.price(plan, &format!("{key}_{}", snake(&meter.name)), Some(recurring), price, extra);
    }

    fn tiers(&mut self, steps: Steps, tiers: &[Tier]) -> Option<Map> {
        let currency = tiers.first()?.price.currency.clone();
        let mut out = Vec::new();
        for tier in tiers {
            let up_to: Node = match &tier.up_to {
                None => "inf".into(),
                Some(n) => match n.to_i64() {
                    Some(n) => n.into(),
                    None => {
                        self.desk.find(
                            codes::INEXACT,
                            format!("a step ends at {}", n.decimal().unwrap_or_default()),
                            &["plans"],
                            "Stripe counts whole units",
                        );
                        return None;
                    }
                },
            };
            let mut entry =
                Map::new().with("up_to", up_to).with("unit_amount_decimal", self.amount(&tier.price)?);
            if let Some(flat) = &tier.flat {
                entry = entry.with("flat_amount_decimal", self.amount(flat)?);
            }
            out.push(entry);
        }
        Some(
            Map::new()
                .with("currency", currency.to_ascii_lowercase())
                .with("billing_scheme", "tiered")
                .with("tiers_mode", if steps == Steps::Volume { "volume" } else { "graduated" })
                .with("tiers", out),
        )
    }

    /// Licences that cost less if they are many.
    fn volume(&mut self, plan: &Plan, key: &str, price: &Recurring) {
        let mut tiers = Vec::new();
        let mut left = Number::ONE;
        for discount in &plan.volume {
            let step = price.money.times(&left);
            tiers.push((Some(Number::int(discount.from - 1)), step));
            left = discount.left.clone();
        }
        tiers.push((None, price.money.times(&left)));
        let mut steps = Vec::new();
        for (up_to, money) in tiers {
            let Some(price) = money else { return };
            steps.push(Tier { up_to, price, flat: None });
        }
        let Some(extra) = self.tiers(Steps::Volume, &steps) else { return };
        let recurring = Map::new().with("interval", price.period.word()).with("usage_type", "licensed");
        self.price(plan, &format!("{key}_{}", price.period.word()), Some(recurring), None, extra);
    }

    fn addon(&mut self, plan: &Plan, key: &str, addon: &Addon) {
        let addon_key = format!("{key}_with_{}", snake(&crate::names::part(&addon.name)));
        let extra = Map::new().with("metadata", Map::new().with("addon", &addon.name));
        self.recurring(plan, &addon_key, &addon.price, None, extra);
    }
}
