//! The way of a roll through the pages: upload, map, check, put right, confirm, again, undo.

use std::collections::BTreeMap;

use encoding_rs::GB18030;

use super::*;

store::db_test!(fn a_roll_goes_its_way(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), officer(test, &place.town_a.path));
    let text = format!(
        "临平某厂会员名册,,,,\n{}{},{},1386677,东镇纺织厂工会,2020-05-01\n{},{},,东镇纺织场工会,2020-05-01\n{},33011319900307001,,东镇纺织厂工会,\n",
        roll(0..30), name(900), number(900), name(901), number(901), name(902),
    );
    let (bytes, _, _) = GB18030.encode(&text);
    let batch = upload(&desk, &actor, "C:\\名册\\会员名册.csv", &bytes).unwrap();
    assert_eq!((batch.state, batch.file_name.as_str()), (BatchState::Uploaded, "会员名册.csv"));
    assert!(batch.no.starts_with("DR-20261120-") && batch.format.contains("GB 18030"), "{} {}", batch.no, batch.format);
    assert_eq!(batch.mapping.header_row, 2);
    let preview = desk.preview(&actor, batch.id, None).unwrap();
    assert_eq!(preview.samples[0][0], name(0));

    let batch = check(&desk, test, &actor, &batch);
    assert_eq!(batch.state, BatchState::Checked, "{}", batch.message);
    assert_eq!((batch.tally.new, batch.tally.refused, batch.open_problems), (30, 3, 3));
    assert!(member(test, 0).is_none(), "checking writes no member");
    let problems = problems(&desk, &actor, batch.id);
    let codes: Vec<_> = problems.iter().map(|problem| (problem.row, problem.faults[0].code.as_str())).collect();
    assert_eq!(codes, [(33, "phone.length"), (34, "org.unknown"), (35, "id.length")]);
    assert_eq!(problems[1].faults[0].suggestion, "东镇纺织厂工会");

    // One row edited, one by its suggestion, one left open.
    let permit = Permit::program();
    let edit = Fix::Edit(BTreeMap::from([("phone".to_owned(), "13900000001".to_owned())]));
    assert_eq!(desk.fix(&actor, &permit, batch.id, 33, &edit).unwrap().state, ProblemState::Fixed);
    let suggested = ProblemFilter { suggested: true, ..ProblemFilter::default() };
    assert_eq!(desk.fix_all(&actor, &permit, batch.id, &suggested, &Fix::Suggestion).unwrap(), 1);
    let wrong = Fix::Edit(BTreeMap::from([("id_number".to_owned(), "330113199003070017".to_owned())]));
    let still = desk.fix(&actor, &permit, batch.id, 35, &wrong).unwrap();
    assert_eq!((still.state, still.faults[0].code.as_str()), (ProblemState::Open, "id.check_digit"));

    let batch = confirm(&desk, test, &actor, batch.id);
    assert_eq!(batch.state, BatchState::Done);
    assert_eq!((batch.tally.new, batch.tally.refused, batch.open_problems, batch.ready_problems), (32, 1, 1, 0));
    assert!(batch.file_path.is_empty(), "the sealed copy is gone");
    assert_eq!(std::fs::read_dir(place.folder.path().join("uploads")).unwrap().count(), 0);
    assert_eq!(count(test, &place.shop_a), 32);
    let masked = member(test, 900).unwrap().phone_masked;
    assert_eq!(masked.as_deref(), Some("139****0001"));

    // The row left over is put right after the import and taken alone.
    let right = Fix::Edit(BTreeMap::from([("id_number".to_owned(), number(902))]));
    assert_eq!(desk.fix(&actor, &permit, batch.id, 35, &right).unwrap().state, ProblemState::Fixed);
    let batch = confirm(&desk, test, &actor, batch.id);
    assert_eq!((batch.state, batch.tally.new, batch.tally.refused), (BatchState::Done, 33, 0));
    let empty = desk.confirm(&actor, &permit, batch.id).unwrap_err();
    assert!(empty.to_string().contains("没有改好"), "{empty}");

    // The same file again changes nothing and says so.
    let again = upload(&desk, &actor, "会员名册.csv", &bytes).unwrap();
    let overview = desk.overview(&actor, again.id, &ProblemFilter::default(), 10).unwrap();
    assert_eq!(overview.same_file.first().map(|before| before.id), Some(batch.id));
    let again = check(&desk, test, &actor, &again);
    assert_eq!((again.tally.new, again.tally.updated, again.tally.unchanged), (0, 0, 30));
    let again = confirm(&desk, test, &actor, again.id);
    assert_eq!((again.tally.new, again.tally.updated, again.tally.unchanged), (0, 0, 30));
    assert_eq!(count(test, &place.shop_a), 33);

    // And the whole batch goes back.
    desk.undo(&actor, &permit, batch.id, "传错了文件").unwrap();
    run_jobs(&desk, test);
    let batch = desk.batch(&actor, batch.id).unwrap();
    assert_eq!((batch.state, batch.undone_rows), (BatchState::Undone, 33), "{}", batch.message);
    assert_eq!(count(test, &place.shop_a), 0);
    assert!(member(test, 0).is_none());
    assert!(whole(test));
});

