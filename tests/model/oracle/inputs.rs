//! Random scenarios: topologies, runbooks, slices, assumptions and budgets.

use poolproof::scenario::Scenario;
use poolproof::scenario::check::FaultName;
use poolproof::scenario::pool::Variant;
use poolproof::scenario::runbook::RunbookFile;
use poolproof_models::names::event::FaultClass;
use poolproof_models::names::runbook::{Belief, Mistake, Operation, Phase, Role, Step};
use poolproof_models::names::site::{ShareLocation, Site, WitnessLocation};
use poolproof_models::names::slice::Slice;
use poolproof_models::state::topology::{Acknowledgement, Assumption, Start};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::support::scenarios::{files, load};

/// One of some values.
pub fn pick<T: Copy>(chance: &mut ChaCha8Rng, from: &[T]) -> T {
    from[chance.random_range(0..from.len())]
}

/// What random scenarios are made from.
pub struct Library {
    base: Scenario,
    shipped: Vec<Scenario>,
    runbooks: Vec<RunbookFile>,
}

impl Library {
    /// The shipped scenario and the shipped runbooks.
    pub fn read() -> Self {
        let base = load("scenarios/lync-2013-lbw.toml", &[]);
        let mut runbooks = Vec::new();
        for file in files("scenarios/runbooks", "toml") {
            let name = file.file_name().expect("a name").to_string_lossy();
            let role = Role::ALL
                .into_iter()
                .find(|role| name.starts_with(role.name()))
                .expect("a runbook is named after its role");
            let key = format!("operators.{}", role.name().replace('-', "_"));
            let path = format!("runbooks/{name}");
            let scenario = load("scenarios/lync-2013-lbw.toml", &[(&key, &path)]);
            runbooks.extend(scenario.operators.runbook(role).cloned());
        }
        let shipped = ["scenarios", "scenarios/hazards", "scenarios/parts"]
            .into_iter()
            .flat_map(|folder| files(folder, "toml"))
            .map(|file| load(file, &[]))
            .collect();
        Self {
            base,
            shipped,
            runbooks,
        }
    }

    /// A random scenario: a variation of a shipped one, or anything.
    pub fn scenario(&self, chance: &mut ChaCha8Rng) -> Scenario {
        match chance.random_range(0..4) {
            0 => self.pair(chance),
            1 => self.anything(chance),
            _ => self.variation(chance),
        }
    }

    /// A shipped scenario with another budget.
    fn variation(&self, chance: &mut ChaCha8Rng) -> Scenario {
        let mut scenario = self.shipped[chance.random_range(0..self.shipped.len())].clone();
        let check = &mut scenario.check;
        check.servers_per_class = 1;
        check.faults = (check.faults + chance.random_range(0..=3)).min(6);
        if chance.random() {
            check.limits.clear();
        }
        if chance.random() {
            check.exclude.clear();
        }
        if chance.random_range(0..4) == 0 {
            check.faults_enabled = None;
        }
        if chance.random_range(0..4) == 0 {
            self.runbooks(&mut scenario, chance);
        }
        scenario
    }

    /// One mirrored pair with one server and few kinds of mistakes: long ways through few states.
    fn pair(&self, chance: &mut ChaCha8Rng) -> Scenario {
        let mut scenario = self.anything(chance);
        let s = &mut scenario;
        s.log_shipping.enabled = false;
        s.secondary.mirror = false;
        s.secondary.witness = false;
        s.operators.site_failover = None;
        s.operators.site_failback = None;
        s.operators.log_shipping_repair = None;
        s.operators.planned_switch = None;
        s.mirroring.enabled = true;
        for site in Site::ALL {
            s.pool.servers[site.index()].active = 1 - site.index() as u8;
            s.pool.servers[site.index()].idle = 0;
        }
        let check = &mut s.check;
        check.start = Start::Normal;
        let noticed_first = chance.random::<bool>();
        check.slices = Some(
            noticed_first
                .then_some(Slice::OneSidedDetection)
                .into_iter()
                .collect(),
        );
        check.limits.clear();
        check.faults = chance.random_range(4..=14);
        let operations = [
            Operation::ForceService,
            Operation::ManualFailover,
            Operation::ResumeMirroring,
            Operation::SuspendMirroring,
            Operation::RemoveMirroring,
            Operation::RecoverMirror,
            Operation::ReseedMirror,
            Operation::RemoveWitness,
            Operation::ReleaseStaleSide,
        ];
        let listed = operations
            .into_iter()
            .filter(|_| chance.random_range(0..3) == 0);
        let listed = listed.map(FaultName::Misoperation);
        let mut faults = vec![FaultName::Class(FaultClass::LinkCut)];
        faults.extend(listed);
        check.faults_enabled = Some(faults);
        scenario
    }

