//! The promise of macro-steps: a trial gives the same whether its steps are made one by one or
//! looked up. Parity with the checker at other rates is held by the parity tests of the clock.

use std::path::Path;

use poolproof::app::compile;
use poolproof::app::compile::simulation::{drill, trial_settings};
use poolproof::scenario::load;
use poolproof_engines::simulate::rare::failures::Failures;
use poolproof_engines::simulate::tally::Tally;
use poolproof_engines::simulate::trial::{
    Biasing, Rare, Runner, Scope, TargetEvent, TrialSettings,
};

#[test]
fn macro_steps_are_what_their_steps_come_to() {
    for file in [
        "lync-2013-lbw",
        "lync-2013-hbw",
        "lync-2013-lbw-no-witness",
        "oracles/m6",
        "benchmarks/w1",
    ] {
        let path = format!("scenarios/{file}.toml");
        let scenario = load(Path::new(&path)).expect(file).scenario;
        let topology = compile::timed_topology(&scenario);
        let activities = compile::activities(&scenario, &topology);
        let failures = Failures::of(&topology, &activities);
        let clocks: Vec<usize> = failures.clocks().collect();
        let plain = trial_settings(&scenario);
        let drill = TrialSettings {
            drill: drill(&topology, None),
            ..plain.clone()
        };
        let target = TargetEvent {
            rare: Rare::Loss,
            settings: &plain,
            failures: &failures,
            regeneration: None,
        };
        let biasing = Biasing { scale_ms: 3.6e6 };
        let [steps, looked_up] = [true, false].map(|step_by_step| {
            let mut runner = Runner::new(&topology, &activities, 7);
            let (mut tally, mut rare) = (Tally::default(), Vec::new());
            for trial in 0..300 {
                runner.keep_trace(step_by_step);
                runner.run(trial, &plain, &mut tally);
                runner.run(trial, &drill, &mut tally);
                let unforced = Scope::Unforced;
                rare.push(format!(
                    "{}",
                    runner.year(trial, &target, unforced, &mut tally)
                ));
                let clock = clocks[trial as usize % clocks.len()];
                let found = runner.cycle(trial, clock, &target, biasing, &mut tally);
                rare.push(format!("{found:?}"));
            }
            (format!("{tally:?}"), rare)
        });
        assert!(steps == looked_up, "{file}");
    }
}
