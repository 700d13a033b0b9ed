//! How an outcome looks: a class of the page, a sign, and a colour of the terminal. The words
//! beside it say the same to those who see no colour.

use anstyle::AnsiColor;

use crate::document::{Goal, ObjectiveStatus, VerdictStatus};
use crate::findings::Outcome;
use crate::visible;

/// Class, sign and colour of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    /// The class of the page's style sheet.
    pub(crate) class: &'static str,
    /// The sign before the words.
    pub(crate) sign: &'static str,
    colour: AnsiColor,
}

/// As it should be.
pub(crate) const GOOD: Look = Look {
    class: "good",
    sign: "✓",
    colour: AnsiColor::Green,
};

/// Not as it should be.
pub(crate) const BAD: Look = Look {
    class: "bad",
    sign: "✗",
    colour: AnsiColor::Red,
};

/// Not known.
pub(crate) const OPEN: Look = Look {
    class: "open",
    sign: "?",
    colour: AnsiColor::Yellow,
};

/// Violated, and the scenario expects it: neither praise nor alarm.
pub(crate) const KNOWN: Look = Look {
    class: "known",
    sign: "!",
    colour: AnsiColor::Cyan,
};

/// Nothing judges it.
pub(crate) const NONE: Look = Look {
    class: "none",
    sign: "·",
    colour: AnsiColor::White,
};

impl Look {
    /// Returns how a verdict looks.
    pub(crate) const fn of_verdict(status: VerdictStatus, as_expected: bool) -> Self {
        match (status, as_expected) {
            (VerdictStatus::Holds, true) => GOOD,
            (VerdictStatus::Violated, true) => KNOWN,
            (VerdictStatus::Undecided, _) | (VerdictStatus::NotChecked, true) => OPEN,
            (VerdictStatus::Holds | VerdictStatus::Violated | VerdictStatus::NotChecked, false) => {
                BAD
            }
        }
    }

    /// Returns how the result for a goal looks.
    pub(crate) const fn of_goal(goal: &Goal) -> Self {
        match (goal.reached == goal.expected, goal.reached || goal.complete) {
            (true, true) => GOOD,
            (false, true) => BAD,
            (_, false) => OPEN,
        }
    }

    /// Returns how the outcome of an objective looks.
    pub(crate) const fn of_objective(status: ObjectiveStatus) -> Self {
        match status {
            ObjectiveStatus::Met => GOOD,
            ObjectiveStatus::Missed => BAD,
            ObjectiveStatus::Undecided => OPEN,
        }
    }

    /// Returns how a finding looks.
    pub(crate) const fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::AsExpected => GOOD,
            Outcome::Differs => BAD,
            Outcome::Undecided => OPEN,
        }
    }

    /// Returns words in the colour, each on its own, so that a line may end between them.
    pub(crate) fn paint(self, words: &str) -> String {
        let style = self.colour.on_default().bold();
        let painted = words
            .split_whitespace()
            .map(|word| format!("{style}{word}{style:#}"));
        painted.collect::<Vec<_>>().join(" ")
    }
}

/// What the escape sequences of [`Look::paint`] end with.
const OWN: [&str; 8] = ["[0m", "[1m", "[31m", "[32m", "[33m", "[34m", "[36m", "[37m"];

/// Returns a text in which only colours are obeyed by a terminal: every other control character,
/// which came with a text of a scenario or of a stored document, is made visible.
pub(crate) fn only_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut shown = visible::text(parts.next().unwrap_or_default().to_owned());
    for part in parts {
        let own = OWN.into_iter().find(|end| part.starts_with(end));
        let escape = if own.is_some() { "\u{1b}" } else { "\\u{1b}" };
        shown.push_str(escape);
        shown.push_str(&visible::text(part.to_owned()));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_reach_a_terminal() {
        for look in [GOOD, BAD, OPEN, KNOWN, NONE] {
            let painted = look.paint("READY now");
            assert_eq!(only_colours(&painted), painted);
            assert!(painted.contains('\u{1b}'));
        }
        let hostile = "\u{1b}]0;title\u{7}\u{1b}[2Jgone\u{1b}";
        let shown = "\\u{1b}]0;title\\u{7}\\u{1b}[2Jgone\\u{1b}";
        assert_eq!(only_colours(hostile), shown);
    }
}
