//! Features over columns: rolling windows by running sums, marks and a moving maximum; one pass each.

use super::super::rule_set::Aggregate;
use super::lanes::Register;
use super::timeline::{Span, Timeline};

/// No signal: smaller than every step.
pub(super) const NEVER: i64 = i64::MIN;

/// What each row says to one feature.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// 1 where the row has a signal that counts, or may.
    pub counts: Vec<u8>,
    /// Every row counts; `counts` means nothing.
    pub every: bool,
    /// 1 where the row makes unknown any window that shows it.
    pub bad: Vec<u8>,
    /// Whether any row does; if not, `bad` means nothing.
    pub doubtful: bool,
    /// 1 where the row was passed over because it does not say what is asked; empty when no row was.
    pub blank: Vec<u8>,
    /// The value of each row, 0 where there is none.
    pub values: Vec<i64>,
    /// For each row, one more than the last row up to it that counts; 0 when none does.
    last: Vec<u32>,
    scratch: Scratch,
}

#[derive(Debug, Default)]
struct Scratch {
    prefix: Vec<i64>,
    wide: Vec<i128>,
    queue: Vec<u32>,
    marks: Vec<u8>,
    ones: Vec<i64>,
}

/// What a feature wants of its rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recipe {
    pub aggregate: Aggregate,
    /// The answer when no signal is shown.
    pub empty: Option<i64>,
    /// Sums may pass 64 bits.
    pub wide: bool,
}

impl Tally {
    /// Fills `last`; to be called when any of the following needs it.
    pub fn find_last(&mut self, rows: usize) {
        self.last.clear();
        if self.every {
            return self.last.extend((1u32..).take(rows));
        }
        let mut last = 0;
        self.last
            .extend((1u32..).zip(&self.counts).map(|(number, counts)| {
                last = if *counts == 0 { last } else { number };
                last
            }));
    }

    /// Whether a recipe reads `last`.
    pub fn needs_last(recipe: Recipe) -> bool {
        recipe.empty != Some(0)
            || !matches!(
                recipe.aggregate,
                Aggregate::Sum | Aggregate::Count | Aggregate::CountWhere
            )
    }

    /// The row of the newest signal each span shows.
    fn newest_rows<'a>(&'a self, span: &'a Span) -> impl Iterator<Item = Option<usize>> + 'a {
        span.from.iter().zip(&span.to).map(|(from, to)| {
            let last = self.last.get((*to as usize).checked_sub(1)?).copied()?;
            (last > *from && to > from).then(|| last as usize - 1)
        })
    }

    /// The step of the newest signal each span shows, or [`NEVER`].
    pub fn newest(&self, span: &Span, time: &Timeline, out: &mut Vec<i64>) {
        let step = |row: Option<usize>| {
            row.and_then(|row| time.steps.get(row))
                .copied()
                .unwrap_or(NEVER)
        };
        out.clear();
        out.extend(self.newest_rows(span).map(step));
    }

    /// One number for each wanted row. `values` are the rows' own when they need no copy in `self.values`.
    pub fn answer(
        &mut self,
        recipe: Recipe,
        direct: Option<&[i64]>,
        span: &Span,
        time: &Timeline,
        out: &mut Register,
    ) {
        out.doubtful = false;
        let mut scratch = std::mem::take(&mut self.scratch);
        let values = direct.unwrap_or(&self.values);
        match recipe.aggregate {
            Aggregate::Sum if recipe.wide => wide_sums(values, span, &mut scratch.wide, out),
            Aggregate::Sum if span.own_row => copy(values, &mut out.data),
            Aggregate::Sum => sums(values, span, &mut scratch.prefix, &mut out.data),
            Aggregate::Count | Aggregate::CountWhere => {
                self.count(span, &mut scratch, &mut out.data)
            }
            Aggregate::DistinctDays => self.distinct(span, time, &mut scratch, &mut out.data),
            Aggregate::Max => extremes(
                self.marks(),
                values,
                span,
                i64::ge,
                &mut scratch.queue,
                &mut out.data,
            ),
            Aggregate::Min => extremes(
                self.marks(),
                values,
                span,
                i64::le,
                &mut scratch.queue,
                &mut out.data,
            ),
            Aggregate::Latest | Aggregate::LatestKnown if span.own_row && self.every => {
                copy(values, &mut out.data)
            }
            Aggregate::Latest | Aggregate::LatestKnown => self.latest(values, span, &mut out.data),
            Aggregate::DaysSince => self.since(span, time, &mut out.data),
        }
        if self.doubtful {
            self.doubt(recipe.aggregate, span, &mut scratch, out);
        }
        let filled = recipe.empty == Some(0) && self.blank.is_empty();
        if !(filled || self.every && span.own_row) {
            self.fill_empty(recipe.empty, span, out);
        }
        self.scratch = scratch;
    }

