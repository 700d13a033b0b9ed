//! Which points a sweep runs.

use poolproof_engines::clocks::random::Uniform;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};

use super::parameter::Parameter;
use crate::app::reproduction::Reproduction;

/// A sweep with more points would not end: each is a simulation of its own.
pub const POINTS_MOST: usize = 10_000;

/// How points are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Every combination of the values.
    Grid,
    /// So many points, each parameter spread evenly over its range (M. McKay, R. Beckman,
    /// W. Conover 1979).
    LatinHypercube(u64),
    /// Two Latin hypercubes of so many points, and for each parameter the first with that column of
    /// the second: what Sobol indices need.
    Sensitivity(u64),
    /// The base, then each parameter alone at its low and its high end.
    OneAtATime,
}

impl Method {
    /// The name used in files and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::LatinHypercube(_) => "latin-hypercube",
            Self::Sensitivity(_) => "sensitivity",
            Self::OneAtATime => "one-at-a-time",
        }
    }
}

/// What is varied, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// How points are chosen.
    pub method: Method,
    /// What is varied; at least one.
    pub parameters: Vec<Parameter>,
}

/// The overrides of a point: for each parameter its value, or `None` for that of the scenario.
pub type Point = Vec<Option<String>>;

impl Design {
    /// A command with the options of this design.
    pub(crate) fn add_to(&self, command: Reproduction) -> Reproduction {
        let (command, option, separator) = match self.method {
            Method::Grid => (command, Some("--grid"), ","),
            Method::OneAtATime => (command, Some("--tornado"), ".."),
            Method::LatinHypercube(points) => (command.option("--lhs", points), None, ".."),
            Method::Sensitivity(rows) => (command.option("--sensitivity", rows), None, ".."),
        };
        self.parameters.iter().fold(command, |command, parameter| {
            let Parameter { path, values } = parameter;
            let assignment = format!("{path}={}", values.join(separator));
            match option {
                Some(option) => command.option(option, assignment),
                None => command.argument(assignment),
            }
        })
    }

    /// The points, in the order of the table.
    ///
    /// # Errors
    ///
    /// When there are none or too many, or a range cannot be divided.
    pub fn points(&self, seed: u64) -> Result<Vec<Point>, String> {
        if self.parameters.is_empty() {
            return Err("nothing is varied: give a parameter with values".to_owned());
        }
        for (number, parameter) in self.parameters.iter().enumerate() {
            let mut earlier = self.parameters[..number].iter();
            if earlier.any(|other| other.path == parameter.path) {
                return Err(format!("{} is varied twice", parameter.path));
            }
        }
        let count = match self.method {
            Method::Grid => self
                .parameters
                .iter()
                .try_fold(1_usize, |count, one| count.checked_mul(one.values.len())),
            Method::LatinHypercube(count) => usize::try_from(count).ok(),
            Method::Sensitivity(1) => {
                return Err("indices need at least two points of each sample".to_owned());
            }
            Method::Sensitivity(rows) => usize::try_from(rows)
                .ok()
                .and_then(|rows| rows.checked_mul(self.parameters.len() + 2)),
            Method::OneAtATime => Some(1 + 2 * self.parameters.len()),
        };
        match count {
            Some(0) => return Err("a sweep needs at least one point".to_owned()),
            Some(count) if count <= POINTS_MOST => {}
            _ => return Err(format!("the sweep has more than {POINTS_MOST} points")),
        }
        match self.method {
            Method::Grid => Ok(self.grid()),
            Method::LatinHypercube(count) => self.latin_hypercube(count, seed, 0),
            Method::Sensitivity(rows) => self.two_samples(rows, seed),
            Method::OneAtATime => Ok(self.one_at_a_time()),
        }
    }

    /// The last parameter changes first.
    fn grid(&self) -> Vec<Point> {
        let mut points: Vec<Point> = vec![Vec::new()];
        for parameter in &self.parameters {
            points = points
                .iter()
                .flat_map(|point| {
                    parameter.values.iter().map(|value| {
                        let mut point = point.clone();
                        point.push(Some(value.clone()));
                        point
                    })
                })
                .collect();
        }
        points
    }

    /// Both samples, then for each parameter the first with that column of the second.
    fn two_samples(&self, rows: u64, seed: u64) -> Result<Vec<Point>, String> {
        let first = self.latin_hypercube(rows, seed, 0)?;
        let second = self.latin_hypercube(rows, seed, self.parameters.len())?;
        let mut points = first.clone();
        points.extend_from_slice(&second);
        for column in 0..self.parameters.len() {
            points.extend(first.iter().zip(&second).map(|(first, second)| {
                let mut point = first.clone();
                point[column].clone_from(&second[column]);
                point
            }));
        }
        Ok(points)
    }

