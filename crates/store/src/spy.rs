//! What a page asks the database (feature `spy`): the benchmarks run the very same statements without us, to see
//! what we add. Never part of the program that is shipped: values are kept in clear.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::value::Value;

static LISTENING: AtomicBool = AtomicBool::new(false);
static HEARD: Mutex<Vec<(String, Vec<Value>)>> = Mutex::new(Vec::new());

/// Begins to listen; what was heard before is forgotten.
pub fn listen() {
    HEARD.lock().unwrap_or_else(PoisonError::into_inner).clear();
    LISTENING.store(true, Ordering::SeqCst);
}

/// Ends listening: every statement since, in SQLite's form, with its values.
pub fn heard() -> Vec<(String, Vec<Value>)> {
    LISTENING.store(false, Ordering::SeqCst);
    std::mem::take(&mut *HEARD.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A statement is about to run.
pub(crate) fn note(sql: &str, values: &[Value]) {
    if LISTENING.load(Ordering::Relaxed) {
        let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
        heard.push((sql.to_owned(), values.to_vec()));
    }
}
