//! The queue: at least once, one worker at a time, later after a failure, and events to their listeners.
#![cfg(test)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use store::jobs::{JobCounts, counts};
use store::testing::TestDb;
use store::{
    Answer, Audit, Db, Event, Handlers, Job, JobFault, JobHandler, NewJob, StoreError, Worker,
    db_test, run_jobs_until_idle,
};

/// Notes what it was given; fails the first `faults` times.
#[derive(Clone, Default)]
struct Noting {
    seen: Arc<Mutex<Vec<serde_json::Value>>>,
    faults: Arc<AtomicU32>,
    give_up: bool,
}

impl Noting {
    fn failing(times: u32) -> Self {
        let noting = Self::default();
        noting.faults.store(times, Ordering::SeqCst);
        noting
    }
    fn seen(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

impl JobHandler for Noting {
    fn kind(&self) -> &'static str {
        "test.note"
    }
    fn events(&self) -> &'static [&'static str] {
        &["member.joined"]
    }
    fn run(&self, _: &Db, job: &Job) -> Result<(), JobFault> {
        self.seen.lock().unwrap().push(job.payload.clone());
        if self.faults.load(Ordering::SeqCst) == 0 {
            return Ok(());
        }
        self.faults.fetch_sub(1, Ordering::SeqCst);
        if self.give_up {
            Err(JobFault::give_up("不行"))
        } else {
            Err(JobFault::again("稍后"))
        }
    }
}

fn handlers(noting: &Noting) -> Handlers {
    Handlers::default().with(noting.clone())
}

fn enqueue(test: &TestDb, job: NewJob) -> bool {
    test.db
        .write(&test.actor(), |tx| tx.enqueue(job))
        .unwrap()
        .is_some()
}

fn state(test: &TestDb) -> JobCounts {
    test.db.read(&test.actor(), counts).unwrap()
}

db_test!(
    fn a_job_runs_when_its_change_is_committed_and_not_otherwise(test) {
        let noting = Noting::default();
        let undone = test.db.write(&test.actor(), |tx| {
            tx.enqueue(NewJob::new("test.note", json!(1)))?;
            Err::<(), _>(StoreError::Refused("不行".into()))
        });
        assert!(undone.is_err());
        enqueue(test, NewJob::new("test.note", json!({ "n": 2 })));
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        assert_eq!(*noting.seen.lock().unwrap(), [json!({ "n": 2 })]);
    }
);

db_test!(
    fn work_waits_for_its_time(test) {
        let noting = Noting::default();
        let later = test.db.clock().now().plus(Duration::from_secs(60));
        enqueue(test, NewJob::new("test.note", json!(1)).at(later));
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        assert_eq!(noting.seen(), 0);
        test.clock.advance(Duration::from_secs(60));
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        assert_eq!(noting.seen(), 1);
    }
);

db_test!(
    fn a_failing_job_waits_longer_each_time_and_then_is_dead(test) {
        let noting = Noting::failing(u32::MAX);
        enqueue(test, NewJob { max_attempts: 3, ..NewJob::new("test.note", json!(1)) });
        for (attempt, wait) in [(1, 10), (2, 20), (3, 40)] {
            run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
            assert_eq!(noting.seen(), attempt);
            test.clock.advance(Duration::from_secs(wait) - Duration::from_millis(1));
            run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
            assert_eq!(noting.seen(), attempt, "not before its time");
            test.clock.advance(Duration::from_millis(1));
        }
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        assert_eq!((noting.seen(), state(test).dead, state(test).ready), (3, 1, 0));
    }
);

db_test!(
    fn a_hopeless_job_is_dead_at_once(test) {
        let noting = Noting { give_up: true, ..Noting::failing(1) };
        enqueue(test, NewJob::new("test.note", json!(1)));
        enqueue(test, NewJob::new("test.unknown", json!(1)));
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        assert_eq!((noting.seen(), state(test).dead), (1, 2));
    }
);

