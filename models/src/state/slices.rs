//! Which slices a topology models, and which of them each property reads.

use crate::names::property::Property;
use crate::names::slice::Slice;
use crate::state::topology::Slices;

impl Slices {
    /// Whether a slice is modelled.
    #[must_use]
    pub const fn has(&self, slice: Slice) -> bool {
        match slice {
            Slice::Sessions => self.sessions,
            Slice::PartnerNames => self.partner_names,
            Slice::Grey => self.grey,
            Slice::LogFull => self.log_full,
            Slice::Retention => self.retention,
            Slice::Compliance => self.compliance,
            Slice::FrontEnd => self.front_end,
            Slice::Storage => self.storage,
            Slice::OneSidedDetection => self.one_sided_detection,
            Slice::WitnessMemory => self.witness_memory,
            Slice::Ports => self.ports,
            Slice::Stalls => self.stalls,
        }
    }

    /// The same with a slice modelled.
    #[must_use]
    pub const fn with(mut self, slice: Slice) -> Self {
        let field = match slice {
            Slice::Sessions => &mut self.sessions,
            Slice::PartnerNames => &mut self.partner_names,
            Slice::Grey => &mut self.grey,
            Slice::LogFull => &mut self.log_full,
            Slice::Retention => &mut self.retention,
            Slice::Compliance => &mut self.compliance,
            Slice::FrontEnd => &mut self.front_end,
            Slice::Storage => &mut self.storage,
            Slice::OneSidedDetection => &mut self.one_sided_detection,
            Slice::WitnessMemory => &mut self.witness_memory,
            Slice::Ports => &mut self.ports,
            Slice::Stalls => &mut self.stalls,
        };
        *field = true;
        self
    }
}

impl Property {
    /// The slices that the property reads: without one of them, nothing that goes wrong there can
    /// break it, and *holds* would say less than it seems to.
    ///
    /// One-sided detection, a witness that forgets and lost ports are readings of the handbook (R4;
    /// 10, choice 23; 13.4) that a scenario chooses, so no property needs them. What a stalled
    /// server does that a crashed one does not, a server without its port does for longer.
    #[must_use]
    pub const fn reads(self) -> &'static [Slice] {
        use Slice as S;
        match self {
            Self::SplitBrain
            | Self::NoLossUnderOneFault
            | Self::NoFinishedBackupLeftOut
            | Self::NoLoss
            | Self::NothingDestroyed => &[S::Sessions, S::FrontEnd, S::Storage],
            Self::NothingOverwritten => &[S::Sessions, S::Storage],
            Self::TargetFresh | Self::ChainIntact => &[S::Retention, S::Storage],
            Self::NeverStuck | Self::ServiceReturns => {
                &[S::PartnerNames, S::Grey, S::LogFull, S::Storage]
            }
            Self::NumbersUnique => &[S::Storage],
            Self::RecordsComplete => &[S::Compliance, S::Storage],
            Self::OnePrincipal
            | Self::MirrorHasAll
            | Self::RegisterIsTrue
            | Self::FailoverKeepsAll
            | Self::RightSide => &[],
        }
    }

    /// Whether the property is about the slice alone: it cannot be checked without it, not even
    /// under the assumption that nothing goes wrong there.
    #[must_use]
    pub const fn is_about(self, slice: Slice) -> bool {
        matches!((self, slice), (Self::RecordsComplete, Slice::Compliance))
    }
}
