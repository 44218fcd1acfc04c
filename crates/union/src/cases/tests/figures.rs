//! Figures of the cases on both databases: every number is the length of the list behind it.

use super::support::{alert, at, does, house, opened, work};
use crate::cases::figures::{By, FigureAsk, Measure, figure_rows, figures};
use crate::cases::{ActInput, CallInput, NewEvidence};
use crate::orgs::tests::support::day;

fn ask(by: By) -> FigureAsk {
    FigureAsk {
        from: day("2026-11-01"),
        to: day("2026-11-30"),
        kind: None,
        by,
    }
}

store::db_test! {
    fn every_number_opens_to_as_many_cases(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        // One handed over and answered in time after a tenth of a day, one overdue, one handed over that waits for an answer.
        let quick = opened(test, &alert(&house, "yellow", 1));
        let late = opened(test, &alert(&house, "blue", 2));
        let proof = NewEvidence { kind: "transfer_receipt".into(), text: "收到".into(), ..NewEvidence::default() };
        let over = ActInput {
            evidence: vec![proof],
            fields: [("transferred_to", "人社部门"), ("transfer_no", "12 号")].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            closing_code: Some("handed_over".to_owned()),
            room: Some("arrears"),
            ..ActInput::note("依法移交")
        };
        let call = ActInput { call: Some(CallInput { whom: "工人一".into(), solved: true, satisfied: false }), ..ActInput::default() };
        does(test, &house.yi, quick.id, "accept", &ActInput::default()).unwrap();
        does(test, &house.jia, quick.id, "call_back", &call).unwrap();
        at(test, "2026-11-20 11:24");
        does(test, &house.yi, quick.id, "hand_over", &over).unwrap();
        let answer = ActInput {
            fields: [("office_result", "已付清"), ("office_no", "12 号复")].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..ActInput::note("当场付清")
        };
        does(test, &house.yi, quick.id, "office_answer", &answer).unwrap();
        let waits = opened(test, &alert(&house, "yellow", 3));
        does(test, &house.yi, waits.id, "hand_over", &over).unwrap();
        at(test, "2026-11-26 07:00");
        work(test);
        let may = house.bing.may;
        let read = |who: &crate::cases::tests::support::Person, by| test.db.read(&who.actor, |tx| figures(tx, may, &ask(by))).unwrap();
        let sheet = read(&house.bing, By::Town);
        let total = &sheet.total;
        let expected = [(Measure::Opened, 3), (Measure::Closed, 1), (Measure::OnTime, 1), (Measure::Late, 0), (Measure::Open, 2),
            (Measure::Overdue, 1), (Measure::Called, 1), (Measure::Unsatisfied, 1), (Measure::Reopened, 0)];
        for (measure, count) in expected {
            assert_eq!(total.of(measure), count, "{measure:?}");
        }
        assert_eq!((total.median, total.calls, total.satisfied), (Some(1), 1, 0), "a tenth of a day");
        for by in [By::Town, By::Desk] {
            let sheet = read(&house.bing, by);
            for measure in Measure::ALL {
                let rows = |group| test.db.read(&house.bing.actor, |tx| figure_rows(tx, may, &ask(by), group, measure)).unwrap().len();
                assert_eq!(i64::try_from(rows(None)).unwrap(), sheet.total.of(measure), "{measure:?}");
                let mut sum = 0;
                for (org, figures) in &sheet.groups {
                    let listed = rows(Some(org.as_ref().map(|org| org.id)));
                    assert_eq!(i64::try_from(listed).unwrap(), figures.of(measure), "{measure:?} {org:?}");
                    sum += figures.of(measure);
                }
                assert_eq!(sum, sheet.total.of(measure), "no case is lost between the groups");
            }
        }
        let foreign = read(&house.other, By::Town);
        assert!(Measure::ALL.iter().all(|one| foreign.total.of(*one) == 0), "{foreign:?}");
        let outside = FigureAsk { from: day("2026-10-01"), to: day("2026-10-31"), ..ask(By::Town) };
        let before = test.db.read(&house.bing.actor, |tx| figures(tx, may, &outside)).unwrap();
        assert_eq!((before.total.of(Measure::Opened), before.total.of(Measure::Closed)), (0, 0));
        assert_eq!(before.total.of(Measure::Open), 2, "what is open is open now");
        let _ = late;
    }
}
