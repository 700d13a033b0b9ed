//! The Pareto front of sweeps and of advice: points that no other point beats, as far as their
//! intervals tell.

use poolproof_reports::document::Estimate;

/// What a design is chosen by; less is better everywhere.
pub(super) struct Coordinates {
    /// The cost, which is known.
    pub(super) cost: f64,
    /// Figures, each with its interval, after each round of trials that the point ran; at least one
    /// round, and the same rounds for all points as far as they go.
    pub(super) rounds: Vec<Vec<Estimate>>,
}

/// Which points are on the front; one that lacks a coordinate is not.
pub(super) fn front(points: &[Option<Coordinates>]) -> Vec<bool> {
    let on_front = |point: &Option<Coordinates>| {
        let beaten = |point: &Coordinates| points.iter().flatten().any(|other| other.beats(point));
        point.as_ref().is_some_and(|point| !beaten(point))
    };
    points.iter().map(on_front).collect()
}

impl Coordinates {
    /// Whether this point costs no more, is in no figure worse or perhaps worse, and is better in
    /// the cost or in a figure beyond its interval. A figure without an interval decides nothing:
    /// too little carries it.
    fn beats(&self, other: &Self) -> bool {
        // Over the trials that both ran.
        let Some((here, there)) = self.rounds.iter().zip(&other.rounds).next_back() else {
            return false;
        };
        let pairs = || {
            let all = here.iter().zip(there);
            all.filter(|(here, there)| has_interval(here) && has_interval(there))
        };
        // Points have the same random numbers, so what differs in nothing has the same estimate.
        let no_worse = pairs().all(|(here, there)| here == there || is_below(here, there));
        let better = self.cost < other.cost || pairs().any(|(here, there)| is_below(here, there));
        self.cost <= other.cost && no_worse && better
    }
}

fn has_interval(estimate: &Estimate) -> bool {
    estimate.low.is_some() && estimate.high.is_some()
}

/// Whether all of one interval lies below the other. One without an end lies below and above none.
fn is_below(here: &Estimate, there: &Estimate) -> bool {
    matches!((here.high, there.low), (Some(high), Some(low)) if high < low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use poolproof_reports::document::Method;

    #[test]
    fn a_point_is_beaten_only_beyond_its_interval() {
        let estimate = |low: f64, high: f64| Estimate {
            value: Some((low + high) / 2.0),
            low: Some(low),
            high: Some(high),
            confidence: 0.95,
            n: 100,
            method: Method::StudentT,
        };
        let open = Estimate {
            high: None,
            ..estimate(0.0, 0.0)
        };
        let (few, many, some) = (estimate(1.0, 2.0), estimate(5.0, 9.0), estimate(1.5, 6.0));
        let of = |points: &[(f64, [&Estimate; 2])]| {
            let point = |(cost, figures): &(f64, [&Estimate; 2])| {
                Some(Coordinates {
                    cost: *cost,
                    rounds: vec![figures.map(Clone::clone).to_vec()],
                })
            };
            front(&points.iter().map(point).collect::<Vec<_>>())
        };
        assert_eq!(
            of(&[(1.0, [&few, &few]), (1.0, [&many, &few])]),
            [true, false]
        );
        assert_eq!(
            of(&[(1.0, [&few, &few]), (2.0, [&few, &few])]),
            [true, false]
        );
        assert_eq!(
            of(&[(1.0, [&few, &few]), (1.0, [&few, &few])]),
            [true, true]
        );
        // Chance alone may have made the difference.
        assert_eq!(
            of(&[(1.0, [&few, &few]), (1.0, [&some, &few])]),
            [true, true]
        );
        assert_eq!(
            of(&[(1.0, [&few, &many]), (1.0, [&many, &few])]),
            [true, true]
        );
        assert_eq!(
            of(&[(1.0, [&few, &few]), (2.0, [&open, &few])]),
            [true, false]
        );
        assert_eq!(front(&[None]), [false]);
        // Who ran longer is compared by the trials of both.
        let round = |one: &Estimate| vec![one.clone()];
        let short = |rounds: Vec<Vec<Estimate>>| Some(Coordinates { cost: 1.0, rounds });
        let points = [
            short(vec![round(&few), round(&many)]),
            short(vec![round(&many)]),
        ];
        assert_eq!(front(&points), [true, false]);
    }
}
