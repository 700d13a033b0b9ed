//! Orders of a runbook that no system can follow, whatever state it is in (handbook 4.2, 5, 6).
//!
//! A dangerous order is no mistake of the file: hazards have to be expressible. What stands here
//! can never be done, so the runbook would wait at that step for ever.

use poolproof_models::names::runbook::{Operation as O, Role};

/// A step that cannot be done after, or without, certain steps before it.
struct OrderRule {
    /// The step.
    step: O,
    /// The runbook that the rule is about; `None` for any.
    role: Option<Role>,
    /// Which steps before it decide.
    earlier: &'static [O],
    /// Whether one of them makes it impossible, or the lack of all of them.
    when: When,
    /// Why.
    reason: &'static str,
}

#[derive(PartialEq, Eq)]
enum When {
    After,
    Without,
}

const RULES: [OrderRule; 11] = [
    OrderRule {
        step: O::RecoverSecondary,
        role: None,
        earlier: &[O::RecoverSecondary],
        when: When::After,
        reason: "S is recovered already: that cannot be done twice",
    },
    OrderRule {
        step: O::CopyBacklog,
        role: None,
        earlier: &[O::RecoverSecondary],
        when: When::After,
        reason: "S is recovered already: no further log can be applied to it",
    },
    OrderRule {
        step: O::RestoreBacklog,
        role: None,
        earlier: &[O::RecoverSecondary],
        when: When::After,
        reason: "S is recovered already: no further log can be applied to it",
    },
    OrderRule {
        step: O::TailBackup,
        role: None,
        earlier: &[O::FenceDc1],
        when: When::After,
        reason: "DC1 is fenced already: its log cannot be backed up any more",
    },
    OrderRule {
        step: O::InstallMirror,
        role: Some(Role::SiteFailover),
        earlier: &[O::RecoverSecondary],
        when: When::Without,
        reason: "S is still restoring: a restoring database cannot be a principal",
    },
    OrderRule {
        step: O::RestorePrimary,
        role: None,
        earlier: &[O::FullBackup, O::TailBackupDc2],
        when: When::Without,
        reason: "there is no backup yet that A could be restored from",
    },
    OrderRule {
        step: O::VerifyPrimary,
        role: Some(Role::SiteFailback),
        earlier: &[O::RestorePrimary],
        when: When::Without,
        reason: "A is not restored yet: there is nothing to verify",
    },
    OrderRule {
        step: O::ReseedMirror,
        role: Some(Role::SiteFailback),
        earlier: &[O::RestorePrimary],
        when: When::Without,
        reason: "there is no principal in DC1 yet that a mirror could be seeded from",
    },
    OrderRule {
        step: O::FullBackup,
        role: None,
        earlier: &[O::TailBackupDc2, O::ReinitialiseSecondary],
        when: When::After,
        reason: "S is restoring: it cannot be backed up any more",
    },
    OrderRule {
        step: O::TailBackupDc2,
        role: None,
        earlier: &[O::TailBackupDc2, O::ReinitialiseSecondary],
        when: When::After,
        reason: "S is restoring: it cannot be backed up any more",
    },
    OrderRule {
        step: O::RemoveDc2Mirroring,
        role: None,
        earlier: &[
            O::RemoveDc2Mirroring,
            O::TailBackupDc2,
            O::ReinitialiseSecondary,
        ],
        when: When::After,
        reason: "S has no mirroring any more that could be removed",
    },
];

/// Why the step at `index` can never be done where it stands.
pub(super) fn impossible(role: Role, steps: &[O], index: usize) -> Option<&'static str> {
    let step = steps[index];
    RULES
        .iter()
        .find(|rule| {
            let earlier = steps[..index]
                .iter()
                .any(|step| rule.earlier.contains(step));
            rule.step == step
                && rule.role.is_none_or(|of| of == role)
                && earlier == (rule.when == When::After)
        })
        .map(|rule| rule.reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each rule of the table refuses what it is about, and nothing when its condition is not met.
    #[test]
    fn every_rule_refuses_its_order_and_only_that() {
        for rule in &RULES {
            let role = rule.role.unwrap_or(Role::SiteFailback);
            let without = [O::Decide, rule.step];
            let refused = impossible(role, &without, 1);
            assert_eq!(
                refused.is_some(),
                rule.when == When::Without,
                "{}",
                rule.reason
            );
            for earlier in rule.earlier {
                let after = [*earlier, rule.step];
                let refused = impossible(role, &after, 1);
                assert_eq!(
                    refused.is_some(),
                    rule.when == When::After,
                    "{}",
                    rule.reason
                );
            }
        }
    }
}
