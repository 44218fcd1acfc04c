//! Clocks of a case: started, met, missed, overtaken. What a missed clock brings is decided here and nowhere else.

use super::case::{Happened, Outcome, Snapshot};
use super::clock::{CaseClock, ClockEvent, ClockState};
use super::clock_rule::ClockRule;
use super::length::{Almanac, Length, LengthRule};
use super::model::{CaseKind, Owner, fits};
use crate::clock::Instant;
use crate::refusal::Refusals;

/// A step in progress: the case as it is becoming, and what has followed so far.
pub(super) struct Work<'a> {
    pub(super) kind: &'a CaseKind,
    pub(super) almanac: &'a Almanac<'a>,
    pub(super) now: Instant,
    pub(super) case: Snapshot,
    pub(super) happened: Vec<Happened>,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        kind: &'a CaseKind,
        almanac: &'a Almanac<'a>,
        now: Instant,
        case: Snapshot,
    ) -> Self {
        Self {
            kind,
            almanac,
            now,
            case,
            happened: Vec::new(),
        }
    }

    pub(super) fn done(self) -> Outcome {
        Outcome {
            case: self.case,
            happened: self.happened,
        }
    }

    /// Starts the clocks whose rules name `key`: a verb, `@open`, `@grade`, `@breach:…`.
    pub(super) fn start(&mut self, key: &str) {
        let kind = self.kind;
        for rule in &kind.clock {
            if rule.start.iter().any(|one| one == key) && fits(&rule.when, &self.case.fields) {
                self.start_rule(rule);
            }
        }
    }

    /// Starts one clock, unless it runs already or the grade has none.
    fn start_rule(&mut self, rule: &'a ClockRule) {
        let live = |clock: &CaseClock| clock.rule == rule.id && clock.state().is_live();
        if self.case.clocks.iter().any(live) {
            return;
        }
        let owner = match rule
            .level
            .as_deref()
            .and_then(|id| self.kind.level_index(id))
        {
            Some(level) => self.at_level(level),
            None => self.case.owner.clone(),
        };
        if let Some(length) = self.length_of(rule) {
            self.start_for(rule, length, owner);
        }
    }

    /// How long a duty has in the case's grade: what the season says, where one is in force and speaks of it.
    fn length_of<'r>(&self, rule: &'r ClockRule) -> Option<&'r LengthRule>
    where
        'a: 'r,
    {
        let grade = self.case.grade.as_deref();
        let usual = rule.length_in(grade)?;
        let season = self.almanac.season;
        season
            .and_then(|season| season.length(&self.kind.id, &rule.id, grade))
            .or(Some(usual))
    }

    fn start_for(&mut self, rule: &ClockRule, length: &LengthRule, owner: Owner) {
        if let Some(clock) = self.prepared(rule, length, owner) {
            self.push(clock);
        }
    }

    /// A clock that starts now, or on the day named in a field; `None` when the field is still empty or the law
    /// says nothing here (the check of the definition refuses the latter).
    fn prepared(&self, rule: &ClockRule, length: &LengthRule, owner: Owner) -> Option<CaseClock> {
        let at = match &rule.from_field {
            None => self.now,
            Some(name) => {
                let day = self.case.fields.get(name)?.parse().ok()?;
                Instant::from_shanghai(day, 0, 0)
            }
        };
        let length = self
            .almanac
            .measure(length, at.shanghai_date(), &self.case.fields)
            .ok()?;
        Some(CaseClock {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            owner,
            length,
            events: vec![(at, ClockEvent::Started)],
        })
    }

    pub(super) fn push(&mut self, clock: CaseClock) {
        if let Some(due) = clock.due(self.almanac) {
            self.happened.push(Happened::Started {
                clock: clock.rule.clone(),
                title: clock.title.clone(),
                due: due.at.ms(),
                provisional: due.provisional,
            });
        }
        self.case.clocks.push(clock);
    }

    /// Who answers at a level here.
    pub(super) fn at_level(&self, level: usize) -> Owner {
        self.case
            .ladder
            .get(level)
            .unwrap_or(&self.case.owner)
            .clone()
    }

    /// The duties that `verb` does are done: running clocks are met, missed ones done late.
    /// A clock that begins again when it is met does not when the step (`rests`) ends our part.
    pub(super) fn stop(&mut self, verb: &str, rests: bool) {
        let kind = self.kind;
        for rule in kind
            .clock
            .iter()
            .filter(|rule| rule.stop.iter().any(|one| one == verb))
        {
            // A verb that also starts the clock sets another date: nothing has been done yet.
            let anew = rule.start.iter().any(|one| one == verb);
            let mut met = false;
            for index in 0..self.case.clocks.len() {
                let event = match self.case.clocks.get(index) {
                    Some(clock) if clock.rule == rule.id => match clock.state() {
                        ClockState::Running | ClockState::Paused if anew => ClockEvent::Void {
                            reason: "重新计时".to_owned(),
                        },
                        ClockState::Running | ClockState::Paused => ClockEvent::Met,
                        ClockState::Breached if !anew => ClockEvent::DoneLate,
                        _ => continue,
                    },
                    _ => continue,
                };
                met = !anew;
                self.end(index, event);
            }
            if met && rule.again && !rests {
                self.start_rule(rule);
            }
        }
    }

    /// What is no longer due after `verb`: running clocks end, and a missed one stays missed but waits for nobody.
    pub(super) fn retire(&mut self, verb: &str) {
        let kind = self.kind;
        let title = kind.verb.iter().find(|row| row.id == verb);
        let reason = title.map_or(verb, super::model::VerbRow::title);
        for index in 0..self.case.clocks.len() {
            let over = self.case.clocks.get(index).is_some_and(|clock| {
                let rule = kind.clock(&clock.rule);
                let named = rule.is_some_and(|rule| rule.retire.iter().any(|one| one == verb));
                let waits = clock.state().is_live() || clock.state() == ClockState::Breached;
                named && waits
            });
            if over {
                let reason = reason.to_owned();
                self.end(index, ClockEvent::Void { reason });
            }
        }
    }

    /// Ends the clock at `index`.
    pub(super) fn end(&mut self, index: usize, event: ClockEvent) {
        let now = self.now;
        if let Some(clock) = self.case.clocks.get_mut(index) {
            clock.events.push((now, event));
            self.happened.push(Happened::Ended {
                clock: clock.rule.clone(),
                title: clock.title.clone(),
                how: clock.state().code().to_owned(),
            });
        }
    }

    /// No clock runs on. With `missed`, one that was missed stays missed but waits for nobody.
    pub(super) fn void_all(&mut self, reason: &str, missed: bool) {
        for index in 0..self.case.clocks.len() {
            let waits = self.case.clocks.get(index).is_some_and(|clock| {
                let state = clock.state();
                state.is_live() || (missed && state == ClockState::Breached)
            });
            if waits {
                let reason = reason.to_owned();
                self.end(index, ClockEvent::Void { reason });
            }
        }
    }

    /// Clocks that may stand still do.
    pub(super) fn pause(&mut self, reason: &str) {
        let (kind, now) = (self.kind, self.now);
        let mut clocks = Vec::new();
        for clock in &mut self.case.clocks {
            let pausable = kind
                .clock(&clock.rule)
                .is_some_and(|rule| rule.pausable && !rule.is_of_pause());
            if pausable && clock.state() == ClockState::Running {
                let reason = reason.to_owned();
                clock.events.push((now, ClockEvent::Paused { reason }));
                clocks.push(clock.rule.clone());
            }
        }
        if !clocks.is_empty() {
            self.happened.push(Happened::Paused { clocks });
        }
    }

    /// Clocks that stood still go on.
    pub(super) fn resume(&mut self) {
        let now = self.now;
        let mut clocks = Vec::new();
        for clock in &mut self.case.clocks {
            if clock.state() == ClockState::Paused {
                clock.events.push((now, ClockEvent::Resumed));
                clocks.push(clock.rule.clone());
            }
        }
        if !clocks.is_empty() {
            self.happened.push(Happened::Resumed { clocks });
        }
    }

    /// Another desk or person answers. Clocks of the old owner go along with their time (转办不停表).
    pub(super) fn hand_to(&mut self, to: Owner, why: &str) {
        if to == self.case.owner {
            return;
        }
        let from = std::mem::replace(&mut self.case.owner, to.clone());
        for clock in &mut self.case.clocks {
            let fixed = self
                .kind
                .clock(&clock.rule)
                .is_some_and(|rule| rule.level.is_some());
            if clock.state().is_live() && clock.owner == from && !fixed {
                clock.owner = to.clone();
            }
        }
        self.case.fresh = true;
        self.case.passed = matches!(why, "assign" | "transfer" | "return");
        self.happened.push(Happened::Owner {
            from,
            to,
            why: why.to_owned(),
        });
    }

    /// Changes the state; in one that ends the case, or leaves it to another office, nothing is due any more.
    pub(super) fn go(&mut self, to: &str) {
        if to == self.case.state {
            return;
        }
        let from = std::mem::replace(&mut self.case.state, to.to_owned());
        self.happened.push(Happened::State {
            from,
            to: to.to_owned(),
        });
        if self.kind.rests(to) {
            self.case.suspended = false;
            self.case.pause = None;
            self.case.waiting = false;
            self.case.extension = None;
            let elsewhere = self.kind.is_elsewhere(to);
            let reason = if elsewhere { "已移交" } else { "已办结" };
            // The desk is no longer late with what another office does now.
            self.void_all(reason, elsewhere);
        }
    }

    /// Misses the clock at `index`: it is retired for good, the responsible level rises, and the level above
    /// gets the same time for the same duty. The colour does not change.
    fn miss(&mut self, index: usize) {
        let now = self.now;
        let Some(clock) = self.case.clocks.get_mut(index) else {
            return;
        };
        clock.events.push((now, ClockEvent::Breached));
        let (rule_id, title, owner) =
            (clock.rule.clone(), clock.title.clone(), clock.owner.clone());
        self.happened.push(Happened::Breached {
            clock: rule_id.clone(),
            title,
            owner: owner.clone(),
        });
        let Some(rule) = self.kind.clock(&rule_id) else {
            return;
        };
        let held = self
            .case
            .held_until
            .is_some_and(|day| now.shanghai_date() <= day);
        if rule.climbs && !held {
            self.climb(rule, &owner);
        }
        if let Some(to) = &rule.breach_to
            && (rule.breach_from.is_empty() || rule.breach_from.contains(&self.case.state))
        {
            self.go(to);
        }
        if !self.kind.is_ended(&self.case.state) {
            self.start(&format!("@breach:{rule_id}"));
        }
    }

    fn climb(&mut self, rule: &'a ClockRule, missed_by: &Owner) {
        let next = self
            .case
            .ladder
            .iter()
            .find(|one| one.level > missed_by.level && one.desk != missed_by.desk);
        let Some(next) = next.cloned() else {
            self.case.alarm = true;
            return;
        };
        if next.level > self.case.owner.level {
            self.case.trail.push(self.case.owner.clone());
            self.hand_to(next.clone(), "climbed");
        }
        let length = self.length_of(rule);
        // A day that has passed does not come again.
        if let Some(length) = length
            .filter(|one| !matches!(one, LengthRule::Until { .. }) && rule.from_field.is_none())
        {
            self.start_for(rule, length, next);
        }
    }
}

