//! `[secondary]`: what stands beside S in DC2.

use super::assumption::Grade;
use super::diagnostic::Diagnostic;
use super::diagnostic::Severity;
use super::reader::Section;
use super::reader::Setting;

/// The companions of the log-shipping secondary. They take part only after a failover to DC2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Secondary {
    /// Whether SM, the mirror of S, is there for `Install-CsMirrorDatabase` to use.
    pub mirror: bool,
    /// Whether SW, the witness of the S/SM session, is there; needs `mirror`.
    pub witness: bool,
    /// Whether the pool servers' logins exist on S and SM (V38).
    pub logins: bool,
}

const MIRROR: Setting = Setting::new(
    "mirror",
    "true",
    Grade::V,
    "Required resources for Persistent Chat Server",
);
const WITNESS: Setting = Setting::new(
    "witness",
    "false",
    Grade::V,
    "Required resources for Persistent Chat Server: the witness is optional",
);

const LOGINS: Setting = Setting::new(
    "logins",
    "true",
    Grade::V,
    "Management of Logins and Jobs After Role Switching",
);

impl Secondary {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let secondary = Self {
            mirror: section.boolean(&MIRROR),
            witness: section.boolean(&WITNESS),
            logins: section.boolean(&LOGINS),
        };
        if let Some(node) = section.node("witness")
            && secondary.witness
            && !secondary.mirror
        {
            let message = "a witness without a mirror".to_owned();
            let mistake = Diagnostic::at(&node.place, Severity::Error, "E0026", message)
                .helped("write mirror = true or witness = false");
            section.refuse("witness", vec![mistake]);
        }
        section.finish();
        secondary
    }
}
