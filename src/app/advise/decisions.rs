//! The decisions that vary: those of the request, or a list that fits the scenario.

use poolproof_models::names::runbook::{Operation, Role};
use poolproof_models::names::site::ShareLocation;
use poolproof_reports::advice::{AdviceDecision, AdviceSetting};

use crate::app::error::AppError;
use crate::app::sweep::Parameter;
use crate::scenario::Scenario;
use crate::scenario::decisions::{self, DeclaredDecision};
use crate::scenario::operators::runbook_key;
use crate::scenario::pool::{Servers, Variant};

/// Settings that a choice puts in place of the scenario's own: path of the key, and value.
pub type ChoiceSettings = Vec<(String, String)>;

/// A decision: the scenario's own values, or one of these choices.
#[derive(Debug, Clone, PartialEq)]
pub struct VariedDecision {
    /// The choices other than that of the scenario.
    pub choices: Vec<DecisionChoice>,
}

/// A choice.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionChoice {
    /// What it is called; its settings where it has no name.
    pub name: Option<&'static str>,
    /// What it sets.
    pub settings: ChoiceSettings,
    /// What it costs per year beside the prices of the scenario.
    pub cost_per_year: f64,
}

impl DecisionChoice {
    fn of(settings: ChoiceSettings) -> Self {
        Self {
            name: None,
            settings,
            cost_per_year: 0.0,
        }
    }

    fn named(name: &'static str, settings: &[(&str, &str)]) -> Self {
        let owned = |(path, value): &(&str, &str)| ((*path).to_owned(), (*value).to_owned());
        Self {
            name: Some(name),
            settings: settings.iter().map(owned).collect(),
            cost_per_year: 0.0,
        }
    }

    /// What it changes, in words.
    pub(super) fn words(&self) -> String {
        let set = self.settings.iter();
        let set = set.map(|(path, value)| format!("{path} = {value}"));
        let set = || set.collect::<Vec<_>>().join(", ");
        self.name.map_or_else(set, str::to_owned)
    }
}

impl VariedDecision {
    /// Reads `PATH=V1,V2`: one value with several choices.
    ///
    /// # Errors
    ///
    /// Says what is missing, or which value stands there twice.
    pub fn one_value(text: &str) -> Result<Self, String> {
        let Parameter { path, values } = Parameter::list(text)?;
        let is_same = |one: &String, other: &String| decisions::is_same_value(one, other);
        if let Some(twice) = repeated(&values, is_same) {
            return Err(format!("`{text}` has the choice `{twice}` twice"));
        }
        let choice = |value: String| DecisionChoice::of(vec![(path.clone(), value)]);
        Ok(Self {
            choices: values.into_iter().map(choice).collect(),
        })
    }

    /// Reads `PATH=VALUE;PATH=VALUE`: one choice that sets several values.
    ///
    /// # Errors
    ///
    /// Says what is missing, or which value is set twice.
    pub fn together(text: &str) -> Result<Self, String> {
        let read = |part: &str| {
            let Parameter { path, values } = Parameter::list(part)?;
            match <[String; 1]>::try_from(values) {
                Ok([value]) => Ok((path, value)),
                Err(_) => Err(format!("`{part}` has more than one value")),
            }
        };
        let settings: Result<ChoiceSettings, String> = text.split(';').map(read).collect();
        let settings = settings?;
        if let Some((twice, _)) = repeated(&settings, |one, other| one.0 == other.0) {
            return Err(format!("`{text}` sets `{twice}` twice"));
        }
        Ok(Self {
            choices: vec![DecisionChoice::of(settings)],
        })
    }

    /// A decision that the scenario declares.
    fn declared(of: &DeclaredDecision) -> Self {
        let one = |value: &String| vec![(of.key.clone(), value.clone())];
        let alone = of.values.iter().map(one);
        let together = (!of.together.is_empty()).then(|| of.together.clone());
        let mut costs = of.costs.iter().map(|cost| cost.per_year());
        let choices = alone.chain(together).map(|settings| DecisionChoice {
            cost_per_year: costs.next().unwrap_or_default(),
            ..DecisionChoice::of(settings)
        });
        Self {
            choices: choices.collect(),
        }
    }

    /// The decision as an option has it: what [`VariedDecision::one_value`] or, of several values,
    /// [`VariedDecision::together`] reads.
    #[must_use]
    pub fn words(&self) -> String {
        let several = self.choices.iter().any(|one| one.settings.len() != 1);
        let mut choices = self.choices.iter().flat_map(|one| &one.settings);
        if several {
            let each = choices.map(|(path, value)| format!("{path}={value}"));
            return each.collect::<Vec<_>>().join(";");
        }
        let Some((path, first)) = choices.next() else {
            return String::new();
        };
        let others = choices.map(|(_, value)| format!(",{value}"));
        format!("{path}={first}{}", others.collect::<String>())
    }

