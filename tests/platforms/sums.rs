//! Pools and plans: how many nodes pods take, and what is left of a price; both by whole numbers.

use crate::Draw;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Cores and gibibytes of the one machine of each pool (m7i.2xlarge).
const NODE: (u64, u64) = (8, 32);

pub struct Pool {
    /// Cores, gibibytes, replicas.
    pods: Vec<(u64, u64, u64)>,
    size: u64,
}

impl Pool {
    /// A pool of about as many nodes as its pods take: by their sum, or packed the largest first.
    pub fn draw(d: &mut Draw) -> Pool {
        let pods = (0..d.within(1, 6)).map(|_| (d.within(1, 8), d.within(1, 32), d.within(1, 12))).collect();
        let mut pool = Pool { pods, size: 0 };
        let about = if d.one_in(2) { pool.least() } else { pool.packed() };
        pool.size = (about + d.within(0, 2)).saturating_sub(1).max(1);
        pool
    }

    /// The volume bound: no packing does with less.
    fn least(&self) -> u64 {
        let all = |of: fn(&(u64, u64, u64)) -> u64| self.pods.iter().map(|p| p.2 * of(p)).sum::<u64>();
        all(|p| p.0).div_ceil(NODE.0).max(all(|p| p.1).div_ceil(NODE.1))
    }

    /// First-fit decreasing, pod by pod.
    fn packed(&self) -> u64 {
        // In quarters of a core, so that a node is 32 of both.
        let mut pods: Vec<(u64, u64, u64)> = Vec::new();
        for (cpu, memory, replicas) in &self.pods {
            let cpu = cpu * (NODE.1 / NODE.0);
            pods.extend((0..*replicas).map(|_| (cpu.max(*memory), cpu, *memory)));
        }
        pods.sort();
        let mut nodes: Vec<(u64, u64)> = Vec::new();
        for (_, cpu, memory) in pods.into_iter().rev() {
            match nodes.iter_mut().find(|n| n.0 >= cpu && n.1 >= memory) {
                Some(node) => *node = (node.0 - cpu, node.1 - memory),
                None => nodes.push((NODE.1 - cpu, NODE.1 - memory)),
            }
        }
        nodes.len() as u64
    }
}

/// The declarations of pools, named `n0`, `n1`, … .
pub fn pool_items(pools: &[Pool]) -> Vec<String> {
    let mut items = Vec::new();
    for (i, pool) in pools.iter().enumerate() {
        let machine = format!("size = 0..{}, cpu = {}, memory = {}Gi", pool.size, NODE.0, NODE.1);
        items.push(format!("node-pool n{i} {{ region = us-east-1, cluster = \"main\", {machine} }}\n"));
        for (j, (cpu, memory, replicas)) in pool.pods.iter().enumerate() {
            let mut text =
                format!("service s{i}0{j} {{ image = \"registry.example/s:1.0.0\", nodes = n{i}, ");
            write!(text, "resources {{ cpu = {cpu}, memory = {memory}Gi }}, ").unwrap();
            writeln!(text, "scaling {{ replicas = 1..{replicas}, target queue {{ average = 5job }} }} }}")
                .unwrap();
            items.push(text);
        }
    }
    items
}

/// Pools that are certainly too small; and those that hold no packing by the largest first.
pub fn too_small(pools: &[Pool]) -> (BTreeSet<String>, BTreeSet<String>) {
    let named = |wanted: &dyn Fn(&Pool) -> bool| {
        pools.iter().enumerate().filter(|(_, p)| wanted(p)).map(|(i, _)| format!("n{i}")).collect()
    };
    (named(&|p| p.least() > p.size), named(&|p| p.least() <= p.size && p.packed() > p.size))
}

pub struct Plan {
    /// Amount, and ten-thousandths of a dollar for one.
    includes: Vec<(u64, u64)>,
    /// Percent.
    margin: u64,
    /// Cents.
    price: u64,
}

impl Plan {
    /// A plan of about the price that keeps its margin.
    pub fn draw(d: &mut Draw) -> Plan {
        let includes = (0..d.within(1, 3)).map(|_| (d.within(1, 5_000), d.within(1, 400))).collect();
        let mut plan = Plan { includes, margin: d.within(0, 90), price: 0 };
        let keeps = plan.costs().div_ceil(100 - plan.margin);
        plan.price = (keeps + d.within(0, 2)).saturating_sub(1).max(1);
        plan
    }

    /// In ten-thousandths of a dollar.
    fn costs(&self) -> u64 {
        self.includes.iter().map(|(amount, cost)| amount * cost).sum()
    }

    /// Whether costs are more than the margin leaves of the price: both in millionths of a dollar.
    fn is_cheap(&self) -> bool {
        self.costs() * 100 > self.price * 100 * (100 - self.margin)
    }
}

pub fn plan_items(plans: &[Plan]) -> Vec<String> {
    let mut items = vec![
        "publisher maker { organization = \"Maker\", email = \"a@maker.example\" }\n".to_owned(),
        "capsule studio { publisher = maker, version = 1.0.0, summary = \"A product\", license = \"MIT\", released = 2026-01-01 }\n"
            .to_owned(),
        "unit call\n".to_owned(),
    ];
    for (i, plan) in plans.iter().enumerate() {
        let mut text = String::new();
        for (j, (amount, cost)) in plan.includes.iter().enumerate() {
            let cost = format!("${}.{:04}/call", cost / 10_000, cost % 10_000);
            items.push(format!("meter m{i}0{j} {{ event = \"m{i}.{j}\", unit = 1call, cost = {cost} }}\n"));
            write!(text, ", include m{i}0{j} = limit(amount = {amount}call/month)").unwrap();
        }
        let price = format!("${}.{:02}/month", plan.price / 100, plan.price % 100);
        let model = format!("model = subscription(price = {price}), margin = {}%", plan.margin);
        items.push(format!("plan s{i} {{ product = studio, {model}{text} }}\n"));
    }
    items
}

/// Plans that do not keep their margin.
pub fn too_cheap(plans: &[Plan]) -> BTreeSet<String> {
    plans.iter().enumerate().filter(|(_, p)| p.is_cheap()).map(|(i, _)| format!("s{i}")).collect()
}
