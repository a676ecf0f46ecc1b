//! The command line.

mod graph;

pub use graph::{Graph, Solve};

use crate::templates;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use graph::setting;
use ivs_driver::Setting;
use ivs_project::Date;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  ivs new shop                     make a package in the folder `shop`
  ivs check                        check the package around this folder
  ivs fix                          apply the fixes that are certain
  ivs test                         run the tests that it holds
  ivs build                        write its outputs to `out`
  ivs build shop --env staging     build another folder's package, for staging
  ivs build --check                fail if `out` is not what the sources give
  ivs fetch                        get the packages that this one depends on, and pin them
  ivs doc --out site               a reference of the package, from its doc comments
  ivs publish                      record what versions stand for
  ivs fmt                          lay out all sources of the package
  ivs why api.scaling.replicas     where a value comes from
  ivs diff --env production        what an environment changes
  ivs graph --impact api           what depends on a declaration
  ivs check --set programs=50      what if?
  ivs solve api.memory --min       the smallest value with which all checks hold
  ivs explain IVS1103              what an error means, with examples
  ivs lsp                          the language server, for editors to start

Exit codes: 0 done, 1 errors in the sources, 2 wrong usage, 3 drift found by --check,
4 a limit exceeded, 5 conflict or I/O, 70 a mistake in ivs. Only `ivs fetch` uses the network.";

/// Describe a platform once: ivs checks it against itself and writes what runs it.
#[derive(Parser, Debug)]
#[command(name = "ivs", version, after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(ClapArgs, Clone, Debug)]
pub struct Global {
    /// How findings are shown: `human` and `short` are text, `json` is one document on stdout.
    #[arg(long, value_enum, default_value_t = Format::Human, global = true, value_name = "FORMAT", help_heading = "Options of every command")]
    pub format: Format,
    /// When to use colours. `auto`: on a terminal, unless `NO_COLOR` is set.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true, value_name = "WHEN", help_heading = "Options of every command")]
    pub color: Color,
    /// Show errors only.
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Options of every command")]
    pub quiet: bool,
    /// Show notes as well, and what was done to each file.
    #[arg(short, long, global = true, help_heading = "Options of every command")]
    pub verbose: bool,
    /// Threads to use. Results do not depend on it.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Options of every command")]
    pub threads: Option<u16>,
    /// `ivs.lock` must be exactly what the package needs: `fetch` writes nothing and exits with 3 if it is not; the
    /// others refuse leftovers, too. That dependencies are what it pins is checked with or without.
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub locked: bool,
    /// Use no network: `fetch` takes what the cache holds. The others never use it.
    #[arg(long, global = true, help_heading = "Options of every command")]
    pub offline: bool,
    /// Where packages from git are kept [default: `IVS_CACHE`, or `ivs` in the user's cache folder]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Options of every command")]
    pub cache: Option<PathBuf>,
}

/// A way to show findings.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Source excerpts with labels, help and fixes.
    Human,
    /// A JSON document, described in docs/json.md.
    Json,
    /// One line each: file:line:column: severity[CODE]: message.
    Short,
    /// JUnit's XML on stdout, of `ivs test` alone.
    Junit,
    /// For Graphviz, of `ivs graph` alone.
    Dot,
    /// For Mermaid, of `ivs graph` alone.
    Mermaid,
    /// A page on stdout that can be searched and walked, of `ivs graph` alone.
    Html,
}

/// When to use colours.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    New(New),
    Check(Check),
    Fix(Fix),
    Test(Test),
    Build(Build),
    Doc(Doc),
    Fetch(Fetch),
    Publish(Publish),
    Fmt(Fmt),
    Why(Why),
    Diff(Diff),
    Report(Report),
    Graph(Graph),
    Solve(Solve),
    Explain(Explain),
    Lsp(Lsp),
    Playground(Playground),
    Completions(Completions),
}

