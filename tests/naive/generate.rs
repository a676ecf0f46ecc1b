//! Packages by chance: sound by construction, so that every value is defined and every disagreement is somebody's mistake.
//!
//! Formulas read only fields that stand before theirs, so nothing depends on itself.

use std::fmt::Write;

/// A small generator of numbers: the same package for the same seed, anywhere.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33
    }
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
    fn of<'a>(&mut self, xs: &[&'a str]) -> &'a str {
        xs[self.below(xs.len() as u64) as usize]
    }
}

/// What a formula may read: names of numbers and of conditions.
#[derive(Clone, Default)]
struct Sight {
    ints: Vec<String>,
    racks: bool,
    words: Vec<String>,
}

impl Sight {
    fn with(&self, more: &[&str]) -> Sight {
        let mut sight = self.clone();
        sight.ints.extend(more.iter().map(|m| (*m).to_owned()));
        sight
    }
}

fn int(c: &mut Chance, s: &Sight, depth: u32) -> String {
    if depth == 0 || c.once_in(3) {
        return match (s.ints.is_empty(), c.below(3)) {
            (false, 0 | 1) => s.ints[c.below(s.ints.len() as u64) as usize].clone(),
            _ => c.below(20).to_string(),
        };
    }
    let part = |c: &mut Chance| int(c, s, depth - 1);
    match c.below(if s.racks { 12 } else { 8 }) {
        0 => format!("({} + {})", part(c), part(c)),
        1 => format!("({} - {})", part(c), part(c)),
        2 => format!("({} * {})", part(c), c.below(4)),
        3 => format!("(if {} then {} else {})", condition(c, s), part(c), part(c)),
        4 => format!("max([{}, {}])", part(c), part(c)),
        5 => format!("twice({})", part(c)),
        6 => format!("sum([for i in [{}, {}, 3] if i > {}: i + 1])", part(c), part(c), c.below(6)),
        7 => "limit".to_owned(),
        8 => "sum([for x in rack: x.n])".to_owned(),
        9 => format!("length([for x in rack if x.n > {}: x])", c.below(6)),
        10 => format!(
            "sum([for x in expand({}): x.n])",
            c.of(&["some", "most", "[most, some]", "crew", "rack"])
        ),
        _ => c.of(&["alone.n", "pool[\"x\"].n", "sum([for x in pool: x.n])"]).to_owned(),
    }
}

fn condition(c: &mut Chance, s: &Sight) -> String {
    let a = int(c, s, 0);
    match c.below(6) {
        0 => format!("{a} > {}", c.below(9)),
        1 => format!("{a} in 1..{}", 1 + c.below(9)),
        2 => format!("not ({a} == {})", c.below(9)),
        3 => format!("{a} <= 7 and {} != 3", int(c, s, 0)),
        4 => format!("{a} >= 12 or {} < 5", int(c, s, 0)),
        _ => format!("\"t${{{a}}}\" == \"t3\""),
    }
}

fn text(c: &mut Chance, s: &Sight) -> String {
    match (c.below(3), s.words.is_empty()) {
        (0, false) => format!("\"${{{}}}-{}\"", s.words[c.below(s.words.len() as u64) as usize], c.below(9)),
        (1, _) => format!("\"w${{{}}}\"", int(c, s, 1)),
        _ => format!("\"{}\"", c.of(&["plain", "", "two words", "é"])),
    }
}

fn time(c: &mut Chance) -> String {
    match c.below(3) {
        0 => format!("{}h", c.below(5)),
        1 => format!("{}min", 6 * c.below(30)),
        _ => format!("({}h + {}min) * {}", c.below(3), 6 * c.below(9), c.below(3)),
    }
}

/// Where a body stands.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Template,
    /// Above one of the template.
    Derived,
    Alone,
    Overlay,
}

