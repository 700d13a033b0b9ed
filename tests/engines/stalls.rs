//! The promise of stalls (handbook 13.5): a server that answers nothing for less than the partner
//! time-out makes posts late and is no outage; one that answers nothing for longer is lost to its
//! partner. So the best time-out is neither the smallest nor the largest.

use poolproof::app::document::simulation::simulate;
use poolproof::scenario::Scenario;

use crate::clocks::{per_year, quiet, scenario, years};

/// Stalls of A and B that last so long, beside failures of database servers.
fn stalling(lasting: &str, servers: &str, more: &[(&str, &str)]) -> Scenario {
    let stall = format!("{{ rate = \"20/year\", repair = {lasting} }}");
    let cut = "{ rate = \"0/year\", repair = \"1h\" }";
    let mut all = vec![
        ("failures.stall", stall.as_str()),
        ("failures.database_server", servers),
        ("failures.pool_server", "[]"),
        ("failures.witness_server", "[]"),
        ("failures.local_link", cut),
        ("failures.inter_site_link", cut),
    ];
    all.extend(more);
    scenario(&quiet(&all))
}

#[test]
fn a_stall_shorter_than_the_time_out_moves_no_roles() {
    for (lasting, moves) in [("\"9s\"", false), ("\"11s\"", true)] {
        let years = years(&stalling(lasting, "[]", &[]));
        let stalls = per_year(&years, "stall:A") + per_year(&years, "stall:B");
        assert!((38.0..42.0).contains(&stalls), "{lasting}: {stalls}");
        let ended = per_year(&years, "stall-ends:A") + per_year(&years, "stall-ends:B");
        assert!(stalls - ended < 0.1, "{lasting}: {ended} of {stalls}");
        let moved = per_year(&years, "automatic-failover:pair-A-B");
        let behind = per_year(&years, "resynchronise:pair-A-B");
        if moves {
            // The principal stalls about as often as the mirror.
            assert!((18.0..22.0).contains(&moved), "{moved}");
            assert!(behind > 36.0, "{behind}");
        } else {
            assert!(moved + behind < 1e-9, "{moved}, {behind}");
        }
    }
}

/// Nobody but its users notices the stall of a server without a partner; it is an outage once
/// they take their posts for lost. Without a witness, people see the alarm meanwhile.
#[test]
fn a_long_stall_is_an_outage_with_and_without_a_partner() {
    let alone = [
        ("mirroring.enabled", "false"),
        ("mirroring.witness", "none"),
        ("operators.mirror_failover", "none"),
    ];
    let no_witness = [("mirroring.witness", "none")];
    for (lasting, settings, expected_ms) in [
        ("\"9s\"", &alone[..], 0.0),
        ("\"50s\"", &alone, 20.0 * 50_000.0),
        ("\"9s\"", &no_witness, 0.0),
        // The principal's whole; of the mirror's, until the principal gives it up.
        ("\"50s\"", &no_witness, 20.0 * (50_000.0 + 10_000.0)),
    ] {
        let mut all = settings.to_vec();
        all.extend([("simulate.trials", "2000"), ("simulate.drill_trials", "0")]);
        let scenario = stalling(lasting, "[]", &all);
        let simulated = simulate(&scenario, &mut |_, _, _| true).document;
        let outage = simulated.mean_outage_ms_per_year.value.expect("trials");
        let slack = 0.03 * expected_ms;
        assert!(
            (outage - expected_ms).abs() <= slack,
            "{lasting}, {settings:?}: {outage}"
        );
    }
}

#[test]
fn the_best_partner_timeout_is_neither_the_smallest_nor_the_largest() {
    let servers = "[{ rate = \"4/year\", repair = \"1h\" }]";
    let lasting = "{ lognormal = { median = \"3s\", sigma = 1.0 } }";
    let outage = ["5s", "12s", "120s"].map(|timeout| {
        let scenario = stalling(
            lasting,
            servers,
            &[
                ("mirroring.partner_timeout", timeout),
                ("simulate.trials", "4000"),
                ("simulate.drill_trials", "0"),
            ],
        );
        let simulated = simulate(&scenario, &mut |_, _, _| true).document;
        simulated.mean_outage_ms_per_year.value.expect("trials")
    });
    let [smallest, between, largest] = outage;
    assert!(between < 0.97 * smallest, "{outage:?}");
    assert!(between < 0.9 * largest, "{outage:?}");
}
