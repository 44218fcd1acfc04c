//! Rules over columns: conditions become points, points become scores and levels.

use super::super::rule_set::{Decay, MAX_POINTS, Rule};
use super::Columns;
use super::gather::NEVER;
use super::kernels::Desk;
use super::lanes::Register;
use super::plan::{Plan, Work};
use super::rows::{Outcome, Workspace};
use super::timeline::Timeline;

/// What a rule needs besides the columns of its conditions.
#[derive(Debug, Default)]
pub(super) struct RuleMarks {
    points: Vec<i64>,
    unknown: Vec<u8>,
    newest: Vec<i64>,
}

/// Runs the rules' program; after each rule's part, adds its points.
pub(super) fn apply_rules(columns: &Columns, plan: &Plan, rows: usize, space: &mut Workspace) {
    let Workspace {
        time,
        outcome,
        features,
        newest,
        slots,
        marks,
        ..
    } = space;
    slots.resize_with(usize::from(plan.slots).max(slots.len()), Register::default);
    let mut desk = Desk {
        inputs: features,
        slots,
        rows,
    };
    for work in &plan.work {
        match work {
            Work::Compute(instr) => desk.run(instr),
            Work::Use(number) => {
                let number = usize::from(*number);
                let Some(rule) = columns.rules.rules.get(number) else {
                    continue;
                };
                let fade = rule.decay.map(|decay| Fade {
                    decay,
                    newest,
                    time,
                });
                apply(number, rule, plan, &desk, fade, marks, outcome);
            }
        }
    }
}

/// What fading needs: ages of the newest signals.
struct Fade<'a> {
    decay: Decay,
    newest: &'a [Vec<i64>],
    time: &'a Timeline,
}

fn apply(
    number: usize,
    rule: &Rule,
    plan: &Plan,
    desk: &Desk<'_>,
    fade: Option<Fade<'_>>,
    marks: &mut RuleMarks,
    out: &mut Outcome,
) {
    let sure = |node| match desk.result(plan.source(node)) {
        Ok(register) => !register.doubtful,
        Err(_) => true,
    };
    // The common case: conditions, all known, no fading. Points are added as the condition is read.
    if let ([step], None, None, true) = (
        rule.steps.as_slice(),
        rule.red_line_node,
        &fade,
        out.words == 1,
    ) && sure(step.node)
        && let Ok(register) = desk.result(plan.source(step.node))
    {
        let rows = register.data.iter().zip(&mut out.score).zip(&mut out.fired);
        let (points, counts) = (step.points, i64::from(step.points != 0));
        for ((holds, score), fired) in rows {
            *score += holds.wrapping_neg() & points;
            *fired |= u64::from((holds & counts) != 0) << number;
        }
        return;
    }
    marks.points.clear();
    marks.points.resize(desk.rows, 0);
    marks.unknown.clear();
    marks.unknown.resize(desk.rows, 0);
    for step in &rule.steps {
        marks.step(desk.result(plan.source(step.node)), step.points);
    }
    if let Some(node) = rule.points_node {
        marks.value(desk.result(plan.source(node)), rule.offset);
    }
    if let Some(fade) = fade {
        marks.fade(&rule.reads, &fade, &out.rows);
    }
    let red = rule
        .red_line_node
        .map(|node| desk.result(plan.source(node)));
    marks.add(number, red, out);
}

impl RuleMarks {
    /// A step that holds replaces what earlier ones gave, doubts included.
    fn step(&mut self, when: Result<&Register, i64>, points: i64) {
        let register = match when {
            Err(0) => return,
            Err(_) => {
                self.points.fill(points);
                return self.unknown.fill(0);
            }
            Ok(register) => register,
        };
        let rows = self.points.iter_mut().zip(&register.data);
        rows.for_each(|(own, holds)| *own ^= (*own ^ points) & holds.wrapping_neg());
        match register.doubts() {
            None => {
                let rows = self.unknown.iter_mut().zip(&register.data);
                rows.for_each(|(unknown, holds)| *unknown &= u8::from(*holds == 0));
            }
            Some(doubts) => {
                let rows = self.unknown.iter_mut().zip(&register.data).zip(doubts);
                rows.for_each(|((unknown, holds), doubt)| {
                    *unknown = (*unknown & u8::from(*holds == 0)) | doubt
                });
            }
        }
    }

