//! The clock runs the checker's transition relation and nothing else: what the simulator does is a
//! path of the model, the interned automaton is the model, and log shipping by arithmetic is log
//! shipping run by run.

use poolproof::app::compile;
use poolproof::scenario::Scenario;
use poolproof_engines::clocks::activities::{Activities, JobSchedule};
use poolproof_engines::clocks::timed::{Job, Timed};
use poolproof_engines::simulate::automaton::Automaton;
use poolproof_engines::simulate::shipping::{Shipped, Shipping, Timetable};
use poolproof_engines::simulate::tally::Tally;
use poolproof_engines::simulate::trial::{Drill, Runner, TrialSettings};
use poolproof_models::names::component::Component;
use poolproof_models::names::event::{Event, EventKind, EventSet};
use poolproof_models::names::property::Property;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::runbook::{Operation, Role};
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::Site;
use poolproof_models::rules::losses::Losses;
use poolproof_models::state::topology::Topology;
use poolproof_models::state::world::World;
use poolproof_models::system::System;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::support::scenarios;

const LBW: &str = "scenarios/lync-2013-lbw.toml";
const HBW: &str = "scenarios/lync-2013-hbw.toml";
const NO_WITNESS: &str = "scenarios/lync-2013-lbw-no-witness.toml";

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
const SEED: u64 = 2013;

/// A scenario whose components fail `factor` times as often.
fn load(path: &str, changes: &[(&str, &str)], factor: f64) -> Scenario {
    let mut scenario = scenarios::load(path, changes);
    let failures = &mut scenario.failures;
    for modes in [
        &mut failures.database_server,
        &mut failures.pool_server,
        &mut failures.witness_server,
        &mut failures.share_server,
    ] {
        modes.iter_mut().for_each(|mode| mode.rate.count *= factor);
    }
    for mode in [
        &mut failures.site_outage,
        &mut failures.site_disaster,
        &mut failures.inter_site_link,
        &mut failures.local_link,
    ] {
        mode.rate.count *= factor;
    }
    scenario
}

fn mission(horizon_ms: u64, drill: Option<Drill>) -> TrialSettings {
    TrialSettings {
        horizon_ms,
        follow_ms: 90 * DAY,
        messages_per_s: 24.0,
        incident_trials: u64::MAX,
        drill,
    }
}

/// The loss of DC1 for good.
fn drill(topology: &Topology) -> Drill {
    let index = |kind, at| topology.index_of(Event::new(kind, at)).unwrap();
    Drill {
        event: index(EventKind::Disaster, Component::Dc1),
        component: Component::Dc1.number(),
        without: vec![
            index(EventKind::Outage, Component::Dc1),
            index(EventKind::Disaster, Component::Dc2),
            index(EventKind::Outage, Component::Dc2),
        ],
    }
}

/// Walks a trial's trace through the model and through an automaton, and compares them step by
/// step. Returns the properties that some world on the way breaks.
fn replay(
    topology: &Topology,
    automaton: &mut Automaton<'_, Topology>,
    trace: &[(u64, usize)],
    name: &str,
) -> u32 {
    automaton.make_room();
    let mut world = topology.initial();
    let mut row = automaton.initial();
    let mut violated = topology.facts(&world).violated;
    let mut now = 0;
    for (number, (at, index)) in trace.iter().enumerate() {
        let event = topology.events()[*index];
        let step = || format!("{name}, step {number}: {}", event.name());
        assert!(*at >= now, "{}: back in time", step());
        assert!(world.may(topology, event), "{}: not enabled", step());
        let (next, report) = System::apply(topology, &world, *index);
        let edge = automaton.edge(row, *index);
        let there = automaton.row(edge.to);
        assert_eq!(there.state, next, "{}", step());
        assert_eq!(there.enabled, next.enabled(topology), "{}", step());
        let facts = topology.facts(&next);
        assert_eq!(there.facts, facts, "{}", step());
        if edge.report == 0 {
            assert_eq!(report.losses, Losses::default(), "{}", step());
            assert_eq!(report.renumbering.written, None, "{}", step());
        } else {
            assert_eq!(*automaton.report(edge.report), report, "{}", step());
        }
        violated |= facts.violated;
        (world, row, now) = (next, edge.to, *at);
    }
    violated
}

