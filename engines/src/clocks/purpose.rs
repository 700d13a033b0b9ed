//! What a component draws random numbers for: half of a draw's address.

/// The purpose of a draw. The discriminant is the stable number, below 16: never change or reuse
/// one, every seed rests on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Time to a failure.
    Failure = 0,
    /// Time to repair.
    Repair = 1,
    /// Time to the loss of a whole site for good.
    Disaster = 2,
    /// Time until a loss is noticed.
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
    /// Which of an activity's cases happens.
    Choice = 12,
    /// Time to a failure of several servers by one cause.
    CommonCause = 13,
    /// Time to a grey failure, and until it is repaired.
    Grey = 14,
    /// Choices of the estimates of what is rare, which plain trials do not make.
    Rare = 15,
}
