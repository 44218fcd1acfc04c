//! The numbers on the first screen and the lists they open.

use std::collections::BTreeSet;

use kernel::{Date, EmployerId};
use store::db_test;

use crate::access::Capability;
use crate::employers::list::{Covered, Filter, count, count_larger, list};
use crate::employers::{self, EdgeKind, EmployerDraft, EmployerState};
use crate::orgs::tests::support::{District, district, enter, officer_of, system};
use crate::orgs::{self, OrgKind};

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn filter(headcount_from: i64, covered: Covered) -> Filter {
    Filter {
        state: Some(EmployerState::Open),
        headcount_from: Some(headcount_from),
        covered: Some(covered),
        ..Filter::default()
    }
}

db_test! {
    fn the_number_is_the_length_of_the_list_it_opens(test) {
        let District { tangqi, qiaosi, village, .. } = district(test);
        let joint = enter(test, Some(&village), OrgKind::Joint, "塘北联合工会");
        let paused = enter(test, Some(&village), OrgKind::Joint, "塘南联合工会");
        let put = |name: &str, headcount, territory| {
            let draft = EmployerDraft {
                name: name.into(),
                headcount: Some(headcount),
                territory: Some(territory),
                source: "测试".into(),
                ..EmployerDraft::default()
            };
            test.db.write(&system(), |tx| employers::upsert(tx, &draft)).unwrap().id.unwrap()
        };
        let link = |org, id, from: &str| {
            test.db.write(&system(), |tx| employers::link(tx, org, id, EdgeKind::Joint, day(from))).unwrap()
        };
        let covered = put("杭州锦禾制衣有限公司", 100, village.id);
        link(joint.id, covered, "2026-01-01");
        let lapsed = put("临平崇恒钢构件厂", 120, village.id);
        let edge = link(joint.id, lapsed, "2026-01-01");
        test.db.write(&officer_of(&tangqi.path), |tx| employers::unlink(tx, edge, day("2026-06-30"), "企业搬离")).unwrap();
        let ends_today = put("运河印染二厂", 60, village.id);
        let edge = link(joint.id, ends_today, "2026-01-01");
        let today = test.db.read(&system(), |tx| Ok::<_, store::StoreError>(tx.today())).unwrap();
        test.db.write(&system(), |tx| employers::unlink(tx, edge, today, "企业搬离")).unwrap();
        let by_paused = put("半山水泥制品社", 130, village.id);
        link(paused.id, by_paused, "2026-01-01");
        let may = [Capability::OrgsChange].into_iter().collect();
        test.db.write(&system(), |tx| orgs::suspend(tx, may, paused.id, today, "整改")).unwrap();
        let none = put("北沙食品加工坊", 25, village.id);
        let small = put("五杭五金店", 24, village.id);
        let other_town = put("乔司布业行", 300, qiaosi.id);

        let ids = |who, from, wanted| -> BTreeSet<EmployerId> {
            let filter = filter(from, wanted);
            let (lines, number) = test.db.read(who, |tx| {
                Ok::<_, employers::EmployerError>((list(tx, &filter, None, 100)?, count(tx, &filter)?))
            }).unwrap();
            assert_eq!(usize::try_from(number).unwrap(), lines.len());
            lines.into_iter().map(|line| line.employer.id).collect()
        };
        let (all, town) = (system(), officer_of(&tangqi.path));
        assert_eq!(ids(&all, 25, Covered::No), [lapsed, by_paused, none, other_town].into());
        assert_eq!(ids(&all, 100, Covered::No), [lapsed, by_paused, other_town].into());
        assert_eq!(ids(&all, 1, Covered::Yes), [covered, ends_today].into());
        assert_eq!(ids(&town, 25, Covered::No), [lapsed, by_paused, none].into(), "only one's own part of the tree");
        assert_eq!(ids(&town, 24, Covered::No), [lapsed, by_paused, none, small].into());
        let both = |who| test.db.read(who, |tx| count_larger(tx, &filter(25, Covered::No), 100)).unwrap();
        assert_eq!((both(&all), both(&town)), ((4, 3), (3, 2)), "two numbers of one look are those of two");
    }
}

#[test]
fn the_number_is_read_from_indexes_alone() {
    let test = store::testing::TestDb::sqlite();
    district(&test);
    let plan = test.plan(
        "SELECT COUNT(*) FROM employer e WHERE e.district = ?1 AND e.org_path >= ?2 AND e.org_path < ?3 AND e.state = ?4 \
         AND e.headcount >= ?5 AND NOT EXISTS (SELECT 1 FROM coverage_edge c WHERE c.district = e.district \
         AND c.employer_id = e.id AND c.from_on <= ?6 AND (c.to_on IS NULL OR c.to_on >= ?7) AND c.org_id NOT IN (?8))",
    );
    for index in ["employer_size", "coverage_edge_cover"] {
        let by = format!("USING COVERING INDEX {index}");
        assert!(plan.iter().any(|line| line.contains(&by)), "{plan:#?}");
    }
}
