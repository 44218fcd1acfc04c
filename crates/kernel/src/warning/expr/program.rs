//! Checked expressions as a list of operations, and what each operation means.

/// Names a result: the operation at this place of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Node(pub(crate) u16);

impl Node {
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// One operation. Truth values are 0 and 1. `>` and `>=` are written as `<` and `<=` the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    Const(i64),
    /// The value of an input: a field of a signal, or a feature.
    Input(u16),
    Neg(Node),
    Abs(Node),
    Not(Node),
    /// Whether the operand is known: the only operation that never answers unknown.
    Known(Node),
    Add(Node, Node),
    Sub(Node, Node),
    Mul(Node, Node),
    /// Towards zero, as in CEL.
    Div(Node, Node),
    /// With the sign of the left side, as in CEL.
    Rem(Node, Node),
    Least(Node, Node),
    Greatest(Node, Node),
    BitAnd(Node, Node),
    BitOr(Node, Node),
    Eq(Node, Node),
    Ne(Node, Node),
    Lt(Node, Node),
    Le(Node, Node),
    And(Node, Node),
    Or(Node, Node),
    If(Node, Node, Node),
}

impl Op {
    /// The results it needs.
    pub(crate) fn operands(self) -> impl Iterator<Item = Node> {
        let [a, b, c] = match self {
            Self::Const(_) | Self::Input(_) => [None; 3],
            Self::Neg(a) | Self::Abs(a) | Self::Not(a) | Self::Known(a) => [Some(a), None, None],
            Self::Add(a, b)
            | Self::Sub(a, b)
            | Self::Mul(a, b)
            | Self::Div(a, b)
            | Self::Rem(a, b)
            | Self::Least(a, b)
            | Self::Greatest(a, b)
            | Self::BitAnd(a, b)
            | Self::BitOr(a, b)
            | Self::Eq(a, b)
            | Self::Ne(a, b)
            | Self::Lt(a, b)
            | Self::Le(a, b)
            | Self::And(a, b)
            | Self::Or(a, b) => [Some(a), Some(b), None],
            Self::If(a, b, c) => [Some(a), Some(b), Some(c)],
        };
        [a, b, c].into_iter().flatten()
    }

    /// The answer, given those of its operands; `None` is unknown.
    pub(crate) fn answer(
        self,
        input: impl Fn(u16) -> Option<i64>,
        result: impl Fn(Node) -> Option<i64>,
    ) -> Option<i64> {
        let both = |a, b| Some((result(a)?, result(b)?));
        let truth =
            |a, b, holds: fn(i64, i64) -> bool| both(a, b).map(|(a, b)| i64::from(holds(a, b)));
        match self {
            Self::Const(value) => Some(value),
            Self::Input(index) => input(index),
            Self::Neg(a) => result(a)?.checked_neg(),
            Self::Abs(a) => result(a)?.checked_abs(),
            Self::Not(a) => result(a).map(|a| i64::from(a == 0)),
            Self::Known(a) => Some(i64::from(result(a).is_some())),
            Self::Add(a, b) => both(a, b).and_then(|(a, b)| a.checked_add(b)),
            Self::Sub(a, b) => both(a, b).and_then(|(a, b)| a.checked_sub(b)),
            Self::Mul(a, b) => both(a, b).and_then(|(a, b)| a.checked_mul(b)),
            Self::Div(a, b) => both(a, b).and_then(|(a, b)| a.checked_div(b)),
            Self::Rem(a, b) => both(a, b).and_then(|(a, b)| a.checked_rem(b)),
            Self::Least(a, b) => both(a, b).map(|(a, b)| a.min(b)),
            Self::Greatest(a, b) => both(a, b).map(|(a, b)| a.max(b)),
            Self::BitAnd(a, b) => both(a, b).map(|(a, b)| a & b),
            Self::BitOr(a, b) => both(a, b).map(|(a, b)| a | b),
            Self::Eq(a, b) => truth(a, b, |a, b| a == b),
            Self::Ne(a, b) => truth(a, b, |a, b| a != b),
            Self::Lt(a, b) => truth(a, b, |a, b| a < b),
            Self::Le(a, b) => truth(a, b, |a, b| a <= b),
            Self::And(a, b) => match (result(a), result(b)) {
                (Some(0), _) | (_, Some(0)) => Some(0),
                (Some(_), Some(_)) => Some(1),
                _ => None,
            },
            Self::Or(a, b) => match (result(a), result(b)) {
                (Some(1), _) | (_, Some(1)) => Some(1),
                (Some(_), Some(_)) => Some(0),
                _ => None,
            },
            Self::If(when, then, other) => match result(when)? {
                0 => result(other),
                _ => result(then),
            },
        }
    }
}

/// Operations in an order in which each can be answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Program {
    pub(super) ops: Vec<Op>,
}

impl Program {
    pub(crate) fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// Answers every operation in turn into `results`; a read past the inputs is unknown.
    pub(crate) fn run(&self, input: impl Fn(u16) -> Option<i64>, results: &mut Vec<Option<i64>>) {
        results.clear();
        for op in &self.ops {
            let answer = op.answer(&input, |node| *results.get(node.index())?);
            results.push(answer);
        }
    }

    /// The inputs that `node` reads, in ascending order.
    pub(crate) fn inputs_of(&self, node: Node) -> Vec<u16> {
        let needed = self.needed_by([node]);
        let ops = needed.iter().filter_map(|node| self.ops.get(node.index()));
        let mut inputs: Vec<u16> = ops
            .filter_map(|op| match op {
                Op::Input(input) => Some(*input),
                _ => None,
            })
            .collect();
        inputs.sort_unstable();
        inputs
    }
}
