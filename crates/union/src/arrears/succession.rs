//! 同一件事以哪一份为准: of what several sources say about one event the weightiest counts, and the others confirm it.
//!
//! What an office has on record or the union has seen goes before what somebody says; then the graver goes first, by
//! the fields of its kind (`weight` in `definitions/signals`). A row that says worse takes the place of the one that
//! counted; when the one that counts is corrected downwards or taken back, the weightiest of the others takes over. A
//! row counts from the moment it took over, so that what was known at any moment stays what it was.

use std::collections::HashMap;

use kernel::{Date, DistrictCode};
use store::{Query, Row, StoreError, Tx, Value, args};

use super::feeds::is_own;
use super::kinds::{self, Weight};
use super::model::{Fields, Quality, Signal, SignalId, SignalState, SubjectId};
use super::packs::Packer;
use super::signals::Mark;
use super::{ArrearsError, sql};

/// Events asked for in one statement.
const EVENTS: usize = 400;

/// A row that is there for an event.
#[derive(Debug, Clone)]
pub(super) struct Report {
    /// Its id.
    pub id: SignalId,
    /// Empty where it counts.
    pub slot: String,
    /// The feed it came by.
    pub feed: String,
    /// The day it speaks about.
    pub day: Date,
    /// What it says.
    pub fields: Fields,
    /// How sure it is.
    pub quality: Quality,
}

impl Report {
    /// A signal that is not yet placed among the others.
    pub(super) fn of(signal: &Signal) -> Self {
        Self {
            id: signal.id,
            slot: String::new(),
            feed: signal.feed.clone(),
            day: signal.day,
            fields: signal.fields.clone(),
            quality: signal.quality,
        }
    }

    pub(super) fn counts(&self) -> bool {
        self.slot.is_empty()
    }

    fn weight(&self, kind: &str) -> Weight {
        kinds::weight(kind, &self.fields, self.quality)
    }
}

/// The slot of a row that confirms another.
pub(super) fn echo_slot(feed: &str) -> String {
    format!("echo:{feed}")
}

/// Beginning of the slot of a row that counted until another source said worse.
pub(super) const GAVE_WAY: &str = "gave:";

/// Why a row ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Its source sent other figures.
    Replaced,
    /// A confirmation never counted, so it stays one: a replay must not take it for a row that did.
    Echo,
    /// Somebody took it back.
    Withdrawn,
    /// Another source said worse; a copy of it goes on as confirmation.
    GaveWay,
}

/// A row ends; it keeps its place in history under a slot of its own.
pub(super) fn end(tx: &mut Tx, id: SignalId, why: End) -> Result<(), StoreError> {
    let (district, now) = (*tx.district(), tx.now());
    let (state, slot) = match why {
        End::Replaced => (SignalState::Replaced, "old:"),
        End::Echo => (SignalState::Echo, "old:"),
        End::Withdrawn => (SignalState::Withdrawn, "old:"),
        End::GaveWay => (SignalState::Replaced, GAVE_WAY),
    };
    let slot = format!("{slot}{id}");
    tx.across("a correction reaches the row wherever it lies", |tx| {
        tx.exec(&sql::END_SIGNAL, args![district, id, state.id(), slot, now])
    })?;
    Ok(())
}

/// Changes of one transaction to what counts.
#[derive(Default)]
pub(super) struct Changes {
    /// Rows that are not in the store yet.
    pub rows: Vec<Vec<Value>>,
    /// What they mean for the packs.
    pub packer: Packer,
}

impl Changes {
    /// Keeps everything.
    pub(super) fn keep(mut self, tx: &mut Tx) -> Result<(), StoreError> {
        self.flush(tx)?;
        self.packer.keep(tx)
    }

    /// Rows of this very transaction go into the store before anything is done about them.
    pub(super) fn flush(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        tx.across(
            "who reports an employer of another town need not see its desk",
            |tx| tx.insert_many(&sql::INSERT_SIGNAL, rows).map(drop),
        )
    }

    /// Whether a report counts beside the others of its event; whoever counted gives way, or is confirmed, accordingly.
    pub(super) fn settle(
        &mut self,
        tx: &mut Tx,
        (subject, kind): (SubjectId, &str),
        others: &mut [Report],
        new: &Report,
    ) -> Result<Place, StoreError> {
        let weight = new.weight(kind);
        if let Some(leader) = others.iter_mut().find(|one| one.counts()) {
            if weight <= leader.weight(kind) {
                return Ok(Place::Confirms);
            }
            self.give_way(tx, (subject, kind), leader)?;
            return Ok(Place::TakesOver);
        }
        match weightiest(kind, others) {
            Some(best) if weight < best.weight(kind) => {
                self.promote(tx, (subject, kind), best)?;
                Ok(Place::Confirms)
            }
            _ => Ok(Place::Counts),
        }
    }

