//! What an expression may come to when of its inputs only bounds are known (区间). Every answer it can have lies within
//! the bounds given here; that it has none is always possible, and not said.

use super::program::{Node, Op, Program};

/// The least and the most a number may be. Wider than 64 bits, so that sums of bounds need no care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub low: i128,
    pub high: i128,
}

/// Every number there is.
pub(crate) const FULL: Bounds = Bounds {
    low: i64::MIN as i128,
    high: i64::MAX as i128,
};

impl Bounds {
    pub fn new((low, high): (i64, i64)) -> Self {
        Self {
            low: i128::from(low),
            high: i128::from(high),
        }
    }

    /// This number.
    pub fn exactly(value: i64) -> Self {
        Self::new((value, value))
    }

    /// Whether every value fits 64 bits.
    pub fn fits(self) -> bool {
        FULL.low <= self.low && self.high <= FULL.high
    }

    /// What remains when values beyond 64 bits are unknown.
    pub fn drawn_in(self) -> Self {
        Self {
            low: self.low.clamp(FULL.low, FULL.high),
            high: self.high.clamp(FULL.low, FULL.high),
        }
    }

    /// Both together.
    pub fn or(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    /// The sum of at most `count` such values.
    pub fn times(self, count: usize) -> Self {
        let count = i128::try_from(count).unwrap_or(i128::MAX);
        Self {
            low: self.low.min(0).saturating_mul(count),
            high: self.high.max(0).saturating_mul(count),
        }
    }

    fn mul(self, other: Self) -> Self {
        let (a, b) = (self.low * other.low, self.low * other.high);
        let (c, d) = (self.high * other.low, self.high * other.high);
        Self {
            low: a.min(b).min(c).min(d),
            high: a.max(b).max(c).max(d),
        }
    }

    fn magnitude(self) -> i128 {
        self.low.abs().max(self.high.abs())
    }

    fn around(magnitude: i128) -> Self {
        Self {
            low: -magnitude,
            high: magnitude,
        }
    }

    /// Whether a truth value may be false, and whether it may be true.
    pub fn may_be(self) -> (bool, bool) {
        let zero = self.low <= 0 && self.high >= 0;
        (zero, self != Self::exactly(0))
    }
}

/// A truth value that may be false, may be true, or neither: then it is unknown.
fn truth((no, yes): (bool, bool)) -> Option<Bounds> {
    (no || yes).then(|| Bounds::new((i64::from(!no), i64::from(yes))))
}

impl Op {
    /// Within what the answer lies, given those of its operands; `None` is surely unknown. Arithmetic may pass 64 bits:
    /// see [`Bounds::drawn_in`].
    pub(crate) fn bounds(
        self,
        input: impl Fn(u16) -> Option<Bounds>,
        result: impl Fn(Node) -> Option<Bounds>,
    ) -> Option<Bounds> {
        let both = |a, b| Some((result(a)?, result(b)?));
        let judge = |a, b, f: fn(Bounds, Bounds) -> Bounds| both(a, b).map(|(a, b)| f(a, b));
        let may = |a| result(a).map_or((false, false), Bounds::may_be);
        match self {
            Self::Const(value) => Some(Bounds::exactly(value)),
            Self::Input(index) => input(index),
            Self::Neg(a) => result(a).map(|a| a.mul(Bounds::exactly(-1))),
            Self::Abs(a) => result(a).map(|a| Bounds {
                low: 0,
                high: a.magnitude(),
            }),
            Self::Known(a) => truth((true, result(a).is_some())),
            Self::Add(a, b) => judge(a, b, |a, b| Bounds {
                low: a.low + b.low,
                high: a.high + b.high,
            }),
            Self::Sub(a, b) => judge(a, b, |a, b| Bounds {
                low: a.low - b.high,
                high: a.high - b.low,
            }),
            Self::Mul(a, b) => judge(a, b, Bounds::mul),
            Self::Div(a, b) | Self::Rem(a, b) => judge(a, b, |a, _| Bounds::around(a.magnitude())),
            Self::Least(a, b) => judge(a, b, |a, b| Bounds {
                low: a.low.min(b.low),
                high: a.high.min(b.high),
            }),
            Self::Greatest(a, b) => judge(a, b, |a, b| Bounds {
                low: a.low.max(b.low),
                high: a.high.max(b.high),
            }),
            Self::BitAnd(a, b) | Self::BitOr(a, b) => judge(a, b, bits),
            Self::Eq(a, b) => both(a, b).and_then(|(a, b)| truth((differ(a, b), meet(a, b)))),
            Self::Ne(a, b) => both(a, b).and_then(|(a, b)| truth((meet(a, b), differ(a, b)))),
            Self::Lt(a, b) => {
                both(a, b).and_then(|(a, b)| truth((a.high >= b.low, a.low < b.high)))
            }
            Self::Le(a, b) => {
                both(a, b).and_then(|(a, b)| truth((a.high > b.low, a.low <= b.high)))
            }
            Self::Not(a) => {
                let (no, yes) = may(a);
                truth((yes, no))
            }
            Self::And(a, b) => {
                let (a, b) = (may(a), may(b));
                truth((a.0 || b.0, a.1 && b.1))
            }
            Self::Or(a, b) => {
                let (a, b) = (may(a), may(b));
                truth((a.0 && b.0, a.1 || b.1))
            }
            Self::If(when, then, other) => {
                let (no, yes) = may(when);
                let then = result(then).filter(|_| yes);
                let other = result(other).filter(|_| no);
                match (then, other) {
                    (Some(then), Some(other)) => Some(then.or(other)),
                    (one, other) => one.or(other),
                }
            }
        }
    }
}

fn meet(a: Bounds, b: Bounds) -> bool {
    a.low <= b.high && b.low <= a.high
}

fn differ(a: Bounds, b: Bounds) -> bool {
    a != b || a.low != a.high
}

fn bits(a: Bounds, b: Bounds) -> Bounds {
    let bits = a.high.max(b.high).max(0).saturating_add(1);
    let high = u128::try_from(bits).unwrap_or(0).next_power_of_two();
    let high = i128::try_from(high).unwrap_or(FULL.high + 1) - 1;
    let both = a.low >= 0 && b.low >= 0;
    if both { Bounds { low: 0, high } } else { FULL }
}

impl Program {
    /// The operations that some nodes need, these included, in an order in which each can be answered.
    pub(crate) fn needed_by(&self, nodes: impl IntoIterator<Item = Node>) -> Vec<Node> {
        let mut needed = vec![false; self.ops.len()];
        for node in nodes {
            mark(&mut needed, node);
        }
        for (index, op) in self.ops.iter().enumerate().rev() {
            if needed.get(index).copied().unwrap_or(false) {
                op.operands().for_each(|node| mark(&mut needed, node));
            }
        }
        let marked = (0..).map(Node).zip(needed);
        marked
            .filter_map(|(node, needed)| needed.then_some(node))
            .collect()
    }

    /// Within what the operations that are `needed` lie, in turn, into `results`; what is there of others says nothing.
    pub(crate) fn bound(
        &self,
        needed: &[Node],
        input: impl Fn(u16) -> Option<Bounds>,
        results: &mut Vec<Option<Bounds>>,
    ) {
        results.resize(self.ops.len(), None);
        for node in needed {
            let op = self.ops.get(node.index());
            let bounds = op.and_then(|op| op.bounds(&input, |node| *results.get(node.index())?));
            if let Some(result) = results.get_mut(node.index()) {
                *result = bounds.map(Bounds::drawn_in);
            }
        }
    }
}

fn mark(needed: &mut [bool], node: Node) {
    if let Some(flag) = needed.get_mut(node.index()) {
        *flag = true;
    }
}
