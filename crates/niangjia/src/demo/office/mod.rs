//! The people at work (在岗的人): in the last months of the history somebody sits at every desk and does what a desk does.
//!
//! Alerts come from the rules as they do in life; here is decided who looks at them when, and what they do. Other
//! matters (demands, mediations, supervision, legal aid, visits) are written down as short stories. Everything goes
//! through the rooms' own verbs, under the account and the post of whoever does it, in order of time; what a room
//! refuses is left alone, as people leave it.

mod alerts;
mod deeds;
mod matters;
mod papers;
mod rounds;
mod staff;
mod stories;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use kernel::{Calendar, Date, FixedClock, Instant};
use store::{Actor, Db};
use union::access::{Capability, CapabilitySet};
use union::arrears::AlertId;
use union::cases::{self, CaseFilter, CaseId};
use web::Rules;

use super::dice::Dice;
use super::plan::{Course, OFFICE_DAYS, Plan, plus_days};
use super::pour::Poured;
use deeds::{Act, By, Done};
use staff::{Desk, Staff};

/// Open cases looked at on one morning.
const MORNING: usize = 200;
/// A day.
const DAY: Duration = Duration::from_secs(86_400);

/// Everything one matter is known by.
struct File {
    /// Its case, once there is one.
    case: Option<CaseId>,
    /// Its alert, when it handles one.
    alert: Option<AlertId>,
    /// Who sits where it lies.
    desk: Desk,
    /// What of its plan still holds: plans are made anew when a colour rises.
    turn: u32,
    /// The code of whoever reported it.
    receipt: String,
    /// How it goes.
    course: Course,
    /// The employer, by place in the plan.
    firm: Option<usize>,
    /// Rank of the level that was planned for.
    rank: i64,
}

/// Something somebody means to do.
struct Task {
    file: usize,
    turn: u32,
    by: By,
    act: Act,
}

/// The desks of the district with what lies on them.
pub struct Office<'a> {
    db: &'a Db,
    system: Actor,
    clock: Arc<FixedClock>,
    plan: &'a Plan,
    staff: Staff,
    files: Vec<File>,
    alerts: HashMap<AlertId, usize>,
    firms: HashMap<&'a str, usize>,
    agenda: BTreeMap<(Instant, usize), Task>,
    written: usize,
    dice: Dice,
    /// Posters that hang.
    hung: Vec<papers::Hung>,
    /// Answers to the weekly questions that are still to come.
    rounds: rounds::Rounds,
    /// What a room refused.
    refused: usize,
}

/// The first day on which the offices work: offices write once a week, so that whoever has a post is entered by then.
pub fn begins(plan: &Plan) -> Date {
    let today = plan.size.today;
    let stands = plan.posts.map_or(plan.opening, |posts| posts.since);
    plus_days(today, -OFFICE_DAYS)
        .max(plan.opening)
        .max(plus_days(stands, 7))
        .min(today)
}

