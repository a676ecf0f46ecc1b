//! N services, ten to a file, on a typed base: the same shape as the workload that the peers are measured on.
//!
//! Takes a number. Gives sources. Never draws twice differently.

use ivs_project::SourceText;
use std::fmt::Write;
use std::sync::Arc;

const BASE: [(&str, &str); 2] = [
    ("platform/base.ivs", include_str!("../peers/ivs/platform/base.ivs")),
    ("platform/teams.ivs", include_str!("../peers/ivs/platform/teams.ivs")),
];

/// The package's configuration.
pub const CONFIG: &str = include_str!("../peers/ivs/ivs.toml");

const TEAMS: [&str; 12] = [
    "billing", "catalog", "checkout", "identity", "ledger", "media", "orders", "payments", "pricing",
    "ranking", "search", "shipping",
];
const ROLES: [&str; 6] = ["api", "gateway", "indexer", "worker", "sync", "stream"];
const REGIONS: [&str; 4] = ["us-east-1", "us-west-2", "eu-west-1", "ap-south-1"];
const TIERS: [&str; 3] = ["critical", "standard", "batch"];
const ENV: [(&str, &str); 5] = [
    ("FEATURE_CACHE", "on"),
    ("LOG_LEVEL", "info"),
    ("POOL_SIZE", "32"),
    ("SCHEMA_VERSION", "1.10"),
    ("STRICT_MODE", "no"),
];
/// Services in a file.
const PER_FILE: usize = 10;

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// In `from..=to`.
    fn within(&mut self, from: u64, to: u64) -> u64 {
        from + self.next() % (to - from + 1)
    }
    fn one<T: Copy + Default>(&mut self, of: &[T]) -> T {
        let i = self.next() % of.len().max(1) as u64;
        of.get(i as usize).copied().unwrap_or_default()
    }
}

/// A service in the middle of the workload, whose text can be changed.
pub struct Edited {
    /// Its file.
    pub path: String,
    before: String,
    after: String,
    low: u64,
    high: u64,
}

impl Edited {
    /// The file with so many replicas more at most; 0 gives the file as it was.
    pub fn more(&self, replicas: u64) -> String {
        format!("{}{}..{}{}", self.before, self.low, self.high + replicas, self.after)
    }
    /// The file with a least number above the most.
    pub fn inverted(&self) -> String {
        format!("{}{}..{}{}", self.before, self.high + 3, self.high, self.after)
    }
    /// The file with a bracket too many behind the number.
    pub fn unbalanced(&self) -> String {
        format!("{}{}..{}]{}", self.before, self.low, self.high, self.after)
    }
    /// The file with a line of comment above everything.
    pub fn shifted(&self, line: u64) -> String {
        format!("// {line}\n{}", self.more(0))
    }
}

/// The shared base with another grace period of a tier that a third of all services have.
pub fn base_with_grace(seconds: u64) -> (&'static str, String) {
    let (path, text) = BASE[0];
    (path, text.replace("grace = 120s", &format!("grace = {seconds}s")))
}

/// The sources of `n` services, and the one to edit.
pub fn sources(n: usize) -> (Vec<SourceText>, Edited) {
    let mut out: Vec<SourceText> =
        BASE.iter().map(|(path, text)| source((*path).to_owned(), (*text).to_owned())).collect();
    let mut edited =
        Edited { path: String::new(), before: String::new(), after: String::new(), low: 0, high: 0 };
    let mut draw = Draw(1);
    let middle = n / 2;
    for first in (0..n).step_by(PER_FILE) {
        let path = format!("services/f{:05}.ivs", first / PER_FILE);
        let mut text = format!(
            "use bench.platform.{{base-service, {}, {}}}\nuse std.aws.{{{}}}\n",
            TIERS.join(", "),
            TEAMS.join(", "),
            REGIONS.join(", ")
        );
        for i in first..(first + PER_FILE).min(n) {
            let (low, high, at) = service(&mut text, &mut draw, i);
            if i == middle {
                edited = Edited {
                    path: path.clone(),
                    before: text.get(..at).unwrap_or_default().to_owned(),
                    after: String::new(),
                    low,
                    high,
                };
            }
        }
        if edited.path == path {
            let numbers = format!("{}..{}", edited.low, edited.high);
            edited.after = text.get(edited.before.len() + numbers.len()..).unwrap_or_default().to_owned();
        }
        out.push(source(path, text));
    }
    out.sort_by(|a, b| a.path.cmp(&b.path));
    (out, edited)
}

fn source(path: String, text: String) -> SourceText {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    SourceText { module: format!("bench.{folder}"), path, text: Arc::from(text) }
}

/// Appends a service. Its least and most replicas, and where they are.
fn service(text: &mut String, draw: &mut Draw, i: usize) -> (u64, u64, usize) {
    let (team, role) = (draw.one(&TEAMS), draw.one(&ROLES));
    let cpu = draw.one(&[100, 250, 500, 750]);
    let memory = draw.one(&[128, 256, 512, 1024]);
    let low = draw.within(1, 6);
    let high = low + draw.within(0, 20);
    let _ = write!(
        text,
        "\nservice {team}-{role}-{i:05} from base-service {{\n  team   = {team}\n  region = {}\n  tier   = {}\n  \
         image  = \"registry.example.com/{team}/{role}:{}.{}.{}\"\n  listen = {}\n  \
         resources {{ cpu = {cpu}m..{}m, memory = {memory}Mi..{}Mi }}\n  scaling {{\n    replicas = ",
        draw.one(&REGIONS),
        draw.one(&TIERS),
        draw.within(1, 9),
        draw.within(0, 40),
        draw.within(0, 9),
        draw.one(&[8080, 8443, 9000, 50051]),
        cpu * draw.within(1, 4),
        memory * draw.within(1, 3),
    );
    let at = text.len();
    let _ = write!(text, "{low}..{high}\n    target cpu {{ utilization = {}% }}\n", draw.within(10, 18) * 5);
    if draw.within(1, 10) <= 4 {
        let _ = writeln!(
            text,
            "    target {team}_{role}_queue_depth {{ average = {}job, source = external(labels = {{service = name}}) }}",
            draw.within(1, 19) * 10
        );
    }
    text.push_str("  }\n");
    let first = draw.within(0, ENV.len() as u64 - 1) as usize;
    let env: Vec<String> = ENV
        .iter()
        .skip(first)
        .take(draw.within(0, 2) as usize)
        .map(|(k, v)| format!("{k} = \"{v}\""))
        .collect();
    if !env.is_empty() {
        let _ = writeln!(text, "  env {{ {} }}", env.join(", "));
    }
    text.push_str("}\n");
    (low, high, at)
}
