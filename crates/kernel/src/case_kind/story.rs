//! Stories: the `[[test]]` tables of a case kind, played through the same functions as the server.
//!
//! ```toml
//! [[test]]
//! title = "黄色预警：两小时联系"
//! open = { at = "2026-11-20 09:00", door = "alert", grade = "yellow", fields = { … } }
//! [[test.step]]
//! at = "2026-11-20 10:00"     # clocks that run out on the way are missed at their own moment
//! by = "L1:甲"                # level and person; "initiator" for the person concerned
//! verb = "accept"             # absent: only time passes
//! state = "accepted"          # what must be true afterwards
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::case::{BackTo, Call, Input, Outcome, Snapshot, Who};
use super::clock::ClockState;
use super::evidence::LetterCount;
use super::flow::{Opening, Step};
use super::length::{Almanac, Length, Span};
use super::model::{CaseKind, Owner};
use super::verb::Verb;
use crate::OrgPath;
use crate::calendar::Calendar;
use crate::clock::Instant;
use crate::definitions::{Catalogue, Definition, Jurisdiction, expect_equal, read_test};
use crate::duty::moment;
use crate::refusal::Refusals;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    #[serde(rename = "title")]
    _title: String,
    /// Place whose rules hold, when not the definition's own.
    place: Option<String>,
    open: Open,
    #[serde(default)]
    step: Vec<Play>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    at: String,
    door: String,
    grade: Option<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Levels that have a desk at this place; all when absent.
    levels: Option<Vec<String>>,
    #[serde(flatten)]
    expect: Expect,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Play {
    at: String,
    by: Option<String>,
    verb: Option<String>,
    grade: Option<String>,
    /// No climbing up to and including this day.
    hold: Option<String>,
    #[serde(default)]
    note: String,
    next: Option<String>,
    back_to: Option<String>,
    #[serde(default)]
    evidence: Vec<String>,
    /// Letters that have been issued for the case by then.
    #[serde(default)]
    issued: Vec<String>,
    /// Of those, letters whose delivery has been recorded by then.
    #[serde(default)]
    served: Vec<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    closing: Option<String>,
    clock: Option<String>,
    extend_by: Option<Span>,
    /// The last day of a pause.
    until: Option<String>,
    other: Option<String>,
    call: Option<PlayCall>,
    /// Capabilities the post lacks.
    #[serde(default)]
    lacks: Vec<String>,
    #[serde(flatten)]
    expect: Expect,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlayCall {
    whom: String,
    solved: bool,
    satisfied: bool,
}

/// What must be true; what is absent is not asked.
#[derive(Debug, Default, Deserialize)]
struct Expect {
    state: Option<String>,
    level: Option<String>,
    person: Option<String>,
    /// Codes of the refusals, sorted; the step must fail with exactly these.
    refused: Option<Vec<String>>,
    /// Clock → when it runs out: a day (24:00 of it) or a moment.
    due: Option<BTreeMap<String, String>>,
    running: Option<Vec<String>>,
    met: Option<Vec<String>>,
    breached: Option<Vec<String>>,
    done_late: Option<Vec<String>>,
    alarm: Option<bool>,
    watched_by: Option<String>,
    /// Verbs that are among the buttons.
    may: Option<Vec<String>>,
    /// Verbs that are not.
    may_not: Option<Vec<String>>,
}

/// Runs one story.
pub(super) fn test(
    definition: &Definition,
    test: &toml::Table,
    catalogue: &Catalogue,
) -> Result<(), String> {
    let kind = CaseKind::read(definition).map_err(|faults| faults.join("；"))?;
    let story: Story = read_test(test)?;
    let place = match &story.place {
        Some(place) => Jurisdiction::parse(place).map_err(|fault| fault.to_string())?,
        None => definition.header.jurisdiction.clone(),
    };
    let start = moment(&story.open.at)?;
    let own = Calendar::from_definitions(catalogue.of_kind("calendar"));
    let calendar = if own.known_years().is_empty() {
        Calendar::national()
    } else {
        &own
    };
    let almanac = Almanac::at(catalogue, calendar, place, start.shanghai_date());
    let stage = Stage {
        kind: &kind,
        almanac: &almanac,
    };
    stage.play(&story, start)
}

/// Who looks, and what the post may.
type Somebody<'s> = (&'s Who, &'s dyn Fn(&str) -> bool);

struct Stage<'a> {
    kind: &'a CaseKind,
    almanac: &'a Almanac<'a>,
}

