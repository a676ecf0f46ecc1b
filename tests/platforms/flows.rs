//! Availability along chains, latency along calls, data through what holds it: each recomputed slowly, from the facts alone.
//!
//! Parts lead to later parts only, so a part is drawn once all that it rests on is, and promises about as much as that leaves:
//! as much, a thousandth of a percent more, or less.

use crate::Draw;
use ivs_driver::Report;
use ivs_source::Severity;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Region and country.
const REGIONS: [(&str, &str); 4] =
    [("eu-west-1", "IE"), ("eu-central-1", "DE"), ("us-east-1", "US"), ("us-west-2", "US")];

/// Parts of a hundred thousand that others work.
const WORKS: [u64; 5] = [99_000, 99_500, 99_900, 99_950, 99_990];

#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Service,
    Database,
    External,
}

struct Call {
    to: usize,
    times: u64,
    waits: bool,
    trip: u64,
}

/// A promise of time, in milliseconds; whether it may be reached.
#[derive(Clone, Copy)]
struct Within {
    ms: u64,
    reached: bool,
    observed: Option<u64>,
}

struct Part {
    sort: Sort,
    needs: Vec<usize>,
    /// Of these needs, one is enough.
    any_of: Vec<usize>,
    calls: Vec<Call>,
    /// Parts of a hundred thousand.
    works: Option<u64>,
    within: Option<Within>,
    regions: Vec<usize>,
    /// Where it goes on; where a copy and a backup are.
    elsewhere: Option<usize>,
    replica: Option<usize>,
    backup: Option<usize>,
    measured: Option<usize>,
}

struct Class {
    regions: Vec<usize>,
    countries: Vec<&'static str>,
    used_by: Vec<usize>,
    not_to: Vec<usize>,
}

pub struct Web {
    parts: Vec<Part>,
    classes: Vec<Class>,
}

fn some_regions(d: &mut Draw, most: u64) -> Vec<usize> {
    let mut all: Vec<usize> = (0..REGIONS.len()).collect();
    while all.len() as u64 > most {
        all.remove(d.within(0, all.len() as u64 - 1) as usize);
    }
    all
}

impl Web {
    pub fn draw(seed: u64, n: usize) -> Web {
        let mut d = Draw(seed ^ 0x3eb);
        let sorts: Vec<Sort> = (0..n)
            .map(|_| {
                [Sort::Service, Sort::Service, Sort::Service, Sort::Database, Sort::External]
                    [d.within(0, 4) as usize]
            })
            .collect();
        // The last first.
        let mut web = Web { parts: Vec::new(), classes: Vec::new() };
        let mut parts: Vec<Option<Part>> = (0..n).map(|_| None).collect();
        for i in (0..n).rev() {
            let part = web.part(&mut d, i, &sorts, &parts);
            parts[i] = Some(part);
        }
        web.parts = parts.into_iter().flatten().collect();
        for _ in 0..n / 10 {
            let services: Vec<usize> = (0..n).filter(|i| sorts[*i] == Sort::Service).collect();
            let used_by = services[d.within(0, services.len() as u64 - 1) as usize];
            let behind = web.behind(used_by);
            let most = d.within(1, 3);
            web.classes.push(Class {
                regions: if d.one_in(2) { some_regions(&mut d, most) } else { Vec::new() },
                countries: if d.one_in(3) { vec!["DE", "IE"] } else { Vec::new() },
                used_by: vec![used_by],
                not_to: behind.into_iter().filter(|_| d.one_in(5)).collect(),
            });
        }
        web
    }

