//! 受理: a case comes in by a door. The same submission twice is one case, and so is the same matter by two doors.

use kernel::case_kind::{CaseKind, Opening, Outcome};
use kernel::ids::{CaseEventId, CaseId, CasePartyId};
use kernel::{EmployerId, MobilePhone, OrgPath, Refusals};
use serde_json::json;
use store::idempotency::Answer;
use store::jobs::Event;
use store::{Audit, StoreError, Tx, args};

use super::keep::{self, Act};
use super::load::{self, FIELDS, handler, to_json};
use super::model::{Case, CaseRef, NewCase, Progress, Reporter, org_of};
use super::{CaseError, desks, evidence, kinds, matter, season, second, sent, sql};
use crate::orgs::{self, OrgRef};

/// Kind of blind index of a reporter's phone.
const PHONE: &str = "phone";
/// Kind of blind index of a receipt.
const RECEIPT: &str = "case.receipt";
/// Characters of a receipt: no letter or digit that is read for another.
const RECEIPT_LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Length of a receipt: 30¹² is beyond trying.
const RECEIPT_LENGTH: usize = 12;

/// Opens a case (受理登记). The route of its kind finds the desk and, by name, who answers there; the clocks of
/// intake start. A second arrival of the same submission (`key`) gets the first case, and the same matter by
/// another door is noted on the open case instead of becoming a second one.
///
/// # Errors
/// [`CaseError::Refused`] with everything that is wrong with the intake; [`CaseError::NotFound`] for a place
/// outside the caller's reach, unless the door is public.
pub fn open(tx: &mut Tx, new: &NewCase) -> Result<CaseRef, CaseError> {
    let Some(key) = &new.key else {
        return open_once(tx, new);
    };
    let actor = tx.actor();
    let who = actor.account.map_or_else(
        || format!("case:{}", new.door),
        |account| account.to_string(),
    );
    let content = format!("{:?}", (&new.kind, &new.title, &new.fields, &new.reporter));
    let answer = tx.once::<CaseError>(&who, key, content.as_bytes(), |tx| {
        let opened = open_once(tx, new)?;
        Ok(Answer::new(
            201,
            json!({ "id": opened.id, "no": opened.no, "again": opened.again }),
        ))
    })?;
    let text = |name: &str| answer.body.get(name).and_then(|value| value.as_str());
    let id: CaseId = text("id")
        .and_then(|id| id.parse().ok())
        .ok_or(CaseError::NotFound)?;
    let second = answer.body.get("again") == Some(&json!(true));
    Ok(CaseRef {
        id,
        no: text("no").unwrap_or_default().to_owned(),
        receipt: receipt(tx, id),
        again: answer.again || second,
    })
}

/// The case that a submission with this key became, whatever came with it: for a phone that sends again after it had
/// been heard, and for the page that tells so. The key is known only to the form that made it.
///
/// # Errors
/// The store failed.
pub fn by_key(tx: &mut Tx, door: &str, key: &str) -> Result<Option<CaseRef>, CaseError> {
    let Some(answer) = tx.answered(&format!("case:{door}"), key)? else {
        return Ok(None);
    };
    let text = |name: &str| answer.body.get(name).and_then(|value| value.as_str());
    let id: Option<CaseId> = text("id").and_then(|id| id.parse().ok());
    Ok(id.map(|id| CaseRef {
        id,
        no: text("no").unwrap_or_default().to_owned(),
        receipt: receipt(tx, id),
        again: true,
    }))
}

