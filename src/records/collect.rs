//! What to run on which server, how to save it, and the manifest that says where each file is from.
//! Nothing of it is run by this program, and nothing of it holds a password: who runs it is known
//! to Windows already.

use poolproof_models::names::site::WitnessLocation;

use super::kind::RecordKind;
use crate::scenario::Scenario;

/// The name of the manifest.
pub const MANIFEST: &str = "records.toml";

/// The page that says what to do.
pub const PAGE: &str = "COLLECT.md";

/// A server that records are collected on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// What it is in the drawing: A, B, W, S, SM, SW or pool.
    pub role: &'static str,
    /// Its directory among the records.
    pub directory: String,
    /// Its name, or HOST\INSTANCE.
    pub name: String,
    /// Its data centre.
    pub site: &'static str,
    /// Whether it has databases of the pool.
    has_databases: bool,
}

/// What to run, and the manifest of what it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    hosts: Vec<Host>,
    has_log_shipping: bool,
    /// Whether the data centres are those of a scenario, and not of the drawing.
    knows_sites: bool,
}

/// The records that are of no server: from the management shell, on any server that has it.
const OF_THE_POOL: [RecordKind; 4] = [
    RecordKind::CsPool,
    RecordKind::PersistentChatState,
    RecordKind::CsMirrorState,
    RecordKind::Topology,
];

/// The directory of the records that are of no server.
const POOL_DIRECTORY: &str = "lync";

impl Collection {
    /// What a scenario's servers have; without one, what a pool with a mirror and a witness has.
    #[must_use]
    pub fn of(scenario: Option<&Scenario>) -> Self {
        let name = |index: usize, role: &str| {
            let instance = scenario.and_then(|scenario| scenario.sql.instances.get(index));
            instance.map_or_else(|| role.to_owned(), |instance| instance.server.clone())
        };
        let is_mirrored = scenario.is_none_or(|one| one.mirroring.enabled);
        let has_witness = scenario.is_none_or(|one| one.mirroring.witness.is_some());
        let has_log_shipping = scenario.is_none_or(|one| one.log_shipping.enabled);
        let witness = scenario.and_then(|one| one.mirroring.witness);
        let witness_site = match witness {
            Some(WitnessLocation::Dc2) => "DC2",
            Some(WitnessLocation::Third) => "third",
            Some(WitnessLocation::Dc1) | None => "DC1",
        };
        let databases = [
            ("A", 0, "DC1", true, true),
            ("B", 1, "DC1", true, is_mirrored),
            ("W", 2, witness_site, false, has_witness),
            ("S", 3, "DC2", true, has_log_shipping),
        ];
        let databases = databases.into_iter().filter(|(.., is_there)| *is_there);
        let mut hosts: Vec<Host> = databases
            .map(|(role, index, site, has_databases, _)| Host {
                role,
                directory: role.to_owned(),
                name: name(index, role),
                site,
                has_databases,
            })
            .collect();
        let pool = scenario.map(|scenario| &scenario.pool.servers);
        let counts = pool.map_or([1, 1], |sites| {
            [0, 1].map(|site| u32::from(sites[site].active) + u32::from(sites[site].idle))
        });
        let mut number = 0;
        for (site, count) in ["DC1", "DC2"].into_iter().zip(counts) {
            for _ in 0..count {
                number += 1;
                hosts.push(Host {
                    role: "pool",
                    directory: format!("pc{number}"),
                    name: format!("pc{number}"),
                    site,
                    has_databases: false,
                });
            }
        }
        Self {
            hosts,
            has_log_shipping,
            knows_sites: scenario.is_some(),
        }
    }