/// Every step of every trial is a step of the model, and both see the same properties broken.
fn compare_trials(scenario: &Scenario, days: u64, drilled: bool, trials: u64) {
    let topology = compile::timed_topology(scenario);
    let mut activities = compile::activities(scenario, &topology);
    for job in &mut activities.jobs {
        job.phase = None;
    }
    let mission = mission(days * DAY, drilled.then(|| drill(&topology)));
    let mut runner = Runner::new(&topology, &activities, SEED);
    let mut automaton = Automaton::new(&topology, EventSet::default());
    let (mut steps, mut kinds) = (0, std::collections::BTreeSet::new());
    for trial in 0..trials {
        let name = format!("{}, trial {trial}", scenario.name);
        let mut by_steps = Tally::default();
        let trace = runner.trace(trial, &mission, &mut by_steps);
        let violated = replay(&topology, &mut automaton, &trace, &name);
        let mut tally = Tally::default();
        runner.run(trial, &mission, &mut tally);
        assert_eq!(tally.events, trace.len() as u64, "{name}: events");
        // The trace is made step by step, the plain run by macro-steps.
        assert!(tally == by_steps, "{name}: {tally:?} {by_steps:?}");
        for property in Property::ALL {
            let seen = tally.violations[property as usize].trials == 1;
            let broken = violated & property.bit() != 0;
            assert_eq!(seen, broken, "{name}: {}", property.name());
        }
        steps += trace.len();
        kinds.extend(trace.iter().map(|(_, event)| *event));
    }
    let (kinds, events) = (kinds.len(), topology.event_count());
    println!(
        "{}: {trials} trials, {steps} steps, {kinds} of {events} events",
        scenario.name
    );
    assert!(steps as u64 > trials * 5, "too little happened");
}

#[test]
fn lbw_on_the_clock_is_a_path_of_the_model() {
    compare_trials(&load(LBW, &[], 60.0), 10, false, 3_000);
    let changes = [("log_shipping.share", "DC2")];
    compare_trials(&load(LBW, &changes, 60.0), 10, true, 1_000);
}

#[test]
fn hbw_on_the_clock_is_a_path_of_the_model() {
    compare_trials(&load(HBW, &[], 60.0), 10, false, 2_500);
    let changes = [("operators.assumption", "dropped")];
    compare_trials(&load(HBW, &changes, 60.0), 10, false, 500);
}

#[test]
fn no_witness_on_the_clock_is_a_path_of_the_model() {
    compare_trials(&load(NO_WITNESS, &[], 60.0), 10, false, 2_000);
    let changes = [
        ("operators.assumption", "dropped"),
        ("log_shipping.share", "third"),
    ];
    compare_trials(&load(NO_WITNESS, &changes, 60.0), 10, false, 1_000);
}

/// The three jobs, run by run.
struct RunByRun {
    tables: [Timetable; 3],
    running: u8,
    /// Start of the run under way, and the end of what it took then.
    under_way: [Option<(u64, u64)>; 3],
    shipped: Shipped,
    /// Everything before this is done.
    next: u64,
}

impl RunByRun {
    fn new(tables: [Timetable; 3], running: u8) -> Self {
        Self {
            tables,
            running,
            under_way: [None; 3],
            shipped: Shipped::default(),
            next: 0,
        }
    }

    /// The first start of a job's run that is still to come.
    fn next_start(&self, job: usize) -> u64 {
        let table = &self.tables[job];
        let passed = self.next.saturating_sub(table.phase);
        table.phase + passed.div_ceil(table.interval) * table.interval
    }

    fn next_end(&self, job: usize) -> u64 {
        self.under_way[job].map_or(u64::MAX, |(start, _)| start + self.tables[job].duration)
    }

