//! What counts: the vectors of the trade (TV-R1, TV-R2) through the store, and every reason for not counting.

use kernel::Rate;
use store::db_test;

use super::support::*;
use crate::coverage::{Edition, Metric, Show, item_counts, items};
use crate::employers::{EdgeKind, EmployerState};
use crate::orgs::tests::support::{District, district, enter, system};
use crate::orgs::{NewOrg, OrgKind, create_active};

db_test! {
    fn tv_r1_a_unit_in_two_unions_is_covered_once(test) {
        let District { federation, tangqi, village, .. } = district(test);
        let joint = enter(test, Some(&tangqi), OrgKind::Joint, "塘栖联合工会");
        write(test, |tx| {
            for number in 0..42 {
                let id = unit(tx, number, &tangqi, 25)?;
                if number < 30 {
                    let own = create_active(tx, &NewOrg::new(Some(village.id), OrgKind::Single, format!("第{number}制造厂工会")))?;
                    link(tx, own.id, id, EdgeKind::Own)?;
                }
                // Ten are listed in the joint union, two of which have their own as well.
                if (28..38).contains(&number) {
                    link(tx, joint.id, id, EdgeKind::Joint)?;
                }
            }
            Ok(())
        });
        let board = today(test, &federation);
        assert_eq!(board.founded, Rate::new(38, 42));
        assert_eq!((board.founded.to_string().as_str(), board.founded.at_least(90)), ("90.5%", Some(true)));
        assert_eq!(board.counts.units, 38);
        let missing = read(test, &system(), |tx| items(tx, Edition::Current, Metric::Founded, &federation.path, Some(Show::Missing), None, 50));
        assert_eq!(missing.len(), 4);
        assert!(missing.iter().all(|item| item.note == "职工 25 人，未建会"), "{missing:?}");
        let both = read(test, &system(), |tx| items(tx, Edition::Current, Metric::Founded, &federation.path, None, None, 50));
        assert_eq!(both.iter().filter(|item| item.note.ends_with("等 2 家")).count(), 2);
    }
}

db_test! {
    fn tv_r2_what_shows_ninety_need_not_be_ninety(test) {
        let District { federation, tangqi, qiaosi, .. } = district(test);
        for (town, covered, all, from) in [(&tangqi, 36, 40, 0), (&qiaosi, 359, 399, 1_000)] {
            let joint = enter(test, Some(town), OrgKind::Joint, "联合工会");
            write(test, |tx| {
                for number in 0..all {
                    let id = unit(tx, from + number, town, 30)?;
                    if number < covered {
                        link(tx, joint.id, id, EdgeKind::Joint)?;
                    }
                }
                Ok(())
            });
        }
        let (passes, fails) = (today(test, &tangqi).founded, today(test, &qiaosi).founded);
        assert_eq!((passes.to_string().as_str(), passes.at_least(90)), ("90.0%", Some(true)));
        assert_eq!((fails.to_string().as_str(), fails.at_least(90)), ("90.0%", Some(false)));
        assert_eq!(today(test, &federation).founded, Rate::new(395, 439));
    }
}

