//! What began an outage, as reports group it.

named! {
    /// What began an outage, as reports group it.
    pub enum Cause {
        /// A pool server.
        PoolServer = 0, "pool server";
        /// A database server of the pair in DC1.
        DatabaseServer = 1, "database server in DC1";
        /// A witness.
        Witness = 2, "witness";
        /// The host of the share, or its files.
        Share = 3, "backup share";
        /// A link inside a data centre.
        LocalLink = 4, "link inside a site";
        /// The link between the data centres.
        InterSiteLink = 5, "inter-site link";
        /// A data centre failed and kept its contents.
        SiteOutage = 6, "site outage";
        /// A data centre was lost.
        SiteDisaster = 7, "site disaster";
        /// Something that is no fault: a return, an operator's step.
        Other = 8, "other";
        /// A database server in DC2, which has no automatic failover without a witness of its own.
        DatabaseServerDc2 = 9, "database server in DC2";
        /// Operators' own steps: the planned outage of a failback.
        Operators = 10, "operators' steps (planned failback)";
        /// Planned maintenance: patching.
        Maintenance = 11, "planned maintenance";
        /// Operators' mistakes.
        Mistake = 12, "operators' mistakes";
    }
}

impl Cause {
    /// Whether the outage was planned: patching, or the switch of a failback. People choose when it
    /// is, and no fault began it.
    #[must_use]
    pub const fn is_planned(self) -> bool {
        matches!(self, Self::Maintenance | Self::Operators)
    }
}
