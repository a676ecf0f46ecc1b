//! What an industry demands, which images have to be copied into its site, and how containerd finds the copies.
use crate::draft::{Draft, references};
use ivs_plan::{Context, Lowered, Subject, read};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    industry: String,
    standards: Vec<Standard>,
    namespaces: Vec<String>,
    air_gap: bool,
    min_replicas: i64,
    classification: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
}

#[derive(Serialize)]
struct Standard {
    name: String,
    designation: String,
}

#[derive(Serialize)]
struct Images {
    registry: String,
    images: Vec<Image>,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Image {
    from: String,
    to: String,
}

/// containerd's description of a registry: <https://github.com/containerd/containerd/blob/main/docs/hosts.md>.
#[derive(Serialize)]
struct Hosts {
    /// Asked when no host answers. It is the mirror itself, so that nothing is asked outside.
    server: String,
    host: BTreeMap<String, Host>,
}

#[derive(Serialize)]
struct Host {
    capabilities: [&'static str; 2],
}

/// `industry` → its profile, and with a mirror, what is copied and where it is found.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Draft::run(subject, context, |draft| {
        let object = draft.object;
        let mut namespaces = Vec::new();
        let mut ids = BTreeSet::new();
        for namespace in references(object, "namespaces") {
            ids.insert(namespace.id);
            namespaces.extend(draft.slug_of(namespace));
        }
        let standards = read::list(object, "standards")
            .iter()
            .filter_map(|s| match s {
                ivs_value::Value::Member(m) => {
                    Some(Standard { name: m.name.to_string(), designation: m.text.to_string() })
                }
                _ => None,
            })
            .collect();
        let from = read::field(object, "from");
        let profile = Profile {
            industry: draft.title().to_owned(),
            standards,
            namespaces,
            air_gap: read::flag(object, "air_gap"),
            min_replicas: read::int(object, "min_replicas").unwrap_or(1),
            classification: read::text(object, "class").unwrap_or_default().to_owned(),
            from: (!from.is_none()).then(|| ivs_value::display(from)),
        };
        let folder = format!("industry/profiles/{}", draft.slug);
        draft.push(&folder, "profile", "the profile", &profile);

        let Some(mirror) = read::nested(object, "mirror") else { return };
        let registry = read::text(mirror, "registry").unwrap_or_default().to_owned();
        let of = read::texts(mirror, "of").unwrap_or_default();
        let mut images = BTreeSet::new();
        for kind in ["service", "job", "cron-job", "sweep"] {
            for reference in draft.context.set_of(kind) {
                let Some(workload) = draft.context.object(&reference) else { continue };
                let here = read::reference(&workload, "namespace").is_some_and(|n| ids.contains(&n.id));
                let Some(image) = read::text(&workload, "image").filter(|_| here) else { continue };
                if let Some((host, rest)) = image.split_once('/')
                    && of.iter().any(|o| o == host)
                {
                    images.insert(Image { from: image.to_owned(), to: format!("{registry}/{rest}") });
                }
            }
        }
        let list = Images { registry: registry.clone(), images: images.into_iter().collect() };
        draft.push(&folder, "images", "the images", &list);
        let mirror = format!("https://{registry}");
        for upstream in of {
            let host = BTreeMap::from([(mirror.clone(), Host { capabilities: ["pull", "resolve"] })]);
            // A table of texts is always printed.
            let text = toml::to_string(&Hosts { server: mirror.clone(), host }).unwrap_or_default();
            // containerd looks in a folder of the registry's name; `:` stays as it is in that name.
            let folder = format!("{folder}/certs.d/{upstream}");
            draft.push_text(&folder, "hosts", "toml", "the hosts of a registry,", text);
        }
    })
}
