//! Reading one member.

use kernel::ids::MemberId;
use kernel::{BankCard, CitizenId, IdDocument, IdType, MobilePhone, PersonName, Sex};
use store::{Row, StoreError, Tx, Vault, args};

use super::prepare::field;
use super::{Groups, Member, MemberError, Status, sql};

/// One member, personal numbers masked. Seen by whoever's scope covers the union, and by the member.
///
/// # Errors
/// [`MemberError::NotFound`] when there is no such record or it lies outside the scope; the two are not told
/// apart.
pub fn get(tx: &mut Tx, id: MemberId) -> Result<Member, MemberError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::member::GET, args![district, id])?
        .ok_or(MemberError::NotFound)?;
    let member = member_of(tx.vault(), &row)?;
    let scope = &tx.actor().scope;
    if scope.covers(&member.org_path) || scope.member() == Some(id) {
        Ok(member)
    } else {
        Err(MemberError::NotFound)
    }
}

/// One member whatever the scope; the caller has a reason of its own to see it.
pub(super) fn unscoped(tx: &mut Tx, id: MemberId) -> Result<Member, MemberError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::member::GET, args![district, id])?
        .ok_or(MemberError::NotFound)?;
    member_of(tx.vault(), &row)
}

/// Reads the columns of `member_columns!`, opening the sealed numbers only to mask them.
pub(super) fn member_of(vault: &Vault, row: &Row) -> Result<Member, MemberError> {
    let id: MemberId = row.get(0)?;
    let id_type = IdType::from_code(row.text(7)?).ok_or(StoreError::Column {
        index: 7,
        wanted: "id_type",
    })?;
    Ok(Member {
        id,
        org: row.get(1)?,
        org_path: row.get(2)?,
        employer: row.get(3)?,
        name: row.get(4)?,
        sex: Sex::from_code(row.get(5)?).unwrap_or(Sex::Unknown),
        birth_on: row.get(6)?,
        id_type,
        id_masked: open(vault, field::ID, id, row.bytes(8)?)?
            .map(|number| mask_number(id_type, &number))
            .unwrap_or_default(),
        phone_masked: open(vault, field::PHONE, id, row.bytes(9)?)?.map(|phone| mask_phone(&phone)),
        bank_masked: open(vault, field::BANK, id, row.bytes(10)?)?.map(|card| mask_card(&card)),
        ethnic: row.get(11)?,
        education: row.get(12)?,
        politics: row.get(13)?,
        skill: row.get(14)?,
        household: row.get(15)?,
        employment: row.get(16)?,
        job_title: row.get(17)?,
        groups: Groups {
            migrant: row.get(18)?,
            new_form: row.get(19)?,
            difficult: row.get(20)?,
            model_worker: row.get(21)?,
            mutual_aid: row.get(22)?,
        },
        real_name: row.get(23)?,
        status: Status::from_code(row.text(24)?).ok_or(StoreError::Column {
            index: 24,
            wanted: "status",
        })?,
        joined_on: row.get(25)?,
        card_no: row.get(26)?,
        merged_into: row.get(27)?,
        batch: row.get(28)?,
        created_at: row.get(29)?,
        version: row.get(30)?,
    })
}

/// Opens one sealed field of a member.
pub(super) fn open(
    vault: &Vault,
    field: &str,
    id: MemberId,
    sealed: Option<&[u8]>,
) -> Result<Option<String>, StoreError> {
    sealed
        .filter(|sealed| !sealed.is_empty())
        .map(|sealed| vault.open(field, &id.to_string(), sealed))
        .transpose()
}

/// A name as every list, search and interface says it: 赵*勤. The whole name stands on the record's own page and in
/// the comparison of two records, and opening those is logged ([`super::reveal::note_opened`]).
pub fn masked_name(name: &str) -> String {
    match PersonName::parse(name) {
        Ok(name) => name.masked(),
        // What no longer is a name by the rules shows no more of itself than one.
        Err(_) => name.chars().take(1).chain(['*']).collect(),
    }
}

/// For lists and pages: `330113********0018`.
pub(super) fn mask_number(id_type: IdType, number: &str) -> String {
    // A citizen's number is stored checked, so the cheap parse is enough; other papers mask by length.
    match CitizenId::parse(number) {
        Ok(citizen) => citizen.masked(),
        Err(_) => IdDocument::parse(id_type, number)
            .map(|document| document.masked())
            .unwrap_or_default(),
    }
}

fn mask_phone(phone: &str) -> String {
    MobilePhone::parse(phone)
        .map(|phone| phone.masked())
        .unwrap_or_default()
}

fn mask_card(card: &str) -> String {
    BankCard::parse(card)
        .map(|card| card.masked())
        .unwrap_or_default()
}
