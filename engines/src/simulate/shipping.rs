//! Log shipping on the clock, without executing its runs: between two other events, what the jobs
//! have done is arithmetic on the tick number.
//!
//! A run takes at its start what is there (a backup the log, a copy the finished backups, a restore
//! the copied files) and delivers it when it ends (handbook 4.6, with durations). A run that is
//! under way when its job is stopped delivers nothing.

use crate::clocks::timed::Job;

/// A job's timetable, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timetable {
    /// From one start to the next.
    pub interval: u64,
    /// From the start of a run to its end; below the interval.
    pub duration: u64,
    /// The first start.
    pub phase: u64,
}

/// What has been shipped, as the time up to which the log is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shipped {
    /// By finished backups on the share.
    pub share: u64,
    /// By files in the folder on S.
    pub folder: u64,
    /// By S itself.
    pub restored: u64,
}

/// The three jobs in one trial.
#[derive(Debug, Clone, Copy)]
pub struct Shipping {
    tables: [Timetable; 3],
    /// 2^64 over each job's interval, rounded up.
    inverses: [u64; 3],
    /// Bit per job that runs.
    running: u8,
    /// Since when each job has been running without a stop.
    since: [u64; 3],
    /// When anything was last brought up to date.
    changed: u64,
    /// What was shipped then.
    base: Shipped,
    /// What the copy and the restore run that were under way then had taken.
    taken: [u64; 2],
}

impl Shipping {
    /// At the start of a trial: nothing has been written, so everything is covered.
    #[must_use]
    pub fn new(tables: [Timetable; 3], running: u8) -> Self {
        Self {
            tables,
            inverses: tables.map(|table| (u64::MAX / table.interval).saturating_add(1)),
            running,
            since: [0; 3],
            changed: 0,
            base: Shipped {
                share: 0,
                folder: 0,
                restored: 0,
            },
            taken: [0; 2],
        }
    }

    const fn runs(&self, job: Job) -> bool {
        self.running >> job as u8 & 1 == 1
    }

    /// The latest start of a job at or before `t`.
    ///
    /// Half a dozen of these are asked at each change of service, and dividing whole numbers took
    /// a tenth of the time of a simulated year. The product with the inverse is off by one at the
    /// most: too large by less than `passed` / 2^64, and too small only where the interval is 1.
    #[inline]
    fn start_before(&self, job: Job, t: u64) -> Option<u64> {
        let table = &self.tables[job as usize];
        let passed = t.checked_sub(table.phase)?;
        let product = u128::from(passed) * u128::from(self.inverses[job as usize]);
        let about = (product >> 64) as u64;
        let start = about * table.interval;
        let start = if start > passed {
            start - table.interval
        } else if passed - start >= table.interval {
            start + table.interval
        } else {
            start
        };
        Some(table.phase + start)
    }

    /// The start of the latest run of a job that has ended by `t`.
    #[inline]
    fn ended_by(&self, job: Job, t: u64) -> Option<u64> {
        self.start_before(job, t.checked_sub(self.tables[job as usize].duration)?)
    }

    /// The start of the latest run that counts at `t`: ended, and neither begun before the job was
    /// last started nor ended before the last update.
    #[inline]
    fn latest(&self, job: Job, t: u64) -> Option<u64> {
        let table = &self.tables[job as usize];
        self.ended_by(job, t).filter(|start| {
            self.runs(job)
                && *start >= self.since[job as usize]
                && start + table.duration > self.changed
        })
    }

    /// What finished backups on the share cover at `t`, not before the last update.
    pub(super) fn share_at(&self, t: u64) -> u64 {
        self.latest(Job::Backup, t)
            .map_or(self.base.share, |start| start.max(self.base.share))
    }

    /// What the files in the folder on S cover at `t`, not before the last update.
    #[inline]
    pub(super) fn folder_at(&self, t: u64) -> u64 {
        let Some(start) = self.latest(Job::Copy, t) else {
            return self.base.folder;
        };
        let taken = if start <= self.changed {
            self.taken[0]
        } else {
            self.share_at(start)
        };
        taken.max(self.base.folder)
    }

    fn restored_at(&self, t: u64) -> u64 {
        let Some(start) = self.latest(Job::Restore, t) else {
            return self.base.restored;
        };
        let taken = if start <= self.changed {
            self.taken[1]
        } else {
            self.folder_at(start)
        };
        taken.max(self.base.restored)
    }

    /// What is shipped at `t`, not before the last update.
    #[must_use]
    pub fn at(&self, t: u64) -> Shipped {
        // A run that ended by the last update has been counted there.
        if t == self.changed {
            return self.base;
        }
        Shipped {
            share: self.share_at(t),
            folder: self.folder_at(t),
            restored: self.restored_at(t),
        }
    }

    /// What was shipped at the last update.
    #[must_use]
    pub const fn last(&self) -> Shipped {
        self.base
    }

    /// Brings everything up to `t`.
    pub fn update(&mut self, t: u64) {
        // Several changes at one moment are one.
        if t == self.changed {
            return;
        }
        let now = self.at(t);
        let under_way = |job: Job| {
            let table = &self.tables[job as usize];
            if table.duration == 0 {
                return None;
            }
            self.start_before(job, t).filter(|start| {
                self.runs(job) && *start >= self.since[job as usize] && start + table.duration > t
            })
        };
        let taken = |start: Option<u64>, old: u64, at: &dyn Fn(u64) -> u64| match start {
            Some(start) if start > self.changed => at(start),
            Some(_) => old,
            None => 0,
        };
        self.taken = [
            taken(under_way(Job::Copy), self.taken[0], &|s| self.share_at(s)),
            taken(under_way(Job::Restore), self.taken[1], &|s| {
                self.folder_at(s)
            }),
        ];
        self.base = now;
        self.changed = t;
    }