fn open_once(tx: &mut Tx, new: &NewCase) -> Result<CaseRef, CaseError> {
    let (district, today) = (*tx.district(), tx.today());
    let kind = kinds::kind(&new.kind, district, today)?;
    let mut new = concerning(kind, new);
    // Who it is about, if the register knows the name: two spellings are one employer.
    let unit = matter::unit(tx, kind, &new.fields)?;
    new.respondent = new.respondent.or(unit);
    let new = &new;
    let place = place(tx, kind, new)?;
    let almanac = season::almanac(tx)?;
    let opening = Opening {
        door: new.door.clone(),
        grade: new.grade.clone(),
        fields: new.fields.clone(),
        ladder: desks::ladder(tx, kind, &place.path)?,
    };
    let phone = phone_of(new.reporter.as_ref())?;
    let outcome = kind.open(&almanac, tx.now(), opening)?;
    if new.title.trim().is_empty() {
        return Err(CaseError::Invalid {
            field: "title",
            code: "case.title",
            message: "请用一句话写明是什么事".to_owned(),
        });
    }
    papers(kind, new)?;
    // A report is never put with anything else: what else the same person said shows who it is.
    let sealed = kind.is_sealed(&outcome.case.fields);
    let fields = &outcome.case.fields;
    let about = matter::About {
        kind,
        fields,
        new,
        phone: phone.as_deref(),
    };
    let matter = (!sealed).then(|| about.index(tx, unit)).flatten();
    // A case that the desks below must not know of lies with the desk that answers.
    let path = if kind.is_confined(&outcome.case.fields) {
        outcome.case.owner.desk.clone()
    } else {
        place.path.clone()
    };
    let mut known = about.open(tx, matter.as_deref())?;
    if known.is_none() && unit.is_some() && !sealed {
        // Filed before the register knew the employer.
        let as_written = about.index(tx, None);
        known = about.open(tx, as_written.as_deref())?;
    }
    if let Some(known) = &known
        && knows_who(tx, new)
    {
        return second_door(tx, new, known);
    }
    let opened = Intake {
        kind,
        new,
        place: &place,
        path: &path,
        outcome: &outcome,
        matter,
        phone,
    };
    let filed = tx.across(
        "a case is filed for the desk that answers, by whoever comes",
        |tx| file(tx, &opened),
    )?;
    if let Some(known) = known {
        // Whoever types a phone number is not yet its owner: the desk gets one case, the sender a receipt of the own
        // words and nothing of what is on file.
        second_door(tx, new, &known)?;
        second::fold(tx, filed.id, &known)?;
    }
    Ok(filed)
}

/// In a kind that asks for the person concerned by a field of its own (申请人), that one is who reported: found, called and
/// masked like any other.
fn concerning(kind: &CaseKind, new: &NewCase) -> NewCase {
    let mut new = new.clone();
    let field = kind.person_field();
    let named = field.and_then(|field| new.fields.get(&field.name));
    let named = named.map(|name| name.trim().to_owned());
    if let Some(name) = named.filter(|name| !name.is_empty()) {
        let reporter = new.reporter.get_or_insert_default();
        if reporter.name.trim().is_empty() {
            reporter.name = name;
        }
    }
    new
}

/// Whether it is known who comes: a worker who has signed in, or staff who take it in.
fn knows_who(tx: &Tx, new: &NewCase) -> bool {
    let actor = tx.actor();
    let member = new.reporter.as_ref().and_then(|one| one.member);
    actor.account.is_some() || member.is_some() || new.link.is_some()
}

/// Papers that come with it: of a kind the case knows, and fit to be kept.
fn papers(kind: &CaseKind, new: &NewCase) -> Result<(), CaseError> {
    evidence::check(&new.evidence)?;
    for piece in &new.evidence {
        if !kind.evidence.iter().any(|one| one.id == piece.kind) {
            return Err(CaseError::refused(
                "case.unknown_evidence",
                format!("没有名为「{}」的证据种类", piece.kind),
            ));
        }
    }
    Ok(())
}

/// Everything that is written for a new case.
struct Intake<'a> {
    kind: &'static CaseKind,
    new: &'a NewCase,
    place: &'a OrgRef,
    /// Under which it lies: who has this in reach sees it.
    path: &'a OrgPath,
    outcome: &'a Outcome,
    matter: Option<Vec<u8>>,
    phone: Option<String>,
}

