//! A production line as Sparkplug 3.0 (ISO/IEC 20237) names it: `spBv1.0/GROUP/TYPE/NODE[/DEVICE]`.
use crate::draft::Draft;
use ivs_plan::{Context, Lowered, Subject, read};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    namespace: &'static str,
    group_id: String,
    edge_node_id: String,
    /// The place in the enterprise, as ISA-95 orders it.
    isa95: [String; 4],
    topics: Topics,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    nodesets: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    devices: Vec<Device>,
}

#[derive(Serialize)]
struct Topics {
    birth: String,
    death: String,
    data: String,
    command: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Device {
    device_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<String>,
    topics: Topics,
    metrics: Vec<Metric>,
}

#[derive(Serialize)]
struct Metric {
    name: String,
    datatype: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// The node of an OPC UA server that it is read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    opcua: Option<String>,
}

/// `production-line` → its edge node, its devices, and the topics of both.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let text = |field: &str| read::text(object, field).unwrap_or_default().to_owned();
        let (group, node) = (text("group"), text("line"));
        let mut devices = Vec::new();
        for (name, device) in read::structs(object, "device") {
            let metrics = read::structs(device, "metric")
                .map(|(name, metric)| Metric {
                    name: name.to_owned(),
                    datatype: read::text(metric, "type").unwrap_or_default().to_owned(),
                    unit: read::text(metric, "unit").map(str::to_owned),
                    opcua: read::text(metric, "node").map(str::to_owned),
                })
                .collect();
            let asset = read::reference(device, "asset")
                .and_then(|r| draft.follow(r))
                .and_then(|a| read::text(&a, "id").map(str::to_owned));
            let topics = topics(&group, 'D', &format!("{node}/{name}"));
            devices.push(Device { device_id: name.to_owned(), asset, topics, metrics });
        }
        let line = Line {
            namespace: "spBv1.0",
            topics: topics(&group, 'N', &node),
            isa95: [text("enterprise"), text("site"), text("area"), node.clone()],
            group_id: group,
            edge_node_id: node,
            nodesets: read::texts(object, "nodesets").unwrap_or_default(),
            devices,
        };
        draft.push("industry/lines", &format!("{}.sparkplug", draft.slug), "the line", &line);
    })
}

fn topics(group: &str, of: char, rest: &str) -> Topics {
    let topic = |message: &str| format!("spBv1.0/{group}/{of}{message}/{rest}");
    Topics { birth: topic("BIRTH"), death: topic("DEATH"), data: topic("DATA"), command: topic("CMD") }
}
