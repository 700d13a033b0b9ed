//! Shards back together: everything of the study, nothing else, each trial once.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;

use poolproof_engines::check::swarm;
use serde::de::DeserializeOwned;

use super::file::{Shard, ShardError, open};
use super::manifest::{ShardRange, WorkList};
use crate::app::compile::swarm::Swarm;
use crate::app::study::{self, Study, together};

/// Why shards cannot be merged; file names are the caller's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// A file that cannot be read.
    #[error("cannot read {file}: {error}")]
    Unread {
        /// The file.
        file: String,
        /// Why.
        error: String,
    },
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
    /// A shard whose counts are not those of its range.
    #[error("{file}: its counts are not those of the {of} that it states: {error}")]
    Counts {
        /// The file.
        file: String,
        /// What the work list is of: trials or searches.
        of: &'static str,
        /// What is wrong.
        error: String,
    },
    /// A range without a shard.
    #[error(
        "the {of} {} to {} are missing: {}",
        .range.start, .range.end - 1, shards(.missing)
    )]
    Gap {
        /// What the work list is of: trials or searches.
        of: &'static str,
        /// Which range of the work list.
        range: Range<u64>,
        /// The shards that have them.
        missing: Vec<u64>,
    },
    /// A range with two shards.
    #[error(
        "{first} and {second} overlap: both have the {of} {} to {}",
        .range.start, .range.end - 1
    )]
    Overlap {
        /// What the work list is of: trials or searches.
        of: &'static str,
        /// A file.
        first: String,
        /// Another file.
        second: String,
        /// Which range of the work list.
        range: Range<u64>,
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
/// study in the order of its work list. Neighbours become one as soon as both are there, so that
/// shards in order are merged in the memory of a few, however many there are.
///
/// # Errors
///
/// When anything is missing, there twice, damaged, or of another study or version; or what `files`
/// gives in place of a file.
pub fn merge(
    study: &Study,
    planned: &[ShardRange],
    files: impl IntoIterator<Item = Result<(String, String), MergeError>>,
) -> Result<Vec<study::PartialResult>, MergeError> {
    let work = WorkList::of_study(study);
    let together = |range, parts| together(study, range, parts);
    whole(&work, planned, files, together, study::PartialResult::join)
}

/// The same for the searches of a swarm.
///
/// # Errors
///
/// As for a study; also when a path to a violation does not lead there.
pub fn merge_swarm(
    swarm: &Swarm,
    planned: &[ShardRange],
    files: impl IntoIterator<Item = Result<(String, String), MergeError>>,
) -> Result<Vec<swarm::SearchRecord>, MergeError> {
    let work = WorkList::of_swarm(swarm);
    let together = |range, parts| swarm.engine.together(range, parts);
    // A search is a part for ever.
    whole(&work, planned, files, together, |_, part| Some(part))
}

/// Puts shards in the order of a work list, and sees that they are the whole of it. `together`
/// judges and orders the parts of each; `join` adds a part to the one before it, or gives it back.
fn whole<P: DeserializeOwned, E: Display>(
    work: &WorkList,
    planned: &[ShardRange],
    files: impl IntoIterator<Item = Result<(String, String), MergeError>>,
    together: impl Fn(Range<u64>, Vec<P>) -> Result<Vec<P>, E>,
    join: impl Fn(&mut P, P) -> Option<P>,
) -> Result<Vec<P>, MergeError> {
    let of = work.of;
    let mut shards = Vec::new();
    let mut runs = Runs(BTreeMap::new());
    for file in files {
        let (file, text) = file?;
        let named = || file.clone();
        let unusable = |error| MergeError::Shard {
            file: named(),
            error,
        };
        let opened = open(&text).map_err(unusable)?;
        if opened.study != work.digest {
            return Err(MergeError::Foreign {
                file: named(),
                found: opened.study,
                expected: work.digest.clone(),
            });
        }
        let shard: Shard<P> = opened.read().map_err(unusable)?;
        let parts = together(shard.range.clone(), shard.parts);
        let parts = parts.map_err(|error| MergeError::Counts {
            file: named(),
            of,
            error: error.to_string(),
        })?;
        // An empty range counts nothing, and would stand in the way of the next.
        if !shard.range.is_empty() {
            runs.add(shard.range.clone(), parts, &join);
        }
        shards.push((file, shard.range));
    }
    covered(work, planned, shards)?;
    debug_assert!(runs.0.len() <= 1, "a range that is covered is one run");
    Ok(runs.0.into_values().flat_map(|(_, parts)| parts).collect())
}

/// Ranges of a work list that do not touch, by their first: where each ends, and its parts.
struct Runs<P>(BTreeMap<u64, (u64, Vec<P>)>);

impl<P> Runs<P> {
    /// Adds a range, and joins it with its neighbours. One that overlaps another is left out: of
    /// such shards nothing is merged.
    fn add(
        &mut self,
        range: Range<u64>,
        mut parts: Vec<P>,
        join: &impl Fn(&mut P, P) -> Option<P>,
    ) {
        let before = self.0.range(..=range.start).next_back();
        let before = before.map(|(start, (end, _))| (*start, *end));
        let after = self.0.range(range.start..).next().map(|(start, _)| *start);
        if before.is_some_and(|(_, end)| end > range.start)
            || after.is_some_and(|start| start < range.end)
        {
            return;
        }
        let (mut start, mut end) = (range.start, range.end);
        if let Some((first, to)) = before
            && to == range.start
            && let Some((_, mut earlier)) = self.0.remove(&first)
        {
            append(&mut earlier, parts, join);
            (start, parts) = (first, earlier);
        }
        if let Some((to, later)) = self.0.remove(&range.end) {
            append(&mut parts, later, join);
            end = to;
        }
        self.0.insert(start, (end, parts));
    }
}

/// Puts parts after others; where two meet that are of one kind, they become one.
fn append<P>(parts: &mut Vec<P>, later: Vec<P>, join: &impl Fn(&mut P, P) -> Option<P>) {
    for part in later {
        let left = match parts.last_mut() {
            Some(last) => join(last, part),
            None => Some(part),
        };
        parts.extend(left);
    }
}

/// Sees that shards are all of a work list, each range once.
fn covered(
    work: &WorkList,
    planned: &[ShardRange],
    mut shards: Vec<(String, Range<u64>)>,
) -> Result<(), MergeError> {
    let of = work.of;
    shards.sort_by(|a, b| (a.1.start, a.1.end, &a.0).cmp(&(b.1.start, b.1.end, &b.0)));
    let gap = |range: Range<u64>| {
        let missing = planned.iter().filter(|one| {
            let (from, to) = (
                one.range().start.max(range.start),
                one.range().end.min(range.end),
            );
            from < to
        });
        let missing = missing.map(|one| one.shard).collect();
        MergeError::Gap { of, range, missing }
    };
    let mut next = 0;
    let mut last: Option<&str> = None;
    for (file, range) in &shards {
        if range.start > next {
            return Err(gap(next..range.start));
        }
        if let Some(first) = last
            && range.start < next
        {
            return Err(MergeError::Overlap {
                of,
                first: first.to_owned(),
                second: file.clone(),
                range: range.start..next.min(range.end),
            });
        }
        next = range.end;
        last = Some(file);
    }
    if next < work.length {
        return Err(gap(next..work.length));
    }
    Ok(())
}
