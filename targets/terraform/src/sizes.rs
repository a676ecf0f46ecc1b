//! The smallest machine of each provider that has what is asked for.
//!
//! Families that all regions have, 4 or 8 GiB per core, read 2026-11 at <https://aws.amazon.com/ec2/instance-types/>,
//! <https://cloud.google.com/compute/docs/general-purpose-machines>, <https://learn.microsoft.com/azure/virtual-machines/sizes/>,
//! <https://aws.amazon.com/rds/instance-types/>, <https://aws.amazon.com/elasticache/pricing/>.
use crate::region::Provider;
use ivs_plan::read;
use ivs_value::{Number, StructValue};

const GIB: i64 = 1 << 30;

/// Cores of the sizes, which double.
const STEPS: [(i64, &str); 5] =
    [(2, "large"), (4, "xlarge"), (8, "2xlarge"), (16, "4xlarge"), (32, "8xlarge")];

/// What a machine is used for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// A node of a cluster.
    Node,
    /// A server of PostgreSQL.
    Database,
}

/// Cores and GiB that an object asks for in `cpu` and `memory`, rounded up.
pub fn wanted(object: &StructValue) -> Option<(i64, i64)> {
    let cpu = read::base(read::field(object, "cpu"))?.ceil().to_i64()?;
    let memory = read::base(read::field(object, "memory"))?.div(&Number::int(GIB))?.ceil().to_i64()?;
    Some((cpu, memory))
}

/// The machine's name.
pub fn machine(provider: Provider, what: Use, cpu: i64, memory: i64) -> Option<String> {
    let mut fitting = STEPS.iter().filter(|(cores, _)| *cores >= cpu);
    let (cores, size, wide) = fitting.find_map(|(cores, size)| match memory {
        m if m <= cores * 4 => Some((*cores, *size, false)),
        m if m <= cores * 8 => Some((*cores, *size, true)),
        _ => None,
    })?;
    Some(match (provider, what) {
        (Provider::Aws, Use::Node) => format!("{}.{size}", if wide { "r7i" } else { "m7i" }),
        (Provider::Aws, Use::Database) => format!("db.{}.{size}", if wide { "r7i" } else { "m7i" }),
        (Provider::Gcp, Use::Node) => format!("n2-{}-{cores}", if wide { "highmem" } else { "standard" }),
        // Cloud SQL takes any memory from 0.9 to 6.5 GiB per core.
        (Provider::Gcp, Use::Database) => {
            let cores = if wide { cores * 2 } else { cores };
            format!("db-custom-{cores}-{}", memory.max(cores * 4) * 1024)
        }
        (Provider::Azure, Use::Node) => format!("Standard_{}{cores}s_v5", if wide { "E" } else { "D" }),
        (Provider::Azure, Use::Database) => {
            format!("{}{cores}ds_v5", if wide { "MO_Standard_E" } else { "GP_Standard_D" })
        }
    })
}

/// Nodes of ElastiCache with their GiB for entries, and sizes of Azure Managed Redis with theirs.
const CACHES: [(&str, i64); 8] = [
    ("cache.t4g.small", 1),
    ("cache.t4g.medium", 3),
    ("cache.m7g.large", 6),
    ("cache.r7g.large", 13),
    ("cache.r7g.xlarge", 26),
    ("cache.r7g.2xlarge", 52),
    ("cache.r7g.4xlarge", 105),
    ("cache.r7g.8xlarge", 209),
];
const AZURE_CACHES: [(&str, i64); 8] = [
    ("Balanced_B1", 1),
    ("Balanced_B3", 3),
    ("Balanced_B5", 6),
    ("Balanced_B10", 12),
    ("Balanced_B20", 24),
    ("Balanced_B50", 60),
    ("Balanced_B100", 120),
    ("Balanced_B150", 180),
];

/// The size of a cache with that many GiB: its name, or on Google the GiB themselves.
pub fn cache(provider: Provider, memory: i64) -> Option<String> {
    let table = match provider {
        Provider::Aws => &CACHES,
        Provider::Azure => &AZURE_CACHES,
        Provider::Gcp => return Some(memory.to_string()),
    };
    table.iter().find(|(_, gib)| *gib >= memory).map(|(name, _)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_that_has_both() {
        let node = |p, c, m| machine(p, Use::Node, c, m).unwrap_or_default();
        assert_eq!(node(Provider::Aws, 2, 8), "m7i.large");
        assert_eq!(node(Provider::Aws, 2, 9), "r7i.large");
        assert_eq!(node(Provider::Gcp, 3, 8), "n2-standard-4");
        assert_eq!(node(Provider::Azure, 2, 17), "Standard_E4s_v5");
        assert_eq!(machine(Provider::Aws, Use::Node, 32, 257), None);
        assert_eq!(machine(Provider::Gcp, Use::Database, 2, 8).unwrap_or_default(), "db-custom-2-8192");
        assert_eq!(machine(Provider::Gcp, Use::Database, 2, 16).unwrap_or_default(), "db-custom-4-16384");
        assert_eq!(cache(Provider::Aws, 20).unwrap_or_default(), "cache.r7g.xlarge");
        assert_eq!(cache(Provider::Azure, 100).unwrap_or_default(), "Balanced_B100");
    }
}
