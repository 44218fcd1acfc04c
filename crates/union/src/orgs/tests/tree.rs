//! The tree: entered, read, searched, within scope.

use store::db_test;

use super::support::{District, act, district, enter, officer_of, see, system};
use crate::failure::RoomError;
use crate::orgs::{self, NewOrg, OrgKind, create_active};

fn names(list: &[orgs::OrgNode]) -> Vec<&str> {
    list.iter().map(|node| node.short_name.as_str()).collect()
}

db_test! {
    fn a_tree_is_entered_and_read_back(test) {
        let District { federation, tangqi, village, factory, .. } = district(test);
        assert_eq!(federation.path.as_str(), "0001");
        assert_eq!(factory.path.as_str(), "0001000100010001");
        let top = see(test, &system(), orgs::top).unwrap().unwrap();
        assert_eq!(top, federation);
        let towns = see(test, &system(), |tx| orgs::children(tx, federation.id)).unwrap();
        assert_eq!(names(&towns), ["塘栖镇", "乔司街道"]);
        let trail = see(test, &system(), |tx| orgs::path_names(tx, &factory.path)).unwrap();
        assert_eq!(trail, [federation.clone(), tangqi.clone(), village, factory.clone()]);
        let card = see(test, &system(), |tx| orgs::card(tx, factory.id)).unwrap();
        assert_eq!((card.region_code.as_deref(), card.kind), (Some("330113"), OrgKind::Single));
        let history = see(test, &system(), |tx| orgs::history(tx, factory.id)).unwrap();
        assert_eq!(history[0].title, "成立");
        assert!(history[0].after.contains("上级：塘北村工会联合会"), "{}", history[0].after);
    }
}

db_test! {
    fn members_are_counted_per_union_and_summed_per_subtree(test) {
        let District { tangqi, factory, qiaosi, federation, .. } = district(test);
        act(test, &system(), |tx| {
            orgs::adjust_member_count(tx, factory.id, 40)?;
            orgs::adjust_member_count(tx, qiaosi.id, 2)?;
            tx.audit(store::Audit::of("test.counted", "org", factory.id))?;
            Ok(())
        }).unwrap();
        let node = |id| see(test, &system(), |tx| orgs::node(tx, id)).unwrap();
        assert_eq!((node(tangqi.id).member_count, node(tangqi.id).members_within), (0, 40));
        assert_eq!(node(federation.id).members_within, 42);
        assert_eq!(node(federation.id).children, 2);
    }
}

db_test! {
    fn people_find_unions_by_what_they_write(test) {
        let District { tangqi, factory, .. } = district(test);
        let find = |text: &str| see(test, &system(), |tx| orgs::find(tx, text)).unwrap();
        assert_eq!(find("塘栖镇总工会 "), std::slice::from_ref(&tangqi));
        assert_eq!(find("塘栖镇"), std::slice::from_ref(&tangqi));
        assert_eq!(find("杭州锦禾制衣有限公司工会委员会"), std::slice::from_ref(&factory));
        assert_eq!(find("锦禾"), []);
        let search = |text: &str| see(test, &system(), |tx| orgs::search(tx, text, 10)).unwrap();
        assert_eq!(names(&search("锦禾")), ["杭州锦禾制衣有限公司"]);
        assert_eq!(names(&search("tq")), ["塘栖镇"]);
        assert_eq!(names(&search("TangQi")), ["塘栖镇"]);
        assert_eq!(search("%").len(), 0);
    }
}

db_test! {
    fn nobody_sees_or_enters_beyond_the_own_subtree(test) {
        let District { tangqi, qiaosi, factory, federation, .. } = district(test);
        let tangqi_officer = officer_of(&tangqi.path);
        assert_eq!(see(test, &tangqi_officer, |tx| orgs::get(tx, factory.id)).unwrap(), factory);
        assert_eq!(see(test, &tangqi_officer, |tx| orgs::get(tx, qiaosi.id)).unwrap_err().code(), "org.not_found");
        assert_eq!(see(test, &tangqi_officer, |tx| orgs::find(tx, "乔司街道")).unwrap(), []);
        assert_eq!(see(test, &tangqi_officer, |tx| orgs::search(tx, "乔司", 10)).unwrap(), []);
        assert_eq!(see(test, &tangqi_officer, |tx| orgs::children(tx, federation.id)).unwrap().len(), 1);
        let there = NewOrg::new(Some(qiaosi.id), OrgKind::Village, "某村工会联合会");
        assert_eq!(act(test, &tangqi_officer, |tx| create_active(tx, &there)).unwrap_err().code(), "org.not_found");
        let nobody = store::Actor { scope: kernel::Scope::nothing(store::testing::district()), ..system() };
        assert_eq!(see(test, &nobody, orgs::top).unwrap(), None);
        assert_eq!(see(test, &nobody, orgs::towns).unwrap(), []);
        assert_eq!(see(test, &nobody, |tx| orgs::get(tx, factory.id)).unwrap_err().code(), "org.not_found");
    }
}

db_test! {
    fn entries_that_cannot_be_right_are_refused_with_the_reason(test) {
        let District { federation, tangqi, factory, .. } = district(test);
        let code = |new: NewOrg| act(test, &system(), |tx| create_active(tx, &new)).unwrap_err().code();
        assert_eq!(code(NewOrg::new(None, OrgKind::Federation, "另一个总工会")), "org.root_exists");
        assert_eq!(code(NewOrg::new(None, OrgKind::Town, "某镇总工会")), "org.parent_missing");
        assert_eq!(code(NewOrg::new(Some(factory.id), OrgKind::Single, "某厂工会")), "org.wrong_parent");
        assert_eq!(code(NewOrg::new(Some(federation.id), OrgKind::Town, " 塘栖镇总工会")), "org.same_name");
        assert_eq!(code(NewOrg::new(Some(federation.id), OrgKind::Town, " ")), "org.name");
        let with_code = |text: &str| NewOrg { credit_code: text.into(), ..NewOrg::new(Some(tangqi.id), OrgKind::Single, "某厂工会") };
        assert_eq!(code(with_code("91330100799655058B")), "org.not_a_union_code");
        assert_eq!(code(with_code("81330113MC0A0B021R")), "uscc.organisation_check");
        act(test, &system(), |tx| create_active(tx, &with_code("81330113mc0a0b011r"))).unwrap();
        assert_eq!(code(NewOrg { name: "另一厂工会".into(), ..with_code("81330113MC0A0B011R") }), "org.code_taken");
    }
}

db_test! {
    fn a_district_knows_nothing_of_another(test) {
        let District { factory, .. } = district(test);
        let other = store::Actor::system(store::testing::other_district());
        assert_eq!(see(test, &other, |tx| orgs::get(tx, factory.id)).unwrap_err().code(), "org.not_found");
        assert_eq!(see(test, &other, orgs::top).unwrap(), None);
        // The same place and the same name exist once per district.
        test.db.write(&other, |tx| create_active(tx, &NewOrg::new(None, OrgKind::Federation, "临平区总工会"))).unwrap();
        let _ = enter(test, Some(&factory), OrgKind::Branch, "一车间分工会");
    }
}
