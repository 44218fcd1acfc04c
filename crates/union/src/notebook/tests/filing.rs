//! A statement given to a union is a demand there: one matter, one case, whatever comes of the statement.

use super::*;
use crate::access::{Capability, CapabilitySet};
use crate::cases::{self, Case, CaseError, CaseId, CaseLine, NewCase, Reporter};
use crate::members::Permit;

fn may() -> CapabilitySet {
    [Capability::CasesRead, Capability::CasesAct]
        .into_iter()
        .collect()
}

fn give(test: &TestDb, member: MemberId, org: &OrgRef, purpose: &str) -> ShareId {
    test.db
        .write(&own(member), |tx| share(tx, org.id, purpose, (None, None)))
        .unwrap()
}

fn given(test: &TestDb, member: MemberId, id: ShareId) -> Share {
    let all = test.db.read(&own(member), mine).unwrap();
    let one = all.into_iter().find(|one| one.share.id == id);
    one.unwrap().share
}

fn demands(test: &TestDb, member: MemberId) -> Vec<CaseLine> {
    test.db
        .read(&own(member), |tx| cases::of_member(tx, member))
        .unwrap()
}

fn case(test: &TestDb, actor: &Actor, id: CaseId) -> Case {
    test.db.read(actor, |tx| cases::get(tx, may(), id)).unwrap()
}

/// Verbs and words of a file.
fn file(test: &TestDb, actor: &Actor, id: CaseId) -> Vec<(String, String, String)> {
    let lines = test.db.read(actor, |tx| cases::timeline(tx, may(), id));
    let lines = lines.unwrap().into_iter();
    lines
        .map(|line| (line.verb, line.actor, line.note))
        .collect()
}

fn worker(test: &TestDb, tree: &Tree) -> MemberId {
    let member = zhang(test, tree);
    keep(test, member, 1, monthly("2026-09-01", "6000"));
    keep(test, member, 2, work("2026-09-08", "8", "2"));
    member
}

store::db_test!(
    fn a_statement_has_an_owner_and_a_clock_and_its_case_names_nobody(test) {
        let tree = plant(test);
        let member = worker(test, &tree);
        let id = give(test, member, &tree.town, "help");
        let lines = demands(test, member);
        assert_eq!(lines.len(), 1);
        assert_eq!(given(test, member, id).case, Some(lines[0].id));
        assert_eq!(lines[0].title, "求助：拖欠工资（东镇工地）");
        assert_eq!(lines[0].owner, tree.town.id, "the desk that can read the statement");
        assert!(lines[0].next_due.is_some(), "a clock runs");
        let town = officer(&tree.town);
        let case = case(test, &town, lines[0].id);
        assert_eq!((case.member, case.opened_by), (Some(member), None));
        assert!(!case.title.contains("张三"));
        let said = case.now.fields.get("content").unwrap();
        assert!(said.contains("讨工资") && said.contains("2026 年 9 月"), "{said}");
        assert!(!said.contains("6000") && !said.contains("张三"), "{said}");
        assert!(file(test, &town, case.id).iter().all(|(_, actor, _)| actor == "当事人（手机）"));
        // Who reads what: the statement's union and those above; the case may lie elsewhere.
        let of = |actor: &Actor| test.db.read(actor, |tx| of_case(tx, case.id)).unwrap().len();
        assert_eq!((of(&town), of(&officer(&tree.federation)), of(&officer(&tree.elsewhere))), (1, 1, 0));
        // Another worker's statement is another matter.
        let other = join(test, &tree.shop, "李四", "330113198511170280");
        keep(test, other, 1, monthly("2026-09-01", "6000"));
        give(test, other, &tree.town, "help");
        assert_eq!((demands(test, member).len(), demands(test, other).len()), (1, 1));
    }
);

store::db_test!(
    fn the_same_matter_again_is_one_case_and_taking_back_leaves_it(test) {
        let tree = plant(test);
        let member = worker(test, &tree);
        let town = officer(&tree.town);
        let first = give(test, member, &tree.town, "help");
        keep(test, member, 3, work("2026-09-09", "8", "4"));
        let second = give(test, member, &tree.town, "help");
        let lines = demands(test, member);
        assert_eq!(lines.len(), 1, "one matter, one case");
        let id = lines[0].id;
        assert_eq!(given(test, member, second).case, Some(id));
        let verbs = |test: &TestDb| -> Vec<String> { file(test, &town, id).into_iter().map(|one| one.0).collect() };
        assert_eq!(verbs(test), ["@open", "@door"]);
        test.db.write(&own(member), |tx| withdraw(tx, first)).unwrap();
        assert_eq!(verbs(test), ["@open", "@door", "@back"]);
        let told = file(test, &town, id).pop().unwrap();
        assert!(told.2.contains("已由本人收回") && told.1 == "当事人（手机）", "{told:?}");
        assert!(case(test, &town, id).ended_at.is_none(), "the case goes on");
        let of: Vec<bool> = test.db.read(&town, |tx| of_case(tx, id)).unwrap().iter().map(|one| one.withdrawn_at.is_some()).collect();
        assert_eq!(of, [true, false]);
        let view = |share| test.db.write(&town, |tx| open(tx, &Permit::program(), share));
        assert!(matches!(view(first), Err(NotebookError::NotFound)));
        assert!(view(second).is_ok());
        // Nobody's case but the own one is written into.
        let other = join(test, &tree.shop, "李四", "330113198511170280");
        assert!(matches!(test.db.write(&own(other), |tx| withdraw(tx, second)), Err(NotebookError::NotFound)));
        assert_eq!(verbs(test).len(), 3);
    }
);

store::db_test!(
    fn a_demand_of_the_matter_that_is_open_takes_the_statement(test) {
        let tree = plant(test);
        let member = worker(test, &tree);
        let new = NewCase {
            kind: cases::DEMAND.to_owned(),
            door: "hall".to_owned(),
            place: Some(tree.town.id),
            title: "求助：拖欠工资（东镇工地）".to_owned(),
            fields: [("type", "求助"), ("subject", "拖欠工资"), ("content", "两个月没发"), ("employer", " 东镇工地 ")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            reporter: Some(Reporter { name: "张三".into(), phone: String::new(), member: Some(member) }),
            ..NewCase::default()
        };
        let known = test.db.write(&Actor::concerned(district()), |tx| cases::open(tx, &new)).unwrap();
        let id = give(test, member, &tree.town, "help");
        assert_eq!(given(test, member, id).case, Some(known.id));
        assert_eq!(demands(test, member).len(), 1);
        assert_eq!(test.db.read(&officer(&tree.town), |tx| of_case(tx, known.id)).unwrap().len(), 1);
    }
);

store::db_test!(
    fn a_question_is_a_question_and_the_district_answers_what_it_was_given(test) {
        let tree = plant(test);
        let member = worker(test, &tree);
        give(test, member, &tree.federation, "ask");
        let line = demands(test, member).pop().unwrap();
        assert_eq!((line.title.as_str(), line.owner), ("咨询：拖欠工资（东镇工地）", tree.federation.id));
        let found = test.db.read(&officer(&tree.town), |tx| cases::get(tx, may(), line.id));
        assert!(matches!(found, Err(CaseError::NotFound)), "given to the district, not to the town");
        let case = case(test, &officer(&tree.federation), line.id);
        assert_eq!(case.now.fields.get("hide_name").map(String::as_str), Some("是"));
        assert!(case.now.fields["content"].contains("不要向单位提起"));
    }
);
