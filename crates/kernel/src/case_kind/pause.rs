//! 中止: the clocks of a case stand still for a reason, until a day that is said beforehand, and where the kind asks for it
//! only when somebody else agrees. When the day has come a clock reminds the desk: no case stands still for good.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::case::{Happened, Input, Outcome, Snapshot};
use super::clock::{CaseClock, ClockEvent};
use super::clock_rule::ClockRule;
use super::length::{Almanac, Length, Span};
use super::model::CaseKind;
use super::timing::Work;
use crate::clock::Instant;
use crate::deadline::{Period, due_after};
use crate::definitions::toml_date;

use crate::refusal::Refusals;

/// What the clock that reminds of a pause's end starts on.
pub(super) const START: &str = "@pause";

/// How a kind pauses (中止).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PauseRule {
    /// What the form begins with.
    pub usual: Span,
    /// All pauses of one case together.
    pub most: Span,
    /// Somebody at the level above has to agree, as with an extension.
    pub approval: bool,
    /// Where the numbers come from.
    pub source: String,
    /// Since when they are so.
    #[serde(with = "toml_date")]
    pub since: Date,
    /// Nobody has confirmed them yet (请核对).
    #[serde(default)]
    pub verify: bool,
}

impl PauseRule {
    /// The bounds with where they come from, for who has to keep to them.
    pub fn words(&self) -> String {
        let verify = if self.verify { "，请核对" } else { "" };
        let agreed = if self.approval {
            "；由上一级另一人同意后才停表"
        } else {
            ""
        };
        format!(
            "一件累计最长 {}（{}，{}{verify}）{agreed}",
            self.most, self.source, self.since
        )
    }
}

/// A pause that somebody has asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseAsked {
    /// The last day on which it stands still.
    pub until: Date,
    /// Who asked.
    pub person: Option<String>,
    /// Why.
    pub note: String,
}

impl CaseKind {
    /// The clock that reminds of a pause's end.
    pub(super) fn pause_clock(&self) -> Option<&ClockRule> {
        self.clock.iter().find(|rule| rule.is_of_pause())
    }

    /// The last day of the pause that is on.
    pub fn paused_until(&self, case: &Snapshot) -> Option<Date> {
        self.reminder(case).and_then(|clock| match clock.length {
            Length::Until { day } if case.suspended => Some(day),
            _ => None,
        })
    }

    /// The clock of the newest pause.
    fn reminder<'c>(&self, case: &'c Snapshot) -> Option<&'c CaseClock> {
        let rule = self.pause_clock()?;
        let clocks = case.clocks.iter().rev();
        clocks.into_iter().find(|clock| clock.rule == rule.id)
    }

    /// The day that a form for a pause begins with: the usual length from today, within what is left.
    pub fn usual_pause(
        &self,
        almanac: &Almanac<'_>,
        case: &Snapshot,
        now: Instant,
    ) -> Option<Date> {
        let rule = self.pause.as_ref()?;
        let usual = day_after(almanac, now.shanghai_date(), rule.usual)?;
        Some(usual.min(self.last_pause_day(almanac, case, now)?))
    }

    /// The last day to which a case may be paused now: the days of earlier pauses count.
    fn last_pause_day(&self, almanac: &Almanac<'_>, case: &Snapshot, now: Instant) -> Option<Date> {
        let rule = self.pause.as_ref()?;
        let of_pause = self.pause_clock()?;
        let today = now.shanghai_date();
        let used = case
            .clocks
            .iter()
            .filter(|clock| clock.rule == of_pause.id)
            .map(|clock| stood_still(clock, today))
            .sum::<i64>();
        let last = day_after(almanac, today, rule.most)?;
        crate::calendar::add_days(last, -used)
    }

    /// Gives a pause that began at `since` and has no end the bound of the kind, counted from then: the clock that reminds
    /// begins there. `None` where the case is not paused, has an end, or the calendar does not reach so far.
    pub fn bound_pause(
        &self,
        almanac: &Almanac<'_>,
        case: &Snapshot,
        (since, now): (Instant, Instant),
    ) -> Option<(Date, Outcome)> {
        let (bounds, rule) = (self.pause.as_ref()?, self.pause_clock()?);
        let waits = self.reminder(case).is_some_and(|clock| {
            clock.state().is_live() || clock.state() == super::ClockState::Breached
        });
        if !case.suspended || waits {
            return None;
        }
        let until = day_after(almanac, since.shanghai_date(), bounds.most)?;
        let mut work = Work::new(self, almanac, now, case.clone());
        work.happened.push(Happened::PausedUntil { until });
        work.remind(rule, until, since);
        Some((until, work.done()))
    }

    /// Whether a pause to the day that was said is one: after today and not beyond what the kind allows.
    pub(super) fn check_pause(
        &self,
        almanac: &Almanac<'_>,
        case: &Snapshot,
        input: &Input,
        now: Instant,
        refusals: &mut Refusals,
    ) {
        let Some(rule) = &self.pause else { return };
        let Some(until) = input.until else {
            refusals.add(
                "case.pause_until",
                "请写明预计中止到哪一天，到时候会提醒恢复",
            );
            return;
        };
        refusals.require(
            until > now.shanghai_date(),
            "case.pause_until",
            "预计恢复的日子要在今天以后",
        );
        let last = self.last_pause_day(almanac, case, now);
        refusals.require(
            last.is_none_or(|last| until <= last),
            "case.pause_long",
            format!(
                "一件累计最长中止 {}，现在最晚到 {}",
                rule.most,
                last.map(|last| last.to_string()).unwrap_or_default()
            ),
        );
    }
}

