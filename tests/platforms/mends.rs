//! Platforms with a mistake, or none, at each place that a check offers to mend.
//!
//! Each piece draws what is needed, and states as much, one less, or one more.

use crate::Draw;
use ivs_grammar::ast::{Block, EntryKind, ExprKind, ItemKind};
use ivs_source::Severity;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

const COMMON: &str = r#"use std.aws.{us-east-1}
template service web { image = "registry.example/web:1.0.0", resources { cpu = 1, memory = 1Gi } }
node-pool gpus { region = us-east-1, cluster = "main", accelerator { model = nvidia-l4 }, size = 0..4000 }
namespace room { quota { pods = 150 } }
publisher maker { organization = "Maker", email = "a@maker.example" }
capsule studio { publisher = maker, version = 1.0.0, summary = "A product", license = "MIT", released = 2026-01-01 }
feature basic { }
feature large { }
partner centre { host = "centre.example" }
partner cleared { host = "cleared.example", clearance = classified }
federation-role member { reads = assigned, writes = assigned }
"#;

/// Adds to a text what the draw says, with this number in its names.
type Piece = fn(&mut String, &mut Draw, u64);

/// Pieces that are found together: not more mistakes than a session tries fixes for, which are 24.
const TOGETHER: [&[Piece]; 3] =
    [&[capacity, floors, figures], &[namespaces, backups, laws, partners], &[commerce, packing]];

/// A platform of about thirty declarations.
pub fn platform(seed: u64) -> String {
    let mut d = Draw(seed ^ 0xf1c5);
    let mut text = COMMON.to_owned();
    for k in 0..2 {
        for piece in TOGETHER[seed as usize % TOGETHER.len()] {
            piece(&mut text, &mut d, k);
        }
    }
    text
}

/// What is needed, one less, or one more; mostly less.
fn about(d: &mut Draw, needed: u64) -> u64 {
    [needed - 1, needed - 1, needed, needed + 1][d.within(0, 3) as usize]
}

fn capacity(text: &mut String, d: &mut Draw, k: u64) {
    let serves = d.within(10, 99);
    let scaling =
        |most: u64| format!("scaling {{ replicas = 2..{most}, target cpu {{ utilization = 70% }} }}");
    let needed = d.within(4, 30);
    let most = about(d, needed);
    // In one of these rooms there is no place for more.
    let room = if d.one_in(3) { ", namespace = room" } else { "" };
    let peak = needed * serves;
    writeln!(
        text,
        "service ask{k} from web {{ throughput = {serves}req/s, demand peak = {peak}req/s, {}{room} }}",
        scaling(most)
    )
    .unwrap();
    let most = about(d, needed);
    writeln!(text, "service called{k} from web {{ throughput = {serves}req/s, {} }}", scaling(most)).unwrap();
    writeln!(
        text,
        "service caller{k} from web {{ demand peak = {peak}req/s, call it {{ to = called{k} }} }}"
    )
    .unwrap();
    let (slots, takes) = (d.within(1, 9), d.within(1, 9));
    // In hand: peak × takes; places: replicas × slots.
    let peak = needed * slots;
    let most = about(d, needed * takes);
    let work = format!("work {{ takes = {takes}s, slots = {slots}req }}");
    writeln!(
        text,
        "service hand{k} from web {{ {work}, demand peak = {peak}req/s, {} }}",
        scaling(most.max(2))
    )
    .unwrap();
    let throughput = about(d, slots * 60);
    writeln!(
        text,
        "service claims{k} from web {{ work {{ takes = 1min, slots = {slots}req }}, throughput = {}req/h }}",
        throughput + d.within(0, 1)
    )
    .unwrap();
    let most = about(d, needed);
    writeln!(
        text,
        "service grows{k} from web {{ {}, reach goal {{ from = 2, to = {needed}, within = 1h }} }}",
        scaling(most)
    )
    .unwrap();
}

fn namespaces(text: &mut String, d: &mut Draw, k: u64) {
    let replicas = d.within(2, 9);
    let mut all = || about(d, replicas + 1);
    let quota = format!("cpu = {}, memory = {}Gi, gpu = {}, pods = {}", all(), all(), all(), all());
    writeln!(text, "namespace tight{k} {{ quota {{ {quota} }} }}").unwrap();
    let resources =
        "resources { cpu = 1, memory = 1Gi, gpu nvidia-l4 = 1 }, rollout { surge = 1 }, nodes = gpus";
    let scaling = format!("scaling {{ replicas = 1..{replicas}, target cpu {{ utilization = 70% }} }}");
    writeln!(text, "service render{k} from web {{ namespace = tight{k}, {resources}, {scaling} }}").unwrap();
}

fn floors(text: &mut String, d: &mut Draw, k: u64) {
    let least = d.within(1, 3);
    let spread = ["off", "off", "preferred"][d.within(0, 2) as usize];
    let scaling = format!("scaling {{ replicas = {least}..9, target cpu {{ utilization = 70% }} }}");
    writeln!(
        text,
        "service promised{k} from web {{ slo {{ availability = 99.9% }}, {scaling}, spread = {spread} }}"
    )
    .unwrap();
}

fn backups(text: &mut String, d: &mut Draw, k: u64) {
    let keep = d.within(5, 60);
    let schedule = "schedule = \"0 2 * * *\"";
    let back = [keep - 1, keep, keep + 1, keep + 2];
    let store = "engine = postgres, runs = cluster, storage = 10Gi, resources { cpu = 1, memory = 1Gi }";
    let backup = format!("backup {{ {schedule}, to = \"s3://b/users\", keep = {keep}d }}");
    let days = back[d.within(0, 3) as usize];
    writeln!(text, "database users{k} {{ {store}, {backup}, recovery {{ back = {days}d }} }}").unwrap();
    let days = back[d.within(0, 3) as usize];
    writeln!(text, "namespace shop{k} {{ }}\ncluster-backup daily{k} {{ {schedule}, namespaces = [shop{k}], keep = {keep}d, recovery {{ back = {days}d }} }}").unwrap();
}

