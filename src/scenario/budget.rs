//! `[[check.budgets]]`: several budgets of faults, each with expectations of its own.

use std::collections::BTreeMap;

use poolproof_models::names::property::Property;

use super::assumption::Grade;
use super::check::{
    CheckSettings, FAULT, FAULTS_MOST, FaultClass, FaultName, Limits, MISTAKES_MOST, Start,
};
use super::document::{Entry, Node, Table, Value};
use super::expect::BudgetExpectations;
use super::format::{Flag, List, OneOf, SomeText, Whole};
use super::keys::Kind;
use super::reader::Section;
use super::row::{Row, Rows, default, keys, optional, required, table_given};
use super::value;
use super::writer::TableWriter;

/// A budget that a scenario does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the scenario has no budget \"{name}\"; {}", listed(.known))]
pub struct UnknownBudget {
    /// The name that was asked for.
    pub name: String,
    /// The names that it has.
    pub known: Vec<String>,
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "it has one budget, without a name".to_owned();
    }
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    format!("its budgets are {}", names.join(", "))
}

/// Where a check can begin.
pub(super) const STARTS: OneOf<Start, 3> = OneOf([
    ("normal", Start::Normal),
    ("failed-over", Start::FailedOver),
    ("failed-over-old-disks", Start::FailedOverOldDisks),
]);

keys! {
    /// One budget of faults, with what is expected within it.
    #[derive(Debug, Clone, PartialEq)]
    pub struct CheckBudget given properties: &[Property] {
        pub name: String = "what the budget is called in results and after `--budget`",
            required(SomeText, "\"2 faults, no mistakes\"").unlisted();
        pub on_request: bool =
            "whether it runs only where `--budget` names it, as one that takes a night",
            optional(Flag).unlisted().or(false);
        pub faults: u32 = "how many faults may happen on one path",
            default(Whole(0, FAULTS_MOST), "2", Grade::J, "poolproof: single and double faults");
        /// Without them, mistakes are among the `faults`.
        pub mistakes: Option<u32> =
            "how many operators' mistakes may happen beside the faults; without this key they \
             share the number of faults",
            optional(Whole(0, MISTAKES_MOST));
        /// A class that is not listed is bounded by `faults` only.
        pub limits: BTreeMap<FaultClass, u32> =
            "at most so many faults of a class; the others share the budget", Limits;
        pub faults_enabled: Option<Vec<FaultName>> =
            "the only faults considered; every class with every mistake and no misoperation unless \
             given",
            optional(List(FAULT));
        pub start: Option<Start> = "where the check begins, in place of `check.start`",
            optional(STARTS);
        pub states_limit: Option<u64> =
            "states after which the verdict is undecided, in place of `check.states_limit`",
            optional(Whole(1_000, 4_000_000_000));
        /// Once the file is read, with what `[expect]` says.
        pub expect: BudgetExpectations =
            "what CI checks within this budget, beside `[expect]` or instead of it",
            table_given::<BudgetExpectations, &[Property]>(properties);
    }
}

impl CheckBudget {
    /// Puts the budget in place of that of some settings.
    pub(super) fn set(&self, settings: &mut CheckSettings) {
        settings.budget.clone_from(&self.name);
        settings.faults = self.faults;
        settings.mistakes = self.mistakes;
        settings.limits.clone_from(&self.limits);
        settings.faults_enabled.clone_from(&self.faults_enabled);
        settings.start = self.start.unwrap_or(settings.start);
        settings.states_limit = self.states_limit.unwrap_or(settings.states_limit);
    }
}

/// The most budgets of a scenario: each is a search and a column.
const BUDGETS_MOST: usize = 8;

/// The keys of `[check]` that say what `[[check.budgets]]` says.
const ONE_BUDGET: [&str; 4] = ["faults", "mistakes", "limits", "faults_enabled"];

/// The list of budgets.
pub(super) struct Budgets<'c> {
    pub(super) properties: &'c Vec<Property>,
}

