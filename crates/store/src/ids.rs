//! Ids for real use: UUIDv7 with random bits from the operating system.

use std::cell::RefCell;

use kernel::Instant;
use kernel::ids::{IdSource, V7Sequence};
use uuid::Uuid;

/// The source of ids outside tests and demos.
#[derive(Debug, Default)]
pub struct RandomIds(V7Sequence);

impl IdSource for RandomIds {
    fn next(&self, now: Instant) -> Uuid {
        let mut bytes = [0; 16];
        random(&mut bytes);
        self.0.next(now, u128::from_le_bytes(bytes))
    }
}

/// Random bytes kept ready per thread: one system call for a few hundred nonces and ids.
const POOL: usize = 4096;

struct Pool {
    bytes: [u8; POOL],
    used: usize,
}

thread_local! {
    static RANDOM: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; POOL], used: POOL }) };
}

/// Fills `out` from the operating system's generator.
///
/// There is no safe way to go on without randomness (nonces must never repeat), so when the system has none
/// this panics; the transaction around it rolls back.
pub(crate) fn random(out: &mut [u8]) {
    RANDOM.with_borrow_mut(|pool| {
        if pool.used + out.len() > POOL {
            refill(&mut pool.bytes);
            pool.used = 0;
        }
        let end = pool.used + out.len();
        match pool.bytes.get_mut(pool.used..end) {
            Some(ready) => {
                out.copy_from_slice(ready);
                ready.fill(0);
                pool.used = end;
            }
            None => refill(out),
        }
    });
}

/// Asks the operating system.
#[expect(
    clippy::panic,
    reason = "without randomness no id or nonce is safe; the transaction rolls back"
)]
fn refill(out: &mut [u8]) {
    if let Err(fault) = getrandom::fill(out) {
        panic!("no random bytes from the operating system: {fault}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bytes_do_not_repeat() {
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..2_000 {
            let mut nonce = [0; 12];
            random(&mut nonce);
            assert!(seen.insert(nonce));
        }
        let mut long = [0; POOL + 1];
        random(&mut long);
        assert_ne!(long[POOL - 8..], [0; 9]);
    }
}
