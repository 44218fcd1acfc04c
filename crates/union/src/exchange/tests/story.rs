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

store::db_test!(fn a_number_with_another_name_is_asked_of_a_person(test) {
    let place = plant(test);
    let desk = desk(test, &place);
    let actor = test.actor();
    let permit = Permit::program();
    let batch = upload(&desk, &actor, "a.csv", roll(0..6).as_bytes()).unwrap();
    check(&desk, test, &actor, &batch);
    confirm(&desk, test, &actor, batch.id);

    // The second time somebody sorted the column of names alone: rows 2 and 3 changed places, row 5 is another's, row
    // 6 is spelt with a gap, and row 7 is of a worker whose age is doubtful.
    let other = |one: u32, name: &str, phone: u32| format!("{name},{},138{phone:08},东镇纺织厂工会,2020-05-01\n", number(one));
    let spaced: String = name(4).chars().flat_map(|c| [c, '\u{3000}']).collect();
    let text = [
        roll(0..0),
        other(0, &name(1), 0),
        other(1, &name(0), 1),
        other(2, &name(2), 77),
        other(3, "慕容复", 99),
        other(4, &spaced, 4),
    ].concat();
    let batch = upload(&desk, &actor, "b.csv", text.as_bytes()).unwrap();
    let batch = check(&desk, test, &actor, &batch);
    assert_eq!((batch.tally.updated, batch.tally.unchanged, batch.tally.confirm, batch.tally.refused), (1, 1, 3, 0));
    let asked = problems(&desk, &actor, batch.id);
    assert_eq!(asked.iter().map(|one| one.row).collect::<Vec<_>>(), [2, 3, 5]);
    let question = &asked[2].faults[0];
    assert_eq!((question.code.as_str(), question.field.as_str(), question.level), ("member.other_name", "name", Level::Confirm));
    for words in ["慕*复", "确认改名", "名册没有改动"] {
        assert!(question.message.contains(words), "{}", question.message);
    }
    assert!(!question.message.contains("慕容复") && !question.message.contains(&name(3)), "masked: {}", question.message);

    // Not all at once: that is how a list gone wrong would rename everybody.
    let all = ProblemFilter { code: Some("member.other_name".into()), ..ProblemFilter::default() };
    assert_eq!(desk.fix_all(&actor, &permit, batch.id, &all, &Fix::Confirm).unwrap(), 0);
    // One person has a new name, one row is put right by hand, one is left out.
    let fixed = |row, fix: Fix| desk.fix(&actor, &permit, batch.id, row, &fix).unwrap().state;
    assert_eq!(fixed(5, Fix::Confirm), ProblemState::Fixed);
    assert_eq!(fixed(2, Fix::Edit([("name".to_owned(), name(0))].into())), ProblemState::Fixed);
    assert_eq!(fixed(3, Fix::Drop), ProblemState::Dropped);
    let batch = confirm(&desk, test, &actor, batch.id);
    assert_eq!((batch.tally.updated, batch.tally.unchanged, batch.tally.confirm), (2, 2, 1));
    let names: Vec<String> = (0..5).map(|one| member(test, one).unwrap().name).collect();
    assert_eq!(names, [name(0), name(1), name(2), "慕容复".to_owned(), name(4)]);

    // Taken back, the person has the old name again.
    desk.undo(&actor, &permit, batch.id, "传错了文件").unwrap();
    run_jobs(&desk, test);
    assert_eq!(member(test, 3).unwrap().name, name(3));
    assert!(whole(test));
});

