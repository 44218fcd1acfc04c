//! What each operation does to whole columns: one loop over fixed-width numbers each, without a branch on the row.
//!
//! Where nothing can overflow and nothing is unknown, a loop is plain arithmetic that a compiler turns into vector
//! instructions. Unknown rows hold 0, so that `&&` and `||` need only look at the numbers.

use super::super::expr::Op;
use super::lanes::Register;
use super::plan::{Instr, Operand, Source};

/// Inputs and buffers of a program while it runs over a block.
pub(super) struct Desk<'a> {
    pub inputs: &'a [Register],
    pub slots: &'a mut [Register],
    pub rows: usize,
}

/// An operand found: numbers and doubts, or a constant.
#[derive(Clone, Copy)]
enum Side<'a> {
    Lanes(&'a [i64], Option<&'a [u8]>, i64),
    Const(i64),
}

impl<'a> Side<'a> {
    fn doubts(self) -> Option<&'a [u8]> {
        match self {
            Self::Lanes(_, doubts, _) => doubts,
            Self::Const(_) => None,
        }
    }
}

impl Desk<'_> {
    fn side(&self, operand: Operand) -> Side<'_> {
        let register = match operand.source {
            Source::Const(value) => return Side::Const(value),
            Source::Input(input) => self.inputs.get(usize::from(input)),
            Source::Slot(slot) => self.slots.get(usize::from(slot)),
        };
        register.map_or(Side::Const(0), |one| {
            Side::Lanes(&one.data, one.doubts(), operand.scale)
        })
    }

    /// The result at a source, for whoever uses it: numbers and doubts, or a constant.
    pub fn result(&self, source: Source) -> Result<&Register, i64> {
        match source {
            Source::Const(value) => Err(value),
            Source::Input(input) => self.inputs.get(usize::from(input)).ok_or(0),
            Source::Slot(slot) => self.slots.get(usize::from(slot)).ok_or(0),
        }
    }

    /// Runs one operation over every row.
    pub fn run(&mut self, instr: &Instr) {
        let Some(place) = self.slots.get_mut(usize::from(instr.out)) else {
            return;
        };
        let mut out = std::mem::take(place);
        out.doubtful = false;
        let [a, b, c] = instr.args.map(|arg| self.side(arg));
        match instr.op {
            Op::If(..) => choose(a, b, c, self.rows, &mut out),
            Op::Known(..) => known(a, self.rows, &mut out),
            _ if !instr.exact => checked(instr.op, a, b, self.rows, &mut out),
            _ => {
                plain(instr.op, a, b, self.rows, &mut out);
                doubt(instr.op, a, b, &mut out);
            }
        }
        if let Some(place) = self.slots.get_mut(usize::from(instr.out)) {
            *place = out;
        }
    }
}

/// Numbers of an operation that cannot fail.
fn plain(op: Op, a: Side<'_>, b: Side<'_>, rows: usize, out: &mut Register) {
    let out = &mut out.data;
    match op {
        Op::Neg(_) => each(a, b, rows, out, |a, _| a.wrapping_neg()),
        Op::Abs(_) => each(a, b, rows, out, |a, _| a.wrapping_abs()),
        Op::Not(_) => each(a, b, rows, out, |a, _| 1 - a),
        Op::Add(..) => each(a, b, rows, out, i64::wrapping_add),
        Op::Sub(..) => each(a, b, rows, out, i64::wrapping_sub),
        Op::Mul(..) => each(a, b, rows, out, i64::wrapping_mul),
        Op::Div(..) => each(a, b, rows, out, |a, b| a.checked_div(b).unwrap_or(0)),
        Op::Rem(..) => each(a, b, rows, out, |a, b| a.checked_rem(b).unwrap_or(0)),
        Op::Least(..) => each(a, b, rows, out, i64::min),
        Op::Greatest(..) => each(a, b, rows, out, i64::max),
        Op::BitAnd(..) | Op::And(..) => each(a, b, rows, out, |a, b| a & b),
        Op::BitOr(..) | Op::Or(..) => each(a, b, rows, out, |a, b| a | b),
        Op::Eq(..) => each(a, b, rows, out, |a, b| i64::from(a == b)),
        Op::Ne(..) => each(a, b, rows, out, |a, b| i64::from(a != b)),
        Op::Lt(..) => each(a, b, rows, out, |a, b| i64::from(a < b)),
        Op::Le(..) => each(a, b, rows, out, |a, b| i64::from(a <= b)),
        // Constants and inputs are not computed; If and Known have loops of their own.
        Op::Const(_) | Op::Input(_) | Op::Known(_) | Op::If(..) => each(a, b, rows, out, |a, _| a),
    }
}

