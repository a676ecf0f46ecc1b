//! CloudNativePG 1.30, its plugin for object stores, Velero.

const CNPG: &str = "postgresql.cnpg.io/v1";
/// Identity of a Cluster.
pub const CLUSTER: (&str, &str) = (CNPG, "Cluster");
/// Identity of a Pooler.
pub const POOLER: (&str, &str) = (CNPG, "Pooler");
/// Identity of a ScheduledBackup.
pub const SCHEDULED_BACKUP: (&str, &str) = (CNPG, "ScheduledBackup");
/// Identity of an ObjectStore: the plugin barman-cloud, which takes the place of what CloudNativePG itself had until 1.31.
pub const OBJECT_STORE: (&str, &str) = ("barmancloud.cnpg.io/v1", "ObjectStore");
/// The plugin's name.
pub const PLUGIN: &str = "barman-cloud.cloudnative-pg.io";
/// Identity of a Velero Schedule.
pub const SCHEDULE: (&str, &str) = ("velero.io/v1", "Schedule");
/// Identity of a StatefulSet.
pub const STATEFUL_SET: (&str, &str) = ("apps/v1", "StatefulSet");
