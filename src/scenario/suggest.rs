//! "Did you mean": the valid word nearest to an invalid one.

/// A help text that names the nearest of `valid`, if one is near enough to be a slip.
pub(super) fn suggestion(word: &str, valid: &[&str]) -> Option<String> {
    let nearest = valid
        .iter()
        .map(|&candidate| (distance(word, candidate), candidate))
        .min()?;
    let (distance, candidate) = nearest;
    // A third of the letters: beyond that, suggestions are guesses.
    let allowed = (candidate.chars().count() / 3).max(1);
    (distance <= allowed).then(|| format!("did you mean `{candidate}`?"))
}

/// A help text for an invalid word: the nearest valid one, or all of them.
pub(crate) fn help(word: &str, valid: &[&str], what: &str) -> String {
    suggestion(word, valid).unwrap_or_else(|| format!("{what}: {}", valid.join(", ")))
}

/// Edit distance in which swapping two neighbours counts once. Case and `-`/`_` are ignored.
fn distance(one: &str, other: &str) -> usize {
    let letters = |word: &str| -> Vec<char> {
        // Longer words are not slips of valid ones; the cut bounds the work.
        let plain = |c: char| {
            if c == '_' {
                '-'
            } else {
                c.to_ascii_lowercase()
            }
        };
        word.chars().take(48).map(plain).collect()
    };
    let (one, other) = (letters(one), letters(other));
    let width = other.len() + 1;
    let mut rows = vec![0_usize; (one.len() + 1) * width];
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            let at = i * width + j;
            if i == 0 || j == 0 {
                rows[at] = i + j;
                continue;
            }
            let changed = usize::from(one[i - 1] != other[j - 1]);
            let mut best = (rows[at - width] + 1)
                .min(rows[at - 1] + 1)
                .min(rows[at - width - 1] + changed);
            let swapped =
                i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            if swapped {
                best = best.min(rows[at - 2 * width - 2] + 1);
            }
            rows[at] = best;
        }
    }
    rows[one.len() * width + other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let valid = ["backup_interval", "copy_interval", "share"];
        let of = |word| suggestion(word, &valid);
        assert_eq!(
            of("bakcup_interval").as_deref(),
            Some("did you mean `backup_interval`?")
        );
        assert_eq!(
            of("Backup-Interval").as_deref(),
            Some("did you mean `backup_interval`?")
        );
        assert_eq!(of("shar").as_deref(), Some("did you mean `share`?"));
        assert_eq!(of("witness"), None);
        assert_eq!(of(""), None);
    }
}
