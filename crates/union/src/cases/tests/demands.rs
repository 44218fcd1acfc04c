//! 民呼我为 through the store: receipts, sealed reporters, alarms, returns, merging and splitting, walks in the tree.

use std::collections::BTreeMap;

use kernel::Scope;
use store::Actor;
use store::testing::TestDb;

use super::support::{House, at, does, house, opened, sees, work};
use crate::access::CapabilitySet;
use crate::cases::{
    ActInput, BackTo, CallInput, CaseError, CaseFilter, CaseRef, FileBytes, NewCase, NewEvidence,
    NextOwner, Reporter, Verb, act, ask_reveal, by_key, evidence, evidence_file, grant_reveal,
    list, open, openings, parties, public_by_receipt, reveal, sealing, sent_by_receipt, timeline,
    verify,
};
use crate::failure::RoomError;
use crate::orgs::tests::support::system;

fn fields(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn demand(house: &House, kind: &str, subject: &str, phone: &str) -> NewCase {
    NewCase {
        kind: "cases.demand".to_owned(),
        door: "qr".to_owned(),
        place: Some(house.district.factory.id),
        title: format!("{kind}：{subject}"),
        fields: fields(&[
            ("type", kind),
            ("subject", subject),
            ("content", "经过见附件"),
            ("employer", "某电子厂"),
        ]),
        reporter: Some(Reporter {
            name: "王某某".to_owned(),
            phone: phone.to_owned(),
            member: None,
        }),
        ..NewCase::default()
    }
}

/// Somebody at a public door: no account, no scope.
fn public() -> Actor {
    Actor {
        scope: Scope::nothing(store::testing::district()),
        label: "扫码".to_owned(),
        ..system()
    }
}

fn files(test: &TestDb, new: &NewCase) -> Result<CaseRef, CaseError> {
    test.db.write(&public(), |tx| open(tx, new))
}

store::db_test! {
    fn a_public_door_gives_a_receipt_and_the_holder_may_follow_and_add(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = files(test, &demand(&house, "投诉", "工时休假", "13800001111")).unwrap();
        assert_eq!((case.no.as_str(), case.receipt.len()), ("MH2026-00001", 12));
        let typed = format!(" {}-{} ", case.receipt[..6].to_lowercase(), &case.receipt[6..]);
        let seen = test.db.read(&public(), |tx| public_by_receipt(tx, &typed)).unwrap();
        assert_eq!((seen.no.as_str(), seen.desk.as_str()), ("MH2026-00001", "塘栖镇总工会"));
        assert_eq!(seen.says, "已收到，正在安排人员受理");
        let wrong = test.db.read(&public(), |tx| public_by_receipt(tx, "AAAAAAAAAAAA"));
        assert!(matches!(wrong, Err(CaseError::NotFound)));
        // Three words without an answer raise an alarm; the level above watches.
        for hour in ["10", "11", "12"] {
            at(test, &format!("2026-11-20 {hour}:00"));
            let urge = ActInput { receipt: Some(typed.clone()), ..ActInput::default() };
            test.db.write(&public(), |tx| act(tx, CapabilitySet::default(), case.id, &Verb::URGE, &urge)).unwrap();
        }
        let mine = sees(test, &house.yi, case.id).unwrap();
        assert!(mine.now.alarm && mine.now.watch.as_ref().is_some_and(|one| one.level == 2));
        let filter = CaseFilter { overdue: true, ..CaseFilter::default() };
        assert_eq!(test.db.read(&house.bing.actor, |tx| list(tx, house.bing.may, &filter)).unwrap().len(), 1);
        let stolen = ActInput { receipt: Some("AAAAAAAAAAAA".to_owned()), ..ActInput::note("x") };
        let refused = test.db.write(&public(), |tx| act(tx, CapabilitySet::default(), case.id, &Verb::NOTE, &stolen));
        assert!(matches!(refused, Err(CaseError::NotFound)));
        // Without a receipt a stranger sees nothing at all.
        let refused = test.db.write(&public(), |tx| act(tx, CapabilitySet::default(), case.id, &Verb::NOTE, &ActInput::note("x")));
        assert!(matches!(refused, Err(CaseError::NotFound)));
    }
}

store::db_test! {
    fn two_doors_one_case_and_different_people_stay_apart(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let first = files(test, &demand(&house, "求助", "拖欠工资", "13800001111")).unwrap();
        // At the desk, where somebody looks who it is.
        let mut second = demand(&house, "求助", "拖欠工资", "13800001111");
        second.door = "window".to_owned();
        let again = test.db.write(&house.yi.actor, |tx| open(tx, &second)).unwrap();
        assert!(again.again);
        assert_eq!((again.id, &again.receipt), (first.id, &first.receipt));
        let other = files(test, &demand(&house, "求助", "拖欠工资", "13900002222")).unwrap();
        assert_ne!(other.id, first.id, "another worker's case is another case");
        let bad = files(test, &demand(&house, "求助", "拖欠工资", "12345")).unwrap_err();
        assert_eq!(bad.code(), "case.phone");
    }
}

store::db_test! {
    fn a_phone_number_opens_nobody_elses_case(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let first = files(test, &demand(&house, "求助", "拖欠工资", "13800001111")).unwrap();
        does(test, &house.yi, first.id, "accept", &ActInput::default()).unwrap();
        at(test, "2026-11-20 10:00");
        // Somebody types the same number, subject and employer: perhaps the worker, perhaps the employer.
        let mut second = demand(&house, "求助", "拖欠工资", "13800001111");
        second.door = "hall".to_owned();
        let again = files(test, &second).unwrap();
        assert!(!again.again && again.id != first.id && again.receipt != first.receipt);
        let told = test.db.read(&public(), |tx| public_by_receipt(tx, &again.receipt)).unwrap();
        assert_eq!((told.no.as_str(), told.state.as_str(), told.lines.len()), ("MH2026-00002", "received", 1), "as if it had come first");
        assert_eq!((told.id, told.may), (first.id, vec!["note".to_owned(), "urge".to_owned()]));
        // The desk has one case, and on it what was said the second time.
        let open = CaseFilter { open: Some(true), ..CaseFilter::default() };
        let listed = test.db.read(&house.yi.actor, |tx| list(tx, house.yi.may, &open)).unwrap();
        assert_eq!(listed.iter().map(|line| line.id).collect::<Vec<_>>(), [first.id]);
        let acts = test.db.read(&house.yi.actor, |tx| timeline(tx, house.yi.may, first.id)).unwrap();
        assert!(acts.iter().any(|act| act.verb == "@door"));
        at(test, "2026-11-20 11:00");
        let answer = ActInput { closing_code: Some("solved".to_owned()), fields: fields(&[("reply", "工资已到账")]), ..ActInput::default() };
        does(test, &house.yi, first.id, "answer", &answer).unwrap();
        let told = test.db.read(&public(), |tx| public_by_receipt(tx, &again.receipt)).unwrap();
        assert_eq!((told.state.as_str(), told.answers.len(), told.by_phone), ("answered", 0, true), "the answer is told by phone");
        // Words can be added to it, nothing else can be done with it.
        let add = ActInput { receipt: Some(again.receipt.clone()), ..ActInput::note("还差加班费") };
        test.db.write(&public(), |tx| act(tx, CapabilitySet::default(), first.id, &Verb::NOTE, &add)).unwrap();
        let reopen = test.db.write(&public(), |tx| act(tx, CapabilitySet::default(), first.id, &Verb::REOPEN, &add));
        assert!(matches!(reopen, Err(CaseError::NotFound)));
    }
}

store::db_test! {
    fn a_report_is_put_with_nothing_else_and_leads_to_no_member(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let open_one = files(test, &demand(&house, "投诉", "安全卫生", "13800001111")).unwrap();
        let member = crate::orgs::tests::support::joins(test, &house.district.factory, None, "330113199003070018", "2026-01-05");
        let mut new = demand(&house, "举报", "安全卫生", "13800001111");
        new.reporter.as_mut().unwrap().member = Some(member);
        let sealed = files(test, &new).unwrap();
        assert!(!sealed.again && sealed.id != open_one.id);
        let seen = sees(test, &house.bing, sealed.id).unwrap();
        assert!(seen.sealed_reporter && seen.member.is_none());
        let acts = test.db.read(&house.yi.actor, |tx| timeline(tx, house.yi.may, open_one.id)).unwrap();
        assert_eq!(acts.len(), 1, "nothing of it stands on the other case");
    }
}

store::db_test! {
    fn what_was_sent_is_proved_word_for_word(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let mut new = demand(&house, "求助", "困难帮扶", "13800001111");
        new.evidence = vec![NewEvidence {
            kind: "material".to_owned(),
            text: "当事人上传".to_owned(),
            amount: None,
            file: Some(FileBytes { name: "证明.jpg".to_owned(), media: "image/jpeg".to_owned(), bytes: b"\xff\xd8\xff\xe0 a photograph".to_vec() }),
        }];
        new.on_behalf = Some("反映人 王**，本人在场，当面同意代填".to_owned());
        new.door = "window".to_owned();
        new.key = Some("k-1".to_owned());
        let case = test.db.write(&house.yi.actor, |tx| open(tx, &new)).unwrap();
        let sent = test.db.read(&public(), |tx| sent_by_receipt(tx, &case.receipt)).unwrap().unwrap();
        assert!(sent.text.contains("经过见附件") && sent.text.contains("证明.jpg") && sent.text.contains(&case.no));
        assert!(!sent.text.contains("王") && !sent.text.contains("13800001111"), "{}", sent.text);
        assert_eq!(sent.digest.len(), 64);
        let check = |typed: &str| test.db.read(&house.yi.actor, |tx| verify(tx, house.yi.may, case.id, typed)).unwrap();
        assert!(check(&sent.digest.to_uppercase()) && !check(&"0".repeat(64)) && !check(""));
        let foreign = test.db.read(&house.other.actor, |tx| verify(tx, house.other.may, case.id, &sent.digest));
        assert!(matches!(foreign, Err(CaseError::NotFound)));
        let papers = test.db.read(&house.yi.actor, |tx| evidence(tx, house.yi.may, case.id)).unwrap();
        assert_eq!(papers.len(), 1, "what came with it is on file");
        // Entered by staff: said in the file and to the person.
        let told = test.db.read(&public(), |tx| public_by_receipt(tx, &case.receipt)).unwrap();
        let (who, how) = told.entered.unwrap();
        assert!(who.starts_with("yi · ") && how.contains("当面同意"), "{who} {how}");
        let acts = test.db.read(&house.yi.actor, |tx| timeline(tx, house.yi.may, case.id)).unwrap();
        assert!(acts[0].on_behalf);
        // An own demand of the same day says nothing of the kind, and its clocks are plain dates.
        let own = files(test, &demand(&house, "求助", "其他", "13700003333")).unwrap();
        let told = test.db.read(&public(), |tx| public_by_receipt(tx, &own.receipt)).unwrap();
        assert_eq!(told.entered, None);
        let dues: Vec<&str> = told.dues.iter().map(|due| due.says.as_str()).collect();
        assert_eq!(dues, ["告诉您受理没有", "答复您"]);
        assert_eq!((told.desk.as_str(), told.handler.as_str()), ("塘北村工会联合会", "jia"));
        // A key leads to its case, whoever asks with it.
        let mut keyed = demand(&house, "咨询", "其他", "13600003333");
        keyed.key = Some("k-2".to_owned());
        let one = files(test, &keyed).unwrap();
        let known = test.db.read(&public(), |tx| by_key(tx, "qr", "k-2")).unwrap().unwrap();
        assert_eq!((known.id, known.receipt), (one.id, one.receipt));
        assert_eq!(test.db.read(&public(), |tx| by_key(tx, "hall", "k-2")).unwrap(), None);
    }
}

store::db_test! {
    fn the_person_judges_the_result_and_that_replaces_no_call(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = files(test, &demand(&house, "求助", "困难帮扶", "13800001111")).unwrap();
        let rate = ActInput {
            receipt: Some(case.receipt.clone()),
            fields: fields(&[("own_solved", "没有解决"), ("own_satisfied", "不满意")]),
            ..ActInput::default()
        };
        let judge = || test.db.write(&public(), |tx| act(tx, CapabilitySet::default(), case.id, &Verb::of("rate"), &rate));
        assert_eq!(judge().unwrap_err().code(), "case.not_now", "nothing to judge yet");
        does(test, &house.jia, case.id, "accept", &ActInput::default()).unwrap();
        let answer = ActInput { closing_code: Some("solved".to_owned()), fields: fields(&[("reply", "已办")]), ..ActInput::default() };
        does(test, &house.jia, case.id, "answer", &answer).unwrap();
        judge().unwrap();
        let told = test.db.read(&public(), |tx| public_by_receipt(tx, &case.receipt)).unwrap();
        let words: Vec<&str> = told.own_words.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(words, ["没有解决", "不满意"]);
        assert_eq!(does(test, &house.jia, case.id, "file", &ActInput::default()).unwrap_err().code(), "case.few_calls");
    }
}

store::db_test! {
    fn a_whistle_blower_is_sealed_and_every_opening_is_on_record(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = files(test, &demand(&house, "举报", "安全卫生", "13800001111")).unwrap();
        let seen = sees(test, &house.bing, case.id).unwrap();
        assert_eq!(seen.owner_org().unwrap(), house.district.federation.id, "straight to the district");
        assert!(seen.sealed_reporter);
        let people = test.db.read(&house.bing.actor, |tx| parties(tx, house.bing.may, case.id)).unwrap();
        assert_eq!(people.len(), 1);
        assert_eq!((people[0].label.as_str(), &people[0].name, &people[0].phone), ("举报人（已密封）", &None, &None));
        let party = people[0].id;
        let no_reason = test.db.write(&house.bing.actor, |tx| reveal(tx, house.bing.may, case.id, party, " ")).unwrap_err();
        assert_eq!(no_reason.code(), "case.reveal_reason");
        // For the village and the town there is no such case.
        let nosy = test.db.write(&house.jia.actor, |tx| reveal(tx, house.jia.may, case.id, party, "想知道是谁")).unwrap_err();
        assert!(matches!(nosy, CaseError::NotFound));
        // Two persons open it: who asks is not who agrees, and the consent is good for one opening.
        let reason = "需当面核实消防通道位置";
        let alone = test.db.write(&house.bing.actor, |tx| reveal(tx, house.bing.may, case.id, party, reason)).unwrap_err();
        assert_eq!(alone.code(), "case.reveal_second");
        let nothing = test.db.write(&house.ding.actor, |tx| grant_reveal(tx, house.ding.may, case.id)).unwrap_err();
        assert_eq!(nothing.code(), "case.reveal_none");
        test.db.write(&house.bing.actor, |tx| ask_reveal(tx, house.bing.may, case.id, party, reason)).unwrap();
        let twice = test.db.write(&house.bing.actor, |tx| ask_reveal(tx, house.bing.may, case.id, party, reason)).unwrap_err();
        assert_eq!(twice.code(), "case.reveal_waits");
        let own = test.db.write(&house.bing.actor, |tx| grant_reveal(tx, house.bing.may, case.id)).unwrap_err();
        assert_eq!(own.code(), "case.same_person");
        let below = test.db.write(&house.jia.actor, |tx| grant_reveal(tx, house.jia.may, case.id)).unwrap_err();
        assert!(matches!(below, CaseError::NotFound));
        let seal = test.db.read(&house.ding.actor, |tx| sealing(tx, house.ding.may, case.id)).unwrap();
        assert!(seal.may_grant && !seal.mine && !seal.is_open());
        test.db.write(&house.ding.actor, |tx| grant_reveal(tx, house.ding.may, case.id)).unwrap();
        let other = test.db.write(&house.ding.actor, |tx| reveal(tx, house.ding.may, case.id, party, reason)).unwrap_err();
        assert_eq!(other.code(), "case.reveal_second", "the consent was given to the one who asked");
        let plain = test.db.write(&house.bing.actor, |tx| reveal(tx, house.bing.may, case.id, party, reason)).unwrap();
        let used = test.db.write(&house.bing.actor, |tx| reveal(tx, house.bing.may, case.id, party, reason)).unwrap_err();
        assert_eq!(used.code(), "case.reveal_second");
        assert_eq!((plain.name.as_deref(), plain.phone.as_deref()), (Some("王某某"), Some("13800001111")));
        let opened = test.db.read(&public(), |tx| openings(tx, &case.receipt)).unwrap();
        assert_eq!(opened.len(), 1);
        assert_eq!(opened[0].reason, "需当面核实消防通道位置");
    }
}

store::db_test! {
    fn missing_papers_stop_the_clock_and_the_reason_is_read(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = files(test, &demand(&house, "投诉", "社会保险", "13800001111")).unwrap();
        does(test, &house.yi, case.id, "accept", &ActInput::default()).unwrap();
        let back = ActInput { back_to: BackTo::Initiator, ..ActInput::note("请补参保证明") };
        does(test, &house.yi, case.id, "return", &back).unwrap();
        let seen = test.db.read(&public(), |tx| public_by_receipt(tx, &case.receipt)).unwrap();
        assert!(seen.lines.iter().any(|line| line.note == "请补参保证明"));
        assert_eq!(seen.may, ["supplement", "withdraw", "note"]);
        at(test, "2027-01-20 09:00");
        work(test);
        assert_eq!(sees(test, &house.yi, case.id).unwrap().now.state, "returned", "nothing runs out meanwhile");
        let paper = NewEvidence {
            kind: "material".to_owned(),
            text: "参保证明".to_owned(),
            amount: None,
            file: Some(FileBytes { name: "参保.pdf".to_owned(), media: "application/pdf".to_owned(), bytes: [b"%PDF-1.7 ".as_slice(), &[37; 3_991]].concat() }),
        };
        let add = ActInput { receipt: Some(case.receipt.clone()), evidence: vec![paper.clone(), paper], ..ActInput::note("已补") };
        test.db.write(&public(), |tx| act(tx, CapabilitySet::default(), case.id, &Verb::of("supplement"), &add)).unwrap();
        let papers = test.db.read(&house.yi.actor, |tx| evidence(tx, house.yi.may, case.id)).unwrap();
        assert_eq!(papers.len(), 1, "the same file twice is one");
        let file = test.db.write(&house.yi.actor, |tx| evidence_file(tx, house.yi.may, case.id, papers[0].id)).unwrap();
        assert_eq!(file.bytes.len(), 4_000);
        let foreign = test.db.write(&house.other.actor, |tx| evidence_file(tx, house.other.may, case.id, papers[0].id));
        assert!(matches!(foreign, Err(CaseError::NotFound)));
        let big = NewEvidence { file: Some(FileBytes { name: "大.zip".to_owned(), media: String::new(), bytes: vec![0; 5 * 1024 * 1024 + 1] }), ..papers_piece() };
        let refused = does(test, &house.yi, case.id, "note", &ActInput { evidence: vec![big], ..ActInput::note("x") }).unwrap_err();
        assert_eq!(refused.code(), "case.evidence_file");
    }
}

fn papers_piece() -> NewEvidence {
    NewEvidence {
        kind: "material".to_owned(),
        ..NewEvidence::default()
    }
}

store::db_test! {
    fn reopening_retires_the_call_back_about_the_former_answer(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = files(test, &demand(&house, "求助", "困难帮扶", "13800001111")).unwrap();
        does(test, &house.jia, case.id, "accept", &ActInput::default()).unwrap();
        let answer = ActInput { closing_code: Some("solved".to_owned()), fields: fields(&[("reply", "已办")]), ..ActInput::default() };
        does(test, &house.jia, case.id, "answer", &answer).unwrap();
        // The call-back about an answer waits, and is missed, until the answer is worth nothing any more.
        at(test, "2026-11-30 09:00");
        work(test);
        let waiting = |case: &crate::cases::Case| {
            let of_call = case.now.clocks.iter().filter(|clock| clock.rule == "call_back");
            of_call.map(|clock| clock.state().code()).collect::<Vec<_>>()
        };
        assert_eq!(waiting(&sees(test, &house.yi, case.id).unwrap()), ["breached", "running"], "missed, and the town's now");
        let again = ActInput { receipt: Some(case.receipt.clone()), ..ActInput::note("没有解决") };
        test.db.write(&public(), |tx| act(tx, CapabilitySet::default(), case.id, &Verb::REOPEN, &again)).unwrap();
        let seen = sees(test, &house.yi, case.id).unwrap();
        assert_eq!(waiting(&seen), ["void", "void"], "nobody calls about an answer that was taken back");
        assert!(seen.now.clocks.iter().any(|clock| clock.was_breached()), "that it was missed stays");
        assert_eq!(seen.kind.overdue(&seen.now), 0);
        at(test, "2026-12-01 09:00");
        does(test, &house.yi, case.id, "answer", &answer).unwrap();
        let anew = sees(test, &house.yi, case.id).unwrap();
        assert_eq!(waiting(&anew), ["void", "void", "running"], "the new answer has its own");
    }
}

store::db_test! {
    fn not_solved_reopens_once_at_the_handler_with_the_level_above_watching(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = files(test, &demand(&house, "求助", "困难帮扶", "13800001111")).unwrap();
        does(test, &house.jia, case.id, "accept", &ActInput::default()).unwrap();
        let answer = ActInput { closing_code: Some("solved".to_owned()), fields: fields(&[("reply", "已办")]), ..ActInput::default() };
        does(test, &house.jia, case.id, "answer", &answer).unwrap();
        let mut again = ActInput { receipt: Some(case.receipt.clone()), ..ActInput::note("没有解决") };
        test.db.write(&public(), |tx| act(tx, CapabilitySet::default(), case.id, &Verb::REOPEN, &again)).unwrap();
        let seen = sees(test, &house.jia, case.id).unwrap();
        assert_eq!(seen.now.owner.person, Some(house.jia.account.to_string()));
        assert_eq!(seen.now.watch.as_ref().map(|one| one.level), Some(1));
        let watched = CaseFilter { watched: true, ..CaseFilter::default() };
        assert_eq!(test.db.read(&house.yi.actor, |tx| list(tx, house.yi.may, &watched)).unwrap().len(), 1);
        does(test, &house.jia, case.id, "answer", &answer).unwrap();
        again.note = "还是没有".to_owned();
        let refused = test.db.write(&public(), |tx| act(tx, CapabilitySet::default(), case.id, &Verb::REOPEN, &again)).unwrap_err();
        assert_eq!(refused.code(), "case.reopened_before");
        let call = CallInput { whom: "本人".to_owned(), solved: true, satisfied: false };
        does(test, &house.yi, case.id, "call_back", &ActInput { call: Some(call), ..ActInput::default() }).unwrap();
        does(test, &house.jia, case.id, "file", &ActInput::default()).unwrap();
        let told = test.db.read(&public(), |tx| public_by_receipt(tx, &case.receipt)).unwrap();
        assert!(told.ended && told.answers == [("答复内容".to_owned(), "已办".to_owned())]);
    }
}

store::db_test! {
    fn cases_are_merged_and_split_and_know_of_each_other(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let one = files(test, &demand(&house, "投诉", "工时休假", "13800001111")).unwrap();
        let two = files(test, &demand(&house, "投诉", "工时休假", "13900002222")).unwrap();
        let own = does(test, &house.yi, two.id, "merge", &ActInput { other: Some(two.id), ..ActInput::note("同一件") }).unwrap_err();
        assert_eq!(own.code(), "case.merge_self");
        does(test, &house.yi, two.id, "merge", &ActInput { other: Some(one.id), ..ActInput::note("同一件") }).unwrap();
        assert!(sees(test, &house.yi, two.id).unwrap().ended_at.is_some());
        let acts = test.db.read(&house.yi.actor, |tx| timeline(tx, house.yi.may, one.id)).unwrap();
        assert!(acts.iter().any(|act| act.verb == "@merged" && act.note.contains(&two.no)));
        let links = test.db.read(&house.yi.actor, |tx| crate::cases::links(tx, house.yi.may, one.id)).unwrap();
        assert_eq!((links.len(), links[0].no.as_str(), links[0].kind.as_str()), (1, two.no.as_str(), "merged_into"));
        let mut new = demand(&house, "投诉", "社会保险", "13800001111");
        new.door = "window".to_owned();
        let split = ActInput { split: Some(Box::new(new)), ..ActInput::note("社保另办") };
        let acted = does(test, &house.yi, one.id, "split", &split).unwrap();
        let opened = acted.opened.unwrap();
        assert_eq!(opened.no, "MH2026-00003");
        let links = test.db.read(&house.yi.actor, |tx| crate::cases::links(tx, house.yi.may, opened.id)).unwrap();
        assert_eq!((links[0].no.as_str(), links[0].kind.as_str()), (one.no.as_str(), "split_from"));
    }
}

store::db_test! {
    fn extensions_are_asked_by_one_and_granted_by_another(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = files(test, &demand(&house, "投诉", "工时休假", "13800001111")).unwrap();
        does(test, &house.yi, case.id, "accept", &ActInput::default()).unwrap();
        let before = sees(test, &house.yi, case.id).unwrap();
        let ask = ActInput {
            clock: Some("complaint".to_owned()),
            extend_by: Some((5, crate::cases::Unit::CalendarDay)),
            ..ActInput::note("等考勤")
        };
        does(test, &house.yi, case.id, "extend", &ask).unwrap();
        let own = does(test, &house.yi, case.id, "grant", &ActInput::default()).unwrap_err();
        assert!(own.refusals().iter().any(|one| one.code == "case.same_person"));
        does(test, &house.bing, case.id, "grant", &ActInput::default()).unwrap();
        let after = sees(test, &house.yi, case.id).unwrap();
        let length = |case: &crate::cases::Case| case.now.clocks.iter().find(|one| one.rule == "complaint").unwrap().events.len();
        assert_eq!((length(&before), length(&after)), (1, 2), "the clock has one more event and is the same clock");
    }
}

store::db_test! {
    fn a_case_follows_its_union_when_the_tree_moves(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = files(test, &demand(&house, "求助", "困难帮扶", "13800001111")).unwrap();
        does(test, &house.jia, case.id, "accept", &ActInput::default()).unwrap();
        let d = &house.district;
        let may = crate::orgs::tests::support::role("district_officer");
        test.db.write(&system(), |tx| crate::orgs::transfer_to(tx, may, d.village.id, d.qiaosi.id, tx.today(), "区划调整")).unwrap();
        assert!(matches!(sees(test, &house.yi, case.id), Err(CaseError::NotFound)));
        let seen = sees(test, &house.other, case.id).unwrap();
        assert_eq!(seen.owner_org().unwrap(), d.village.id);
        assert_eq!(seen.now.above().map(|one| one.org.clone()), Some(d.qiaosi.id.to_string()));
        at(test, "2026-12-10 09:00");
        work(test);
        let seen = sees(test, &house.other, case.id).unwrap();
        assert_ne!(seen.owner_org().unwrap(), d.village.id, "missed by the village, raised in the new town");
    }
}

store::db_test! {
    fn returned_goes_to_who_had_it_and_only_there(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let case = files(test, &demand(&house, "求助", "困难帮扶", "13800001111")).unwrap();
        does(test, &house.jia, case.id, "accept", &ActInput::default()).unwrap();
        let first = does(test, &house.jia, case.id, "return", &ActInput::note("x")).unwrap_err();
        assert_eq!(first.code(), "case.no_previous");
        let up = NextOwner { org: Some(house.district.tangqi.id), person: Some(house.yi2.account) };
        does(test, &house.jia, case.id, "transfer", &ActInput { next_owner: Some(up), ..ActInput::note("超出村社能力") }).unwrap();
        let nowhere = ActInput { back_to: BackTo::Desk(house.district.qiaosi.id.to_string()), ..ActInput::note("x") };
        assert_eq!(does(test, &house.yi2, case.id, "return", &nowhere).unwrap_err().code(), "case.never_there");
        does(test, &house.yi2, case.id, "return", &ActInput::note("请村里先走访")).unwrap();
        let seen = sees(test, &house.jia, case.id).unwrap();
        assert_eq!(seen.now.owner.person, Some(house.jia.account.to_string()));
        let wrong = NextOwner { org: Some(house.district.tangqi.id), person: Some(house.other.account) };
        let refused = does(test, &house.jia, case.id, "transfer", &ActInput { next_owner: Some(wrong), ..ActInput::note("x") }).unwrap_err();
        assert_eq!(refused.code(), "case.next_elsewhere");
        let factory = NextOwner { org: Some(house.district.factory.id), person: None };
        let refused = does(test, &house.jia, case.id, "transfer", &ActInput { next_owner: Some(factory), ..ActInput::note("x") }).unwrap_err();
        assert_eq!(refused.code(), "case.no_desk");
    }
}

store::db_test! {
    fn opening_outside_ones_reach_is_not_possible_at_a_desk(test) {
        at(test, "2026-11-20 09:00");
        let house = house(test);
        let mut new = demand(&house, "求助", "困难帮扶", "13800001111");
        new.door = "window".to_owned();
        let refused = test.db.write(&house.other.actor, |tx| open(tx, &new));
        assert!(matches!(refused, Err(CaseError::NotFound)));
        assert!(test.db.write(&house.yi.actor, |tx| open(tx, &new)).is_ok());
        new.fields.remove("content");
        new.fields.insert("workers".to_owned(), "-3".to_owned());
        let faults = test.db.write(&house.yi.actor, |tx| open(tx, &new)).unwrap_err();
        let codes: Vec<&str> = faults.refusals().iter().map(|one| one.code).collect();
        assert_eq!(codes, ["case.field", "case.field_missing"], "all at once");
        let _ = opened(test, &demand(&house, "咨询", "其他", "13700003333"));
    }
}