/// Make a package: `ivs.toml`, a first source and `.gitignore`.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  ivs new shop\n  ivs new platforms/shop\n  ivs new studio --template nmox-studio"
)]
pub struct New {
    /// The folder to make; its last part names the package.
    pub name: PathBuf,
    /// What it starts from: an example, with its own name, or `starter` with the new one.
    #[arg(long, value_name = "NAME", value_parser = starts(), default_value = templates::STARTER)]
    pub template: String,
}

/// The examples, and a package with an empty source.
/// Try ivs in the browser: a page of this machine with the language server and what the sources give.
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Prints the address of a page that only this machine can reach. Sources are edited at its left; what is wrong, outputs, where values come
from and what refers to what are shown at its right, as one types. Nothing is written unless --write is given, and nothing
leaves this machine. docs/playground.md says more.

Examples:
  ivs playground                      # the package around this folder, or the smallest example
  ivs playground --example pluma
  ivs playground shop --write")]
pub struct Playground {
    /// A folder of the package; without one, the package around the current folder, else the example `starter`.
    #[arg(conflicts_with = "example")]
    pub path: Option<PathBuf>,
    /// Take a copy of an example.
    #[arg(long, value_name = "NAME", value_parser = examples(), conflicts_with = "write")]
    pub example: Option<String>,
    /// Let the page save sources.
    #[arg(long)]
    pub write: bool,
    /// The port of 127.0.0.1 [default: any that is free]
    #[arg(long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    pub port: u16,
}

fn examples() -> PossibleValuesParser {
    let examples = templates::EXAMPLES.iter().map(|e| PossibleValue::new(e.name).help(e.about));
    PossibleValuesParser::new(examples)
}

fn starts() -> PossibleValuesParser {
    let examples = templates::EXAMPLES.iter().map(|e| PossibleValue::new(e.name).help(e.about));
    let empty = PossibleValue::new(templates::EMPTY).help("Nothing but an empty source");
    PossibleValuesParser::new(examples.chain([empty]))
}

/// Check a package, for its base and for every environment.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  ivs check\n  ivs check examples/pluma --format short\n  ivs check scratch.ivs\n  ivs check --fix               # then read the difference\n  cat scratch.ivs | ivs check -\n  ivs check --set 'api.demand.peak=900_000req/min' --set programs=50   # what if?"
)]
pub struct Check {
    /// A folder or file of the package, an `.ivs` file that is in none, or `-` for stdin.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Apply every fix that is certain to the sources, check again, and say what was done and what is left. Of several
    /// spellings that are offered, only the one is applied that alone compiles.
    #[arg(long, conflicts_with = "set")]
    pub fix: bool,
    /// What if: a value for a path (NAME.FIELD.FIELD as `ivs why` takes it, or the name of a constant), written as in the
    /// sources. It stands above all layers, in every environment, for this check only; nothing is written.
    #[arg(long, value_name = "PATH=VALUE", value_parser = setting)]
    pub set: Vec<Setting>,
    /// The date that `build.date` gives, in place of `ivs.toml`'s `as-of`.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

/// Apply every fix that is certain: `ivs check --fix`.
#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:\n  ivs fix\n  ivs fix --language     # after an update of ivs")]
pub struct Fix {
    /// A folder or file of the package, or an `.ivs` file that is in none.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Move the package to the newest version of the language that this compiler knows, and rewrite what that version
    /// spells differently. There is one version so far, 1.
    #[arg(long)]
    pub language: bool,
    /// The date that `build.date` gives, in place of `ivs.toml`'s `as-of`.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

/// Run the tests of a package.
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
A test holds declarations that only it sees, and says what has to be true beside them:

