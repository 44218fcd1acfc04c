//! 证据 evidence: a kind, words, an amount, perhaps a file; sealed, and known by its digest.

use kernel::ids::{CaseEventId, CaseEvidenceId, CaseId};
use kernel::{Fen, Refusals};
use serde_json::json;
use store::{Audit, StoreError, Tx, args};

use super::model::{Case, EvidenceLine, LARGEST_FILE, NewEvidence};
use super::{CaseError, load, sql};
use crate::access::CapabilitySet;
use crate::attachments::FileBytes;

/// Sealed columns.
const TEXT: &str = "case_evidence.text_sealed";
/// The other one.
const FILE: &str = "case_evidence.file_sealed";
/// Longest words, in characters.
const LONGEST: usize = 5_000;

/// Whether pieces can be kept.
pub(super) fn check(pieces: &[NewEvidence]) -> Result<(), CaseError> {
    let mut refusals = Refusals::new();
    for piece in pieces {
        let length = piece.text.trim().chars().count();
        refusals.require(
            length > 0 || piece.file.is_some(),
            "case.evidence_empty",
            "证据要有文字说明或附件",
        );
        refusals.require(
            length <= LONGEST,
            "case.evidence_long",
            format!("证据说明最多 {LONGEST} 字"),
        );
        refusals.require(
            piece.amount.is_none_or(|amount| amount >= Fen(0)),
            "case.evidence_amount",
            "金额不能为负数",
        );
        if let Some(file) = &piece.file {
            refusals.extend(file.refusals("case.evidence_file", LARGEST_FILE).0);
        }
    }
    refusals.into_result().map_err(CaseError::Refused)
}

/// Keeps pieces that came with an act. The same file under the same kind is kept once.
pub(super) fn keep(
    tx: &mut Tx,
    case: &Case,
    event: CaseEventId,
    pieces: &[NewEvidence],
) -> Result<(), CaseError> {
    let (district, now, by) = (*tx.district(), tx.now(), tx.actor().label.clone());
    for piece in pieces {
        let digest = piece.file.as_ref().map(FileBytes::digest);
        if digest.is_some()
            && tx
                .opt(
                    &sql::SAME_FILE,
                    args![district, case.id, piece.kind, digest],
                )?
                .is_some()
        {
            continue;
        }
        let id: CaseEvidenceId = tx.new_id();
        let row = id.to_string();
        let vault = tx.vault();
        let text = vault.seal(TEXT, &row, piece.text.trim());
        let file = piece.file.as_ref();
        let sealed = file.map(|file| file.sealed(vault, FILE, &row));
        let name = file.map(FileBytes::kept_name);
        tx.exec(
            &sql::INSERT_EVIDENCE,
            args![
                district,
                id,
                case.id,
                event,
                piece.kind,
                text,
                piece.amount,
                name,
                file.map(|file| file.media.clone()),
                file.map(|file| file.bytes.len()),
                digest,
                sealed,
                now,
                by
            ],
        )?;
    }
    Ok(())
}

/// Other words for a piece, sealed.
pub(super) fn sealed_text(tx: &Tx, piece: CaseEvidenceId, text: &str) -> Vec<u8> {
    tx.vault().seal(TEXT, &piece.to_string(), text)
}

/// The evidence of a case, oldest first, without the files.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn evidence(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseId,
) -> Result<Vec<EvidenceLine>, CaseError> {
    load::visible(tx, may, id)?;
    let district = *tx.district();
    let rows = tx.all(&sql::EVIDENCE, args![district, id])?;
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: CaseEvidenceId = row.get(0)?;
        let text = row.bytes(2)?.unwrap_or_default();
        let digest: Option<Vec<u8>> = row.get(6)?;
        lines.push(EvidenceLine {
            id,
            kind: row.get(1)?,
            text: tx.vault().open(TEXT, &id.to_string(), text)?,
            amount: row.get(3)?,
            file: row.get(4)?,
            size: row.get(5)?,
            digest: digest.map(|bytes| bytes.iter().map(|b| format!("{b:02x}")).collect()),
            added_at: row.get(7)?,
            added_by: row.get(8)?,
        });
    }
    Ok(lines)
}

/// One file of a case, to take along. That it was taken is entered (下载留痕): from then on a copy lies outside the
/// program.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach, or when the piece has no file.
pub fn evidence_file(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseId,
    piece: CaseEvidenceId,
) -> Result<FileBytes, CaseError> {
    let case = load::visible(tx, may, id)?;
    let district = *tx.district();
    let row = tx
        .opt(&sql::EVIDENCE_FILE, args![district, id, piece])?
        .ok_or(CaseError::NotFound)?;
    let sealed = row.bytes(2)?.ok_or(CaseError::NotFound)?;
    let text = |at| Ok::<_, StoreError>(row.get::<Option<String>>(at)?.unwrap_or_default());
    let names = (text(0)?, text(1)?);
    let file = FileBytes::opened(tx.vault(), (FILE, &piece.to_string()), names, sealed)?;
    tx.audit(
        Audit::of("case.evidence_taken", "case", id)
            .at(&case.org_path)
            .detail(json!({ "no": case.no, "evidence": piece })),
    )?;
    Ok(file.renamed(&format!("{}-{piece}", case.no)))
}
