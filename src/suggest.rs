//! Suggests the known name that a misspelt one is most like.

/// Longer names are not looked up: the cost grows with the square of the length.
const LONGEST: usize = 64;

/// The candidate that a name is most like: at most a third of its letters may differ, and at most four. Letter case, `_` and
/// `-` do not count, so that `ip_access_list` finds `ipAccessList`.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut candidates = candidates.into_iter();
    closest(name, &mut || candidates.next())
}

/// Whether two names are the same but for letter case, `_` and `-`.
pub fn alike(left: &str, right: &str) -> bool {
    plain(left) == plain(right)
}

/// Compiled once for all kinds of candidates. (The vtable of a `dyn Iterator` would link all of its methods.)
#[inline(never)]
fn closest<'a>(name: &str, candidates: &mut dyn FnMut() -> Option<&'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let letters = plain(name);
    let mut best = None;
    let mut least = usize::MAX;
    while let Some(candidate) = candidates() {
        let other = plain(candidate);
        let distance = distance(&letters, &other);
        let near = distance <= (letters.len().max(other.len()) / 3).min(4);
        if near && distance < least && !letters.is_empty() && candidate != name {
            (best, least) = (Some(candidate), distance);
        }
    }
    best
}

/// The letters that count. Names are of ASCII: any other letter counts as several.
fn plain(name: &str) -> Vec<u8> {
    let mut letters = Vec::new();
    for letter in name.bytes() {
        if !matches!(letter, b'_' | b'-') {
            letters.push(letter.to_ascii_lowercase());
        }
    }
    letters
}

/// How many letters must be added, removed, replaced or swapped with their neighbour.
fn distance(left: &[u8], right: &[u8]) -> usize {
    let width = right.len() + 1;
    // Row by row; the cell above stands one width back.
    let mut cells: Vec<usize> = Vec::new();
    for i in 0..=left.len() {
        for j in 0..width {
            let back = |count: usize| cells.get(cells.len().wrapping_sub(count)).copied().unwrap_or(LONGEST);
            // The letters that end here, and those before them; none before the first.
            let letters = |text: &[u8], end: usize| {
                (text.get(end.wrapping_sub(1)).copied(), text.get(end.wrapping_sub(2)).copied())
            };
            let ((a, before_a), (b, before_b)) = (letters(left, i), letters(right, j));
            let cell = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = back(width + 1) + usize::from(a != b);
                let swapped = if a == before_b && before_a == b { back(2 * width + 2) } else { LONGEST };
                changed.min(swapped.min(back(width)).min(back(1)) + 1)
            };
            cells.push(cell);
        }
    }
    cells.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (left, right, expected) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("abc", "abc", 0),
            ("abc", "acb", 1),
            ("ab", "ba", 1),
            ("kitten", "sitting", 3),
            ("ca", "abc", 3),
        ] {
            assert_eq!(distance(&plain(left), &plain(right)), expected, "{left} {right}");
        }
    }

    #[test]
    fn names() {
        let known = ["name", "ipAccessList", "minTotalMemoryGb", "maxTotalMemoryGb", "regionId", "tier"];
        for (name, expected) in [
            ("ipAcessList", Some("ipAccessList")),
            ("ip_access_list", Some("ipAccessList")),
            ("IPACCESSLIST", Some("ipAccessList")),
            ("ipAccesslists", Some("ipAccessList")),
            ("maxTotalMemoryGB", Some("maxTotalMemoryGb")),
            ("mxaTotalMemory", Some("maxTotalMemoryGb")),
            ("nmae", Some("name")),
            ("teir", Some("tier")),
            ("idleScaling", None),
            ("id", None),
            ("", None),
            ("_", None),
            ("__proto__", None),
        ] {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
        assert_eq!(nearest(&"a".repeat(100_000), known), None);
    }
}