impl Stage<'_> {
    fn play(&self, story: &Story, start: Instant) -> Result<(), String> {
        let opening = Opening {
            door: story.open.door.clone(),
            grade: story.open.grade.clone(),
            fields: story.open.fields.clone(),
            ladder: self.ladder(story.open.levels.as_deref())?,
        };
        let opened = self.kind.open(self.almanac, start, opening);
        let expect = &story.open.expect;
        let Some(mut case) = self.settle("受理", expect, opened, None)? else {
            return Ok(());
        };
        self.compare("受理", expect, &case, None)?;
        for (number, play) in story.step.iter().enumerate() {
            let place = format!("第 {} 步", number + 1);
            let now = moment(&play.at)?;
            case = self.pass(case, now);
            case = self.step(&place, play, case, now)?;
        }
        Ok(())
    }

    /// Time passes: every clock is missed at its own moment, as the running program does it.
    fn pass(&self, mut case: Snapshot, until: Instant) -> Snapshot {
        while let Some(at) = self.kind.next_due(self.almanac, &case) {
            if at > until {
                break;
            }
            case = self.kind.tick(self.almanac, &case, at).case;
        }
        case
    }

    fn step(
        &self,
        place: &str,
        play: &Play,
        mut case: Snapshot,
        now: Instant,
    ) -> Result<Snapshot, String> {
        if let Some(day) = &play.hold {
            case.held_until = Some(day.parse().map_err(|_| format!("{place}：hold 应为日期"))?);
        }
        self.letters(play, &mut case);
        let who = self.who(play.by.as_deref(), &case)?;
        let may = |capability: &str| !play.lacks.iter().any(|one| one == capability);
        let outcome = match (&play.grade, &play.verb) {
            (Some(grade), None) => self.kind.regrade(self.almanac, &case, now, grade),
            (None, Some(verb)) => {
                let (verb, input) = (Verb::of(verb.clone()), self.input(play, &case)?);
                let step = Step {
                    who: &who,
                    may: &may,
                    now,
                    verb: &verb,
                    input: &input,
                };
                self.kind.act(self.almanac, &case, &step)
            }
            (None, None) => Ok(Outcome {
                case: case.clone(),
                happened: Vec::new(),
            }),
            _ => return Err(format!("{place}：grade 和 verb 只能写一个")),
        };
        let case = self
            .settle(place, &play.expect, outcome, Some(&case))?
            .unwrap_or(case);
        self.compare(place, &play.expect, &case, Some((&who, &may)))?;
        Ok(case)
    }

    /// The letters that have come about since the step before.
    fn letters(&self, play: &Play, case: &mut Snapshot) {
        let mut fresh: BTreeMap<String, LetterCount> = BTreeMap::new();
        for id in &play.issued {
            fresh.entry(id.clone()).or_default().issued += 1;
        }
        for id in &play.served {
            fresh.entry(id.clone()).or_default().served += 1;
        }
        if fresh.is_empty() {
            return;
        }
        let mut all = case.letters.clone();
        for (id, count) in &fresh {
            let one = all.entry(id.clone()).or_default();
            one.issued += count.issued;
            one.served += count.served;
        }
        case.with_letters(self.kind, fresh);
        case.letters = all;
    }

    /// The new case, or the old one when the refusal was expected.
    fn settle(
        &self,
        place: &str,
        expect: &Expect,
        outcome: Result<Outcome, Refusals>,
        before: Option<&Snapshot>,
    ) -> Result<Option<Snapshot>, String> {
        match (outcome, &expect.refused) {
            (Ok(outcome), None) => Ok(Some(outcome.case)),
            (Ok(_), Some(codes)) => Err(format!(
                "{place}：应被拒绝（{}），却办成了",
                codes.join("、")
            )),
            (Err(refusals), None) => Err(format!("{place}：被拒绝：{refusals}")),
            (Err(refusals), Some(codes)) => {
                let mut found = refusals.codes();
                found.sort_unstable();
                expect_equal(
                    &format!("{place}的拒绝理由"),
                    &codes.join("、"),
                    &found.join("、"),
                )?;
                Ok(before.cloned())
            }
        }
    }

    fn ladder(&self, levels: Option<&[String]>) -> Result<Vec<Owner>, String> {
        let count = self.kind.level.len();
        let mut ladder: Vec<Owner> = Vec::new();
        let mut path = OrgPath::whole();
        for level in (0..count).rev() {
            let id = self.kind.level.get(level).map_or("", |one| one.id.as_str());
            path = path.child(1).map_err(|fault| fault.to_string())?;
            let exists = levels.is_none_or(|levels| levels.iter().any(|one| one == id));
            let owner = match ladder.first() {
                Some(above) if !exists => above.clone(),
                _ => Owner {
                    level,
                    org: id.to_owned(),
                    desk: path.clone(),
                    person: None,
                },
            };
            ladder.insert(0, owner);
        }
        Ok(ladder)
    }

    /// `L1:甲` is 甲 at the desk of L1; `甲` alone has no place in the tree.
    fn who(&self, by: Option<&str>, case: &Snapshot) -> Result<Who, String> {
        let Some(by) = by else {
            return Ok(Who {
                program: true,
                ..Who::default()
            });
        };
        if by == "initiator" {
            return Ok(Who {
                initiator: true,
                ..Who::default()
            });
        }
        let owner = self.owner(by, case)?;
        let place = (!owner.org.is_empty()).then_some(owner.desk);
        Ok(Who {
            person: owner.person,
            place,
            initiator: false,
            program: false,
        })
    }

    fn owner(&self, text: &str, case: &Snapshot) -> Result<Owner, String> {
        let Some((level, person)) = text.split_once(':') else {
            // A lawyer, a mediator: answers where the case lies, without a place in the tree.
            return Ok(Owner {
                org: String::new(),
                desk: case.owner.desk.clone(),
                level: case.owner.level,
                person: Some(text.to_owned()),
            });
        };
        let index = self
            .kind
            .level_index(level)
            .ok_or_else(|| format!("没有层级 {level}"))?;
        let at = case
            .ladder
            .get(index)
            .ok_or_else(|| format!("没有层级 {level}"))?;
        Ok(Owner {
            person: (!person.is_empty()).then(|| person.to_owned()),
            ..at.clone()
        })
    }

    fn input(&self, play: &Play, case: &Snapshot) -> Result<Input, String> {
        let next = match &play.next {
            Some(text) => Some(self.owner(text, case)?),
            None => None,
        };
        let back_to = match play.back_to.as_deref() {
            None => BackTo::Previous,
            Some("initiator") => BackTo::Initiator,
            Some(org) => BackTo::Desk(org.to_owned()),
        };
        let caller = play.by.clone().unwrap_or_default();
        let row = play
            .verb
            .as_deref()
            .and_then(|verb| self.kind.row(verb, &case.state));
        Ok(Input {
            note: play.note.clone(),
            next,
            back_to,
            evidence: play.evidence.clone(),
            fields: play.fields.clone(),
            closing: play.closing.clone(),
            clock: play.clock.clone(),
            by: play.extend_by.map(Length::from),
            until: match &play.until {
                Some(day) => Some(day.parse().map_err(|_| "until 应为日期".to_owned())?),
                None => None,
            },
            other: play.other.clone(),
            call: play.call.as_ref().map(|call| Call {
                caller,
                whom: call.whom.clone(),
                solved: call.solved,
                satisfied: call.satisfied,
            }),
            // A story plays the room that owns a verb, too: what the room checks is its own test.
            room: row
                .and_then(|row| row.owned_by.as_deref())
                .and_then(|room| ["arrears"].into_iter().find(|one| *one == room)),
            ..Input::default()
        })
    }

    fn compare(
        &self,
        place: &str,
        expect: &Expect,
        case: &Snapshot,
        who: Option<Somebody<'_>>,
    ) -> Result<(), String> {
        let same = |what: &str, expected: &Option<String>, found: &str| match expected {
            Some(expected) => {
                expect_equal(&format!("{place}的{what}"), expected, &found.to_owned())
            }
            None => Ok(()),
        };
        same("状态", &expect.state, &case.state)?;
        same("层级", &expect.level, &self.level_id(case.owner.level))?;
        let person = case.owner.person.clone().unwrap_or_default();
        same("承办人", &expect.person, &person)?;
        let watch = case
            .watch
            .as_ref()
            .map(|one| self.level_id(one.level))
            .unwrap_or_default();
        same("督办层级", &expect.watched_by, &watch)?;
        if let Some(alarm) = expect.alarm {
            expect_equal(&format!("{place}的报警"), &alarm, &case.alarm)?;
        }
        for (what, expected, state) in [
            ("计时中", &expect.running, ClockState::Running),
            ("按期完成", &expect.met, ClockState::Met),
            ("逾期", &expect.breached, ClockState::Breached),
            ("逾期补办", &expect.done_late, ClockState::DoneLate),
        ] {
            if let Some(expected) = expected {
                let found = self.clocks(case, state);
                expect_equal(
                    &format!("{place}的{what}"),
                    &expected.join("、"),
                    &found.join("、"),
                )?;
            }
        }
        self.compare_due(place, expect, case)?;
        let Some((who, may)) = who else { return Ok(()) };
        let allowed: BTreeSet<String> = self
            .kind
            .allowed(case, who, may)
            .into_iter()
            .map(|one| one.verb.id().to_owned())
            .collect();
        let lists = [(&expect.may, true), (&expect.may_not, false)];
        for (verbs, wanted) in lists {
            for verb in verbs.iter().flatten() {
                expect_equal(
                    &format!("{place}可否「{verb}」"),
                    &wanted,
                    &allowed.contains(verb),
                )?;
            }
        }
        Ok(())
    }

    /// Rules of the clocks in a state, sorted; `visit@L2` when the level that answers is not the rule's own or
    /// the owner's.
    fn clocks(&self, case: &Snapshot, state: ClockState) -> Vec<String> {
        let mut found: Vec<String> = case
            .clocks
            .iter()
            .filter(|clock| clock.state() == state)
            .map(|clock| format!("{}@{}", clock.rule, self.level_id(clock.owner.level)))
            .collect();
        found.sort();
        found
    }

    fn compare_due(&self, place: &str, expect: &Expect, case: &Snapshot) -> Result<(), String> {
        for (rule, text) in expect.due.iter().flatten() {
            let clock = case.clocks.iter().rev().find(|clock| clock.rule == *rule);
            let due = clock
                .ok_or_else(|| format!("{place}：没有期限「{rule}」"))?
                .due(self.almanac)
                .ok_or_else(|| format!("{place}：期限「{rule}」没有在计时"))?;
            let found = if text.len() == "2026-11-20".len() {
                // The day ends at 24:00.
                Instant::from_ms(due.at.ms() - 1)
                    .shanghai_date()
                    .to_string()
            } else {
                due.at.shanghai_text()
            };
            expect_equal(&format!("{place}的期限「{rule}」"), text, &found)?;
        }
        Ok(())
    }

    fn level_id(&self, level: usize) -> String {
        self.kind
            .level
            .get(level)
            .map_or(String::new(), |one| one.id.clone())
    }
}