/// The entries of a `box`. `mark` tells the keys of this body from those of others.
fn body(c: &mut Chance, place: Place, mark: &str, sight: &Sight) -> String {
    let mut out = String::new();
    let mut see = sight.clone();
    see.racks = true;
    let line = |out: &mut String, text: String| {
        let _ = writeln!(out, "  {text}");
    };
    if c.once_in(2) {
        let e = match c.below(3) {
            0 => format!("inherited + {}", c.below(4)),
            _ => int(c, &see, 2),
        };
        line(&mut out, format!("a = {e}"));
    }
    see = see.with(&["a"]);
    if c.once_in(3) {
        line(&mut out, format!("let local = {}", int(c, &see, 1)));
        see = see.with(&["local"]);
    }
    if c.once_in(3) {
        let (cond, e) = (condition(c, &see), int(c, &see, 1));
        line(&mut out, format!("when {cond} {{ b = {e} }}"));
    }
    if c.once_in(2) {
        let e = if c.once_in(3) { "inherited * 2".to_owned() } else { int(c, &see, 2) };
        line(&mut out, format!("b = {e}"));
    }
    see = see.with(&["b"]);
    if c.once_in(3) {
        let e = if c.once_in(3) { "inherited + 6min".to_owned() } else { time(c) };
        line(&mut out, format!("t = {e}"));
    }
    if c.once_in(3) {
        line(&mut out, format!("s = {}", text(c, &see)));
    }
    see.words.push("s".into());
    match c.below(6) {
        0 => line(&mut out, format!("r = {}", c.below(9))),
        1 => line(&mut out, format!("r = {}..{}", c.below(5), 5 + c.below(9))),
        2 => line(&mut out, "r = inherited.min..(inherited.max + 2)".into()),
        _ => {}
    }
    see = see.with(&["r.max"]);
    match c.below(6) {
        0 => line(&mut out, format!("xs = [{}]", int(c, &see, 1))),
        1 | 2 => line(&mut out, format!("xs += [{}]", int(c, &see, 1))),
        3 if place == Place::Overlay => line(&mut out, format!("xs = inherited + [{}]", int(c, &see, 0))),
        _ => {}
    }
    see = see.with(&["length(xs)"]);
    if place == Place::Template {
        line(&mut out, "m { base-1 = 1, base-2 = a }".into());
    }
    match c.below(if place == Place::Template { 1 } else { 8 }) {
        _ if place == Place::Template => {}
        0 => line(&mut out, format!("m {mark} = {}", int(c, &see, 1))),
        1 => line(&mut out, format!("m {{ {mark} = {}, {mark}-2 = 2 }}", int(c, &see, 1))),
        2 => line(
            &mut out,
            format!("m += {{for i, k in [\"{mark}\", \"{mark}-3\"]: k = i + {}}}", int(c, &see, 0)),
        ),
        3 if place == Place::Derived => line(&mut out, "remove m base-1".into()),
        4 if place == Place::Derived => line(&mut out, "m base-2 = inherited + 1".into()),
        5 if place != Place::Derived => line(&mut out, format!("m = {{ only = {} }}", int(c, &see, 0))),
        _ => {}
    }
    see = see.with(&["length(m)"]);
    match c.below(6) {
        0 => line(&mut out, format!("p size = {}", int(c, &see, 1))),
        1 => line(&mut out, format!("p {{ size = inherited + 1, note = {} }}", text(c, &see))),
        2 => line(&mut out, format!("p = {{ note = {} }}", text(c, &see))),
        3 => line(
            &mut out,
            format!("when {} {{ p {{ more = {} }} }}", condition(c, &sight.with(&["a", "b"])), c.below(9)),
        ),
        _ => {}
    }
    see = see.with(&["p.size", "p.double"]);
    match c.below(6) {
        0 => line(&mut out, format!("q {{ size = {} }}", int(c, &see, 1))),
        1 => line(&mut out, "q = none".into()),
        2 => line(&mut out, format!("q note = {}", text(c, &see))),
        _ => {}
    }
    match c.below(6) {
        0 => line(&mut out, format!("ps x {{ size = {} }}", int(c, &see, 1))),
        1 => line(&mut out, format!("ps {{ x {{ note = {} }}, {mark} {{ }} }}", text(c, &see))),
        2 => line(&mut out, format!("ps {{ y {{ size = size-of-all, more = {} }} }}", int(c, &see, 0))),
        _ => {}
    }
    match c.below(5) {
        0 => line(&mut out, format!("o = {}", int(c, &see, 2))),
        1 => line(&mut out, "o = none".into()),
        _ => {}
    }
    see = see.with(&["(o ?? 4)"]);
    match c.below(5) {
        0 => line(&mut out, "peer = alone".into()),
        1 => line(&mut out, "peer = pool[\"y\"]".into()),
        2 => line(&mut out, "peer = none".into()),
        _ => {}
    }
    see = see.with(&["(peer?.n ?? 1)"]);
    if c.once_in(2) {
        line(&mut out, format!("z = {}", int(c, &see, 3)));
    }
    out
}

