//! Passwords, lockout, six digits, sessions that end.

use std::time::Duration;

use store::db_test;

use super::*;

db_test!(fn the_right_password_opens_and_the_wrong_one_says_nothing(test) {
    account(test, "officer.a");
    let token = try_in(test, " Officer.A ", PASSWORD).unwrap();
    assert_eq!(who(test, &token).unwrap().name, "演示甲");
    assert!(who(test, "0000").is_none());
    for (login, password) in [("officer.a", "错的口令错的口令错的"), ("nobody", PASSWORD)] {
        let error = try_in(test, login, password).unwrap_err();
        assert!(matches!(error, AccessError::BadCredentials), "{login}: {error}");
    }
});

db_test!(fn wrong_tries_lock_and_the_lock_runs_out(test) {
    account(test, "officer.b");
    for _ in 1..policy().failures_before_lock {
        assert!(matches!(try_in(test, "officer.b", "错"), Err(AccessError::BadCredentials)));
    }
    assert!(matches!(try_in(test, "officer.b", "错"), Err(AccessError::Locked { .. })));
    assert!(matches!(try_in(test, "officer.b", PASSWORD), Err(AccessError::Locked { .. })), "locked even with the right one");
    test.clock.advance(Duration::from_secs(60 * u64::try_from(policy().lock_minutes).unwrap()));
    assert!(try_in(test, "officer.b", PASSWORD).is_ok());
});

db_test!(fn guessing_the_password_where_the_second_factor_is_set_up_locks_too(test) {
    let id = account(test, "officer.d");
    let begin = |password: &str| write(test, |tx| begin_totp(tx, &policy(), id, password)).unwrap().map(drop);
    for _ in 1..policy().failures_before_lock {
        assert!(begin("错").unwrap_err().to_string().contains("口令不正确"));
    }
    assert!(begin("错").unwrap_err().to_string().contains("分钟"));
    assert!(begin(PASSWORD).is_err(), "locked even with the right one");
    assert!(matches!(try_in(test, "officer.d", PASSWORD), Err(AccessError::Locked { .. })), "one lock for both doors");
    test.clock.advance(Duration::from_secs(60 * u64::try_from(policy().lock_minutes).unwrap()));
    begin(PASSWORD).unwrap();
});

db_test!(fn guessing_the_old_password_at_an_open_session_locks_too(test) {
    account(test, "officer.g");
    let token = try_in(test, "officer.g", PASSWORD).unwrap();
    try_in(test, "officer.g", PASSWORD).unwrap();
    let here = who(test, &token).unwrap();
    let new = "另一个够长的口令-2026";
    let change = |old: &str| write(test, |tx| change_password(tx, &policy(), &here, old, new)).unwrap();
    for _ in 1..policy().failures_before_lock {
        assert!(change("错").unwrap_err().to_string().contains("原口令不正确"));
    }
    assert!(change("错").unwrap_err().to_string().contains("分钟"));
    assert!(change(PASSWORD).is_err(), "locked even with the right one");
    test.clock.advance(Duration::from_secs(60 * u64::try_from(policy().lock_minutes).unwrap()));
    change(PASSWORD).unwrap();
    assert!(try_in(test, "officer.g", new).is_ok());
});

