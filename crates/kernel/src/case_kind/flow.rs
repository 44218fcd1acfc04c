//! Opening a case and taking a step: the one place where the rules of a kind are applied. The server and the
//! embedded tests of the definitions both come here.

use std::collections::BTreeMap;

use super::case::{Asked, BackTo, Call, Happened, Input, Outcome, Snapshot, Who};
use super::length::Almanac;
use super::model::{CaseKind, Owner, VerbRow};
use super::timing::Work;
use super::verb::{Effect, Verb};
use crate::clock::Instant;
use crate::refusal::Refusals;

/// What a new case begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Door it comes in by.
    pub door: String,
    /// Grade, in kinds that have grades.
    pub grade: Option<String>,
    /// Fields as typed.
    pub fields: BTreeMap<String, String>,
    /// Who answers at each level of the place.
    pub ladder: Vec<Owner>,
}

/// Somebody uses a verb.
#[derive(Clone, Copy)]
pub struct Step<'s> {
    /// Who.
    pub who: &'s Who,
    /// Whether the post has a capability, by its id.
    pub may: &'s dyn Fn(&str) -> bool,
    /// When.
    pub now: Instant,
    /// Which verb.
    pub verb: &'s Verb,
    /// What comes with it.
    pub input: &'s Input,
}

impl CaseKind {
    /// Opens a case: fields checked, routed, first clocks started.
    ///
    /// # Errors
    /// Everything that is wrong with the intake.
    pub fn open(
        &self,
        almanac: &Almanac<'_>,
        now: Instant,
        opening: Opening,
    ) -> Result<Outcome, Refusals> {
        let mut refusals = Refusals::new();
        let mut fields = BTreeMap::new();
        self.take(&opening.fields, &mut fields, &mut refusals);
        let required = self.field.iter().filter(|field| field.required);
        self.demand(
            required.map(|field| field.name.as_str()),
            &fields,
            &mut refusals,
        );
        refusals.require(
            self.door.iter().any(|door| door.id == opening.door),
            "case.unknown_door",
            format!("「{}」不受理这类事项", opening.door),
        );
        let known = opening
            .grade
            .as_deref()
            .map_or(self.grade.is_empty(), |grade| {
                self.grade_index(grade).is_some()
            });
        refusals.require(known, "case.unknown_grade", "等级不在这类事项的等级之中");
        let level = self.routed(&fields, &opening.door, opening.grade.as_deref());
        let owner = opening.ladder.get(level).cloned();
        refusals.require(
            owner.is_some(),
            "case.no_desk",
            "这个地方没有可以受理的工会，请选择所在的镇街或村社",
        );
        let Some(owner) = owner.filter(|_| refusals.is_empty()) else {
            return Err(refusals);
        };
        let typed = opening.fields;
        let case = Snapshot {
            state: self.first_state().to_owned(),
            grade: opening.grade,
            door: opening.door,
            fields,
            owner,
            ladder: opening.ladder,
            trail: Vec::new(),
            fresh: true,
            passed: false,
            clocks: Vec::new(),
            evidence: BTreeMap::new(),
            letters: BTreeMap::new(),
            calls: Vec::new(),
            consulted: Vec::new(),
            handlers: Vec::new(),
            extension: None,
            pause: None,
            suspended: false,
            waiting: false,
            watch: None,
            unanswered: 0,
            alarm: false,
            reopened: 0,
            held_until: None,
        };
        self.check_bounds(now, &typed, &case, &mut refusals);
        refusals.into_result()?;
        let mut work = Work::new(self, almanac, now, case);
        work.start("@open");
        work.tell_of_collective(false);
        Ok(work.done())
    }

    /// Takes a step. Clocks that have run out by now are missed first, so that nobody is early by being slow.
    ///
    /// # Errors
    /// Every reason against it at once; nothing has changed then (the missed clocks will be missed by the next
    /// look, whoever takes it).
    pub fn act(
        &self,
        almanac: &Almanac<'_>,
        case: &Snapshot,
        step: &Step<'_>,
    ) -> Result<Outcome, Refusals> {
        let (who, verb, input, now) = (step.who, step.verb, step.input, step.now);
        let ticked = self.tick(almanac, case, now);
        let Some(row) = self.row(verb.id(), &ticked.case.state) else {
            return Err(self.not_now(verb, &ticked.case.state));
        };
        let collective = self.is_collective(&ticked.case.fields);
        let mut work = Work::new(self, almanac, now, ticked.case);
        work.happened = ticked.happened;
        let mut refusals = Refusals::new();
        self.check_row(&work.case, row, &mut refusals);
        self.check_who(&work.case, row, who, step.may, &mut refusals);
        work.take_in(row, input, &mut refusals);
        self.check_demands(almanac, &work.case, (row, now), who, input, &mut refusals);
        refusals.into_result()?;
        work.apply(row, who, input);
        work.tell_of_collective(collective);
        Ok(work.done())
    }

