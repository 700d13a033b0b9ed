//! Synthetic records of a pool whose parameters are known: several weeks of several servers, as
//! they are really found: clocks that differ, rotated files, texts in German, UTF-16, decimal
//! commas, a server that is lost half-way, holes in a history, and the hour that occurs twice.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// 2015-09-01 00:00 UTC.
const START: i64 = 1_441_065_600_000;
/// 2015-10-25 01:00 UTC, when clocks in Berlin go back from 03:00 to 02:00.
const BACK: i64 = 1_445_734_800_000;

/// What the records are drawn from.
#[derive(Debug, Clone)]
pub struct Truth {
    pub weeks: i64,
    pub interval_ms: i64,
    /// Median of the time that a log backup takes, whose logarithm has a deviation of a half.
    pub backup_ms: f64,
    /// Unplanned stops of each database server per year.
    pub outages_per_year: f64,
    pub crashes_per_year: f64,
    /// Median and deviation of the logarithm of the time to repair an outage.
    pub repair_ms: f64,
    pub repair_sigma: f64,
    pub planned_every_ms: i64,
    /// Log backups outside the job, per year.
    pub ad_hoc_per_year: f64,
    /// Bytes of log per minute at noon; a tenth of it at midnight.
    pub bytes_per_minute: f64,
}

impl Default for Truth {
    fn default() -> Self {
        Self {
            weeks: 12,
            interval_ms: 15 * MINUTE,
            backup_ms: 20_000.0,
            outages_per_year: 12.0,
            crashes_per_year: 12.0,
            repair_ms: 30.0 * MINUTE as f64,
            repair_sigma: 1.0,
            planned_every_ms: 28 * DAY,
            ad_hoc_per_year: 0.0,
            bytes_per_minute: 100_000.0,
        }
    }
}

/// A file and its content.
pub type RecordText = (String, Vec<u8>);

/// Draws the records of a pool.
pub struct RecordDraw {
    truth: Truth,
    random: ChaCha8Rng,
    end: i64,
    files: Vec<RecordText>,
    /// Changes of the mirroring state that A and B saw.
    states: [Vec<(i64, u8)>; 2],
}

/// The records of a truth.
pub fn records(truth: &Truth, seed: u64) -> Vec<RecordText> {
    let mut draw = RecordDraw {
        truth: truth.clone(),
        random: ChaCha8Rng::seed_from_u64(seed),
        end: START + truth.weeks * 7 * DAY,
        files: Vec::new(),
        states: [Vec::new(), Vec::new()],
    };
    draw.shipping();
    for directory in ["A", "B", "W", "S"] {
        draw.events(directory);
    }
    draw.mirroring();
    draw.incidents();
    draw.manifest();
    draw.files
}

