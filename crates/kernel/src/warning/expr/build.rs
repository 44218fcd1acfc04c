//! From text to operations: the parser is the `cel` crate's, the check is ours.

use std::collections::HashMap;

use cel::common::ast::operators as cel_op;
use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};
use cel::parser::Parser;

use super::program::{Node, Op, Program};
use super::{MAX_BRACKETS, MAX_DEPTH, MAX_LENGTH, MAX_NODES};

/// Deepest `? :` the parser follows, brackets included.
const MAX_RECURSION: u16 = 40;
const PARSER_STACK: usize = 32 << 20;

/// What an expression answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Int,
    Bool,
}

impl Type {
    fn name(self) -> &'static str {
        match self {
            Self::Int => "整数",
            Self::Bool => "是否",
        }
    }
}

/// Collects expressions over the same inputs into one program; equal parts are computed once.
#[derive(Debug)]
pub(crate) struct Builder<'a> {
    inputs: HashMap<&'a str, u16>,
    ops: Vec<Op>,
    seen: HashMap<Op, Node>,
}

type Typed = (Node, Type);

impl<'a> Builder<'a> {
    /// A builder whose expressions may use these names; all of them are integers.
    pub(crate) fn new(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            inputs: (0..)
                .zip(names)
                .map(|(index, name)| (name, index))
                .collect(),
            ops: Vec::new(),
            seen: HashMap::new(),
        }
    }

    /// The program of everything added.
    pub(crate) fn finish(self) -> Program {
        Program { ops: self.ops }
    }

    /// Adds an expression that must answer with `expected`.
    ///
    /// # Errors
    /// What is wrong with the text, in Chinese, for its author.
    pub(crate) fn add(&mut self, text: &str, expected: Type) -> Result<Node, String> {
        let fault = |message: String| format!("表达式“{text}”：{message}");
        if text.len() > MAX_LENGTH {
            let start: String = text.chars().take(30).collect();
            return Err(format!(
                "表达式“{start}…”超过 {MAX_LENGTH} 字节，请拆成几条"
            ));
        }
        let tree = parse(text).map_err(fault)?;
        let (node, found) = self.expr(&tree, 0).map_err(fault)?;
        if found == expected {
            return Ok(node);
        }
        Err(fault(format!(
            "结果应为{}，实为{}",
            expected.name(),
            found.name()
        )))
    }

    fn expr(&mut self, tree: &IdedExpr, depth: usize) -> Result<Typed, String> {
        if depth > MAX_DEPTH {
            return Err(format!("嵌套超过 {MAX_DEPTH} 层"));
        }
        match &tree.expr {
            Expr::Literal(LiteralValue::Int(value)) => {
                self.push(Op::Const(*value.inner()), Type::Int)
            }
            Expr::Literal(LiteralValue::Boolean(value)) => {
                self.push(Op::Const(i64::from(*value.inner())), Type::Bool)
            }
            Expr::Literal(_) => Err(
                "只能写整数和 true、false；小数请换成更小的单位（元换成分，百分数乘 100）"
                    .to_owned(),
            ),
            Expr::Ident(name) => match self.inputs.get(name.as_str()) {
                Some(index) => self.push(Op::Input(*index), Type::Int),
                None => Err(format!("没有名为“{name}”的指标或字段")),
            },
            Expr::Call(call) => self.call(call, depth + 1),
            Expr::Comprehension(_) => Err("不支持 all、exists、map 等循环写法".to_owned()),
            Expr::Select(_) => Err("不支持用点取字段".to_owned()),
            _ => Err("不支持列表、映射和结构；判断几个值之一写 x in [1, 2]".to_owned()),
        }
    }

    fn call(&mut self, call: &CallExpr, depth: usize) -> Result<Typed, String> {
        let name = full_name(call)?;
        if name == cel_op::IN {
            return self.one_of(&call.args, depth);
        }
        if matches!(name.as_str(), "math.least" | "math.greatest") {
            return self.extreme(&name, &call.args, depth);
        }
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(self.expr(arg, depth)?);
        }
        match args.as_slice() {
            [a] => self.unary(&name, *a),
            [a, b] => self.binary(&name, *a, *b),
            [when, then, other] if name == cel_op::CONDITIONAL => {
                expect(&name, *when, Type::Bool)?;
                if then.1 != other.1 {
                    return Err("问号两边的结果种类应当一样".to_owned());
                }
                self.push(Op::If(when.0, then.0, other.0), then.1)
            }
            _ => Err(unsupported(&name)),
        }
    }

    fn unary(&mut self, name: &str, a: Typed) -> Result<Typed, String> {
        let (op, takes, gives) = match name {
            cel_op::NEGATE => (Op::Neg(a.0), Type::Int, Type::Int),
            "math.abs" => (Op::Abs(a.0), Type::Int, Type::Int),
            cel_op::LOGICAL_NOT => (Op::Not(a.0), Type::Bool, Type::Bool),
            "known" => (Op::Known(a.0), a.1, Type::Bool),
            _ => return Err(unsupported(name)),
        };
        expect(name, a, takes)?;
        self.push(op, gives)
    }

    fn binary(&mut self, name: &str, a: Typed, b: Typed) -> Result<Typed, String> {
        use Type::{Bool, Int};
        let (x, y) = (a.0, b.0);
        let (op, takes, gives) = match name {
            cel_op::ADD => (Op::Add(x, y), Int, Int),
            cel_op::SUBSTRACT => (Op::Sub(x, y), Int, Int),
            cel_op::MULTIPLY => (Op::Mul(x, y), Int, Int),
            cel_op::DIVIDE => (Op::Div(x, y), Int, Int),
            cel_op::MODULO => (Op::Rem(x, y), Int, Int),
            "math.bitAnd" => (Op::BitAnd(x, y), Int, Int),
            "math.bitOr" => (Op::BitOr(x, y), Int, Int),
            cel_op::EQUALS => (Op::Eq(x, y), a.1, Bool),
            cel_op::NOT_EQUALS => (Op::Ne(x, y), a.1, Bool),
            cel_op::LESS => (Op::Lt(x, y), a.1, Bool),
            cel_op::LESS_EQUALS => (Op::Le(x, y), a.1, Bool),
            cel_op::GREATER => (Op::Lt(y, x), a.1, Bool),
            cel_op::GREATER_EQUALS => (Op::Le(y, x), a.1, Bool),
            cel_op::LOGICAL_AND => (Op::And(x, y), Bool, Bool),
            cel_op::LOGICAL_OR => (Op::Or(x, y), Bool, Bool),
            _ => return Err(unsupported(name)),
        };
        expect(name, a, takes)?;
        expect(name, b, takes)?;
        self.push(op, gives)
    }

    /// `x in [a, b]`, as `x == a || x == b`.
    fn one_of(&mut self, args: &[IdedExpr], depth: usize) -> Result<Typed, String> {
        let [value, list] = args else {
            return Err(unsupported(cel_op::IN));
        };
        let value = self.expr(value, depth)?;
        let Expr::List(list) = &list.expr else {
            return Err("in 的右边应为列表，例如 [1, 2]".to_owned());
        };
        let mut any: Option<Typed> = None;
        for element in &list.elements {
            let element = self.expr(element, depth)?;
            let equal = self.binary(cel_op::EQUALS, value, element)?;
            any = Some(match any {
                Some(before) => self.binary(cel_op::LOGICAL_OR, before, equal)?,
                None => equal,
            });
        }
        any.ok_or_else(|| "in 的列表不能为空".to_owned())
    }

    fn extreme(&mut self, name: &str, args: &[IdedExpr], depth: usize) -> Result<Typed, String> {
        let mut best: Option<Typed> = None;
        for arg in args {
            let next = self.expr(arg, depth)?;
            expect(name, next, Type::Int)?;
            best = Some(match best {
                None => next,
                Some((node, _)) if name == "math.least" => {
                    self.push(Op::Least(node, next.0), Type::Int)?
                }
                Some((node, _)) => self.push(Op::Greatest(node, next.0), Type::Int)?,
            });
        }
        best.ok_or_else(|| unsupported(name))
    }

    fn push(&mut self, op: Op, gives: Type) -> Result<Typed, String> {
        let op = self.folded(op);
        if let Some(node) = self.seen.get(&op) {
            return Ok((*node, gives));
        }
        let node = u16::try_from(self.ops.len())
            .ok()
            .filter(|index| usize::from(*index) < MAX_NODES)
            .map(Node)
            .ok_or_else(|| format!("运算超过 {MAX_NODES} 步"))?;
        self.ops.push(op);
        self.seen.insert(op, node);
        Ok((node, gives))
    }

    /// The constant an operation on constants always answers with, or the operation itself.
    fn folded(&self, op: Op) -> Op {
        let constant = |node: Node| match self.ops.get(node.index()) {
            Some(Op::Const(value)) => Some(*value),
            _ => None,
        };
        match op {
            Op::Const(_) | Op::Input(_) | Op::Known(_) => op,
            _ if op.operands().any(|operand| constant(operand).is_none()) => op,
            _ => op.answer(|_| None, constant).map_or(op, Op::Const),
        }
    }
}

