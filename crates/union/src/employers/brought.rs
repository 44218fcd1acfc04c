//! 待比对的资料: what a row said of its employer besides name and code, kept while a person decides which employer it is.

use kernel::ids::BatchId;
use serde_json::Value;
use store::{Tx, args};

use super::model::EmployerDraft;
use super::{EmployerError, sql};

impl EmployerDraft {
    /// Whether it says more than which employer it is.
    pub(super) fn tells_more(&self) -> bool {
        let texts = [
            &self.region_code,
            &self.industry_code,
            &self.economic_type,
            &self.address,
        ];
        texts.into_iter().any(|text| !text.trim().is_empty())
            || !self.other_codes.is_empty()
            || !self.former_names.is_empty()
            || self.headcount.is_some()
            || self.state.is_some()
            || self.opened_on.is_some()
            || self.closed_on.is_some()
    }

    /// A later row about the same employer: what it states wins, what it leaves empty stays.
    pub(super) fn overlaid(mut self, later: Self) -> Self {
        let text = |before: &mut String, after: String| {
            if !after.trim().is_empty() {
                *before = after;
            }
        };
        text(&mut self.region_code, later.region_code);
        text(&mut self.industry_code, later.industry_code);
        text(&mut self.economic_type, later.economic_type);
        text(&mut self.address, later.address);
        if later.headcount.is_some() {
            self.headcount = later.headcount;
            self.headcount_on = later.headcount_on;
            self.headcount_source = later.headcount_source;
        }
        let codes = later.other_codes.into_iter();
        for code in codes {
            if !self.other_codes.contains(&code) {
                self.other_codes.push(code);
            }
        }
        for name in later.former_names {
            if !self.former_names.contains(&name) {
                self.former_names.push(name);
            }
        }
        self.territory = later.territory.or(self.territory);
        self.state = later.state.or(self.state);
        self.opened_on = later.opened_on.or(self.opened_on);
        self.closed_on = later.closed_on.or(self.closed_on);
        self.name = later.name;
        self.credit_code = later.credit_code;
        self.source = later.source;
        self.batch = later.batch.or(self.batch);
        self
    }

    /// What it says besides name and code, in words for the person who decides.
    pub(super) fn in_words(&self) -> Vec<(&'static str, String)> {
        let day = |day: Option<kernel::Date>| day.map(|day| day.to_string()).unwrap_or_default();
        let count = self.headcount.map(|count| match self.headcount_on {
            Some(on) => format!("{count} 人（{on}）"),
            None => format!("{count} 人"),
        });
        let mut said = vec![
            ("职工人数", count.unwrap_or_default()),
            ("地址", self.address.trim().to_owned()),
            ("行业", self.industry_code.trim().to_owned()),
            ("经济类型", self.economic_type.trim().to_owned()),
            ("区划", self.region_code.trim().to_owned()),
            (
                "状态",
                self.state
                    .map_or("", super::EmployerState::title)
                    .to_owned(),
            ),
            ("成立日期", day(self.opened_on)),
            ("注销日期", day(self.closed_on)),
            ("曾用名", self.former_names.join("、")),
        ];
        let codes = self.other_codes.iter();
        said.extend(codes.map(|(kind, code)| (kind.title(), code.clone())));
        said.retain(|(_, words)| !words.is_empty());
        said
    }
}

/// A draft as it is kept with its question; nothing for one that only names an employer.
pub(super) fn kept(tx: &Tx, draft: &EmployerDraft) -> Result<Option<Value>, EmployerError> {
    if !draft.tells_more() {
        return Ok(None);
    }
    let mut draft = draft.clone();
    // The day it was counted is the day it was told, not the day somebody answers.
    if draft.headcount.is_some() {
        draft.headcount_on = draft.headcount_on.or_else(|| Some(tx.today()));
    }
    written(&draft).map(Some)
}

pub(super) fn written(draft: &EmployerDraft) -> Result<Value, EmployerError> {
    serde_json::to_value(draft)
        .map_err(|error| store::StoreError::Database(error.to_string()).into())
}

/// The draft that is kept with a question.
pub(super) fn read(kept: Option<Value>) -> Result<Option<EmployerDraft>, EmployerError> {
    kept.map(serde_json::from_value)
        .transpose()
        .map_err(|error| store::StoreError::Database(error.to_string()).into())
}

/// Takes away what waits with open questions of a batch that is taken back; the questions stay, for others may wait for
/// their answer. How many had something.
///
/// # Errors
/// The store failed.
pub fn drop_of_batch(tx: &mut Tx, batch: BatchId) -> Result<u64, EmployerError> {
    let district = *tx.district();
    Ok(tx.exec(&sql::DROP_DRAFTS, args![district, batch])?)
}
