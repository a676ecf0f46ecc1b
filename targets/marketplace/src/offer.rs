//! Plans as markets see them: read once, exact, with everything they refer to.
use crate::codes;
use crate::desk::{self, Desk};
use crate::money::{self, Amount, Money, Recurring, Wrong};
use ivs_plan::{Finding, read};
use ivs_value::{Number, Quantity, RefValue, StructValue, Value, display};
use smol_str::SmolStr;

/// What is counted.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Meter {
    pub name: String,
    pub title: String,
    pub event: String,
    /// `SUM`
    pub aggregation: String,
    pub unit: Quantity,
}

impl Meter {
    /// What one of them is called: `call`; `1000 call` where the unit is more than one.
    pub fn unit_word(&self) -> String {
        let text = self.unit.unit.text.as_str();
        match self.unit.amount() {
            Ok(n) if n == Number::ONE => text.to_owned(),
            Ok(n) => format!("{} {text}", money::grouped(&n.decimal().unwrap_or_default())),
            Err(_) => text.to_owned(),
        }
    }
}

/// A step of a price.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Tier {
    pub up_to: Option<Number>,
    pub price: Money,
    pub flat: Option<Money>,
}

/// How the steps count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Steps {
    /// Each unit costs what its own step says.
    Graduated,
    /// All cost what the step of their sum says.
    Volume,
}

/// How much of what a meter counts is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Allowance {
    Unlimited { fair_use: Option<Amount> },
    Limit { amount: Amount, overage: Option<Money> },
    Metered(Money),
    Tiered(Steps, Vec<Tier>),
}

/// How a plan is paid for.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Model {
    Free,
    Once(Money),
    Subscription { price: Recurring, annual: Option<Recurring>, trial_days: Option<i64> },
    Usage,
    Freemium,
    License { scope: String, price: Recurring, months: Option<i64> },
    OnRequest,
}

/// A feature.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Feature {
    pub name: String,
    pub title: String,
    pub summary: Option<String>,
}

/// What may be bought besides.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Addon {
    pub name: String,
    pub price: Recurring,
    pub features: Vec<Feature>,
    pub summary: Option<String>,
}

/// What many licences cost less.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Discount {
    pub from: i64,
    /// What is left of the price: 9/10.
    pub left: Number,
    /// What is off, as people write it: `10%`.
    pub off: String,
}

/// A plan.
#[derive(Clone, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub struct Plan {
    pub name: String,
    pub title: String,
    pub summary: Option<String>,
    pub model: Model,
    pub include: Vec<(Meter, Allowance)>,
    pub features: Vec<Feature>,
    pub facts: Vec<(String, String)>,
    pub support: String,
    /// `99.9%`
    pub availability: Option<String>,
    pub addons: Vec<Addon>,
    pub volume: Vec<Discount>,
    pub recommended: bool,
    /// The next smaller plan, all of whose features it has.
    pub upgrade_of: Option<String>,
}

impl Plan {
    /// All amounts of money in it.
    pub fn prices(&self) -> Vec<&Money> {
        let mut all = Vec::new();
        match &self.model {
            Model::Once(price) => all.push(price),
            Model::Subscription { price, annual, .. } => {
                all.push(&price.money);
                all.extend(annual.as_ref().map(|a| &a.money));
            }
            Model::License { price, .. } => all.push(&price.money),
            Model::Free | Model::Usage | Model::Freemium | Model::OnRequest => {}
        }
        for (_, allowance) in &self.include {
            match allowance {
                Allowance::Limit { overage, .. } => all.extend(overage),
                Allowance::Metered(price) => all.push(price),
                Allowance::Tiered(_, tiers) => {
                    all.extend(tiers.iter().flat_map(|t| std::iter::once(&t.price).chain(&t.flat)));
                }
                Allowance::Unlimited { .. } => {}
            }
        }
        all.extend(self.addons.iter().map(|a| &a.price.money));
        all
    }
}

/// Reads a plan. What is wrong is reported at the plan if the desk's declaration is that plan; else the desk gives up.
pub fn plan(desk: &mut Desk<'_>, name: &str, object: &StructValue) -> Option<Plan> {
    let mut reader = Reader { findings: Vec::new() };
    let plan = reader.plan(desk, name, object);
    if std::ptr::eq(object, desk.object) {
        reader.findings.into_iter().for_each(|f| desk.add(f));
    } else if !reader.findings.is_empty() {
        desk.give_up();
    }
    plan
}