/// The sources of a package.
pub fn package(seed: u64) -> String {
    let c = &mut Chance::new(seed);
    let nothing = Sight::default();
    let mut out = String::new();
    let _ = write!(
        out,
        "let limit = {}
let size-of-all = limit + {}
fn twice(x: int) -> int = x * 2

struct part {{
  size: int = {}
  note: string = \"none of ${{size}}\"
  double: int = size * 2
  more?: int
}}
kind rack {{
  n: int = {}
  k: string = \"k${{n}}\"
}}
kind box {{
  a: int = {}
  b: int = a + {}
  t: time = {}min
  s: string = \"s${{b}}\"
  r: int..int = 1..{}
  xs: [int] = [a]
  m: {{string: int}} = {{}}
  p: part
  q?: part
  ps: {{string: part}} = {{}}
  o?: int
  peer?: rack
  z: int = p.size + length(ps)
  ks: string = join(keys(m), \" \")
}}
@group(of)
kind crew {{ of: [rack | crew] }}
crew some {{ of = [alone, pool[\"x\"]] }}
crew most {{ of = [{}] }}
rack alone {{ n = {} }}
rack pool for i in [\"x\", \"y\"] {{ k = \"${{i}}${{n}}\" }}
environment staging {{ }}
environment staging-eu from staging {{ }}
",
        c.below(9),
        c.below(9),
        c.below(9),
        c.below(5),
        c.below(9),
        c.below(9),
        6 * c.below(9),
        1 + c.below(9),
        c.of(&["some", "alone, some", "some, pool[\"y\"], alone", "most, some", ""]),
        int(c, &nothing, 2),
    );
    let _ = write!(out, "template box frame {{\n{}}}\n", body(c, Place::Template, "t", &nothing));
    let _ = write!(out, "box first from frame {{\n{}}}\n", body(c, Place::Derived, "f", &nothing));
    let _ = write!(out, "box second from first {{\n{}}}\n", body(c, Place::Alone, "g", &nothing));
    let _ = write!(out, "box lone {{\n{}}}\n", body(c, Place::Alone, "l", &nothing));
    let member = nothing.with(&["i"]);
    let _ = write!(
        out,
        "box row for i in [3, 1, {}] {{\n{}}}\n",
        5 + c.below(3),
        body(c, Place::Alone, "w", &member)
    );
    for (env, mark) in [("staging", "v"), ("staging-eu", "u")] {
        let _ = writeln!(out, "overlay {env} {{");
        for (name, sight) in [
            ("first", &nothing),
            ("second", &nothing),
            ("lone", &nothing),
            ("row", &member),
            ("row[1]", &member),
        ] {
            if c.once_in(2) {
                let mark = format!("{mark}-{}", name.replace(['[', ']'], ""));
                let _ = write!(out, "box {name} {{\n{}}}\n", body(c, Place::Overlay, &mark, sight));
            }
        }
        if c.once_in(2) {
            let _ = writeln!(out, "rack pool[\"y\"] {{ n = inherited + 1 }}");
        }
        let _ = writeln!(out, "}}");
    }
    out
}
