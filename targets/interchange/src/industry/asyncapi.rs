//! Bridges and hand-offs as AsyncAPI 3.1 documents.
use super::model::{self, Model};
use crate::draft::Draft;
use ivs_plan::{Context, Lowered, Subject, read};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Document {
    asyncapi: &'static str,
    info: Info,
    servers: BTreeMap<String, Server>,
    channels: BTreeMap<String, Channel>,
    operations: BTreeMap<String, Operation>,
    components: Components,
}

#[derive(Serialize)]
struct Info {
    title: String,
    version: String,
    description: String,
}

#[derive(Serialize)]
struct Server {
    host: String,
    protocol: String,
}

#[derive(Serialize)]
struct Channel {
    address: String,
    servers: Vec<Ref>,
    messages: BTreeMap<String, Ref>,
}

#[derive(Serialize)]
struct Ref {
    #[serde(rename = "$ref")]
    to: String,
}

#[derive(Serialize)]
struct Operation {
    action: &'static str,
    channel: Ref,
    messages: Vec<Ref>,
}

#[derive(Serialize)]
struct Components {
    messages: BTreeMap<String, Message>,
    schemas: BTreeMap<String, Model>,
}

#[derive(Serialize)]
struct Message {
    #[serde(rename = "contentType")]
    content_type: &'static str,
    payload: Ref,
    /// What it is in a common vocabulary.
    #[serde(rename = "x-semantic-id", skip_serializing_if = "Option::is_none")]
    semantic: Option<String>,
}

/// A key as AsyncAPI takes it: letters, digits, `.`, `_`, `-`.
fn key(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' })
        .collect()
}

fn to(path: &str) -> Ref {
    Ref { to: format!("#/{path}") }
}

impl Document {
    fn new(draft: &Draft<'_>, description: String) -> Self {
        Document {
            asyncapi: "3.1.0",
            info: Info {
                title: draft.title().to_owned(),
                version: match read::field(draft.object, "version") {
                    ivs_value::Value::Version(v) => v.to_string(),
                    _ => "1.0.0".to_owned(),
                },
                description,
            },
            servers: BTreeMap::new(),
            channels: BTreeMap::new(),
            operations: BTreeMap::new(),
            components: Components { messages: BTreeMap::new(), schemas: BTreeMap::new() },
        }
    }

    fn channel(&mut self, id: &str, action: &'static str, server: &str, address: &str, message: &str) {
        let channel = Channel {
            address: address.to_owned(),
            servers: vec![to(&format!("servers/{server}"))],
            messages: BTreeMap::from([(message.to_owned(), to(&format!("components/messages/{message}")))]),
        };
        self.channels.insert(id.to_owned(), channel);
        let operation = Operation {
            action,
            channel: to(&format!("channels/{id}")),
            messages: vec![to(&format!("channels/{id}/messages/{message}"))],
        };
        self.operations.insert(id.to_owned(), operation);
    }

    fn message(
        &mut self,
        draft: &mut Draft<'_>,
        name: &str,
        of: &ivs_value::RefValue,
        semantic: Option<String>,
    ) {
        let Some(object) = draft.follow(of) else { return };
        let schema = key(read::text(&object, "slug").unwrap_or(&of.name));
        if let Some(model) = model::schema(draft, &object, 0) {
            let payload = to(&format!("components/schemas/{schema}"));
            self.components.schemas.insert(schema, model);
            let message = Message { content_type: "application/json", payload, semantic };
            self.components.messages.insert(name.to_owned(), message);
        }
    }
}

/// `bridge` → what it receives on one side and sends on the other.
pub fn bridge(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let (Some(from), Some(other)) = (read::nested(object, "from"), read::nested(object, "to")) else {
            return;
        };
        let text = |o, field: &str| read::text(o, field).unwrap_or_default().to_owned();
        let description = format!(
            "What is received by {} is sent on by {}.",
            text(from, "protocol"),
            text(other, "protocol")
        );
        let mut document = Document::new(draft, description);
        for (name, side) in [("from", from), ("to", other)] {
            let server = Server { host: text(side, "host"), protocol: text(side, "protocol") };
            document.servers.insert(name.to_owned(), server);
        }
        for (name, channel) in read::structs(object, "channel") {
            let Some(model) = read::reference(channel, "message") else { continue };
            let name = key(name);
            document.message(draft, &name, model, read::text(channel, "semantic").map(str::to_owned));
            let address = text(channel, "address");
            let becomes = read::text(channel, "becomes").map_or(address.clone(), str::to_owned);
            document.channel(&format!("{name}.from"), "receive", "from", &address, &name);
            document.channel(&format!("{name}.to"), "send", "to", &becomes, &name);
        }
        draft.push("industry/bridges", &format!("{}.asyncapi", draft.slug), "the bridge", &document);
    })
}

/// `handoff` → the topic, and what is written to it.
pub fn handoff(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let (Some(from), Some(other), Some(contract)) = (
            read::reference(object, "from"),
            read::reference(object, "to"),
            read::reference(object, "contract"),
        ) else {
            return;
        };
        let (Some(from), Some(other)) = (draft.slug_of(from), draft.slug_of(other)) else { return };
        let mut document = Document::new(draft, format!("{from} hands over to {other}."));
        let brokers = read::text(object, "brokers").unwrap_or_default();
        let mut servers = Vec::new();
        for (at, host) in brokers.split(',').enumerate() {
            let name = format!("bus{at}");
            servers.push(to(&format!("servers/{name}")));
            document
                .servers
                .insert(name, Server { host: host.to_owned(), protocol: "kafka-secure".to_owned() });
        }
        let topic = read::text(object, "topic").unwrap_or_default().to_owned();
        document.message(draft, "handoff", contract, None);
        document.channel("handoff", "send", "bus0", &topic, "handoff");
        if let Some(channel) = document.channels.get_mut("handoff") {
            channel.servers = servers;
        }
        draft.push("industry/handoffs", &format!("{}.asyncapi", draft.slug), "the hand-off", &document);
    })
}