    fn part(&mut self, d: &mut Draw, i: usize, sorts: &[Sort], parts: &[Option<Part>]) -> Part {
        let at = |j: usize| parts[j].as_ref().expect("a later part");
        let mut part = Part {
            sort: sorts[i],
            needs: Vec::new(),
            any_of: Vec::new(),
            calls: Vec::new(),
            works: None,
            within: None,
            regions: Vec::new(),
            elsewhere: None,
            replica: None,
            backup: None,
            measured: None,
        };
        if part.sort != Sort::External {
            let most = d.within(0, 2);
            part.regions = some_regions(d, most);
        }
        let some_region = |d: &mut Draw, n| d.one_in(n).then(|| d.within(0, 3) as usize);
        match part.sort {
            Sort::Database => {
                part.replica = some_region(d, 3);
                part.backup = some_region(d, 3);
            }
            Sort::Service => {
                part.elsewhere = some_region(d, 3).filter(|_| !part.regions.is_empty());
                part.measured = some_region(d, 4);
            }
            Sort::External => {}
        }
        if part.sort != Sort::Service {
            part.works = (!d.one_in(4)).then(|| WORKS[d.within(0, 4) as usize]);
            if part.sort == Sort::External && !d.one_in(3) {
                part.within = Some(Within { ms: d.within(1, 300), reached: d.one_in(2), observed: None });
            }
            return part;
        }
        let ahead: BTreeSet<usize> =
            (0..d.within(0, 4)).map(|_| i + d.within(1, 15) as usize).filter(|j| *j < sorts.len()).collect();
        part.needs = ahead.into_iter().collect();
        if part.needs.len() > 2 && d.one_in(2) {
            part.any_of = part.needs[..2].to_vec();
        }
        for &to in &part.needs {
            if sorts[to] != Sort::Database && !d.one_in(3) {
                part.calls.push(Call {
                    to,
                    times: d.within(1, 3),
                    waits: !d.one_in(4),
                    trip: d.within(0, 20),
                });
            }
        }
        let near = |d: &mut Draw, x: u64| (x + d.within(0, 2)).saturating_sub(1);
        if d.one_in(2) {
            let chain = leaves(&part, &at);
            let least = (chain * 100_000.0).floor() as u64;
            part.works = Some(near(d, least).clamp(1, 99_999));
        }
        if !d.one_in(3) {
            let takes = waiting(&part, &at);
            let ms = if takes == 0 { d.within(50, 500) } else { near(d, takes).max(1) };
            let observed = d.one_in(3).then(|| near(d, ms).max(1));
            part.within = Some(Within { ms, reached: d.one_in(2), observed });
        }
        part
    }

