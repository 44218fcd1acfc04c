//! Many records at once: imports and the demo district. The rules are those of one record; only the order of
//! asking is turned round: insert first, then look at what was already there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::mpsc::sync_channel;
use std::thread;

use kernel::ids::{BatchId, MemberId, MembershipId, OrgId};
use kernel::{OrgPath, Refusals};
use serde_json::json;
use store::{Audit, Query, Statement, StoreError, Tx, Value, args};

use super::super::{Admission, Admitted, MemberError, Outcome, PreparedMember, sql};
use super::{Decision, Existing, decide, one, outcome_of, row, search_between, within_scope};
use crate::orgs;

/// Papers looked up at once.
const LOOKUP: usize = 400;
/// Rows whose values are handed over together.
const PORTION: usize = 500;

/// Admits many prepared records, answering in the order given. Each gets exactly what [`admit`](super::admit)
/// would have given it; of one person twice in the list, the second finds the first.
///
/// Give chunks of some thousand records: a transaction holds them all. One audit entry covers the chunk, and
/// every period names the batch.
///
/// # Errors
/// [`MemberError::NotFound`] when a union lies outside the caller's scope; then nothing is written.
pub fn admit_many(
    tx: &mut Tx,
    entries: Vec<(PreparedMember, Admission)>,
    batch: Option<BatchId>,
) -> Result<Vec<Admitted>, MemberError> {
    for (_, to) in &entries {
        within_scope(tx, to)?;
    }
    let closed = closed(tx, &entries)?;
    if closed.is_empty() {
        return admit_open(tx, entries, batch);
    }
    // What was not refused keeps its place in the answer.
    let mut shut = Vec::new();
    let mut open = Vec::with_capacity(entries.len());
    let mut places = Vec::with_capacity(entries.len());
    for entry in entries {
        let is_shut = closed.contains_key(&entry.1.org);
        places.push(is_shut);
        if is_shut {
            shut.push(entry);
        } else {
            open.push(entry);
        }
    }
    let mut opened = admit_open(tx, open, batch)?.into_iter();
    let mut shut = shut.into_iter();
    let mut answers = Vec::with_capacity(places.len());
    for is_shut in places {
        if !is_shut {
            answers.extend(opened.next());
        } else if let Some((member, to)) = shut.next() {
            answers.push(one::admit(tx, &member, &to)?);
        }
    }
    Ok(answers)
}

/// The unions of a chunk that take nobody, with what is said against it. Who is there already may be brought up to date.
fn closed(
    tx: &mut Tx,
    entries: &[(PreparedMember, Admission)],
) -> Result<HashMap<OrgId, Refusals>, MemberError> {
    let unions: HashSet<OrgId> = entries.iter().map(|(_, to)| to.org).collect();
    let mut closed = HashMap::new();
    for org in unions {
        let against = orgs::against_intake(tx, org).map_err(MemberError::room)?;
        if !against.is_empty() {
            closed.insert(org, against);
        }
    }
    Ok(closed)
}

fn admit_open(
    tx: &mut Tx,
    entries: Vec<(PreparedMember, Admission)>,
    batch: Option<BatchId>,
) -> Result<Vec<Admitted>, MemberError> {
    let Some(span) = span(&entries) else {
        return Ok(Vec::new());
    };
    let new = insert(tx, &entries, batch)?;
    let mut known = if new.len() == entries.len() {
        HashMap::new()
    } else {
        look_up(tx, &entries, &new)?
    };
    let mut answers = Vec::with_capacity(entries.len());
    for (member, to) in &entries {
        answers.push(if new.contains(&member.id) {
            Admitted {
                id: member.id,
                outcome: Outcome::New,
            }
        } else {
            settle(tx, &mut known, member, to)?
        });
    }
    count(tx, &entries, &new)?;
    let pairs = if new.is_empty() {
        0
    } else {
        search_between(tx, span.0, span.1)?
    };
    audit(tx, &answers, &entries, batch, pairs)?;
    Ok(answers)
}

