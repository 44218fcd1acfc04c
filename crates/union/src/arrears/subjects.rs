//! 预警对象: whom signals are about.

use std::collections::HashMap;

use kernel::{EmployerId, OrgPath};
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
        }
    }

    fn id(&self, tx: &Tx) -> SubjectId {
        match (self.kind, self.employer) {
            (SubjectKind::Employer, Some(employer)) => SubjectId::from(employer.uuid()),
            _ => tx.new_id(),
        }
    }
}

/// The ids of these subjects, in their order; those not heard of before are entered.
///
/// # Errors
/// The store failed.
pub fn ensure(tx: &mut Tx, drafts: &[SubjectDraft]) -> Result<Vec<SubjectId>, ArrearsError> {
    let mut known: HashMap<(SubjectKind, String), SubjectId> = HashMap::new();
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
    let (district, now) = (*tx.district(), tx.now());
    let (mut ids, mut rows) = (Vec::with_capacity(drafts.len()), Vec::new());
    for draft in drafts {
        let place = (draft.kind, draft.key.clone());
        if let Some(id) = known.get(&place) {
            ids.push(*id);
            continue;
        }
        let id = draft.id(tx);
        rows.push(values![
            district,
            id,
            draft.kind.id(),
            draft.key.clone(),
            draft.name.clone(),
            draft.employer,
            draft.org_path.clone(),
            draft.place.clone(),
            draft.industry.clone(),
            now
        ]);
        known.insert(place, id);
        ids.push(id);
    }
    if !rows.is_empty() {
        tx.across(
            "a project or outside employer is entered once in a district",
            |tx| tx.insert_many(&sql::INSERT_SUBJECT, rows),
        )?;
    }
    Ok(ids)
}

fn look_up(
    tx: &mut Tx,
    kind: SubjectKind,
    keys: &[&str],
    known: &mut HashMap<(SubjectKind, String), SubjectId>,
) -> Result<(), ArrearsError> {
    let district = *tx.district();
    let query = Query::from(&sql::SUBJECTS_BY_KEY, args![district, kind.id()])
        .and_in(" AND key IN ", keys.iter().copied());
    let rows = tx.across("a subject is entered once in a district", |tx| {
        tx.all(&query, &[])
    })?;
    for row in &rows {
        known.insert((kind, row.get(1)?), row.get(0)?);
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
