//! The comparison as Markdown, for a pull request.

use super::{ComparisonDocument, decision};

/// Returns the tables.
#[must_use]
pub fn text(document: &ComparisonDocument) -> String {
    let mut out = format!("## Comparison\n\n{}.\n\n", cell(&document.provenance()));
    if !document.differing.is_empty() {
        let labels: Vec<String> = document
            .scenarios
            .iter()
            .map(|one| cell(&one.label))
            .collect();
        out += &format!("| what differs | {} |\n", labels.join(" | "));
        out += &format!("|---|{}\n", "---|".repeat(labels.len()));
        for one in &document.differing {
            let values = one
                .values
                .iter()
                .map(|value| value.as_deref().unwrap_or("not there"));
            let values: Vec<String> = values.map(cell).collect();
            out += &format!("| `{}` | {} |\n", one.key, values.join(" | "));
        }
        out += "\n";
    }
    for index in 1..document.scenarios.len() {
        out += &format!("- {}\n", cell(&document.summary(index)));
    }
    out += &decisions(document);
    out += "\n<details><summary>Every figure of every scenario</summary>\n";
    for row in &document.figures {
        out += &format!("\n**{}**\n\n", cell(&row.figure.title(document.horizon_ms)));
        out += "| scenario | value | difference |\n|---|---|---|\n";
        for (index, value) in row.values.iter().enumerate() {
            let label = document
                .scenarios
                .get(index)
                .map_or("", |one| one.label.as_str());
            let words = row.unit.estimate(value);
            let difference = index.checked_sub(1).and_then(|at| row.differences.get(at));
            let difference = difference.map_or(String::new(), |one| one.words(row.unit));
            let (label, words, difference) = (cell(label), cell(&words), cell(&difference));
            out += &format!("| {label} | {words} | {difference} |\n");
        }
    }
    out += "\n</details>\n";
    out += &format!(
        "\n{}\n\n`{}`\n",
        cell(&document.reading()),
        document.command
    );
    out
}

/// The decision table.
fn decisions(document: &ComparisonDocument) -> String {
    let rows = decision::rows(document);
    let verdicts = rows.iter().any(|row| !row.promises.is_empty());
    let cost = rows.iter().any(|row| !row.cost.is_empty());
    let mut heads = vec!["scenario"];
    heads.extend(verdicts.then_some("promises"));
    heads.extend(decision::chosen(document).into_iter().map(|(_, head)| head));
    heads.extend(cost.then_some("cost per year"));
    let mut out = format!(
        "\n| {} |\n|{}\n",
        heads.join(" | "),
        "---|".repeat(heads.len())
    );
    for row in &rows {
        out += &format!("| {}<br>{} |", cell(row.title), cell(row.label));
        if verdicts {
            let words: Vec<String> = row.promises.iter().map(|one| cell(&one.words())).collect();
            out += &format!(" {} |", words.join("<br>"));
        }
        for one in &row.cells {
            out += &format!(" {}", cell(&one.value));
            let more = [("(", &one.interval, ")"), ("", &one.difference, "")];
            for (open, text, close) in more.into_iter().filter(|(_, text, _)| !text.is_empty()) {
                out += &format!("<br>{open}{}{close}", cell(text));
            }
            out += " |";
        }
        if cost {
            out += &format!(" {} |", cell(&row.cost));
        }
        out += "\n";
    }
    out
}

/// Text that cannot end a cell or begin markup.
pub(crate) fn cell(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' => out.extend(['\\', letter]),
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}
