//! Whether outputs with a hostile text are those with a plain one, but for the text.

use serde_json::Value as Json;

/// How texts are written inside of other texts: in expressions of PromQL and in JSON, in templates, in URLs.
const ENCODINGS: &[fn(&str) -> String] = &[
    |t| serde_json::to_string(t).unwrap().trim_matches('"').to_owned(),
    |t| {
        let json = serde_json::to_string(t).unwrap().trim_matches('"').to_owned();
        json.replace("\\t", "\\u0009").replace('\u{7f}', "\\u007f")
    },
    // An identifier of Terraform does not begin with a digit.
    |t| {
        let name = t.replace(|c: char| !c.is_ascii_alphanumeric(), "_").to_lowercase();
        if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
    },
    // A storage account has letters and digits alone, other names begin with a letter.
    |t| t.replace(|c: char| !c.is_ascii_alphanumeric(), "").to_lowercase(),
    |t| {
        let name = t.replace(|c: char| !c.is_ascii_alphanumeric(), "-").to_lowercase();
        let name = name.trim_matches('-').to_owned();
        if name.starts_with(|c: char| c.is_ascii_digit()) { format!("x-{name}") } else { name }
    },
    // A page has no control characters.
    |t| t.replace('\u{7f}', "\u{fffd}"),
    |t| t.replace("{{", "{{ \"{{\" }}"),
    |t| {
        let safe = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        t.bytes().map(|b| if safe(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
    },
];

/// The first difference between two trees besides that `p` became `h`.
pub fn same(plain: &Json, hostile: &Json, p: &str, h: &str) -> Result<(), String> {
    match (plain, hostile) {
        (Json::String(a), Json::String(b)) => {
            fits(a, b, p, h).then_some(()).ok_or_else(|| format!(" {a:?} became {b:?}"))
        }
        (Json::Array(a), Json::Array(b)) => {
            // Lists of words leave out a text of which no word can be made.
            let gone = |x: &Json| x.as_str().is_some_and(|x| slugs(p).iter().any(|s| s == x));
            if !h.chars().any(char::is_alphanumeric) && b.len() < a.len() && a.iter().any(gone) {
                let kept: Json = a.iter().filter(|x| !gone(x)).cloned().collect();
                return same(&kept, hostile, p, h);
            }
            if a.len() != b.len() {
                return Err(format!(" {} elements became {}: {plain} became {hostile}", a.len(), b.len()));
            }
            let in_order = a.iter().zip(b).try_for_each(|(x, y)| same(x, y, p, h));
            let Err(why) = in_order else { return Ok(()) };
            // What is sorted by the text is sorted anew.
            let mut left: Vec<&Json> = b.iter().collect();
            for x in a {
                let Some(i) = left.iter().position(|y| same(x, y, p, h).is_ok()) else { return Err(why) };
                left.remove(i);
            }
            Ok(())
        }
        (Json::Object(a), Json::Object(b)) => {
            // A list that holds nothing else than such a text is not written.
            let absent = |k: &str, x: &Json| {
                !b.contains_key(k)
                    && x.as_array().is_some_and(|x| {
                        !x.is_empty() && {
                            same(&x[..].iter().cloned().collect(), &Json::Array(Vec::new()), p, h).is_ok()
                        }
                    })
            };
            let a: Vec<(&String, &Json)> = a.iter().filter(|(k, x)| !absent(k, x)).collect();
            if a.len() != b.len() {
                return Err(format!(" {plain} became {hostile}"));
            }
            a.into_iter().try_for_each(|(key, x)| {
                let same_key = b.get(key).or_else(|| b.get(&key.replace(p, h)));
                if let Some(y) = same_key {
                    return same(x, y, p, h).map_err(|e| format!(".{key}{e}"));
                }
                let named = || b.iter().filter(|(k, _)| fits(key, k, p, h)).map(|(_, y)| same(x, y, p, h));
                match named().find(Result::is_ok).or_else(|| named().next()) {
                    Some(found) => found.map_err(|e| format!(".{key}{e}")),
                    None => Err(format!(" `{key}` is not in {hostile}")),
                }
            })
        }
        (a, b) if a == b => Ok(()),
        (a, b) => Err(format!(" {a} became {b}")),
    }
}

/// The same of two texts: the text is part of one as it is or encoded, or a name was made of it.
pub fn fits(plain: &str, hostile: &str, p: &str, h: &str) -> bool {
    if plain.replace(p, h) == hostile {
        return true;
    }
    let trees = |text: &str| -> Option<Json> {
        let tree: Json = match serde_json::from_str(text) {
            Ok(tree) => tree,
            Err(_) => serde_saphyr::from_str(text).ok()?,
        };
        (tree.is_object() || tree.is_array()).then_some(tree)
    };
    // The sides of an `or` are sorted, and what a sentence lists.
    let parts = |text: &str| -> Json { text.split([' ', '(', ')', ',']).collect() };
    let lists = plain.contains(" || ") || plain.contains(", ");
    if lists
        && plain.contains(p)
        && !plain.contains('\n')
        && same(&parts(plain), &parts(hostile), p, h).is_ok()
    {
        return true;
    }
    if plain != p
        && let (Some(a), Some(b)) = (trees(plain), trees(hostile))
    {
        return same(&a, &b, p, h).is_ok();
    }
    ENCODINGS.iter().any(|encode| plain.replace(&encode(p), &encode(h)) == hostile)
        || renamed(plain, hostile, p)
        || hashless(plain) == hashless(hostile)
}

/// Whether a tree says something of a text: as it is, or by a name that was made of it.
pub fn mentions(tree: &Json, p: &str) -> bool {
    let says = |s: &str| s.contains(p) || slugs(p).iter().any(|slug| s.contains(slug.as_str()));
    match tree {
        Json::String(s) => says(s),
        Json::Array(all) => all.iter().any(|x| mentions(x, p)),
        Json::Object(all) => all.iter().any(|(k, x)| says(k) || mentions(x, p)),
        _ => false,
    }
}

/// The names that are made from a text, other than the text itself.
fn slugs(text: &str) -> Vec<String> {
    let with = |sep: &str| text.replace(|c: char| !c.is_alphanumeric(), sep);
    let all = ["-", "_", ""].iter().flat_map(|sep| [with(sep), with(sep).to_lowercase()]);
    all.filter(|slug| slug != text).collect()
}

/// Whether a name that was made from the plain text is another name, of harmless letters, in the same place. It may end in digits of
/// a digest of the text.
fn renamed(plain: &str, hostile: &str, p: &str) -> bool {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-_./: ".contains(c);
    let digest = |text: &str| text.len() == 6 && text.chars().all(|c| c.is_ascii_hexdigit());
    slugs(p).iter().any(|slug| {
        let Some((front, back)) = plain.split_once(slug.as_str()) else { return false };
        // More than one name may be made from it.
        let back = back.rsplit(slug.as_str()).next().unwrap_or_default();
        let back = match back.trim_start_matches(['-', '_']).split_at_checked(6) {
            Some((hex, after)) if digest(hex) => after,
            _ => back,
        };
        let middle = hostile.strip_prefix(front).and_then(|h| h.strip_suffix(back));
        middle.is_some_and(|m| m.chars().all(harmless))
    })
}

/// Without what hashes of contents say.
fn hashless(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_digit() || ('a'..='f').contains(&c) {
            run.push(c);
        } else {
            out.push_str(if run.len() >= 8 { "#" } else { &run });
            run.clear();
            out.push(c);
        }
    }
    out
}
