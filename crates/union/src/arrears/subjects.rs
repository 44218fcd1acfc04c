//! 预警对象: whom signals are about.

use std::collections::{BTreeMap, HashMap};

use kernel::{Date, EmployerId, OrgPath};
use store::{Query, Tx, args, values};

use super::model::{Subject, SubjectId, SubjectKind, subject_of};
use super::{ArrearsError, sql};
use crate::employers;

/// Keys asked for in one statement.
const KEYS: usize = 400;

/// A subject as a delivery names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectDraft {
    /// What it is.
    pub kind: SubjectKind,
    /// What identifies it within its kind.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The employer of the register.
    pub employer: Option<EmployerId>,
    /// Whose desk it lies on.
    pub org_path: OrgPath,
    /// Place as reported.
    pub place: String,
    /// Industry as reported.
    pub industry: String,
    /// The day on which a record of the past was known to say this (`docs/backtest.md`); none is today.
    pub told_on: Option<Date>,
}

impl SubjectDraft {
    /// A subject that is known already.
    pub(super) fn of(subject: &Subject) -> Self {
        Self {
            kind: subject.kind,
            key: subject.key.clone(),
            name: subject.name.clone(),
            employer: subject.employer,
            org_path: subject.org_path.clone(),
            place: subject.place.clone(),
            industry: subject.industry.clone(),
            told_on: None,
        }
    }

    /// An employer of the register.
    pub fn employer(employer: &employers::EmployerRef) -> Self {
        Self {
            kind: SubjectKind::Employer,
            key: employer.id.to_string(),
            name: employer.name.clone(),
            employer: Some(employer.id),
            org_path: employer.org_path.clone(),
            place: String::new(),
            industry: String::new(),
            told_on: None,
        }
    }

    /// A construction project on somebody's desk.
    pub fn project(name: &str, org_path: OrgPath) -> Self {
        let name = kernel::text::trim(name);
        Self {
            kind: SubjectKind::Project,
            key: kernel::text::half_width(name)
                .chars()
                .filter(|c| !kernel::text::is_blank(*c))
                .collect(),
            name: name.to_owned(),
            employer: None,
            org_path,
            place: String::new(),
            industry: String::new(),
            told_on: None,
        }
    }

    fn id(&self, tx: &Tx) -> SubjectId {
        match (self.kind, self.employer) {
            (SubjectKind::Employer, Some(employer)) => SubjectId::from(employer.uuid()),
            _ => tx.new_id(),
        }
    }
}

/// A subject that is there, or is to be entered.
struct There {
    id: SubjectId,
    /// Since when what is kept of it was known; none in rows from before this was kept, which stay as they are.
    told_on: Option<Date>,
    /// It is in the store already.
    stored: bool,
}

impl There {
    /// Whether a record of the past knew this earlier than what is kept: then an alert of those days showed this. Of
    /// several on one day the first of the file holds.
    fn was_preceded_by(&self, draft: &SubjectDraft) -> bool {
        draft
            .told_on
            .is_some_and(|on| self.told_on.is_some_and(|kept| on < kept))
    }
}

/// The subjects known by kind and key.
type Known = HashMap<(SubjectKind, String), There>;

/// The ids of these subjects, in their order; those not heard of before are entered. What is kept of a subject is what was
/// known of it first.
///
/// # Errors
/// The store failed.
pub fn ensure(tx: &mut Tx, drafts: &[SubjectDraft]) -> Result<Vec<SubjectId>, ArrearsError> {
    let mut known = Known::new();
    for kind in SubjectKind::ALL {
        let mut keys: Vec<&str> = drafts
            .iter()
            .filter(|draft| draft.kind == *kind)
            .map(|draft| draft.key.as_str())
            .collect();
        keys.sort_unstable();
        keys.dedup();
        for some in keys.chunks(KEYS) {
            look_up(tx, *kind, some, &mut known)?;
        }
    }
    let today = tx.today();
    let mut ids = Vec::with_capacity(drafts.len());
    let mut fresh: BTreeMap<SubjectId, &SubjectDraft> = BTreeMap::new();
    let mut earlier: BTreeMap<SubjectId, &SubjectDraft> = BTreeMap::new();
    for draft in drafts {
        let told_on = Some(draft.told_on.unwrap_or(today));
        let there = known.entry((draft.kind, draft.key.clone()));
        let there = there.or_insert_with(|| {
            let id = draft.id(tx);
            fresh.insert(id, draft);
            There {
                id,
                told_on,
                stored: false,
            }
        });
        if there.was_preceded_by(draft) {
            there.told_on = told_on;
            let list = if there.stored {
                &mut earlier
            } else {
                &mut fresh
            };
            list.insert(there.id, draft);
        }
        ids.push(there.id);
    }
    enter(tx, &fresh)?;
    correct(tx, &earlier)?;
    Ok(ids)
}

