//! What names a person goes when the person asks and the days are over: from the record, from those merged into it, and
//! from the papers of all of them.

use std::time::Duration;

use super::super::applications::{self, ApplicationForm};
use super::super::requests::{self, RequestKind};
use super::*;
use crate::members::duplicates;

const YEAR: u64 = 365 * 86_400;

fn write<T>(
    test: &TestDb,
    f: impl FnOnce(&mut Tx) -> Result<T, MemberError>,
) -> Result<T, MemberError> {
    test.db.write(&test.actor(), f)
}

fn applies(test: &TestDb, org: OrgId, person: MemberDraft) -> applications::Application {
    let form = ApplicationForm {
        org,
        draft: person,
        unit: "东镇纺织厂".into(),
        note: "家在西镇".into(),
        notice_version: "1".into(),
        purposes: Vec::new(),
    };
    let code = write(test, |tx| applications::apply(tx, &form)).unwrap();
    let waiting = test.db.read(&test.actor(), applications::queue).unwrap();
    waiting.into_iter().find(|one| one.code == code).unwrap()
}

/// Everything an application says about a person.
fn says(test: &TestDb, id: kernel::ids::ApplicationId) -> String {
    let found = test
        .db
        .read(&test.actor(), |tx| applications::get(tx, id))
        .unwrap();
    let birth = found.birth_on.map(|on| on.to_string()).unwrap_or_default();
    [
        found.name,
        found.id_masked,
        found.phone_masked,
        birth,
        found.job_title.unwrap_or_default(),
        found.unit,
        found.note,
        found.reason.unwrap_or_default(),
    ]
    .concat()
}

store::db_test!(
    fn nothing_that_names_an_erased_person_stays(test) {
        let tree = plant(test);
        let worker = || MemberDraft { phone: "13812341234".into(), job_title: "焊工".into(), ..draft("陈静", IDS[0]) };
        // Refused once, then taken; and entered a second time with a passport, which was merged.
        let refused = applies(test, tree.shop_b.id, worker());
        write(test, |tx| applications::reject(tx, &Permit::program(), refused.id, "陈静不在这里上班")).unwrap();
        let taken = applies(test, tree.shop_a.id, worker());
        let kept = write(test, |tx| applications::approve(tx, &Permit::program(), taken.id, None, None)).unwrap().id;
        let passport = MemberDraft { id_type: "护照".into(), birth_on: "1990-03-07".into(), phone: "13812341234".into(), ..draft("陈静", "E12345678") };
        let other = write(test, |tx| join(tx, &tree.shop_b, &passport)).unwrap().id;
        let pair = test.db.read(&test.actor(), duplicates::queue).unwrap()[0].id;
        let merge = write(test, |tx| duplicates::merge(tx, &Permit::program(), pair, kept, &[], "换了证件")).unwrap();
        let own = super::own::signed_in(test, kept);
        let asked = test.db.write(&own.own_actor().unwrap(), |tx| requests::ask(tx, &Permit::of(&own), kept, RequestKind::Delete, "我是陈静，请删掉")).unwrap();
        let version = test.db.read(&test.actor(), |tx| get(tx, kept)).unwrap().version;
        let leave = ChangeForm {
            verb: Verb::Leave,
            on: day(2026, 11, 20),
            reason: STEPS.iter().find(|step| step.verb == Verb::Leave).and_then(|step| step.reasons.first().copied()),
            evidence: "本人申请".into(),
            to: None,
            version,
        };
        write(test, |tx| change(tx, &Permit::program(), kept, &leave)).unwrap();
        let settle = || write(test, |tx| requests::decide(tx, &Permit::program(), asked, true, "已删除"));
        assert!(settle().is_err(), "kept by duty for two years");
        assert!(says(test, taken.id).contains("陈静"));

        test.clock.advance(Duration::from_secs(3 * YEAR));
        settle().unwrap();
        for record in [kept, other] {
            let record = test.db.read(&test.actor(), |tx| get(tx, record)).unwrap();
            assert_eq!((record.name.as_str(), record.id_masked.as_str(), record.phone_masked), ("（已删除）", "", None));
        }
        for application in [refused.id, taken.id] {
            assert_eq!(says(test, application), "（已删除）");
        }
        let asked = test.db.read(&test.actor(), |tx| requests::of_member(tx, kept)).unwrap();
        assert_eq!((asked.len(), asked[0].detail.as_str(), asked[0].answer.as_deref()), (1, "", Some("已删除")));
        assert!(write(test, |tx| duplicates::undo(tx, &Permit::program(), merge, "撤回")).is_err(), "nothing is kept to go back to");
        // The paper is nobody's: its holder may join anew.
        assert_ne!(write(test, |tx| join(tx, &tree.shop_a, &worker())).unwrap().id, kept);
    }
);

store::db_test!(
    fn applications_that_came_to_nothing_are_cleared_after_a_year(test) {
        let tree = plant(test);
        let person = |name: &str, number: &str| MemberDraft { phone: "13812341234".into(), ..draft(name, number) };
        let refused = applies(test, tree.shop_a.id, person("张三", IDS[0]));
        let taken = applies(test, tree.shop_a.id, person("李四", IDS[1]));
        let waiting = applies(test, tree.shop_a.id, person("王五", IDS[2]));
        write(test, |tx| applications::reject(tx, &Permit::program(), refused.id, "不在这里上班")).unwrap();
        write(test, |tx| applications::approve(tx, &Permit::program(), taken.id, None, None)).unwrap();
        let cleared = || write(test, crate::members::clear_old);
        assert!(says(test, refused.id).contains("张三"));
        assert_eq!(cleared().unwrap_or(0), 0, "not yet");
        test.clock.advance(Duration::from_secs(YEAR + 86_400));
        assert_eq!(cleared().unwrap(), 1);
        assert_eq!(says(test, refused.id), "（已删除）");
        assert!(says(test, taken.id).contains("李四") && says(test, waiting.id).contains("王五"));
        assert_eq!(cleared().unwrap_or(0), 0, "once");
    }
);
