//! Resources that users write themselves.
use crate::region::Provider;
use crate::{Block, Emit, codes, free, join, schema};
use ivs_plan::{Context, Finding, Gravity, Lowered, Subject, read};
use ivs_value::Value;

/// `resource` → the block that its body is.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(kind) = read::text(emit.object, "type").map(str::to_owned) else { return };
        let body = read::field(emit.object, "body").clone();
        if !matches!(body, Value::Map(_) | Value::Struct(_)) {
            let help = Some("`body { bucket = \"logs\" }`".into());
            return emit.find(codes::NO_FORM, "the body of a resource is one object".into(), &["body"], help);
        }
        let provider = match kind.split('_').next().unwrap_or_default() {
            "aws" => Some(Provider::Aws),
            "google" => Some(Provider::Gcp),
            "azurerm" => Some(Provider::Azure),
            _ => None,
        };
        let region =
            read::reference(emit.object, "region").is_some().then(|| emit.region("region")).flatten();
        if let Some(provider) = provider
            && region.as_ref().is_none_or(|r| r.provider != provider)
        {
            emit.settings(provider, None);
        }
        if !join::known(&kind) {
            let name = kind.split('_').next().unwrap_or_default();
            emit.add(Finding {
                code: codes::PROVIDER,
                message: format!("where the provider `{name}` comes from is not known: Terraform will look for hashicorp/{name}, in any version"),
                path: vec!["type".into()],
                help: Some(format!("known are {}", join::providers().collect::<Vec<_>>().join(", "))),
                gravity: Gravity::Warning,
                ..Finding::default()
            });
        }
        let block = Block::resource(&kind, &emit.name);
        let schemas = schema::schemas(context);
        let known = schemas.resource(&kind);
        let block = free::fill(emit, block, &body, &kind, known, &mut vec!["body".into()]);
        emit.push(block);
    })
}
