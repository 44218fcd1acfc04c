//! Every door into a union that takes no members, and a kept membership that moves.

use super::super::applications::{self, ApplicationForm};
use super::*;
use crate::access::{Capability, CapabilitySet};
use crate::members::transfers::{self, Answer, TransferVerb};
use crate::orgs::OrgError;

fn may() -> CapabilitySet {
    [Capability::OrgsChange, Capability::OrgsApprove]
        .into_iter()
        .collect()
}

fn write<T>(
    test: &TestDb,
    f: impl FnOnce(&mut Tx) -> Result<T, MemberError>,
) -> Result<T, MemberError> {
    test.db.write(&test.actor(), f)
}

/// The code of a refusal.
fn code<T: std::fmt::Debug>(answer: Result<T, MemberError>) -> String {
    match answer {
        Err(MemberError::Refused(refusals)) => refusals.iter().next().unwrap().code.to_owned(),
        other => panic!("{other:?}"),
    }
}

fn step(
    tx: &mut Tx,
    id: MemberId,
    verb: Verb,
    reason: Reason,
    on: Date,
) -> Result<(), MemberError> {
    step_to(tx, id, verb, (reason, on), None)
}

fn step_to(
    tx: &mut Tx,
    id: MemberId,
    verb: Verb,
    (reason, on): (Reason, Date),
    to: Option<OrgId>,
) -> Result<(), MemberError> {
    let version = get(tx, id)?.version;
    let form = ChangeForm {
        verb,
        on,
        reason: Some(reason),
        evidence: "测试依据".into(),
        to,
        version,
    };
    change(tx, &Permit::program(), id, &form)
}

fn accept() -> Answer {
    Answer {
        verb: TransferVerb::Accept,
        on: None,
        note: String::new(),
    }
}

fn form(org: OrgId, draft: MemberDraft) -> ApplicationForm {
    ApplicationForm {
        org,
        draft,
        unit: String::new(),
        note: String::new(),
        notice_version: "1".into(),
        purposes: Vec::new(),
    }
}