/// Reads a feature that is referred to.
fn feature(desk: &mut Desk<'_>, reference: &RefValue) -> Option<Feature> {
    let object = desk.follow(reference)?;
    Some(Feature {
        name: desk.called(&object, &reference.name)?,
        title: desk::title(&object),
        summary: read::text(&object, "summary").map(str::to_owned),
    })
}

/// The features that a list refers to.
pub fn features(desk: &mut Desk<'_>, object: &StructValue, field: &str) -> Vec<Feature> {
    let references: Vec<&RefValue> =
        read::list(object, field).iter().filter_map(Value::as_ref_value).collect();
    references.into_iter().filter_map(|r| feature(desk, r)).collect()
}

/// Reads a meter.
pub fn meter(name: &str, object: &StructValue) -> Option<Meter> {
    Some(Meter {
        name: name.to_owned(),
        title: desk::title(object),
        event: read::text(object, "event")?.to_owned(),
        aggregation: read::text(object, "aggregation")?.to_owned(),
        unit: read::field(object, "unit").as_quantity()?.clone(),
    })
}

/// A percent as people write it: `99.9%`.
pub fn percent(value: &Value) -> Option<String> {
    match value {
        Value::Percent(p) => Some(format!("{}%", p.mul(&Number::int(100))?.decimal()?)),
        _ => None,
    }
}

struct Reader {
    findings: Vec<Finding>,
}

impl Reader {
    fn plan(&mut self, desk: &mut Desk<'_>, name: &str, object: &StructValue) -> Option<Plan> {
        let model = self.model(object)?;
        let mut include = Vec::new();
        for (key, value) in read::entries(object, "include") {
            let (Value::Ref(reference), Value::Member(member)) = (key, value) else { continue };
            let found = desk.follow(reference)?;
            let called = desk.called(&found, &reference.name)?;
            let meter = meter(&called, &found)?;
            let path = ["include", reference.name.as_str()];
            let Some(allowance) = self.allowance(&member.name, member.fields.as_deref(), &meter, &path)
            else {
                continue;
            };
            include.push((meter, allowance));
        }
        let mut addons = Vec::new();
        for (key, addon) in read::structs(object, "addon") {
            let price = money::read_recurring(read::field(addon, "price"));
            let Some(price) =
                self.priced(price, read::field(addon, "price"), &["addon", key, "price"], "a time")
            else {
                continue;
            };
            let features = features(desk, addon, "features");
            let summary = read::text(addon, "summary").map(str::to_owned);
            addons.push(Addon { name: key.to_owned(), price, features, summary });
        }
        let mut volume: Vec<Discount> = read::structs(object, "volume")
            .filter_map(|(_, d)| {
                let Value::Percent(off) = read::field(d, "off") else { return None };
                Some(Discount {
                    from: read::int(d, "from")?,
                    left: Number::ONE.sub(off)?,
                    off: percent(read::field(d, "off"))?,
                })
            })
            .collect();
        volume.sort_by_key(|d| d.from);
        Some(Plan {
            name: name.to_owned(),
            title: desk::title(object),
            summary: read::text(object, "summary").map(str::to_owned),
            model,
            include,
            features: features(desk, object, "features"),
            facts: read::entries(object, "fact")
                .iter()
                .filter_map(|(k, v)| Some((read::key(k).to_owned(), read::as_text(v)?.to_owned())))
                .collect(),
            support: read::text(object, "support").unwrap_or_default().to_owned(),
            availability: percent(read::field(object, "availability")),
            addons,
            volume,
            recommended: read::flag(object, "recommended"),
            upgrade_of: desk.follow_field(object, "upgrade_of").map(|(name, _)| name),
        })
    }

