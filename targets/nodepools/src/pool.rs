//! A pool, read from its declaration.
use crate::gpu;
use ivs_plan::read;
use ivs_value::{Number, StructValue, Value};

/// Who rents the nodes out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Provider {
    /// Amazon Web Services.
    Aws,
    /// Google Cloud.
    Google,
    /// Microsoft Azure.
    Azure,
}

/// How capacity is paid for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Capacity {
    /// For as long as it is used.
    OnDemand,
    /// Until the provider takes it back.
    Spot,
}

/// A part of a pool with one sort of capacity. The parts have the pool's whole size together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// What its name ends in, if the pool has two parts.
    pub suffix: Option<&'static str>,
    /// Its sort of capacity.
    pub capacity: Capacity,
    /// Fewest and most nodes.
    pub nodes: (i64, i64),
    /// Tried in this order: the higher first.
    pub weight: i64,
    /// Its part of the pool's limits.
    pub share: Number,
}

/// How pods share a GPU.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sharing {
    /// Not at all.
    Exclusive,
    /// By turns of so many pods.
    TimeSlicing(i64),
    /// By NVIDIA's Multi-Process Service, so many pods at a time.
    Mps(i64),
    /// Cut into parts of a profile.
    Mig {
        /// `1g.10gb`
        profile: String,
        /// Whether parts are asked for by their profile.
        named: bool,
    },
}

/// The accelerators of each node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accelerator {
    /// The member of `gpu-model`.
    pub model: String,
    /// How many a node has.
    pub count: i64,
    /// How pods share them.
    pub sharing: Sharing,
    /// Whether pods get them by resource claims.
    pub claims: bool,
}

/// The name of a configuration of NVIDIA's device plugin, and its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Configuration {
    /// Key in the plugin's ConfigMap, and value of the nodes' label: `time-slicing-4`.
    pub name: String,
    /// YAML, version `v1` of <https://github.com/NVIDIA/k8s-device-plugin#configuration-as-configuration-file>.
    pub text: String,
}

impl Sharing {
    /// What the device plugin of NVIDIA has to be told, where the provider does not see to it.
    pub fn configuration(&self, provider: Provider) -> Option<Configuration> {
        // By turns, whoever asked for more than one would get more turns on one GPU, not more GPUs: such pods are refused. MPS
        // refuses them in any case.
        let (name, flags, key, replicas) = match self {
            Sharing::TimeSlicing(n) => {
                ("time-slicing", "    failRequestsGreaterThanOne: true\n", "timeSlicing", n)
            }
            Sharing::Mps(n) => ("mps", "", "mps", n),
            Sharing::Exclusive | Sharing::Mig { .. } => return None,
        };
        if provider == Provider::Google {
            return None;
        }
        let text = format!(
            "version: v1\nsharing:\n  {key}:\n{flags}    resources:\n    - name: nvidia.com/gpu\n      replicas: {replicas}\n"
        );
        Some(Configuration { name: format!("{name}-{replicas}"), text })
    }

    /// Labels by which NVIDIA's GPU operator finds what to do on a node: MIG manager and device plugin choose their configuration
    /// by them. `cut` is whether the provider cuts GPUs into parts by itself.
    pub fn labels(&self, provider: Provider, cut: bool) -> Vec<(&'static str, String)> {
        match self {
            Sharing::Mig { profile, .. } if !cut && provider != Provider::Google => {
                vec![("nvidia.com/mig.config", format!("all-{profile}"))]
            }
            Sharing::Mig { .. } => Vec::new(),
            _ => {
                let found = self.configuration(provider);
                found.into_iter().map(|c| ("nvidia.com/device-plugin.config", c.name)).collect()
            }
        }
    }
}

impl Accelerator {
    /// The extended resource that pods ask for.
    pub fn resource(&self, provider: Provider) -> String {
        match &self.sharing {
            Sharing::Mig { profile, named: true } if provider != Provider::Google => {
                format!("nvidia.com/mig-{profile}")
            }
            _ => gpu::device(&self.model).to_owned(),
        }
    }
}

/// A taint of nodes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Taint {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Option<String>,
    /// `NoSchedule`, `PreferNoSchedule`, `NoExecute`
    pub effect: String,
}

