//! The catalogue of keys: what a scenario or runbook file may say.
//!
//! It is not written by hand. The reader walks over an empty file and notes every key that it asks
//! for, with its type, range, default and source. So the JSON Schema and the page of keys, which
//! are made from the catalogue, cannot differ from what is read.

use std::sync::Arc;

use poolproof_engines::clocks::distribution::SimDuration;

use super::assumption::Grade;
use super::diagnostic::Source;
use super::document;
use super::library::Library;
use super::library::Resolver;
use super::library::Unreadable;
use super::reader::Reader;
use super::reader::Setting;
use super::resolve;
use super::runbook::RunbookFile;

/// What may stand at a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Nobody has said yet; a test refuses it.
    Undescribed,
    /// A table with keys of its own.
    Table,
    /// A list of tables with keys of their own.
    Tables,
    /// Any text.
    Text,
    /// The path of a file, relative to the file that names it.
    Path,
    /// The name of a scenario, which results are filed under.
    Name,
    /// true or false.
    Boolean,
    /// A whole number.
    Integer {
        /// The least.
        least: u64,
        /// The most.
        most: u64,
    },
    /// A number between two others, both excluded.
    Number {
        /// Above this.
        above: f64,
        /// Below this.
        below: f64,
    },
    /// A number from one to another, both included.
    Within {
        /// The least.
        least: f64,
        /// The most.
        most: f64,
    },
    /// A duration with its unit, as in "15min".
    Duration {
        /// The shortest.
        least: SimDuration,
        /// The longest.
        most: SimDuration,
    },
    /// A duration, or "off".
    DurationOrOff {
        /// The shortest.
        least: SimDuration,
        /// The longest.
        most: SimDuration,
    },
    /// So many in a unit of time, as in "4/year".
    Rate,
    /// A duration or a distribution of durations.
    Distribution,
    /// One of several words.
    Words(Vec<String>),
    /// The stable name of an event, as in "heal:DC1-DC2".
    Event,
    /// An objective, as in "per_year.outage.p95 <= 4h".
    Objective,
    /// A figure, as in "per_year.outage.mean".
    Figure,
    /// A fault class, a kind of mistake, or `misoperation:` and an operation.
    Fault,
    /// Failure modes: a list of tables with `name`, `rate` and `repair`.
    Modes,
    /// A list.
    List(Box<Self>),
}

impl Kind {
    /// The words of a table of words.
    pub(super) fn words<T>(words: &[(&str, T)]) -> Self {
        Self::Words(words.iter().map(|(word, _)| (*word).to_owned()).collect())
    }

    /// A list of these.
    pub(super) fn list(item: Self) -> Self {
        Self::List(Box::new(item))
    }
}

/// A key of the file format.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Where it stands, for example `mirroring.partner_timeout`.
    pub path: String,
    /// What may stand there.
    pub kind: Kind,
    /// What the key says.
    pub meaning: String,
    /// The default in the syntax of the file; `None` where silence has a meaning of its own or
    /// the key is required.
    pub default: Option<String>,
    /// Where the default comes from, and how well it is founded.
    pub source: Option<(String, Grade)>,
    /// Whether the file must have it.
    pub is_required: bool,
    /// Whether results depend on it; otherwise only the rules of the handbook look at it.
    pub is_modelled: bool,
}

impl Key {
    pub(super) const fn undescribed(path: String) -> Self {
        Self {
            path,
            kind: Kind::Undescribed,
            meaning: String::new(),
            default: None,
            source: None,
            is_required: false,
            is_modelled: true,
        }
    }

    /// Takes over what a setting says. Its kind is known to the reader only.
    pub(super) fn set(&mut self, setting: &Setting) {
        setting.meaning.clone_into(&mut self.meaning);
        self.is_required = setting.required;
        self.is_modelled = setting.modelled;
        if !setting.required && !setting.default.is_empty() {
            self.default = Some(setting.default.to_owned());
        }
        if !setting.required && !setting.source.is_empty() {
            self.source = Some((setting.source.to_owned(), setting.grade));
        }
    }

    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or_default()
    }

    /// The path of the table it stands in, `""` for the file itself.
    #[must_use]
    pub fn table(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(table, _)| table)
    }
}

/// Nothing but what is at hand.
struct Nothing;

impl Resolver for Nothing {
    fn read(&self, _name: &str) -> Result<String, Unreadable> {
        Err(Unreadable::Missing)
    }
}

