//! Sums over trials, in integers: merged in any order and any grouping they are the same.
//!
//! Floating sums would differ in their last digits with the number of threads. Sums and products
//! saturate, and a saturated sum gives no estimate rather than a wrong one. Products of three wrap
//! around: what is asked of them is about their means, and that is right wherever it fits.

use serde::{Deserialize, Serialize};

/// Above this a sum is taken as saturated. A thousand years in milliseconds, squared, times 10^11
/// trials is below it.
const SUM_MAX: i128 = 1 << 126;

/// How many controls a trial brings along.
pub const CONTROLS: usize = 2;

/// Value and divisor, the controls of a trial, and those of the other trial of a pair.
pub(super) const VARIABLES: usize = 2 + 2 * CONTROLS;
pub(super) const VALUE: usize = 0;
pub(super) const DIVISOR: usize = 1;

/// Pairs of variables, each once.
const PRODUCTS: usize = VARIABLES * (VARIABLES + 1) / 2;

/// Triples of variables, each once: in rows, as longer arrays cannot be stored.
const CUBE_ROWS: usize = VARIABLES + 1;
const CUBE_COLUMNS: usize = VARIABLES * (VARIABLES + 2) / 6;

/// Sums of the variables of trials, and of their products of two and of three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Moments {
    count: u64,
    sums: [i128; VARIABLES],
    products: [i128; PRODUCTS],
    cubes: [[i128; CUBE_COLUMNS]; CUBE_ROWS],
    /// The sum of the values' sizes.
    sizes: u128,
}

impl Moments {
    /// Adds a trial of which all is 0.
    #[inline]
    pub(super) fn add_nothing(&mut self) {
        self.count = self.count.saturating_add(1);
    }

    /// Adds a trial.
    pub(super) fn add(&mut self, one: [i64; VARIABLES]) {
        self.count = self.count.saturating_add(1);
        self.sizes = self
            .sizes
            .saturating_add(u128::from(one[VALUE].unsigned_abs()));
        // Most controls of most trials are 0.
        for (x, first) in nonzero(&one, 0) {
            self.sums[x] = self.sums[x].saturating_add(first);
            for (y, second) in nonzero(&one, x) {
                let product = first * second;
                let sum = &mut self.products[at_pair(x, y)];
                *sum = sum.saturating_add(product);
                for (z, third) in nonzero(&one, y) {
                    let (row, column) = at_triple(x, y, z);
                    let sum = &mut self.cubes[row][column];
                    *sum = sum.wrapping_add(product.wrapping_mul(third));
                }
            }
        }
    }

    /// Adds all trials of others, exactly.
    pub(super) fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sizes = self.sizes.saturating_add(other.sizes);
        let mine = self.sums.iter_mut().chain(&mut self.products);
        for (mine, theirs) in mine.zip(other.sums.iter().chain(&other.products)) {
            *mine = mine.saturating_add(*theirs);
        }
        let mine = self.cubes.as_flattened_mut().iter_mut();
        for (mine, theirs) in mine.zip(other.cubes.as_flattened()) {
            *mine = mine.wrapping_add(*theirs);
        }
    }

    /// The number of trials.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The sum of a variable.
    pub(super) fn sum(&self, x: usize) -> i128 {
        self.sums[x]
    }

    /// The mean of a variable.
    pub(super) fn mean(&self, x: usize) -> f64 {
        self.sums[x] as f64 / self.count as f64
    }

    /// The sum of the values' sizes.
    pub(super) fn sizes(&self) -> f64 {
        self.sizes as f64
    }

    /// Whether a sum is too large to be believed.
    pub(super) fn is_saturated(&self) -> bool {
        self.products.iter().any(|sum| sum.abs() >= SUM_MAX)
    }

    /// The sum over trials of (x - mean of x)(y - mean of y).
    ///
    /// The plain sum of products less the product of the sums over n loses all digits when the
    /// spread is small against the mean. Here the values are shifted by the means' whole parts, in
    /// integers.
    pub(super) fn centred(&self, x: usize, y: usize) -> f64 {
        let [rest_x, rest_y] = [x, y].map(|v| self.whole_mean(v).1);
        self.shifted(x, y) as f64 - rest_x * rest_y * self.count as f64
    }

    /// The whole part of the mean of a variable, and the rest.
    fn whole_mean(&self, x: usize) -> (i128, f64) {
        let n = i128::from(self.count.max(1));
        let sum = self.sums[x];
        (sum.div_euclid(n), sum.rem_euclid(n) as f64 / n as f64)
    }

    /// The sum of the products of two variables, less the whole parts of their means. It fits
    /// although the terms on the way may not.
    fn shifted(&self, x: usize, y: usize) -> i128 {
        let n = i128::from(self.count);
        let [mean_x, mean_y] = [x, y].map(|v| self.whole_mean(v).0);
        self.products[at_pair(x, y)]
            .wrapping_sub(mean_x.wrapping_mul(self.sums[y]))
            .wrapping_sub(mean_y.wrapping_mul(self.sums[x]))
            .wrapping_add(n.wrapping_mul(mean_x).wrapping_mul(mean_y))
    }

    /// The sum over trials of (x - mean of x)(y - mean of y)(z - mean of z), in the same way.
    fn centred_cube(&self, x: usize, y: usize, z: usize) -> f64 {
        let n = i128::from(self.count);
        let [(mean_x, rest_x), (mean_y, rest_y), (mean_z, rest_z)] =
            [x, y, z].map(|v| self.whole_mean(v));
        let (row, column) = at_triple(x, y, z);
        let pair = |mean: i128, x: usize, y: usize| mean.wrapping_mul(self.products[at_pair(x, y)]);
        let one =
            |x: usize, mean: i128, other: i128| mean.wrapping_mul(other).wrapping_mul(self.sums[x]);
        let whole = self.cubes[row][column]
            .wrapping_sub(pair(mean_x, y, z))
            .wrapping_sub(pair(mean_y, x, z))
            .wrapping_sub(pair(mean_z, x, y))
            .wrapping_add(one(x, mean_y, mean_z))
            .wrapping_add(one(y, mean_x, mean_z))
            .wrapping_add(one(z, mean_x, mean_y))
            .wrapping_sub(
                n.wrapping_mul(mean_x)
                    .wrapping_mul(mean_y)
                    .wrapping_mul(mean_z),
            );
        whole as f64
            - rest_x * self.shifted(y, z) as f64
            - rest_y * self.shifted(x, z) as f64
            - rest_z * self.shifted(x, y) as f64
            + 2.0 * self.count as f64 * rest_x * rest_y * rest_z
    }

    /// The skewness of a sum of the variables with these weights, whose sum of squares about its
    /// mean is `squares`; 0 without spread. `None` where the variables are too large for it.
    pub(super) fn skewness(&self, weights: &[f64; VARIABLES], squares: f64) -> Option<f64> {
        let n = self.count as f64;
        let used = || (0..VARIABLES).filter(|v| weights[*v] != 0.0);
        // No sum of products of three is larger than the third power of the largest root.
        let largest = used().map(|v| self.centred(v, v)).fold(0.0, f64::max);
        if largest * libm::sqrt(largest) >= SUM_MAX as f64 {
            return None;
        }
        let mut cubes = 0.0;
        for (x, y, z) in
            used().flat_map(|x| used().flat_map(move |y| used().map(move |z| (x, y, z))))
        {
            cubes += weights[x] * weights[y] * weights[z] * self.centred_cube(x, y, z);
        }
        let spread = squares * libm::sqrt(squares / n);
        // No sample has more.
        let most = libm::sqrt(n);
        let skewness = if spread > 0.0 { cubes / spread } else { 0.0 };
        Some(skewness.clamp(-most, most))
    }
}

