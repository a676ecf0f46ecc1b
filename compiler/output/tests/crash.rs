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

/// What differs between the old build and the new one; each is swapped in another way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Change {
    /// There was no build before.
    First,
    /// A third of the files is changed, a third moved to another folder.
    Many,
    /// All in one folder: two files changed, one gone.
    Folder,
    /// One file with other content.
    File,
    /// One more file in a folder that is there.
    Added,
    /// One file less in a folder that keeps others.
    Removed,
}

const ALL: [Change; 6] =
    [Change::First, Change::Many, Change::Folder, Change::File, Change::Added, Change::Removed];

/// Fifty files in six folders, and what becomes of them.
fn plan(change: Change, new: bool) -> Vec<OutputFile> {
    let file = |path: String, text: String| OutputFile { path, text: text.into() };
    let mut files = Vec::new();
    for i in 0..50 {
        let (mut folder, mut version) = (format!("d{}", i % 6), 1);
        if new {
            match change {
                Change::Many if i % 3 == 1 => version = 2,
                Change::Many if i % 3 == 2 => folder = "moved".to_owned(),
                Change::Folder if i == 2 || i == 8 => version = 2,
                Change::Folder if i == 14 => continue,
                Change::File if i == 7 => version = 2,
                Change::Removed if i == 7 => continue,
                _ => {}
            }
        }
        files.push(file(format!("{folder}/f{i}.yaml"), format!("v{version}: {i}\n")));
    }
    if new && change == Change::Added {
        files.push(file("d3/more.yaml".to_owned(), "more\n".to_owned()));
    }
    files
}

/// Every file below a folder, apart from ivs's books.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn into(folder: &Path, prefix: &str, out: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if path == ".ivs" {
                continue;
            }
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

/// In memory where there is such a place: thousands of builds that flush would take minutes on a disk.
fn scratch() -> TempDir {
    TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap()
}

/// The two trees that are allowed, and a folder with the first.
struct Case {
    dir: TempDir,
    change: Change,
    old: BTreeMap<String, Vec<u8>>,
    new: BTreeMap<String, Vec<u8>>,
}

impl Case {
    fn new(change: Change) -> Case {
        let dir = scratch();
        let reference = dir.path().join("reference");
        let unsynced = Options { sync: false, ..Options::default() };
        write(&reference, &plan(change, true), &unsynced).unwrap();
        let new = tree(&reference);
        fs::remove_dir_all(reference).unwrap();
        let out = dir.path().join("out");
        if change != Change::First {
            write(&out, &plan(change, false), &unsynced).unwrap();
        }
        Case { change, old: tree(&out), new, dir }
    }

    fn out(&self) -> std::path::PathBuf {
        self.dir.path().join("out")
    }

    fn plan(&self) -> Vec<OutputFile> {
        plan(self.change, true)
    }

    /// Old or new; then a rerun gives the new tree, with right books, and leaves nothing else.
    fn assert_whole_and_recoverable(&self, exchange: bool, when: &str) {
        let when = format!("{:?}, {when}, exchange {exchange}", self.change);
        let mut found = tree(&self.out());
        if !exchange && !self.out().exists() {
            // Between the two moves the old tree has another name, which a drift check knows.
            found = tree(&self.dir.path().join(".out.ivs-old"));
        }
        assert!(found == self.old || found == self.new, "{when}: neither tree, but {:?}", found.keys());
        if found == self.old && !found.is_empty() {
            let drift = check_drift(&self.out(), &plan(self.change, false), &Options::default()).unwrap();
            assert!(drift.is_empty(), "{when}: {drift:?}");
        }
        let rerun = write(&self.out(), &self.plan(), &options(exchange));
        rerun.unwrap_or_else(|e| panic!("{when}: the rerun fails: {e}"));
        assert_eq!(tree(&self.out()), self.new, "{when}");
        assert_eq!(names(self.dir.path()), ["out"], "{when}: something was left behind");
        assert_eq!(names(&self.out().join(".ivs")), ["manifest.json"], "{when}: something was left behind");
        let again =
            write_with(&self.out(), &self.plan(), &options(exchange), &mut |step| panic!("{when}: {step}"));
        assert!(again.unwrap().is_unchanged());
    }
}

fn names(folder: &Path) -> Vec<std::ffi::OsString> {
    fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name()).collect()
}

/// Counts the changes that an undisturbed build makes.
fn steps(change: Change, exchange: bool) -> u32 {
    let case = Case::new(change);
    let mut count = 0;
    let mut hook = |_: &'static str| {
        count += 1;
        Ok(())
    };
    write_with(&case.out(), &case.plan(), &options(exchange), &mut hook).unwrap();
    count
}

#[test]
fn the_hook_sees_every_change_and_a_small_one_takes_few() {
    assert!(steps(Change::Many, true) > 100);
    assert!(steps(Change::Folder, true) < 60);
    for change in [Change::File, Change::Added, Change::Removed] {
        assert!(steps(change, true) < 16, "{change:?}");
    }
}

