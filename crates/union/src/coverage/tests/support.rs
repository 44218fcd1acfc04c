//! Units, unions and members for the figures.

use kernel::{Date, EmployerId, MemberId, OrgId};
use store::testing::TestDb;
use store::{Actor, Tx};

use crate::coverage::{Board, CoverageError, Edition};
use crate::employers::{self, EdgeKind, EmployerDraft, EmployerState};
use crate::members::{self, Admission, MemberDraft, MemberPolicy};
use crate::orgs::OrgRef;
use crate::orgs::tests::support::system;

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A credit code with right check characters, made from a number.
fn credit_code(number: u32) -> String {
    const DIGITS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let org = format!("{number:08}");
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = org
        .bytes()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let org_check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap(),
    };
    let body = format!("91330100{org}{org_check}");
    let value = |c: u8| DIGITS.iter().position(|d| *d == c).unwrap();
    let mut weight = 1;
    let mut sum = 0;
    for c in body.bytes() {
        sum += value(c) * weight;
        weight = weight * 3 % 31;
    }
    format!("{body}{}", char::from(DIGITS[(31 - sum % 31) % 31]))
}

/// An employer in business since 2020 with so many employees, counted at the end of 2025.
pub(super) fn unit(
    tx: &mut Tx,
    number: u32,
    area: &OrgRef,
    employees: i64,
) -> Result<EmployerId, CoverageError> {
    let draft = EmployerDraft {
        name: format!("第{number}制造厂"),
        credit_code: credit_code(number),
        territory: Some(area.id),
        headcount: Some(employees),
        headcount_on: Some(day("2025-12-31")),
        opened_on: Some(day("2020-01-01")),
        source: "测试".into(),
        ..EmployerDraft::default()
    };
    Ok(employers::upsert(tx, &draft)?.id.unwrap())
}

/// The employer learns a new headcount.
pub(super) fn grow(
    tx: &mut Tx,
    number: u32,
    employees: i64,
    on: &str,
) -> Result<(), CoverageError> {
    let draft = EmployerDraft {
        name: format!("第{number}制造厂"),
        credit_code: credit_code(number),
        headcount: Some(employees),
        headcount_on: Some(day(on)),
        source: "测试".into(),
        ..EmployerDraft::default()
    };
    employers::upsert(tx, &draft)?;
    Ok(())
}

/// The employer is struck off.
pub(super) fn close(
    tx: &mut Tx,
    number: u32,
    state: EmployerState,
    on: Option<&str>,
) -> Result<(), CoverageError> {
    let draft = EmployerDraft {
        name: format!("第{number}制造厂"),
        credit_code: credit_code(number),
        state: Some(state),
        closed_on: on.map(day),
        source: "测试".into(),
        ..EmployerDraft::default()
    };
    employers::upsert(tx, &draft)?;
    Ok(())
}

pub(super) fn link(
    tx: &mut Tx,
    org: OrgId,
    unit: EmployerId,
    kind: EdgeKind,
) -> Result<(), CoverageError> {
    employers::link(tx, org, unit, kind, day("2026-01-01"))?;
    Ok(())
}

/// A member since 2021.
pub(super) fn join(
    tx: &mut Tx,
    org: &OrgRef,
    employer: Option<EmployerId>,
    number: u16,
) -> Result<MemberId, CoverageError> {
    let draft = MemberDraft {
        name: "王小明".into(),
        id_number: citizen(number),
        ..MemberDraft::default()
    };
    let policy = MemberPolicy::at(*tx.district(), tx.today())?;
    let id: MemberId = tx.new_id();
    let prepared = members::prepare(tx.vault(), policy, tx.today(), &draft, id).unwrap();
    let admission = Admission {
        employer,
        ..Admission::new(org.id, org.path.clone(), day("2021-01-01"))
    };
    members::admit(tx, &prepared, &admission)?;
    Ok(id)
}

/// A citizen's number with a right check digit.
fn citizen(number: u16) -> String {
    let digits = format!("33011319900307{number:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits
        .bytes()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    format!(
        "{digits}{}",
        char::from(b"10X98765432"[usize::try_from(sum % 11).unwrap()])
    )
}

pub(super) fn write<T>(test: &TestDb, f: impl FnOnce(&mut Tx) -> Result<T, CoverageError>) -> T {
    test.db.write(&system(), f).unwrap()
}

pub(super) fn read<T>(
    test: &TestDb,
    who: &Actor,
    f: impl FnOnce(&mut Tx) -> Result<T, CoverageError>,
) -> T {
    test.db.read(who, f).unwrap()
}

/// Today's figures of one place, counted anew.
pub(super) fn today(test: &TestDb, org: &OrgRef) -> Board {
    crate::coverage::refresh(&test.db, &system()).unwrap();
    read(test, &system(), |tx| {
        crate::coverage::board(tx, Edition::Current, &org.path)
    })
    .unwrap()
}
