//! Files: read whole, written under a temporary name, then renamed, so that nothing half-written is
//! found.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::app::checkpoint::CheckpointStore;

/// Files of which every report has one, and by which it is known as ours.
const DOCUMENTS: [&str; 4] = ["index.html", "result.json", "comparison.json", "sweep.json"];

/// Files of reports that do not say whose they are.
const DATA: [&str; 7] = [
    "summary.md",
    "figures.csv",
    "incidents.csv",
    "comparison.csv",
    "comparison.md",
    "sweep.csv",
    "sweep.md",
];

/// Refuses a directory where a report would replace what somebody else wrote. Asked before the
/// work, so that none is lost.
pub fn claim(directory: &Path) -> Result<(), Failure> {
    let there = |names: &[&str]| -> Vec<PathBuf> {
        let paths = names.iter().map(|name| directory.join(name));
        paths.filter(|path| path.exists()).collect()
    };
    let documents = there(&DOCUMENTS);
    let foreign = match documents.iter().find(|path| is_foreign(path)) {
        None if documents.is_empty() => there(&DATA).into_iter().next(),
        found => found.cloned(),
    };
    foreign.map_or(Ok(()), |path| Err(exists(&path)))
}

/// Whether there is a file that this program has not written. Devices and pipes are nobody's.
pub fn is_foreign(path: &Path) -> bool {
    let ours = |bytes: Vec<u8>| {
        let text = String::from_utf8_lossy(&bytes);
        let document: String = text.trim_start().chars().take(100).collect();
        document.starts_with('{') && document.contains("\"poolproof/")
            || document.starts_with("<!DOCTYPE html>") && text.contains("poolproof")
    };
    path.is_file() && !fs::read(path).is_ok_and(ours)
}

/// A file is there already.
pub fn exists(path: &Path) -> Failure {
    Failure::output(format!("{} exists and is not overwritten", path.display()))
        .hinted("name another path, or move the file away; nothing was written")
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::output(format!("cannot write {}: {error}", path.display()))
}

/// Writes the files of a result below `directory`.
pub fn write_bundle(directory: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
    write_files(directory, files)?;
    remove_stale_traces(directory, files);
    Ok(())
}

/// Writes files below `directory`. Only files of these names are replaced, and none before all are
/// whole: a disk that fills up leaves the earlier ones, which fit each other.
pub fn write_files(directory: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
    let paths: Vec<_> = files.iter().map(|(name, _)| directory.join(name)).collect();
    let mut staged = Vec::new();
    for (path, (_, bytes)) in paths.iter().zip(files) {
        staged.push(Staged::new(path, bytes).map_err(|error| unwritten(path, &error))?);
    }
    for (path, one) in paths.iter().zip(staged) {
        one.rename().map_err(|error| unwritten(path, &error))?;
    }
    Ok(())
}

/// Writes one file, and the directories above it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_file(path, bytes).map_err(|error| unwritten(path, &error))
}

/// Writes one file of this program's own, in place of an earlier one but of no other.
pub fn replace_own(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if is_foreign(path) {
        return Err(exists(path));
    }
    write(path, bytes)
}

/// Writes several files, and gives a line for each.
pub fn write_listed(files: &[(PathBuf, Vec<u8>)]) -> Result<String, Failure> {
    let mut listed = String::new();
    for (path, bytes) in files {
        write(path, bytes)?;
        listed.push_str(&format!("wrote {}\n", path.display()));
    }
    Ok(listed)
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A device or a pipe takes bytes and must not be replaced by a file.
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    Staged::new(path, bytes)?.rename()
}

/// A file that is whole under a temporary name, which is gone afterwards, renamed or not.
struct Staged {
    temporary: PathBuf,
    path: PathBuf,
}

impl Staged {
    fn new(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        if path.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        // The file behind a link is replaced, and not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let parent = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = parent.join(format!(".{name}.{}.part", std::process::id()));
        let staged = Self { temporary, path };
        let mut file = fs::File::create(&staged.temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(staged)
    }

    fn rename(self) -> io::Result<()> {
        fs::rename(&self.temporary, &self.path)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.temporary);
    }
}

