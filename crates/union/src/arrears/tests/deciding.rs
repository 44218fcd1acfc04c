//! What people decide: falling, keeping, deferring, closing; what the desk shows.

use store::testing::TestDb;

use super::colours::{alerts_of, evaluate, lead, stand_on, the_alert, tv_a1};
use super::support::*;
use crate::arrears::alerts::{self, AlertState, Closing, Decision, Deferral, EventKind};
use crate::arrears::desk::{self, DeskFilter};
use crate::arrears::{self, ArrearsError, Lead, LeadAbout, Permit};
use crate::audit::{AuditFilter, search};
use crate::cases::NewEvidence;
use crate::failure::RoomError;

fn decision(note: &str) -> Decision {
    Decision {
        note: note.into(),
        version: None,
    }
}

fn act<T>(
    test: &TestDb,
    f: impl FnOnce(&mut store::Tx) -> Result<T, ArrearsError>,
) -> Result<T, ArrearsError> {
    test.db.write(&system(), f)
}

/// A yellow alert for which the rules propose less.
fn fading(test: &TestDb, d: &District) -> alerts::Alert {
    tv_a1(test, d.factory);
    evaluate(test);
    stand_on(test, "2027-01-10");
    evaluate(test);
    the_alert(test, d.factory)
}

store::db_test!(
    fn a_person_follows_or_keeps_and_either_needs_a_reason(test) {
        let d = district(test);
        let alert = fading(test, &d);
        assert!(alert.proposed.is_some());
        let permit = Permit::program();
        let silent = act(test, |tx| alerts::keep(tx, &permit, alert.id, &decision(" ")));
        assert_eq!(silent.unwrap_err().code(), "alert.no_reason");
        act(test, |tx| alerts::keep(tx, &permit, alert.id, &decision("厂里仍有苗头"))).unwrap();
        stand_on(test, "2027-01-11");
        evaluate(test);
        let kept = the_alert(test, d.factory);
        assert_eq!((kept.level.as_str(), kept.proposed), ("yellow", None), "not proposed again");
        let stale = Decision { version: Some(alert.version), ..decision("x") };
        assert_eq!(act(test, |tx| alerts::keep(tx, &permit, alert.id, &stale)).unwrap_err().code(), "arrears.stale");
        let nothing = act(test, |tx| alerts::decide_fall(tx, &permit, alert.id, &decision("x")));
        assert_eq!(nothing.unwrap_err().code(), "alert.nothing_proposed");
    }
);

store::db_test!(
    fn a_followed_proposal_lowers_the_colour_and_the_clocks(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 20), ("workers", 5)]);
        lead(test, d.factory, "debt_notice", "2026-11-20", &[("form", 1)]);
        evaluate(test);
        assert_eq!(the_alert(test, d.factory).level, "yellow");
        stand_on(test, "2026-11-21");
        lead(test, d.factory, "wage_overdue", "2026-11-21", &[("days", 5), ("workers", 5)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        assert_eq!((alert.level.as_str(), alert.proposed.as_deref(), alert.score), ("yellow", Some("blue"), 15));
        act(test, |tx| alerts::decide_fall(tx, &Permit::program(), alert.id, &decision("已付大部分"))).unwrap();
        let after = the_alert(test, d.factory);
        assert_eq!((after.level.as_str(), after.proposed), ("blue", None));
        let last = test.db.read(&system(), |tx| alerts::events(tx, alert.id)).unwrap().pop().unwrap();
        assert_eq!((last.kind, last.from.as_str(), last.to.as_str()), (EventKind::Fallen, "yellow", "blue"));
    }
);

store::db_test!(
    fn who_may_not_act_is_told_so_and_red_belongs_to_the_district(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 12)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        let closing = Closing { code: "false_alarm".into(), decision: decision("误报"), ..Closing::default() };
        let by = |role_id: &str| {
            let permit = Permit::with(role(role_id));
            act(test, |tx| alerts::close(tx, &permit, alert.id, &closing)).unwrap_err().code()
        };
        assert_eq!(by("enterprise_chair"), "arrears.forbidden");
        assert_eq!(by("leader"), "arrears.forbidden");
        assert_eq!(by("town_officer"), "arrears.forbidden", "red is closed by the district");
    }
);

store::db_test!(
    fn a_lawful_deferral_needs_an_agreement_and_ends_within_thirty_days(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-18", &[("days", 20), ("workers", 8)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        let defer = |until: &str, document: &str| {
            let deferral = Deferral { until: day(until), document: document.into(), decision: decision("资金月底到位") };
            act(test, |tx| alerts::defer(tx, &Permit::program(), alert.id, &deferral))
        };
        let refused = defer("2026-11-20", "").unwrap_err();
        assert_eq!(refused.refusals().len(), 2, "both reasons at once: {refused}");
        assert_eq!(defer("2026-12-21", "协议 3 号").unwrap_err().code(), "alert.deferral_too_long");
        defer("2026-12-10", "协议 3 号").unwrap();
        let after = the_alert(test, d.factory);
        assert_eq!((after.deferral_until, after.deferral_doc.as_str()), (Some(day("2026-12-10")), "协议 3 号"));
        evaluate(test);
        assert_eq!(the_alert(test, d.factory).score, alert.score - 5);
        stand_on(test, "2026-12-09");
        let again = defer("2027-01-08", "协议 4 号").unwrap_err();
        assert_eq!(again.code(), "alert.deferral_too_long");
        let said = again.to_string();
        assert!(said.contains("2026-11-20") && said.contains("2026-12-20"), "the first day and the last: {said}");
        defer("2026-12-20", "协议 4 号").unwrap();
    }
);

