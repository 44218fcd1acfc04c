//! The list with thousands of open alerts: every alert on one page, whatever happens between two pages.

use std::collections::BTreeSet;

use serde_json::json;
use store::testing::TestDb;
use store::{Actor, Audit, args};

use super::support::*;
use crate::arrears::alerts::sql;
use crate::arrears::desk::{self, DeskFilter};
use crate::arrears::subjects::{self, SubjectDraft};
use crate::arrears::{AlertId, ArrearsError};

/// Open alerts of a very bad year, fewer where each row is a round trip.
const MANY: usize = 6_000;
const PAGE: usize = 50;

/// Opens alerts about projects, scores and levels mixed, without cases: the list needs none.
fn open(test: &TestDb, d: &District, many: usize) {
    let places = [&d.unions.tangqi.path, &d.unions.qiaosi.path];
    let drafts: Vec<SubjectDraft> = (0..many)
        .map(|n| SubjectDraft::project(&format!("项目{n:05}"), places[n % 2].clone()))
        .collect();
    test.db
        .write(&system(), |tx| {
            let (district, now) = (*tx.district(), tx.now());
            let ids = subjects::ensure(tx, &drafts)?;
            for (n, (subject, draft)) in ids.into_iter().zip(&drafts).enumerate() {
                let score = i64::try_from(15 + n * 7 % 60).unwrap();
                let (level, rank) = match score {
                    60.. => ("red", 2),
                    30.. => ("yellow", 1),
                    _ => ("blue", 0),
                };
                tx.exec(
                    &sql::INSERT,
                    args![
                        district,
                        tx.new_id::<AlertId>(),
                        format!("QX2026-{n:05}"),
                        subject,
                        draft.name.clone(),
                        draft.org_path.clone(),
                        level,
                        rank,
                        score,
                        false,
                        json!([]),
                        None::<i64>,
                        None::<i64>,
                        "",
                        "rules.composite",
                        "",
                        now,
                        None::<i64>,
                        vec![0_u8; 32]
                    ],
                )?;
            }
            tx.audit(Audit::of("alert.evaluated", "alert", "*"))?;
            Ok::<_, ArrearsError>(())
        })
        .unwrap();
}

/// All pages in turn; `between` is told after each.
fn walk(test: &TestDb, who: &Actor, mut between: impl FnMut(usize)) -> Vec<(i64, i64, AlertId)> {
    let (mut seen, mut after) = (Vec::new(), None);
    for number in 1.. {
        let lines = test
            .db
            .read(who, |tx| {
                desk::page(tx, &DeskFilter::default(), after, PAGE)
            })
            .unwrap();
        let Some(last) = lines.last() else { break };
        after = Some(last.after());
        seen.extend(
            lines
                .iter()
                .map(|line| (line.level.rank, line.score, line.id)),
        );
        between(number);
    }
    seen
}

fn no_two_alike(seen: &[(i64, i64, AlertId)]) {
    let ids: BTreeSet<AlertId> = seen.iter().map(|(.., id)| *id).collect();
    assert_eq!(ids.len(), seen.len(), "an alert stands on two pages");
}

store::db_test!(
    fn every_alert_stands_on_one_page_worst_first(test) {
        let d = district(test);
        let many = if test.db.backend() == store::Backend::Sqlite { MANY } else { MANY / 10 };
        open(test, &d, many);
        let seen = walk(test, &system(), |_| {});
        assert_eq!(seen.len(), many);
        no_two_alike(&seen);
        assert!(seen.is_sorted_by(|one, next| one > next), "worst first, and one order among equals");
        let town = officer_of(&d.unions.tangqi.path);
        let own = walk(test, &town, |_| {});
        assert_eq!(own.len(), many / 2, "a town sees its half");
        no_two_alike(&own);
        let tally = test.db.read(&town, desk::tally).unwrap();
        let open: i64 = tally.levels.iter().map(|(_, count, _)| count).sum();
        assert_eq!(usize::try_from(open).unwrap(), own.len(), "the figures open to their rows");
    }
);

store::db_test!(
    fn an_alert_that_ends_or_comes_between_two_pages_moves_no_other(test) {
        let d = district(test);
        open(test, &d, 300);
        let before = walk(test, &system(), |_| {});
        let (gone, stays) = (before[10].2, before[200].2);
        let seen = walk(test, &system(), |number| {
            if number == 1 {
                test.db.write(&system(), |tx| {
                    let (district, now) = (*tx.district(), tx.now());
                    tx.exec(&sql::ENDED_NOW, args![district, gone, "closed", now, "paid", 1])?;
                    tx.audit(Audit::of("alert.closed", "alert", gone))?;
                    Ok::<_, ArrearsError>(())
                }).unwrap();
            }
        });
        assert_eq!(seen, before, "what was shown stays shown, what follows follows");
        let again = walk(test, &system(), |_| {});
        assert_eq!(again.len(), before.len() - 1);
        assert!(again.iter().any(|(.., id)| *id == stays));
    }
);
