//! What a transaction promises, on both databases.
#![cfg(test)]

use std::sync::mpsc;

use kernel::ids::AccountId;
use store::testing::{TestDb, district, other_district, vault};
use store::{Actor, Audit, Backend, Query, StoreError, Tx, args, db_test, statements, values};

statements! {
    INSERT = "INSERT INTO account (district, id, login, login_folded, name, password_hash, totp_on, totp_step, state, \
        failed_count, must_change, \
        created_at, version) VALUES ($1, $2, $3, $4, $5, '', $6, 0, 'active', $7, $8, $9, 1)";
    GET = "SELECT id, login, name, totp_on, failed_count, created_at, phone_sealed, member_id FROM account \
        WHERE district = $1 AND login_folded = $2";
    LIST = "SELECT login FROM account WHERE district = $1";
    COUNT = "SELECT COUNT(*), SUM(failed_count) FROM account WHERE district = $1";
    TOUCH = "UPDATE account SET failed_count = failed_count + 1 WHERE district = $1 AND login_folded = $2";
    TAKE = "UPDATE account SET failed_count = failed_count - 1 WHERE district = $1 AND login_folded = $2 \
        AND failed_count > 0 RETURNING failed_count";
}

#[test]
fn the_statements_here_are_registered() {
    assert_eq!(ALL.len(), 6);
}

fn account(tx: &mut Tx, login: &str, failed: i64) -> Result<AccountId, StoreError> {
    let (id, now, district) = (tx.new_id::<AccountId>(), tx.now(), *tx.district());
    tx.exec(
        &INSERT,
        args![
            district,
            id,
            login,
            login.to_lowercase(),
            "王𠅤",
            true,
            failed,
            false,
            now
        ],
    )?;
    tx.audit(Audit::of("account.created", "account", id))?;
    Ok(id)
}

fn count(test: &TestDb) -> i64 {
    let district = district();
    test.db
        .read(&test.actor(), |tx| tx.one(&COUNT, args![district])?.get(0))
        .unwrap()
}

db_test!(
    fn a_text_with_nul_is_refused_alike(test) {
        let written = test.db.write(&test.actor(), |tx| account(tx, "wa\0ng", 0));
        assert!(matches!(written, Err(StoreError::Nul)), "{written:?}");
        let asked = test.db.read(&test.actor(), |tx| tx.opt(&GET, args![tx.district(), "wa\0ng"]));
        assert!(matches!(asked, Err(StoreError::Nul)));
        let many = test.db.write(&test.actor(), |tx| {
            let row = |login: &str| values![tx.district(), tx.new_id::<AccountId>(), login, login, "王", true, 0, false, tx.now()];
            let rows = [row("li"), row("li\0n"), row("liu")];
            tx.insert_many(&INSERT, rows)?;
            tx.audit(Audit::of("account.created", "account", "many"))
        });
        assert!(matches!(many, Err(StoreError::Nul)), "{many:?}");
        assert_eq!(count(test), 0, "the rows before the faulty one are undone with it");
    }
);

db_test!(
    fn what_is_written_is_read_back(test) {
        let id = test.db.write(&test.actor(), |tx| account(tx, "Wang", 7)).unwrap();
        let row = test.db.read(&test.actor(), |tx| tx.one(&GET, args![tx.district(), "wang"])).unwrap();
        assert_eq!(row.get::<AccountId>(0).unwrap(), id);
        assert_eq!(row.text(2).unwrap(), "王𠅤");
        assert!(row.get::<bool>(3).unwrap());
        assert_eq!(row.get::<i64>(4).unwrap(), 7);
        assert_eq!(row.get::<kernel::Instant>(5).unwrap(), test.db.clock().now());
        assert_eq!(row.bytes(6).unwrap(), None);
        assert_eq!(row.get::<Option<kernel::MemberId>>(7).unwrap(), None);
        // A sum is a whole number on both, though PostgreSQL makes it a numeric.
        let row = test.db.read(&test.actor(), |tx| tx.one(&COUNT, args![tx.district()])).unwrap();
        assert_eq!((row.get::<i64>(0).unwrap(), row.get::<i64>(1).unwrap()), (1, 7));
    }
);

