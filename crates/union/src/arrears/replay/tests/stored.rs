//! The whole way from a file through the store to the score sheet, on both databases: the same figures to the byte.

use std::fmt::Write as _;

use store::testing::TestDb;

use super::*;
use crate::arrears::replay::{Request, ScoreSheet, gather, score};
use crate::arrears::tests::support::{district as unions, file, import, system};

/// Two waves and a repeat in one place, a wave that comes to nothing in another, layoff notices by name only.
fn claims() -> String {
    let mut text = "state,claim_id,employer_id,name_key,opened,industry_code\n".to_owned();
    for day in 1..=12 {
        writeln!(text, "甲,A{day},甲-1,n1,2019-03-{day:02},722511").unwrap();
        writeln!(text, "甲,B{day},甲-1,n1,2020-03-{day:02},722511").unwrap();
    }
    for day in 1..=4 {
        writeln!(text, "乙,C{day},乙-1,n2,2019-05-{day:02},236").unwrap();
    }
    text
}

const NOTICES: &str = "state,name_key,notice_date,employees_affected\n\
    甲,n1,2019-01-10,120\n乙,n9,2019-01-10,80\n甲,n1,2008-05-01,7\n";

fn sheet(test: &TestDb) -> ScoreSheet {
    let rules = [
        rules("rules.claims_handmade"),
        rules("rules.claims_counter"),
    ];
    let endings = [ending("10in90")];
    let kinds: Vec<_> = endings.iter().flat_map(Ending::kinds).collect();
    let kinds = [kinds, vec![("warn_notice", Vec::new())]].concat();
    let collector = Collector::wanting(&[&rules[0], &rules[1]], &kinds);
    let gathered = test
        .db
        .read(&system(), |tx| {
            let until = tx.today();
            gather(tx, collector, &[], until, &mut |_| {})
        })
        .unwrap();
    let request = Request {
        rules: &rules,
        endings: &endings,
        months_owed: &Default::default(),
        days: (day("2019-01-01"), day("2020-12-31")),
    };
    score(request, &gathered, &mut |_, _| {}).unwrap()
}

store::db_test!(
    fn a_file_becomes_a_score_sheet(test) {
        unions(test);
        let path = file(test, "claims.csv", &claims());
        let report = import(test, "public-wage-claims", path.clone());
        assert_eq!((report.new, report.refused), (28, 0), "the name of the feed's file will do");
        import(test, "public_layoff_notices", file(test, "notices.csv", NOTICES));
        let sheet = sheet(test);
        // A notice from before the claims begin does not stretch the time the figures are for.
        assert_eq!((sheet.from, sheet.to), (day("2019-03-01"), day("2020-03-12")));
        let handmade = &sheet.rule_sets[0].endings[0];
        assert_eq!((handmade.figures.precision.k, handmade.figures.precision.n), (2, 3));
        assert_eq!((handmade.figures.recall.k, handmade.figures.recall.n), (2, 2));
        assert_eq!(handmade.figures.by_industry.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["23", "72"]);
        // The notice reached the employer through its name and place; it stood before the only first case.
        let known = &sheet.endings[0].known_before[0];
        assert_eq!((known.kind.as_str(), known.first_cases.k, known.first_cases.n), ("warn_notice", 1, 1));
        assert_eq!((known.subjects.k, known.subjects.n), (2, 3));
        let before = serde_json::to_string(&sheet).unwrap();
        let again = import(test, "public_wage_claims", path);
        assert_eq!((again.new, again.unchanged), (0, 28));
        assert_eq!(serde_json::to_string(&self::sheet(test)).unwrap(), before, "the same file again changes nothing");
    }
);