impl<'a> Office<'a> {
    /// Everybody comes to work for the first time.
    ///
    /// # Errors
    /// The district is too small to have the posts.
    pub fn open(
        (db, system, clock): (&'a Db, Actor, Arc<FixedClock>),
        rules: &Rules,
        plan: &'a Plan,
        done: &Poured,
    ) -> anyhow::Result<Self> {
        super::accounts::make(rules, db, &system, plan, done)?;
        let staff = Staff::hire(db, &system, rules, plan, done).context("演示区的岗位没有配齐")?;
        let named = plan.firms.iter().enumerate();
        let mut office = Self {
            firms: named.map(|(at, firm)| (firm.name.as_str(), at)).collect(),
            dice: Dice::new(plan.size.seed, "office"),
            db,
            system,
            clock,
            plan,
            staff,
            files: Vec::new(),
            alerts: HashMap::new(),
            agenda: BTreeMap::new(),
            written: 0,
            hung: Vec::new(),
            rounds: rounds::Rounds::plan(plan),
            refused: 0,
        };
        papers::posters(&mut office, done).context("演示区的海报")?;
        office.matters(done);
        Ok(office)
    }

    /// A morning: clocks that ran out are missed.
    ///
    /// # Errors
    /// The store failed.
    pub fn morning(&mut self) -> anyhow::Result<()> {
        let every = everything();
        self.db.write(&self.system, |tx| {
            let open = CaseFilter {
                open: Some(true),
                limit: MORNING,
                ..CaseFilter::default()
            };
            let now = tx.now();
            let late = |due: Option<Instant>| due.is_some_and(|due| due <= now);
            for line in cases::list(tx, every, &open)? {
                if late(line.next_due) {
                    cases::tick(tx, line.id)?;
                }
            }
            Ok::<_, cases::CaseError>(())
        })?;
        Ok(())
    }

    /// A day's work, after the morning's evaluation.
    ///
    /// # Errors
    /// Anything but a refusal.
    pub fn day(&mut self, date: Date, done: &Poured) -> anyhow::Result<()> {
        self.look().context("看不到预警")?;
        let night = Instant::from_shanghai(date, 23, 0);
        while let Some(entry) = self.agenda.first_entry() {
            let (at, _) = *entry.key();
            if at > night {
                break;
            }
            let task = entry.remove();
            self.rounds(at, done)?;
            self.clock.set(at.max(self.db.clock().now()));
            self.perform(&task)
                .with_context(|| format!("{at}：{}", task.act))?;
        }
        self.rounds(night, done)
    }

    /// Puts something on the agenda.
    fn later(&mut self, at: Instant, file: usize, by: By, act: impl Into<Act>) {
        let turn = self.files.get(file).map_or(0, |file| file.turn);
        let task = Task {
            file,
            turn,
            by,
            act: act.into(),
        };
        self.written += 1;
        self.agenda.insert((at, self.written), task);
    }

    fn perform(&mut self, task: &Task) -> anyhow::Result<()> {
        let Some(file) = self.files.get(task.file) else {
            return Ok(());
        };
        if file.turn != task.turn {
            return Ok(());
        }
        let desk = file.desk;
        match deeds::perform(self, task, file) {
            Ok(done) => {
                self.came(task, done, desk);
                Ok(())
            }
            Err(deeds::Fault::Refused(why)) => {
                self.refused += 1;
                tracing::debug!(act = %task.act, why, "demo office");
                self.again(task, &why);
                Ok(())
            }
            Err(deeds::Fault::Other(fault)) => Err(fault),
        }
    }

    /// What follows when it was done.
    fn came(&mut self, task: &Task, done: Done, desk: Desk) {
        let Some(file) = self.files.get_mut(task.file) else {
            return;
        };
        match done {
            Done::Opened(case, receipt) => {
                file.case = Some(case);
                file.receipt = receipt;
            }
            Done::Beside(case) => self.follow(case, desk),
            // What was still meant to be done about a closed alert is done with.
            Done::Nothing if matches!(task.act, Act::Close(_)) => {
                file.turn += 1;
                self.asks(task);
            }
            Done::Nothing => {}
        }
    }

    /// How often a room said no.
    pub fn refused(&self) -> usize {
        self.refused
    }
}

/// What the program itself may do.
fn everything() -> CapabilitySet {
    Capability::ALL.iter().copied().collect()
}

/// The `days`-th working day after a day; of 0 the day itself or the next one people work.
fn workday(from: Date, days: u32) -> Date {
    let calendar = Calendar::national();
    let due = match days {
        0 => calendar.on_or_after(from),
        days => calendar.add_working_days(from, days),
    };
    due.map_or(from, |due| due.date)
}

/// A time of a working day.
fn time(from: Date, days: u32, (hour, minute): (i8, i8)) -> Instant {
    Instant::from_shanghai(workday(from, days), hour, minute)
}

/// The working day that lies so many working days before a day.
fn workday_before(day: Date, days: u32) -> Date {
    let (mut date, mut left) = (day, days);
    let calendar = Calendar::national();
    while left > 0 || !calendar.day(date).kind.is_working() {
        if calendar.day(date).kind.is_working() {
            left -= 1;
        }
        date = plus_days(date, -1);
    }
    date
}
