//! One thing to do, and what comes first.

use kernel::{Date, Instant};

use crate::console::words::Deadline;

/// So many of one kind stand one by one; more are one line with their list behind it.
const FEW: usize = 3;

/// One thing to do.
pub(super) struct Task {
    pub title: String,
    pub detail: String,
    pub href: String,
    pub deadline: Option<Deadline>,
    /// What the queue is ordered by, whatever room it comes from: the moment it falls due or has been late since. What has
    /// no time limit stands with what is due today.
    pub order: Instant,
    /// What comes first of one day.
    pub weight: Weight,
}

/// How grave it is; the gravest of a day comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// A case: people wait. 0 is the gravest.
    Case(usize),
    /// Anything else that somebody waits for.
    Usual,
    /// A reminder of what will come (换届): nobody waits for it today.
    Reminder,
}

impl Task {
    /// Something without a time limit.
    pub(super) fn today(title: String, detail: &str, href: &str, today: Date) -> Self {
        Self {
            title,
            detail: detail.to_owned(),
            href: href.to_owned(),
            deadline: None,
            order: end_of(today),
            weight: Weight::Usual,
        }
    }

    /// The order of the queue: what is late or due today, then day by day; of a day the gravest first, then what has been
    /// due longest.
    pub(super) fn key(&self, today: Date) -> (Date, Weight, Instant, String) {
        let day = self.order.last_day().max(today);
        (day, self.weight, self.order, self.title.clone())
    }
}

/// The end of a day: what is due on it, or has no time limit, stands there in the order.
pub(super) fn end_of(day: Date) -> Instant {
    Instant::from_shanghai(day.tomorrow().unwrap_or(day), 0, 0)
}

/// A long run of one kind as one line that opens to its list: title, detail, address. It stands where the first stood.
pub(super) fn folded(tasks: Vec<Task>, (title, detail, href): (String, String, &str)) -> Vec<Task> {
    if tasks.len() <= FEW {
        return tasks;
    }
    let first = tasks.into_iter().min_by_key(|task| task.order);
    let one = first.map(|first| Task {
        title,
        detail,
        href: href.to_owned(),
        ..first
    });
    one.into_iter().collect()
}