/// One loop over every row. Each shape of operands has its own, so that none asks a row what it is.
fn each(a: Side<'_>, b: Side<'_>, rows: usize, out: &mut Vec<i64>, f: impl Fn(i64, i64) -> i64) {
    out.clear();
    match (a, b) {
        (Side::Lanes(a, _, 1), Side::Lanes(b, _, 1)) => {
            out.extend(a.iter().zip(b).map(|(a, b)| f(*a, *b)));
        }
        (Side::Lanes(a, _, m), Side::Lanes(b, _, n)) => {
            out.extend(
                a.iter()
                    .zip(b)
                    .map(|(a, b)| f(a.wrapping_mul(m), b.wrapping_mul(n))),
            );
        }
        (Side::Lanes(a, _, 1), Side::Const(b)) => out.extend(a.iter().map(|a| f(*a, b))),
        (Side::Lanes(a, _, m), Side::Const(b)) => {
            out.extend(a.iter().map(|a| f(a.wrapping_mul(m), b)));
        }
        (Side::Const(a), Side::Lanes(b, _, n)) => {
            out.extend(b.iter().map(|b| f(a, b.wrapping_mul(n))));
        }
        (Side::Const(a), Side::Const(b)) => out.resize(rows, f(a, b)),
    }
}

/// Doubts of an operation that cannot fail.
fn doubt(op: Op, a: Side<'_>, b: Side<'_>, out: &mut Register) {
    let (x, y) = (a.doubts(), b.doubts());
    if x.is_none() && y.is_none() {
        return;
    }
    merge(x, y, out);
    // Both sides hold 0 where unknown: `a || b` is 1 only where a known side says so, and then nothing else matters;
    // `a && b` is surely false where a known side is 0.
    match op {
        Op::Or(..) => {
            for (unknown, value) in out.unknown.iter_mut().zip(&out.data) {
                *unknown &= u8::from(*value == 0);
            }
        }
        Op::And(..) => {
            for (side, doubts) in [(a, x), (b, y)] {
                relieve(side, doubts, &mut out.unknown);
            }
        }
        _ => {}
    }
    out.settle();
}

/// Takes the doubt from rows where a side of `&&` is known to be 0.
fn relieve(side: Side<'_>, doubts: Option<&[u8]>, unknown: &mut [u8]) {
    match (side, doubts) {
        (Side::Const(0), _) => unknown.fill(0),
        (Side::Const(_), _) => {}
        (Side::Lanes(values, ..), None) => {
            for (unknown, value) in unknown.iter_mut().zip(values) {
                *unknown &= u8::from(*value != 0);
            }
        }
        (Side::Lanes(values, ..), Some(doubts)) => {
            for ((unknown, value), doubt) in unknown.iter_mut().zip(values).zip(doubts) {
                *unknown &= u8::from(*value != 0) | doubt;
            }
        }
    }
}

/// Unknown where either side is.
fn merge(x: Option<&[u8]>, y: Option<&[u8]>, out: &mut Register) {
    out.unknown.clear();
    match (x, y) {
        (Some(x), Some(y)) => out.unknown.extend(x.iter().zip(y).map(|(x, y)| x | y)),
        (Some(one), None) | (None, Some(one)) => out.unknown.extend_from_slice(one),
        (None, None) => out.unknown.resize(out.data.len(), 0),
    }
}