#[test]
fn any_change_may_fail() {
    for (change, exchange) in ALL.into_iter().flat_map(|c| [(c, true), (c, false)]) {
        for fail_at in 0..steps(change, exchange) {
            let errors = [rustix::io::Errno::NOSPC, rustix::io::Errno::IO, rustix::io::Errno::ROFS];
            let errno = errors[fail_at as usize % errors.len()];
            let case = Case::new(change);
            let (mut count, mut what) = (0, "");
            let mut hook = |step: &'static str| {
                count += 1;
                if count == fail_at + 1 {
                    what = step;
                    return Err(io::Error::from(errno));
                }
                Ok(())
            };
            let result = write_with(&case.out(), &case.plan(), &options(exchange), &mut hook);
            let when = format!("{errno:?} at step {fail_at}, {what}");
            let found = tree(&case.out());
            match result {
                Ok(_) => assert!(found == case.new, "{change:?} {when}: success, but not the new tree"),
                Err(_) => assert!(found == case.old, "{change:?} {when}: an error, but not the old tree"),
            }
            case.assert_whole_and_recoverable(exchange, &when);
        }
    }
}

/// From one step on everything fails, the clean-up as well, as on a disk that went away.
#[test]
fn everything_after_some_change_may_fail() {
    for (change, exchange) in ALL.into_iter().flat_map(|c| [(c, true), (c, false)]) {
        for fail_from in (0..steps(change, exchange)).step_by(2) {
            let case = Case::new(change);
            let mut count = 0;
            let mut hook = |_: &'static str| {
                count += 1;
                if count > fail_from { Err(io::Error::from(rustix::io::Errno::IO)) } else { Ok(()) }
            };
            let _ = write_with(&case.out(), &case.plan(), &options(exchange), &mut hook);
            case.assert_whole_and_recoverable(exchange, &format!("failing from step {fail_from}"));
        }
    }
}

/// What the worker below is told.
const JOB: &str = "IVS_OUTPUT_TEST_JOB";

/// Runs this very test binary with only `worker` in it.
fn spawn(out: &Path, job: &str) -> std::process::ExitStatus {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "worker", "--ignored", "--test-threads=1"])
        .env(JOB, format!("{job} {}", out.display()))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap()
}

#[test]
#[ignore = "the child process of the other tests"]
fn worker() {
    // Run on its own, as by `--ignored`, it has nothing to do.
    let Ok(job) = std::env::var(JOB) else { return };
    let mut parts = job.splitn(4, ' ');
    let mut part = || parts.next().unwrap();
    let (what, change, number, out) = (part(), part(), part(), part());
    let (change, number) = (ALL[change.parse::<usize>().unwrap()], number.parse::<u32>().unwrap());
    if what == "umask" {
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(number));
        write(Path::new(out), &plan(change, false), &Options::default()).unwrap();
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
    write_with(Path::new(out), &plan(change, true), &options(what == "exchange"), &mut hook).unwrap();
}

#[test]
fn kill_nine_at_every_change() {
    for (number, change) in ALL.into_iter().enumerate() {
        for exchange in [true, false] {
            let word = if exchange { "exchange" } else { "rename" };
            for at in 0..steps(change, exchange) {
                let case = Case::new(change);
                let status = spawn(&case.out(), &format!("{word} {number} {at}"));
                assert!(!status.success(), "the child should have been killed at step {at}");
                case.assert_whole_and_recoverable(exchange, &format!("killed at step {at}"));
            }
        }
    }
}

#[test]
fn the_umask_has_no_say() {
    use std::os::unix::fs::PermissionsExt;
    for umask in [0o000, 0o022, 0o027, 0o077] {
        let dir = scratch();
        let out = dir.path().join("out");
        assert!(spawn(&out, &format!("umask 0 {umask}")).success());
        let mode = |path: &str| fs::metadata(out.join(path)).unwrap().permissions().mode() & 0o7777;
        assert_eq!((mode(""), mode("d0"), mode("d0/f0.yaml")), (0o755, 0o755, 0o644), "umask {umask:o}");
    }
}

/// Readers that open the folder anew never see a mixture, however often it is swapped under them.
#[test]
fn a_reader_sees_one_tree_or_the_other() {
    let dir = scratch();
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
    let dir = scratch();
    let out = dir.path().join("out");
    std::thread::scope(|scope| {
        for new in [false, true, false, true] {
            let out = &out;
            scope.spawn(move || write(out, &plan(Change::Many, new), &Options::default()).unwrap());
        }
    });
    let clean = |new| check_drift(&out, &plan(Change::Many, new), &Options::default()).unwrap().is_empty();
    assert!(clean(false) || clean(true));
    assert_eq!(names(dir.path()), ["out"]);
}
