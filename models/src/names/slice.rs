//! Slices: parts of the system that are modelled only where a property reads them.

named! {
    /// A part of the system that a search can leave out.
    pub enum Slice {
        /// Servers taken off the active list keep the sessions they have (handbook 1.4, H-18).
        Sessions = 0, "sessions";
        /// Pool servers know failover partners by name (2.4, H-33).
        PartnerNames = 1, "partner-names";
        /// A database server can fail for its users only (3.11, H-42).
        Grey = 2, "grey";
        /// The log drive can fill (3.14, H-48).
        LogFull = 3, "log-full";
        /// An outage of copying can be longer than the files are kept (4.2, H-25).
        Retention = 4, "retention";
        /// Compliance records (2.3).
        Compliance = 5, "compliance";
        /// The next-hop Front End pool in DC1 can fail (1.1, H-02).
        FrontEnd = 6, "front-end";
        /// A database server can lose its disks (3.12, L5).
        Storage = 7, "storage";
        /// The witness can notice the silence of a principal before the principal does (R4).
        OneSidedDetection = 8, "one-sided-detection";
        /// The witness can be restored from an old image (3.13; 10, choice 23).
        WitnessMemory = 9, "witness-memory";
        /// A mirroring endpoint can lose its port while its server runs (13.4).
        Ports = 10, "ports";
        /// A database server can stall: it answers nothing for a while and then goes on (13.5).
        Stalls = 11, "stalls";
    }
}