db_test!(fn a_code_is_asked_for_and_good_once(test) {
    let id = account(test, "officer.c");
    let begin = |password: &str| write(test, |tx| begin_totp(tx, &policy(), id, password)).unwrap();
    assert!(begin("不是他的口令不是他的口令").is_err(), "whoever sits at an open page is not the person");
    let now = || kernel::Clock::now(&*test.clock);
    let set_up = |code: Option<&str>| {
        let setup = begin(PASSWORD).unwrap();
        let secret = TotpSecret::from_base32(&setup.secret, "officer.c").unwrap();
        let code = code.map_or_else(|| secret.code_at(now()), str::to_owned);
        (write(test, |tx| finish_totp(tx, id, &setup.pending, &code)), setup, secret, code)
    };
    let (wrong, setup, ..) = set_up(Some("000000"));
    assert!(matches!(wrong, Err(AccessError::BadCode)));
    let again = test.db.read(&test.actor(), |tx| pending_totp(tx, id, &setup.pending)).unwrap();
    assert_eq!(again.secret, setup.secret, "a mistyped digit shows the same secret");
    let other = account(test, "officer.cc");
    assert!(test.db.read(&test.actor(), |tx| pending_totp(tx, other, &setup.pending)).is_err());
    assert!(matches!(try_in(test, "officer.c", PASSWORD).map(|token| who(test, &token).unwrap().stage), Ok(Stage::Full)), "not asked for before it works");
    let (done, _, first, used) = set_up(None);
    done.unwrap();
    let replay = try_in(test, "officer.c", PASSWORD).unwrap();
    let replay = who(test, &replay).unwrap();
    assert!(write(test, |tx| confirm_code(tx, &policy(), &replay, &used)).unwrap().is_err(), "the code that finished the setup is used up");
    test.clock.advance(Duration::from_secs(60));
    // Setting it up anew: the old one stays in force until the new one works.
    let (wrong, setup, ..) = set_up(Some("000000"));
    assert!(wrong.is_err());
    let token = try_in(test, "officer.c", PASSWORD).unwrap();
    let waiting = who(test, &token).unwrap();
    let code = first.code_at(now());
    write(test, |tx| confirm_code(tx, &policy(), &waiting, &code)).unwrap().unwrap();
    test.clock.advance(Duration::from_secs(60 * u64::try_from(policy().session_idle_minutes + 1).unwrap()));
    assert!(write(test, |tx| finish_totp(tx, id, &setup.pending, "000000")).is_err(), "too old");
    let (done, _, secret, _) = set_up(None);
    done.unwrap();
    test.clock.advance(Duration::from_secs(60));
    let token = try_in(test, "officer.c", PASSWORD).unwrap();
    let waiting = who(test, &token).unwrap();
    assert_eq!(waiting.stage, Stage::CodeDue);
    assert!(!waiting.can(Capability::Workbench), "nothing before the code");
    let code = secret.code_at(now());
    write(test, |tx| confirm_code(tx, &policy(), &waiting, &code)).unwrap().unwrap();
    assert_eq!(who(test, &token).unwrap().stage, Stage::Full);
    let again = try_in(test, "officer.c", PASSWORD).unwrap();
    let second = who(test, &again).unwrap();
    assert!(write(test, |tx| confirm_code(tx, &policy(), &second, &code)).unwrap().is_err(), "a code works once");
    // The phone is lost: somebody else takes the factor off, with a reason, and the person is told once.
    assert!(test.db.write(&as_actor(test, id), |tx| remove_totp(tx, id, "丢了")).is_err(), "not from one's own account");
    assert!(write(test, |tx| remove_totp(tx, id, " ")).is_err(), "not without a reason");
    write(test, |tx| remove_totp(tx, id, "手机丢失，本人持工作证当面提出")).unwrap();
    let told = || match write(test, |tx| sign_in(tx, &policy(), "officer.c", PASSWORD, &Origin::default())).unwrap() {
        Outcome::In { stage, factor_removed, .. } => (stage, factor_removed),
        Outcome::No(error) => panic!("{error}"),
    };
    assert_eq!((told(), told()), ((Stage::Full, true), (Stage::Full, false)));
});

db_test!(fn weak_passwords_and_taken_names_are_refused_with_the_field(test) {
    account(test, "officer.d");
    for (login, password, field) in [("Officer.D", PASSWORD, "login"), ("短", PASSWORD, "login"), ("officer.e", "short", "password"), ("officer.e", "officer.e-2026", "password"), ("officer.e", "ああああああああああああ", "password")] {
        let new = NewAccount { password: password.into(), ..new_account(login) };
        let error = write(test, |tx| create_account(tx, &policy(), &new)).unwrap_err();
        assert_eq!(crate::failure::RoomError::field(&error), Some(field), "{login} {password}");
    }
});

db_test!(fn sessions_end_by_hand_by_age_and_with_the_account(test) {
    let id = account(test, "officer.f");
    let first = try_in(test, "officer.f", PASSWORD).unwrap();
    let second = try_in(test, "officer.f", PASSWORD).unwrap();
    let here = who(test, &second).unwrap();
    assert_eq!(write(test, |tx| end_other_sessions(tx, id, here.session)).unwrap(), 1);
    assert!(who(test, &first).is_none());
    write(test, |tx| set_account_enabled(tx, id, false)).unwrap();
    assert!(who(test, &second).is_none(), "a disabled account is out at once");
    write(test, |tx| set_account_enabled(tx, id, true)).unwrap();
    assert!(who(test, &second).is_some());
    test.clock.advance(Duration::from_secs(3_600 * u64::try_from(policy().session_max_hours).unwrap()));
    assert!(who(test, &second).is_none());
});

