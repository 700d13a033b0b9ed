//! Axes: where the ticks are, what they say, and where a value falls.

use plotters::prelude::DrawingBackend;

use super::canvas::{BODY, Canvas, Trouble};
use crate::quantity;

/// The ticks of the logarithmic axis of time when there is room for few.
const SPARSE_MS: [f64; 13] = [
    1.0, 10.0, 100.0, 1e3, 1e4, 6e4, 6e5, 3.6e6, 1.44e7, 8.64e7, 6.048e8, 2.592e9, 3.1536e10,
];
/// All ticks of the logarithmic axis of time. The axis begins and ends at one of these.
const DENSE_MS: [f64; 28] = [
    1.0, 10.0, 100.0, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 1.2e5, 3e5, 6e5, 1.2e6, 1.8e6, 3.6e6, 7.2e6,
    1.44e7, 2.88e7, 4.32e7, 8.64e7, 1.728e8, 3.456e8, 6.048e8, 1.2096e9, 2.592e9, 8.64e9,
    3.1536e10, 3.1536e11,
];

/// An axis from `low` to `high` with ticks between them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    logarithmic: bool,
    pub(super) ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Returns the logarithmic axis of time that holds all the values, in milliseconds.
    pub(super) fn of_times(values_ms: impl Iterator<Item = f64> + Clone) -> Self {
        let least = values_ms.clone().fold(f64::INFINITY, f64::min).max(1.0);
        let most = values_ms.fold(1.0, f64::max);
        let last = DENSE_MS.len() - 1;
        // Strictly below and above: a step at the very edge could not be seen.
        let mut from = DENSE_MS.iter().rposition(|tick| *tick < least).unwrap_or(0);
        let mut to = DENSE_MS
            .iter()
            .position(|tick| *tick > most)
            .unwrap_or(last);
        while to - from.min(to) < 3 {
            from = from.saturating_sub(1);
            to = (to + 1).min(last);
        }
        let (low, high) = (DENSE_MS[from], DENSE_MS[to]);
        let within = |ticks: &[f64]| -> Vec<f64> {
            ticks
                .iter()
                .copied()
                .filter(|tick| (low..=high).contains(tick))
                .collect()
        };
        let sparse = within(&SPARSE_MS);
        let chosen = if sparse.len() >= 5 {
            sparse
        } else {
            within(&DENSE_MS)
        };
        let ticks = chosen
            .into_iter()
            .map(|tick| (tick, tick_text(tick)))
            .collect();
        Self {
            low,
            high,
            logarithmic: true,
            ticks,
        }
    }

    /// Returns the linear axis from zero to a round number not below the largest value.
    pub(super) fn from_zero(largest: f64) -> Self {
        let largest = if largest.is_finite() && largest > 0.0 {
            largest
        } else {
            1.0
        };
        let mut decade = 1.0;
        while decade * 10.0 <= largest {
            decade *= 10.0;
        }
        while decade > largest {
            decade /= 10.0;
        }
        // Five to ten steps, whatever the leading digits.
        let step = [0.1, 0.2, 0.5, 1.0, 2.0]
            .into_iter()
            .map(|part| part * decade)
            .find(|step| largest / step <= 10.0)
            .unwrap_or(decade);
        let steps = libm::ceil(largest / step - 1e-9) as u32;
        let ticks: Vec<_> = (0..=steps)
            .map(|index| f64::from(index) * step)
            .map(|tick| (tick, quantity::number(crate::float::rounded(tick))))
            .collect();
        Self {
            low: 0.0,
            high: f64::from(steps) * step,
            logarithmic: false,
            ticks,
        }
    }

    /// The ticks that have room for their labels, where `across` gives the place of a share of the
    /// width. A tick without a label would be a riddle, so that there is none.
    pub(super) fn labelled<DB: DrawingBackend>(
        &self,
        canvas: &Canvas<'_, DB>,
        across: &dyn Fn(f64) -> f64,
    ) -> Result<Vec<(f64, &str)>, Trouble> {
        let mut kept = Vec::new();
        let mut free_from = 0.0;
        for (tick, label) in &self.ticks {
            let x = across(self.share(*tick));
            let half = canvas.text_width(label, BODY)? / 2.0;
            if x - half >= free_from && x + half <= canvas.width {
                kept.push((*tick, label.as_str()));
                free_from = x + half + 10.0;
            }
        }
        Ok(kept)
    }

    /// The linear axis from zero to just this end, where that is no round number.
    pub(super) fn up_to(end: f64) -> Self {
        let mut axis = Self::from_zero(end);
        axis.ticks.retain(|(tick, _)| *tick <= end);
        Self { high: end, ..axis }
    }

    /// Returns where a value falls, from 0 at the low end to 1; what is outside is at the end.
    pub(super) fn share(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        if self.logarithmic {
            libm::log(value / self.low) / libm::log(self.high / self.low)
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }
}

fn tick_text(ms: f64) -> String {
    if ms < 3.1536e10 {
        quantity::duration(ms)
    } else {
        quantity::horizon(ms as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_ticks_that_people_read() {
        let axis = Axis::of_times([8_000.0, 9.0e7].into_iter());
        let texts: Vec<_> = axis.ticks.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["10 s", "1 min", "10 min", "1 h", "4 h", "1 d"]);
        assert_eq!(axis.share(0.0), 0.0);
        assert_eq!(axis.share(1e12), 1.0);
    }

    #[test]
    fn an_axis_always_has_a_length() {
        for values in [
            vec![],
            vec![0.0],
            vec![6e4],
            vec![6e4, 6.1e4],
            vec![9e11],
            vec![1e-9],
        ] {
            let axis = Axis::of_times(values.iter().copied());
            assert!(axis.low < axis.high, "{values:?}");
            assert!(axis.ticks.len() >= 3, "{values:?}");
        }
        for largest in [
            0.0,
            -1.0,
            f64::NAN,
            1e-7,
            0.3,
            1.0,
            7.0,
            10.0,
            14.2,
            99.0,
            12_345.0,
        ] {
            let axis = Axis::from_zero(largest);
            assert!(
                axis.high > 0.0 && (largest.is_nan() || axis.high >= largest),
                "{largest}"
            );
            assert!(
                (5..=11).contains(&axis.ticks.len()),
                "{largest}: {:?}",
                axis.ticks
            );
        }
    }
}