/// Parses on a thread of its own with a stack that fits: the parser needs up to 250 kB for each open bracket in a
/// debug build, and an overflow would end the whole program.
fn parse(text: &str) -> Result<IdedExpr, String> {
    if brackets(text) > MAX_BRACKETS {
        return Err(format!("括号嵌套超过 {MAX_BRACKETS} 层"));
    }
    let parser = || {
        Parser::new()
            .max_recursion_depth(MAX_RECURSION)
            .parse(text)
            .map_err(|faults| {
                faults
                    .errors
                    .into_iter()
                    .next()
                    .map(|fault| (fault.pos.1, fault.msg))
            })
    };
    let parsed = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(PARSER_STACK);
        thread
            .spawn_scoped(scope, parser)
            .ok()
            .and_then(|running| running.join().ok())
    });
    match parsed {
        Some(Ok(tree)) => Ok(tree),
        Some(Err(Some((column, message)))) => {
            let message = message.lines().next().unwrap_or_default();
            Err(format!("第 {column} 个字附近写法有误（{message}）"))
        }
        Some(Err(None)) | None => Err("写法有误，读不懂".to_owned()),
    }
}

/// How deep brackets of any kind stand in each other.
fn brackets(text: &str) -> usize {
    let (mut open, mut deepest) = (0usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// `math.least` for a call of the CEL extension library, the plain name otherwise.
fn full_name(call: &CallExpr) -> Result<String, String> {
    match &call.target {
        None => Ok(call.func_name.clone()),
        Some(target) => match &target.expr {
            Expr::Ident(library) => Ok(format!("{library}.{}", call.func_name)),
            _ => Err(unsupported(&call.func_name)),
        },
    }
}

fn expect(name: &str, (_, found): Typed, takes: Type) -> Result<(), String> {
    if found == takes {
        Ok(())
    } else {
        Err(format!(
            "{} 要的是{}，给的是{}",
            plain(name),
            takes.name(),
            found.name()
        ))
    }
}

fn unsupported(name: &str) -> String {
    format!(
        "不支持 {}；可用 + - * / %、比较、&& || !、? :、in [..]、known(x)、math.abs/least/greatest/bitAnd/bitOr",
        plain(name)
    )
}

/// `_+_` as people write it.
fn plain(name: &str) -> String {
    name.replace(['_', '@'], "")
}