/// The variables of a trial that are not 0, from one on.
fn nonzero(one: &[i64; VARIABLES], from: usize) -> impl Iterator<Item = (usize, i128)> {
    let all = one.iter().enumerate().skip(from);
    all.filter(|(_, value)| **value != 0)
        .map(|(variable, value)| (variable, i128::from(*value)))
}

/// Where the product of two variables stands.
const fn at_pair(x: usize, y: usize) -> usize {
    let (low, high) = if x < y { (x, y) } else { (y, x) };
    low * VARIABLES - low * (low + 1) / 2 + high
}

/// Where the product of three variables stands: row and column.
const fn at_triple(x: usize, y: usize, z: usize) -> (usize, usize) {
    TRIPLES[x][y][z]
}

const TRIPLES: [[[(usize, usize); VARIABLES]; VARIABLES]; VARIABLES] = {
    let mut places = [[[(0, 0); VARIABLES]; VARIABLES]; VARIABLES];
    let mut next = 0;
    let mut x = 0;
    while x < VARIABLES {
        let mut y = x;
        while y < VARIABLES {
            let mut z = y;
            while z < VARIABLES {
                let place = (next / CUBE_COLUMNS, next % CUBE_COLUMNS);
                places[x][y][z] = place;
                places[x][z][y] = place;
                places[y][x][z] = place;
                places[y][z][x] = place;
                places[z][x][y] = place;
                places[z][y][x] = place;
                next += 1;
                z += 1;
            }
            y += 1;
        }
        x += 1;
    }
    assert!(next == CUBE_ROWS * CUBE_COLUMNS);
    places
};

#[cfg(test)]
mod tests {
    use super::*;

    /// In a small sample everything can be added up by hand, whatever the mean is.
    #[test]
    fn the_skewness_is_that_of_the_definition() {
        for base in [0_i64, 3, 1 << 45] {
            let values: Vec<i64> = (0..50).map(|n| base + n * n % 23 + n % 3).collect();
            let mut moments = Moments::default();
            for (n, value) in values.iter().enumerate() {
                moments.add([*value, 1, n as i64 % 5, 0, 0, 0]);
            }
            let n = values.len() as f64;
            let rest: Vec<f64> = values
                .iter()
                .enumerate()
                .map(|(n, value)| (*value - base) as f64 - 2.0 * (n % 5) as f64)
                .collect();
            let mean = rest.iter().sum::<f64>() / n;
            let power = |k| rest.iter().map(|x| libm::pow(x - mean, k)).sum::<f64>();
            let expected = power(3.0) / n / libm::pow(power(2.0) / n, 1.5);
            let found = moments
                .skewness(&[1.0, 0.0, -2.0, 0.0, 0.0, 0.0], power(2.0))
                .expect("they fit");
            assert!(
                (found - expected).abs() < 1e-9,
                "{base}: {found}, {expected}"
            );
            assert!(expected.abs() > 0.05);
        }
    }

    #[test]
    fn what_does_not_fit_has_no_skewness() {
        let mut moments = Moments::default();
        let weights = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        for value in [0, 1 << 41, 1 << 43] {
            moments.add([value, 1, 0, 0, 0, 0]);
            let squares = moments.centred(VALUE, VALUE);
            let found = moments.skewness(&weights, squares);
            assert_eq!(found.is_none(), value == 1 << 43, "{value}: {found:?}");
        }
        assert!(!moments.is_saturated());
    }
}
