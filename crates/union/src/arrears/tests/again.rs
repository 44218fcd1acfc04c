//! 再次预警、合并、推送: a spell of trouble is one alert on the desk as it is in the replay; two alerts become one; the
//! inspectorate is told.

use store::testing::TestDb;

use super::colours::{alerts_of, evaluate, lead, stand_on, the_alert};
use super::support::*;
use crate::access::Capability;
use crate::arrears::alerts::{
    self, Alert, AlertState, Closing, Decision, EventKind, MergedInto, Merging, Push,
};
use crate::arrears::desk::{self, DeskFilter, EndedHow};
use crate::arrears::{ArrearsError, Permit, rulesets};
use crate::cases::{self, ActInput, CallInput, NewEvidence, Verb};
use crate::coverage::Month;
use crate::failure::RoomError;

fn decision(note: &str) -> Decision {
    Decision {
        note: note.into(),
        version: None,
    }
}

/// An alert that a person closed as "no arrears" when it had been quiet long enough.
fn closed(test: &TestDb, d: &District) -> Alert {
    lead(test, d.factory, "debt_notice", "2026-11-19", &[("form", 1)]);
    lead(test, d.factory, "tension", "2026-11-19", &[("felt", 1)]);
    evaluate(test);
    let alert = the_alert(test, d.factory);
    stand_on(test, "2026-12-31");
    let case = alert.case.unwrap();
    let every = Capability::ALL.iter().copied().collect();
    for whom in ["工人一", "工人二"] {
        let call = ActInput {
            call: Some(CallInput {
                whom: whom.into(),
                solved: true,
                satisfied: true,
            }),
            ..ActInput::default()
        };
        test.db
            .write(&system(), |tx| {
                cases::act(tx, every, case, &Verb::CALL_BACK, &call)
            })
            .unwrap();
    }
    let closing = Closing {
        code: "no_arrears".into(),
        evidence: vec![NewEvidence {
            kind: "visit_record".into(),
            text: "工资按时发放".into(),
            ..NewEvidence::default()
        }],
        decision: decision("核查无欠薪"),
        ..Closing::default()
    };
    let officer = officer_of(&d.unions.federation.path);
    test.db
        .write(&officer, |tx| {
            alerts::close(tx, &Permit::program(), alert.id, &closing)
        })
        .unwrap();
    the_alert(test, d.factory)
}

/// What offices report every month, and what only takes points off.
fn routine(test: &TestDb, d: &District, on: &str) {
    lead(test, d.factory, "insured_headcount", on, &[("people", 60)]);
    lead(test, d.factory, "standing", on, &[("deposit", 1)]);
    lead(
        test,
        d.factory,
        "wage_overdue",
        on,
        &[("days", 0), ("workers", 0)],
    );
    evaluate(test);
}

store::db_test!(
    fn what_is_looked_at_and_found_in_order_is_no_new_signal(test) {
        let d = district(test);
        lead(test, d.factory, "debt_notice", "2026-11-19", &[("form", 1)]);
        lead(test, d.factory, "tension", "2026-11-19", &[("felt", 1)]);
        evaluate(test);
        let last = |test: &TestDb| the_alert(test, d.factory).last_signal_at;
        let first = last(test);
        assert!(first.is_some());
        stand_on(test, "2026-11-25");
        routine(test, &d, "2026-11-24");
        assert_eq!(last(test), first, "the quiet time goes on");
        lead(test, d.factory, "debt_notice", "2026-11-25", &[("form", 2)]);
        evaluate(test);
        assert!(last(test) > first);
    }
);

store::db_test!(
    fn what_is_in_order_does_not_bring_back_an_alert_that_ended(test) {
        let d = district(test);
        let ended = closed(test, &d);
        routine(test, &d, "2026-12-31");
        assert_eq!(the_alert(test, d.factory).state, ended.state);
        assert_eq!(ended.state, AlertState::Closed);
    }
);

store::db_test!(
    fn whose_alert_has_ended_has_no_colour_to_change(test) {
        let d = district(test);
        let tried = |test: &TestDb| test.db.read(&system(), |tx| {
            let other = rulesets::compiled(rulesets::shipped(tx, "rules.months_owed")?)?;
            alerts::dry_run(tx, &other)
        }).unwrap();
        let colours = |test: &TestDb| test.db.read(&system(), |tx| { let now = tx.now(); alerts::look(tx, now) }).unwrap().levels;
        lead(test, d.factory, "debt_notice", "2026-11-19", &[("form", 1)]);
        lead(test, d.factory, "tension", "2026-11-19", &[("felt", 1)]);
        evaluate(test);
        assert_eq!(tried(test).len(), 1, "months owed know nothing of notices and moods");
        closed(test, &d);
        assert!(!colours(test).is_empty(), "the rules still count what was known");
        assert_eq!(tried(test), []);
    }
);

