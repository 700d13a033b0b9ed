//! Shrinks a disagreement to a small scenario and a short trace.

use poolproof::scenario::Scenario;
use poolproof::scenario::check::FaultName;
use poolproof::scenario::writer::Form;
use poolproof_models::names::event::Event;
use poolproof_models::names::property::Property;
use poolproof_models::names::runbook::Role;
use poolproof_models::names::site::{ShareLocation, Site};
use poolproof_models::state::topology::{Acknowledgement, Assumption, Start};

use super::walk::{Disagreement, model_of, replay};

/// A disagreement with a scenario and a trace that lead to it.
pub struct Case {
    /// The scenario.
    pub scenario: Scenario,
    /// The events.
    pub path: Vec<Event>,
    /// The disagreement after the last event.
    pub found: Disagreement,
}

/// Ways to make a scenario simpler.
const SIMPLER: [fn(&mut Scenario); 24] = [
    |s| s.operators.mirror_failover = None,
    |s| s.operators.site_failover = None,
    |s| s.operators.site_failback = None,
    |s| s.operators.log_shipping_repair = None,
    |s| s.operators.last_resort = None,
    |s| s.secondary.witness = false,
    |s| s.secondary.mirror = false,
    |s| {
        let operators = &s.operators;
        let used = operators.site_failover.is_some()
            || operators.site_failback.is_some()
            || operators.log_shipping_repair.is_some();
        if s.check.start == Start::Normal && !used {
            s.log_shipping.enabled = false;
        }
    },
    |s| s.mirroring.witness = None,
    |s| s.mirroring.enabled = false,
    |s| s.check.start = Start::Normal,
    |s| s.check.slices = Some(Vec::new()),
    |s| s.pool.servers[1].active = 0,
    |s| s.pool.servers[1].idle = 0,
    |s| {
        s.pool.servers[0].active = 1;
        s.pool.servers[0].idle = 0;
    },
    |s| s.log_shipping.share = ShareLocation::Dc1,
    |s| {
        s.log_shipping.mirror_configured = true;
        s.log_shipping.mirror_share_same = true;
    },
    |s| s.log_shipping.monitor = None,
    |s| {
        s.control.cms_site = Site::Dc1;
        s.control.cms_paired = true;
        s.control.next_hop = Site::Dc1;
    },
    |s| s.operators.assumption = Assumption::Holds,
    |s| s.choices.acknowledge = Acknowledgement::OnCommit,
    |s| {
        s.choices.force_refused = false;
        s.choices.removed_principal_serves = true;
        s.mirroring.strict_failover = false;
    },
    |s| s.mirroring.seeding_breaks_chain = false,
    |s| s.check.limits.clear(),
];

impl Case {
    /// What the disagreement is about, as bits.
    fn judged(&self) -> u32 {
        Property::from_name(self.found.property).map_or(0, Property::bit)
    }

    /// The same disagreement in this scenario, along this path or a part of it.
    fn is_kept(&self, scenario: &Scenario, path: &[Event]) -> Option<Vec<Event>> {
        let walked = replay(&model_of(scenario), path, self.judged())?;
        (walked.found == Some(self.found)).then_some(walked.path)
    }

    /// Leaves out events and features for as long as the disagreement stays.
    pub fn shrink(mut self) -> Self {
        let mut again = true;
        while again {
            again = self.shrink_path() | self.shrink_scenario();
        }
        self
    }

    fn shrink_path(&mut self) -> bool {
        let before = self.path.len();
        let model = model_of(&self.scenario);
        let keep = |path: &mut Vec<Event>, without: &[Event]| {
            let walked = replay(&model, without, self.judged());
            let kept = walked.filter(|walked| walked.found == Some(self.found));
            let smaller = kept.is_some();
            if let Some(kept) = kept {
                *path = kept.path;
            }
            smaller
        };
        let mut path = self.path.clone();
        for width in [16, 8, 4, 2, 1] {
            let mut end = path.len();
            while end >= width {
                let without = [&path[..end - width], &path[end..]].concat();
                end = if keep(&mut path, &without) {
                    path.len().min(end - width)
                } else {
                    end - 1
                };
            }
        }
        // Pairs that belong together, such as a cut and a heal.
        let mut first = 0;
        while path.len() < 40 && first < path.len() {
            let mut second = first + 1;
            while second < path.len() {
                let mut without = path.clone();
                without.remove(second);
                without.remove(first);
                second = if keep(&mut path, &without) {
                    first + 1
                } else {
                    second + 1
                };
            }
            first += 1;
        }
        self.path = path;
        self.path.len() < before
    }

    fn shrink_scenario(&mut self) -> bool {
        let mut simpler = false;
        let mut try_one = |case: &mut Self, change: &dyn Fn(&mut Scenario)| {
            let mut scenario = case.scenario.clone();
            change(&mut scenario);
            if scenario.has_values_of(&case.scenario) {
                return;
            }
            if let Some(path) = case.is_kept(&scenario, &case.path) {
                case.scenario = scenario;
                case.path = path;
                simpler = true;
            }
        };
        for change in SIMPLER {
            try_one(self, &change);
        }
        for faults in 0..self.scenario.check.faults {
            try_one(self, &|s| s.check.faults = s.check.faults.min(faults));
        }
        let listed = self.scenario.check.faults_enabled.clone();
        for fault in listed.unwrap_or_default() {
            let drop = |s: &mut Scenario| {
                if let Some(listed) = &mut s.check.faults_enabled {
                    listed.retain(|other: &FaultName| *other != fault);
                }
            };
            try_one(self, &drop);
        }
        for role in Role::ALL {
            let steps = self.scenario.operators.runbook(role);
            for step in (0..steps.map_or(0, |file| file.runbook.steps.len())).rev() {
                try_one(self, &|s| drop_step(s, role, step));
            }
        }
        simpler
    }

    /// The scenario as files, and the events.
    pub fn describe(&self) -> String {
        let written = self.scenario.write(Form::Minimal);
        let files = written.files.iter();
        let files: String = files
            .map(|(name, text)| format!("--- {name}\n{text}"))
            .collect();
        let path: Vec<_> = self.path.iter().map(|event| event.name()).collect();
        format!(
            "{}--- scenario\n{}--- {} events: {}\n",
            files,
            written.text,
            path.len(),
            path.join(", "),
        )
    }
}

fn drop_step(scenario: &mut Scenario, role: Role, step: usize) {
    let operators = &mut scenario.operators;
    let slot = match role {
        Role::MirrorFailover => &mut operators.mirror_failover,
        Role::SiteFailover => &mut operators.site_failover,
        Role::SiteFailback => &mut operators.site_failback,
        Role::LogShippingRepair => &mut operators.log_shipping_repair,
        Role::LastResort => &mut operators.last_resort,
        Role::PlannedSwitch => &mut operators.planned_switch,
    };
    if let Some(file) = slot
        && file.runbook.steps.len() > 1
        && step < file.runbook.steps.len()
    {
        file.runbook.steps.remove(step);
        file.durations.remove(step);
        file.duration_sources.remove(step);
    }
}
