//! Entering one member at the desk, and correcting a record.

use kernel::Refusals;
use kernel::ids::MemberId;
use serde_json::{Map, Value as Json, json};
use store::{Audit, Broken, StoreError, Tx, args};

use super::super::admit::{self, search_between};
use super::super::codes;
use super::super::prepare::field;
use super::super::read::open;
use super::super::rules::Permit;
use super::super::{
    Admission, Admitted, Member, MemberDraft, MemberError, MemberPolicy, PreparedMember, get,
    prepare, sql,
};
use super::require_words;
use crate::access::Capability;

/// Checks a draft typed at the desk and admits it.
///
/// # Errors
/// [`MemberError::Faulty`] with every fault; [`MemberError::Forbidden`]; [`MemberError::NotFound`] for a union
/// outside the scope.
pub fn enter(
    tx: &mut Tx,
    permit: &Permit,
    draft: &MemberDraft,
    to: &Admission,
) -> Result<Admitted, MemberError> {
    permit.require(Capability::MembersChange)?;
    let member = prepared(tx, draft, tx.new_id())?;
    let to = Admission {
        joined_on: member.joined_on().unwrap_or(to.joined_on),
        ..to.clone()
    };
    admit::admit(tx, &member, &to)
}

/// Checks a draft for the record `id` under the rules of today.
pub(in crate::members) fn prepared(
    tx: &Tx,
    draft: &MemberDraft,
    id: MemberId,
) -> Result<PreparedMember, MemberError> {
    let policy = MemberPolicy::at(*tx.district(), tx.today())?;
    prepare(tx.vault(), policy, tx.today(), draft, id).map_err(MemberError::Faulty)
}

/// The draft a correction form begins with. Personal numbers are left empty: an empty one stays as it is.
pub fn draft_of(member: &Member) -> MemberDraft {
    let yes_no = |yes: bool| if yes { "是" } else { "否" }.to_owned();
    let label = |coded: codes::CodedField, code: &Option<String>| {
        code.as_deref()
            .map(|code| coded.label_of(code))
            .unwrap_or_default()
    };
    MemberDraft {
        name: member.name.clone(),
        id_type: member.id_type.label().to_owned(),
        sex: member.sex.label().to_owned(),
        birth_on: member
            .birth_on
            .map(|birth| birth.to_string())
            .unwrap_or_default(),
        ethnic: label(codes::ETHNIC, &member.ethnic),
        education: label(codes::EDUCATION, &member.education),
        politics: label(codes::POLITICS, &member.politics),
        skill: label(codes::SKILL, &member.skill),
        household: label(codes::HOUSEHOLD, &member.household),
        employment: label(codes::EMPLOYMENT, &member.employment),
        job_title: member.job_title.clone().unwrap_or_default(),
        migrant: yes_no(member.groups.migrant),
        new_form: yes_no(member.groups.new_form),
        difficult: yes_no(member.groups.difficult),
        model_worker: yes_no(member.groups.model_worker),
        mutual_aid: yes_no(member.groups.mutual_aid),
        real_name: yes_no(member.real_name),
        card_no: member.card_no.clone().unwrap_or_default(),
        ..Default::default()
    }
}

/// Corrects a record. `draft` is the whole record as it should be; an empty identity number, phone or bank card
/// stays as it is. `why` says what the correction rests on.
///
/// # Errors
/// [`MemberError::Faulty`], [`MemberError::Stale`], [`MemberError::Forbidden`], [`MemberError::NotFound`];
/// [`MemberError::Refused`] when the number already belongs to another record.
pub fn correct(
    tx: &mut Tx,
    permit: &Permit,
    id: MemberId,
    draft: &MemberDraft,
    version: i64,
    why: &str,
) -> Result<(), MemberError> {
    permit.require(Capability::MembersChange)?;
    let before = get(tx, id)?;
    if before.version != version {
        return Err(MemberError::Stale);
    }
    let mut refusals = Refusals::new();
    require_words(&mut refusals, why, "member.correct_why", "更正依据");
    refusals.into_result().map_err(MemberError::Refused)?;
    let full = completed(tx, id, draft)?;
    let new = prepared(tx, &full, id)?;
    write(tx, &new, &full, version)?;
    let after = get(tx, id)?;
    let changed = differences(&before, &after, draft);
    tx.audit(
        Audit::of("member.corrected", "member", id)
            .at(&after.org_path)
            .why(why.trim())
            .detail(changed),
    )?;
    search_between(tx, id, id)?;
    Ok(())
}

