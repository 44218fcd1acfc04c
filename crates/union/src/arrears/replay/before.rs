//! What else was known before the first cases: what signals other than complaints could add.

use std::collections::{BTreeMap, BTreeSet};

use kernel::definitions::Catalogue;
use kernel::warning::SignalSchema;

use super::ending::Case;
use super::measure::Setting;
use super::share::Share;
use super::sheet::KnownBefore;

/// Days before the case was reached in which a signal may have stood: half a year.
const LOOK_BACK: i32 = 180;

/// For every kind that is neither the ending's own nor a complaint: how often one had arrived before.
pub(super) fn known_before(setting: Setting<'_>, own: &BTreeSet<String>) -> Vec<KnownBefore> {
    let complaints = setting.history.arrivals_of(&setting.ending.complaints);
    let firsts: Vec<(u32, &Case, bool)> = setting
        .cases
        .iter()
        .filter_map(|(subject, cases)| Some((*subject, cases.first()?)))
        .filter(|(_, case)| setting.span.contains(case.reached))
        .map(|(subject, case)| {
            let first = complaints.get(&subject).and_then(|days| days.first());
            (subject, case, first.is_none_or(|day| *day >= case.first))
        })
        .collect();
    let kinds = setting.history.kinds.iter().map(|kind| kind.name.as_str());
    let others = kinds.filter(|kind| {
        *kind != setting.ending.signal.as_str() && *kind != setting.ending.complaints.as_str()
    });
    others
        .filter_map(|kind| one(setting, kind, &firsts, own.contains(kind)))
        .collect()
}

fn one(
    setting: Setting<'_>,
    kind: &str,
    firsts: &[(u32, &Case, bool)],
    own: bool,
) -> Option<KnownBefore> {
    let days: BTreeMap<u32, Vec<i32>> = setting.history.arrivals_of(kind);
    if days.is_empty() {
        return None;
    }
    let stood = |subject: u32, case: &Case| {
        let days = days.get(&subject).map_or(&[][..], Vec::as_slice);
        let mut days = days.iter();
        days.any(|day| (case.reached - LOOK_BACK..case.reached).contains(day))
    };
    let share = |silent_only: bool| {
        let counted = firsts.iter().filter(|(.., silent)| *silent || !silent_only);
        let k = counted.clone().filter(|(who, case, _)| stood(*who, case));
        Share::new(k.count(), counted.count())
    };
    let title = SignalSchema::find(Catalogue::in_force(), kind);
    Some(KnownBefore {
        kind: kind.to_owned(),
        title: title.map_or_else(|| kind.to_owned(), |schema| schema.title),
        own,
        within_days: LOOK_BACK,
        first_cases: share(false),
        without_complaint: share(true),
        subjects: Share::new(days.len(), setting.history.subjects().len()),
    })
}
