//! 入册 admit: how a prepared record becomes a member, one by one or two hundred thousand at a time.
//!
//! Both ways end in the same decisions ([`decide`]): the same paper in the same union is an update or nothing,
//! in another union it is a transfer that somebody must ask for, and whoever had left may come back.

mod bulk;
mod likeness;
mod one;
mod row;

pub(super) use bulk::common;
pub use bulk::{admit_many, judge_many};
pub(super) use likeness::search_between;
pub use one::admit;

use kernel::ids::{EmployerId, MemberId, OrgId};
use kernel::{OrgPath, PersonName, Refusals, person_name};
use store::{Row, StoreError, Tx};

use super::{Admission, MemberError, Outcome, PreparedMember, Status};

/// A record that is already there, as admission compares it.
pub(super) struct Existing {
    pub(super) id: MemberId,
    org: OrgId,
    org_path: OrgPath,
    status: Status,
    merged_into: Option<MemberId>,
    id_index: Vec<u8>,
    name: String,
    employer: Option<EmployerId>,
    phone_index: Option<Vec<u8>>,
    bank_sealed: Option<Vec<u8>>,
    codes: [Option<String>; 6],
    job_title: Option<String>,
    flags: [bool; 5],
    real_name: bool,
    card_no: Option<String>,
}

impl Existing {
    /// Reads the columns of `existing_columns!`.
    fn read(row: &Row) -> Result<Self, StoreError> {
        let status = Status::from_code(row.text(3)?).ok_or(StoreError::Column {
            index: 3,
            wanted: "status",
        })?;
        Ok(Self {
            id: row.get(0)?,
            org: row.get(1)?,
            org_path: row.get(2)?,
            status,
            merged_into: row.get(4)?,
            id_index: row.get(7)?,
            name: row.get(8)?,
            employer: row.get(9)?,
            phone_index: row.get(10)?,
            bank_sealed: row.get(11)?,
            codes: [
                row.get(12)?,
                row.get(13)?,
                row.get(14)?,
                row.get(15)?,
                row.get(16)?,
                row.get(17)?,
            ],
            job_title: row.get(18)?,
            flags: [
                row.get(19)?,
                row.get(20)?,
                row.get(21)?,
                row.get(22)?,
                row.get(23)?,
            ],
            real_name: row.get(24)?,
            card_no: row.get(25)?,
        })
    }

    /// Whether `new` is known by another name. Another spelling of the same name is none.
    fn other_name(&self, new: &PreparedMember) -> bool {
        !person_name::is_same(&self.name, new.name.as_str())
    }

    /// Both names as the caller may see them.
    fn two_names(&self, tx: &Tx, new: &PreparedMember) -> (Option<String>, String) {
        let seen = tx.actor().scope.covers(&self.org_path);
        let masked =
            || PersonName::parse(&self.name).map_or_else(|_| "*".to_owned(), |name| name.masked());
        (seen.then(masked), new.name.masked())
    }

    /// The fields in which `new` knows something else. An empty field of `new` knows nothing.
    fn differs(
        &self,
        tx: &Tx,
        new: &PreparedMember,
        to: &Admission,
    ) -> Result<Vec<&'static str>, MemberError> {
        let mut fields = Vec::new();
        let mut note = |differs: bool, field: &'static str| {
            if differs {
                fields.push(field);
            }
        };
        note(self.takes_name(new, to), "name");
        note(
            to.employer.is_some() && to.employer != self.employer,
            "employer",
        );
        note(
            new.phone
                .as_ref()
                .is_some_and(|phone| Some(&phone.index) != self.phone_index.as_ref()),
            "phone",
        );
        note(self.bank_differs(tx, new)?, "bank_card");
        for (field, (old, new)) in [
            "ethnic",
            "education",
            "politics",
            "skill",
            "household",
            "employment",
        ]
        .into_iter()
        .zip(self.codes.iter().zip(row::codes(new)))
        {
            note(new.is_some() && new != old.as_deref(), field);
        }
        note(
            new.job_title.is_some() && new.job_title != self.job_title,
            "job_title",
        );
        for (field, (old, new)) in [
            "migrant",
            "new_form",
            "difficult",
            "model_worker",
            "mutual_aid",
        ]
        .into_iter()
        .zip(self.flags.iter().zip(row::flags(new)))
        {
            note(new.is_some_and(|new| new != *old), field);
        }
        note(new.real_name && !self.real_name, "real_name");
        note(
            new.card_no.is_some() && new.card_no != self.card_no,
            "card_no",
        );
        Ok(fields)
    }

    /// Whether the name of `new` replaces the one on the roster: only on a person's word.
    fn takes_name(&self, new: &PreparedMember, to: &Admission) -> bool {
        to.renamed && self.other_name(new)
    }

    /// Bank cards have no blind index: they are never looked up, so both are opened and compared.
    fn bank_differs(&self, tx: &Tx, new: &PreparedMember) -> Result<bool, MemberError> {
        let Some(sealed) = &new.bank_sealed else {
            return Ok(false);
        };
        let Some(old) = &self.bank_sealed else {
            return Ok(true);
        };
        let field = super::prepare::field::BANK;
        let new = tx.vault().open(field, &new.id.to_string(), sealed)?;
        Ok(new != tx.vault().open(field, &self.id.to_string(), old)?)
    }
}

/// What to do with a person who is already on record.
pub(super) enum Decision {
    /// Nothing, or an update of these fields.
    Refresh(Vec<&'static str>),
    /// A new period for someone who had left.
    Rejoin,
    /// A member of this union.
    Elsewhere(OrgId),
    /// The number is known under another name, and nobody has said which holds; with the other union, if it is one.
    OtherName(Option<OrgId>),
    /// Not so.
    Refuse(Refusals),
}

/// The rule for a paper that is already known; `there` is the surviving record when it had been merged.
pub(super) fn decide(
    tx: &Tx,
    there: &Existing,
    new: &PreparedMember,
    to: &Admission,
) -> Result<Decision, MemberError> {
    let here = there.org == to.org;
    let asks = !to.renamed && there.other_name(new);
    Ok(match there.status {
        Status::Active | Status::Kept | Status::Transferring if asks => {
            Decision::OtherName((!here).then_some(there.org))
        }
        Status::Left if asks => Decision::OtherName(None),
        Status::Active | Status::Kept | Status::Transferring if here => {
            Decision::Refresh(there.differs(tx, new, to)?)
        }
        Status::Active | Status::Kept | Status::Transferring => Decision::Elsewhere(there.org),
        Status::Left => Decision::Rejoin,
        Status::Expelled => Decision::Refuse(Refusals::one(
            "member.was_expelled",
            "此人曾被除名，重新入会须经基层委员会讨论，请在会员页办理“重新入会”",
        )),
        Status::Deceased => Decision::Refuse(Refusals::one(
            "member.deceased",
            "此人已登记去世；如系误登记，请先在会员页更正",
        )),
        Status::Merged => Decision::Refuse(Refusals::one(
            "member.merged",
            "此记录已合并到另一条记录，请核对证件号码",
        )),
    })
}

/// Refuses a union outside the caller's scope, without saying whether it exists.
fn within_scope(tx: &Tx, to: &Admission) -> Result<(), MemberError> {
    if tx.actor().scope.covers(&to.org_path) {
        Ok(())
    } else {
        Err(MemberError::NotFound)
    }
}

/// What an update or a repeated record is called.
fn outcome_of(fields: Vec<&'static str>) -> Outcome {
    if fields.is_empty() {
        Outcome::Unchanged
    } else {
        Outcome::Updated(fields)
    }
}
