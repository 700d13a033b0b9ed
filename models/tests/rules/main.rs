//! The promises of the rules: the cases of the handbook, and walks.

mod beliefs;
mod budgets;
mod choices;
mod mistakes;
mod partition_cases;
mod partner_states;
mod pool_limits;
mod reach;
mod reference_cases;
mod trio;
mod walks;
