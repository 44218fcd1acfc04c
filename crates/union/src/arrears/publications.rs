//! 发布规则: a rule set is tried before it is put in force. Whoever publishes sees who would change colour today; where the access
//! policy says so, a second person confirms. The whole text is kept, so that what it once said can be recomputed.

use std::sync::Arc;

use kernel::definitions::{Catalogue, Definition};
use kernel::ids::{AccountId, RulePublicationId};
use kernel::warning::{RULES_KIND, RuleSet};
use kernel::{Instant, Refusals};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Audit, Query, Row, Tx, args};

use super::{ArrearsError, Permit, rulesets};
use crate::access::{self, Capability};
use crate::orgs::flow::terms;

/// Largest text of a rule set, in characters: a technical bound; the delivered ones have about 30,000.
pub const LONGEST_DRAFT: usize = 200_000;
/// Longest note, in characters.
const LONGEST: usize = 500;
/// Longest history.
const SHOWN: usize = 200;

terms! {
    /// Where a publication stands (发布状态).
    PublicationState {
        /// Being tried.
        Draft = "draft", "试算中";
        /// Waits for the second person.
        Waiting = "waiting", "待第二人确认";
        /// Put in force; a later one may have replaced it.
        Published = "published", "已发布";
        /// The second person said no.
        Refused = "refused", "未通过";
        /// Given up.
        Dropped = "dropped", "已弃用";
    }
}

/// How many would change colour, as the dry run said when it was submitted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Movement {
    /// To a level that opens an alert, from none.
    pub new: usize,
    /// To a higher level.
    pub up: usize,
    /// To a lower level.
    pub down: usize,
    /// To a level of another name that stands as high.
    #[serde(default)]
    pub renamed: usize,
    /// From a level that opens an alert, to none.
    pub gone: usize,
}

impl Movement {
    /// How many in all.
    pub fn all(&self) -> usize {
        self.new + self.up + self.down + self.renamed + self.gone
    }
}

/// One wish to put a rule set in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// Its id.
    pub id: RulePublicationId,
    /// Id of the rule set.
    pub rule_set: String,
    /// Its title.
    pub title: String,
    /// Fingerprint of the text.
    pub hash: String,
    /// Uploaded as a file; else among the definitions that were delivered.
    pub uploaded: bool,
    /// Where it stands.
    pub state: PublicationState,
    /// Why it should be in force.
    pub note: String,
    /// Who would change colour, as it was when it was submitted.
    pub changes: Movement,
    /// Who asked.
    pub asked_by: Option<AccountId>,
    /// With the post.
    pub asked_label: String,
    /// When.
    pub asked_at: Instant,
    /// Who decided, with the post.
    pub decided_label: String,
    /// When.
    pub decided_at: Option<Instant>,
    /// What the second person said.
    pub why: String,
}

fn require(permit: &Permit) -> Result<(), ArrearsError> {
    super::rules::require(permit, Capability::RulesPublish)
}

/// A fault of a draft, with the line it is about where that can be told.
fn located(text: &str, fault: &str) -> String {
    if fault.contains("第 ") || fault.contains("line ") {
        return fault.to_owned();
    }
    let names = fault
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|name| name.len() > 1 && !name.bytes().all(|b| b.is_ascii_digit()));
    for name in names {
        let at = text.lines().position(|line| {
            let mut parts = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            parts.any(|part| part == name)
        });
        if let Some(at) = at {
            return format!("第 {} 行附近：{fault}", at + 1);
        }
    }
    fault.to_owned()
}

