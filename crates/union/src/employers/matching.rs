//! 单位比对: names that resemble known employers wait here for a person.

use kernel::{EmployerId, Instant, MatchId, OrgId, OrgPath, pinyin};
use serde_json::json;
use store::jobs::Event;
use store::{Audit, Row, Tx, args};

use super::actions::{create_anyway, learn_name, teach};
use super::model::{EmployerDraft, EmployerRef};
use super::naming::likeness;
use super::{EmployerError, brought, read, sql};
use crate::orgs::OrgRef;

/// A known employer that may be meant, with its score 0–100.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The employer.
    pub id: EmployerId,
    /// Its name when the question was asked.
    pub name: String,
    /// Its credit code then.
    pub credit_code: Option<String>,
    /// How alike the names are.
    pub score: u32,
}

/// A question in the queue.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its id.
    pub id: MatchId,
    /// Where the name came from.
    pub source: String,
    /// The name as it was written.
    pub raw_name: String,
    /// The code as it was written, if any.
    pub raw_code: String,
    /// The employers it may mean, best first.
    pub candidates: Vec<Candidate>,
    /// The employer it was decided to be.
    pub employer: Option<EmployerId>,
    /// Whose question it is.
    pub org_path: OrgPath,
    /// When it was asked.
    pub at: Instant,
    /// When it was answered.
    pub decided_at: Option<Instant>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Whether it still waits.
    pub open: bool,
    /// What the row said besides name and code, to be taken in with the answer.
    pub(super) draft: Option<EmployerDraft>,
}

impl Question {
    /// What is taken in with the answer, in words.
    pub fn brings(&self) -> Vec<(&'static str, String)> {
        self.draft
            .as_ref()
            .map(EmployerDraft::in_words)
            .unwrap_or_default()
    }
}

/// The known employers that resemble a name, best first; empty when none does.
///
/// # Errors
/// The store failed.
pub fn similar(tx: &mut Tx, name: &str) -> Result<Vec<Candidate>, EmployerError> {
    let core = read::rules(tx)?.core(name);
    similar_core(tx, &core)
}

fn similar_core(tx: &mut Tx, core: &str) -> Result<Vec<Candidate>, EmployerError> {
    let rules = read::rules(tx)?;
    let district = *tx.district();
    // Two neighbourhoods by index instead of every name of the district: the same first character, the same sound.
    let first: String = core.chars().take(1).collect();
    if first.is_empty() {
        return Ok(Vec::new());
    }
    let after = format!("{first}\u{10FFFF}");
    let mut rows = tx.all(&sql::BY_CORE_RANGE, args![district, first, after])?;
    rows.extend(tx.all(&sql::BY_SOUND, args![district, pinyin::full(core)])?);
    let mut found: Vec<Candidate> = Vec::new();
    for row in &rows {
        let sounds_alike = pinyin::full(row.text(4)?) == pinyin::full(core);
        let score = if sounds_alike {
            likeness(row.text(4)?, core).max(90)
        } else {
            likeness(row.text(4)?, core)
        };
        let employer = read::ref_of(row)?;
        if score >= rules.ask_from && found.iter().all(|known| known.id != employer.id) {
            found.push(Candidate {
                id: employer.id,
                name: employer.name,
                credit_code: employer.credit_code,
                score,
            });
        }
    }
    found.sort_by(|a, b| b.score.cmp(&a.score).then(a.id.cmp(&b.id)));
    found.truncate(rules.candidates);
    Ok(found)
}

/// Queue a draft when its name resembles known ones; `None` when it resembles none.
pub(super) fn ask(
    tx: &mut Tx,
    draft: &EmployerDraft,
    core: &str,
) -> Result<Option<MatchId>, EmployerError> {
    let candidates = similar_core(tx, core)?;
    if candidates.is_empty() {
        Ok(None)
    } else {
        queue(tx, draft, &candidates).map(Some)
    }
}

/// Ask a person which employer an office's file means: its name or code leads to none, to several, or the one to another
/// than the other. The question
/// is asked once for a writing, however many rows bear it; [`decide`] tells listeners of `employer.match_decided`.
///
/// # Errors
/// The store failed.
pub fn ask_for(
    tx: &mut Tx,
    name: &str,
    code: &str,
    source: &str,
) -> Result<MatchId, EmployerError> {
    let name = if name.trim().is_empty() { code } else { name };
    let mut meant = read::find(tx, name)?;
    if !code.trim().is_empty() {
        meant.extend(read::find(tx, code)?);
    }
    let mut seen = std::collections::HashSet::new();
    meant.retain(|one| seen.insert(one.id));
    let mut candidates: Vec<Candidate> = meant
        .into_iter()
        .map(|one| Candidate {
            id: one.id,
            name: one.name,
            credit_code: one.credit_code,
            score: 100,
        })
        .collect();
    for one in similar(tx, name)? {
        if candidates.iter().all(|known| known.id != one.id) {
            candidates.push(one);
        }
    }
    candidates.truncate(read::rules(tx)?.candidates);
    let draft = EmployerDraft {
        name: name.to_owned(),
        credit_code: code.to_owned(),
        source: source.to_owned(),
        ..EmployerDraft::default()
    };
    queue(tx, &draft, &candidates)
}