/// An operation that may overflow or divide by zero: such rows become unknown.
fn checked(op: Op, a: Side<'_>, b: Side<'_>, rows: usize, out: &mut Register) {
    merge(a.doubts(), b.doubts(), out);
    out.unknown.resize(rows, 0);
    let f: fn(i64, i64) -> Option<i64> = match op {
        Op::Neg(_) => |a, _| a.checked_neg(),
        Op::Abs(_) => |a, _| a.checked_abs(),
        Op::Add(..) => i64::checked_add,
        Op::Sub(..) => i64::checked_sub,
        Op::Mul(..) => i64::checked_mul,
        Op::Div(..) => i64::checked_div,
        _ => i64::checked_rem,
    };
    let unknown = &mut out.unknown;
    let mut row = unknown.iter_mut();
    each(a, b, rows, &mut out.data, |a, _| a);
    let (left, right) = (std::mem::take(&mut out.data), b);
    let mut answer = |a: i64, b: i64| match (f(a, b), row.next()) {
        (Some(value), _) => value,
        (None, Some(unknown)) => {
            *unknown = 1;
            0
        }
        (None, None) => 0,
    };
    match right {
        Side::Lanes(b, ..) => out
            .data
            .extend(left.iter().zip(b).map(|(a, b)| answer(*a, *b))),
        Side::Const(b) => out.data.extend(left.iter().map(|a| answer(*a, b))),
    }
    out.settle();
}

/// `when ? then : other`: the other side first, the chosen rows laid over it.
fn choose(when: Side<'_>, then: Side<'_>, other: Side<'_>, rows: usize, out: &mut Register) {
    let (picks, doubts) = match when {
        Side::Const(0) => return lay(None, other, rows, out),
        Side::Const(_) => return lay(None, then, rows, out),
        Side::Lanes(picks, doubts, _) => (picks, doubts),
    };
    lay(None, other, rows, out);
    lay(Some(picks), then, rows, out);
    if let Some(doubts) = doubts {
        out.unknown
            .iter_mut()
            .zip(doubts)
            .for_each(|(unknown, doubt)| *unknown |= doubt);
    }
    out.settle();
}

/// Puts a side into the picked rows of `out`, or into all of them.
fn lay(picks: Option<&[i64]>, side: Side<'_>, rows: usize, out: &mut Register) {
    let Some(picks) = picks else {
        each(side, Side::Const(0), rows, &mut out.data, |value, _| value);
        merge(side.doubts(), None, out);
        out.unknown.resize(rows, 0);
        return out.settle();
    };
    let blend = |old: i64, new: i64, pick: i64| old ^ ((old ^ new) & pick.wrapping_neg());
    match side {
        Side::Const(new) => {
            let rows = out.data.iter_mut().zip(picks);
            rows.for_each(|(old, pick)| *old = blend(*old, new, *pick));
        }
        Side::Lanes(values, ..) => {
            let rows = out.data.iter_mut().zip(values).zip(picks);
            rows.for_each(|((old, new), pick)| *old = blend(*old, *new, *pick));
        }
    }
    match side.doubts() {
        None => {
            let rows = out.unknown.iter_mut().zip(picks);
            rows.for_each(|(unknown, pick)| *unknown &= u8::from(*pick == 0));
        }
        Some(doubts) => {
            let rows = out.unknown.iter_mut().zip(doubts).zip(picks);
            rows.for_each(|((old, new), pick)| *old = if *pick == 0 { *old } else { *new });
        }
    }
}

fn known(side: Side<'_>, rows: usize, out: &mut Register) {
    out.data.clear();
    match side.doubts() {
        None => out.data.resize(rows, 1),
        Some(doubts) => out
            .data
            .extend(doubts.iter().map(|doubt| i64::from(*doubt == 0))),
    }
}
