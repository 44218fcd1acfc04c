//! The page stands alone and says what it must.

use std::collections::{BTreeMap, BTreeSet};

use kernel::definitions::Catalogue;
use kernel::warning::{RuleSet, day_number};
use union::arrears::replay::sheet::ScoreSheet;
use union::arrears::replay::{Collector, Ending, Gathered, Request, Sources, Who, score};

fn day(text: &str) -> kernel::Date {
    text.parse().unwrap()
}

/// A wave that becomes a case, one that does not, and a name that wants to be markup.
fn sheet() -> ScoreSheet {
    let district: kernel::DistrictCode = "330113".parse().unwrap();
    let today = day("2026-11-20");
    let definition = Catalogue::in_force().at("rules.claims_handmade", district, today);
    let rules = [RuleSet::read(definition.unwrap()).unwrap()];
    let endings = Ending::all(district, today).unwrap();
    let endings: Vec<Ending> = endings
        .into_iter()
        .filter(|one| one.short == "10in90")
        .collect();
    let mut collector = Collector::wanting(&[&rules[0]], &[]);
    let start = day_number(day("2019-03-01"));
    for (key, place, count) in [("A-1", "<b>甲", 12), ("B-1", "乙", 4)] {
        let who = collector.subject(Who {
            key: key.into(),
            place: place.into(),
            industry: String::new(),
        });
        for after in 0..count {
            collector.take(
                who,
                ("wage_claim", false),
                (start + after, start + after, None),
                |_| None,
            );
        }
    }
    let gathered = Gathered {
        history: collector.finish(),
        sources: Sources::default(),
        own: BTreeSet::new(),
    };
    let request = Request {
        rules: &rules,
        endings: &endings,
        months_owed: &BTreeMap::new(),
        days: (day("2019-01-01"), day("2019-12-31")),
    };
    score(request, &gathered, &mut |_, _| {}).unwrap()
}

#[test]
fn the_page_loads_nothing_and_shows_the_working() {
    // A bar may be filled with a pattern of its own page.
    let page = super::page(&sheet()).unwrap().replace("url(#hatch)", "");
    for outside in [
        "http://", "https://", "<script", "<link", "src=", "@import", "url(",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(
        page.contains("50.00%（1 ÷ 2）"),
        "precision with its working"
    );
    assert!(page.contains("100.00%（1 ÷ 1）"), "recall with its working");
    assert!(!page.contains("<b>甲"), "names are text");
    assert!(page.contains("这类公开记录里没有拖欠月数"));
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    assert!(page.matches("<svg").count() >= 3);
}

#[test]
fn every_row_of_a_table_in_the_document_is_as_wide_as_its_heading() {
    let text = super::document(&sheet()).unwrap();
    let mut width = None;
    for line in text.lines() {
        let cells = line.starts_with('|').then(|| line.matches('|').count());
        if let (Some(width), Some(cells)) = (width, cells) {
            assert_eq!(cells, width, "{line}");
        }
        width = cells;
    }
}
