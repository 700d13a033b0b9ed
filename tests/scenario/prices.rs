//! The promise of prices: every part that a scenario has is priced once, and no part that it does
//! not have.

use crate::support::scenarios::load;

const LBW: &str = "scenarios/lync-2013-lbw.toml";

/// One price for each part, so that the digits of a sum are the numbers of parts, pool servers
/// first from the right, two digits each.
const PRICES: [(&str, &str); 6] = [
    ("cost.pool_server", "1/year"),
    ("cost.database_server", "100/year"),
    ("cost.witness", "10000/year"),
    ("cost.share", "1000000/year"),
    ("cost.inter_site_link", "100000000/year"),
    ("cost.staffing", "10000000000/year"),
];

/// The parts of the reference pool after changes: staffing, link, share, witnesses, database
/// servers, pool servers.
fn parts(changes: &[(&str, &str)]) -> [u64; 6] {
    let scenario = load(LBW, &[&PRICES[..], changes].concat());
    let cost = scenario.cost_per_year().expect("prices are given").round() as u64;
    [5, 4, 3, 2, 1, 0].map(|digits| cost / 100_u64.pow(digits) % 100)
}

#[test]
fn the_reference_pool_has_every_part() {
    assert_eq!(parts(&[]), [1, 1, 1, 1, 4, 8]);
    assert_eq!(parts(&[("secondary.witness", "true")]), [1, 1, 1, 2, 4, 8]);
}

#[test]
fn the_mirror_of_the_secondary_is_priced_with_the_secondary_only() {
    assert_eq!(parts(&[("secondary.mirror", "false")]), [1, 1, 1, 1, 3, 8]);
    let unshipped = [
        ("log_shipping.enabled", "false"),
        ("secondary.mirror", "true"),
        ("secondary.witness", "true"),
        ("operators.site_failover", "none"),
        ("operators.site_failback", "none"),
    ];
    assert_eq!(parts(&unshipped), [1, 1, 0, 1, 2, 8]);
}

#[test]
fn a_witness_is_priced_with_its_mirror_only() {
    assert_eq!(parts(&[("mirroring.witness", "none")]), [1, 1, 1, 0, 4, 8]);
    let unmirrored = [
        ("mirroring.enabled", "false"),
        ("mirroring.witness", "none"),
        ("operators.mirror_failover", "none"),
    ];
    assert_eq!(parts(&unmirrored), [1, 1, 1, 0, 3, 8]);
}

/// The link is priced where something stands in DC2: a log-shipping target or pool servers.
#[test]
fn the_link_is_priced_where_something_is_in_the_second_data_centre() {
    let without = [
        ("log_shipping.enabled", "false"),
        ("secondary.mirror", "false"),
        ("operators.site_failover", "none"),
        ("operators.site_failback", "none"),
        ("operators.log_shipping_repair", "none"),
    ];
    assert_eq!(parts(&without), [1, 1, 0, 1, 2, 8]);
    let alone = [&without[..], &[("pool.dc2.idle", "0")]].concat();
    assert_eq!(parts(&alone), [1, 0, 0, 1, 2, 4]);
}

#[test]
fn without_prices_there_is_no_cost() {
    assert_eq!(load(LBW, &[]).cost_per_year(), None);
}
