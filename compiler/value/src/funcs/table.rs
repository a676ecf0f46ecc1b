//! What documentation, completion and calls by argument name need to know.

/// A function of the library.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Function {
    /// `ceil`.
    pub name: &'static str,
    /// Its parameters, in order.
    pub params: &'static [&'static str],
    /// How many of them, from the first, must be given.
    pub required: usize,
    /// Every way to call it, for readers: `ceil(x: number) -> int, ceil(x: T, step: T) -> T`.
    pub signature: &'static str,
    /// What it gives, in a sentence.
    pub doc: &'static str,
}

impl Function {
    /// Whether one of its parameters is a field selector (`by`, `via`).
    pub fn takes_selector(&self) -> bool {
        self.params.iter().any(|p| *p == "by" || *p == "via")
    }

    /// Whether it takes any number of arguments instead of a list.
    pub fn is_variadic(&self) -> bool {
        matches!(self.name, "min" | "max")
    }
}

/// The function of that name.
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|f| f.name == name)
}

/// All functions of the library, as the language lists them.
pub const FUNCTIONS: &[Function] = &[
    Function {
        name: "sum",
        params: &["xs"],
        required: 1,
        signature: "sum(xs: [number]) -> number",
        doc: "The sum; elements may be numbers, percents, or quantities of one dimension. 0 of an empty list.",
    },
    Function {
        name: "product",
        params: &["xs", "step"],
        required: 1,
        signature: "product(xs: [number]) -> number, product(xs: [number], step: number) -> number",
        doc: "The product. 1 of an empty list. With a step, it is rounded to a multiple of it after each factor, so that many factors of many digits can be multiplied.",
    },
    Function {
        name: "min",
        params: &["xs"],
        required: 1,
        signature: "min(xs: [T]) -> T, min(a: T, b: T, …) -> T",
        doc: "The least of a list that is not empty, or of several arguments.",
    },
    Function {
        name: "max",
        params: &["xs"],
        required: 1,
        signature: "max(xs: [T]) -> T, max(a: T, b: T, …) -> T",
        doc: "The greatest of a list that is not empty, or of several arguments.",
    },
    Function {
        name: "count",
        params: &["xs"],
        required: 1,
        signature: "count(xs: [T] | {K: V}) -> int",
        doc: "How many elements or entries.",
    },
    Function {
        name: "all",
        params: &["xs"],
        required: 1,
        signature: "all(xs: [bool]) -> bool",
        doc: "Whether every element is true; so it is of an empty list.",
    },
    Function {
        name: "any",
        params: &["xs"],
        required: 1,
        signature: "any(xs: [bool]) -> bool",
        doc: "Whether at least one element is true.",
    },
    Function {
        name: "unique",
        params: &["xs"],
        required: 1,
        signature: "unique(xs: [T]) -> [T]",
        doc: "Without repetitions; the first of equal elements stays.",
    },
    Function {
        name: "sort",
        params: &["xs", "by"],
        required: 1,
        signature: "sort(xs: [T], by = .field) -> [T]",
        doc: "In ascending order, of the elements or of a field of theirs; equals keep their order.",
    },
    Function {
        name: "group",
        params: &["xs", "by"],
        required: 2,
        signature: "group(xs: [T], by = .field) -> {K: [T]}",
        doc: "A map from a field's values to the elements that have them, in order of first appearance.",
    },
    Function {
        name: "first",
        params: &["xs"],
        required: 1,
        signature: "first(xs: [T]) -> T",
        doc: "The first element of a list that is not empty.",
    },
    Function {
        name: "last",
        params: &["xs"],
        required: 1,
        signature: "last(xs: [T]) -> T",
        doc: "The last element of a list that is not empty.",
    },
    Function {
        name: "flatten",
        params: &["xs"],
        required: 1,
        signature: "flatten(xs: [[T]]) -> [T]",
        doc: "A list of lists as one list.",
    },
    Function {
        name: "join",
        params: &["xs", "separator"],
        required: 2,
        signature: "join(xs: [T], separator: string) -> string",
        doc: "The elements as text, with the separator between them.",
    },
    Function {
        name: "split",
        params: &["text", "separator"],
        required: 2,
        signature: "split(text: string, separator: string) -> [string]",
        doc: "The parts of a text between separators.",
    },
    Function {
        name: "length",
        params: &["x"],
        required: 1,
        signature: "length(x: [T] | {K: V} | string) -> int",
        doc: "How many elements, entries, or code points.",
    },
    Function {
        name: "contains",
        params: &["of", "x"],
        required: 2,
        signature: "contains(of: [T] | {T: V} | T..T | string, x: T) -> bool",
        doc: "Whether a list has an element, a map a key, a range a value, or a text a part.",
    },
    Function {
        name: "abs",
        params: &["x"],
        required: 1,
        signature: "abs(x: T) -> T",
        doc: "Without its sign.",
    },
    Function {
        name: "comparable",
        params: &["a", "b"],
        required: 2,
        signature: "comparable(a: T, b: U) -> bool",
        doc: "Whether two numbers are of one dimension, and of one currency, so that one is more than the other or they are equal. For values of the type `quantity`, whose dimension no type says.",
    },
    Function {
        name: "ceil",
        params: &["x", "step"],
        required: 1,
        signature: "ceil(x: number) -> int, ceil(x: T, step: T) -> T",
        doc: "Up to an integer, or to a multiple of a step: `ceil(x, 1Gi)`.",
    },
    Function {
        name: "floor",
        params: &["x", "step"],
        required: 1,
        signature: "floor(x: number) -> int, floor(x: T, step: T) -> T",
        doc: "Down to an integer, or to a multiple of a step.",
    },
    Function {
        name: "round",
        params: &["x", "step"],
        required: 1,
        signature: "round(x: number) -> int, round(x: T, step: T) -> T",
        doc: "To the nearest integer or multiple of a step, halves away from zero: `round(x, 0.1%)`.",
    },
    Function {
        name: "steps",
        params: &["from", "to", "part", "least"],
        required: 3,
        signature: "steps(from: int, to: int, part: percent, least: int) -> [int]",
        doc: "What a count becomes step by step: each adds a part of it, rounded up, and at least so many; the last is `to`. Its length is the number of steps.",
    },
    Function {
        name: "pack",
        params: &["sizes", "counts", "bins"],
        required: 3,
        signature: "pack(sizes: [[number]], counts: [int], bins: int) -> [int]",
        doc: "How many of each sort find room in so many equal bins by first-fit decreasing; sizes are parts of a bin, in one or several measures.",
    },
    Function {
        name: "bins",
        params: &["sizes", "counts"],
        required: 2,
        signature: "bins(sizes: [[number]], counts: [int]) -> int",
        doc: "How many equal bins first-fit decreasing takes for all; in one measure at most 11/9 of the fewest possible, and one more.",
    },
    Function {
        name: "zip",
        params: &["keys", "values"],
        required: 2,
        signature: "zip(keys: [K], values: [V]) -> {K: V}",
        doc: "A map from a list of keys and the list of their values, of the same length.",
    },
    Function {
        name: "keys",
        params: &["map"],
        required: 1,
        signature: "keys(map: {K: V}) -> [K]",
        doc: "The keys, in order.",
    },
    Function {
        name: "values",
        params: &["map"],
        required: 1,
        signature: "values(map: {K: V}) -> [V]",
        doc: "The values, in order of their keys.",
    },
    Function {
        name: "reachable",
        params: &["from", "via"],
        required: 2,
        signature: "reachable(from: K, via = .field) -> [K]",
        doc: "What references lead to, nearest first; without the start, unless a loop leads back to it. An element without the field leads nowhere.",
    },
    Function {
        name: "path",
        params: &["from", "to", "via"],
        required: 3,
        signature: "path(from: K, to: K, via = .field) -> [K]",
        doc: "A shortest way along references with both ends; empty if there is none.",
    },
    Function {
        name: "levels",
        params: &["set", "via"],
        required: 2,
        signature: "levels(set: [K], via = .field) -> [[K]]",
        doc: "Level 0 refers to nothing in the set, every other level only to those before; a cycle shares a level.",
    },
    Function {
        name: "cycles",
        params: &["set", "via"],
        required: 2,
        signature: "cycles(set: [K], via = .field) -> [[K]]",
        doc: "One loop for each group of elements that refer to each other in circles.",
    },
    Function {
        name: "flow",
        params: &["start", "via", "by"],
        required: 2,
        signature: "flow(start: {K: T}, via = .field) -> {K: T}, flow(start: {K: T}, via = .field, by = .share) -> {K: T}",
        doc: "Amounts carried along references: what is at an element goes to each that it refers to, once, or times the value or field `by` that a map keyed by reference has for it. `none` if references lead in a circle, or amounts past 10³⁸; amounts finer than 10⁻¹⁸ are rounded up.",
    },
    Function {
        name: "carry",
        params: &["start", "along"],
        required: 2,
        signature: "carry(start: {K: T}, along: {K: {K: number}}) -> {K: T}",
        doc: "Amounts carried along a map, as `flow` carries them along references: what is at a key goes to each key that `along` has for it, times the number there. `none` as for `flow`.",
    },
    Function {
        name: "mainstream",
        params: &["start", "to", "via", "by"],
        required: 3,
        signature: "mainstream(start: {K: T}, to: K, via = .field) -> [K], mainstream(start: {K: T}, to: K, via = .field, by = .share) -> [K]",
        doc: "The one way along which the most of a `flow` arrives at `to`: where it starts, times its factors. Empty if nothing arrives; `none` if references lead in a circle.",
    },
    Function {
        name: "longest",
        params: &["from", "via", "by"],
        required: 2,
        signature: "longest(from: K, via = .field, by = .weight) -> [K]",
        doc: "The heaviest way along references, by what a field of its elements adds up to, or by their number; an element without the field weighs nothing. `none` if references lead in a circle.",
    },
    Function {
        name: "lightest",
        params: &["from", "to", "via", "by"],
        required: 4,
        signature: "lightest(from: K, to: K, via = .field, by = .weight) -> [K]",
        doc: "The way along references with both ends whose elements weigh the least together; empty if there is none.",
    },
    Function {
        name: "expand",
        params: &["of"],
        required: 1,
        signature: "expand(of: K) -> [K], expand(of: [K]) -> [K]",
        doc: "The members of a group (a kind marked `@group(members)`) and of the groups among them, once each; any other declaration as it is.",
    },
    Function {
        name: "slug",
        params: &["text"],
        required: 1,
        signature: "slug(text: string) -> string",
        doc: "As a name in outputs: lower case letters, digits and `-`.",
    },
    Function {
        name: "starts_with",
        params: &["text", "prefix"],
        required: 2,
        signature: "starts_with(text: string, prefix: string) -> bool",
        doc: "Whether a text begins with another.",
    },
    Function {
        name: "cron_gap",
        params: &["schedule"],
        required: 1,
        signature: "cron_gap(schedule: cron | string) -> time",
        doc: "The longest time from one run of a schedule to the next: `24h` of `0 2 * * *`, `72h` of `0 2 * * 1-5`.",
    },
    Function {
        name: "version",
        params: &["text"],
        required: 1,
        signature: "version(text: string) -> version",
        doc: "A version from text: `version(\"1.2.0\")`.",
    },
    Function {
        name: "version_matches",
        params: &["version", "range"],
        required: 2,
        signature: "version_matches(version: version, range: version-range) -> bool",
        doc: "Whether a version lies in a range such as `^1.0`.",
    },
    Function {
        name: "version_major",
        params: &["version"],
        required: 1,
        signature: "version_major(version: version) -> int",
        doc: "1 of `1.2.3`.",
    },
    Function {
        name: "version_minor",
        params: &["version"],
        required: 1,
        signature: "version_minor(version: version) -> int",
        doc: "2 of `1.2.3`.",
    },
    Function {
        name: "version_patch",
        params: &["version"],
        required: 1,
        signature: "version_patch(version: version) -> int",
        doc: "3 of `1.2.3`.",
    },
    Function {
        name: "cidr_contains",
        params: &["block", "x"],
        required: 2,
        signature: "cidr_contains(block: cidr, x: cidr | string) -> bool",
        doc: "Whether a block of addresses holds an address or another block.",
    },
    Function {
        name: "cidr_overlaps",
        params: &["a", "b"],
        required: 2,
        signature: "cidr_overlaps(a: cidr, b: cidr) -> bool",
        doc: "Whether two blocks share an address.",
    },
    Function {
        name: "cidr_host",
        params: &["block", "n"],
        required: 2,
        signature: "cidr_host(block: cidr, n: int) -> string",
        doc: "The n-th address, from 0: `cidr_host(\"10.0.1.0/24\", 5)` is `10.0.1.5`.",
    },
    Function {
        name: "cidr_subnet",
        params: &["block", "prefix", "n"],
        required: 3,
        signature: "cidr_subnet(block: cidr, prefix: int, n: int) -> cidr",
        doc: "The n-th block of a longer prefix, from 0: `cidr_subnet(\"10.0.0.0/16\", 24, 3)` is `10.0.3.0/24`.",
    },
    Function {
        name: "cidr_size",
        params: &["block"],
        required: 1,
        signature: "cidr_size(block: cidr) -> int",
        doc: "How many addresses, the first and the last included.",
    },
    Function {
        name: "cidr_prefix",
        params: &["block"],
        required: 1,
        signature: "cidr_prefix(block: cidr) -> int",
        doc: "The length of the prefix: 24 of `10.0.1.0/24`.",
    },
];
