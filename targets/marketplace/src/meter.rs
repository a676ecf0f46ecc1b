//! Meters of OpenMeter, and what plans let through.
//!
//! Formats: openmeter.io/docs, "Creating Meters".
use crate::desk::{self, Desk};
use crate::money::Period;
use crate::names::snake;
use crate::offer::{self, Allowance};
use crate::tree::{self, Map, Node};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::Number;

/// `meter` → an entry of `openmeter/config.yaml`.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let object = desk.object;
        // The smallest of OpenMeter's windows that the declared one is made of.
        let hour = Number::int(3600);
        let size = match read::base(read::field(object, "window")) {
            Some(w) if *w < hour => "MINUTE",
            Some(w) if *w < Number::int(86_400) => "HOUR",
            _ => "DAY",
        };
        let by: Map = read::entries(object, "by")
            .iter()
            .filter_map(|(k, v)| Some((read::key(k).to_owned(), read::as_text(v)?.to_owned())))
            .collect();
        let mut entry = Map::new()
            .with("slug", snake(&desk.name))
            .with("description", desk::title(object))
            .with("eventType", read::text(object, "event").unwrap_or_default())
            .with("aggregation", read::text(object, "aggregation").unwrap_or_default())
            .and("valueProperty", read::text(object, "value"))
            .with("windowSize", size);
        if !by.is_empty() {
            entry = entry.with("groupBy", by);
        }
        let text = tree::yaml(&vec![Node::Map(entry)].into());
        desk.part("openmeter", "config.yaml", text);
    })
}

/// `plan` → what it lets through, for gateways and applications.
pub fn entitlements(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let Some((product, _)) = desk.follow_field(desk.object, "product") else { return };
        let (name, object) = (desk.name.clone(), desk.object);
        let Some(plan) = offer::plan(desk, &name, object) else { return };
        let limits: Map = plan
            .include
            .iter()
            .map(|(meter, allowance)| {
                let amount = |a: &crate::money::Amount| {
                    Map::new()
                        .with("amount", Node::Number(a.count.decimal().unwrap_or_default()))
                        .and("period", a.period.map(Period::word))
                };
                let entry = match allowance {
                    Allowance::Unlimited { fair_use } => {
                        Map::new().with("unlimited", true).and("fairUse", fair_use.as_ref().map(amount))
                    }
                    Allowance::Limit { amount: a, overage } => {
                        let beyond = if overage.is_some() { "billed" } else { "refused" };
                        Map::new().with("limit", amount(a)).with("beyond", beyond)
                    }
                    Allowance::Metered(_) | Allowance::Tiered(..) => {
                        Map::new().with("unlimited", true).with("beyond", "billed")
                    }
                };
                let entry = Map::new()
                    .with("event", &meter.event)
                    .with("aggregation", &meter.aggregation)
                    .with("unit", meter.unit_word())
                    .with("allows", entry);
                (meter.name.clone(), entry)
            })
            .collect();
        let names = |features: &[offer::Feature]| features.iter().map(|f| f.name.clone()).collect::<Node>();
        let addons: Map = plan
            .addons
            .iter()
            .map(|a| (a.name.clone(), Map::new().with("features", names(&a.features))))
            .collect();
        let root = Map::new()
            .with("plan", &plan.name)
            .with("product", product)
            .with("title", &plan.title)
            .with("features", names(&plan.features))
            .with("meters", limits)
            .with("addons", addons)
            .with("support", &plan.support)
            .and("availability", plan.availability);
        desk.json("entitlements", "json", root);
    })
}