db_test!(
    fn an_error_undoes_everything(test) {
        let result = test.db.write(&test.actor(), |tx| {
            account(tx, "a", 0)?;
            account(tx, "A", 0)
        });
        let fault = result.unwrap_err();
        assert!(fault.is_duplicate(), "{fault:?}");
        assert_eq!(fault.code(), "store.duplicate");
        assert_eq!(count(test), 0);
    }
);

db_test!(
    fn a_panic_undoes_everything_and_the_writer_lives_on(test) {
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _ = test.db.write(&test.actor(), |tx| {
                account(tx, "a", 0)?;
                assert!(tx.now().ms() == 0, "on purpose");
                Ok::<_, StoreError>(())
            });
        }));
        assert!(result.is_err());
        assert_eq!(count(test), 0);
        test.db.write(&test.actor(), |tx| account(tx, "a", 0)).unwrap();
        assert_eq!(count(test), 1);
    }
);

db_test!(
    fn a_change_without_audit_is_refused(test) {
        let now = test.db.clock().now();
        let row = |tx: &Tx| values![tx.district(), tx.new_id::<AccountId>(), "a", "a", "a", true, 0, false, now];
        let result = test.db.write(&test.actor(), |tx| {
            let row = row(tx);
            tx.exec(&INSERT, &row)
        });
        assert!(matches!(result, Err(StoreError::Unaudited)), "{result:?}");
        let result = test.db.write(&test.actor(), |tx| {
            let row = row(tx);
            tx.insert_many(&INSERT, [row])
        });
        assert!(matches!(result, Err(StoreError::Unaudited)), "{result:?}");
        assert_eq!(count(test), 0);
        // Housekeeping may.
        test.db.housekeep(&test.actor(), |tx| { let row = row(tx); tx.exec(&INSERT, &row) }).unwrap();
        assert_eq!(count(test), 1);
        // A change that meets no row needs none; a returning one that does, does.
        test.db.write(&test.actor(), |tx| tx.exec(&TOUCH, args![tx.district(), "nobody"])).unwrap();
        test.db.housekeep(&test.actor(), |tx| tx.exec(&TOUCH, args![tx.district(), "a"])).unwrap();
        let result = test.db.write(&test.actor(), |tx| tx.opt(&TAKE, args![tx.district(), "a"]));
        assert!(matches!(result, Err(StoreError::Unaudited)), "{result:?}");
    }
);

db_test!(
    fn a_read_cannot_write(test) {
        let result = test.db.read(&test.actor(), |tx| account(tx, "a", 0));
        assert!(matches!(result, Err(StoreError::ReadOnly(_))), "{result:?}");
        assert_eq!(count(test), 0);
    }
);

db_test!(
    fn a_read_is_one_snapshot(test) {
        test.db.write(&test.actor(), |tx| account(tx, "a", 0)).unwrap();
        let seen = test.db.read(&test.actor(), |tx| {
            let before: i64 = tx.one(&COUNT, args![tx.district()])?.get(0)?;
            test.db.write(&test.actor(), |tx| account(tx, "b", 0))?;
            let after: i64 = tx.one(&COUNT, args![tx.district()])?.get(0)?;
            Ok::<_, StoreError>((before, after))
        });
        assert_eq!(seen.unwrap(), (1, 1));
        assert_eq!(count(test), 2);
    }
);

db_test!(
    fn streams_stop_when_told(test) {
        test.db.write(&test.actor(), |tx| {
            for number in 0..600 {
                account(tx, &format!("a{number}"), 0)?;
            }
            Ok::<_, StoreError>(())
        }).unwrap();
        let mut seen = 0;
        let result = test.db.read(&test.actor(), |tx| {
            let stopped = tx.each(&LIST, args![tx.district()], |row| {
                assert!(row.text(0)?.starts_with('a'));
                seen += 1;
                if seen == 300 { Err(StoreError::Refused("enough".into())) } else { Ok(()) }
            });
            assert!(stopped.is_err());
            // The connection is still good for the next question.
            tx.one(&COUNT, args![tx.district()])?.get::<i64>(0)
        });
        assert_eq!((result.unwrap(), seen), (600, 300));
    }
);