    fn model(&mut self, object: &StructValue) -> Option<Model> {
        let member = read::member(object, "model")?;
        let fields = member.fields.as_deref();
        let field = |name: &str| fields.map_or(&Value::None, |f| read::field(f, name));
        let recurring = |reader: &mut Self, name: &str| {
            let value = field(name);
            if value.is_none() {
                return None;
            }
            reader.priced(money::read_recurring(value), value, &["model", name], "a time")
        };
        Some(match member.name.as_str() {
            "free" => Model::Free,
            "once" => Model::Once(self.priced(
                money::read_money(field("price")),
                field("price"),
                &["model"],
                "nothing",
            )?),
            "subscription" => {
                let price = recurring(self, "price")?;
                let annual = recurring(self, "annual");
                let days = read::base(field("trial")).and_then(|s| s.div(&Number::int(86_400)));
                let trial_days = days.map(|d| d.ceil()).and_then(|d| d.to_i64()).filter(|d| *d > 0);
                Model::Subscription { price, annual, trial_days }
            }
            "usage" => Model::Usage,
            "freemium" => Model::Freemium,
            "license" => {
                let price = recurring(self, "price")?;
                let months = read::base(field("term")).and_then(|s| s.div(&money::Period::Month.seconds()));
                let months = months.and_then(|m| m.to_i64());
                Model::License {
                    scope: read::as_text(field("scope")).unwrap_or_default().to_owned(),
                    price,
                    months,
                }
            }
            _ => Model::OnRequest,
        })
    }

    fn allowance(
        &mut self,
        name: &str,
        fields: Option<&StructValue>,
        meter: &Meter,
        path: &[&str],
    ) -> Option<Allowance> {
        let field = |name: &str| fields.map_or(&Value::None, |f| read::field(f, name));
        let what = meter.unit_word();
        let price = |reader: &mut Self, value: &Value| {
            reader.priced(money::read_unit_price(value, &meter.unit), value, path, &what)
        };
        let amount = |reader: &mut Self, value: &Value| match money::read_amount(value, &meter.unit) {
            Ok(amount) => Some(amount),
            Err(wrong) => {
                reader.report(wrong, value, path, &format!("`{}` counts {what}", meter.name));
                None
            }
        };
        Some(match name {
            "unlimited" => {
                let value = field("fair_use");
                Allowance::Unlimited { fair_use: if value.is_none() { None } else { amount(self, value) } }
            }
            "limit" => {
                let (included, overage) = (amount(self, field("amount")), field("overage"));
                let overage = if overage.is_none() { None } else { Some(price(self, overage)?) };
                Allowance::Limit { amount: included?, overage }
            }
            "metered" => Allowance::Metered(price(self, field("price"))?),
            _ => {
                let steps = if name == "volume" { Steps::Volume } else { Steps::Graduated };
                let mut tiers = Vec::new();
                for tier in read_list(field("tiers")) {
                    let up_to = match read::field(tier, "up_to") {
                        Value::None => None,
                        value => Some(amount(self, value)?.count),
                    };
                    let flat = match read::field(tier, "flat") {
                        Value::None => None,
                        value => Some(self.priced(money::read_money(value), value, path, "nothing")?),
                    };
                    tiers.push(Tier { up_to, price: price(self, read::field(tier, "price"))?, flat });
                }
                Allowance::Tiered(steps, tiers)
            }
        })
    }

    fn priced<T>(&mut self, found: Result<T, Wrong>, value: &Value, path: &[&str], per: &str) -> Option<T> {
        match found {
            Ok(price) => Some(price),
            Err(wrong) => {
                self.report(wrong, value, path, &format!("a price here is money per {per}"));
                None
            }
        }
    }

    fn report(&mut self, wrong: Wrong, value: &Value, path: &[&str], help: &str) {
        let shown = display(value);
        let (code, message, help) = match wrong {
            Wrong::Per => (codes::PER, format!("{shown} is of something else"), help.to_owned()),
            Wrong::Inexact => (
                codes::INEXACT,
                format!("{shown} has no exact decimal form"),
                "round it: `round(x, $0.01/month)`".to_owned(),
            ),
        };
        // A member's fields have no place of their own.
        let path = path.iter().take(if path.first() == Some(&"model") { 1 } else { path.len() });
        let path = path.map(SmolStr::new).collect();
        self.findings.push(Finding { code, message, path, help: Some(help), ..Finding::default() });
    }
}

fn read_list(value: &Value) -> Vec<&StructValue> {
    value.as_list().unwrap_or_default().iter().filter_map(Value::as_struct).collect()
}
