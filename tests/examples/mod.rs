//! The packages of `examples`, what each gives for its base and every environment, and where that is committed.
#![allow(dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_driver::Session;
use ivs_plan::OutputFile;
use ivs_project::{Project, SourceText};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What the base is called among environments.
pub const BASE: &str = "base";

/// An example.
pub struct Example {
    pub name: String,
    pub root: PathBuf,
    project: Project,
}

/// All of them, by name.
pub fn all() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut roots: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    roots.retain(|r| r.join(ivs_project::CONFIG_FILE).is_file());
    roots.sort();
    assert!(!roots.is_empty());
    roots.iter().map(|r| load(r)).collect()
}

/// One of them.
pub fn named(name: &str) -> Example {
    load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name))
}

/// A package in a folder.
pub fn load(root: &Path) -> Example {
    let project = ivs_project::load(root, None).unwrap_or_else(|e| panic!("{}: {e:?}", root.display()));
    let name = root.file_name().unwrap().to_string_lossy().into_owned();
    Example { name, root: root.to_owned(), project }
}

impl Example {
    pub fn sources(&self) -> &[SourceText] {
        &self.project.sources
    }

    pub fn data(&self) -> &[ivs_project::DataText] {
        &self.project.data
    }

    pub fn session(&self, threads: usize) -> Session {
        self.session_of(self.sources().to_vec(), threads)
    }

    /// A session over its sources in the order given.
    pub fn session_of(&self, sources: Vec<SourceText>, threads: usize) -> Session {
        Session::new(sources, self.project.config.clone(), threads).with_data(self.project.data.clone())
    }

    /// [`BASE`] and the declared environments.
    pub fn environments(&self) -> Vec<String> {
        let declared = self.session(1).environments();
        assert!(!declared.iter().any(|e| e == BASE), "`{BASE}` is no name for an environment of an example");
        std::iter::once(BASE.to_owned()).chain(declared).collect()
    }

    /// The outputs for [`BASE`] or an environment.
    pub fn build(&self, environment: &str) -> Vec<OutputFile> {
        self.build_in(&mut self.session(1), environment)
    }

    pub fn build_in(&self, session: &mut Session, environment: &str) -> Vec<OutputFile> {
        let (report, files) = session.build((environment != BASE).then_some(environment));
        let shown: Vec<_> = report.diagnostics.iter().map(|d| format!("{}: {}", d.code, d.message)).collect();
        assert!(!report.has_errors(), "{} for {environment}: {shown:#?}", self.name);
        assert!(!files.is_empty(), "{} for {environment} gives nothing", self.name);
        files
    }

    /// Where the outputs for an environment are committed.
    pub fn golden(&self, environment: &str) -> PathBuf {
        self.root.join("golden").join(environment)
    }
}

/// The objects of all manifests, with the path of each file. Other targets have YAML that no API server takes.
pub fn objects(files: &[OutputFile]) -> Vec<(String, Json)> {
    let mut found = Vec::new();
    let manifests =
        files.iter().filter(|f| f.path.starts_with("kubernetes/") || f.path.starts_with("delivery/"));
    for file in manifests.filter(|f| f.path.ends_with(".yaml") && !f.path.ends_with("kustomization.yaml")) {
        let documents: Vec<Json> = serde_saphyr::from_multiple(&file.text.to_string())
            .unwrap_or_else(|e| panic!("{}: {e}", file.path));
        found.extend(documents.into_iter().map(|d| (file.path.clone(), d)));
    }
    assert!(!found.is_empty());
    found
}

/// A sum over the paths and bytes of a tree.
pub fn sum(files: &[OutputFile]) -> String {
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hash = Sha256::new();
    for file in sorted {
        hash.update((file.path.len() as u64).to_le_bytes());
        hash.update(&file.path);
        hash.update((file.text.len() as u64).to_le_bytes());
        file.text.chunks().for_each(|c| hash.update(c));
    }
    hash.finalize().iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The files of a folder as outputs, ivs's own books left out.
pub fn read_tree(root: &Path) -> Vec<OutputFile> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at).unwrap_or_else(|e| panic!("{}: {e}", at.display())) {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            if path.is_dir() {
                if name != ivs_output::OWN_FOLDER {
                    open.push(path);
                }
            } else {
                let text = match String::from_utf8(std::fs::read(&path).unwrap()) {
                    Ok(text) => text.into(),
                    Err(bytes) => ivs_plan::Text::of_bytes(bytes.into_bytes()),
                };
                found.push(OutputFile { path: name, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
