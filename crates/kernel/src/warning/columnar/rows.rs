//! One block from columns to scores.

use super::super::facts::Liveness;
use super::super::rule_set::{Aggregate, Window};
use super::apply::{RuleMarks, apply_rules, finish};
use super::gather::{NEVER, Recipe, Tally};
use super::kernels::Desk;
use super::lanes::Register;
use super::plan::Work;
use super::timeline::{Span, Timeline};
use super::{Block, Columns, FeaturePlan, SignalLanes};

/// Memory that blocks reuse; one per thread.
#[derive(Debug, Default)]
pub struct Workspace {
    pub(super) time: Timeline,
    pub(super) outcome: Outcome,
    fields: Vec<Vec<Register>>,
    field_slots: Vec<Register>,
    spans: Vec<Span>,
    tally: Tally,
    pub(super) features: Vec<Register>,
    pub(super) newest: Vec<Vec<i64>>,
    each: Register,
    each_newest: Vec<i64>,
    whole: Span,
    pub(super) slots: Vec<Register>,
    pub(super) marks: RuleMarks,
}

/// Results, one entry for each wanted row.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Places of the wanted rows in the block.
    pub rows: Vec<u32>,
    /// Score.
    pub score: Vec<i64>,
    /// One more than the place of the level in the rule set; 0 below the lowest.
    pub level: Vec<u8>,
    /// 1 where a red line is crossed.
    pub red_line: Vec<u8>,
    /// 1 where some rule could not be answered.
    pub missing: Vec<u8>,
    /// Which rules gave points or crossed their red line: [`Outcome::words`] words for each row, bit 0 of the first
    /// is the first rule.
    pub fired: Vec<u64>,
    /// Words of `fired` for each row.
    pub words: usize,
}

impl Outcome {
    /// Places of the rules that gave points or crossed their red line at an entry.
    pub fn rules_fired(&self, entry: usize) -> impl Iterator<Item = usize> + '_ {
        let words = self
            .fired
            .iter()
            .skip(entry * self.words)
            .take(self.words)
            .enumerate();
        words.flat_map(|(place, word)| {
            let bits = (0..64).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| place * 64 + bit)
        })
    }

    fn clear(&mut self, rows: &[u32], rules: usize) {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        self.words = rules.div_ceil(64);
        let count = rows.len();
        for (bytes, length) in [
            (&mut self.level, count),
            (&mut self.red_line, count),
            (&mut self.missing, count),
        ] {
            bytes.clear();
            bytes.resize(length, 0);
        }
        self.score.clear();
        self.score.resize(count, 0);
        self.fired.clear();
        self.fired.resize(count * self.words, 0);
    }
}

/// Computes every wanted row of a block that fits the plan.
pub(super) fn run(columns: &Columns, block: &Block<'_>, live: &Liveness, space: &mut Workspace) {
    load(block, space);
    let rows = space.time.steps.len();
    let wanted = std::mem::take(&mut space.time.wanted);
    find_spans(&columns.windows, &wanted, space);
    space
        .features
        .resize_with(columns.features.len(), Register::default);
    space.newest.resize_with(columns.features.len(), Vec::new);
    for (number, (plan, feature)) in columns
        .features
        .iter()
        .zip(&columns.rules.features)
        .enumerate()
    {
        if live.silence(feature.signal).is_some() {
            silence(number, wanted.len(), space);
        } else if let Some(signal) = block.signals.get(usize::from(feature.signal)) {
            fill_tally(plan, feature, signal, rows, space);
            answer(number, plan, feature, &wanted, space);
        }
    }
    space.outcome.clear(&wanted, columns.rules.rules.len());
    let plan = if space.time.dense {
        &columns.dense
    } else {
        &columns.sparse
    };
    apply_rules(columns, plan, wanted.len(), space);
    finish(columns, &mut space.outcome);
    space.time.wanted = wanted;
}