    fn marks(&self) -> Option<&[u8]> {
        (!self.every).then_some(self.counts.as_slice())
    }

    fn count(&self, span: &Span, scratch: &mut Scratch, out: &mut Vec<i64>) {
        if self.every {
            let pairs = span.from.iter().zip(&span.to);
            out.clear();
            return out.extend(pairs.map(|(from, to)| i64::from(to - from)));
        }
        scratch.ones.clear();
        scratch
            .ones
            .extend(self.counts.iter().map(|counts| i64::from(*counts)));
        sums(&scratch.ones, span, &mut scratch.prefix, out);
    }

    /// Counts rows that are the first with a signal on their step.
    fn distinct(&self, span: &Span, time: &Timeline, scratch: &mut Scratch, out: &mut Vec<i64>) {
        scratch.ones.clear();
        let mut before = None;
        let rows = time.steps.iter().zip(&time.starts).zip(&self.last);
        scratch
            .ones
            .extend((1u32..).zip(rows).map(|(number, ((step, start), last))| {
                let place = (*start, *step);
                let counts = *last == number;
                let first = counts && before != Some(place);
                before = if counts { Some(place) } else { before };
                i64::from(first)
            }));
        sums(&scratch.ones, span, &mut scratch.prefix, out);
    }

    fn latest(&self, values: &[i64], span: &Span, out: &mut Vec<i64>) {
        let value = |row: Option<usize>| row.and_then(|row| values.get(row)).copied().unwrap_or(0);
        out.clear();
        out.extend(self.newest_rows(span).map(value));
    }

    fn since(&self, span: &Span, time: &Timeline, out: &mut Vec<i64>) {
        let age = |(row, now): (Option<usize>, &u32)| {
            let step = time.steps.get(row?)?;
            Some(time.steps.get(*now as usize)? - step)
        };
        out.clear();
        out.extend(
            self.newest_rows(span)
                .zip(&span.at)
                .map(|pair| age(pair).unwrap_or(0)),
        );
    }

    /// Notes which spans are unknown: any that shows a bad row, or whose newest row is bad.
    fn doubt(&self, aggregate: Aggregate, span: &Span, scratch: &mut Scratch, out: &mut Register) {
        out.open_doubts();
        if aggregate.newest_only() {
            let bad =
                |row: Option<usize>| row.and_then(|row| self.bad.get(row)).copied().unwrap_or(0);
            let rows = self.newest_rows(span).map(bad);
            out.unknown
                .iter_mut()
                .zip(rows)
                .for_each(|(unknown, bad)| *unknown |= bad);
        } else {
            scratch.ones.clear();
            scratch
                .ones
                .extend(self.bad.iter().map(|bad| i64::from(*bad)));
            let mut seen = Vec::new();
            sums(&scratch.ones, span, &mut scratch.prefix, &mut seen);
            let rows = out.unknown.iter_mut().zip(seen);
            rows.for_each(|(unknown, seen)| *unknown |= u8::from(seen > 0));
        }
        out.settle();
    }

    fn fill_empty(&self, empty: Option<i64>, span: &Span, out: &mut Register) {
        out.open_doubts();
        let mut passed = Vec::new();
        if !self.blank.is_empty() {
            let ones: Vec<i64> = self.blank.iter().map(|blank| i64::from(*blank)).collect();
            sums(&ones, span, &mut Vec::new(), &mut passed);
        }
        let passed = passed.into_iter().chain(std::iter::repeat(0));
        let rows = out
            .data
            .iter_mut()
            .zip(&mut out.unknown)
            .zip(self.newest_rows(span).zip(passed));
        for ((value, unknown), (newest, passed)) in rows {
            if newest.is_none() {
                *value = empty.unwrap_or(0);
                *unknown = u8::from(empty.is_none() || passed > 0);
            }
        }
        out.settle();
    }

    /// For a feature that is kept: what `each` (its value at every row) says at the newest row with a signal that
    /// `span` shows.
    pub fn keep(&self, each: &Register, empty: Option<i64>, span: &Span, out: &mut Register) {
        out.doubtful = false;
        self.latest(&each.data, span, &mut out.data);
        if let Some(doubts) = each.doubts() {
            let doubt = |row: Option<usize>| row.and_then(|row| doubts.get(row)).copied();
            out.unknown.clear();
            out.unknown
                .extend(self.newest_rows(span).map(|row| doubt(row).unwrap_or(0)));
            out.settle();
        }
        self.fill_empty(empty, span, out);
    }

