//! 照片 of a check-in: sealed, taken once, from whoever made the check-in, seen by whoever sees the place.

use store::Actor;
use store::testing::TestDb;

use super::colours::{evaluate, lead, stand_on, the_alert};
use super::support::*;
use crate::arrears::alerts::{self, Closing, Decision};
use crate::arrears::check_in::{self, Answers, CheckIn, Photo, WeeklyRules, add_photo, check_in};
use crate::arrears::{ArrearsError, Permit};
use crate::attachments::FileBytes;
use crate::audit::{AuditFilter, search};
use crate::cases::{self, NewEvidence};
use crate::failure::RoomError;

fn jpeg(name: &str, size: usize) -> FileBytes {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0];
    bytes.resize(size, 7);
    FileBytes {
        name: name.into(),
        media: "image/jpeg".into(),
        bytes,
    }
}

fn sentinel(d: &District, name: &str) -> Actor {
    Actor {
        label: format!("{name} · 哨点"),
        ..officer_of(&d.unions.tangqi.path)
    }
}

fn checked(test: &TestDb, who: &Actor, d: &District, key: &str) {
    let rules = WeeklyRules::at(store::testing::district(), day("2026-11-20")).unwrap();
    let said = rules.questions.iter().map(|one| (one.field.clone(), false));
    let form = CheckIn {
        key: key.into(),
        employer: d.factory,
        answered_on: day("2026-11-20"),
        answers: Answers {
            said: said.collect(),
            ..Answers::default()
        },
        as_last_week: false,
        note: String::new(),
    };
    let permit = Permit::with(role("sentinel"));
    test.db
        .write(who, |tx| check_in(tx, &permit, &form))
        .unwrap();
}

fn add(test: &TestDb, who: &Actor, key: &str, file: &FileBytes) -> Result<(), ArrearsError> {
    let permit = Permit::with(role("sentinel"));
    test.db.write(who, |tx| add_photo(tx, &permit, key, file))
}

fn seen(test: &TestDb, who: &Actor, d: &District) -> Vec<Photo> {
    let place = test
        .db
        .read(who, |tx| check_in::place(tx, d.factory))
        .unwrap();
    place.photos.into_values().flatten().collect()
}

store::db_test!(
    fn a_photograph_comes_with_its_check_in_once_and_is_sealed(test) {
        let d = district(test);
        stand_on(test, "2026-11-20");
        let (a, b) = (sentinel(&d, "甲"), sentinel(&d, "乙"));
        checked(test, &a, &d, "phone-1");
        add(test, &a, "phone-1", &jpeg("厂门.jpg", 3_000)).unwrap();
        add(test, &a, "phone-1", &jpeg("厂门.jpg", 3_000)).unwrap();
        let found = seen(test, &a, &d);
        assert_eq!((found.len(), found[0].size), (1, 3_000), "sent twice, it is one");
        let file = test.db.write(&b, |tx| check_in::photo(tx, found[0].id)).unwrap();
        assert_eq!((file.name.as_str(), file.bytes), ("厂门.jpg", jpeg("厂门.jpg", 3_000).bytes));
        // Whoever sees the place sees it; a desk elsewhere knows of nothing.
        let elsewhere = officer_of(&d.unions.qiaosi.path);
        let hidden = test.db.read(&elsewhere, |tx| check_in::photo(tx, found[0].id)).unwrap_err();
        assert_eq!(hidden.code(), "arrears.not_found");
        for (who, key) in [(&b, "phone-1"), (&elsewhere, "phone-1"), (&a, "phone-2")] {
            let refused = add(test, who, key, &jpeg("别的.jpg", 10)).unwrap_err();
            assert_eq!(refused.code(), "arrears.not_found", "{key}");
        }
        let filter = AuditFilter { action: "check_in.photo_added".into(), ..AuditFilter::default() };
        assert_eq!(test.db.read(&system(), |tx| search(tx, &filter, 10)).unwrap().len(), 1);
    }
);

