//! The promise of the book: `docs/SUMMARY.md` lists every page once and nothing else, and no page
//! is out of reach of a newcomer. That every link leads somewhere is checked by `tidy`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const SUMMARY: &str = "docs/SUMMARY.md";

/// Longer pages are reference or want to be two.
const LINES_MOST: usize = 150;

/// The pages that a reader follows from the first line to the last.
const READ_THROUGH: [&str; 5] = [
    "tutorial.md",
    "your-pool.md",
    "counterexamples.md",
    "statistics.md",
    "properties.md",
];

/// Title and target of each link of the summary.
fn listed() -> Vec<(String, String)> {
    let text = fs::read_to_string(SUMMARY).unwrap();
    let entries = text.lines().filter_map(|line| {
        let (title, target) = line.trim_start_matches([' ', '-']).split_once("](")?;
        let title = title.strip_prefix('[')?;
        Some((title.to_owned(), target.strip_suffix(')')?.to_owned()))
    });
    entries.collect()
}

fn pages_below(directory: &Path, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages_below(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let name = path.strip_prefix("docs").unwrap();
            let parts = name.iter().map(|part| part.to_str().unwrap());
            into.insert(parts.collect::<Vec<_>>().join("/"));
        }
    }
}

#[test]
fn the_summary_lists_every_page_once() {
    let listed: Vec<String> = listed().into_iter().map(|(_, target)| target).collect();
    let once: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(listed.len(), once.len(), "a page is listed twice");
    let mut pages = BTreeSet::new();
    pages_below(Path::new("docs"), &mut pages);
    assert!(pages.remove("SUMMARY.md"));
    assert_eq!(once, pages, "the summary and the pages differ");
}

#[test]
fn every_entry_and_every_page_has_a_heading() {
    for (title, target) in listed() {
        assert!(!title.is_empty(), "{target}");
        let text = fs::read_to_string(Path::new("docs").join(&target)).unwrap();
        let headings = text.lines().filter(|line| line.starts_with("# ")).count();
        assert!(text.starts_with("# ") && headings >= 1, "{target}");
    }
}

#[test]
fn the_book_is_made_of_the_documents() {
    let book: toml::Table = fs::read_to_string("book.toml").unwrap().parse().unwrap();
    assert_eq!(book["book"]["src"].as_str(), Some("docs"));
    let readme = fs::read_to_string("README.md").unwrap();
    for page in READ_THROUGH {
        assert!(readme.contains(&format!("](docs/{page})")), "{page}");
        let text = fs::read_to_string(Path::new("docs").join(page)).unwrap();
        let lines = text.lines().count();
        assert!(lines <= LINES_MOST, "{page}: {lines} lines");
    }
}
