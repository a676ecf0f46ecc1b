//! The same sources give the same bytes: with any number of threads, in any order, from any folder, for whoever runs it,
//! wherever. And they are the bytes whose sums are committed, on every platform.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod examples;

use examples::{BASE, Example, all, read_tree, sum};
use proptest::strategy::{Just, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

const SUMS: &str = "tests/outputs/sha256.txt";

/// Example and environment, and the sum over the paths and bytes of what is built.
fn sums() -> BTreeMap<String, String> {
    let mut sums = BTreeMap::new();
    for example in all() {
        for environment in example.environments() {
            sums.insert(format!("{} {environment}", example.name), sum(&example.build(&environment)));
        }
    }
    sums
}

#[test]
fn the_sums_are_those_committed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(SUMS);
    let mut found = String::new();
    for (of, sum) in sums() {
        let _ = writeln!(found, "{sum}  {of}");
    }
    if std::env::var_os("IVS_UPDATE").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, found, "IVS_UPDATE=1 cargo test --test determinism writes {SUMS} anew");
}

#[test]
fn threads_do_not_matter() {
    for example in all() {
        let alone = everything(&example, &mut example.session(1));
        for threads in [2, 4, 8] {
            for run in 0..3 {
                let together = everything(&example, &mut example.session(threads));
                assert!(alone == together, "{}: {threads} threads, run {run}", example.name);
            }
        }
    }
}

/// The sums for all environments, asked of one session.
fn everything(example: &Example, session: &mut ivs_driver::Session) -> Vec<String> {
    example.environments().iter().map(|e| sum(&example.build_in(session, e))).collect()
}

#[test]
fn the_order_of_sources_does_not_matter() {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    for example in all() {
        let sorted = everything(&example, &mut example.session(1));
        let shuffled = Just(example.sources().to_vec()).prop_shuffle();
        for _ in 0..6 {
            let sources = shuffled.new_tree(&mut runner).unwrap().current();
            let order: Vec<_> = sources.iter().map(|s| s.path.clone()).collect();
            let found = everything(&example, &mut example.session_of(sources, 2));
            assert!(sorted == found, "{}: {order:#?}", example.name);
        }
    }
}

/// The order in which environments are asked for does not matter: nothing of one is left for the next.
#[test]
fn the_order_of_environments_does_not_matter() {
    for example in all() {
        let mut environments = example.environments();
        let first: BTreeMap<String, String> =
            environments.iter().map(|e| (e.clone(), sum(&example.build(e)))).collect();
        let mut session = example.session(2);
        environments.reverse();
        for environment in environments.iter().chain(first.keys()) {
            let now = sum(&example.build_in(&mut session, environment));
            assert_eq!(first[environment], now, "{}: {environment}", example.name);
        }
    }
}

/// A place to build at: who builds, where the package is, and where from.
struct Place {
    what: &'static str,
    /// Relative to a scratch folder.
    package: &'static str,
    /// Where the command starts; the root of the file system if empty.
    from: &'static str,
    umask: &'static str,
    environment: &'static [(&'static str, &'static str)],
}

const PLACES: &[Place] = &[
    Place { what: "nothing set", package: "package", from: ".", umask: "022", environment: &[] },
    Place {
        what: "Turkish, where i is not I in capitals",
        package: "package",
        from: "package",
        umask: "022",
        environment: &[
            ("LC_ALL", "tr_TR.UTF-8"),
            ("LANG", "tr_TR.UTF-8"),
            ("TZ", "Europe/Istanbul"),
            ("HOME", "/nowhere"),
        ],
    },
    Place {
        what: "somebody careful, from the root",
        package: "package",
        from: "",
        umask: "077",
        environment: &[("LC_ALL", "C"), ("TZ", "Asia/Kathmandu"), ("HOME", "/")],
    },
    Place {
        what: "a deep folder with a space and other letters",
        package: "a b/ünï/包/package",
        from: "a b",
        umask: "002",
        environment: &[
            ("LANG", "de_DE.ISO-8859-1"),
            ("LC_NUMERIC", "de_DE"),
            ("TZ", "America/St_Johns"),
            ("HOME", "home"),
        ],
    },
    Place {
        what: "a colourful narrow terminal",
        package: "elsewhere/package",
        from: ".",
        umask: "027",
        environment: &[
            ("COLUMNS", "20"),
            ("CLICOLOR_FORCE", "1"),
            ("TERM", "xterm-256color"),
            ("LC_COLLATE", "en_US.UTF-8"),
        ],
    },
    Place {
        what: "variables that other tools listen to",
        package: "package",
        from: ".",
        umask: "000",
        environment: &[
            ("SOURCE_DATE_EPOCH", "1"),
            ("RAYON_NUM_THREADS", "3"),
            ("RUST_LOG", "trace"),
            ("RUST_BACKTRACE", "full"),
            ("XDG_CONFIG_HOME", "/etc"),
            ("KUBECONFIG", "/etc/passwd"),
            ("IVS_THREADS", "5"),
            ("TMPDIR", "/nowhere"),
        ],
    },
];

/// 4 numbers of threads at 6 places, through the command.
#[test]
fn neither_folder_nor_user_nor_locale_nor_time_zone_matters() {
    for example in all() {
        let environments = example.environments();
        let expected: BTreeMap<&String, String> =
            environments.iter().map(|e| (e, sum(&example.build(e)))).collect();
        let mut turn = 0;
        for place in PLACES {
            let scratch = tempfile::tempdir().unwrap();
            let package = scratch.path().join(place.package);
            copy(&example, &package);
            for threads in ["1", "2", "4", "8"] {
                let environment = &environments[turn % environments.len()];
                turn += 1;
                let out = scratch.path().join(format!("out-{threads}"));
                let from =
                    if place.from.is_empty() { PathBuf::from("/") } else { scratch.path().join(place.from) };
                build(place, &from, &package, environment, &out, threads);
                let found = sum(&read_tree(&out));
                assert_eq!(
                    expected[environment], found,
                    "{} for {environment}: {}, {threads} threads",
                    example.name, place.what
                );
            }
        }
        assert_eq!(turn, 24);
    }
}

fn build(place: &Place, from: &Path, package: &Path, environment: &str, out: &Path, threads: &str) {
    let mut command = Command::new("/bin/sh");
    // A umask is a process's own, and this one has other threads.
    command.args(["-c", "umask \"$0\" && exec \"$@\"", place.umask, env!("CARGO_BIN_EXE_ivs"), "build"]);
    command.arg(package).arg("--out").arg(out).args(["--threads", threads]);
    if environment != BASE {
        command.args(["--env", environment]);
    }
    command.current_dir(from).env_clear().envs(place.environment.iter().copied());
    let ran = command.output().unwrap();
    assert!(ran.status.success(), "{}: {}", place.what, String::from_utf8_lossy(&ran.stderr));
}

/// Copies a package, its files in another order than they were made in.
fn copy(example: &Example, to: &Path) {
    let config = ivs_project::CONFIG_FILE;
    let data = example.data().iter().map(|d| d.path.as_str());
    let paths = example.sources().iter().rev().map(|s| s.path.as_str()).chain(data).chain([config]);
    for path in paths {
        let target = to.join(path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(target, std::fs::read(example.root.join(path)).unwrap()).unwrap();
    }
}
