//! `[[decisions]]`: what `poolproof advise` may vary, and what a choice costs beside the prices.
//!
//! The list changes no result: the scenario as it is has its own values.

use super::document::{Node, Value};
use super::empirical::Observations;
use super::format::{Format, List, PerTime, Text, quoted};
use super::keys::{self, Kind};
use super::reader::Section;
use super::row::{Row, Rows, keys, optional};
use super::value::{self, Parsed, Rate};
use super::writer::{Files, TableWriter};

keys! {
    /// A decision: the scenario's own values, or one of these choices.
    #[derive(Debug, Clone, PartialEq)]
    pub struct DeclaredDecision {
        /// Empty where several values change at once.
        pub key: String = "the key of a value that may vary; goes with `values`",
            optional(Text).unlisted().or(String::new());
        pub values: Vec<String> =
            "what the value may be beside the scenario's own, as --set takes it",
            optional(List(AnyValue)).unlisted().or(Vec::new());
        pub together: Vec<(String, String)> =
            "several values that change at once, as in [\"operators.shifts.days = 7\"]; in place \
             of `key` and `values`",
            optional(List(Assignment)).unlisted().or(Vec::new());
        /// In the currency of `[cost]`.
        pub costs: Vec<Rate> =
            "what each choice costs per year beside the prices of [cost]; one for each value, or \
             one for `together`",
            optional(List(PerTime)).unlisted().or(Vec::new());
    }
}

/// Tables and keys that say what is asked, and not what the pool is.
const NO_DECISIONS: [&str; 10] = [
    "allow",
    "check",
    "decisions",
    "description",
    "expect",
    "extends",
    "measured",
    "name",
    "simulate",
    "title",
];

/// Whether a value is a decision about the pool.
#[must_use]
pub fn is_about_the_pool(path: &str) -> bool {
    let table = path.split('.').next().unwrap_or_default();
    !NO_DECISIONS.contains(&table)
}

/// Whether two values in the syntax of `--set` are the same: quotes make no difference.
#[must_use]
pub fn is_same_value(one: &str, other: &str) -> bool {
    bare(one) == bare(other)
}

fn bare(value: &str) -> &str {
    value.trim().trim_matches(['"', '\''])
}

/// A value of any key, in the syntax of `--set`.
struct AnyValue;

impl Format for AnyValue {
    type Value = String;

    fn kind(&self) -> Kind {
        Kind::Value
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<String> {
        match &node.value {
            Value::Text(text) if text.trim().is_empty() => {
                Err(vec![value::mistake(node, "E0024", "the value is empty")])
            }
            Value::Array(_) | Value::Table(_) | Value::Datetime(_) => Err(vec![
                value::wrong_type(node, "a text, a number or true or false")
                    .helped("write a list or a table in quotes, as --set takes it"),
            ]),
            single => Ok(single.shown()),
        }
    }

    fn write(&self, value: &String, _: &mut Files) -> String {
        quoted(value)
    }
}

/// `PATH = VALUE`.
struct Assignment;

impl Format for Assignment {
    type Value = (String, String);

    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<(String, String)> {
        let text = value::string(node)?;
        let parts = text
            .split_once('=')
            .map(|(path, value)| (path.trim(), value.trim()));
        match parts {
            Some((path, value)) if !path.is_empty() && !value.is_empty() => {
                Ok((path.to_owned(), value.to_owned()))
            }
            _ => {
                let mistake = value::mistake(node, "E0025", format!("invalid value `{text}`"));
                Err(vec![mistake.helped(
                    "write KEY = VALUE, as in \"operators.shifts.days = 7\"",
                )])
            }
        }
    }

    fn write(&self, (path, value): &(String, String), _: &mut Files) -> String {
        quoted(&format!("{path} = {value}"))
    }
}

/// The list.
pub(super) struct DeclaredDecisions;

impl Row for DeclaredDecisions {
    type Value = Vec<DeclaredDecision>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value> {
        section.describe(key, Kind::Tables, meaning);
        let Some(items) = section.items::<DeclaredDecision>(key) else {
            return Some(Vec::new());
        };
        let known = keys::of_scenarios();
        let mut found: Vec<DeclaredDecision> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(mut inner) = section.item(key, index, item) else {
                continue;
            };
            let one = DeclaredDecision::read_rows(&mut inner, ())?;
            let mut keys = ["key", "values", "together", "costs"].into_iter();
            let is_read = !keys.any(|key| inner.is_broken(key));
            inner.finish();
            let mistake = one.mistake(&found, &known).filter(|_| is_read);
            if let Some((message, help)) = mistake {
                let mistake = value::mistake(item, "E0036", message).helped(help);
                section.refuse(key, vec![mistake]);
            }
            found.push(one);
        }
        Some(found)
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str) {
        for one in value {
            one.write_rows(&mut out.item(key), ());
        }
    }
}

impl DeclaredDecision {
    /// The keys that vary.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let together = self.together.iter().map(|(path, _)| path.as_str());
        let alone = (!self.key.is_empty()).then_some(self.key.as_str());
        alone.into_iter().chain(together)
    }

    /// How many choices there are beside the scenario's own.
    fn choices(&self) -> usize {
        self.values.len() + usize::from(!self.together.is_empty())
    }

    /// What is wrong with the decision, beside those before it, and what would be right.
    fn mistake(&self, earlier: &[Self], known: &[keys::Key]) -> Option<(String, String)> {
        let plain = |message: &str, help: &str| Some((message.to_owned(), help.to_owned()));
        if self.key.is_empty() != self.values.is_empty()
            || self.key.is_empty() == self.together.is_empty()
        {
            return plain(
                "a decision has either `key` with `values`, or `together`",
                "write key = \"log_shipping.share\" and values = [\"DC2\"], or together = \
                 [\"operators.shifts.days = 7\", \"operators.shifts.from = 0s\"]",
            );
        }
        for (number, path) in self.paths().enumerate() {
            if !is_about_the_pool(path) {
                let message = format!("`{path}` is no decision about the pool");
                return Some((message, "set it in the file, for all candidates".to_owned()));
            }
            let is_known = |one: &keys::Key| {
                one.path == path && !matches!(one.kind, Kind::Table | Kind::Tables)
            };
            if !known.iter().any(is_known) {
                let help = "`poolproof show` lists the keys of all values";
                return Some((format!("there is no value `{path}`"), help.to_owned()));
            }
            let mut others = earlier.iter().flat_map(Self::paths);
            if others.any(|one| one == path) || self.paths().take(number).any(|one| one == path) {
                let help = "give each key one place in the list";
                return Some((format!("`{path}` is varied twice"), help.to_owned()));
            }
        }
        let twice = self.values.iter().enumerate().find(|(number, value)| {
            let mut before = self.values[..*number].iter();
            before.any(|one| is_same_value(one, value))
        });
        if let Some((_, value)) = twice {
            let message = format!("`{}` has the choice `{value}` twice", self.key);
            return Some((message, "take one of them out".to_owned()));
        }
        if !self.costs.is_empty() && self.costs.len() != self.choices() {
            let (costs, choices) = (self.costs.len(), self.choices());
            let message = format!("the choices and the costs differ in number: {choices}, {costs}");
            let help = "give each choice its cost, as in costs = [\"0/year\", \"90000/year\"]";
            return Some((message, help.to_owned()));
        }
        None
    }
}
