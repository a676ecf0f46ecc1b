//! Interfaces as OpenAPI 3.1 (spec.openapis.org/oas/v3.1.0).
use crate::desk::{self, Desk};
use crate::offer;
use crate::product;
use crate::schema::{self, Records};
use crate::tree::{Map, Node};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::StructValue;

const AT: &str = "#/components/schemas/";

/// `api` → OpenAPI.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Desk::run(subject, context, |desk| {
        let object = desk.object;
        let Some((name, capsule)) = desk.follow_field(object, "product") else { return };
        let Some(product) = product::capsule(desk, &name, &capsule) else { return };
        let mut records = Records::default();
        let paths = paths(desk, object, &mut records);
        let webhooks: Map = read::structs(object, "webhook")
            .map(|(key, hook)| {
                let body = body(desk, &mut records, hook);
                (key.to_owned(), Map::new().with("post", called_back(read::text(hook, "summary"), body)))
            })
            .collect();
        let contact = Map::new()
            .with("name", &product.publisher.organization)
            .with("email", &product.publisher.email)
            .and("url", product.publisher.support.as_deref());
        let info = Map::new()
            .with("title", desk::title(object))
            .with("summary", &product.summary)
            .with("description", read::text(object, "summary").unwrap_or(&product.description))
            .and("termsOfService", read::text(object, "terms"))
            .with("contact", contact)
            .with("license", Map::new().with("name", &product.license).with("identifier", &product.license))
            .with("version", desk::version(object).unwrap_or(product.version));
        let mut servers = vec![Map::new().with("url", read::text(object, "server").unwrap_or_default())];
        if let Some(url) = read::text(object, "sandbox") {
            servers.push(Map::new().with("url", url).with("description", "Sandbox: nothing is billed"));
        }
        let schemes = schemes(object);
        let any: Vec<Node> = schemes.0.iter().map(|(k, _)| needs(k).into()).collect();
        let components = Map::new().with("securitySchemes", schemes).with("schemas", records.definitions());
        let mut root = Map::new()
            .with("openapi", "3.1.0")
            .with("info", info)
            .with("servers", servers)
            .with("security", any)
            .with("paths", paths);
        if !webhooks.is_empty() {
            root = root.with("webhooks", webhooks);
        }
        let file = format!("{}.yaml", desk.name);
        desk.yaml("openapi", &file, root.with("components", components));
    })
}

fn needs(scheme: &str) -> Map {
    Map::new().with(scheme, Node::List(Vec::new()))
}

fn schemes(object: &StructValue) -> Map {
    read::entries(object, "auth")
        .iter()
        .filter_map(|(key, value)| {
            let ivs_value::Value::Member(member) = value else { return None };
            let fields = member.fields.as_deref();
            let text = |name: &str| fields.and_then(|f| read::text(f, name)).unwrap_or_default();
            let scheme = match member.name.as_str() {
                "bearer" => Map::new()
                    .with("type", "http")
                    .with("scheme", "bearer")
                    .with("bearerFormat", text("format")),
                "api-key" => {
                    Map::new().with("type", "apiKey").with("in", "header").with("name", text("header"))
                }
                _ => {
                    let scopes: Map = fields
                        .map(|f| read::entries(f, "scopes"))
                        .unwrap_or_default()
                        .iter()
                        .filter_map(|(k, v)| Some((read::key(k).to_owned(), read::as_text(v)?.to_owned())))
                        .collect();
                    let flow = Map::new().with("tokenUrl", text("token_url")).with("scopes", scopes);
                    Map::new()
                        .with("type", "oauth2")
                        .with("flows", Map::new().with("clientCredentials", flow))
                }
            };
            Some((read::key(key).to_owned(), scheme))
        })
        .collect()
}

