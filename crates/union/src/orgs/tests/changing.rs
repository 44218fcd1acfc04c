//! Renaming, moving, pausing, ending: the tree changes, its history stays.

use store::db_test;
use store::testing::TestDb;

use super::support::{
    District, IDS, act, day, district, employer, enter, joins, officer_of, role, see, system,
};
use crate::employers::{self, EdgeKind};
use crate::failure::RoomError;
use crate::members;
use crate::orgs::committee::{self, CommitteeKind, NewCommittee};
use crate::orgs::{self, CardEdit, OrgError, OrgKind, OrgRef, OrgState};

const CODE: &str = "91330100799655058B";

fn may() -> crate::access::CapabilitySet {
    role("district_officer")
}

fn move_to(test: &TestDb, org: &OrgRef, parent: &OrgRef) -> Result<OrgRef, OrgError> {
    act(test, &system(), |tx| {
        orgs::transfer_to(tx, may(), org.id, parent.id, day("2026-11-01"), "区划调整")
    })
}

db_test! {
    fn a_subtree_moves_whole_and_keeps_its_history(test) {
        let District { federation, tangqi, qiaosi, village, factory } = district(test);
        let unit = employer(test, &village, "杭州锦禾制衣有限公司", CODE);
        test.db.write(&system(), |tx| employers::link(tx, factory.id, unit, EdgeKind::Own, day("2020-01-01"))).unwrap();
        act(test, &system(), |tx| {
            let new = NewCommittee { kind: CommitteeKind::Committee, term_years: 3, from_on: day("2026-01-01"), officers: vec![] };
            committee::install(tx, factory.id, &new, "选举")
        }).unwrap();
        let branch = enter(test, Some(&factory), OrgKind::Branch, "一车间分工会");
        let moved = move_to(test, &village, &qiaosi).unwrap();
        assert!(moved.path.is_within(&qiaosi.path));
        let at = |id| see(test, &system(), |tx| orgs::get(tx, id)).unwrap().path;
        assert_eq!(at(factory.id), factory.path.moved(&village.path, &moved.path).unwrap());
        assert_eq!(at(branch.id), branch.path.moved(&village.path, &moved.path).unwrap());
        assert_eq!(at(tangqi.id), tangqi.path, "the rest stays");
        // Who was responsible sees nothing any more, who is now sees everything filed there.
        let (old, new) = (officer_of(&tangqi.path), officer_of(&qiaosi.path));
        assert_eq!(see(test, &old, |tx| orgs::get(tx, factory.id)).unwrap_err().code(), "org.not_found");
        assert_eq!(test.db.read(&old, |tx| employers::get(tx, unit)).unwrap_err().code(), "employer.not_found");
        let card = test.db.read(&new, |tx| employers::card(tx, unit)).unwrap();
        assert_eq!((card.org_path, card.town), (at(factory.id), Some(qiaosi.id)));
        assert_eq!(see(test, &new, |tx| committee::committees(tx, factory.id)).unwrap().len(), 1);
        let trail: Vec<_> = see(test, &new, |tx| orgs::path_names(tx, &at(branch.id))).unwrap().iter().map(|org| org.id).collect();
        assert_eq!(trail, [federation.id, qiaosi.id, village.id, factory.id, branch.id]);
        let history = see(test, &new, |tx| orgs::history(tx, village.id)).unwrap();
        assert_eq!(history[0].title, "调整隶属关系");
        assert!(history[0].before.contains("临平区总工会 / 塘栖镇总工会 / 塘北村工会联合会"), "{}", history[0].before);
        // Its old place is never given away again.
        let next = enter(test, Some(&tangqi), OrgKind::Village, "丁河村工会联合会");
        assert_ne!(next.path, village.path);
    }
}

db_test! {
    fn moves_that_cannot_be_are_refused_with_every_reason(test) {
        let District { federation, tangqi, qiaosi, village, factory } = district(test);
        let code = |org: &OrgRef, parent: &OrgRef| move_to(test, org, parent).unwrap_err().code();
        assert_eq!(code(&federation, &tangqi), "org.root_stays");
        assert_eq!(code(&tangqi, &village), "org.into_itself");
        assert_eq!(code(&village, &tangqi), "org.same_parent");
        assert_eq!(code(&village, &factory), "org.into_itself");
        let sibling = enter(test, Some(&qiaosi), OrgKind::Village, "塘北村工会联合会");
        assert_eq!(code(&village, &qiaosi), "org.same_name");
        assert_eq!(code(&factory, &enter(test, Some(&sibling), OrgKind::Joint, "某联合工会")), "org.wrong_parent");
        let town = act(test, &system(), |tx| orgs::transfer_to(tx, role("town_officer"), village.id, qiaosi.id, day("2026-11-01"), "依据"));
        assert_eq!(town.unwrap_err().code(), "org.change_side");
        let half_blind = act(test, &officer_of(&tangqi.path), |tx| orgs::transfer_to(tx, may(), village.id, qiaosi.id, day("2026-11-01"), "依据"));
        assert_eq!(half_blind.unwrap_err().code(), "org.not_found");
        let two = act(test, &system(), |tx| orgs::transfer_to(tx, may(), factory.id, tangqi.id, day("2026-11-01"), " ")).unwrap_err();
        assert_eq!(two.refusals().iter().map(|one| one.code).collect::<Vec<_>>(), ["org.move_reason"]);
    }
}

