//! Figures in words.

use union::arrears::replay::Share;
use union::arrears::replay::sheet::{Bucket, Group, Missed, Versus};

/// A figure, or a dash.
pub(super) fn figure(value: &Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), |value| format!("{value}"))
}

/// Per cent, or a dash.
pub(super) fn percent(value: &Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), |value| format!("{value:.1}%"))
}

/// Per cent with what was divided: the working.
pub(super) fn share(share: &Share) -> String {
    match share.pct {
        Some(pct) => format!("{pct:.2}%（{} ÷ {}）", share.k, share.n),
        None => "不适用".to_owned(),
    }
}

/// Per cent only.
pub(super) fn short(share: &Share) -> String {
    percent(&share.pct)
}

/// The 95 % interval.
pub(super) fn interval(share: &Share) -> String {
    match share.wilson95 {
        Some([low, high]) => format!("{:.1}%–{:.1}%", 100.0 * low, 100.0 * high),
        None => "—".to_owned(),
    }
}

/// A range of days.
pub(super) fn days(bucket: &Bucket) -> String {
    match (bucket.from, bucket.to) {
        (0, Some(0)) => "当日".to_owned(),
        (from, Some(to)) => format!("{from}–{to} 天"),
        (from, None) => format!("{from} 天以上"),
    }
}

/// Hits of all alerts of a group.
pub(super) fn precision(group: &Group) -> String {
    short(&Share::new(group.hits, group.alerts))
}

/// Why a case was missed.
pub(super) fn why(missed: &Missed) -> &'static str {
    match missed.why {
        "alert already open" => "预警早已在册，没有新立",
        _ => "没有规则及时亮灯",
    }
}

/// Misses by reason: already open, not seen in time.
pub(super) fn reasons(missed: &[Missed]) -> (usize, usize) {
    let open = missed.iter().filter(|one| one.why == "alert already open");
    let open = open.count();
    (open, missed.len() - open)
}

/// Yes or no.
pub(super) fn holds(yes: &bool) -> &'static str {
    if *yes { "成立" } else { "不成立" }
}

/// A name, or that none is given.
pub(super) fn named(name: &str) -> &str {
    if name.is_empty() {
        "（未填）"
    } else {
        name
    }
}

/// Whether a rule set beats the counter, by either way.
pub(super) fn beats(versus: &Versus) -> bool {
    versus.beats_by_precision || versus.beats_by_workload
}

/// How many of these it beats the counter in.
pub(super) fn beaten(rows: &[Versus]) -> usize {
    rows.iter().filter(|row| beats(row)).count()
}

/// One share as a multiple of another.
pub(super) fn times(share: &Share, of: &Share) -> String {
    match (share.fraction(), of.fraction()) {
        (Some(share), Some(of)) if of > 0.0 => format!("{:.2} 倍", share / of),
        _ => "—".to_owned(),
    }
}

/// A number as per cent of another.
pub(super) fn part(number: &usize, of: &usize) -> String {
    match of {
        0 => "—".to_owned(),
        _ => format!("{:.1}%", 100.0 * *number as f64 / *of as f64),
    }
}
