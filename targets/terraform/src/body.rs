//! Blocks: what resources, variables and outputs are.
use crate::Expr;
use hcl::structure::{Attribute, BlockLabel, Structure};
use hcl::{Body, Identifier};

/// A block under construction: `Block::resource("aws_vpc", "main").with("cidr_block", "10.0.0.0/16")`. Attributes
/// and blocks keep the order in which they are added.
#[derive(Clone, PartialEq, Debug)]
pub struct Block(hcl::Block);

impl Block {
    /// A block without labels, for use in another: `Block::new("autoscaling")`. The name is the format's own.
    pub fn new(name: &str) -> Self {
        Block(hcl::Block {
            identifier: Identifier::unchecked(name),
            labels: Vec::new(),
            body: Body::default(),
        })
    }

    /// `resource "aws_vpc" "main"`; `name` comes from [`crate::identifier`].
    pub fn resource(kind: &str, name: &str) -> Self {
        Block::new("resource").label(kind).label(name)
    }

    /// `data "aws_iam_policy_document" "assume"`; `name` comes from [`crate::identifier`].
    pub fn data(kind: &str, name: &str) -> Self {
        Block::new("data").label(kind).label(name)
    }

    /// A further label.
    pub fn label(mut self, text: &str) -> Self {
        self.0.labels.push(BlockLabel::String(text.to_owned()));
        self
    }

    /// An attribute.
    pub fn with(mut self, name: &str, value: impl Into<Expr>) -> Self {
        let attribute = Attribute { key: Identifier::unchecked(name), expr: value.into() };
        self.0.body.0.push(Structure::Attribute(attribute));
        self
    }

    /// An attribute, if there is a value.
    pub fn with_some(self, name: &str, value: Option<impl Into<Expr>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// A block in this one.
    pub fn block(mut self, inner: Block) -> Self {
        self.0.body.0.push(Structure::Block(inner.0));
        self
    }

    /// Blocks in this one.
    pub fn blocks(self, inner: impl IntoIterator<Item = Block>) -> Self {
        inner.into_iter().fold(self, Block::block)
    }

    /// `lifecycle { ignore_changes = [...] }`: what others change after creation, such as an autoscaler.
    pub fn ignore_changes(self, paths: &[&str]) -> Self {
        let paths = paths.iter().map(|p| crate::path(p));
        self.block(Block::new("lifecycle").with("ignore_changes", crate::list(paths)))
    }

    /// `lifecycle { prevent_destroy = true }`: a plan that would delete it fails.
    pub fn keep(self) -> Self {
        self.block(Block::new("lifecycle").with("prevent_destroy", true))
    }

    /// `TYPE.NAME` of a resource, `data.TYPE.NAME` of a data source: what a reference to it begins with.
    pub fn address(&self) -> String {
        let labels: Vec<&str> = self.0.labels.iter().map(BlockLabel::as_str).collect();
        let address = labels.join(".");
        if self.0.identifier.as_str() == "data" { format!("data.{address}") } else { address }
    }

    /// The first word: `resource`, `variable`.
    pub(crate) fn word(&self) -> &str {
        self.0.identifier.as_str()
    }
}

impl From<Block> for Body {
    fn from(block: Block) -> Body {
        Body::from(vec![Structure::Block(block.0)])
    }
}
