//! What goes wrong in the parts of the system that a check can leave out.

use poolproof_models::names::slice::Slice;

/// A few words for the part.
#[must_use]
pub const fn slice_title(slice: Slice) -> &'static str {
    match slice {
        Slice::Sessions => "sessions that outlive the active list",
        Slice::PartnerNames => "failover partners known by an old name",
        Slice::Grey => "failures that only users see",
        Slice::LogFull => "full log drives",
        Slice::Retention => "files that are deleted before they are copied",
        Slice::Compliance => "compliance records",
        Slice::FrontEnd => "failures of the next-hop Front End pool",
        Slice::Storage => "lost disks",
        Slice::OneSidedDetection => "a witness that notices silence first",
        Slice::WitnessMemory => "a witness that loses its memory",
        Slice::Ports => "lost ports of mirroring endpoints",
        Slice::Stalls => "servers that stall for a while",
    }
}
