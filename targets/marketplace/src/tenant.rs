//! Tenants and widgets: the configuration that a product reads.
use crate::desk::{self, Desk};
use crate::offer;
use crate::tree::{Map, Node};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{StructValue, Value};

/// `tenant` → JSON.
pub fn tenant(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let object = desk.object;
        let Some((plan_name, plan_object)) = desk.follow_field(object, "plan") else { return };
        let Some((product, _)) = desk.follow_field(&plan_object, "product") else { return };
        let plan = offer::plan(desk, &plan_name, &plan_object);
        let on = offer::features(desk, object, "features");
        let Some(plan) = plan else { return };
        let addons = read::texts(object, "addons").unwrap_or_default();
        let bought = plan.addons.iter().filter(|a| addons.contains(&a.name)).flat_map(|a| &a.features);
        let mut features = Map::new();
        for feature in plan.features.iter().chain(bought) {
            if !features.0.iter().any(|(k, _)| *k == feature.name) {
                features = features.with(&feature.name, on.contains(feature));
            }
        }
        let root = Map::new()
            .with("tenant", &desk.name)
            .with("title", desk::title(object))
            .with("product", product)
            .with("plan", &plan.name)
            .unless_empty("addons", addons.into_iter().map(Into::into).collect())
            .and("domain", read::text(object, "domain"))
            .and("branding", read::nested(object, "branding").map(branding))
            .with("features", features);
        desk.json("tenants", "json", root);
    })
}

fn branding(object: &StructValue) -> Map {
    let colors: Map = read::entries(object, "color")
        .iter()
        .filter_map(|(k, v)| Some((read::key(k).to_owned(), read::as_text(v)?.to_owned())))
        .collect();
    Map::new()
        .with("name", read::text(object, "name").unwrap_or_default())
        .and("logo", read::text(object, "logo"))
        .with("colors", colors)
}

/// `widget` → JSON.
pub fn widget(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let object = desk.object;
        let Some((_, api)) = desk.follow_field(object, "api") else { return };
        let options: Map = read::entries(object, "option")
            .iter()
            .filter_map(|(k, v)| Some((read::key(k).to_owned(), plain(v)?)))
            .collect();
        let features = offer::features(desk, object, "features");
        // A secret is a reference; who serves the page puts the key in.
        let key = match read::field(object, "key") {
            Value::Secret(at) => Some(Map::new().with("$secret", at.as_str())),
            _ => None,
        };
        let root = Map::new()
            .with("container", read::text(object, "container").unwrap_or_default())
            .with("server", read::text(&api, "server").unwrap_or_default())
            .and("apiKey", key)
            .and("theme", read::nested(object, "branding").map(branding))
            .with("features", options)
            .unless_empty("requires", features.into_iter().map(|f| f.name.into()).collect());
        desk.json("widgets", "json", root);
    })
}

fn plain(value: &Value) -> Option<Node> {
    Some(match value {
        Value::Bool(b) => (*b).into(),
        Value::Str(s) => s.as_str().into(),
        Value::Number(n) => Node::Number(n.decimal()?),
        Value::List(items) => items.iter().filter_map(plain).collect(),
        _ => return None,
    })
}
