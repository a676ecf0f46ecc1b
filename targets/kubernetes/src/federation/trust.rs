//! Whose identities are recognised: SPIRE's ClusterFederatedTrustDomain.
use super::custom::{Profile, TRUST_DOMAIN, TrustDomainSpec};
use super::shared;
use crate::custom::custom;
use crate::emit::{Emit, Order};
use ivs_plan::read;
use ivs_plan::{Context, Lowered, Subject};
use ivs_value::RefValue;

/// `partner` → ClusterFederatedTrustDomain, if data passes between it and an endpoint that is run here.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(bundle) = read::member(emit.object, "bundle") else { return };
        let Some(itself) = shared::itself(subject, context) else { return };
        if !exchanges(&itself, context) {
            return;
        }
        let text =
            |field: &str| bundle.fields.as_deref().and_then(|f| read::text(f, field)).map(str::to_owned);
        let spec = TrustDomainSpec {
            bundle_endpoint_profile: match bundle.name.as_str() {
                "spiffe" => Profile { server: text("server"), kind: "https_spiffe" },
                _ => Profile { server: None, kind: "https_web" },
            },
            bundle_endpoint_url: text("at").unwrap_or_default(),
            trust_domain: read::text(emit.object, "trust_domain").unwrap_or_default().to_owned(),
        };
        let meta = emit.meta(&emit.name, None);
        emit.push(Order::Credentials, &custom(TRUST_DOMAIN, meta, spec));
    })
}

/// Whether an endpoint that is run here, and is not its own, gives it something or takes something of it.
fn exchanges(partner: &RefValue, context: &dyn Context) -> bool {
    context.set_of("endpoint").iter().filter_map(|e| context.object(e)).any(|endpoint| {
        let whose = |o: &ivs_value::StructValue| read::reference(o, "organisation").map(|r| r.id);
        if read::reference(&endpoint, "namespace").is_none() || whose(&endpoint) == Some(partner.id) {
            return false;
        }
        let gives =
            read::structs(&endpoint, "export").any(|(_, x)| shared::names_it(x, "receivers", partner));
        gives
            || read::structs(&endpoint, "import").any(|(_, i)| {
                read::reference(i, "from")
                    .and_then(|f| context.object(f))
                    .is_some_and(|from| whose(&from) == Some(partner.id))
            })
    })
}