/// The union of the place: within reach of a post, anywhere in the district for a public door or a worker.
fn place(tx: &mut Tx, kind: &CaseKind, new: &NewCase) -> Result<OrgRef, CaseError> {
    let wanted = new.place.ok_or(CaseError::Invalid {
        field: "place",
        code: "case.place",
        message: "请选择事情发生在哪里（镇街、村社或企业）".to_owned(),
    })?;
    let org = orgs::named(tx, wanted)?;
    let public = kind
        .door
        .iter()
        .any(|door| door.id == new.door && door.public);
    if public || tx.actor().scope.covers(&org.path) {
        Ok(org)
    } else {
        Err(CaseError::NotFound)
    }
}

fn phone_of(reporter: Option<&Reporter>) -> Result<Option<String>, CaseError> {
    let typed = reporter.map_or("", |one| one.phone.trim());
    if typed.is_empty() {
        return Ok(None);
    }
    MobilePhone::parse(typed)
        .map(|phone| Some(phone.as_str().to_owned()))
        .map_err(|_| {
            CaseError::Refused(Refusals::one(
                "case.phone",
                "联系电话应为 11 位手机号；不愿留可以空着",
            ))
        })
}

/// The same matter by a second door: noted on the open case, with what was said there.
fn second_door(tx: &mut Tx, new: &NewCase, known: &CaseRef) -> Result<CaseRef, CaseError> {
    let case = load::whole(tx, known.id)?;
    let said: Vec<String> = new
        .fields
        .iter()
        .filter(|(_, value)| !value.trim().is_empty())
        // The person's name stands with the persons, not in the words.
        .filter(|(name, _)| !case.kind.field(name).is_some_and(|field| field.person))
        .map(|(name, value)| {
            let title = case
                .kind
                .field(name)
                .map_or(name.as_str(), |field| &field.title);
            format!("{title}：{}", value.trim())
        })
        .collect();
    let door = door_title(case.kind, &new.door);
    let mut note = format!("{door}再次反映：{}；{}", new.title.trim(), said.join("；"));
    // Staff who entered it say how the person agreed, at every door.
    if let Some(consent) = &new.on_behalf {
        note = format!("{note}\n代办：{consent}");
    }
    let act = Act {
        verb: "@door",
        note: &note,
        closing: None,
        audit: "case.second_door",
        event: "case.second_door",
    };
    let state = case.now.state.clone();
    let on_behalf = new.on_behalf.is_some() || tx.actor().on_behalf.is_some();
    let states = (state.as_str(), state.as_str());
    let event = keep::event_for(tx, case.id, states, &act, &[], on_behalf)?;
    evidence::keep(tx, &case, event, &new.evidence)?;
    tx.audit(
        Audit::of(act.audit, "case", case.id)
            .at(&case.org_path)
            .detail(json!({ "no": case.no, "door": new.door, "on_behalf": on_behalf })),
    )?;
    tx.emit(Event::of(
        act.event,
        case.id,
        json!({ "no": case.no, "door": new.door }),
    ))?;
    Ok(known.clone())
}

fn door_title<'a>(kind: &'a CaseKind, door: &'a str) -> &'a str {
    let found = kind.door.iter().find(|one| one.id == door);
    found.map_or(door, |one| one.title.as_str())
}