    /// The kinds of records that a host has.
    fn kinds(&self, host: &Host) -> Vec<RecordKind> {
        let mut kinds = Vec::new();
        if host.has_databases && self.has_log_shipping {
            kinds.push(RecordKind::LogShippingHistory);
        }
        if host.has_databases {
            kinds.push(RecordKind::BackupHistory);
        }
        if host.role == "S" {
            kinds.push(RecordKind::RestoreHistory);
        }
        kinds.push(RecordKind::ServiceEvents);
        if matches!(host.role, "A" | "B") {
            kinds.push(RecordKind::MirroringStates);
            kinds.push(RecordKind::MirroringSetup);
        }
        if host.has_databases || host.role == "W" {
            kinds.push(RecordKind::ServerProperties);
        }
        if host.role == "W" {
            kinds.push(RecordKind::WitnessSetup);
        }
        if host.has_databases && self.has_log_shipping {
            kinds.push(match host.role {
                "S" => RecordKind::LogShippingSecondary,
                _ => RecordKind::LogShippingPrimary,
            });
            kinds.push(RecordKind::JobSchedules);
        }
        kinds
    }

    /// The page: which commands to run on which server, and what to do with their output.
    #[must_use]
    pub fn page(&self) -> String {
        let mut text = HEAD.to_owned();
        for host in &self.hosts {
            let (name, directory) = (&host.name, &host.directory);
            text += &format!("\n## {directory}: {name} in {}\n\n", host.site);
            for kind in self.kinds(host) {
                text += &format!("{}: {}\n\n", kind.name(), kind.purpose());
                text += &command(kind, host);
            }
        }
        text += POOL_HEAD;
        for kind in OF_THE_POOL {
            text += &format!("{}: {}\n\n", kind.name(), kind.purpose());
            text += &pool_command(kind);
        }
        text + TAIL
    }

    /// The manifest.
    #[must_use]
    pub fn manifest(&self) -> String {
        let mut text = MANIFEST_HEAD.to_owned();
        if self.has_log_shipping {
            text += SHIPPING;
        }
        for host in &self.hosts {
            let (role, site) = (host.role, host.site);
            let name = crate::scenario::writer::quoted(&host.name);
            // No server knows where it is, and the drawing does not either.
            let site = match self.knows_sites {
                true => format!("site = \"{site}\""),
                false => format!("# site = \"{site}\"           # ASK: DC1, DC2 or third"),
            };
            text += &format!(
                "\n[[server]]\nrole = \"{role}\"\nname = {name}\n{site}\n\
                 time_zone = \"UTC\"\n"
            );
            for kind in self.kinds(host) {
                text += &format!(
                    "\n[[file]]\npath = \"{}/{}.csv\"\nkind = \"{}\"\nserver = {name}\n",
                    host.directory,
                    kind.name(),
                    kind.name()
                );
            }
        }
        text += POOL_FILES;
        for kind in OF_THE_POOL {
            let (path, name) = (pool_path(kind), kind.name());
            text += &format!("\n[[file]]\npath = \"{path}\"\nkind = \"{name}\"\n");
        }
        text + INCIDENTS
    }

    /// Every file by its path: the page, the manifest, the queries and an empty list of incidents.
    #[must_use]
    pub fn files(&self) -> Vec<(String, String)> {
        let mut files = vec![
            (PAGE.to_owned(), self.page()),
            (MANIFEST.to_owned(), self.manifest()),
        ];
        let mut kinds: Vec<RecordKind> = self.hosts.iter().flat_map(|h| self.kinds(h)).collect();
        kinds.extend(OF_THE_POOL);
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            let (name, text) = kind.query();
            files.push((format!("queries/{name}"), text.to_owned()));
        }
        let (name, text) = RecordKind::Incidents.query();
        files.push((name.to_owned(), text.to_owned()));
        files
    }
}

