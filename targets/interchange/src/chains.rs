//! Block chains and storage by content: where they are reached, and what may be spent on them.
use crate::draft::{Draft, secret};
use ivs_plan::{Context, Lowered, Lowering, Subject, read};
use ivs_value::Value;
use serde::Serialize;
use serde_json::Number;

/// Lowerings of the kinds of `std.chains`.
pub const LOWERINGS: &[Lowering] = &[
    Lowering {
        name: "evm",
        kind: "chain",
        reads: &["slug", "id", "rpc", "confirmations", "settlement", "max_gas_price"],
        run: evm,
    },
    Lowering { name: "messages", kind: "chain-messages", reads: &["slug", "route"], run: messages },
    Lowering {
        name: "solana",
        kind: "solana-program",
        reads: &[
            "slug",
            "program",
            "cluster",
            "rpc",
            "units",
            "unit_price",
            "batch",
            "bytes",
            "account_cache",
            "tree",
        ],
        run: solana,
    },
    Lowering {
        name: "pins",
        kind: "pin-cluster",
        reads: &["slug", "replication", "consensus", "every", "retry", "trusted"],
        run: pins,
    },
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Chain {
    name: String,
    chain_id: Number,
    /// CAIP-2: how others name a chain.
    caip2: String,
    rpc: Vec<Rpc>,
    confirmations: Number,
    settlement: Settlement,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_gas_price_gwei: Option<Number>,
}

/// An address, or the environment variable and secret that have it.
#[derive(Serialize)]
#[serde(untagged)]
enum Rpc {
    Public { url: String },
    Private { env: String, secret: String },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Settlement {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dispute_seconds: Option<Number>,
}

fn evm(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let Some(settlement) = read::member(object, "settlement") else { return };
        let fields = settlement.fields.as_deref();
        let on = fields.and_then(|f| read::reference(f, "on")).and_then(|r| draft.slug_of(r));
        let dispute_seconds = fields
            .map(|f| read::field(f, "dispute"))
            .filter(|v| !v.is_none())
            .map(|v| draft.number(v, &["settlement"]));
        let price = read::field(object, "max_gas_price");
        let chain_id = draft.number(read::field(object, "id"), &["id"]);
        let chain = Chain {
            name: draft.title().to_owned(),
            caip2: format!("eip155:{chain_id}"),
            chain_id,
            rpc: read::list(object, "rpc").iter().filter_map(rpc).collect(),
            confirmations: draft.number(read::field(object, "confirmations"), &["confirmations"]),
            settlement: Settlement { kind: settlement.name.to_string(), on, dispute_seconds },
            max_gas_price_gwei: (!price.is_none()).then(|| draft.number(price, &["max_gas_price"])),
        };
        draft.push("chains/evm", draft.slug, "the chain", &chain);
    })
}

fn rpc(value: &Value) -> Option<Rpc> {
    let Value::Member(member) = value else { return None };
    let fields = member.fields.as_deref()?;
    match member.name.as_str() {
        "public" => Some(Rpc::Public { url: read::text(fields, "at")?.to_owned() }),
        _ => Some(Rpc::Private {
            env: read::text(fields, "env")?.to_owned(),
            secret: secret(read::field(fields, "of"))?,
        }),
    }
}

#[derive(Serialize)]
struct Messages {
    name: String,
    routes: Vec<Route>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Route {
    name: String,
    from: String,
    to: String,
    within_seconds: Number,
}

fn messages(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let mut routes = Vec::new();
        for (name, route) in read::structs(draft.object, "route") {
            let mut end = |field: &str| {
                let chain = read::reference(route, field).and_then(|r| draft.follow(r))?;
                Some(format!("eip155:{}", draft.number(read::field(&chain, "id"), &["route", name, field])))
            };
            let (Some(from), Some(to)) = (end("from"), end("to")) else { continue };
            let within_seconds = draft.number(read::field(route, "within"), &["route", name, "within"]);
            routes.push(Route { name: name.to_owned(), from, to, within_seconds });
        }
        draft.push(
            "chains/messages",
            draft.slug,
            "the routes",
            &Messages { name: draft.title().to_owned(), routes },
        );
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Solana {
    program: String,
    cluster: String,
    rpc: Rpc,
    compute_unit_limit: Number,
    compute_unit_price_micro_lamports: Number,
    max_instructions: Number,
    max_transaction_bytes: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_cache_seconds: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tree: Option<Tree>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tree {
    max_depth: Number,
    max_buffer_size: Number,
}

fn solana(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let text = |field: &str| read::text(object, field).unwrap_or_default().to_owned();
        let Some(rpc) = rpc(read::field(object, "rpc")) else { return };
        let cache = read::field(object, "account_cache");
        let tree = read::nested(object, "tree").map(|tree| Tree {
            max_depth: draft.number(read::field(tree, "depth"), &["tree", "depth"]),
            max_buffer_size: draft.number(read::field(tree, "buffer"), &["tree", "buffer"]),
        });
        let mut number = |field: &str| draft.number(read::field(object, field), &[field]);
        let file = Solana {
            program: text("program"),
            cluster: text("cluster"),
            rpc,
            compute_unit_limit: number("units"),
            compute_unit_price_micro_lamports: number("unit_price"),
            max_instructions: number("batch"),
            max_transaction_bytes: number("bytes"),
            account_cache_seconds: (!cache.is_none()).then(|| draft.number(cache, &["account_cache"])),
            tree,
        };
        draft.push("chains/solana", draft.slug, "the program", &file);
    })
}

/// IPFS Cluster's service.json: what is the same on every peer. Identity and secret are each peer's own environment.
#[derive(Serialize)]
struct Service {
    cluster: Cluster,
    consensus: Consensus,
}

#[derive(Serialize)]
struct Cluster {
    leave_on_shutdown: bool,
    monitor_ping_interval: String,
    pin_recover_interval: String,
    replication_factor_min: Number,
    replication_factor_max: Number,
}

#[derive(Serialize)]
struct Consensus {
    #[serde(skip_serializing_if = "Option::is_none")]
    crdt: Option<Crdt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raft: Option<Raft>,
}

#[derive(Serialize)]
struct Crdt {
    cluster_name: String,
    trusted_peers: Vec<String>,
}

#[derive(Serialize)]
struct Raft {}

fn pins(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let Some((least, most)) = read::ends(read::field(object, "replication")) else { return };
        let seconds = |draft: &mut Draft<'_>, field: &str| {
            format!("{}s", draft.number(read::field(object, field), &[field]))
        };
        let crdt = read::member(object, "consensus").is_some_and(|m| m.name == "crdt");
        let trusted_peers = read::texts(object, "trusted").unwrap_or_else(|| vec!["*".to_owned()]);
        let service = Service {
            cluster: Cluster {
                leave_on_shutdown: false,
                monitor_ping_interval: seconds(draft, "every"),
                pin_recover_interval: seconds(draft, "retry"),
                replication_factor_min: draft.number(least, &["replication"]),
                replication_factor_max: draft.number(most, &["replication"]),
            },
            consensus: Consensus {
                crdt: crdt.then(|| Crdt { cluster_name: draft.slug.to_owned(), trusted_peers }),
                raft: (!crdt).then_some(Raft {}),
            },
        };
        draft.push(&format!("chains/pins/{}", draft.slug), "service", "the pin cluster", &service);
    })
}
