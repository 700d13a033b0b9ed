//! A manifest: a job with all its texts, and how its work list of trials or searches is cut into
//! shards.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::file::checksum;
use crate::app::compile::swarm::Swarm;
use crate::app::shard::swarm_job::SwarmJob;
use crate::app::study::Study;
use crate::app::study::job::StudyJob;
use crate::scenario::library::{Resolver, Unreadable};

/// The name and version of the format, the first field of every manifest.
pub const MANIFEST_SCHEMA: &str = "poolproof/manifest/v1";

/// More shards than this cost more in files than they save in time.
pub const SHARDS_MOST: u64 = 100_000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Trials.
    Study(StudyJob),
    /// Searches.
    Swarm(SwarmJob),
}

/// What is cut into shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkList {
    /// The digest of everything that decides what the shards hold.
    pub digest: String,
    /// How many trials or searches stand in it.
    pub length: u64,
    /// Which of the two, in the plural.
    pub of: &'static str,
}

impl WorkList {
    /// The trials of a study.
    #[must_use]
    pub fn of_study(study: &Study) -> Self {
        Self {
            digest: study.digest(),
            length: study.trials(),
            of: "trials",
        }
    }

    /// The searches of a swarm.
    #[must_use]
    pub fn of_swarm(swarm: &Swarm) -> Self {
        Self {
            digest: swarm.digest(),
            length: swarm.engine.searches,
            of: "searches",
        }
    }
}

/// What a shard is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardRange {
    /// Its number, from 0.
    pub shard: u64,
    /// Its first trial or search on the work list.
    pub first: u64,
    /// How many of them.
    pub count: u64,
    /// The name of its file.
    pub file: String,
}

impl ShardRange {
    /// Its range of the work list.
    #[must_use]
    pub const fn range(&self) -> Range<u64> {
        self.first..self.first.saturating_add(self.count)
    }
}

/// A file that the job reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceText {
    /// Its name, as the job and other files name it.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// A manifest: all that a shard needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`MANIFEST_SCHEMA`].
    pub schema: String,
    /// The version that made it, and that runs it.
    pub poolproof_version: String,
    /// 32 hexadecimal digits over everything else in it.
    pub checksum: String,
    /// The digest of the whole: scenarios, seeds, and numbers of trials or searches.
    pub study: String,
    /// The seed of the first scenario.
    pub seed: u64,
    /// How many trials or searches the work list has.
    pub length: u64,
    /// The shards, in the order of the work list.
    pub shards: Vec<ShardRange>,
    /// What is asked for.
    pub job: Task,
    /// Every file that it reads.
    pub texts: Vec<SourceText>,
}

/// Why a text is no manifest that this program can use.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not JSON, or a field is missing, unknown or of the wrong type.
    #[error("this is no manifest of poolproof: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A format that this version does not know.
    #[error("it has schema \"{0}\", but this version of poolproof reads \"{MANIFEST_SCHEMA}\"")]
    Schema(String),
    /// Another version made it, which may count by other rules.
    #[error("it was made by poolproof {0}, but this is {this}", this = env!("CARGO_PKG_VERSION"))]
    Version(String),
    /// It was changed since it was made.
    #[error("it was changed: its {what} is {found}, but {stated} is stated in it")]
    Changed {
        /// Which digest: the checksum of the whole, or the digest of the study.
        what: &'static str,
        /// The digest of what is there.
        found: String,
        /// The digest that it states.
        stated: String,
    },
    /// Its shards are not the work list.
    #[error("its shards do not cover the {length} {of}, each once and in order")]
    Shards {
        /// The length of the work list.
        length: u64,
        /// What it is of: trials or searches.
        of: &'static str,
    },
}

