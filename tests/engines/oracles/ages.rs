//! Ages of shipped data, by the simulator's arithmetic on tick numbers.
//!
//! Fixed phases are integrated exactly over the timetable's period, random ones are drawn.
//! One row of the reference cannot be put to the arithmetic: the principal's own log, whose age
//! is 0.

use std::collections::BTreeMap;

use poolproof_engines::clocks::random::Draws;
use poolproof_engines::simulate::shipping::{Shipped, Shipping, Timetable};
use serde::Deserialize;

use crate::oracles::expected::assert_digits;

const MINUTE: f64 = 60_000.0;
const SAMPLES: u64 = 200_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    what: String,
    backup: Job,
    copy: Job,
    restore: Option<Job>,
    #[serde(default)]
    expected: BTreeMap<String, String>,
    #[serde(default)]
    below: Vec<(String, String)>,
}

/// A timetable in minutes.
#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct Job {
    interval: f64,
    duration: f64,
    phase: Option<f64>,
}

fn ms(minutes: f64) -> u64 {
    (minutes * MINUTE).round() as u64
}

impl Row {
    fn jobs(&self) -> [Job; 3] {
        let never_matters = Job {
            interval: 60.0,
            duration: 0.0,
            phase: Some(0.0),
        };
        [
            self.backup,
            self.copy,
            self.restore.unwrap_or(never_matters),
        ]
    }

    fn number(&self) -> usize {
        let names = ["backup", "copy", "restore"];
        let number = names.iter().position(|name| *name == self.what);
        number.unwrap_or_else(|| panic!("unknown job `{}`", self.what))
    }

    fn delivered(&self, shipped: Shipped) -> u64 {
        [shipped.share, shipped.folder, shipped.restored][self.number()]
    }

    fn tables(&self, mut random: impl FnMut(usize) -> f64) -> [Timetable; 3] {
        let jobs = self.jobs();
        [0, 1, 2].map(|number| {
            let interval = ms(jobs[number].interval);
            Timetable {
                interval,
                duration: ms(jobs[number].duration),
                phase: match jobs[number].phase {
                    Some(phase) => ms(phase),
                    None => (random(number) * interval as f64) as u64,
                },
            }
        })
    }
}

#[test]
fn ages_of_the_reference() {
    let text = std::fs::read_to_string("tests/engines/oracles/ages.toml").unwrap();
    let rows: BTreeMap<String, Row> = toml::from_str(&text).unwrap();
    assert!(!rows.is_empty());
    for (name, row) in &rows {
        println!("{name}");
        if row.jobs().iter().all(|job| job.phase.is_some()) {
            fixed(name, row);
        } else {
            random(name, row);
        }
    }
}

/// Between two deliveries the age grows with time, so its integrals are polynomials of the ages
/// just after each delivery.
fn fixed(name: &str, row: &Row) {
    let tables = row.tables(|_| unreachable!("all phases are given"));
    let used = &tables[..=row.number()];
    let period = used.iter().map(|t| t.interval).fold(1, lcm);
    let table = tables[row.number()];
    let shipping = Shipping::new(tables, 7);
    let first = 10 * period + table.phase + table.duration;
    let starts: Vec<f64> = (0..period / table.interval)
        .map(|k| first + k * table.interval)
        .map(|t| (t - row.delivered(shipping.at(t))) as f64 / MINUTE)
        .collect();
    let step = table.interval as f64 / MINUTE;
    let mean_of = |f: &dyn Fn(f64) -> f64| {
        starts.iter().map(|a| f(*a)).sum::<f64>() / (step * starts.len() as f64)
    };
    let mean = mean_of(&|a| ((a + step) * (a + step) - a * a) / 2.0);
    let square = mean_of(&|a| ((a + step).powi(3) - a.powi(3)) / 3.0);
    let found = BTreeMap::from([
        ("mean", mean),
        ("variance", square - mean * mean),
        (
            "least",
            starts.iter().copied().fold(f64::INFINITY, f64::min),
        ),
        ("most", starts.iter().copied().fold(0.0, f64::max) + step),
    ]);
    for (key, expected) in &row.expected {
        assert_digits(&format!("{name} {key}"), found[&key[..]], expected);
    }
    for (age, expected) in &row.below {
        let age: f64 = age.parse().unwrap();
        let share = mean_of(&|a| (age - a).clamp(0.0, step));
        assert_digits(&format!("{name} below {age}"), share, expected);
    }
}

fn lcm(a: u64, b: u64) -> u64 {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}

