//! Where members work: what they write when joining is matched, and the desk names it.

use store::jobs::{Handlers, run_jobs_until_idle};

use super::super::applications::{self, ApplicationForm};
use super::*;
use crate::employers::{self, Answer, EmployerDraft};

const KNOWN: &str = "杭州锦禾制衣有限公司";

fn employer(test: &TestDb, org: &OrgRef, name: &str) -> kernel::EmployerId {
    let draft = EmployerDraft {
        name: name.into(),
        territory: Some(org.id),
        ..EmployerDraft::default()
    };
    let done = test
        .db
        .write(&test.actor(), |tx| employers::upsert(tx, &draft));
    done.unwrap().id.unwrap()
}

/// Applies with a unit as written, and is approved by the union's own chair.
fn joins(
    test: &TestDb,
    org: &OrgRef,
    person: (&str, &str),
    unit: &str,
    put: Option<&str>,
) -> MemberId {
    let form = ApplicationForm {
        org: org.id,
        draft: MemberDraft {
            phone: "13812341234".into(),
            ..draft(person.0, person.1)
        },
        unit: unit.into(),
        note: String::new(),
        notice_version: "1".into(),
        purposes: Vec::new(),
    };
    test.db
        .write(&test.actor(), |tx| applications::apply(tx, &form))
        .unwrap();
    let chair = officer(test, &org.path);
    let waits = test
        .db
        .read(&chair, applications::queue)
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!(waits.unit, unit);
    let approved = test.db.write(&chair, |tx| {
        applications::approve(tx, &Permit::program(), waits.id, None, put)
    });
    approved.unwrap().id
}

fn works(test: &TestDb, member: MemberId) -> (Option<kernel::EmployerId>, Option<String>) {
    test.db
        .read(&test.actor(), |tx| {
            Ok::<_, MemberError>((get(tx, member)?.employer, unit_written(tx, member)?))
        })
        .unwrap()
}

store::db_test!(
    fn what_a_worker_writes_is_matched_when_the_union_says_yes(test) {
        let tree = plant(test);
        let known = employer(test, &tree.town_a, KNOWN);
        let exact = joins(test, &tree.shop_a, ("张三", IDS[0]), KNOWN, None);
        assert_eq!(works(test, exact).0, Some(known));
        // The union may put it right.
        let put = joins(test, &tree.shop_a, ("李四", IDS[1]), "锦禾那边", Some(KNOWN));
        assert_eq!(works(test, put), (Some(known), Some(KNOWN.into())));
        // Nobody of that name: it stays as it was written.
        let nobody = joins(test, &tree.shop_a, ("王五", IDS[2]), "村口小店", None);
        assert_eq!(works(test, nobody), (None, Some("村口小店".into())));
        let silent = joins(test, &tree.shop_a, ("赵六", IDS[3]), "", None);
        assert_eq!(works(test, silent), (None, None));

        // One like it: a person decides, and the member gets the answer.
        let alike = joins(test, &tree.shop_a, ("钱七", IDS[4]), "杭州锦和制衣有限公司", None);
        assert_eq!(works(test, alike).0, None);
        let asked = test.db.read(&test.actor(), |tx| employers::questions(tx, None, 9)).unwrap();
        assert_eq!((asked.len(), asked[0].source.as_str()), (1, "入会申请"));
        test.db.write(&test.actor(), |tx| employers::decide(tx, asked[0].id, Answer::Is(known))).unwrap();
        run_jobs_until_idle(&test.db, &Handlers::default().with(MemberUnits)).unwrap();
        assert_eq!(works(test, alike).0, Some(known));
        assert_eq!(works(test, nobody).0, None);
    }
);

store::db_test!(
    fn the_desk_names_an_employer_of_the_register(test) {
        let tree = plant(test);
        let known = employer(test, &tree.town_a, KNOWN);
        let member = joins(test, &tree.shop_a, ("张三", IDS[0]), "", None);
        let officer = officer(test, &tree.town_a.path);
        let set = |text: &str| test.db.write(&officer, |tx| set_unit(tx, &Permit::program(), member, text, "劳动合同"));
        let refused = |text: &str| match set(text).unwrap_err() {
            MemberError::Invalid { field: "employer", message } => message,
            other => panic!("{other}"),
        };
        assert!(refused("制衣").contains(KNOWN), "the nearest are named");
        assert!(refused("毫不相干").contains("企业台账里没有"));
        assert_eq!(works(test, member).0, None);
        set(&format!(" {KNOWN} ")).unwrap();
        assert_eq!(works(test, member).0, Some(known));
        // What stands there already is no change.
        let before = test.db.read(&officer, |tx| get(tx, member)).unwrap().version;
        test.db.read(&officer, |tx| set_unit(tx, &Permit::program(), member, KNOWN, "劳动合同")).unwrap();
        assert_eq!(test.db.read(&officer, |tx| get(tx, member)).unwrap().version, before);
        set("").unwrap();
        assert_eq!(works(test, member).0, None);
    }
);
