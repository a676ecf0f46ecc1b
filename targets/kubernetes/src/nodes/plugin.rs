//! How NVIDIA's device plugin shares GPUs: one ConfigMap for all pools whose provider does not see to it.
use crate::emit::{Emit, Order, Texts};
use ivs_plan::{Subject, read};
use ivs_target_nodepools::{Configuration, Pool};
use ivs_value::StructValue;
use k8s_openapi::api::core::v1::ConfigMap;

/// The ConfigMap that the operator, or the plugin's own chart, is given: `devicePlugin.config.name`, `config.name`.
const NAME: &str = "ivs-device-plugin";

/// Emits the configurations of all pools, with the first of those that need one. The plugin takes one ConfigMap, a key for each.
pub fn emit(emit: &mut Emit<'_>, subject: &Subject, pool: &Pool) {
    let object = emit.object;
    let Some((room, _)) = wanted(object, pool) else { return };
    let mut data = Texts::new();
    let mut first = true;
    for reference in emit.all_of("node-pool") {
        let Some(other) = emit.follow(&reference) else { return };
        let region = read::reference(&other, "region").and_then(|r| emit.follow(r));
        let Some(pool) = region.and_then(|r| Pool::read(&other, &r)) else { continue };
        let Some((_, configuration)) = wanted(&other, &pool).filter(|(other, _)| *other == room) else {
            continue;
        };
        if first && read::text(&other, "slug") != Some(subject.slug.as_str()) {
            return;
        }
        first = false;
        data.insert(configuration.name, configuration.text);
    }
    let meta = emit.meta(NAME, Some(&room));
    emit.push(Order::Config, &ConfigMap { data: Some(data), metadata: meta, ..ConfigMap::default() });
}

/// Where the plugin of a pool runs, and what it has to be told.
fn wanted(object: &StructValue, pool: &Pool) -> Option<(String, Configuration)> {
    let configuration = pool.accelerator.as_ref()?.sharing.configuration(pool.provider)?;
    let room = read::text(read::nested(object, "accelerator")?, "operator")?;
    Some((room.to_owned(), configuration))
}
