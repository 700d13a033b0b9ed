//! Whose files are whose: what this program did not write it neither replaces nor removes.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use poolproof_models::names::property::Property;
use poolproof_reports::chart::Chart;
use poolproof_reports::trace::Trace;

use super::failure::Failure;
use super::files;

/// The documents from which the other files of a report are drawn.
const RESULTS: [&str; 4] = [
    "result.json",
    "comparison.json",
    "sweep.json",
    "advice.json",
];

/// The page of a report.
pub const PAGE: &str = "index.html";

/// Files of reports that do not say whose they are.
const DATA: [&str; 8] = [
    "summary.md",
    "figures.csv",
    "incidents.csv",
    "comparison.csv",
    "comparison.md",
    "sweep.csv",
    "sweep.md",
    "advice.csv",
];

/// Those of a result.
const OF_RESULT: [&str; 3] = ["summary.md", "figures.csv", "incidents.csv"];

/// The file that keeps what an interrupted run has finished.
pub const CHECKPOINT: &str = "checkpoint.json";

/// The directory of the counterexamples in a report.
const TRACES: &str = "traces";

/// The directories of a report, and how the names of their files end.
pub const BELOW: [(&str, &[&str]); 2] = [("charts", &["svg", "png"]), (TRACES, &["json"])];

/// How much of a file tells whose it is: more than any page has before it names this program.
const BEGINNING: u64 = 1 << 22;

/// Refuses a directory where a report would replace what somebody else wrote, or that cannot be
/// written to. Asked before the work, so that none is lost.
pub fn claim(directory: &Path) -> Result<(), Failure> {
    // Of a run that is putting its files there, the documents may not be there yet.
    let _held = files::held(directory);
    let known = RESULTS.iter().chain(&[PAGE, CHECKPOINT]);
    let mut known = known.map(|name| directory.join(name));
    if let Some(path) = known.find(|path| is_foreign(path)) {
        return Err(exists(&path));
    }
    if !is_report(directory) {
        let data = DATA.iter().map(|name| directory.join(name));
        let below = BELOW.iter().flat_map(|(name, endings)| {
            let mut files = listed(&directory.join(name), endings);
            // Traces say whose they are.
            files.retain(|path| *name != TRACES || is_foreign(path));
            files
        });
        if let Some(path) = data.chain(below).find(|path| path.exists()) {
            return Err(exists(&path));
        }
    }
    files::try_directory(directory)
}

/// Refuses files that would replace what somebody else wrote. Of those that do not say whose they
/// are, the documents beside them do.
pub fn verify(directory: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
    let is_report = is_report(directory);
    let foreign = files.iter().map(|(name, _)| directory.join(name));
    let mut foreign = foreign.filter(|path| {
        let says = [".html", ".json"];
        let says = says.iter().any(|end| path.to_string_lossy().ends_with(end));
        match says {
            true => is_foreign(path),
            false => path.is_file() && !is_report,
        }
    });
    foreign.next().map_or(Ok(()), |path| Err(exists(&path)))
}

/// Whether a file is, by its name, what a report is drawn from.
pub fn is_result(path: &Path) -> bool {
    RESULTS.iter().any(|name| path.ends_with(name))
}

/// Whether there is a document of this program in a directory.
fn is_report(directory: &Path) -> bool {
    let documents = RESULTS.iter().chain(&[PAGE]);
    let mut documents = documents.map(|name| directory.join(name));
    documents.any(|path| path.is_file() && !is_foreign(&path))
}

