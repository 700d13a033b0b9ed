//! `[log_shipping]`: the three jobs that carry the log from the DC1 pair to S in DC2.

use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::site::{ShareLocation, Site};

use super::assumption::Grade;
use super::diagnostic::Diagnostic;
use super::diagnostic::Severity;
use super::reader::Section;
use super::reader::Setting;
use super::shipping_facts::ShippingFacts;
use super::value::LONGEST;
use super::value::duration_text;

/// How the schedules of the three jobs lie to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobPhases {
    /// Each job's first run is uniform over its interval, drawn once per trial.
    Random,
    /// All jobs start on the same tick. Worsens the data lost with the share by about half an
    /// interval (handbook 4.6).
    Aligned,
}

/// Log shipping from DC1 to DC2.
#[derive(Debug, Clone, PartialEq)]
pub struct LogShipping {
    /// Whether S exists and is fed.
    pub enabled: bool,
    /// Where the backup share lives.
    pub share: ShareLocation,
    /// Whether B is configured as a log-shipping primary too, with the same share (rule V18).
    pub mirror_configured: bool,
    /// Whether B's log backups go to the same share (V18; H-22 where they do not).
    pub mirror_share_same: bool,
    /// From one log backup to the next.
    pub backup_interval: SimDuration,
    /// From one run of the copy job to the next.
    pub copy_interval: SimDuration,
    /// From one run of the restore job to the next.
    pub restore_interval: SimDuration,
    /// Age a copied file must have before it is restored.
    pub restore_delay: SimDuration,
    /// Time one log backup takes, below its interval.
    pub backup_duration: SimDuration,
    /// Time one run of the copy job takes, below its interval.
    pub copy_duration: SimDuration,
    /// Time one run of the restore job takes, below its interval.
    pub restore_duration: SimDuration,
    /// How the schedules lie to each other.
    pub phases: JobPhases,
    /// The data centre of the monitor server; `None` where each instance watches its own jobs.
    pub monitor: Option<Site>,
    /// Time without a finished log backup after which an alert is raised; `None` where it is off.
    pub no_backup_alert: Option<SimDuration>,
    /// Time without a restore after which an alert is raised; `None` where it is off.
    pub no_restore_alert: Option<SimDuration>,
    /// Facts of the design that only the rules look at.
    pub facts: ShippingFacts,
}

const ENABLED: Setting = Setting::new(
    "enabled",
    "true",
    Grade::V,
    "Using a stretched Persistent Chat Server pool for disaster recovery",
)
.means("whether the log-shipping secondary S exists in DC2 and is fed");
const SHARE: Setting = Setting::new(
    "share",
    "\"DC1\"",
    Grade::J,
    "handbook 10 row 7: the location is not prescribed",
)
.means("where the backup share is: on A, elsewhere in DC1, in DC2 or in a third place");
const MIRROR_CONFIGURED: Setting = Setting::new(
    "mirror_configured",
    "true",
    Grade::V,
    "Setting up SQL Server Log Shipping between the primary mirror and the Log Shipping \
     secondary database",
)
.means("whether B is configured as a log-shipping primary too");
const INTERVAL_SOURCE: &str =
    "default of the set-up tools (handbook 7), not of the T-SQL reference";
const BACKUP_INTERVAL: Setting =
    Setting::new("backup_interval", "\"15min\"", Grade::S, INTERVAL_SOURCE)
        .means("from one log backup to the next");
const COPY_INTERVAL: Setting =
    Setting::new("copy_interval", "\"15min\"", Grade::S, INTERVAL_SOURCE)
        .means("from one run of the copy job to the next");
const RESTORE_INTERVAL: Setting =
    Setting::new("restore_interval", "\"15min\"", Grade::S, INTERVAL_SOURCE)
        .means("from one run of the restore job to the next");
const RESTORE_DELAY: Setting = Setting::new(
    "restore_delay",
    "\"0s\"",
    Grade::V,
    "Setting up SQL Server Log Shipping for the Persistent Chat Server primary database",
)
.means("age that a copied file must have before it is restored");
const DURATION_SOURCE: &str = "judgement; depends on the volume of log and the link";
const BACKUP_DURATION: Setting =
    Setting::new("backup_duration", "\"1min\"", Grade::J, DURATION_SOURCE)
        .means("time that one log backup takes, below its interval");
const COPY_DURATION: Setting = Setting::new("copy_duration", "\"2min\"", Grade::J, DURATION_SOURCE)
    .means("time that one run of the copy job takes, below its interval");
const RESTORE_DURATION: Setting =
    Setting::new("restore_duration", "\"3min\"", Grade::J, DURATION_SOURCE)
        .means("time that one run of the restore job takes, below its interval");