store::db_test!(
    fn a_new_signal_within_the_days_of_calm_continues_the_same_alert(test) {
        let d = district(test);
        let before = closed(test, &d);
        assert_eq!(before.state, AlertState::Closed);
        stand_on(test, "2027-01-10");
        evaluate(test);
        assert_eq!(the_alert(test, d.factory).state, AlertState::Closed, "nothing new became known");
        lead(test, d.factory, "wage_overdue", "2027-01-10", &[("days", 31), ("workers", 12)]);
        evaluate(test);
        let again = the_alert(test, d.factory);
        assert_eq!((again.no.as_str(), again.state, again.level.as_str()), (before.no.as_str(), AlertState::Open, "red"));
        assert_eq!((again.closed_at, again.closed_code.as_str()), (None, ""));
        let events = test.db.read(&system(), |tx| alerts::events(tx, again.id)).unwrap();
        assert!(events.iter().any(|event| event.kind == EventKind::Reopened), "{events:?}");
        let case = test.db.read(&system(), |tx| {
            cases::get_linked(tx, again.case.unwrap()).map_err(ArrearsError::from)
        }).unwrap();
        assert!(case.ended_at.is_none(), "its case goes on: {}", case.now.state);
    }
);

store::db_test!(
    fn after_the_days_of_calm_it_is_a_new_alert(test) {
        let d = district(test);
        closed(test, &d);
        stand_on(test, "2027-06-01");
        lead(test, d.factory, "wage_overdue", "2027-06-01", &[("days", 31), ("workers", 12)]);
        evaluate(test);
        assert_eq!(alerts_of(test, d.factory).len(), 2);
    }
);

store::db_test!(
    fn two_alerts_become_one_and_the_other_goes_on(test) {
        let d = district(test);
        let other = crate::orgs::tests::support::employer(test, &d.unions.tangqi, "杭州海川物流有限公司", "");
        for employer in [d.factory, other] {
            lead(test, employer, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 12)]);
        }
        evaluate(test);
        let (first, second) = (the_alert(test, d.factory), the_alert(test, other));
        let permit = Permit::program();
        let merge = |from: &Alert, into: &Alert, relation: &str| {
            let merging = Merging { into: into.id, relation: relation.into(), decision: decision("同一个老板") };
            test.db.write(&system(), |tx| alerts::merge(tx, &permit, from.id, &merging))
        };
        assert_eq!(merge(&first, &first, "same_controller").unwrap_err().code(), "alert.merge_target");
        for none in ["", "关系好"] {
            let refused = merge(&second, &first, none).unwrap_err();
            assert_eq!(refused.code(), "alert.no_relation");
            assert!(refused.to_string().contains("总包与分包"), "{refused}");
        }
        assert_eq!(the_alert(test, other).state, AlertState::Open, "a note alone merges nothing");
        merge(&second, &first, "same_controller").unwrap();
        let (kept, gone) = (the_alert(test, d.factory), the_alert(test, other));
        let went = MergedInto { alert: first.id, relation: "same_controller".into() };
        assert_eq!((kept.state, gone.state, gone.merged_into.as_ref()), (AlertState::Open, AlertState::Merged, Some(&went)));
        let said = |alert: &Alert| {
            let events = test.db.read(&system(), |tx| alerts::events(tx, alert.id)).unwrap();
            let last = events.last().unwrap();
            (last.kind, last.note.clone())
        };
        let ((joined, there), (merged, here)) = (said(&kept), said(&gone));
        assert_eq!((joined, merged), (EventKind::Joined, EventKind::Merged));
        for note in [&there, &here] {
            assert!(note.contains("同一实际控制人：同一个老板"), "{note}");
        }
        let ends = |alert: &Alert| test.db.read(&system(), |tx| alerts::merges(tx, alert)).unwrap();
        assert_eq!(ends(&kept).joined.iter().map(|one| (one.no.as_str(), one.relation_title.as_str())).collect::<Vec<_>>(), [(gone.no.as_str(), "同一实际控制人")]);
        assert_eq!(ends(&gone).into.map(|one| (one.no, one.relation)), Some((kept.no.clone(), "same_controller".to_owned())));
        assert_eq!(merge(&gone, &kept, "same_firm").unwrap_err().code(), "alert.ended");
        let case = test.db.read(&system(), |tx| {
            cases::get_linked(tx, gone.case.unwrap()).map_err(ArrearsError::from)
        }).unwrap();
        assert_eq!(case.now.state, "merged");
    }
);

