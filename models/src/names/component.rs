//! Stable numbers and names of everything that can fail, run or act.
//!
//! The numbers address random draws and name events in stored traces, so they never change and
//! are never reused: a new component takes the next free number below 256. The table is for the
//! largest topology, so that two scenarios draw the same numbers for the components they share.

use crate::names::site::Site;

/// What a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComponentKind {
    /// A pool server.
    PoolServer,
    /// A server with a database copy.
    Database,
    /// The witness of a mirroring session.
    Witness,
    /// The host of the backup share.
    ShareHost,
    /// A Front End pool.
    FrontEnd,
    /// A data centre as a whole.
    DataCentre,
    /// A network connection that can be cut.
    Connection,
    /// A mirroring session.
    Mirroring,
    /// A job of log shipping.
    Job,
    /// The operators at one runbook.
    Operators,
    /// The clients of the pool.
    Clients,
}

impl ComponentKind {
    /// Whether it is a machine that runs or does not: [`Component::node`] numbers these.
    #[must_use]
    pub const fn is_node(self) -> bool {
        matches!(
            self,
            Self::PoolServer | Self::Database | Self::Witness | Self::ShareHost | Self::FrontEnd
        )
    }
}

/// Where a component stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// In the data centre of the primary database.
    Primary,
    /// In the data centre of the log-shipping secondary.
    Secondary,
    /// Where the topology puts it.
    Placed,
    /// In no single data centre.
    Between,
}

