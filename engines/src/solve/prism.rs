//! The chain in PRISM's explicit format, so that another tool can solve it too.
//!
//! The format is that of the appendix "Explicit Model Files" of the PRISM manual: states are
//! numbers from 0, transitions are lines of source, target and rate below a line of counts, labels
//! are numbered in the first line and listed by state, and state rewards are lines of state and
//! reward below a line of counts. Read it with
//! `prism -ctmc -importtrans X.tra -importlabels X.lab -importstaterewards X.downtime.srew`
//! and ask for `S=? [ "down" ]` or `R=? [ S ]`. Rates are per hour.

use std::fmt::Write as _;

use thiserror::Error;

use crate::solve::chain::Generator;

/// The end of the name of the file of the transitions.
pub const TRANSITIONS: &str = ".tra";
/// That of the file of the labels.
pub const LABELS: &str = ".lab";
/// That of the file that counts hours without service.
pub const DOWNTIME: &str = ".downtime.srew";
/// That of the file that counts outages. The rates at which they begin are state rewards, because a
/// transition reward cannot be given for the target's sake.
pub const OUTAGES: &str = ".outages.srew";

/// The files of a chain, by the end of their names.
#[must_use]
pub fn files(generator: &Generator) -> Vec<(String, Vec<u8>)> {
    [
        (TRANSITIONS, transitions(generator)),
        (LABELS, labels(generator)),
        (DOWNTIME, rewards(&generator.down())),
        (OUTAGES, rewards(&generator.outage_rates())),
    ]
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .into()
}

fn transitions(generator: &Generator) -> String {
    let mut text = format!("{} {}\n", generator.len(), generator.transitions());
    for state in 0..generator.len() {
        for (to, rate) in generator.row(state) {
            // The shortest decimal that reads back as the same number.
            let _ = writeln!(text, "{state} {to} {rate:?}");
        }
    }
    text
}

/// The first line of the labels: each number and its name.
fn label_names() -> String {
    let named = |(number, name)| format!("{number}={name:?}");
    let names = (0..).zip(["init", "deadlock", "down"]);
    names.map(named).collect::<Vec<_>>().join(" ")
}

fn labels(generator: &Generator) -> String {
    let mut text = label_names() + "\n";
    for state in 0..generator.len() {
        let held = [
            (state == generator.initial, " 0"),
            (generator.row(state).is_empty(), " 1"),
            (!generator.up[state], " 2"),
        ];
        if held.iter().any(|(holds, _)| *holds) {
            let _ = write!(text, "{state}:");
            let numbers = held.iter().filter(|(holds, _)| *holds);
            numbers.for_each(|(_, number)| text.push_str(number));
            text.push('\n');
        }
    }
    text
}

fn rewards(by_state: &[f64]) -> String {
    let some: Vec<_> = by_state
        .iter()
        .enumerate()
        .filter(|(_, r)| **r != 0.0)
        .collect();
    let mut text = format!("{} {}\n", by_state.len(), some.len());
    for (state, reward) in some {
        let _ = writeln!(text, "{state} {reward:?}");
    }
    text
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {what}")]
pub struct FormatError {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: FormatMistake,
}

/// The mistakes that a file can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FormatMistake {
    /// The first line of transitions has two counts.
    #[error("expected the numbers of states and transitions")]
    CountsExpected,
    /// The count of states is no number.
    #[error("no number of states")]
    NoStateCount,
    /// The count of transitions is no number.
    #[error("no number of transitions")]
    NoTransitionCount,
    /// A transition has three parts.
    #[error("expected source, target and rate")]
    TransitionExpected,
    /// A state is no number.
    #[error("no number of a state")]
    NoStateNumber,
    /// A state is beyond the count of states.
    #[error("no such state")]
    UnknownState,
    /// A rate is no number.
    #[error("no rate")]
    NoRate,
    /// A rate cannot be one of a chain.
    #[error("a rate is above 0")]
    RateNotAboveZero,
    /// There are more lines than the first one says.
    #[error("more transitions than announced")]
    TooManyTransitions,
    /// There are fewer lines than the first one says.
    #[error("fewer transitions than announced")]
    TooFewTransitions,
    /// The first line of labels names those that this module writes.
    #[error("expected the labels init, deadlock and down")]
    LabelNamesExpected,
    /// A line of labels has a state and its labels.
    #[error("expected state and labels")]
    LabelsExpected,
    /// A label is not named, or the first state is there twice.
    #[error("no such label, or a second first state")]
    UnknownLabel,
    /// No state is the first.
    #[error("no first state")]
    NoFirstState,
}

