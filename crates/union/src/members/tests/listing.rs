//! The list against a plain reading of the same records: every page once, in order, inside the scope.

use super::*;
use kernel::Sex;

/// What is asked for, and which members should be found.
type Case = (&'static str, Filter, fn(&Member) -> bool);

const NAMES: [&str; 8] = [
    "张三",
    "张三丰",
    "张伟",
    "单田芳",
    "买买提·艾力",
    "王𠅤",
    "欧阳小明",
    "Anna Lee",
];

/// A hundred and twenty members of every sort, in two unions.
fn people(test: &TestDb, tree: &Tree) -> Vec<MemberId> {
    test.db
        .write(&test.actor(), |tx| {
            let entries = (0..120).map(|n: i64| {
                let org = if n % 3 == 0 {
                    &tree.shop_b
                } else {
                    &tree.shop_a
                };
                let name = NAMES[usize::try_from(n).unwrap() % NAMES.len()];
                let birth = day(
                    1960 + i16::try_from(n % 40).unwrap(),
                    1 + i8::try_from(n % 12).unwrap(),
                    1 + i8::try_from(n % 28).unwrap(),
                );
                let yes = |every: i64| if n % every == 0 { "是" } else { "否" }.to_owned();
                let draft = MemberDraft {
                    phone: format!("138{:08}", n),
                    migrant: yes(2),
                    difficult: yes(10),
                    real_name: if n % 7 == 0 { "否" } else { "是" }.to_owned(),
                    ..draft(name, &resident("330113", birth, u16::try_from(n).unwrap()))
                };
                let to = Admission::new(
                    org.id,
                    org.path.clone(),
                    day(2015 + i16::try_from(n % 10).unwrap(), 5, 1),
                );
                Ok((prepared(tx, &draft)?, to))
            });
            let entries = entries.collect::<Result<Vec<_>, MemberError>>()?;
            Ok::<_, MemberError>(
                admit_many(tx, entries, None)?
                    .into_iter()
                    .map(|answer| answer.id)
                    .collect(),
            )
        })
        .unwrap()
}

/// Walks every page forwards, then every page backwards; both must give the same rows.
fn walk(tx: &mut Tx, filter: &Filter, size: usize) -> Vec<MemberRow> {
    let mut rows = Vec::new();
    let mut page = Page::first(size);
    loop {
        let listing = list(tx, filter, page).unwrap();
        assert!(listing.rows.len() <= size);
        rows.extend(listing.rows.clone());
        let Some(next) = listing.next else { break };
        page = Page {
            size,
            after: Some(next),
            before: None,
        };
    }
    let mut back = Vec::new();
    let mut edge = rows.last().map(|row: &MemberRow| row.id);
    while let Some(id) = edge {
        let listing = list(
            tx,
            filter,
            Page {
                size,
                after: None,
                before: Some(id),
            },
        )
        .unwrap();
        back.splice(0..0, listing.rows.iter().map(|row| row.id));
        edge = listing.prev;
    }
    let forward: Vec<_> = rows
        .iter()
        .take(rows.len().saturating_sub(1))
        .map(|row| row.id)
        .collect();
    assert_eq!(back, forward, "backwards is forwards");
    rows
}

store::db_test!(
    fn pages_hold_every_match_once_and_nothing_else(test) {
        let tree = plant(test);
        people(test, &tree);
        let vault = test.db.vault().clone();
        let search = |typed: &str| Filter { search: Search::read(&vault, typed), ..Default::default() };
        let filters: Vec<Case> = vec![
            ("all", Filter::default(), |_| true),
            ("name", search("张三"), |m| m.name.starts_with("张三")),
            ("one name", search("单田芳"), |m| m.name == "单田芳"),
            ("dots do not matter", search("买买提艾力"), |m| m.name == "买买提·艾力"),
            ("pinyin", search("shantian"), |m| m.name == "单田芳"),
            ("initials", search("stf"), |m| m.name == "单田芳"),
            ("latin", search("anna"), |m| m.name == "Anna Lee"),
            ("initials with a vowel", search("oyxm"), |m| m.name == "欧阳小明"),
            ("sex", Filter { sex: Some(Sex::Female), ..Default::default() }, |m| m.sex == Sex::Female),
            ("group", Filter { groups: vec![Group::Difficult], ..Default::default() }, |m| m.groups.difficult),
            ("groups", Filter { groups: vec![Group::Difficult, Group::Migrant], ..Default::default() }, |m| m.groups.difficult || m.groups.migrant),
            ("unverified", Filter { real_name: Some(false), ..Default::default() }, |m| !m.real_name),
            ("joined", Filter { joined_from: Some(day(2020, 5, 1)), joined_to: Some(day(2022, 5, 1)), ..Default::default() }, |m| {
                (day(2020, 5, 1)..=day(2022, 5, 1)).contains(&m.joined_on)
            }),
            ("age", Filter { age_from: Some(40), age_to: Some(50), ..Default::default() }, |m| {
                (40..=50).contains(&age_on(m.birth_on.unwrap(), day(2026, 11, 20)))
            }),
            ("kept", Filter { standing: Standing::Only(Status::Kept), ..Default::default() }, |_| false),
            ("four at once", Filter { sex: Some(Sex::Male), groups: vec![Group::Migrant], real_name: Some(true), joined_from: Some(day(2018, 1, 1)), ..Default::default() }, |m| {
                m.sex == Sex::Male && m.groups.migrant && m.real_name && m.joined_on >= day(2018, 1, 1)
            }),
        ];
        for actor in [test.actor(), officer(test, &tree.town_a.path)] {
            test.db
                .read(&actor, |tx| {
                    let mut everybody = Vec::new();
                    each(tx, &Filter::default(), |member| {
                        everybody.push(member.clone());
                        Ok::<_, MemberError>(())
                    })?;
                    assert!(everybody.iter().all(|member| actor.scope.covers(&member.org_path)));
                    for (what, filter, matches) in &filters {
                        let mut expected: Vec<_> = everybody.iter().filter(|m| matches(m)).map(|m| m.id).collect();
                        let rows = walk(tx, filter, 7);
                        let mut found: Vec<_> = rows.iter().map(|row| row.id).collect();
                        expected.sort();
                        found.sort();
                        assert_eq!(found, expected, "{what}");
                        let count = count_up_to(tx, filter, 1000)?;
                        assert_eq!(count, Count { number: i64::try_from(expected.len()).unwrap(), or_more: false }, "{what}");
                    }
                    Ok::<_, MemberError>(())
                })
                .unwrap();
        }
    }
);

store::db_test!(
    fn numbers_find_their_owner_inside_the_scope_only(test) {
        let tree = plant(test);
        let ids = people(test, &tree);
        let find = |actor: &store::Actor, typed: &str| {
            let search = Search::read(test.db.vault(), typed);
            test.db.read(actor, |tx| list(tx, &Filter { search, ..Default::default() }, Page::first(10))).unwrap().rows
        };
        // Number 3 is a member of shop b, number 4 of shop a.
        let number = |n: u16| resident("330113", day(1960 + i16::try_from(n).unwrap(), 1 + i8::try_from(n).unwrap(), 1 + i8::try_from(n).unwrap()), n);
        assert_eq!(find(&test.actor(), &number(3))[0].id, ids[3]);
        assert_eq!(find(&test.actor(), "13800000004")[0].id, ids[4]);
        let town_a = officer(test, &tree.town_a.path);
        assert!(find(&town_a, &number(3)).is_empty());
        assert!(find(&town_a, "13800000003").is_empty());
        assert_eq!(find(&town_a, &number(4))[0].id, ids[4]);
        let refused = test.db.read(&test.actor(), |tx| {
            list(tx, &Filter { search: Search::read(test.db.vault(), "3301131990"), ..Default::default() }, Page::first(10))
        });
        assert_eq!(refused.unwrap_err().to_string(), "证件号码和手机号码须输入完整号码；也可按姓名、全拼或首字母查找");
    }
);

store::db_test!(
    fn nobody_sees_anything_without_a_scope(test) {
        let tree = plant(test);
        people(test, &tree);
        let mut nobody = test.actor();
        nobody.scope = kernel::Scope::nothing(store::testing::district());
        let rows = test.db.read(&nobody, |tx| list(tx, &Filter::default(), Page::first(10))).unwrap().rows;
        assert!(rows.is_empty());
        let count = test.db.read(&nobody, |tx| count_up_to(tx, &Filter::default(), 1000)).unwrap();
        assert_eq!(count, Count { number: 0, or_more: false });
    }
);