/// Declares [`Component`] with everything that is looked up by it, one row each: number, name, kind
/// and home.
macro_rules! components {
    ($(
        $(#[$doc:meta])*
        $variant:ident = $number:literal, $name:literal, $kind:ident, $home:ident;
    )*) => {
        /// A component of the largest topology. The discriminant is the stable number.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Component {
            $($(#[$doc])* $variant = $number,)*
        }

        impl Component {
            /// Every component, in the order of its number.
            pub const ALL: [Self; [$($number),*].len()] = [$(Self::$variant),*];

            /// The stable name, as used in files, traces and counterexamples.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// What it is.
            #[must_use]
            pub const fn kind(self) -> ComponentKind {
                match self {
                    $(Self::$variant => ComponentKind::$kind,)*
                }
            }

            /// Where it stands.
            #[must_use]
            pub const fn home(self) -> Home {
                match self {
                    $(Self::$variant => Home::$home,)*
                }
            }
        }
    };
}

components! {
    /// Pool server 1. Servers are numbered site by site and active ones first.
    Server1 = 0, "server-1", PoolServer, Placed;
    /// Pool server 2.
    Server2 = 1, "server-2", PoolServer, Placed;
    /// Pool server 3.
    Server3 = 2, "server-3", PoolServer, Placed;
    /// Pool server 4.
    Server4 = 3, "server-4", PoolServer, Placed;
    /// Pool server 5.
    Server5 = 4, "server-5", PoolServer, Placed;
    /// Pool server 6.
    Server6 = 5, "server-6", PoolServer, Placed;
    /// Pool server 7.
    Server7 = 6, "server-7", PoolServer, Placed;
    /// Pool server 8.
    Server8 = 7, "server-8", PoolServer, Placed;
    /// The server of the primary `mgc`; starts as principal.
    A = 8, "A", Database, Primary;
    /// The server of the mirror of the primary `mgc`.
    B = 9, "B", Database, Primary;
    /// The witness of the A/B session.
    W = 10, "W", Witness, Placed;
    /// The server of the log-shipping secondary `mgc`.
    S = 11, "S", Database, Secondary;
    /// The server of the mirror of the secondary.
    SM = 12, "SM", Database, Secondary;
    /// The witness of the S/SM session.
    SW = 13, "SW", Witness, Secondary;
    /// The host of the log-shipping backup share.
    Share = 14, "share", ShareHost, Placed;
    /// The next-hop Front End pool in DC1, where it is modelled as something that fails.
    FrontEnd1 = 15, "front-end-1", FrontEnd, Primary;
    /// Data centre 1 as a whole.
    Dc1 = 16, "DC1", DataCentre, Primary;
    /// Data centre 2 as a whole.
    Dc2 = 17, "DC2", DataCentre, Secondary;
    /// The mirroring link between A and B.
    LinkAB = 20, "A-B", Connection, Primary;
    /// The link between A and the witness.
    LinkAW = 21, "A-W", Connection, Primary;
    /// The link between B and the witness.
    LinkBW = 22, "B-W", Connection, Primary;
    /// The link between the data centres.
    Wan = 23, "DC1-DC2", Connection, Between;
    /// The mirroring link between S and SM.
    LinkSSM = 24, "S-SM", Connection, Secondary;
    /// The link between S and its witness.
    LinkSSW = 25, "S-SW", Connection, Secondary;
    /// The link between SM and its witness.
    LinkSMSW = 26, "SM-SW", Connection, Secondary;
    /// The mirroring session of A and B.
    PairDc1 = 28, "pair-A-B", Mirroring, Primary;
    /// The mirroring session of S and SM.
    PairDc2 = 29, "pair-S-SM", Mirroring, Secondary;
    /// The log backup job.
    BackupJob = 32, "backup-job", Job, Primary;
    /// The copy job.
    CopyJob = 33, "copy-job", Job, Secondary;
    /// The restore job.
    RestoreJob = 34, "restore-job", Job, Secondary;
    /// The operators at the mirror-failover runbook.
    MirrorOperators = 36, "mirror-operators", Operators, Primary;
    /// The operators at the site-failover runbook.
    SiteOperators = 37, "site-operators", Operators, Secondary;
    /// The operators at the failback runbook.
    FailbackOperators = 38, "failback-operators", Operators, Secondary;
    /// The operators at the log-shipping-repair runbook.
    LogShippingOperators = 39, "log-shipping-operators", Operators, Secondary;
    /// The clients of the pool.
    Clients = 40, "clients", Clients, Between;
    /// The link between data centre 1 and a third place.
    Dc1ToThird = 41, "DC1-third", Connection, Between;
    /// The link between data centre 2 and a third place.
    Dc2ToThird = 42, "DC2-third", Connection, Between;
    /// The operators at the last-resort runbook: they work wherever they are needed.
    LastResortOperators = 43, "last-resort-operators", Operators, Between;
    /// The operators at the planned-switch runbook.
    PlannedOperators = 44, "planned-operators", Operators, Secondary;
}

/// How many components with a smaller number are of the same kind, by number; for machines how many
/// are machines.
const fn places(among_machines: bool) -> [u8; 256] {
    let mut places = [u8::MAX; 256];
    let mut at = 0;
    while at < Component::ALL.len() {
        let kind = Component::ALL[at].kind();
        let mut before = 0;
        let mut other = 0;
        while other < at {
            let earlier = Component::ALL[other].kind();
            if earlier as u8 == kind as u8 || among_machines && earlier.is_node() {
                before += 1;
            }
            other += 1;
        }
        if kind.is_node() || !among_machines {
            places[Component::ALL[at] as usize] = before;
        }
        at += 1;
    }
    places
}

/// The place of each component among those of its kind, by number.
const PLACES: [u8; 256] = places(false);

/// The bit of each machine, by number.
const NODE_BITS: [u8; 256] = places(true);

// The pool servers have the lowest bits.
const _: () = {
    let mut at = 0;
    while at < Component::MAX_SERVERS {
        assert!(NODE_BITS[Component::server(at) as usize] as usize == at);
        at += 1;
    }
};

/// The machines, in the order of their bits, and how many there are.
const NODES: ([Component; Component::MAX_NODES], usize) = {
    let mut nodes = [Component::Server1; Component::MAX_NODES];
    let (mut at, mut count) = (0, 0);
    while at < Component::ALL.len() {
        if Component::ALL[at].kind().is_node() {
            nodes[count] = Component::ALL[at];
            count += 1;
        }
        at += 1;
    }
    (nodes, count)
};

impl Component {
    /// The most pool servers.
    pub const MAX_SERVERS: usize = 8;

    /// The bits of all pool servers among all machines.
    pub(crate) const SERVER_BITS: u32 = (1 << Self::MAX_SERVERS) - 1;

    /// The most machines that the world has bits for.
    pub const MAX_NODES: usize = 16;

    /// The stable number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The component of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|component| component.name() == name)
    }

    /// The place among the components of a kind; `None` if it is of another.
    #[must_use]
    pub const fn place_among(self, kind: ComponentKind) -> Option<usize> {
        if self.kind() as u8 == kind as u8 {
            Some(PLACES[self as usize] as usize)
        } else {
            None
        }
    }

    /// The bit that stands for a machine in the world; call it for machines only.
    #[must_use]
    #[inline]
    pub const fn node(self) -> usize {
        let bit = NODE_BITS[self as usize] as usize;
        debug_assert!(bit < Self::MAX_NODES, "it is no machine");
        bit
    }

    /// [`Component::node`]; no bit at all for what is no machine.
    #[inline]
    pub(crate) const fn bit(self) -> usize {
        NODE_BITS[self as usize] as usize
    }

    /// The machine of a bit.
    #[must_use]
    pub const fn from_node(bit: usize) -> Self {
        assert!(bit < NODES.1, "no machine has this bit");
        NODES.0[bit]
    }

    /// Pool server `index` (0 to 7).
    #[must_use]
    pub const fn server(index: usize) -> Self {
        let server = Self::ALL[index];
        assert!(matches!(server.kind(), ComponentKind::PoolServer));
        server
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
