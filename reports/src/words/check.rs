//! Words about the search: budget, limits, reductions, verdicts.

use crate::document::{
    Budget, Check, ClassLimit, CutOff, FaultClass, Goal, LeftOut, Limits, ListedIn,
    ObjectiveStatus, Reach, Reduction, Verdict, VerdictStatus,
};
use crate::quantity::{count, duration, plural};

/// Returns a budget: `up to 2 faults, operator mistakes excluded`.
#[must_use]
pub fn budget(budget: &Budget) -> String {
    let mut text = format!("up to {}", faults(budget.faults));
    if let Some(mistakes) = budget.mistakes {
        let class = fault_class(FaultClass::Mistake);
        text += &format!(" and {}", plural(u64::from(mistakes), class.0, class.1));
    }
    for ClassLimit { class, faults } in &budget.per_class {
        let class = fault_class(*class);
        text += &match faults {
            0 => format!(", {} excluded", class.1),
            1 => format!(", at most 1 {}", class.0),
            most => format!(", at most {most} {}", class.1),
        };
    }
    text
}

/// Returns a budget without its limits per class, which it only mentions.
pub(crate) fn short_budget(of: &Budget) -> String {
    let plain = of.per_class.is_empty();
    let of = Budget {
        per_class: Vec::new(),
        ..of.clone()
    };
    match plain {
        true => budget(&of),
        false => format!("{}, some kinds limited", budget(&of)),
    }
}

/// Returns what a fault of a class is called: one, and several.
#[must_use]
pub const fn fault_class(class: FaultClass) -> (&'static str, &'static str) {
    match class {
        FaultClass::ComponentCrash => ("crash", "crashes"),
        FaultClass::SiteLoss => ("site loss", "site losses"),
        FaultClass::LinkCut => ("link failure", "link failures"),
        FaultClass::ShareLoss => ("loss of the share", "losses of the share"),
        FaultClass::LateReturn => ("late return", "late returns"),
        FaultClass::Mistake => ("operator mistake", "operator mistakes"),
    }
}

fn faults(number: u32) -> String {
    plural(u64::from(number), "fault", "faults")
}

fn steps(number: u32) -> String {
    plural(u64::from(number), "step", "steps")
}

/// Returns the limits of a search.
#[must_use]
pub fn limits(check: &Check) -> String {
    let Limits {
        states,
        time_ms,
        bytes,
    } = check.limits;
    let states = plural(states, "state", "states");
    let mut parts = vec![match &check.swarm {
        None => format!("at most {states}"),
        Some(swarm) => format!(
            "{}, each of at most {states} and {}",
            plural(swarm.searches, "search", "searches"),
            steps(swarm.depth_limit)
        ),
    }];
    parts.extend(time_ms.map(|time_ms| duration(time_ms as f64)));
    parts.extend(bytes.map(|bytes| format!("{} bytes of tables", count(bytes))));
    parts.join(", ")
}

/// Returns the limit that ended a run early: `the limit of 1,000 states`.
#[must_use]
pub fn cut_off(cut_off: CutOff, limits: Option<&Limits>) -> String {
    let with = |name: &str, value: Option<String>| match value {
        Some(value) => format!("the {name} of {value}"),
        None => format!("the {name}"),
    };
    match cut_off {
        CutOff::States => {
            let states = limits.map(|limits| plural(limits.states, "state", "states"));
            with("limit", states)
        }
        CutOff::Memory => {
            let bytes = limits.and_then(|limits| limits.bytes);
            with(
                "memory limit",
                bytes.map(|bytes| format!("{} bytes", count(bytes))),
            )
        }
        CutOff::Time => {
            let time_ms = limits.and_then(|limits| limits.time_ms);
            with(
                "time limit",
                time_ms.map(|time_ms| duration(time_ms as f64)),
            )
        }
        CutOff::Interrupt => "an interrupt".to_owned(),
    }
}

/// Returns what makes the searched space smaller.
#[must_use]
pub fn reduction(reduction: &Reduction) -> String {
    match reduction {
        Reduction::InterchangeableServers => {
            "interchangeable pool servers are not distinguished".to_owned()
        }
        Reduction::ConnectionsAtOnce => {
            "connections that can exist are made at once; only losses take time".to_owned()
        }
        Reduction::ClientsAtOnce => "clients reconnect at once".to_owned(),
        Reduction::FewerServers {
            modelled,
            of,
            per_class,
        } => format!(
            "{modelled} of {of} pool servers: at most {per_class} that agree in site and activity"
        ),
        Reduction::FailedOverStart => {
            "the search begins after a completed failover to DC2".to_owned()
        }
        Reduction::ExcludedEvent(event) => format!("assumed never to happen: {event}"),
        Reduction::Without(left_out) => {
            format!("assumed never to happen: {}", part(left_out))
        }
        Reduction::FenceHolds(step) => {
            format!("assumed: the fence takes effect that is set by {step}")
        }
    }
}

/// Returns the name of a budget, and the budget: `3 faults: up to 3 faults`.
#[must_use]
pub(crate) fn named_budget(check: &Check) -> String {
    let words = budget(&check.budget);
    match &check.name {
        Some(name) => format!("{name}: {words}"),
        None => words,
    }
}

/// Returns a part of the system with its stable name: `lost disks (storage)`.
pub(crate) fn part(left_out: &LeftOut) -> String {
    format!("{} ({})", left_out.title, left_out.slice)
}

