//! 每周五问 of the demo: in the weeks that are over, somebody asked at nearly every place of work. Most sent their answers
//! the same day, some when the phone had a network again, some did not come to it. The present week is still to be asked.
//!
//! What is answered agrees with what is thought out: no is what nothing contradicts; a yes says what is on file about that
//! week already, so that the answers alone move no colour. Where trouble shows in another way than the questions ask,
//! the alert has its own visit and the round left the place out.

use std::collections::{BTreeMap, VecDeque};

use kernel::{Calendar, Date, Instant};
use union::arrears::Permit;
use union::arrears::check_in::{self, Answers, CheckIn};
use union::failure::{Kind, RoomError};

use super::Office;
use crate::demo::dice::Dice;
use crate::demo::plan::{Course, Plan, Trace, plus_days};
use crate::demo::pour::Poured;

/// Days back whose daily reports are on file; each speaks about the week before its own.
const REPORTED: i64 = 7;
/// Days of a week.
const WEEK: i64 = 7;
/// Of a hundred places, so many are left out by everybody's sentinel.
const LEFT_OUT: (i64, i64) = (2, 12);
/// Of a hundred answers, so many wait for a network until the next week.
const LATE: f64 = 5.0;
/// Of a hundred calm places, so many are answered by 同上周 where that is allowed.
const AS_LAST_WEEK: f64 = 40.0;
/// Days within which a complaint or a vanished owner is the desk's matter rather than the round's.
const FRESH: i64 = 21;
/// Days within which what power and debts say still counts.
const SHOWN: i64 = 60;

/// The five questions, by field.
const QUESTIONS: [&str; 5] = ["late_pay", "leaving", "stopped", "moving", "mood"];

/// One place that was asked.
struct Asked {
    /// When the answers come.
    arrives: Instant,
    answered_on: Date,
    firm: usize,
    answers: Answers,
    as_last_week: bool,
    note: &'static str,
}

/// The rounds of the weeks that are over, in the order in which answers come.
#[derive(Default)]
pub(super) struct Rounds(VecDeque<Asked>);

impl Rounds {
    /// Thinks them out.
    pub(super) fn plan(plan: &Plan) -> Self {
        let mut dice = Dice::new(plan.size.seed, "check-ins");
        let mut shown: BTreeMap<usize, Vec<&Trace>> = BTreeMap::new();
        for trace in &plan.traces {
            shown.entry(trace.firm).or_default().push(trace);
        }
        let careless: BTreeMap<Option<usize>, i64> = plan
            .firms
            .iter()
            .map(|firm| (firm.area, dice.between(LEFT_OUT.0, LEFT_OUT.1)))
            .collect();
        let weeks = weeks(plan.size.today);
        let mut all = Vec::new();
        for (firm, place) in plan.firms.iter().enumerate() {
            let left_out = careless.get(&place.area).copied().unwrap_or_default();
            // Answers of the week before that may be taken over.
            let mut calm_before = false;
            for (monday, asked_on) in &weeks {
                let skipped = dice.between(0, 99) < left_out;
                let (late, same) = (dice.percent(LATE), dice.percent(AS_LAST_WEEK));
                let minute = dice.between(0, 479);
                let traces = shown.get(&firm).map_or(&[][..], Vec::as_slice);
                let open = place.is_open() && place.headcount > 0 && place.opened_on <= *monday;
                let course = plan.courses.get(&firm).copied();
                let found = answers(traces, course, (*monday, *asked_on));
                let Some(answers) = found.filter(|_| open && !skipped) else {
                    calm_before = false;
                    continue;
                };
                let as_last_week = same && calm_before && !answers.worried();
                calm_before = !answers.worried() && !as_last_week && !late;
                all.push(Asked {
                    arrives: arrival(*asked_on, late, minute),
                    answered_on: *asked_on,
                    firm,
                    note: note(&answers),
                    answers,
                    as_last_week,
                });
            }
        }
        all.sort_by_key(|one| (one.arrives, one.firm));
        Self(all.into())
    }
}

/// The weeks that are over and that a report speaks about: Monday, and the day on which is asked.
fn weeks(today: Date) -> Vec<(Date, Date)> {
    let first = plus_days(check_in::monday(plus_days(today, -REPORTED)), -WEEK);
    // Whoever looks does so on the day after the last.
    let present = check_in::monday(plus_days(today, 1));
    let mondays = std::iter::successors(Some(first), |monday| Some(plus_days(*monday, WEEK)));
    let calendar = Calendar::national();
    mondays
        .take_while(|monday| *monday < present)
        .filter_map(|monday| {
            // Friday, or the last day before it on which people work.
            let mut days = (0..5).rev().map(|days| plus_days(monday, days));
            let day = days.find(|day| calendar.day(*day).kind.is_working())?;
            Some((monday, day))
        })
        .collect()
}