db_test! {
    fn a_renaming_is_kept_and_a_late_editor_told(test) {
        let District { factory, village, .. } = district(test);
        let card = see(test, &system(), |tx| orgs::card(tx, factory.id)).unwrap();
        let save = |edit: &CardEdit| act(test, &system(), |tx| orgs::edit_card(tx, may(), factory.id, card.version, edit));
        let renamed = CardEdit { name: "杭州锦禾服饰有限公司工会委员会".into(), contact: Some("057186220000".into()), ..CardEdit::of(&card) };
        assert_eq!(save(&renamed).unwrap_err().code(), "org.rename_reason");
        save(&CardEdit { note: "塘工〔2026〕9号".into(), ..renamed.clone() }).unwrap();
        assert_eq!(save(&CardEdit { note: "又一次".into(), ..renamed }).unwrap_err().code(), "org.stale");
        let after = see(test, &system(), |tx| orgs::card(tx, factory.id)).unwrap();
        assert_eq!((after.short_name.as_str(), after.path), ("杭州锦禾服饰有限公司", factory.path.clone()));
        assert_eq!(see(test, &system(), |tx| orgs::contact(tx, factory.id)).unwrap().as_deref(), Some("057186220000"));
        let history = see(test, &system(), |tx| orgs::history(tx, factory.id)).unwrap();
        assert_eq!((history[0].title.as_str(), history[0].note.as_str()), ("更名", "塘工〔2026〕9号"));
        let wrong = CardEdit { industry_parent: Some(village.id), ..CardEdit::of(&see(test, &system(), |tx| orgs::card(tx, factory.id)).unwrap()) };
        let refused = act(test, &system(), |tx| orgs::edit_card(tx, may(), factory.id, card.version + 1, &wrong));
        assert_eq!(refused.unwrap_err().code(), "org.not_an_industry");
    }
}

db_test! {
    fn a_paused_union_covers_nobody_and_resumes(test) {
        let District { factory, village, .. } = district(test);
        let unit = employer(test, &village, "杭州锦禾制衣有限公司", CODE);
        test.db.write(&system(), |tx| employers::link(tx, factory.id, unit, EdgeKind::Own, day("2020-01-01"))).unwrap();
        let uncovered = || {
            let filter = employers::list::Filter { covered: Some(employers::list::Covered::No), ..Default::default() };
            test.db.read(&system(), |tx| employers::list::count(tx, &filter)).unwrap()
        };
        assert_eq!(uncovered(), 0);
        act(test, &system(), |tx| orgs::suspend(tx, may(), factory.id, day("2026-11-01"), "停产")).unwrap();
        assert_eq!(uncovered(), 1);
        let twice = act(test, &system(), |tx| orgs::suspend(tx, may(), factory.id, day("2026-11-01"), "停产"));
        assert_eq!(twice.unwrap_err().code(), "org.wrong_state");
        act(test, &system(), |tx| orgs::resume(tx, may(), factory.id, day("2026-11-10"), "复产")).unwrap();
        assert_eq!(uncovered(), 0);
    }
}

db_test! {
    fn a_dissolved_union_hands_over_what_it_leaves(test) {
        let District { tangqi, village, factory, .. } = district(test);
        let unit = employer(test, &village, "杭州锦禾制衣有限公司", CODE);
        test.db.write(&system(), |tx| employers::link(tx, factory.id, unit, EdgeKind::Own, day("2020-01-01"))).unwrap();
        let joint = enter(test, Some(&village), OrgKind::Joint, "塘北联合工会");
        let end = |org: &OrgRef, heir: Option<&OrgRef>| {
            act(test, &system(), |tx| orgs::dissolve(tx, may(), org.id, heir.map(|heir| heir.id), day("2026-11-15"), "企业注销"))
        };
        assert_eq!(end(&factory, None).unwrap_err().code(), "org.heir_missing");
        assert_eq!(end(&factory, Some(&factory)).unwrap_err().code(), "org.heir_self");
        assert_eq!(end(&village, Some(&tangqi)).unwrap_err().code(), "org.has_children");
        let left = end(&factory, Some(&joint)).unwrap();
        assert_eq!((left.members, left.employers), (0, 1));
        let card = see(test, &system(), |tx| orgs::card(tx, factory.id)).unwrap();
        assert_eq!((card.state, card.ended_on), (OrgState::Dissolved, Some(day("2026-11-15"))));
        let edges = test.db.read(&system(), |tx| employers::edges(tx, unit)).unwrap();
        assert_eq!(edges.iter().map(|edge| (edge.org, edge.from_on, edge.to_on)).collect::<Vec<_>>(), [
            (joint.id, day("2026-11-16"), None),
            (factory.id, day("2020-01-01"), Some(day("2026-11-15"))),
        ]);
        assert_eq!(test.db.read(&system(), |tx| employers::get(tx, unit)).unwrap().org_path, joint.path);
        let titles = |id| see(test, &system(), |tx| orgs::history(tx, id)).unwrap().into_iter().map(|line| line.title).collect::<Vec<_>>();
        assert_eq!(titles(factory.id)[..2], ["承接移交", "撤销"]);
        assert_eq!(titles(joint.id)[0], "承接移交");
        assert_eq!(see(test, &system(), |tx| orgs::find(tx, "杭州锦禾制衣有限公司")).unwrap(), []);
        assert_eq!(end(&factory, Some(&joint)).unwrap_err().code(), "org.dissolved");
    }
}

