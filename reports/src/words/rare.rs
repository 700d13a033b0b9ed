//! Words about estimates of rare events.

use crate::document::{Doubt, RareMethod, RareWhat};

/// Returns which event is rare.
pub(crate) const fn rare_what(what: RareWhat) -> &'static str {
    match what {
        RareWhat::Loss => "Any loss",
        RareWhat::Outage => "Any outage",
    }
}

/// Returns how it was estimated.
pub(crate) const fn rare_how(how: RareMethod) -> &'static str {
    match how {
        RareMethod::Cycles => "failures forced and weighted",
        RareMethod::Hazard => "hazards along plain trials",
    }
}

/// Returns what speaks against an estimate.
pub(crate) fn doubt(doubt: Doubt) -> String {
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    match doubt {
        Doubt::NothingSeen => "no path led there, which does not prove that none does: \
                               `poolproof check` searches every combination of faults"
            .to_owned(),
        Doubt::Dominated { share, most } => format!(
            "one path carries {} of the whole, and no number is given above {}: more trials are \
             needed, or the other method",
            percent(share),
            percent(most)
        ),
        Doubt::FewEffective { paths, least } => format!(
            "it rests on {paths:.0} effective paths, and below {least:.0} an interval is \
             a rough one"
        ),
        Doubt::WeightsOff { mean } => format!(
            "weights average {mean:.4} in place of 1: paths with large weights were not seen"
        ),
    }
}