impl CaseKind {
    /// Clocks of ours that were missed and whose duty is still to be done. A clock that runs for somebody outside
    /// (an employer's reply) is not ours to be late with.
    pub fn overdue(&self, case: &Snapshot) -> usize {
        case.clocks
            .iter()
            .filter(|clock| clock.state() == ClockState::Breached && self.is_ours(clock))
            .count()
    }

    /// Whether a desk has ever missed a clock of the case.
    pub(super) fn was_late(&self, case: &Snapshot, desk: &Owner) -> bool {
        case.clocks.iter().any(|clock| {
            clock.was_breached() && clock.owner.desk == desk.desk && self.is_ours(clock)
        })
    }

    /// Whether missing this clock is the fault of a desk.
    pub fn is_ours(&self, clock: &CaseClock) -> bool {
        self.clock(&clock.rule).is_none_or(|rule| rule.climbs)
    }

    /// Misses every clock that has run out by `now`, in the order in which they ran out.
    pub fn tick(&self, almanac: &Almanac<'_>, case: &Snapshot, now: Instant) -> Outcome {
        let mut work = Work::new(self, almanac, now, case.clone());
        while let Some(index) = due_first(&work.case, almanac, now) {
            work.miss(index);
        }
        work.done()
    }

    /// The next moment at which a clock of the case runs out.
    pub fn next_due(&self, almanac: &Almanac<'_>, case: &Snapshot) -> Option<Instant> {
        let running = case
            .clocks
            .iter()
            .filter(|clock| clock.state() == ClockState::Running);
        running
            .filter_map(|clock| clock.due(almanac))
            .map(|due| due.at)
            .min()
    }

