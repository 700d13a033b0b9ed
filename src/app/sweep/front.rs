//! The Pareto front: points that no other point beats.

/// Which points are on the front, all coordinates being costs. A point is beaten by one that is
/// nowhere worse and somewhere better; one that lacks a coordinate is not on the front.
pub(super) fn front<const N: usize>(points: &[Option<[f64; N]>]) -> Vec<bool> {
    let beats = |one: &[f64; N], other: &[f64; N]| {
        let pairs = || one.iter().zip(other);
        pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
    };
    let on_front = |point: &Option<[f64; N]>| {
        let beaten = |point: &[f64; N]| points.iter().flatten().any(|other| beats(other, point));
        point.as_ref().is_some_and(|point| !beaten(point))
    };
    points.iter().map(on_front).collect()
}

#[cfg(test)]
mod tests {
    use super::front;

    #[test]
    fn what_is_beaten_is_not_on_the_front() {
        let points = [
            Some([1.0, 9.0]),
            Some([2.0, 5.0]),
            Some([3.0, 5.0]),
            Some([4.0, 1.0]),
            Some([4.0, 1.0]),
            None,
        ];
        assert_eq!(front(&points), [true, true, false, true, true, false]);
    }
}
