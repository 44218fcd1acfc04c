//! The least scores of the levels.

use super::super::desk::Alert;
use super::Lesson;
use super::rows::Row;

/// No level begins above this score.
const HIGHEST: i64 = 1_000;

/// The least score of each level, lowest first, from the rows of the subjects for which `of` holds.
pub(super) fn levels(
    lesson: &Lesson<'_>,
    rows: &[Row],
    points: &[i64],
    measure: &[Alert],
    of: &dyn Fn(u32) -> bool,
) -> Vec<i64> {
    let training = lesson.training;
    let rows: Vec<(&Row, i64)> = rows
        .iter()
        .filter(|row| of(row.subject))
        .map(|row| (row, row.score(points)))
        .collect();
    let measure = measure.iter().filter(|alert| of(alert.subject)).count();
    let quiet = lesson.quiet();
    let few = |least: i64| {
        let alerts = count_openings(&rows, least, quiet);
        alerts * 100 <= training.lowest.percent * measure
    };
    let mut from = vec![(2..HIGHEST).find(|least| few(*least)).unwrap_or(HIGHEST)];
    for level in training.levels.iter().skip(1) {
        let lowest = from.first().copied().unwrap_or(HIGHEST);
        let below = from.last().copied().unwrap_or(HIGHEST);
        let wanted = level.ahead_percent.unwrap_or(100);
        let likely = |least: i64| likely(lesson, &rows, (lowest, least), wanted);
        from.push(
            (below + 1..HIGHEST)
                .find(|least| likely(*least))
                .unwrap_or(HIGHEST),
        );
    }
    from
}

/// Whether enough of the alerts that reach a score see the case come, or too few are left to tell.
fn likely(
    lesson: &Lesson<'_>,
    rows: &[(&Row, i64)],
    (lowest, least): (i64, i64),
    wanted: usize,
) -> bool {
    let entries = entries(rows, lowest, least, lesson.quiet());
    let ahead: Vec<&&Row> = entries.iter().filter(|row| !row.reached).collect();
    let few = entries.len() < lesson.training.higher.least_entries
        || ahead.len() < lesson.training.higher.least_ahead;
    let come = ahead.iter().filter(|row| row.comes).count();
    few || come * 100 >= wanted * ahead.len()
}

fn count_openings(rows: &[(&Row, i64)], least: i64, quiet: i32) -> usize {
    let mut last: Option<&Row> = None;
    let mut count = 0;
    for (row, _) in rows.iter().filter(|(_, score)| *score >= least) {
        count += usize::from(!goes_on(last, row, quiet));
        last = Some(row);
    }
    count
}

/// The rows on which an alert that opened at `lowest` first reaches `least`.
fn entries<'a>(rows: &[(&'a Row, i64)], lowest: i64, least: i64, quiet: i32) -> Vec<&'a Row> {
    let (mut last, mut risen) = (None, false);
    let mut entries = Vec::new();
    for (row, score) in rows.iter().filter(|(_, score)| *score >= lowest) {
        risen &= goes_on(last, row, quiet);
        last = Some(*row);
        if *score >= least && !risen {
            risen = true;
            entries.push(*row);
        }
    }
    entries
}

fn goes_on(last: Option<&Row>, row: &Row, quiet: i32) -> bool {
    last.is_some_and(|last| last.subject == row.subject && row.day - last.day <= quiet)
}

/// The alerts these points and this least score would have opened, in order of subject and day.
pub(super) fn openings<'a>(
    rows: impl Iterator<Item = &'a Row>,
    points: &[i64],
    least: i64,
    quiet: i32,
) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = Vec::new();
    for row in rows {
        let score = row.score(points);
        if score < least {
            continue;
        }
        match alerts.last_mut() {
            Some(open) if open.subject == row.subject && row.day - open.last_hot <= quiet => {
                open.last_hot = row.day;
            }
            _ => alerts.push(Alert {
                subject: row.subject,
                day: row.day,
                opened_at: 0,
                level: 0,
                score,
                last_hot: row.day,
                rules: Vec::new(),
            }),
        }
    }
    alerts
}
