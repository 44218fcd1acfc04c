//! The desk on small made-up histories, its promise not to look ahead, and the agreed figures on real ones.

mod beside;
mod learn;
mod look_ahead;
mod reference;
mod small;
mod stored;

use kernel::definitions::Catalogue;
use kernel::warning::{Liveness, RuleSet, day_number};

use super::{Collector, Ending, Gathered, History, Played, Sources, Who, play};

/// A rule set of the repository.
fn rules(id: &str) -> RuleSet {
    let catalogue = Catalogue::in_force();
    let definition = catalogue.at(id, district(), day("2026-11-20"));
    RuleSet::read(definition.unwrap()).unwrap()
}

fn district() -> kernel::DistrictCode {
    "330113".parse().unwrap()
}

fn day(text: &str) -> kernel::Date {
    text.parse().unwrap()
}

fn endings() -> Vec<Ending> {
    Ending::all(district(), day("2026-11-20")).unwrap()
}

fn ending(short: &str) -> Ending {
    endings()
        .into_iter()
        .find(|one| one.short == short)
        .unwrap()
}

/// Claims as (employer, day).
fn history(rules: &RuleSet, claims: &[(&str, i32)]) -> History {
    let mut collector = Collector::wanting(&[rules], &[]);
    let mut numbers = std::collections::BTreeMap::new();
    for (employer, day) in claims {
        let number = *numbers.entry(*employer).or_insert_with(|| {
            collector.subject(Who {
                key: (*employer).to_owned(),
                place: employer.split('-').next().unwrap().to_owned(),
                industry: String::new(),
            })
        });
        collector.take(number, ("wage_claim", false), (*day, *day, None), |_| None);
    }
    collector.finish()
}

fn played(rules: &RuleSet, history: &History) -> Played {
    play(rules, history, |_| Liveness::all_live(), |_| {})
}

fn gathered(history: History) -> Gathered {
    Gathered {
        history,
        sources: Sources::default(),
        own: Default::default(),
    }
}

fn number(text: &str) -> i32 {
    day_number(day(text))
}
