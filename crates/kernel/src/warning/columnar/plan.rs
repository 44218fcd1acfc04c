//! A program made ready for columns: in which order, with which buffers, and where arithmetic cannot overflow.

use super::super::expr::{Bounds, FULL, Node, Op, Program};

/// Where an operand comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Const(i64),
    Input(u16),
    Slot(u16),
}

/// An operand, multiplied on the way when a comparison has swallowed the multiplication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operand {
    pub source: Source,
    pub scale: i64,
}

/// One operation on columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instr {
    /// The operation; its nodes mean nothing any more.
    pub op: Op,
    pub args: [Operand; 3],
    pub out: u16,
    /// It never overflows and never divides by zero.
    pub exact: bool,
}

/// A step of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    Compute(Instr),
    /// The results of this group are ready.
    Use(u16),
}

/// A program ready for columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    pub work: Vec<Work>,
    /// How many buffers it needs.
    pub slots: u16,
    sources: Vec<Option<Source>>,
    bounds: Vec<Bounds>,
}

impl Plan {
    /// Plans `program` over inputs within `inputs`, so that the results of each group in turn are all there when it
    /// is used.
    pub fn new(program: &Program, inputs: &[Bounds], groups: &[Vec<Node>]) -> Self {
        let mut planner = Planner::new(program, inputs);
        for group in groups {
            planner.group(group);
        }
        planner.finish()
    }

    /// Where the result of a node is, when its group is used.
    pub fn source(&self, node: Node) -> Source {
        self.sources
            .get(node.index())
            .copied()
            .flatten()
            .unwrap_or(Source::Const(0))
    }

    /// Within what the result of a node lies.
    pub fn bounds(&self, node: Node) -> Bounds {
        self.bounds.get(node.index()).copied().unwrap_or(FULL)
    }
}

struct Planner<'a> {
    ops: &'a [Op],
    exact: Vec<bool>,
    plan: Plan,
    /// For each `Work::Use`, its place in `plan.work` and the nodes that must be there.
    uses: Vec<(usize, Vec<Node>)>,
}

impl<'a> Planner<'a> {
    fn new(program: &'a Program, inputs: &[Bounds]) -> Self {
        let ops = program.ops();
        let (mut bounds, mut exact) =
            (Vec::with_capacity(ops.len()), Vec::with_capacity(ops.len()));
        for op in ops {
            let (found, safe) = judge(*op, inputs, &bounds);
            bounds.push(found.drawn_in());
            exact.push(safe);
        }
        let plan = Plan {
            sources: vec![None; ops.len()],
            bounds,
            ..Plan::default()
        };
        Self {
            ops,
            exact,
            plan,
            uses: Vec::new(),
        }
    }

    fn op(&self, node: Node) -> Op {
        self.ops.get(node.index()).copied().unwrap_or(Op::Const(0))
    }

    fn is_exact(&self, node: Node) -> bool {
        self.exact.get(node.index()).copied().unwrap_or(false)
    }