    /// For a feature that is kept: of the newest steps `each` of every row, the one at the newest row with a signal.
    pub fn newest_kept(&self, each: &[i64], span: &Span, out: &mut Vec<i64>) {
        let step = |row: Option<usize>| row.and_then(|row| each.get(row)).copied();
        out.clear();
        out.extend(self.newest_rows(span).map(|row| step(row).unwrap_or(NEVER)));
    }

    /// For a feature that is held: the largest of `each` (its value at every row) among the last rows with a signal
    /// of each step that `span` shows.
    pub fn hold(
        &mut self,
        each: &Register,
        empty: Option<i64>,
        span: &Span,
        time: &Timeline,
        out: &mut Register,
    ) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.marks.clear();
        scratch.marks.resize(time.steps.len(), 0);
        let mut after = None;
        let rows = scratch
            .marks
            .iter_mut()
            .zip(&time.steps)
            .zip(&time.starts)
            .zip(&self.last);
        for (place, (((mark, step), start), last)) in rows.enumerate().rev() {
            if *last as usize == place + 1 {
                *mark = u8::from(after != Some((*start, *step)));
                after = Some((*start, *step));
            }
        }
        out.doubtful = false;
        extremes(
            Some(&scratch.marks),
            &each.data,
            span,
            i64::ge,
            &mut scratch.queue,
            &mut out.data,
        );
        if let Some(doubts) = each.doubts() {
            scratch.ones.clear();
            let bad = scratch
                .marks
                .iter()
                .zip(doubts)
                .map(|(mark, doubt)| i64::from(mark & doubt));
            scratch.ones.extend(bad);
            let mut seen = Vec::new();
            sums(&scratch.ones, span, &mut scratch.prefix, &mut seen);
            out.unknown.clear();
            out.unknown
                .extend(seen.into_iter().map(|seen| u8::from(seen > 0)));
            out.settle();
        }
        self.fill_empty(empty, span, out);
        self.scratch = scratch;
    }
}

fn copy(values: &[i64], out: &mut Vec<i64>) {
    out.clear();
    out.extend_from_slice(values);
}

/// Sums over spans as differences of a running sum. It may pass 64 bits on the way round; the difference does not.
fn sums(values: &[i64], span: &Span, prefix: &mut Vec<i64>, out: &mut Vec<i64>) {
    let mut total = 0i64;
    prefix.clear();
    prefix.push(0);
    prefix.extend(values.iter().map(|value| {
        total = total.wrapping_add(*value);
        total
    }));
    let at = |row: u32| prefix.get(row as usize).copied().unwrap_or(total);
    out.clear();
    out.extend(
        span.from
            .iter()
            .zip(&span.to)
            .map(|(from, to)| at(*to).wrapping_sub(at(*from))),
    );
}

/// The same in 128 bits, for columns whose sums may pass 64: those that do are unknown.
fn wide_sums(values: &[i64], span: &Span, prefix: &mut Vec<i128>, out: &mut Register) {
    let mut total = 0i128;
    prefix.clear();
    prefix.push(0);
    prefix.extend(values.iter().map(|value| {
        total += i128::from(*value);
        total
    }));
    let at = |row: u32| prefix.get(row as usize).copied().unwrap_or(total);
    let sum = |(from, to): (&u32, &u32)| i64::try_from(at(*to) - at(*from)).ok();
    let sums = || span.from.iter().zip(&span.to).map(sum);
    out.data.clear();
    out.data.extend(sums().map(|sum| sum.unwrap_or(0)));
    out.unknown.clear();
    out.unknown
        .extend(sums().map(|sum| u8::from(sum.is_none())));
    out.settle();
}

/// The largest (or smallest) marked value of each span, 0 where none is marked: a queue of candidates, each better
/// than those after it.
fn extremes(
    marks: Option<&[u8]>,
    values: &[i64],
    span: &Span,
    beats: fn(&i64, &i64) -> bool,
    queue: &mut Vec<u32>,
    out: &mut Vec<i64>,
) {
    let value = |row: u32| values.get(row as usize).copied().unwrap_or(0);
    let marked = |row: u32| marks.is_none_or(|marks| marks.get(row as usize) == Some(&1));
    queue.clear();
    out.clear();
    let (mut head, mut next) = (0, 0);
    for (from, to) in span.from.iter().zip(&span.to) {
        next = next.max(*from);
        while next < *to {
            if marked(next) {
                while queue.len() > head
                    && queue
                        .last()
                        .is_some_and(|last| beats(&value(next), &value(*last)))
                {
                    queue.pop();
                }
                queue.push(next);
            }
            next += 1;
        }
        while queue.get(head).is_some_and(|row| row < from) {
            head += 1;
        }
        let best = queue.get(head).filter(|row| *row < to);
        out.push(best.map_or(0, |row| value(*row)));
    }
}
