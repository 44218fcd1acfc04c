//! A prepared record as the values of a row.

use kernel::DistrictCode;
use kernel::Instant;
use kernel::ids::{BatchId, MemberId, MembershipId};
use store::{Value, values};

use super::super::{Admission, PreparedMember};

/// Codes in the order of their columns.
pub(super) fn codes(new: &PreparedMember) -> [Option<&'static str>; 6] {
    let codes = &new.codes;
    [
        codes.ethnic,
        codes.education,
        codes.politics,
        codes.skill,
        codes.household,
        codes.employment,
    ]
}

/// Group flags in the order of their columns.
pub(super) fn flags(new: &PreparedMember) -> [Option<bool>; 5] {
    let flags = &new.flags;
    [
        flags.migrant,
        flags.new_form,
        flags.difficult,
        flags.model_worker,
        flags.mutual_aid,
    ]
}

/// Values of `sql::member::INSERT`; the batch stands in for one that the admission does not name.
pub(super) fn member(
    at: (DistrictCode, Instant),
    new: &PreparedMember,
    to: &Admission,
    batch: Option<BatchId>,
) -> Vec<Value> {
    let (district, now) = at;
    let [ethnic, education, politics, skill, household, employment] = codes(new);
    let [migrant, new_form, difficult, model_worker, mutual_aid] =
        flags(new).map(Option::unwrap_or_default);
    let phone = new.phone.as_ref();
    let card = new.card_no.clone();
    values![
        district,
        new.id,
        to.org,
        &to.org_path,
        to.employer,
        new.name.as_str(),
        &new.name_key,
        &new.py_full,
        &new.py_init,
        new.sex.code(),
        new.birth_on,
        new.id_type.code(),
        new.id_sealed.as_slice(),
        new.id_index.as_slice(),
        phone.map(|phone| phone.sealed.as_slice()),
        phone.map(|phone| phone.index.as_slice()),
        new.bank_sealed.as_deref(),
        ethnic,
        education,
        politics,
        skill,
        household,
        employment,
        new.job_title.as_deref(),
        migrant,
        new_form,
        difficult,
        model_worker,
        mutual_aid,
        new.real_name,
        to.joined_on,
        card.unwrap_or_else(|| card_no(district, new.id)),
        to.batch.or(batch),
        now,
        now
    ]
}

/// Values of `sql::membership::OPEN`.
pub(super) fn period(
    at: (DistrictCode, Instant),
    id: MembershipId,
    member: MemberId,
    (to, batch): (&Admission, Option<BatchId>),
    evidence: &str,
    actor: &str,
) -> Vec<Value> {
    values![
        at.0,
        id,
        member,
        to.org,
        &to.org_path,
        to.joined_on,
        to.change.code(),
        to.reason.code(),
        evidence,
        actor,
        to.batch.or(batch),
        at.1
    ]
}

/// 会员卡号: district, twelve digits out of the record's id, and a Luhn digit against typing errors.
pub(super) fn card_no(district: DistrictCode, id: MemberId) -> String {
    let digits = format!("{district}{:012}", id.uuid().as_u128() % 1_000_000_000_000);
    let check = luhn(&digits);
    format!("{digits}{check}")
}

/// The digit that makes a number pass the Luhn check (ISO/IEC 7812-1).
fn luhn(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit.saturating_sub(b'0'));
            if place % 2 == 1 {
                digit
            } else {
                (digit * 2) / 10 + (digit * 2) % 10
            }
        })
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_has_the_district_and_a_luhn_digit() {
        let id: MemberId = "0190a1b2-c3d4-7000-8000-00000000000f".parse().unwrap();
        let card = card_no(DistrictCode::parse("330113").unwrap(), id);
        assert_eq!(card.len(), 19);
        assert!(card.starts_with("330113"));
        assert!(
            kernel::BankCard::parse(&card).is_ok(),
            "the same check as a bank card: {card}"
        );
    }
}
