//! Boxes of the form of a verb that hold more than a word: the next owner, the pieces of evidence.

use std::collections::BTreeMap;

use kernel::Fen;
use union::cases::{CaseError, FileBytes, NewEvidence, NextOwner};

use crate::shell::Form;

/// Files that one form may bring.
pub(crate) const FILES: usize = 3;

/// How the names of the boxes at a place end: the first have no ending.
pub(crate) fn ending(at: usize) -> String {
    if at == 0 {
        String::new()
    } else {
        format!("_{}", at + 1)
    }
}

/// `ORG` or `ORG/PERSON`, as the list of desks writes it; `/PERSON` for somebody of the roster, at the present desk.
pub(super) fn next_owner(text: &str) -> Option<NextOwner> {
    let (org, person) = text.split_once('/').unwrap_or((text, ""));
    let next = NextOwner {
        org: org.parse().ok(),
        person: person.parse().ok(),
    };
    (next.org.is_some() || next.person.is_some()).then_some(next)
}

/// The pieces of evidence of all boxes.
pub(super) fn pieces(
    form: &Form,
    files: Vec<(String, FileBytes)>,
) -> Result<Vec<NewEvidence>, CaseError> {
    let mut found = Vec::new();
    let mut files: BTreeMap<String, FileBytes> = files.into_iter().collect();
    for at in 0..FILES {
        let end = ending(at);
        let file = files.remove(&format!("file{end}"));
        let same = |what: &str| {
            (
                what.to_owned(),
                form.text(&format!("{what}{end}")).to_owned(),
            )
        };
        let one = ["evidence", "evidence_text", "evidence_amount"].map(same);
        let said = one.iter().skip(1).any(|(_, text)| !text.is_empty());
        // A box that offers a kind but was left empty states nothing.
        if file.is_none() && !said {
            continue;
        }
        found.extend(piece(&Form::from_pairs(one.to_vec()), file)?);
    }
    Ok(found)
}

/// The piece of evidence that came along, if its kind was chosen or a file was sent.
pub(in crate::console) fn piece(
    form: &Form,
    file: Option<FileBytes>,
) -> Result<Option<NewEvidence>, CaseError> {
    let kind = form.text("evidence");
    if kind.is_empty() {
        return match file {
            None => Ok(None),
            Some(_) => Err(CaseError::Invalid {
                field: "evidence",
                code: "case.evidence_kind",
                message: "上传了附件，请选择它是哪种凭证".to_owned(),
            }),
        };
    }
    let amount = match form.text("evidence_amount") {
        "" => None,
        typed => Some(Fen::parse_yuan(typed).map_err(|_| CaseError::Invalid {
            field: "evidence_amount",
            code: "case.evidence_amount",
            message: "凭证金额应为数字（元），例如 6000 或 6000.50".to_owned(),
        })?),
    };
    Ok(Some(NewEvidence {
        kind: kind.to_owned(),
        text: form.text("evidence_text").to_owned(),
        amount,
        file,
    }))
}