db_test!(
    fn a_panicking_job_does_not_stop_the_worker(test) {
        struct Panicking;
        impl JobHandler for Panicking {
            fn kind(&self) -> &'static str {
                "test.panic"
            }
            fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
                db.write(&job.actor(), |tx| {
                    tx.audit(Audit::of("x.y", "x", 1))?;
                    assert!(tx.now().ms() == 0, "on purpose");
                    Ok::<_, StoreError>(())
                })?;
                Ok(())
            }
        }
        let noting = Noting::default();
        enqueue(test, NewJob { max_attempts: 1, ..NewJob::new("test.panic", json!(1)) });
        enqueue(test, NewJob::new("test.note", json!(1)));
        run_jobs_until_idle(&test.db, &handlers(&noting).with(Panicking)).unwrap();
        assert_eq!((noting.seen(), state(test).dead), (1, 1));
    }
);

db_test!(
    fn the_same_work_is_enqueued_once(test) {
        let noting = Noting::default();
        let once = || NewJob::new("test.note", json!(1)).once("nightly@2026-11-20");
        assert!(enqueue(test, once()));
        assert!(!enqueue(test, once()));
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        assert!(!enqueue(test, once()), "not even after it ran");
        let waiting = || NewJob::new("test.note", json!(2)).while_waiting("count org-1");
        assert!(enqueue(test, waiting()));
        assert!(!enqueue(test, waiting()));
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        assert!(enqueue(test, waiting()), "a new request after it ran is new work");
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        assert_eq!(noting.seen(), 3);
    }
);

db_test!(
    fn a_dead_workers_job_goes_to_another_and_the_dead_one_cannot_finish_it(test) {
        /// Loses its lease while at work: time passes, another worker takes the job.
        struct Slow {
            clock: Arc<kernel::FixedClock>,
            rival: Noting,
            lost: Arc<AtomicU32>,
        }
        impl JobHandler for Slow {
            fn kind(&self) -> &'static str {
                "test.note"
            }
            fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
                job.renew(db)?;
                self.clock.advance(self.lease() + Duration::from_secs(1));
                run_jobs_until_idle(db, &Handlers::default().with(self.rival.clone()))?;
                if job.renew(db).is_err() {
                    self.lost.fetch_add(1, Ordering::SeqCst);
                }
                Err(JobFault::give_up("must not count"))
            }
        }
        let rival = Noting::default();
        let lost = Arc::new(AtomicU32::new(0));
        enqueue(test, NewJob::new("test.note", json!(1)));
        let slow = Slow { clock: test.clock.clone(), rival: rival.clone(), lost: lost.clone() };
        let worker = Worker::new(test.db.clone(), Handlers::default().with(slow));
        while worker.tick().unwrap() > 0 {}
        assert_eq!((rival.seen(), lost.load(Ordering::SeqCst), state(test).dead), (1, 1, 0));
    }
);

db_test!(
    fn workers_share_the_queue_without_doing_anything_twice(test) {
        let noting = Noting::default();
        test.db
            .write(&test.actor(), |tx| (0..60).try_for_each(|n| tx.enqueue(NewJob::new("test.note", json!(n))).map(|_| ())))
            .unwrap();
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| while Worker::new(test.db.clone(), handlers(&noting)).tick().unwrap() > 0 {});
            }
        });
        let mut seen: Vec<i64> = noting.seen.lock().unwrap().iter().map(|n| n.as_i64().unwrap()).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..60).collect::<Vec<_>>());
    }
);

db_test!(
    fn an_event_reaches_each_listener_once(test) {
        let noting = Noting::default();
        test.db
            .write(&test.actor(), |tx| {
                tx.emit(Event::of("member.joined", "m-1", json!({ "org": 7 })))?;
                tx.emit(Event::of("member.left", "m-2", json!(null)))
            })
            .unwrap();
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        assert_eq!(
            *noting.seen.lock().unwrap(),
            [json!({ "event": "member.joined", "subject_id": "m-1", "payload": { "org": 7 } })]
        );
    }
);

