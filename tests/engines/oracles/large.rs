//! Chains that are too large to eliminate: the iterations against closed forms, and against
//! elimination where both can be had.

use poolproof_engines::solve::chain::{STATES_MOST, build};
use poolproof_engines::solve::lump::lump;
use poolproof_engines::solve::rates::{Delay, Rates};
use poolproof_engines::solve::{SolveError, figures, hitting, prism, steady};
use poolproof_models::system::System;

use crate::oracles::toy::Toy;

/// Independent components with failure and repair at rates far apart; down when `down` of them
/// are.
fn components(count: usize, down: usize) -> Toy {
    let mut toy = Toy::new(&[], move |v| v.iter().filter(|x| **x > 0).count() < down);
    for i in 0..count {
        let (lam, mu) = rates(i);
        toy = toy
            .command("fail", lam, move |v| v[i] < 3, move |v| v[i] += 1)
            .command("repair", mu, move |v| v[i] > 0, move |v| v[i] -= 1);
    }
    toy
}

fn rates(i: usize) -> (f64, f64) {
    (0.001 * (i + 1) as f64, 0.5 + 3.0 * i as f64)
}

/// The probability that component `i` is whole, of four stages of wear.
fn whole(i: usize) -> f64 {
    let (lam, mu) = rates(i);
    let r = lam / mu;
    1.0 / (1.0 + r + r * r + r * r * r)
}

#[test]
fn sixty_five_thousand_states_by_iteration() {
    let toy = components(8, 2);
    let chain = toy.chain();
    let g = &chain.generator;
    assert_eq!(g.len(), 65_536);
    let solved = steady::solve_within(g, 1_000_000).unwrap();
    assert_eq!(solved.method, steady::SteadyMethod::Iteration);
    assert!(solved.residual < 1e-12, "{}", solved.residual);
    let all: f64 = (0..8).map(whole).product();
    let one: f64 = (0..8).map(|i| all / whole(i) * (1.0 - whole(i))).sum();
    let found = solved.mean(&g.down());
    let exact = 1.0 - all - one;
    assert!((found / exact - 1.0).abs() < 1e-9, "{found} {exact}");
    let outages = solved.mean(&g.outage_rates());
    // Down begins when a second one fails while one is worn.
    let begins = |i: usize| {
        let others = (0..8).filter(|j| *j != i);
        let rate: f64 = others.map(|j| rates(j).0).sum();
        all / whole(i) * (1.0 - whole(i)) * rate
    };
    let exact: f64 = {
        // Each pair: the worn one stays, the other fails from whole.
        (0..8).map(begins).sum()
    };
    assert!((outages / exact - 1.0).abs() < 1e-9, "{outages} {exact}");
}

#[test]
fn iterations_agree_with_elimination() {
    let toy = components(5, 3);
    let g = toy.chain().generator;
    let down: Vec<bool> = g.up.iter().map(|up| !up).collect();
    let exact = steady::solve(&g).unwrap();
    assert_eq!(exact.method, steady::SteadyMethod::Elimination);
    let iterated = steady::solve_within(&g, 0).unwrap();
    assert_eq!(iterated.method, steady::SteadyMethod::Iteration);
    for (a, b) in exact.share.iter().zip(&iterated.share) {
        assert!((a / b - 1.0).abs() < 1e-9, "{a} {b}");
    }
    let exact = hitting::mean_time(&g, &down).unwrap().unwrap();
    let iterated = hitting::mean_time_within(&g, &down, 0).unwrap().unwrap();
    assert!(exact > 1e6, "rare: {exact}");
    assert!((exact / iterated - 1.0).abs() < 1e-10, "{exact} {iterated}");
}

#[test]
fn interchangeable_parts_are_one_state_or_many_with_the_same_answer() {
    let pool = |sorted| {
        let parameters = [
            ("N", 6.0),
            ("K", 4.0),
            ("CREWS", 2.0),
            ("lam", 0.01),
            ("mu", 0.7),
        ];
        let parameters = parameters.map(|(key, value)| (key.to_owned(), value));
        let mut toy = crate::oracles::models::pool(&parameters.into());
        toy.sorted = sorted;
        let g = toy.chain().generator;
        (g.len(), figures::long_run(&g).unwrap())
    };
    let (few, sorted) = pool(true);
    let (many, plain) = pool(false);
    assert_eq!((few, many), (7, 64));
    assert!((sorted.unavailability / plain.unavailability - 1.0).abs() < 1e-13);
    let times = (sorted.time_to_first_outage_h, plain.time_to_first_outage_h);
    let (Some(one), Some(other)) = times else {
        panic!("outages are certain");
    };
    assert!((one / other - 1.0).abs() < 1e-13);
}

