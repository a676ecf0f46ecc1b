//! Random decimals in every sort of output that shows quantities: either refused, or there is the declared number, digit by digit.
//! Numbers are read as text and compared by their digits, since a parser would round. (Prices: `tests/marketplace.rs`; budgets:
//! `tests/terraform.rs`.)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use proptest::prelude::*;
use support::{session, source};

/// A decimal: digits, and how many of them stand behind the point.
#[derive(Clone, Copy, Debug)]
struct Decimal(u128, u32);

impl Decimal {
    /// `12.50`, `-` is none of ours.
    fn read(text: &str) -> Option<Decimal> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction}");
        Some(Decimal(digits.parse().ok()?, fraction.len() as u32))
    }

    fn times(self, by: u128) -> Decimal {
        Decimal(self.0 * by, self.1)
    }

    fn is(self, other: Decimal) -> bool {
        let scale = self.1.max(other.1);
        self.0 * 10_u128.pow(scale - self.1) == other.0 * 10_u128.pow(scale - other.1)
    }
}

/// Of how many base units a suffix of Kubernetes is, in thousandths.
const SUFFIXES: &[(&str, u128)] = &[
    ("Ki", 1_024_000),
    ("Mi", 1_048_576_000),
    ("Gi", 1_073_741_824_000),
    ("Ti", 1_099_511_627_776_000),
    ("m", 1),
    ("k", 1_000_000),
    ("M", 1_000_000_000),
    ("G", 1_000_000_000_000),
    ("", 1000),
];

/// A place where a number is shown.
struct Shown {
    /// The declaration, with `@` for the number.
    source: &'static str,
    file: &'static str,
    /// What stands before the number in the file, and what ends it.
    before: &'static str,
    after: &'static str,
    /// How many thousandths of the shown unit one declared unit is; of a quantity of Kubernetes, of its base unit.
    factor: u128,
    /// Whether the number has a suffix of Kubernetes.
    suffix: bool,
}

const PLAIN: Shown = Shown { source: "", file: "", before: "", after: "\n", factor: 1000, suffix: false };

/// A service that the rows vary.
const SERVICE: &str = "namespace n { }\nmetric hits_total { type = counter }\n\
    service s { namespace = n, image = \"registry.example/s:1.0.0\", port http { container = 8080, service = 80 }, ";

const SHOWN: &[Shown] = &[
    Shown {
        source: "resources { cpu = @..1_000_000_000, memory = 1Gi }, throughput = 1req/s }",
        file: "kubernetes/n/s.yaml",
        before: "requests:\n            cpu: \"",
        after: "\"",
        suffix: true,
        ..PLAIN
    },
    Shown {
        source: "resources { cpu = 1, memory = @Mi..1_000_000_000Mi } }",
        file: "kubernetes/n/s.yaml",
        before: "requests:\n            cpu: \"1\"\n            memory: \"",
        after: "\"",
        factor: 1_048_576_000,
        suffix: true,
    },
    Shown {
        source: "resources { cpu = 1, memory = 1Gi }, throughput = 1_000_000_000req/s, scaling { replicas = 2..4, target hits { average = @req/s } } }",
        file: "kubernetes/n/s.yaml",
        before: "averageValue: \"",
        after: "\"",
        suffix: true,
        ..PLAIN
    },
    Shown {
        source: "metric jobs { type = gauge, unit = 1job }\nalert a { metric = jobs, select = {}, above = @job }",
        file: "kubernetes/default/a.yaml",
        before: "max(jobs) > ",
        after: "\"",
        ..PLAIN
    },
    Shown {
        source: "metric money { type = gauge, unit = $1 }\nalert a { metric = money, select = {}, above = $@ }",
        file: "kubernetes/default/a.yaml",
        before: "max(money) > ",
        after: "\"",
        ..PLAIN
    },
    Shown {
        source: "let price = $@/month\nconfig c { data { price = \"${price}\" } }",
        file: "kubernetes/default/c.yaml",
        before: "price: \"$",
        after: "/month",
        ..PLAIN
    },
    Shown {
        source: "let price = €@/month\nconfig c { data { price = \"${12 * price}\" } }",
        file: "kubernetes/default/c.yaml",
        before: "price: \"€",
        after: "/month",
        factor: 12_000,
        ..PLAIN
    },
    Shown {
        source: "manifest m { body { apiVersion = \"e.example/v1\", kind = \"Thing\", metadata { name = \"m\" }, spec { x = @ } } }",
        file: "kubernetes/_cluster/m.yaml",
        before: "x: ",
        ..PLAIN
    },
    Shown {
        source: "region home { provider = aws, country = \"DE\" }\nresource r { type = \"null_resource\", region = home, body { triggers { x = @ } } }",
        file: "terraform/home/main.tf",
        before: "x = ",
        ..PLAIN
    },
    Shown {
        source: "chain c { id = 1, rpc = [public(at = \"https://rpc.example\")], confirmations = 1, max_gas_price = @ }",
        file: "chains/evm/c.json",
        before: "\"maxGasPriceGwei\": ",
        ..PLAIN
    },
    Shown {
        source: "power-cap p { chassis = \"/redfish/v1/Chassis/one\", limit = @kW }",
        file: "industry/power/p.redfish.json",
        before: "\"SetPoint\": ",
        factor: 1_000_000,
        ..PLAIN
    },
    Shown {
        source: "energy-resource e { mrid = \"0e2b6a3c-7d1f-4a59-9c57-3c0a6d1b2f10\", class = battery, rated = @MW }",
        file: "industry/grid/e.cim.json",
        before: "\"ratedMegawatts\": ",
        ..PLAIN
    },
    Shown {
        source: "share s { platform = 30%, developer = 70%, fee f { price = $@/month, summary = \"x\" } }",
        file: "marketplace/shares/s.json",
        before: "\"amount\": \"",
        after: "\"",
        ..PLAIN
    },
    Shown {
        source: "resources { cpu = 1, memory = 1Gi } }\npage-budget w { of = s, part x { files = [\"*.js\"], limit = @kB } }",
        file: "budgets/w.size-limit.json",
        before: "\"limit\": \"",
        after: " kB\"",
        ..PLAIN
    },
    Shown {
        source: "document d { title = \"x\", format = plain, text = \"\"\"{{ labels.price }};\"\"\", labels { price = \"${$@}\" } }",
        file: "documents/d.txt",
        before: "$",
        after: ";",
        ..PLAIN
    },
];

