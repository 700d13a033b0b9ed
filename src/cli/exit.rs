//! Exit codes: what CI reads. They are part of the interface and never change.

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Every verdict is as expected and every objective met.
    AsExpected = 0,
    /// A verdict differs from what is expected, or an objective is missed.
    Differs = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Input is missing, unreadable or invalid.
    Input = 3,
    /// A limit was reached before an answer.
    Undecided = 4,
    /// A replay or a comparison of two runs differed.
    NotDeterministic = 5,
    /// A defect in poolproof.
    Defect = 70,
    /// Writing failed.
    Output = 74,
    /// Interrupted; finished work was kept.
    Interrupted = 130,
}

impl Exit {
    /// Every exit, worst first: 70 > 74 > 5 > 3 > 1 > 130 > 4 > 0. A wrong command line ends the
    /// program before anything else can happen. What an interrupt leaves open is undecided because
    /// of it, so that 130 says more than 4.
    pub const BY_RANK: [Self; 9] = [
        Self::Usage,
        Self::Defect,
        Self::Output,
        Self::NotDeterministic,
        Self::Input,
        Self::Differs,
        Self::Interrupted,
        Self::Undecided,
        Self::AsExpected,
    ];

    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    fn rank(self) -> usize {
        Self::BY_RANK
            .iter()
            .position(|exit| *exit == self)
            .unwrap_or(0)
    }

    /// The worse of two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if other.rank() < self.rank() {
            other
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_published_ones() {
        let codes = [0, 1, 2, 3, 4, 5, 70, 74, 130];
        let mut known: Vec<u8> = Exit::BY_RANK.iter().map(|exit| exit.code()).collect();
        known.sort_unstable();
        assert_eq!(known, codes);
    }

    #[test]
    fn of_several_the_worst_counts() {
        use Exit as E;
        let order = [
            E::Defect,
            E::Output,
            E::NotDeterministic,
            E::Input,
            E::Differs,
            E::Interrupted,
            E::Undecided,
        ];
        for pair in order.windows(2) {
            assert_eq!(pair[0].and(pair[1]), pair[0]);
            assert_eq!(pair[1].and(pair[0]), pair[0]);
            assert_eq!(E::AsExpected.and(pair[1]), pair[1]);
        }
        assert_eq!(E::Interrupted.and(E::AsExpected), E::Interrupted);
    }
}
