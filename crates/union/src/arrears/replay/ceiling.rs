//! What no rule on complaints can foresee, whatever it is: the ceiling.

use super::ending::Case;
use super::measure::Setting;
use super::share::{Share, median};
use super::sheet::{Ceiling, OnFile};

/// Days before a case is reached.
const BEFORE: [i32; 5] = [1, 7, 14, 30, 60];
/// Complaints on file count when they are no older than this, seen from the day one stands on.
const LOOK_BACK: i32 = 90;
/// A rule that waits for fewer complaints than this is right too seldom to be of use.
const SOME: usize = 3;

/// What was on file before the cases of the span.
pub(super) fn ceiling(setting: Setting<'_>) -> Ceiling {
    let days = setting.history.arrivals_of(&setting.ending.complaints);
    let mut all: Vec<(&Case, &[i32], bool)> = Vec::new();
    for (subject, cases) in setting.cases {
        let days = days.get(subject).map_or(&[][..], Vec::as_slice);
        let numbered = cases.iter().enumerate();
        let counted = numbered.filter(|(_, case)| setting.span.contains(case.reached));
        all.extend(counted.map(|(number, case)| (case, days, number == 0)));
    }
    let firsts: Vec<_> = all.iter().filter(|(.., first)| *first).collect();
    let share_of_firsts = |test: &dyn Fn(&Case, &[i32]) -> bool| {
        let k = firsts
            .iter()
            .filter(|(case, days, _)| test(case, days))
            .count();
        Share::new(k, firsts.len())
    };
    let on_file = |before: i32| OnFile {
        days_before: before,
        one: share_of_firsts(&|case, days| filed(days, case.reached - before) >= 1),
        some: share_of_firsts(&|case, days| filed(days, case.reached - before) >= SOME),
    };
    Ceiling {
        first_cases: firsts.len(),
        nothing_before: share_of_firsts(&|case, days| {
            days.first().is_none_or(|day| *day >= case.first)
        }),
        whole_on_one_day: Share::new(
            all.iter()
                .filter(|(case, ..)| case.reached == case.first)
                .count(),
            all.len(),
        ),
        first_whole_on_one_day: share_of_firsts(&|case, _| case.reached == case.first),
        median_days_from_first: median(
            firsts
                .iter()
                .map(|(case, ..)| case.reached - case.first)
                .collect(),
        ),
        some: SOME,
        on_file: BEFORE.map(on_file).into(),
    }
}

/// Complaints on file on a day that are not too old.
fn filed(days: &[i32], on: i32) -> usize {
    let by = days.partition_point(|day| *day <= on);
    by - days.partition_point(|day| *day < on - LOOK_BACK)
}