    /// All that a part leads to, by one step or more.
    fn behind(&self, from: usize) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        loop {
            let more: BTreeSet<usize> = std::iter::once(&from)
                .chain(&all)
                .flat_map(|i| self.parts[*i].needs.iter().copied())
                .collect();
            if more.is_subset(&all) {
                return all;
            }
            all.extend(more);
        }
    }

    fn name(&self, i: usize) -> String {
        let sort = match self.parts[i].sort {
            Sort::Service => 's',
            Sort::Database => 'd',
            Sort::External => 'e',
        };
        format!("{sort}{i}")
    }

    fn names(&self, all: &[usize]) -> String {
        all.iter().map(|i| self.name(*i)).collect::<Vec<_>>().join(", ")
    }

    /// The declarations, and before them what they use.
    pub fn items(&self) -> (String, Vec<String>) {
        let names = REGIONS.map(|(name, _)| name);
        let uses = format!("use std.aws.{{{}}}\n", names.join(", "));
        let listed = |all: &[usize]| all.iter().map(|r| names[*r]).collect::<Vec<_>>().join(", ");
        let mut items = vec![
            "template service part { image = \"registry.example/part:1.0.0\", resources { cpu = 1, memory = 1Gi } }\n"
                .to_owned(),
        ];
        for (i, p) in self.parts.iter().enumerate() {
            let name = self.name(i);
            let works = p.works.map(percent);
            let within = p.within.map(|w| {
                let observed = w.observed.map_or(String::new(), |o| format!(", observed = {o}ms"));
                let bound = if w.reached { "at_most" } else { "below" };
                format!("latency p95 {{ {bound} = {}ms{observed} }}", w.ms)
            });
            let mut fields = Vec::new();
            match p.sort {
                Sort::External => {
                    fields.push(format!("host = \"{name}.example\""));
                    fields.extend(works.map(|w| format!("availability = {w}")));
                    fields.extend(within);
                }
                Sort::Database => {
                    fields.push("engine = postgres".to_owned());
                    fields.extend(works.map(|w| format!("availability = {w}")));
                    if let Some(r) = p.replica {
                        fields.push(format!("instances = 2, replica far {{ region = {} }}", names[r]));
                    }
                    if let Some(r) = p.backup {
                        let to = "schedule = \"0 2 * * *\", to = \"s3://backups/x\"";
                        fields.push(format!("backup {{ {to}, region = {} }}", names[r]));
                    }
                }
                Sort::Service => {
                    if !p.needs.is_empty() {
                        fields.push(format!("depends_on = [{}]", self.names(&p.needs)));
                    }
                    if !p.any_of.is_empty() {
                        fields.push(format!("any_of either = [{}]", self.names(&p.any_of)));
                    }
                    for (k, c) in p.calls.iter().enumerate() {
                        let (to, times, trip) = (self.name(c.to), c.times, c.trip);
                        fields.push(format!(
                            "call c{k} {{ to = {to}, times = {times}, waits = {}, round_trip = {trip}ms }}",
                            c.waits
                        ));
                    }
                    if let (Some(to), Some(lost)) = (p.elsewhere, p.regions.first()) {
                        fields.push(format!("failover = {{ {} = {} }}", names[*lost], names[to]));
                    }
                    if let Some(r) = p.measured {
                        fields.push(format!("metrics {{ stored_in = [{}] }}", names[r]));
                    }
                    let slo: Vec<String> =
                        works.map(|w| format!("availability = {w}")).into_iter().chain(within).collect();
                    if !slo.is_empty() {
                        fields.push(format!("slo {{ {} }}", slo.join(", ")));
                    }
                }
            }
            if !p.regions.is_empty() {
                fields.push(format!("regions = [{}]", listed(&p.regions)));
            }
            let kind = match p.sort {
                Sort::Service => format!("service {name} from part"),
                Sort::Database => format!("database {name}"),
                Sort::External => format!("external {name}"),
            };
            items.push(format!("{kind} {{ {} }}\n", fields.join(", ")));
        }
        for (k, c) in self.classes.iter().enumerate() {
            let countries = c.countries.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
            let mut text = format!("data-class c{k} {{ used_by = [{}]", self.names(&c.used_by));
            for (field, value) in
                [("regions", listed(&c.regions)), ("countries", countries), ("not_to", self.names(&c.not_to))]
            {
                if !value.is_empty() {
                    write!(text, ", {field} = [{value}]").unwrap();
                }
            }
            items.push(text + " }\n");
        }
        (uses, items)
    }

    /// Services that promise more than what they rest on leaves.
    pub fn too_available(&self) -> BTreeSet<String> {
        let at = |i: usize| &self.parts[i];
        let over = |i: &usize| {
            let p = at(*i);
            let promised = p.works.filter(|_| p.sort == Sort::Service && !p.needs.is_empty());
            // Products of five digits each are told apart from a promise of five by far more than this.
            promised.is_some_and(|w| leaves(p, &at) < w as f64 / 100_000.0 - 1e-11)
        };
        (0..self.parts.len()).filter(over).map(|i| self.name(i)).collect()
    }

    /// Services whose calls take longer than they promise; and those that were seen to.
    pub fn too_slow(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let at = |i: usize| &self.parts[i];
        let keeps = |w: Within, ms: u64| ms < w.ms || ms == w.ms && w.reached;
        let (mut called, mut seen) = (BTreeSet::new(), BTreeSet::new());
        for (i, p) in self.parts.iter().enumerate().filter(|(_, p)| p.sort == Sort::Service) {
            let Some(w) = p.within else { continue };
            // Whoever says how long it takes says at least a millisecond.
            let takes = waiting(p, &at);
            if takes > 0 && !keeps(w, takes) {
                called.insert(self.name(i));
            }
            if w.observed.is_some_and(|o| !keeps(w, o)) {
                seen.insert(self.name(i));
            }
        }
        (called, seen)
    }

    /// Where each class is and may not be, as [`places`] reads it from messages, with how often.
    pub fn misplaced(&self) -> BTreeMap<String, usize> {
        let mut out = BTreeMap::new();
        let mut add = |text: String| *out.entry(text).or_insert(0) += 1;
        let shown = |r: usize| format!("{} ({})", REGIONS[r].0, REGIONS[r].1);
        for (k, c) in self.classes.iter().enumerate() {
            if c.regions.is_empty() && c.countries.is_empty() {
                continue;
            }
            let may = |r: usize| {
                (c.regions.is_empty() || c.regions.contains(&r))
                    && (c.countries.is_empty() || c.countries.contains(&REGIONS[r].1))
            };
            let mut holders: BTreeSet<usize> = c.used_by.iter().copied().collect();
            holders.extend(c.used_by.iter().flat_map(|u| self.behind(*u)));
            for h in holders.into_iter().filter(|h| !c.not_to.contains(h)) {
                let (p, name) = (&self.parts[h], self.name(h));
                for r in p.regions.iter().filter(|r| !may(**r)) {
                    add(format!("c{k}: {name} in {}", shown(*r)));
                }
                if let Some(r) = p.elsewhere.filter(|r| !may(*r)) {
                    add(format!("c{k}: {name} goes on in {}", shown(r)));
                }
                if let Some(r) = p.replica.filter(|r| !may(*r)) {
                    add(format!("c{k}: {name} copied to {}", shown(r)));
                }
                if let Some(r) = p.backup.filter(|r| !may(*r)) {
                    add(format!("c{k}: {name} backed up in {}", shown(r)));
                }
                if let Some(r) = p.measured.filter(|r| !may(*r)) {
                    add(format!("c{k}: {name} measured in {}", shown(r)));
                }
            }
        }
        out
    }
}