#[test]
fn lumping_changes_no_answer() {
    // Eight components of two kinds, told apart: 256 states, of which 5 by 5 differ.
    let mut toy = Toy::new(&[], |v| !(v[..4].contains(&1) && v[4..].contains(&1)));
    for i in 0..8 {
        let (lam, mu) = if i < 4 { (0.03, 1.0) } else { (0.001, 0.2) };
        toy = toy
            .command("fail", lam, move |v| v[i] == 0, move |v| v[i] = 1)
            .command("repair", mu, move |v| v[i] == 1, move |v| v[i] = 0);
    }
    let g = toy.chain().generator;
    let lumped = lump(&g).generator;
    assert_eq!((g.len(), lumped.len()), (256, 25));
    let (one, other) = (
        figures::long_run(&g).unwrap(),
        figures::long_run(&lumped).unwrap(),
    );
    let (year, less) = (
        figures::within(&g, 100.0).unwrap(),
        figures::within(&lumped, 100.0).unwrap(),
    );
    for (a, b) in [
        (one.unavailability, other.unavailability),
        (one.outages_per_hour, other.outages_per_hour),
        (
            one.time_to_first_outage_h.unwrap(),
            other.time_to_first_outage_h.unwrap(),
        ),
        (one.variance_rate_h.unwrap(), other.variance_rate_h.unwrap()),
        (year.any_outage, less.any_outage),
        (year.downtime_h, less.downtime_h),
        (year.outages, less.outages),
        (year.availability_at_end, less.availability_at_end),
    ] {
        assert!((a / b - 1.0).abs() < 1e-12, "{a} {b}");
    }
}

#[test]
fn limits_and_other_laws_are_errors() {
    let toy = components(4, 2);
    let most = build(&toy, &toy.rates(), 100).unwrap_err();
    assert_eq!(most, SolveError::TooManyStates { most: 100 });
    let mut rates = toy.rates();
    rates.set(3, Delay::Other);
    let error = build(&toy, &rates, STATES_MOST).unwrap_err();
    assert_eq!(error, SolveError::NotExponential { at: vec![(3, 0)] });
    for event in [2, 3] {
        rates.set(event, Delay::Immediate);
    }
    let error = build(&toy, &rates, STATES_MOST).unwrap_err();
    let SolveError::NoTimePasses { event } = &error else {
        panic!("{error}");
    };
    assert!(["fail", "repair"].contains(&&event[..]), "{event}");
}

#[test]
fn states_without_time_are_passed_through() {
    // Fail at 1, then two steps without delay of which the lower id goes first, repair at 2.
    let toy = Toy::new(&[0], |v| v[0] == 0)
        .command("fail", 1.0, |v| v[0] == 0, |v| v[0] = 1)
        .command("notice", 1.0, |v| v[0] == 1, |v| v[0] = 2)
        .command("never first", 1.0, |v| v[0] == 1, |v| v[0] = 9)
        .command("repair", 2.0, |v| v[0] == 2, |v| v[0] = 0);
    let mut rates = toy.rates();
    rates.set(1, Delay::Immediate);
    rates.set(2, Delay::Immediate);
    let chain = build(&toy, &rates, STATES_MOST).unwrap();
    let stages: Vec<u8> = chain.states.iter().map(|v| v[0]).collect();
    assert_eq!(stages, [0, 2]);
    assert_eq!(chain.generator.row(0), [(1, 1.0)]);
    assert_eq!(chain.generator.row(1), [(0, 2.0)]);
}

#[test]
fn chains_with_several_ends_are_weighted() {
    // From the start at 1 to a good end, at 3 to a bad one; nothing ever moves again.
    let toy = Toy::new(&[0], |v| v[0] < 2)
        .command("good", 1.0, |v| v[0] == 0, |v| v[0] = 1)
        .command("bad", 3.0, |v| v[0] == 0, |v| v[0] = 2);
    let found = figures::long_run(&toy.chain().generator).unwrap();
    assert!((found.unavailability - 0.75).abs() < 1e-15);
    assert_eq!(found.time_to_first_outage_h, None);
    assert_eq!(found.variance_rate_h, None);
    assert_eq!(found.outages_per_hour, 0.0);
    let year = figures::within(&toy.chain().generator, 0.25).unwrap();
    let exact = 0.75 * -libm::expm1(-1.0);
    assert!((year.any_outage / exact - 1.0).abs() < 1e-13);
}

#[test]
fn exported_chains_give_the_same_figures() {
    let toy = components(4, 2);
    let g = toy.chain().generator;
    let files = prism::files(&g);
    let text = |name: &str| {
        let (_, bytes) = files.iter().find(|(n, _)| n == name).unwrap();
        String::from_utf8(bytes.clone()).unwrap()
    };
    let read = prism::read(&text(prism::TRANSITIONS), &text(prism::LABELS)).unwrap();
    assert_eq!(read, g);
    assert_eq!(
        figures::long_run(&read).unwrap(),
        figures::long_run(&g).unwrap()
    );
    // Every state and every event is in the files.
    let first = format!("{} {}\n", g.len(), g.transitions());
    assert!(text(prism::TRANSITIONS).starts_with(&first));
    assert_eq!(
        text(prism::TRANSITIONS).lines().count(),
        g.transitions() + 1
    );
    assert_eq!(toy.event_count(), 8);
    let rewards: f64 = text(prism::OUTAGES)
        .lines()
        .skip(1)
        .map(|line| line.split_once(' ').unwrap().1.parse::<f64>().unwrap())
        .sum();
    assert!((rewards / g.outage_rates().iter().sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(Rates::per_hour(&[0.0]).delay(0, 0).is_none());
}