store::db_test!(fn members_elsewhere_and_people_twice_wait_for_a_word(test) {
    let place = plant(test);
    let desk = desk(test, &place);
    let whole = test.actor();
    let theirs = roll(0..2).replace("东镇纺织厂工会", "西镇机械厂工会");
    let batch = upload(&desk, &whole, "a.csv", theirs.as_bytes()).unwrap();
    check(&desk, test, &whole, &batch);
    confirm(&desk, test, &whole, batch.id);
    assert_eq!(count(test, &place.shop_b), 2);

    let actor = officer(test, &place.town_a.path);
    let text = format!("{}{},{},,东镇纺织厂工会,2021-01-01\n", roll(0..4), name(3), number(3));
    let batch = upload(&desk, &actor, "b.csv", text.as_bytes()).unwrap();
    let batch = check(&desk, test, &actor, &batch);
    assert_eq!((batch.tally.new, batch.tally.confirm, batch.tally.elsewhere), (2, 3, 2));
    let problems = problems(&desk, &actor, batch.id);
    assert!(problems[0].faults[0].message.contains("西镇机械厂工会"), "{:?}", problems[0].faults[0].message);
    assert_eq!(problems[2].faults[0].code, "import.duplicate_row");
    assert!(problems[2].faults[0].message.contains("第 5 行"));
    let permit = Permit::program();
    assert_eq!(desk.fix(&actor, &permit, batch.id, 2, &Fix::Confirm).unwrap().state, ProblemState::Fixed);
    assert_eq!(desk.fix(&actor, &permit, batch.id, 3, &Fix::Drop).unwrap().state, ProblemState::Dropped);
    assert_eq!(desk.fix(&actor, &permit, batch.id, 6, &Fix::Confirm).unwrap().state, ProblemState::Fixed);
    let batch = confirm(&desk, test, &actor, batch.id);
    assert_eq!((batch.tally.new, batch.tally.unchanged, batch.tally.updated), (2, 1, 1));
    // The other union must let the first one go; nobody is taken without its word.
    assert_eq!((count(test, &place.shop_a), count(test, &place.shop_b)), (2, 2));
    let asked = test.db.read(&whole, |tx| {
        members::transfers::of_member(tx, member(test, 0).unwrap().id)
    }).unwrap();
    assert_eq!(asked.len(), 1);
});

store::db_test!(fn a_batch_is_seen_within_its_scope_only(test) {
    let place = plant(test);
    let desk = desk(test, &place);
    let (theirs, ours) = (officer(test, &place.shop_b.path), officer(test, &place.shop_a.path));
    let batch = upload(&desk, &ours, "a.csv", roll(0..3).as_bytes()).unwrap();
    assert!(batch.org_default, "who sees one union brings its roll");
    assert!(matches!(desk.batch(&theirs, batch.id), Err(ExchangeError::NotFound)));
    assert!(matches!(desk.cancel(&theirs, &Permit::program(), batch.id), Err(ExchangeError::NotFound)));
    assert!(test.db.read(&theirs, |tx| list(tx, None, 10)).unwrap().is_empty());
    // Rows that name a union outside the scope are refused, not taken there.
    let text = roll(0..2).replace("东镇纺织厂工会", "西镇机械厂工会");
    let batch = upload(&desk, &ours, "b.csv", text.as_bytes()).unwrap();
    let batch = check(&desk, test, &ours, &batch);
    assert_eq!((batch.tally.new, batch.tally.refused), (0, 2));
    let nobody = Permit::with(Default::default());
    assert!(matches!(desk.confirm(&ours, &nobody, batch.id), Err(ExchangeError::Forbidden(_))));
});