db_test!(
    fn daily_work_runs_once_a_day_from_its_hour_on(test) {
        #[derive(Clone, Default)]
        struct Nightly(Noting);
        impl JobHandler for Nightly {
            fn kind(&self) -> &'static str {
                "test.nightly"
            }
            fn daily(&self) -> Option<(i8, i8)> {
                Some((9, 30))
            }
            fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
                self.0.run(db, job)
            }
        }
        let nightly = Nightly::default();
        let all = || Handlers::default().with(nightly.clone());
        let districts = 2;
        run_jobs_until_idle(&test.db, &all()).unwrap();
        assert_eq!(nightly.0.seen(), 0, "nine o'clock");
        test.clock.advance(Duration::from_secs(1_800));
        run_jobs_until_idle(&test.db, &all()).unwrap();
        run_jobs_until_idle(&test.db, &all()).unwrap();
        assert_eq!(nightly.0.seen(), districts);
        test.clock.advance(Duration::from_secs(86_400 * 2));
        run_jobs_until_idle(&test.db, &all()).unwrap();
        assert_eq!(nightly.0.seen(), 2 * districts, "missed days are not made up for");
    }
);

db_test!(
    fn the_second_arrival_gets_the_first_answer(test) {
        let submit = |content: &str| {
            test.db.write(&test.actor(), |tx| {
                tx.once("account-1", "key-1", content.as_bytes(), |tx| {
                    let count: i64 = tx.setting("counter")?.unwrap_or(0);
                    tx.put_setting("counter", &(count + 1))?;
                    Ok::<_, StoreError>(Answer::new(201, json!({ "id": 7 })))
                })
            })
        };
        let first = submit("content").unwrap();
        let second = submit("content").unwrap();
        assert_eq!((first.status, first.again), (201, false));
        assert_eq!((second.status, second.body, second.again), (201, json!({ "id": 7 }), true));
        assert!(matches!(submit("other content"), Err(StoreError::KeyReused)));
        let counter: Option<i64> = test.db.read(&test.actor(), |tx| tx.setting("counter")).unwrap();
        assert_eq!(counter, Some(1));
    }
);

db_test!(
    fn a_failed_submission_may_be_sent_again(test) {
        let submit = |works: bool| {
            test.db.write(&test.actor(), |tx| {
                tx.once("hall", "key-1", b"x", |_| {
                    if works { Ok(Answer::new(200, json!(1))) } else { Err(StoreError::Refused("不行".into())) }
                })
            })
        };
        assert!(submit(false).is_err());
        assert!(!submit(true).unwrap().again);
        assert!(submit(true).unwrap().again);
    }
);

db_test!(
    fn settings_are_audited_with_before_and_after(test) {
        store::statements! {
            LAST = "SELECT detail FROM audit_log WHERE district = $1 AND action = 'setting.changed' ORDER BY seq DESC LIMIT 1";
        }
        assert_eq!(ALL.len(), 1);
        test.db.write(&test.actor(), |tx| tx.put_setting("a", &json!({ "x": 1 }))).unwrap();
        test.db.write(&test.actor(), |tx| tx.put_setting("a", &json!({ "x": 2 }))).unwrap();
        test.db.write(&test.actor(), |tx| tx.put_setting("a", &json!({ "x": 2 }))).unwrap();
        let row = test.db.read(&test.actor(), |tx| tx.one(&LAST, store::args![tx.district()])).unwrap();
        assert_eq!(row.get::<serde_json::Value>(0).unwrap(), json!({ "before": { "x": 1 }, "after": { "x": 2 } }));
    }
);

db_test!(
    fn old_queue_rows_are_tidied_away(test) {
        let noting = Noting::default();
        enqueue(test, NewJob::new("test.note", json!(1)));
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        let before = state(test).done;
        test.clock.advance(Duration::from_secs(40 * 86_400));
        run_jobs_until_idle(&test.db, &handlers(&noting)).unwrap();
        assert!(before >= 2 && state(test).done == 1, "{before} then {:?}: only today's tidying is left", state(test));
    }
);