    /// A hypercube whose draws begin at this stream.
    fn latin_hypercube(&self, count: u64, seed: u64, from: usize) -> Result<Vec<Point>, String> {
        let mut points: Vec<Point> = vec![Vec::new(); count as usize];
        for (number, parameter) in self.parameters.iter().enumerate() {
            let number = from + number;
            // Streams from the far end: those from 0 up belong to trials.
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            generator.set_stream(u64::MAX - number as u64);
            let mut uniform = || Uniform::from_bits(generator.next_u64()).get();
            let mut strata: Vec<u64> = (0..count).collect();
            for last in (1..strata.len()).rev() {
                let other = (uniform() * (last + 1) as f64) as usize;
                strata.swap(last, other);
            }
            for (point, stratum) in points.iter_mut().zip(strata) {
                let share = (stratum as f64 + uniform()) / count as f64;
                point.push(Some(parameter.between(share)?));
            }
        }
        Ok(points)
    }

    fn one_at_a_time(&self) -> Vec<Point> {
        // Three values have a base of their own, two take that of the scenario.
        let base: Point = self
            .parameters
            .iter()
            .map(|one| (one.values.len() == 3).then(|| one.values[1].clone()))
            .collect();
        let mut points = vec![base.clone()];
        for (number, parameter) in self.parameters.iter().enumerate() {
            for end in [parameter.values.first(), parameter.values.last()] {
                let mut point = base.clone();
                point[number] = end.cloned();
                points.push(point);
            }
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(method: Method, parameters: &[&str]) -> Design {
        let read = |text: &&str| match method {
            Method::Grid => Parameter::list(text),
            Method::LatinHypercube(_) | Method::Sensitivity(_) => Parameter::range(text, false),
            Method::OneAtATime => Parameter::range(text, true),
        };
        let parameters = parameters.iter().map(|text| read(text).unwrap()).collect();
        Design { method, parameters }
    }

    fn texts(points: &[Point]) -> Vec<String> {
        let text = |value: &Option<String>| value.clone().unwrap_or("-".to_owned());
        let joined = |point: &Point| point.iter().map(text).collect::<Vec<_>>().join(" ");
        points.iter().map(joined).collect()
    }

    #[test]
    fn a_grid_has_every_combination() {
        let points = design(Method::Grid, &["a=1,2", "b=x,y,z"])
            .points(1)
            .unwrap();
        assert_eq!(texts(&points), ["1 x", "1 y", "1 z", "2 x", "2 y", "2 z"]);
    }

    #[test]
    fn one_at_a_time_leaves_the_others_at_their_base() {
        let design = design(Method::OneAtATime, &["a=1..3", "b=x..y..z"]);
        let points = design.points(1).unwrap();
        assert_eq!(texts(&points), ["- y", "1 y", "3 y", "- x", "- z"]);
    }

    #[test]
    fn a_latin_hypercube_visits_each_stratum_once() {
        let design = design(
            Method::LatinHypercube(50),
            &["a=0.0..1.0", "b=100.0..200.0"],
        );
        let points = design.points(7).unwrap();
        assert_eq!(points, design.points(7).unwrap());
        assert_ne!(points, design.points(8).unwrap());
        for (number, (low, width)) in [(0.0, 1.0), (100.0, 100.0)].into_iter().enumerate() {
            let stratum = |point: &Point| {
                let value: f64 = point[number].as_ref().unwrap().parse().unwrap();
                ((value - low) / width * 50.0) as usize
            };
            let mut seen: Vec<usize> = points.iter().map(stratum).collect();
            assert!(
                seen.windows(2).any(|pair| pair[0] > pair[1]),
                "not shuffled"
            );
            seen.sort_unstable();
            assert_eq!(seen, (0..50).collect::<Vec<_>>());
        }
        let column = |number: usize| -> Vec<_> { points.iter().map(|p| &p[number]).collect() };
        assert_ne!(column(0), column(1));
    }

    #[test]
    fn each_parameter_has_the_first_sample_with_its_column_of_the_second() {
        let design = design(Method::Sensitivity(20), &["a=0.0..1.0", "b=0.0..1.0"]);
        let points = design.points(7).unwrap();
        assert_eq!(points.len(), 20 * 4);
        for row in 0..20 {
            let [first, second, a, b] = [0, 20, 40, 60].map(|from| &points[from + row]);
            assert_eq!([&a[0], &a[1]], [&second[0], &first[1]]);
            assert_eq!([&b[0], &b[1]], [&first[0], &second[1]]);
            assert_ne!(first, second);
        }
    }

    #[test]
    fn senseless_designs_are_refused() {
        assert!(design(Method::Grid, &[]).points(1).is_err());
        assert!(design(Method::Grid, &["a=1", "a=2"]).points(1).is_err());
        assert!(
            design(Method::LatinHypercube(0), &["a=1..2"])
                .points(1)
                .is_err()
        );
        assert!(
            design(Method::LatinHypercube(10_001), &["a=1..2"])
                .points(1)
                .is_err()
        );
        let wide = format!("={}", vec!["1"; 200].join(","));
        let wide = ["a", "b", "c"].map(|name| format!("{name}{wide}"));
        let wide: Vec<&str> = wide.iter().map(String::as_str).collect();
        assert!(design(Method::Grid, &wide).points(1).is_err());
    }
}
