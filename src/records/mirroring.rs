//! Changes of the mirroring state: event class 167 of the default trace (handbook 3.3). The numbers
//! are a closed vocabulary and the same in every language.

use super::aside::Unread;
use super::instant::InstantMs;
use super::jobs::at;
use super::manifest::RecordManifest;
use super::rows::{RecordRow, whole};

/// One change, as one server saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StateChange {
    /// The server.
    pub server: usize,
    /// When.
    pub at: InstantMs,
    /// Its place among changes of the same instant.
    pub sequence: i64,
    /// The new state.
    pub state: MirrorState,
    /// The index of the file that says so, and the row.
    pub origin: (usize, u64),
}

/// The states that differ here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MirrorState {
    /// 1 and 2: the principal is synchronised with its mirror.
    PrincipalSynchronised,
    /// 3 and 4: the mirror is synchronised.
    MirrorSynchronised,
    /// 5: the mirror has lost the principal.
    PrincipalLost,
    /// 6: the principal has lost the mirror.
    MirrorLost,
    /// 7: a failover by hand.
    ManualFailover,
    /// 8: a failover by itself.
    AutomaticFailover,
    /// 9: suspended.
    Suspended,
    /// 10: no quorum.
    NoQuorum,
    /// 11: the mirror is being synchronised.
    Synchronising,
    /// 12: the principal serves without a mirror.
    Exposed,
}

impl MirrorState {
    /// What a record of it says of its server, without a full stop.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::PrincipalSynchronised => "is principal and synchronised with its mirror",
            Self::MirrorSynchronised => "is mirror and synchronised",
            Self::PrincipalLost => "has lost the principal",
            Self::MirrorLost => "has lost its mirror",
            Self::ManualFailover => "failover by hand",
            Self::AutomaticFailover => "automatic failover",
            Self::Suspended => "mirroring is suspended",
            Self::NoQuorum => "has no quorum",
            Self::Synchronising => "the mirror is being synchronised",
            Self::Exposed => "serves without its mirror (exposed)",
        }
    }
}

const fn state(number: i64) -> Option<MirrorState> {
    Some(match number {
        1 | 2 => MirrorState::PrincipalSynchronised,
        3 | 4 => MirrorState::MirrorSynchronised,
        5 => MirrorState::PrincipalLost,
        6 => MirrorState::MirrorLost,
        7 => MirrorState::ManualFailover,
        8 => MirrorState::AutomaticFailover,
        9 => MirrorState::Suspended,
        10 => MirrorState::NoQuorum,
        11 => MirrorState::Synchronising,
        12 => MirrorState::Exposed,
        _ => return None,
    })
}

/// A change of a row; `None` for another database and for state 0, which says nothing.
///
/// # Errors
/// The value that cannot be read.
pub fn change(
    row: &RecordRow<'_>,
    manifest: &RecordManifest,
    server: usize,
    origin: usize,
) -> Result<Option<StateChange>, Unread> {
    let name = row.need(0, "the name of a database", Some)?;
    if !name.eq_ignore_ascii_case(&manifest.database) {
        return Ok(None);
    }
    let number = row.need(2, "0 to 12", |text| {
        whole(text).filter(|number| (0..=12).contains(number))
    })?;
    let its_server = &manifest.servers[server];
    let at = at(row, 1, &its_server.zone, its_server)?;
    let sequence = row.may(4, "a number", whole)?.unwrap_or(0);
    Ok(state(number).map(|state| StateChange {
        server,
        at,
        sequence,
        state,
        origin: (origin, row.number),
    }))
}
