//! Files: read whole, written under a temporary name, then renamed, so that nothing half-written is
//! found.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use poolproof_reports::layout::hanging;
use poolproof_reports::quantity::plural;
use tempfile::NamedTempFile;

use super::failure::Failure;
use super::{interrupt, ownership};
use crate::app::checkpoint::CheckpointStore;
use crate::scenario::is_name;

/// How the names of files begin and end that are not in their places yet. While such a file is
/// there, its directory is held, where the system has such locks.
const TEMPORARY: &str = ".poolproof-";
const STAGED: &str = ".staged";

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::output(format!("cannot write {}: {error}", path.display()))
}

/// Holds a directory against other runs of this program while files are put into their places, so
/// that those of two results do not mix. The directory is free again when the value goes, or the
/// program ends in any way. Nobody waits for ever: where another run holds it for long, or the
/// system has no such locks, nothing is held, and each file is whole anyway.
pub fn held(directory: &Path) -> Option<File> {
    for _ in 0..400 {
        match lock(directory) {
            Ok(handle) => return Some(handle),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(25)),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

#[cfg(not(windows))]
fn lock(directory: &Path) -> Result<File, TryLockError> {
    let handle = File::open(directory).map_err(TryLockError::Error)?;
    handle.try_lock().map(|()| handle)
}

/// Windows locks no directories. A file in it that nobody else can open, and that is gone as soon
/// as it is closed, says the same.
#[cfg(windows)]
fn lock(directory: &Path) -> Result<File, TryLockError> {
    use std::os::windows::fs::OpenOptionsExt;

    const ERROR_SHARING_VIOLATION: i32 = 32;
    const FILE_FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    options
        .share_mode(0)
        .custom_flags(FILE_FLAG_DELETE_ON_CLOSE);
    let file = options.open(directory.join(".poolproof.lock"));
    file.map_err(|error| match error.raw_os_error() {
        Some(ERROR_SHARING_VIOLATION) => TryLockError::WouldBlock,
        _ => TryLockError::Error(error),
    })
}

/// Writes the files of a report below `directory`, in place of an earlier report's and of nobody
/// else's.
///
/// None is replaced before all are whole: a disk that fills up leaves the earlier report. Then the
/// earlier files go before the new document comes, and the new ones after it, so that whenever the
/// run is killed no file stands beside the document of another result.
pub fn write_files(directory: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
    fs::create_dir_all(directory).map_err(|error| unwritten(directory, &error))?;
    let held = held(directory);
    ownership::verify(directory, files)?;
    let _writing = interrupt::writing();
    if held.is_some() {
        remove_left_over(directory);
    }
    for step in replacement(directory, files)? {
        step.take()?;
    }
    Ok(())
}

/// How a report takes the place of an earlier one: each step at once, or not at all.
fn replacement(directory: &Path, files: &[(String, Vec<u8>)]) -> Result<Vec<Step>, Failure> {
    let mut staged = Vec::new();
    for (name, bytes) in files {
        let path = directory.join(name);
        let one = Staged::new(&path, bytes).map_err(|error| unwritten(&path, &error))?;
        staged.push(one);
    }
    staged.sort_by_key(|one| !ownership::is_result(&one.path));
    let outdated = ownership::outdated(directory, files).into_iter();
    let steps = outdated.map(Step::Remove);
    Ok(steps.chain(staged.into_iter().map(Step::Put)).collect())
}

enum Step {
    Remove(PathBuf),
    Put(Staged),
}

impl Step {
    fn take(self) -> Result<(), Failure> {
        match self {
            Self::Remove(path) => {
                // The file behind a link goes, and not the link.
                let file = fs::canonicalize(&path);
                file.and_then(fs::remove_file)
                    .map_err(|error| unwritten(&path, &error))
            }
            Self::Put(staged) => {
                let path = staged.path.clone();
                staged.rename().map_err(|error| unwritten(&path, &error))
            }
        }
    }
}

/// Removes what runs that were killed while they wrote have left. Nobody else has such files while
/// the directory is held.
fn remove_left_over(directory: &Path) {
    let below = ownership::BELOW.map(|(name, _)| directory.join(name));
    for path in [directory.to_owned()].iter().chain(&below) {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(TEMPORARY) && name.ends_with(STAGED) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Writes one file, and the directories above it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_file(path, bytes).map_err(|error| unwritten(path, &error))
}

/// Writes one file of this program's own, in place of an earlier one but of no other.
pub fn replace_own(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if ownership::is_foreign(path) {
        return Err(ownership::exists(path));
    }
    write(path, bytes)
}

/// Writes several files, and gives a line for each. None gets its name before all are on the disk:
/// where one cannot be written, the others are as they were.
pub fn write_listed(files: &[(PathBuf, Vec<u8>)]) -> Result<String, Failure> {
    let (plain, others): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| !is_device(path));
    let directories: BTreeSet<&Path> = plain.iter().map(|(path, _)| parent(path)).collect();
    let held: Vec<_> = directories
        .iter()
        .filter_map(|directory| Some((directory, held(directory)?)))
        .collect();
    for (directory, _) in &held {
        remove_left_over(directory);
    }
    let _writing = interrupt::writing();
    let mut staged = Vec::new();
    for (path, bytes) in plain {
        let file = Staged::new(path, bytes).map_err(|error| unwritten(path, &error))?;
        staged.push((path, file));
    }
    for (path, file) in staged {
        file.rename().map_err(|error| unwritten(path, &error))?;
    }
    for (path, bytes) in others {
        write(path, bytes)?;
    }
    let lines = files
        .iter()
        .map(|(path, _)| format!("wrote {}\n", path.display()));
    Ok(lines.collect())
}

/// Whether a path is a device or a pipe, which takes bytes and must not be replaced by a file.
fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// Names the report of a directory and the files beside it, those of a folder by their number.
pub fn contents(directory: &Path, files: &[(String, Vec<u8>)]) -> String {
    let mut names: Vec<(&str, usize)> = Vec::new();
    for (name, _) in files.iter().filter(|(name, _)| name != ownership::PAGE) {
        let shown = name
            .split_once('/')
            .map_or(name.as_str(), |(folder, _)| folder);
        match names.iter_mut().find(|(known, _)| *known == shown) {
            Some((_, number)) => *number += 1,
            None => names.push((shown, usize::from(name.contains('/')))),
        }
    }
    let names: Vec<String> = names
        .into_iter()
        .map(|(name, number)| match number {
            0 => name.to_owned(),
            number => format!("{name}/ ({})", plural(number as u64, "file", "files")),
        })
        .collect();
    // Not wrapped, so that it can be copied.
    let mut lines = vec![format!(
        "report: {}",
        directory.join(ownership::PAGE).display()
    )];
    lines.extend(hanging("beside: ", &names.join(", ")));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if is_device(path) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    // The file behind a link is written, where it is.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = parent(&target);
    fs::create_dir_all(directory)?;
    let held = held(directory);
    let _writing = interrupt::writing();
    if held.is_some() {
        remove_left_over(directory);
    }
    Staged::new(path, bytes)?.rename()
}

/// A file that is whole under a temporary name, which is gone afterwards, renamed or not.
struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

impl Staged {
    fn new(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        if path.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        // The file behind a link is replaced, and not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let parent = parent(&path);
        fs::create_dir_all(parent)?;
        let mut file = temporary(parent)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        Ok(Self { file, path })
    }

    fn rename(self) -> io::Result<()> {
        self.file.persist(&self.path)?;
        Ok(())
    }
}

/// The directory of a file.
fn parent(path: &Path) -> &Path {
    let parent = path.parent().filter(|parent| *parent != Path::new(""));
    parent.unwrap_or(Path::new("."))
}

/// A new file under a name that nobody can foresee and that no other file has. It is gone with the
/// value.
fn temporary(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY).suffix(STAGED);
    // What is written is as readable as any other file of its owner.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(directory)
}

/// Tries whether files can be written below a directory, which need not be there yet. Nothing
/// stays. Asked before the work, so that none is lost.
pub fn try_directory(directory: &Path) -> Result<(), Failure> {
    let mut places = directory.ancestors();
    let there = places.find(|place| fs::symlink_metadata(place).is_ok());
    let there = match there {
        Some(there) => there,
        None => Path::new("."),
    };
    match temporary(there) {
        Ok(_) => Ok(()),
        Err(error) => Err(unwritten(directory, &error)),
    }
}

/// Tries whether a file can be written. What is no file is left alone.
pub fn try_file(path: &Path) -> Result<(), Failure> {
    match is_device(path) {
        true => Ok(()),
        false => try_directory(parent(path)),
    }
}

/// The most bytes of a trace, a manifest, a shard or a result: far more than any has.
const BYTES_MOST: u64 = 1 << 30;

/// Reads a file of text that is no scenario; what is wrong with it in words.
pub fn text(path: &Path) -> Result<String, String> {
    String::from_utf8(bytes(path)?).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        format!("it is not UTF-8: byte {} does not fit", valid + 1)
    })
}

