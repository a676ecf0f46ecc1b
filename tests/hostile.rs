//! Inputs that ask for too much: every limit is reached once, and answered with its diagnostic.
//!
//! Each runs as a process of its own, with bounded memory where the system can bound it; a process that hangs is ended by
//! a generous watchdog and fails. What is asserted is the answer: the code, the exit code, and that nothing panics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;
use tempfile::TempDir;

/// Addresses, in kB: 512 MiB for values, the same again for a stack that is reserved and not used, and what the allocator
/// reserves.
const ADDRESSES: u64 = 2_400_000;
/// Far beyond what any case takes, on a slow machine under load.
const WATCHDOG: Duration = Duration::from_secs(240);

struct Answer {
    exit: i32,
    /// Each diagnostic's code, in order.
    codes: Vec<String>,
    err: String,
}

fn run(folder: &Path, command: &str) -> Answer {
    let ivs = env!("CARGO_BIN_EXE_ivs");
    let mut process = if cfg!(target_os = "linux") {
        let mut sh = Command::new("sh");
        let line = format!("ulimit -v {ADDRESSES}; exec '{ivs}' {command} --threads 1 --format short");
        sh.arg("-c").arg(line);
        sh
    } else {
        let mut direct = Command::new(ivs);
        direct.args(command.split(' ')).args(["--threads", "1", "--format", "short"]);
        direct
    };
    process
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = process.spawn().unwrap();
    let id = child.id();
    let (done, waiting) = channel();
    std::thread::spawn(move || done.send(child.wait_with_output()));
    let output = match waiting.recv_timeout(WATCHDOG) {
        Ok(output) => output.unwrap(),
        Err(_) => {
            let _ = Command::new("kill").args(["-9", &id.to_string()]).status();
            panic!("no answer within {WATCHDOG:?}");
        }
    };
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let code = |line: &str| {
        let at = line.find("IVS")?;
        line.get(at..at + 7).map(str::to_owned)
    };
    Answer { exit: output.status.code().unwrap_or(-1), codes: out.lines().filter_map(code).collect(), err }
}

fn package(files: &[(&str, &str)]) -> TempDir {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("ivs.toml"), "[package]\nname = \"h\"\nivs = \"1\"\n").unwrap();
    for (path, text) in files {
        fs::write(dir.path().join(path), text).unwrap();
    }
    dir
}

#[track_caller]
fn answers(files: &[(&str, &str)], exit: i32, codes: &[&str]) {
    let dir = package(files);
    let found = run(dir.path(), "check");
    assert_eq!((found.exit, &found.codes[..]), (exit, &codes.map_owned()[..]), "{}", found.err);
}

/// `&["a"]` as owned strings.
trait Owned {
    fn map_owned(&self) -> Vec<String>;
}
impl Owned for [&str] {
    fn map_owned(&self) -> Vec<String> {
        self.iter().map(|s| (*s).to_owned()).collect()
    }
}

const LIMIT: i32 = 4;

#[track_caller]
fn refused(source: &str, code: &str) {
    answers(&[("main.ivs", source)], LIMIT, &[code]);
}

#[track_caller]
fn fine(source: &str) {
    answers(&[("main.ivs", source)], 0, &[]);
}

/// Lists of ten, to make many of few.
const TEN: &str = "let ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]\n";

fn loops(names: &str) -> String {
    names.chars().map(|n| format!("for {n} in ten ")).collect::<String>().trim_end().to_owned()
}

#[test]
fn a_source_over_8_mib() {
    refused(&"// nothing\n".repeat(800_000), "IVS4102");
}

#[test]
fn brackets_and_prefixes_nested_100_000_deep() {
    refused(&format!("let x = {}1{}", "(".repeat(100_000), ")".repeat(100_000)), "IVS4101");
    refused(&format!("let x = {}", "[".repeat(100_000)), "IVS4101");
    refused(&format!("let x = {}1", "-".repeat(100_000)), "IVS4101");
    refused(&format!("let x = {}true", "not ".repeat(100_000)), "IVS4101");
}

#[test]
fn a_chain_of_20_000_else_ifs() {
    fine(&format!("let x = {}0", "if false then 1 else ".repeat(20_000)));
}

#[test]
fn chains_of_200_000_operators() {
    fine(&format!("let x = 1{}", " + 1".repeat(200_000)));
    fine(&format!("let x = true{}", " and true".repeat(200_000)));
    fine(&format!("let x = [1]{}", " + [1]".repeat(1_000)));
}

#[test]
fn a_chain_of_bases() {
    let mut text = "kind box { size: int = 1 }\ntemplate box b0 { }\n".to_owned();
    for i in 1..=100 {
        let _ = writeln!(text, "template box b{i} from b{} {{ }}", i - 1);
    }
    text += "box last from b100 { }\n";
    refused(&text, "IVS4103");
}