    /// Executes every start and end up to `to`; at one moment ends come first.
    fn advance(&mut self, to: u64) {
        loop {
            let times = [0, 1, 2].map(|job| self.next_start(job).min(self.next_end(job)));
            let at = times.into_iter().min().unwrap_or(u64::MAX);
            if at > to {
                break;
            }
            for job in (0..3).filter(|job| times[*job] == at) {
                if self.next_end(job) == at
                    && let Some((_, taken)) = self.under_way[job].take()
                {
                    let shipped = &mut self.shipped;
                    let slot = match job {
                        0 => &mut shipped.share,
                        1 => &mut shipped.folder,
                        _ => &mut shipped.restored,
                    };
                    *slot = taken.max(*slot);
                }
            }
            for job in (0..3).filter(|job| times[*job] == at) {
                if self.next_start(job) == at && self.running >> job & 1 == 1 {
                    let taken = [at, self.shipped.share, self.shipped.folder][job];
                    self.under_way[job] = Some((at, taken));
                }
            }
            self.next = at + 1;
        }
        self.next = to + 1;
    }

    /// Jobs stop, with the runs under way, or start again with their next run.
    fn switch(&mut self, running: u8) {
        self.running = running;
        for (job, run) in self.under_way.iter_mut().enumerate() {
            if running >> job & 1 == 0 {
                *run = None;
            }
        }
    }
}

/// Only the servers of the databases fail, and the link between the data centres.
fn simple(changes: &[(&str, &str)]) -> Scenario {
    // The reference knows one runbook, and no copy that is given up or made anew.
    let alone = [
        ("operators.mirror_failover", "none"),
        ("operators.log_shipping_repair", "none"),
        ("operators.last_resort", "none"),
    ];
    let mut scenario = load(LBW, &[&alone, changes].concat(), 60.0);
    let failures = &mut scenario.failures;
    for modes in [
        &mut failures.pool_server,
        &mut failures.witness_server,
        &mut failures.share_server,
    ] {
        modes.iter_mut().for_each(|mode| mode.rate.count = 0.0);
    }
    for mode in [
        &mut failures.site_outage,
        &mut failures.site_disaster,
        &mut failures.local_link,
    ] {
        mode.rate.count = 0.0;
    }
    scenario
}

fn table(job: JobSchedule) -> Timetable {
    Timetable {
        interval: job.interval,
        duration: job.duration,
        phase: job.phase.unwrap_or(0),
    }
}

/// The two copies in DC1.
const PAIR: [Replica; 2] = [Replica::Primary, Replica::PrimaryMirror];

/// A trial along its trace, with log shipping executed run by run.
struct Reference<'t> {
    topology: &'t Topology,
    world: World,
    jobs: RunByRun,
    /// When users were served in DC1, on the history that serves now.
    served: Vec<(u64, u64)>,
    now: u64,
    /// The newest post on the disks of A and of B; none where the database is gone.
    held: [Option<u64>; 2],
    /// What S had when it was recovered.
    recovered_with: Option<u64>,
    /// Each time that the world was told of a newer file while a copy run was under way: what the
    /// run brings, and what the world keeps in the folder instead until the next run.
    lags: Vec<(u64, u64)>,
    /// The same by arithmetic, and the instants at which both were compared.
    arithmetic: Shipping,
    compared: u64,
}

impl<'t> Reference<'t> {
    fn new(topology: &'t Topology, activities: &Activities) -> Self {
        let world = topology.initial();
        let tables = activities.jobs.map(table);
        let running = topology.facts(&world).jobs;
        Self {
            topology,
            world,
            jobs: RunByRun::new(tables, running),
            served: Vec::new(),
            now: 0,
            held: [Some(0); 2],
            recovered_with: None,
            lags: Vec::new(),
            arithmetic: Shipping::new(tables, running),
            compared: 0,
        }
    }

