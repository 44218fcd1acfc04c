//! From draft to answer, as people at different desks see it.

use kernel::Instant;
use store::{StoreError, args, db_test, statements};
use uuid::Uuid;

use super::support::*;
use crate::failure::RoomError;
use crate::letters::{
    self, Answer, Edit, Filter, LetterState, Link, Method, NewDelivery, NewLetter, Outcome,
    Signing, Supplied, Verb,
};
use crate::orgs::tests::support::{
    District, act, day, district, employer, officer_of, role, system,
};

const NOTICE: &str = "letters.supervision_notice";
const OPINION: &str = "letters.supervision_opinion";
const AGREEMENT: &str = "letters.mediation_agreement";

statements! {
    TAMPER = "UPDATE letter SET digest = $3 WHERE district = $1 AND id = $2";
    SEALED = "SELECT content_sealed, issued_sealed, addressee FROM letter WHERE district = $1 AND id = $2";
}

fn delivery(method: Method, refused: bool, on: &str, note: &str) -> NewDelivery {
    NewDelivery {
        method,
        receiver: "前台".into(),
        refused,
        on: day(on),
        note: note.into(),
    }
}

db_test! {
    fn an_opinion_from_draft_to_answer(test) {
        let District { federation, tangqi, qiaosi, village, .. } = district(test);
        let unit = employer(test, &village, "杭州岚桥建筑劳务有限公司", "91330110MA2H2GX27K");
        let (town, foreign) = (officer_of(&tangqi.path), officer_of(&qiaosi.path));
        let case = Uuid::from_u128(7);
        let new = NewLetter {
            place: Some(village.id),
            link: Some(Link { kind: "case".into(), id: case }),
            employer: Some(unit),
            supplied: Supplied::new().with("case.facts", "你单位未支付46名职工工资。", "办件 YJ-2026-0731 的事实", Some(case)),
            typed: vec![("contact".into(), "某某".into())],
            ..NewLetter::new(OPINION, tangqi.id)
        };
        let id = write(test, &town, |tx| letters::draft(tx, &new)).unwrap();
        let draft = see(test, &town, id).unwrap();
        assert_eq!(draft.values["employer"].lineage(), "企业台账的单位名称");
        assert_eq!(draft.values["facts"].origin.record, Some(case));
        assert!(draft.paper.text().contains("91330110MA2H2GX27K") && draft.paper.number.is_empty());
        // Nobody of another town sees it, and the district does.
        assert_eq!(see(test, &foreign, id).unwrap_err().code(), "letter.not_found");
        assert_eq!(test.db.read(&foreign, |tx| letters::list(tx, &Filter::default(), None, 50)).unwrap(), []);
        assert_eq!(test.db.read(&foreign, |tx| letters::of_link(tx, "case", case)).unwrap(), []);
        assert_eq!(test.db.read(&officer_of(&federation.path), |tx| letters::of_link(tx, "case", case)).unwrap().len(), 1);
        // The facts are put in other words by hand; where they came from stays.
        let typed = [("facts", "你单位未支付47名职工工资。"), ("supervisors", "甲、乙"), ("investigated_on", "2026-11-18"),
            ("grounds", "《保障农民工工资支付条例》第三条的规定。"), ("demands", "足额支付。"), ("phone", "0571-00000000")];
        let edit = Edit { typed: typed.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec(), body: None };
        write(test, &town, |tx| letters::edit(tx, id, 1, &edit)).unwrap();
        assert_eq!(write(test, &town, |tx| letters::edit(tx, id, 1, &edit)).unwrap_err().code(), "letter.stale");
        let edited = see(test, &town, id).unwrap();
        assert!(edited.values["facts"].lineage().starts_with("办件 YJ-2026-0731 的事实；2026-11-20 09:00 由某干部"));
        assert_eq!(edited.values["facts"].changed[0].was, "你单位未支付46名职工工资。");
        // Only the chair or a vice-chair signs an opinion (art. 21).
        let sign = |post: &str| write(test, &town, |tx| letters::issue(tx, id, 2, &Signing { signer: "甲".into(), post: post.into() }));
        assert_eq!(sign("干事").unwrap_err().code(), "letter.signer_post");
        assert_eq!(sign("副主席").unwrap().number, "塘总工监意〔2026〕1号");
        // Refused at the door: that is a delivery, and the 15 working days run.
        let serve = |version, new: NewDelivery| write(test, &town, |tx| letters::serve(tx, id, version, &new));
        assert_eq!(serve(3, delivery(Method::Direct, true, "2026-11-20", "")).unwrap_err().code(), "letter.refusal_note");
        assert_eq!(serve(3, delivery(Method::Direct, false, "2026-11-19", "")).unwrap_err().code(), "letter.served_early");
        assert_eq!(serve(3, delivery(Method::Direct, false, "2026-11-21", "")).unwrap_err().code(), "letter.served_future");
        let due = serve(3, delivery(Method::Direct, true, "2026-11-20", "拒绝签收，见证人两名")).unwrap().unwrap();
        assert_eq!((due.date, due.provisional), (day("2026-12-11"), false));
        test.clock.set(Instant::from_shanghai(day("2026-12-14"), 9, 0));
        assert_eq!(serve(4, delivery(Method::Post, false, "2026-12-01", "挂号信")).unwrap().unwrap().date, day("2026-12-11"), "the first counts");
        let late = see(test, &town, id).unwrap();
        assert_eq!((late.deliveries.len(), late.line.is_overdue(day("2026-12-14"))), (2, true));
        let answer = Answer { on: day("2026-12-14"), outcome: Outcome::Reasoned, summary: "对人数有异议".into() };
        write(test, &town, |tx| letters::answer(tx, id, 5, &answer)).unwrap();
        let done = see(test, &town, id).unwrap();
        assert_eq!((done.line.state, done.line.outcome, done.answer.as_str()), (LetterState::Answered, Some(Outcome::Reasoned), "对人数有异议"));
        assert_eq!(done.line.verbs(), [Verb::Cancel]);
    }
}

