//! Documents: Markdown, HTML and plain text from templates over a declaration's own fields.
//!
//! Takes declarations of the kind `document`. Gives texts, and findings inside of the template. Structured formats have
//! serializers and are not made here. Never reads a file; what a template may cost is bounded before it runs.

pub mod codes;
mod context;
mod escape;
mod placeholder;
mod render;
mod spans;
mod syntax;
mod typing;

pub use codes::CODES;

use ivs_plan::{Artifact, Context, Finding, Layout, Lowered, Lowering, OutputFile, Spot, Subject, Target};
use ivs_value::{StructValue, Value};
use smol_str::SmolStr;
use std::sync::Arc;

/// What a document is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    Markdown,
    Html,
    Plain,
}

/// The target `documents`: one file per document.
#[derive(Clone, Copy, Debug, Default)]
pub struct Documents;

/// All lowerings of this target.
static LOWERINGS: [Lowering; 1] =
    [Lowering { name: "document", kind: "document", reads: &["slug", "format", "text"], run: lower }];

impl Target for Documents {
    fn family(&self) -> &'static str {
        "documents"
    }
    fn lowerings(&self) -> &'static [Lowering] {
        &LOWERINGS
    }
    fn judges(&self, kind: &str, _: &StructValue) -> bool {
        kind == "document"
    }
    fn join(&self, artifacts: &mut Vec<&Artifact>, _: Layout) -> Vec<OutputFile> {
        let mut files: Vec<OutputFile> = artifacts
            .iter()
            .map(|a| OutputFile { path: format!("{}/{}", a.folder, a.file), text: a.text.clone().into() })
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }
}

/// A mistake in bytes `start..end` of the template.
pub(crate) struct Mistake {
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
    pub fix: Option<String>,
    pub start: u32,
    pub end: u32,
}

fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    let object: &StructValue = &subject.object;
    let (Some(Value::Str(text)), Some(Value::Member(format))) = (object.get("text"), object.get("format"))
    else {
        return Lowered::default();
    };
    let (format, ending) = match format.name.as_str() {
        "markdown" => (Format::Markdown, "md"),
        "html" => (Format::Html, "html"),
        "plain" => (Format::Plain, "txt"),
        // Refused by the kind itself.
        _ => return Lowered::default(),
    };
    match document(text, format, subject, context) {
        Ok(text) => Lowered {
            artifacts: vec![Artifact {
                folder: SmolStr::new_static("documents"),
                file: SmolStr::from(format!("{}.{ending}", file(&subject.slug))),
                order: 0,
                identity: SmolStr::from(format!("the document {}.{ending}", file(&subject.slug))),
                text: Arc::from(text),
            }],
            findings: Vec::new(),
        },
        Err(mistakes) => Lowered {
            artifacts: Vec::new(),
            findings: mistakes
                .into_iter()
                .map(|m| Finding {
                    code: m.code,
                    message: m.message,
                    path: vec![SmolStr::new_static("text")],
                    help: m.help,
                    fix: m.fix,
                    spot: Spot::Text { start: m.start, end: m.end },
                    ..Finding::default()
                })
                .collect(),
        },
    }
}

/// Longest name of a file in bytes, without its ending: what common file systems take, less room for endings.
const FILE: usize = 200;

/// The name of a file in letters, digits, `-`, `_` and `.`, of which none but letters and digits stand at its ends. Two documents
/// for which this gives one name are reported where files are joined.
fn file(slug: &str) -> String {
    let mapped: String = slug
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .collect();
    let mut end = mapped.len().min(FILE);
    while !mapped.is_char_boundary(end) {
        end -= 1;
    }
    let cut = mapped.get(..end).unwrap_or_default().trim_matches(['-', '_', '.']);
    if cut.is_empty() { "document".to_owned() } else { cut.to_owned() }
}

/// The text of a document, or everything that is wrong with its template.
fn document(
    text: &str,
    format: Format,
    subject: &Subject,
    context: &dyn Context,
) -> Result<String, Vec<Mistake>> {
    let template = syntax::parse(text)?;
    let values = context::values(&subject.object, context);
    let mut mistakes = placeholder::mixed_up(&template, &values);
    if format == Format::Html {
        mistakes.extend(escape::unsafe_places(&template, text));
    }
    mistakes.extend(typing::check(&template, &values));
    if mistakes.is_empty() {
        return render::render(&template, text, format, &values).map_err(|m| vec![m]);
    }
    mistakes.sort_by(|a, b| (a.start, a.code, &a.message).cmp(&(b.start, b.code, &b.message)));
    Err(mistakes)
}
