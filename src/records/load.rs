//! Reading records from files: the only part of this module that does I/O.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::collect::MANIFEST;
use super::kind::RecordKind;
use super::manifest::RecordManifest;
use super::pool_records::PoolRecords;
use crate::scenario::diagnostic::{Diagnostic, Severity};
use crate::scenario::library::FILE_BYTES_MOST;
use crate::scenario::value::Parsed;

/// Reads a manifest, or that of a directory, and the files that it names.
///
/// # Errors
/// Everything that is wrong with the manifest, and every file that cannot be used as a whole.
pub fn load(path: &Path) -> Parsed<PoolRecords> {
    let path = match fs::metadata(path) {
        Ok(there) if there.is_dir() => path.join(MANIFEST),
        _ => path.to_owned(),
    };
    let name = path.display().to_string();
    let text = manifest_text(&path, &name)?;
    let manifest = RecordManifest::parse(&name, &text)?;
    let directory = path.parent().map(Path::to_owned).unwrap_or_default();
    PoolRecords::read(manifest, &|file| open(&directory, file))
}

/// Reads the record of a drill.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load_drill(path: &Path) -> Parsed<PoolRecords> {
    let manifest = RecordManifest::of_file(&path.display().to_string(), RecordKind::DrillRecord);
    PoolRecords::read(manifest, &|file| open(Path::new(""), file))
}

fn manifest_text(path: &PathBuf, name: &str) -> Parsed<String> {
    let refuse = |why: &str| {
        let message = format!("the manifest of the records, `{name}`, cannot be read: {why}");
        let refused = Diagnostic::about(name, Severity::Error, "E0033", message);
        vec![refused.helped("`poolproof collect --out records` writes one to complete")]
    };
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => refuse("there is no such file"),
        _ => refuse(&error.to_string()),
    })?;
    let mut bytes = Vec::new();
    let read = file.take(FILE_BYTES_MOST + 1).read_to_end(&mut bytes);
    read.map_err(|error| refuse(&error.to_string()))?;
    if bytes.len() as u64 > FILE_BYTES_MOST {
        return Err(refuse("it is too large for a manifest"));
    }
    String::from_utf8(bytes).map_err(|_| refuse("it is not UTF-8"))
}

/// Opens a file of records; what is wrong in words. A pipe may never have an end.
fn open(directory: &Path, file: &str) -> Result<Box<dyn Read>, String> {
    let path = directory.join(file);
    match fs::metadata(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err("there is no such file".to_owned())
        }
        Err(error) => Err(error.to_string()),
        Ok(there) if !there.is_file() => Err("it is not a regular file".to_owned()),
        Ok(_) => {
            let file = File::open(&path).map_err(|error| error.to_string())?;
            Ok(Box::new(file))
        }
    }
}
