//! The promises of the rules: the cases of the handbook, and walks.

mod beliefs;
mod budgets;
mod choices;
mod last_resort;
mod mistakes;
mod overflow;
mod partition_cases;
mod partner_states;
mod planned;
mod pool_limits;
mod reach;
mod reference_cases;
mod stalls;
mod trio;
mod walks;