    /// Time passes; both kinds of shipping agree at random instants on the way.
    fn advance(&mut self, to: u64, chance: &mut ChaCha8Rng, name: &str) {
        let serving = self.topology.facts(&self.world).serving & 3;
        if serving != 0 {
            let copy = serving.trailing_zeros() as usize;
            self.leave_out_beyond(self.held[copy].unwrap_or(0));
            self.served.push((self.now, to));
            self.held[copy] = Some(to);
            self.synchronise_mirror();
        }
        if to > self.now {
            let between = self.now + 1 + chance.random_range(0..to - self.now);
            for at in [between, to] {
                self.jobs.advance(at);
                let arithmetic = self.arithmetic.at(at);
                assert_eq!(arithmetic, self.jobs.shipped, "{name}, at {at} ms");
                self.compared += 1;
            }
        }
        self.arithmetic.update(to);
        self.now = to;
        let Shipped { share, folder, .. } = self.jobs.shipped;
        if let Some((_, taken)) = self.jobs.under_way[1]
            && share > taken
        {
            self.lags
                .push((taken, self.kept_for(folder).unwrap_or(folder)));
        }
    }

    fn step(&mut self, event: Event) {
        let topology = self.topology;
        let operation = (event == Event::new(EventKind::RunbookStep, Component::SiteOperators))
            .then(|| self.world.current_step(topology, Role::SiteFailover))
            .flatten()
            .map(|step| step.operation);
        let shipped = &mut self.jobs.shipped;
        match operation {
            Some(Operation::CopyBacklog) if self.world.share_reachable(topology, Site::Dc2) => {
                shipped.folder = shipped.share;
            }
            Some(Operation::RestoreBacklog) => shipped.restored = shipped.folder,
            Some(Operation::RecoverSecondary) => self.recovered_with = Some(shipped.restored),
            _ => {}
        }
        if operation.is_some() {
            self.arithmetic.correct(self.jobs.shipped);
        }
        self.world = self.world.apply(topology, event).0;
        for (held, copy) in self.held.iter_mut().zip(PAIR) {
            if !self.world.copy(copy).is_present() {
                *held = None;
            }
        }
        self.synchronise_mirror();
        let running = topology.facts(&self.world).jobs;
        self.jobs.switch(running);
        self.arithmetic.switch(running);
    }

    /// A copy that serves without the newest posts of another goes on from what it has: those are
    /// not of its history, and neither is a file with them (handbook 4.3).
    fn leave_out_beyond(&mut self, held: u64) {
        self.served.retain(|(from, _)| *from <= held);
        if let Some((_, to)) = self.served.last_mut() {
            *to = held.min(*to);
        }
    }

    /// A mirror that is synchronised has on disk what the principal has (handbook 2.2, 3.3).
    fn synchronise_mirror(&mut self) {
        let session = self.world.session(SessionId::Primary);
        if let Some(principal) = session.synchronized_principal()
            && session.is_mirror(1 - principal)
        {
            self.held[1 - principal] = self.held[principal];
        }
    }

    /// What the world keeps in the folder instead of a file.
    fn kept_for(&self, file: u64) -> Option<u64> {
        let lag = self.lags.iter().rfind(|(brought, _)| *brought == file);
        lag.map(|(_, kept)| *kept)
    }

    /// The newest post that some disk still holds: of A, of B, of the share or of S.
    fn newest_held(&self) -> u64 {
        let Shipped {
            share,
            folder,
            restored,
        } = self.jobs.shipped;
        let shipped = [share, folder, restored].map(|file| Some(self.newest_post(file)));
        let all = self.held.into_iter().chain(shipped);
        all.flatten().max().unwrap_or(0)
    }

    /// The newest post at or before a moment.
    fn newest_post(&self, moment: u64) -> u64 {
        let before = self.served.iter().filter(|(from, _)| *from <= moment);
        before.map(|(_, to)| moment.min(*to)).max().unwrap_or(0)
    }

    /// What a drill loses of the posts up to `newest`, the newest that was held before it: what
    /// went with disks that were destroyed earlier is no loss of the drill.
    fn lost(&self, newest: u64) -> u64 {
        self.recovered_with
            .map_or(0, |held| newest - self.newest_post(held))
    }

    /// The same where the world's folder was a file behind. The world knows one end of the share's
    /// files, not each of them: a copy run that was under way when it was told of a newer one
    /// brings it nothing.
    fn lost_with_lag(&self, newest: u64) -> Option<u64> {
        let kept = self.kept_for(self.recovered_with?)?;
        Some(newest - self.newest_post(kept))
    }
}