/// What [`admit_many`] would answer, without writing anything: the check before an import. Two rows of one
/// person in the list do not see each other.
///
/// # Errors
/// [`MemberError::NotFound`] when a union lies outside the caller's scope.
pub fn judge_many(
    tx: &mut Tx,
    entries: &[(PreparedMember, Admission)],
) -> Result<Vec<Outcome>, MemberError> {
    for (_, to) in entries {
        within_scope(tx, to)?;
    }
    let known = look_up(tx, entries, &HashSet::new())?;
    let closed = closed(tx, entries)?;
    let new_at = |org: &OrgId, outcome| match closed.get(org) {
        Some(against) => Outcome::Refused(against.clone()),
        None => outcome,
    };
    let mut judge = |(member, to): &(PreparedMember, Admission)| {
        let paper = (member.id_type.code(), member.id_index.clone());
        let Some(there) = known.get(&paper) else {
            return Ok(new_at(&to.org, Outcome::New));
        };
        Ok(match decide(tx, there, member, to)? {
            Decision::Refresh(fields) => outcome_of(fields),
            Decision::Rejoin => new_at(&to.org, Outcome::Rejoined),
            Decision::Elsewhere(org) => Outcome::Elsewhere(one::union_name(tx, org)?),
            Decision::OtherName(org) => one::other_name(tx, there, member, org)?,
            Decision::Refuse(refusals) => Outcome::Refused(refusals),
        })
    };
    entries.iter().map(&mut judge).collect()
}

/// Lowest and highest id of the chunk.
fn span(entries: &[(PreparedMember, Admission)]) -> Option<(MemberId, MemberId)> {
    let ids = || entries.iter().map(|(member, _)| member.id);
    Some((ids().min()?, ids().max()?))
}

/// Inserts every record whose paper is new and opens its period; gives the ids that were inserted.
fn insert(
    tx: &mut Tx,
    entries: &[(PreparedMember, Admission)],
    batch: Option<BatchId>,
) -> Result<HashSet<MemberId>, MemberError> {
    let at = (*tx.district(), tx.now());
    let inserted = insert_beside(tx, &sql::member::INSERT, entries, |(member, to)| {
        row::member(at, member, to, batch)
    })?;
    let all = || {
        entries
            .iter()
            .map(|(member, _)| member.id)
            .collect::<HashSet<_>>()
    };
    let new = if usize::try_from(inserted) == Ok(entries.len()) {
        all()
    } else {
        present(tx, entries, &all())?
    };
    let actor = tx.actor().label.as_str();
    let periods: Vec<(MembershipId, &PreparedMember, &Admission)> = entries
        .iter()
        .filter(|(member, _)| new.contains(&member.id))
        .map(|(member, to)| (tx.new_id(), member, to))
        .collect();
    insert_beside(tx, &sql::membership::OPEN, &periods, |(id, member, to)| {
        let evidence = one::evidence(member, to);
        row::period(at, *id, member.id, (to, batch), &evidence, actor)
    })?;
    Ok(new)
}

/// As [`Tx::insert_many`]; of a long list the values are made on another thread while this one writes.
fn insert_beside<T: Sync>(
    tx: &mut Tx,
    statement: &Statement,
    items: &[T],
    make: impl Fn(&T) -> Vec<Value> + Sync,
) -> Result<u64, StoreError> {
    if items.len() < PORTION * 2 {
        return tx.insert_many(statement, items.iter().map(make));
    }
    thread::scope(|scope| {
        let (out, rows) = sync_channel(2);
        let make = &make;
        scope.spawn(move || {
            for portion in items.chunks(PORTION) {
                let made: Vec<Vec<Value>> = portion.iter().map(make).collect();
                // Nobody takes them any more: the store refused a row, and says so itself.
                if out.send(made).is_err() {
                    return;
                }
            }
        });
        tx.insert_many(statement, rows.into_iter().flatten())
    })
}

/// Which of the chunk's ids are in the table now.
fn present(
    tx: &mut Tx,
    entries: &[(PreparedMember, Admission)],
    all: &HashSet<MemberId>,
) -> Result<HashSet<MemberId>, MemberError> {
    let Some((from, to)) = span(entries) else {
        return Ok(HashSet::new());
    };
    let district = *tx.district();
    let mut found = HashSet::new();
    for row in tx.all(&sql::member::IDS_BETWEEN, args![district, from, to])? {
        let id: MemberId = row.get(0)?;
        if all.contains(&id) {
            found.insert(id);
        }
    }
    Ok(found)
}