#[test]
fn bases_whose_lists_double() {
    let mut text = "kind box { xs: [int] = [1] }\ntemplate box b0 { }\n".to_owned();
    for i in 1..=40 {
        let _ = writeln!(text, "template box b{i} from b{} {{ xs = inherited + inherited }}", i - 1);
    }
    text += "box last from b40 { }\n";
    refused(&text, "IVS4104");
}

#[test]
fn constants_whose_texts_double() {
    let mut text = "let s0 = \"0123456789abcdef\"\n".to_owned();
    for i in 1..=40 {
        let _ = writeln!(text, "let s{i} = \"${{s{}}}${{s{}}}\"", i - 1, i - 1);
    }
    refused(&text, "IVS4106");
}

#[test]
fn a_family_of_a_hundred_thousand() {
    let text = format!(
        "{TEN}kind box {{ }}\nbox b {} by \"${{a}}${{b}}${{c}}${{d}}${{e}}\" {{ }}\n",
        loops("abcde")
    );
    refused(&text, "IVS4105");
}

#[test]
fn families_of_families() {
    let text = format!(
        "{TEN}kind box {{ }}\nkind crate {{ }}\nbox b {} by \"${{a}}${{b}}${{c}}\" {{ }}\n\
         crate c for x in box for y in box by \"${{x.name}}${{y.name}}\" {{ }}\n",
        loops("abc")
    );
    refused(&text, "IVS4105");
}

#[test]
fn a_product_of_comprehensions() {
    let text = format!("{TEN}let all = [{}: a]\n", loops("abcdefghij"));
    refused(&text, "IVS4104");
}

#[test]
fn a_map_of_too_many_keys() {
    let text =
        format!("{TEN}let all = {{{}: \"${{a}}${{b}}${{c}}${{d}}${{e}}${{f}}\" = 1}}\n", loops("abcdef"));
    refused(&text, "IVS4104");
}

#[test]
fn a_kind_of_too_many_fields() {
    let fields: String = (0..60_001).map(|i| format!("  f{i}: int = 1\n")).collect();
    refused(&format!("kind box {{\n{fields}}}\n"), "IVS4104");
}

/// As many as a map may have: time and memory grow with their number, not with its square.
#[test]
fn blocks_of_a_hundred_thousand_keys() {
    let keys: String = (0..100_000).map(|i| format!("  k{i} = {i}\n")).collect();
    fine(&format!(
        "kind box {{ m: {{string: int}} }}\nbox a {{ m {{\n{keys}}} }}\nbox b from a {{ m k7 = 1 }}\n"
    ));
    fine(&format!("let all = {{\n{keys}}}\n"));
    let members: String = (0..100_000).map(|i| format!("  m{i}\n")).collect();
    fine(&format!("enum many {{\n{members}}}\nkind box {{ of: many = m99999 }}\nbox a {{ of = m7 }}\n"));
}

#[test]
fn a_formula_that_never_ends() {
    let text = format!("{TEN}let all = length([{} if a + b == 99: a])\n", loops("abcdefghij"));
    refused(&text, "IVS4107");
}

#[test]
fn numbers_past_128_bits() {
    answers(&[("main.ivs", &format!("let x = {}", "9".repeat(100_000)))], 1, &["IVS4001"]);
    answers(&[("main.ivs", "let x = 1e999999999")], 1, &["IVS4001"]);
    answers(&[("main.ivs", "let x = 1e-999999999")], 1, &["IVS4001"]);
    answers(&[("main.ivs", "kind k { x: bytes = 1e37Pi }\nk a { }")], 1, &["IVS4001"]);
    let mut text = "let n0 = 10\n".to_owned();
    for i in 1..=60 {
        let _ = writeln!(text, "let n{i} = n{} * n{}", i - 1, i - 1);
    }
    answers(&[("main.ivs", &text)], 1, &["IVS4001"]);
}

#[test]
fn patterns_that_explode_elsewhere() {
    let text = format!(
        "kind k {{ x: string where it matches \"^(a+)+$\" }}\nk a {{ x = \"{}!\" }}\n",
        "a".repeat(100_000)
    );
    answers(&[("main.ivs", &text)], 1, &["IVS2102"]);
    answers(&[("main.ivs", "let x = \"a\" matches \"((a{1000}){1000}){1000}\"")], 1, &["IVS2015"]);
}

#[test]
fn values_that_depend_on_each_other_12_000_deep() {
    let mut text = "kind box { size: int }\nbox b12000 { size = 0 }\n".to_owned();
    for i in 0..12_000 {
        let _ = writeln!(text, "box b{i} {{ size = b{}.size }}", i + 1);
    }
    refused(&text, "IVS4108");
    // Declared from the other end it is as deep.
    let mut text = "kind box { size: int }\nbox b0 { size = 0 }\n".to_owned();
    for i in 1..=12_000 {
        let _ = writeln!(text, "box b{i} {{ size = b{}.size }}", i - 1);
    }
    refused(&text, "IVS4108");
}