/// What an output says of a declared number; `None` if it is refused.
fn shown(row: &Shown, number: &str) -> Option<String> {
    let front = if row.source.starts_with("resources") { SERVICE } else { "" };
    let text = format!("{front}{}\n", row.source.replace('@', number));
    let (report, files) = session(&[source("main.ivs", &text)], 1).build(None);
    if report.has_errors() {
        let syntax =
            report.diagnostics.iter().find(|d| d.code.starts_with("IVS0") || d.code.starts_with("IVS1"));
        assert!(syntax.is_none(), "{text}\n{}", support::render(&report));
        return None;
    }
    let paths: Vec<&String> = files.iter().map(|f| &f.path).collect();
    let file =
        files.iter().find(|f| f.path == row.file).unwrap_or_else(|| panic!("{} in {paths:?}", row.file));
    let file = file.text.to_string();
    let (_, rest) = file.split_once(row.before).unwrap_or_else(|| panic!("{} in\n{file}", row.before));
    let line = rest.lines().next().unwrap_or_default();
    Some(
        rest.split_once(row.after)
            .map_or(line, |(number, _)| number)
            .trim_end_matches(',')
            .trim_matches('"')
            .to_owned(),
    )
}

fn is_exact(row: &Shown, number: &str, found: &str) -> bool {
    let declared = Decimal::read(number).unwrap().times(row.factor);
    let (digits, unit) = match row.suffix {
        true => {
            let (suffix, unit) = SUFFIXES.iter().find(|(s, _)| found.ends_with(s)).unwrap();
            (found.strip_suffix(suffix).unwrap(), *unit)
        }
        false => (found, 1000),
    };
    // PromQL has no decimals of so many digits, but division.
    if let Some((above, below)) = digits.trim_matches(['(', ')']).split_once(" / ") {
        let (above, below): (u128, u128) = (above.parse().unwrap(), below.parse().unwrap());
        return Decimal(above * 1000, 0).is(declared.times(below));
    }
    Decimal::read(digits).is_some_and(|d| d.times(unit).is(declared))
}

/// Every row shows a number that nobody would refuse, so that none of them is refused whatever it says.
#[test]
fn every_output_shows_its_number() {
    for row in SHOWN {
        for number in ["4", "2.5"] {
            let found = shown(row, number).unwrap_or_else(|| panic!("{}: {number} is refused", row.source));
            assert!(is_exact(row, number, &found), "{}: {number} became {found}", row.source);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if std::env::var_os("IVS_FULL").is_some() { 400 } else { 4 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_numbers_are_refused_or_exact(whole in 0_u64..1_000_000, fraction in 0_u64..1_000_000_000_000, digits in 0_usize..13) {
        let fraction = format!("{fraction:012}");
        let fraction = fraction[..digits].trim_end_matches('0');
        prop_assume!(whole > 0 || !fraction.is_empty());
        let number = if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") };
        for row in SHOWN {
            if let Some(found) = shown(row, &number) {
                prop_assert!(is_exact(row, &number, &found), "{}: {} became {}", row.source, number, found);
            }
        }
    }
}
