//! The kinds of objects that are known, with the definitions that a package names.
use ivs_plan::Context;
use ivs_schema::{BadDefinition, Catalog};
use smol_str::SmolStr;
use std::sync::{Arc, Mutex};

type Files = Vec<(SmolStr, Arc<str>)>;

/// The catalog of the package; the same one as long as its files are the same.
pub fn catalog(context: &dyn Context) -> Arc<Catalog> {
    of(context.definitions())
}

/// The files among these that define nothing.
pub fn bad(files: Files) -> Vec<BadDefinition> {
    of(files).bad().to_vec()
}

fn of(files: Files) -> Arc<Catalog> {
    static LAST: Mutex<Option<(Files, Arc<Catalog>)>> = Mutex::new(None);
    let Ok(mut last) = LAST.lock() else { return Arc::default() };
    if let Some((known, catalog)) = last.as_ref()
        && *known == files
    {
        return catalog.clone();
    }
    let texts = files.iter().map(|(path, text)| (path.as_str(), &**text));
    let catalog = Arc::new(Catalog::new(texts));
    *last = Some((files, catalog.clone()));
    catalog
}
