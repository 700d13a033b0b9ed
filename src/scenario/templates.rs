//! Scenarios to start from, and the runbooks that they name, as part of the program.

/// A scenario to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// The high-bandwidth stretched pool (handbook 1.3).
    Hbw,
    /// The low-bandwidth stretched pool (handbook 1.3).
    Lbw,
    /// The low-bandwidth pool whose mirror takes over by hand only (handbook 3.6).
    NoWitness,
    /// One data centre, mirroring with a witness.
    SingleSite,
    /// A stretched pool without mirroring.
    LogShippingOnly,
}

impl Template {
    /// Every template.
    pub const ALL: [Self; 5] = [
        Self::Hbw,
        Self::Lbw,
        Self::NoWitness,
        Self::SingleSite,
        Self::LogShippingOnly,
    ];

    /// The name, as `poolproof init --template` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hbw => "hbw",
            Self::Lbw => "lbw",
            Self::NoWitness => "no-witness",
            Self::SingleSite => "single-site",
            Self::LogShippingOnly => "log-shipping-only",
        }
    }

    /// The scenario file.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Hbw => include_str!("../../scenarios/templates/hbw.toml"),
            Self::Lbw => include_str!("../../scenarios/templates/lbw.toml"),
            Self::NoWitness => include_str!("../../scenarios/templates/no-witness.toml"),
            Self::SingleSite => include_str!("../../scenarios/templates/single-site.toml"),
            Self::LogShippingOnly => {
                include_str!("../../scenarios/templates/log-shipping-only.toml")
            }
        }
    }
}

macro_rules! runbook {
    ($name:literal) => {
        (
            concat!("runbooks/", $name, ".toml"),
            include_str!(concat!("../../scenarios/runbooks/", $name, ".toml")),
        )
    };
}

/// The runbooks for those who start, by their path beside the scenario: the documented ones and
/// the hardened ones, so that changing over is a change of one word.
const RUNBOOKS: [(&str, &str); 9] = [
    runbook!("mirror-failover-documented"),
    runbook!("mirror-failover-hardened"),
    runbook!("site-failover-documented"),
    runbook!("site-failover-hardened"),
    runbook!("site-failback-documented"),
    runbook!("site-failback-hardened"),
    runbook!("log-shipping-repair-documented"),
    runbook!("log-shipping-repair-hardened"),
    runbook!("last-resort"),
];

/// The runbooks for those who start: path and text.
#[must_use]
pub const fn runbooks() -> [(&'static str, &'static str); 9] {
    RUNBOOKS
}

/// The runbooks of a template, path and text: the documented and the hardened one of every
/// procedure that it names, in use or in a comment.
pub fn runbooks_of(template: Template) -> impl Iterator<Item = (&'static str, &'static str)> {
    let scenario = template.text();
    let procedure = |path: &'static str| {
        let path = path.trim_end_matches(".toml");
        path.trim_end_matches("-documented")
            .trim_end_matches("-hardened")
    };
    RUNBOOKS
        .into_iter()
        .filter(move |(path, _)| scenario.contains(procedure(path)))
}