const PHASES: Setting = Setting::new(
    "phases",
    "\"random\"",
    Grade::J,
    "handbook 10 row 8: schedules are not prescribed",
)
.means("how the schedules of the jobs lie to each other: drawn per trial, or all on one tick");

const MIRROR_SHARE: Setting = Setting::new(
    "mirror_share",
    "\"same\"",
    Grade::V,
    "Setting up SQL Server Log Shipping between the primary mirror and the Log Shipping secondary \
     database: the same settings",
)
.means("whether B's log backups go to the same folder as A's");

const MONITOR: Setting = Setting::new(
    "monitor",
    "\"none\"",
    Grade::V,
    "About Log Shipping: the monitor server is optional",
)
.means("where the monitor server is; with none each instance watches its own jobs");
const NO_BACKUP_ALERT: Setting = Setting::new(
    "no_backup_alert",
    "\"60min\"",
    Grade::V,
    "sp_add_log_shipping_primary_database; the set-up tools switch it on",
)
.means("time without a finished log backup until an alert, or \"off\"");
const NO_RESTORE_ALERT: Setting = Setting::new(
    "no_restore_alert",
    "\"45min\"",
    Grade::V,
    "sp_add_log_shipping_secondary_database",
)
.means("time without a restore until an alert, or \"off\"");

impl LogShipping {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let shares = [
            ("primary", ShareLocation::OnPrimary),
            ("DC1", ShareLocation::Dc1),
            ("DC2", ShareLocation::Dc2),
            ("third", ShareLocation::Third),
        ];
        let phases = [
            ("random", JobPhases::Random),
            ("aligned", JobPhases::Aligned),
        ];
        // An Agent schedule can repeat every 10 s at the fastest.
        let intervals = SimDuration { ms: 10_000 }..=SimDuration {
            ms: 30 * 86_400_000,
        };
        let monitors = [
            ("none", None),
            ("DC1", Some(Site::Dc1)),
            ("DC2", Some(Site::Dc2)),
        ];
        let thresholds = SimDuration { ms: 60_000 }..=LONGEST;
        let times = SimDuration { ms: 0 }..=LONGEST;
        let shipping = Self {
            enabled: section.boolean(&ENABLED),
            share: section.word(&SHARE, &shares),
            mirror_configured: section.boolean(&MIRROR_CONFIGURED),
            mirror_share_same: section
                .word(&MIRROR_SHARE, &[("same", true), ("other-folder", false)]),
            backup_interval: section.duration(&BACKUP_INTERVAL, intervals.clone()),
            copy_interval: section.duration(&COPY_INTERVAL, intervals.clone()),
            restore_interval: section.duration(&RESTORE_INTERVAL, intervals),
            restore_delay: section.duration(&RESTORE_DELAY, times.clone()),
            backup_duration: section.duration(&BACKUP_DURATION, times.clone()),
            copy_duration: section.duration(&COPY_DURATION, times.clone()),
            restore_duration: section.duration(&RESTORE_DURATION, times),
            phases: section.word(&PHASES, &phases),
            monitor: section.word(&MONITOR, &monitors),
            no_backup_alert: section.duration_or_off(&NO_BACKUP_ALERT, thresholds.clone()),
            no_restore_alert: section.duration_or_off(&NO_RESTORE_ALERT, thresholds),
            facts: ShippingFacts::read(&mut section),
        };
        for (key, interval, taken) in [
            ("backup", shipping.backup_interval, shipping.backup_duration),
            ("copy", shipping.copy_interval, shipping.copy_duration),
            (
                "restore",
                shipping.restore_interval,
                shipping.restore_duration,
            ),
        ] {
            shipping.fits(&mut section, key, interval, taken);
        }
        section.finish();
        shipping
    }

    /// A run must end before the next begins: the arithmetic of the jobs relies on it.
    fn fits(
        &self,
        section: &mut Section<'_>,
        job: &str,
        interval: SimDuration,
        taken: SimDuration,
    ) {
        let keys = [format!("{job}_duration"), format!("{job}_interval")];
        if taken < interval || keys.iter().any(|key| section.is_broken(key)) {
            return;
        }
        let place = keys.iter().find_map(|key| section.value_place(key));
        let place = place.unwrap_or_else(|| section.place().clone());
        let (taken, interval) = (duration_text(taken), duration_text(interval));
        let message = format!("a {job} takes {taken}, as long as its interval of {interval}");
        let mistake = Diagnostic::at(&place, Severity::Error, "E0026", message);
        let help = format!("make {} shorter than {}", keys[0], keys[1]);
        section.refuse(&keys[0], vec![mistake.helped(help)]);
    }
}