store::db_test!(fn a_word_answers_what_was_asked_and_nothing_else(test) {
    let place = plant(test);
    let desk = desk(test, &place);
    let actor = test.actor();
    let permit = Permit::program();
    let theirs = roll(0..1).replace("东镇纺织厂工会", "西镇机械厂工会");
    let batch = upload(&desk, &actor, "a.csv", theirs.as_bytes()).unwrap();
    check(&desk, test, &actor, &batch);
    confirm(&desk, test, &actor, batch.id);

    // A member of another union under another name, who stands in the file twice.
    let row = format!("慕容复,{},,东镇纺织厂工会,2021-01-01\n", number(0));
    let batch = upload(&desk, &actor, "b.csv", [roll(0..0), row.clone(), row].concat().as_bytes()).unwrap();
    let batch = check(&desk, test, &actor, &batch);
    let codes = |row: usize| -> Vec<String> {
        problems(&desk, &actor, batch.id)[row].faults.iter().map(|fault| fault.code.clone()).collect()
    };
    assert_eq!(codes(0), ["member.other_name", "member.elsewhere"]);
    assert_eq!(codes(1), ["import.duplicate_row"]);
    let fixed = |row, fix: &Fix| desk.fix(&actor, &permit, batch.id, row, fix).unwrap();
    let second = fixed(3, &Fix::Confirm);
    assert_eq!((second.state, second.confirmed), (ProblemState::Open, false), "the name was not asked about yet");
    assert_eq!(codes(1), ["member.other_name", "member.elsewhere"]);
    assert_eq!(fixed(3, &Fix::Edit(Default::default())).state, ProblemState::Open);
    assert_eq!(fixed(3, &Fix::Drop).state, ProblemState::Dropped);
    assert_eq!(fixed(2, &Fix::Confirm).state, ProblemState::Fixed);
    confirm(&desk, test, &actor, batch.id);
    // The transfer is asked for; the name stays until the member's own page is put right.
    let there = member(test, 0).unwrap();
    assert_eq!((there.name, count(test, &place.shop_b)), (name(0), 1));
    let asked = test.db.read(&actor, |tx| members::transfers::of_member(tx, there.id)).unwrap();
    assert_eq!(asked.len(), 1);
});

store::db_test!(fn the_sums_over_the_problem_rows_are_the_rows(test) {
    let place = plant(test);
    let desk = desk(test, &place);
    let actor = test.actor();
    let permit = Permit::program();
    let theirs = roll(0..2).replace("东镇纺织厂工会", "西镇机械厂工会");
    let batch = upload(&desk, &actor, "a.csv", theirs.as_bytes()).unwrap();
    check(&desk, test, &actor, &batch);
    confirm(&desk, test, &actor, batch.id);
    let row = |name: &str, number: &str, phone: &str| format!("{name},{number},{phone},东镇纺织厂工会,2021-01-01\n");
    let text = [
        roll(0..5),
        row("", &number(10), ""),
        row(&name(11), "330113198001010001", ""),
        row(&name(12), "12345", "13"),
        row("李3", &number(13), ""),
        row(&name(4), &number(4), ""),
    ].concat();
    let batch = upload(&desk, &actor, "b.csv", text.as_bytes()).unwrap();
    let batch = check(&desk, test, &actor, &batch);
    // Every sum of the page against the rows themselves, as they stand now.
    let holds = |said: &str, refused: i64, confirm: i64, open: i64, ready: i64| {
        let overview = desk.overview(&actor, batch.id, &ProblemFilter::default(), 1000).unwrap();
        let batch = &overview.batch;
        let counts = (batch.tally.refused, batch.tally.confirm, batch.open_problems, batch.ready_problems);
        assert_eq!(counts, (refused, confirm, open, ready), "{said}");
        let rows = &overview.problems;
        let open_rows = rows.iter().filter(|one| one.state == ProblemState::Open).count();
        assert_eq!(i64::try_from(open_rows).unwrap(), open, "{said}");
        let sum = |of: fn(&KindCount) -> i64| overview.kinds.iter().map(of).sum::<i64>();
        assert_eq!((sum(|kind| kind.open), sum(|kind| kind.all)), (open, i64::try_from(rows.len()).unwrap()), "{said}");
        for kind in &overview.kinds {
            let filter = ProblemFilter { code: Some(kind.code.clone()), level: Some(kind.level), state: Some(ProblemState::Open), ..ProblemFilter::default() };
            let listed = desk.overview(&actor, batch.id, &filter, 1000).unwrap().problems;
            assert_eq!(i64::try_from(listed.len()).unwrap(), kind.open, "{said}: {}", kind.code);
            assert!(listed.iter().all(|one| one.first().is_some_and(|fault| fault.code == kind.code)), "{said}");
            let suggested = listed.iter().filter(|one| one.faults.iter().any(|fault| !fault.suggestion.is_empty())).count();
            assert_eq!(i64::try_from(suggested).unwrap(), kind.suggested, "{said}: {}", kind.code);
        }
    };
    assert_eq!((batch.tally.new, batch.tally.elsewhere, batch.tally.rows()), (3, 2, 10));
    holds("checked", 4, 3, 7, 0);
    desk.fix(&actor, &permit, batch.id, 2, &Fix::Confirm).unwrap();
    desk.fix(&actor, &permit, batch.id, 3, &Fix::Drop).unwrap();
    desk.fix(&actor, &permit, batch.id, 10, &Fix::Edit([("name".to_owned(), name(13))].into())).unwrap();
    holds("two ready, one left out", 4, 3, 4, 2);
    confirm(&desk, test, &actor, batch.id);
    holds("taken", 3, 2, 4, 0);
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
