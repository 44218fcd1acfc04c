//! From a row of a roll to a prepared member and where they belong.

use std::collections::HashMap;

use kernel::Date;
use kernel::ids::{BatchId, MemberId};
use store::Vault;

use super::columns::{Column, Layout};
use super::error::ExchangeError;
use super::fields::text_of;
use super::mapping::Mapping;
use super::model::{Level, RowFault};
use super::places::{PlaceTexts, Places};
use super::reading::Row;
use crate::members::{
    Admission, FieldFault, MemberDraft, MemberPolicy, OtherName, PreparedMember, prepare,
};

/// A row as text.
pub(super) struct Drafted {
    pub(super) draft: MemberDraft,
    pub(super) places: PlaceTexts,
    pub(super) faults: Vec<RowFault>,
}

/// Reads rows by a mapping.
pub(super) struct MemberRows {
    columns: Vec<(usize, &'static Column)>,
    epoch_1904: bool,
}

impl MemberRows {
    pub(super) fn new(layout: &'static Layout, mapping: &Mapping, epoch_1904: bool) -> Self {
        let columns = mapping
            .columns
            .iter()
            .filter_map(|one| Some((one.column, layout.column(&one.field)?)));
        Self {
            columns: columns.collect(),
            epoch_1904,
        }
    }

    /// The cells of a row as a draft; what is wrong with the cells themselves is noted.
    pub(super) fn draft(&self, row: &Row, confirmed: bool) -> Drafted {
        let mut drafted = Drafted {
            draft: MemberDraft {
                confirmed,
                ..MemberDraft::default()
            },
            places: PlaceTexts::default(),
            faults: Vec::new(),
        };
        for (at, column) in &self.columns {
            match text_of(column, row.cell(*at), self.epoch_1904) {
                Ok(text) if text.is_empty() => {}
                Ok(text) => {
                    if !drafted.places.set(&column.field, &text) {
                        drafted.draft.set(&column.field, text);
                    }
                }
                Err(fault) => drafted.faults.push(fault),
            }
        }
        drafted
    }
}

/// What is needed to prepare a draft, whichever row it comes from.
pub(super) struct Preparing<'a> {
    pub(super) vault: &'a Vault,
    pub(super) policy: &'static MemberPolicy,
    pub(super) today: Date,
    pub(super) evidence: String,
    /// The batch that periods and images are marked with; none while only checking.
    pub(super) batch: Option<BatchId>,
}

impl Preparing<'_> {
    /// Checks everything that can be checked without the store; all faults at once.
    pub(super) fn prepare(
        &self,
        drafted: Drafted,
        places: &mut Places,
        id: MemberId,
    ) -> Result<(PreparedMember, Admission), Vec<RowFault>> {
        let Drafted {
            draft,
            places: texts,
            mut faults,
        } = drafted;
        let org = places.org(&texts).map(|org| (org.id, org.path.clone()));
        let prepared = prepare(self.vault, self.policy, self.today, &draft, id);
        let (member, (org, path)) = match (prepared, org, faults.is_empty()) {
            (Ok(member), Ok(org), true) => (member, org),
            (prepared, org, _) => {
                let about = |fault: &FieldFault, known: &[RowFault]| {
                    known.iter().any(|one| one.field == fault.field)
                };
                let found = prepared.err().unwrap_or_default();
                // A cell that could not be read is also an empty field; one complaint is enough.
                let further: Vec<RowFault> = found
                    .iter()
                    .filter(|fault| !about(fault, &faults))
                    .map(row_fault)
                    .collect();
                faults.extend(further);
                faults.extend(org.err());
                faults.sort_by_key(|fault| std::cmp::Reverse(fault.level));
                return Err(faults);
            }
        };
        let employer = places.employer(&texts);
        let joined_on = member.joined_on().unwrap_or(self.today);
        let to = Admission::new(org, path, joined_on)
            .employer(employer)
            .evidence(&self.evidence)
            .batch(self.batch);
        Ok((member, to))
    }
}

fn row_fault(fault: &FieldFault) -> RowFault {
    RowFault {
        field: fault.field.into(),
        code: fault.code.into(),
        level: Level::from(fault.level),
        message: fault.message.clone(),
        suggestion: fault.suggestion.clone(),
    }
}

/// People of one file by their papers, to notice the second row of the same person.
#[derive(Default)]
pub(super) struct Seen(HashMap<(u8, [u8; 16]), u32>);

impl Seen {
    /// Notes a person; the row they stood in before, if they did.
    pub(super) fn note(&mut self, member: &PreparedMember, row: u32) -> Option<u32> {
        let (kind, index) = member.identity();
        // Blind indexes are sixteen bytes; the kinds of paper are few.
        let index: [u8; 16] = index.try_into().unwrap_or_default();
        let before = *self.0.entry((kind as u8, index)).or_insert(row);
        (before != row).then_some(before)
    }
}

/// Says that a person stands in the file twice.
pub(super) fn twice(before: u32) -> RowFault {
    RowFault {
        field: "id_number".into(),
        code: "import.duplicate_row".into(),
        level: Level::Confirm,
        message: format!("与第 {before} 行是同一个证件号码；确认后以这一行补充前一行"),
        suggestion: String::new(),
    }
}

/// Code of the question whether a member of another union is to be transferred.
pub(super) const ELSEWHERE: &str = "member.elsewhere";

/// Says that a person is a member of another union.
pub(super) fn elsewhere(org: &str) -> RowFault {
    RowFault {
        field: "id_number".into(),
        code: ELSEWHERE.into(),
        level: Level::Confirm,
        message: format!("该证件号码已是会员，现属「{org}」；确认后按转会办理"),
        suggestion: String::new(),
    }
}

/// Asks which of two names holds for a number.
pub(super) fn other_name(other: &OtherName) -> RowFault {
    let decided = match other.elsewhere {
        None => "确系同一人改了名，请点“确认改名”",
        Some(_) => "确系同一人，请点“确认是同一人”，按转会办理，姓名待转入后在会员页更正",
    };
    RowFault {
        field: "name".into(),
        code: OtherName::CODE.into(),
        level: Level::Confirm,
        message: format!(
            "{}；名册没有改动。{decided}；号码或姓名填错的，在本行改正；弄不清的，先“不导入”",
            other.told()
        ),
        suggestion: String::new(),
    }
}

/// The policy in force.
pub(super) fn policy(
    district: kernel::DistrictCode,
    today: Date,
) -> Result<&'static MemberPolicy, ExchangeError> {
    MemberPolicy::at(district, today).map_err(ExchangeError::room)
}