/// Reads a file; what is wrong with it in words. Only regular files are opened: a pipe may never
/// have an end, and a device neither.
pub fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err("there is no such file".to_owned());
        }
        Err(error) => return Err(error.to_string()),
        Ok(there) if there.is_dir() => return Err("it is a directory".to_owned()),
        Ok(there) if !there.is_file() => return Err("it is not a regular file".to_owned()),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(BYTES_MOST + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(error.to_string()),
        Ok(_) if bytes.len() as u64 > BYTES_MOST => {
            Err(format!("it has more than {BYTES_MOST} bytes"))
        }
        Ok(_) => Ok(bytes),
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
        match fs::symlink_metadata(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            _ => text(&self.0).map(Some),
        }
    }

    fn write(&self, text: &str) -> Result<(), String> {
        if ownership::is_foreign(&self.0) {
            return Err("it exists and is not overwritten".to_owned());
        }
        write_file(&self.0, text.as_bytes()).map_err(|error| error.to_string())
    }

    fn remove(&self) {
        ownership::remove_own(&self.0);
    }
}

/// The directory of a scenario's results. The name may come from a stored document, so it is judged
/// as that of a scenario is.
pub fn directory(out: &Path, scenario: &str) -> Result<PathBuf, Failure> {
    if is_name(scenario) {
        return Ok(out.join(scenario));
    }
    Err(Failure::input(format!(
        "`{scenario}` cannot be the name of a scenario, and no directory is made for it"
    )))
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
        let ours = "{\"schema\": \"poolproof/result/v2\"}";
        fs::write(at("result.json"), ours).unwrap();
        fs::write(at("first"), "old").unwrap();
        fs::write(at("second"), "in the way of a directory").unwrap();
        let file = |name: &str| (name.to_owned(), b"new".to_vec());
        let failed = write_files(directory.path(), &[file("first"), file("second/below")]);
        assert_eq!(failed.unwrap_err().exit, Exit::Output);
        assert_eq!(fs::read_to_string(at("first")).unwrap(), "old");
        assert_eq!(listed(directory.path()), ["first", "result.json", "second"]);
        write_files(directory.path(), &[file("first"), file("third/below")]).unwrap();
        assert_eq!(fs::read_to_string(at("first")).unwrap(), "new");
        let all = ["first", "result.json", "second", "third"];
        assert_eq!(listed(directory.path()), all);
        assert_eq!(listed(&at("third")), ["below"]);
        // Without a document of this program beside it, the file is somebody else's.
        fs::remove_file(at("result.json")).unwrap();
        let failed = write_files(directory.path(), &[file("first")]);
        assert_eq!(failed.unwrap_err().exit, Exit::Output);
    }

    /// Renamed at the same time, files of two runs would mix; and a table that is there before its
    /// document would be taken for somebody else's.
    #[test]
    fn nothing_is_put_where_another_run_is_putting_its_files() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let other = held(at).expect("nobody else holds it");
        fs::write(at.join("figures.csv"), "of the other run").unwrap();
        let files = [("figures.csv".to_owned(), b"ours".to_vec())];
        thread::scope(|scope| {
            let claim = scope.spawn(|| ownership::claim(at).is_ok());
            let write = scope.spawn(|| write_files(at, &files).is_ok());
            thread::sleep(Duration::from_millis(200));
            assert!(!claim.is_finished() && !write.is_finished());
            let document = "{\"schema\": \"poolproof/result/v2\"}";
            fs::write(at.join("result.json"), document).unwrap();
            drop(other);
            assert!(claim.join().unwrap() && write.join().unwrap());
        });
        assert_eq!(fs::read_to_string(at.join("figures.csv")).unwrap(), "ours");
    }

    /// Killed after any step, a report has files of one result only, and its document among them.
    #[test]
    fn no_file_stands_beside_the_document_of_another_result() {
        let of = |result: &str, names: &[&str]| -> Vec<(String, Vec<u8>)> {
            let text = format!("{{\"schema\": \"poolproof/result/v2\", \"of\": \"{result}\"}}");
            let files = names
                .iter()
                .map(|name| (*name, format!("poolproof of {result}")));
            let files = files.chain([("result.json", text)]);
            files
                .map(|(name, text)| (name.to_owned(), text.into_bytes()))
                .collect()
        };
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let earlier = of(
            "one",
            &["figures.csv", "charts/timeline.svg", "charts/topology.svg"],
        );
        write_files(at, &earlier).unwrap();
        fs::write(at.join("charts/mine.svg"), "of somebody else").unwrap();
        fs::write(at.join(".poolproof-1.staged"), "of a run that was killed").unwrap();
        remove_left_over(at);
        let later = of(
            "another",
            &["figures.csv", "charts/topology.svg", "incidents.csv"],
        );
        let steps = replacement(at, &later).unwrap();
        assert_eq!(steps.len(), 3 + later.len());
        for step in steps {
            step.take().unwrap();
            let document = fs::read_to_string(at.join("result.json")).unwrap();
            for name in ["figures.csv", "charts/timeline.svg", "charts/topology.svg"] {
                if let Ok(text) = fs::read_to_string(at.join(name)) {
                    let (_, of) = text.rsplit_once(" ").unwrap();
                    assert!(document.contains(of), "{name}: {text} beside {document}");
                }
            }
        }
        assert_eq!(listed(&at.join("charts")), ["mine.svg", "topology.svg"]);
        assert_eq!(
            listed(at),
            ["charts", "figures.csv", "incidents.csv", "result.json"]
        );
    }

    #[test]
    fn files_that_are_written_are_named() {
        let names = ["result.json", "index.html", "charts/a.svg", "charts/b.svg"];
        let files = names.map(|name| (name.to_owned(), Vec::new()));
        assert_eq!(
            contents(Path::new("out/pool"), &files),
            "report: out/pool/index.html\nbeside: result.json, charts/ (2 files)\n"
        );
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
}
