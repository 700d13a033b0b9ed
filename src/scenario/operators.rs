//! `[operators]`: which runbooks people follow, and what they may take for granted.

use poolproof_engines::clocks::distribution::Distribution;
use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::runbook::Mistake;
use poolproof_models::names::runbook::Operation;
use poolproof_models::names::runbook::Role;

use super::assumption::Grade;
use super::delay;
use super::diagnostic::Diagnostic;
use super::diagnostic::Severity;
use super::document::Node;
use super::keys::Kind;
use super::library::Library;
use super::reader::Section;
use super::reader::Setting;
use super::runbook::RunbookFile;
use super::value;
use super::value::Rate;

pub use poolproof_models::state::topology::Assumption as SiteAssumption;

/// The operators.
#[derive(Debug, Clone, PartialEq)]
pub struct Operators {
    /// What is done when the principal is gone and nothing promotes the mirror by itself.
    pub mirror_failover: Option<RunbookFile>,
    /// What is done when DC1 is gone.
    pub site_failover: Option<RunbookFile>,
    /// What is done to return to DC1.
    pub site_failback: Option<RunbookFile>,
    /// What is done when log shipping has stopped for good (handbook 4.8).
    pub log_shipping_repair: Option<RunbookFile>,
    /// Whether the documented assumption holds.
    pub assumption: SiteAssumption,
    /// When people are at work, and how soon an alarm is seen; `None` where alarms are seen as the
    /// runbooks say, at any hour.
    pub shifts: Option<Shifts>,
    /// Mistakes on the clock, with the probability of each at a step where it can be made.
    pub mistakes: Vec<(Mistake, f64)>,
    /// Operations outside any runbook on the clock, with how often they happen.
    pub misoperations: Vec<(Operation, Rate)>,
    /// The probability that an error is made, noticed and put right in one run of a runbook.
    pub error_probability: f64,
    /// How much longer such a run takes.
    pub error_correction: Distribution,
    /// Seeding a mirror again after its disks were lost.
    pub reseeding: Distribution,
}

/// The hours of a week in which people are at work, and how soon they see an alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct Shifts {
    /// From this time of the day.
    pub from: SimDuration,
    /// To this time of the day.
    pub to: SimDuration,
    /// On this many days, from Monday on.
    pub days: u64,
    /// Until an alarm is acknowledged in these hours: the steps `decide` of the phase `detect`.
    pub on_duty: Distribution,
    /// The same in all other hours.
    pub off_duty: Distribution,
}

impl Operators {
    /// The runbook of a role, if there is one.
    #[must_use]
    pub fn runbook(&self, role: Role) -> Option<&RunbookFile> {
        match role {
            Role::MirrorFailover => self.mirror_failover.as_ref(),
            Role::SiteFailover => self.site_failover.as_ref(),
            Role::SiteFailback => self.site_failback.as_ref(),
            Role::LogShippingRepair => self.log_shipping_repair.as_ref(),
        }
    }

    /// All runbooks in use, in the stable order of the roles.
    pub fn runbooks(&self) -> impl Iterator<Item = &RunbookFile> {
        Role::ALL.into_iter().filter_map(|role| self.runbook(role))
    }
}

const ASSUMPTION: Setting = Setting::new(
    "assumption",
    "\"holds\"",
    Grade::V,
    "Failing over Persistent Chat Server: in DC1 the databases and the Front End are down",
)
.means("whether DC1 really is down when operators leave it, and stays down");

impl Operators {
    pub(super) fn read(mut section: Section<'_>, library: &mut Library<'_>) -> Self {
        let mut runbook = |key, role| read_runbook(&mut section, key, role, library);
        let mirror_failover = runbook("mirror_failover", Role::MirrorFailover);
        let site_failover = runbook("site_failover", Role::SiteFailover);
        let site_failback = runbook("site_failback", Role::SiteFailback);
        let log_shipping_repair = runbook("log_shipping_repair", Role::LogShippingRepair);
        let words = [
            ("holds", SiteAssumption::Holds),
            ("dropped", SiteAssumption::Dropped),
        ];
        let assumption = section.word(&ASSUMPTION, &words);
        let mut files = [
            mirror_failover,
            site_failover,
            site_failback,
            log_shipping_repair,
        ];
        durations(&mut section, &mut files);
        let [
            mirror_failover,
            site_failover,
            site_failback,
            log_shipping_repair,
        ] = files;
        let mistakes = mistakes(section.inner("mistakes"));
        let misoperations = misoperations(section.inner("misoperations"));
        let shifts = section
            .wants("shifts")
            .then(|| shifts(section.inner("shifts")));
        let share = Kind::Within {
            least: 0.0,
            most: 0.9,
        };
        section.describe("error_probability", share, "");
        let error_probability = section
            .read(&ERROR_PROBABILITY, |node| {
                value::number_within(node, 0.0, 0.9)
            })
            .unwrap_or(0.0);
        let error_correction = section.distribution(&ERROR_CORRECTION);
        let reseeding = section.distribution(&RESEEDING);
        section.finish();
        Self {
            shifts,
            mistakes,
            misoperations,
            error_probability,
            error_correction,
            reseeding,
            mirror_failover,
            site_failover,
            site_failback,
            log_shipping_repair,
            assumption,
        }
    }
}