/// `99950` as `99.95%`, in full.
fn percent(parts: u64) -> String {
    format!("{}.{:03}%", parts / 1000, parts % 1000)
}

/// What a service's dependencies leave of its availability: of each that promises nothing, what that one needs itself.
fn leaves<'a>(part: &Part, at: &dyn Fn(usize) -> &'a Part) -> f64 {
    let (mut serial, mut groups, mut seen) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut open = vec![part];
    while let Some(p) = open.pop() {
        if !p.any_of.is_empty() && p.any_of.iter().all(|j| at(*j).works.is_some()) {
            groups.insert(p.any_of.clone());
        }
        for &j in &p.needs {
            match at(j).works {
                Some(_) if p.any_of.contains(&j) => {}
                Some(_) => {
                    serial.insert(j);
                }
                None if seen.insert(j) => open.push(at(j)),
                None => {}
            }
        }
    }
    let works = |j: usize| at(j).works.unwrap_or(100_000) as f64 / 100_000.0;
    let all: f64 = serial.into_iter().map(works).product();
    let fail = |group: &Vec<usize>| group.iter().map(|j| 1.0 - works(*j)).product::<f64>();
    all * groups.iter().map(|g| 1.0 - fail(g)).product::<f64>()
}

/// How long a service's calls may take that it waits for, of those that say; in milliseconds. Behind a service that does
/// not say, those that it waits for itself.
fn waiting<'a>(part: &Part, at: &dyn Fn(usize) -> &'a Part) -> u64 {
    let one = |c: &Call| match at(c.to).within {
        Some(w) => c.times * (w.ms + c.trip),
        None => c.times * waiting(at(c.to), at),
    };
    part.calls.iter().filter(|c| c.waits).map(one).sum()
}

/// What messages of IVS3017 say: class, holder, place; as [`Web::misplaced`] writes it, with how often.
pub fn places(report: &Report) -> BTreeMap<String, usize> {
    let mut out = BTreeMap::new();
    for d in report.diagnostics.iter().filter(|d| d.code == "IVS3017" && d.severity == Severity::Error) {
        let class = d.message.split('`').nth(1).unwrap();
        let said = d.message.split_once(", and ").unwrap().1;
        // The last of the way: `web → orders`.
        let by = |text: &str| {
            let (place, way) = text.split_once(" by ").unwrap();
            (place.to_owned(), way.rsplit(" → ").next().unwrap().to_owned())
        };
        let quoted = |text: &str| text.split('`').nth(1).unwrap().to_owned();
        let key = if let Some(rest) = said.strip_prefix("reaches replica `far` in ") {
            let (place, holder) = by(rest);
            format!("{holder} copied to {place}")
        } else if let Some(rest) = said.strip_prefix("reaches backups in ") {
            let (place, holder) = by(rest);
            format!("{holder} backed up in {place}")
        } else if let Some(rest) = said.strip_prefix("reaches ") {
            let (place, holder) = by(rest);
            format!("{holder} in {place}")
        } else if let Some((_, rest)) = said.split_once(" goes on in ") {
            format!("{} goes on in {}", quoted(said), rest.split_once(" when ").unwrap().0)
        } else {
            let place = said.split_once("is kept in ").expect("a message of IVS3017").1;
            format!("{} measured in {place}", quoted(said))
        };
        *out.entry(format!("{class}: {key}")).or_insert(0) += 1;
    }
    out
}
