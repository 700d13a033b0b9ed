//! From records of how a pool is set up to a scenario: each value says which row it is from, and
//! what no record holds is a question.

mod answers;
mod deployment;
mod draft;
mod instances;
mod servers;
mod sessions;
mod shipping;

pub use self::answers::{BadAnswer, HostPattern, ImportAnswers};
use self::draft::ImportDraft;
pub use self::draft::{ImportQuestion, ImportedValue, MARK, ValueOrigin, quoted_row};
pub use self::sessions::principal_is_b;
pub use self::shipping::{backups_of_b, missing_on_b};
use crate::records::aside::Aside;
use crate::records::collect::MANIFEST;
use crate::records::pool_records::PoolRecords;
use crate::scenario::diagnostic::{Diagnostic, Severity};
use crate::scenario::templates;
use crate::scenario::writer::quoted;

/// What is made of records.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedScenario {
    /// The scenario file.
    pub toml: String,
    /// Its values.
    pub values: Vec<ImportedValue>,
    /// What no record holds and nobody has answered.
    pub questions: Vec<ImportQuestion>,
    /// What is doubtful about the records, or was not used.
    pub findings: Vec<Diagnostic>,
}

/// Why nothing is made of records.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ImportError {
    /// An answer cannot be used.
    #[error(transparent)]
    Answer(#[from] BadAnswer),
    /// The records do not say how the pool is set up, or cannot be read where they say it.
    #[error("the records do not say how the pool is set up")]
    NoSetup(Vec<Diagnostic>),
}

impl ImportedScenario {
    /// The questions in words, each with the option that answers it. Servers of one kind are asked
    /// together.
    #[must_use]
    pub fn open(&self) -> Vec<(String, String)> {
        let groups = draft::grouped(&self.questions).into_iter();
        groups.map(|group| draft::in_words(&group)).collect()
    }

    /// The runbooks that the scenario names: path and text.
    pub fn runbooks(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let all = templates::runbooks().into_iter();
        all.filter(|(path, _)| self.toml.contains(path))
    }
}

/// Makes a scenario of records.
///
/// # Errors
/// When the records do not say how the pool is set up, or an answer cannot be used.
pub fn import(
    records: &PoolRecords,
    answers: &ImportAnswers,
) -> Result<ImportedScenario, ImportError> {
    if !records.files.iter().any(|file| file.kind.is_setup()) {
        return Err(ImportError::NoSetup(vec![no_setup()]));
    }
    let unreadable = unreadable(records);
    if !unreadable.is_empty() {
        return Err(ImportError::NoSetup(unreadable));
    }
    let mut draft = ImportDraft::new(records, answers);
    twice(&mut draft);
    draft.anchor();
    let pool = servers::import(&mut draft);
    let is_mirrored = sessions::import(&mut draft);
    let is_shipped = shipping::import(&mut draft, is_mirrored);
    deployment::import(&mut draft, pool.as_deref(), is_shipped);
    instances::import(&mut draft);
    operators(&mut draft, is_mirrored, is_shipped);
    draft.verify()?;
    if !draft.broken.is_empty() {
        return Err(ImportError::NoSetup(draft.broken));
    }
    Ok(ImportedScenario {
        toml: draft.text(),
        values: draft.values,
        questions: draft.questions,
        findings: draft.findings,
    })
}

/// Every row that cannot be read, and every file without one. A row that is left out would look
/// like something that is not there.
fn unreadable(records: &PoolRecords) -> Vec<Diagnostic> {
    let asides = records.asides.all().iter();
    let asides = asides.filter(|aside| records.is_of_setup(aside));
    let mut found: Vec<Diagnostic> = asides.map(Aside::error).collect();
    let files = records.files.iter();
    for file in files.filter(|file| file.kind.is_setup() && file.rows == 0) {
        let message = format!("`{}` has no row", file.path);
        let empty = Diagnostic::about(&file.path, Severity::Error, "E0035", message);
        found.push(Diagnostic {
            help: "collect it again: where there is nothing, the query gives a row that says so"
                .to_owned(),
            ..empty
        });
    }
    found
}

fn no_setup() -> Diagnostic {
    let message = "no [[file]] of the manifest is of a kind that says how the pool is set up";
    let found = Diagnostic::about(MANIFEST, Severity::Error, "E0033", message.to_owned());
    Diagnostic {
        help: "`poolproof collect` shows how to save mirroring-setup, log-shipping-primary and \
               others"
            .to_owned(),
        ..found
    }
}

/// Notes a role that the manifest gives to several servers: the first one is taken.
fn twice(draft: &mut ImportDraft<'_>) {
    let servers = &draft.records.manifest.servers;
    for (index, server) in servers.iter().enumerate() {
        let mut before = servers[..index].iter();
        let is_one = !matches!(server.word, "pool" | "share");
        if let Some(first) = before.find(|one| one.word == server.word && is_one) {
            let message = format!(
                "`{MANIFEST}`, line {}: {} has the role {} as {} has; the latter is taken",
                server.line, server.name, server.word, first.name
            );
            let found = Diagnostic::about(MANIFEST, Severity::Warning, "W0036", message);
            draft.findings.push(Diagnostic {
                line: usize::try_from(server.line).unwrap_or(0),
                help: "a role has one server".to_owned(),
                ..found
            });
        }
    }
}

/// Who decides, and by which runbooks: no server has written that down.
fn operators(draft: &mut ImportDraft<'_>, is_mirrored: bool, is_shipped: bool) {
    let text = "Who decides about a failover, and by which runbooks? No record says so; \
                `documented` are those of the vendor, `hardened` those that this project corrected."
        .to_owned();
    let first = match (is_mirrored, is_shipped) {
        (true, _) => "mirror_failover",
        (false, true) => "site_failover",
        (false, false) => "last_resort",
    };
    let (which, origin) = draft.ask(&draft::ImportAsk {
        key: "operators",
        at: &format!("operators.{first}"),
        text,
        choices: &["documented", "hardened"],
        taken: "documented",
    });
    let mut runbook = |role: &str, file: String| {
        let path = quoted(&format!("runbooks/{file}.toml"));
        draft.value(&format!("operators.{role}"), path, origin.clone());
    };
    if is_mirrored {
        runbook("mirror_failover", format!("mirror-failover-{which}"));
    }
    if is_shipped {
        runbook("site_failover", format!("site-failover-{which}"));
        runbook("site_failback", format!("site-failback-{which}"));
        runbook(
            "log_shipping_repair",
            format!("log-shipping-repair-{which}"),
        );
    }
    runbook("last_resort", "last-resort".to_owned());
}
