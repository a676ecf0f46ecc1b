//! Artifacts become files: one per declaration in the folder of its namespace, and a `kustomization.yaml` per folder.
use crate::yaml;
use ivs_plan::{Artifact, Layout, OutputFile, Text};
use serde::Serialize;
use smol_str::SmolStr;
use std::sync::Arc;

/// Where the objects of the cluster are.
pub const KUBERNETES: &str = "kubernetes";

/// The one file of a folder, where a folder is one file.
const ALL: &str = "manifests.yaml";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kustomization<'a> {
    api_version: &'static str,
    kind: &'static str,
    resources: &'a [&'a str],
}

/// Files below `root`, sorted by path. Objects of one file stand in apply order, with `---` between them. `root` has an index
/// of its folders if all of them are for one cluster.
pub fn join(root: &str, artifacts: &mut Vec<&Artifact>, layout: Layout) -> Vec<OutputFile> {
    let file_of = |a: &Artifact| match layout {
        Layout::Declaration => a.file.clone(),
        Layout::Folder => SmolStr::new_static(ALL),
    };
    artifacts.sort_by(|a, b| match layout {
        Layout::Declaration => {
            (&a.folder, &a.file, a.order, &a.identity).cmp(&(&b.folder, &b.file, b.order, &b.identity))
        }
        Layout::Folder => (&a.folder, a.order, &a.identity).cmp(&(&b.folder, b.order, &b.identity)),
    });
    let between: Arc<str> = Arc::from("---\n");
    let mut files = Vec::new();
    let mut folders = Vec::new();
    for folder in artifacts.chunk_by(|a, b| a.folder == b.folder) {
        let mut names = Vec::new();
        for objects in folder.chunk_by(|a, b| layout == Layout::Folder || a.file == b.file) {
            let Some(first) = objects.first() else { continue };
            let mut text = Text::from(first.text.clone());
            for object in objects.iter().skip(1) {
                text.push(between.clone());
                text.push(object.text.clone());
            }
            let file = file_of(first);
            files.push(OutputFile { path: format!("{}/{file}", first.folder), text });
            names.push(file);
        }
        if let Some(first) = folder.first() {
            folders.push(first.folder.as_str());
            let names: Vec<&str> = names.iter().map(SmolStr::as_str).collect();
            files.push(kustomization(&first.folder, &names));
        }
    }
    let prefix = format!("{root}/");
    let below: Vec<&str> = folders.iter().filter_map(|f| f.strip_prefix(&prefix)).collect();
    if !below.is_empty() && root == KUBERNETES {
        files.push(kustomization(root, &below));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// A file for each declaration, without an index: for documents that are no objects of a cluster.
pub fn files(artifacts: &mut Vec<&Artifact>) -> Vec<OutputFile> {
    artifacts.sort_by(|a, b| {
        (&a.folder, &a.file, a.order, &a.identity).cmp(&(&b.folder, &b.file, b.order, &b.identity))
    });
    let between: Arc<str> = Arc::from("---\n");
    let same = |a: &&Artifact, b: &&Artifact| a.folder == b.folder && a.file == b.file;
    let mut files = Vec::new();
    for documents in artifacts.chunk_by(same) {
        let Some(first) = documents.first() else { continue };
        let mut text = Text::from(first.text.clone());
        for document in documents.iter().skip(1) {
            text.push(between.clone());
            text.push(document.text.clone());
        }
        files.push(OutputFile { path: format!("{}/{}", first.folder, first.file), text });
    }
    files
}

fn kustomization(folder: &str, resources: &[&str]) -> OutputFile {
    let object =
        Kustomization { api_version: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources };
    // Names of files are short texts, which can always be printed.
    let text = yaml::print(&object).unwrap_or_default();
    OutputFile { path: format!("{folder}/kustomization.yaml"), text: text.into() }
}