fn day_after(almanac: &Almanac<'_>, from: Date, span: Span) -> Option<Date> {
    match Length::from(span) {
        Length::Period { period } => Some(due_after(almanac.calendar, from, period)?.date),
        _ => None,
    }
}

/// How many days a pause took, of one that is on until today.
fn stood_still(clock: &CaseClock, today: Date) -> i64 {
    let over = clock.events.iter().find_map(|(at, event)| {
        let ends = matches!(
            event,
            ClockEvent::Met | ClockEvent::DoneLate | ClockEvent::Void { .. }
        );
        ends.then(|| at.shanghai_date())
    });
    let days = clock.started().shanghai_date().until(over.unwrap_or(today));
    days.map_or(0, |span| i64::from(span.get_days()))
}

impl Work<'_> {
    /// Asks for a pause, or begins it where the kind needs nobody's consent.
    pub(super) fn ask_pause(&mut self, person: Option<&String>, input: &Input) {
        let Some(until) = input.until.filter(|_| self.kind.pause.is_some()) else {
            return;
        };
        let asked = PauseAsked {
            until,
            person: person.cloned(),
            note: input.note.trim().to_owned(),
        };
        if self.kind.pause.as_ref().is_some_and(|rule| rule.approval) {
            self.happened.push(Happened::PauseAsked { until });
            self.case.pause = Some(asked);
        } else {
            self.stand_still(&asked);
        }
    }

    /// 同意中止
    pub(super) fn grant_pause(&mut self) {
        if let Some(asked) = self.case.pause.take() {
            self.stand_still(&asked);
        }
    }

    /// 不同意中止
    pub(super) fn deny_pause(&mut self) {
        if let Some(asked) = self.case.pause.take() {
            let until = asked.until;
            self.happened.push(Happened::PauseDenied { until });
        }
    }

    /// The clocks stand still, and the clock of the pause begins; one that runs gives way to it.
    fn stand_still(&mut self, asked: &PauseAsked) {
        self.case.suspended = true;
        self.pause(&asked.note);
        let until = asked.until;
        self.happened.push(Happened::PausedUntil { until });
        let kind = self.kind;
        let Some(rule) = kind.pause_clock() else {
            return;
        };
        for index in 0..self.case.clocks.len() {
            let former = self.case.clocks.get(index).is_some_and(|clock| {
                let state = clock.state();
                let waits = state.is_live() || state == super::ClockState::Breached;
                clock.rule == rule.id && waits
            });
            if former {
                let reason = "重新计时".to_owned();
                self.end(index, ClockEvent::Void { reason });
            }
        }
        self.remind(rule, until, self.now);
    }

    /// The clock that reminds of a pause's end.
    fn remind(&mut self, rule: &ClockRule, until: Date, since: Instant) {
        self.push(CaseClock {
            rule: rule.id.clone(),
            title: rule.title.clone(),
            owner: self.case.owner.clone(),
            length: Length::Until { day: until },
            events: vec![(since, ClockEvent::Started)],
        });
    }
}

/// What is wrong with how a kind pauses: a pause needs its bounds, its reminder, and whoever decides.
pub(super) fn faults(kind: &CaseKind) -> Vec<String> {
    let has = |effect: super::Effect| kind.verb.iter().any(|row| row.effect() == effect);
    let mut found = Vec::new();
    let mut need = |holds: bool, message: &str| {
        if !holds {
            found.push(format!("中止：{message}"));
        }
    };
    let pauses = has(super::Effect::Suspend);
    need(
        pauses == kind.pause.is_some(),
        "有中止动作的要写 [pause]，没有的不写",
    );
    let clocks: Vec<_> = kind
        .clock
        .iter()
        .filter(|rule| rule.is_of_pause())
        .collect();
    need(
        clocks.len() == usize::from(pauses),
        "要有一个从 @pause 开始的期限，到期提醒恢复",
    );
    for rule in clocks {
        let row = |verb: &String| kind.verb.iter().find(|row| row.id == *verb);
        let resumes =
            |verb: &String| row(verb).is_some_and(|row| row.effect() == super::Effect::Resume);
        need(
            rule.start.len() == 1 && rule.stop.iter().all(resumes) && rule.length.is_none(),
            "从 @pause 开始的期限只由“恢复”完成，长短由中止时写的日子定，不写 for",
        );
    }
    if let Some(rule) = &kind.pause {
        let days = |span: Span| match Length::from(span) {
            Length::Period {
                period: Period::Days(n, _),
            } => n,
            _ => 0,
        };
        need(
            rule.usual.unit == rule.most.unit
                && days(rule.usual) > 0
                && days(rule.usual) <= days(rule.most),
            "usual 和 most 用同一种日数，usual 不大于 most",
        );
        need(!rule.source.trim().is_empty(), "要写明日数的出处（source）");
        let decides = has(super::Effect::GrantPause) && has(super::Effect::DenyPause);
        need(
            rule.approval == decides,
            "approval = true 时要有“同意中止”“不同意中止”，否则不写",
        );
    }
    found
}
