//! Issuing: the number, the final text and its digest come into being together, or not at all.

use kernel::Refusals;
use kernel::ids::LetterId;
use serde_json::json;
use store::{Tx, args};

use super::draft::{addressee, reply_clock, value_refusals};
use super::{changed, ready, told};
use crate::letters::flow::Verb;
use crate::letters::model::{Issued, Signing};
use crate::letters::organs::organ_code;
use crate::letters::paper::{Paper, digest};
use crate::letters::read::{Held, broken, drawn, sealed};
use crate::letters::render::BLANK;
use crate::letters::template::{self, Rule};
use crate::letters::{LetterError, sql};
use crate::orgs::{self, OrgRef};

/// Issues a document (签发): it gets the next number of its organ, type and year, and a text that never changes again.
/// What the template made of the fields (拟稿) is kept beside it. The caller holds `documents.issue`; the organ must lie
/// in its scope.
///
/// # Errors
/// Every reason at once: missing fields, blanks in the text, no 机关代字, a signer the template does not allow, an organ
/// above one's own. Then no number is used.
pub fn issue(
    tx: &mut Tx,
    id: LetterId,
    version: i64,
    signing: &Signing,
) -> Result<Issued, LetterError> {
    let held = ready(tx, id, version, Verb::Issue)?;
    let rule = template::at(&held.line.template, *tx.district(), tx.today())?;
    let organ = orgs::named(tx, held.line.organ)?;
    let code = permit(tx, rule, &held, &organ, signing)?;
    let number = next_number(tx, &organ, &rule.body.series, &code)?;
    let draft = drawn(tx, rule, &organ.name, &held.content.values, "")?;
    let mut paper = drawn(tx, rule, &organ.name, &held.content.values, &number.text)?;
    if let Some(body) = &held.content.rewritten {
        paper.body.clone_from(body);
    }
    let issued = write(tx, rule, &held, signing, &number, (&draft, &paper))?;
    let detail = json!({
        "number": issued.number, "digest": issued.digest, "template": rule.title(), "definition": rule.definition.hash,
        "rewritten": held.content.rewritten.is_some().then_some(true), "signer_post": signing.post,
    });
    told(tx, "letter.issued", &held.line, "", detail)?;
    Ok(issued)
}

/// The organ's code, when nothing stands against issuing.
fn permit(
    tx: &mut Tx,
    rule: Rule,
    held: &Held,
    organ: &OrgRef,
    signing: &Signing,
) -> Result<String, LetterError> {
    let mut refusals = Refusals::new();
    let own = tx.actor().scope.covers(&organ.path);
    refusals.require(
        own,
        "letter.not_your_organ",
        format!("{}的文书由它自己签发，您可以拟稿后请它签发", organ.name),
    );
    let code = organ_code(tx, organ)?;
    let message = format!("{}还没有机关代字，请先在“机关代字”里登记", organ.name);
    refusals.require(code.is_some(), "letter.no_organ_code", message);
    value_refusals(rule, &held.content.values, &mut refusals);
    if refusals.is_empty() && held.content.rewritten.is_some() {
        let body = held.content.rewritten.iter().flatten();
        let blank = body.into_iter().any(|block| block.text.contains(BLANK));
        refusals.require(!blank, "letter.blank", "改写过的正文里还有空白没有填");
    }
    let allowed = &rule.body.signer;
    if !allowed.is_empty() {
        let who = allowed.join("或者");
        refusals.require(
            allowed.iter().any(|post| *post == signing.post.trim()),
            "letter.signer_post",
            format!("{}由{who}签发，请选择签发人职务", rule.title()),
        );
    }
    refusals.require(
        !signing.signer.trim().is_empty(),
        "letter.signer",
        "请填写签发人姓名",
    );
    refusals.into_result().map_err(LetterError::Refused)?;
    Ok(code.unwrap_or_default())
}

/// A number just allocated.
struct Number {
    year: i64,
    serial: i64,
    text: String,
}

/// 机关代字〔年份〕序号号: full-width brackets, no 第, no leading zero (GB/T 9704-2012 7.2.5).
fn next_number(
    tx: &mut Tx,
    organ: &OrgRef,
    series: &str,
    code: &str,
) -> Result<Number, LetterError> {
    let (district, year) = (*tx.district(), i64::from(tx.today().year()));
    let row = tx.one(&sql::NEXT_NUMBER, args![district, organ.id, series, year])?;
    let serial = row.get::<i64>(0)?;
    Ok(Number {
        year,
        serial,
        text: format!("{code}{series}〔{year}〕{serial}号"),
    })
}

fn write(
    tx: &mut Tx,
    rule: Rule,
    held: &Held,
    signing: &Signing,
    number: &Number,
    (draft, paper): (&Paper, &Paper),
) -> Result<Issued, LetterError> {
    let line = &held.line;
    let (district, today, now) = (*tx.district(), tx.today(), tx.now());
    let (row, by) = (line.id.to_string(), tx.actor().label.clone());
    let (drafted, text) = (
        draft.canonical().map_err(broken)?,
        paper.canonical().map_err(broken)?,
    );
    let fingerprint = digest(&text);
    let shown = addressee(tx, rule, &line.organ_name, &held.content.values)?;
    let vault = tx.vault();
    let values = args![
        district,
        line.id,
        line.version,
        number.year,
        number.serial,
        number.text,
        today,
        signing.signer.trim(),
        signing.post.trim(),
        by,
        fingerprint,
        vault.seal(sealed::DRAFT, &row, &drafted),
        vault.seal(sealed::ISSUED, &row, &text),
        rule.definition.hash,
        shown,
        now,
        rule.body.delivered,
        reply_clock(rule),
        rule.title(),
        rule.body.series
    ];
    changed(tx.exec(&sql::ISSUE, values)?)?;
    Ok(Issued {
        number: number.text.clone(),
        digest: fingerprint,
        on: today,
    })
}
