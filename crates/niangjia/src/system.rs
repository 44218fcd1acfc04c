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

/// A clock that began at another moment and runs on at the machine's pace: practice and training happen on a day of
/// one's choice, and a demo stopped and started later sees what came due meanwhile (演练时钟).
#[derive(Debug, Clone, Copy)]
struct PracticeClock {
    /// Milliseconds ahead of the machine; negative is behind it.
    ahead: i64,
}

impl Clock for PracticeClock {
    fn now(&self) -> Instant {
        Instant::from_ms(SystemClock.now().ms().saturating_add(self.ahead))
    }
}

/// What commands take from the machine.
#[derive(Clone)]
pub struct System {
    /// The present time.
    pub clock: Arc<dyn Clock>,
}

impl System {
    /// The same machine, as if it were `moment` now. For demo districts only: what a real district notes has to have
    /// happened then.
    #[must_use]
    pub fn as_if(&self, moment: Instant) -> Self {
        let ahead = moment.ms().saturating_sub(SystemClock.now().ms());
        Self {
            clock: Arc::new(PracticeClock { ahead }),
        }
    }
}

impl Default for System {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
        }
    }
}
