//! A page for every code: what it means, what triggers it, what would be right, and where that
//! stands. `poolproof explain E0118` prints it, and `docs/codes/` holds the same pages.

use super::diagnostic::Severity;
use super::rules::{RULES, Rule};

/// A file that triggers a code, with the diagnostic that it gives.
pub(super) struct Example {
    pub(super) file: &'static str,
    pub(super) text: &'static str,
    pub(super) answer: &'static str,
}

/// The example of a name, from `scenarios/invalid/`.
macro_rules! example {
    ($name:literal) => {
        $crate::scenario::codes::Example {
            file: concat!("scenarios/invalid/", $name, ".toml"),
            text: include_str!(concat!("../../scenarios/invalid/", $name, ".toml")),
            answer: include_str!(concat!("../../scenarios/invalid/", $name, ".txt")),
        }
    };
}
pub(super) use example;

/// A code that is no rule of the handbook.
pub(super) struct Code {
    pub(super) id: &'static str,
    /// Begins with the title; `{example}` stands for the example.
    page: &'static str,
    example: Option<Example>,
}

macro_rules! code {
    ($id:ident) => {
        Code {
            id: stringify!($id),
            page: include_str!(concat!("pages/codes/", stringify!($id), ".md")),
            example: None,
        }
    };
    ($id:ident, $example:literal) => {
        Code {
            example: Some(example!($example)),
            ..code!($id)
        }
    };
}

/// Every code, in order. Handbook rules follow as 100 plus the rule's number: E0118, or W0118 where
/// it only warns, is rule V18.
pub(super) const CODES: [Code; 36] = [
    code!(E0001, "missing-runbook"),
    code!(E0002, "directory-as-runbook"),
    code!(E0003),
    code!(E0004),
    code!(E0005),
    code!(E0006, "empty"),
    code!(E0007),
    code!(E0010, "syntax-error"),
    code!(E0011, "extends-circle"),
    code!(E0012),
    code!(E0020, "unknown-key"),
    code!(E0021, "missing-key"),
    code!(E0022, "wrong-type"),
    code!(E0023, "wrong-unit"),
    code!(E0024, "out-of-range"),
    code!(E0025, "invalid-value"),
    code!(E0026, "contradiction"),
    code!(E0027, "bad-objective"),
    code!(E0028, "runbook-impossible-order"),
    code!(E0029, "observed-delays"),
    code!(E0030),
    code!(E0031),
    code!(E0033),
    code!(E0034),
    code!(E0035),
    code!(E0036, "decisions"),
    code!(E0070),
    code!(W0032),
    code!(W0035),
    code!(W0036),
    code!(W0040),
    code!(W0041),
    code!(W0042),
    code!(W0043),
    code!(W0044),
    code!(W0045),
];

/// The page of a code in Markdown; `None` for a code that does not exist.
///
/// A rule of the handbook has one page: `E0118` and `W0118` are the same rule, refused or allowed.
#[must_use]
pub fn page(code: &str) -> Option<String> {
    let code = code.trim().to_uppercase();
    if let Some(own) = CODES.iter().find(|own| own.id == code) {
        return Some(own.text());
    }
    let severities = [Severity::Error, Severity::Warning];
    let is_code = |rule: &&Rule| {
        severities
            .iter()
            .any(|severity| rule.code(*severity) == code)
    };
    RULES.iter().find(is_code).map(rule_page)
}

/// Every code that has a page of its own, in order. A rule is listed with its usual severity.
#[must_use]
pub fn all() -> Vec<String> {
    let own = CODES.iter().map(|code| code.id.to_owned());
    own.chain(RULES.iter().map(|rule| rule.code(rule.severity)))
        .collect()
}

/// The page that lists all codes.
#[must_use]
pub fn index() -> String {
    let mut text = include_str!("pages/codes.md").to_owned();
    for code in &CODES {
        let (id, title) = (code.id, code.title());
        text.push_str(&format!("| [{id}]({id}.md) | {title} |\n"));
    }
    for rule in &RULES {
        let code = rule.code(rule.severity);
        let (id, demand) = (rule.id, rule.demand);
        text.push_str(&format!("| [{code}]({code}.md) | {id}: {demand} |\n"));
    }
    text
}

