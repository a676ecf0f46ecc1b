//! The `git` of this machine, with nothing left to chance: which protocols, no hooks, no submodules, no filters.
//!
//! A bare repository per address lies in the cache. Files are read from it as objects; there is never a work tree, so
//! that no attribute, filter, link or hook of a package has a say.

use ivs_project::{CONFIG_FILE, Reference, is_data};
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The most files of one package, and the most bytes of all of them.
const MAX_FILES: usize = 10_000;
const MAX_BYTES: u64 = 64 << 20;

/// What a package consists of.
pub struct File {
    /// Relative to the package, `/`-separated.
    pub path: String,
    /// As committed.
    pub bytes: Vec<u8>,
}

/// Why git could not give what was asked for.
pub struct Failed {
    /// In words.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

fn failed<T>(message: impl Into<String>, help: &'static str) -> Result<T, Failed> {
    Err(Failed { message: message.into(), help })
}

/// A bare repository in the cache.
pub struct Repository {
    folder: PathBuf,
    url: String,
}

impl Repository {
    /// The repository for an address; made if there is none.
    pub fn open(cache: &Path, url: &str) -> Result<Repository, Failed> {
        let sum: String =
            Sha256::digest(url.as_bytes()).iter().take(16).map(|b| format!("{b:02x}")).collect();
        let folder = cache.join("git").join(sum);
        let here = Repository { folder, url: url.to_owned() };
        if !here.folder.join("HEAD").is_file() {
            let made = std::fs::create_dir_all(&here.folder);
            if let Err(e) = made {
                let shown = here.folder.display();
                return failed(
                    format!("`{shown}` cannot be made: {e}"),
                    "give another folder with `--cache DIR`",
                );
            }
            here.run(&["init", "--quiet", "--bare", "--template="])?;
        }
        Ok(here)
    }

    /// `git`, on this repository, with what could make it do more switched off.
    fn git(&self, args: &[&str]) -> Command {
        let mut git = Command::new("git");
        for (name, value) in [
            ("core.hooksPath", "/dev/null"),
            ("core.fsmonitor", "false"),
            ("core.symlinks", "false"),
            ("submodule.recurse", "false"),
            ("fetch.recurseSubmodules", "false"),
            ("fetch.fsckObjects", "true"),
            ("fetch.writeCommitGraph", "false"),
            ("gc.auto", "0"),
            ("maintenance.auto", "false"),
            ("protocol.version", "2"),
            ("remote.origin.promisor", "false"),
        ] {
            git.arg("-c").arg(format!("{name}={value}"));
        }
        git.arg("--git-dir").arg(&self.folder).args(args);
        // What a surrounding repository may have set for its own hooks, from `git rev-parse --local-env-vars`.
        for name in [
            "GIT_ALTERNATE_OBJECT_DIRECTORIES",
            "GIT_COMMON_DIR",
            "GIT_DIR",
            "GIT_GRAFT_FILE",
            "GIT_INDEX_FILE",
            "GIT_NAMESPACE",
            "GIT_NO_REPLACE_OBJECTS",
            "GIT_OBJECT_DIRECTORY",
            "GIT_PREFIX",
            "GIT_REPLACE_REF_BASE",
            "GIT_SHALLOW_FILE",
            "GIT_WORK_TREE",
        ] {
            git.env_remove(name);
        }
        git.env("GIT_ALLOW_PROTOCOL", "https:ssh:file")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("LC_ALL", "C")
            .current_dir(&self.folder);
        git
    }

    fn run(&self, args: &[&str]) -> Result<Vec<u8>, Failed> {
        let output = match self.git(args).stdin(Stdio::null()).output() {
            Ok(output) => output,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return failed("there is no `git` on this machine", "install git, or use `path`");
            }
            Err(e) => return failed(format!("`git` cannot be started: {e}"), ""),
        };
        if output.status.success() {
            return Ok(output.stdout);
        }
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let said = text.lines().rfind(|l| l.starts_with("fatal:") || l.starts_with("error:"));
        let said = said.or(text.lines().last()).unwrap_or("git gives no reason");
        failed(said.trim_start_matches("fatal: ").to_owned(), "see whether `git fetch` of the address works")
    }

    /// Fetches what a reference stands for now, and gives its commit.
    pub fn fetch(&self, reference: &Reference) -> Result<String, Failed> {
        let wanted = match reference {
            Reference::Head => "HEAD".to_owned(),
            Reference::Branch(b) => format!("refs/heads/{b}"),
            Reference::Tag(t) => format!("refs/tags/{t}"),
            Reference::Revision(r) => return self.fetch_commit(r),
        };
        self.fetch_one(&wanted)?;
        self.commit("FETCH_HEAD")
    }

    /// Fetches a commit, if it is not here yet.
    pub fn fetch_commit(&self, commit: &str) -> Result<String, Failed> {
        if let Ok(found) = self.commit(commit) {
            return Ok(found);
        }
        // A server may refuse to give a single commit; then everything is asked for.
        if self.fetch_one(commit).is_err() {
            self.run(&[
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-write-fetch-head",
                "--end-of-options",
                &self.url,
                "+refs/heads/*:refs/heads/*",
                "+refs/tags/*:refs/tags/*",
            ])?;
        }
        match self.commit(commit) {
            Ok(found) => Ok(found),
            Err(_) => failed(format!("the repository has no commit {commit}"), "`git log` lists commits"),
        }
    }

    fn fetch_one(&self, wanted: &str) -> Result<(), Failed> {
        self.run(&["fetch", "--quiet", "--no-tags", "--depth=1", "--end-of-options", &self.url, wanted])
            .map(drop)
    }

