//! The texts a scenario is made of, found through a resolver: the core itself does no I/O.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::diagnostic::{Diagnostic, Place, Severity, Source};
use super::digest::Digest;
use super::value::Parsed;

/// The largest scenario or runbook file, in bytes. The reference files have a few thousand.
pub const FILE_BYTES_MOST: u64 = 1 << 18;

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// There is no such file.
    Missing,
    /// It is a directory.
    Directory,
    /// It is not UTF-8.
    NotUtf8 {
        /// How many bytes at its beginning are.
        valid_bytes: usize,
    },
    /// It is larger than [`FILE_BYTES_MOST`].
    TooLarge,
    /// Anything else, in the system's words.
    Other(String),
}

impl Unreadable {
    /// Code, message and help for a file of this name.
    pub(super) fn describe(&self, file: &str) -> (&'static str, String, String) {
        match self {
            Self::Missing => (
                "E0001",
                format!("there is no file `{file}`"),
                "check the path; it is relative to the file that names it, or to the current \
                 directory on the command line"
                    .to_owned(),
            ),
            Self::Directory => (
                "E0002",
                format!("`{file}` is a directory"),
                "name a file with the extension .toml".to_owned(),
            ),
            Self::NotUtf8 { valid_bytes } => (
                "E0003",
                format!(
                    "`{file}` is not UTF-8: byte {} does not fit",
                    valid_bytes + 1
                ),
                "save the file as UTF-8".to_owned(),
            ),
            Self::TooLarge => (
                "E0004",
                format!("`{file}` has more than {FILE_BYTES_MOST} bytes"),
                "a scenario has a few thousand; is this the right file?".to_owned(),
            ),
            Self::Other(why) => (
                "E0005",
                format!("`{file}` cannot be read: {why}"),
                String::new(),
            ),
        }
    }

    /// The diagnostic about a file named on the command line.
    pub(super) fn diagnostic(&self, file: &str) -> Diagnostic {
        let (code, message, help) = self.describe(file);
        Diagnostic::about(file, Severity::Error, code, message).helped(help)
    }
}

/// Gives the text of a file by its name.
pub trait Resolver {
    /// Reads a whole file of at most [`FILE_BYTES_MOST`] bytes.
    ///
    /// # Errors
    ///
    /// Says why the file cannot be used.
    fn read(&self, name: &str) -> Result<String, Unreadable>;
}

/// Opens texts, keeps the digest over all of them and the order in which they came.
pub(super) struct Library<'a> {
    pub(super) resolver: &'a dyn Resolver,
    pub(super) digest: Digest,
    /// Names in the order of opening: the order of diagnostics.
    pub(super) opened: Vec<String>,
}

impl<'a> Library<'a> {
    pub(super) const fn new(resolver: &'a dyn Resolver) -> Self {
        Self {
            resolver,
            digest: Digest::new(),
            opened: Vec::new(),
        }
    }

    /// Notes a text that is at hand.
    pub(super) fn note(&mut self, part: &str, source: &Source) {
        self.digest.add(part, &source.text);
        self.opened.push(source.name.clone());
    }

    /// Opens the file that the text at `place` names, relative to the file it stands in.
    pub(super) fn open(&mut self, part: &str, place: &Place, path: &str) -> Parsed<Arc<Source>> {
        let name = relative(&place.source.base, path);
        match self.resolver.read(&name) {
            Ok(text) => {
                let source = Source::file(&name, &text);
                self.note(part, &source);
                Ok(Arc::new(source))
            }
            Err(why) => {
                let (code, message, help) = why.describe(&name);
                Err(vec![
                    Diagnostic::at(place, Severity::Error, code, message).helped(help),
                ])
            }
        }
    }
}

/// A path relative to the directory of a file, with `x/..` taken out so that it reads well and
/// circles are seen.
pub(crate) fn relative(base: &str, path: &str) -> String {
    let joined = Path::new(base)
        .parent()
        .unwrap_or_else(|| Path::new(""))
        .join(path);
    let mut plain = PathBuf::new();
    for component in joined.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(plain.components().next_back(), Some(Component::Normal(_))) =>
            {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_file() {
        assert_eq!(relative("a/b/c.toml", "../d.toml"), "a/d.toml");
        assert_eq!(relative("c.toml", "runbooks/./d.toml"), "runbooks/d.toml");
        assert_eq!(relative("c.toml", "../d.toml"), "../d.toml");
        assert_eq!(relative("../c.toml", "../d.toml"), "../../d.toml");
        assert_eq!(relative("a/c.toml", "/d.toml"), "/d.toml");
    }
}
