//! For each export a policy, which names its receivers, and a contract definition, which offers the export's data under it.
//!
//! Shapes: <https://eclipse-edc.github.io/documentation> (management API `/v4/policydefinitions`,
//! `/v4/contractdefinitions`, `/v5beta/celexpressions`). Constraints that no expression or function is registered for
//! are not decided by a connector, so the one that counts comes with its expression: [`participant`].
use crate::draft::{Draft, duration, references};
use ivs_plan::{Context, Lowered, OutputFile, Subject, read};
use ivs_value::StructValue;
use serde::Serialize;

const MANAGEMENT: [&str; 1] = ["https://w3id.org/edc/connector/management/v2"];
/// What a constraint on who asks is about; the expression is found by it.
const PARTICIPANT: &str = "urn:ivs:federation:participant";
/// The property by which an asset says which domain it belongs to.
const DOMAIN: &str = "https://w3id.org/edc/v0.0.1/ns/domain";

#[derive(Serialize)]
struct PolicyDefinition {
    #[serde(rename = "@context")]
    context: [&'static str; 1],
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(rename = "@id")]
    id: String,
    policy: Policy,
}

#[derive(Serialize)]
struct Policy {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    permission: Vec<Rule<Any>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prohibition: Vec<Use>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    obligation: Vec<Rule<Constraint>>,
}

#[derive(Serialize)]
struct Rule<C> {
    action: &'static str,
    constraint: C,
}

/// Any use at all.
#[derive(Serialize)]
struct Use {
    action: &'static str,
}

/// One of several has to hold.
#[derive(Serialize)]
struct Any {
    or: Vec<Constraint>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Constraint {
    left_operand: &'static str,
    operator: &'static str,
    right_operand: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ContractDefinition {
    #[serde(rename = "@context")]
    context: [&'static str; 1],
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(rename = "@id")]
    id: String,
    access_policy_id: String,
    contract_policy_id: String,
    assets_selector: Vec<Criterion>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Criterion {
    #[serde(rename = "@type")]
    kind: &'static str,
    operand_left: &'static str,
    operator: &'static str,
    operand_right: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CelExpression {
    #[serde(rename = "@context")]
    context: [&'static str; 1],
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(rename = "@id")]
    id: &'static str,
    left_operand: &'static str,
    expression: &'static str,
    description: &'static str,
    scopes: [&'static str; 3],
}

/// `endpoint` → a policy for each export, and a contract definition if it reaches somebody.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let Some(own) = read::reference(object, "organisation") else { return };
        let Some(organisation) = draft.slug_of(own) else { return };
        for (name, export) in read::structs(object, "export") {
            let mut or = Vec::new();
            for partner in references(export, "receivers").filter(|p| p.id != own.id) {
                let Some(partner) = draft.follow(partner) else { continue };
                let did = read::text(&partner, "did").unwrap_or_default().to_owned();
                or.push(Constraint { left_operand: PARTICIPANT, operator: "eq", right_operand: did });
            }
            // A group may have no other member: then nobody may, and nothing is offered.
            let nobody = or.is_empty();
            let id = format!("{}.{name}", draft.slug);
            let policy = Policy {
                kind: "Set",
                permission: if nobody {
                    Vec::new()
                } else {
                    vec![Rule { action: "use", constraint: Any { or } }]
                },
                prohibition: if nobody { vec![Use { action: "use" }] } else { Vec::new() },
                obligation: obligations(export),
            };
            let definition =
                PolicyDefinition { context: MANAGEMENT, kind: "PolicyDefinition", id: id.clone(), policy };
            draft.push(&format!("federation/{organisation}/policies"), &id, "the policy", &definition);
            if nobody {
                continue;
            }
            let domains = references(export, "domains").map(|d| d.name.to_string()).collect();
            let contract = ContractDefinition {
                context: MANAGEMENT,
                kind: "ContractDefinition",
                id: id.clone(),
                access_policy_id: id.clone(),
                contract_policy_id: id.clone(),
                assets_selector: vec![Criterion {
                    kind: "Criterion",
                    operand_left: DOMAIN,
                    operator: "in",
                    operand_right: domains,
                }],
            };
            draft.push(&format!("federation/{organisation}/contracts"), &id, "the contract", &contract);
        }
    })
}

/// What the giver owes: encryption, and arrival in time.
fn obligations(export: &StructValue) -> Vec<Rule<Constraint>> {
    let mut all = Vec::new();
    if read::member(export, "encryption").is_some_and(|m| m.name == "aes256") {
        all.push(Rule {
            action: "urn:ivs:federation:encrypt",
            constraint: Constraint {
                left_operand: "urn:ivs:federation:cipher",
                operator: "eq",
                right_operand: read::text(export, "encryption").unwrap_or_default().to_owned(),
            },
        });
    }
    if let Some(latency) = read::nested(export, "latency") {
        for (field, operator) in [("below", "lt"), ("at_most", "lteq")] {
            if let Some(right_operand) = duration(read::field(latency, field)) {
                let constraint = Constraint { left_operand: "delayPeriod", operator, right_operand };
                all.push(Rule { action: "inform", constraint });
            }
        }
    }
    all
}

/// The expression that decides whether a connector is the one that a constraint names.
pub fn participant() -> OutputFile {
    let expression = CelExpression {
        context: MANAGEMENT,
        kind: "CelExpression",
        id: "participant",
        left_operand: PARTICIPANT,
        expression: "ctx.agent.id == this.rightOperand",
        description: "The connector that asks is the participant that the policy names",
        scopes: ["catalog", "contract.negotiation", "transfer.process"],
    };
    let mut text = serde_json::to_string_pretty(&expression).unwrap_or_default();
    text.push('\n');
    OutputFile {
        path: "federation/expressions/participant.json".into(),
        text: std::sync::Arc::<str>::from(text).into(),
    }
}