    /// Another grade: its row of the response matrix applies from now on. What was due earlier stays due: a clock
    /// is only overtaken by one that runs out sooner, or when the new grade knows no such duty.
    ///
    /// # Errors
    /// Unknown grade, or the case has ended or is with another office.
    pub fn regrade(
        &self,
        almanac: &Almanac<'_>,
        case: &Snapshot,
        now: Instant,
        grade: &str,
    ) -> Result<Outcome, Refusals> {
        let Some(to) = self.grade_index(grade) else {
            let message = format!("没有名为「{grade}」的等级");
            return Err(Refusals::one("case.unknown_grade", message));
        };
        if self.is_ended(&case.state) {
            return Err(Refusals::one("case.ended", "已办结，等级不再变化"));
        }
        if self.is_elsewhere(&case.state) {
            return Err(Refusals::one("case.elsewhere", "已移交，等级不再变化"));
        }
        let mut work = Work::new(self, almanac, now, case.clone());
        let old = work.case.grade.replace(grade.to_owned());
        if old.as_deref() == Some(grade) {
            return Ok(work.done());
        }
        let from = old.as_deref().and_then(|id| self.grade_index(id));
        work.happened.push(Happened::Grade {
            from: old.unwrap_or_default(),
            to: grade.to_owned(),
        });
        let rises = from.is_none_or(|from| to > from);
        let level = self.routed(&work.case.fields, &work.case.door, Some(grade));
        let target = work.at_level(level);
        if target.level > work.case.owner.level {
            work.case.trail.push(work.case.owner.clone());
            work.hand_to(target, "grade");
        }
        work.follow_grade(rises);
        if rises {
            work.start("@grade");
        }
        Ok(work.done())
    }
}