#[test]
fn constants_that_depend_on_each_other_12_000_deep() {
    let mut text = "let v12000 = 0\n".to_owned();
    for i in 0..12_000 {
        let _ = writeln!(text, "let v{i} = v{} + 1", i + 1);
    }
    refused(&text, "IVS4108");
}

#[test]
fn functions_that_call_each_other() {
    let mut text = "fn f0(x: int) -> int = x\n".to_owned();
    for i in 1..=1_000 {
        let _ = writeln!(text, "fn f{i}(x: int) -> int = f{}(x) + 1", i - 1);
    }
    text += "let x = f1000(1)\n";
    refused(&text, "IVS4108");
}

#[test]
fn functions_that_call_each_other_twice() {
    let mut text = "fn f0(x: int) -> int = x\n".to_owned();
    for i in 1..=60 {
        let _ = writeln!(text, "fn f{i}(x: int) -> int = f{}(x) + f{}(x)", i - 1, i - 1);
    }
    text += "let x = f60(1)\n";
    refused(&text, "IVS4107");
}

const NUMBERS: &str = "let x: [int] = load(\"x.json\")\n";

#[test]
fn a_data_file_over_8_mib() {
    let text = format!("[{}1]", "1,".repeat(5_000_000));
    answers(&[("main.ivs", NUMBERS), ("x.json", &text)], LIMIT, &["IVS4130"]);
}

#[test]
fn a_data_file_of_too_many_elements() {
    let text = format!("[{}1]", "1,".repeat(100_000));
    answers(&[("main.ivs", NUMBERS), ("x.json", &text)], LIMIT, &["IVS4104"]);
    let text = format!("[{}[]]", "[[],[],[],[],[],[],[],[],[]],".repeat(110_000));
    let source = "let x: [[[int]]] = load(\"x.json\")\n";
    answers(&[("main.ivs", source), ("x.json", &text)], LIMIT, &["IVS4131"]);
}

#[test]
fn data_files_nested_100_000_deep() {
    let source = |f: &str| format!("let x: object = load(\"x.{f}\")\n");
    for (format, text) in [
        ("json", "[".repeat(100_000)),
        ("json", "{\"a\":".repeat(100_000)),
        ("yaml", "[".repeat(100_000)),
        ("yaml", "- ".repeat(100_000)),
        ("toml", format!("x = {}", "[".repeat(100_000))),
    ] {
        let dir = package(&[("main.ivs", &source(format)), (&format!("x.{format}"), &text)]);
        let found = run(dir.path(), "check");
        assert_eq!(
            (found.exit, &found.codes[..]),
            (LIMIT, &["IVS4131".to_owned()][..]),
            "{format}: {}",
            found.err
        );
    }
}

#[test]
fn yaml_that_says_a_billion_times_the_same() {
    let mut text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for i in 1..=9 {
        let _ = writeln!(text, "a{i}: &a{i} [{}]", vec![format!("*a{}", i - 1); 9].join(", "));
    }
    let source = "let x: {string: object} = load(\"x.yaml\")\n";
    answers(&[("main.ivs", source), ("x.yaml", &text)], 1, &["IVS2041"]);
}

#[test]
fn numbers_past_128_bits_in_data() {
    let source = "let x: [number] = load(\"x.json\")\n";
    let text = format!("[1e999999999, {}, 1e-999999999]", "9".repeat(100_000));
    answers(&[("main.ivs", source), ("x.json", &text)], 1, &["IVS4001"; 3]);
}

#[test]
fn a_data_file_of_nothing_but_mistakes() {
    let source = "struct row { a: int }\nlet x: [row] = load(\"x.csv\")\n";
    let text = format!("a\n{}", "x\n".repeat(100_000));
    answers(&[("main.ivs", source), ("x.csv", &text)], 1, &["IVS2044"; 50]);
}

#[test]
fn outputs_over_64_mib() {
    let text = format!(
        "{TEN}let half = join([{}: \"0123456789abcdef0123456789abcdef0123456789abcdef01\"], \"\")\n\
         manifest m {} by \"${{a}}${{b}}\" {{\n  body {{\n    apiVersion = \"v1\"\n    kind = \"ConfigMap\"\n    \
         metadata {{ name = \"m-${{a}}${{b}}\", namespace = \"x\" }}\n    data = {{ a = half, b = half }}\n  }}\n}}\n",
        loops("wxyz"),
        loops("ab")
    );
    let dir = package(&[("main.ivs", &text)]);
    let found = run(dir.path(), "build");
    assert_eq!((found.exit, &found.codes[..]), (LIMIT, &["IVS4132".to_owned()][..]), "{}", found.err);
    assert!(!dir.path().join("out").exists(), "nothing is written");
}
