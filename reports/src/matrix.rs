//! Verdicts within several budgets: a row for each property, a column for each budget.

use crate::document::Check;

/// The verdicts of several checks of one scenario.
pub(crate) struct Matrix<'a> {
    /// The columns.
    pub(crate) checks: &'a [Check],
    /// The rows, in the order in which the properties come first.
    pub(crate) rows: Vec<MatrixRow<'a>>,
}

/// One property.
pub(crate) struct MatrixRow<'a> {
    pub(crate) property: &'a str,
    pub(crate) title: &'a str,
    pub(crate) meaning: &'a str,
    /// For each budget, which of its verdicts it is; none where it does not check the property.
    pub(crate) places: Vec<Option<usize>>,
}

impl<'a> Matrix<'a> {
    /// Returns the table, where a budget has a name.
    pub(crate) fn of(checks: &'a [Check]) -> Option<Self> {
        if checks.iter().all(|check| check.name.is_none()) {
            return None;
        }
        Some(Self {
            checks,
            rows: Self::rows(checks),
        })
    }

    /// Returns a row for each property.
    pub(crate) fn rows(checks: &'a [Check]) -> Vec<MatrixRow<'a>> {
        let mut rows: Vec<MatrixRow<'a>> = Vec::new();
        for verdict in checks.iter().flat_map(|check| &check.verdicts) {
            if rows.iter().all(|row| row.property != verdict.property) {
                let place = |check: &Check| {
                    let mut verdicts = check.verdicts.iter();
                    verdicts.position(|one| one.property == verdict.property)
                };
                rows.push(MatrixRow {
                    property: &verdict.property,
                    title: &verdict.title,
                    meaning: &verdict.meaning,
                    places: checks.iter().map(place).collect(),
                });
            }
        }
        rows
    }
}