/// A counterexample of an earlier run, for a property that holds now, would mislead. Only the
/// names that this program gives are touched.
fn remove_stale_traces(directory: &Path, files: &[(String, Vec<u8>)]) {
    for property in poolproof_models::names::property::Property::ALL {
        let name = format!("traces/{}.json", property.name());
        if !files.iter().any(|(written, _)| *written == name) {
            let _ = fs::remove_file(directory.join(name));
        }
    }
}

/// The most bytes of a trace, a manifest, a shard or a result: far more than any has.
const BYTES_MOST: u64 = 1 << 30;

/// Reads a file of text that is no scenario; what is wrong with it in words.
pub fn text(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(BYTES_MOST + 1).read_to_end(&mut bytes));
    match read {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err("there is no such file".to_owned())
        }
        Err(_) if path.is_dir() => Err("it is a directory".to_owned()),
        Err(error) => Err(error.to_string()),
        Ok(_) if bytes.len() as u64 > BYTES_MOST => {
            Err(format!("it has more than {BYTES_MOST} bytes"))
        }
        Ok(_) => String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            format!("it is not UTF-8: byte {} does not fit", valid + 1)
        }),
    }
}

/// A checkpoint beside the results.
pub struct CheckpointFile(PathBuf);

impl CheckpointFile {
    /// The checkpoint of results in this directory.
    pub fn of(directory: &Path) -> Self {
        Self(directory.join("checkpoint.json"))
    }
}

impl CheckpointStore for CheckpointFile {
    fn name(&self) -> String {
        self.0.display().to_string()
    }

    fn read(&self) -> Result<Option<String>, String> {
        match fs::read_to_string(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some).map_err(|error| error.to_string()),
        }
    }

    fn write(&self, text: &str) -> Result<(), String> {
        write_file(&self.0, text.as_bytes()).map_err(|error| error.to_string())
    }

    fn remove(&self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The directory of a scenario's results.
pub fn directory(out: &Path, scenario: &str) -> PathBuf {
    out.join(scenario)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Exit;

    fn listed(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let names = entries.map(|one| one.unwrap().file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn all_files_are_replaced_or_none() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::write(at("first"), "old").unwrap();
        fs::write(at("second"), "in the way of a directory").unwrap();
        let file = |name: &str| (name.to_owned(), b"new".to_vec());
        let failed = write_files(directory.path(), &[file("first"), file("second/below")]);
        assert_eq!(failed.unwrap_err().exit, Exit::Output);
        assert_eq!(fs::read_to_string(at("first")).unwrap(), "old");
        assert_eq!(listed(directory.path()), ["first", "second"]);
        write_files(directory.path(), &[file("first"), file("third/below")]).unwrap();
        assert_eq!(fs::read_to_string(at("first")).unwrap(), "new");
        assert_eq!(listed(directory.path()), ["first", "second", "third"]);
        assert_eq!(listed(&at("third")), ["below"]);
    }

    #[test]
    fn a_directory_is_not_replaced_by_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let error = write_file(directory.path(), b"new").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::IsADirectory);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_its_file_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let (link, file) = (directory.path().join("link"), directory.path().join("file"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_file(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }

    #[test]
    fn a_directory_with_files_of_others_is_not_claimed() {
        for (name, text, ours) in [
            ("index.html", "<!DOCTYPE html>\nMy holidays", false),
            ("index.html", "\n<!DOCTYPE html>\nmade by poolproof", true),
            (
                "result.json",
                "{\n  \"schema\": \"poolproof/result/v2\"",
                true,
            ),
            ("result.json", "{\"score\": 3}", false),
            ("figures.csv", "my,figures", false),
            ("notes.md", "in nobody's way", true),
        ] {
            let directory = tempfile::tempdir().unwrap();
            fs::write(directory.path().join(name), text).unwrap();
            assert_eq!(claim(directory.path()).is_ok(), ours, "{name}: {text}");
        }
        assert!(claim(Path::new("no/such/directory")).is_ok());
    }
}