    fn anything(&self, chance: &mut ChaCha8Rng) -> Scenario {
        let mut scenario = self.base.clone();
        let s = &mut scenario;
        s.pool.variant = pick(chance, &[Variant::Lbw, Variant::Hbw]);
        for site in Site::ALL {
            let servers = &mut s.pool.servers[site.index()];
            servers.active = chance.random_range(0..=2);
            servers.idle = chance.random_range(0..=1);
        }
        s.pool.servers[0].active = s.pool.servers[0].active.max(1);
        s.pool.users = pick(chance, &[20_000, 40_000, 80_000]);
        s.mirroring.enabled = chance.random_range(0..6) > 0;
        s.mirroring.witness = if s.mirroring.enabled {
            pick(
                chance,
                &[
                    None,
                    Some(WitnessLocation::Dc1),
                    Some(WitnessLocation::Dc1),
                    Some(WitnessLocation::Dc2),
                    Some(WitnessLocation::Third),
                ],
            )
        } else {
            None
        };
        s.mirroring.strict_failover = chance.random();
        s.mirroring.seeding_breaks_chain = chance.random();
        s.log_shipping.enabled = chance.random_range(0..6) > 0;
        s.log_shipping.share = pick(
            chance,
            &[
                ShareLocation::OnPrimary,
                ShareLocation::Dc1,
                ShareLocation::Dc2,
                ShareLocation::Third,
            ],
        );
        s.log_shipping.mirror_configured = chance.random_range(0..4) > 0;
        s.log_shipping.mirror_share_same = chance.random_range(0..4) > 0;
        s.log_shipping.monitor = pick(chance, &[None, Some(Site::Dc1), Some(Site::Dc2)]);
        s.secondary.mirror = s.log_shipping.enabled && chance.random_range(0..4) > 0;
        s.secondary.witness = s.secondary.mirror && chance.random();
        s.secondary.logins = chance.random_range(0..6) > 0;
        s.mirroring.logins = chance.random_range(0..6) > 0;
        s.control.cms_site = pick(chance, &[Site::Dc1, Site::Dc1, Site::Dc2]);
        s.control.cms_paired = chance.random_range(0..4) > 0;
        s.control.next_hop = pick(chance, &[Site::Dc1, Site::Dc1, Site::Dc2]);
        s.operators.assumption = pick(chance, &[Assumption::Holds, Assumption::Dropped]);
        s.choices.acknowledge = pick(
            chance,
            &[
                Acknowledgement::OnCommit,
                Acknowledgement::OnCommit,
                Acknowledgement::OnAccept,
            ],
        );
        s.choices.force_refused = chance.random_range(0..4) == 0;
        s.choices.removed_principal_serves = chance.random();
        self.runbooks(s, chance);
        checks(s, chance);
        scenario
    }

    /// For each team no runbook, a shipped one or a random one.
    fn runbooks(&self, scenario: &mut Scenario, chance: &mut ChaCha8Rng) {
        let operators = &mut scenario.operators;
        for role in Role::ALL {
            let shipped: Vec<_> = self
                .runbooks
                .iter()
                .filter(|file| file.runbook.role == role)
                .collect();
            let in_one_site = matches!(role, Role::MirrorFailover | Role::LastResort);
            let needs_secondary = !in_one_site && !scenario.log_shipping.enabled;
            let chosen = match chance.random_range(0..6) {
                _ if needs_secondary => None,
                0 => None,
                1 | 2 => Some(random_runbook(pick(chance, &shipped), chance)),
                _ => Some(pick(chance, &shipped).clone()),
            };
            let slot = match role {
                Role::MirrorFailover => &mut operators.mirror_failover,
                Role::SiteFailover => &mut operators.site_failover,
                Role::SiteFailback => &mut operators.site_failback,
                Role::LogShippingRepair => &mut operators.log_shipping_repair,
                Role::LastResort => &mut operators.last_resort,
                Role::PlannedSwitch => &mut operators.planned_switch,
            };
            *slot = chosen;
        }
    }
}

/// A runbook of random steps with the role of another.
fn random_runbook(like: &RunbookFile, chance: &mut ChaCha8Rng) -> RunbookFile {
    let mut file = like.clone();
    "random".clone_into(&mut file.runbook.name);
    if chance.random_range(0..4) == 0 && like.runbook.role != Role::PlannedSwitch {
        file.runbook.trigger = pick(chance, &Belief::ALL);
        file.occasions = None;
    }
    let length = chance.random_range(1..=10);
    // Half of them shuffle the shipped steps, half are made of anything.
    let shipped: Vec<_> = file.runbook.steps.iter().map(|s| s.operation).collect();
    let from_shipped = chance.random();
    file.runbook.steps = (0..length)
        .map(|_| Step {
            operation: if from_shipped {
                pick(chance, &shipped)
            } else {
                pick(chance, &Operation::ALL)
            },
            actor: "somebody".to_owned(),
            wait_for: (chance.random_range(0..8) == 0).then(|| pick(chance, &Belief::ALL)),
            optional: chance.random(),
            phase: Phase::Act,
            source: "random".to_owned(),
        })
        .collect();
    file.durations = vec![like.durations[0].clone(); length];
    file.duration_sources = vec![like.duration_sources[0].clone(); length];
    file
}

/// A random start, random slices, mistakes and a random budget.
fn checks(scenario: &mut Scenario, chance: &mut ChaCha8Rng) {
    let secondary = scenario.log_shipping.enabled;
    let check = &mut scenario.check;
    check.servers_per_class = 0;
    check.faults = chance.random_range(0..=6);
    check.limits.clear();
    for class in FaultClass::ALL {
        if chance.random_range(0..3) == 0 {
            check.limits.insert(class, chance.random_range(0..=2));
        }
    }
    let mut faults: Vec<_> = FaultClass::ALL.map(FaultName::Class).to_vec();
    if chance.random() {
        faults.extend(Operation::ALL.map(FaultName::Misoperation));
    } else if chance.random() {
        faults.push(FaultName::Mistake(pick(chance, &Mistake::ALL)));
        faults.push(FaultName::Misoperation(pick(chance, &Operation::ALL)));
        faults.retain(|fault| *fault != FaultName::Class(FaultClass::Mistake));
    }
    check.faults_enabled = Some(faults);
    check.start = pick(
        chance,
        if secondary {
            &[
                Start::Normal,
                Start::Normal,
                Start::Normal,
                Start::FailedOver,
                Start::FailedOverOldDisks,
            ]
        } else {
            &[Start::Normal]
        },
    );
    let on = |_: &Slice| chance.random_range(0..3) == 0;
    check.slices = Some(Slice::ALL.into_iter().filter(on).collect());
}