/// An account with the role of workers.
fn worker(test: &TestDb, login: &str) -> AccountId {
    let id = account(test, login);
    let from_on = "2026-01-01".parse().unwrap();
    write(test, |tx| {
        grant_post(
            tx,
            &roles(),
            &NewPost {
                account: id,
                role: "member".into(),
                org: None,
                from_on,
            },
        )
    })
    .unwrap();
    id
}

fn kept(test: &TestDb, login: &str) -> (String, Option<u64>) {
    let outcome = write(test, |tx| {
        sign_in(tx, &policy(), login, PASSWORD, &Origin::default())
    })
    .unwrap();
    let Outcome::In {
        token,
        keep_seconds,
        ..
    } = outcome
    else {
        panic!("{login} is let in")
    };
    (token, keep_seconds)
}

db_test!(fn a_workers_phone_stays_signed_in_for_days_and_an_office_does_not(test) {
    let id = worker(test, "worker.l");
    let clerk = account(test, "clerk.l");
    let from_on = "2026-01-01".parse().unwrap();
    let lawyer = |account| write(test, |tx| grant_post(tx, &roles(), &NewPost { account, role: "lawyer".into(), org: None, from_on })).unwrap();
    lawyer(clerk);
    let days = u64::try_from(policy().member_session_max_days).unwrap();
    let ((phone, long), (second, _), (office, short)) = (kept(test, "worker.l"), kept(test, "worker.l"), kept(test, "clerk.l"));
    assert_eq!((long, short), (Some(days * 86_400), None));
    test.clock.advance(Duration::from_secs(3_600 * u64::try_from(policy().session_max_hours).unwrap()));
    assert!(who(test, &phone).is_some() && who(test, &office).is_none());
    test.clock.advance(Duration::from_secs((days - 1) * 86_400));
    assert!(who(test, &phone).is_some(), "still the same month");
    test.clock.advance(Duration::from_secs(86_400));
    assert!(who(test, &phone).is_none());
    // Another post ends what was opened for the post of a worker alone.
    let (third, _) = kept(test, "worker.l");
    test.clock.advance(Duration::from_secs(86_400));
    assert!(who(test, &third).is_some());
    lawyer(id);
    assert!(who(test, &third).is_none() && who(test, &second).is_none());
    assert_eq!(kept(test, "worker.l").1, None);
});

db_test!(fn the_log_says_whose_sign_in_it_was_and_of_strangers_only_that_there_was_one(test) {
    let id = account(test, "officer.m");
    try_in(test, "officer.m", PASSWORD).unwrap();
    try_in(test, "officer.m", "错的口令错的口令错的").unwrap_err();
    try_in(test, "13800138000", "不是这里的人不是这里的人").unwrap_err();
    let asked = |filter: crate::audit::AuditFilter| test.db.read(&test.actor(), |tx| crate::audit::search(tx, &filter, 20)).unwrap();
    let mine = asked(crate::audit::AuditFilter { account: Some(id), ..Default::default() });
    let acts: Vec<&str> = mine.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(acts, ["access.failed", "access.signed_in", "session.opened"]);
    assert!(mine.iter().all(|line| line.actor.starts_with("演示甲")));
    let strange = asked(crate::audit::AuditFilter { action: "access.unknown".to_owned(), ..Default::default() });
    assert_eq!(strange.len(), 1);
    assert!(!format!("{strange:?}").contains("13800138000"), "{strange:?}");
});

db_test!(fn nobody_disables_the_own_account(test) {
    let id = account(test, "admin.a");
    let error = test.db.write(&as_actor(test, id), |tx| set_account_enabled(tx, id, false)).unwrap_err();
    assert!(matches!(error, AccessError::Refused(_)));
});

db_test!(fn an_outside_identity_opens_only_what_it_was_linked_to(test) {
    let id = account(test, "officer.g");
    let other = account(test, "officer.h");
    let identity = Identity { issuer: "https://id.example".into(), subject: "42".into() };
    let enter = || write(test, |tx| sign_in_external(tx, &policy(), &identity, &Origin::default())).unwrap();
    assert!(matches!(enter(), Outcome::No(AccessError::NotLinked)));
    write(test, |tx| link_identity(tx, id, &identity)).unwrap();
    assert!(write(test, |tx| link_identity(tx, other, &identity)).is_err(), "one identity, one account");
    let Outcome::In { token, .. } = enter() else { panic!("linked, so let in") };
    assert_eq!(who(test, &token).unwrap().account, id);
});
