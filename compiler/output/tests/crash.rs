//! Builds that are killed or meet a full, broken or read-only disk: the folder holds the old tree or the new one,
//! and the next build is clean.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ivs_output::{Options, check_drift, write, write_with};
use ivs_plan::OutputFile;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Fifty files in seven folders; the second tree shares a third with the first, changes a third and moves the rest.
fn plan(version: u32) -> Vec<OutputFile> {
    let file = |i: u32| {
        let path = if i % 3 == 2 && version > 1 {
            format!("moved/f{i}.yaml")
        } else {
            format!("d{}/f{i}.yaml", i % 6)
        };
        let text = if i.is_multiple_of(3) { format!("same: {i}\n") } else { format!("v{version}: {i}\n") };
        OutputFile { path, text: text.into() }
    };
    (0..50).map(file).collect()
}

fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn into(folder: &Path, prefix: &str, out: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                into(&entry.path(), &format!("{path}/"), out);
            } else {
                out.insert(path, fs::read(entry.path()).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    into(root, "", &mut out);
    out
}

fn options(exchange: bool) -> Options {
    Options { no_exchange: !exchange, ..Options::default() }
}

/// The two trees that are allowed, and a folder with the first (or nothing, for a first build).
struct Case {
    dir: TempDir,
    old: BTreeMap<String, Vec<u8>>,
    new: BTreeMap<String, Vec<u8>>,
}

impl Case {
    fn new(first_build: bool) -> Case {
        let dir = TempDir::new().unwrap();
        let reference = dir.path().join("reference");
        write(&reference, &plan(2), &Options::default()).unwrap();
        let new = tree(&reference);
        fs::remove_dir_all(reference).unwrap();
        let case = Case { dir, old: BTreeMap::new(), new };
        if first_build {
            return case;
        }
        write(&case.out(), &plan(1), &Options::default()).unwrap();
        Case { old: tree(&case.out()), ..case }
    }

    fn out(&self) -> std::path::PathBuf {
        self.dir.path().join("out")
    }

    /// Old or new; then a rerun gives the new tree and leaves nothing beside it.
    fn assert_whole_and_recoverable(&self, exchange: bool, when: &str) {
        let mut found = tree(&self.out());
        if !exchange && !self.out().exists() {
            // Between the two moves the old tree has another name, which a drift check knows.
            found = tree(&self.dir.path().join(".out.ivs-old"));
            let drift = check_drift(&self.out(), &plan(1), &Options::default()).unwrap();
            assert!(self.old.is_empty() || drift.is_empty(), "{when}: the old tree is not found");
        }
        assert!(found == self.old || found == self.new, "{when}: neither tree, but {:?}", found.keys());
        write(&self.out(), &plan(2), &options(exchange))
            .unwrap_or_else(|e| panic!("{when}: the rerun fails: {e}"));
        assert_eq!(tree(&self.out()), self.new, "{when}");
        let beside: Vec<_> = fs::read_dir(self.dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(beside, ["out"], "{when}: something was left behind");
    }
}

/// Counts the changes that an undisturbed build makes.
fn steps(case: &Case, exchange: bool) -> u32 {
    let mut count = 0;
    let mut hook = |_: &'static str| {
        count += 1;
        Ok(())
    };
    write_with(&case.out(), &plan(2), &options(exchange), &mut hook).unwrap();
    count
}

#[test]
fn any_change_may_fail() {
    for exchange in [true, false] {
        for first_build in [true, false] {
            let total = steps(&Case::new(first_build), exchange);
            assert!(total > 100, "the hook sees too little: {total}");
            for fail_at in 0..total {
                let errors = [rustix::io::Errno::NOSPC, rustix::io::Errno::IO, rustix::io::Errno::ROFS];
                let errno = errors[fail_at as usize % errors.len()];
                let case = Case::new(first_build);
                let (mut count, mut what) = (0, "");
                let mut hook = |step: &'static str| {
                    count += 1;
                    if count == fail_at + 1 {
                        what = step;
                        return Err(io::Error::from(errno));
                    }
                    Ok(())
                };
                let result = write_with(&case.out(), &plan(2), &options(exchange), &mut hook);
                let when = format!("{errno:?} at step {fail_at}, {what}, exchange {exchange}");
                let found = tree(&case.out());
                match result {
                    Ok(_) => assert!(found == case.new, "{when}: success, but not the new tree"),
                    Err(_) => assert!(found == case.old, "{when}: an error, but not the old tree"),
                }
                case.assert_whole_and_recoverable(exchange, &when);
            }
        }
    }
}