store::db_test!(
    fn of_employers_of_one_project_the_house_knows_the_relation_itself(test) {
        use crate::employers::{EdgeKind, link};
        use crate::orgs::tests::support as orgs;
        let d = district(test);
        let other = orgs::employer(test, &d.unions.tangqi, "杭州海川物流有限公司", "");
        let stranger = orgs::employer(test, &d.unions.tangqi, "杭州远山食品有限公司", "");
        for employer in [d.factory, other, stranger] {
            lead(test, employer, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 12)]);
        }
        evaluate(test);
        let known = |employer| {
            let alert = the_alert(test, employer);
            let found = test.db.read(&system(), |tx| alerts::known_related(tx, &alert)).unwrap();
            found.into_iter().map(|one| one.title).collect::<Vec<_>>()
        };
        assert_eq!(known(d.factory), [""; 0]);
        let site = orgs::enter(test, Some(&d.unions.tangqi), crate::orgs::OrgKind::Project, "体育馆项目工会");
        for employer in [d.factory, other] {
            test.db.write(&system(), |tx| link(tx, site.id, employer, EdgeKind::Own, tx.today())).unwrap();
        }
        assert_eq!(known(d.factory), ["杭州海川物流有限公司"]);
        assert_eq!(known(stranger), [""; 0]);
    }
);

store::db_test!(
    fn the_inspectorate_is_told_with_an_acknowledgement(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 12)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        let push = |permit: &Permit, office: &str, number: &str| {
            let push = Push { office: office.into(), acknowledgement: number.into(), decision: decision("请介入") };
            test.db.write(&officer_of(&d.unions.federation.path), |tx| alerts::push(tx, permit, alert.id, &push))
        };
        let chair = Permit::with(role("enterprise_chair"));
        assert_eq!(push(&chair, "区人社局", "1").unwrap_err().code(), "arrears.forbidden");
        let empty = push(&Permit::program(), " ", "").unwrap_err();
        assert_eq!(empty.refusals().len(), 2, "{empty}");
        push(&Permit::program(), "区人社局监察大队", "人社监〔2026〕77号").unwrap();
        let told = the_alert(test, d.factory);
        assert_eq!((told.push_office.as_str(), told.push_ack.as_str()), ("区人社局监察大队", "人社监〔2026〕77号"));
        assert!(told.pushed_at.is_some());
    }
);

fn case_of(test: &TestDb, alert: &Alert) -> cases::Case {
    let read = test.db.read(&system(), |tx| {
        cases::get_linked(tx, alert.case.unwrap()).map_err(ArrearsError::from)
    });
    read.unwrap()
}

fn live(case: &cases::Case) -> Vec<String> {
    let live = case
        .now
        .clocks
        .iter()
        .filter(|clock| clock.state().is_live());
    live.map(|clock| clock.rule.clone()).collect()
}