  test \"a box of twelve is refused\" in staging {
    box big { size = 12 }
    assert big.size > 10
    expect small at big.size       // the check `small`, or a code such as IVS2103
    expect not IVS2101
  }

What it does not expect and what is an error fails it. At the end stands which requirements of the package no test
has seen failing, or holding.

Examples:
  ivs test
  ivs test --filter capacity
  ivs test --format junit > results.xml

Exit codes: 0 all passed, 1 one failed.")]
pub struct Test {
    /// A folder or file of the package, an `.ivs` file that is in none, or `-` for stdin.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Run the tests whose name contains this.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// The date that `build.date` gives, in place of `ivs.toml`'s `as-of`.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

/// Check a package and write its outputs.
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
The output folder belongs to ivs: it is replaced as a whole, so a killed build leaves the old outputs or the new.
Files that ivs wrote and somebody changed stop the build (exit code 5); files that ivs did not write are left alone.

Examples:
  ivs build
  ivs build --env staging --out deploy/staging
  ivs build --check            # in CI, when outputs are committed")]
pub struct Build {
    /// A folder or file of the package, or an `.ivs` file that is in none.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The environment whose overlays apply; without it, the base is built.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The output folder [default: `out` in the package]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write nothing; exit with 3 if the output folder is not what would be written.
    #[arg(long)]
    pub check: bool,
    /// The date that `build.date` gives, in place of `ivs.toml`'s `as-of`.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

/// Write a reference from doc comments: of a package, or of the standard library.
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
`///` before an item, field or member documents it, in Markdown; `//!` at the top of a file documents the module. Everything that is
not `private` is listed, with types that lead to what they name. The HTML page is one file with a search of its own: no server, no network.

Examples:
  ivs doc --out site                    # site/index.html
  ivs doc --page markdown --out docs    # docs/reference.md
  ivs doc --std --page markdown         # the library, to stdout")]
pub struct Doc {
    /// A folder or file of the package.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The standard library instead of a package.
    #[arg(long, conflicts_with = "path")]
    pub std: bool,
    /// What is written.
    #[arg(long, value_enum, default_value_t = Page::Html, value_name = "SORT")]
    pub page: Page,
    /// The folder for `index.html` or `reference.md`; without it, the page goes to stdout.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// A way to write a reference.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Page {
    /// One page that can be searched without a server.
    Html,
    /// One file, cross-linked.
    Markdown,
}

/// Show the figures that a platform is judged by, against their goals, and what is expected over time
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Figures are declarations of the kind `kpi`, computed from what else is declared; expectations are declarations of the kind `growth`:

  kpi reuse { value = 69.1%, goal end-of-year { above = 70%, by = 2026-12-31 } }

A goal that is not met is missed once its day is past: the day of the build is `as-of` of `ivs.toml`, or --as-of.

Examples:
  ivs report
  ivs report examples/pluma --as-of 2027-01-01
  ivs report --format json
  ivs report --html report.html       # one page with charts that needs nothing else")]
pub struct Report {
    /// A folder or file of the package, or an `.ivs` file that is in none.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The environment whose overlays apply; without it, the base.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The date that goals are due by, in place of `ivs.toml`'s `as-of`.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// What if: a value for a path, written as in the sources, as `ivs check` takes it.
    #[arg(long, value_name = "PATH=VALUE", value_parser = setting)]
    pub set: Vec<Setting>,
    /// Also lists the stated values that verdicts which hold rest on, rule by rule, with their places.
    #[arg(long)]
    pub inputs: bool,
    /// Writes one HTML page with charts to this file, instead of text.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

/// Fetch the packages that this one depends on, and pin them in `ivs.lock`.
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Dependencies are named in `ivs.toml`; docs/packages.md describes it:

