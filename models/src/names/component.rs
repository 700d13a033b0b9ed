//! Stable numbers and names of everything that can fail, run or act.
//!
//! The numbers address random draws and name events in stored traces, so they never change and
//! are never reused: a new component takes the next free number. The table is for the largest
//! topology, so that two scenarios draw the same numbers for the components they share.

use crate::names::site::Site;

/// A component of the largest topology. The discriminant is the stable number (below 64).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Component {
    /// Pool server 1. Servers are numbered site by site and active ones first.
    Server1 = 0,
    /// Pool server 2.
    Server2 = 1,
    /// Pool server 3.
    Server3 = 2,
    /// Pool server 4.
    Server4 = 3,
    /// Pool server 5.
    Server5 = 4,
    /// Pool server 6.
    Server6 = 5,
    /// Pool server 7.
    Server7 = 6,
    /// Pool server 8.
    Server8 = 7,
    /// The server of the primary `mgc`; starts as principal.
    A = 8,
    /// The server of the mirror of the primary `mgc`.
    B = 9,
    /// The witness of the A/B session.
    W = 10,
    /// The server of the log-shipping secondary `mgc`.
    S = 11,
    /// The server of the mirror of the secondary.
    SM = 12,
    /// The witness of the S/SM session.
    SW = 13,
    /// The host of the log-shipping backup share.
    Share = 14,
    /// The next-hop Front End pool in DC1, where it is modelled as something that fails.
    FrontEnd1 = 15,
    /// Data centre 1 as a whole.
    Dc1 = 16,
    /// Data centre 2 as a whole.
    Dc2 = 17,
    /// The mirroring link between A and B.
    LinkAB = 20,
    /// The link between A and the witness.
    LinkAW = 21,
    /// The link between B and the witness.
    LinkBW = 22,
    /// The link between the data centres.
    Wan = 23,
    /// The mirroring link between S and SM.
    LinkSSM = 24,
    /// The link between S and its witness.
    LinkSSW = 25,
    /// The link between SM and its witness.
    LinkSMSW = 26,
    /// The mirroring session of A and B.
    PairDc1 = 28,
    /// The mirroring session of S and SM.
    PairDc2 = 29,
    /// The log backup job.
    BackupJob = 32,
    /// The copy job.
    CopyJob = 33,
    /// The restore job.
    RestoreJob = 34,
    /// The operators at the mirror-failover runbook.
    MirrorOperators = 36,
    /// The operators at the site-failover runbook.
    SiteOperators = 37,
    /// The operators at the failback runbook.
    FailbackOperators = 38,
    /// The operators at the log-shipping-repair runbook.
    LogShippingOperators = 39,
    /// The clients of the pool.
    Clients = 40,
}

impl Component {
    /// Every component, in the order of its number.
    pub const ALL: [Self; 35] = [
        Self::Server1,
        Self::Server2,
        Self::Server3,
        Self::Server4,
        Self::Server5,
        Self::Server6,
        Self::Server7,
        Self::Server8,
        Self::A,
        Self::B,
        Self::W,
        Self::S,
        Self::SM,
        Self::SW,
        Self::Share,
        Self::FrontEnd1,
        Self::Dc1,
        Self::Dc2,
        Self::LinkAB,
        Self::LinkAW,
        Self::LinkBW,
        Self::Wan,
        Self::LinkSSM,
        Self::LinkSSW,
        Self::LinkSMSW,
        Self::PairDc1,
        Self::PairDc2,
        Self::BackupJob,
        Self::CopyJob,
        Self::RestoreJob,
        Self::MirrorOperators,
        Self::SiteOperators,
        Self::FailbackOperators,
        Self::LogShippingOperators,
        Self::Clients,
    ];

    /// The stable number, below 64.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The stable name, as used in files, traces and counterexamples.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Server1 => "server-1",
            Self::Server2 => "server-2",
            Self::Server3 => "server-3",
            Self::Server4 => "server-4",
            Self::Server5 => "server-5",
            Self::Server6 => "server-6",
            Self::Server7 => "server-7",
            Self::Server8 => "server-8",
            Self::A => "A",
            Self::B => "B",
            Self::W => "W",
            Self::S => "S",
            Self::SM => "SM",
            Self::SW => "SW",
            Self::Share => "share",
            Self::FrontEnd1 => "front-end-1",
            Self::Dc1 => "DC1",
            Self::Dc2 => "DC2",
            Self::LinkAB => "A-B",
            Self::LinkAW => "A-W",
            Self::LinkBW => "B-W",
            Self::Wan => "DC1-DC2",
            Self::LinkSSM => "S-SM",
            Self::LinkSSW => "S-SW",
            Self::LinkSMSW => "SM-SW",
            Self::PairDc1 => "pair-A-B",
            Self::PairDc2 => "pair-S-SM",
            Self::BackupJob => "backup-job",
            Self::CopyJob => "copy-job",
            Self::RestoreJob => "restore-job",
            Self::MirrorOperators => "mirror-operators",
            Self::SiteOperators => "site-operators",
            Self::FailbackOperators => "failback-operators",
            Self::LogShippingOperators => "log-shipping-operators",
            Self::Clients => "clients",
        }
    }

    /// The component of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|component| component.name() == name)
    }

    /// Pool server `index` (0 to 7).
    #[must_use]
    pub const fn server(index: usize) -> Self {
        Self::ALL[index]
    }

    /// A data centre as a component.
    #[must_use]
    pub const fn site(site: Site) -> Self {
        match site {
            Site::Dc1 => Self::Dc1,
            Site::Dc2 => Self::Dc2,
        }
    }
}