db_test! {
    fn unions_of_one_trade_are_gathered_across_towns(test) {
        let District { federation, qiaosi, factory, .. } = district(test);
        let trade = enter(test, Some(&federation), OrgKind::Industry, "临平区服装行业工会联合会");
        let other = enter(test, Some(&qiaosi), OrgKind::Single, "杭州拓野服装有限公司工会委员会");
        for org in [&factory, &other] {
            let card = see(test, &system(), |tx| orgs::card(tx, org.id)).unwrap();
            let edit = CardEdit { industry_parent: Some(trade.id), industry_code: "C1819".into(), ..CardEdit::of(&card) };
            act(test, &system(), |tx| orgs::edit_card(tx, may(), org.id, card.version, &edit)).unwrap();
        }
        let view = see(test, &system(), orgs::industries).unwrap();
        assert_eq!((view.len(), view[0].unions), (1, 2));
        let gathered = see(test, &system(), |tx| orgs::industry_children(tx, trade.id, 10)).unwrap();
        assert_eq!(gathered.iter().map(|node| node.org.id).collect::<Vec<_>>(), [factory.id, other.id]);
        let here = see(test, &officer_of(&qiaosi.path), |tx| orgs::industry_children(tx, trade.id, 10)).unwrap();
        assert_eq!(here.len(), 1, "a town sees its own part of the trade");
        let sections = see(test, &system(), orgs::by_section).unwrap();
        assert_eq!(sections, [("C".to_owned(), 2, 0)]);
    }
}

db_test! {
    fn members_go_along_and_pass_to_the_heir(test) {
        let District { qiaosi, village, factory, .. } = district(test);
        let (first, second) = (joins(test, &factory, None, IDS[0], "2021-05-01"), joins(test, &factory, None, IDS[1], "2024-05-01"));
        let moved = move_to(test, &village, &qiaosi).unwrap();
        let get = |id| test.db.read(&officer_of(&qiaosi.path), |tx| members::get(tx, id));
        assert!(get(first).unwrap().org_path.is_within(&moved.path));
        let joint = enter(test, Some(&moved), OrgKind::Joint, "塘北联合工会");
        let end = act(test, &system(), |tx| orgs::dissolve(tx, may(), factory.id, Some(joint.id), day("2026-11-15"), "企业注销"));
        assert_eq!(end.unwrap().members, 2);
        for member in [first, second] {
            let record = get(member).unwrap();
            assert_eq!((record.org, record.org_path), (joint.id, joint.path.clone()));
            let periods = test.db.read(&system(), |tx| members::periods(tx, member)).unwrap();
            assert_eq!((periods.len(), periods[0].org, periods[0].to_on, periods[1].to_on), (2, joint.id, None, Some(day("2026-11-15"))));
        }
        let count = |id| see(test, &system(), |tx| orgs::card(tx, id)).unwrap().member_count;
        assert_eq!((count(factory.id), count(joint.id)), (0, 2));
    }
}

/// Tables whose rows stay where they were filed, with the reason.
const STAY: &[(&str, &str)] = &[
    ("audit_log", "sealed: it says where things were then"),
    ("post", "a post's place is read from its union"),
    (
        "import_batch",
        "a batch belongs to the desk that brought it",
    ),
];

#[test]
fn everything_filed_by_place_goes_along_or_has_a_reason_to_stay() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/migrations");
    let mut tables = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for table in text.split("CREATE TABLE ").skip(1) {
            let (name, columns) = table.split_once(" (").unwrap();
            let columns = columns.split("{strict}").next().unwrap();
            if columns.contains("org_path {text}") {
                tables.push(name.to_owned());
            }
        }
    }
    assert!(tables.len() >= 12, "{tables:?}");
    for table in tables {
        let carried = crate::statements().iter().any(|one| {
            one.sql
                .starts_with(&format!("UPDATE {table} SET org_path = $2 || substr("))
        });
        let stays = STAY.iter().any(|(name, _)| *name == table);
        assert!(
            carried != stays,
            "{table}: a moved union leaves its rows behind (relocation.rs), or it both moves and stays"
        );
    }
}