/// What each table is about.
pub(super) fn meaning_of_table(path: &str) -> &'static str {
    match path {
        "pool" => "the Persistent Chat servers, their users and their messages",
        "pool.dc1" => "the servers in DC1",
        "pool.dc2" => "the servers in DC2",
        "mirroring" => "the synchronous database mirroring session of A and B in DC1",
        "log_shipping" => "the three jobs that carry the log from the pair in DC1 to S in DC2",
        "secondary" => "what stands beside S in DC2",
        "control" => "the Central Management store and the next hop",
        "choices" => "what the documents leave open (handbook section 10)",
        "sql" => "the SQL Server instances; a table per instance says where it differs",
        "sql.a" => "the primary database server A",
        "sql.b" => "its mirror B",
        "sql.w" => "the witness W of A and B",
        "sql.s" => "the log-shipping secondary S",
        "sql.sm" => "the mirror SM of S",
        "sql.sw" => "the witness SW of S and SM",
        "compliance" => "the compliance service",
        "cost" => "what the parts cost per year, in one currency that is not named",
        "operators" => "which runbooks people follow, and what they may take for granted",
        "operators.shifts" => {
            "the hours in which people are at work; without it, alarms are seen as the runbooks say"
        }
        "operators.mistakes" => "mistakes on the clock: the probability of each at a step",
        "operators.durations" => "durations of steps that replace those of the runbooks",
        "operators.durations.mirror_failover" => "steps of the runbook for the mirror failover",
        "operators.durations.site_failover" => "steps of the runbook for the failover to DC2",
        "operators.durations.site_failback" => "steps of the runbook for the failback to DC1",
        "operators.durations.log_shipping_repair" => {
            "steps of the runbook for the repair of log shipping"
        }
        "operators.misoperations" => {
            "operations outside any runbook on the clock: how often each happens"
        }
        "failures.grey_failure" => "a database server in DC1 fails for its users only (H-42)",
        "failures" => "what fails, how often, and how long until it is back",
        "failures.site_outage" => "a data centre stops and comes back with its old contents",
        "failures.site_disaster" => "a data centre is lost with its contents",
        "failures.site_disaster_dc2" => "the same of DC2; without it, DC2 is lost as DC1 is",
        "failures.inter_site_link" => "the path between the data centres is cut",
        "failures.local_link" => "one of the links within a pair is cut",
        "check" => "how far the model checker goes and what it proves",
        "check.limits" => "at most so many faults of a class; the others share the budget",
        "simulate" => "how much is simulated",
        "allow" => "rules of the handbook that only warn here",
        "expect" => "what CI checks: verdicts, reachable goals and objectives",
        _ => "",
    }
}

/// Every key of scenario files, in the order of the format; a table comes before its keys.
#[must_use]
pub fn of_scenarios() -> Vec<Key> {
    let source = Arc::new(Source::file("catalogue.toml", "[cost]"));
    let mut reader = cataloguing();
    let (table, _) = document::parse(&source);
    // The scenario that comes of nothing is of no use; what was asked for is.
    let _ = resolve::read(&mut reader, &mut Library::new(&Nothing), &source, &table);
    reader.catalogue.unwrap_or_default()
}

/// Every key of runbook files. `step` is a list of tables.
#[must_use]
pub fn of_runbooks() -> Vec<Key> {
    let source = Arc::new(Source::file("runbook.toml", "step = [{}]"));
    let mut reader = cataloguing();
    let _ = RunbookFile::read(&mut reader, &mut Library::new(&Nothing), &source);
    let mut keys = reader.catalogue.unwrap_or_default();
    for key in &mut keys {
        let path = key.path.trim_start_matches("runbook.");
        key.path = path.replace("step.1.", "step.");
    }
    keys
}

fn cataloguing() -> Reader {
    Reader {
        catalogue: Some(Vec::new()),
        ..Reader::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_says_what_it_means_and_what_may_stand_there() {
        for key in of_scenarios().into_iter().chain(of_runbooks()) {
            assert_ne!(key.kind, Kind::Undescribed, "{}", key.path);
            assert!(!key.meaning.is_empty(), "{} has no meaning", key.path);
            if key.default.is_some() {
                assert!(key.source.is_some(), "{} has no source", key.path);
            }
        }
    }

    #[test]
    fn no_key_comes_twice_and_tables_come_first() {
        let keys = of_scenarios();
        for (index, key) in keys.iter().enumerate() {
            let before: Vec<&str> = keys[..index].iter().map(|k| k.path.as_str()).collect();
            assert!(!before.contains(&key.path.as_str()), "{}", key.path);
            let table = key.table();
            assert!(table.is_empty() || before.contains(&table), "{}", key.path);
        }
        assert!(keys.len() > 80, "{}", keys.len());
    }
}