/// From one step on everything fails, the clean-up as well, as on a disk that went away.
#[test]
fn everything_after_some_change_may_fail() {
    for exchange in [true, false] {
        let total = steps(&Case::new(false), exchange);
        for fail_from in (0..total).step_by(3) {
            let case = Case::new(false);
            let mut count = 0;
            let mut hook = |_: &'static str| {
                count += 1;
                if count > fail_from { Err(io::Error::from(rustix::io::Errno::IO)) } else { Ok(()) }
            };
            let _ = write_with(&case.out(), &plan(2), &options(exchange), &mut hook);
            case.assert_whole_and_recoverable(
                exchange,
                &format!("from step {fail_from}, exchange {exchange}"),
            );
        }
    }
}

/// What the worker below is told.
const JOB: &str = "IVS_OUTPUT_TEST_JOB";

/// Runs this very test binary with only `worker` in it.
fn spawn(out: &Path, job: &str) -> std::process::ExitStatus {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "worker", "--ignored", "--test-threads=1"])
        .env(JOB, format!("{job}:{}", out.display()))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap()
}

#[test]
#[ignore = "the child process of the other tests"]
fn worker() {
    let job = std::env::var(JOB).unwrap();
    let mut parts = job.splitn(3, ':');
    let (what, number, out) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let number: u32 = number.parse().unwrap();
    if what == "umask" {
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(number));
        write(Path::new(out), &plan(1), &Options::default()).unwrap();
        return;
    }
    let mut count = 0;
    let mut hook = |_: &'static str| {
        count += 1;
        if count == number + 1 {
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).unwrap();
        }
        Ok(())
    };
    write_with(Path::new(out), &plan(2), &options(what == "exchange"), &mut hook).unwrap();
}

#[test]
fn kill_nine_at_every_change() {
    for exchange in [true, false] {
        let word = if exchange { "exchange" } else { "rename" };
        let total = steps(&Case::new(false), exchange);
        for at in 0..total {
            let case = Case::new(false);
            let status = spawn(&case.out(), &format!("{word}:{at}"));
            assert!(!status.success(), "the child should have been killed at step {at}");
            case.assert_whole_and_recoverable(exchange, &format!("killed at step {at}, {word}"));
        }
    }
}

#[test]
fn kill_nine_in_a_first_build() {
    let total = steps(&Case::new(true), true);
    for at in (0..total).rev().step_by(5) {
        let case = Case::new(true);
        spawn(&case.out(), &format!("exchange:{at}"));
        case.assert_whole_and_recoverable(true, &format!("killed at step {at}"));
    }
}

#[test]
fn the_umask_has_no_say() {
    use std::os::unix::fs::PermissionsExt;
    for umask in [0o000, 0o022, 0o027, 0o077] {
        let dir = TempDir::new().unwrap();
        let out = dir.path().join("out");
        assert!(spawn(&out, &format!("umask:{umask}")).success());
        let mode = |path: &str| fs::metadata(out.join(path)).unwrap().permissions().mode() & 0o7777;
        assert_eq!((mode(""), mode("d0"), mode("d0/f0.yaml")), (0o755, 0o755, 0o644), "umask {umask:o}");
    }
}

/// Readers that open the folder anew never see a mixture, however often it is swapped under them.
#[test]
fn a_reader_sees_one_tree_or_the_other() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("out");
    let version = |v: u32| {
        let file = |i| OutputFile { path: format!("f{i}"), text: format!("{v}\n").into() };
        (0..20).map(file).collect::<Vec<_>>()
    };
    let options = Options { sync: false, ..Options::default() };
    write(&out, &version(0), &options).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for v in 1..200 {
                write(&out, &version(v), &options).unwrap();
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            // An open folder stays the same folder; files in it go only once it is the old one.
            let at =
                rustix::fs::open(&out, rustix::fs::OFlags::DIRECTORY, rustix::fs::Mode::empty()).unwrap();
            let mut seen = Vec::new();
            for i in 0..20 {
                let opened = rustix::fs::openat(
                    &at,
                    format!("f{i}"),
                    rustix::fs::OFlags::RDONLY,
                    rustix::fs::Mode::empty(),
                );
                if let Ok(fd) = opened {
                    seen.push(io::read_to_string(fs::File::from(fd)).unwrap());
                }
            }
            seen.dedup();
            assert!(seen.len() <= 1, "a mixture: {seen:?}");
        }
    });
}

#[test]
fn builds_of_one_folder_wait_for_each_other() {
    let dir = TempDir::new().unwrap();
    let out = dir.path().join("out");
    std::thread::scope(|scope| {
        for version in [1, 2, 1, 2] {
            let out = &out;
            scope.spawn(move || write(out, &plan(version), &Options::default()).unwrap());
        }
    });
    let clean = |v| check_drift(&out, &plan(v), &Options::default()).unwrap().is_empty();
    assert!(clean(1) || clean(2));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}
