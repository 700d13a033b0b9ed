//! The promise of the gallery: each report in `reports/gallery/` is made again, byte for byte, by
//! the command that its page gives.
//!
//! `POOLPROOF_UPDATE=1 cargo test --test program gallery::` makes it anew.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const GALLERY: &str = "reports/gallery";

/// The commands of the page, by the directory that each makes.
fn commands() -> BTreeMap<String, String> {
    let page = fs::read_to_string(format!("{GALLERY}/README.md")).unwrap();
    let commands = page.lines().filter(|line| line.starts_with("poolproof "));
    let directory = |command: &str| {
        let (_, out) = command.split_once(" --out ").expect("a place to write");
        match out.strip_prefix(&format!("{GALLERY}/")) {
            Some(directory) => directory.to_owned(),
            // The report of one scenario has a directory of the scenario's name.
            None => {
                let scenario = command.split_whitespace().nth(2).expect("a scenario");
                let stem = Path::new(scenario).file_stem().expect("a file");
                stem.to_str().unwrap().to_owned()
            }
        }
    };
    commands
        .map(|command| (directory(command), command.to_owned()))
        .collect()
}

/// What is kept of a report: `reports/gallery/.gitignore` names the rest.
fn kept(name: &str) -> bool {
    let extension = Path::new(name).extension();
    let texts = ["html", "md", "csv"];
    extension.is_some_and(|one| texts.iter().any(|text| one == *text)) && name != "incidents.csv"
}

/// The kept files of a directory, all of them right in it.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries
        .map(|entry| entry.unwrap())
        .filter_map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            kept(&name).then(|| (name, fs::read(entry.path()).unwrap()))
        })
        .collect()
}

/// Makes a report elsewhere, as the page says, and returns what is to be kept of it.
fn made(directory: &str, out: &Path) -> BTreeMap<String, Vec<u8>> {
    let commands = commands();
    let command = &commands[directory];
    let program = PathBuf::from(env!("CARGO_BIN_EXE_poolproof"));
    let mut folders = vec![program.parent().unwrap().to_owned()];
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let output = Command::new("sh")
        .arg("-c")
        .arg(command.replace(GALLERY, &out.display().to_string()))
        .env("PATH", env::join_paths(folders).unwrap())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {errors}");
    files(&out.join(directory))
}

fn made_again(directory: &str) {
    let out = tempfile::tempdir().unwrap();
    let made = made(directory, out.path());
    assert!(made.contains_key("index.html"), "{directory}");
    let place = Path::new(GALLERY).join(directory);
    if env::var_os("POOLPROOF_UPDATE").is_some() {
        let _absent = fs::remove_dir_all(&place);
        fs::create_dir_all(&place).unwrap();
        for (name, bytes) in &made {
            fs::write(place.join(name), bytes).unwrap();
        }
    }
    let stored = files(&place);
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&made), names(&stored), "{directory}");
    for (name, bytes) in &made {
        assert!(
            bytes == &stored[name],
            "{directory}/{name} differs; POOLPROOF_UPDATE=1 cargo test --test program gallery::"
        );
    }
}

#[test]
fn the_decisions_are_made_again() {
    made_again("decisions");
}

#[test]
fn what_matters_is_made_again() {
    made_again("what-matters");
}

#[test]
fn the_intervals_are_made_again() {
    made_again("intervals");
}

#[test]
fn the_report_of_one_pool_is_made_again() {
    made_again("lync-2013-lbw-no-witness");
}

#[test]
fn nothing_else_is_in_the_gallery() {
    let entries = fs::read_dir(GALLERY).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().is_dir());
    let folders: Vec<String> = folders
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let commands = commands();
    assert_eq!(commands.len(), 4);
    for folder in &folders {
        assert!(commands.contains_key(folder), "{folder}");
    }
    assert_eq!(folders.len(), commands.len(), "{folders:?}");
}

#[test]
fn every_link_of_the_page_leads_somewhere() {
    let page = fs::read_to_string(format!("{GALLERY}/README.md")).unwrap();
    let links: Vec<&str> = page
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    assert!(links.len() > 8, "{links:?}");
    for link in links {
        assert!(Path::new(GALLERY).join(link).is_file(), "{link}");
    }
}
