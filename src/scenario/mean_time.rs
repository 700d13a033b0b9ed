//! How often something fails and how long its repair takes, each as a mean time where that is all
//! that is known: `mtbf` in place of `rate`, `mttr` in place of `repair`.

use poolproof_engines::clocks::distribution::{Distribution, SimDuration};

use super::format::{Delay, EventsPerTime, Time};
use super::reader::Section;
use super::row::{Row, Silence, ValueRow, optional};
use super::value::{LONGEST, Rate, RateUnit};

/// A shorter mean is a mistake.
const MEAN: Time = Time(SimDuration { ms: 1_000 }, LONGEST);

/// Reads `rate`, or `mtbf` in place of it.
pub(super) fn rate(section: &mut Section<'_, '_>, silence: Silence) -> Option<Rate> {
    let meaning = "in place of `rate`: the mean time between failures while it is up";
    match in_place_of("rate", section, "mtbf", meaning)? {
        Some(mean) => Some(Rate {
            count: RateUnit::Year.ms() as f64 / mean.ms as f64,
            per: RateUnit::Year,
        }),
        None => {
            let rate = ValueRow::new(EventsPerTime, silence);
            rate.read(section, "rate", "how often it fails while it is up")
        }
    }
}

/// Reads `repair`, or `mttr` in place of it.
pub(super) fn repair(section: &mut Section<'_, '_>, silence: Silence) -> Option<Distribution> {
    let meaning = "in place of `repair`: the mean time to repair, of an exponential distribution";
    match in_place_of("repair", section, "mttr", meaning)? {
        Some(mean) => Some(Distribution::Exponential { mean }),
        None => {
            let repair = ValueRow::new(Delay, silence);
            repair.read(section, "repair", "from the failure until it is back")
        }
    }
}

/// Reads a mean that stands in place of another key; where both are given, they contradict.
fn in_place_of(
    other: &str,
    section: &mut Section<'_, '_>,
    key: &str,
    meaning: &str,
) -> Option<Option<SimDuration>> {
    let mean = optional(MEAN).read(section, key, meaning)?;
    if mean.is_some() && section.node(other).is_some() {
        let message = format!("`{key}` and `{other}` are both given, and each decides the same");
        section.contradiction(
            key,
            message,
            &format!("keep one of them; `{key}` is {meaning}"),
        );
    }
    Some(mean)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::{Scenario, load_with};

    fn with(path: &str, value: &str) -> Result<Scenario, String> {
        let set = [(path.to_owned(), value.to_owned())];
        let loaded = load_with(Path::new("scenarios/lync-2013-lbw.toml"), &set);
        loaded
            .map(|loaded| loaded.scenario)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn means_stand_in_place_of_a_rate_and_a_repair() {
        let modes = "[{ mtbf = \"1461h\", mttr = \"2h\" }]";
        let scenario = with("failures.pool_server", modes).unwrap();
        let mode = &scenario.failures.pool_server[0];
        assert_eq!((mode.rate.count, mode.rate.per), (6.0, RateUnit::Year));
        let mean = SimDuration { ms: 7_200_000 };
        assert_eq!(mode.repair, Distribution::Exponential { mean });
        let single = with("failures.site_outage.mtbf", "\"17532h\"").unwrap();
        assert_eq!(single.failures.site_outage.rate.count, 0.5);
    }

    #[test]
    fn a_mean_beside_what_it_stands_for_contradicts() {
        for (both, word) in [
            (
                "[{ mtbf = \"9h\", rate = \"1/year\", repair = \"2h\" }]",
                "rate",
            ),
            (
                "[{ rate = \"1/year\", repair = \"2h\", mttr = \"2h\" }]",
                "repair",
            ),
        ] {
            let error = with("failures.pool_server", both).unwrap_err();
            assert!(error.contains("E0026") && error.contains(word), "{error}");
        }
        let neither = with("failures.pool_server", "[{ mtbf = \"9h\" }]").unwrap_err();
        assert!(
            neither.contains("`failures.pool_server.0.repair` is missing"),
            "{neither}"
        );
        assert!(with("failures.pool_server", "[{ mtbf = \"0s\", mttr = \"1h\" }]").is_err());
    }
}