fn random(name: &str, row: &Row) {
    let mut draws = Draws::new(20_260_101);
    let mut ages = Vec::new();
    let mut waiting = Vec::new();
    for trial in 0..SAMPLES {
        draws.start_trial(trial);
        let tables = row.tables(|number| draws.next(number as u8, 0).get());
        let longest = tables.iter().map(|t| t.interval).max().unwrap();
        let now = 20 * longest + (draws.next(3, 0).get() * longest as f64) as u64;
        let shipped = Shipping::new(tables, 7).at(now);
        ages.push((now - row.delivered(shipped)) as f64 / MINUTE);
        let files = (shipped.folder - shipped.restored) as f64 / tables[0].interval as f64;
        waiting.push(files);
    }
    let number = |text: &str| match text.split_once('/') {
        Some((a, b)) => a.parse::<f64>().unwrap() / b.parse::<f64>().unwrap(),
        None => text.parse().unwrap(),
    };
    for (key, expected) in &row.expected {
        let what = format!("{name} {key}");
        let exact = number(expected);
        match &key[..] {
            "mean" => assert_mean(&what, &ages, exact),
            "files_waiting" => assert_mean(&what, &waiting, exact),
            "variance" => {
                let mean = number(&row.expected["mean"]);
                let squares: Vec<f64> = ages.iter().map(|a| (a - mean) * (a - mean)).collect();
                assert_mean(&what, &squares, exact);
            }
            // Bounds: never passed, and nearly reached.
            "least" => {
                let least = ages.iter().copied().fold(f64::INFINITY, f64::min);
                assert!((exact..exact + 1.0).contains(&least), "{what}: {least}");
            }
            "most" => {
                let most = ages.iter().copied().fold(0.0, f64::max);
                assert!((exact - 1.5..=exact).contains(&most), "{what}: {most}");
            }
            _ => panic!("unknown figure `{key}`"),
        }
    }
    for (age, expected) in &row.below {
        let limit: f64 = age.parse().unwrap();
        let below = ages.iter().map(|a| f64::from(u8::from(*a <= limit)));
        let below: Vec<f64> = below.collect();
        assert_mean(&format!("{name} below {age}"), &below, number(expected));
    }
}

/// Fails where the mean is more than four standard errors off.
fn assert_mean(what: &str, values: &[f64], exact: f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
    let z = (mean - exact) / (variance / n).sqrt();
    println!("  {what}: {mean} simulated, {exact} exact, z {z:.2}");
    assert!(z.abs() < 4.0, "{what}: {mean}, exact {exact}, z {z}");
}

/// Messages lost and losses per year follow from the age; here from ages of the arithmetic, one
/// instant in each second of a period.
#[test]
fn messages_lost_follow_from_the_age() {
    let table = |duration: f64, phase: f64| Timetable {
        interval: ms(15.0),
        duration: ms(duration),
        phase: ms(phase),
    };
    let shipping = Shipping::new([table(1.0, 0.0), table(2.0, 5.0), table(3.0, 7.0)], 7);
    let seconds = 900;
    let age = |second: u64| {
        let now = ms(1_500.0) + second * 1_000;
        // The middle of the second stands for it.
        (now - shipping.at(now).folder) as f64 / MINUTE + 0.5 / 60.0
    };
    let mean_of = |f: &dyn Fn(f64) -> f64| {
        (0..seconds).map(|second| f(age(second))).sum::<f64>() / seconds as f64
    };
    let mean = mean_of(&|a| a);
    assert!((2.0 * mean - 29.0).abs() < 1e-9, "messages at 2 a minute");
    let variance = mean_of(&|a| (a - mean) * (a - mean));
    // Seconds in place of an instant: 18.75 less a twelfth of a second squared.
    assert!((2.0 * mean + 4.0 * variance - 104.0).abs() < 1e-3);
    let none = mean_of(&|a| libm::exp(-0.05 * a));
    assert!((none - 0.4957560080275).abs() < 1e-7, "{none}");
    // Disasters at 0.05 a year.
    assert!((0.05 * mean - 0.725).abs() < 1e-12);
    let old = mean_of(&|a| f64::from(u8::from(a > 20.0)));
    let in_ten_years = -libm::expm1(-0.5 * old);
    assert!((in_ten_years - 0.06449301496838).abs() < 1e-12);
}

