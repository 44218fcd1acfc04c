//! What was computed once and holds until something changes (记住不变的结果).
//!
//! Every transaction that changes anything appends to the audit log, or it is refused; so the head of the log is a
//! number that moves with every change of a district, and is read in the same snapshot as everything else. What was
//! computed under one head is right for as long as the head stands there.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kernel::DistrictCode;

use crate::args;
use crate::audit::HEAD;
use crate::error::StoreError;
use crate::tx::{Mode, Tx};

/// Results kept at most; then all are forgotten, which costs one computing each.
const MOST: usize = 1_024;

/// A result and the head of the log it was computed under.
type Kept = (i64, Arc<dyn Any + Send + Sync>);

/// What is remembered, by district and key.
#[derive(Default)]
pub(crate) struct Memo(Mutex<HashMap<(DistrictCode, String), Kept>>);

impl Memo {
    fn get<T: Clone + 'static>(&self, key: &(DistrictCode, String), head: i64) -> Option<T> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, value) = kept.get(key)?;
        (*at == head).then(|| value.downcast_ref::<T>().cloned())?
    }

    fn put(&self, key: (DistrictCode, String), kept: Kept) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(key, kept);
    }
}

impl Tx<'_> {
    /// Computes `f`, or gives what it gave before when nothing in the district has changed since, for the same key,
    /// scope and day. For figures above lists, which many ask for and few changes move.
    ///
    /// `f` may depend on rows that audited transactions write, on the actor's scope and on today; not on the time of
    /// day, on who asks, or on what housekeeping writes. A transaction that writes computes anew.
    ///
    /// # Errors
    /// What `f` says; nothing is remembered then.
    pub fn remember<T, E>(
        &mut self,
        key: &str,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E>
    where
        T: Clone + Send + Sync + 'static,
        E: From<StoreError>,
    {
        let (from, to) = self.actor().scope.range();
        let key = format!("{key}|{from}|{to}|{}", self.today());
        self.remember_for_all(key, f)
    }

    /// As [`Tx::remember`], for what is the same on every day and for every scope.
    pub(crate) fn remember_for_all<T, E>(
        &mut self,
        key: String,
        f: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E>
    where
        T: Clone + Send + Sync + 'static,
        E: From<StoreError>,
    {
        if self.mode() != Mode::Read {
            return f(self);
        }
        let head = self.head()?;
        let place = (*self.district(), key);
        if let Some(known) = self.memo().get(&place, head) {
            return Ok(known);
        }
        let found = f(self)?;
        self.memo().put(place, (head, Arc::new(found.clone())));
        Ok(found)
    }

    /// The head of the log in this snapshot, read once.
    fn head(&mut self) -> Result<i64, StoreError> {
        if let Some(head) = self.head {
            return Ok(head);
        }
        let row = self.raw_opt(&HEAD, args![*self.district()])?;
        let head = row.map_or(Ok(0), |row| row.get(0))?;
        self.head = Some(head);
        Ok(head)
    }
}
