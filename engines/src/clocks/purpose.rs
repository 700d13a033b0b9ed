//! What a component draws random numbers for: half of a draw's address.

/// Declares [`Purpose`] and the list of all purposes from one row each.
macro_rules! purposes {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// The purpose of a draw. The discriminant is the stable number: never change or reuse one,
        /// every seed rests on it.
        ///
        /// Clocks have numbers below [`CHOICES`]; what is drawn when a clock with cases rings has
        /// an address of its own, see [`Purpose::choice`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Purpose {
            $($(#[$doc])* $name = $number,)*
        }

        impl Purpose {
            /// Every purpose, in the order of its number.
            pub const ALL: [Self; [$($number),*].len()] = [$(Self::$name),*];
        }

        $(const _: () = assert!($number < CHOICES, "this number belongs to choices");)*
    };
}

/// From this number on purposes are choices: 128 more than the clock that they belong to.
pub const CHOICES: u8 = 128;

purposes! {
    /// Time to a failure.
    Failure = 0,
    /// Time to repair.
    Repair = 1,
    /// Time to the loss of a whole site for good.
    Disaster = 2,
    /// Time until a loss of connection is noticed.
    Detection = 3,
    /// Time of an automatic failover after detection.
    Failover = 4,
    /// Time of a resynchronisation.
    Resynchronisation = 5,
    /// Time until a replica is refreshed.
    Replication = 6,
    /// Time of an operator's step.
    Step = 7,
    /// Time until clients have reconnected.
    Reconnection = 8,
    /// When a job's first run starts.
    JobPhase = 9,
    /// When a drill begins.
    Drill = 10,
    /// Steps without duration.
    Immediate = 11,
    /// Time to a failure of several servers by one cause.
    CommonCause = 12,
    /// Time to a grey failure.
    GreyFailure = 13,
    /// Time until a grey failure is repaired.
    GreyRepair = 14,
    /// Time until a lost data centre is rebuilt.
    Rebuild = 15,
    /// Time until a mirror is seeded again outside any runbook.
    Reseeding = 16,
    /// Time of a manual failover from the order to the change of roles.
    RoleSwap = 17,
    /// Time until an alert is raised about log shipping that stopped.
    Alert = 18,
    /// When planned work begins.
    Maintenance = 19,
    /// Time to an operation outside any runbook.
    Misoperation = 20,
    /// Time until an operator acts before the current step is possible.
    Premature = 21,
    /// Rare events: the moment of the first failure.
    RareMoment = 22,
    /// Rare events: whether a failure comes before anything else.
    RareCoin = 23,
    /// Rare events: when a failure comes that comes first.
    RareTime = 24,
    /// Rare events: which failure comes.
    RareFailure = 25,
    /// Rare events: whether the path looks ahead.
    RareLookAhead = 26,
    /// Rare events: by which estimate the path counts.
    RareMode = 27,
    /// The moments at which the age of the data is looked at.
    AgeMoment = 28,
    /// Time to a stall.
    Stall = 29,
    /// Time until a stalled server goes on.
    StallEnd = 30,
    /// When the timetable of a planned runbook begins, or until it is followed the next time.
    PlannedRunbook = 31,
    /// Time until a log that is held has filled its drive.
    LogDrive = 32,
    /// Time until files that nobody copies are deleted.
    Retention = 33,
}

impl Purpose {
    /// The stable number of a clock's own draws.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The stable number of the choice among the cases of a clock with this purpose.
    #[must_use]
    pub const fn choice(self) -> u8 {
        self as u8 + CHOICES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_clock_has_the_number_of_a_choice() {
        let clocks = Purpose::ALL.map(Purpose::number);
        assert!(clocks.is_sorted() && clocks.iter().all(|number| *number < CHOICES));
        assert!(
            Purpose::ALL
                .iter()
                .all(|purpose| purpose.choice() >= CHOICES)
        );
    }
}