    fn commit(&self, name: &str) -> Result<String, Failed> {
        let wanted = format!("{name}^{{commit}}");
        let out = self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
        let text = String::from_utf8_lossy(&out).trim().to_owned();
        let text = text.trim_start_matches("--end-of-options").trim().to_owned();
        if text.bytes().all(|b| b.is_ascii_hexdigit()) && text.len() >= 40 {
            Ok(text)
        } else {
            failed("git names no commit", "")
        }
    }

    /// The files of a package in a commit: `ivs.toml`, sources, and data that they may load.
    pub fn files(&self, commit: &str, folder: &str) -> Result<Vec<File>, Failed> {
        let tree = match folder {
            "" => commit.to_owned(),
            f => format!("{commit}:{f}"),
        };
        let list = match self.run(&["ls-tree", "-r", "-z", "-l", "--full-tree", &tree]) {
            Ok(list) => list,
            Err(_) => return Ok(Vec::new()),
        };
        let list = String::from_utf8_lossy(&list).into_owned();
        let mut wanted: Vec<(String, String, u64)> = Vec::new();
        for line in list.split('\0').filter(|l| !l.is_empty()) {
            let Some((meta, path)) = line.split_once('\t') else { continue };
            let mut meta = meta.split_whitespace();
            let (mode, _, id, size) = (meta.next(), meta.next(), meta.next(), meta.next());
            let (Some(mode), Some(id)) = (mode, id) else { continue };
            let size = size.and_then(|s| s.parse().ok()).unwrap_or(0);
            let name = path.rsplit('/').next().unwrap_or(path);
            if name != CONFIG_FILE && !name.ends_with(".ivs") && !is_data(name) {
                continue;
            }
            match mode {
                "120000" if name.ends_with(".ivs") || path == CONFIG_FILE => {
                    return failed(format!("`{path}` is a link"), "a package from git holds plain files");
                }
                "100644" | "100755" | "100664" if is_plain(path) => {
                    wanted.push((path.to_owned(), id.to_owned(), size));
                }
                "100644" | "100755" | "100664" => {
                    return failed(format!("`{path}` leaves the package"), "report it to who wrote it");
                }
                _ => {}
            }
        }
        // A folder with an `ivs.toml` of its own is another package, as it is on disk.
        let inner: Vec<String> = wanted
            .iter()
            .filter_map(|(p, ..)| p.strip_suffix(CONFIG_FILE).filter(|f| f.ends_with('/')).map(str::to_owned))
            .collect();
        let hidden = |p: &str| {
            p.split('/').any(|part| part.starts_with('.'))
                || p.starts_with("target/")
                || p.starts_with("out/")
        };
        wanted.retain(|(p, ..)| !hidden(p) && !inner.iter().any(|f| p.starts_with(f.as_str())));
        if wanted.len() > MAX_FILES {
            return failed(format!("it has more than {MAX_FILES} files"), "name a folder of the repository");
        }
        if wanted.iter().map(|(.., size)| size).sum::<u64>() > MAX_BYTES {
            return failed(
                format!("it is larger than {} MiB", MAX_BYTES >> 20),
                "name a folder of the repository",
            );
        }
        self.blobs(wanted)
    }

    /// Reads objects, all through one process.
    fn blobs(&self, wanted: Vec<(String, String, u64)>) -> Result<Vec<File>, Failed> {
        let odd = |e: std::io::Error| Failed { message: format!("`git` broke off: {e}"), help: "" };
        let mut child = self
            .git(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(odd)?;
        let (Some(mut ask), Some(out)) = (child.stdin.take(), child.stdout.take()) else {
            return failed("`git` cannot be talked to", "");
        };
        let mut answer = BufReader::new(out);
        let mut files = Vec::with_capacity(wanted.len());
        for (path, id, _) in wanted {
            // One question at a time: neither side ever waits for the other.
            ask.write_all(format!("{id}\n").as_bytes()).and_then(|()| ask.flush()).map_err(odd)?;
            let mut head = String::new();
            answer.read_line(&mut head).map_err(odd)?;
            let size = head.split_whitespace().nth(2).and_then(|s| s.parse::<u64>().ok());
            let Some(size) = size.filter(|s| *s <= MAX_BYTES) else {
                return failed(format!("`{path}` is missing in the repository"), "");
            };
            let mut bytes = Vec::new();
            answer.by_ref().take(size + 1).read_to_end(&mut bytes).map_err(odd)?;
            bytes.pop();
            files.push(File { path, bytes });
        }
        drop(ask);
        child.wait().map_err(odd)?;
        Ok(files)
    }
}

/// Whether a path of a tree is one that may be written below a folder, on every system.
fn is_plain(path: &str) -> bool {
    let odd = |c: char| c.is_control() || matches!(c, '\\' | ':' | '\u{fffd}');
    !path.is_empty()
        && !path.contains(odd)
        && path.split('/').all(|p| !p.is_empty() && p != "." && p != ".." && !p.eq_ignore_ascii_case(".git"))
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn paths_that_leave_a_folder_are_seen() {
        for good in ["a.ivs", "a/b.ivs", "a/..b.ivs", "ü.ivs"] {
            assert!(is_plain(good), "{good}");
        }
        for bad in
            ["", "/a", "a//b", "../a", "a/../b", "./a", "C:a", "a\\b", ".git/config", "a/.GIT/x", "a\nb"]
        {
            assert!(!is_plain(bad), "{bad}");
        }
    }
}