store::db_test!(fn a_mapping_is_remembered_for_the_account(test) {
    let place = plant(test);
    let desk = desk(test, &place);
    let mut actor = officer(test, &place.shop_a.path);
    let account: kernel::ids::AccountId = test.db.new_id();
    actor.account = Some(account);
    let text = roll(0..2).replace("身份证号", "证号").replace("手机号", "号码二");
    let refused = upload(&desk, &actor, "a.csv", text.as_bytes()).unwrap();
    let choice = Choice { sheet: refused.sheet.clone(), mapping: refused.mapping.clone(), org: None };
    let missing = desk.check(&actor, &Permit::program(), refused.id, &choice).unwrap_err();
    assert!(missing.to_string().contains("「证件号码」"), "{missing}");
    let mut mapping = refused.mapping.clone();
    mapping.assign(1, "id_number");
    mapping.assign(2, "phone");
    desk.check(&actor, &Permit::program(), refused.id, &Choice { mapping, ..choice }).unwrap();
    let next = upload(&desk, &actor, "b.csv", text.replace(&name(1), "赵大").as_bytes()).unwrap();
    assert_eq!((next.mapping.field_of(1), next.mapping.field_of(2)), (Some("id_number"), Some("phone")));
    let mut other = actor.clone();
    other.account = Some(test.db.new_id());
    let strange = upload(&desk, &other, "c.csv", text.as_bytes()).unwrap();
    assert_eq!(strange.mapping.field_of(1), None);
});

store::db_test!(fn a_file_that_cannot_be_taken_leaves_nothing(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), test.actor());
    let fault = upload(&desk, &actor, "会员.xls", b"<html><table><tr><td>x").unwrap_err();
    assert!(fault.to_string().contains("网页"), "{fault}");
    assert_eq!(std::fs::read_dir(place.folder.path().join("uploads")).unwrap().count(), 0);
    assert!(test.db.read(&actor, |tx| list(tx, None, 10)).unwrap().is_empty());
});

store::db_test!(fn what_is_kept_is_cleared_in_time(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), officer(test, &place.town_a.path));
    let text = format!("{}某人,123,,东镇纺织厂工会,\n", roll(0..2));
    let batch = upload(&desk, &actor, "a.csv", text.as_bytes()).unwrap();
    check(&desk, test, &actor, &batch);
    let done = confirm(&desk, test, &actor, batch.id);
    assert_eq!((done.open_problems, done.kept), (1, true));
    test.clock.advance(std::time::Duration::from_secs(31 * 86_400));
    run_jobs(&desk, test);
    let done = desk.batch(&actor, batch.id).unwrap();
    assert_eq!((done.open_problems, done.kept, done.tally.new), (0, false, 2));
    assert!(problems(&desk, &actor, batch.id).is_empty());
    let late = desk.undo(&actor, &Permit::program(), batch.id, "传错了").unwrap_err();
    assert!(late.to_string().contains("期限"), "{late}");
});

store::db_test!(fn the_same_form_twice_opens_one_batch(test) {
    let place = plant(test);
    let (desk, mut actor) = (desk(test, &place), officer(test, &place.town_a.path));
    actor.account = Some(kernel::ids::AccountId::from(uuid::Uuid::from_u128(1)));
    let send = |text: &str, key: &str| {
        let (id, mut receiving) = desk.receive()?;
        receiving.push(text.as_bytes())?;
        let upload = Upload { id, kind: ImportKind::Members, file_name: "名册.csv", key, received: receiving.finish()? };
        desk.arrived(&actor, &Permit::program(), upload)
    };
    let first = send(&roll(0..3), "k-1").unwrap();
    let again = send(&roll(0..3), "k-1").unwrap();
    assert_eq!(first.id, again.id, "the first answer again");
    assert_eq!(test.db.read(&actor, |tx| list(tx, None, 10)).unwrap().len(), 1);
    assert_eq!(std::fs::read_dir(place.folder.path().join("uploads")).unwrap().count(), 1, "the second copy is gone");
    assert!(send(&roll(0..4), "k-1").is_err(), "another file under a used key");
    assert_ne!(send(&roll(0..3), "k-2").unwrap().id, first.id, "the same file, sent anew, is another batch");
});