/// A pool.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pool {
    /// Whose nodes it has.
    pub provider: Provider,
    /// The provider's code of its region.
    pub region: String,
    /// Whether the provider's own pools are made by Terraform, and nothing else.
    pub by_terraform: bool,
    /// One part, or the one on demand and the one of spot capacity.
    pub parts: Vec<Part>,
    /// GPUs of each node.
    pub accelerator: Option<Accelerator>,
    /// All taints but those of spot nodes, in the declared order, the vendor's of GPUs last.
    pub taints: Vec<Taint>,
}

impl Pool {
    /// Reads a pool and its region. `None` for an own site, and where a value is missing.
    pub fn read(object: &StructValue, region: &StructValue) -> Option<Pool> {
        let provider = match read::member(region, "provider")?.name.as_str() {
            "aws" => Provider::Aws,
            "gcp" => Provider::Google,
            "azure" => Provider::Azure,
            _ => return None,
        };
        let accelerator = read::nested(object, "accelerator").and_then(accelerator);
        let mut taints: Vec<Taint> = read::structs(object, "taint").map(|(key, t)| taint(key, t)).collect();
        if let Some(a) = &accelerator {
            let key = gpu::device(&a.model);
            if taints.iter().all(|t| t.key != key) {
                // As Google's own: https://docs.cloud.google.com/kubernetes-engine/docs/concepts/gpus
                taints.push(Taint {
                    key: key.to_owned(),
                    value: Some("present".to_owned()),
                    effect: "NoSchedule".to_owned(),
                });
            }
        }
        Some(Pool {
            provider,
            region: read::text(region, "code")?.to_owned(),
            by_terraform: read::member(object, "managed_by").is_some_and(|m| m.name == "terraform"),
            parts: parts(object)?,
            accelerator,
            taints,
        })
    }

    /// Whether a ComputeClass of Google says which of its parts comes first. One part needs no order.
    pub fn has_class(&self) -> bool {
        self.provider == Provider::Google && !self.by_terraform && self.parts.len() > 1
    }

    /// Whether some of it is spot capacity.
    pub fn has_spot(&self) -> bool {
        self.parts.iter().any(|p| p.capacity == Capacity::Spot)
    }
}

fn parts(object: &StructValue) -> Option<Vec<Part>> {
    let (least, most) = read::ends(read::field(object, "size"))?;
    let (least, most) = (read::base(least)?.to_i64()?, read::base(most)?.to_i64()?);
    let floor = read::int(object, "floor")?.clamp(0, most);
    let weight = read::int(object, "weight")?;
    let whole = Number::int(1);
    let part = |suffix, capacity, nodes, weight, share| Part { suffix, capacity, nodes, weight, share };
    if floor == most {
        return Some(vec![part(None, Capacity::OnDemand, (least, most), weight, whole)]);
    }
    if floor == 0 {
        return Some(vec![part(None, Capacity::Spot, (least, most), weight, whole)]);
    }
    let share = Number::fraction(floor.into(), most.into())?;
    let rest = whole.sub(&share)?;
    let kept = least.min(floor);
    Some(vec![
        part(Some("on-demand"), Capacity::OnDemand, (kept, floor), weight + 1, share),
        part(Some("spot"), Capacity::Spot, (least - kept, most - floor), weight, rest),
    ])
}

fn accelerator(object: &StructValue) -> Option<Accelerator> {
    let sharing = read::member(object, "sharing")?;
    let inner = sharing.fields.as_deref();
    let clients = || inner.and_then(|f| read::int(f, "clients"));
    let sharing = match sharing.name.as_str() {
        "time-slicing" => Sharing::TimeSlicing(clients()?),
        "mps" => Sharing::Mps(clients()?),
        "mig" => Sharing::Mig {
            profile: read::text(inner?, "profile")?.to_owned(),
            named: read::flag(inner?, "named"),
        },
        _ => Sharing::Exclusive,
    };
    Some(Accelerator {
        model: match read::field(object, "model") {
            Value::Member(m) => m.name.to_string(),
            _ => return None,
        },
        count: read::int(object, "count")?,
        sharing,
        claims: read::flag(object, "claims"),
    })
}

fn taint(key: &str, object: &StructValue) -> Taint {
    Taint {
        key: key.to_owned(),
        value: read::text(object, "value").map(str::to_owned),
        effect: read::text(object, "effect").unwrap_or("NoSchedule").to_owned(),
    }
}