store::db_test!(
    fn a_closed_union_takes_nobody_by_any_door(test) {
        let tree = plant(test);
        let shop = &tree.shop_b;
        let joined = |draft: &MemberDraft, org: &OrgRef| write(test, |tx| join(tx, org, draft)).unwrap().id;
        let (stays, left) = (joined(&draft("张三", IDS[0]), shop), joined(&draft("李四", IDS[1]), shop));
        let (other, going) = (joined(&draft("王五", IDS[2]), &tree.shop_a), joined(&draft("赵六", IDS[3]), &tree.shop_a));
        write(test, |tx| step(tx, left, Verb::Leave, Reason::OwnWish, day(2021, 1, 1))).unwrap();
        let version = |id| test.db.read(&test.actor(), |tx| get(tx, id)).unwrap().version;
        let under_way = write(test, |tx| transfers::issue_new(tx, &Permit::program(), going, shop.id, version(going), "调动")).unwrap();
        let applicant = MemberDraft { phone: "13812341234".into(), ..draft("孙七", IDS[4]) };
        let receipt = write(test, |tx| applications::apply(tx, &form(shop.id, applicant.clone()))).unwrap();
        test.db.write(&test.actor(), |tx| orgs::suspend(tx, may(), shop.id, tx.today(), "歇业")).unwrap();

        let news = draft("周八", IDS[5]);
        let new = |tx: &mut Tx, draft: &MemberDraft| Ok::<_, MemberError>((prepared(tx, draft)?, Admission::new(shop.id, shop.path.clone(), day(2022, 1, 1))));
        let refused = |outcome: &Outcome| matches!(outcome, Outcome::Refused(refusals) if refusals.iter().next().unwrap().code == "org.suspended");
        // At the desk and by the interface.
        let entered = write(test, |tx| enter(tx, &Permit::program(), &news, &Admission::new(shop.id, shop.path.clone(), day(2022, 1, 1)))).unwrap();
        assert!(refused(&entered.outcome), "{entered:?}");
        let returning = write(test, |tx| join(tx, shop, &draft("李四", IDS[1]))).unwrap();
        assert!(refused(&returning.outcome), "{returning:?}");
        // By a file: the row is refused, the check before says so too, and the rows beside it are taken.
        let judged = test.db.read(&test.actor(), |tx| { let one = new(tx, &news)?; judge_many(tx, &[one]) }).unwrap();
        assert!(refused(&judged[0]), "{judged:?}");
        let answers = write(test, |tx| {
            let beside = (prepared(tx, &draft("王五", IDS[2]))?, Admission::new(tree.shop_a.id, tree.shop_a.path.clone(), day(2020, 1, 1)));
            let known = MemberDraft { job_title: "焊工".into(), ..draft("张三", IDS[0]) };
            let list = vec![new(tx, &news)?, beside, new(tx, &known)?];
            admit_many(tx, list, None)
        }).unwrap();
        assert!(refused(&answers[0].outcome) && answers[1].id == other, "{answers:?}");
        assert_eq!((answers[2].id, &answers[2].outcome), (stays, &Outcome::Updated(vec!["job_title"])), "its own members are kept up to date");
        // By application: a new one is not taken, one that waits cannot be approved.
        assert_eq!(code(write(test, |tx| applications::apply(tx, &form(shop.id, MemberDraft { phone: "13912341234".into(), ..news.clone() })))), "org.suspended");
        let waits = test.db.read(&test.actor(), applications_waiting).unwrap();
        assert_eq!(waits.code, receipt);
        assert_eq!(code(write(test, |tx| applications::approve(tx, &Permit::program(), waits.id, None, None))), "org.suspended");
        // By transfer: begun by either side or by the member, and accepted.
        assert_eq!(code(write(test, |tx| transfers::issue_new(tx, &Permit::program(), other, shop.id, version(other), "调动"))), "org.suspended");
        let paper = kernel::IdDocument::detect(IDS[2]).unwrap();
        assert_eq!(code(write(test, |tx| transfers::request(tx, &Permit::program(), &paper, shop.id, "来了", false))), "org.suspended");
        assert_eq!(code(write(test, |tx| transfers::request_own(tx, &Permit::program().in_place_of(other), other, shop.id, "换单位"))), "org.suspended");
        assert_eq!(code(write(test, |tx| transfers::answer(tx, &Permit::program(), under_way, &accept()))), "org.suspended");
        // By coming back.
        assert_eq!(code(write(test, |tx| step(tx, left, Verb::Rejoin, Reason::OwnWish, tx.today()))), "org.suspended");
        assert_eq!(test.db.read(&test.actor(), |tx| Ok::<_, MemberError>(own_count(tx, shop.id))).unwrap(), 1);

        // A dissolved union takes nobody back either; whoever left it joins where they work now.
        let end = |tx: &mut Tx| orgs::dissolve(tx, may(), shop.id, Some(tree.town_a.id), tx.today(), "企业注销");
        test.db.write(&test.actor(), |tx| end(tx).map(|_| Ok::<_, OrgError>(()))).unwrap().unwrap();
        assert_eq!(code(write(test, |tx| step(tx, left, Verb::Rejoin, Reason::OwnWish, tx.today()))), "org.dissolved");
        let back = write(test, |tx| {
            let member = prepared(tx, &draft("李四", IDS[1]))?;
            admit(tx, &member, &Admission::new(tree.shop_a.id, tree.shop_a.path.clone(), day(2022, 1, 1)))
        });
        assert_eq!(back.unwrap().outcome, Outcome::Rejoined);
    }
);

