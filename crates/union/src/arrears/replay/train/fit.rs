//! Weights of conditions: logistic regression with weights that are not negative and an L1 penalty.
//!
//! The well-kept libraries of machine learning (linfa, smartcore) know no bounds on weights. The problem is convex and
//! small, though: rows with the same conditions are one pattern, and a pattern's loss `ln(1 + eˢ)` is two exponential
//! cones. So the cone solver Clarabel finds the optimum itself, with the bounds as constraints and no step size to
//! choose: the same history always gives the same points.

use std::collections::BTreeMap;

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus, SupportedConeT,
};

use crate::arrears::ArrearsError;

/// A linear programme over cones, as it is written down: minimise `cost · x` with `right - rows x` in the cones.
#[derive(Default)]
struct Programme {
    places: (Vec<usize>, Vec<usize>, Vec<f64>),
    right: Vec<f64>,
    cones: Vec<SupportedConeT<f64>>,
}

impl Programme {
    /// One row: the slack is `right` less the sum of its terms.
    fn row(&mut self, terms: impl IntoIterator<Item = (usize, f64)>, right: f64) {
        for (variable, factor) in terms {
            self.places.0.push(self.right.len());
            self.places.1.push(variable);
            self.places.2.push(factor);
        }
        self.right.push(right);
    }
}

/// The weight of each of `number` conditions. `patterns` gives, for each set of conditions that held together (one bit
/// each), how much weight its rows have, and how much of that came to a bad ending.
pub(super) fn fit(
    patterns: &BTreeMap<u32, (f64, f64)>,
    number: usize,
    shrink: f64,
) -> Result<Vec<f64>, ArrearsError> {
    let nothing = || {
        ArrearsError::invalid(
            "history",
            "training.nothing",
            "这段历史里没有可学的日子，或没有坏结局",
        )
    };
    if patterns.values().all(|(_, came)| *came == 0.0) {
        return Err(nothing());
    }
    // Variables: the intercept, the weights, then for each pattern its loss t and the two cones' ends u and v.
    let (count, first) = (patterns.len(), number + 1);
    let mut cost = vec![0.0; first + 3 * count];
    cost.iter_mut()
        .skip(1)
        .take(number)
        .for_each(|one| *one = shrink);
    let mut programme = Programme::default();
    for weight in 1..=number {
        programme.row([(weight, -1.0)], 0.0);
    }
    for at in 0..count {
        programme.row(
            [(first + count + at, 1.0), (first + 2 * count + at, 1.0)],
            1.0,
        );
    }
    programme.cones = vec![
        SupportedConeT::NonnegativeConeT(number),
        SupportedConeT::NonnegativeConeT(count),
    ];
    for (at, (held, (all, came))) in patterns.iter().enumerate() {
        let (t, u, v) = (first + at, first + count + at, first + 2 * count + at);
        let of_score = (0..number)
            .filter(|one| held >> one & 1 == 1)
            .map(|one| one + 1);
        let of_score: Vec<usize> = [0].into_iter().chain(of_score).collect();
        add(&mut cost, t, *all);
        of_score.iter().for_each(|one| add(&mut cost, *one, -came));
        // e^(s - t) ≤ u and e^(-t) ≤ v with u + v ≤ 1: together ln(1 + eˢ) ≤ t.
        programme.row(
            of_score
                .into_iter()
                .map(|one| (one, -1.0))
                .chain([(t, 1.0)]),
            0.0,
        );
        programme.row([], 1.0);
        programme.row([(u, -1.0)], 0.0);
        programme.row([(t, 1.0)], 0.0);
        programme.row([], 1.0);
        programme.row([(v, -1.0)], 0.0);
        programme.cones.extend([
            SupportedConeT::ExponentialConeT(),
            SupportedConeT::ExponentialConeT(),
        ]);
    }
    solve(&programme, &cost, number).ok_or_else(nothing)
}

fn add(cost: &mut [f64], place: usize, value: f64) {
    if let Some(one) = cost.get_mut(place) {
        *one += value;
    }
}

fn solve(programme: &Programme, cost: &[f64], number: usize) -> Option<Vec<f64>> {
    let (rows, columns, values) = programme.places.clone();
    let (height, width) = (programme.right.len(), cost.len());
    let matrix = CscMatrix::new_from_triplets(height, width, rows, columns, values);
    let settings = DefaultSettingsBuilder::default()
        .verbose(false)
        .build()
        .ok()?;
    let quadratic = CscMatrix::zeros((width, width));
    let right = &programme.right;
    let mut solver =
        DefaultSolver::new(&quadratic, cost, &matrix, right, &programme.cones, settings).ok()?;
    solver.solve();
    let good = matches!(
        solver.solution.status,
        SolverStatus::Solved | SolverStatus::AlmostSolved
    );
    good.then(|| {
        solver
            .solution
            .x
            .iter()
            .skip(1)
            .take(number)
            .map(|one| one.max(0.0))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_that_goes_with_the_ending_gets_the_log_of_its_odds() {
        // Without a penalty and with both kinds of rows, the optimum is known: ln(odds with) - ln(odds without).
        let patterns = BTreeMap::from([(0b0, (100.0, 20.0)), (0b1, (100.0, 60.0))]);
        let weights = fit(&patterns, 1, 0.0).unwrap();
        let expected = (60.0f64 / 40.0).ln() - (20.0f64 / 80.0).ln();
        assert!(
            (weights[0] - expected).abs() < 1e-3,
            "{weights:?} {expected}"
        );
    }

    #[test]
    fn a_condition_that_speaks_against_it_gets_nothing_and_so_does_a_weak_one() {
        let against = BTreeMap::from([(0b0, (100.0, 60.0)), (0b1, (100.0, 20.0))]);
        assert!(fit(&against, 1, 0.0).unwrap()[0] < 1e-6);
        let weak = BTreeMap::from([(0b0, (100.0, 50.0)), (0b1, (100.0, 52.0))]);
        assert!(fit(&weak, 1, 5.0).unwrap()[0] < 1e-6);
        assert!(
            fit(&BTreeMap::from([(0b1, (10.0, 0.0))]), 1, 1.0).is_err(),
            "nothing to learn"
        );
    }
}