/// The data lost in drills is what a reference finds that executes each run of each job.
fn compare_drills(scenario: &Scenario, trials: u64) {
    let topology = compile::timed_topology(scenario);
    let mut activities = compile::activities(scenario, &topology);
    let mission = mission(5 * DAY, Some(drill(&topology)));
    let mut chance = ChaCha8Rng::seed_from_u64(4_711);
    let (mut compared, mut lagging, mut earlier, mut differences) = (0, 0, 0, Vec::new());
    let fault = mission.drill.as_ref().map(|drill| drill.event);
    let share_lost = topology.share.site() == Some(Site::Dc1);
    for trial in 0..trials {
        let aligned = chance.random_range(0..4) == 0;
        for job in &mut activities.jobs {
            let phase = chance.random_range(0..job.interval);
            job.phase = Some(if aligned { 0 } else { phase });
        }
        let name = format!("trial {trial}, {:?}", activities.jobs.map(|job| job.phase));
        let mut runner = Runner::new(&topology, &activities, SEED);
        let trace = runner.trace(trial, &mission, &mut Tally::default());
        let mut reference = Reference::new(&topology, &activities);
        let mut newest = 0;
        for (at, index) in &trace {
            reference.advance(*at, &mut chance, &name);
            if fault == Some(*index) {
                newest = reference.newest_held();
                earlier += u64::from(newest < reference.newest_post(u64::MAX));
            }
            reference.step(topology.events()[*index]);
        }
        compared += reference.compared;
        let mut tally = Tally::default();
        runner.run(trial, &mission, &mut tally);
        let [incident] = tally.incidents.as_slice() else {
            panic!("{name}: {} incidents", tally.incidents.len());
        };
        let (found, expected) = (incident.data_lost_ms, reference.lost(newest));
        if found == expected || incident.end_ms.is_none() {
            continue;
        }
        if share_lost && reference.lost_with_lag(newest) == Some(found) {
            lagging += 1;
        } else {
            differences.push(format!("{name}: {found} ms, not {expected} ms"));
        }
    }
    println!(
        "{trials} drills, {compared} instants, {lagging} lag by a file, {earlier} after a loss"
    );
    assert!(lagging * 50 <= trials, "{lagging} of {trials} lag");
    assert!(compared > trials * 20, "{compared} instants");
    let (count, some) = (differences.len(), differences.iter().take(5));
    let some: Vec<_> = some.map(String::as_str).collect();
    assert!(some.is_empty(), "{count} of {trials}:\n{}", some.join("\n"));
}

#[test]
fn data_lost_with_the_share_is_what_single_runs_leave() {
    compare_drills(&simple(&[("log_shipping.share", "DC1")]), 400);
}

#[test]
fn data_lost_with_the_share_elsewhere_is_what_single_runs_leave() {
    compare_drills(&simple(&[("log_shipping.share", "third")]), 400);
}

/// A drill needs no runs where the jobs have never been started.
#[test]
fn run_by_run_knows_what_it_is_compared_with() {
    let tables = [Job::Backup, Job::Copy, Job::Restore].map(|job| Timetable {
        interval: 100,
        duration: 10,
        phase: 20 * job as u64,
    });
    let mut jobs = RunByRun::new(tables, 7);
    jobs.advance(109);
    // The copy at 20 took the backup of 0, the restore at 40 what had been copied until 30.
    assert_eq!(jobs.shipped, Shipped::default());
    jobs.advance(150);
    let after = |share, folder, restored| Shipped {
        share,
        folder,
        restored,
    };
    assert_eq!(jobs.shipped, after(100, 100, 100));
    jobs.switch(0b101);
    jobs.advance(250);
    assert_eq!(jobs.shipped, after(200, 100, 100));
    // A run that is under way when its job stops delivers nothing.
    jobs.advance(305);
    jobs.switch(0b110);
    jobs.advance(335);
    assert_eq!(jobs.shipped, after(200, 200, 100));
}
