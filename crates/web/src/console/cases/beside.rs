//! What stands beside a case: its people, its letters, the cases it belongs with.

use kernel::case_kind::Length;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::{self, Case, CaseError, LinkLine, PartyLine};
use union::letters::{self, LetterLine};

/// Everything in the right column that another room or another case knows.
pub(crate) struct Beside {
    pub people: Vec<PartyLine>,
    pub letters: Vec<LetterLine>,
    pub links: Vec<(LinkLine, &'static str)>,
    /// Kinds of letters that fit this kind of case: id and title.
    pub templates: Vec<(String, String)>,
    /// Whether this post may draft.
    pub may_draft: bool,
    /// Some clock counts duty hours only (值班时间).
    pub duty: Option<String>,
}

impl Beside {
    pub(super) fn of(tx: &mut Tx, may: CapabilitySet, case: &Case) -> Result<Self, CaseError> {
        let links = cases::links(tx, may, case.id)?;
        let mut wanted: Vec<&String> = case.kind.verb.iter().flat_map(|row| &row.letters).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let templates = wanted
            .into_iter()
            .filter_map(|id| {
                Some((
                    id.clone(),
                    letters::template(tx, id).ok()?.title().to_owned(),
                ))
            })
            .collect();
        let clocks = &case.now.clocks;
        let counts_duty = clocks
            .iter()
            .any(|clock| matches!(clock.length, Length::Duty { .. }));
        Ok(Self {
            people: cases::parties(tx, may, case.id)?,
            letters: cases::letters_of(tx, may, case.id)?,
            links: links
                .into_iter()
                .map(|line| {
                    let words = words(&line);
                    (line, words)
                })
                .collect(),
            templates,
            may_draft: may.has(Capability::CasesAct) || may.has(Capability::DocumentsIssue),
            duty: counts_duty.then(|| cases::duty_hours(tx)),
        })
    }

    pub(super) fn draft(&self, case: &Case, template: &str) -> String {
        format!("/letters/new?case={}&template={template}", case.id)
    }
}

/// What the other case is to this one.
fn words(line: &LinkLine) -> &'static str {
    match (line.kind.as_str(), line.from_here) {
        ("merged_into", true) => "已并入",
        ("merged_into", false) => "并进来的",
        ("split_from", true) => "从它拆出",
        ("split_from", false) => "拆出的",
        (_, true) => "由本件引出",
        (_, false) => "引出本件的",
    }
}
