//! 保管期满: listed by the night, also after missed nights; destroyed only when two persons have agreed; what is kept stays.

use kernel::ids::CaseDisposalId;
use store::testing::TestDb;

use super::support::{House, at, does, house, sees};
use crate::access::CapabilitySet;
use crate::cases::{
    ActInput, CaseError, CaseRef, Destroy, DisposalState, NewCase, NewEvidence, Reporter,
    Retention, decide_disposal, disposal, disposals, evidence, keep_case, open, parties,
    propose_disposal, public_by_receipt, timeline,
};
use crate::failure::RoomError;
use crate::orgs::tests::support::{day, system};

fn work(test: &TestDb) {
    let handlers = store::jobs::Handlers::default()
        .with(Retention::default())
        .with(Destroy::default());
    store::jobs::run_jobs_until_idle(&test.db, &handlers).unwrap();
}

/// A supervision that was not accepted: ended at once, with a person, words and a piece of evidence.
fn ended(test: &TestDb, house: &House, employer: &str) -> CaseRef {
    let new = NewCase {
        kind: "cases.supervision".to_owned(),
        door: "complaint".to_owned(),
        place: Some(house.district.factory.id),
        title: format!("{employer}欠薪"),
        fields: [
            ("employer", employer),
            ("item", "工资支付"),
            ("facts", "拖欠两个月"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        reporter: Some(Reporter {
            name: "王某某".to_owned(),
            phone: "13800001111".to_owned(),
            member: None,
        }),
        ..NewCase::default()
    };
    let case = test.db.write(&system(), |tx| open(tx, &new)).unwrap();
    let refuse = ActInput {
        evidence: vec![NewEvidence {
            kind: "material".to_owned(),
            text: "工资条".to_owned(),
            ..NewEvidence::default()
        }],
        ..ActInput::note("已由仲裁受理")
    };
    does(test, &house.yi, case.id, "refuse", &refuse).unwrap();
    case
}

fn the_list(test: &TestDb, house: &House) -> CaseDisposalId {
    let lists = test
        .db
        .read(&house.bing.actor, |tx| disposals(tx, house.bing.may))
        .unwrap();
    lists.first().unwrap().id
}

store::db_test! {
    fn nothing_is_destroyed_before_its_time_or_without_a_second_person(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = ended(test, &house, "某制衣厂");
        let kept = ended(test, &house, "某木器厂");
        at(test, "2036-11-20 04:00");
        work(test);
        assert!(test.db.read(&house.bing.actor, |tx| disposals(tx, house.bing.may)).unwrap().is_empty(), "ten years to the day are not over");
        // The program did not run for weeks: the next night makes up for it.
        at(test, "2037-01-05 04:00");
        work(test);
        let id = the_list(test, &house);
        let (list, items) = test.db.read(&house.bing.actor, |tx| disposal(tx, house.bing.may, id)).unwrap();
        assert_eq!((list.state, list.listed, items.len()), (DisposalState::Collected, 2, 2));
        let town = test.db.read(&house.yi.actor, |tx| disposals(tx, house.yi.may));
        assert!(matches!(town, Err(CaseError::Forbidden(_))), "files of the district are the district's");
        let bing = |tx: &mut store::Tx| keep_case(tx, house.bing.may, (id, kept.id), Some(day("2038-06-30")), "诉讼未结");
        test.db.write(&house.bing.actor, bing).unwrap();
        let early = test.db.write(&house.ding.actor, |tx| decide_disposal(tx, house.ding.may, id, true, "")).unwrap_err();
        assert_eq!(early.code(), "case.disposal_state");
        test.db.write(&house.bing.actor, |tx| propose_disposal(tx, house.bing.may, id, "逐件核对过")).unwrap();
        let own = test.db.write(&house.bing.actor, |tx| decide_disposal(tx, house.bing.may, id, true, "")).unwrap_err();
        assert_eq!(own.code(), "case.same_person");
        work(test);
        assert_eq!(sees(test, &house.bing, case.id).unwrap().title, "某制衣厂欠薪", "proposed is not destroyed");
        test.db.write(&house.ding.actor, |tx| decide_disposal(tx, house.ding.may, id, true, "同意")).unwrap();
        work(test);
        let gone = sees(test, &house.bing, case.id).unwrap();
        assert!(gone.now.fields.is_empty() && gone.title.contains("已销毁"), "{gone:?}");
        assert_eq!((gone.no.as_str(), gone.now.state.as_str()), (case.no.as_str(), "refused"), "the number and the end stay");
        let (people, lines, pieces) = test.db.read(&house.bing.actor, |tx| {
            Ok::<_, CaseError>((parties(tx, house.bing.may, case.id)?, timeline(tx, house.bing.may, case.id)?, evidence(tx, house.bing.may, case.id)?))
        }).unwrap();
        assert!(people.iter().all(|one| one.name.is_none() && one.phone.is_none()));
        assert!(lines.iter().all(|line| line.note.is_empty()));
        assert_eq!(lines.last().unwrap().verb, "@destroyed");
        assert!(pieces.iter().all(|piece| piece.text.is_empty() && piece.file.is_none()) && pieces.len() == 1);
        let sent = test.db.read(&house.bing.actor, |tx| crate::cases::sent(tx, house.bing.may, case.id)).unwrap().unwrap();
        assert!(sent.text.is_empty() && sent.digest.len() == 64, "the words go, the digest stays");
        let receipt = test.db.read(&system(), |tx| public_by_receipt(tx, &case.receipt));
        assert!(matches!(receipt, Err(CaseError::NotFound)));
        let again = does(test, &house.bing, case.id, "reopen", &ActInput::note("x")).unwrap_err();
        assert_eq!(again.code(), "case.destroyed");
        assert_eq!(sees(test, &house.bing, kept.id).unwrap().title, "某木器厂欠薪");
        let (list, _) = test.db.read(&house.bing.actor, |tx| disposal(tx, house.bing.may, id)).unwrap();
        assert_eq!((list.state, list.destroyed, list.kept), (DisposalState::Done, 1, 1));
        // What was kept is listed again when its day has passed, and a refused list lets its cases go.
        at(test, "2038-07-02 04:00");
        work(test);
        let next = the_list(test, &house);
        assert_ne!(next, id);
        test.db.write(&house.bing.actor, |tx| propose_disposal(tx, house.bing.may, next, "再次到期")).unwrap();
        let silent = test.db.write(&house.ding.actor, |tx| decide_disposal(tx, house.ding.may, next, false, " ")).unwrap_err();
        assert_eq!(silent.code(), "case.disposal_why");
        test.db.write(&house.ding.actor, |tx| decide_disposal(tx, house.ding.may, next, false, "还有信访")).unwrap();
        at(test, "2038-07-03 04:00");
        work(test);
        assert_ne!(the_list(test, &house), next);
        let nobody = test.db.read(&system(), |tx| disposals(tx, CapabilitySet::default()));
        assert!(nobody.is_err());
    }
}
