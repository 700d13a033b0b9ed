//! Lists of known violations, which only become shorter.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// Holds what was found against the list `tests/repository/debts/NAME.txt`, one violation a line;
/// a list that does not exist is empty. Fails for a violation that is not in the list, and for a
/// line that is no longer true, so that nothing that was mended comes back.
/// With `POOLPROOF_UPDATE=1`, lines that are no longer true are removed; none is ever added.
pub fn assert_only_known(name: &str, rule: &str, found: &BTreeSet<String>) {
    let file = PathBuf::from(format!("tests/repository/debts/{name}.txt"));
    let text = fs::read_to_string(&file).unwrap_or_default();
    let known: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    let new: Vec<_> = found.difference(&known).cloned().collect();
    assert!(new.is_empty(), "{rule}:\n  {}", new.join("\n  "));
    let gone: Vec<_> = known.difference(found).cloned().collect();
    if !gone.is_empty() && std::env::var_os("POOLPROOF_UPDATE").is_some() {
        let rest: String = known
            .intersection(found)
            .map(|line| format!("{line}\n"))
            .collect();
        if rest.is_empty() {
            fs::remove_file(&file).unwrap();
        } else {
            fs::write(&file, rest).unwrap();
        }
        return;
    }
    assert!(
        gone.is_empty(),
        "{} lists what is no longer so; POOLPROOF_UPDATE=1 removes\n  {}",
        file.display(),
        gone.join("\n  ")
    );
}
