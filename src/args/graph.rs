//! Arguments of `ivs graph` and `ivs solve`.

use clap::Args as ClapArgs;
use ivs_driver::Setting;
use ivs_project::Date;
use std::path::PathBuf;

/// Show what refers to what: every reference between declarations, with the field that holds it.
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
References are those of evaluated values, wherever they stand: in structs, lists, maps and their keys. What formulas read of other
declarations is shown with --reads, and always followed by --path and --impact.

Examples:
  ivs graph
  ivs graph --kind service --kind database
  ivs graph --path checkout orders         # how does one depend on the other?
  ivs graph --impact orders                # what does a change of it reach?
  ivs graph --format html > graph.html     # can be searched, filtered and walked; needs nothing else
  ivs graph --format dot | dot -Tsvg > graph.svg")]
pub struct Graph {
    /// A folder or file of the package, an `.ivs` file that is in none, or `-` for stdin.
    #[arg(default_value = ".")]
    pub package: PathBuf,
    /// The environment whose overlays apply; without it, the base.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Only declarations of this kind; may be given several times.
    #[arg(long, value_name = "KIND")]
    pub kind: Vec<String>,
    /// Also what formulas read of other declarations.
    #[arg(long)]
    pub reads: bool,
    /// A shortest way from one declaration to one that it depends on.
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"], conflicts_with = "impact")]
    pub path: Option<Vec<String>>,
    /// What depends on a declaration, directly or not, with the fields along the way.
    #[arg(long, value_name = "NAME")]
    pub impact: Option<String>,
}

/// Find the smallest or largest value of a field with which all checks hold.
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
The field's value is tried, as `ivs check --set` does: nothing is written. From the value that it has, others are tried in steps that grow,
then the place where the checks begin to fail is found by halving; the finding that would be next is shown. It is an error of a check, of a
type or of anything else that `ivs check` says. Whether there are gaps is probed; where there are, the answer says so.

Examples:
  ivs solve api.scaling.replicas.max --min
  ivs solve pro.quota --max --step 1_000
  ivs solve cache.ttl --max --warnings --env production
  ivs solve mal.budget --min --set programs=50        # with something else as it might become

Exit codes: 0 found, 1 there is no such value, 2 wrong usage.")]
pub struct Solve {
    /// NAME.FIELD.FIELD, as `ivs why` takes it, or the name of a constant; a number, percent or quantity.
    pub what: String,
    /// A folder or file of the package, or an `.ivs` file that is in none.
    #[arg(default_value = ".")]
    pub package: PathBuf,
    /// Find the smallest value. The default.
    #[arg(long)]
    pub min: bool,
    /// Find the largest value.
    #[arg(long, conflicts_with = "min")]
    pub max: bool,
    /// Only values that are whole steps from the present one [default: 1, or one of the last decimal place that the value has]
    #[arg(long, value_name = "VALUE")]
    pub step: Option<String>,
    /// The environment that has to hold; without it, the base and every environment.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// Warnings count as well.
    #[arg(long)]
    pub warnings: bool,
    /// Another value that is set meanwhile: PATH=VALUE. Of the same path: where to begin.
    #[arg(long, value_name = "PATH=VALUE", value_parser = setting)]
    pub set: Vec<Setting>,
    /// The date that `build.date` gives, in place of `ivs.toml`'s `as-of`.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

/// `PATH=VALUE`.
pub fn setting(text: &str) -> Result<Setting, String> {
    match text.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() && !value.trim().is_empty() => {
            Ok(Setting { path: path.trim().to_owned(), value: value.trim().to_owned() })
        }
        _ => Err("write PATH=VALUE, as in api.scaling.replicas.max=120".into()),
    }
}
