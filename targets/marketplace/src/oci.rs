//! Charts as OCI image layouts, which `helm` and registries' own tools push: `oras copy --from-oci-layout FOLDER:VERSION registry/…`.
//!
//! Formats: opencontainers/image-spec (image-layout.md, manifest.md), helm.sh/docs/topics/registries (media types),
//! POSIX.1-1988 ustar, RFC 1952. The same chart gives the same bytes: no times, no owners.
use crate::names::sha256;
use crate::tree::{self, Map, Node};
use ivs_plan::{Artifact, OutputFile, Text};

/// The artifact that describes a chart to a registry.
pub const CONFIG: &str = "config.json";

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CHART_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// The layout of a chart: `config` is what describes it, `files` are those below `marketplace/charts/NAME`.
pub fn layout(config: &Artifact, files: &[&Artifact]) -> Vec<OutputFile> {
    let Some(name) = config.folder.rsplit('/').next() else { return Vec::new() };
    let root = format!("marketplace/charts/{name}");
    let mut archive = Vec::new();
    // Helm wants Chart.yaml first among equals: readers stop there to learn what it is.
    let mut sorted: Vec<(String, &str)> = files
        .iter()
        .filter_map(|a| {
            let below = a.folder.strip_prefix(root.as_str())?;
            let inner = if below.is_empty() {
                a.file.to_string()
            } else {
                format!("{}/{}", &below.get(1..)?, a.file)
            };
            Some((format!("{name}/{inner}"), &*a.text))
        })
        .collect();
    sorted.sort_by_key(|(path, _)| (!path.ends_with("/Chart.yaml"), path.clone()));
    for (path, text) in &sorted {
        entry(&mut archive, path, text.as_bytes());
    }
    archive.extend([0; 1024]);
    let chart = gzip(&archive);
    let config_bytes = config.text.as_bytes().to_vec();
    let version = field(&config.text, "version");
    let manifest = Map::new()
        .with("schemaVersion", 2_i64)
        .with("mediaType", MANIFEST)
        .with("config", descriptor(CHART_CONFIG, &config_bytes))
        .with("layers", vec![descriptor(CHART, &chart)])
        .with(
            "annotations",
            Map::new()
                .with("org.opencontainers.image.title", name)
                .with("org.opencontainers.image.version", &version),
        );
    let manifest = tree::json(&manifest.into()).into_bytes();
    let named = Map::new().with("org.opencontainers.image.ref.name", &version);
    let entry = descriptor(MANIFEST, &manifest).with("annotations", named);
    let index =
        Map::new().with("schemaVersion", 2_i64).with("mediaType", INDEX).with("manifests", vec![entry]);
    let layout = Map::new().with("imageLayoutVersion", "1.0.0");
    let folder = &config.folder;
    let mut out = vec![
        OutputFile { path: format!("{folder}/oci-layout"), text: tree::json(&layout.into()).into() },
        OutputFile { path: format!("{folder}/index.json"), text: tree::json(&index.into()).into() },
    ];
    for blob in [config_bytes, manifest, chart] {
        out.push(OutputFile {
            path: format!("{folder}/blobs/sha256/{}", sha256(&blob)),
            text: Text::of_bytes(blob),
        });
    }
    out
}

fn descriptor(kind: &str, bytes: &[u8]) -> Map {
    Map::new()
        .with("mediaType", kind)
        .with("digest", format!("sha256:{}", sha256(bytes)))
        .with("size", Node::Number(bytes.len().to_string()))
}

/// A text field of the printed description.
fn field(json: &str, name: &str) -> String {
    let found = serde_json::from_str::<serde_json::Value>(json).ok();
    let text = found.as_ref().and_then(|v| v.get(name)).and_then(|v| v.as_str());
    text.unwrap_or_default().to_owned()
}

/// One file of a tar archive: a header of 512 bytes, the content, zeros up to the next 512.
fn entry(out: &mut Vec<u8>, path: &str, content: &[u8]) {
    let mut header = [0_u8; 512];
    let mut put = |at: usize, bytes: &[u8]| {
        for (slot, byte) in header.iter_mut().skip(at).zip(bytes) {
            *slot = *byte;
        }
    };
    // Names are split between two fields at a slash: 155 and 100 bytes.
    let (prefix, name) = split(path);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", content.len()).as_bytes());
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    put(345, prefix.as_bytes());
    let sum: u32 = header.iter().map(|b| u32::from(*b)).sum();
    let mut put = |at: usize, bytes: &[u8]| {
        for (slot, byte) in header.iter_mut().skip(at).zip(bytes) {
            *slot = *byte;
        }
    };
    put(148, format!("{sum:06o}\0 ").as_bytes());
    out.extend(header);
    out.extend(content);
    out.extend(std::iter::repeat_n(0, content.len().next_multiple_of(512) - content.len()));
}

fn split(path: &str) -> (&str, &str) {
    if path.len() <= 100 {
        return ("", path);
    }
    let at = path.char_indices().find(|(i, c)| *c == '/' && path.len() - i - 1 <= 100).map(|(i, _)| i);
    match at {
        Some(at) => (path.get(..at).unwrap_or_default(), path.get(at + 1..).unwrap_or_default()),
        None => ("", path),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    // Magic, deflate, no flags, no time, no hints, unknown system.
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend(miniz_oxide::deflate::compress_to_vec(bytes, 9));
    out.extend(crc32(bytes).to_le_bytes());
    // The length modulo 2³², as the format has it.
    out.extend((bytes.len() as u64 % (1 << 32)).to_le_bytes().iter().take(4));
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        let packed = gzip(b"a chart");
        assert_eq!(packed.get(..3), Some(&[0x1f, 0x8b, 8][..]));
    }

    #[test]
    fn an_entry_is_padded_and_summed() {
        let mut out = Vec::new();
        entry(&mut out, "paint/Chart.yaml", b"apiVersion: v2\n");
        assert_eq!(out.len(), 1024);
        assert_eq!(out.get(257..265), Some(&b"ustar\x0000"[..]));
        assert_eq!(out.get(512..526), Some(&b"apiVersion: v2"[..]));
    }
}