  [dependencies]
  shared = { path = \"../shared\" }
  units  = { git = \"https://git.example/units\", tag = \"v1.2.0\" }

This is the only command that uses the network, through the `git` of this machine: https, ssh and file addresses.
Nothing of a package is ever run. A branch or tag stays at the commit it had until --update is given.

Examples:
  ivs fetch
  ivs fetch --update           # branches and tags as they are now
  ivs fetch --locked           # in CI: fail with 3 if `ivs.lock` is not up to date
  ivs fetch --offline          # with what the cache holds")]
pub struct Fetch {
    /// A folder or file of the package.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Look again where branches and tags point.
    #[arg(long, conflicts_with = "locked")]
    pub update: bool,
}

/// Record in `ivs.lock` what each version of a declaration stands for.
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
A declaration or template that says `version = 1.2.0` promises that 1.2.0 always means the same. After `ivs publish`, other
content under the same version is an error (IVS5004), and `ivs check` offers the next version. What says `frozen = true` may
not change at all.

Examples:
  ivs publish
  ivs publish --locked         # in CI: fail with 3 if a version is not recorded")]
pub struct Publish {
    /// A folder or file of the package.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The date that `build.date` gives, in place of `ivs.toml`'s `as-of`.
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

/// Lay out sources in the one canonical way.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  ivs fmt\n  ivs fmt --check\n  ivs fmt services/api.ivs\n  ivs fmt - < api.ivs"
)]
pub struct Fmt {
    /// Files, folders of packages, or `-` for stdin to stdout [default: the package around this folder]
    pub paths: Vec<PathBuf>,
    /// Write nothing; exit with 3 and list the files that are laid out otherwise.
    #[arg(long)]
    pub check: bool,
}

/// Show where a value comes from: the layers that set it, the formula, and what that read.
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
A path is written as in the sources: NAME.FIELD.FIELD, NAME[KEY].FIELD for a member of a family, `KIND NAME.FIELD` where
one name stands for several declarations, or the name of a constant. FILE:LINE is a line of an output.

● decides the value   + adds to it   ○ is overridden by what stands above

Examples:
  ivs why api.scaling.replicas
  ivs why api.scaling.replicas.max --env staging
  ivs why 'pool[eu-west-1].slug'
  ivs why out/kubernetes/shop/api.yaml:31")]
pub struct Why {
    /// The path of a value, or FILE:LINE of an output.
    pub what: String,
    /// A folder or file of the package, or an `.ivs` file that is in none.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The environment whose overlays apply; without it, the base.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// How many values deep to follow what formulas read.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(0..=64))]
    pub depth: u16,
    /// The output folder that FILE lies in [default: `out` in the package]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Show what differs, value by value: between two environments, or between this package and another state of it.
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Structs and maps are compared field by field and key by key; a list is one value. Each difference says where it is decided.

Examples:
  ivs diff --env production                        what production changes in the base
  ivs diff --env production --from-env staging     from staging to production
  ivs diff --from ../main                          this package against the one in ../main, a checkout of another branch
  ivs diff --from ../main --env production --format json")]
pub struct Diff {
    /// A folder or file of the package, or an `.ivs` file that is in none.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// The environment that is shown; without it, the base.
    #[arg(long, value_name = "NAME")]
    pub env: Option<String>,
    /// The environment that it is compared with [default: the base; with --from, that of --env]
    #[arg(long, value_name = "NAME")]
    pub from_env: Option<String>,
    /// The package that it is compared with: another state of this one.
    #[arg(long, value_name = "DIR")]
    pub from: Option<PathBuf>,
    /// Exit with 3 if anything differs.
    #[arg(long)]
    pub exit_code: bool,
}

/// Explain an error code or the fields of an object of Kubernetes, or list all codes.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  ivs explain IVS1103\n  ivs explain 1103\n  ivs explain NodePool.spec.template\n  ivs explain apps/v1/Deployment.spec --format json\n  ivs explain"
)]
pub struct Explain {
    /// Such as IVS1103; or a kind and a path in it, of the schemas that objects are judged by: those the compiler knows, and
    /// the definitions that the package around this folder names. Without it, all codes are listed.
    pub code: Option<String>,
}

/// Run the language server; editors start it.
#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Speaks the Language Server Protocol on stdin and stdout; docs/editors.md says how each editor is told of it, docs/language-server.md what
it does. Nothing leaves this machine: --socket takes addresses of it alone.

Examples:
  ivs lsp
  ivs lsp --socket 127.0.0.1:9257      # every connection has a server of its own")]
pub struct Lsp {
    /// Listen on an address of this machine, in place of stdin and stdout; port 0 takes any that is free.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "stdio")]
    pub socket: Option<std::net::SocketAddr>,
    /// Use stdin and stdout, as without any option: some editors say it.
    #[arg(long)]
    pub stdio: bool,
}

/// Print the completions for a shell.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  ivs completions bash > ~/.local/share/bash-completion/completions/ivs\n  ivs completions fish > ~/.config/fish/completions/ivs.fish"
)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}