fn file(tx: &mut Tx, intake: &Intake<'_>) -> Result<CaseRef, CaseError> {
    let (district, now, id): (_, _, CaseId) = (*tx.district(), tx.now(), tx.new_id());
    let no = number(tx, &intake.kind.mark)?;
    let after = &intake.outcome.case;
    let code = receipt(tx, id);
    let receipt_index = tx.vault().blind_index(RECEIPT, &code);
    let sealed = intake.kind.is_sealed(&after.fields);
    let fields = tx
        .vault()
        .seal(FIELDS, &id.to_string(), &to_json(&after.fields)?);
    let almanac = kinds::almanac(district, now.shanghai_date());
    let next_due = intake.kind.next_due(&almanac, after);
    let reporter = intake.new.reporter.as_ref();
    let link = intake.new.link;
    tx.exec(
        &sql::INSERT_FILE,
        args![
            district,
            id,
            no,
            intake.kind.id,
            intake.kind.hash,
            after.door,
            intake.place.id,
            intake.path,
            intake.new.title.trim(),
            after.grade,
            after.state,
            org_of(&after.owner)?,
            after.owner.desk,
            after.owner.level,
            handler(&after.owner),
            // Nor does a member's number lead to a sealed reporter.
            reporter.and_then(|one| one.member).filter(|_| !sealed),
            tx.actor().account,
            link.map(|(kind, _)| kind),
            link.map(|(_, id)| id),
            intake.matter,
            receipt_index,
            sealed,
            fields,
            to_json(&Progress::default())?,
            after.fresh,
            after.suspended,
            after.waiting,
            after.alarm,
            next_due,
            now
        ],
    )?;
    if let Some(watch) = &after.watch {
        // A collective matter is watched from above from its first moment.
        let by = (org_of(watch)?, handler(watch));
        tx.exec(
            &sql::WATCH,
            args![district, id, by.0, watch.desk, watch.level, by.1],
        )?;
    }
    people(tx, intake, id, sealed)?;
    record(tx, intake, id, &no)?;
    Ok(CaseRef {
        id,
        no,
        receipt: code,
        again: false,
    })
}

/// Clocks, the first act, the log, the outbox.
fn record(tx: &mut Tx, intake: &Intake<'_>, id: CaseId, no: &str) -> Result<(), CaseError> {
    let after = &intake.outcome.case;
    let case = Case {
        id,
        no: no.to_owned(),
        kind: intake.kind,
        place: intake.place.id,
        org_path: intake.path.clone(),
        title: intake.new.title.clone(),
        now: kernel::case_kind::Snapshot {
            clocks: Vec::new(),
            ..after.clone()
        },
        ended_at: None,
        closing: None,
        member: None,
        link: None,
        sealed_reporter: false,
        opened_at: tx.now(),
        opened_by: None,
        version: 1,
        clock_ids: Vec::new(),
    };
    let almanac = kinds::almanac(*tx.district(), tx.today());
    keep::clocks(tx, &case, &almanac, &after.clocks)?;
    let digest = sent::keep(tx, &case, &intake.new.evidence)?;
    let consent = intake.new.on_behalf.as_deref().unwrap_or_default();
    let act = Act {
        verb: "@open",
        note: consent,
        closing: None,
        audit: "case.opened",
        event: "case.opened",
    };
    let on_behalf = intake.new.on_behalf.is_some();
    let states = ("", after.state.as_str());
    let happened = &intake.outcome.happened;
    let event: CaseEventId = keep::event_for(tx, id, states, &act, happened, on_behalf)?;
    evidence::keep(tx, &case, event, &intake.new.evidence)?;
    if let Some(from) = intake.new.from {
        let (district, now) = (*tx.district(), tx.now());
        tx.exec(&sql::INSERT_LINK, args![district, from, id, "led_to", now])?;
    }
    let detail = json!({
        "no": no, "kind": intake.kind.id, "definition": intake.kind.hash, "door": after.door,
        "grade": after.grade, "owner": after.owner.org, "level": after.owner.level,
        "sent": digest, "on_behalf": on_behalf,
    });
    let path = intake.path;
    tx.audit(Audit::of(act.audit, "case", id).at(path).detail(detail))?;
    let link = intake.new.link;
    tx.emit(Event::of(
        act.event,
        id,
        json!({
            "no": no, "kind": intake.kind.id, "state": after.state, "grade": after.grade,
            "link_kind": link.map(|(kind, _)| kind), "link_id": link.map(|(_, id)| id.to_string()),
            "org_path": path.as_str(),
        }),
    ))?;
    Ok(())
}

/// Sealed columns of a party.
pub(super) const NAME: &str = "case_party.name_sealed";
/// The other one.
pub(super) const PARTY_PHONE: &str = "case_party.phone_sealed";