/// Writes files below a directory.
pub fn write(files: &[RecordText], directory: &Path) {
    for (name, bytes) in files {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Minutes that Berlin is ahead of UTC.
fn ahead(at: i64) -> i64 {
    if at < BACK { 120 } else { 60 }
}

/// An instant as `yyyy-mm-dd hh:mm:ss`, so many minutes ahead of UTC.
pub fn stamp(at: i64, minutes: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at + minutes * MINUTE).unwrap();
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn utc(at: i64) -> String {
    let fraction = at.rem_euclid(1_000);
    stamp(at, 0).replace(' ', "T") + &format!(".{fraction:03}Z")
}

fn german(at: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at + ahead(at) * MINUTE).unwrap();
    at.strftime("%d.%m.%Y %H:%M:%S").to_string()
}

pub fn utf_16(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

impl RecordDraw {
    fn file(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.files.push((name.to_owned(), bytes.into()));
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.random.random::<f64>())
    }

    fn normal(&mut self) -> f64 {
        let (u, v) = (self.random.random::<f64>(), self.random.random::<f64>());
        libm::sqrt(-2.0 * libm::log(1.0 - u)) * libm::cos(std::f64::consts::TAU * v)
    }

    fn lognormal(&mut self, median: f64, sigma: f64) -> i64 {
        (median * libm::exp(sigma * self.normal())) as i64
    }

    /// Whether the Agent starts a job at this tick: it knows local times only, and in the hour that
    /// occurs twice it has run already (handbook 13.9).
    fn ticks(&self) -> Vec<i64> {
        let ticks = (START..self.end).step_by(self.truth.interval_ms as usize);
        ticks
            .filter(|at| !(BACK..BACK + HOUR).contains(at))
            .collect()
    }

    fn shipping(&mut self) {
        let head =
            "agent_id,agent_type,session_id,session_status,database_name,log_time_utc,message\n";
        let mut parts = [head.to_owned(), head.to_owned()];
        let (mut on_s, mut restores) = (head.to_owned(), Vec::new());
        let mut backups = "server_name;database_name;type;first_lsn;last_lsn;backup_start_date;\
             backup_finish_date;time_zone;backup_size;is_copy_only;recovery_model;\
             first_recovery_fork_guid;last_recovery_fork_guid;physical_device_name;user_name\n"
            .to_owned();
        let (mut lsn, mut last) = (22_000_000_000_100_001_u64, START - self.truth.interval_ms);
        let ad_hoc_mean = 365.25 * DAY as f64 / self.truth.ad_hoc_per_year.max(1e-3);
        let mut ad_hoc = START + self.exponential(ad_hoc_mean) as i64;
        let middle = (START + self.end) / 2;
        for (session, tick) in self.ticks().into_iter().enumerate() {
            while ad_hoc < tick {
                let next = lsn + 1 + ((ad_hoc - last).max(1) / 1_000) as u64;
                let device = r"D:\adhoc\mgc_extra.trn";
                self.backup(
                    &mut backups,
                    (lsn, next),
                    ad_hoc,
                    ad_hoc + 2_000,
                    device,
                    last,
                );
                (lsn, last) = (next, ad_hoc);
                ad_hoc += self.exponential(ad_hoc_mean) as i64;
            }
            let end = tick + self.lognormal(self.truth.backup_ms, 0.5);
            // Three days of A's history are lost.
            let is_lost = (START + 20 * DAY..START + 23 * DAY).contains(&tick);
            if !is_lost {
                // The older file and the newer one overlap by a day.
                for (part, text) in parts.iter_mut().enumerate() {
                    let within = [tick < middle + DAY, tick >= middle][part];
                    if within {
                        run(
                            text,
                            ("6F0C", 0),
                            session,
                            tick,
                            end,
                            "Sicherung des Protokolls läuft.",
                        );
                    }
                }
            }
            let name = stamp(tick, 0).replace(['-', ' ', ':'], "");
            let device = format!(r"\\FS1\ls\mgc_{name}.trn");
            let next = lsn + 1 + ((tick - last) / 1_000) as u64;
            self.backup(&mut backups, (lsn, next), tick, end, &device, last);
            // The clock of S is three seconds ahead.
            let copied = tick + 5 * MINUTE + 3_000;
            let copy_end = copied + self.lognormal(self.truth.backup_ms * 2.0, 0.5);
            run(
                &mut on_s,
                ("9B11", 1),
                session,
                copied,
                copy_end,
                "Copying log backup files.",
            );
            let restored = tick + 10 * MINUTE + 3_000;
            let restore_end = restored + self.lognormal(self.truth.backup_ms * 3.0, 0.5);
            run(
                &mut on_s,
                ("9B12", 2),
                session,
                restored,
                restore_end,
                "Restoring.",
            );
            restores.push(format!(
                "{{\"destination_database_name\":\"mgc\",\"restore_type\":\"L\",\
                 \"restore_date\":\"{}\",\"recovery\":false,\"first_lsn\":\"{lsn}\",\
                 \"last_lsn\":\"{next}\"}}",
                stamp(restored, 0)
            ));
            (lsn, last) = (next, tick);
        }
        let [older, newer] = parts;
        self.file("A/log-shipping-history.1.csv", older);
        self.file("A/log-shipping-history.csv", utf_16(&newer));
        self.file("A/backup-history.csv", utf_16(&backups));
        self.file("S/log-shipping-history.csv", on_s);
        self.file(
            "S/restore-history.json",
            format!("[{}]", restores.join(",\r\n")),
        );
    }

    /// A row of the backup history: local times with their offset, decimal commas.
    fn backup(
        &mut self,
        text: &mut String,
        (first, next): (u64, u64),
        start: i64,
        end: i64,
        device: &str,
        last: i64,
    ) {
        let hour = start / HOUR % 24;
        let share = if (6..18).contains(&hour) { 1.0 } else { 0.1 };
        let bytes = self.truth.bytes_per_minute * share * (start - last) as f64 / MINUTE as f64;
        let fork = "3D1F2C6A-0001-4000-8000-000000000001";
        let _ = writeln!(
            text,
            "SQL-A;mgc;L;{first};{next};{};{};{};{},00;0;FULL;{fork};{fork};{device};CORP\\agent",
            stamp(start, ahead(start)),
            stamp(end, ahead(start)),
            ahead(start) / 15,
            bytes as u64
        );
    }

    /// The event logs of a server.
    fn events(&mut self, directory: &str) {
        // B is lost half-way, and with it what it would have written.
        let end = match directory {
            "B" => START + self.truth.weeks * 7 * DAY / 2,
            _ => self.end,
        };
        let mut text = "log;provider;id;service;time_utc\n".to_owned();
        let mut lost = Vec::new();
        let mut row = |log: &str, provider: &str, id: u32, service: &str, at: i64| {
            let _ = writeln!(text, "{log};{provider};{id};{service};{}", utc(at));
        };
        let year = 365.25 * DAY as f64;
        row("System", "from", 0, "", START);
        let mut at = START;
        let mut planned = START + self.truth.planned_every_ms / 2;
        let (mut outage, mut crash) = (
            START + self.exponential(year / self.truth.outages_per_year) as i64,
            START + self.exponential(year / self.truth.crashes_per_year) as i64,
        );
        loop {
            // What was due while the server was down begins when it is up again.
            outage = outage.max(at);
            crash = crash.max(at);
            let next = outage.min(crash).min(planned);
            if next >= end {
                break;
            }
            let sql = "MSSQLSERVER";
            if next == outage {
                let up = next + self.lognormal(self.truth.repair_ms, self.truth.repair_sigma);
                // Nobody writes when the power goes; the partner misses it after ten seconds.
                lost.push((next + 10_000, up));
                row("System", "EventLog", 6_008, "", up - 60_000);
                row("System", "EventLog", 6_005, "", up - 59_000);
                row("Application", sql, 17_126, "", up);
                at = up;
                outage = up + self.exponential(year / self.truth.outages_per_year) as i64;
            } else if next == crash {
                let name = "SQL Server (MSSQLSERVER)";
                let up = next + self.lognormal(5.0 * MINUTE as f64, 0.8);
                row("System", "Service Control Manager", 7_034, name, next);
                row("Application", sql, 17_126, "", up);
                at = up;
                crash = up + self.exponential(year / self.truth.crashes_per_year) as i64;
            } else {
                row("System", "User32", 1_074, "", next);
                row("Application", sql, 17_147, "", next + 10_000);
                row("System", "EventLog", 6_006, "", next + 20_000);
                row("System", "EventLog", 6_005, "", next + 9 * MINUTE);
                row("Application", sql, 17_126, "", next + 10 * MINUTE);
                at = next + 10 * MINUTE;
                planned += self.truth.planned_every_ms;
            }
        }
        row("System", "to", 0, "", end);
        let partner = match directory {
            "A" => Some(1),
            "B" => Some(0),
            _ => None,
        };
        for (at, up) in lost {
            if let Some(partner) = partner {
                self.states[partner].extend([(at, 6), (up + 5_000, 11), (up + 10 * MINUTE, 1)]);
            }
        }
        self.file(&format!("{directory}/service-events.csv"), text);
    }

    /// What A and B saw of each other, in local time with the day first.
    fn mirroring(&mut self) {
        for (directory, mut changes) in ["A", "B"].into_iter().zip(self.states.clone()) {
            changes.sort_unstable();
            let mut text = "database_name\tstart_time\tstate\tstate_before\n".to_owned();
            for (at, state) in changes {
                let _ = writeln!(text, "mgc\t{}\t{state}\t0", german(at));
            }
            self.file(&format!("{directory}/mirroring-states.csv"), utf_16(&text));
        }
    }

    /// What people wrote down: cuts of the link between the data centres, 26 a year.
    fn incidents(&mut self) {
        let mut text = "component,mode,start,end,planned,noticed\n".to_owned();
        let year = 365.25 * DAY as f64;
        let mut at = START + self.exponential(year / 26.0) as i64;
        while at < self.end {
            let end = at + self.lognormal(10.0 * MINUTE as f64, 1.2);
            let _ = writeln!(text, "inter-site-link,,{},{},no,", utc(at), utc(end));
            at = end + self.exponential(year / 26.0) as i64;
        }
        self.file("incidents.csv", text);
    }

    fn manifest(&mut self) {
        let mut text = "database = \"mgc\"\nfolders = ['\\\\fs1\\ls']\n".to_owned();
        for (role, zone, ahead) in [
            ("A", "Europe/Berlin", "0s"),
            ("B", "Europe/Berlin", "0s"),
            ("W", "Europe/Berlin", "0s"),
            ("S", "UTC", "3s"),
        ] {
            let _ = write!(
                text,
                "\n[[server]]\nrole = \"{role}\"\nname = \"SQL-{role}\"\ntime_zone = \"{zone}\"\n\
                 clock_ahead = \"{ahead}\"\n"
            );
        }
        for (path, kind, server) in [
            (
                "A/log-shipping-history.1.csv",
                "log-shipping-history",
                "SQL-A",
            ),
            (
                r"A\log-shipping-history.csv",
                "log-shipping-history",
                "SQL-A",
            ),
            ("A/backup-history.csv", "backup-history", "SQL-A"),
            (
                "S/log-shipping-history.csv",
                "log-shipping-history",
                "SQL-S",
            ),
            ("S/restore-history.json", "restore-history", "SQL-S"),
            ("A/mirroring-states.csv", "mirroring-states", "SQL-A"),
            ("B/mirroring-states.csv", "mirroring-states", "SQL-B"),
            ("A/service-events.csv", "service-events", "SQL-A"),
            ("B/service-events.csv", "service-events", "SQL-B"),
            ("W/service-events.csv", "service-events", "SQL-W"),
            ("S/service-events.csv", "service-events", "SQL-S"),
        ] {
            let _ = write!(
                text,
                "\n[[file]]\npath = '{path}'\nkind = \"{kind}\"\nserver = \"{server}\"\n"
            );
        }
        let _ = write!(
            text,
            "\n[[file]]\npath = 'incidents.csv'\nkind = 'incidents'\nfrom = '{}'\nto = '{}'\n",
            utc(START),
            utc(self.end)
        );
        self.file("records.toml", text);
    }
}

/// A run of a job: it starts, it runs, it has succeeded.
fn run(text: &mut String, agent: (&str, u8), session: usize, start: i64, end: i64, words: &str) {
    let (id, job) = agent;
    for (status, at) in [(0, start), (1, start), (2, end)] {
        let _ = writeln!(
            text,
            "{id}-0000,{job},{session},{status},mgc,{},{words}",
            utc(at)
        );
    }
}
