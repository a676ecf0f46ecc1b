//! Did you mean …?

/// The candidate nearest to `name`, if one is near enough to be a slip of the hand; ties go to the first in
/// alphabetical order, so that the answer never depends on the order of a map.
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match name.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let distance = if candidate.replace(['-', '_'], "") == name.replace(['-', '_'], "") {
            0
        } else {
            strsim::damerau_levenshtein(name, candidate)
        };
        if distance < limit.min(candidate.chars().count()) || (distance <= limit && distance * 2 < name.len())
        {
            let better = best.is_none_or(|b| (distance, candidate) < b);
            if better {
                best = Some((distance, candidate));
            }
        }
    }
    best.map(|(_, c)| c)
}
