//! Who gets what: the agreement, and settled periods.
use crate::codes;
use crate::csv;
use crate::desk::{self, Desk};
use crate::money::{self, Money, digits};
use crate::offer::percent;
use crate::tree::{self, Map, Node};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{Number, StructValue, Value, display};
use smol_str::SmolStr;
use std::collections::BTreeMap;

const PARTIES: [&str; 3] = ["platform", "affiliate", "developer"];

/// `share` → the agreement.
pub fn agreement(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let object = desk.object;
        let products: Vec<String> =
            desk.follow_list(object, "of").into_iter().map(|(name, _)| name).collect();
        let days = read::base(read::field(object, "affiliate_window"))
            .and_then(|s| s.div(&Number::int(86_400)))
            .and_then(|d| d.ceil().to_i64());
        let mut tiers = Vec::new();
        for (key, tier) in read::structs(object, "tier") {
            let Some(from) = recurring(desk, tier, "from", &["tier", key, "from"]) else { continue };
            tiers.push(Map::new().with("name", key).with("from", from).with("parts", parts(tier)));
        }
        let mut fees = Vec::new();
        for (key, fee) in read::structs(object, "fee") {
            let Some(price) = recurring(desk, fee, "price", &["fee", key, "price"]) else { continue };
            fees.push(
                Map::new()
                    .with("name", key)
                    .with("summary", read::text(fee, "summary").unwrap_or_default())
                    .with("price", price),
            );
        }
        let affiliates = read::field(object, "affiliate");
        let mut root = Map::new()
            .with("share", &desk.name)
            .with("title", desk::title(object))
            .unless_empty("products", products.into_iter().map(Into::into).collect())
            .with("parts", parts(object));
        if matches!(affiliates, Value::Percent(p) if !p.is_zero()) {
            root = root.and("affiliateWindow", days.map(|d| format!("P{d}D")));
        }
        let root = root
            .unless_empty("tiers", tiers.into_iter().map(Into::into).collect())
            .unless_empty("fees", fees.into_iter().map(Into::into).collect());
        desk.json("shares", "json", root);
    })
}

fn recurring(desk: &mut Desk<'_>, object: &StructValue, field: &str, path: &[&str]) -> Option<Map> {
    let value = read::field(object, field);
    match money::read_recurring(value) {
        Ok(price) => Some(
            Map::new()
                .with("amount", price.money.text())
                .with("currency", price.money.currency.as_str())
                .with("per", price.period.word()),
        ),
        Err(_) => {
            desk.find(
                codes::INEXACT,
                format!("{} has no exact decimal form", display(value)),
                path,
                "round it: `round(x, $0.01/month)`",
            );
            None
        }
    }
}

fn parts(object: &StructValue) -> Vec<Node> {
    let own = PARTIES.iter().map(|p| ((*p).to_owned(), read::field(object, p)));
    let partners = read::entries(object, "partner").iter().map(|(k, v)| (read::key(k).to_owned(), v));
    own.chain(partners)
        .filter(|(_, part)| matches!(part, Value::Percent(p) if !p.is_zero()))
        .filter_map(|(party, part)| Some(Map::new().with("party", party).with("part", percent(part)?).into()))
        .collect()
}

/// What one party gets of what was sold directly, and of what affiliates brought.
struct Part {
    party: String,
    direct: Number,
    brought: Number,
}

