//! Words about the described system and its state.

use crate::document::{
    Content, HolderRole, LinkKind, LinkNote, LinkView, NodeRole, NodeView, ShareLocation,
    ShippingJob, Warning,
};
use crate::quantity::duration;

/// Returns what a server is set up as.
pub(crate) fn node(node: &NodeView) -> &'static str {
    match node.role {
        NodeRole::PoolServer if node.active => "pool server, active",
        NodeRole::PoolServer => "pool server, idle",
        NodeRole::Principal => "principal of mgc",
        NodeRole::Mirror => "mirror of mgc",
        NodeRole::Secondary => "log-shipping secondary",
        NodeRole::MirrorOfSecondary => "mirror of the secondary, after a failover",
        NodeRole::Witness => "witness",
        NodeRole::Share => "backup share",
        NodeRole::FrontEnd => "next-hop Front End pool",
    }
}

/// Returns what a server or place is at one moment.
#[must_use]
pub const fn holder_role(role: HolderRole) -> &'static str {
    match role {
        HolderRole::ServesUsers => "pool server, takes users",
        HolderRole::Active => "pool server, active",
        HolderRole::OldSessions => "pool server, old sessions",
        HolderRole::Idle => "pool server, idle",
        HolderRole::Witness => "witness",
        HolderRole::Principal => "principal",
        HolderRole::PendingFailover => "principal, PENDING_FAILOVER",
        HolderRole::Mirror => "mirror",
        HolderRole::Restoring => "restoring",
        HolderRole::NoRole => "no role",
        HolderRole::LogBackups => "log backups",
    }
}

/// Returns which messages a server or place holds; nothing for what holds none by its nature.
#[must_use]
pub fn content(content: &Content) -> String {
    match content {
        Content::NoLog => String::new(),
        Content::Absent => "nothing".to_owned(),
        Content::Messages(numbers) if numbers.is_empty() => "no message of this path".to_owned(),
        Content::Messages(numbers) => {
            // As ranges: a simulated year has hundreds of messages.
            let mut list: Vec<String> = Vec::new();
            for run in numbers.chunk_by(|a, b| a.saturating_add(1) == *b) {
                match run {
                    [first, _, .., last] => list.push(format!("{first} to {last}")),
                    few => list.extend(few.iter().map(u32::to_string)),
                }
            }
            let plural = if numbers.len() == 1 { "" } else { "s" };
            format!("message{plural} {}", list.join(", "))
        }
    }
}

/// Returns where the file share of log shipping is.
pub(crate) const fn share(location: ShareLocation) -> &'static str {
    match location {
        ShareLocation::OnPrimary => "on server A",
        ShareLocation::Dc1 => "on a host of its own in DC1",
        ShareLocation::Dc2 => "on a host of its own in DC2",
        ShareLocation::Third => "in a third place",
    }
}

/// Returns what a link is for, with the intervals of the jobs that use it.
pub(crate) fn link(link: &LinkView) -> String {
    let kind = match link.kind {
        LinkKind::Mirroring => "mirroring",
        LinkKind::Witness => "witness",
        LinkKind::LogShipping => "log shipping",
        LinkKind::InterSite => "inter-site link",
    };
    let jobs = link.jobs.iter().map(|job| {
        let name = match job.job {
            ShippingJob::Backup => "log backup",
            ShippingJob::Copy => "copy",
            ShippingJob::Restore => "restore",
        };
        format!("{name} every {}", duration(job.every_ms as f64))
    });
    let jobs: Vec<String> = jobs.collect();
    let mut text = if jobs.is_empty() {
        kind.to_owned()
    } else {
        jobs.join(", ")
    };
    text += match link.note {
        None => "",
        Some(LinkNote::AfterFailover) => ", after a failover",
        Some(LinkNote::OverInterSiteLink) => ", over the inter-site link",
        Some(LinkNote::OnItself) => "; the backups stay on A itself",
    };
    text
}

/// Returns a warning of the validation.
pub(crate) fn warning(warning: &Warning) -> String {
    let Warning {
        code,
        message,
        hazards,
    } = warning;
    if hazards.is_empty() {
        format!("{code}: {message}")
    } else {
        format!("{code}: {message} ({})", hazards.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_named_by_ranges() {
        let of = |numbers: &[u32]| content(&Content::Messages(numbers.to_vec()));
        assert_eq!(of(&[]), "no message of this path");
        assert_eq!(of(&[2]), "message 2");
        assert_eq!(of(&[1, 2, 4, 5, 6]), "messages 1, 2, 4 to 6");
        assert_eq!(content(&Content::Absent), "nothing");
    }
}
