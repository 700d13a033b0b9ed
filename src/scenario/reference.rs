//! The page of keys, `docs/scenario-keys.md`, made from the catalogue.

use poolproof_engines::clocks::distribution::SimDuration;

use super::keys::{self, Key, Kind};
use super::value::{LONGEST, duration_text};

/// The page in Markdown.
#[must_use]
pub fn page() -> String {
    let mut text = include_str!("pages/keys.md").to_owned();
    tables(&mut text, &keys::of_scenarios());
    text.push_str("\n# Runbook files\n");
    tables(&mut text, &keys::of_runbooks());
    text
}

/// The keys of the file itself, then table after table.
fn tables(text: &mut String, keys: &[Key]) {
    rows(text, keys, "");
    for table in keys {
        let heading = match table.kind {
            Kind::Table => format!("`[{}]`", table.path),
            Kind::Tables => format!("`[[{}]]`", table.path),
            _ => continue,
        };
        text.push_str(&format!("\n## {heading}\n\n{}.\n", capital(&table.meaning)));
        rows(text, keys, &table.path);
    }
}

fn rows(text: &mut String, keys: &[Key], path: &str) {
    let plain = |key: &&Key| !matches!(key.kind, Kind::Table | Kind::Tables);
    let mut within = keys
        .iter()
        .filter(|key| key.table() == path)
        .filter(plain)
        .peekable();
    if within.peek().is_none() {
        return;
    }
    text.push_str("\n| key | value | default | meaning | source of the default |\n");
    text.push_str("| --- | --- | --- | --- | --- |\n");
    for key in within {
        let default = match &key.default {
            Some(default) => format!("`{default}`"),
            None if key.is_required => "required".to_owned(),
            None => String::new(),
        };
        let mut meaning = key.meaning.clone();
        if !key.is_modelled {
            meaning.push_str(" (*rules only*)");
        }
        let source = key
            .source
            .as_ref()
            .map_or_else(String::new, |(text, grade)| {
                format!("{text} ({})", grade.name())
            });
        let name = key.name();
        let value = value(&key.kind);
        text.push_str(&format!(
            "| `{name}` | {value} | {default} | {meaning} | {source} |\n"
        ));
    }
}

fn value(kind: &Kind) -> String {
    match kind {
        Kind::Table | Kind::Tables => "table".to_owned(),
        Kind::Text => "text".to_owned(),
        Kind::Value => "text, number, `true`, `false`".to_owned(),
        Kind::Path => "path".to_owned(),
        Kind::Name => "letters, digits, `-`, `_`, `.`".to_owned(),
        Kind::Boolean => "`true`, `false`".to_owned(),
        Kind::Integer { least, most } => format!("integer, {least} to {most}"),
        Kind::Number { above, below } => format!("number between {above} and {below}"),
        Kind::Within { least, most } => format!("number, {least} to {most}"),
        Kind::Duration { least, most } => format!("duration, {}", range(*least, *most)),
        Kind::DurationOrOff { least, most } => {
            format!("`\"off\"` or duration, {}", range(*least, *most))
        }
        Kind::Rate => "rate".to_owned(),
        Kind::Distribution => "distribution".to_owned(),
        Kind::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
            words.join(", ")
        }
        Kind::Event => "event, as in `\"heal:DC1-DC2\"`".to_owned(),
        Kind::Objective => "objective".to_owned(),
        Kind::Figure => "figure, as in `\"per_year.outage.mean\"`".to_owned(),
        Kind::Fault => "fault class, mistake or `\"misoperation:OPERATION\"`".to_owned(),
        Kind::Modes => "failure modes".to_owned(),
        Kind::List(item) => format!("list of: {}", value(item)),
    }
}

fn range(least: SimDuration, most: SimDuration) -> String {
    let most = if most == LONGEST {
        "1000 years".to_owned()
    } else {
        duration_text(most)
    };
    format!("{} to {most}", duration_text(least))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
