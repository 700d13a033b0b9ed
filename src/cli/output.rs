//! Writing results: under a temporary name, then renamed, so that nothing half-written is found.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::exit::Exit;

/// Writes the files of a result below `directory`. Only files of these names are replaced.
pub fn write_bundle(directory: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Exit> {
    write_files(directory, files)?;
    remove_stale_traces(directory, files);
    Ok(())
}

/// Writes files below `directory`. Only files of these names are replaced.
pub fn write_files(directory: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Exit> {
    for (name, bytes) in files {
        let path = directory.join(name);
        write_file(&path, bytes).map_err(|error| {
            eprintln!("error: cannot write {}: {error}", path.display());
            Exit::Output
        })?;
    }
    Ok(())
}

/// Writes one file, and the directories above it.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = parent.join(format!(".{name}.{}.part", std::process::id()));
    let written = fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A counterexample of an earlier run, for a property that holds now, would mislead. Only the
/// names that this program gives are touched.
fn remove_stale_traces(directory: &Path, files: &[(String, Vec<u8>)]) {
    for property in poolproof_models::property::Property::ALL {
        let name = format!("traces/{}.json", property.name());
        if !files.iter().any(|(written, _)| *written == name) {
            let _ = fs::remove_file(directory.join(name));
        }
    }
}

/// The directory of a scenario's results.
pub fn directory(out: &Path, scenario: &str) -> PathBuf {
    out.join(scenario)
}

/// Prints to stdout; a reader that has gone away is no error of ours.
pub fn print(text: &str) -> Exit {
    let mut stdout = anstream::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("error: cannot write to stdout: {error}");
            Exit::Output
        }
        _ => Exit::AsExpected,
    }
}
