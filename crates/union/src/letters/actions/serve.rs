//! Delivery and answer.

use kernel::ids::LetterId;
use kernel::{Due, Refusals};
use serde_json::json;
use store::{Tx, args};

use super::{changed, ready, told};
use crate::letters::LetterError;
use crate::letters::flow::Verb;
use crate::letters::model::{Answer, Method, NewDelivery};
use crate::letters::read::{held, sealed};
use crate::letters::sql;

/// Longest note, in characters.
const LONGEST: usize = 1_000;

/// Records a delivery (登记送达). The first one, also when it was refused, is the day of receipt from which the reply
/// clock runs; the last day for the answer comes back, for a case to start its own clock from.
///
/// # Errors
/// Not issued, or not a document that is served; a day before the issue or in the future; a refusal without particulars.
pub fn serve(
    tx: &mut Tx,
    id: LetterId,
    version: i64,
    new: &NewDelivery,
) -> Result<Option<Due>, LetterError> {
    let before = ready(tx, id, version, Verb::Serve)?;
    let mut refusals = Refusals::new();
    let (today, issued_on) = (tx.today(), before.line.issued_on);
    refusals.require(
        new.on <= today,
        "letter.served_future",
        "送达日期不能晚于今天",
    );
    refusals.require(
        issued_on.is_none_or(|on| new.on >= on),
        "letter.served_early",
        "送达日期不能早于签发日期",
    );
    let note = new.note.trim();
    let told_how = !note.is_empty();
    refusals.require(
        !new.receiver.trim().is_empty(),
        "letter.receiver",
        "请填写收件人，拒收的写拒收人",
    );
    refusals.require(
        !new.refused || told_how,
        "letter.refusal_note",
        "拒收的，请写明经过和见证人",
    );
    refusals.require(
        new.method != Method::Left || told_how,
        "letter.left_note",
        "留置送达，请写明经过和见证人",
    );
    refusals.require(
        note.chars().count() <= LONGEST,
        "letter.note_long",
        "情况说明太长，最多 1000 个字",
    );
    refusals.into_result().map_err(LetterError::Refused)?;
    let (district, now, by) = (*tx.district(), tx.now(), tx.actor().label.clone());
    changed(tx.exec(&sql::SERVE, args![district, id, version, new.on, now])?)?;
    let no = tx.all(&sql::DELIVERIES, args![district, id])?.len() + 1;
    let values = args![
        district,
        id,
        i64::try_from(no).unwrap_or(i64::MAX),
        new.method.id(),
        new.receiver.trim(),
        new.refused,
        new.on,
        note,
        by,
        now
    ];
    tx.exec(&sql::INSERT_DELIVERY, values)?;
    let line = held(tx, id)?.line;
    let detail = json!({
        "number": line.number, "method": new.method.title(), "refused": new.refused, "on": new.on.to_string(),
        "due_on": line.reply_due.map(|due| due.date.to_string()),
    });
    told(tx, "letter.served", &line, "", detail)?;
    Ok(line.reply_due)
}

/// Records the answer a document asked for (登记答复).
///
/// # Errors
/// Not served, or no answer was asked for; a day before the delivery or in the future; no words.
pub fn answer(tx: &mut Tx, id: LetterId, version: i64, new: &Answer) -> Result<(), LetterError> {
    let held = ready(tx, id, version, Verb::Answer)?;
    let mut refusals = Refusals::new();
    let (today, received_on) = (tx.today(), held.line.received_on);
    refusals.require(
        new.on <= today,
        "letter.answer_future",
        "答复日期不能晚于今天",
    );
    refusals.require(
        received_on.is_none_or(|on| new.on >= on),
        "letter.answer_early",
        "答复日期不能早于送达日期",
    );
    let summary = new.summary.trim();
    refusals.require(
        !summary.is_empty(),
        "letter.answer_summary",
        "请写明答复的内容",
    );
    refusals.require(
        summary.chars().count() <= LONGEST,
        "letter.answer_long",
        "答复内容太长，最多 1000 个字",
    );
    refusals.into_result().map_err(LetterError::Refused)?;
    let (district, now) = (*tx.district(), tx.now());
    let text = tx.vault().seal(sealed::ANSWER, &id.to_string(), summary);
    let values = args![district, id, version, new.on, new.outcome.id(), text, now];
    changed(tx.exec(&sql::ANSWER, values)?)?;
    let late = held.line.reply_due.is_some_and(|due| new.on > due.date);
    let detail = json!({
        "number": held.line.number, "answer": new.outcome.title(), "on": new.on.to_string(), "late": late.then_some(true),
    });
    told(tx, "letter.answered", &held.line, "", detail)
}
