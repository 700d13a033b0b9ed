//! Objectives: `column.measure.statistic <= limit`, as in
//! `given_site_loss.data_lost.p95 <= "30min"`.

use super::document::Node;
use super::expect::{Column, Comparison, Figure, Limit, Measure, Objective, Statistic};
use super::suggest;
use super::value::{self, Parsed, parse_duration};

const HELP: &str = "write column.measure.statistic, a comparison and a limit, as in \
     'given_site_loss.data_lost.p95 <= \"30min\"'";

impl Column {
    /// What is measured in this column.
    #[must_use]
    pub const fn measures(self) -> &'static [Measure] {
        match self {
            Self::PerIncident => &[Measure::TimeToRecover],
            Self::PerYear => &[
                Measure::Outage,
                Measure::UnplannedOutage,
                Measure::PlannedOutage,
                Measure::DataLost,
                Measure::MessagesLost,
                Measure::Availability,
                Measure::AnyLoss,
            ],
            Self::GivenSiteLoss => &[
                Measure::TimeToRecover,
                Measure::DataLost,
                Measure::MessagesLost,
                Measure::AnyLoss,
            ],
        }
    }
}

impl Measure {
    /// Whether it is one number, which has no percentiles: a share, or a part of the mean outage.
    #[must_use]
    pub const fn is_single(self) -> bool {
        matches!(
            self,
            Self::Availability | Self::AnyLoss | Self::UnplannedOutage | Self::PlannedOutage
        )
    }
}

/// Reads an objective.
pub(super) fn read(node: &Node) -> Parsed<Objective> {
    let Some(text) = node.text() else {
        return Err(vec![
            value::wrong_type(node, "an objective as a string").helped(HELP),
        ]);
    };
    parse(text).map_err(|(message, help)| {
        let help = if help.is_empty() {
            HELP.to_owned()
        } else {
            help
        };
        vec![value::mistake(node, "E0027", message).helped(help)]
    })
}

/// Parses the text; an error is a message and a help text that may be empty.
fn parse(text: &str) -> Result<Objective, (String, String)> {
    let plain = |message: &str| (message.to_owned(), String::new());
    let at = text
        .find(['<', '>'])
        .ok_or_else(|| plain("no comparison in the objective"))?;
    let (left, right) = text.split_at(at);
    let (comparison, limit) = comparison(right);
    let figure = figure(left)?;
    let limit = self::limit(figure.measure, limit)?;
    Ok(Objective {
        text: text.to_owned(),
        column: figure.column,
        measure: figure.measure,
        statistic: figure.statistic,
        comparison,
        limit,
    })
}

/// Reads a figure without a limit, as in `per_year.outage.mean`.
pub(super) fn read_figure(node: &Node) -> Parsed<Figure> {
    let Some(text) = node.text() else {
        return Err(vec![value::wrong_type(node, "a figure as a string")]);
    };
    figure(text).map_err(|(message, help)| {
        let mistake = value::mistake(node, "E0027", message);
        vec![mistake.helped(if help.is_empty() {
            "write column.measure.statistic, as in \"per_year.outage.mean\"".to_owned()
        } else {
            help
        })]
    })
}

/// Parses column, measure and statistic.
fn figure(text: &str) -> Result<Figure, (String, String)> {
    let plain = |message: &str| (message.to_owned(), String::new());
    let names: Vec<&str> = text.trim().split('.').map(str::trim).collect();
    let [column, measure, rest @ ..] = &names[..] else {
        return Err(plain("an objective begins with a column and a measure"));
    };
    let column = pick(column, &Column::ALL.map(|c| (c.name(), c)), "column")?;
    let measures: Vec<_> = column.measures().iter().map(|m| (m.name(), *m)).collect();
    let measure = pick(measure, &measures, &format!("measure of {}", column.name()))?;
    let statistics = Statistic::ALL.map(|s| (s.name(), s));
    let statistic = match rest {
        [] if measure.is_single() => Statistic::Mean,
        [] => return Err(plain("a statistic is missing: mean, p50, p95 or p99")),
        [name] => pick(name, &statistics, "statistic")?,
        _ => return Err(plain("too many parts before the comparison")),
    };
    if measure.is_single() && statistic != Statistic::Mean {
        let message = format!("{} is one number and has no percentiles", measure.name());
        return Err((
            message,
            format!("write {}.{}", column.name(), measure.name()),
        ));
    }
    Ok(Figure {
        column,
        measure,
        statistic,
    })
}

/// Splits the comparison off the limit. The text begins with `<` or `>`.
fn comparison(text: &str) -> (Comparison, &str) {
    let signs = [
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("<", Comparison::Below),
        (">", Comparison::Above),
    ];
    let found = signs.into_iter().find_map(|(sign, comparison)| {
        text.strip_prefix(sign)
            .map(|limit| (comparison, limit.trim()))
    });
    found.unwrap_or((Comparison::AtMost, text))
}

