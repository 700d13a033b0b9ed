//! The closed lists of names that documents use. What each is called for people is a row of
//! [`crate::words`]; events, components and sites are open lists and stand in documents as their
//! stable names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Declares an enumeration that is stored by name, with the list of all its values.
macro_rules! names {
    ($(#[$meta:meta])* $name:ident { $($(#[$row:meta])* $value:ident,)+ }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$row])* $value,)+ }

        impl $name {
            /// Every value, in stable order.
            pub const ALL: &[Self] = &[$(Self::$value,)+];
        }
    };
}

names! {
    /// A class of faults, each with a budget of its own.
    FaultClass {
        /// A server crashes.
        ComponentCrash,
        /// A data centre is lost or fails.
        SiteLoss,
        /// A link is cut.
        LinkCut,
        /// The files on the share are lost.
        ShareLoss,
        /// Something in the old site returns after a failover has begun.
        LateReturn,
        /// An operator's mistake.
        Mistake,
    }
}

names! {
    /// The limit that ended a run early.
    CutOff {
        /// The most states.
        States,
        /// The most bytes of the tables of the search.
        Memory,
        /// The longest time; such a result is not reproducible.
        Time,
        /// The user ended the run; such a result is not reproducible.
        Interrupt,
    }
}

names! {
    /// What began an outage.
    Cause {
        /// A pool server.
        PoolServer,
        /// A database server of the pair in DC1.
        DatabaseServer,
        /// A witness.
        Witness,
        /// The host of the backup share, or its files.
        Share,
        /// A link inside a data centre.
        LocalLink,
        /// The link between the data centres.
        InterSiteLink,
        /// A data centre failed and kept its contents.
        SiteOutage,
        /// A data centre was lost.
        SiteDisaster,
        /// Something that is no fault: a return, an operator's step.
        Other,
        /// A database server in DC2.
        DatabaseServerDc2,
        /// Steps of operators: the planned outage of a failback.
        Operators,
        /// Planned maintenance.
        Maintenance,
        /// Mistakes of operators.
        Mistake,
    }
}

names! {
    /// What lost acknowledged messages.
    LossCause {
        /// A data centre was lost with the only copies.
        SiteLost,
        /// Files on the share were lost before they were copied.
        ShareLost,
        /// What only an old principal had was discarded by resynchronisation.
        Discarded,
        /// Users were served from a history without them.
        ServedWithout,
        /// A restore or a seeding overwrote the copy that held them.
        Overwritten,
        /// A server lost its disks.
        StorageLost,
        /// A message was accepted, and its commit never came.
        NeverCommitted,
    }
}

names! {
    /// A phase of an outage.
    Phase {
        /// Until the failure is noticed.
        Detect,
        /// Until people have decided.
        Decide,
        /// Until the decided action is done.
        Act,
        /// Until the database is open for use again.
        Recover,
        /// Until clients are connected again.
        Reconnect,
    }
}

names! {
    /// How an estimate and its interval were made.
    Method {
        /// Order statistics of the sample, distribution-free.
        OrderStatistics,
        /// Student's t on a mean.
        StudentT,
        /// The exact interval of Clopper and Pearson of a proportion.
        ClopperPearson,
        /// The exact interval of a Poisson rate.
        PoissonExact,
        /// No event was seen: what bounds the value is not known, or the upper limit is one-sided.
        NothingSeen,
        /// A mean that few values carry, or one value: it is a lower bound and has no interval.
        FewValues,
        /// The same of a share of time that falls where such a mean rises: an upper bound.
        FewValuesUpper,
        /// A percentile that lies among what had no end: it is larger than any number.
        Endless,
        /// Stratified importance sampling with Student's t.
        StratifiedImportanceSampling,
        /// Conditional Monte Carlo with Student's t.
        ConditionalMonteCarlo,
        /// Student's t on the weights of biased paths.
        StudentTOfWeights,
        /// Student's t on the differences of pairs of trials.
        StudentTOfPairs,
        /// The exact interval of discordant pairs of trials.
        DiscordantPairs,
        /// From two intervals, each of which has half of the error.
        TwoIntervals,
    }
}

names! {
    /// Where the file share of log shipping is.
    ShareLocation {
        /// On server A.
        OnPrimary,
        /// On a host of its own in DC1.
        Dc1,
        /// On a host of its own in DC2.
        Dc2,
        /// In a third place.
        Third,
    }
}

names! {
    /// What a server is set up as.
    NodeRole {
        /// Serves clients, or waits to.
        PoolServer,
        /// The principal of the mirrored pair.
        Principal,
        /// The mirror of the pair.
        Mirror,
        /// The log-shipping secondary.
        Secondary,
        /// The mirror of the secondary, after a failover.
        MirrorOfSecondary,
        /// A witness of a pair.
        Witness,
        /// Holds the backups until they are copied.
        Share,
        /// The front end pool that clients come through.
        FrontEnd,
    }
}

names! {
    /// What a server or place is at one moment.
    HolderRole {
        /// A pool server that serves users.
        ServesUsers,
        /// A pool server that is active.
        Active,
        /// A pool server that is not active and keeps old sessions.
        OldSessions,
        /// A pool server that is idle.
        Idle,
        /// A witness.
        Witness,
        /// The principal of a mirroring session.
        Principal,
        /// The principal of a session in the state PENDING_FAILOVER.
        PendingFailover,
        /// The mirror of a session.
        Mirror,
        /// A database server that restores log backups.
        Restoring,
        /// A database server without a role.
        NoRole,
        /// A place that keeps log backups.
        LogBackups,
    }
}

names! {
    /// What a link is for.
    LinkKind {
        /// Partners of a mirror.
        Mirroring,
        /// A witness and a partner.
        Witness,
        /// Backups, copies and restores, in the direction of the flow.
        LogShipping,
        /// The link between the sites.
        InterSite,
    }
}

names! {
    /// What is special about a link.
    LinkNote {
        /// It is set up after a failover.
        AfterFailover,
        /// It uses the link between the sites.
        OverInterSiteLink,
        /// Both ends of the flow are on one server.
        OnItself,
    }
}

names! {
    /// A job of log shipping.
    ShippingJob {
        /// Backs the log up.
        Backup,
        /// Copies the backups.
        Copy,
        /// Restores the copies.
        Restore,
    }
}

names! {
    /// The key of a scenario that lists an event which has to occur.
    ListedIn {
        /// `expect.fires`.
        ExpectFires,
        /// `check.faults_enabled`.
        FaultsEnabled,
    }
}
