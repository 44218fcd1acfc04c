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

/// Claims of an employer that wrote from three places: in March from 甲, later from 乙 and 丙. What came after the 12th of
/// March 2019 is handed over in `order`, and may belong to anybody.
fn moved(order: &[(&str, &str, &str)], first: bool) -> String {
    let mut early = String::new();
    for day in 1..=12 {
        writeln!(early, "甲,A{day},E-1,n1,2019-03-{day:02},722511").unwrap();
        writeln!(early, "丁,D{day},E-2,n2,2019-03-{day:02},236").unwrap();
    }
    let mut late = String::new();
    for (number, (place, who, on)) in order.iter().enumerate() {
        writeln!(late, "{place},L{number},{who},n1,{on},446").unwrap();
    }
    let head = "state,claim_id,employer_id,name_key,opened,industry_code\n";
    match first {
        true => format!("{head}{late}{early}"),
        false => format!("{head}{early}{late}"),
    }
}

/// Everything the sheet says of each alert up to a day, apart from how it went on.
fn lines_by(test: &TestDb, on: kernel::Date) -> Vec<String> {
    let sheet = sheet(test);
    let alerts = sheet.rule_sets.iter().flat_map(|one| &one.alert_list);
    let known = alerts.filter(|one| one.day <= on).map(|one| {
        let mut line = serde_json::to_value(one).unwrap();
        // What happened afterwards is the future itself.
        for later in ["hits", "level"] {
            line.as_object_mut().unwrap().remove(later).unwrap();
        }
        line.to_string()
    });
    let mut lines: Vec<String> = known.collect();
    lines.sort();
    lines
}

store::db_test!(
    fn what_comes_later_changes_nothing_of_a_line_shown_before(test) {
        unions(test);
        let on = day("2019-03-12");
        let one = [("乙", "E-1", "2019-06-01"), ("丙", "E-2", "2020-01-05")];
        import(test, "public_wage_claims", file(test, "one.csv", &moved(&one, false)));
        let shown = lines_by(test, on);
        assert!(shown.iter().any(|line| line.contains("甲")) && shown.iter().any(|line| line.contains("丁")), "{shown:?}");
        // The later rows exchanged among the employers and read before the early ones: every line stays to the letter.
        let other = TestDb::sqlite();
        unions(&other);
        let exchanged = [("丙", "E-1", "2019-06-01"), ("乙", "E-2", "2020-01-05"), ("乙", "E-1", "2019-04-02")];
        import(&other, "public_wage_claims", file(&other, "two.csv", &moved(&exchanged, true)));
        assert_eq!(lines_by(&other, on), shown);
        // The same when the later file is imported before the earlier.
        let third = TestDb::sqlite();
        unions(&third);
        let (late, early) = (moved(&exchanged, true), moved(&[], true));
        let late: String = late.lines().filter(|line| !line.contains("2019-03-")).map(|line| format!("{line}\n")).collect();
        import(&third, "public_wage_claims", file(&third, "late.csv", &late));
        import(&third, "public_wage_claims", file(&third, "early.csv", &early));
        assert_eq!(lines_by(&third, on), shown);
    }
);