fn pick<T: Copy>(word: &str, words: &[(&str, T)], what: &str) -> Result<T, (String, String)> {
    let found = words
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, value)| *value);
    found.ok_or_else(|| {
        let valid: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        let help = suggest::help(word, &valid, "valid");
        (format!("unknown {what} `{word}`"), help)
    })
}

/// Reads the limit in the unit of its measure.
fn limit(measure: Measure, text: &str) -> Result<Limit, (String, String)> {
    let text = text.trim_matches(['"', '\'']).trim();
    // `f64` alone would also take "inf" and "nan".
    let plain = |text: &str| {
        let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'.') && text.len() <= 30;
        text.parse::<f64>().ok().filter(|_| digits)
    };
    match measure {
        Measure::TimeToRecover
        | Measure::DataLost
        | Measure::Outage
        | Measure::UnplannedOutage
        | Measure::PlannedOutage => parse_duration(text).map(Limit::Duration).map_err(|why| {
            let help = "write a duration such as \"30min\"".to_owned();
            (format!("the limit `{text}` is not a duration: {why}"), help)
        }),
        Measure::MessagesLost => plain(text).map(Limit::Count).ok_or_else(|| {
            (
                format!("the limit `{text}` is not a number of messages"),
                "write 43200".to_owned(),
            )
        }),
        Measure::Availability | Measure::AnyLoss => {
            let nines = text
                .strip_suffix("nines")
                .filter(|_| measure == Measure::Availability);
            let value = match (nines, text.strip_suffix('%')) {
                // "3.5 nines" is 1 less 10 to the -3.5.
                (Some(count), _) => plain(count.trim()).map(|count| 1.0 - libm::exp10(-count)),
                (None, Some(percent)) => plain(percent.trim()).map(|percent| percent / 100.0),
                (None, None) => plain(text),
            };
            value
                .filter(|value| *value <= 1.0)
                .map(Limit::Share)
                .ok_or_else(|| {
                    let help = match measure {
                        Measure::Availability => {
                            "write a number from 0 to 1, \"99.9%\" or \"3 nines\""
                        }
                        _ => "write a number from 0 to 1, or \"99.9%\"",
                    };
                    (
                        format!("the limit `{text}` is not a share"),
                        help.to_owned(),
                    )
                })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use poolproof_engines::clocks::distribution::SimDuration;

    #[test]
    fn objectives_of_every_kind() {
        let objective = parse("given_site_loss.data_lost.p95 <= \"30min\"").unwrap();
        assert_eq!(objective.column, Column::GivenSiteLoss);
        assert_eq!(objective.statistic, Statistic::P95);
        assert_eq!(
            objective.limit,
            Limit::Duration(SimDuration { ms: 1_800_000 })
        );
        let objective = parse("per_year.availability >= 99.5%").unwrap();
        assert_eq!(objective.comparison, Comparison::AtLeast);
        assert_eq!(objective.limit, Limit::Share(0.995));
        for (text, share) in [
            ("per_year.availability.mean >= 3 nines", 0.999),
            (
                "per_year.availability >= \"3.5 nines\"",
                1.0 - 3.162_277_660_168_379_6e-4,
            ),
            ("per_year.availability >= 0nines", 0.0),
        ] {
            assert_eq!(parse(text).unwrap().limit, Limit::Share(share), "{text}");
        }
        let objective = parse("per_year.messages_lost.mean<100").unwrap();
        assert_eq!(objective.comparison, Comparison::Below);
        assert_eq!(objective.limit, Limit::Count(100.0));
    }

    #[test]
    fn bad_objectives_say_why() {
        for (text, why) in [
            ("", "no comparison in the objective"),
            ("<=", "an objective begins with a column and a measure"),
            ("per_yaer.outage.mean <= 1h", "unknown column `per_yaer`"),
            (
                "per_incident.data_lost.p95 <= 1h",
                "unknown measure of per_incident `data_lost`",
            ),
            (
                "per_year.outage <= 1h",
                "a statistic is missing: mean, p50, p95 or p99",
            ),
            ("per_year.outage.p90 <= 1h", "unknown statistic `p90`"),
            (
                "per_year.any_loss.p95 <= 0.1",
                "any_loss is one number and has no percentiles",
            ),
            (
                "per_year.outage.mean <= 60",
                "the limit `60` is not a duration: no unit",
            ),
            ("per_year.any_loss <= 5", "the limit `5` is not a share"),
            (
                "per_year.any_loss <= 2 nines",
                "the limit `2 nines` is not a share",
            ),
            (
                "per_year.availability >= nines",
                "the limit `nines` is not a share",
            ),
        ] {
            assert_eq!(parse(text).unwrap_err().0, why, "{text}");
        }
    }
}