/// Decodes every field once.
fn load(block: &Block<'_>, space: &mut Workspace) {
    space.fields.resize_with(block.signals.len(), Vec::new);
    for (registers, signal) in space.fields.iter_mut().zip(block.signals) {
        registers.resize_with(signal.fields.len(), Register::default);
        for (register, lane) in registers.iter_mut().zip(signal.fields) {
            register.load(*lane);
        }
    }
}

fn find_spans(windows: &[Window], wanted: &[u32], space: &mut Workspace) {
    space.spans.resize_with(windows.len(), Span::default);
    for (span, window) in space.spans.iter_mut().zip(windows) {
        space.time.span(*window, wanted, span);
    }
}

fn silence(number: usize, rows: usize, space: &mut Workspace) {
    if let Some(register) = space.features.get_mut(number) {
        register.all_unknown(rows);
    }
    if let Some(newest) = space.newest.get_mut(number) {
        newest.clear();
        newest.resize(rows, NEVER);
    }
}

/// Says for each row of the block whether it counts for a feature, and with what value.
fn fill_tally(
    plan: &FeaturePlan,
    feature: &super::Feature,
    signal: &SignalLanes<'_>,
    rows: usize,
    space: &mut Workspace,
) {
    let Workspace {
        fields,
        field_slots,
        tally,
        ..
    } = space;
    let inputs = fields
        .get(usize::from(feature.signal))
        .map(Vec::as_slice)
        .unwrap_or_default();
    field_slots.resize_with(
        usize::from(plan.plan.slots).max(field_slots.len()),
        Register::default,
    );
    let mut desk = Desk {
        inputs,
        slots: field_slots,
        rows,
    };
    for work in &plan.plan.work {
        if let Work::Compute(instr) = work {
            desk.run(instr);
        }
    }
    let filter = feature
        .filter_node
        .map(|node| desk.result(plan.plan.source(node)));
    let value = feature
        .of_node
        .map(|node| desk.result(plan.plan.source(node)));
    tally.mark(signal.present, filter, rows);
    tally.blank.clear();
    if let (Some(Ok(register)), Aggregate::LatestKnown) = (value, feature.aggregate) {
        tally.pass_over(register, rows);
    }
    tally.value(
        value,
        feature.aggregate.takes_value(),
        plan.direct.is_some(),
        rows,
    );
}

impl Tally {
    /// Rows that count: present, and `filter` not false; those where it is unknown are bad.
    fn mark(
        &mut self,
        present: Option<&[u8]>,
        filter: Option<Result<&Register, i64>>,
        rows: usize,
    ) {
        self.counts.clear();
        self.bad.clear();
        self.doubtful = false;
        self.every =
            present.is_none() && filter.is_none_or(|one| one.is_err_and(|value| value != 0));
        if self.every {
            return;
        }
        match present {
            Some(present) => self
                .counts
                .extend(present.iter().map(|one| u8::from(*one != 0))),
            None => self.counts.resize(rows, 1),
        }
        match filter {
            Some(Err(0)) => self.counts.fill(0),
            Some(Ok(register)) => self.sift(register),
            _ => {}
        }
    }

    fn sift(&mut self, filter: &Register) {
        match filter.doubts() {
            None => {
                let rows = self.counts.iter_mut().zip(&filter.data);
                rows.for_each(|(counts, holds)| *counts &= u8::from(*holds != 0));
            }
            Some(doubts) => {
                self.bad.extend(
                    self.counts
                        .iter()
                        .zip(doubts)
                        .map(|(counts, doubt)| counts & doubt),
                );
                self.doubtful = true;
                let rows = self.counts.iter_mut().zip(&filter.data).zip(doubts);
                rows.for_each(|((counts, holds), doubt)| *counts &= u8::from(*holds != 0) | doubt);
            }
        }
    }

