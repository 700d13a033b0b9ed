//! Writes the files of the sample document into a folder, to look at them.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use poolproof_reports::{bundle, markdown, player};

#[path = "../tests/sample/mod.rs"]
mod sample;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: sample FOLDER")?);
    let documents = [
        ("full", sample::document()),
        ("quiet", sample::quiet()),
        ("empty", sample::empty()),
    ];
    for (name, steps) in [
        ("player.html", sample::counterexample()),
        ("player-state.html", sample::counterexample_with_state()),
    ] {
        let title = "SB is violated: no split brain";
        let page = player::page(&sample::document(), &steps, title)?;
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), page)?;
    }
    fs::write(
        folder.join("sample.md"),
        markdown::text(&sample::document()),
    )?;
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