fn people(tx: &mut Tx, intake: &Intake<'_>, case: CaseId, sealed: bool) -> Result<(), CaseError> {
    if let Some(reporter) = &intake.new.reporter {
        party(
            tx,
            case,
            "reporter",
            reporter,
            intake.phone.as_deref(),
            sealed,
        )?;
    }
    match intake.new.respondent {
        Some(employer) => respondent(tx, case, employer),
        None => Ok(()),
    }
}

/// The case is about this employer of the register.
pub(super) fn respondent(tx: &mut Tx, case: CaseId, employer: EmployerId) -> Result<(), CaseError> {
    let (district, now, id): (_, _, CasePartyId) = (*tx.district(), tx.now(), tx.new_id());
    let none: Option<Vec<u8>> = None;
    let nobody: Option<kernel::ids::AccountId> = None;
    let no_member: Option<kernel::ids::MemberId> = None;
    tx.exec(
        &sql::INSERT_PARTY,
        args![
            district,
            id,
            case,
            "respondent",
            nobody,
            no_member,
            employer,
            "用人单位",
            none,
            none,
            none,
            none,
            false,
            now
        ],
    )?;
    Ok(())
}

/// Adds somebody whose name is sealed.
pub(super) fn party(
    tx: &mut Tx,
    case: CaseId,
    role: &str,
    who: &Reporter,
    phone: Option<&str>,
    secret: bool,
) -> Result<(), CaseError> {
    let (district, now, id): (_, _, CasePartyId) = (*tx.district(), tx.now(), tx.new_id());
    let row = id.to_string();
    let vault = tx.vault();
    let name = (!who.name.trim().is_empty()).then(|| vault.seal(NAME, &row, who.name.trim()));
    let sealed_phone = phone.map(|phone| vault.seal(PARTY_PHONE, &row, phone));
    // A sealed reporter is not found by the phone or the name either.
    let index = phone
        .filter(|_| !secret)
        .map(|phone| vault.blind_index(PHONE, phone));
    let named = super::find::name_index(vault, &who.name).filter(|_| !secret);
    let label = match (secret, name.is_some()) {
        (true, _) => "举报人（已密封）",
        (false, true) if role == super::identity::JOINED => "反映人（并入）",
        (false, true) => "反映人",
        (false, false) => "匿名",
    };
    let nobody: Option<kernel::ids::AccountId> = None;
    let no_employer: Option<EmployerId> = None;
    let member = who.member.filter(|_| !secret);
    tx.exec(
        &sql::INSERT_PARTY,
        args![
            district,
            id,
            case,
            role,
            nobody,
            member,
            no_employer,
            label,
            name,
            sealed_phone,
            index,
            named,
            secret,
            now
        ],
    )?;
    Ok(())
}

/// The next number of a mark in the present year: `YJ2026-00012`. Numbers rise without gaps: a submission that
/// fails takes its number back with its transaction.
fn number(tx: &mut Tx, mark: &str) -> Result<String, StoreError> {
    let (district, year) = (*tx.district(), i64::from(tx.today().year()));
    let row = tx.one(&sql::NEXT_NO, args![district, mark, year])?;
    let last: i64 = row.get(0)?;
    Ok(format!("{mark}{year}-{last:05}"))
}

/// The code by which whoever reported can look the case up: made from the case and a key, so that it need not be
/// stored and can be printed again.
pub(super) fn receipt(tx: &Tx, id: CaseId) -> String {
    let mac = tx.vault().derive("case.receipt", id.to_string().as_bytes());
    mac.iter()
        .take(RECEIPT_LENGTH)
        .filter_map(|byte| RECEIPT_LETTERS.get(usize::from(*byte) % RECEIPT_LETTERS.len()))
        .map(|byte| char::from(*byte))
        .collect()
}

/// The blind index of a receipt as people type it.
pub(super) fn receipt_index(tx: &Tx, typed: &str) -> Vec<u8> {
    let code: String = typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    tx.vault().blind_index(RECEIPT, &code)
}