/// Ask a person which employer a name means that somebody typed, where it fits several of the register or only resembles
/// some. `None` where it fits exactly one, or resembles none: then there is nothing to choose from.
///
/// # Errors
/// The store failed; the union of the area lies outside the scope.
pub fn ask_if_unsure(
    tx: &mut Tx,
    name: &str,
    source: &str,
    area: Option<OrgId>,
) -> Result<Option<MatchId>, EmployerError> {
    let draft = EmployerDraft {
        name: name.to_owned(),
        source: source.to_owned(),
        territory: area,
        ..EmployerDraft::default()
    };
    match read::find_anywhere(tx, name)?.as_slice() {
        [_] => Ok(None),
        [] => {
            let core = read::rules(tx)?.core(name);
            // Whoever asks sees a part of the district; whoever answers chooses among all of it.
            let alike = tx.across("whom of the district a typed name means", |tx| {
                similar_core(tx, &core)
            })?;
            if alike.is_empty() {
                return Ok(None);
            }
            queue(tx, &draft, &alike).map(Some)
        }
        several => ask_about(tx, &draft, several).map(Some),
    }
}

/// Queue a draft whose name or code fits several employers alike.
pub(super) fn ask_about(
    tx: &mut Tx,
    draft: &EmployerDraft,
    several: &[EmployerRef],
) -> Result<MatchId, EmployerError> {
    let candidates: Vec<Candidate> = several
        .iter()
        .map(|one| Candidate {
            id: one.id,
            name: one.name.clone(),
            credit_code: one.credit_code.clone(),
            score: 100,
        })
        .collect();
    queue(tx, draft, &candidates)
}

fn queue(
    tx: &mut Tx,
    draft: &EmployerDraft,
    candidates: &[Candidate],
) -> Result<MatchId, EmployerError> {
    let (district, now) = (*tx.district(), tx.now());
    let (name, code) = (
        kernel::text::trim(&draft.name).to_owned(),
        draft.credit_code.trim().to_owned(),
    );
    let brings = brought::kept(tx, draft)?;
    if let Some(open) = tx.opt(&sql::OPEN_MATCH, args![district, name, code])? {
        let id: MatchId = open.get(0)?;
        if let Some(brings) = brought::read(brings)? {
            let before = brought::read(open.get(1)?)?.unwrap_or_default();
            let joined = before.clone().overlaid(brings);
            if joined != before {
                keep(tx, id, &joined)?;
            }
        }
        return Ok(id);
    }
    let batch = brings.as_ref().and(draft.batch);
    let area = match draft.territory {
        Some(id) => crate::orgs::get(tx, id)?,
        None => crate::orgs::top(tx)?.ok_or(EmployerError::NotFound)?,
    };
    let listed: Vec<_> = candidates
        .iter()
        .map(|one| json!({ "id": one.id, "name": one.name, "credit_code": one.credit_code, "score": one.score }))
        .collect();
    let id: MatchId = tx.new_id();
    tx.exec(
        &sql::INSERT_MATCH,
        args![
            district,
            id,
            draft.source,
            name,
            code,
            serde_json::Value::from(listed),
            area.path,
            now,
            brings,
            batch
        ],
    )?;
    tx.audit(
        Audit::of("employer.match_asked", "employer_match", id)
            .at(&area.path)
            .detail(json!({ "name": name })),
    )?;
    Ok(id)
}

/// Keeps what a further row said with the open question about its writing.
fn keep(tx: &mut Tx, id: MatchId, draft: &EmployerDraft) -> Result<(), EmployerError> {
    let (district, asked) = (*tx.district(), brought::written(draft)?);
    tx.exec(&sql::KEEP_DRAFT, args![district, id, asked, draft.batch])?;
    tx.audit(
        Audit::of("employer.match_told", "employer_match", id)
            .why(draft.source.as_str())
            .detail(json!({ "name": draft.name })),
    )?;
    Ok(())
}

/// Open questions within scope, oldest first, after `after`.
///
/// # Errors
/// The store failed.
pub fn questions(
    tx: &mut Tx,
    after: Option<MatchId>,
    limit: usize,
) -> Result<Vec<Question>, EmployerError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let after = after.map_or(uuid::Uuid::nil(), MatchId::uuid);
    tx.all(&sql::MATCHES, args![district, from, to, after, limit])?
        .iter()
        .map(question_of)
        .collect()
}