store::db_test!(
    fn a_deferral_is_not_entered_as_a_lead(test) {
        let d = district(test);
        let lead = Lead {
            key: "k".into(),
            about: LeadAbout::Employer(d.factory),
            kind: "lawful_deferral".into(),
            day: day("2026-11-20"),
            fields: vec![("days".into(), 20)],
            verified: true,
            reference: String::new(),
        };
        let refused = act(test, |tx| arrears::enter_signal(tx, &Permit::program(), &lead)).unwrap_err();
        assert_eq!(refused.code(), "signal.by_agreement");
        assert!(refused.to_string().contains("依法延期支付"), "{refused}");
    }
);

store::db_test!(
    fn closing_waits_for_quiet_and_a_closed_alert_is_not_opened_by_what_was_known(test) {
        let d = district(test);
        lead(test, d.factory, "debt_notice", "2026-11-19", &[("form", 1)]);
        lead(test, d.factory, "tension", "2026-11-19", &[("felt", 1)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        assert_eq!(alert.level, "blue");
        let close = |code: &str| {
            let closing = Closing {
                code: code.into(),
                evidence: vec![NewEvidence { kind: "check_note".into(), text: "核查记录".into(), ..NewEvidence::default() }],
                decision: decision("到厂核查，账册齐全，工资按时发放"),
                ..Closing::default()
            };
            let officer = officer_of(&d.unions.federation.path);
            test.db.write(&officer, |tx| alerts::close(tx, &Permit::program(), alert.id, &closing))
        };
        assert_eq!(close("no_arrears").unwrap_err().code(), "alert.not_quiet");
        assert_eq!(close("whatever").unwrap_err().code(), "alert.closing_code");
        close("false_alarm").unwrap();
        let closed = the_alert(test, d.factory);
        assert_eq!((closed.state, closed.closed_code.as_str()), (AlertState::Closed, "false_alarm"));
        let scores = test.db.read(&system(), |tx| alerts::rule_scores(tx, "rules.composite")).unwrap();
        assert_eq!(scores, [("S13".to_owned(), 0, 1), ("S6".to_owned(), 0, 1)], "false alarms feed the score sheet");
        stand_on(test, "2026-11-21");
        evaluate(test);
        assert_eq!(alerts_of(test, d.factory).len(), 1, "nothing new became known");
        lead(test, d.factory, "complaint", "2026-11-21", &[("people", 3)]);
        evaluate(test);
        let all = alerts_of(test, d.factory);
        assert_eq!((all.len(), all[0].no.as_str()), (2, "QX2026-00002"));
        assert_eq!(close("false_alarm").unwrap_err().code(), "alert.ended");
    }
);

store::db_test!(
    fn the_desk_shows_the_most_urgent_first_and_only_its_own(test) {
        let d = district(test);
        tv_a1(test, d.factory);
        let other = crate::orgs::tests::support::employer(test, &d.unions.qiaosi, "杭州海川物流有限公司", "");
        lead(test, other, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 12), ("amount", 500_000)]);
        evaluate(test);
        let page = |path: &kernel::OrgPath, filter: &DeskFilter| {
            test.db.read(&officer_of(path), |tx| desk::page(tx, filter, None, 50)).unwrap()
        };
        let all = page(&d.unions.federation.path, &DeskFilter::default());
        let order: Vec<_> = all.iter().map(|line| (line.level.id.as_str(), line.score)).collect();
        assert_eq!(order, [("red", 35), ("yellow", 30)]);
        assert!(!all[0].place.is_empty() && !all[0].owner.is_empty() && all[0].due.is_some(), "{:?}", all[0]);
        let own = page(&d.unions.qiaosi.path, &DeskFilter::default());
        assert_eq!(own.len(), 1);
        assert_eq!(own[0].id, all[0].id);
        let next = test.db.read(&officer_of(&d.unions.federation.path), |tx| {
            desk::page(tx, &DeskFilter::default(), Some(all[0].after()), 50)
        }).unwrap();
        assert_eq!(next.len(), 1);
        let named = DeskFilter { text: "海川".into(), ..DeskFilter::default() };
        assert_eq!(page(&d.unions.federation.path, &named).len(), 1);
        let (tally, towns, pulse) = test.db.read(&officer_of(&d.unions.federation.path), |tx| {
            Ok::<_, ArrearsError>((desk::tally(tx)?, desk::by_town(tx)?, desk::pulse(tx)?))
        }).unwrap();
        assert_eq!(tally.levels.iter().map(|one| one.1).sum::<i64>(), 2);
        assert_eq!((tally.people, tally.amount.0), (12, 500_000));
        assert_eq!(towns.iter().map(|(_, counts)| counts.iter().sum::<i64>()).sum::<i64>(), 2);
        assert!(pulse > 0);
        let alert_page = test.db.read(&system(), |tx| arrears::alert_page(tx, &all[1].no)).unwrap();
        assert_eq!(alert_page.explanation.score, 30);
        assert_eq!(alert_page.signals.len(), 5);
        assert_eq!(alert_page.against_closing.0.len(), 1);
    }
);

store::db_test!(
    fn every_view_is_logged_and_a_foreign_desk_cannot_even_view(test) {
        let d = district(test);
        tv_a1(test, d.factory);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        test.db.write(&officer_of(&d.unions.tangqi.path), |tx| desk::viewed(tx, alert.id)).unwrap();
        assert!(test.db.write(&officer_of(&d.unions.qiaosi.path), |tx| desk::viewed(tx, alert.id)).is_err());
        let filter = AuditFilter { action: "alert.viewed".into(), ..AuditFilter::default() };
        let log = test.db.read(&system(), |tx| search(tx, &filter, 10)).unwrap();
        assert_eq!(log.len(), 1);
        assert_eq!(log[0].subject_id, alert.id.to_string());
    }
);