/// Between nine and five; late, on the first working day of the next week.
fn arrival(asked_on: Date, late: bool, minute: i64) -> Instant {
    let day = if late {
        super::workday(plus_days(check_in::monday(asked_on), WEEK), 0)
    } else {
        asked_on
    };
    let (hour, minute) = (9 + minute / 60, minute % 60);
    let small = |number: i64| i8::try_from(number).unwrap_or_default();
    Instant::from_shanghai(day, small(hour), small(minute))
}

/// What a sentinel finds; nothing where the round leaves the place to the desk.
fn answers(
    traces: &[&Trace],
    course: Option<Course>,
    (monday, day): (Date, Date),
) -> Option<Answers> {
    // What turned out to be nothing is not seen at the gate either; what was handed over is with the labour office.
    let nothing = matches!(course, Some(Course::Calm | Course::Mistaken));
    if matches!(course, Some(Course::HandedOver(_))) {
        return None;
    }
    let seen = |kind: &str, since: i64| {
        let from = plus_days(day, -since);
        let traces = traces.iter().rev();
        let mut of_kind = traces.filter(|trace| trace.kind == kind);
        of_kind
            .find(|trace| trace.day <= day && trace.day >= from)
            .copied()
    };
    let value = |trace: &Trace, field: &str| {
        let mut fields = trace.fields.iter();
        fields.find(|(name, _)| *name == field).map(|(_, v)| *v)
    };
    let owed = seen("wage_overdue", SHOWN * 2)
        .and_then(|trace| value(trace, "days"))
        .filter(|days| *days > 0 && !nothing);
    let felt = seen(
        "tension",
        day.since(monday).map_or(0, |days| days.get_days().into()),
    );
    let elsewhere = ["complaint", "owner_lost"]
        .iter()
        .any(|kind| seen(kind, FRESH).is_some())
        || ["utility_use", "debt_notice"]
            .iter()
            .any(|kind| seen(kind, SHOWN).is_some());
    if elsewhere && !nothing && owed.is_none() && felt.is_none() {
        return None;
    }
    let said = QUESTIONS.into_iter().map(|field| {
        let yes = match field {
            "late_pay" => owed.is_some(),
            "mood" => felt.is_some(),
            _ => false,
        };
        (field.to_owned(), yes)
    });
    Some(Answers {
        said: said.collect(),
        numbers: owed
            .map(|days| ("late_pay".to_owned(), days))
            .into_iter()
            .collect(),
    })
}

fn note(answers: &Answers) -> &'static str {
    match (answers.yes("late_pay"), answers.yes("mood")) {
        (true, _) => "问了两名职工和会计，工资没有发齐",
        (false, true) => "有职工在打听这个月的工资",
        (false, false) => "",
    }
}

impl Office<'_> {
    /// Answers that come up to a moment are taken.
    pub(super) fn rounds(&mut self, until: Instant, done: &Poured) -> anyhow::Result<()> {
        while self
            .rounds
            .0
            .front()
            .is_some_and(|next| next.arrives <= until)
        {
            let Some(asked) = self.rounds.0.pop_front() else {
                break;
            };
            self.clock.set(asked.arrives.max(self.db.clock().now()));
            self.check_in(asked, done)?;
        }
        Ok(())
    }

    fn check_in(&mut self, asked: Asked, done: &Poured) -> anyhow::Result<()> {
        let area = self.plan.firms.get(asked.firm).and_then(|firm| firm.area);
        let desk = area.map(|area| self.staff.desk(self.plan, area));
        let who = desk.and_then(|desk| desk.village.or(desk.town));
        let person = who.and_then(|who| self.staff.people.get(who));
        let employer = done.firms.get(asked.firm).copied().flatten();
        let Some((person, employer)) = person.zip(employer) else {
            return Ok(());
        };
        let form = CheckIn {
            key: format!("demo-{}-{}", asked.answered_on, asked.firm),
            employer,
            answered_on: asked.answered_on,
            answers: asked.answers,
            as_last_week: asked.as_last_week,
            note: asked.note.to_owned(),
        };
        let permit = Permit::with(person.may);
        let taken = self
            .db
            .write(&person.actor, |tx| check_in::check_in(tx, &permit, &form));
        match taken {
            Ok(_) => Ok(()),
            Err(fault) if fault.kind() == Kind::Fault => Err(fault.into()),
            Err(refused) => {
                self.refused += 1;
                tracing::debug!(%refused, "demo round");
                Ok(())
            }
        }
    }
}