store::db_test!(
    fn an_alert_that_is_handed_over_ends_with_its_case_and_comes_back_with_it(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 12)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        let over = |permit: &Permit, no: &str, evidence: Vec<NewEvidence>| {
            let closing = Closing {
                code: "handed_over".into(),
                fields: [("transferred_to", "人社部门"), ("transfer_no", no)]
                    .map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
                evidence,
                decision: decision("单位拒不支付，请依法查处"),
                ..Closing::default()
            };
            test.db.write(&officer_of(&d.unions.federation.path), |tx| alerts::close(tx, permit, alert.id, &closing))
        };
        let receipt = NewEvidence { kind: "transfer_receipt".into(), text: "签收单".into(), ..NewEvidence::default() };
        let town = over(&Permit::with(role("town_officer")), "12 号", vec![receipt.clone()]);
        assert_eq!(town.unwrap_err().code(), "arrears.forbidden", "a red one leaves from the district");
        let bare = over(&Permit::program(), "", Vec::new()).unwrap_err();
        let mut codes: Vec<_> = bare.refusals().iter().map(|one| one.code).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["case.evidence_missing", "case.field_missing"], "{bare}");
        assert_eq!(the_alert(test, d.factory).state, AlertState::Open, "a refusal changes nothing");
        over(&Permit::program(), "人社收〔2026〕12号", vec![receipt.clone()]).unwrap();
        let gone = the_alert(test, d.factory);
        assert_eq!((gone.state, gone.closed_code.as_str()), (AlertState::Closed, "handed_over"));
        let case = case_of(test, &gone);
        assert_eq!((case.now.state.as_str(), case.ended_at.is_some(), live(&case).len()), ("transferred", false, 1));
        let scores = test.db.read(&system(), |tx| alerts::rule_scores(tx, "rules.composite")).unwrap();
        assert!(scores.is_empty(), "what it came to is not known yet: {scores:?}");
        evaluate(test);
        assert_eq!(the_alert(test, d.factory).state, AlertState::Closed, "nothing new became known");
        // The office sends it back.
        let again = |permit: &Permit, note: &str| test.db.write(&officer_of(&d.unions.federation.path), |tx| {
            alerts::reopen(tx, permit, alert.id, &decision(note))
        });
        assert_eq!(again(&Permit::program(), " ").unwrap_err().code(), "alert.no_reason");
        assert_eq!(again(&Permit::with(role("leader")), "退回").unwrap_err().code(), "arrears.forbidden");
        again(&Permit::program(), "人社部门退回").unwrap();
        assert_eq!(again(&Permit::program(), "人社部门退回").unwrap_err().code(), "alert.not_ended");
        let back = the_alert(test, d.factory);
        assert_eq!((back.no.as_str(), back.state, back.closed_code.as_str(), back.level.as_str()), (alert.no.as_str(), AlertState::Open, "", "red"));
        let case = case_of(test, &back);
        assert!(case.ended_at.is_none() && live(&case).contains(&"command".to_owned()), "{:?}", live(&case));
        let daily = crate::arrears::daily::of_day;
        let today = test.db.read(&system(), |tx| { let day = tx.today(); daily(tx, day) }).unwrap();
        assert_eq!((today.handed_over.count, today.closed.count, today.open()), (1, 0, 1), "one that came back stands again");
        // Handed over anew, a new signal brings it back by itself, with its clocks.
        over(&Permit::program(), "人社收〔2026〕13号", vec![receipt]).unwrap();
        stand_on(test, "2026-11-25");
        lead(test, d.factory, "wage_overdue", "2026-11-25", &[("days", 36), ("workers", 12)]);
        evaluate(test);
        let third = the_alert(test, d.factory);
        assert_eq!((third.state, third.case), (AlertState::Open, alert.case));
        assert!(live(&case_of(test, &third)).contains(&"visit".to_owned()), "somebody's clock runs");
    }
);