    fn paths(&self) -> impl Iterator<Item = &str> {
        let all = self.choices.iter().flat_map(|one| &one.settings);
        all.map(|(path, _)| path.as_str())
    }

    /// The decision without the choices that are the scenario's own.
    fn besides(mut self, scenario: &Scenario) -> Self {
        self.choices.retain(|choice| {
            let own = |(path, value): &(String, String)| {
                own(scenario, path).is_some_and(|own| decisions::is_same_value(own, value))
            };
            !choice.settings.iter().all(own)
        });
        self
    }

    /// The decision as the document has it.
    pub(super) fn document(&self) -> AdviceDecision {
        AdviceDecision {
            choices: self
                .choices
                .iter()
                .map(|one| settings(&one.settings))
                .collect(),
        }
    }
}

/// Settings as the document has them.
pub(super) fn settings(of: &[(String, String)]) -> Vec<AdviceSetting> {
    of.iter()
        .map(|(path, value)| AdviceSetting {
            path: path.clone(),
            value: value.clone(),
        })
        .collect()
}

/// The value that the scenario has at a path.
fn own<'a>(scenario: &'a Scenario, path: &str) -> Option<&'a str> {
    let mut assumptions = scenario.assumptions().iter();
    let found = assumptions.find(|one| one.key == path);
    found.map(|one| one.value.trim().trim_matches(['"', '\'']))
}

/// The first item that is the same as one before it.
fn repeated<T>(items: &[T], is_same: impl Fn(&T, &T) -> bool) -> Option<&T> {
    let mut numbered = items.iter().enumerate();
    let found = numbered.find(|(number, one)| {
        let mut before = items[..*number].iter();
        before.any(|other| is_same(one, other))
    });
    found.map(|(_, one)| one)
}

/// The decisions that the scenario declares, without the choices that are its own.
pub(super) fn declared(scenario: &Scenario) -> Vec<VariedDecision> {
    let listed = scenario.decisions.iter();
    let decisions = listed.map(|one| VariedDecision::declared(one).besides(scenario));
    decisions.filter(|one| !one.choices.is_empty()).collect()
}

/// The decisions of a request, checked against the scenario; choices that are the scenario's own
/// are left out, since the scenario as it is is always a candidate.
///
/// # Errors
///
/// When a path is varied twice, or is about what is asked and not about the pool.
pub(super) fn asked(
    varied: &[VariedDecision],
    scenario: &Scenario,
) -> Result<Vec<VariedDecision>, AppError> {
    for (number, decision) in varied.iter().enumerate() {
        for path in decision.paths() {
            if !decisions::is_about_the_pool(path) {
                let message = format!("`{path}` is no decision about the pool");
                return Err(AppError::request(message).hinted(format!(
                    "change it for all candidates, as in --set {path}=VALUE"
                )));
            }
            let mut earlier = varied[..number].iter();
            if earlier.any(|other| other.paths().any(|one| one == path)) {
                return Err(AppError::request(format!("`{path}` is varied twice")));
            }
        }
    }
    let besides = varied.iter().map(|one| one.clone().besides(scenario));
    Ok(besides.filter(|one| !one.choices.is_empty()).collect())
}

/// The shipped list: the decisions about a stretched pool that fit the scenario. `loads` says
/// whether settings make a valid scenario: what does not is on no list.
pub(super) fn shipped(
    scenario: &Scenario,
    loads: &dyn Fn(&ChoiceSettings) -> bool,
) -> Vec<VariedDecision> {
    let mut found: Vec<Vec<DecisionChoice>> = Vec::new();
    let each = |path: &str, values: &[&str]| -> Vec<DecisionChoice> {
        let set = |value: &&str| vec![(path.to_owned(), (*value).to_owned())];
        let choices = values.iter().map(set).map(DecisionChoice::of);
        choices.collect()
    };
    if scenario.mirroring.enabled {
        found.push(each("mirroring.witness", &["DC1", "none"]));
    }
    if scenario.log_shipping.enabled {
        if scenario.log_shipping.share != ShareLocation::OnPrimary {
            found.push(each("log_shipping.share", &["DC1", "DC2", "third"]));
        }
        found.push(vec![DecisionChoice::named(
            "log shipping every 5 minutes",
            &[
                ("log_shipping.backup_interval", "5min"),
                ("log_shipping.copy_interval", "5min"),
                ("log_shipping.restore_interval", "5min"),
            ],
        )]);
        found.push(each("secondary.mirror", &["true", "false"]));
    }
    found.push(vec![DecisionChoice::named(
        "operators at work around the clock",
        &[
            ("operators.shifts.from", "0s"),
            ("operators.shifts.to", "1d"),
            ("operators.shifts.days", "7"),
        ],
    )]);
    found.extend(Role::ALL.into_iter().filter_map(|role| {
        let key = runbook_key(role);
        let file = own(scenario, &key)?;
        let hardened = file.replace("-documented", "-hardened");
        (hardened != file).then(|| each(&key, &[&hardened]))
    }));
    let decides = scenario.operators.site_failover.as_ref();
    let decides = decides.is_some_and(|file| {
        let mut steps = file.runbook.steps.iter();
        steps.any(|step| step.operation == Operation::Decide)
    });
    if decides {
        let soon = "{ lognormal = { median = \"15min\", sigma = 0.9 } }";
        found.push(vec![DecisionChoice::named(
            "a decision about the failover in 15 minutes (median)",
            &[("operators.durations.site_failover.decide", soon)],
        )]);
    }
    found.extend(other_variant(scenario).map(|one| vec![one]));
    let decisions = found.into_iter().map(|mut choices| {
        choices.retain(|one| loads(&one.settings));
        VariedDecision { choices }.besides(scenario)
    });
    decisions.filter(|one| !one.choices.is_empty()).collect()
}

