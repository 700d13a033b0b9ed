//! Shards back together: everything of the study, nothing else, each trial once.

use std::ops::Range;

use super::file::{ShardError, decode};
use super::manifest::Stretch;
use crate::study::{Part, PartError, Study, together};

/// Why shards cannot be merged; file names are the caller's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// A file that is no shard of this version.
    #[error("{file}: {error}")]
    Shard {
        /// The file.
        file: String,
        /// What is wrong with it.
        error: ShardError,
    },
    /// A shard of another study.
    #[error("{file}: it belongs to another study, with digest {found}, not {expected}")]
    Foreign {
        /// The file.
        file: String,
        /// The digest that it states.
        found: String,
        /// The digest of the study.
        expected: String,
    },
    /// A shard whose counts are not those of its stretch.
    #[error("{file}: its counts are not those of the trials that it states: {error}")]
    Counts {
        /// The file.
        file: String,
        /// What is wrong.
        error: PartError,
    },
    /// Trials without a shard.
    #[error("the trials {} to {} are missing: {}", .line.start, .line.end - 1, shards(.missing))]
    Gap {
        /// Which trials of the line.
        line: Range<u64>,
        /// The shards that have them.
        missing: Vec<u64>,
    },
    /// Trials with two shards.
    #[error(
        "{first} and {second} overlap: both have the trials {} to {}",
        .line.start, .line.end - 1
    )]
    Overlap {
        /// A file.
        first: String,
        /// Another file.
        second: String,
        /// Which trials of the line.
        line: Range<u64>,
    },
}

fn shards(missing: &[u64]) -> String {
    const SHOWN: usize = 20;
    let numbers: Vec<String> = missing.iter().take(SHOWN).map(u64::to_string).collect();
    let more = missing.len().saturating_sub(SHOWN);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("run shard {}{more}", numbers.join(", "))
}

/// Merges the texts of shards, given with their names and in any order, to the parts of the whole
/// study in the order of its line.
///
/// # Errors
///
/// When anything is missing, there twice, damaged, or of another study or version.
pub fn merge(
    study: &Study,
    planned: &[Stretch],
    files: &[(String, String)],
) -> Result<Vec<Part>, MergeError> {
    let expected = study.digest();
    let mut shards = Vec::new();
    for (file, text) in files {
        let file = || file.clone();
        let shard = decode(text).map_err(|error| MergeError::Shard {
            file: file(),
            error,
        })?;
        if shard.study != expected {
            return Err(MergeError::Foreign {
                file: file(),
                found: shard.study,
                expected,
            });
        }
        let parts = together(study, shard.line.clone(), shard.parts);
        let parts = parts.map_err(|error| MergeError::Counts {
            file: file(),
            error,
        })?;
        shards.push((file(), shard.line, parts));
    }
    shards.sort_by(|a, b| (a.1.start, a.1.end, &a.0).cmp(&(b.1.start, b.1.end, &b.0)));
    let gap = |line: Range<u64>| {
        let missing = planned.iter().filter(|one| {
            let (from, to) = (
                one.line().start.max(line.start),
                one.line().end.min(line.end),
            );
            from < to
        });
        let missing = missing.map(|one| one.shard).collect();
        MergeError::Gap { line, missing }
    };
    let mut next = 0;
    let mut last: Option<&str> = None;
    for (file, line, _) in &shards {
        if line.start > next {
            return Err(gap(next..line.start));
        }
        if let Some(first) = last
            && line.start < next
        {
            return Err(MergeError::Overlap {
                first: first.to_owned(),
                second: file.clone(),
                line: line.start..next.min(line.end),
            });
        }
        next = line.end;
        last = Some(file);
    }
    if next < study.trials() {
        return Err(gap(next..study.trials()));
    }
    Ok(shards.into_iter().flat_map(|(_, _, parts)| parts).collect())
}
