//! Builds subjects as the evaluator would, and lowers them.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use ivs_plan::{Artifact, Context, Finding, Lowered, OutputFile, Subject, Target};
use ivs_target_kubernetes::Kubernetes;
use ivs_value::{Dim, Number, Quantity, RefValue, Shape, StructValue, TaggedValue, Unit, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

pub type Fields = Vec<(&'static str, Value)>;

pub fn s(text: &str) -> Value {
    Value::str(text)
}
pub fn n(number: i64) -> Value {
    Value::int(number)
}
pub fn yes() -> Value {
    Value::Bool(true)
}
pub fn no() -> Value {
    Value::Bool(false)
}
pub fn percent(whole: i64) -> Value {
    Value::Percent(Number::fraction(whole.into(), 100).unwrap())
}
fn quantity(dim: &str, unit: &str, numer: i64, denom: i64) -> Value {
    let base = Number::fraction(numer.into(), denom.into()).unwrap();
    Value::Quantity(Quantity { base, unit: Arc::new(Unit::new(unit, Number::int(1), Dim::base(dim))) })
}
pub fn milli(m: i64) -> Value {
    quantity("cores", "core", m, 1000)
}
pub fn mi(m: i64) -> Value {
    quantity("bytes", "B", m << 20, 1)
}
pub fn secs(s: i64) -> Value {
    quantity("time", "s", s, 1)
}
pub fn millis(ms: i64) -> Value {
    quantity("time", "s", ms, 1000)
}
pub fn of(dim: &str, count: i64) -> Value {
    quantity(dim, dim, count, 1)
}
pub fn range(a: Value, b: Value) -> Value {
    Value::Range(Arc::new((a, b)))
}
pub fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::list(items)
}
pub fn texts(items: &[&str]) -> Value {
    list(items.iter().map(|t| s(t)))
}
pub fn map(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::map(entries.into_iter().map(|(k, v)| (s(k), v)))
}
pub fn keyed(of: &str, entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::map(entries.into_iter().map(|(k, v)| (member(of, k), v)))
}
pub fn object(name: &str, fields: Fields) -> Arc<StructValue> {
    let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
    let shape = Shape::new(name.into(), names.into_iter().map(Into::into));
    Arc::new(StructValue { shape: Arc::new(shape), fields: values.into() })
}
pub fn record(fields: Fields) -> Value {
    Value::Struct(object("", fields))
}
pub fn spelled(of: &str, name: &str, text: &str) -> Value {
    tagged(of, name, text, None)
}
pub fn member(of: &str, name: &str) -> Value {
    tagged(of, name, name, None)
}
pub fn with(of: &str, name: &str, fields: Fields) -> Value {
    tagged(of, name, name, Some(object(name, fields)))
}
fn tagged(of: &str, name: &str, text: &str, fields: Option<Arc<StructValue>>) -> Value {
    Value::Member(Arc::new(TaggedValue {
        of: of.into(),
        name: name.into(),
        index: 0,
        text: text.into(),
        fields,
    }))
}

/// Declarations that refer to each other.
#[derive(Default)]
pub struct Package {
    declared: BTreeMap<u32, Subject>,
}

impl Context for Package {
    fn object(&self, reference: &RefValue) -> Option<Arc<StructValue>> {
        self.declared.get(&reference.id).map(|d| d.object.clone())
    }
    fn set_of(&self, kind: &str) -> Vec<Arc<RefValue>> {
        self.declared
            .iter()
            .filter(|(_, d)| d.kind == kind)
            .map(|(id, d)| Arc::new(reference(*id, d)))
            .collect()
    }
    fn package(&self) -> &str {
        "studio"
    }
}

fn reference(id: u32, subject: &Subject) -> RefValue {
    RefValue {
        id,
        kind: subject.kind.clone(),
        name: subject.name.clone(),
        qualified: format!("studio.{}", subject.name).into(),
    }
}

impl Package {
    /// Adds a declaration; a reference to it.
    pub fn add(&mut self, kind: &str, name: &str, mut fields: Fields) -> Value {
        let id = u32::try_from(self.declared.len()).unwrap();
        fields.push(("name", s(name)));
        if !fields.iter().any(|(f, _)| *f == "slug") {
            fields.push(("slug", s(name)));
        }
        let slug = fields
            .iter()
            .find(|(f, _)| *f == "slug")
            .and_then(|(_, v)| v.as_str())
            .unwrap_or_default()
            .into();
        let object = object(kind, fields);
        let subject = Subject { kind: kind.into(), name: name.into(), slug, object };
        let reference = Value::Ref(Arc::new(reference(id, &subject)));
        self.declared.insert(id, subject);
        reference
    }
    pub fn namespace(&mut self, name: &str, fields: Fields) -> Value {
        let defaults =
            record(vec![("cpu", range(milli(100), milli(500))), ("memory", range(mi(128), mi(512)))]);
        self.add("namespace", name, over(vec![("managed", yes()), ("defaults", defaults)], fields))
    }
    pub fn service(&mut self, name: &str, fields: Fields) -> Value {
        self.add(
            "service",
            name,
            over(
                vec![
                    ("image", s("registry.example/app:1.2.3")),
                    ("resources", resources()),
                    ("port", map([("http", port(8080, 80))])),
                    ("vertical", member("vertical", "off")),
                    ("spread", spelled("spread", "preferred", "ScheduleAnyway")),
                    ("disruption", record(vec![("unavailable", n(1))])),
                    ("grace", secs(30)),
                ],
                fields,
            ),
        )
    }
    /// Every declaration by every lowering of its kind.
    pub fn lower(&self) -> Lowered {
        let mut all = Lowered::default();
        for subject in self.declared.values() {
            for lowering in Kubernetes.lowerings().iter().filter(|l| l.kind == subject.kind) {
                let one = (lowering.run)(subject, self);
                all.artifacts.extend(one.artifacts);
                all.findings.extend(one.findings);
            }
        }
        all
    }
    pub fn artifacts(&self) -> Vec<Artifact> {
        let all = self.lower();
        assert_eq!(all.findings, []);
        all.artifacts
    }
    pub fn files(&self) -> Vec<OutputFile> {
        let artifacts = self.artifacts();
        Kubernetes.join(&mut artifacts.iter().collect(), ivs_plan::Layout::Declaration)
    }
    pub fn file(&self, path: &str) -> String {
        let files = self.files();
        let found = files.iter().find(|f| f.path == format!("kubernetes/{path}"));
        found
            .unwrap_or_else(|| {
                panic!("{path} is not among {:?}", files.iter().map(|f| &f.path).collect::<Vec<_>>())
            })
            .text
            .to_string()
    }
    /// The only object of that kind.
    pub fn text(&self, kind: &str) -> String {
        let artifacts = self.artifacts();
        let mut found = artifacts.iter().filter(|a| a.identity.split(' ').nth(1) == Some(kind));
        let text = found.next().unwrap_or_else(|| panic!("no {kind}")).text.to_string();
        assert!(found.next().is_none(), "several {kind}");
        text
    }
    /// The only finding.
    pub fn finding(&self) -> Finding {
        let mut all = self.lower();
        assert_eq!(all.findings.len(), 1, "{:?}", all.findings);
        all.findings.remove(0)
    }
}

/// `fields` over `defaults`.
pub fn over(defaults: Fields, fields: Fields) -> Fields {
    let kept = defaults.into_iter().filter(|(d, _)| !fields.iter().any(|(f, _)| f == d)).collect::<Vec<_>>();
    kept.into_iter().chain(fields).collect()
}
pub fn resources() -> Value {
    record(vec![("cpu", range(milli(500), milli(2000))), ("memory", range(mi(1024), mi(4096)))])
}
pub fn port(container: i64, service: i64) -> Value {
    record(vec![
        ("container", n(container)),
        ("service", n(service)),
        ("transport", spelled("transport", "tcp", "TCP")),
    ])
}
pub fn probe(fields: Fields) -> Value {
    record(over(
        vec![
            ("scheme", spelled("http-scheme", "http", "HTTP")),
            ("delay", secs(0)),
            ("every", secs(10)),
            ("timeout", secs(1)),
            ("failures", n(3)),
            ("successes", n(1)),
        ],
        fields,
    ))
}
pub fn scaling(replicas: Value, fields: Fields) -> Value {
    record(over(vec![("replicas", replicas), ("polling", secs(30)), ("cooldown", secs(300))], fields))
}
pub fn utilization(whole: i64) -> Value {
    record(vec![("utilization", percent(whole)), ("source", member("metric-source", "pods"))])
}

/// NMOX Studio's namespace and workspace service.
pub fn nmox() -> Package {
    let mut p = Package::default();
    let studio = p.namespace("nmox-studio", vec![]);
    let edge = p.namespace("edge", vec![("managed", no())]);
    let gateway = p.add("gateway", "public", vec![("managed", no()), ("namespace", edge)]);
    p.service(
        "workspace-service",
        vec![
            ("namespace", studio),
            ("image", s("nmox/workspace:1.9.2")),
            (
                "resources",
                record(vec![("cpu", range(milli(1000), milli(2000))), ("memory", range(mi(2048), mi(4096)))]),
            ),
            (
                "env",
                map([
                    ("MAX_WORKSPACES_PER_POD", s("50")),
                    ("DB_PASSWORD", Value::Secret("vault://kv/nmox/db#password".into())),
                ]),
            ),
            (
                "probe",
                keyed(
                    "probe-kind",
                    [
                        ("live", probe(vec![("path", s("/health")), ("port", n(8080)), ("delay", secs(30))])),
                        (
                            "ready",
                            probe(vec![
                                ("path", s("/ready")),
                                ("port", n(8080)),
                                ("delay", secs(5)),
                                ("every", secs(5)),
                            ]),
                        ),
                    ],
                ),
            ),
            (
                "scaling",
                scaling(
                    range(n(10), n(1000)),
                    vec![("target", map([("cpu", utilization(70)), ("memory", utilization(80))]))],
                ),
            ),
            (
                "vertical",
                with(
                    "vertical",
                    "advise",
                    vec![
                        ("cpu", range(milli(500), milli(4000))),
                        ("memory", range(mi(1024), mi(8192))),
                        ("controls", spelled("vertical-control", "requests-only", "RequestsOnly")),
                    ],
                ),
            ),
            (
                "expose",
                record(vec![
                    ("gateway", gateway),
                    ("hosts", texts(&["app.nmox.studio"])),
                    ("path", s("/")),
                    ("port", s("http")),
                    ("timeout", secs(30)),
                ]),
            ),
        ],
    );
    p
}

/// PLUMA's queue builder, a program's namespace, and the parameter sweep.
pub fn pluma() -> Package {
    let mut p = Package::default();
    let services = p.namespace("mal", vec![]);
    let program = p.namespace(
        "AMPEL360-BWB-Q200",
        vec![
            ("slug", s("ampel360-bwq200")),
            ("labels", map([("program", s("AMPEL360-BWB-Q200")), ("tenant-isolation", s("strict"))])),
            (
                "quota",
                record(vec![
                    ("cpu", milli(200_000)),
                    ("memory", mi(400 << 10)),
                    ("gpu", n(8)),
                    ("volumes", n(50)),
                ]),
            ),
        ],
    );
    let behavior = keyed(
        "direction",
        [
            (
                "up",
                record(vec![
                    ("window", secs(60)),
                    ("add", percent(100)),
                    ("every", secs(60)),
                    ("disabled", no()),
                ]),
            ),
            (
                "down",
                record(vec![
                    ("window", secs(300)),
                    ("remove", of("pod", 1)),
                    ("every", secs(60)),
                    ("disabled", no()),
                ]),
            ),
        ],
    );
    p.service(
        "mal-qb",
        vec![
            ("namespace", services.clone()),
            ("image", s("registry.pluma.example/mal-qb:1.4.0")),
            (
                "scaling",
                scaling(
                    range(n(3), n(50)),
                    vec![
                        (
                            "target",
                            map([
                                ("cpu", utilization(70)),
                                (
                                    "qb_queue_depth",
                                    record(vec![
                                        ("average", of("job", 10)),
                                        ("source", member("metric-source", "pods")),
                                    ]),
                                ),
                            ]),
                        ),
                        ("behavior", behavior),
                    ],
                ),
            ),
        ],
    );
    let on_premises =
        p.add("flavor", "on-premises", vec![("nodes", map([("pluma.example/pool", s("hpc"))]))]);
    let burst = p.add("flavor", "aws-burst", vec![("taints", map([("pluma.example/burst", s("true"))]))]);
    let quota =
        |cores: i64| record(vec![("cpu", milli(cores * 1000)), ("memory", mi(cores * 4096)), ("gpu", n(0))]);
    let queue = p.add(
        "batch-queue",
        "cfd",
        vec![
            ("namespaces", list([program.clone()])),
            ("flavor", Value::map([(on_premises, quota(500)), (burst, quota(2000))])),
            ("preemption", spelled("preemption", "lower-priority", "LowerPriority")),
        ],
    );
    let urgent =
        p.add("batch-priority", "urgent", vec![("value", n(1000)), ("title", s("Before everything else"))]);
    p.add(
        "sweep",
        "cfd",
        vec![
            ("namespace", program),
            ("image", s("registry.pluma.example/cfd:2.0.1")),
            ("args", texts(&["--case", "$(JOB_COMPLETION_INDEX)"])),
            (
                "resources",
                record(vec![("cpu", range(milli(1000), milli(1000))), ("memory", range(mi(4096), mi(4096)))]),
            ),
            ("queue", queue),
            ("queue_priority", urgent),
            ("runs", n(10_000)),
            ("parallel", n(2500)),
            ("deadline", secs(172_800)),
            ("retries", n(3)),
            ("keep", secs(604_800)),
        ],
    );
    p
}

/// One of everything that the seeds do not have.
pub fn rest() -> Package {
    let mut p = Package::default();
    let shop = p.namespace(
        "shop",
        vec![
            ("isolation", member("isolation", "baseline")),
            (
                "allow",
                map([(
                    "scraping",
                    record(vec![
                        ("direction", member("traffic", "ingress")),
                        ("namespaces", list([s("monitoring")])),
                        ("ports", list([n(9090)])),
                        ("transport", spelled("transport", "tcp", "TCP")),
                    ]),
                )]),
            ),
        ],
    );
    let tools = p.namespace("tools", vec![("network", member("network-isolation", "open"))]);
    let limits = p.add(
        "config",
        "limits",
        vec![
            ("namespace", shop.clone()),
            ("data", map([("limits.toml", s("mmap_above = 10_000_000\nthreads = 4\n")), ("MODE", s("on"))])),
        ],
    );
    let urgent =
        p.add("priority", "urgent", vec![("value", n(1000)), ("preempts", yes()), ("default", no())]);
    let database = p.add("database", "orders", vec![("engine", member("database-engine", "postgres"))]);
    let api = p.service("api", vec![("namespace", shop.clone()), ("api_access", yes())]);
    p.service(
        "checkout",
        vec![
            ("namespace", shop.clone()),
            ("depends_on", list([api.clone(), database])),
            (
                "allow",
                map([(
                    "office",
                    record(vec![
                        ("direction", member("traffic", "ingress")),
                        ("cidrs", texts(&["10.0.0.0/8"])),
                        ("except", texts(&["10.1.0.0/16"])),
                    ]),
                )]),
            ),
            ("mount", map([("/etc/shop", limits.clone())])),
            ("env_from", list([limits])),
            ("priority", urgent.clone()),
            ("spot", record(vec![("share", percent(70)), ("drain", secs(120))])),
            ("grace", secs(120)),
            (
                "resources",
                record(vec![
                    ("cpu", milli(2000)),
                    ("memory", mi(8192)),
                    ("gpu", keyed("gpu-model", [("nvidia-l4", n(1))])),
                ]),
            ),
            (
                "scaling",
                scaling(
                    range(n(0), n(200)),
                    vec![
                        ("target", map([("cpu", utilization(70))])),
                        (
                            "schedule",
                            map([(
                                "day",
                                record(vec![
                                    ("start", s("0 8 * * 1-5")),
                                    ("end", s("0 18 * * 1-5")),
                                    ("replicas", n(20)),
                                    ("zone", s("Europe/Berlin")),
                                ]),
                            )]),
                        ),
                        (
                            "event",
                            map([
                                (
                                    "orders",
                                    with(
                                        "event-source",
                                        "kafka",
                                        vec![
                                            ("brokers", s("kafka:9092")),
                                            ("topic", s("orders")),
                                            ("group", s("checkout")),
                                            ("lag", n(50)),
                                            ("activation", n(0)),
                                        ],
                                    ),
                                ),
                                (
                                    "mail",
                                    with(
                                        "event-source",
                                        "rabbitmq",
                                        vec![
                                            ("host", Value::Secret("vault://kv/rabbit#uri".into())),
                                            ("queue", s("mail")),
                                            ("length", n(20)),
                                        ],
                                    ),
                                ),
                                (
                                    "load",
                                    with(
                                        "event-source",
                                        "prometheus",
                                        vec![
                                            ("server", s("http://prometheus:9090")),
                                            ("query", s("sum(rate(x[1m]))")),
                                            ("threshold", Value::Number(Number::fraction(1, 2).unwrap())),
                                            ("activation", n(0)),
                                        ],
                                    ),
                                ),
                                (
                                    "list",
                                    with(
                                        "event-source",
                                        "redis-list",
                                        vec![
                                            ("address", s("redis:6379")),
                                            ("list", s("jobs")),
                                            ("length", n(5)),
                                        ],
                                    ),
                                ),
                            ]),
                        ),
                    ],
                ),
            ),
        ],
    );
    p.service(
        "canary",
        vec![
            ("namespace", tools.clone()),
            ("vertical", with("vertical", "in-place", vec![("memory", range(mi(256), mi(1024)))])),
            ("scaling", scaling(range(n(2), n(2)), vec![])),
            ("disruption", record(vec![("unavailable", percent(50))])),
            ("rollout", record(vec![("surge", n(0)), ("unavailable", n(1))])),
            ("spread", spelled("spread", "required", "DoNotSchedule")),
            ("security", record(vec![("user", n(1000)), ("group", n(1000)), ("read_only", yes())])),
            ("depends_on", list([api.clone()])),
            (
                "probe",
                keyed(
                    "probe-kind",
                    [
                        ("startup", probe(vec![("port", n(5432))])),
                        ("ready", probe(vec![("command", texts(&["cat", "/ready"])), ("successes", n(2))])),
                    ],
                ),
            ),
        ],
    );
    let gateway = p.add(
        "gateway",
        "public",
        vec![
            ("managed", yes()),
            ("namespace", tools),
            ("class", s("envoy")),
            ("pods", map([("app", s("envoy"))])),
            (
                "listener",
                map([
                    (
                        "web",
                        record(vec![
                            ("port", n(80)),
                            ("protocol", spelled("listener-protocol", "http", "HTTP")),
                        ]),
                    ),
                    (
                        "secure",
                        record(vec![
                            ("port", n(443)),
                            ("protocol", spelled("listener-protocol", "https", "HTTPS")),
                            ("host", s("*.shop.example")),
                            ("certificate", s("wildcard")),
                        ]),
                    ),
                ]),
            ),
        ],
    );
    p.add(
        "route",
        "front",
        vec![
            ("namespace", shop.clone()),
            ("gateway", gateway),
            ("hosts", texts(&["www.shop.example"])),
            (
                "rule",
                map([(
                    "api",
                    record(vec![
                        ("path", s("/api")),
                        ("to", api.clone()),
                        ("port", s("http")),
                        ("timeout", millis(2500)),
                    ]),
                )]),
            ),
        ],
    );
    p.add("job", "migrate", vec![
        ("namespace", shop.clone()),
        ("image", s("registry.example/migrate@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")),
        ("resources", resources()),
        ("command", texts(&["migrate", "up"])),
        ("retries", n(0)),
        ("keep", secs(86_400)),
    ]);
    p.add(
        "cron-job",
        "report",
        vec![
            ("namespace", shop.clone()),
            ("schedule", s("0 6 * * 1")),
            ("zone", s("Etc/UTC")),
            ("concurrency", spelled("concurrency", "forbid", "Forbid")),
            ("late", secs(600)),
            ("image", s("registry.example/report:3.1.0")),
            ("resources", resources()),
            ("retries", n(3)),
            ("deadline", secs(3600)),
        ],
    );
    p.add(
        "tenancy",
        "pilot",
        vec![
            ("prefix", s("ws")),
            ("tenants", texts(&["acme", "globex"])),
            ("quota", record(vec![("cpu", milli(4000)), ("memory", mi(8192)), ("storage", mi(100 << 10))])),
            ("defaults", record(vec![("cpu", milli(100)), ("memory", range(mi(128), mi(256)))])),
        ],
    );
    let rule = || {
        map([(
            "read",
            record(vec![
                ("groups", texts(&[""])),
                ("resources", texts(&["pods", "pods/log"])),
                ("verbs", list([member("verb", "get"), member("verb", "list")])),
            ]),
        )])
    };
    p.add(
        "role",
        "reader",
        vec![
            ("namespace", shop),
            ("rule", rule()),
            (
                "subjects",
                list([
                    with("subject", "account", vec![("of", api)]),
                    with("subject", "group", vec![("name", s("developers"))]),
                ]),
            ),
        ],
    );
    p.add(
        "role",
        "observer",
        vec![("rule", rule()), ("subjects", list([with("subject", "user", vec![("name", s("eve"))])]))],
    );
    p
}