/// By path, then method.
fn paths(desk: &mut Desk<'_>, object: &StructValue, records: &mut Records) -> Map {
    let mut paths = Map::new();
    for (id, operation) in read::structs(object, "operation") {
        let path = read::text(operation, "path").unwrap_or_default();
        let method = read::text(operation, "method").unwrap_or_default().to_ascii_lowercase();
        let item = one(desk, records, id, path, operation);
        match paths.0.iter_mut().find(|(p, _)| p == path) {
            Some((_, Node::Map(methods))) => methods.0.push((method, item.into())),
            _ => paths = paths.with(path, Map::new().with(method, item)),
        }
    }
    paths
}

fn one(desk: &mut Desk<'_>, records: &mut Records, id: &str, path: &str, operation: &StructValue) -> Map {
    let mut parameters: Vec<Node> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            Map::new()
                .with("name", name)
                .with("in", "path")
                .with("required", true)
                .with("schema", Map::new().with("type", "string"))
                .into()
        })
        .collect();
    for place in ["header", "query"] {
        for (name, parameter) in read::structs(operation, place) {
            let typed = schema::typed(desk, records, parameter, AT);
            parameters.push(
                Map::new()
                    .with("name", name)
                    .with("in", place)
                    .and("description", read::text(parameter, "summary"))
                    .with("required", read::flag(parameter, "required"))
                    .with("schema", typed)
                    .and("example", read::text(parameter, "example"))
                    .into(),
            );
        }
    }
    let mut responses: Map = read::structs(operation, "answer")
        .map(|(status, answer)| {
            let described = Map::new().with("description", read::text(answer, "summary").unwrap_or_default());
            (status.to_owned(), described.and("content", body(desk, records, answer)))
        })
        .collect();
    if responses.is_empty() {
        responses = responses.with("default", Map::new().with("description", "The answer"));
    }
    let callbacks: Map = read::entries(operation, "callback")
        .iter()
        .filter_map(|(key, record)| {
            let field = read::key(key);
            let reference = record.as_ref_value()?;
            let found = desk.follow(reference)?;
            let called = desk.called(&found, &reference.name)?;
            let content = content(records.place(desk, &called, &found, AT));
            let expression = format!("{{$request.body#/{field}}}");
            let back = Map::new().with("post", called_back(None, Some(content)));
            Some((field.to_owned(), Map::new().with(expression, back)))
        })
        .collect();
    let security: Vec<Node> =
        read::texts(operation, "auth").unwrap_or_default().iter().map(|a| needs(a).into()).collect();
    let plan = desk.follow_field(operation, "plan").map(|(name, _)| name);
    let features = offer::features(desk, operation, "features");
    let meter = desk.follow_field(operation, "meter").map(|(name, _)| name);
    let request = body(desk, records, operation);
    let mut out = Map::new()
        .with("operationId", id)
        .with("summary", read::text(operation, "summary").unwrap_or_default())
        .and("description", read::text(operation, "description"))
        .unless_empty("security", security)
        .unless_empty("parameters", parameters)
        .and("requestBody", request.map(|content| Map::new().with("required", true).with("content", content)))
        .with("responses", responses);
    if !callbacks.is_empty() {
        out = out.with("callbacks", callbacks);
    }
    // For gateways: which plan it needs, and what counts it.
    out.and("x-plan", plan)
        .unless_empty("x-features", features.into_iter().map(|f| f.name.into()).collect())
        .and("x-meter", meter)
}

/// What an operation, an answer or a webhook carries.
fn body(desk: &mut Desk<'_>, records: &mut Records, object: &StructValue) -> Option<Map> {
    read::reference(object, "body")?;
    records.refer(desk, object, "body", AT).map(content)
}

fn content(schema: Map) -> Map {
    Map::new().with("application/json", Map::new().with("schema", schema))
}

/// What the API sends; any 2xx says that it arrived.
fn called_back(summary: Option<&str>, content: Option<Map>) -> Map {
    let answered = Map::new().with("2XX", Map::new().with("description", "It has arrived"));
    Map::new()
        .and("summary", summary)
        .and("requestBody", content.map(|content| Map::new().with("required", true).with("content", content)))
        .with("responses", answered)
}
