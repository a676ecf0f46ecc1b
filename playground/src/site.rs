//! The page itself, as `page/` builds it.

/// A file of the page, compressed by gzip, as every browser reads it.
pub struct Asset {
    /// Its media type.
    pub kind: &'static str,
    /// Its bytes, compressed.
    pub bytes: &'static [u8],
}

macro_rules! asset {
    ($file:literal, $kind:literal) => {
        Some(Asset { kind: $kind, bytes: include_bytes!(concat!("../assets/", $file, ".gz")) })
    };
}

/// The file at a path, if the page has one there.
pub fn asset(path: &str) -> Option<Asset> {
    match path {
        "/" => asset!("index.html", "text/html; charset=utf-8"),
        "/page.js" => asset!("page.js", "text/javascript; charset=utf-8"),
        "/page.css" => asset!("page.css", "text/css; charset=utf-8"),
        "/worker.js" => asset!("worker.js", "text/javascript; charset=utf-8"),
        _ => None,
    }
}