/// Kind and blind index of a paper.
type Paper = (&'static str, Vec<u8>);

/// The records of all papers that were not inserted.
fn look_up(
    tx: &mut Tx,
    entries: &[(PreparedMember, Admission)],
    new: &HashSet<MemberId>,
) -> Result<HashMap<Paper, Existing>, MemberError> {
    let mut wanted: BTreeMap<&'static str, Vec<&[u8]>> = BTreeMap::new();
    for (member, _) in entries
        .iter()
        .filter(|(member, _)| !new.contains(&member.id))
    {
        wanted
            .entry(member.id_type.code())
            .or_default()
            .push(&member.id_index);
    }
    let district = *tx.district();
    let mut known = HashMap::new();
    for (kind, papers) in wanted {
        for chunk in papers.chunks(LOOKUP) {
            let query = Query::from(&sql::member::EXISTING_MANY, args![district, kind])
                .and_in("", chunk.iter().copied());
            for row in tx.across("one paper, one record in the district", |tx| {
                tx.all(&query, &[])
            })? {
                let there = Existing::read(&row)?;
                let paper = (kind, there.id_index.clone());
                let there = one::follow(tx, there)?;
                known.insert(paper, there);
            }
        }
    }
    Ok(known)
}

/// One record whose paper was already there. What it changes must be seen by the next row of the same person.
fn settle(
    tx: &mut Tx,
    known: &mut HashMap<Paper, Existing>,
    member: &PreparedMember,
    to: &Admission,
) -> Result<Admitted, MemberError> {
    let paper = (member.id_type.code(), member.id_index.clone());
    let Some(there) = known.get(&paper) else {
        return one::admit(tx, member, to);
    };
    let answer = one::settle(tx, there, member, to)?;
    if matches!(answer.outcome, Outcome::Updated(_) | Outcome::Rejoined) {
        known.remove(&paper);
    }
    Ok(answer)
}

/// Each union's count, once.
fn count(
    tx: &mut Tx,
    entries: &[(PreparedMember, Admission)],
    new: &HashSet<MemberId>,
) -> Result<(), MemberError> {
    let mut added: BTreeMap<OrgId, i64> = BTreeMap::new();
    for (_, to) in entries
        .iter()
        .filter(|(member, _)| new.contains(&member.id))
    {
        *added.entry(to.org).or_default() += 1;
    }
    for (org, delta) in added {
        orgs::adjust_member_count(tx, org, delta).map_err(MemberError::room)?;
    }
    Ok(())
}

fn audit(
    tx: &mut Tx,
    answers: &[Admitted],
    entries: &[(PreparedMember, Admission)],
    batch: Option<BatchId>,
    pairs: u64,
) -> Result<(), MemberError> {
    let tally = |wanted: fn(&Outcome) -> bool| {
        answers
            .iter()
            .filter(|answer| wanted(&answer.outcome))
            .count()
    };
    let new = tally(|outcome| *outcome == Outcome::New);
    if new == 0 {
        return Ok(());
    }
    let path = entries
        .iter()
        .map(|(_, to)| to.org_path.clone())
        .reduce(|a, b| common(&a, &b));
    let first = answers
        .iter()
        .find(|answer| answer.outcome == Outcome::New)
        .map(|answer| answer.id);
    let detail = json!({
        "new": new,
        "updated": tally(|outcome| matches!(outcome, Outcome::Updated(_))),
        "rejoined": tally(|outcome| *outcome == Outcome::Rejoined),
        "first": first,
        "duplicates": pairs,
    });
    let subject = batch.map_or_else(
        || {
            Audit::of(
                "member.admitted_many",
                "member",
                first.map(|id| id.to_string()).unwrap_or_default(),
            )
        },
        |batch| Audit::of("member.admitted_many", "import_batch", batch),
    );
    let entry = match path {
        Some(path) => subject.at(&path),
        None => subject,
    };
    tx.audit(entry.detail(detail))?;
    Ok(())
}

/// The deepest path both lie within.
pub(in crate::members) fn common(a: &OrgPath, b: &OrgPath) -> OrgPath {
    let shared = a
        .lineage()
        .filter(|path| b.is_within(path))
        .max_by_key(OrgPath::depth);
    shared.unwrap_or_else(OrgPath::whole)
}