    /// Points by an expression: of the right sign, and unknown beyond what is sane.
    fn value(&mut self, value: Result<&Register, i64>, offset: bool) {
        let signed = |points: i64| if offset { points.min(0) } else { points.max(0) };
        let sane = |points: i64| (-MAX_POINTS..=MAX_POINTS).contains(&points);
        let constant;
        let (values, doubts) = match value {
            Ok(register) => (register.data.as_slice(), register.doubts()),
            Err(value) => {
                constant = vec![value; self.points.len()];
                (constant.as_slice(), None)
            }
        };
        for ((own, unknown), value) in self.points.iter_mut().zip(&mut self.unknown).zip(values) {
            let good = sane(*value);
            *own = if good { signed(*value) } else { 0 };
            *unknown |= u8::from(!good);
        }
        for (unknown, doubt) in self.unknown.iter_mut().zip(doubts.into_iter().flatten()) {
            *unknown |= doubt;
        }
    }

    fn fade(&mut self, reads: &[u16], fade: &Fade<'_>, rows: &[u32]) {
        self.newest.clear();
        self.newest.resize(self.points.len(), NEVER);
        for read in reads {
            let steps = fade.newest.get(usize::from(*read)).into_iter().flatten();
            self.newest
                .iter_mut()
                .zip(steps)
                .for_each(|(newest, step)| *newest = (*newest).max(*step));
        }
        let (half, drop) = (
            i64::from(fade.decay.half_after),
            i64::from(fade.decay.drop_after),
        );
        let now = rows
            .iter()
            .map(|row| fade.time.steps.get(*row as usize).copied().unwrap_or(0));
        for ((points, newest), now) in self.points.iter_mut().zip(&self.newest).zip(now) {
            let age = if *newest == NEVER {
                NEVER
            } else {
                now - newest
            };
            if age >= drop {
                *points = 0;
            } else if age >= half {
                *points /= 2;
            }
        }
    }

    fn add(&mut self, number: usize, red: Option<Result<&Register, i64>>, out: &mut Outcome) {
        let (word, bit) = (number / 64, number % 64);
        match red {
            Some(Err(crossed)) if crossed != 0 => out.red_line.fill(1),
            Some(Ok(register)) => {
                for (line, crossed) in out.red_line.iter_mut().zip(&register.data) {
                    *line |= u8::from(*crossed != 0);
                }
                for (unknown, doubt) in self
                    .unknown
                    .iter_mut()
                    .zip(register.doubts().into_iter().flatten())
                {
                    *unknown |= doubt;
                }
            }
            _ => {}
        }
        for (score, points) in out.score.iter_mut().zip(&self.points) {
            *score += points;
        }
        for (missing, unknown) in out.missing.iter_mut().zip(&self.unknown) {
            *missing |= unknown;
        }
        let words = out.fired.iter_mut().skip(word).step_by(out.words.max(1));
        for (fired, points) in words.zip(&self.points) {
            *fired |= u64::from(*points != 0) << bit;
        }
        if let Some(red) = red {
            let words = out.fired.iter_mut().skip(word).step_by(out.words.max(1));
            match red {
                Ok(register) => words
                    .zip(&register.data)
                    .for_each(|(fired, one)| *fired |= u64::from(*one != 0) << bit),
                Err(one) => words.for_each(|fired| *fired |= u64::from(one != 0) << bit),
            }
        }
    }
}

/// From sums to bounded scores and levels.
pub(super) fn finish(columns: &Columns, out: &mut Outcome) {
    if let Some(floor) = columns.rules.floor {
        out.score
            .iter_mut()
            .for_each(|score| *score = (*score).max(floor));
    }
    for (number, level) in (1u8..).zip(&columns.rules.levels) {
        for (found, score) in out.level.iter_mut().zip(&out.score) {
            *found = if *score >= level.from { number } else { *found };
        }
    }
    let line = (1u8..)
        .zip(&columns.rules.levels)
        .find(|(_, level)| level.red_line);
    if let Some((number, _)) = line {
        for (found, crossed) in out.level.iter_mut().zip(&out.red_line) {
            *found = if *crossed == 1 {
                number.max(*found)
            } else {
                *found
            };
        }
    }
}