fn laws(text: &mut String, d: &mut Draw, k: u64) {
    let keep = d.within(100, 900);
    let (rows, books) = (about(d, keep), about(d, keep));
    writeln!(text, "database rows{k} {{ engine = postgres }}\nlifecycle old{k} {{ of = rows{k}, delete_after = {rows}d }}").unwrap();
    writeln!(text, "bucket books{k} {{ region = us-east-1, rule old {{ delete_after = {books}d }} }}")
        .unwrap();
    writeln!(
        text,
        "data-class records{k} {{ kept_in = [rows{k}], buckets = [books{k}], law tax {{ keep = {keep}d }} }}"
    )
    .unwrap();
}

fn partners(text: &mut String, d: &mut Draw, k: u64) {
    let class = ["restricted", "confidential", "classified"][d.within(0, 2) as usize];
    writeln!(text, "data-domain secrets{k} {{ class = {class} }}").unwrap();
    let export = format!("export all {{ domains = [secrets{k}], to = [cleared] }}");
    writeln!(text, "endpoint hub{k} {{ organisation = centre, uri = \"fe://centre.example/x{k}\", role = member, {export} }}").unwrap();
}

fn commerce(text: &mut String, d: &mut Draw, k: u64) {
    let platform = d.within(10, 40);
    let (developer, later) = (about(d, 100 - platform), about(d, 105 - platform));
    let tier =
        format!("tier large {{ from = $5_000/month, platform = {}%, developer = {later}% }}", platform - 5);
    writeln!(text, "share store{k} {{ platform = {platform}%, developer = {developer}%, {tier} }}").unwrap();
    let mut features = || ["[]", "[basic]", "[basic, large]"][d.within(0, 2) as usize];
    let price = "model = subscription(price = $9/month)";
    writeln!(text, "plan small{k} {{ product = studio, {price}, features = {} }}", features()).unwrap();
    writeln!(
        text,
        "plan big{k} {{ product = studio, {price}, features = {}, upgrade_of = small{k} }}",
        features()
    )
    .unwrap();
    writeln!(text, "tenant school{k} {{ plan = small{k}, features = {} }}", features()).unwrap();
}

fn figures(text: &mut String, d: &mut Draw, k: u64) {
    let (rows, count) = (d.within(100, 900), d.within(2, 9));
    let stated = about(d, rows / count);
    writeln!(text, "kpi mean{k} {{ value = {rows} / {count}, stated = {stated}, rounded_to = 1 }}").unwrap();
}

fn packing(text: &mut String, d: &mut Draw, k: u64) {
    // Five and six of eight cores: one on each node, and no more.
    let (fives, sixes) = (d.within(2, 9), d.within(2, 9));
    let sum = (fives * 5 + sixes * 6).div_ceil(8);
    for (i, size) in [sum - 1, fives + sixes - 1, fives + sixes].into_iter().enumerate() {
        let name = format!("{k}{i}");
        let limits = match i {
            2 => {
                let (cpu, memory) = (about(d, fives * 5 + sixes * 6), about(d, fives + sixes));
                format!(", limits {{ cpu = {cpu}, memory = {memory}Gi }}")
            }
            _ => String::new(),
        };
        writeln!(text, "node-pool pool{name} {{ region = us-east-1, cluster = \"main\", size = 0..{size}, cpu = 8, memory = 32Gi{limits} }}").unwrap();
        for (sort, cpu, replicas) in [("five", 5, fives), ("six", 6, sixes)] {
            let scaling =
                format!("scaling {{ replicas = 1..{replicas}, target queue {{ average = 5job }} }}");
            writeln!(text, "service {sort}{name} from web {{ resources {{ cpu = {cpu} }}, nodes = pool{name}, {scaling} }}").unwrap();
        }
    }
}

/// What is offered to be mended: code, severity, the field below what the check goes through.
pub type Offer = (String, Severity, String);

/// Every `fix` of the library's checks.
pub fn offers(checks: &Path) -> BTreeSet<Offer> {
    let mut all = BTreeSet::new();
    for file in std::fs::read_dir(checks).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for chunk in ivs_grammar::scan(&text).chunks {
            let part = &text[chunk.span.start as usize..chunk.span.end as usize];
            for item in ivs_grammar::parse(part).items {
                let ItemKind::Check { block, .. } = &item.kind else { continue };
                let code = set(block, "code", part).expect("a code");
                let severity = set(block, "severity", part);
                for entry in &block.entries {
                    let EntryKind::Require { block: Some(inner), .. } = &entry.kind else { continue };
                    let of = match set(inner, "severity", part).or(severity.clone()).as_deref() {
                        Some("warning") => Severity::Warning,
                        _ => Severity::Error,
                    };
                    for entry in &inner.entries {
                        let EntryKind::Fix { place, .. } = &entry.kind else { continue };
                        let words = place.expr.span.text(part).replace('?', "");
                        let field = words.split_once('.').expect("a field").1.to_owned();
                        all.insert((code.clone(), of, field));
                    }
                }
            }
        }
    }
    all
}

/// The text of a field that is set, without quotes.
fn set(block: &Block, field: &str, text: &str) -> Option<String> {
    block.entries.iter().find_map(|e| match &e.kind {
        EntryKind::Set { path, value, .. } if path.first.text == field => match &value.kind {
            ExprKind::Str(_) | ExprKind::Name(_) => Some(value.span.text(text).trim_matches('"').to_owned()),
            _ => None,
        },
        _ => None,
    })
}