    /// Starts and stops jobs at the time of the last update.
    pub fn switch(&mut self, running: u8) {
        for (job, since) in self.since.iter_mut().enumerate() {
            if running >> job & 1 == 1 && self.running >> job & 1 == 0 {
                // A run that would start at this very moment has missed it.
                *since = self.changed + 1;
            }
        }
        self.running = running;
    }

    /// An operator copied or restored by hand at the time of the last update.
    pub fn correct(&mut self, shipped: Shipped) {
        self.base = shipped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    /// The product with the inverse against division, at multiples of the interval and beside them.
    #[test]
    fn the_latest_start_is_what_division_gives() {
        let year = 31_557_600_000;
        for interval in [1, 2, 3, 59, 10_000, 1 << 20, (1 << 31) - 1, year, 10 * year] {
            for phase in [0, interval / 2] {
                let table = Timetable {
                    interval,
                    duration: 0,
                    phase,
                };
                let shipping = Shipping::new([table; 3], 0);
                for run in [0, 1, 2, 3, 1_000, 87_661, 1 << 20] {
                    for beside in [0, 1, interval / 3, interval - 1] {
                        let t = phase + run * interval + beside;
                        let found = shipping.start_before(Job::Copy, t);
                        assert_eq!(found, Some(phase + (t - phase) / interval * interval));
                    }
                }
                if let Some(before) = phase.checked_sub(1) {
                    assert_eq!(shipping.start_before(Job::Copy, before), None);
                }
            }
        }
    }

    fn table(interval: u64, duration: u64, phase: u64) -> Timetable {
        Timetable {
            interval: interval * MINUTE,
            duration: duration * MINUTE,
            phase: phase * MINUTE,
        }
    }

    /// The same by executing every run, minute by minute.
    fn by_hand(tables: [Timetable; 3], switches: &[(u64, u8)], end: u64) -> Shipped {
        let mut shipped = Shipped::default();
        let mut running = 7_u8;
        let mut under_way: [Option<(u64, u64)>; 3] = [None; 3];
        for t in 0..=end {
            for job in 0..3 {
                if let Some((start, taken)) = under_way[job]
                    && start + tables[job].duration == t
                {
                    under_way[job] = None;
                    let slot = [
                        &mut shipped.share,
                        &mut shipped.folder,
                        &mut shipped.restored,
                    ];
                    let slot = slot.into_iter().nth(job).expect("three jobs");
                    *slot = (*slot).max(taken);
                }
            }
            for (job, table) in tables.iter().enumerate() {
                let starts = t >= table.phase && (t - table.phase) % table.interval == 0;
                if starts && running >> job & 1 == 1 {
                    let taken = [t, shipped.share, shipped.folder][job];
                    under_way[job] = Some((t, taken));
                }
            }
            for (at, now) in switches.iter().filter(|(at, _)| *at == t) {
                assert_eq!(*at, t);
                for (job, run) in under_way.iter_mut().enumerate() {
                    if now >> job & 1 == 0 {
                        *run = None;
                    }
                }
                running = *now;
            }
        }
        shipped
    }

    #[test]
    fn arithmetic_equals_executing_each_run() {
        // Times are in "milliseconds" small enough to execute; phases and durations are odd so
        // that starts and ends rarely coincide.
        let mut seed = 12_345_u64;
        let mut next = |bound: u64| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % bound
        };
        for _ in 0..2_000 {
            let tables = [0, 1, 2].map(|_| {
                let interval = 20 + next(40);
                Timetable {
                    interval,
                    duration: 1 + next(12),
                    phase: next(interval),
                }
            });
            let mut switches = Vec::new();
            let mut at = 0;
            for _ in 0..next(6) {
                at += 1 + next(60);
                switches.push((at, next(8) as u8));
            }
            let end = at + 1 + next(100);
            let mut shipping = Shipping::new(tables, 7);
            for (at, running) in &switches {
                shipping.update(*at);
                shipping.switch(*running);
            }
            // Updates in between change nothing.
            let mut often = shipping;
            often.update(at + (end - at) / 2);
            let expected = by_hand(tables, &switches, end);
            assert_eq!(shipping.at(end), expected, "{tables:?} {switches:?} {end}");
            assert_eq!(
                often.at(end),
                expected,
                "updated in between: {tables:?} {switches:?}"
            );
        }
    }

    #[test]
    fn ages_are_bounded_as_in_handbook_4_6() {
        // Independent phases, share lost: between tb + tc and Ib + tb + Ic + tc.
        for phase in 0..15 {
            let tables = [table(15, 1, 0), table(15, 2, phase), table(15, 3, 7)];
            let shipping = Shipping::new(tables, 7);
            for t in 100 * MINUTE..130 * MINUTE {
                let age = t - shipping.at(t).folder;
                assert!((3 * MINUTE..33 * MINUTE).contains(&age), "{age}");
            }
        }
    }
}