/// What is wrong with a draft (草稿检查): everything at once, each with its line; the tests that stand in the file run too.
///
/// # Errors
/// [`ArrearsError::Refused`] with all of it.
pub fn check_draft(name: &str, text: &str) -> Result<Definition, ArrearsError> {
    let mut refusals = Refusals::new();
    if text.chars().count() > LONGEST_DRAFT {
        let message = format!("规则文件太长，最多 {LONGEST_DRAFT} 个字");
        return Err(ArrearsError::invalid("file", "rules.long", message));
    }
    let path = format!("rules/{name}");
    let definition = match Definition::parse(&path, text) {
        Ok(definition) => definition,
        Err(fault) => {
            refusals.add(
                "rules.unreadable",
                format!("{}。请对照现行规则的写法改好后重新上传", one_line(&fault)),
            );
            return Err(ArrearsError::Refused(refusals));
        }
    };
    let right = definition.header.id.starts_with("rules.");
    refusals.require(
        right,
        "rules.id",
        "第一行的 id 应写成 rules.名称，例如 rules.composite",
    );
    if let Err(faults) = RuleSet::read(&definition) {
        for fault in faults {
            refusals.add("rules.faulty", located(text, &one_line(&fault)));
        }
    }
    if refusals.is_empty() {
        proofs(&definition, &mut refusals);
    }
    refusals.into_result().map_err(ArrearsError::Refused)?;
    Ok(definition)
}

/// The parser's message on one line, in words people know.
fn one_line(fault: &str) -> String {
    let joined = fault
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.chars().all(|c| matches!(c, '|' | '^' | ' ')))
        .collect::<Vec<_>>()
        .join(" ");
    let Some(at) = joined.strip_prefix("TOML parse error at line ") else {
        return joined;
    };
    let (line, rest) = at.split_once(',').unwrap_or((at, ""));
    format!("第 {line} 行写法不对（{}）", rest.trim())
}

/// The tests that stand in the file.
fn proofs(definition: &Definition, refusals: &mut Refusals) {
    let signals = Catalogue::in_force().of_kind("signals").cloned();
    let catalogue = Catalogue::of(signals.chain([definition.clone()]));
    for outcome in catalogue.test(&[RULES_KIND]) {
        if let Err(fault) = outcome.result {
            refusals.add("rules.test", format!("文件里的测试没有通过：{fault}"));
        }
    }
}

/// Keeps a draft that was uploaded, to be tried (上传草稿).
///
/// # Errors
/// Forbidden; everything that is wrong with the file.
pub fn begin_draft(
    tx: &mut Tx,
    permit: &Permit,
    name: &str,
    text: &str,
) -> Result<RulePublicationId, ArrearsError> {
    require(permit)?;
    let definition = check_draft(name, text)?;
    keep(tx, &definition, "draft", text)
}

/// Begins with a rule set that is among the definitions (选用现成规则).
///
/// # Errors
/// Forbidden; there is no such rule set here today.
pub fn begin_shipped(
    tx: &mut Tx,
    permit: &Permit,
    id: &str,
) -> Result<RulePublicationId, ArrearsError> {
    require(permit)?;
    let definition = rulesets::shipped(tx, id)?;
    rulesets::compiled(definition)?;
    keep(tx, definition, "shipped", "")
}

fn keep(
    tx: &mut Tx,
    definition: &Definition,
    origin: &str,
    body: &str,
) -> Result<RulePublicationId, ArrearsError> {
    let (district, now, id): (_, _, RulePublicationId) = (*tx.district(), tx.now(), tx.new_id());
    let (by, label) = (tx.actor().account, tx.actor().label.clone());
    let (name, title) = (&definition.header.id, &definition.header.title);
    tx.exec(
        &super::sql::BEGIN_PUBLICATION,
        args![
            district,
            id,
            name,
            title,
            definition.hash,
            origin,
            body,
            json!(Movement::default()),
            by,
            label,
            now
        ],
    )?;
    tx.audit(
        Audit::of("rules.tried", "rules", id)
            .detail(json!({ "rule_set": name, "hash": definition.hash, "origin": origin })),
    )?;
    Ok(id)
}

/// One publication with its rules (发布详情).
///
/// # Errors
/// The post may not read warnings; no such publication; its text does not hold together any more.
pub fn publication(
    tx: &mut Tx,
    permit: &Permit,
    id: RulePublicationId,
) -> Result<(Publication, Arc<RuleSet>), ArrearsError> {
    super::rules::require(permit, Capability::WarningRead)?;
    let found = get(tx, id)?;
    let rules = rules_of(tx, &found)?;
    Ok((found, rules))
}

