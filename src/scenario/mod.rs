//! The scenario file: one pool, its failures, its operators and what is expected of it.
//!
//! [`Scenario`] is fully resolved: every default is filled in and every runbook is read. One
//! file of this module holds one table of the file: its type, defaults, units and ranges.

pub mod assumption;
pub mod budget;
pub mod check;
pub mod choices;
pub mod codes;
pub mod compliance;
pub mod control;
pub mod cost;
pub mod decisions;
mod delay;
pub mod diagnostic;
pub(crate) mod digest;
pub(crate) mod document;
pub mod edit;
mod empirical;
pub mod expect;
mod factor;
pub mod failures;
mod format;
pub mod keys;
pub mod library;
mod load;
pub mod log_shipping;
pub mod mean_time;
mod measured;
pub mod mirroring;
mod objective;
pub mod operators;
mod overrides;
pub mod pool;
mod reader;
pub mod reference;
pub mod resolve;
mod row;
mod rule_checks;
mod rule_table;
pub mod rules;
pub mod runbook;
mod runbook_order;
pub mod schema;
pub mod secondary;
pub mod simulate;
pub mod sql;
pub(crate) mod suggest;
pub mod templates;
pub mod value;
mod words;
pub mod writer;

pub use load::{FileSystem, load, load_from, load_with, validate};
pub use resolve::{LoadError, Loaded, defaults, is_name, load_text};

use assumption::Assumption;
use budget::{CheckBudget, UnknownBudget};
use check::CheckSettings;
use choices::Choices;
use compliance::Compliance;
use control::Control;
use cost::Cost;
use decisions::{DeclaredDecision, DeclaredDecisions};
use expect::Expectations;
use failures::Failures;
use format::{Named, Text};
use keys::Kind;
use log_shipping::LogShipping;
use measured::{MeasuredValue, MeasuredValues};
use mirroring::Mirroring;
use operators::Operators;
use pool::Pool;
use reader::Section;
use row::{Unwritten, keys, optional, optional_table, table, table_given};
use secondary::Secondary;
use simulate::SimulateSettings;
use sql::SqlServers;

/// The name that results are filed under.
const NAME: Named<String> = Named {
    kind: Kind::Name,
    read: resolve::name,
    name: String::clone,
};

keys! {
    /// A scenario with all defaults filled in.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Scenario given stem: &str, then Self::in_first_budget {
        pub name: String =
            "short name that results are filed under; the file's name unless given",
            optional(NAME).unlisted().or(stem.to_owned());
        /// Empty when not given.
        pub title: String = "one line for headings", optional(Text).unlisted().or(String::new());
        /// Empty when not given.
        pub description: String = "what the scenario is about",
            optional(Text).unlisted().or(String::new());
        pub path: String = "the file that it was read from, as it was named",
            Unwritten(String::new());
        pub overrides: Vec<(String, String)> =
            "the values that were set over those of the file: path of the key and value",
            Unwritten(Vec::new());
        pub digest: String =
            "32 hexadecimal digits over every text that the scenario was made from",
            Unwritten(String::new());
        pub pool: Pool = "the Persistent Chat servers, their users and their messages", table();
        pub mirroring: Mirroring =
            "the synchronous database mirroring session of A and B in DC1", table();
        pub log_shipping: LogShipping =
            "the three jobs that carry the log from the pair in DC1 to S in DC2", table();
        pub secondary: Secondary = "what stands beside S in DC2", table();
        pub control: Control = "the Central Management store and the next hop", table();
        pub choices: Choices = "what the documents leave open (handbook section 10)", table();
        pub sql: SqlServers =
            "the SQL Server instances; a table per instance says where it differs", table();
        pub compliance: Compliance = "the compliance service", table();
        pub cost: Option<Cost> =
            "what the parts cost per year, in one currency that is not named", optional_table();
        pub operators: Operators =
            "which runbooks people follow, and what they may take for granted", table();
        pub failures: Failures = "what fails, how often, and how long until it is back", table();
        pub check: CheckSettings = "how far the model checker goes and what it proves", table();
        pub simulate: SimulateSettings = "how much is simulated", table();
        /// Such as `V18`.
        pub allowed_rules("allow"): Vec<String> = "rules of the handbook that only warn here",
            rules::Allowed;
        pub expect: Expectations =
            "what CI checks: verdicts, reachable goals and objectives",
            table_given::<Expectations, &CheckSettings>(&check);
        pub decisions: Vec<DeclaredDecision> =
            "what `poolproof advise` may vary; without it a list that fits the scenario",
            DeclaredDecisions;
        pub measured: Vec<MeasuredValue> =
            "values of this file that were fitted from records; `poolproof fit` writes the list",
            MeasuredValues;
        assumptions: Vec<Assumption> =
            "every value the scenario rests on, written or default, in the order of the \
             file format",
            Unwritten(Vec::new());
    }
}

impl Scenario {
    /// Gives every budget all that is expected within it, and takes the first.
    fn in_first_budget(mut self, _: &mut Section<'_, '_>) -> Self {
        let common = self.expect.clone();
        for budget in &mut self.check.budgets {
            budget.expect = (&common.within(&budget.expect)).into();
            budget.start.get_or_insert(self.check.start);
            budget.states_limit.get_or_insert(self.check.states_limit);
        }
        match self.check.budgets.first().cloned() {
            Some(first) => self.within(&first),
            None => self,
        }
    }

    /// The same scenario with the faults and the expectations of one of its budgets.
    #[must_use]
    pub fn within(&self, budget: &CheckBudget) -> Self {
        let mut scenario = self.clone();
        budget.set(&mut scenario.check);
        scenario.expect = self.expect.within(&budget.expect);
        scenario
    }

    /// The scenario within each of some budgets, by their names; without names, within each that
    /// runs without being asked for. A scenario without budgets is its only one.
    ///
    /// # Errors
    ///
    /// The first name that no budget has.
    pub fn budgets(&self, names: &[String]) -> Result<Vec<Self>, UnknownBudget> {
        let budgets = &self.check.budgets;
        let unknown = |name: &&String| budgets.iter().all(|budget| budget.name != **name);
        if let Some(name) = names.iter().find(unknown) {
            let known = budgets.iter().map(|budget| budget.name.clone());
            return Err(UnknownBudget {
                name: name.clone(),
                known: known.collect(),
            });
        }
        if budgets.is_empty() {
            return Ok(vec![self.clone()]);
        }
        let runs = |budget: &&CheckBudget| match names {
            [] => !budget.on_request,
            names => names.contains(&budget.name),
        };
        let chosen = budgets.iter().filter(runs);
        Ok(chosen.map(|budget| self.within(budget)).collect())
    }

    /// Every value the scenario rests on, written or default, in the order of the file format.
    #[must_use]
    pub fn assumptions(&self) -> &[Assumption] {
        &self.assumptions
    }
}