store::db_test!(
    fn a_case_handed_over_before_its_alert_lets_the_alert_end(test) {
        let d = district(test);
        lead(test, d.factory, "debt_notice", "2026-11-19", &[("form", 1)]);
        lead(test, d.factory, "tension", "2026-11-19", &[("felt", 1)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        let whole = ActInput {
            closing_code: Some("handed_over".into()),
            fields: [("transferred_to", "人民法院"), ("transfer_no", "立案 7 号")]
                .map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            evidence: vec![NewEvidence { kind: "transfer_receipt".into(), text: "受理通知".into(), ..NewEvidence::default() }],
            room: Some("arrears"),
            ..ActInput::note("已起诉")
        };
        let every = Capability::ALL.iter().copied().collect();
        test.db.write(&system(), |tx| cases::act(tx, every, alert.case.unwrap(), &Verb::of("hand_over"), &whole)).unwrap();
        let closing = Closing { code: "handed_over".into(), decision: decision("补记移交"), ..Closing::default() };
        let end = |closing: &Closing| test.db.write(&officer_of(&d.unions.federation.path), |tx| {
            alerts::close(tx, &Permit::program(), alert.id, closing)
        });
        let paid = Closing { code: "turnover".into(), ..closing.clone() };
        assert!(end(&paid).is_err(), "a case that ended otherwise pays no wages");
        end(&closing).unwrap();
        assert_eq!(the_alert(test, d.factory).state, AlertState::Closed);
    }
);

store::db_test!(
    fn a_handed_over_alert_is_a_figure_of_its_own_and_is_asked_after(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 12)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        let closing = Closing {
            code: "handed_over".into(),
            fields: [("transferred_to", "人社部门"), ("transfer_no", "12 号")]
                .map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            evidence: vec![NewEvidence { kind: "transfer_receipt".into(), text: "签收单".into(), ..NewEvidence::default() }],
            decision: decision("单位拒不支付"),
            ..Closing::default()
        };
        test.db.write(&officer_of(&d.unions.federation.path), |tx| alerts::close(tx, &Permit::program(), alert.id, &closing)).unwrap();
        let read = |filter: DeskFilter| test.db.read(&system(), |tx| {
            let lines = desk::page(tx, &filter, None, 10)?;
            assert_eq!(i64::try_from(lines.len()).unwrap(), desk::count(tx, &filter)?, "a number opens to as many rows");
            Ok::<_, ArrearsError>(lines)
        }).unwrap();
        let tally = || test.db.read(&system(), desk::tally).unwrap();
        let now = tally();
        assert_eq!((now.closed_this_month, now.false_alarms_this_month, now.handed_over_this_month), (0, 0, 1), "nothing was solved");
        let ended = |ended, month: Option<Month>| read(DeskFilter {
            state: AlertState::Closed, ended, ended_from: month.map(Month::first), ended_before: month.map(|month| month.after().first()), ..DeskFilter::default()
        }).len();
        let next = now.month.map(Month::after);
        assert_eq!((ended(Some(EndedHow::HandedOver), now.month), ended(Some(EndedHow::Closed), now.month), ended(Some(EndedHow::HandedOver), next)), (1, 0, 0));
        assert_eq!((ended(None, None), now.overdue), (1, 0));
        // A month later nobody has asked: that is late, though no alert is open.
        let due = test.db.read(&system(), |tx| cases::briefs(tx, &[alert.case.unwrap()])).unwrap()[&alert.case.unwrap()].next_due.unwrap();
        test.clock.set(due);
        store::jobs::run_jobs_until_idle(&test.db, &store::jobs::Handlers::default().with(cases::Clocks)).unwrap();
        assert_eq!(tally().overdue, 1);
        let late = |follow_ups| read(DeskFilter { overdue: true, follow_ups, ..DeskFilter::default() });
        assert_eq!(late(true)[0].no, alert.no);
        assert!(late(false).is_empty());
        let answer = ActInput {
            fields: [("office_result", "已付清"), ("office_no", "3 号")].map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            ..ActInput::note("书面答复")
        };
        let every = Capability::ALL.iter().copied().collect();
        test.db.write(&officer_of(&d.unions.federation.path), |tx| {
            cases::act(tx, every, alert.case.unwrap(), &Verb::of("office_answer"), &answer)
        }).unwrap();
        assert_eq!(tally().overdue, 0);
        let line = read(DeskFilter { state: AlertState::Closed, ..DeskFilter::default() }).remove(0);
        assert!(line.overdue == 0 && line.due.is_none() && !line.stages.contains(&cases::Stage::Late), "{:?}", line.stages);
        // Taken up again from there, the case goes on as well.
        test.db.write(&officer_of(&d.unions.federation.path), |tx| {
            alerts::reopen(tx, &Permit::program(), alert.id, &decision("又没有付"))
        }).unwrap();
        assert!(case_of(test, &the_alert(test, d.factory)).ended_at.is_none());
    }
);

store::db_test!(
    fn false_alarms_are_listed_by_themselves_and_for_the_time_of_the_record(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 12)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        let closing = Closing {
            code: "false_alarm".into(),
            evidence: vec![NewEvidence { kind: "check_note".into(), text: "核对有误".into(), ..NewEvidence::default() }],
            decision: decision("工资已按期发放"),
            ..Closing::default()
        };
        test.db.write(&system(), |tx| alerts::close(tx, &Permit::program(), alert.id, &closing)).unwrap();
        let record = test.db.read(&system(), crate::arrears::panel::record).unwrap();
        assert_eq!((record.closed, record.false_alarms), (1, 1));
        let count = |how, ended_from| {
            let filter = DeskFilter { state: AlertState::Closed, ended: Some(how), ended_from, ..DeskFilter::default() };
            test.db.read(&system(), |tx| desk::count(tx, &filter)).unwrap()
        };
        let tomorrow = test.db.read(&system(), |tx| Ok::<_, ArrearsError>(tx.today().tomorrow().unwrap())).unwrap();
        assert_eq!((count(EndedHow::FalseAlarm, record.since), count(EndedHow::Closed, record.since), count(EndedHow::FalseAlarm, Some(tomorrow))), (1, 1, 0));
        // One that ended otherwise is no false alarm.
        test.tamper("UPDATE alert SET closed_code = 'turnover'");
        assert_eq!((count(EndedHow::FalseAlarm, record.since), count(EndedHow::Closed, record.since)), (0, 1));
    }
);