db_test! {
    fn an_issued_text_never_changes(test) {
        let District { federation, tangqi, .. } = district(test);
        let new = full(NOTICE, &federation, &tangqi);
        let id = write(test, &system(), |tx| letters::draft(tx, &new)).unwrap();
        let by_template = see(test, &system(), id).unwrap().paper;
        // A person's words go to paper; what the template made of the fields is kept beside them.
        let body = by_template.body_text().replace("一、核实情况", "一、有关情况");
        write(test, &system(), |tx| letters::edit(tx, id, 1, &Edit { typed: vec![], body: Some(body) })).unwrap();
        let issued = write(test, &system(), |tx| letters::issue(tx, id, 2, &chair())).unwrap();
        let letter = see(test, &system(), id).unwrap();
        assert!(letter.paper.text().contains("一、有关情况") && letter.drafted.as_ref().unwrap().text().contains("一、核实情况"));
        assert_eq!(letters::digest(&letter.paper.canonical().unwrap()), issued.digest);
        assert!(letter.intact);
        for (verb, result) in [
            ("edit", write(test, &system(), |tx| letters::edit(tx, id, 3, &Edit { typed: vec![("facts".into(), "别的".into())], body: None }))),
            ("issue", write(test, &system(), |tx| letters::issue(tx, id, 3, &chair())).map(|_| ())),
            ("drop", write(test, &system(), |tx| letters::drop_draft(tx, id, 3, "不要了"))),
        ] {
            assert_eq!(result.unwrap_err().code(), "letter.wrong_state", "{verb}");
        }
        write(test, &system(), |tx| letters::cancel(tx, id, 3, "作废测试")).unwrap();
        assert_eq!(see(test, &system(), id).unwrap().paper, letter.paper, "also when void");
        // Somebody at the database would be seen.
        test.db.housekeep(&system(), |tx| tx.exec(&TAMPER, args![tx.district(), id, "0".repeat(64)]).map(|_| ())).map_err(|_: StoreError| ()).unwrap();
        assert!(!see(test, &system(), id).unwrap().intact);
    }
}

db_test! {
    fn a_village_drafts_and_its_town_issues(test) {
        let District { federation, tangqi, qiaosi, village, .. } = district(test);
        let (sentinel, town) = (officer_of(&village.path), officer_of(&tangqi.path));
        let id = write(test, &sentinel, |tx| letters::draft(tx, &full(NOTICE, &tangqi, &village))).unwrap();
        let own = write(test, &sentinel, |tx| letters::issue(tx, id, 1, &chair())).unwrap_err();
        assert_eq!(own.code(), "letter.not_your_organ");
        assert_eq!(write(test, &town, |tx| letters::issue(tx, id, 1, &chair())).unwrap().number, "塘总工监提〔2026〕1号");
        assert_eq!(write(test, &sentinel, |tx| letters::cancel(tx, id, 2, "不该发")).unwrap_err().code(), "letter.not_your_organ");
        let elsewhere = write(test, &sentinel, |tx| letters::draft(tx, &full(NOTICE, &qiaosi, &village))).unwrap_err();
        assert_eq!(elsewhere.code(), "letter.organ_elsewhere");
        let beyond = write(test, &sentinel, |tx| letters::draft(tx, &full(NOTICE, &tangqi, &tangqi))).unwrap_err();
        assert_eq!(beyond.code(), "org.not_found", "a place above one's own");
        let names: Vec<_> = test.db.read(&sentinel, |tx| letters::organs(tx, Some(village.id))).unwrap().into_iter().map(|organ| (organ.org.name, organ.code)).collect();
        assert_eq!(names, [
            (tangqi.name.clone(), Some("塘总工".to_owned())),
            (federation.name.clone(), Some("临总工".to_owned())),
            (village.name.clone(), None),
        ], "the next above that can issue stands first");
        let of = |org: &crate::orgs::OrgRef| officer_of(&org.path);
        let first = |organs: Vec<letters::Organ>| organs.into_iter().map(|organ| organ.org.id).collect::<Vec<_>>();
        let own = first(test.db.read(&of(&tangqi), |tx| letters::organs(tx, None)).unwrap());
        assert_eq!(own.first(), Some(&tangqi.id), "the own union");
        let all = first(test.db.read(&of(&federation), |tx| letters::organs(tx, Some(tangqi.id))).unwrap());
        assert_eq!(all.first(), Some(&tangqi.id), "the desk that answers for the case");
        assert_eq!(all.iter().filter(|id| **id == federation.id).count(), 1, "each once");
        // The village moves to the other town, and its documents with it.
        act(test, &system(), |tx| crate::orgs::transfer_to(tx, role("district_officer"), village.id, qiaosi.id, day("2026-11-20"), "区划调整")).unwrap();
        assert_eq!(see(test, &officer_of(&qiaosi.path), id).unwrap().line.place, village.id);
        assert_eq!(see(test, &town, id).unwrap_err().code(), "letter.not_found");
    }
}

