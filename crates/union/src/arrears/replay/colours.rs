//! What a colour means: how often a case followed.

use super::desk::Played;
use super::ending::Case;
use super::measure::Setting;
use super::share::Share;
use super::sheet::{Colour, Colours};
use kernel::warning::RuleSet;

/// How often a case was reached within the horizon, by colour.
pub(super) fn colours(setting: Setting<'_>, rules: &RuleSet, played: &Played) -> Colours {
    let calm = played.calm.iter().copied();
    let calm = share(setting, calm, reached);
    let colours: Vec<Colour> = (0..)
        .zip(rules.levels())
        .filter(|(_, level)| level.opens)
        .map(|(number, level)| colour(setting, played, number, level))
        .collect();
    let rises = |of: fn(&Colour) -> &Share| {
        let mut shares = vec![&calm];
        shares.extend(colours.iter().map(of));
        shares
            .windows(2)
            .all(|pair| matches!(pair, [low, high] if high.surely_above(low)))
    };
    Colours {
        rising_and_disjoint: rises(|colour| &colour.entries),
        rising_and_disjoint_case_still_ahead: rises(|colour| &colour.entries_case_still_ahead),
        rising_and_disjoint_openings: rises(|colour| &colour.openings),
        calm,
        colours,
    }
}

fn colour(
    setting: Setting<'_>,
    played: &Played,
    number: usize,
    level: &kernel::warning::Level,
) -> Colour {
    let entries = played.entries.iter().filter(|entry| entry.level == number);
    let entries: Vec<(i32, u32)> = entries.map(|entry| (entry.day, entry.subject)).collect();
    // A rise in the middle of a case that has been reached foresees nothing any more.
    let ahead = entries.iter().copied().filter(|(day, subject)| {
        let cases = cases(setting, *subject);
        !cases
            .iter()
            .any(|case| case.first <= *day && (case.reached..=case.last).contains(day))
    });
    let opened = played
        .alerts
        .iter()
        .filter(|alert| alert.opened_at == number);
    let opened = opened.map(|alert| (alert.day, alert.subject));
    Colour {
        id: level.id.clone(),
        label: level.label.clone(),
        shape: level.shape.clone(),
        pattern: level.pattern.clone(),
        from: level.from,
        entries_case_still_ahead: share(setting, ahead, |cases, day, to| {
            reached(cases, day + 1, to)
        }),
        openings: share(setting, opened, reached),
        entries: share(setting, entries.into_iter(), reached),
    }
}

fn cases<'a>(setting: Setting<'a>, subject: u32) -> &'a [Case] {
    setting.cases.get(&subject).map_or(&[], Vec::as_slice)
}

fn reached(cases: &[Case], from: i32, to: i32) -> bool {
    cases.iter().any(|case| (from..=to).contains(&case.reached))
}

fn share(
    setting: Setting<'_>,
    days: impl Iterator<Item = (i32, u32)>,
    test: fn(&[Case], i32, i32) -> bool,
) -> Share {
    let (mut k, mut n) = (0, 0);
    for (day, subject) in days.filter(|(day, _)| setting.span.contains(*day)) {
        n += 1;
        let to = day + setting.ending.horizon_days;
        k += usize::from(test(cases(setting, subject), day, to));
    }
    Share::new(k, n)
}