    pub(super) fn not_now(&self, verb: &Verb, state: &str) -> Refusals {
        if let Some(why) = self.absent.get(verb.id()) {
            return Refusals::one("case.not_here", why.clone());
        }
        let title = self
            .verb
            .iter()
            .find(|row| row.id == verb.id())
            .map_or(verb.id(), VerbRow::title);
        Refusals::one(
            "case.not_now",
            format!("现在是「{}」，不能「{title}」", self.state_title(state)),
        )
    }
}

impl Work<'_> {
    /// Fields and evidence that come with the step count for what it demands.
    fn take_in(&mut self, row: &VerbRow, input: &Input, refusals: &mut Refusals) {
        let closing = input
            .closing
            .as_deref()
            .and_then(|code| self.kind.closing(code));
        for name in input.fields.keys() {
            let share = closing.and_then(|one| one.share.as_ref());
            let known = row.fields.contains(name)
                || row.may_fill.contains(name)
                || closing.is_some_and(|one| one.fields.contains(name))
                || share.is_some_and(|share| share.part == *name || share.of == *name);
            let title = self
                .kind
                .field(name)
                .map_or(name.as_str(), |field| &field.title);
            refusals.require(
                known,
                "case.field_not_here",
                format!("「{}」时不能改「{title}」", row.title()),
            );
        }
        let kind = self.kind;
        kind.take(&input.fields, &mut self.case.fields, refusals);
        kind.check_limits(&input.fields, &self.case.fields, refusals);
        kind.check_bounds(self.now, &input.fields, &self.case, refusals);
        for piece in &input.evidence {
            refusals.require(
                kind.evidence.iter().any(|one| one.id == *piece),
                "case.unknown_evidence",
                format!("没有名为「{piece}」的证据种类"),
            );
            *self.case.evidence.entry(piece.clone()).or_insert(0) += 1;
        }
    }

    fn apply(&mut self, row: &VerbRow, who: &Who, input: &Input) {
        let effect = row.effect();
        let from_initiator = who.initiator && row.who().contains(&"initiator");
        if !from_initiator {
            self.note_handling(effect, who);
        }
        match effect {
            Effect::Accept => self.accept(who),
            Effect::Assign => self.pass_on(input.next.clone(), "assign"),
            Effect::Transfer => self.pass_on(input.next.clone(), "transfer"),
            Effect::Return => {
                // What the returning desk has done by it is done there, not at the desk it goes back to.
                self.stop(&row.id, false);
                self.give_back(row, input);
            }
            Effect::Recall => {
                if let Some(back) = self.case.trail.pop() {
                    self.hand_to(back, "recall");
                }
            }
            Effect::Consult => {
                if let Some(person) = input.next.as_ref().and_then(|next| next.person.clone())
                    && !self.case.consulted.contains(&person)
                {
                    self.case.consulted.push(person.clone());
                    self.happened.push(Happened::Consulted { person });
                }
            }
            Effect::Note | Effect::Urge if from_initiator => self.hear(),
            Effect::Supervise => self.watch_by(who),
            Effect::Extend => self.ask_extension(who, input),
            Effect::Grant => self.grant(who),
            Effect::Deny => self.deny(),
            Effect::Suspend => self.ask_pause(who.person.as_ref(), input),
            Effect::GrantPause => self.grant_pause(),
            Effect::DenyPause => self.deny_pause(),
            Effect::Resume => {
                self.case.suspended = false;
                self.case.pause = None;
                self.resume();
            }
            Effect::CallBack => self.call(input.call.as_ref()),
            Effect::Reopen => self.reopen(who),
            Effect::ReviewAbove => {
                let above = self.case.above().cloned();
                self.pass_on(above, "review");
            }
            _ => {}
        }
        self.conclude(row, input);
    }

    /// State and clocks, after the effect.
    fn conclude(&mut self, row: &VerbRow, input: &Input) {
        let closing = input
            .closing
            .as_deref()
            .and_then(|code| self.kind.closing(code));
        let to = closing
            .filter(|_| row.effect() == Effect::Close)
            .and_then(|closing| closing.to.as_ref())
            .or(row.to.as_ref());
        self.stop(&row.id, to.is_some_and(|to| self.kind.rests(to)));
        self.retire(&row.id);
        let back = row.effect() == Effect::Return && input.back_to == BackTo::Initiator;
        if !back && let Some(to) = to {
            if self.case.waiting && *to != self.case.state {
                self.case.waiting = false;
                self.resume();
            }
            self.go(to);
        }
        if !self.kind.is_ended(&self.case.state) {
            self.start(&row.id);
        } else {
            // Performance of an agreement, retention and the like begin with the end.
            self.start(&format!("@end:{}", self.case.state.clone()));
        }
    }

    /// The desk has done something: what the initiator said is answered, and it is no longer fresh.
    fn note_handling(&mut self, effect: Effect, who: &Who) {
        if !effect.is_answer() || who.program {
            return;
        }
        let relations = self.kind.relations(&self.case, who);
        let ours = relations
            .iter()
            .any(|one| matches!(one.id(), "handler" | "desk"));
        if ours {
            self.case.fresh = false;
            self.case.unanswered = 0;
            self.case.alarm = false;
            if matches!(effect, Effect::Step | Effect::Accept | Effect::Close)
                && let Some(person) = &who.person
                && !self.case.handlers.contains(person)
            {
                self.case.handlers.push(person.clone());
            }
        }
    }

    fn accept(&mut self, who: &Who) {
        if who.place.as_ref() == Some(&self.case.owner.desk) && who.person.is_some() {
            let to = Owner {
                person: who.person.clone(),
                ..self.case.owner.clone()
            };
            self.hand_to(to, "accept");
            self.case.fresh = false;
        }
    }

    fn pass_on(&mut self, next: Option<Owner>, why: &str) {
        if let Some(next) = next {
            self.case.trail.push(self.case.owner.clone());
            self.hand_to(next, why);
        }
    }

    fn give_back(&mut self, row: &VerbRow, input: &Input) {
        let target = match &input.back_to {
            BackTo::Previous => self.case.trail.last().cloned(),
            BackTo::Desk(org) => self
                .case
                .trail
                .iter()
                .rev()
                .find(|one| one.org == *org)
                .cloned(),
            BackTo::Initiator => {
                self.pause("等待当事人补正");
                self.case.waiting = true;
                if let Some(to) = &row.to_initiator {
                    self.go(to);
                }
                return;
            }
        };
        self.pass_on(target, "return");
    }

    /// The initiator has said something.
    fn hear(&mut self) {
        self.case.unanswered += 1;
        let every = self.kind.alarm_after.max(1);
        if self.case.unanswered.is_multiple_of(every) {
            self.case.alarm = true;
            self.happened.push(Happened::Alarm {
                unanswered: self.case.unanswered,
            });
            self.watch_from_above();
        }
    }

    /// The level above watches from now on.
    pub(super) fn watch_from_above(&mut self) {
        if let Some(above) = self.case.above().cloned() {
            self.set_watch(above);
        }
    }

    fn watch_by(&mut self, who: &Who) {
        let own = self
            .case
            .ladder
            .iter()
            .find(|one| Some(&one.desk) == who.place.as_ref());
        let mut by = own.unwrap_or(&self.case.owner).clone();
        by.person = who.person.clone();
        self.set_watch(by);
    }

    fn set_watch(&mut self, by: Owner) {
        if self.case.watch.as_ref() != Some(&by) {
            self.case.watch = Some(by.clone());
            self.happened.push(Happened::Watched { by });
        }
    }

    fn ask_extension(&mut self, who: &Who, input: &Input) {
        if let (Some(clock), Some(by)) = (&input.clock, input.by) {
            self.case.extension = Some(Asked {
                clock: clock.clone(),
                by,
                person: who.person.clone(),
                note: input.note.trim().to_owned(),
            });
            self.happened.push(Happened::Asked {
                clock: clock.clone(),
                by,
            });
        }
    }

    fn deny(&mut self) {
        if let Some(asked) = self.case.extension.take() {
            self.happened.push(Happened::Denied {
                clock: asked.clock,
                by: asked.by,
            });
        }
    }

    fn call(&mut self, call: Option<&Call>) {
        if let Some(call) = call {
            self.case.calls.push(call.clone());
            self.happened.push(Happened::Called {
                whom: call.whom.clone(),
                solved: call.solved,
                satisfied: call.satisfied,
            });
        }
    }

    fn grant(&mut self, who: &Who) {
        if let Some(asked) = self.case.extension.take() {
            let approver = who.person.clone().unwrap_or_default();
            self.extend(&asked.clock, asked.by, &approver);
        }
    }

    /// Back to the handler, and one level up watches.
    fn reopen(&mut self, who: &Who) {
        if who.initiator {
            self.case.reopened += 1;
        }
        self.case.fresh = true;
        // They were about the former result.
        self.case.calls.clear();
        self.watch_from_above();
    }
}