db_test!(
    fn bulk_rows_arrive_whole(test) {
        let actor = test.actor();
        let inserted = test.db.write(&actor, |tx| {
            let (district, now) = (*tx.district(), tx.now());
            let ids: Vec<AccountId> = (0..1_000).map(|_| tx.new_id()).collect();
            let rows = ids.iter().enumerate().map(|(n, id)| {
                values![district, *id, format!("u{n}"), format!("u{n}"), "名", n % 2 == 0, 0, false, now]
            });
            let inserted = tx.insert_many(&INSERT, rows)?;
            tx.audit(Audit::of("account.imported", "batch", 1))?;
            Ok::<_, StoreError>(inserted)
        });
        assert_eq!(inserted.unwrap(), 1_000);
        assert_eq!(count(test), 1_000);
        let row = test.db.read(&actor, |tx| tx.one(&GET, args![tx.district(), "u998"])).unwrap();
        assert!(row.get::<bool>(3).unwrap());
    }
);

db_test!(
    fn queries_add_filters_and_order(test) {
        test.db.write(&test.actor(), |tx| {
            for (login, failed) in [("a", 1), ("b", 2), ("c", 3), ("d", 4)] {
                account(tx, login, failed)?;
            }
            Ok::<_, StoreError>(())
        }).unwrap();
        let found: Vec<String> = test.db.read(&test.actor(), |tx| {
            let query = Query::from(&LIST, args![tx.district()])
                .and(" AND failed_count > ", 1)
                .and_in(" AND login IN ", ["a", "b", "d"])
                .and_opt(" AND name = ", None::<&str>)
                .push(" AND (failed_count, id) > (").bind(0).push(", ").bind(uuid::Uuid::nil()).push(")")
                .push(" ORDER BY login DESC LIMIT ").bind(2);
            tx.all(&query, &[])?.iter().map(|row| row.get(0)).collect::<Result<_, _>>()
        }).unwrap();
        assert_eq!(found, ["d", "b"]);
    }
);

db_test!(
    fn one_means_one(test) {
        test.db.write(&test.actor(), |tx| { account(tx, "a", 0)?; account(tx, "b", 0) }).unwrap();
        let many = test.db.read(&test.actor(), |tx| tx.one(&LIST, args![tx.district()]));
        assert!(matches!(many, Err(StoreError::ManyRows("LIST"))), "{many:?}");
        let none = test.db.read(&test.actor(), |tx| tx.one(&GET, args![tx.district(), "nobody"]));
        assert!(matches!(none, Err(StoreError::NoRow("GET"))), "{none:?}");
    }
);

db_test!(
    fn a_conditional_change_grants_exactly_what_there_is(test) {
        test.db.write(&test.actor(), |tx| account(tx, "quota", 25)).unwrap();
        let (granted, refused) = std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..4 {
                let sender = sender.clone();
                scope.spawn(move || {
                    for _ in 0..10 {
                        let left = test.db.write(&test.actor(), |tx| {
                            let left = tx.opt(&TAKE, args![tx.district(), "quota"])?;
                            if left.is_some() {
                                tx.audit(Audit::of("quota.taken", "quota", "quota"))?;
                            }
                            Ok::<_, StoreError>(left)
                        });
                        sender.send(left.unwrap().is_some()).unwrap();
                    }
                });
            }
            drop(sender);
            receiver.iter().fold((0, 0), |(yes, no), taken| if taken { (yes + 1, no) } else { (yes, no + 1) })
        });
        assert_eq!((granted, refused), (25, 15));
    }
);

