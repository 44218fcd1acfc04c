//! Days on which something cannot have happened to a union are refused, and the field is named. The clock stands at
//! 2026-11-20.

use store::db_test;

use super::support::{
    District, IDS, act, day, district, employer, enter, joins, role, see, system,
};
use crate::employers::{self, EdgeKind, EmployerError};
use crate::failure::RoomError;
use crate::orgs::committee::{self, CommitteeKind, NewCommittee, NewOfficer};
use crate::orgs::{self, CardEdit, NewOrg, OrgError, OrgKind};

const CODE: &str = "91330100799655058B";

fn may() -> crate::access::CapabilitySet {
    role("district_officer")
}

/// What was refused and in which field.
fn named<T: std::fmt::Debug, E: RoomError + std::fmt::Debug>(
    answer: Result<T, E>,
) -> (&'static str, String) {
    let error = answer.unwrap_err();
    (error.code(), error.field().unwrap_or_default().to_owned())
}

fn at(code: &'static str, field: &str) -> (&'static str, String) {
    (code, field.to_owned())
}

db_test! {
    fn a_change_is_not_dated_before_the_union_nor_after_today(test) {
        let District { village, qiaosi, .. } = district(test);
        let new = NewOrg { founded_on: Some(day("2020-05-01")), ..NewOrg::new(Some(village.id), OrgKind::Single, "某厂工会委员会") };
        let tomorrow = NewOrg { founded_on: Some(day("2026-11-21")), ..new.clone() };
        assert_eq!(named(act(test, &system(), |tx| orgs::create_active(tx, &tomorrow))), at("org.future", "founded_on"));
        let org = act(test, &system(), |tx| orgs::create_active(tx, &new)).unwrap();
        let suspend = |on: &str| act(test, &system(), |tx| orgs::suspend(tx, may(), org.id, day(on), "停产"));
        let resume = |on: &str| act(test, &system(), |tx| orgs::resume(tx, may(), org.id, day(on), "复产"));
        let end = |on: &str| act(test, &system(), |tx| orgs::dissolve(tx, may(), org.id, None, day(on), "注销"));
        let place = |on: &str| act(test, &system(), |tx| orgs::transfer_to(tx, may(), org.id, qiaosi.id, day(on), "区划调整"));
        let rename = |on: &str| {
            let card = see(test, &system(), |tx| orgs::card(tx, org.id)).unwrap();
            let edit = CardEdit { name: "某某厂工会委员会".into(), note: "批复".into(), effective_on: Some(day(on)), ..CardEdit::of(&card) };
            act(test, &system(), |tx| orgs::edit_card(tx, may(), org.id, card.version, &edit))
        };
        for (on, code) in [("2026-11-21", "org.future"), ("2035-01-01", "org.future"), ("2020-04-30", "org.before_founding")] {
            for answer in [suspend(on), end(on).map(drop), place(on).map(drop), rename(on)] {
                assert_eq!(named(answer), at(code, "on"), "{on}");
            }
        }
        suspend("2026-11-10").unwrap();
        assert_eq!(named(resume("1999-01-01")), at("org.before_founding", "on"));
        let early = resume("2026-11-09").unwrap_err();
        assert_eq!((early.code(), early.to_string()), ("org.before_last", "日期不能早于上一次停止活动的 2026-11-10".to_owned()));
        assert_eq!(named(end("2026-11-09")), at("org.before_last", "on"));
        resume("2026-11-10").unwrap();
        assert_eq!(named(suspend("2026-11-09")), at("org.before_last", "on"));
        end("2026-11-20").unwrap();
    }
}

db_test! {
    fn a_union_does_not_end_before_what_it_leaves_began(test) {
        let District { village, factory, .. } = district(test);
        let (joint, young) = (
            enter(test, Some(&village), OrgKind::Joint, "塘北联合工会"),
            NewOrg { founded_on: Some(day("2026-11-18")), ..NewOrg::new(Some(village.id), OrgKind::Joint, "新联合工会") },
        );
        let young = act(test, &system(), |tx| orgs::create_active(tx, &young)).unwrap();
        let unit = employer(test, &village, "杭州锦禾制衣有限公司", CODE);
        let end = |heir: kernel::OrgId, on: &str| act(test, &system(), |tx| orgs::dissolve(tx, may(), factory.id, Some(heir), day(on), "企业注销"));
        joins(test, &factory, None, IDS[0], "2021-05-01");
        joins(test, &factory, None, IDS[1], "2024-05-01");
        let refused = end(joint.id, "2024-04-30").unwrap_err();
        assert_eq!((refused.code(), refused.field()), ("org.before_members", Some("on")));
        assert!(refused.to_string().contains("2024-05-01"), "{refused}");
        test.db.write(&system(), |tx| employers::link(tx, factory.id, unit, EdgeKind::Own, day("2024-06-01"))).unwrap();
        assert_eq!(named(end(joint.id, "2024-05-31")), at("org.before_units", "on"));
        let new = NewCommittee { kind: CommitteeKind::Committee, term_years: 3, from_on: day("2025-01-10"), officers: vec![] };
        act(test, &system(), |tx| committee::install(tx, factory.id, &new, "选举")).unwrap();
        assert_eq!(named(end(joint.id, "2025-01-09")), at("org.before_election", "on"));
        assert_eq!(named(end(young.id, "2026-11-17")), at("org.before_founding", "on"), "nobody is handed to a union not yet there");
        end(joint.id, "2026-11-17").unwrap();
    }
}