db_test! {
    fn what_names_people_is_sealed_masked_and_its_opening_logged(test) {
        let District { tangqi, .. } = district(test);
        let (id, _) = issued(test, AGREEMENT, &tangqi, &tangqi);
        let (refusal, _) = issued(test, "letters.refusal_notice", &tangqi, &tangqi);
        let row = test.db.read(&system(), |tx| tx.one(&SEALED, args![tx.district(), id])).map_err(|_: StoreError| ()).unwrap();
        for index in [0, 1] {
            let bytes = row.bytes(index).unwrap().unwrap();
            assert!(!bytes.windows(18).any(|part| part == b"330113199003070018"));
        }
        let letter = see(test, &system(), id).unwrap();
        let field = letter.rule.unwrap().body.field("worker_id").unwrap();
        assert_eq!(letters::shown(field, &letter.values["worker_id"].value), "330113********0018");
        assert_eq!(see(test, &system(), refusal).unwrap().line.addressee, "张*", "a person on a list");
        write(test, &system(), |tx| letters::opened(tx, id, "打印")).unwrap();
        let log = test.db.read(&system(), |tx| {
            crate::audit::search(tx, &crate::audit::AuditFilter { action: "letter.opened".into(), ..Default::default() }, 10)
        }).unwrap();
        assert_eq!(log.len(), 1);
        let all = test.db.read(&system(), |tx| crate::audit::search(tx, &crate::audit::AuditFilter::default(), 200)).unwrap();
        assert!(all.iter().all(|record| !record.detail.contains("张三") && !record.detail.contains("330113199003070018")));
    }
}

db_test! {
    fn wrong_values_are_named_by_field(test) {
        let District { tangqi, .. } = district(test);
        let mut new = full(AGREEMENT, &tangqi, &tangqi);
        new.typed.extend([("worker_id", "330113199003070019"), ("total", "一万二"), ("unknown", "x")].map(|(n, v)| (n.into(), v.into())));
        let fault = write(test, &system(), |tx| letters::draft(tx, &new)).unwrap_err();
        assert_eq!(fault.fields().iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["worker_id", "total"]);
        let missing = write(test, &system(), |tx| letters::draft(tx, &NewLetter::new("letters.nothing", tangqi.id))).unwrap_err();
        assert_eq!(missing.code(), "letter.no_template");
    }
}

db_test! {
    fn lists_are_narrowed_and_paged(test) {
        let District { federation, tangqi, qiaosi, .. } = district(test);
        for place in [&tangqi, &qiaosi, &tangqi] {
            issued(test, NOTICE, &federation, place);
        }
        write(test, &system(), |tx| letters::draft(tx, &full(OPINION, &tangqi, &tangqi))).unwrap();
        let find = |filter: Filter| test.db.read(&system(), |tx| Ok::<_, letters::LetterError>((letters::list(tx, &filter, None, 50)?.len(), letters::count(tx, &filter)?))).unwrap();
        let by = |text: &str| find(Filter { text: text.into(), ..Filter::default() });
        assert_eq!((by(""), by("岚桥"), by("监提〔2026〕2"), by("%"), by("没有这样的")), ((4, 4), (4, 4), (1, 1), (4, 4), (0, 0)));
        assert_eq!(find(Filter { state: Some(LetterState::Draft), ..Filter::default() }), (1, 1));
        assert_eq!(find(Filter { template: NOTICE.into(), year: Some(2026), organ: Some(federation.id), ..Filter::default() }), (3, 3));
        let first = test.db.read(&system(), |tx| letters::list(tx, &Filter::default(), None, 2)).unwrap();
        let rest = test.db.read(&system(), |tx| letters::list(tx, &Filter::default(), Some(first[1].id), 9)).unwrap();
        assert_eq!((first.len(), rest.len()), (2, 2));
        assert!(rest.iter().all(|line| line.id < first[1].id));
        assert_eq!(test.db.read(&officer_of(&qiaosi.path), |tx| letters::count(tx, &Filter::default())).unwrap(), 1, "the place decides");
    }
}
