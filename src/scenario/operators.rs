//! `[operators]`: which runbooks people follow, and what they may take for granted.

use poolproof_engines::clocks::distribution::{Distribution, SimDuration};
use poolproof_models::names::runbook::{Mistake, Operation, Role};
pub use poolproof_models::state::topology::Assumption as SiteAssumption;

use super::assumption::Grade;
use super::diagnostic::{Diagnostic, Severity};
use super::format::{Delay, EventsPerTime, OneOf, Text, Time, Whole, Within};
use super::keys::Kind;
use super::reader::{Origin, Section};
use super::row::{EachRow, Row, default, each, keys, optional_table};
use super::runbook::RunbookFile;
use super::value::Rate;
use super::writer::TableWriter;

const ALARM: &str = "judgement around targets of 5 and 30 min (Site Reliability Engineering, 2016)";
const TIME_OF_DAY: Time = Time(SimDuration { ms: 0 }, SimDuration { ms: 86_400_000 });

keys! {
    /// The hours of a week in which people are at work, and how soon they see an alarm.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Shifts, then Self::agree {
        pub from: SimDuration = "people are at work from this time of the day",
            default(TIME_OF_DAY, "\"8h\"", Grade::J, "judgement: office hours");
        pub to: SimDuration = "people are at work to this time of the day",
            default(TIME_OF_DAY, "\"18h\"", Grade::J, "judgement: office hours");
        pub days: u64 = "people are at work on this many days, from Monday on",
            default(Whole(1, 7), "5", Grade::J, "judgement: Monday to Friday");
        pub on_duty: Distribution =
            "until an alarm is acknowledged in these hours: the steps decide of the phase detect",
            default(
                Delay, "{ lognormal = { median = \"5min\", sigma = 0.8 } }", Grade::J, ALARM
            );
        pub off_duty: Distribution = "the same in all other hours",
            default(
                Delay, "{ lognormal = { median = \"15min\", sigma = 1.0 } }", Grade::J, ALARM
            );
    }
}

impl Shifts {
    fn agree(self, section: &mut Section<'_, '_>) -> Self {
        if self.from >= self.to {
            let place = section.value_place("to");
            let place = place.unwrap_or_else(|| section.place().clone());
            let message = "the hours end before they begin".to_owned();
            let mistake = Diagnostic::at(&place, Severity::Error, "E0024", message);
            let help = "times of one day, such as from = \"8h\" and to = \"18h\"";
            section.refuse("to", vec![mistake.helped(help)]);
        }
        self
    }
}

