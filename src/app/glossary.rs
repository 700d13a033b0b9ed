//! What a code or a name means: a diagnostic, a rule of the handbook, a property or a hazard.

use crate::scenario::codes;
use crate::scenario::diagnostic::Severity;
use crate::scenario::rules::RULES;

/// The pages of the book that define properties and hazards.
const PROPERTIES: &str = include_str!("../../docs/properties.md");
const HAZARDS: &str = include_str!("../../docs/hazards.md");

/// Returns the page of a code or a name in Markdown: `E0118`, `V12`, `SB`, `split-brain` or `H-14`,
/// in upper or lower case; `None` for what has no page.
#[must_use]
pub fn page(name: &str) -> Option<String> {
    let name = name.trim();
    codes::page(name)
        .or_else(|| rule(name))
        .or_else(|| property(name))
        .or_else(|| hazard(name))
}

fn rule(name: &str) -> Option<String> {
    let rule = RULES
        .iter()
        .find(|rule| rule.id.eq_ignore_ascii_case(name))?;
    codes::page(&rule.code(Severity::Error))
}

/// The section of a property, by its code or by its title with hyphens, with or without "no".
fn property(name: &str) -> Option<String> {
    let sections = PROPERTIES.split("\n## ").skip(1);
    for section in sections {
        let heading = section.lines().next().unwrap_or_default();
        let Some((code, title)) = heading.split_once(": ") else {
            continue;
        };
        let title = title.to_lowercase().replace(' ', "-");
        let short = title.trim_start_matches("no-");
        let asked = name.to_lowercase();
        if code.eq_ignore_ascii_case(name) || [title.as_str(), short].contains(&asked.as_str()) {
            return Some(format!("# {}\n", section.trim_end()));
        }
    }
    None
}

/// The row of a hazard as a page.
fn hazard(name: &str) -> Option<String> {
    let digits = name.to_uppercase();
    let digits = digits.strip_prefix('H')?.trim_start_matches('-').to_owned();
    let number: u32 = digits.parse().ok()?;
    let lead = format!("| H-{number:02} | ");
    let row = HAZARDS.lines().find_map(|line| line.strip_prefix(&lead))?;
    let mut cells = row.trim_end_matches(" |").split(" | ");
    let mut cell = || plain(cells.next().unwrap_or_default());
    let (title, decision, how, guard) = (cell(), cell(), cell(), cell());
    let mut page = format!("# H-{number:02}: {title}\n\nIn short: {decision}.\n");
    for (heading, text) in [("How it comes about", how), ("With the guard", guard)] {
        if !text.is_empty() {
            page.push_str(&format!("\n## {heading}\n\n{text}\n"));
        }
    }
    Some(page)
}

/// A cell whose links are texts, each with its file behind it.
fn plain(cell: &str) -> String {
    let mut text = String::new();
    let mut rest = cell;
    while let Some((before, link)) = rest.split_once('[') {
        let Some((words, target, after)) = link
            .split_once("](")
            .and_then(|(words, more)| more.split_once(')').map(|(to, after)| (words, to, after)))
        else {
            break;
        };
        let target = target.trim_start_matches("../");
        text.push_str(&format!("{before}{words} ({target})"));
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use poolproof_models::names::property::Property;

    use super::*;

    #[test]
    fn every_code_and_name_has_a_page() {
        for code in codes::all() {
            assert!(page(&code).is_some(), "{code}");
        }
        for rule in &RULES {
            assert!(page(rule.id).unwrap().contains(rule.demand), "{}", rule.id);
        }
        for property in Property::ALL {
            let found = page(property.name()).unwrap_or_else(|| panic!("{}", property.name()));
            assert!(found.starts_with(&format!("# {}: ", property.name())));
        }
        for number in 1..=52 {
            let found = page(&format!("H-{number:02}"));
            assert!(
                found.is_some_and(|page| page.lines().count() > 3),
                "{number}"
            );
        }
    }

    #[test]
    fn names_are_read_as_people_write_them() {
        assert_eq!(page("split-brain"), page("SB"));
        assert_eq!(page("no-split-brain"), page("sb"));
        assert_eq!(page("h1"), page("H-01"));
        assert!(page("H-01").unwrap().contains("(scenarios/hazards/H-01-"));
        for none in ["", "H-53", "H", "V99", "E9999", "pool.toml", "nonsense"] {
            assert_eq!(page(none), None, "{none}");
        }
    }
}