impl Row for Budgets<'_> {
    type Value = Vec<CheckBudget>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value> {
        section.describe(key, Kind::Tables, meaning);
        let properties = self.properties.as_slice();
        if section.is_catalogue() {
            let (path, place) = (section.path_of(key), section.place().clone());
            CheckBudget::read(Section::new(section.reader, path, None, place), properties)?;
            return Some(Vec::new());
        }
        let Some(node) = section.node(key) else {
            return Some(Vec::new());
        };
        let Some(items) = items(section, key, node) else {
            return Some(Vec::new());
        };
        if let Some(other) = ONE_BUDGET.into_iter().find(|other| section.has(other)) {
            let message = format!("`{other}` stands beside `budgets`, each of which has its own");
            let help = "take it out, or take out [[check.budgets]]";
            section.contradiction(other, message, help);
        }
        let mut budgets: Vec<CheckBudget> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(table) = item.table() else {
                section.refuse(key, vec![value::wrong_type(item, "a table")]);
                continue;
            };
            let path = section.path_of(&format!("{key}.{index}"));
            let inner = Section::new(section.reader, path, Some(table), item.place.clone());
            let budget = CheckBudget::read(inner, properties)?;
            if table.entries.contains_key("name") && budgets.iter().any(|b| b.name == budget.name) {
                let message = format!("two budgets have the name \"{}\"", budget.name);
                let at = table.entries.get("name").map_or(item, |entry| &entry.node);
                let mistake = value::mistake(at, "E0026", message);
                let help = "give each a name of its own: results and --budget name them";
                section.refuse(key, vec![mistake.helped(help)]);
            }
            budgets.push(budget);
        }
        if budgets.iter().all(|budget| budget.on_request) && !budgets.is_empty() {
            let message =
                "every budget runs on request only, so that nothing is checked".to_owned();
            section.contradiction(key, message, "take `on_request` out of one of them");
        }
        Some(budgets)
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str) {
        for budget in value {
            budget.write_rows(&mut out.item(key), self.properties);
        }
    }
}

/// The budgets of the file, if their number makes sense.
fn items<'a>(section: &mut Section<'a, '_>, key: &str, node: &'a Node) -> Option<&'a [Node]> {
    let Value::Array(items) = &node.value else {
        let mistake =
            value::wrong_type(node, "a list of budgets").helped("write [[check.budgets]]");
        section.refuse(key, vec![mistake]);
        return None;
    };
    if items.is_empty() || items.len() > BUDGETS_MOST {
        let message = format!("{} budgets in `check`", items.len());
        let mistake = value::mistake(node, "E0024", message);
        section.refuse(
            key,
            vec![mistake.helped(format!("from 1 to {BUDGETS_MOST}"))],
        );
        return None;
    }
    Some(items)
}

/// A file that states its budget in one form drops what it inherits in the other: a key for one
/// budget changes the first of several, and the others are gone.
pub(super) fn give_way(table: &mut Table, over: &Table) {
    let Some(above) = over
        .entries
        .get("check")
        .and_then(|entry| entry.node.table())
    else {
        return;
    };
    for key in above.entries.keys() {
        give_way_to(table, &["check", key]);
    }
}

/// The same for one key that is about to be set.
pub(super) fn give_way_to(table: &mut Table, keys: &[&str]) {
    let ["check", key, rest @ ..] = keys else {
        return;
    };
    let Some(Value::Table(check)) = table.entries.get_mut("check").map(|e| &mut e.node.value)
    else {
        return;
    };
    if ONE_BUDGET.contains(key) {
        if let Some(budgets) = check.entries.remove("budgets") {
            unfold(check, &budgets.node);
        }
    } else if *key == "budgets" && rest.is_empty() {
        check
            .entries
            .retain(|key, _| !ONE_BUDGET.contains(&key.as_str()));
    }
}

/// Writes the first budget of a list at the keys for one: what is about to be set changes that.
fn unfold(check: &mut Table, budgets: &Node) {
    let Value::Array(items) = &budgets.value else {
        return;
    };
    let Some(first) = items.first().and_then(Node::table) else {
        return;
    };
    for (key, entry) in &first.entries {
        if !ONE_BUDGET.contains(&key.as_str()) {
            continue;
        }
        let none = matches!(&entry.node.value, Value::Integer(digits, 10) if digits == "0");
        if key == "mistakes" && none {
            // As a limit, which a variant can raise: then they share the number of faults.
            let limits = check.entries.entry("limits".to_owned());
            let limits = limits.or_insert_with(|| Entry {
                key: entry.key.clone(),
                node: Node {
                    value: Value::Table(Table::default()),
                    place: entry.node.place.clone(),
                },
            });
            if let Value::Table(limits) = &mut limits.node.value {
                let class = FaultClass::Mistake.name().to_owned();
                limits.entries.entry(class).or_insert_with(|| entry.clone());
            }
        } else if let (Value::Table(all), Some(Value::Table(known))) = (
            &entry.node.value,
            check
                .entries
                .get_mut(key)
                .map(|known| &mut known.node.value),
        ) {
            // The limit of mistakes stands there already.
            known.overlay(all.clone());
        } else {
            check.entries.insert(key.clone(), entry.clone());
        }
    }
}