fn get(tx: &mut Tx, id: RulePublicationId) -> Result<Publication, ArrearsError> {
    let district = *tx.district();
    let query = Query::from(&super::sql::PUBLICATIONS, args![district]).and(" AND id = ", id);
    let row = tx.opt(&query, &[])?.ok_or(ArrearsError::NotFound)?;
    publication_of(&row)
}

fn rules_of(tx: &mut Tx, found: &Publication) -> Result<Arc<RuleSet>, ArrearsError> {
    rulesets::with_hash(tx, &found.hash)
}

fn publication_of(row: &Row) -> Result<Publication, ArrearsError> {
    let state: String = row.get(5)?;
    Ok(Publication {
        id: row.get(0)?,
        rule_set: row.get(1)?,
        title: row.get(2)?,
        hash: row.get(3)?,
        uploaded: row.text(4)? == "draft",
        state: PublicationState::from_id(&state)
            .ok_or_else(|| ArrearsError::Definition(format!("发布状态 {state} 不认识")))?,
        note: row.get(6)?,
        changes: serde_json::from_str(row.text(7)?).unwrap_or_default(),
        asked_by: row.get(8)?,
        asked_label: row.get(9)?,
        asked_at: row.get(10)?,
        decided_label: row.get(11)?,
        decided_at: row.get(12)?,
        why: row.get(13)?,
    })
}

/// Every publication, newest first (发布记录).
///
/// # Errors
/// The post may not read warnings.
pub fn publications(tx: &mut Tx, permit: &Permit) -> Result<Vec<Publication>, ArrearsError> {
    super::rules::require(permit, Capability::WarningRead)?;
    let district = *tx.district();
    let query = Query::from(&super::sql::PUBLICATIONS, args![district]);
    let rows = tx.all(&query.and(" ORDER BY id DESC LIMIT ", SHOWN), &[])?;
    rows.iter().map(publication_of).collect()
}

/// What waits for the caller as the second person (待我确认), oldest first: nothing for who may not publish, and never what
/// the caller asked for.
///
/// # Errors
/// The store failed.
pub fn to_confirm(tx: &mut Tx, permit: &Permit) -> Result<Vec<Publication>, ArrearsError> {
    let own = tx.actor().account;
    if own.is_none() || require(permit).is_err() {
        return Ok(Vec::new());
    }
    let district = *tx.district();
    let waiting = PublicationState::Waiting.id();
    let query = Query::from(&super::sql::PUBLICATIONS, args![district])
        .and(" AND state = ", waiting)
        .and(" ORDER BY id LIMIT ", SHOWN);
    let rows = tx.all(&query, &[])?;
    let mut found = rows
        .iter()
        .map(publication_of)
        .collect::<Result<Vec<_>, _>>()?;
    found.retain(|one| one.asked_by != own);
    Ok(found)
}

/// Whether the access policy asks for a second person here.
///
/// # Errors
/// The policy does not hold together.
pub fn needs_second(tx: &Tx) -> Result<bool, ArrearsError> {
    access::needs_second(tx, Capability::RulesPublish)
        .map_err(|fault| ArrearsError::Definition(fault.to_string()))
}

/// Submits a tried rule set (提交发布): in force at once, or after a second person has confirmed, as the access policy says.
///
/// # Errors
/// Forbidden; no note; it was submitted already.
pub fn submit(
    tx: &mut Tx,
    permit: &Permit,
    id: RulePublicationId,
    note: &str,
    changes: Movement,
) -> Result<PublicationState, ArrearsError> {
    let second = needs_second(tx)?;
    submit_as(tx, permit, id, (note, changes), second)
}