impl Code {
    /// What it means, in a few words.
    pub(super) fn title(&self) -> &'static str {
        let line = self.page.lines().next().unwrap_or_default();
        line.split_once(": ").map_or("", |(_, title)| title)
    }

    fn text(&self) -> String {
        let example = self.example.as_ref();
        let example = example.map_or_else(String::new, Example::markdown);
        self.page.replace("{example}", example.trim_end())
    }
}

impl Example {
    fn markdown(&self) -> String {
        let Self { file, text, answer } = self;
        let (text, answer) = (text.trim_end(), answer.trim_end());
        format!("`{file}`:\n\n```toml\n{text}\n```\n\nThe answer:\n\n```text\n{answer}\n```\n")
    }
}

fn rule_page(rule: &Rule) -> String {
    let (error, warning) = (rule.code(Severity::Error), rule.code(Severity::Warning));
    let Rule {
        id,
        demand,
        danger,
        source,
        ..
    } = rule;
    let (title, severity) = match rule.severity {
        Severity::Error => (
            error.clone(),
            format!(
                "A file that breaks it is refused. With `[allow] rules = [\"{id}\"]` it is used, \
                 and the code is {warning}: hazards must be expressible."
            ),
        ),
        Severity::Warning => (
            warning.clone(),
            "A file that breaks it is used; the choice is doubtful.".to_owned(),
        ),
    };
    let hazards = if rule.hazards.is_empty() {
        String::new()
    } else {
        format!(" (hazard {})", rule.hazards.join(", "))
    };
    let pages: Vec<String> = source
        .split("; ")
        .map(|page| format!("- {page}\n"))
        .collect();
    let keys: Vec<String> = rule.reads.iter().map(|key| format!("`{key}`")).collect();
    format!(
        "# {title}: rule {id}\n\nRule {id} of the handbook, section 8: {demand}.\n\n{severity}\n\n\
         ## What comes of breaking it\n\n{danger}{hazards}.\n\n## Example\n\n{example}\n## What \
         would be right\n\nWhat the help line of the answer says. The rule reads {keys}.\n\n\
         ## Where it stands\n\n{pages}",
        keys = keys.join(", "),
        pages = pages.concat(),
        example = rule.example.markdown(),
    )
}

/// The page of the rules of the handbook: what is judged, how and by which keys.
#[must_use]
pub fn rules_page() -> String {
    let mut text = include_str!("pages/rules.md").to_owned();
    for rule in &RULES {
        let code = rule.code(rule.severity);
        let severity = match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let keys: Vec<String> = rule.reads.iter().map(|key| format!("`{key}`")).collect();
        text.push_str(&format!(
            "| [{}](codes/{code}.md) | {severity} | {} | {} | {} | {} | {} |\n",
            rule.id,
            rule.demand,
            rule.danger,
            rule.hazards.join(", "),
            keys.join(", "),
            rule.source
        ));
    }
    text.push_str(include_str!("pages/unchecked.md"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_codes_are_the_same_in_both_directions() {
        assert!(CODES.windows(2).all(|pair| pair[0].id < pair[1].id));
        for code in &CODES {
            assert!(
                code.page.starts_with(&format!("# {}: ", code.id)),
                "{}",
                code.id
            );
            assert_eq!(
                code.page.contains("{example}"),
                code.example.is_some(),
                "{}",
                code.id
            );
        }
        for code in all() {
            assert!(page(&code).is_some(), "{code}");
        }
        assert_eq!(page("e0118"), page("W0118"));
        assert_eq!(page("E0149"), None);
        assert_eq!(page("E0100"), None);
        assert_eq!(page("W0023"), None);
        assert_eq!(page(""), None);
    }

    #[test]
    fn the_example_of_a_rule_breaks_that_rule_and_no_other() {
        for rule in &RULES {
            let example = &rule.example;
            let code = rule.code(rule.severity);
            let codes = example.answer.lines().filter_map(|line| {
                let start = ["error[", "warning["]
                    .iter()
                    .find_map(|level| line.strip_prefix(level))?;
                start.split(']').next()
            });
            let codes: Vec<&str> = codes.collect();
            assert!(!codes.is_empty(), "{}", example.file);
            assert!(
                codes.iter().all(|found| *found == code),
                "{}: {codes:?}",
                example.file
            );
        }
    }
}
