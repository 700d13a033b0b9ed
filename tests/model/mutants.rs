//! Seeded faults in the rules: each is caught by a named property of a shipped scenario, or the
//! table says why it is harmless. A model that cannot fail proves nothing.

use poolproof::app::compile::check;
use poolproof::app::document::verdict;
use poolproof::scenario::expect::Verdict;
use poolproof_engines::check::search::Limits;
use poolproof_engines::pools::search;
use poolproof_models::model::Bounded;
use poolproof_models::names::property::Property;
use poolproof_models::rules::mutant::Mutant;
use poolproof_reports::document::VerdictStatus;

use crate::support::scenarios::{files, load};

/// How a mutant is caught.
enum Caught {
    /// These properties, which hold without the mutant, are violated in this scenario with these
    /// changes.
    By(
        &'static [Property],
        &'static str,
        &'static [(&'static str, &'static str)],
    ),
    /// By the reference case of that name, in `models/tests/rules/partition_cases.rs`.
    ByReferenceCase(#[expect(dead_code, reason = "for the reader")] &'static str),
    /// By the bookkeeping beside random walks, in `oracle/mutants.rs`.
    ByBooks,
    /// Harmless, because.
    Harmless(#[expect(dead_code, reason = "for the reader")] &'static str),
}

const LBW: &str = "scenarios/lync-2013-lbw.toml";
const NO_WITNESS: &str = "scenarios/lync-2013-lbw-no-witness.toml";

/// Small enough for a debug build, large enough for what they are to find.
const LINKS: &[(&str, &str)] = &[
    (
        "check.limits",
        "{ link-cut = 2, component-crash = 0, site-loss = 0, mistake = 0 }",
    ),
    ("operators.site_failback", "none"),
];
const SERVERS: &[(&str, &str)] = &[
    (
        "check.limits",
        "{ link-cut = 1, component-crash = 2, site-loss = 0, mistake = 0 }",
    ),
    // A lost disk splits the brain by itself.
    ("check.without", "[\"log-full\", \"storage\"]"),
    ("operators.site_failback", "none"),
];
const SITES: &[(&str, &str)] = &[
    (
        "check.limits",
        "{ link-cut = 0, component-crash = 0, site-loss = 1, mistake = 0 }",
    ),
    ("operators.site_failback", "none"),
];

fn caught(mutant: Mutant) -> Caught {
    use Caught::{By, ByBooks, ByReferenceCase, Harmless};
    use Mutant as M;
    use Property as P;
    match mutant {
        M::NoHandshake => By(&[P::FailoverKeepsAll], LBW, LINKS),
        M::RegisterNotCleared => By(&[P::FailoverKeepsAll, P::RegisterIsTrue], LBW, SERVERS),
        M::IgnoreRegister => By(&[P::FailoverKeepsAll], LBW, SERVERS),
        M::WitnessForgetsPrincipal => Harmless(
            "the promotion changes the witness's register in the same step, and the old principal, \
             which still sees the witness, is overruled by it before it can acknowledge (3.5)",
        ),
        M::FailoverWhileSynchronizing => Harmless(
            "the witness's flag is false as long as the session is not SYNCHRONIZED (R9): the \
             mirror's own knowledge is the second of two guards",
        ),
        M::ManualFailoverWhileSynchronizing => By(
            &[P::FailoverKeepsAll],
            "scenarios/hazards/H-09-guarded.toml",
            &[],
        ),
        M::ReadinessSurvivesIsolation => ByReferenceCase("F6"),
        M::ResynchroniseCopiesNothing => By(&[P::MirrorHasAll], LBW, SERVERS),
        M::OldPrincipalStaysPrincipal => By(&[P::NoLossUnderOneFault], NO_WITNESS, SERVERS),
        M::ForceIgnoresWitness => By(
            &[P::SplitBrain],
            LBW,
            &[
                (
                    "check.limits",
                    "{ link-cut = 2, component-crash = 0, site-loss = 0, mistake = 0 }",
                ),
                ("check.exclude", "[\"cut:DC1-DC2\"]"),
                ("operators.site_failback", "none"),
                ("operators.assumption", "dropped"),
                (
                    "operators.mirror_failover",
                    "runbooks/mirror-failover-documented.toml",
                ),
            ],
        ),
        M::CommitDoesNotWait => By(&[P::MirrorHasAll], LBW, SERVERS),
        M::NoQuorum => By(&[P::SplitBrain, P::OnePrincipal], LBW, LINKS),
        M::WitnessNotTold => By(&[P::SplitBrain], LBW, SERVERS),
        M::RestoreAcceptsAnything => Harmless(
            "a foreign file never gets into the folder: the backup and the copy job stall before \
             the restore job has to refuse it (4.2)",
        ),
        M::BackupFromMirror => By(
            &[P::ChainIntact],
            "scenarios/hazards/H-22-guarded.toml",
            &[],
        ),
        M::FenceLeaks => By(&[P::SplitBrain], "scenarios/hazards/H-03-guarded.toml", &[]),
        M::BacklogNotCopied => By(
            &[P::NoFinishedBackupLeftOut],
            LBW,
            &[
                (
                    "check.limits",
                    "{ link-cut = 0, component-crash = 0, site-loss = 1, mistake = 0 }",
                ),
                ("operators.site_failback", "none"),
                ("log_shipping.share", "third"),
            ],
        ),
        M::BacklogNotRestored => By(&[P::NoFinishedBackupLeftOut], LBW, SITES),
        M::OperatorsNeedNoReason => By(&[P::SplitBrain], LBW, SITES),
        M::AssumptionIgnored => By(&[P::SplitBrain], LBW, SITES),
        M::ReplicationLost => By(&[P::NeverStuck], "scenarios/hazards/H-37-guarded.toml", &[]),
        M::RestoresOldBackup => By(
            &[P::NothingOverwritten],
            "scenarios/hazards/H-16-guarded.toml",
            &[],
        ),
        M::StopLeavesSessions => Harmless(
            "the hardened failback backs S up WITH NORECOVERY afterwards: the sessions that go on \
             have nothing to write to (6 step 3)",
        ),
        M::RolesByAncestry => ByBooks,
        M::ForksMergePastSiblings => By(
            &[P::SplitBrain],
            "scenarios/field/D2-false-split-brain.toml",
            &[],
        ),
    }
}

fn violated(mutant: Option<Mutant>, path: &str, changes: &[(&str, &str)]) -> u32 {
    let scenario = load(path, changes);
    let model = check::model(&scenario);
    let mut topology = model.system.with_servers_per_class(1);
    topology.mutant = mutant;
    let model = Bounded::new(topology.finish(), model.budget);
    let mut limits = Limits {
        states: 2_000_000,
        bytes: u64::MAX,
        on_progress: &mut |_| true,
    };
    let outcome = search(&model, u32::MAX, &mut limits);
    Property::ALL
        .into_iter()
        .filter(|p| outcome.violations[*p as usize].is_some())
        .fold(0, |bits, p| bits | p.bit())
}

#[test]
fn every_mutant_is_caught_or_explained() {
    let mut clean: Vec<(String, u32)> = Vec::new();
    for mutant in Mutant::ALL {
        let Caught::By(properties, path, changes) = caught(mutant) else {
            continue;
        };
        let key = format!("{path} {changes:?}");
        if !clean.iter().any(|(known, _)| *known == key) {
            clean.push((key.clone(), violated(None, path, changes)));
        }
        let before = clean
            .iter()
            .find(|(known, _)| *known == key)
            .map_or(0, |(_, bits)| *bits);
        let after = violated(Some(mutant), path, changes);
        for property in properties {
            let (name, bit) = (property.name(), property.bit());
            assert_eq!(before & bit, 0, "{path}: {name} is broken anyway");
            assert_ne!(after & bit, 0, "{mutant:?} escapes {name} of {path}");
        }
    }
}

#[test]
fn a_harmless_mutant_changes_no_verdict() {
    let clean = violated(None, LBW, SERVERS);
    for mutant in Mutant::ALL
        .into_iter()
        .filter(|m| matches!(caught(*m), Caught::Harmless(_)))
    {
        assert_eq!(
            violated(Some(mutant), LBW, SERVERS),
            clean,
            "{mutant:?} is not harmless"
        );
    }
}

/// A property that nothing breaks would hold in any model. Each is broken by a mutant, or by a
/// scenario that expects it, as `hazards` checks.
#[test]
fn every_property_is_broken_by_a_mutant_or_a_scenario() {
    let mut broken: u32 = Mutant::ALL
        .into_iter()
        .filter_map(|mutant| match caught(mutant) {
            Caught::By(properties, ..) => Some(properties),
            Caught::ByReferenceCase(_) | Caught::ByBooks | Caught::Harmless(_) => None,
        })
        .flatten()
        .fold(0, |bits, property| bits | property.bit());
    for path in files("scenarios/hazards", "toml") {
        let expected = load(&path, &[]).expect.verdicts;
        for (property, verdict) in &expected {
            if *verdict == Verdict::Violated {
                broken |= property.bit();
            }
        }
    }
    // Recoverability is no part of what the hazard files check by default.
    let h38 = "scenarios/hazards/H-38-cms-not-failed-over.toml";
    let recoverable = [
        ("check.properties", "[\"RC\"]"),
        ("check.limits.site-loss", "1"),
    ];
    let found = verdict::check(&load(h38, &recoverable), &mut |_| true).document;
    for one in found.verdicts {
        if one.status == VerdictStatus::Violated {
            let property = Property::from_name(&one.property).expect("a name of a property");
            broken |= property.bit();
        }
    }
    let unbroken: Vec<_> = Property::ALL
        .into_iter()
        .filter(|property| broken & property.bit() == 0)
        .map(Property::name)
        .collect();
    assert!(unbroken.is_empty(), "nothing breaks {unbroken:?}");
}