    /// Rows that would count and have no value do not count; they are noted.
    fn pass_over(&mut self, value: &Register, rows: usize) {
        let Some(doubts) = value.doubts() else {
            return;
        };
        if self.every {
            self.every = false;
            self.counts.resize(rows, 1);
        }
        let sure = self.bad.iter().map(|bad| 1 - bad);
        let sure = sure.chain(std::iter::repeat(1));
        let found = self.counts.iter().zip(doubts).zip(sure);
        self.blank
            .extend(found.map(|((counts, doubt), sure)| counts & doubt & sure));
        for (counts, blank) in self.counts.iter_mut().zip(&self.blank) {
            *counts &= 1 - blank;
        }
    }

    /// The value of each row that counts; a row that counts without a value is bad.
    fn value(
        &mut self,
        value: Option<Result<&Register, i64>>,
        takes: bool,
        direct: bool,
        rows: usize,
    ) {
        let doubts = match value {
            Some(Ok(register)) if takes => register.doubts(),
            _ => None,
        };
        if let Some(doubts) = doubts {
            self.bad.resize(rows, 0);
            match self.every {
                true => self
                    .bad
                    .iter_mut()
                    .zip(doubts)
                    .for_each(|(bad, doubt)| *bad |= doubt),
                false => {
                    let rows = self.bad.iter_mut().zip(doubts).zip(&self.counts);
                    rows.for_each(|((bad, doubt), counts)| *bad |= doubt & counts);
                }
            }
            self.doubtful = true;
        }
        self.values.clear();
        match value {
            Some(Ok(_)) if direct && self.every => {}
            Some(Ok(register)) if self.every => self.values.extend_from_slice(&register.data),
            Some(Ok(register)) => {
                let rows = register.data.iter().zip(&self.counts);
                self.values
                    .extend(rows.map(|(value, counts)| value & -i64::from(*counts)));
            }
            Some(Err(value)) if self.every => self.values.resize(rows, value),
            Some(Err(value)) => {
                self.values
                    .extend(self.counts.iter().map(|counts| value & -i64::from(*counts)));
            }
            None => {}
        }
    }
}

/// From tallied rows to the feature's number for each wanted row.
fn answer(
    number: usize,
    plan: &FeaturePlan,
    feature: &super::Feature,
    wanted: &[u32],
    space: &mut Workspace,
) {
    let Workspace {
        time,
        fields,
        spans,
        tally,
        features,
        newest,
        each,
        each_newest,
        whole,
        ..
    } = space;
    let (Some(out), Some(span)) = (features.get_mut(number), spans.get(plan.window)) else {
        return;
    };
    let recipe = Recipe {
        aggregate: feature.aggregate,
        empty: feature.when_empty(),
        wide: plan.wide,
    };
    let hold = plan.hold.and_then(|place| spans.get(place));
    if Tally::needs_last(recipe) || plan.newest || hold.is_some() {
        tally.find_last(time.steps.len());
    }
    let own = fields.get(usize::from(feature.signal));
    let field = plan.direct.and_then(|field| own?.get(usize::from(field)));
    let direct = field
        .filter(|_| tally.every)
        .map(|register| register.data.as_slice());
    match hold {
        None => tally.answer(recipe, direct, span, time, out),
        Some(hold) => {
            let every_row = if wanted.len() == time.steps.len() {
                span
            } else {
                let all: Vec<u32> = (0u32..).take(time.steps.len()).collect();
                time.span(feature.window, &all, whole);
                whole
            };
            tally.answer(recipe, direct, every_row, time, each);
            if feature.keep.is_some() {
                tally.keep(each, recipe.empty, hold, out);
                tally.newest(every_row, time, each_newest);
            } else {
                tally.hold(each, recipe.empty, hold, time, out);
            }
        }
    }
    if plan.newest
        && let Some(newest) = newest.get_mut(number)
    {
        match hold {
            Some(hold) if feature.keep.is_some() => tally.newest_kept(each_newest, hold, newest),
            _ => tally.newest(hold.unwrap_or(span), time, newest),
        }
    }
}
