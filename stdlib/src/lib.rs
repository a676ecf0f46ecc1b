//! The standard library: `*.ivs` files, embedded.
//!
//! Takes nothing. Gives each file's path and text, sorted by path; a file's folder is its module below `std`
//! (`gcp/regions.ivs` is in `std.gcp`). Never parses them.

/// Path below the library's root, `/`-separated, and text. Sorted by path.
pub static FILES: &[(&str, &str)] = &[
    ("access/network.ivs", include_str!("../access/network.ivs")),
    ("access/role.ivs", include_str!("../access/role.ivs")),
    ("aws/instances/ec2.ivs", include_str!("../aws/instances/ec2.ivs")),
    ("aws/regions.ivs", include_str!("../aws/regions.ivs")),
    ("azure/instances/sizes.ivs", include_str!("../azure/instances/sizes.ivs")),
    ("azure/regions.ivs", include_str!("../azure/regions.ivs")),
    ("batch/job.ivs", include_str!("../batch/job.ivs")),
    ("batch/queue.ivs", include_str!("../batch/queue.ivs")),
    ("batch/sweep.ivs", include_str!("../batch/sweep.ivs")),
    ("chains/chain.ivs", include_str!("../chains/chain.ivs")),
    ("data/database.ivs", include_str!("../data/database.ivs")),
    ("federation/access.ivs", include_str!("../federation/access.ivs")),
    ("federation/endpoint.ivs", include_str!("../federation/endpoint.ivs")),
    ("federation/partner.ivs", include_str!("../federation/partner.ivs")),
    ("federation/topology.ivs", include_str!("../federation/topology.ivs")),
    ("gcp/instances/gce.ivs", include_str!("../gcp/instances/gce.ivs")),
    ("gcp/regions.ivs", include_str!("../gcp/regions.ivs")),
    ("industry/asset.ivs", include_str!("../industry/asset.ivs")),
    ("industry/industry.ivs", include_str!("../industry/industry.ivs")),
    ("industry/model.ivs", include_str!("../industry/model.ivs")),
    ("industry/sites.ivs", include_str!("../industry/sites.ivs")),
    ("infrastructure/account.ivs", include_str!("../infrastructure/account.ivs")),
    ("infrastructure/bucket.ivs", include_str!("../infrastructure/bucket.ivs")),
    ("infrastructure/budget.ivs", include_str!("../infrastructure/budget.ivs")),
    ("infrastructure/cdn.ivs", include_str!("../infrastructure/cdn.ivs")),
    ("infrastructure/cluster.ivs", include_str!("../infrastructure/cluster.ivs")),
    ("infrastructure/dns.ivs", include_str!("../infrastructure/dns.ivs")),
    ("infrastructure/identity.ivs", include_str!("../infrastructure/identity.ivs")),
    ("infrastructure/network.ivs", include_str!("../infrastructure/network.ivs")),
    ("infrastructure/postgres.ivs", include_str!("../infrastructure/postgres.ivs")),
    ("nodes/instance.ivs", include_str!("../nodes/instance.ivs")),
    ("nodes/pool.ivs", include_str!("../nodes/pool.ivs")),
    ("observe/observe.ivs", include_str!("../observe/observe.ivs")),
    ("plan/kpi.ivs", include_str!("../plan/kpi.ivs")),
    ("plan/plan.ivs", include_str!("../plan/plan.ivs")),
    ("platform/config.ivs", include_str!("../platform/config.ivs")),
    ("platform/container.ivs", include_str!("../platform/container.ivs")),
    ("platform/document.ivs", include_str!("../platform/document.ivs")),
    ("platform/environment.ivs", include_str!("../platform/environment.ivs")),
    ("platform/external.ivs", include_str!("../platform/external.ivs")),
    ("platform/gateway.ivs", include_str!("../platform/gateway.ivs")),
    ("platform/manifest.ivs", include_str!("../platform/manifest.ivs")),
    ("platform/namespace.ivs", include_str!("../platform/namespace.ivs")),
    ("platform/priority.ivs", include_str!("../platform/priority.ivs")),
    ("platform/probe.ivs", include_str!("../platform/probe.ivs")),
    ("platform/region.ivs", include_str!("../platform/region.ivs")),
    ("platform/service.ivs", include_str!("../platform/service.ivs")),
    ("scaling/scaling.ivs", include_str!("../scaling/scaling.ivs")),
    ("scaling/vertical.ivs", include_str!("../scaling/vertical.ivs")),
    ("tenancy/tenancy.ivs", include_str!("../tenancy/tenancy.ivs")),
    ("terraform/resource.ivs", include_str!("../terraform/resource.ivs")),
    ("units/compute.ivs", include_str!("../units/compute.ivs")),
    ("units/data.ivs", include_str!("../units/data.ivs")),
    ("units/exchange.ivs", include_str!("../units/exchange.ivs")),
    ("units/money.ivs", include_str!("../units/money.ivs")),
    ("units/physical.ivs", include_str!("../units/physical.ivs")),
    ("units/time.ivs", include_str!("../units/time.ivs")),
];

/// Code and title of every check of the library that has a code, in order. `code = "…"` in the checks says the same.
pub const CODES: &[(&str, &str)] = &[
    ("IVS3016", "a promise that is weaker than what is relied upon"),
    ("IVS3021", "data that its receiver is not cleared for"),
    ("IVS3022", "an import that nobody exports"),
    ("IVS3023", "an export of what an endpoint does not deal with"),
];

#[cfg(test)]
mod tests;
