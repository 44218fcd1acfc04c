//! Stories of the exchange room, on both databases.

mod direct;
mod exporting;
mod malformed;
mod mending;
mod story;
mod undoing;

use std::fmt::Write as _;

use kernel::ids::BatchId;
use kernel::{Date, OrgPath};
use store::testing::TestDb;
use store::{Actor, Handlers, Tx, run_jobs_until_idle};

use super::*;
use crate::members;
use crate::orgs::{self, NewOrg, OrgKind, OrgRef};

/// A federation, two towns, one basic union in each.
pub(super) struct Place {
    pub(super) town_a: OrgRef,
    pub(super) shop_a: OrgRef,
    pub(super) shop_b: OrgRef,
    pub(super) folder: tempfile::TempDir,
}

pub(super) fn plant(test: &TestDb) -> Place {
    let (town_a, shop_a, shop_b) = test
        .db
        .write(&test.actor(), |tx| {
            let top =
                orgs::create_active(tx, &NewOrg::new(None, OrgKind::Federation, "甲区总工会"))?;
            let town = |tx: &mut Tx, name: &str| {
                orgs::create_active(tx, &NewOrg::new(Some(top.id), OrgKind::Town, name))
            };
            let (a, b) = (town(tx, "东镇总工会")?, town(tx, "西镇总工会")?);
            let shop_a = orgs::create_active(
                tx,
                &NewOrg::new(Some(a.id), OrgKind::Single, "东镇纺织厂工会"),
            )?;
            let shop_b = orgs::create_active(
                tx,
                &NewOrg::new(Some(b.id), OrgKind::Single, "西镇机械厂工会"),
            )?;
            Ok::<_, orgs::OrgError>((a, shop_a, shop_b))
        })
        .unwrap();
    Place {
        town_a,
        shop_a,
        shop_b,
        folder: tempfile::tempdir().unwrap(),
    }
}

pub(super) fn desk(test: &TestDb, place: &Place) -> Desk {
    Desk::new(test.db.clone(), place.folder.path().join("uploads"))
}

/// An actor who sees one subtree, as access would make it.
pub(super) fn officer(test: &TestDb, path: &OrgPath) -> Actor {
    let mut actor = test.actor();
    actor.scope = actor.scope.narrowed(path);
    actor.label = "测试员".into();
    actor
}

/// A citizen's number that can hardly exist: region 330113, which is younger than its bearer.
pub(super) fn number(sequence: u32) -> String {
    let day = Date::constant(1980, 1, 1)
        .checked_add(jiff::Span::new().days(i64::from(sequence / 500)))
        .unwrap();
    let digits = format!("330113{}{:03}", day.strftime("%Y%m%d"), sequence % 500);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits
        .bytes()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    format!(
        "{digits}{}",
        char::from(b"10X98765432"[(sum % 11) as usize])
    )
}

/// Distinct names: no two of a file sound alike and share a birthday.
pub(super) fn name(sequence: u32) -> String {
    const SURNAMES: [char; 10] = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴'];
    const GIVEN: [char; 20] = [
        '伟', '芳', '娜', '敏', '静', '丽', '强', '磊', '军', '洋', '勇', '艳', '杰', '娟', '涛',
        '明', '超', '霞', '平', '刚',
    ];
    let at = |shift: u32, many: usize| (sequence / shift) as usize % many;
    format!(
        "{}{}{}",
        SURNAMES[at(1, 10)],
        GIVEN[at(10, 20)],
        GIVEN[at(200, 20)]
    )
}

/// A roll of so many people as separated text.
pub(super) fn roll(people: std::ops::Range<u32>) -> String {
    let mut text = String::from("姓名,身份证号,手机号,所属工会,入会日期\n");
    for one in people {
        writeln!(
            text,
            "{},{},138{:08},东镇纺织厂工会,2020-05-01",
            name(one),
            number(one),
            one
        )
        .unwrap();
    }
    text
}

/// Uploads a file as a person would.
pub(super) fn upload(
    desk: &Desk,
    actor: &Actor,
    file: &str,
    bytes: &[u8],
) -> Result<Batch, ExchangeError> {
    let (id, mut receiving) = desk.receive()?;
    bytes
        .chunks(7_001)
        .try_for_each(|chunk| receiving.push(chunk))?;
    let upload = Upload {
        id,
        kind: ImportKind::Members,
        file_name: file,
        key: "",
        received: receiving.finish()?,
    };
    desk.arrived(actor, &Permit::program(), upload)
}

/// Maps as suggested and checks.
pub(super) fn check(desk: &Desk, test: &TestDb, actor: &Actor, batch: &Batch) -> Batch {
    let choice = Choice {
        sheet: batch.sheet.clone(),
        mapping: batch.mapping.clone(),
        org: None,
    };
    desk.check(actor, &Permit::program(), batch.id, &choice)
        .unwrap();
    run_jobs(desk, test);
    desk.batch(actor, batch.id).unwrap()
}

pub(super) fn confirm(desk: &Desk, test: &TestDb, actor: &Actor, id: BatchId) -> Batch {
    desk.confirm(actor, &Permit::program(), id).unwrap();
    run_jobs(desk, test);
    desk.batch(actor, id).unwrap()
}

pub(super) fn run_jobs(desk: &Desk, test: &TestDb) {
    run_jobs_until_idle(&test.db, &Handlers::default().with_all(handlers(desk))).unwrap();
}

pub(super) fn problems(desk: &Desk, actor: &Actor, id: BatchId) -> Vec<Problem> {
    desk.overview(actor, id, &ProblemFilter::default(), 1000)
        .unwrap()
        .problems
}

pub(super) fn count(test: &TestDb, org: &OrgRef) -> i64 {
    test.db
        .read(&test.actor(), |tx| orgs::card(tx, org.id))
        .unwrap()
        .member_count
}

/// The member with this number, as the member page shows them.
pub(super) fn member(test: &TestDb, sequence: u32) -> Option<members::Member> {
    let index = test.db.vault().blind_index("identity", &number(sequence));
    let id = test
        .db
        .read(&test.actor(), |tx| {
            let row = tx.opt(
                &members::sql::member::EXISTING,
                store::args![*tx.district(), "resident", index],
            )?;
            row.map(|row| row.get(0)).transpose()
        })
        .unwrap()?;
    Some(
        test.db
            .read(&test.actor(), |tx| members::get(tx, id))
            .unwrap(),
    )
}

/// Whether the audit chain holds.
pub(super) fn whole(test: &TestDb) -> bool {
    let report = test
        .db
        .read(&test.actor(), |tx| store::audit::verify::verify(tx, None))
        .unwrap();
    report.fault.is_none()
}
