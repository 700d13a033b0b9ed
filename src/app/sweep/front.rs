//! The Pareto front: points that no other point beats, as far as their intervals tell.

use poolproof_reports::document::Estimate;

/// What a design is chosen by; less is better everywhere.
pub(super) struct Coordinates {
    /// The cost, which is known.
    pub(super) cost: f64,
    /// Figures, each with its interval.
    pub(super) figures: Vec<Estimate>,
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
        let pairs = || {
            let all = self.figures.iter().zip(&other.figures);
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
                    figures: figures.map(Clone::clone).to_vec(),
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
    }
}