/// How one kind of records is saved on a host.
fn command(kind: RecordKind, host: &Host) -> String {
    let (file, _) = kind.query();
    let output = format!("{}/{}.csv", host.directory, kind.name());
    let save = format!("Export-Csv -NoTypeInformation -Encoding UTF8 '{output}'");
    let run = match kind {
        RecordKind::ServiceEvents => format!("./queries/{file} |\n    {save}"),
        _ => {
            let name = host.name.replace('\'', "''");
            format!(
                "Invoke-Sqlcmd -ServerInstance '{name}' -InputFile 'queries/{file}' |\n    \
                 Select-Object * -ExcludeProperty {EXTRA} |\n    {save}"
            )
        }
    };
    format!("```text\n{run}\n```\n\n")
}

fn pool_path(kind: RecordKind) -> String {
    format!("{POOL_DIRECTORY}/{}.{}", kind.name(), kind.extension())
}

/// How records that are of no server are saved.
fn pool_command(kind: RecordKind) -> String {
    let ((file, _), path) = (kind.query(), pool_path(kind));
    format!("```text\n./queries/{file} |\n    Set-Content -Encoding UTF8 '{path}'\n```\n\n")
}

/// What PowerShell adds to each row of a query.
const EXTRA: &str = "ItemArray, Table, RowError, RowState, HasErrors";

const HEAD: &str = "\
# Collect records

Every query and script here only reads. Run them in PowerShell as somebody who may read `msdb` and
the event logs, in the directory of this page; Windows knows who you are, and no password is
written anywhere. Make a directory for each server first. Instead of `Export-Csv`, `ConvertTo-Json`
serves as well: give the file the ending `.json` and change its path in `records.toml`. The output
of `sqlcmd -W -s ,` and files in UTF-16 are read too.

The history of log shipping is kept for about ten days, and the default trace overwrites itself. Put
older copies beside the new ones, with a `[[file]]` of their own: rows that occur twice count once.
";

const POOL_HEAD: &str = "
## lync: any server with the Lync Server Management Shell

Make the directory `lync` first.

";

const TAIL: &str = "\
## Then

Complete `records.toml`: names, data centres, time zones, and the folders that log shipping uses.
Add a `[[server]]` with the role SM or SW where S has a mirror or a witness. Write what no server
knows, such as a cut between the data centres, into `incidents.csv`. Leave out the `[[file]]` of
what you did not collect. Then import how the pool is set up, and fit how it behaves:

```text
poolproof import records.toml -o pool.toml
poolproof fit records.toml --scenario pool.toml -o pool-rates.toml
```
";

const MANIFEST_HEAD: &str = "\
# Which server each file is from. Nothing here is secret; complete what is asked.
#
# `name` is what the rows carry as their server. `time_zone` is the zone of the server's local
# times, such as \"Europe/Berlin\". If a clock is wrong, add clock_ahead = \"2s\" or \"-2s\".

database = \"mgc\"              # the content database; mgccomp has records of its own
";

const SHIPPING: &str = "\
folders = ['\\\\fs1\\ls']       # ASK: where the log-shipping job writes; S looks nowhere else
";

const POOL_FILES: &str = "
# How the deployment is set up, from the management shell.
";

const INCIDENTS: &str = "
# What people wrote down. `from` and `to` say for which time the list is complete: a rate needs it.
#
# [[file]]
# path = \"incidents.csv\"
# kind = \"incidents\"
# from = \"2016-01-01\"
# to = \"2017-01-01\"
#
# What teams wrote down while they tested a runbook: `poolproof runbook record` makes the file.
#
# [[file]]
# path = \"drill-2016-03-02.csv\"
# kind = \"drill-record\"
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_scenario_every_kind_is_collected() {
        let collection = Collection::of(None);
        let page = collection.page();
        for kind in RecordKind::ALL {
            if !matches!(kind, RecordKind::Incidents | RecordKind::DrillRecord) {
                assert!(page.contains(&format!("{}: ", kind.name())), "{page}");
            }
        }
        let manifest: toml::Table = collection.manifest().parse().unwrap();
        assert_eq!(manifest["server"].as_array().unwrap().len(), 6);
        assert_eq!(manifest["database"].as_str(), Some("mgc"));
        assert!(manifest.contains_key("folders"));
    }
}
