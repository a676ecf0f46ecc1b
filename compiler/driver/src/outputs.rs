//! What one declaration makes.

use crate::emit::{emits, lower};
use crate::{Database, Session};
use ivs_eval::Env;
use ivs_model::Module;
use ivs_source::{Db, ItemId, items};
use smol_str::SmolStr;

/// A declaration, as it is told apart from others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declaration {
    /// Its kind as written.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Whether it makes anything: its kind has lowerings, and it is no template.
    pub emits: bool,
    /// Whether it is a template.
    pub template: bool,
    /// Where its text begins in its file.
    pub start: u32,
    /// Where its text ends.
    pub end: u32,
}

/// An object that a declaration makes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputObject {
    /// The file that it becomes part of: `kubernetes/shop/web.yaml`.
    pub path: String,
    /// `apps/v1 Deployment shop/web`.
    pub identity: String,
    /// Its text, ending in a newline.
    pub text: String,
}

impl Session {
    /// The declarations of a source, in the order of their places.
    pub fn declarations(&self, path: &str) -> Vec<Declaration> {
        let db = &self.db;
        let Some(file) = self.source(path) else { return Vec::new() };
        let all = items(db, file);
        let declared = all.ids.iter().zip(&all.chunks).filter(|(i, _)| i.key(db).keyword == "decl");
        declared
            .map(|(item, chunk)| Declaration {
                kind: item.key(db).kind.to_string(),
                name: item.key(db).name.to_string(),
                emits: emitting(db, *item),
                template: ivs_model::decl_info(db, *item).template,
                start: chunk.span.start,
                end: chunk.span.end,
            })
            .collect()
    }

    /// What a declaration of the package makes in an environment (`None`: the base), in the order of files and identities;
    /// of a family, what all its members make.
    ///
    /// # Errors
    /// Why it makes nothing, in a sentence.
    pub fn outputs_of(
        &mut self,
        env: Option<&str>,
        kind: &str,
        name: &str,
    ) -> Result<Vec<OutputObject>, String> {
        let env = SmolStr::new(env.unwrap_or_default());
        self.run(move |db, _| {
            if !env.is_empty() && !ivs_eval::environments(db).contains(&env) {
                return Err(format!("there is no environment `{env}`"));
            }
            let item = find(db, kind, name).ok_or_else(|| format!("there is no `{kind} {name}`"))?;
            if ivs_model::decl_info(db, item).template {
                return Err(format!("`{name}` is a template: only what derives from it makes something"));
            }
            if !emitting(db, item) {
                return Err(format!("declarations of the kind `{kind}` make nothing by themselves"));
            }
            let env = Env::new(db, env.clone());
            let mut out = Vec::new();
            for inst in ivs_eval::instances(db, env, item) {
                if !ivs_eval::is_enabled(db, env, inst) {
                    continue;
                }
                if !ivs_eval::object(db, env, inst).whole {
                    return Err(format!("`{name}` has values that are not known: mend its errors first"));
                }
                let lowered = lower(db, env, inst);
                if let Some(found) = lowered.findings.first() {
                    return Err(found.message.clone());
                }
                out.extend(lowered.artifacts.iter().map(|a| {
                    let object = OutputObject {
                        path: format!("{}/{}", a.folder, a.file),
                        identity: a.identity.to_string(),
                        text: a.text.to_string(),
                    };
                    (a.order, object)
                }));
            }
            out.sort_by(|(n, a), (m, b)| (&a.path, n, &a.identity).cmp(&(&b.path, m, &b.identity)));
            Ok(out.into_iter().map(|(_, object)| object).collect())
        })
    }
}

fn emitting(db: &Database, item: ItemId) -> bool {
    let template = ivs_model::decl_info(db, item).template;
    let inst = ivs_eval::Inst::new(db, item, None);
    !template && emits(db, inst)
}

/// The first declaration of the package of a kind and name.
fn find(db: &dyn Db, kind: &str, name: &str) -> Option<ItemId> {
    let all = ivs_model::modules(db);
    let own = all.files.keys().map(|m| Module::new(db, m.clone())).filter(|m| all.is_own(*m));
    own.into_iter().find_map(|module| {
        let decls = ivs_model::module_index(db, module).decls.get(name)?;
        decls.iter().copied().find(|d| d.key(db).kind == kind)
    })
}
