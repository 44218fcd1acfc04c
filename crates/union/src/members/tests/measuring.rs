//! Measurements, run by hand: `cargo test --release -p union measure -- --ignored --nocapture`.

use std::time::Instant;

use super::*;

/// So many records; `MEASURE_ROWS` says another number.
fn rows() -> i64 {
    std::env::var("MEASURE_ROWS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(200_000)
}

const SURNAMES: [char; 20] = [
    '王', '李', '张', '刘', '陈', '杨', '黄', '赵', '吴', '周', '徐', '孙', '马', '朱', '胡', '郭',
    '何', '高', '林', '罗',
];
const GIVEN: [char; 40] = [
    '伟', '芳', '娜', '敏', '静', '丽', '强', '磊', '军', '洋', '勇', '艳', '杰', '娟', '涛', '明',
    '超', '秀', '霞', '平', '刚', '桂', '英', '华', '玉', '兰', '红', '飞', '鹏', '浩', '宇', '轩',
    '子', '涵', '梓', '萱', '思', '佳', '雪', '梅',
];

fn person(n: i64) -> MemberDraft {
    let pick = |salt: i64, of: usize| {
        usize::try_from((n * 2_654_435_761 + salt * 40_503) % i64::try_from(of).unwrap()).unwrap()
    };
    let name: String = if pick(4, 4) == 0 {
        [SURNAMES[pick(1, 20)], GIVEN[pick(2, 40)]].iter().collect()
    } else {
        [
            SURNAMES[pick(1, 20)],
            GIVEN[pick(2, 40)],
            GIVEN[pick(3, 39)],
        ]
        .iter()
        .collect()
    };
    let birth = day(
        1960 + i16::try_from(n % 45).unwrap(),
        1 + i8::try_from((n / 45) % 12).unwrap(),
        1 + i8::try_from((n / 540) % 28).unwrap(),
    );
    let region = format!("{:06}", 330_100 + (n / 15_120) % 60);
    MemberDraft {
        phone: format!("13{:09}", 100_000_000 + n * 17),
        ethnic: "汉族".into(),
        education: "大学本科毕业".into(),
        politics: "群众".into(),
        employment: "在岗".into(),
        household: "外地农村".into(),
        job_title: "焊工".into(),
        migrant: if pick(5, 2) == 0 { "是" } else { "否" }.into(),
        difficult: if n % 200 == 0 { "是" } else { "否" }.into(),
        joined_on: "2021-05-01".into(),
        ..draft(
            &name,
            &resident(&region, birth, u16::try_from(n % 900).unwrap()),
        )
    }
}

#[test]
#[ignore = "a measurement"]
fn measure() {
    let test = TestDb::sqlite();
    let tree = plant(&test);
    let actor = test.actor();
    let orgs = many_orgs(&test, &tree);
    let (mut preparing, mut admitting, mut counts) = (0.0, 0.0, [0_usize; 3]);
    let all = rows();
    for chunk in (0..all).collect::<Vec<_>>().chunks(2_000) {
        test.db
            .write(&actor, |tx| {
                let started = Instant::now();
                let entries = chunk.iter().map(|n| {
                    let org = &orgs[usize::try_from(*n).unwrap() % orgs.len()];
                    Ok((
                        prepared(tx, &person(*n))?,
                        Admission::new(org.id, org.path.clone(), day(2021, 5, 1)),
                    ))
                });
                let entries = entries.collect::<Result<Vec<_>, MemberError>>()?;
                preparing += started.elapsed().as_secs_f64();
                let started = Instant::now();
                for answer in admit_many(tx, entries, None)? {
                    counts[match answer.outcome {
                        Outcome::New => 0,
                        Outcome::Unchanged => 1,
                        _ => 2,
                    }] += 1;
                }
                admitting += started.elapsed().as_secs_f64();
                Ok::<_, MemberError>(())
            })
            .unwrap();
    }
    let per_row = |seconds: f64| seconds * 1e6 / all as f64;
    println!(
        "{all} rows: prepare {:.1} µs/row, admit_many {:.1} µs/row, {counts:?} new/unchanged/other",
        per_row(preparing),
        per_row(admitting)
    );
    pages(&test, &tree);
    if let Ok(keep) = std::env::var("MEASURE_KEEP") {
        std::fs::copy(test.db.file().unwrap(), keep).unwrap();
    }
}

fn many_orgs(test: &TestDb, tree: &Tree) -> Vec<OrgRef> {
    let create = |tx: &mut Tx| {
        (0..400)
            .map(|n| {
                orgs::create_active(
                    tx,
                    &NewOrg::new(
                        Some(tree.town_a.id),
                        OrgKind::Single,
                        format!("第{n}厂工会"),
                    ),
                )
            })
            .collect::<Result<Vec<_>, _>>()
    };
    test.db.write(&test.actor(), create).unwrap()
}

fn pages(test: &TestDb, tree: &Tree) {
    let vault = test.db.vault().clone();
    let search = |typed: &str| Filter {
        search: Search::read(&vault, typed),
        ..Default::default()
    };
    let four = Filter {
        sex: Some(kernel::Sex::Male),
        groups: vec![Group::Migrant],
        real_name: Some(true),
        joined_from: Some(day(2018, 1, 1)),
        ..Default::default()
    };
    let cases = [
        ("plain", Filter::default()),
        ("four filters", four.clone()),
        (
            "four filters in a town",
            Filter {
                within: Some(tree.town_a.path.clone()),
                ..four
            },
        ),
        (
            "difficult",
            Filter {
                groups: vec![Group::Difficult],
                ..Default::default()
            },
        ),
        (
            "unverified",
            Filter {
                real_name: Some(false),
                ..Default::default()
            },
        ),
        ("surname", search("王")),
        ("name", search("王伟")),
        ("initials", search("ww")),
        ("sound", search("wangwei")),
        ("number", search(&person(77).id_number)),
        ("phone", search(&person(77).phone)),
    ];
    for (what, filter) in &cases {
        let time = |f: &dyn Fn(&mut Tx)| {
            let started = Instant::now();
            for _ in 0..50 {
                test.db
                    .read(&test.actor(), |tx| {
                        f(tx);
                        Ok::<_, MemberError>(())
                    })
                    .unwrap();
            }
            started.elapsed().as_secs_f64() * 1e6 / 50.0
        };
        let first = time(&|tx| {
            list(tx, filter, Page::first(50)).unwrap();
        });
        let rows = test
            .db
            .read(&test.actor(), |tx| list(tx, filter, Page::first(50)))
            .unwrap()
            .rows
            .len();
        let count = time(&|tx| {
            count_up_to(tx, filter, 1000).unwrap();
        });
        println!("{what}: page of {rows} in {first:.0} µs, count in {count:.0} µs");
    }
}
