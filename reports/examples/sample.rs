//! Writes the files of the sample document into a folder, to look at them.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use poolproof_reports::bundle;
use poolproof_reports::sample;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: sample FOLDER")?);
    let documents = [
        ("full", sample::document()),
        ("quiet", sample::quiet()),
        ("empty", sample::empty()),
    ];
    for (name, document) in documents {
        for (path, content) in bundle::render(&document, &sample::incidents())? {
            let path = folder.join(name).join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, content)?;
        }
    }
    Ok(())
}
