//! Regions: whose they are decides which resources a declaration becomes.
use crate::expr::{object, path};
use crate::{Block, Expr};
use ivs_plan::read;
use ivs_value::StructValue;

/// Who runs a region and can be asked for resources.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum Provider {
    Aws,
    Gcp,
    Azure,
}

impl Provider {
    /// The member of the library's `provider`; `None` for sites of one's own.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "aws" => Some(Provider::Aws),
            "gcp" => Some(Provider::Gcp),
            "azure" => Some(Provider::Azure),
            _ => None,
        }
    }

    /// The member's name.
    pub fn name(self) -> &'static str {
        match self {
            Provider::Aws => "aws",
            Provider::Gcp => "gcp",
            Provider::Azure => "azure",
        }
    }

    /// The name of Terraform's provider.
    pub fn terraform(self) -> &'static str {
        match self {
            Provider::Aws => "aws",
            Provider::Gcp => "google",
            Provider::Azure => "azurerm",
        }
    }
}

/// A region that resources are made in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// Whose it is.
    pub provider: Provider,
    /// The provider's code: `eu-central-1`.
    pub code: String,
    /// Its slug, which names the folder.
    pub slug: String,
    /// Independent zones, at least 1.
    pub zones: usize,
}

impl Region {
    /// The region that an object of the kind `region` is; `None` for sites of one's own.
    pub fn of(object: &StructValue) -> Option<Self> {
        Some(Region {
            provider: Provider::of(&read::member(object, "provider")?.name)?,
            code: read::text(object, "code")?.to_owned(),
            slug: read::text(object, "slug")?.to_owned(),
            zones: read::int(object, "zones").and_then(|n| usize::try_from(n).ok()).unwrap_or(1).max(1),
        })
    }

    /// Where resources of it are: the variable that [`crate::Emit::region`] declares.
    pub fn location(&self) -> Expr {
        path("var.region")
    }

    /// The names of its zones, at most `limit`. AWS and Google call them by letters, Azure by numbers.
    ///
    /// Letters begin with `a` except where accounts are known to have no such zone
    /// (<https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html>,
    /// <https://cloud.google.com/compute/docs/regions-zones>, both read for 2026-11).
    pub fn zone_names(&self, limit: usize) -> Vec<String> {
        let letters: &[&str] = match (self.provider, self.code.as_str()) {
            (Provider::Aws, "us-west-1" | "ap-northeast-1") => &["a", "c", "d"],
            (Provider::Aws, "ca-central-1") => &["a", "b", "d"],
            (Provider::Aws, _) => &["a", "b", "c"],
            (Provider::Gcp, "europe-west1") => &["b", "c", "d"],
            (Provider::Gcp, "us-east1") => &["b", "c", "d"],
            (Provider::Gcp, _) => &["a", "b", "c"],
            (Provider::Azure, _) => &["1", "2", "3"],
        };
        let zones = letters.iter().take(self.zones.min(limit));
        match self.provider {
            Provider::Aws => zones.map(|z| format!("{}{z}", self.code)).collect(),
            Provider::Gcp => zones.map(|z| format!("{}-{z}", self.code)).collect(),
            Provider::Azure => zones.map(|z| (*z).to_owned()).collect(),
        }
    }
}

/// `provider "…"` of a folder; `account` is the expression of the account's id, if one is declared.
pub(crate) fn settings(
    provider: Provider,
    region: Option<Expr>,
    account: Option<Expr>,
    package: &str,
) -> Block {
    let tags = object([("managed-by", "ivs"), ("package", package)]);
    let block = Block::new("provider").label(provider.terraform());
    match provider {
        Provider::Aws => block
            .with_some("region", region)
            .with_some("allowed_account_ids", account.map(|a| crate::list([a])))
            .block(Block::new("default_tags").with("tags", tags)),
        Provider::Gcp => {
            block.with_some("project", account).with_some("region", region).with("default_labels", tags)
        }
        Provider::Azure => block.with_some("subscription_id", account).block(Block::new("features")),
    }
}