/// `statement` → who gets what, as JSON and CSV.
pub fn statement(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let object = desk.object;
        let Some((share_name, share)) = desk.follow_field(object, "share") else { return };
        let tier = read::text(object, "tier");
        let agreed = match tier {
            Some(name) => read::structs(&share, "tier").find(|(k, _)| *k == name).map(|(_, t)| t),
            None => Some(&*share),
        };
        let Some(agreed) = agreed else { return };
        let Some(parts) = divided(agreed) else { return desk.give_up() };
        let mut sales = Vec::new();
        let mut totals: BTreeMap<SmolStr, Total> = BTreeMap::new();
        for (key, sale) in read::structs(object, "sale") {
            let Some((product, _)) = desk.follow_field(sale, "product") else { return };
            let mut amount = |field: &str| {
                let value = read::field(sale, field);
                let found = money::read_money(value).ok();
                if found.is_none() {
                    desk.find(
                        codes::INEXACT,
                        format!("{} is no exact sum of money", display(value)),
                        &["sale", key, field],
                        "round it to the cent: `round(x, $0.01)`",
                    );
                }
                found
            };
            let (Some(gross), Some(refunds), Some(brought)) =
                (amount("gross"), amount("refunds"), amount("by_affiliates"))
            else {
                continue;
            };
            let total = totals
                .entry(gross.currency.clone())
                .or_insert(Total { direct: Number::ZERO, brought: Number::ZERO });
            if total.add(&gross, &refunds, &brought).is_none() {
                return desk.give_up();
            }
            sales.push(
                Map::new()
                    .with("name", key)
                    .with("product", product)
                    .with("currency", gross.currency.as_str())
                    .with("gross", gross.text())
                    .with("refunds", refunds.text())
                    .with("byAffiliates", brought.text()),
            );
        }
        if desk.failed() {
            return;
        }
        let mut rows = vec![["Party", "Amount", "Currency"].map(str::to_owned).to_vec()];
        let mut payouts = Vec::new();
        for (currency, total) in &totals {
            let Some(amounts) = total.divide(&parts, currency) else { return desk.give_up() };
            let mut entries = Vec::new();
            for (party, amount) in amounts {
                let text = amount.decimal().unwrap_or_default();
                rows.push(vec![party.clone(), text.clone(), currency.to_string()]);
                entries.push(Map::new().with("party", party).with("amount", text));
            }
            payouts.push(
                Map::new()
                    .with("currency", currency.as_str())
                    .with("net", total.net().and_then(|n| n.decimal()).unwrap_or_default())
                    .with("payouts", entries),
            );
        }
        let root = Map::new()
            .with("statement", &desk.name)
            .with("share", share_name)
            .and("tier", tier)
            .and("from", desk::day(object, "from"))
            .and("to", desk::day(object, "to"))
            .with("sales", sales)
            .with("totals", payouts);
        let (json, csv) = (format!("{}.json", desk.name), format!("{}.csv", desk.name));
        desk.file("statements", &json, tree::json(&root.into()));
        desk.file("statements", &csv, csv::print(&rows));
    })
}

fn divided(agreed: &StructValue) -> Option<Vec<Part>> {
    let part = |name: &str| match read::field(agreed, name) {
        Value::Percent(p) => p.clone(),
        _ => Number::ZERO,
    };
    let (platform, affiliate, developer) = (part("platform"), part("affiliate"), part("developer"));
    let mut parts = vec![
        Part { party: "platform".into(), direct: platform.clone(), brought: platform },
        Part { party: "affiliate".into(), direct: Number::ZERO, brought: affiliate.clone() },
    ];
    for (key, value) in read::entries(agreed, "partner") {
        if let Value::Percent(p) = value {
            parts.push(Part { party: read::key(key).to_owned(), direct: p.clone(), brought: p.clone() });
        }
    }
    // What nobody brought is the developer's; who comes last gets the rest.
    parts.push(Part { party: "developer".into(), direct: developer.add(&affiliate)?, brought: developer });
    Some(parts)
}

/// What was sold in one currency.
struct Total {
    direct: Number,
    brought: Number,
}

impl Total {
    fn add(&mut self, gross: &Money, refunds: &Money, brought: &Money) -> Option<()> {
        let net = gross.amount.sub(&refunds.amount)?;
        self.direct = self.direct.add(&net.sub(&brought.amount)?)?;
        self.brought = self.brought.add(&brought.amount)?;
        Some(())
    }

    fn net(&self) -> Option<Number> {
        self.direct.add(&self.brought)
    }

    /// To the smallest coin, downwards; the last party gets what is left, so that the sum is what was sold.
    fn divide(&self, parts: &[Part], currency: &str) -> Option<Vec<(String, Number)>> {
        let coins = Number::int(10_i64.pow(digits(currency)));
        let mut left = self.net()?;
        let mut out = Vec::new();
        for (i, part) in parts.iter().enumerate() {
            let amount = if i + 1 == parts.len() {
                left.clone()
            } else {
                let exact = self.direct.mul(&part.direct)?.add(&self.brought.mul(&part.brought)?)?;
                exact.mul(&coins)?.floor().div(&coins)?
            };
            left = left.sub(&amount)?;
            if !amount.is_zero() {
                out.push((part.party.clone(), amount));
            }
        }
        Some(out)
    }
}