/// Copy runs fail while the link is down: the job is switched off and on with the link.
#[test]
fn link_outages_add_whole_copy_intervals() {
    let (lambda, mu, interval) = (0.0005 / 60.0, 0.25 / 60.0, 15.0);
    let down = lambda / (lambda + mu);
    // The probability that the next run fails too is one less the probability to recover.
    let recovers = -libm::expm1(-(lambda + mu) * interval) * (1.0 - down);
    let mean_extra = interval * down / recovers;
    assert_digits("mean extra age", mean_extra, "0.4941984684349");
    assert_digits("copy fails", down, "0.001996007984032");
    let beyond = down * libm::pow(1.0 - recovers, 4.0);
    assert_digits("extra above 60 min", beyond, "0.001554517383074");

    let table = Timetable {
        interval: ms(interval),
        duration: 0,
        phase: 0,
    };
    let idle = Shipping::new([table; 3], 7);
    let mut shipping = idle;
    let mut draws = Draws::new(7);
    let mut now = ms(100.0);
    let cycles = 30_000;
    // By cycle: its length, the integral of the extra age, the failed runs, the time beyond 60.
    let mut rows: Vec<[f64; 4]> = Vec::new();
    for cycle in 0..cycles {
        draws.start_trial(cycle);
        let mut exponential = |component, rate: f64| {
            (-libm::log(draws.next(component, 0).get()) / rate * MINUTE).round() as u64
        };
        let begin = now;
        let cut = now + exponential(0, lambda);
        let healed = cut + exponential(1, mu);
        shipping.update(cut);
        shipping.switch(0b101);
        let mut row = [0.0; 4];
        let mut tick = cut / table.interval * table.interval + table.interval;
        while tick < healed {
            let extra = (idle.at(tick).folder - shipping.at(tick).folder) as f64 / MINUTE;
            row[1] += extra * interval;
            row[2] += 1.0;
            row[3] += if extra > 60.0 + 1e-9 { interval } else { 0.0 };
            tick += table.interval;
        }
        shipping.update(healed);
        shipping.switch(0b111);
        now = healed;
        row[0] = (now - begin) as f64 / MINUTE;
        rows.push(row);
    }
    for (at, exact) in [(1, mean_extra), (2, down / interval), (3, beyond)] {
        // A ratio of sums: the mean of the numerator less the exact ratio of the denominator.
        let off: Vec<f64> = rows.iter().map(|row| row[at] - exact * row[0]).collect();
        assert_mean(&format!("link outages {at}"), &off, 0.0);
    }
}

/// A backup job each run of which may fail.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FailingBackup {
    interval: f64,
    duration: f64,
    /// The probability that a run fails, independent of all others.
    fails: f64,
    mean: String,
    variance: String,
}

/// A backup run fails: it is stopped under way and delivers nothing.
#[test]
fn failing_backups_add_whole_intervals() {
    let text = std::fs::read_to_string("tests/engines/oracles/failing-backup.toml").unwrap();
    let row: FailingBackup = toml::from_str(&text).unwrap();
    let (b, f) = (row.interval, row.fails);
    let mean = row.duration + b / 2.0 + b * f / (1.0 - f);
    let variance = b * b / 12.0 + b * b * f / ((1.0 - f) * (1.0 - f));
    assert_digits("mean age", mean, &row.mean);
    assert_digits("variance of the age", variance, &row.variance);

    let table = Timetable {
        interval: ms(b),
        duration: ms(row.duration),
        phase: 0,
    };
    let mut shipping = Shipping::new([table; 3], 7);
    let mut draws = Draws::new(11);
    let (mut means, mut squares) = (Vec::new(), Vec::new());
    // Ages of runs that follow each other depend on each other, stretches hardly do.
    let (stretches, runs) = (2_000, 100);
    for stretch in 0..stretches {
        draws.start_trial(stretch);
        let (mut sum, mut square) = (0.0, 0.0);
        for run in 0..runs {
            let start = (1 + stretch * runs + run) * table.interval;
            if draws.next(0, 0).get() < f {
                shipping.update(start + table.duration / 2);
                shipping.switch(0b110);
                shipping.switch(0b111);
            }
            let end = start + table.duration;
            // From here to the end of the next run the age grows by one interval.
            let young = (end - shipping.at(end).share) as f64 / MINUTE;
            let old = young + b;
            sum += (old * old - young * young) / (2.0 * b);
            square += ((old - mean).powi(3) - (young - mean).powi(3)) / (3.0 * b);
        }
        means.push(sum / runs as f64);
        squares.push(square / runs as f64);
    }
    assert_mean("mean age where backups fail", &means, mean);
    assert_mean("variance where backups fail", &squares, variance);
}
