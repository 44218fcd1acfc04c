//! Entering and correcting employers: one way in for forms, imports and departments' files.

use kernel::{CreditCode, Date, EmployerId, OrgId, OrgPath, pinyin};
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::before::{self, Beside};
use super::super::model::{
    CodeKind, Employer, EmployerDraft, EmployerRef, EmployerState, UpsertOutcome, Upserted,
};
use super::super::{EmployerError, matching, read, sql};
use crate::orgs::{self, OrgRef};

/// Longest name an employer may have, in characters.
const NAME_MAX: usize = 120;

/// Enter an employer or teach a known one what is new (登记、导入).
///
/// The unified credit code decides; without one a code of another office, then the core of the name. A name
/// that only resembles known ones waits in the queue for a person, and nothing is entered meanwhile.
///
/// # Errors
/// A field is not acceptable, or the employer is filed with a union outside the caller's scope.
pub fn upsert(tx: &mut Tx, draft: &EmployerDraft) -> Result<Upserted, EmployerError> {
    let checked = Checked::of(tx, draft)?;
    let known = known(tx, &checked)?;
    match known.as_slice() {
        [only] => update(tx, only, draft, &checked),
        [] if checked.credit_code.is_some() => create(tx, draft, &checked),
        [] => match matching::ask(tx, draft, &checked.core)? {
            Some(asked) => Ok(Upserted {
                id: None,
                outcome: UpsertOutcome::Queued(asked),
            }),
            None => create(tx, draft, &checked),
        },
        several => {
            let asked = matching::ask_about(tx, draft, several)?;
            Ok(Upserted {
                id: None,
                outcome: UpsertOutcome::Queued(asked),
            })
        }
    }
}

/// The fields that are checked before anything is asked of the store.
pub(super) struct Checked {
    name: String,
    core: String,
    pub(super) credit_code: Option<String>,
    pub(super) others: Vec<(CodeKind, String)>,
}

impl Checked {
    pub(super) fn of(tx: &Tx, draft: &EmployerDraft) -> Result<Self, EmployerError> {
        let name = kernel::text::trim(&draft.name).to_owned();
        if !(2..=NAME_MAX).contains(&name.chars().count()) {
            return Err(EmployerError::invalid(
                "name",
                "employer.name",
                format!("请填写单位全称，2 到 {NAME_MAX} 个字"),
            ));
        }
        if draft
            .headcount
            .is_some_and(|count| !(0..=1_000_000).contains(&count))
        {
            return Err(EmployerError::invalid(
                "headcount",
                "employer.headcount",
                "职工人数应为 0 到 1000000 的整数",
            ));
        }
        if let (Some(opened), Some(closed)) = (draft.opened_on, draft.closed_on)
            && closed < opened
        {
            return Err(EmployerError::invalid(
                "closed_on",
                "employer.dates",
                "终止日期不能早于成立日期",
            ));
        }
        not_later(tx.today(), draft)?;
        let mut others: Vec<(CodeKind, String)> = Vec::new();
        for (kind, code) in &draft.other_codes {
            let code = kernel::text::compact_code(code);
            if !code.is_empty() {
                others.push((*kind, code));
            }
        }
        let credit_code = credit_code(&draft.credit_code, &mut others)?;
        let core = read::rules(tx)?.core(&name);
        Ok(Self {
            name,
            core,
            credit_code,
            others,
        })
    }
}

/// Refuses a day that has not come: nobody has counted, founded or closed then.
fn not_later(today: Date, draft: &EmployerDraft) -> Result<(), EmployerError> {
    let days = [
        ("headcount_on", "统计日期", draft.headcount_on),
        ("opened_on", "成立日期", draft.opened_on),
        ("closed_on", "注销日期", draft.closed_on),
    ];
    for (field, title, day) in days {
        if let Some(day) = day.filter(|day| *day > today) {
            return Err(EmployerError::invalid(
                field,
                "employer.later",
                format!("{title} {day} 在今天（{today}）之后；请核对"),
            ));
        }
    }
    Ok(())
}

/// The credit code, checked. Old fifteen-digit and nine-character codes that were typed in its place are kept
/// as what they are; a union's own code is refused with the reason.
fn credit_code(
    typed: &str,
    others: &mut Vec<(CodeKind, String)>,
) -> Result<Option<String>, EmployerError> {
    use kernel::credit_code::{CreditCodeFault, is_organisation_code};
    match CreditCode::parse(typed) {
        Ok(code) if code.is_union() => Err(EmployerError::invalid(
            "credit_code",
            "employer.union_code",
            "这是工会自己的代码（8 开头），请填写单位的统一社会信用代码",
        )),
        Ok(code) => Ok(Some(code.as_str().to_owned())),
        Err(CreditCodeFault::Empty) => Ok(None),
        Err(CreditCodeFault::RegistrationNumber) => {
            others.push((CodeKind::Registration, kernel::text::compact_code(typed)));
            Ok(None)
        }
        Err(_) if is_organisation_code(typed) => {
            others.push((
                CodeKind::Organisation,
                kernel::text::compact_code(typed).replace('-', ""),
            ));
            Ok(None)
        }
        Err(fault) => Err(EmployerError::invalid(
            "credit_code",
            fault.code(),
            fault.to_string(),
        )),
    }
}