store::db_test!(
    fn photographs_stand_with_the_alert_and_go_when_their_own_term_is_over(test) {
        let d = district(test);
        stand_on(test, "2026-11-20");
        let a = sentinel(&d, "甲");
        checked(test, &a, &d, "phone-1");
        add(test, &a, "phone-1", &jpeg("厂门.jpg", 3_000)).unwrap();
        add(test, &a, "phone-1", &jpeg("机器.jpg", 2_000)).unwrap();
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 31), ("workers", 12)]);
        evaluate(test);
        let no = the_alert(test, d.factory).no;
        let rounds = test.db.read(&system(), |tx| crate::arrears::alert_page(tx, &no)).unwrap().rounds;
        assert_eq!((rounds.len(), rounds[0].photos.len(), rounds[0].by.as_str()), (1, 2, "甲 · 哨点"));
        let elsewhere = officer_of(&d.unions.qiaosi.path);
        assert!(test.db.read(&elsewhere, |tx| check_in::seen(tx, d.factory)).unwrap().is_empty());
        // Whoever opens one is in the log.
        let id = rounds[0].photos[0].id;
        test.db.write(&a, |tx| check_in::photo(tx, id)).unwrap();
        let opened = AuditFilter { action: "check_in.photo_opened".into(), ..AuditFilter::default() };
        assert_eq!(test.db.read(&system(), |tx| search(tx, &opened, 10)).unwrap().len(), 1);
        // Three years and a day: due, but not while the alert is open.
        let due = || test.db.read(&system(), check_in::photos_due).unwrap().0;
        stand_on(test, "2029-11-20");
        assert_eq!(due(), 0);
        stand_on(test, "2029-11-21");
        assert_eq!(due(), 0, "the employer has an open alert");
        let closing = Closing {
            code: "false_alarm".into(),
            evidence: vec![NewEvidence { kind: "check_note".into(), text: "核查".into(), ..NewEvidence::default() }],
            decision: Decision { note: "误报".into(), version: None },
            ..Closing::default()
        };
        let alert = the_alert(test, d.factory);
        test.db.write(&officer_of(&d.unions.federation.path), |tx| alerts::close(tx, &Permit::program(), alert.id, &closing)).unwrap();
        assert_eq!(due(), 2);
        let work = || {
            let handlers = store::jobs::Handlers::default().with(cases::Retention::beside(&check_in::RoundPhotos)).with(cases::Destroy::beside(&check_in::RoundPhotos));
            store::jobs::run_jobs_until_idle(&test.db, &handlers).unwrap();
        };
        let may = role("district_officer");
        let whole = |n: u128| Actor { account: Some(uuid::Uuid::from_u128(n).into()), ..system() };
        stand_on(test, "2029-11-22");
        work();
        let list = test.db.read(&system(), |tx| cases::disposals(tx, may)).unwrap().remove(0);
        assert_eq!((list.listed, list.photos, list.photos_before), (0, 2, Some(day("2026-11-22"))));
        test.db.read(&system(), |tx| check_in::seen(tx, d.factory)).unwrap().iter().for_each(|one| assert_eq!(one.photos.len(), 2));
        test.db.write(&whole(1), |tx| cases::propose_disposal(tx, may, list.id, "保管期满")).unwrap();
        stand_on(test, "2029-11-23");
        work();
        assert_eq!(test.db.read(&system(), |tx| cases::disposals(tx, may)).unwrap().len(), 1, "what waits is not listed twice");
        assert!(test.db.write(&whole(1), |tx| cases::decide_disposal(tx, may, list.id, true, "")).is_err(), "two persons");
        test.db.write(&whole(2), |tx| cases::decide_disposal(tx, may, list.id, true, "")).unwrap();
        work();
        assert!(test.db.read(&system(), |tx| check_in::seen(tx, d.factory)).unwrap().is_empty());
        let gone = test.db.write(&a, |tx| check_in::photo(tx, id)).unwrap_err();
        assert_eq!(gone.code(), "arrears.not_found");
        let done = test.db.read(&system(), |tx| cases::disposals(tx, may)).unwrap().remove(0);
        assert_eq!((done.state, due()), (cases::DisposalState::Done, 0));
        // The phone sends the same one again: it was there, and is not taken anew.
        add(test, &a, "phone-1", &jpeg("厂门.jpg", 3_000)).unwrap();
        assert_eq!(due(), 0);
    }
);

store::db_test!(
    fn what_is_no_photograph_or_too_much_is_refused_in_words(test) {
        let d = district(test);
        stand_on(test, "2026-11-20");
        let a = sentinel(&d, "甲");
        checked(test, &a, &d, "phone-1");
        let page = FileBytes { name: "厂门.jpg".into(), media: "image/jpeg".into(), bytes: b"<html>".to_vec() };
        let paper = FileBytes { name: "合同.pdf".into(), media: String::new(), bytes: b"%PDF-1.7".to_vec() };
        for (file, says) in [
            (page, "内容不是"),
            (paper, "不是照片"),
            (jpeg("大.jpg", (5 << 20) + 1), "5 MB"),
            (jpeg("空.jpg", 0), "不能为空"),
        ] {
            let refused = add(test, &a, "phone-1", &file).unwrap_err();
            assert_eq!((refused.code(), refused.field()), ("check_in.photo", Some("photo")));
            assert!(refused.to_string().contains(says), "{refused}");
        }
        for size in [10, 20, 30] {
            add(test, &a, "phone-1", &jpeg("一.jpg", size)).unwrap();
        }
        let fourth = add(test, &a, "phone-1", &jpeg("四.jpg", 40)).unwrap_err();
        assert!(fourth.to_string().contains("最多 3 张"), "{fourth}");
        let chair = Permit::with(role("enterprise_chair"));
        let refused = test.db.write(&a, |tx| add_photo(tx, &chair, "phone-1", &jpeg("五.jpg", 50)));
        assert_eq!(refused.unwrap_err().code(), "arrears.forbidden");
    }
);
