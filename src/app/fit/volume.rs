//! How much log is written at each hour of the day, from the sizes of the log backups.

use poolproof_reports::fit::HourVolume;

use crate::records::backups::BackupType;
use crate::records::instant::hour_of_day;
use crate::records::pool_records::PoolRecords;

/// What was written in a longer time cannot be given to an hour.
const LONGEST_MS: i64 = 2 * 3_600_000;

/// Bytes a minute for each hour of the day that the records know.
pub(super) fn by_hour(records: &PoolRecords) -> Vec<HourVolume> {
    let mut sums = [(0.0, 0.0); 24];
    let logs = records.backups.iter();
    let logs: Vec<_> = logs
        .filter(|one| one.kind == BackupType::Log && !one.is_copy_only)
        .collect();
    for pair in logs.windows(2) {
        let [before, after] = pair else { continue };
        let length = after.start - before.start;
        let (Some(bytes), true) = (after.bytes, (1..=LONGEST_MS).contains(&length)) else {
            continue;
        };
        let zone = &records.manifest.servers[after.server].zone;
        // The log of a backup is that of the time before it.
        let (sum, ms) = &mut sums[hour_of_day(before.start, zone)];
        *sum += bytes as f64;
        *ms += length as f64;
    }
    let known = sums.iter().enumerate().filter(|(_, (_, ms))| *ms > 0.0);
    known
        .map(|(hour, (bytes, ms))| HourVolume {
            hour: hour as u64,
            bytes_per_minute: bytes / (ms / 60_000.0),
            hours: ms / 3_600_000.0,
        })
        .collect()
}
