//! The promise of `docs/properties.md`: every property and every goal, as the model has them.
//!
//! `POOLPROOF_UPDATE=1 cargo test --test model properties::` writes the page anew.

use std::fmt::Write;
use std::fs;

use poolproof::explain::causes;
use poolproof::explain::properties::{goal_title, property_text};
use poolproof_models::names::property::{Goal, Property};

const PAGE: &str = "docs/properties.md";

const HEAD: &str = "\
# Properties and goals

A property must hold in every reachable state; a goal must be reached, so that a clean verdict is
not an empty one. This page is made from the tables of the model (`models/src/names/property.rs`) by
`tests/model/properties.rs`. The numbers in brackets are sections of [the handbook](handbook.md).

A scenario lists properties in `check.properties`; I1 to I4, the invariants of mirroring, are always
part of a check. What a verdict means: the [table in the README](../README.md#how-to-read-it).

## Notation

- w is a state that can be reached within the budget of faults, faults(w) how many were spent.
- H(x) is the history in x, a copy or a file. x ⊑ y: x is a prefix of y, so y has everything of x.
- acked(w) is everything that users were told is stored, serving(w) the history that users see.
- A *timeline* is a recovery fork: a promotion or the recovery of S begins a new one.

A property of *what has happened* stays broken: nothing that follows undoes it. One of *how things
stand* can hold again later.

## The oracle

Two accounts of every property stand beside each other in the tests. The model judges with latches,
dense ranks and collapsed timelines, so that its states stay few. The oracle (`tests/model/oracle/`)
keeps books from the definitions of the handbook alone. Every message has an identity; every copy,
file and folder is the exact set of what it holds; every timeline has its parent and its birth, and
every acknowledgement its timeline and its moment. The books do not decide what can happen: they
follow the events that the model takes, and plain facts such as who is connected to whom. So they
find an error of bookkeeping. An error in a guard, or in who can acknowledge, is for the reference
cases of the handbook to find.

The tests compare both after every step of two million in random walks through random and shipped
scenarios. A disagreement is shrunk to a small scenario and a short trace. The oracle judges SB,
AL0, ALr, I1 to I4, AL, ALF, ST, CH, UQ, OW and WS, and which of two principals is the newer one.
RC is compared with brute force in `tests/engines/recoverability.rs`.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for property in Property::ALL {
        let kind = match causes::is_latched(property) {
            true => "what has happened",
            false => "how things stand",
        };
        write!(
            page,
            "\n## {}: {}\n\n{}\n\n*Formally:* {} *About* {kind}.\n",
            property.name(),
            property_text(property).title,
            property_text(property).meaning,
            property_text(property).formal
        )
        .unwrap();
    }
    page.push_str("\n## Goals\n\n| goal | reached when |\n|---|---|\n");
    for goal in Goal::ALL {
        writeln!(page, "| `{}` | {} |", goal.name(), goal_title(goal)).unwrap();
    }
    page
}

#[test]
fn the_page_is_what_the_model_says() {
    let made = page();
    if std::env::var_os("POOLPROOF_UPDATE").is_some() {
        fs::write(PAGE, &made).unwrap();
    }
    let stored = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        stored == made,
        "{PAGE} is out of date; see the head of this test"
    );
}

#[test]
fn every_property_has_a_meaning_of_its_own() {
    for (index, property) in Property::ALL.into_iter().enumerate() {
        let text = property_text(property);
        for words in [text.title, text.meaning, text.formal] {
            assert!(!words.is_empty() && !words.contains("  "), "{words}");
        }
        assert!(text.meaning.contains("handbook"));
        for other in Property::ALL[..index].iter().copied().map(property_text) {
            assert_ne!(text.formal, other.formal);
            assert_ne!(text.meaning, other.meaning);
        }
    }
}