store::db_test!(
    fn whoever_was_expelled_from_or_marked_dead_in_an_ended_union_comes_back_elsewhere(test) {
        let tree = plant(test);
        let joined = |draft: &MemberDraft| write(test, |tx| join(tx, &tree.shop_a, draft)).unwrap().id;
        let (thief, alive, stayed) = (joined(&draft("张三", IDS[0])), joined(&draft("李四", IDS[1])), joined(&draft("王五", IDS[2])));
        write(test, |tx| step(tx, thief, Verb::Expel, Reason::Crime, day(2021, 1, 1))).unwrap();
        write(test, |tx| step(tx, alive, Verb::Decease, Reason::Death, day(2021, 1, 1))).unwrap();
        let again = |who, verb, why, to| test.db.write(&officer(test, &tree.town_a.path), |tx| step_to(tx, who, verb, (why, day(2022, 1, 1)), to));
        let next = test.db.write(&test.actor(), |tx| orgs::create_active(tx, &NewOrg::new(Some(tree.town_a.id), OrgKind::Single, "东镇服装厂工会"))).unwrap();
        // While the own union lives, everything happens there.
        assert_eq!(code(again(thief, Verb::Rejoin, Reason::OwnWish, Some(next.id))), "member.change_at_home");
        assert_eq!(code(again(stayed, Verb::Leave, Reason::OwnWish, Some(next.id))), "member.change_at_home");
        test.db.write(&test.actor(), |tx| orgs::dissolve(tx, may(), tree.shop_a.id, Some(tree.town_a.id), tx.today(), "企业注销")).unwrap();
        assert_eq!(code(again(thief, Verb::Rejoin, Reason::OwnWish, None)), "org.dissolved");
        assert_eq!(code(again(alive, Verb::Reinstate, Reason::Mistake, None)), "org.dissolved");
        // Nobody gives a membership at a union of someone else, nor at one that takes none.
        let foreign = again(thief, Verb::Rejoin, Reason::OwnWish, Some(tree.shop_b.id));
        assert_eq!(crate::failure::RoomError::kind(&foreign.unwrap_err()), crate::failure::Kind::Missing);
        test.db.write(&test.actor(), |tx| orgs::suspend(tx, may(), next.id, tx.today(), "歇业")).unwrap();
        assert_eq!(code(again(thief, Verb::Rejoin, Reason::OwnWish, Some(next.id))), "org.suspended");
        test.db.write(&test.actor(), |tx| orgs::resume(tx, may(), next.id, tx.today(), "复工")).unwrap();

        again(thief, Verb::Rejoin, Reason::OwnWish, Some(next.id)).unwrap();
        again(alive, Verb::Reinstate, Reason::Mistake, Some(next.id)).unwrap();
        let look = |id| test.db.read(&test.actor(), |tx| Ok::<_, MemberError>((get(tx, id)?, periods(tx, id)?))).unwrap();
        for (id, change_in) in [(thief, Change::Join), (alive, Change::Resume)] {
            let (member, periods) = look(id);
            assert_eq!((member.status, member.org, &member.org_path), (Status::Active, next.id, &next.path));
            assert_eq!((periods[0].org, periods[0].change_in, periods[0].to_on), (next.id, change_in, None));
            assert_eq!((periods.len(), periods[1].org), (2, tree.shop_a.id), "what was stays");
        }
        let counts = test.db.read(&test.actor(), |tx| Ok::<_, MemberError>((own_count(tx, next.id), own_count(tx, tree.shop_a.id)))).unwrap();
        assert_eq!(counts, (2, 0));
    }
);

fn applications_waiting(tx: &mut Tx) -> Result<applications::Application, MemberError> {
    Ok(applications::queue(tx)?.remove(0))
}

store::db_test!(
    fn a_kept_membership_moves_and_revives_where_it_is_accepted(test) {
        let tree = plant(test);
        let id = write(test, |tx| join(tx, &tree.shop_a, &draft("张三", IDS[0]))).unwrap().id;
        write(test, |tx| step(tx, id, Verb::Keep, Reason::Unemployed, day(2021, 1, 1))).unwrap();
        let look = || test.db.read(&test.actor(), |tx| get(tx, id)).unwrap();
        let paper = kernel::IdDocument::detect(IDS[0]).unwrap();
        let answer = |transfer, verb| write(test, |tx| transfers::answer(tx, &Permit::program(), transfer, &Answer { verb, on: None, note: "测试".into() }));
        // Where it is kept it is resumed, not moved.
        assert_eq!(code(write(test, |tx| transfers::request(tx, &Permit::program(), &paper, tree.shop_a.id, "来了", false))), "member.transfer_same");
        let ask = || write(test, |tx| transfers::request(tx, &Permit::program(), &paper, tree.shop_b.id, "找到工作了", false)).unwrap();
        let first = ask();
        answer(first, TransferVerb::Issue).unwrap();
        assert_eq!(look().status, Status::Transferring);
        answer(first, TransferVerb::Refuse).unwrap();
        assert_eq!((look().status, look().org), (Status::Kept, tree.shop_a.id), "sent back, it is kept as before");
        let second = ask();
        answer(second, TransferVerb::Issue).unwrap();
        answer(second, TransferVerb::Accept).unwrap();
        assert_eq!((look().status, look().org), (Status::Active, tree.shop_b.id));
        let periods = test.db.read(&test.actor(), |tx| periods(tx, id)).unwrap();
        assert_eq!((periods[0].change_in, periods[0].to_on, periods[1].change_in, periods[1].to_on.is_some()), (Change::TransferIn, None, Change::Keep, true));
        // Whoever left is told where to go instead.
        write(test, |tx| step(tx, id, Verb::Leave, Reason::OwnWish, tx.today())).unwrap();
        let version = look().version;
        let again = write(test, |tx| transfers::issue_new(tx, &Permit::program(), id, tree.shop_a.id, version, "调动"));
        let Err(MemberError::Refused(said)) = again else { panic!("{again:?}") };
        assert!(said.to_string().contains("新增会员"), "{said}");
    }
);
