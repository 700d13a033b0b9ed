//! `[operators]`: which runbooks people follow, and what they may take for granted.

use poolproof_models::runbook::Role;
pub use poolproof_models::topology::Assumption as SiteAssumption;

use super::assumption::Grade;
use super::diagnostic::Diagnostic;
use super::diagnostic::Severity;
use super::library::Library;
use super::reader::Section;
use super::reader::Setting;
use super::runbook::RunbookFile;
use super::value;

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
);

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
        section.finish();
        Self {
            mirror_failover,
            site_failover,
            site_failback,
            log_shipping_repair,
            assumption,
        }
    }
}

/// Reads the runbook that a key names; "none" is the same as no key, for variants that drop the
/// runbook of the file they extend.
fn read_runbook(
    section: &mut Section<'_>,
    key: &'static str,
    role: Role,
    library: &mut Library<'_>,
) -> Option<RunbookFile> {
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
    let file = RunbookFile::read(section.reader, &source)?;
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
