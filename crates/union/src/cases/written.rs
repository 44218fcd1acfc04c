//! 登记的内容: what a step writes over what was written before, and what a letter already says.

use std::collections::BTreeMap;

use kernel::Refusals;
use kernel::case_kind::{LetterFact, Outcome};
use store::Tx;

use super::model::Case;
use super::{CaseError, letters};

/// The words of an act with what its fields said before (原为), so that writing a thing a second time takes nothing out of
/// the file. What the person concerned reads names only what that person may read.
pub(super) fn with_former(case: &Case, outcome: &Outcome, verb: &str, note: &str) -> String {
    let row = case.kind.row(verb, &case.now.state);
    let tells = row.is_some_and(kernel::case_kind::VerbRow::tells);
    let mut words = vec![note.trim().to_owned()];
    for field in case.kind.field.iter().filter(|one| !tells || one.told) {
        let before = case.now.fields.get(&field.name);
        let after = outcome.case.fields.get(&field.name);
        if let (Some(before), Some(after)) = (before, after)
            && before != after
        {
            // The name of the person concerned stands beside the case, not in its words.
            let said = |text: &String| {
                if field.person {
                    super::identity::masked(text)
                } else {
                    text.clone()
                }
            };
            words.push(format!(
                "「{}」原为 {}，现为 {}",
                field.title,
                said(before),
                said(after)
            ));
        }
    }
    words.retain(|one| !one.is_empty());
    words.join("\n")
}

/// What a step writes of its letter is what the letter says: the day it was served is not typed anew.
///
/// # Errors
/// [`CaseError::Refused`] with what the letter says.
pub(super) fn as_letters_say(
    tx: &mut Tx,
    case: &Case,
    verb: &str,
    typed: &BTreeMap<String, String>,
) -> Result<(), CaseError> {
    let Some(row) = case.kind.row(verb, &case.now.state) else {
        return Ok(());
    };
    let told = letters::told(tx, case, verb)?;
    let fixed = |fact: &LetterFact| *fact == LetterFact::ServedOn;
    let mut refusals = Refusals::new();
    for (name, _) in row.from_letter.iter().filter(|(_, fact)| fixed(fact)) {
        if let (Some(said), Some(typed)) = (told.get(name), typed.get(name)) {
            let title = case.kind.field(name).map_or("", |field| &field.title);
            refusals.require(
                said.trim() == typed.trim(),
                "case.letter_says",
                format!("「{title}」和文书不一致：文书上是 {said}；文书登记错了的，先在文书里更正"),
            );
        }
    }
    refusals.into_result().map_err(CaseError::Refused)
}
