//! `[compliance]`: the compliance service. The model knows it only as a slice of the check.

use super::assumption::Grade;
use super::reader::Section;
use super::reader::Setting;

/// What the handbook's rules want to know about compliance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compliance {
    /// Whether conversations are recorded.
    pub enabled: bool,
    /// Whether the compliance databases have instances of their own, three more in the
    /// distribution of the chat databases (rule V10).
    pub dedicated_instances: bool,
    /// Whether the type of the adapter is set (rule V36).
    pub adapter_set: bool,
}

const PAGE: &str = "Set-CsPersistentChatComplianceConfiguration";
const ENABLED: Setting = Setting::fact(
    "enabled",
    "false",
    Grade::J,
    "judgement: the service is optional",
    "whether conversations are recorded",
);
const DEDICATED: Setting = Setting::fact(
    "dedicated_instances",
    "true",
    Grade::V,
    "Required resources for Persistent Chat Server",
    "whether the compliance databases have SQL Server instances of their own",
);
const ADAPTER: Setting = Setting::fact(
    "adapter_set",
    "true",
    Grade::V,
    PAGE,
    "whether the type of the compliance adapter is set",
);

impl Compliance {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let compliance = Self {
            enabled: section.boolean(&ENABLED),
            dedicated_instances: section.boolean(&DEDICATED),
            adapter_set: section.boolean(&ADAPTER),
        };
        section.finish();
        compliance
    }
}