db_test!(
    fn writers_of_one_district_take_turns_without_losing_updates(test) {
        // A read followed by a write in the same transaction: the check still holds when the change is made.
        test.db.write(&test.actor(), |tx| account(tx, "n", 0)).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        test.db.write(&test.actor(), |tx| {
                            let seen: i64 = tx.one(&GET, args![tx.district(), "n"])?.get(4)?;
                            tx.exec(&TOUCH, args![tx.district(), "n"])?;
                            tx.audit(Audit::of("n.raised", "n", seen + 1))?;
                            let now: i64 = tx.one(&GET, args![tx.district(), "n"])?.get(4)?;
                            assert_eq!(now, seen + 1);
                            Ok::<_, StoreError>(())
                        }).unwrap();
                    }
                });
            }
        });
        let row = test.db.read(&test.actor(), |tx| tx.one(&GET, args![tx.district(), "n"])).unwrap();
        assert_eq!(row.get::<i64>(4).unwrap(), 40);
    }
);

db_test!(
    fn districts_are_apart(test) {
        test.db.write(&test.actor(), |tx| account(tx, "a", 0)).unwrap();
        let other = Actor::system(other_district());
        test.db.write(&other, |tx| account(tx, "a", 0)).unwrap();
        assert_eq!(count(test), 1);
        let unknown = Actor::system(kernel::DistrictCode::parse("110101").unwrap());
        let result = test.db.write(&unknown, |tx| tx.audit(Audit::of("x.y", "x", 1)));
        assert!(matches!(result, Err(StoreError::UnknownDistrict(_))), "{result:?}");
    }
);

db_test!(
    fn a_restart_keeps_everything(test) {
        test.db.write(&test.actor(), |tx| account(tx, "a", 0)).unwrap();
        let again = test.reopened();
        let row = again.read(&test.actor(), |tx| tx.one(&COUNT, args![tx.district()])).unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), 1);
        assert_eq!(again.districts().unwrap().len(), 2);
        assert_eq!(again.vault().fingerprint(), vault().fingerprint());
    }
);

#[test]
fn a_file_from_the_future_is_refused() {
    let test = TestDb::sqlite();
    test.tamper("INSERT INTO schema_migration (version, name, digest) VALUES (9999, 'x', 'x')");
    let clock = test.clock.clone();
    let fault = store::Db::open(
        &test.config,
        vault(),
        clock,
        std::sync::Arc::new(store::RandomIds::default()),
    )
    .unwrap_err();
    assert_eq!(fault.code(), "store.schema");
    assert_eq!(test.backend(), Backend::Sqlite);
}

/// Its ids are texts; nothing in it would be found.
#[test]
fn a_file_from_before_the_first_release_is_refused() {
    let test = TestDb::sqlite();
    let source = store::schema::MIGRATIONS[0].source;
    let digest = store::hex::encode(&<sm3::Sm3 as sm3::Digest>::digest(source));
    test.tamper(&format!(
        "UPDATE schema_migration SET digest = '{digest}' WHERE version = 1"
    ));
    let fault = store::Db::open(
        &test.config,
        vault(),
        test.clock.clone(),
        std::sync::Arc::new(store::RandomIds::default()),
    )
    .unwrap_err();
    assert_eq!(fault.code(), "store.schema");
    assert!(fault.to_string().contains("请重新建库"), "{fault}");
}

#[test]
fn a_url_is_never_repeated_in_an_error() {
    let config = store::StoreConfig::new("mysql://root:secret@host/db");
    let clock = std::sync::Arc::new(kernel::FixedClock::on(jiff::civil::date(2026, 1, 1)));
    let fault = store::Db::open(
        &config,
        vault(),
        clock,
        std::sync::Arc::new(store::RandomIds::default()),
    )
    .unwrap_err();
    assert!(!fault.to_string().contains("secret"), "{fault}");
}

