//! `[compliance]`: the compliance service. The model knows it only as a slice of the check.

use super::assumption::Grade;
use super::format::Flag;
use super::row::{keys, rules_only};

keys! {
    /// The compliance service, as the handbook's rules look at it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Compliance {
        pub enabled: bool = "whether conversations are recorded",
            rules_only(Flag, "false", Grade::J, "judgement: the service is optional");
        /// Three more, in the distribution of the chat databases (rule V10).
        pub dedicated_instances: bool =
            "whether the compliance databases have SQL Server instances of their own",
            rules_only(
                Flag, "true", Grade::V, "Required resources for Persistent Chat Server"
            );
        /// Rule V36.
        pub adapter_set: bool = "whether the type of the compliance adapter is set",
            rules_only(Flag, "true", Grade::V, "Set-CsPersistentChatComplianceConfiguration");
    }
}