db_test! {
    fn what_is_left_out_says_why(test) {
        let District { federation, tangqi, .. } = district(test);
        let joint = enter(test, Some(&tangqi), OrgKind::Joint, "塘栖联合工会");
        let paused = enter(test, Some(&tangqi), OrgKind::Joint, "塘北联合工会");
        write(test, |tx| {
            unit(tx, 1, &tangqi, 24)?;
            for (number, state, on) in [(2, EmployerState::Deregistered, Some("2026-11-01")), (3, EmployerState::Revoked, Some("2026-11-01")), (4, EmployerState::Shell, None)] {
                let id = unit(tx, number, &tangqi, 100)?;
                link(tx, joint.id, id, EdgeKind::Joint)?;
                close(tx, number, state, on)?;
            }
            unit(tx, 5, &tangqi, 100)?;
            let covered_by_a_paused_one = unit(tx, 6, &tangqi, 50)?;
            link(tx, paused.id, covered_by_a_paused_one, EdgeKind::Joint)
        });
        test.tamper("UPDATE org SET state = 'suspended' WHERE short_name LIKE '%塘北%'");
        let board = today(test, &federation);
        assert_eq!((board.founded, board.counts.units), (Rate::new(0, 2), 0));
        let rows = read(test, &system(), |tx| items(tx, Edition::Current, Metric::Founded, &tangqi.path, None, None, 50));
        let note = |number: u32| rows.iter().find(|item| item.label == format!("第{number}制造厂")).unwrap().note.clone();
        assert_eq!(note(1), "职工 24 人，不足 25 人，不计入");
        assert_eq!([note(2), note(3), note(4)], ["注销，不计入", "吊销，不计入", "空壳，不计入"]);
        assert_eq!(note(5), "职工 100 人，未建会，重点关注");
        assert_eq!(note(6), "职工 50 人，未建会");
        let counts = read(test, &system(), |tx| item_counts(tx, Edition::Current, Metric::Founded, &tangqi.path));
        assert_eq!(counts, [2, 2, 0, 4]);
    }
}

db_test! {
    fn one_more_employee_changes_the_result(test) {
        let District { federation, tangqi, .. } = district(test);
        write(test, |tx| unit(tx, 1, &tangqi, 24));
        assert_eq!(today(test, &federation).founded.to_string(), "不适用", "nothing to divide by");
        assert_eq!(today(test, &federation).founded.at_least(90), None);
        write(test, |tx| grow(tx, 1, 25, "2026-11-20"));
        assert_eq!(today(test, &federation).founded, Rate::new(0, 1));
    }
}

db_test! {
    fn members_count_where_they_work_and_over_hundred_is_listed(test) {
        let District { federation, tangqi, factory, .. } = district(test);
        let joint = enter(test, Some(&tangqi), OrgKind::Joint, "塘栖联合工会");
        let riders = enter(test, Some(&tangqi), OrgKind::NewForm, "骑手工会");
        write(test, |tx| {
            let own = unit(tx, 1, &tangqi, 30)?;
            let (small, other) = (unit(tx, 2, &tangqi, 2)?, unit(tx, 3, &tangqi, 10)?);
            let uncovered = unit(tx, 4, &tangqi, 40)?;
            link(tx, factory.id, own, EdgeKind::Own)?;
            link(tx, joint.id, small, EdgeKind::Joint)?;
            link(tx, joint.id, other, EdgeKind::Joint)?;
            // Nobody wrote down where the first works, but the union has one unit; the second is plain.
            join(tx, &factory, None, 1)?;
            join(tx, &factory, Some(own), 3)?;
            // Three members in a unit of two, one in the joint union as such, one of an uncovered unit, a rider.
            for number in [5, 7, 9] {
                join(tx, &joint, Some(small), number)?;
            }
            join(tx, &joint, None, 11)?;
            join(tx, &joint, Some(uncovered), 13)?;
            join(tx, &riders, None, 15)?;
            Ok(())
        });
        let board = today(test, &federation);
        assert_eq!(board.joined, Rate::new(2 + 3 + 1, 30 + 2 + 10));
        assert_eq!((board.counts.members, board.real_name), (8, Rate::new(board.real_name.numerator, 8)));
        let list = |show| read(test, &system(), |tx| items(tx, Edition::Current, Metric::Joined, &federation.path, Some(show), None, 50));
        let over = list(Show::Over);
        assert_eq!(over.iter().map(|item| (item.numerator, item.denominator)).collect::<Vec<_>>(), [(3, 2)]);
        assert!(over[0].note.contains("请核对职工人数"));
        assert!(list(Show::LeftOut).iter().any(|item| item.note == "未建会，会员 1 人不计入"));
        assert!(list(Show::Counted).iter().any(|item| item.note.starts_with("1 名会员没有填写用人单位")));
    }
}