    fn group(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.compute(*node);
        }
        let number = u16::try_from(self.uses.len()).unwrap_or(u16::MAX);
        self.uses.push((self.plan.work.len(), nodes.to_vec()));
        self.plan.work.push(Work::Use(number));
    }

    /// Appends what is needed to have `node`; operands always stand earlier in the program, so this ends.
    fn compute(&mut self, node: Node) {
        if self
            .plan
            .sources
            .get(node.index())
            .copied()
            .flatten()
            .is_some()
        {
            return;
        }
        let op = self.op(node);
        let source = match op {
            Op::Const(value) => Source::Const(value),
            Op::Input(input) => Source::Input(input),
            _ => {
                let args = self.operands(op);
                let out = self.plan.slots;
                self.plan.slots += 1;
                let exact = self.is_exact(node);
                self.plan.work.push(Work::Compute(Instr {
                    op,
                    args,
                    out,
                    exact,
                }));
                Source::Slot(out)
            }
        };
        if let Some(place) = self.plan.sources.get_mut(node.index()) {
            *place = Some(source);
        }
    }

    fn operands(&mut self, op: Op) -> [Operand; 3] {
        let none = Operand {
            source: Source::Const(0),
            scale: 1,
        };
        let mut args = [none; 3];
        let compares = matches!(op, Op::Eq(..) | Op::Ne(..) | Op::Lt(..) | Op::Le(..));
        for (arg, node) in args.iter_mut().zip(op.operands()) {
            let (node, scale) = match self.scaled(node) {
                Some(scaled) if compares => scaled,
                _ => (node, 1),
            };
            self.compute(node);
            *arg = Operand {
                source: self.plan.source(node),
                scale,
            };
        }
        args
    }

    /// `x * 100` as (x, 100), when it cannot overflow.
    fn scaled(&self, node: Node) -> Option<(Node, i64)> {
        let Op::Mul(a, b) = self.op(node) else {
            return None;
        };
        if !self.is_exact(node) {
            return None;
        }
        match (self.op(a), self.op(b)) {
            (Op::Const(scale), _) => Some((b, scale)),
            (_, Op::Const(scale)) => Some((a, scale)),
            _ => None,
        }
    }

    /// For each buffer, the last place of `plan.work` that reads it.
    fn last_reads(&self) -> Vec<usize> {
        let mut last = vec![0; usize::from(self.plan.slots)];
        let mut note = |source: Source, place: usize| {
            if let Source::Slot(slot) = source
                && let Some(known) = last.get_mut(usize::from(slot))
            {
                *known = place.max(*known);
            }
        };
        for (place, work) in self.plan.work.iter().enumerate() {
            if let Work::Compute(instr) = work {
                instr.args.iter().for_each(|arg| note(arg.source, place));
            }
        }
        for (place, nodes) in &self.uses {
            nodes
                .iter()
                .for_each(|node| note(self.plan.source(*node), *place));
        }
        last
    }

    /// Lets buffers be used again after the last read of what they hold.
    fn finish(mut self) -> Plan {
        let reads = self.last_reads();
        let mut names: Vec<u16> = (0..self.plan.slots).collect();
        let (mut free, mut next) = (Vec::new(), 0u16);
        let mut ends: Vec<Vec<u16>> = vec![Vec::new(); self.plan.work.len()];
        for (place, work) in self.plan.work.iter_mut().enumerate() {
            if let Work::Compute(instr) = work {
                let virtual_out = instr.out;
                let real = free.pop().unwrap_or_else(|| {
                    next += 1;
                    next - 1
                });
                for arg in &mut instr.args {
                    rename(&mut arg.source, &names);
                }
                instr.out = real;
                if let Some(name) = names.get_mut(usize::from(virtual_out)) {
                    *name = real;
                }
                let last = reads
                    .get(usize::from(virtual_out))
                    .copied()
                    .unwrap_or(place);
                if let Some(end) = ends.get_mut(last) {
                    end.push(real);
                }
            }
            free.extend(ends.get(place).into_iter().flatten());
        }
        for source in self.plan.sources.iter_mut().flatten() {
            rename(source, &names);
        }
        self.plan.slots = next;
        self.plan
    }
}

fn rename(source: &mut Source, names: &[u16]) {
    if let Source::Slot(slot) = source
        && let Some(name) = names.get(usize::from(*slot))
    {
        *slot = *name;
    }
}

/// Within what the answer of an operation lies, and whether it always has one when its operands do.
fn judge(op: Op, inputs: &[Bounds], earlier: &[Bounds]) -> (Bounds, bool) {
    let of = |node: Node| earlier.get(node.index()).copied().unwrap_or(FULL);
    let input = |index: u16| inputs.get(usize::from(index)).copied().unwrap_or(FULL);
    let bounds = op.bounds(|index| Some(input(index)), |node| Some(of(node)));
    let bounds = bounds.unwrap_or(FULL);
    let exact = match op {
        Op::Div(a, b) | Op::Rem(a, b) => {
            let nonzero = of(b).low > 0 || of(b).high < 0;
            nonzero && (of(a).low > FULL.low || of(b).low > -1 || of(b).high < -1)
        }
        _ => bounds.fits(),
    };
    (bounds, exact)
}