const ERROR_PROBABILITY: Setting = Setting::new(
    "error_probability",
    "0.0",
    Grade::J,
    "judgement: off; derived from HEART (Williams 1985) 0.02 where the procedure is drilled, 0.15 \
     where it is not",
)
.means("probability that an error is made, noticed and put right in one run of a runbook");
const ERROR_CORRECTION: Setting = Setting::new(
    "error_correction",
    "{ lognormal = { median = \"60min\", sigma = 1.0 } }",
    Grade::J,
    "judgement",
)
.means("how much longer such a run takes");
const RESEEDING: Setting = Setting::new(
    "reseeding",
    "{ lognormal = { median = \"4h\", sigma = 0.8 } }",
    Grade::J,
    "judgement: grows with the size of the database",
)
.means("seeding a mirror again after its disks were lost");
const FROM: Setting = Setting::new("from", "\"8h\"", Grade::J, "judgement: office hours")
    .means("people are at work from this time of the day");
const TO: Setting = Setting::new("to", "\"18h\"", Grade::J, "judgement: office hours")
    .means("people are at work to this time of the day");
const DAYS: Setting = Setting::new("days", "5", Grade::J, "judgement: Monday to Friday")
    .means("people are at work on this many days, from Monday on");
const ALARM: &str = "judgement around targets of 5 and 30 min (Site Reliability Engineering, 2016)";
const ON_DUTY: Setting = Setting::new(
    "on_duty",
    "{ lognormal = { median = \"5min\", sigma = 0.8 } }",
    Grade::J,
    ALARM,
)
.means("until an alarm is acknowledged in these hours: the steps decide of the phase detect");
const OFF_DUTY: Setting = Setting::new(
    "off_duty",
    "{ lognormal = { median = \"15min\", sigma = 1.0 } }",
    Grade::J,
    ALARM,
)
.means("the same in all other hours");

/// Durations of steps that a scenario changes: by runbook and operation.
fn durations(section: &mut Section<'_>, files: &mut [Option<RunbookFile>]) {
    let mut section = section.inner("durations");
    for role in Role::ALL {
        let key = key_of(role);
        let key = key.strip_prefix("operators.").unwrap_or(key);
        if !section.wants(key) {
            continue;
        }
        let mut file = files
            .iter_mut()
            .flatten()
            .find(|file| file.runbook.role == role);
        let mut inner = section.inner(key);
        for operation in Operation::ALL {
            let name = operation.name();
            let meaning = format!("how long {name} takes");
            inner.describe(name, Kind::Distribution, &meaning);
            let observed = std::mem::take(&mut inner.reader.observed);
            let read = |node: &Node| delay::distribution(node, &observed);
            let duration = inner.optional(name, read);
            inner.reader.observed = observed;
            let Some(duration) = duration else { continue };
            inner.assume_written(name);
            let place = inner.value_place(name);
            let mut known = false;
            if let Some(file) = &mut file {
                let steps = file.runbook.steps.iter().zip(&mut file.durations);
                for (number, (step, own)) in steps.enumerate() {
                    if step.operation == operation {
                        known = true;
                        own.clone_from(&duration);
                        let old = format!("{}.step.{}.duration", file.runbook.name, number + 1);
                        inner.reader.assumptions.retain(|a| a.key != old);
                    }
                }
            }
            if let Some(place) = place.filter(|_| !known) {
                let message = format!("no step of {key} does {name}");
                let mistake = Diagnostic::at(&place, Severity::Error, "E0026", message);
                let help = "only steps of the runbook in use have a duration to change";
                inner.refuse(name, vec![mistake.helped(help)]);
            }
        }
        inner.finish();
    }
    section.finish();
}

