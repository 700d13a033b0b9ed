//! The promise of a tidy repository: rules that no compiler knows, checked on the text of every
//! file of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Longer files want a second noun.
const LINES_MOST: usize = 600;

/// As in `rustfmt.toml`; what the formatter leaves alone, a long text or comment, counts too.
const COLUMNS_MOST: usize = 100;

/// Where our sources are.
const SOURCES: [&str; 7] = [
    "benches",
    "engines",
    "models",
    "reports",
    "scenarios",
    "src",
    "tests",
];

fn files_below(directory: &Path, extensions: &[&str], into: &mut BTreeSet<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let extension = path.extension().unwrap_or_default();
        if path.is_dir() {
            files_below(&path, extensions, into);
        } else if extensions.iter().any(|known| extension == *known) {
            into.insert(path);
        }
    }
}

fn sources(extensions: &[&str]) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for directory in SOURCES {
        files_below(Path::new(directory), extensions, &mut found);
    }
    found
}

/// The documents: in the root, and in `docs`.
fn documents() -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    files_below(Path::new("docs"), &["md"], &mut found);
    for entry in fs::read_dir(".").unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && path.extension().is_some_and(|extension| extension == "md") {
            found.insert(path);
        }
    }
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Fails with everything that was found, not only with the first.
fn assert_none(found: &[String], rule: &str) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

#[test]
fn the_sources_are_found() {
    assert!(sources(&["rs"]).len() > 80);
    assert!(documents().len() >= 4);
}

#[test]
fn every_source_says_why_it_exists() {
    let without = |path: &PathBuf| !read(path).starts_with("//! ");
    let found: Vec<_> = sources(&["rs"])
        .into_iter()
        .filter(without)
        .map(|path| path.display().to_string())
        .collect();
    assert_none(&found, "a source begins with `//!`");
}

#[test]
fn no_source_is_too_long_or_too_wide() {
    let mut found = Vec::new();
    for path in sources(&["rs"]) {
        let text = read(&path);
        let lines = text.lines().count();
        if lines > LINES_MOST {
            found.push(format!("{}: {lines} lines", path.display()));
        }
        for (number, line) in text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > COLUMNS_MOST {
                found.push(format!(
                    "{}:{}: {columns} columns",
                    path.display(),
                    number + 1
                ));
            }
        }
    }
    assert_none(&found, "at most 600 lines of 100 columns");
}

/// Where one of the words stands.
fn mentions(paths: BTreeSet<PathBuf>, words: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for path in paths {
        for (number, line) in read(&path).lines().enumerate() {
            for word in words.iter().filter(|word| line.contains(word.as_str())) {
                found.push(format!("{}:{}: {word}", path.display(), number + 1));
            }
        }
    }
    found
}

#[test]
fn nothing_is_left_over_from_writing() {
    // Put together, so that this file does not contain them.
    let words = ["todo", "unimplemented", "dbg"].map(|name| format!("{name}!("));
    let found = mentions(sources(&["rs"]), &words);
    assert_none(&found, "no left-overs");
}

#[test]
fn no_file_names_a_place_on_some_machine() {
    let words = ["work", "tmp", "home", "root", "Users"].map(|name| format!("/{name}/"));
    let mut paths = sources(&["rs", "toml", "txt", "html", "snap"]);
    paths.extend(documents());
    paths.extend(["Cargo.toml", "clippy.toml", ".ci/run"].map(PathBuf::from));
    assert_none(&mentions(paths, &words), "no path of a machine");
}

/// The targets of the links of a Markdown text, without those to other sites.
fn local_links(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://"))
        .collect()
}

/// The anchor of a heading, as code hosts make it.
fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

#[test]
fn every_link_in_a_document_leads_somewhere() {
    let mut found = Vec::new();
    for document in documents() {
        let text = read(&document);
        let directory = document.parent().unwrap_or(Path::new("."));
        for link in local_links(&text) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                document.clone()
            } else {
                directory.join(file)
            };
            let anchored = || {
                let text = read(&target);
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                headings.any(|line| anchor(line) == heading)
            };
            if !target.exists() || !heading.is_empty() && !anchored() {
                found.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert_none(&found, "a link leads nowhere");
}

/// The paths that a document names between backticks, such as `src/app/compare.rs`.
fn named_paths(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|word| {
        let first = Path::new(word).components().next();
        let known = |first| {
            SOURCES
                .iter()
                .any(|source| Path::new(source) == Path::new(first))
        };
        word.contains('/')
            && !word.contains(['*', ' ', '{', '<'])
            && matches!(first, Some(Component::Normal(first)) if known(first))
    })
}

#[test]
fn every_path_that_a_document_names_exists() {
    let mut found = Vec::new();
    for document in documents() {
        let text = read(&document);
        // Code blocks hold whole commands and trees, not names.
        let prose: String = text.split("```").step_by(2).collect();
        for path in named_paths(&prose).filter(|path| !Path::new(path).exists()) {
            found.push(format!("{}: {path}", document.display()));
        }
    }
    assert_none(&found, "a document names a file that is not there");
}

#[test]
fn the_architecture_fits_in_200_lines() {
    let lines = read(Path::new("ARCHITECTURE.md")).lines().count();
    assert!(lines < 200, "{lines} lines");
}

/// Encoding, width and content policy stand in one place. What is drawn into a page is none.
#[test]
fn every_page_begins_with_the_one_head() {
    let mut pages = 0;
    for entry in fs::read_dir("reports/templates").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".html") || ["head.html", "picture.html"].contains(&&*name) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let (before, _) = text.split_once("<title>").expect("a page has a title");
        assert!(before.contains("{% include \"head.html\" -%}"), "{name}");
        assert!(!before.contains("<head>"), "{name}");
        pages += 1;
    }
    assert!(pages >= 7, "{pages} pages");
}
