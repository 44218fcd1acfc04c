//! The fields a merge fills, in clear: they are sealed as one text beside the merge.

use kernel::Date;
use kernel::ids::{EmployerId, MemberId};
use serde::{Deserialize, Serialize};
use store::{Tx, args};

use crate::members::prepare::{field, index};
use crate::members::read::open;
use crate::members::{MemberError, sql};

/// A field of which the other record's value may be taken although the kept one has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeField {
    /// 手机号码
    Phone,
    /// 银行卡
    Bank,
    /// 用人单位
    Employer,
    /// 学历
    Education,
    /// 技术等级
    Skill,
    /// 就业状况
    Employment,
    /// 工种
    JobTitle,
}

impl MergeField {
    /// Every such field, in the order of the page.
    pub const ALL: [Self; 7] = [
        Self::Phone,
        Self::Bank,
        Self::Employer,
        Self::Education,
        Self::Skill,
        Self::Employment,
        Self::JobTitle,
    ];

    /// Name in the form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Bank => "bank",
            Self::Employer => "employer",
            Self::Education => "education",
            Self::Skill => "skill",
            Self::Employment => "employment",
            Self::JobTitle => "job_title",
        }
    }

    /// From the form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Phone => "手机号码",
            Self::Bank => "银行卡号",
            Self::Employer => "用人单位",
            Self::Education => "学历",
            Self::Skill => "技术等级",
            Self::Employment => "就业状况",
            Self::JobTitle => "工种",
        }
    }
}

/// What a merge may change in the kept record, and an undo puts back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fields {
    employer: Option<EmployerId>,
    phone: Option<String>,
    bank: Option<String>,
    codes: [Option<String>; 6],
    job_title: Option<String>,
    flags: [bool; 5],
    real_name: bool,
    card_no: Option<String>,
    joined_on: Date,
}

/// Places in `Fields::codes`.
const EDUCATION: usize = 1;
const SKILL: usize = 3;
const EMPLOYMENT: usize = 5;

impl Fields {
    /// The fields of a record as they are, with its version.
    pub(super) fn of(tx: &mut Tx, id: MemberId) -> Result<(Self, i64), MemberError> {
        let district = *tx.district();
        let row = tx.one(&sql::duplicate::FIELDS, args![district, id])?;
        let fields = Self {
            employer: row.get(1)?,
            phone: open(tx.vault(), field::PHONE, id, row.bytes(2)?)?,
            bank: open(tx.vault(), field::BANK, id, row.bytes(3)?)?,
            codes: [
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
                row.get(7)?,
                row.get(8)?,
                row.get(9)?,
            ],
            job_title: row.get(10)?,
            flags: [
                row.get(11)?,
                row.get(12)?,
                row.get(13)?,
                row.get(14)?,
                row.get(15)?,
            ],
            real_name: row.get(16)?,
            card_no: row.get(17)?,
            joined_on: row.get(18)?,
        };
        Ok((fields, row.get(19)?))
    }

    /// The kept record's fields with the other's where they are empty, or where `take` says so. Groups add up,
    /// and the earlier day of joining counts.
    pub(super) fn merged(&self, other: &Self, take: &[MergeField]) -> Self {
        fn pick<T: Clone>(own: &Option<T>, other: &Option<T>, taken: bool) -> Option<T> {
            if taken {
                other.clone().or_else(|| own.clone())
            } else {
                own.clone().or_else(|| other.clone())
            }
        }
        let taken = |field| take.contains(&field);
        let mut codes = self.codes.clone();
        for (place, (own, theirs)) in codes.iter_mut().zip(&other.codes).enumerate() {
            let wanted = match place {
                EDUCATION => taken(MergeField::Education),
                SKILL => taken(MergeField::Skill),
                EMPLOYMENT => taken(MergeField::Employment),
                _ => false,
            };
            *own = pick(own, theirs, wanted);
        }
        let mut flags = self.flags;
        for (own, theirs) in flags.iter_mut().zip(other.flags) {
            *own |= theirs;
        }
        Self {
            employer: pick(&self.employer, &other.employer, taken(MergeField::Employer)),
            phone: pick(&self.phone, &other.phone, taken(MergeField::Phone)),
            bank: pick(&self.bank, &other.bank, taken(MergeField::Bank)),
            codes,
            job_title: pick(
                &self.job_title,
                &other.job_title,
                taken(MergeField::JobTitle),
            ),
            flags,
            real_name: self.real_name || other.real_name,
            card_no: pick(&self.card_no, &other.card_no, false),
            joined_on: self.joined_on.min(other.joined_on),
        }
    }

    /// What an undo writes: each field as it was before the merge, unless somebody changed it since.
    pub(super) fn undone(&self, merged: &Self, before: &Self) -> Self {
        fn back<T: Clone + PartialEq>(now: &T, merged: &T, before: &T) -> T {
            if now == merged {
                before.clone()
            } else {
                now.clone()
            }
        }
        let mut codes = self.codes.clone();
        for (now, (merged, before)) in codes.iter_mut().zip(merged.codes.iter().zip(&before.codes))
        {
            *now = back(now, merged, before);
        }
        let mut flags = self.flags;
        for (now, (merged, before)) in flags.iter_mut().zip(merged.flags.iter().zip(&before.flags))
        {
            *now = back(now, merged, before);
        }
        Self {
            employer: back(&self.employer, &merged.employer, &before.employer),
            phone: back(&self.phone, &merged.phone, &before.phone),
            bank: back(&self.bank, &merged.bank, &before.bank),
            codes,
            job_title: back(&self.job_title, &merged.job_title, &before.job_title),
            flags,
            real_name: back(&self.real_name, &merged.real_name, &before.real_name),
            card_no: back(&self.card_no, &merged.card_no, &before.card_no),
            joined_on: back(&self.joined_on, &merged.joined_on, &before.joined_on),
        }
    }

    /// Writes them to a record that still has `version`.
    pub(super) fn write(&self, tx: &mut Tx, id: MemberId, version: i64) -> Result<(), MemberError> {
        let (district, now, row) = (*tx.district(), tx.now(), id.to_string());
        let phone = self
            .phone
            .as_ref()
            .map(|phone| tx.vault().seal(field::PHONE, &row, phone));
        let phone_index = self
            .phone
            .as_ref()
            .map(|phone| tx.vault().blind_index(index::PHONE, phone));
        let bank = self
            .bank
            .as_ref()
            .map(|bank| tx.vault().seal(field::BANK, &row, bank));
        let [ethnic, education, politics, skill, household, employment] = &self.codes;
        let [migrant, new_form, difficult, model_worker, mutual_aid] = self.flags;
        let done = tx.exec(
            &sql::duplicate::SET_FIELDS,
            args![
                district,
                id,
                self.employer,
                phone,
                phone_index,
                bank,
                ethnic,
                education,
                politics,
                skill,
                household,
                employment,
                self.job_title,
                migrant,
                new_form,
                difficult,
                model_worker,
                mutual_aid,
                self.real_name,
                self.card_no,
                self.joined_on,
                now,
                version
            ],
        )?;
        if done == 1 {
            Ok(())
        } else {
            Err(MemberError::Stale)
        }
    }
}
