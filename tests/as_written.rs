//! The seeds as they are written, in `examples/as-written`: every defect that the catalogue of checks lists for them is found where it
//! stands, with its figure, and nothing else is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod examples;
mod support;

use std::fmt::Write as _;

/// A defect: what it is called in the catalogue, the code it is found by (one of several, where a rule of a kind and a check say the same), the
/// file, and what the source says there, and a figure or name that the message has.
struct Defect(&'static str, &'static str, &'static str, &'static str, &'static str);

/// What is found in a package, each a line of code, place and message.
fn found(package: &str) -> Vec<(String, String, String)> {
    let root = support::root().join("examples/as-written").join(package);
    let report = examples::load(&root).session(2).check();
    let one = |d| {
        let text = support::render_one(&report, d);
        let mut lines = text.lines();
        let (head, place) = (lines.next().unwrap(), lines.next().unwrap());
        let (code, message) = head.split_once("]: ").unwrap();
        let place = place.trim_start_matches(" --> ");
        (code.split_once('[').unwrap().1.to_owned(), place.to_owned(), message.to_owned())
    };
    report.diagnostics.iter().map(one).collect()
}

/// Each defect is found once, and each finding is a defect.
fn finds(package: &str, defects: &[Defect]) {
    let mut left = found(package);
    let mut wrong = String::new();
    for Defect(check, codes, file, at, figure) in defects {
        let fits = |(code, place, message): &(String, String, String)| {
            let (path, rest) = place.split_once(':').unwrap();
            codes.split('|').any(|c| c == code)
                && path == *file
                && rest.contains(at)
                && message.contains(figure)
        };
        match left.iter().position(fits) {
            Some(i) => drop(left.remove(i)),
            None => writeln!(wrong, "not found: {check} ({codes}) at `{at}` of {file}: {figure}").unwrap(),
        }
    }
    for (code, place, message) in left {
        writeln!(wrong, "no defect of the seed: {code} at {place}: {message}").unwrap();
    }
    assert!(wrong.is_empty(), "{package}:\n{wrong}");
}

#[test]
fn nmox_studio() {
    let main = "main.ivs";
    finds(
        "nmox-studio",
        &[
            Defect("C01 demand", "IVS3001", main, "10..1000", "1000000workspace, and serves 150000workspace"),
            Defect("C04 static replicas", "IVS1201|IVS3004", main, "replicas", "no field `replicas`"),
            Defect("C04 AutoScaler.java", "IVS3004", main, "AutoScaler.java", "2 programs set the replicas"),
            Defect("C04 replicas: 10", "IVS3004", main, "patch", "a patch sets them as well"),
            Defect("C09 limits of 8 cores", "IVS3009", main, "recreate", "8core (its limit grows"),
            Defect("C09 limits of 16Gi", "IVS3009", main, "recreate", "16Gi (its limit grows"),
            Defect(
                "C10 a namespace for each workspace",
                "IVS3010",
                main,
                "1_000_000",
                "needs 1000000 namespaces",
            ),
            Defect("C13 no word of zones", "IVS3013", main, "99.9%", "may all be in one zone"),
            Defect("C05 HPA and VPA on cpu", "IVS2103|IVS3005", main, "scaling", "cpu"),
            Defect("C05 HPA and VPA on memory", "IVS2103|IVS3005", main, "scaling", "memory"),
            Defect("C18 no failover", "IVS3018", main, "us-west1", "us-west1, europe-west1, asia-south1"),
            Defect("an image that moves", "IVS2103", main, "nmox/workspace:latest", "moves"),
            Defect("a ratio", "IVS2004", main, "0.7", "with `%`"),
            Defect("a gauge named _total", "IVS2103", main, "gauge", "`_total` names a counter"),
            Defect("quantiles of a summary", "IVS2103", main, "quantile", "neither `le` nor `quantile`"),
            Defect(
                "apiVersion v1 of a VPA",
                "IVS6202",
                main,
                "VerticalPodAutoscaler",
                "v1 VerticalPodAutoscaler",
            ),
        ],
    );
}

#[test]
fn pluma() {
    let (words, doors, figures) = ("vocabulary.ivs", "federation.ivs", "figures.ivs");
    finds(
        "pluma",
        &[
            Defect("C03 MAL-QB in 6.8 min", "IVS3003", figures, "5min", "4 → 8 takes at least 408s"),
            Defect("C07 no pool for 8 GPUs", "IVS3007", figures, "8", "quotas promise 8 GPUs"),
            Defect("C07 nor for 80, 160, 400", "IVS3007", figures, "point", "80 GPUs are in use"),
            Defect("C11 efficiency 0.78", "IVS3011", figures, "78%", "an efficiency of 4%, and 78%"),
            Defect("C16 2000 ms is not below 2 s", "IVS3016", doors, "latency", "promises 2000ms"),
            Defect("C16 FSL of EEE, IIS", "IVS3016", doors, "latency", "3.2s was observed"),
            Defect("C16 FSL of AAA", "IVS3016", doors, "latency", "2.1s was observed"),
            Defect("C21 nobody lists all_consortium", "IVS2101", doors, "all_consortium", "needs `members`"),
            Defect("C21 nor who is cleared", "IVS2101", doors, "defense_cleared_only", "needs `members`"),
            Defect("C21 no clearance declared", "IVS3021", doors, "structuresco", "`avionicsco`"),
            Defect("C21 no clearance declared", "IVS3021", doors, "structuresco", "`cryotech`"),
            Defect("C21 no clearance declared", "IVS3021", doors, "structuresco", "`structuresco`"),
            Defect("C22 nobody exports CQH", "IVS3022", doors, "[CQH]", "AAA, PPP, EDI, DDD"),
            Defect("C22 EEE to AvionicsCo", "IVS3022", doors, "[EEE, IIS]", "imports EEE"),
            Defect("C22 IIS to AvionicsCo", "IVS3022", doors, "[EEE, IIS]", "imports IIS"),
            Defect("C23 DDD is no domain of the template", "IVS3023", doors, "[DDD]", "exports DDD"),
            Defect("C23 nor is CQH, for Ampel", "IVS3023", doors, "[CQH]", "`fe-ampel` imports CQH"),
            Defect("C23 nor for CryoTech", "IVS3023", doors, "[CQH]", "`fe-cryotech` imports CQH"),
            Defect("C23 nor for CryoTech", "IVS3023", doors, "[CQH]", "`fe-cryotech` exports CQH"),
            Defect("C23 nobody writes DDD", "IVS3023", words, "classified", "no role lets anybody write"),
            Defect("C28 wing_span", "IVS1201", words, "wing_span", "no field `wing_span`"),
            Defect("C30 CRR", "IVS3030", figures, "65%", "≈ 69.14%"),
            Defect("C30 MSE", "IVS3030", figures, "7.2min", "7.1min"),
            Defect("C30 MAL-QB", "IVS3030", figures, "4", "its rows give 3"),
            Defect("C30 3.2 s is the largest", "IVS3030", figures, "3.2s", "≈ 2.367s"),
            Defect("a key twice", "IVS1103", words, "program_id", "is set twice"),
            Defect(
                "two syntaxes of interpolation",
                "IVS6102",
                words,
                "{domain_from}",
                "is not a placeholder here",
            ),
            Defect(
                "two syntaxes of interpolation",
                "IVS6102",
                words,
                "{domain_to}",
                "is not a placeholder here",
            ),
            Defect("a policy without a column", "IVS2011", figures, "row-level", "needs `column`"),
        ],
    );
}

#[test]
fn devforge() {
    let main = "main.ivs";
    finds(
        "devforge",
        &[
            Defect("C01 144 times what is asked", "IVS3001", main, "100", "100 replicas × 10000req/min"),
            Defect("C14 three hops", "IVS3014", main, "slo", "99.7003%"),
            Defect("C16 latency of what?", "IVS2103", main, "latency", "for a percentile"),
            Defect("C17 California", "IVS3017", main, "us-west-1", "us-west-1 (US)"),
            Defect("C17 caches", "IVS3017", main, "24h", "up to 5min"),
            Defect(
                "C18 Ireland, Singapore",
                "IVS3018",
                main,
                "us-west-1",
                "eu-west-1 (IE), ap-southeast-1 (SG)",
            ),
            Defect("C20 SOX and GDPR", "IVS3020", main, "sox", "kept for 7year (sox)"),
            Defect("C24 70% unstated", "IVS2101", main, "template-store", "needs `developer`"),
            Defect("C25 unlimited", "IVS3025", main, "include", "≈ $0.0001641/animation each"),
            Defect("C25 sandbox", "IVS3025", main, "include", "for nothing"),
            Defect("C26 integrations", "IVS3026", main, "custom-integrations", "its plan `enterprise`"),
            Defect(
                "C27 written by the hour",
                "IVS3027",
                main,
                "1month",
                "for each 1h and read for each 1month",
            ),
            Defect("C27 never written", "IVS3027", main, "video_export", "no service sends `video_export`"),
        ],
    );
}

#[test]
fn industriverse() {
    let main = "main.ivs";
    finds(
        "industriverse",
        &[
            Defect("0.13 no bounds", "IVS2101", main, "scaling", "needs `scaling.replicas`"),
            Defect("0.13 no threshold", "IVS2103", main, "cpu", "one of `utilization`"),
            Defect("0.15 no region", "IVS2101", main, "edge", "needs `region`"),
            Defect("0.15 no size", "IVS2101", main, "edge", "needs `size`"),
            Defect("0.34 no platform's share", "IVS2101", main, "capsules", "needs `platform`"),
            Defect("0.34 no developer's share", "IVS2101", main, "capsules", "needs `developer`"),
            Defect("0.53 an air gap without a mirror", "IVS2103", main, "", "through an air gap"),
            Defect("0.60 pod security policies", "IVS6202", main, "PodSecurityPolicy", "policy/v1beta1"),
        ],
    );
}

#[test]
fn scalability_plan() {
    let main = "main.ivs";
    finds(
        "scalability-plan",
        &[
            Defect("1.1 auto-scaling policies", "IVS2101", main, "scaling", "needs `scaling.replicas`"),
            Defect("1.2 sharding strategy", "IVS2101", main, "shards", "needs `shards.count`"),
            Defect("1.2 sharding strategy", "IVS2101", main, "shards", "needs `shards.key`"),
            Defect("2.1 Arbitrum", "IVS2101", main, "arbitrum", "needs `id`"),
            Defect("2.1 Arbitrum", "IVS2101", main, "arbitrum", "needs `rpc`"),
            Defect("2.1 Arbitrum", "IVS2101", main, "arbitrum", "needs `confirmations`"),
            Defect("3.1 rate limiting", "IVS2101", main, "all", "needs `traffic.limit.all.requests`"),
            Defect("4.2 Redis cluster", "IVS2103", main, "cluster", "with `memory` and `image`"),
            Defect("8.1 budget alerts", "IVS2101", main, "costs", "needs `amount`"),
            Defect("8.1 budget alerts", "IVS2101", main, "costs", "needs `notify`"),
            Defect("9.1 regular backups", "IVS2101", main, "regular", "needs `schedule`"),
        ],
    );
}
