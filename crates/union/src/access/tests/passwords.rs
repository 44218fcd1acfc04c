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

db_test!(fn a_code_is_asked_for_and_good_once(test) {
    let id = account(test, "officer.c");
    let secret = write(test, |tx| begin_totp(tx, id)).unwrap();
    let now = || kernel::Clock::now(&*test.clock);
    assert!(matches!(write(test, |tx| finish_totp(tx, id, "000000")), Err(AccessError::BadCode)));
    write(test, |tx| finish_totp(tx, id, &secret.code_at(now()))).unwrap();
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
