//! The scenario file: one pool, its failures, its operators and what is expected of it.
//!
//! [`Scenario`] is fully resolved: every default is filled in and every runbook is read. One
//! file of this module holds one table of the file: its type, defaults, units and ranges.

pub mod assumption;
pub mod check;
pub mod choices;
pub mod codes;
pub mod compliance;
pub mod control;
pub mod cost;
mod delay;
pub mod diagnostic;
pub(crate) mod digest;
mod document;
mod empirical;
pub mod expect;
pub mod failures;
pub mod keys;
pub mod library;
mod load;
pub mod log_shipping;
pub mod mirroring;
mod objective;
pub mod operators;
mod overrides;
pub mod pool;
mod reader;
pub mod reference;
mod resolve;
mod rule_checks;
mod rule_table;
pub mod rules;
pub mod runbook;
mod runbook_order;
pub mod schema;
pub mod secondary;
mod setting;
pub mod shipping_facts;
pub mod simulate;
pub mod sql;
mod suggest;
pub mod templates;
pub mod value;

pub use load::FileSystem;
pub use load::load;
pub use load::load_from;
pub use load::load_with;
pub use resolve::LoadError;
pub use resolve::Loaded;
pub use resolve::load_text;

use assumption::Assumption;
use check::CheckSettings;
use choices::Choices;
use compliance::Compliance;
use control::Control;
use cost::Cost;
use expect::Expectations;
use failures::Failures;
use log_shipping::LogShipping;
use mirroring::Mirroring;
use operators::Operators;
use pool::Pool;
use secondary::Secondary;
use simulate::SimulateSettings;
use sql::SqlServers;

/// A scenario with all defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Short name; the file's name without extension unless the file says otherwise.
    pub name: String,
    /// One line for headings; empty when not given.
    pub title: String,
    /// What the scenario is about; empty when not given.
    pub description: String,
    /// 32 hexadecimal digits over every text that the scenario was made from.
    pub digest: String,
    /// The file that it was read from, as it was named.
    pub path: String,
    /// The values that were set over those of the file: path of the key and value.
    pub overrides: Vec<(String, String)>,
    /// The chat servers and their users.
    pub pool: Pool,
    /// The mirrored pair in DC1.
    pub mirroring: Mirroring,
    /// The way of the log to DC2.
    pub log_shipping: LogShipping,
    /// What stands beside S in DC2.
    pub secondary: Secondary,
    /// The control plane.
    pub control: Control,
    /// What the documents leave open.
    pub choices: Choices,
    /// The SQL Server instances.
    pub sql: SqlServers,
    /// The compliance service.
    pub compliance: Compliance,
    /// What the parts cost, where the file says it.
    pub cost: Option<Cost>,
    /// The runbooks and their assumption.
    pub operators: Operators,
    /// Rates and repair times.
    pub failures: Failures,
    /// Settings of the model checker.
    pub check: CheckSettings,
    /// Settings of the simulator.
    pub simulate: SimulateSettings,
    /// What CI checks.
    pub expect: Expectations,
    /// Handbook rules that only warn here, such as `V18`.
    pub allowed_rules: Vec<String>,
    assumptions: Vec<Assumption>,
}

impl Scenario {
    /// Every value the scenario rests on, written or default, in the order of the file format.
    #[must_use]
    pub fn assumptions(&self) -> &[Assumption] {
        &self.assumptions
    }
}