/// The files of a directory that end in one of some ways, sorted.
fn listed(directory: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let ends = |path: &PathBuf| {
        let ending = path.extension();
        endings
            .iter()
            .any(|one| ending.is_some_and(|it| it == *one))
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(ends).collect();
    files.sort();
    files
}

/// Whether there is a file that this program has not written. Devices and pipes belong to no one.
pub fn is_foreign(path: &Path) -> bool {
    path.is_file() && !beginning(path).is_some_and(|text| is_ours(&text))
}

/// Whether a text begins as this program begins its documents and pages.
fn is_ours(text: &str) -> bool {
    let document: String = text.trim_start().chars().take(100).collect();
    let names_schema = document.contains("\"schema\"") && document.contains("\"poolproof/");
    document.starts_with('{') && names_schema
        || document.starts_with("<!DOCTYPE html>") && text.contains("poolproof")
}

/// How a file begins.
fn beginning(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(BEGINNING).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A file is there already.
pub fn exists(path: &Path) -> Failure {
    Failure::output(format!("{} exists and is not overwritten", path.display()))
        .hinted("name another path, or move the file away; nothing was written")
}

/// Removes a file that this program wrote, if there is one.
pub fn remove_own(path: &Path) {
    if path.is_file() && !is_foreign(path) {
        let _ = fs::remove_file(path);
    }
}

/// The files of an earlier report in a directory, without its document: those that are written
/// anew, and those that only the earlier one has, which would mislead beside another result.
/// Files of others are not among them.
pub fn outdated(directory: &Path, files: &[(String, Vec<u8>)]) -> Vec<PathBuf> {
    let written = files.iter().map(|(name, _)| directory.join(name));
    let mut paths: Vec<PathBuf> = written.filter(|path| path.is_file()).collect();
    // Of the other documents all files are written each time, and they may stand beside this one.
    if is_report(directory) && files.iter().any(|(name, _)| name == RESULTS[0]) {
        let charts = Chart::ALL.map(Chart::name).into_iter();
        let charts =
            charts.flat_map(|name| ["svg", "png"].map(|end| format!("charts/{name}.{end}")));
        let data = OF_RESULT.map(str::to_owned).into_iter().chain(charts);
        paths.extend(
            data.map(|name| directory.join(name))
                .filter(|path| path.is_file()),
        );
        paths.extend(earlier_traces(directory));
    }
    paths.retain(|path| !is_result(path));
    paths.sort();
    paths.dedup();
    paths
}

/// The counterexamples in a report: only traces, and only under names that this program gives.
fn earlier_traces(directory: &Path) -> Vec<PathBuf> {
    let mut traces = listed(&directory.join(TRACES), &["json"]);
    traces.retain(|path| {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let named = Property::ALL.iter().any(|property| {
            let rest = stem.strip_prefix(property.name());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        });
        named && files::text(path).is_ok_and(|text| Trace::parse(&text).is_ok())
    });
    traces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_with_files_of_others_is_not_claimed() {
        let schema = |of: &str| format!("{{\n  \"schema\": \"poolproof/{of}\"");
        let (result, shard) = (schema("result/v2"), schema("shard/v1"));
        for (name, text, ours) in [
            ("index.html", "<!DOCTYPE html>\nMy holidays", false),
            ("index.html", "\n<!DOCTYPE html>\nmade by poolproof", true),
            ("result.json", &result, true),
            ("result.json", "{\"score\": 3}", false),
            ("result.json", "{\"to\": \"poolproof/a\"}", false),
            ("figures.csv", "my,figures", false),
            ("charts/a.svg", "my drawing", false),
            ("charts/a.txt", "in nobody's way", true),
            ("traces/SB.json", "{\"my\": \"trace\"}", false),
            ("traces/SB.json", &schema("trace/v2"), true),
            ("checkpoint.json", "{\"my\": \"training\"}", false),
            ("checkpoint.json", &shard, true),
            ("notes.md", "in nobody's way", true),
        ] {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
            assert_eq!(claim(directory.path()).is_ok(), ours, "{name}: {text}");
        }
        assert!(claim(Path::new("no/such/directory")).is_ok());
    }

    #[test]
    fn only_traces_of_this_program_are_outdated() {
        let directory = tempfile::tempdir().unwrap();
        let traces = directory.path().join(TRACES);
        fs::create_dir(&traces).unwrap();
        for name in ["SB.json", "SB-copy.json", "mine.json", "SBx.json"] {
            fs::write(traces.join(name), "{\"my\": \"trace\"}").unwrap();
        }
        fs::write(
            directory.path().join("result.json"),
            "{\"schema\": \"poolproof/",
        )
        .unwrap();
        fs::write(directory.path().join("mine.csv"), "mine").unwrap();
        assert_eq!(outdated(directory.path(), &[]), [] as [PathBuf; 0]);
        fs::write(directory.path().join("incidents.csv"), "ours").unwrap();
        fs::write(directory.path().join("sweep.csv"), "of a sweep beside it").unwrap();
        let comparison = [("comparison.json".to_owned(), Vec::new())];
        assert_eq!(outdated(directory.path(), &comparison), [] as [PathBuf; 0]);
        let result = [("result.json".to_owned(), Vec::new())];
        let outdated = outdated(directory.path(), &result);
        assert_eq!(outdated, [directory.path().join("incidents.csv")]);
        remove_own(&traces.join("SB.json"));
        assert_eq!(listed(&traces, &["json"]).len(), 4);
    }
}