impl<'a> Work<'a> {
    fn follow_grade(&mut self, rises: bool) {
        for index in 0..self.case.clocks.len() {
            let Some(clock) = self.case.clocks.get(index) else {
                continue;
            };
            let Some(rule) = self.kind.clock(&clock.rule) else {
                continue;
            };
            if !clock.state().is_live() || rule.by_grade.is_empty() {
                continue;
            }
            let length = self.length_of(rule);
            let fresh = length.and_then(|one| self.prepared(rule, one, clock.owner.clone()));
            let replaced = match &fresh {
                None => true,
                Some(fresh) => rises && self.sooner(fresh, clock),
            };
            if replaced {
                let reason = "预警等级变化".to_owned();
                self.end(index, ClockEvent::Void { reason });
                if let Some(fresh) = fresh {
                    self.push(fresh);
                }
            }
        }
    }

    fn sooner(&self, a: &CaseClock, b: &CaseClock) -> bool {
        let at = |clock: &CaseClock| clock.due(self.almanac).map(|due| due.at);
        match (at(a), at(b)) {
            (Some(a), Some(b)) => a < b,
            _ => false,
        }
    }

    /// Adds an extension to a running clock.
    pub(super) fn extend(&mut self, rule: &str, by: Length, approver: &str) {
        let now = self.now;
        let running = self
            .case
            .clocks
            .iter_mut()
            .find(|clock| clock.rule == rule && clock.state().is_live());
        if let Some(clock) = running {
            let approver = approver.to_owned();
            clock
                .events
                .push((now, ClockEvent::Extended { by, approver }));
            let due = clock.due(self.almanac).map(|due| due.at.ms());
            self.happened.push(Happened::Extended {
                clock: rule.to_owned(),
                by,
                due,
            });
        }
    }
}

/// The running clock that ran out first, if one has by `now`.
fn due_first(case: &Snapshot, almanac: &Almanac<'_>, now: Instant) -> Option<usize> {
    let running = case
        .clocks
        .iter()
        .enumerate()
        .filter(|(_, clock)| clock.state() == ClockState::Running);
    running
        .filter_map(|(index, clock)| Some((clock.due(almanac)?.at, index)))
        .filter(|(at, _)| *at <= now)
        .min()
        .map(|(_, index)| index)
}
