//! Counts attempts per network address in one-minute windows; in memory, bounded.

use std::collections::HashMap;
use std::sync::Mutex;

use kernel::Instant;

/// At most so many addresses are remembered; past that the window is emptied.
const MOST_ADDRESSES: usize = 50_000;

/// A fixed-window counter.
pub struct Limiter {
    per_minute: u32,
    window: Mutex<(i64, HashMap<String, u32>)>,
}

impl Limiter {
    /// At most `per_minute` attempts from one address in a minute.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            window: Mutex::new((0, HashMap::new())),
        }
    }

    /// Count one attempt; false when there were too many.
    pub fn allow(&self, address: &str, now: Instant) -> bool {
        let minute = now.ms() / 60_000;
        let Ok(mut window) = self.window.lock() else {
            return false;
        };
        if window.0 != minute || window.1.len() >= MOST_ADDRESSES {
            *window = (minute, HashMap::new());
        }
        let count = window.1.entry(address.to_owned()).or_insert(0);
        *count += 1;
        *count <= self.per_minute
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_minute_starts_anew_and_addresses_do_not_share() {
        let limiter = Limiter::new(2);
        let now = Instant::from_ms(1_790_000_000_000);
        assert!(limiter.allow("a", now) && limiter.allow("a", now));
        assert!(!limiter.allow("a", now));
        assert!(limiter.allow("b", now));
        assert!(limiter.allow("a", Instant::from_ms(now.ms() + 60_000)));
    }
}