/// The employers this draft may mean, by the strongest evidence there is.
fn known(tx: &mut Tx, checked: &Checked) -> Result<Vec<EmployerRef>, EmployerError> {
    let codes = checked
        .credit_code
        .iter()
        .chain(checked.others.iter().map(|(_, code)| code));
    for code in codes {
        let found = read::find_anywhere(tx, code)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let mut named = tx.across("one employer is entered once in a district", |tx| {
        read::by_core(tx, &checked.core)
    })?;
    // Two employers with two credit codes are two, whatever their names.
    if checked.credit_code.is_some() {
        named
            .retain(|employer| employer.credit_code.is_none() && is_named(employer, &checked.name));
    }
    Ok(named)
}

/// Whether the name written is the registered one but for width and blanks; a code is given to nobody on a
/// shortened name alone.
fn is_named(employer: &EmployerRef, name: &str) -> bool {
    kernel::text::compact_code(&employer.name) == kernel::text::compact_code(name)
}

/// The union of the area a draft belongs to, and its town.
fn place_of(
    tx: &mut Tx,
    territory: Option<OrgId>,
) -> Result<(OrgPath, Option<OrgId>), EmployerError> {
    let area: OrgRef = match territory {
        Some(id) => orgs::get(tx, id)?,
        None => orgs::top(tx)?.ok_or(EmployerError::NotFound)?,
    };
    let town = orgs::town_of(tx, &area.path)?;
    Ok((area.path, town.map(|town| town.id)))
}

pub(super) fn create(
    tx: &mut Tx,
    draft: &EmployerDraft,
    checked: &Checked,
) -> Result<Upserted, EmployerError> {
    let (district, now, today) = (*tx.district(), tx.now(), tx.today());
    let (path, town) = place_of(tx, draft.territory)?;
    let id: EmployerId = tx.new_id();
    let counted_on = draft.headcount.map(|_| draft.headcount_on.unwrap_or(today));
    tx.exec(
        &sql::INSERT,
        args![
            district,
            id,
            checked.credit_code,
            checked.name,
            checked.core,
            draft.region_code.trim(),
            town,
            path,
            draft.industry_code.trim(),
            draft.economic_type.trim(),
            draft.headcount.unwrap_or(0),
            draft.headcount_source.trim(),
            counted_on,
            draft.state.unwrap_or(EmployerState::Open).id(),
            draft.opened_on,
            draft.closed_on,
            draft.address.trim(),
            pinyin::full(&checked.core),
            pinyin::initials(&checked.core),
            draft.batch,
            now
        ],
    )?;
    learn_codes(tx, id, &checked.others)?;
    for former in &draft.former_names {
        learn_name(tx, id, former, &checked.name, "former", None)?;
    }
    if let (Some(count), Some(on)) = (draft.headcount, counted_on) {
        tx.exec(
            &sql::PUT_HEADCOUNT,
            args![district, id, on, count, draft.headcount_source.trim()],
        )?;
    }
    tx.audit(
        Audit::of("employer.created", "employer", id)
            .at(&path)
            .why(draft.source.as_str())
            .detail(json!({ "name": checked.name, "credit_code": checked.credit_code, "headcount": draft.headcount })),
    )?;
    Ok(Upserted {
        id: Some(id),
        outcome: UpsertOutcome::Created,
    })
}

pub(super) fn update(
    tx: &mut Tx,
    known: &EmployerRef,
    draft: &EmployerDraft,
    checked: &Checked,
) -> Result<Upserted, EmployerError> {
    if !tx.actor().scope.covers(&known.org_path) {
        let message = format!(
            "「{}」已由范围外的工会登记，请联系区总工会调整归属后再修改",
            known.name
        );
        return Err(EmployerError::refused("employer.elsewhere", message));
    }
    let before = read::card(tx, known.id)?;
    let beside = draft.batch.map(|_| Beside::of(tx, known.id)).transpose()?;
    let after = merged(tx, &before, draft, checked)?;
    let learned = learn_codes(tx, known.id, &checked.others)?;
    let mut named = 0;
    for former in &draft.former_names {
        named += learn_name(tx, known.id, former, &after.name, "former", None)?;
    }
    if after == before && learned + named == 0 {
        return Ok(Upserted {
            id: Some(known.id),
            outcome: UpsertOutcome::Unchanged,
        });
    }
    save(tx, &before, &after)?;
    if let (Some(batch), Some(beside)) = (draft.batch, beside) {
        before::remember(tx, batch, &before, &beside)?;
    }
    Ok(Upserted {
        id: Some(known.id),
        outcome: UpsertOutcome::Updated,
    })
}

/// Correct a known employer on its own page (修改): unlike [`upsert`], which must recognise it first, the record is
/// named and the form shows all of it, so an emptied field is emptied. The credit code may be put right too.
///
/// # Errors
/// Not found within scope; [`EmployerError::Stale`] when somebody was faster; a field is not acceptable; the code
/// is another employer's.
pub fn correct(
    tx: &mut Tx,
    id: EmployerId,
    version: i64,
    draft: &EmployerDraft,
) -> Result<(), EmployerError> {
    let before = read::card(tx, id)?;
    if before.version != version {
        return Err(EmployerError::Stale);
    }
    let checked = Checked::of(tx, draft)?;
    if let Some(code) = &checked.credit_code {
        let holders = read::find_anywhere(tx, code)?;
        if holders
            .iter()
            .any(|one| one.id != id && one.credit_code.as_ref() == Some(code))
        {
            return Err(EmployerError::invalid(
                "credit_code",
                "employer.code_taken",
                "这个代码已登记在另一个单位名下，请核对证照",
            ));
        }
    }
    let mut after = merged(tx, &before, draft, &checked)?;
    after.name.clone_from(&checked.name);
    if checked.credit_code.is_some() {
        after.credit_code.clone_from(&checked.credit_code);
    }
    draft.address.trim().clone_into(&mut after.address);
    draft
        .industry_code
        .trim()
        .clone_into(&mut after.industry_code);
    draft
        .economic_type
        .trim()
        .clone_into(&mut after.economic_type);
    draft.region_code.trim().clone_into(&mut after.region_code);
    after.opened_on = draft.opened_on;
    after.closed_on = draft.closed_on;
    let learned = learn_codes(tx, id, &checked.others)?;
    for former in &draft.former_names {
        learn_name(tx, id, former, &after.name, "former", None)?;
    }
    if after == before && learned == 0 && draft.former_names.is_empty() {
        return Ok(());
    }
    save(tx, &before, &after)
}

/// What the employer looks like once the draft is taken in: stated fields win, empty ones change nothing, and
/// an older count of employees does not replace a newer one.
fn merged(
    tx: &mut Tx,
    before: &Employer,
    draft: &EmployerDraft,
    checked: &Checked,
) -> Result<Employer, EmployerError> {
    let mut after = before.clone();
    if after.credit_code.is_none() {
        after.credit_code.clone_from(&checked.credit_code);
    }
    // The register's name is the one that came with its credit code.
    if checked.credit_code.is_some() && checked.credit_code == after.credit_code {
        after.name.clone_from(&checked.name);
    }
    state_text(&mut after.region_code, &draft.region_code);
    state_text(&mut after.industry_code, &draft.industry_code);
    state_text(&mut after.economic_type, &draft.economic_type);
    state_text(&mut after.address, &draft.address);
    after.state = draft.state.unwrap_or(after.state);
    after.opened_on = draft.opened_on.or(after.opened_on);
    after.closed_on = draft.closed_on.or(after.closed_on);
    if let Some(count) = draft.headcount {
        let on = draft.headcount_on.unwrap_or_else(|| tx.today());
        if after.headcount_on.is_none_or(|known| on >= known)
            && (count != after.headcount || after.headcount_on.is_none())
        {
            (after.headcount, after.headcount_on) = (count, Some(on));
            after.headcount_source = draft.headcount_source.trim().to_owned();
        }
    }
    if let Some(territory) = draft.territory {
        let (path, town) = place_of(tx, Some(territory))?;
        // A more exact place within the new area is kept: an own union's employer stays with it.
        if !before.org_path.is_within(&path) {
            after.org_path = path;
        }
        after.town = town;
    }
    Ok(after)
}

fn state_text(field: &mut String, stated: &str) {
    let stated = stated.trim();
    if !stated.is_empty() {
        stated.clone_into(field);
    }
}

/// Write a changed employer; the old name and code are kept beside the new ones.
pub(super) fn save(tx: &mut Tx, before: &Employer, after: &Employer) -> Result<(), EmployerError> {
    let (district, today) = (*tx.district(), tx.today());
    write_card(tx, after, before.version)?;
    if before.name != after.name {
        learn_name(
            tx,
            before.id,
            &before.name,
            &after.name,
            "former",
            Some(today),
        )?;
    }
    if let (Some(old), true) = (&before.credit_code, before.credit_code != after.credit_code) {
        learn_codes(tx, before.id, &[(CodeKind::Credit, old.clone())])?;
    }
    if let (Some(on), true) = (
        after.headcount_on,
        (before.headcount, before.headcount_on) != (after.headcount, after.headcount_on),
    ) {
        tx.exec(
            &sql::PUT_HEADCOUNT,
            args![
                district,
                before.id,
                on,
                after.headcount,
                after.headcount_source
            ],
        )?;
    }
    tx.audit(
        Audit::of("employer.changed", "employer", before.id)
            .at(&after.org_path)
            .detail(changes(before, after)),
    )?;
    Ok(())
}

/// Writes all changeable fields, if the record still has this version.
pub(crate) fn write_card(tx: &mut Tx, card: &Employer, version: i64) -> Result<(), EmployerError> {
    let district = *tx.district();
    let core = read::rules(tx)?.core(&card.name);
    let changed = tx.exec(
        &sql::UPDATE,
        args![
            district,
            card.id,
            card.credit_code,
            card.name,
            core,
            card.region_code,
            card.town,
            card.org_path,
            card.industry_code,
            card.economic_type,
            card.headcount,
            card.headcount_source,
            card.headcount_on,
            card.state.id(),
            card.opened_on,
            card.closed_on,
            card.address,
            pinyin::full(&core),
            pinyin::initials(&core),
            version
        ],
    )?;
    if changed == 0 {
        return Err(EmployerError::Stale);
    }
    Ok(())
}

/// Before and after of the fields that differ, for the log.
pub(crate) fn changes(before: &Employer, after: &Employer) -> serde_json::Value {
    let mut out = serde_json::Map::new();
    let mut note = |name: &str, old: serde_json::Value, new: serde_json::Value| {
        if old != new {
            out.insert(name.to_owned(), json!([old, new]));
        }
    };
    note("name", json!(before.name), json!(after.name));
    note(
        "credit_code",
        json!(before.credit_code),
        json!(after.credit_code),
    );
    note(
        "region_code",
        json!(before.region_code),
        json!(after.region_code),
    );
    note(
        "industry_code",
        json!(before.industry_code),
        json!(after.industry_code),
    );
    note(
        "economic_type",
        json!(before.economic_type),
        json!(after.economic_type),
    );
    note("headcount", json!(before.headcount), json!(after.headcount));
    note(
        "headcount_on",
        json!(before.headcount_on),
        json!(after.headcount_on),
    );
    note("state", json!(before.state.id()), json!(after.state.id()));
    note("opened_on", json!(before.opened_on), json!(after.opened_on));
    note("closed_on", json!(before.closed_on), json!(after.closed_on));
    note("address", json!(before.address), json!(after.address));
    note("org_path", json!(before.org_path), json!(after.org_path));
    serde_json::Value::Object(out)
}

/// Keep codes of other offices; answers how many were new. A code that is already another employer's is an
/// error a person must see.
fn learn_codes(
    tx: &mut Tx,
    id: EmployerId,
    codes: &[(CodeKind, String)],
) -> Result<u64, EmployerError> {
    let district = *tx.district();
    let mut new = 0;
    for (kind, code) in codes {
        if let Some(owner) = tx.opt(&sql::CODE_OWNER, args![district, kind.id(), code])? {
            if owner.get::<EmployerId>(0)? == id {
                continue;
            }
            let message = format!("{} {code} 已登记在另一个单位名下，请先核对", kind.title());
            return Err(EmployerError::invalid(
                "other_codes",
                "employer.code_taken",
                message,
            ));
        }
        let row: uuid::Uuid = tx.new_id();
        new += tx.exec(&sql::INSERT_CODE, args![district, row, id, kind.id(), code])?;
    }
    Ok(new)
}

/// Keep another name of an employer; answers 1 when it was new.
pub(crate) fn learn_name(
    tx: &mut Tx,
    id: EmployerId,
    name: &str,
    present: &str,
    kind: &str,
    to_on: Option<Date>,
) -> Result<u64, EmployerError> {
    let name = kernel::text::trim(name);
    let known = read::other_names(tx, id)?;
    if name.is_empty() || name == present || known.iter().any(|known| known.name == name) {
        return Ok(0);
    }
    let (district, row): (_, uuid::Uuid) = (*tx.district(), tx.new_id());
    let core = read::rules(tx)?.core(name);
    Ok(tx.exec(
        &sql::INSERT_NAME,
        args![district, row, id, name, core, kind, None::<Date>, to_on],
    )?)
}