fn enter(tx: &mut Tx, fresh: &BTreeMap<SubjectId, &SubjectDraft>) -> Result<(), ArrearsError> {
    if fresh.is_empty() {
        return Ok(());
    }
    let (district, now, today) = (*tx.district(), tx.now(), tx.today());
    let row = |(id, draft): (&SubjectId, &&SubjectDraft)| {
        values![
            district,
            *id,
            draft.kind.id(),
            draft.key.clone(),
            draft.name.clone(),
            draft.employer,
            draft.org_path.clone(),
            draft.place.clone(),
            draft.industry.clone(),
            now,
            draft.told_on.unwrap_or(today)
        ]
    };
    let rows: Vec<_> = fresh.iter().map(row).collect();
    tx.across(
        "a project or outside employer is entered once in a district",
        |tx| tx.insert_many(&sql::INSERT_SUBJECT, rows),
    )?;
    Ok(())
}

/// Records came that are older than those kept: what they say was known first.
fn correct(tx: &mut Tx, earlier: &BTreeMap<SubjectId, &SubjectDraft>) -> Result<(), ArrearsError> {
    let district = *tx.district();
    for (id, draft) in earlier {
        let (place, industry, name) = (&draft.place, &draft.industry, &draft.name);
        tx.across("an outside subject is entered once in a district", |tx| {
            tx.exec(
                &sql::TELL_SUBJECT,
                args![
                    district,
                    *id,
                    place.clone(),
                    industry.clone(),
                    name.clone(),
                    draft.told_on
                ],
            )
        })?;
    }
    Ok(())
}

fn look_up(
    tx: &mut Tx,
    kind: SubjectKind,
    keys: &[&str],
    known: &mut Known,
) -> Result<(), ArrearsError> {
    let district = *tx.district();
    let query = Query::from(&sql::SUBJECTS_BY_KEY, args![district, kind.id()])
        .and_in(" AND key IN ", keys.iter().copied());
    let rows = tx.across("a subject is entered once in a district", |tx| {
        tx.all(&query, &[])
    })?;
    for row in &rows {
        let there = There {
            id: row.get(0)?,
            told_on: row.get(2)?,
            stored: true,
        };
        known.insert((kind, row.get(1)?), there);
    }
    Ok(())
}

/// One subject within the caller's scope.
///
/// # Errors
/// [`ArrearsError::NotFound`].
pub fn get(tx: &mut Tx, id: SubjectId) -> Result<Subject, ArrearsError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::SUBJECT, args![district, id])?
        .ok_or(ArrearsError::NotFound)?;
    let subject = subject_of(&row)?;
    if tx.actor().scope.covers(&subject.org_path) {
        Ok(subject)
    } else {
        Err(ArrearsError::NotFound)
    }
}

/// Hands every subject of the district to `f`, ordered by id: place and industry for a replay.
///
/// # Errors
/// The store or `f` failed.
pub fn each(
    tx: &mut Tx,
    mut f: impl FnMut(Subject) -> Result<(), ArrearsError>,
) -> Result<(), ArrearsError> {
    let district = *tx.district();
    tx.each(&sql::SUBJECTS, args![district], |row| f(subject_of(row)?))
}
