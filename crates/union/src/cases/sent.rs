//! 存证 proof: what somebody sent, word for word, with the moment and its SM3. The receipt carries the digest; the union
//! can show the text it stands for, and anybody who holds the paper can have it compared.
//!
//! Name and phone are left out of the text: a digest over them would let somebody who knows the rest try numbers.

use std::fmt::Write as _;

use kernel::Instant;
use kernel::ids::CaseId;
use sm3::{Digest, Sm3};
use store::{Tx, args};

use super::model::{Case, NewEvidence};
use super::{CaseError, load, read, sql};
use crate::access::CapabilitySet;
use crate::orgs;

/// The sealed column.
const TEXT: &str = "case_sent.text_sealed";

/// What was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// When it arrived.
    pub at: Instant,
    /// SM3 of the text, hexadecimal.
    pub digest: String,
    /// The text.
    pub text: String,
}

fn sm3(bytes: &[u8]) -> String {
    Sm3::digest(bytes)
        .iter()
        .fold(String::new(), |mut out, byte| {
            let _ = write!(out, "{byte:02x}");
            out
        })
}

/// Keeps what a new case came with. Answers the digest.
pub(super) fn keep(
    tx: &mut Tx,
    case: &Case,
    evidence: &[NewEvidence],
) -> Result<String, CaseError> {
    let place = orgs::named(tx, case.place)?.name;
    let mut text = format!(
        "{}\n编号：{}\n时间：{}（{}）\n属地：{place}\n",
        case.kind.title,
        case.no,
        case.opened_at.shanghai_text(),
        case.opened_at.ms(),
    );
    for field in case.kind.field.iter().filter(|field| !field.person) {
        if let Some(value) = case.now.fields.get(&field.name) {
            let _ = writeln!(text, "{}：{value}", field.title);
        }
    }
    for piece in evidence {
        let file = piece.file.as_ref();
        let name = file.map_or("", |file| file.name.as_str());
        let digest = file.map(|file| sm3(&file.bytes)).unwrap_or_default();
        let _ = writeln!(text, "附件：{} {name} {digest}", piece.text.trim());
    }
    let digest = sm3(text.as_bytes());
    let sealed = tx.vault().seal(TEXT, &case.id.to_string(), &text);
    let (district, at) = (*tx.district(), case.opened_at);
    tx.exec(
        &sql::INSERT_SENT,
        args![district, case.id, at, digest, sealed],
    )?;
    Ok(digest)
}

fn read_sent(tx: &mut Tx, id: CaseId) -> Result<Option<Sent>, CaseError> {
    let district = *tx.district();
    let Some(row) = tx.opt(&sql::SENT, args![district, id])? else {
        return Ok(None);
    };
    let sealed = row.bytes(2)?.unwrap_or_default();
    Ok(Some(Sent {
        at: row.get(0)?,
        digest: row.get(1)?,
        text: tx.vault().open(TEXT, &id.to_string(), sealed)?,
    }))
}

/// Takes away the text when a case's time is up (到期销毁); a digest alone says nothing of it.
pub(super) fn empty(tx: &mut Tx, id: CaseId) -> Result<(), CaseError> {
    let sealed = tx.vault().seal(TEXT, &id.to_string(), "");
    let district = *tx.district();
    tx.exec(&sql::EMPTY_SENT, args![district, id, sealed])?;
    Ok(())
}

/// What a case came with; nothing for cases older than this.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn sent(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<Option<Sent>, CaseError> {
    load::entered(tx, may, id)?;
    read_sent(tx, id)
}

/// The same for whoever holds the receipt: what that person sent.
///
/// # Errors
/// [`CaseError::NotFound`] for a wrong receipt.
pub fn sent_by_receipt(tx: &mut Tx, code: &str) -> Result<Option<Sent>, CaseError> {
    let id = read::by_receipt(tx, code)?.ok_or(CaseError::NotFound)?;
    read_sent(tx, id)
}

/// Whether a digest, as somebody reads it off a paper, is that of what a case came with, and whether the text kept
/// still has it.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn verify(tx: &mut Tx, may: CapabilitySet, id: CaseId, typed: &str) -> Result<bool, CaseError> {
    let typed: String = typed
        .chars()
        .filter(char::is_ascii_hexdigit)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let sent = sent(tx, may, id)?;
    Ok(sent.is_some_and(|sent| sent.digest == typed && sm3(sent.text.as_bytes()) == typed))
}
