//! Background work beside the web server: jobs of every room, relayed events, daily anchors.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use store::Db;
use store::jobs::{Handlers, Worker};
use union::arrears::check_in::RoundPhotos;
use union::exchange::{self, Desk};

/// Rest between two looks at an empty queue.
const IDLE: Duration = Duration::from_millis(500);

/// The worker thread.
pub struct Background {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What the rooms do in the background; the desk knows where uploaded spreadsheets lie.
pub fn handlers(desk: &Desk) -> Handlers {
    Handlers::default()
        .with(union::members::TransferClock)
        .with(union::members::MemberUnits)
        .with(union::members::ApplicationRetention)
        .with(union::orgs::jobs::TermNotices)
        .with(union::coverage::MonthEnd)
        .with(union::coverage::Refresh)
        .with(union::arrears::Matched)
        .with(union::arrears::alerts::Evaluate)
        .with(union::arrears::alerts::Nightly)
        .with(union::arrears::alerts::Verify)
        .with(union::arrears::Complaints)
        .with(union::arrears::daily::DailyReports)
        .with(union::cases::Clocks)
        .with(union::cases::Units)
        .with(union::cases::Retention::beside(&RoundPhotos))
        .with(union::cases::Destroy::beside(&RoundPhotos))
        .with_all(exchange::handlers(desk))
}

impl Background {
    /// Begin working.
    ///
    /// # Errors
    /// The machine gives no thread.
    pub fn start(db: Db, uploads: PathBuf) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let until = stop.clone();
        let handlers = handlers(&Desk::new(db.clone(), uploads));
        let worker = Worker::new(db, handlers);
        let thread = std::thread::Builder::new()
            .name("niangjia-jobs".to_owned())
            .spawn(move || worker.work(&until, IDLE))?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }

    /// Stop between two jobs and wait for the one under way.
    pub fn stop(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic in the worker was logged by the hook; there is nothing left to do about it.
            let _ = thread.join();
        }
    }
}