db_test! {
    fn nobody_is_elected_or_leaves_in_the_future(test) {
        let District { village, .. } = district(test);
        let org = NewOrg { founded_on: Some(day("2020-05-01")), ..NewOrg::new(Some(village.id), OrgKind::Single, "某厂工会委员会") };
        let org = act(test, &system(), |tx| orgs::create_active(tx, &org)).unwrap();
        let officer = NewOfficer { name: "甲".into(), member: None, position: "chair".into(), full_time: false, contract_end: None };
        let install = |on: &str| {
            let new = NewCommittee { kind: CommitteeKind::Committee, term_years: 3, from_on: day(on), officers: vec![officer.clone()] };
            act(test, &system(), |tx| committee::install(tx, org.id, &new, "选举"))
        };
        assert_eq!(named(install("1999-01-01")), at("committee.before_founding", "from_on"));
        let id = install("2026-01-10").unwrap();
        assert_eq!(named(install("2027-01-10")), at("org.future", "from_on"));
        let body = see(test, &system(), |tx| committee::get(tx, id)).unwrap();
        assert_eq!(body.ended_on, None, "today's committee stays");
        let second = NewOfficer { position: "member".into(), ..officer.clone() };
        let appoint = |on: &str| act(test, &system(), |tx| committee::appoint(tx, id, &second, day(on), "增补"));
        assert_eq!(named(appoint("2027-01-01")), at("org.future", "on"));
        let officer = appoint("2026-11-20").unwrap();
        assert_eq!(named(act(test, &system(), |tx| committee::retire(tx, officer, day("2035-01-01"), "退休"))), at("org.future", "on"));
    }
}

db_test! {
    fn a_unit_is_covered_neither_before_the_union_nor_in_the_future(test) {
        let District { village, .. } = district(test);
        let org = NewOrg { founded_on: Some(day("2020-05-01")), ..NewOrg::new(Some(village.id), OrgKind::Single, "某厂工会委员会") };
        let org = act(test, &system(), |tx| orgs::create_active(tx, &org)).unwrap();
        let unit = employer(test, &village, "杭州锦禾制衣有限公司", CODE);
        let link = |on: &str| -> Result<_, EmployerError> { test.db.write(&system(), |tx| employers::link(tx, org.id, unit, EdgeKind::Own, day(on))) };
        assert_eq!(named(link("2030-01-01")), at("employer.edge_future", "from_on"));
        assert_eq!(named(link("2020-04-30")), at("employer.edge_before_founding", "from_on"));
        let edge = link("2020-05-01").unwrap();
        let unlink = |on: &str| -> Result<_, EmployerError> { test.db.write(&system(), |tx| employers::unlink(tx, edge, day(on), "搬离")) };
        assert_eq!(named(unlink("2026-11-21")), at("employer.edge_future", "to_on"));
        unlink("2026-11-20").unwrap();
    }
}

db_test! {
    fn a_union_of_one_unit_takes_over_nothing_of_another(test) {
        let District { village, factory, .. } = district(test);
        let (mine, theirs) = (employer(test, &village, "杭州锦禾制衣有限公司", CODE), employer(test, &village, "杭州崇恒钢构件厂", "9144030071526726XG"));
        let other = enter(test, Some(&village), OrgKind::Single, "杭州崇恒钢构件厂工会委员会");
        let branch = enter(test, Some(&other), OrgKind::Branch, "一车间分工会");
        let link = |org, unit| test.db.write(&system(), |tx| employers::link(tx, org, unit, EdgeKind::Own, day("2020-01-01"))).unwrap();
        link(factory.id, mine);
        link(other.id, theirs);
        joins(test, &branch, None, IDS[0], "2021-05-01");
        let end = |org: kernel::OrgId, heir: kernel::OrgId| -> Result<_, OrgError> {
            act(test, &system(), |tx| orgs::dissolve(tx, may(), org, Some(heir), day("2026-11-15"), "撤销"))
        };
        let refused = end(factory.id, other.id).unwrap_err();
        assert_eq!((refused.code(), refused.field()), ("org.heir_single", Some("heir")));
        let edges = test.db.read(&system(), |tx| employers::edges(tx, mine)).unwrap();
        assert_eq!(edges.iter().map(|edge| (edge.org, edge.to_on)).collect::<Vec<_>>(), [(factory.id, None)], "nothing was written");
        // What is of the same unit it does take over: its own branch, and the union it follows.
        end(branch.id, other.id).unwrap();
        let anew = enter(test, Some(&village), OrgKind::Single, "杭州锦禾制衣有限公司工会委员会（新）");
        end(factory.id, anew.id).unwrap();
        let edges = test.db.read(&system(), |tx| employers::edges(tx, mine)).unwrap();
        assert_eq!(edges[0].org, anew.id);
        // Units of many go to a union of many.
        let joint = enter(test, Some(&village), OrgKind::Joint, "塘北联合工会");
        end(other.id, joint.id).unwrap();
    }
}