db_test!(
    fn a_load_without_indexes_ends_with_them(test) {
        let indexes = || -> i64 {
            let Some(file) = test.db.file() else { return 2 };
            let connection = rusqlite::Connection::open(file).unwrap();
            let sql = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'index' AND name IN ('account_phone', 'account_member')";
            connection.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        let names = ["account_phone", "account_member"];
        test.db.large_load(&names, || {
            assert_eq!(indexes(), if test.backend() == Backend::Sqlite { 0 } else { 2 });
            test.db.write(&test.actor(), |tx| account(tx, "a", 0))
        }).unwrap();
        assert_eq!((indexes(), count(test)), (2, 1));
        // Also after an error and after a panic.
        let failed = test.db.large_load(&names, || Err::<(), _>(StoreError::Refused("不行".into())));
        assert!(failed.is_err());
        assert_eq!(indexes(), 2);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            test.db.large_load(&names, || {
                assert!(test.db.districts()?.is_empty(), "on purpose");
                Ok::<_, StoreError>(())
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(indexes(), 2);
    }
);

db_test!(
    fn what_is_made_from_nothing_is_on_the_disk_when_it_is_made(test) {
        test.db.from_nothing(|| test.db.write(&test.actor(), |tx| account(tx, "a", 0))).unwrap();
        assert_eq!(count(test), 1);
        if test.backend() == Backend::Sqlite {
            let mut logs = std::fs::read_dir(test.folder.path()).unwrap().map(Result::unwrap);
            let left = logs.find(|file| file.path().to_string_lossy().ends_with("-wal")).map(|file| file.metadata().unwrap().len());
            assert_eq!(left, Some(0), "nothing is left in the log");
        }
        // What fails says so, and commits wait again: also after a panic.
        let failed = test.db.from_nothing(|| Err::<(), _>(StoreError::Refused("不行".into())));
        assert!(failed.is_err());
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            test.db.from_nothing(|| {
                assert!(test.db.districts()?.is_empty(), "on purpose");
                Ok::<_, StoreError>(())
            })
        }));
        assert!(panicked.is_err());
        test.db.write(&test.actor(), |tx| account(tx, "b", 0)).unwrap();
        assert_eq!(count(test), 2);
    }
);

#[test]
fn indexes_lost_in_a_crash_are_built_when_the_file_is_opened() {
    let test = TestDb::sqlite();
    test.tamper("DROP INDEX account_phone");
    test.reopened();
    test.tamper("DROP INDEX account_phone");
    // A unique index is a rule: it cannot be away for a moment.
    let refused = test
        .db
        .large_load(&["org_credit_code"], || Ok::<_, StoreError>(()));
    assert!(
        matches!(refused, Err(StoreError::Refused(_))),
        "{refused:?}"
    );
}

db_test!(
    fn a_result_is_remembered_until_something_changes(test) {
        let computed = std::cell::Cell::new(0);
        let figure = |actor: &Actor| {
            test.db.read(actor, |tx| {
                tx.remember("figure", |tx| {
                    computed.set(computed.get() + 1);
                    tx.one(&COUNT, args![district()])?.get::<i64>(0)
                })
            }).unwrap()
        };
        let all = test.actor();
        let before = figure(&all);
        assert_eq!((figure(&all), computed.get()), (before, 1), "asked twice, computed once");
        test.db.write(&all, |tx| account(tx, "wang", 0)).unwrap();
        assert_eq!((figure(&all), computed.get()), (before + 1, 2), "a change moves the log");
        let part = Actor { scope: all.scope.narrowed(&kernel::OrgPath::whole().child(7).unwrap()), ..all.clone() };
        figure(&part);
        assert_eq!(computed.get(), 3, "another scope shares nothing");
        test.clock.advance(std::time::Duration::from_secs(86_400));
        figure(&all);
        assert_eq!(computed.get(), 4, "nor does another day");
        let written = test.db.write(&all, |tx| {
            account(tx, "li", 0)?;
            tx.remember("figure", |tx| tx.one(&COUNT, args![district()])?.get::<i64>(0))
        }).unwrap();
        assert_eq!(written, before + 2, "what a transaction wrote itself counts");
        let refused = test.db.read(&all, |tx| tx.remember("figure", |_| Err::<i64, _>(StoreError::Nul)));
        assert!(refused.is_err());
        assert_eq!((figure(&all), computed.get()), (before + 2, 5), "an error is not kept");
    }
);
