//! Events that never fired, as few words as say all of them.
//!
//! An event is named `kind:place`. A kind of which nothing fired is named once, with how many
//! places it has; places that differ by a running number become a range.

use crate::document::Check;

/// Returns what never fired, one entry per kind of event, in the order of the first of each kind.
pub(crate) fn never_fired(check: &Check) -> Vec<String> {
    let mut kinds: Vec<(&str, Vec<&str>)> = Vec::new();
    for event in &check.never_fired {
        let (kind, place) = event.split_once(':').unwrap_or((event, ""));
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, places)) => places.push(place),
            None => kinds.push((kind, vec![place])),
        }
    }
    let fired_elsewhere = |kind: &str| {
        check
            .events
            .iter()
            .filter(|event| event.fired > 0)
            .any(|event| event.event.split(':').next() == Some(kind))
    };
    kinds
        .into_iter()
        .map(|(kind, places)| match places.as_slice() {
            [""] => kind.to_owned(),
            [place] => format!("{kind}:{place}"),
            _ if fired_elsewhere(kind) => format!("{kind} ({})", ranges(&places).join(", ")),
            _ => format!("{kind} (any of {})", places.len()),
        })
        .collect()
}

/// Joins places that differ by a running number: `server-1..4`.
fn ranges(places: &[&str]) -> Vec<String> {
    struct NumberRun<'a> {
        stem: &'a str,
        numbers: Option<(u64, u64)>,
    }
    let mut runs: Vec<NumberRun<'_>> = Vec::new();
    for place in places {
        let stem = place.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let digits = &place[stem.len()..];
        // With a leading zero the range would not give the name back.
        let number = match digits.parse::<u64>() {
            Ok(number) if !stem.is_empty() && number.to_string() == digits => Some(number),
            _ => None,
        };
        let Some(number) = number else {
            runs.push(NumberRun {
                stem: place,
                numbers: None,
            });
            continue;
        };
        match runs.last_mut() {
            Some(NumberRun {
                stem: before,
                numbers: Some((_, last)),
            }) if *before == stem && last.checked_add(1) == Some(number) => *last = number,
            _ => runs.push(NumberRun {
                stem,
                numbers: Some((number, number)),
            }),
        }
    }
    runs.into_iter()
        .map(|run| match run.numbers {
            None => run.stem.to_owned(),
            Some((first, last)) if first == last => format!("{}{first}", run.stem),
            Some((first, last)) => format!("{}{first}..{last}", run.stem),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn names(never: &[&str], fired: &[&str]) -> Vec<String> {
        let mut check = sample::document().checks.remove(0);
        check.never_fired = never.iter().map(|&name| name.to_owned()).collect();
        check.events = fired
            .iter()
            .map(|&event| crate::document::EventCount {
                event: event.to_owned(),
                fired: 1,
            })
            .collect();
        never_fired(&check)
    }

    #[test]
    fn families_are_named_once() {
        let never = [
            "write:SM",
            "crash:server-1",
            "crash:server-2",
            "crash:A",
            "replicate:server-1",
            "replicate:server-2",
            "replicate:server-4",
            "replicate:B",
            "tick",
        ];
        assert_eq!(
            names(&never, &["write:A", "replicate:server-3"]),
            [
                "write:SM",
                "crash (any of 3)",
                "replicate (server-1..2, server-4, B)",
                "tick"
            ]
        );
    }

    #[test]
    fn odd_names_survive() {
        let never = ["a:1", "a:2", "a:x-07", "a:x-08", "a:99999999999999999999"];
        assert_eq!(
            names(&never, &["a:b"]),
            ["a (1, 2, x-07, x-08, 99999999999999999999)"]
        );
    }
}
