//! References into models that are kept elsewhere: CIM, Redfish, S1000D.
use crate::draft::{Draft, references};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{Number as Exact, StructValue, Value};
use serde::Serialize;
use serde_json::Number;

/// Namespace of the Common Information Model in CGMES 3 (IEC 61970-600-2).
const CIM: &str = "http://iec.ch/TC57/CIM100#";

#[derive(Serialize)]
struct Linked<T> {
    #[serde(rename = "@context")]
    context: CimContext,
    #[serde(flatten)]
    rest: T,
}

#[derive(Serialize)]
struct CimContext {
    cim: &'static str,
}

/// What is known of a resource here. Its model says the rest.
#[derive(Serialize)]
struct Resource {
    #[serde(rename = "@id")]
    id: String,
    #[serde(rename = "@type")]
    class: String,
    #[serde(rename = "cim:IdentifiedObject.mRID")]
    mrid: String,
    #[serde(rename = "cim:IdentifiedObject.name")]
    name: String,
    #[serde(rename = "ratedMegawatts")]
    rated: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    asset: Option<String>,
}

/// `energy-resource` → a reference into the network's model.
pub fn resource(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let Some(rest) = described(draft, object, draft.title()) else { return };
        let file = Linked { context: CimContext { cim: CIM }, rest };
        draft.push("industry/grid", &format!("{}.cim", draft.slug), "the resource", &file);
    })
}

fn described(draft: &mut Draft<'_>, object: &StructValue, name: &str) -> Option<Resource> {
    let mrid = read::text(object, "mrid")?.to_owned();
    let asset = read::reference(object, "asset")
        .and_then(|r| draft.follow(r))
        .and_then(|a| read::text(&a, "id").map(str::to_owned));
    Some(Resource {
        id: format!("urn:uuid:{mrid}"),
        class: format!("cim:{}", read::text(object, "class")?),
        mrid,
        name: name.to_owned(),
        // The model counts active power in MW.
        rated: scaled(draft, read::field(object, "rated"), 1_000_000, &["rated"]),
        asset,
    })
}

/// A quantity in so many of its base unit.
fn scaled(draft: &mut Draft<'_>, value: &Value, by: i64, path: &[&str]) -> Number {
    let value = match read::base(value).and_then(|n| n.div(&Exact::int(by))) {
        Some(n) => Value::Number(n),
        None => value.clone(),
    };
    draft.number(&value, path)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DemandResponse {
    start: String,
    end: String,
    zone: String,
    reduce_megawatts: Number,
    resources: Vec<Resource>,
}

/// `demand-response` → when, how much, and who takes part.
pub fn demand_response(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let mut resources = Vec::new();
        for reference in references(object, "resources") {
            let Some(resource) = draft.follow(reference) else { continue };
            let name = read::text(&resource, "title").unwrap_or(&reference.name).to_owned();
            resources.extend(described(draft, &resource, &name));
        }
        let shown = |field: &str| match read::field(object, field) {
            Value::Str(s) => s.to_string(),
            other => ivs_value::display(other),
        };
        let rest = DemandResponse {
            start: shown("start"),
            end: shown("end"),
            zone: shown("zone"),
            reduce_megawatts: scaled(draft, read::field(object, "reduce"), 1_000_000, &["reduce"]),
            resources,
        };
        let file = Linked { context: CimContext { cim: CIM }, rest };
        draft.push("industry/grid", &format!("{}.demand-response", draft.slug), "the reduction", &file);
    })
}

/// A request to a Redfish service.
#[derive(Serialize)]
struct Request {
    method: &'static str,
    path: String,
    body: Environment,
}

/// `EnvironmentMetrics`; `Power` is deprecated since 2020.4.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    power_limit_watts: Control,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Control {
    control_mode: &'static str,
    set_point: Number,
}

/// `power-cap` → the request that sets it.
pub fn power_cap(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let chassis = read::text(draft.object, "chassis").unwrap_or_default();
        let set_point = draft.number(read::field(draft.object, "limit"), &["limit"]);
        let request = Request {
            method: "PATCH",
            path: format!("{chassis}/EnvironmentMetrics"),
            body: Environment { power_limit_watts: Control { control_mode: "Automatic", set_point } },
        };
        draft.push("industry/power", &format!("{}.redfish", draft.slug), "the power cap", &request);
    })
}

/// The code of a data module, its parts as attributes of `dmCode`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DmCode {
    model_ident_code: String,
    system_diff_code: String,
    system_code: String,
    sub_system_code: String,
    sub_sub_system_code: String,
    assy_code: String,
    disassy_code: String,
    disassy_code_variant: String,
    info_code: String,
    info_code_variant: String,
    item_location_code: String,
}

impl DmCode {
    fn of(object: &StructValue) -> Self {
        let text = |field: &str| read::text(object, field).unwrap_or_default().to_owned();
        let subsystem = text("subsystem");
        let (first, second) = subsystem.split_at_checked(1).unwrap_or_default();
        DmCode {
            model_ident_code: text("model"),
            system_diff_code: text("difference"),
            system_code: text("system"),
            sub_system_code: first.to_owned(),
            sub_sub_system_code: second.to_owned(),
            assy_code: text("assembly"),
            disassy_code: text("disassembly"),
            disassy_code_variant: text("variant"),
            info_code: text("info"),
            info_code_variant: text("info_variant"),
            item_location_code: text("location"),
        }
    }

    /// The code as it is printed: `DMC-AMPEL360-A-28-10-00-00A-520A-A`.
    fn printed(&self) -> String {
        format!(
            "DMC-{}-{}-{}-{}{}-{}-{}{}-{}{}-{}",
            self.model_ident_code,
            self.system_diff_code,
            self.system_code,
            self.sub_system_code,
            self.sub_sub_system_code,
            self.assy_code,
            self.disassy_code,
            self.disassy_code_variant,
            self.info_code,
            self.info_code_variant,
            self.item_location_code
        )
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Module {
    title: String,
    dmc: String,
    dm_code: DmCode,
}

/// `data-module` → its code.
pub fn module(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let dm_code = DmCode::of(draft.object);
        let module = Module { title: draft.title().to_owned(), dmc: dm_code.printed(), dm_code };
        draft.push("industry/modules", &format!("{}.s1000d", draft.slug), "the module", &module);
    })
}

#[derive(Serialize)]
struct Fleet {
    fleet: String,
    tails: Vec<String>,
    overhauls: Vec<Overhaul>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Overhaul {
    name: String,
    every_flight_hours: Number,
    dmc: String,
}

/// `fleet` → its tails, and the modules that say how they are overhauled.
pub fn fleet(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let mut overhauls = Vec::new();
        for (name, overhaul) in read::structs(object, "overhaul") {
            let Some(module) = read::reference(overhaul, "module").and_then(|r| draft.follow(r)) else {
                continue;
            };
            overhauls.push(Overhaul {
                name: name.to_owned(),
                every_flight_hours: draft
                    .number(read::field(overhaul, "every"), &["overhaul", name, "every"]),
                dmc: DmCode::of(&module).printed(),
            });
        }
        let file = Fleet {
            fleet: draft.title().to_owned(),
            tails: read::texts(object, "tails").unwrap_or_default(),
            overhauls,
        };
        draft.push("industry/fleets", draft.slug, "the fleet", &file);
    })
}