/// Returns how far a verdict reaches within its budget, or what is missing for one.
#[must_use]
pub fn verdict_reach(verdict: &Verdict, within: &Budget) -> String {
    if verdict.left_out.is_empty() {
        return reach(verdict.reach, within);
    }
    let parts: Vec<_> = verdict.left_out.iter().map(part).collect();
    let parts = parts.join(", ");
    match verdict.reach {
        Reach::LeftOut => format!(
            "it reads what the check leaves out: {parts}. Add it to check.slices, or name it in \
             check.without"
        ),
        other => format!("{}; left out: {parts}", reach(other, within)),
    }
}

/// Returns how far a verdict reaches, within its budget.
#[must_use]
pub fn reach(reach: Reach, within: &Budget) -> String {
    let states = |number| plural(number, "state", "states");
    let done = |complete_up_to: Option<u32>| match complete_up_to {
        Some(most) => format!("complete for at most {}", faults(most)),
        None => "not even complete without a fault".to_owned(),
    };
    match reach {
        Reach::EveryState => format!("in every state within {}", budget(within)),
        Reach::EveryReturn { states: number } => {
            format!("from each of {} within {}", states(number), budget(within))
        }
        Reach::Shortest {
            faults: number,
            steps: long,
        } => format!(
            "shortest counterexample: {} and {} in all",
            faults(number),
            steps(long)
        ),
        Reach::NearestTrap {
            faults: number,
            steps: long,
        } => format!(
            "nearest state without return: {} and {} in all",
            faults(number),
            steps(long)
        ),
        Reach::Minimal {
            found_by,
            searches,
            faults: number,
            steps: long,
        } => format!(
            "found by {} of {}; minimal counterexample, perhaps not the shortest: {} and {} in all",
            count(found_by),
            plural(searches, "search", "searches"),
            faults(number),
            steps(long)
        ),
        Reach::NoViolation {
            states: number,
            complete_up_to,
        } => format!(
            "no violation in {}; {}",
            states(number),
            done(complete_up_to)
        ),
        Reach::NoTrap {
            states: number,
            complete_up_to,
        } => format!("no trap in {}; {}", states(number), done(complete_up_to)),
        Reach::NotFound {
            states: number,
            searches,
        } => format!(
            "no violation in about {} of {}; a swarm never shows that a property holds",
            states(number),
            plural(searches, "search", "searches")
        ),
        Reach::NotSearched => {
            "a swarm does not look for states from which service cannot return".to_owned()
        }
        Reach::LeftOut => "the check leaves out what the property reads".to_owned(),
    }
}

/// Returns a property by its words, with its code behind them: `No split brain (SB)`.
#[must_use]
pub fn property(title: &str, code: &str) -> String {
    format!("{title} ({code})")
}

/// Returns a verdict in one word.
#[must_use]
pub const fn status(status: VerdictStatus) -> &'static str {
    match status {
        VerdictStatus::Holds => "holds",
        VerdictStatus::Violated => "violated",
        VerdictStatus::Undecided => "undecided",
        VerdictStatus::NotChecked => "not checked",
    }
}

/// Returns a verdict against what is expected: `violated, as expected`.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    let found = status(verdict.status);
    if !verdict.as_expected {
        format!("{found}, expected: {}", status(verdict.expected))
    } else if verdict.status == VerdictStatus::Holds {
        found.to_owned()
    } else {
        format!("{found}, as expected")
    }
}

/// Returns whether a goal was reached, and what that is worth.
#[must_use]
pub fn expected_goal(goal: &Goal) -> String {
    let expected = if goal.expected { "reached" } else { "never" };
    match (goal.reached, goal.complete, goal.expected) {
        (true, _, true) => "reached".to_owned(),
        (true, _, false) => format!("reached, expected: {expected}"),
        (false, true, true) => format!("unreachable goal, expected: {expected}"),
        (false, true, false) => "unreachable goal, as expected".to_owned(),
        (false, false, _) => format!("undecided, expected: {expected}"),
    }
}

/// Returns the outcome of an objective in one word.
pub(crate) const fn objective(status: ObjectiveStatus) -> &'static str {
    match status {
        ObjectiveStatus::Met => "met",
        ObjectiveStatus::Missed => "missed",
        ObjectiveStatus::Undecided => "undecided",
    }
}

/// Returns the key of a scenario that lists an event.
pub(crate) const fn listed_in(key: ListedIn) -> &'static str {
    match key {
        ListedIn::ExpectFires => "expect.fires",
        ListedIn::FaultsEnabled => "check.faults_enabled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn budgets_name_what_is_limited() {
        let of = |faults, per_class: &[(FaultClass, u32)]| {
            let limit = |(class, faults): &(FaultClass, u32)| ClassLimit {
                class: *class,
                faults: *faults,
            };
            budget(&Budget {
                faults,
                mistakes: None,
                per_class: per_class.iter().map(limit).collect(),
            })
        };
        assert_eq!(of(1, &[]), "up to 1 fault");
        let limited = [(FaultClass::SiteLoss, 1), (FaultClass::Mistake, 0)];
        assert_eq!(
            of(3, &limited),
            "up to 3 faults, at most 1 site loss, operator mistakes excluded"
        );
    }

    #[test]
    fn a_limit_is_named_with_its_value_where_it_has_one() {
        let limits = Limits {
            states: 1_000,
            time_ms: Some(30_000),
            bytes: None,
        };
        let of = |by| cut_off(by, Some(&limits));
        assert_eq!(of(CutOff::States), "the limit of 1,000 states");
        assert_eq!(of(CutOff::Time), "the time limit of 30 s");
        assert_eq!(of(CutOff::Memory), "the memory limit");
        assert_eq!(cut_off(CutOff::Interrupt, None), "an interrupt");
    }
}
