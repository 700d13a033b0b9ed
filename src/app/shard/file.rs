//! A file with the counts of a range of the work list: of a shard, or of an interrupted run.
//!
//! Two lines of JSON: the first names the format and holds the checksum of the second.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::scenario::digest::Digest;

/// The name and version of the format.
const SCHEMA: &str = "poolproof/shard/v1";

/// The counts of a range of a work list: trials of a study, or searches of a swarm.
#[derive(Debug, Clone, PartialEq)]
pub struct Shard<P> {
    /// The digest of the whole.
    pub study: String,
    /// Which range of the work list.
    pub range: Range<u64>,
    /// Its counts.
    pub parts: Vec<P>,
}

/// A shard that is undamaged and of this version, whatever its counts are of.
#[derive(Debug)]
pub(super) struct OpenedShard<'a> {
    /// The digest of the whole.
    pub study: String,
    body: &'a str,
}

/// Why a file is no shard that this program can use.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShardError {
    /// It has not the two lines of a shard.
    #[error("this is no shard of poolproof")]
    NoShard,
    /// It follows a format that this version does not know.
    #[error("it has schema \"{0}\", but this version of poolproof reads \"{SCHEMA}\"")]
    Schema(String),
    /// Its text is not what was written.
    #[error("it is damaged: its checksum is {found}, but {stated} is stated in it")]
    Damaged {
        /// The checksum of what is there.
        found: String,
        /// The checksum of what was written.
        stated: String,
    },
    /// Another version counted it, perhaps by other rules.
    #[error("it was made by poolproof {0}, but this is {this}", this = env!("CARGO_PKG_VERSION"))]
    Version(String),
    /// It holds the checksum of something else.
    #[error("its counts cannot be read: {0}")]
    Malformed(String),
}

#[derive(Serialize, Deserialize)]
struct ShardHeader {
    schema: String,
    checksum: String,
}

#[derive(Serialize)]
struct WrittenShard<'a, P> {
    poolproof_version: &'a str,
    study: &'a str,
    first: u64,
    count: u64,
    parts: &'a [P],
}

/// What tells the version, whatever the rest has become.
#[derive(Deserialize)]
struct Versioned {
    poolproof_version: String,
}

/// What tells which whole a shard is of, whatever its counts look like.
#[derive(Deserialize)]
struct StudyName {
    study: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read<P> {
    #[serde(rename = "poolproof_version")]
    _version: String,
    study: String,
    first: u64,
    count: u64,
    parts: Vec<P>,
}

pub(super) fn checksum(text: &str) -> String {
    let mut digest = Digest::new();
    digest.bytes(text.as_bytes());
    digest.hex()
}

/// The text of the file.
///
/// # Errors
///
/// In the words of the library that writes it; a defect.
pub fn encode<P: Serialize>(study: &str, range: Range<u64>, parts: &[P]) -> Result<String, String> {
    let body = WrittenShard {
        poolproof_version: env!("CARGO_PKG_VERSION"),
        study,
        first: range.start,
        count: range.end - range.start,
        parts,
    };
    let body = serde_json::to_string(&body).map_err(|error| error.to_string())?;
    let head = ShardHeader {
        schema: SCHEMA.to_owned(),
        checksum: checksum(&body),
    };
    let head = serde_json::to_string(&head).map_err(|error| error.to_string())?;
    Ok(format!("{head}\n{body}\n"))
}

/// Reads the text of a file.
///
/// # Errors
///
/// Says why it cannot be used.
pub fn decode<P: DeserializeOwned>(text: &str) -> Result<Shard<P>, ShardError> {
    open(text)?.read()
}

/// Opens a file without reading its counts.
pub(super) fn open(text: &str) -> Result<OpenedShard<'_>, ShardError> {
    let (head, body) = text.split_once('\n').ok_or(ShardError::NoShard)?;
    let head: ShardHeader = serde_json::from_str(head).map_err(|_| ShardError::NoShard)?;
    if head.schema != SCHEMA {
        return Err(ShardError::Schema(head.schema));
    }
    let body = body.strip_suffix('\n').unwrap_or(body);
    let found = checksum(body);
    if found != head.checksum {
        return Err(ShardError::Damaged {
            found,
            stated: head.checksum,
        });
    }
    let versioned: Versioned = serde_json::from_str(body).map_err(malformed)?;
    if versioned.poolproof_version != env!("CARGO_PKG_VERSION") {
        return Err(ShardError::Version(versioned.poolproof_version));
    }
    let named: StudyName = serde_json::from_str(body).map_err(malformed)?;
    Ok(OpenedShard {
        study: named.study,
        body,
    })
}

impl OpenedShard<'_> {
    /// Reads the counts.
    pub(super) fn read<P: DeserializeOwned>(self) -> Result<Shard<P>, ShardError> {
        let read: Read<P> = serde_json::from_str(self.body).map_err(malformed)?;
        let end = read.first.checked_add(read.count);
        let end = end.ok_or_else(|| ShardError::Malformed("too many trials".to_owned()))?;
        Ok(Shard {
            study: read.study,
            range: read.first..end,
            parts: read.parts,
        })
    }
}

fn malformed(error: serde_json::Error) -> ShardError {
    ShardError::Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        encode("0123", 5..9, &["counts"]).unwrap()
    }

    fn decode(text: &str) -> Result<Shard<String>, ShardError> {
        super::decode(text)
    }

    #[test]
    fn what_is_written_is_read() {
        let shard = decode(&text()).unwrap();
        assert_eq!(shard.study, "0123");
        assert_eq!(shard.range, 5..9);
        assert_eq!(shard.parts, ["counts"]);
    }

    #[test]
    fn every_damaged_byte_is_seen() {
        let text = text();
        for at in 0..text.len() - 1 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let damaged = String::from_utf8(bytes).unwrap();
            assert!(decode(&damaged).is_err(), "byte {at}");
            assert!(decode(&text[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn other_versions_and_formats_are_named() {
        let body = "{\"poolproof_version\":\"9.9.9\",\"novelty\":1}";
        let sum = checksum(body);
        let of = |schema: &str| {
            decode(&format!(
                "{{\"schema\":\"{schema}\",\"checksum\":\"{sum}\"}}\n{body}\n"
            ))
        };
        assert_eq!(of(SCHEMA), Err(ShardError::Version("9.9.9".to_owned())));
        let other = "poolproof/shard/v2";
        assert_eq!(of(other), Err(ShardError::Schema(other.to_owned())));
    }
}