keys! {
    /// The operators.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Operators, then Self::finish {
        pub mirror_failover: Option<RunbookFile> =
            "runbook for the loss of the principal where nothing promotes the mirror by itself",
            RunbookRow(Role::MirrorFailover);
        pub site_failover: Option<RunbookFile> = "runbook for the loss of DC1",
            RunbookRow(Role::SiteFailover);
        pub site_failback: Option<RunbookFile> = "runbook for the return to DC1",
            RunbookRow(Role::SiteFailback);
        /// Handbook 4.8.
        pub log_shipping_repair: Option<RunbookFile> =
            "runbook for log shipping that has stopped for good",
            RunbookRow(Role::LogShippingRepair);
        /// Handbook 13.22.
        pub last_resort: Option<RunbookFile> =
            "runbook for an outage that nothing else ends, although a database server runs",
            RunbookRow(Role::LastResort);
        /// Handbook 13.15.
        pub planned_switch: Option<RunbookFile> =
            "runbook for a planned switch to DC2, such as the yearly test; for the way back, a \
             site_failback",
            RunbookRow(Role::PlannedSwitch);
        pub assumption: SiteAssumption =
            "whether DC1 really is down when operators leave it, and stays down",
            default(
                OneOf([
                    ("holds", SiteAssumption::Holds),
                    ("dropped", SiteAssumption::Dropped),
                ]),
                "\"holds\"", Grade::V,
                "Failing over Persistent Chat Server: in DC1 the databases and the Front End are \
                 down"
            );
        /// In place of those of the runbooks, which are replaced above.
        pub durations: Vec<StepDuration> = "durations of steps that replace those of the runbooks",
            Durations([
                mirror_failover.as_ref(),
                site_failover.as_ref(),
                site_failback.as_ref(),
                log_shipping_repair.as_ref(),
                last_resort.as_ref(),
                planned_switch.as_ref(),
            ]);
        /// Above 0.
        pub mistakes: Vec<(Mistake, f64)> =
            "mistakes on the clock: the probability of each at a step",
            each(
                Mistake::ALL.map(|mistake| (mistake.name(), mistake)), Within(0.0, 0.19),
                |name| format!("probability of {name} at a step where it can be made")
            );
        /// Above 0.
        pub misoperations: Vec<(Operation, Rate)> =
            "operations outside any runbook on the clock: how often each happens",
            each(
                Operation::ALL.map(|operation| (operation.name(), operation)), EventsPerTime,
                |name| format!("how often {name} is done outside any runbook")
            );
        pub shifts: Option<Shifts> =
            "the hours in which people are at work; without it, alarms are seen as the \
             runbooks say",
            optional_table();
        pub error_probability: f64 =
            "probability that an error is made, noticed and put right in one run of a runbook",
            default(
                Within(0.0, 0.9), "0.02", Grade::D,
                "derived from HEART (Williams 1985) for a procedure that is drilled; where it is \
                 not, write 0.15"
            );
        pub error_correction: Distribution = "how much longer such a run takes",
            default(
                Delay, "{ lognormal = { median = \"60min\", sigma = 1.0 } }", Grade::J, "judgement"
            );
        pub reseeding: Distribution = "seeding a mirror again after its disks were lost",
            default(
                Delay, "{ lognormal = { median = \"4h\", sigma = 0.8 } }", Grade::J,
                "judgement: grows with the size of the database"
            );
    }
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
            Role::LastResort => self.last_resort.as_ref(),
            Role::PlannedSwitch => self.planned_switch.as_ref(),
        }
    }

    /// All runbooks in use, in the stable order of the roles.
    pub fn runbooks(&self) -> impl Iterator<Item = &RunbookFile> {
        Role::ALL.into_iter().filter_map(|role| self.runbook(role))
    }

    /// All runbooks in use, to change them.
    pub fn runbooks_mut(&mut self) -> impl Iterator<Item = &mut RunbookFile> {
        let files = [
            &mut self.mirror_failover,
            &mut self.site_failover,
            &mut self.site_failback,
            &mut self.log_shipping_repair,
            &mut self.last_resort,
            &mut self.planned_switch,
        ];
        files.into_iter().flatten()
    }

    /// Leaves out what never happens, and gives the steps of the runbooks their durations.
    fn finish(mut self, _: &mut Section<'_, '_>) -> Self {
        self.mistakes.retain(|(_, probability)| *probability > 0.0);
        self.misoperations.retain(|(_, rate)| !rate.is_zero());
        let durations = self.durations.clone();
        for file in self.runbooks_mut() {
            for changed in &durations {
                let steps = file.runbook.steps.iter().zip(&mut file.durations);
                for (step, own) in steps {
                    if (file.runbook.role, step.operation) == (changed.role, changed.operation) {
                        own.clone_from(&changed.duration);
                    }
                }
            }
        }
        self
    }
}

/// A duration in the scenario that replaces that of a runbook's steps.
#[derive(Debug, Clone, PartialEq)]
pub struct StepDuration {
    /// Whose runbook it is.
    pub role: Role,
    /// What the steps do.
    pub operation: Operation,
    /// How long each of them takes.
    pub duration: Distribution,
}

/// Durations of steps, in a table for each runbook.
struct Durations<'f>([Option<&'f RunbookFile>; Role::ALL.len()]);

