//! A page for every code: what it means, what triggers it, what would be right, and where that
//! stands. `poolproof explain E0118` prints it, and `docs/codes/` holds the same pages.

use super::diagnostic::CODES;
use super::diagnostic::Severity;
use super::rules::RULES;
use super::rules::Rule;

/// A file that triggers a code, with what is said about it.
struct Example {
    file: &'static str,
    text: &'static str,
    answer: &'static str,
}

macro_rules! example {
    ($name:literal) => {
        Example {
            file: concat!("scenarios/invalid/", $name, ".toml"),
            text: include_str!(concat!("../../scenarios/invalid/", $name, ".toml")),
            answer: include_str!(concat!("../../scenarios/invalid/", $name, ".txt")),
        }
    };
}

/// What triggers a code.
enum Trigger {
    /// A file of the library.
    File(Example),
    /// Something that no small file can show.
    Words(&'static str),
}

/// What there is to say about a code, beside its title in [`CODES`].
struct Page {
    code: &'static str,
    meaning: &'static str,
    right: &'static str,
    trigger: Trigger,
}

const PAGES: [Page; 21] = [
    Page {
        code: "E0001",
        meaning: "A file that a scenario or the command line names does not exist. Paths in a \
             file start at the directory of that file, paths on the command line at the \
             current directory.",
        right: "A path that leads to a file. `\"none\"` switches a runbook off.",
        trigger: Trigger::File(example!("missing-runbook")),
    },
    Page {
        code: "E0002",
        meaning: "A file is named, and a directory is there.",
        right: "The name of a file, usually with the extension `.toml`.",
        trigger: Trigger::File(example!("directory-as-runbook")),
    },
    Page {
        code: "E0003",
        meaning: "Scenarios and runbooks are UTF-8. The message tells the first byte that does \
             not fit.",
        right: "Save the file as UTF-8 in the editor, or convert it: `iconv -f latin1 -t \
             utf-8`.",
        trigger: Trigger::Words(
            "A file saved by an old editor as Latin-1, with `title = \"café\"`: \
             \"`latin1.toml` is not UTF-8: byte 13 does not fit\".",
        ),
    },
    Page {
        code: "E0004",
        meaning: "A scenario has a few thousand bytes. A file of more than 256 KiB is taken \
             for another file.",
        right: "Name the scenario file.",
        trigger: Trigger::Words(
            "`poolproof validate out/result.json`, where the result is larger than \
             that.",
        ),
    },
    Page {
        code: "E0005",
        meaning: "The system refuses to open or read the file. The message has its words.",
        right: "Rights to read the file, and a disk that works.",
        trigger: Trigger::Words(
            "A file without the right to read: \"`pool.toml` cannot be read: Permission \
             denied (os error 13)\".",
        ),
    },
    Page {
        code: "E0006",
        meaning: "The file holds no key, only space and comments.",
        right: "At least a `[pool]`, or `extends = \"...\"`. `poolproof init` writes a file \
             to start from.",
        trigger: Trigger::File(example!("empty")),
    },
    Page {
        code: "E0007",
        meaning: "The file has more than 200 mistakes. The first ones are shown, in the order of \
                  files and lines.",
        right: "Mend the first ones, and ask again. Often one of them is the reason of the others.",
        trigger: Trigger::Words(
            "A file of a thousand lines that belongs to another program: \"801 more mistakes \
             are not shown\".",
        ),
    },
    Page {
        code: "E0010",
        meaning: "The text is not TOML. Everything after the place may be misread, so that \
             what it may explain is not reported.",
        right: "Usually a quote, a bracket or an equals sign that is missing.",
        trigger: Trigger::File(example!("syntax-error")),
    },
    Page {
        code: "E0011",
        meaning: "A file extends itself, by itself or by a detour, or more than eight files \
             extend each other in a row.",
        right: "A base file that extends nothing.",
        trigger: Trigger::File(example!("extends-circle")),
    },
    Page {
        code: "E0012",
        meaning: "`--set` names a path that cannot be one, or a path through a value that is \
             no table.",
        right: "`--set table.key=value`, with a key of [the page of \
             keys](../scenario-keys.md).",
        trigger: Trigger::Words(
            "`poolproof check pool.toml --set pool.users.most=3`: \"`users` is an \
             integer, not a table\".",
        ),
    },
    Page {
        code: "E0020",
        meaning: "The key is none of those that may stand there. Nothing is ignored silently: \
             a misspelt key would leave the default in place.",
        right: "The key that is meant; the nearest is suggested.",
        trigger: Trigger::File(example!("unknown-key")),
    },
    Page {
        code: "E0021",
        meaning: "A key without default is not there.",
        right: "The key with its value.",
        trigger: Trigger::File(example!("missing-key")),
    },
    Page {
        code: "E0022",
        meaning: "The value is of another type than the key takes.",
        right: "A value of the type that the message names.",
        trigger: Trigger::File(example!("wrong-type")),
    },
    Page {
        code: "E0023",
        meaning: "A duration or a rate has no unit, an unknown one, or is no number. No unit \
             is ever assumed.",
        right: "A number and a unit: ms, s, min, h, d or w for durations; `/s`, `/min`, \
             `/h`, `/day` or `/year` for rates.",
        trigger: Trigger::File(example!("wrong-unit")),
    },
    Page {
        code: "E0024",
        meaning: "The value is well-formed and beyond what makes sense.",
        right: "A value in the range that the help line names.",
        trigger: Trigger::File(example!("out-of-range")),
    },
    Page {
        code: "E0025",
        meaning: "The value is none of the words that the key takes.",
        right: "One of the words that the help line names.",
        trigger: Trigger::File(example!("unknown-word")),
    },
    Page {
        code: "E0026",
        meaning: "Two values cannot be true together.",
        right: "One of the two changes that the help line names.",
        trigger: Trigger::File(example!("contradiction")),
    },
    Page {
        code: "E0027",
        meaning: "An objective is `column.measure.statistic`, a comparison and a limit with \
             its unit.",
        right: "For example `given_site_loss.data_lost.p95 <= \"30min\"`, \
             `per_year.availability >= 99.9%`.",
        trigger: Trigger::File(example!("bad-objective")),
    },
    Page {
        code: "E0028",
        meaning: "The steps of a runbook are in an order that no system can follow, whatever \
             state it is in: RESTORE WITH RECOVERY ends the log of S for good (handbook \
             4.2), and a restore needs a backup.",
        right: "The order of handbook 5 and 6.",
        trigger: Trigger::File(example!("runbook-impossible-order")),
    },
    Page {
        code: "E0029",
        meaning: "A distribution is `{ empirical = \"repairs.csv\" }`, and a row or the whole \
                  of the file is not what it should be. At most five mistakes of a file are shown.",
        right: "One delay a row. The first column counts unless `column` names another, and each \
                value has its unit unless `unit` gives the unit of all. A first row that does not \
                begin with a digit is a header.",
        trigger: Trigger::File(example!("observed-delays")),
    },
    Page {
        code: "E0070",
        meaning: "A value that is built into poolproof cannot be read. Nothing in the file is \
             wrong.",
        right: "Please report it, with the version.",
        trigger: Trigger::Words("None is known."),
    },
];

/// A file for every rule, by number.
const RULE_EXAMPLES: [Example; 40] = [
    example!("V01-five-active"),
    example!("V02-too-many-users"),
    example!("V03-survivors-overloaded"),
    example!("V04-mirror-in-dc2"),
    example!("V05-witness-in-dc2"),
    example!("V06-secondary-in-dc1"),
    example!("V07-companions-elsewhere"),
    example!("V08-witness-on-mirror-host"),
    example!("V09-secondary-on-mirror-instance"),
    example!("V10-shared-compliance-instances"),
    example!("V11-two-back-ends"),
    example!("V12-mirror-may-only-read"),
    example!("V13-share-on-mirror"),
    example!("V14-share-in-dc1"),
    example!("V15-local-system"),
    example!("V16-copies-out-of-reach"),
    example!("V17-agent-stopped"),
    example!("V18-mirror-not-configured"),
    example!("V19-whole-script"),
    example!("V20-slow-restores"),
    example!("V21-short-retention"),
    example!("V22-silent"),
    example!("V23-simple-recovery"),
    example!("V24-asynchronous"),
    example!("V25-mixed-versions"),
    example!("V26-two-domains"),
    example!("V27-one-port-twice"),
    example!("V28-false-failures"),
    example!("V29-all-active-far-away"),
    example!("V30-active-on-both-sides"),
    example!("V31-two-time-zones"),
    example!("V32-no-target"),
    example!("V33-standard-edition"),
    example!("V34-availability-group"),
    example!("V35-pool-in-another-domain"),
    example!("V36-no-adapter"),
    example!("V37-no-message-queuing"),
    example!("V38-no-logins"),
    example!("V39-cms-not-paired"),
    example!("V40-wrong-pool-state"),
];

/// The page of a code in Markdown; `None` for a code that does not exist.
///
/// A rule of the handbook has one page: `E0118` and `W0118` are the same rule, refused or allowed.
#[must_use]
pub fn page(code: &str) -> Option<String> {
    let code = code.trim().to_uppercase();
    let own = PAGES.iter().find(|page| page.code == code);
    if let Some(page) = own {
        let title = CODES.iter().find(|(known, _)| *known == code)?.1;
        return Some(page.text(title));
    }
    let mut rules = RULES.iter().zip(&RULE_EXAMPLES);
    let (rule, example) = rules.find(|(rule, _)| {
        [Severity::Error, Severity::Warning]
            .iter()
            .any(|severity| rule.code(*severity) == code)
    })?;
    Some(rule_page(rule, example))
}

/// Every code that has a page of its own, in order. A rule is listed with its usual severity.
#[must_use]
pub fn all() -> Vec<String> {
    let own = CODES.iter().map(|(code, _)| (*code).to_owned());
    own.chain(RULES.iter().map(|rule| rule.code(rule.severity)))
        .collect()
}

/// The page that lists all codes.
#[must_use]
pub fn index() -> String {
    let mut text = include_str!("pages/codes.md").to_owned();
    for (code, title) in CODES {
        text.push_str(&format!("| [{code}]({code}.md) | {title} |\n"));
    }
    for rule in &RULES {
        let code = rule.code(rule.severity);
        let (id, demand) = (rule.id, rule.demand);
        text.push_str(&format!("| [{code}]({code}.md) | {id}: {demand} |\n"));
    }
    text
}

impl Page {
    fn text(&self, title: &str) -> String {
        let Self {
            code,
            meaning,
            right,
            ..
        } = self;
        let example = match &self.trigger {
            Trigger::File(example) => example.markdown(),
            Trigger::Words(words) => format!("{words}\n"),
        };
        format!(
            "# {code}: {title}\n\n{meaning}\n\n## Example\n\n{example}\n## What would be \
             right\n\n{right}\n"
        )
    }
}

impl Example {
    fn markdown(&self) -> String {
        let Self { file, text, answer } = self;
        let (text, answer) = (text.trim_end(), answer.trim_end());
        format!("`{file}`:\n\n```toml\n{text}\n```\n\nThe answer:\n\n```text\n{answer}\n```\n")
    }
}

fn rule_page(rule: &Rule, example: &Example) -> String {
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
        example = example.markdown(),
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
        let pages: Vec<&str> = PAGES.iter().map(|page| page.code).collect();
        let codes: Vec<&str> = CODES.iter().map(|(code, _)| *code).collect();
        assert_eq!(pages, codes);
        for code in all() {
            assert!(page(&code).is_some(), "{code}");
        }
        assert_eq!(page("e0118"), page("W0118"));
        assert_eq!(page("E0141"), None);
        assert_eq!(page("E0100"), None);
        assert_eq!(page("W0023"), None);
        assert_eq!(page(""), None);
    }

    #[test]
    fn the_example_of_a_rule_breaks_that_rule_and_no_other() {
        for (rule, example) in RULES.iter().zip(&RULE_EXAMPLES) {
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
