//! Requests along calls: what arrives at each part, summed by walking every way from every caller, from the facts alone.

use crate::Draw;
use std::collections::BTreeSet;

/// A part that is called, or calls.
struct Part {
    service: bool,
    /// Whom it calls, later parts; how often a request leads there, and how many at one time.
    calls: Vec<(usize, u64, u64)>,
    /// What its own users ask for; not stated by some.
    own: Option<u64>,
    /// Of a service: replicas, and what one serves; what a store answers, once. Not stated by some.
    replicas: u64,
    serves: Option<u64>,
}

/// Parts that call each other; all rates are requests a second.
pub struct Calls {
    parts: Vec<Part>,
}

impl Calls {
    pub fn draw(seed: u64, n: usize) -> Calls {
        let mut d = Draw(seed ^ 0xca11);
        let mut parts: Vec<Part> = (0..n)
            .map(|i| {
                let service = !d.one_in(4);
                let mut calls = Vec::new();
                for _ in 0..if service { d.within(0, 3) } else { 0 } {
                    // Near, so that ways are long; seldom further on, so that amounts stay small.
                    let to = i + d.within(1, 6) as usize;
                    if to < n && !d.one_in(2) {
                        calls.push((to, d.within(1, 2), d.within(1, 2)));
                    }
                }
                let own = (service && !d.one_in(3)).then(|| d.within(1, 400));
                Part { service, calls, own, replicas: d.within(1, 20), serves: None }
            })
            .collect();
        let arriving = Calls::arriving(&parts);
        for (part, arrives) in parts.iter_mut().zip(arriving) {
            if d.one_in(6) {
                continue;
            }
            // Exactly enough, one too little, or about right.
            let count = if part.service { part.replicas } else { 1 };
            let enough = arrives.div_ceil(count).max(1);
            let serves = [enough, enough.saturating_sub(1), d.within(1, 2 * enough)][d.within(0, 2) as usize];
            part.serves = Some(serves.max(1));
        }
        Calls { parts }
    }

    /// What arrives at each part with what its own users ask. Every way by itself: no sum is used twice.
    fn arriving(parts: &[Part]) -> Vec<u64> {
        let mut all = vec![0; parts.len()];
        for (from, part) in parts.iter().enumerate() {
            let Some(own) = part.own else { continue };
            let mut ways = vec![(from, own)];
            while let Some((at, brings)) = ways.pop() {
                all[at] += brings;
                ways.extend(
                    parts[at].calls.iter().map(|(to, times, at_once)| (*to, brings * times * at_once)),
                );
            }
        }
        all
    }

    /// The declarations; services are called `s0`, all else `n0`, … .
    pub fn items(&self) -> Vec<String> {
        let name = |i: usize| format!("{}{i}", if self.parts[i].service { 's' } else { 'n' });
        let declared = |(i, p): (usize, &Part)| {
            let mut fields = Vec::new();
            for (k, (to, times, at_once)) in p.calls.iter().enumerate() {
                let to = name(*to);
                fields.push(format!("call c{k} {{ to = {to}, times = {times}, at_once = {at_once} }}"));
            }
            fields.extend(p.own.map(|x| format!("demand peak = {x}req/s")));
            let kind = match (p.service, i % 2) {
                (true, _) => {
                    let scaling = format!("replicas = 1..{}, target cpu {{ utilization = 70% }}", p.replicas);
                    fields.push(format!("scaling {{ {scaling} }}"));
                    fields.extend(p.serves.map(|x| format!("throughput = {x}req/s")));
                    format!("service {} from part", name(i))
                }
                (false, even) => {
                    fields.extend(p.serves.map(|x| format!("capacity = {x}req/s")));
                    fields.push(if even == 0 {
                        "engine = postgres".into()
                    } else {
                        format!("host = \"n{i}.example\"")
                    });
                    format!("{} {}", if even == 0 { "database" } else { "external" }, name(i))
                }
            };
            format!("{kind} {{ {} }}\n", fields.join(", "))
        };
        let template = "template service part { image = \"registry.example/part:1.0.0\", resources { cpu = 1, memory = 1Gi } }\n";
        std::iter::once(template.to_owned()).chain(self.parts.iter().enumerate().map(declared)).collect()
    }

    /// Those at which more arrives than they answer.
    pub fn overrun(&self) -> BTreeSet<String> {
        let arriving = Calls::arriving(&self.parts);
        let over = |(i, p): &(usize, &Part)| {
            let count = if p.service { p.replicas } else { 1 };
            p.serves.is_some_and(|x| arriving[*i] > x * count)
        };
        let named = |(i, p): (usize, &Part)| format!("{}{i}", if p.service { 's' } else { 'n' });
        self.parts.iter().enumerate().filter(over).map(named).collect()
    }
}