impl Durations<'_> {
    const TABLES: [(Role, &'static str); Role::ALL.len()] = [
        (
            Role::MirrorFailover,
            "steps of the runbook for the mirror failover",
        ),
        (
            Role::SiteFailover,
            "steps of the runbook for the failover to DC2",
        ),
        (
            Role::SiteFailback,
            "steps of the runbook for the failback to DC1",
        ),
        (
            Role::LogShippingRepair,
            "steps of the runbook for the repair of log shipping",
        ),
        (Role::LastResort, "steps of the runbook for the last resort"),
        (
            Role::PlannedSwitch,
            "steps of the runbook for a planned switch to DC2",
        ),
    ];

    fn row() -> EachRow<Operation, Delay> {
        let names = Operation::ALL.map(|operation| (operation.name(), operation));
        each(names, Delay, |name| format!("how long {name} takes"))
    }

    /// The runbook of a role.
    fn file(&self, role: Role) -> Option<&RunbookFile> {
        let mut files = self.0.iter().flatten();
        files.find(|file| file.runbook.role == role).copied()
    }

    /// Takes the durations that are replaced out of what is noted, or refuses one that no step has.
    fn replace(&self, section: &mut Section<'_, '_>, role: Role, operation: Operation) {
        let name = operation.name();
        let file = self.file(role);
        let steps = file.iter().flat_map(|file| {
            let steps = file.runbook.steps.iter().enumerate();
            let replaced = steps.filter(|(_, step)| step.operation == operation);
            replaced.map(|(index, _)| file.duration_key(index))
        });
        let replaced: Vec<String> = steps.collect();
        if replaced.is_empty() {
            let message = format!("no step of {} does {name}", key_of(role));
            let help = "only steps of the runbook in use have a duration to change";
            section.contradiction(name, message, help);
        }
        let noted = &mut section.reader.assumptions;
        noted.retain(|noted| !replaced.contains(&noted.key));
    }
}

impl Row for Durations<'_> {
    type Value = Vec<StepDuration>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value> {
        let mut found = Vec::new();
        let mut section = section.inner(key, meaning);
        for (role, meaning) in Self::TABLES {
            if !section.wants(key_of(role)) {
                continue;
            }
            let mut inner = section.inner(key_of(role), meaning);
            for (operation, duration) in Self::row().read_from(&mut inner, true) {
                self.replace(&mut inner, role, operation);
                found.push(StepDuration {
                    role,
                    operation,
                    duration,
                });
            }
            inner.finish();
        }
        section.finish();
        Some(found)
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str) {
        let mut out = out.inner(key);
        for (role, _) in Self::TABLES {
            let of_role = value.iter().filter(|changed| changed.role == role);
            let durations = of_role.map(|changed| (changed.operation, &changed.duration));
            Self::row().write_into(durations, &mut out.inner(key_of(role)));
        }
    }
}

/// The runbook of a role. "none" is the same as no key, for variants that drop the runbook of the
/// file they extend.
struct RunbookRow(Role);

impl Row for RunbookRow {
    type Value = Option<RunbookFile>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value> {
        section.describe(key, Kind::Path, meaning);
        Some(read_runbook(section, key, self.0))
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str) {
        if let Some(file) = value {
            let path = out.runbook(file);
            out.value(key, &Text, &path, false);
        }
    }
}

fn read_runbook(section: &mut Section<'_, '_>, key: &str, role: Role) -> Option<RunbookFile> {
    let path = section.optional(key, &Text, false)?;
    let place = section.value_place(key)?;
    if path == "none" {
        return None;
    }
    let source = match section.reader.library.open("runbook", &place, &path) {
        Ok(source) => source,
        Err(mistakes) => {
            section.refuse(key, mistakes);
            return None;
        }
    };
    let file = RunbookFile::read(section.reader, &source)?;
    let found = file.runbook.role;
    if found != role {
        let message = format!(
            "`{path}` is a runbook for {}, not {}",
            found.name(),
            role.name()
        );
        let help = format!(
            "name it at operators.{}, or another runbook here",
            key_of(found)
        );
        section.contradiction(key, message, &help);
        return None;
    }
    section.assume(key, path, &Origin::Written(&place));
    Some(file)
}

/// The key that a runbook of this role belongs to.
#[must_use]
pub const fn key_of(role: Role) -> &'static str {
    match role {
        Role::MirrorFailover => "mirror_failover",
        Role::SiteFailover => "site_failover",
        Role::SiteFailback => "site_failback",
        Role::LogShippingRepair => "log_shipping_repair",
        Role::LastResort => "last_resort",
        Role::PlannedSwitch => "planned_switch",
    }
}

/// Where a scenario names the runbook of a role.
#[must_use]
pub fn runbook_key(role: Role) -> String {
    format!("operators.{}", key_of(role))
}

/// Where a scenario changes the duration of a runbook's steps that do an operation.
#[must_use]
pub fn duration_key(role: Role, operation: &str) -> String {
    format!("operators.durations.{}.{operation}", key_of(role))
}
