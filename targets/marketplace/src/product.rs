//! Capsules and listings as markets see them.
use crate::desk::{self, Desk};
use crate::offer::{self, Plan};
use ivs_plan::read;
use ivs_value::{StructValue, Value};
use std::sync::Arc;

/// Who answers for a capsule.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Publisher {
    pub name: String,
    pub organization: String,
    pub email: String,
    pub website: Option<String>,
    pub support: Option<String>,
}

/// A capsule.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Capsule {
    pub name: String,
    pub title: String,
    pub version: String,
    pub summary: String,
    pub description: String,
    pub license: String,
    pub category: String,
    pub maturity: String,
    pub released: String,
    pub keywords: Vec<String>,
    pub industries: Vec<String>,
    pub publisher: Publisher,
    pub object: Arc<StructValue>,
}

impl Capsule {
    /// An optional address: `icon`, `homepage`.
    pub fn link(&self, field: &str) -> Option<&str> {
        read::text(&self.object, field)
    }
}

/// Reads a capsule.
pub fn capsule(desk: &mut Desk<'_>, name: &str, object: &Arc<StructValue>) -> Option<Capsule> {
    let (called, who) = desk.follow_field(object, "publisher")?;
    let text = |object: &StructValue, field: &str| read::text(object, field).map(str::to_owned);
    Some(Capsule {
        name: name.to_owned(),
        title: desk::title(object),
        version: desk::version(object)?,
        summary: text(object, "summary")?,
        description: text(object, "description")?,
        license: text(object, "license")?,
        category: text(object, "category")?,
        maturity: text(object, "maturity")?,
        released: desk::day(object, "released")?,
        keywords: read::texts(object, "keywords").unwrap_or_default(),
        industries: read::texts(object, "industries").unwrap_or_default(),
        publisher: Publisher {
            name: called,
            organization: text(&who, "organization")?,
            email: text(&who, "email")?,
            website: text(&who, "website"),
            support: text(&who, "support"),
        },
        object: object.clone(),
    })
}

/// A listing, with all that it refers to.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Listing {
    pub product: Capsule,
    pub plans: Vec<Plan>,
    pub highlights: Vec<String>,
    pub shop: Option<String>,
    pub terms: Option<String>,
    pub language: String,
    pub tax: String,
}

impl Listing {
    /// The plans that a market's own list names; all of them if it has none.
    pub fn plans_of(&self, desk: &mut Desk<'_>, market: &StructValue) -> Vec<Plan> {
        if read::field(market, "plans").is_none() {
            return self.plans.clone();
        }
        let named: Vec<String> =
            desk.follow_list(market, "plans").into_iter().map(|(name, _)| name).collect();
        self.plans.iter().filter(|p| named.contains(&p.name)).cloned().collect()
    }
}

/// Reads the desk's declaration as a listing.
pub fn listing(desk: &mut Desk<'_>) -> Option<Listing> {
    let object = desk.object;
    let (name, capsule_object) = desk.follow_field(object, "product")?;
    let product = capsule(desk, &name, &capsule_object)?;
    let references = read::list(object, "plans").iter().filter_map(Value::as_ref_value);
    let mut plans = Vec::new();
    for reference in references {
        let found = desk.follow(reference)?;
        let called = desk.called(&found, &reference.name)?;
        plans.push(offer::plan(desk, &called, &found)?);
    }
    let text = |field: &str| read::text(object, field).map(str::to_owned);
    Some(Listing {
        product,
        plans,
        highlights: read::texts(object, "highlights").unwrap_or_default(),
        shop: text("shop"),
        terms: text("terms"),
        language: text("language").unwrap_or_default(),
        tax: text("tax").unwrap_or_default(),
    })
}