impl Manifest {
    /// Cuts a work list into shards of nearly the same length.
    ///
    /// # Errors
    ///
    /// In the words of the library that writes it; a defect.
    pub fn new(
        job: Task,
        work: WorkList,
        seed: u64,
        texts: Vec<SourceText>,
        shards: u64,
    ) -> Result<Self, serde_json::Error> {
        let length = work.length;
        let shards = shards.clamp(1, length.clamp(1, SHARDS_MOST));
        let start =
            |shard: u64| (u128::from(length) * u128::from(shard) / u128::from(shards)) as u64;
        let planned = |shard: u64| ShardRange {
            shard,
            first: start(shard),
            count: start(shard + 1) - start(shard),
            file: format!("shard-{shard:05}.json"),
        };
        let mut manifest = Self {
            schema: MANIFEST_SCHEMA.to_owned(),
            poolproof_version: env!("CARGO_PKG_VERSION").to_owned(),
            checksum: String::new(),
            study: work.digest,
            seed,
            length,
            shards: (0..shards).map(planned).collect(),
            job,
            texts,
        };
        manifest.checksum = manifest.sum()?;
        Ok(manifest)
    }

    /// The checksum of everything else in it.
    fn sum(&self) -> Result<String, serde_json::Error> {
        let unsigned = Self {
            checksum: String::new(),
            ..self.clone()
        };
        Ok(checksum(&serde_json::to_string(&unsigned)?))
    }

    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// When the text is none, or is that of another version.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        #[derive(Deserialize)]
        struct ManifestHeader {
            schema: String,
            poolproof_version: String,
        }
        let head: ManifestHeader = serde_json::from_str(text)?;
        if head.schema != MANIFEST_SCHEMA {
            return Err(ManifestError::Schema(head.schema));
        }
        if head.poolproof_version != env!("CARGO_PKG_VERSION") {
            return Err(ManifestError::Version(head.poolproof_version));
        }
        let manifest: Self = serde_json::from_str(text)?;
        let found = manifest.sum()?;
        if found == manifest.checksum {
            return Ok(manifest);
        }
        Err(ManifestError::Changed {
            what: "checksum",
            found,
            stated: manifest.checksum,
        })
    }

    /// Sees that the work list is the one that was planned, and the shards are the whole of it.
    ///
    /// # Errors
    ///
    /// When either is not so.
    pub fn verify(&self, work: &WorkList) -> Result<(), ManifestError> {
        if work.digest != self.study {
            return Err(ManifestError::Changed {
                what: "study's digest",
                found: work.digest.clone(),
                stated: self.study.clone(),
            });
        }
        let wrong = || ManifestError::Shards {
            length: work.length,
            of: work.of,
        };
        let mut next = 0;
        for (number, shard) in self.shards.iter().enumerate() {
            if shard.first != next || shard.shard != number as u64 {
                return Err(wrong());
            }
            next = shard.range().end;
        }
        if next == work.length && self.length == next {
            Ok(())
        } else {
            Err(wrong())
        }
    }

    /// The texts, to be found by name.
    #[must_use]
    pub fn texts(&self) -> Texts {
        let texts = self.texts.iter();
        Texts(
            texts
                .map(|one| (one.name.clone(), one.text.clone()))
                .collect(),
        )
    }
}

/// Texts at hand, in place of files.
#[derive(Debug, Clone, Default)]
pub struct Texts(BTreeMap<String, String>);

impl Resolver for Texts {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        self.0.get(name).cloned().ok_or(Unreadable::Missing)
    }
}

/// Keeps every text that is read through it.
pub struct Recorder<'a> {
    inner: &'a dyn Resolver,
    read: RefCell<BTreeMap<String, String>>,
}

impl<'a> Recorder<'a> {
    /// Reads through another resolver.
    #[must_use]
    pub fn new(inner: &'a dyn Resolver) -> Self {
        Self {
            inner,
            read: RefCell::default(),
        }
    }

    /// What was read, by name.
    #[must_use]
    pub fn texts(self) -> Vec<SourceText> {
        let read = self.read.into_inner().into_iter();
        read.map(|(name, text)| SourceText { name, text }).collect()
    }
}

impl Resolver for Recorder<'_> {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        let text = self.inner.read(name)?;
        self.read.borrow_mut().insert(name.to_owned(), text.clone());
        Ok(text)
    }
}
