//! The schema of a deployer in Google Cloud Marketplace: `/data/schema.yaml` of its image.
//!
//! Format: GoogleCloudPlatform/marketplace-k8s-app-tools, docs/schema.md, version 2.
use crate::desk::Desk;
use crate::names::camel;
use crate::product;
use crate::tree::{Map, Node};
use ivs_plan::{Context, Lowered, Subject, read};

/// `listing` → schema, if it is to be in Google Cloud Marketplace.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let Some(google) = read::nested(desk.object, "google") else { return };
        let Some(listing) = product::listing(desk) else { return };
        let services = desk.follow_list(&listing.product.object, "services");
        // Values of the capsule's chart: `services.textService.image`.
        let images: Map = services
            .iter()
            .map(|(name, _)| {
                let property = format!("services.{}.image", camel(name));
                let properties = Map::new().with(property, Map::new().with("type", "FULL"));
                (name.clone(), Map::new().with("properties", properties))
            })
            .collect();
        let kinds: Vec<&str> = read::structs(&listing.product.object, "change")
            .filter_map(|(_, c)| read::text(c, "kind"))
            .collect();
        let types: Vec<Node> = [("Feature", "added"), ("BugFix", "fixed"), ("Security", "security")]
            .into_iter()
            .filter(|(_, kind)| kinds.contains(kind))
            .map(|(name, _)| name.into())
            .collect();
        let metadata = Map::new()
            .and("releaseNote", read::text(google, "note"))
            .unless_empty("releaseTypes", types)
            .with("recommended", read::flag(google, "recommended"));
        let marketplace = Map::new()
            .with("schemaVersion", "v2")
            .with("applicationApiVersion", "v1beta1")
            .with("publishedVersion", &listing.product.version)
            .with("publishedVersionMetadata", metadata)
            .with("images", images);
        let property = |kind: &str, title: &str| {
            Map::new()
                .with("type", "string")
                .with("title", title)
                .with("x-google-marketplace", Map::new().with("type", kind))
        };
        let properties = Map::new()
            .with("name", property("NAME", "Name"))
            .with("namespace", property("NAMESPACE", "Namespace"));
        let root = Map::new()
            .with("x-google-marketplace", marketplace)
            .with("properties", properties)
            .with("required", vec!["name", "namespace"]);
        let folder = format!("google/{}", desk.name);
        desk.yaml(&folder, "schema.yaml", root);
    })
}