/// The other variant of the pool, with the same servers and as many of them active.
fn other_variant(scenario: &Scenario) -> Option<DecisionChoice> {
    let [first, second] = &scenario.pool.servers;
    let (name, variant, there) = match scenario.pool.variant {
        Variant::Lbw => (
            "active servers in both data centres (HBW)",
            "HBW",
            first.active / 2,
        ),
        Variant::Hbw => ("active servers in DC1 only (LBW)", "LBW", 0),
    };
    let active = first.active + second.active;
    let here = active - there;
    let total = |site: &Servers| site.active + site.idle;
    let settings = [
        ("pool.variant", variant.to_owned()),
        ("pool.dc1.active", here.to_string()),
        ("pool.dc1.idle", total(first).checked_sub(here)?.to_string()),
        ("pool.dc2.active", there.to_string()),
        (
            "pool.dc2.idle",
            total(second).checked_sub(there)?.to_string(),
        ),
    ];
    Some(DecisionChoice {
        name: Some(name),
        settings: settings
            .map(|(path, value)| (path.to_owned(), value))
            .into(),
        cost_per_year: 0.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    use crate::scenario::load_with;

    const LBW: &str = "scenarios/lync-2013-lbw.toml";

    fn scenario() -> Scenario {
        load_with(Path::new(LBW), &[]).expect("valid").scenario
    }

    #[test]
    fn choices_that_are_the_scenarios_own_are_left_out() {
        let read = |text: &str| VariedDecision::one_value(text).unwrap();
        let found = asked(&[read("log_shipping.share=DC1,DC2")], &scenario()).unwrap();
        assert_eq!(found, [read("log_shipping.share=DC2")]);
        assert!(
            asked(&[read("log_shipping.share=DC1")], &scenario())
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn what_is_asked_is_no_decision() {
        let read = |text: &str| VariedDecision::one_value(text).unwrap();
        for bad in [
            "check.faults=1",
            "expect.SB=violated",
            "simulate.horizon=1d",
        ] {
            assert!(asked(&[read(bad)], &scenario()).is_err(), "{bad}");
        }
        let twice = [
            read("secondary.mirror=true"),
            read("secondary.mirror=false"),
        ];
        assert!(asked(&twice, &scenario()).is_err());
    }

    #[test]
    fn values_that_change_together_are_one_choice() {
        let found = VariedDecision::together("a.b=1; a.c={ x = 2, y = 3 }").unwrap();
        let read = found.document().choices.remove(0);
        let read: Vec<_> = read.into_iter().map(|one| (one.path, one.value)).collect();
        let expected = [("a.b", "1"), ("a.c", "{ x = 2, y = 3 }")];
        assert_eq!(
            read,
            expected.map(|(path, value)| (path.to_owned(), value.to_owned()))
        );
        assert_eq!(found.words(), "a.b=1;a.c={ x = 2, y = 3 }");
        assert!(VariedDecision::together("a.b=1,2").is_err());
        assert!(VariedDecision::together("a.b=1;").is_err());
    }

    #[test]
    fn the_shipped_list_has_every_kind_of_decision() {
        let loads = |set: &ChoiceSettings| load_with(Path::new(LBW), set).is_ok();
        let found = shipped(&scenario(), &loads);
        let firsts: Vec<&str> = found.iter().filter_map(|one| one.paths().next()).collect();
        assert_eq!(
            firsts,
            [
                "mirroring.witness",
                "log_shipping.share",
                "log_shipping.backup_interval",
                "secondary.mirror",
                "operators.shifts.from",
                "operators.site_failover",
                "operators.durations.site_failover.decide",
                "pool.variant",
            ]
        );
    }
}