    /// The one that counted does not any more: the weightiest of those that are left takes over.
    pub(super) fn succeed(
        &mut self,
        tx: &mut Tx,
        about: (SubjectId, &str),
        left: &mut [Report],
    ) -> Result<(), StoreError> {
        if left.iter().any(Report::counts) {
            return Ok(());
        }
        match weightiest(about.1, left) {
            Some(best) => self.promote(tx, about, best),
            None => Ok(()),
        }
    }

    /// The row that counted ends, and a copy of it stays as confirmation: its time as the one that counted is history.
    fn give_way(
        &mut self,
        tx: &mut Tx,
        (subject, kind): (SubjectId, &str),
        leader: &mut Report,
    ) -> Result<(), StoreError> {
        self.flush(tx)?;
        let (district, copy, slot) = (
            *tx.district(),
            tx.new_id::<SignalId>(),
            echo_slot(&leader.feed),
        );
        let ids = (subject, leader.id);
        self.packer.ends(ids, kind, leader.day, tx.now());
        end(tx, leader.id, End::GaveWay)?;
        tx.across("a confirmation lies where the row lay", |tx| {
            tx.exec(&sql::COPY_AS_ECHO, args![district, leader.id, copy, slot])
        })?;
        (leader.id, leader.slot) = (copy, slot);
        Ok(())
    }

    fn promote(
        &mut self,
        tx: &mut Tx,
        (subject, kind): (SubjectId, &str),
        best: &mut Report,
    ) -> Result<(), StoreError> {
        self.flush(tx)?;
        let (district, now) = (*tx.district(), tx.now());
        tx.across("what takes over lies wherever it lies", |tx| {
            tx.exec(&sql::PROMOTE, args![district, best.id, now])
        })?;
        let since = (now, &best.fields, is_own(&best.feed));
        self.packer
            .counts((subject, best.id), kind, best.day, since);
        best.slot.clear();
        Ok(())
    }
}

/// What a report is among the others of its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It counts; nothing else did.
    Counts,
    /// It says worse than the one that counted, and counts in its place.
    TakesOver,
    /// Another one counts.
    Confirms,
}

/// The weightiest; of several, the one that was there first.
fn weightiest<'a>(kind: &str, reports: &'a mut [Report]) -> Option<&'a mut Report> {
    let mut best: Option<(Weight, &'a mut Report)> = None;
    for one in reports {
        let weight = one.weight(kind);
        if best.as_ref().is_none_or(|(known, _)| weight > *known) {
            best = Some((weight, one));
        }
    }
    best.map(|(_, one)| one)
}

/// What is known of some events, in no order: asked for one, SQLite walks the whole district in it rather than look
/// the events up.
fn of_events(district: DistrictCode, marks: &[Mark]) -> Query {
    Query::from(&sql::EVENTS, args![district])
        .and_in(" AND event IN ", marks.iter().map(|mark| mark.to_vec()))
        .push(" AND ended_at IS NULL")
}

/// The rows that are there for some events, the first first.
pub(super) fn known_events(
    tx: &mut Tx,
    marks: &[Mark],
) -> Result<HashMap<Mark, Vec<Report>>, ArrearsError> {
    let district = *tx.district();
    let mut wanted: Vec<Mark> = marks.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    let mut known: HashMap<Mark, Vec<Report>> = HashMap::new();
    for some in wanted.chunks(EVENTS) {
        let rows = tx.across("an event counts once in the whole district", |tx| {
            tx.all(&of_events(district, some), &[])
        })?;
        for row in &rows {
            known.entry(row.get(0)?).or_default().push(report(row)?);
        }
    }
    for there in known.values_mut() {
        there.sort_unstable_by_key(|one| one.id);
    }
    Ok(known)
}

fn report(row: &Row) -> Result<Report, StoreError> {
    Ok(Report {
        id: row.get(1)?,
        slot: row.get(2)?,
        feed: row.get(3)?,
        day: row.get(4)?,
        fields: row.get(5)?,
        quality: Quality::of_column(row, 6)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_events_is_looked_up_however_many_signals_there_are() {
        let test = store::testing::TestDb::sqlite();
        let query = of_events(store::testing::district(), &[[0; 16], [1; 16]]);
        let plan = test.plan_of(&query);
        assert_eq!(plan.len(), 1, "{plan:#?}");
        assert!(
            plan[0].starts_with("SEARCH signal") && plan[0].contains("event=?"),
            "{plan:#?}"
        );
    }
}