fn shifts(mut section: Section<'_>) -> Shifts {
    let day = SimDuration { ms: 86_400_000 };
    let place = section.place().clone();
    let shifts = Shifts {
        from: section.duration(&FROM, SimDuration { ms: 0 }..=day),
        to: section.duration(&TO, SimDuration { ms: 0 }..=day),
        days: section.integer(&DAYS, 1..=7),
        on_duty: section.distribution(&ON_DUTY),
        off_duty: section.distribution(&OFF_DUTY),
    };
    if shifts.from >= shifts.to {
        let place = section.value_place("to").unwrap_or(place);
        let message = "the hours end before they begin".to_owned();
        let mistake = Diagnostic::at(&place, Severity::Error, "E0024", message);
        let help = "times of one day, such as from = \"8h\" and to = \"18h\"";
        section.refuse("to", vec![mistake.helped(help)]);
    }
    section.finish();
    shifts
}

/// The probabilities of mistakes, by their name.
fn mistakes(mut section: Section<'_>) -> Vec<(Mistake, f64)> {
    let mut found = Vec::new();
    for mistake in Mistake::ALL {
        let read = |node: &Node| value::number_within(node, 0.0, 0.19);
        let share = Kind::Within {
            least: 0.0,
            most: 0.19,
        };
        let meaning = format!(
            "probability of {} at a step where it can be made",
            mistake.name()
        );
        section.describe(mistake.name(), share, &meaning);
        if let Some(probability) = section.optional(mistake.name(), read) {
            section.assume_written(mistake.name());
            if probability > 0.0 {
                found.push((mistake, probability));
            }
        }
    }
    section.finish();
    found
}

/// The rates of operations outside any runbook, by their name.
fn misoperations(mut section: Section<'_>) -> Vec<(Operation, Rate)> {
    let mut found = Vec::new();
    for operation in Operation::ALL {
        let meaning = format!("how often {} is done outside any runbook", operation.name());
        section.describe(operation.name(), Kind::Rate, &meaning);
        if let Some(rate) = section.optional(operation.name(), value::rate) {
            section.assume_written(operation.name());
            if !rate.is_zero() {
                found.push((operation, rate));
            }
        }
    }
    section.finish();
    found
}

/// Reads the runbook that a key names; "none" is the same as no key, for variants that drop the
/// runbook of the file they extend.
fn read_runbook(
    section: &mut Section<'_>,
    key: &'static str,
    role: Role,
    library: &mut Library<'_>,
) -> Option<RunbookFile> {
    let meaning = match role {
        Role::MirrorFailover => {
            "runbook for the loss of the principal where nothing promotes the mirror by itself"
        }
        Role::SiteFailover => "runbook for the loss of DC1",
        Role::SiteFailback => "runbook for the return to DC1",
        Role::LogShippingRepair => "runbook for log shipping that has stopped for good",
    };
    section.describe(key, Kind::Path, meaning);
    let path = section.optional(key, value::string)?;
    let place = section.value_place(key)?;
    if path == "none" {
        return None;
    }
    let source = match library.open("runbook", &place, &path) {
        Ok(source) => source,
        Err(mistakes) => {
            section.refuse(key, mistakes);
            return None;
        }
    };
    let file = RunbookFile::read(section.reader, library, &source)?;
    let found = file.runbook.role;
    if found != role {
        let message = format!(
            "`{path}` is a runbook for {}, not {}",
            found.name(),
            role.name()
        );
        let mistake = Diagnostic::at(&place, Severity::Error, "E0026", message);
        let help = format!("name it at {}, or another runbook here", key_of(found));
        section.refuse(key, vec![mistake.helped(help)]);
        return None;
    }
    section.assume(key, path, Ok(&place));
    Some(file)
}

/// The key that a runbook of this role belongs to.
const fn key_of(role: Role) -> &'static str {
    match role {
        Role::MirrorFailover => "operators.mirror_failover",
        Role::SiteFailover => "operators.site_failover",
        Role::SiteFailback => "operators.site_failback",
        Role::LogShippingRepair => "operators.log_shipping_repair",
    }
}

/// Where a scenario changes the duration of a runbook's steps that do an operation.
#[must_use]
pub fn duration_key(role: Role, operation: &str) -> String {
    let key = key_of(role);
    let runbook = key.strip_prefix("operators.").unwrap_or(key);
    format!("operators.durations.{runbook}.{operation}")
}