/// The draft with the sealed numbers it leaves out.
fn completed(tx: &mut Tx, id: MemberId, draft: &MemberDraft) -> Result<MemberDraft, MemberError> {
    let district = *tx.district();
    let row = tx.one(&sql::member::GET, args![district, id])?;
    let mut full = draft.clone();
    let fill = |slot: &mut String, field: &str, at: usize| -> Result<(), MemberError> {
        if kernel::text::trim(slot).is_empty() {
            *slot = open(tx.vault(), field, id, row.bytes(at)?)?.unwrap_or_default();
        }
        Ok(())
    };
    if kernel::text::trim(&full.id_number).is_empty() {
        // The number decides its own kind again.
        full.id_type = row.text(7)?.to_owned();
    }
    fill(&mut full.id_number, field::ID, 8)?;
    fill(&mut full.phone, field::PHONE, 9)?;
    fill(&mut full.bank_card, field::BANK, 10)?;
    // A guardian was told when the member joined; a correction does not ask again.
    if full.guardian.is_empty() {
        full.guardian = "入会时已告知".to_owned();
    }
    full.joined_on.clear();
    Ok(full)
}

fn write(
    tx: &mut Tx,
    new: &PreparedMember,
    full: &MemberDraft,
    version: i64,
) -> Result<(), MemberError> {
    let (district, now) = (*tx.district(), tx.now());
    let phone = new.phone.as_ref();
    let flag = |flag: Option<bool>| flag.unwrap_or_default();
    let done = tx.exec(
        &sql::member::CORRECT,
        args![
            district,
            new.id,
            new.name.as_str(),
            new.name_key,
            new.py_full,
            new.py_init,
            new.sex.code(),
            new.birth_on,
            new.id_type.code(),
            new.id_sealed,
            new.id_index,
            phone.map(|phone| phone.sealed.clone()),
            phone.map(|phone| phone.index.clone()),
            new.bank_sealed,
            new.codes.ethnic,
            new.codes.education,
            new.codes.politics,
            new.codes.skill,
            new.codes.household,
            new.codes.employment,
            new.job_title,
            flag(new.flags.migrant),
            flag(new.flags.new_form),
            flag(new.flags.difficult),
            flag(new.flags.model_worker),
            flag(new.flags.mutual_aid),
            codes::flag(kernel::text::trim(&full.real_name))
                .flatten()
                .unwrap_or(new.real_name),
            new.card_no,
            now,
            version
        ],
    );
    match done {
        Ok(1) => Ok(()),
        Ok(_) => Err(MemberError::Stale),
        Err(StoreError::Constraint {
            broken: Broken::Unique,
            ..
        }) => Err(MemberError::refuse(
            "member.paper_taken",
            "这个证件号码已登记在另一条会员记录上；如是同一人，请先到“疑似重复”合并",
        )),
        Err(other) => Err(other.into()),
    }
}

/// Fields whose values do not belong in a log.
const PERSONAL: [&str; 3] = ["name", "birth_on", "card_no"];

/// Before and after of the fields that changed; what names or numbers a person, only that it changed.
fn differences(before: &Member, after: &Member, draft: &MemberDraft) -> Json {
    let (old, new) = (draft_of(before), draft_of(after));
    let mut changed = Map::new();
    for field in MemberDraft::FIELDS {
        if old.get(field.name) != new.get(field.name) {
            let shown = |value| {
                if PERSONAL.contains(&field.name) {
                    "***"
                } else {
                    value
                }
            };
            changed.insert(
                field.name.to_owned(),
                json!([shown(old.get(field.name)), shown(new.get(field.name))]),
            );
        }
    }
    for field in ["id_number", "phone", "bank_card"] {
        if !kernel::text::trim(draft.get(field)).is_empty() {
            changed.insert(field.to_owned(), json!(["***", "***"]));
        }
    }
    Json::Object(changed)
}