/// Reads a chain back from the text of its transitions and labels.
///
/// # Errors
/// When the text is not in the format that this module writes.
pub fn read(transitions: &str, labels: &str) -> Result<Generator, FormatError> {
    let mut rows = Vec::new();
    let mut left = 0_usize;
    for (line, text) in (1..).zip(transitions.lines()) {
        let wrong = |what| FormatError { line, what };
        let words: Vec<&str> = text.split(' ').collect();
        if line == 1 {
            let [states, count] = words[..] else {
                return Err(wrong(FormatMistake::CountsExpected));
            };
            let states: u32 = states
                .parse()
                .map_err(|_| wrong(FormatMistake::NoStateCount))?;
            left = count
                .parse()
                .map_err(|_| wrong(FormatMistake::NoTransitionCount))?;
            rows = vec![Vec::new(); states as usize];
            continue;
        }
        let [from, to, rate] = words[..] else {
            return Err(wrong(FormatMistake::TransitionExpected));
        };
        let state = |text: &str| {
            let number: u32 = text
                .parse()
                .map_err(|_| wrong(FormatMistake::NoStateNumber))?;
            let known = (number as usize) < rows.len();
            known
                .then_some(number)
                .ok_or(wrong(FormatMistake::UnknownState))
        };
        let (from, to) = (state(from)?, state(to)?);
        let rate: f64 = rate.parse().map_err(|_| wrong(FormatMistake::NoRate))?;
        if !(rate > 0.0 && rate.is_finite()) {
            return Err(wrong(FormatMistake::RateNotAboveZero));
        }
        left = left
            .checked_sub(1)
            .ok_or(wrong(FormatMistake::TooManyTransitions))?;
        rows[from as usize].push((to, rate));
    }
    if left > 0 || rows.is_empty() {
        let line = transitions.lines().count() + 1;
        let what = FormatMistake::TooFewTransitions;
        return Err(FormatError { line, what });
    }
    let (up, initial) = read_labels(labels, rows.len())?;
    Ok(Generator::new(rows, up, initial))
}

fn read_labels(labels: &str, states: usize) -> Result<(Vec<bool>, usize), FormatError> {
    let mut up = vec![true; states];
    let mut initial = None;
    for (line, text) in (1..).zip(labels.lines()) {
        let wrong = |what| FormatError { line, what };
        if line == 1 {
            if text != label_names() {
                return Err(wrong(FormatMistake::LabelNamesExpected));
            }
            continue;
        }
        let (state, held) = text
            .split_once(": ")
            .ok_or(wrong(FormatMistake::LabelsExpected))?;
        let state: usize = state
            .parse()
            .map_err(|_| wrong(FormatMistake::NoStateNumber))?;
        if state >= states {
            return Err(wrong(FormatMistake::UnknownState));
        }
        for label in held.split(' ') {
            match label {
                "0" if initial.is_none() => initial = Some(state),
                "1" => {}
                "2" => up[state] = false,
                _ => return Err(wrong(FormatMistake::UnknownLabel)),
            }
        }
    }
    let line = labels.lines().count() + 1;
    let what = FormatMistake::NoFirstState;
    Ok((up, initial.ok_or(FormatError { line, what })?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Generator {
        let rows = vec![
            vec![(1, 0.1), (2, 1.0 / 3.0)],
            vec![(0, 1e-7)],
            vec![(1, 12.5), (3, 2e-300)],
            vec![],
        ];
        Generator::new(rows, vec![true, false, true, false], 0)
    }

    fn text(name: &str) -> String {
        let files = files(&example());
        let (_, bytes) = files.into_iter().find(|(n, _)| n == name).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn files_look_like_those_of_the_manual() {
        let expected = "4 5\n0 1 0.1\n0 2 0.3333333333333333\n1 0 1e-7\n2 1 12.5\n2 3 2e-300\n";
        assert_eq!(text(TRANSITIONS), expected);
        let expected = "0=\"init\" 1=\"deadlock\" 2=\"down\"\n0: 0\n1: 2\n3: 1 2\n";
        assert_eq!(text(LABELS), expected);
        assert_eq!(text(DOWNTIME), "4 2\n1 1.0\n3 1.0\n");
        assert_eq!(text(OUTAGES), "4 2\n0 0.1\n2 12.5\n");
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_numbers() {
        let read = read(&text(TRANSITIONS), &text(LABELS)).unwrap();
        assert_eq!(read, example());
    }

    #[test]
    fn what_is_not_the_format_is_refused_with_its_line() {
        let labels = text(LABELS);
        for (transitions, line) in [
            ("", 1),
            ("x 1\n", 1),
            ("2 1\n0 1\n", 2),
            ("2 1\n0 2 1.0\n", 2),
            ("2 1\n0 1 -1\n", 2),
            ("2 1\n0 1 1\n1 0 1\n", 3),
            ("2 2\n0 1 1\n", 3),
        ] {
            assert_eq!(
                read(transitions, &labels).unwrap_err().line,
                line,
                "{transitions:?}"
            );
        }
        let transitions = text(TRANSITIONS);
        let first = "0=\"init\" 1=\"deadlock\" 2=\"down\"\n";
        for (rest, line) in [("9: 0\n", 2), ("0: 7\n", 2), ("0 0\n", 2), ("1: 2\n", 3)] {
            let labels = format!("{first}{rest}");
            assert_eq!(
                read(&transitions, &labels).unwrap_err().line,
                line,
                "{rest:?}"
            );
        }
    }
}
