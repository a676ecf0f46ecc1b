//! Did you mean …?

/// The candidate nearest to `name`, if one is near enough to be a slip of the hand and no other is as near: which of several is
/// meant is not guessed.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    match nearest(name, candidates)[..] {
        [one] => Some(one),
        _ => None,
    }
}

/// All candidates that are nearest to `name`, by name, if they are near enough to be a slip of the hand.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let limit = match name.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    let mut best = usize::MAX;
    let mut found: Vec<&str> = Vec::new();
    for candidate in candidates {
        let distance = if candidate.replace(['-', '_'], "") == name.replace(['-', '_'], "") {
            0
        } else {
            strsim::damerau_levenshtein(name, candidate)
        };
        let near = distance < limit.min(candidate.chars().count())
            || (distance <= limit && distance * 2 < name.len());
        if !near || distance > best {
            continue;
        }
        if distance < best {
            best = distance;
            found.clear();
        }
        found.push(candidate);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Several that are as near as each other, as a question: "did you mean `a`, `b` or `c`?"
pub fn question(names: &[&str]) -> Option<String> {
    let [first @ .., last] = names else { return None };
    if first.is_empty() || names.len() > 6 {
        return None;
    }
    let first: Vec<String> = first.iter().map(|n| format!("`{n}`")).collect();
    Some(format!("did you mean {} or `{last}`?", first.join(", ")))
}