pub(super) fn submit_as(
    tx: &mut Tx,
    permit: &Permit,
    id: RulePublicationId,
    (note, changes): (&str, Movement),
    second: bool,
) -> Result<PublicationState, ArrearsError> {
    require(permit)?;
    let found = get(tx, id)?;
    must_stand(&found, PublicationState::Draft)?;
    let note = note.trim();
    if note.is_empty() || note.chars().count() > LONGEST {
        let message = format!("请写明为什么改用这套规则，最多 {LONGEST} 个字");
        return Err(ArrearsError::invalid("note", "rules.note", message));
    }
    let state = if second {
        PublicationState::Waiting
    } else {
        PublicationState::Published
    };
    let (district, now) = (*tx.district(), tx.now());
    let (by, label) = (tx.actor().account, tx.actor().label.clone());
    tx.exec(
        &super::sql::SUBMIT_PUBLICATION,
        args![
            district,
            id,
            state.id(),
            note,
            json!(changes),
            by,
            label,
            now
        ],
    )?;
    if second {
        log(tx, "rules.asked", &found, note, changes)?;
    } else {
        decide(tx, id, PublicationState::Published, "")?;
        force(tx, &found)?;
        log(tx, "rules.published", &found, note, changes)?;
    }
    Ok(state)
}

/// The second person confirms, or does not (第二人确认).
///
/// # Errors
/// Forbidden; it is the one who asked; nothing waits; no reason for a no.
pub fn confirm(
    tx: &mut Tx,
    permit: &Permit,
    id: RulePublicationId,
    agree: bool,
    why: &str,
) -> Result<(), ArrearsError> {
    require(permit)?;
    let found = get(tx, id)?;
    must_stand(&found, PublicationState::Waiting)?;
    let own = tx.actor().account;
    if own.is_none() || own == found.asked_by {
        return Err(ArrearsError::Refused(Refusals::one(
            "rules.same_person",
            "发布须由提交人以外、有发布权限的人确认",
        )));
    }
    let why = why.trim();
    if !agree && why.is_empty() {
        return Err(ArrearsError::invalid(
            "why",
            "rules.why",
            "请写明为什么不同意",
        ));
    }
    let (state, action) = if agree {
        (PublicationState::Published, "rules.published")
    } else {
        (PublicationState::Refused, "rules.refused")
    };
    decide(tx, id, state, why)?;
    if agree {
        force(tx, &found)?;
    }
    log(tx, action, &found, why, found.changes)
}

/// Gives a draft or a wish up (弃用).
///
/// # Errors
/// Forbidden; it was decided already.
pub fn give_up(tx: &mut Tx, permit: &Permit, id: RulePublicationId) -> Result<(), ArrearsError> {
    require(permit)?;
    let found = get(tx, id)?;
    if !matches!(
        found.state,
        PublicationState::Draft | PublicationState::Waiting
    ) {
        must_stand(&found, PublicationState::Draft)?;
    }
    decide(tx, id, PublicationState::Dropped, "")?;
    log(tx, "rules.dropped", &found, "", found.changes)
}

fn must_stand(found: &Publication, state: PublicationState) -> Result<(), ArrearsError> {
    if found.state == state {
        return Ok(());
    }
    let message = format!("这一份现在是“{}”，请刷新页面", found.state.title());
    Err(ArrearsError::Refused(Refusals::one("rules.state", message)))
}

fn decide(
    tx: &mut Tx,
    id: RulePublicationId,
    state: PublicationState,
    why: &str,
) -> Result<(), ArrearsError> {
    let (district, now, label) = (*tx.district(), tx.now(), tx.actor().label.clone());
    let values = args![district, id, state.id(), label, now, why];
    tx.exec(&super::sql::DECIDE_PUBLICATION, values)?;
    Ok(())
}

/// Puts it in force: everybody is evaluated again.
fn force(tx: &mut Tx, found: &Publication) -> Result<(), ArrearsError> {
    if found.uploaded {
        rules_of(tx, found)?;
        tx.put_setting(rulesets::SETTING, &rulesets::uploaded(&found.hash))?;
        super::alerts::jobs::ask_all(tx)?;
        return Ok(());
    }
    rulesets::put(tx, &found.rule_set)
}

fn log(
    tx: &mut Tx,
    action: &'static str,
    found: &Publication,
    why: &str,
    changes: Movement,
) -> Result<(), ArrearsError> {
    tx.audit(
        Audit::of(action, "rules", found.id)
            .why(why)
            .detail(json!({ "rule_set": found.rule_set, "hash": found.hash, "changes": changes })),
    )?;
    Ok(())
}
