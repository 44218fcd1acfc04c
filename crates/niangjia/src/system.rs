//! The machine this program runs on: the only place that asks it for the time.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use kernel::{Clock, Instant};

/// The system clock. Everything else is given a [`Clock`].
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that owns the system clock"
    )]
    fn now(&self) -> Instant {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Instant::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// What commands take from the machine.
#[derive(Clone)]
pub struct System {
    /// The present time.
    pub clock: Arc<dyn Clock>,
}

impl Default for System {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
        }
    }
}