/// How many questions wait within scope, and since when the oldest does.
///
/// # Errors
/// The store failed.
pub fn waiting(tx: &mut Tx) -> Result<(i64, Option<Instant>), EmployerError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let row = tx.one(&sql::COUNT_MATCHES, args![district, from, to])?;
    Ok((row.get(0)?, row.get(1)?))
}

/// One question.
///
/// # Errors
/// [`EmployerError::NotFound`] when it lies outside the scope.
pub fn question(tx: &mut Tx, id: MatchId) -> Result<Question, EmployerError> {
    let district = *tx.district();
    let found = question_of(
        &tx.opt(&sql::MATCH, args![district, id])?
            .ok_or(EmployerError::NotFound)?,
    )?;
    if tx.actor().scope.covers(&found.org_path) {
        Ok(found)
    } else {
        Err(EmployerError::NotFound)
    }
}

/// The union in whose area a question was asked: where a new employer is entered unless somebody says otherwise.
///
/// # Errors
/// The store failed.
pub fn area(tx: &mut Tx, question: &Question) -> Result<Option<OrgRef>, EmployerError> {
    Ok(crate::orgs::path_names(tx, &question.org_path)?.pop())
}

/// What a person may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is this employer; the writing is kept as an alias and recognised next time.
    Is(EmployerId),
    /// It is none of them: enter a new employer in the area of this union, or, when none is named, in the area
    /// the question came from.
    New(Option<OrgId>),
    /// Not an employer at all, or not ours.
    Dismiss,
}

/// Answer a question (比对定案), once.
///
/// # Errors
/// Not found within scope, already answered, or the employer named lies outside the scope.
pub fn decide(
    tx: &mut Tx,
    id: MatchId,
    answer: Answer,
) -> Result<Option<EmployerId>, EmployerError> {
    let asked = question(tx, id)?;
    let (state, employer) = match answer {
        Answer::Is(employer) => {
            let known = read::get(tx, employer)?;
            if let Some(draft) = told(&asked) {
                teach(tx, &known, &draft)?;
            }
            let known = read::get(tx, employer)?;
            learn_name(tx, employer, &asked.raw_name, &known.name, "alias", None)?;
            ("matched", Some(employer))
        }
        Answer::New(territory) => {
            let draft = told(&asked).unwrap_or_default();
            let territory = match territory.or(draft.territory) {
                Some(named) => Some(named),
                None => area(tx, &asked)?.map(|org| org.id),
            };
            let draft = EmployerDraft {
                name: asked.raw_name.clone(),
                credit_code: asked.raw_code.clone(),
                territory,
                source: asked.source.clone(),
                ..draft
            };
            ("created", Some(create_anyway(tx, &draft)?))
        }
        Answer::Dismiss => ("dismissed", None),
    };
    let (district, now, actor) = (*tx.district(), tx.now(), tx.actor().label.clone());
    if tx.exec(
        &sql::DECIDE_MATCH,
        args![district, id, state, employer, now, actor],
    )? == 0
    {
        return Err(EmployerError::refused(
            "employer.match_decided",
            "这条比对已有人处理过，请刷新页面查看结果",
        ));
    }
    tx.audit(
        Audit::of("employer.match_decided", "employer_match", id)
            .at(&asked.org_path)
            .detail(json!({ "name": asked.raw_name, "answer": state, "employer": employer })),
    )?;
    tx.emit(Event::of(
        "employer.match_decided",
        id,
        json!({ "employer": employer }),
    ))?;
    Ok(employer)
}

/// What is taken in with the answer: the row as it came, by its writing. The answer is an act of its own: whoever takes the
/// batch back later finds it changed since.
fn told(asked: &Question) -> Option<EmployerDraft> {
    asked.draft.clone().map(|draft| EmployerDraft {
        name: asked.raw_name.clone(),
        credit_code: asked.raw_code.clone(),
        batch: None,
        ..draft
    })
}

fn question_of(row: &Row) -> Result<Question, EmployerError> {
    let candidates: serde_json::Value = row.get(4)?;
    Ok(Question {
        id: row.get(0)?,
        source: row.get(1)?,
        raw_name: row.get(2)?,
        raw_code: row.get(3)?,
        candidates: candidates
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(candidate_of)
            .collect(),
        open: row.text(5)? == "open",
        employer: row.get(6)?,
        org_path: row.get(7)?,
        at: row.get(8)?,
        decided_at: row.get(9)?,
        decided_by: row.get(10)?,
        draft: brought::read(row.get(11)?)?,
    })
}

fn candidate_of(value: &serde_json::Value) -> Option<Candidate> {
    Some(Candidate {
        id: value.get("id")?.as_str()?.parse().ok()?,
        name: value.get("name")?.as_str()?.to_owned(),
        credit_code: value
            .get("credit_code")
            .and_then(|code| code.as_str())
            .map(str::to_owned),
        score: value.get("score")?.as_u64()?.try_into().ok()?,
    })
}
