//! Pouring the plan into a database, day by day, through the same actions as everybody's.
//!
//! The clock of the store stands where the history is: what is written on a day is dated that day, in the
//! members' periods and in the sealed log alike.

mod calendar;
mod governance;
mod letters;
mod people;
mod queues;
mod structure;
mod turns;
mod warnings;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use anyhow::Context;
use kernel::ids::{EmployerId, MemberId};
use kernel::{Date, FixedClock, Instant};
use store::{Actor, Db};
use union::coverage::Month;
use union::orgs::OrgRef;
use web::Rules;

use super::office::{self, Office};
use super::person::People;
use super::plan::{Plan, plus_days};
use super::progress::Progress;
use calendar::{Calendar, Day};

/// Plain indexes that admission does not look anything up by.
const INDEXES: [&str; 7] = [
    "member_path",
    "member_name",
    "member_sound",
    "member_initials",
    "member_employer",
    "membership_path",
    "membership_member",
];

/// What has been written so far, by place in the plan.
pub struct Poured {
    /// Unions that exist.
    pub unions: Vec<Option<OrgRef>>,
    /// Employers that exist.
    pub firms: Vec<Option<EmployerId>>,
    /// Members somebody will ask for again: those with events, and the first of each union.
    pub members: HashMap<usize, MemberId>,
    /// Members written.
    pub admitted: usize,
}

/// The work under way.
pub struct Pour<'a> {
    pub(super) db: &'a Db,
    pub(super) actor: Actor,
    pub(super) clock: Arc<FixedClock>,
    pub(super) plan: &'a Plan,
    pub(super) done: Poured,
    pub(super) progress: &'a Progress,
    wanted: HashSet<usize>,
    door: queues::Door,
    foundings: governance::Foundings,
    staff: People,
    frozen: Option<Month>,
    warnings: warnings::Warnings,
    rules: &'a Rules,
    office: Option<Office<'a>>,
}

impl<'a> Pour<'a> {
    /// Begin with an open, empty district.
    pub fn new(
        db: &'a Db,
        actor: Actor,
        clock: Arc<FixedClock>,
        (plan, rules): (&'a Plan, &'a Rules),
        progress: &'a Progress,
    ) -> Self {
        let done = Poured {
            unions: vec![None; plan.unions.len()],
            firms: vec![None; plan.firms.len()],
            members: HashMap::new(),
            admitted: 0,
        };
        Self {
            db,
            actor,
            clock,
            plan,
            done,
            progress,
            wanted: people::wanted(plan),
            door: queues::Door::new(plan.size.seed, plan.size.online),
            foundings: governance::Foundings::of(plan),
            staff: governance::staff(plan.size.seed),
            frozen: None,
            warnings: warnings::Warnings::default(),
            rules,
            office: None,
        }
    }

    /// Play the whole history.
    ///
    /// # Errors
    /// A room refused something, which means that the plan breaks a rule.
    pub fn run(&mut self) -> anyhow::Result<()> {
        let calendar = Calendar::of(self.plan);
        let people =
            people::Stream::start(self.db.vault(), self.actor.district, self.plan, &calendar)?;
        let first = office::begins(self.plan);
        let mut next = first;
        for (date, day) in calendar.days() {
            // Offices write once a week, and people come to work every day.
            while next < *date {
                self.at_work(next)?;
                next = plus_days(next, 1);
            }
            self.stand_on(*date);
            self.day(*date, day, &people)?;
            if *date >= first {
                self.at_work(*date)?;
                next = plus_days(*date, 1);
            }
        }
        let progress = self.progress;
        progress.say("正在登记委员会");
        progress.timed("committees", || self.committees())?;
        progress.timed("letters", || self.letters())?;
        self.duplicates()?;
        self.names()
    }

    /// A day at the desks, if people work on it: clocks, signals, colours, and what everybody does about it.
    fn at_work(&mut self, date: Date) -> anyhow::Result<()> {
        let working = kernel::Calendar::national().day(date).kind.is_working();
        if self.office.is_none() {
            self.stand_on(date);
            let shop = (self.db, self.actor.clone(), self.clock.clone());
            self.office = Some(Office::open(shop, self.rules, self.plan, &self.done)?);
        }
        let last = date == self.plan.size.today;
        if !working && !last {
            return Ok(());
        }
        self.stand_on(date);
        let (db, actor, progress) = (self.db, self.actor.clone(), self.progress);
        let came = progress.timed("signals", || db.write(&actor, |tx| self.news(tx, date)))?;
        let Some(mut office) = self.office.take() else {
            return Ok(());
        };
        progress.timed("office: morning", || office.morning())?;
        progress.timed("office: colours", || self.colours(came))?;
        if working {
            progress.timed("office: day", || office.day(date, &self.done))?;
        }
        self.office = Some(office);
        Ok(())
    }

    /// The night after the last day: what came in is new on the desks in the morning.
    ///
    /// # Errors
    /// A room refused something.
    pub fn night(&mut self) -> anyhow::Result<()> {
        let morning = plus_days(self.plan.size.today, 1);
        self.clock.set(Instant::from_shanghai(morning, 0, 20));
        let (db, actor) = (self.db, self.actor.clone());
        db.write(&actor, |tx| self.overnight(tx))?;
        if let Some(office) = &mut self.office {
            office.morning()?;
            tracing::debug!(refused = office.refused(), "demo office");
        }
        self.colours(true)
    }

    /// One day in one transaction; the opening day, when most members come, in several.
    fn day(&mut self, date: Date, day: &Day, people: &people::Stream) -> anyhow::Result<()> {
        let (db, actor, progress) = (self.db, self.actor.clone(), self.progress);
        let (first, more) = day.joins.split_at(day.joins.len().min(1));
        db.write(&actor, |tx| {
            progress
                .timed("structure", || self.structure(tx, date, day))
                .with_context(|| format!("{date} 的组织与企业"))?;
            progress
                .timed("joins", || self.admit(tx, first, people))
                .with_context(|| format!("{date} 的入会"))?;
            if more.is_empty() {
                progress
                    .timed("turns", || self.turns(tx, day))
                    .with_context(|| format!("{date} 的会籍变动"))?;
            }
            progress
                .timed("foundings", || self.foundings(tx, date))
                .with_context(|| format!("{date} 的建会"))?;
            progress.timed("figures", || self.figures(tx, date))?;
            progress.timed("warnings", || self.warnings(tx, date))?;
            progress
                .timed("applications", || self.applications(tx, date))
                .with_context(|| format!("{date} 的入会申请"))
        })?;
        if more.is_empty() {
            return Ok(());
        }
        // Most members come now: sorting an index once at the end is cheaper than keeping it in order.
        progress
            .timed("opening", || {
                db.large_load(&INDEXES, || {
                    more.chunks(1).try_for_each(|portion| {
                        db.write(&actor, |tx| self.admit(tx, portion, people))
                    })
                })
            })
            .with_context(|| format!("{date} 的入会"))?;
        db.write(&actor, |tx| self.turns(tx, day))
            .with_context(|| format!("{date} 的会籍变动"))
    }

    /// Put the clock on a day, at eight in the morning, before anybody works.
    pub(super) fn stand_on(&self, date: Date) {
        self.clock.set(Instant::from_shanghai(date, 8, 0));
    }
}
