//! Entries in catalogues: Backstage and Artifact Hub.
//!
//! Formats: backstage.io/docs/features/software-catalog/descriptor-format, artifacthub.io/docs/topics/repositories,
//! docs/metadata/artifacthub-pkg.yml of artifacthub/hub.
use crate::desk::{self, Desk};
use crate::names::label;
use crate::product::{self, Capsule};
use crate::tree::{self, Map, Node};
use ivs_plan::{Context, Lowered, Subject, read};

fn entity(kind: &str, metadata: Map, spec: Map) -> Map {
    Map::new()
        .with("apiVersion", "backstage.io/v1alpha1")
        .with("kind", kind)
        .with("metadata", metadata)
        .with("spec", spec)
}

/// `publisher` → Group.
pub fn owner(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let object = desk.object;
        let name = read::text(object, "organization").unwrap_or_default();
        let profile = Map::new()
            .with("displayName", name)
            .with("email", read::text(object, "email").unwrap_or_default());
        let metadata = Map::new().with("name", &desk.name).with("title", name);
        let spec = Map::new()
            .with("type", "organization")
            .with("profile", profile)
            .with("children", Node::List(Vec::new()));
        let file = format!("owner-{}.yaml", desk.name);
        desk.yaml("backstage", &file, entity("Group", metadata, spec));
    })
}

/// `capsule` → System, its Components and APIs.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let object = subject.object.clone();
        let name = desk.name.clone();
        let Some(capsule) = product::capsule(desk, &name, &object) else { return };
        let apis: Vec<String> = desk
            .all("api")
            .into_iter()
            .filter(|(_, api)| {
                let of = read::reference(api, "product").and_then(|r| desk.context().object(r));
                of.is_some_and(|of| of == object)
            })
            .map(|(name, _)| name)
            .collect();
        let services = desk.follow_list(&object, "services");
        let needed: Vec<Node> = desk
            .follow_list(&object, "dependencies")
            .into_iter()
            .map(|(name, _)| format!("component:{name}").into())
            .collect();
        let mut entities = vec![system(&capsule)];
        entities.push(component(&capsule, &name, &capsule.title, needed, &apis));
        for (service, value) in &services {
            if *service == name {
                continue;
            }
            let own: Vec<Node> = desk
                .follow_list(value, "depends_on")
                .iter()
                .filter(|(of, _)| services.iter().any(|(s, _)| s == of))
                .map(|(of, _)| format!("component:{of}").into())
                .collect();
            entities.push(component(&capsule, service, &desk::title(value), own, &[]));
        }
        for api in &apis {
            let metadata = Map::new().with("name", api);
            let spec = Map::new()
                .with("type", "openapi")
                .with("lifecycle", &capsule.maturity)
                .with("owner", format!("group:{}", capsule.publisher.name))
                .with("system", &capsule.name)
                .with("definition", Map::new().with("$text", format!("../openapi/{api}.yaml")));
            entities.push(entity("API", metadata, spec));
        }
        let documents: Vec<String> = entities.into_iter().map(|e| tree::yaml(&e.into())).collect();
        let file = format!("{name}.yaml");
        desk.file("backstage", &file, documents.join("---\n"));
    })
}

fn system(capsule: &Capsule) -> Map {
    let mut tags: Vec<String> = Vec::new();
    for tag in capsule.keywords.iter().filter_map(|k| label(k)) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let links: Vec<Node> =
        [("Website", "homepage"), ("Documentation", "documentation"), ("Source", "source")]
            .into_iter()
            .filter_map(|(title, field)| {
                Some(Map::new().with("url", capsule.link(field)?).with("title", title).into())
            })
            .collect();
    let metadata = Map::new()
        .with("name", &capsule.name)
        .with("title", &capsule.title)
        .with("description", &capsule.summary)
        .unless_empty("tags", tags.into_iter().map(Into::into).collect())
        .unless_empty("links", links);
    entity("System", metadata, Map::new().with("owner", format!("group:{}", capsule.publisher.name)))
}

fn component(capsule: &Capsule, name: &str, title: &str, needs: Vec<Node>, apis: &[String]) -> Map {
    let metadata = Map::new().with("name", name).with("title", title);
    let spec = Map::new()
        .with("type", "service")
        .with("lifecycle", &capsule.maturity)
        .with("owner", format!("group:{}", capsule.publisher.name))
        .with("system", &capsule.name)
        .unless_empty("providesApis", apis.iter().map(Into::into).collect())
        .unless_empty("dependsOn", needs);
    entity("Component", metadata, spec)
}

/// `capsule` → `artifacthub-pkg.yml`, if it has no chart: Artifact Hub reads a chart's own annotations.
pub fn artifact_hub(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let object = subject.object.clone();
        if !read::list(&object, "services").is_empty() {
            return;
        }
        let name = desk.name.clone();
        let Some(capsule) = product::capsule(desk, &name, &object) else { return };
        let links: Vec<Node> = [("source", "source"), ("documentation", "documentation")]
            .into_iter()
            .filter_map(|(name, field)| {
                Some(Map::new().with("name", name).with("url", capsule.link(field)?).into())
            })
            .chain(
                capsule
                    .publisher
                    .support
                    .iter()
                    .map(|s| Map::new().with("name", "support").with("url", s).into()),
            )
            .collect();
        let changes: Vec<Node> = read::structs(&object, "change")
            .filter_map(|(_, c)| {
                Some(
                    Map::new()
                        .with("kind", read::text(c, "kind")?)
                        .with("description", read::text(c, "text")?)
                        .into(),
                )
            })
            .collect();
        let security =
            read::structs(&object, "change").any(|(_, c)| read::text(c, "kind") == Some("security"));
        let mut notes = Map::new();
        if !capsule.industries.is_empty() {
            notes = notes.with("industries", capsule.industries.join(", "));
        }
        for (key, c) in read::structs(&object, "certification") {
            let (Some(scheme), Some(issuer)) = (read::text(c, "scheme"), read::text(c, "issuer")) else {
                continue;
            };
            let until = desk::day(c, "expires").unwrap_or_default();
            notes =
                notes.with(format!("certification.{key}"), format!("{scheme}, by {issuer}, until {until}"));
        }
        let maintainer =
            Map::new().with("name", &capsule.publisher.organization).with("email", &capsule.publisher.email);
        let mut root = Map::new()
            .with("version", &capsule.version)
            .with("name", &capsule.name)
            .with("category", &capsule.category)
            .with("displayName", &capsule.title)
            .with("createdAt", format!("{}T00:00:00Z", capsule.released))
            .with("description", &capsule.summary)
            .and("logoURL", capsule.link("icon"))
            .with("license", &capsule.license)
            .and("homeURL", capsule.link("homepage"))
            .with("containsSecurityUpdates", security)
            .with("deprecated", capsule.maturity == "deprecated")
            .with("prerelease", capsule.maturity == "experimental" || capsule.version.contains('-'))
            .unless_empty("keywords", capsule.keywords.iter().map(Into::into).collect())
            .unless_empty("links", links)
            .with("readme", &capsule.description)
            .unless_empty("changes", changes)
            .with("maintainers", vec![maintainer])
            .with("provider", Map::new().with("name", &capsule.publisher.organization));
        if !notes.is_empty() {
            root = root.with("annotations", notes);
        }
        let folder = format!("artifact-hub/{name}");
        desk.yaml(&folder, "artifacthub-pkg.yml", root);
    })
}
