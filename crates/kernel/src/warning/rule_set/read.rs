//! From a definition file to a rule set: names, types and bounds are checked here, once.

use std::collections::BTreeSet;

use super::file::{Body, FeatureText, InParts, RuleText, SignalText};
use super::{Decay, Feature, Level, MAX_POINTS, Policy, Rule, RuleSet, RuleStep, Signal};
use crate::definitions::{Catalogue, Definition};
use crate::warning::expr::{Builder, Node, Program, Type};
use crate::warning::signal::{SignalSchema, is_name};

/// Most signals, features or rules of one rule set, and steps of one rule.
const MAX_PARTS: usize = 256;
/// Most levels: nobody tells more colours apart.
const MAX_LEVELS: usize = 16;
/// Most people to be called back: more nobody calls.
const MAX_CALLS: u32 = 100;
/// Ten years of days: farther back nothing is looked at.
const MAX_REACH: u16 = 3_660;

impl RuleSet {
    /// Reads, checks and compiles a definition in `rules/`. A signal that does not list its fields takes those of
    /// the schema in force.
    ///
    /// # Errors
    /// Everything that is wrong with the file, in Chinese, for its author.
    pub fn read(definition: &Definition) -> Result<Self, Vec<String>> {
        Self::read_with(definition, Catalogue::in_force())
    }

    /// The same with the signal schemas of another catalogue: a folder that is being checked.
    ///
    /// # Errors
    /// As [`RuleSet::read`].
    pub fn read_with(definition: &Definition, catalogue: &Catalogue) -> Result<Self, Vec<String>> {
        let mut faults = Faults::default();
        let body = match definition.body::<Body>() {
            Ok(body) => body,
            Err(fault) => {
                let read = InParts::read(definition, fault);
                faults.0.extend(read.faults);
                faults.1 = read.broken;
                read.body
            }
        };
        faults.sizes(&body);
        let signals = faults.keep(body.signals.iter().map(|text| signal(text, catalogue)));
        faults.unique("线索", signals.iter().map(|signal| signal.kind.as_str()));
        let features = faults.keep(body.features.iter().map(|text| feature(text, &signals)));
        faults.unique("指标", features.iter().map(|feature| feature.name.as_str()));
        let mut builder = Builder::new(features.iter().map(|feature| feature.name.as_str()));
        let mut rules = faults.keep(body.rules.iter().map(|text| rule(text, &mut builder)));
        let program = builder.finish();
        faults.unique("规则", rules.iter().map(|rule| rule.code.as_str()));
        for rule in &mut rules {
            find_reads(rule, &program);
        }
        faults.levels(&body.levels, &rules);
        faults.policy(&body.policy);
        faults.unused(&features, &rules);
        faults.into_result()?;
        Ok(Self {
            reference: definition.reference(),
            title: definition.header.title.clone(),
            source: definition.header.source.clone(),
            step: body.step,
            floor: body.floor,
            signals,
            features,
            rules,
            levels: body.levels,
            policy: body.policy,
            program,
        })
    }
}

fn signal(text: &SignalText, catalogue: &Catalogue) -> Result<Signal, String> {
    let schema = || SignalSchema::find(catalogue, &text.kind);
    let fields = match &text.fields {
        Some(fields) => fields.clone(),
        None => schema()
            .map(|schema| schema.names().map(str::to_owned).collect())
            .ok_or_else(|| {
                format!(
                    "没有名为“{}”的线索种类；自定义的种类请写明 fields",
                    text.kind
                )
            })?,
    };
    if let Some(bad) = fields.iter().find(|field| !is_name(field)) {
        return Err(format!(
            "线索 {} 的字段名“{bad}”只用小写字母、数字和下划线",
            text.kind
        ));
    }
    Ok(Signal {
        kind: text.kind.clone(),
        fields,
    })
}

fn feature(text: &FeatureText, signals: &[Signal]) -> Result<Feature, String> {
    let fault = |message: String| format!("指标 {}：{message}", text.name);
    if !is_name(&text.name) {
        return Err(fault("名字只用小写字母、数字和下划线，字母开头".to_owned()));
    }
    let (number, signal) = (0..)
        .zip(signals)
        .find(|(_, signal)| signal.kind == text.signal)
        .ok_or_else(|| fault(format!("没有列出线索 {}", text.signal)))?;
    shape(text).map_err(fault)?;
    let mut builder = Builder::new(signal.fields.iter().map(String::as_str));
    let mut compile = |text: &Option<String>, kind| -> Result<Option<Node>, String> {
        text.as_ref()
            .map(|text| builder.add(text, kind))
            .transpose()
    };
    let of_node = compile(&text.of, Type::Int).map_err(fault)?;
    let filter_node = compile(&text.filter, Type::Bool).map_err(fault)?;
    Ok(Feature {
        name: text.name.clone(),
        title: text.title.clone(),
        unit: text.unit.clone(),
        signal: number,
        aggregate: text.aggregate,
        window: text.window,
        hold: text.hold,
        keep: text.keep,
        empty: text.empty,
        of: text.of.clone(),
        filter: text.filter.clone(),
        program: builder.finish(),
        of_node,
        filter_node,
    })
}

/// What a feature's keys must not say together.
fn shape(text: &FeatureText) -> Result<(), String> {
    use super::Aggregate;
    let window = text.window;
    let takes_value = text.aggregate.takes_value();
    let refusals = [
        (
            takes_value && text.of.is_none(),
            "要写 of：取每条线索的哪个值",
        ),
        (
            !takes_value && text.of.is_some(),
            "这种汇总不看数值，不写 of",
        ),
        (
            text.aggregate == Aggregate::CountWhere && text.filter.is_none(),
            "count_where 要写 where",
        ),
        (
            window.near > window.far,
            "window 应为 [近端, 远端]，例如 [0, 29]",
        ),
        (
            window
                .far
                .saturating_add(text.hold.or(text.keep).unwrap_or(0))
                > MAX_REACH,
            "最多回看 3660 步",
        ),
        (
            text.hold.is_some() && text.aggregate.newest_only(),
            "hold 不能用于 latest、latest_known 和 days_since",
        ),
        (
            text.hold
                .is_some_and(|hold| window.near != 0 || hold <= window.far),
            "hold 要求 window 从 0 起，且比 window 的远端大",
        ),
        (
            text.keep.is_some() && text.hold.is_some(),
            "hold 和 keep 只写一样",
        ),
        (text.keep == Some(0), "keep 至少为 1"),
        (
            text.keep.is_some()
                && matches!(
                    text.aggregate,
                    Aggregate::LatestKnown | Aggregate::DaysSince
                ),
            "keep 不能用于 latest_known 和 days_since；latest_known 直接写长 window",
        ),
        (
            text.empty
                .is_some_and(|value| value.checked_abs().is_none_or(|v| v > MAX_POINTS)),
            "empty 的数值过大",
        ),
    ];
    match refusals.iter().find(|(refused, _)| *refused) {
        Some((_, why)) => Err((*why).to_owned()),
        None => Ok(()),
    }
}

fn rule(text: &RuleText, builder: &mut Builder<'_>) -> Result<Rule, String> {
    let fault = |message: String| format!("规则 {}：{message}", text.code);
    points(text).map_err(fault)?;
    let mut steps = Vec::with_capacity(text.steps.len());
    for step in &text.steps {
        let node = builder.add(&step.when, Type::Bool).map_err(fault)?;
        steps.push(RuleStep {
            when: step.when.clone(),
            points: step.points,
            node,
        });
    }
    let mut compile = |text: &Option<String>, kind| -> Result<Option<Node>, String> {
        text.as_ref()
            .map(|text| builder.add(text, kind))
            .transpose()
    };
    let points_node = compile(&text.points, Type::Int).map_err(fault)?;
    let red_line_node = compile(&text.red_line, Type::Bool).map_err(fault)?;
    Ok(Rule {
        code: text.code.clone(),
        title: text.title.clone(),
        clause: text.clause.clone(),
        decay: text.decay,
        steps,
        points: text.points.clone(),
        red_line: text.red_line.clone(),
        offset: text.offset,
        points_node,
        red_line_node,
        reads: Vec::new(),
        hangs_on: Vec::new(),
    })
}

/// What a rule's keys must not say together.
fn points(text: &RuleText) -> Result<(), String> {
    let sign_is_right = |points: i64| {
        if text.offset {
            points <= 0
        } else {
            points >= 0
        }
    };
    let refusals = [
        (text.clause.trim().is_empty(), "要写 clause：出自哪一条"),
        (
            text.steps.is_empty() && text.points.is_none() && text.red_line.is_none(),
            "steps、points、red_line 至少写一样",
        ),
        (
            !text.steps.is_empty() && text.points.is_some(),
            "steps 和 points 只写一样",
        ),
        (text.steps.len() > MAX_PARTS, "分档太多"),
        (
            text.steps
                .iter()
                .any(|step| !(-MAX_POINTS..=MAX_POINTS).contains(&step.points)),
            "分值过大",
        ),
        (
            text.steps.iter().any(|step| !sign_is_right(step.points)),
            "减分项写 offset = true 且分值为负；加分项分值为正",
        ),
        (
            text.decay.is_some_and(
                |Decay {
                     half_after,
                     drop_after,
                 }| half_after > drop_after,
            ),
            "decay 的 half_after 不能大于 drop_after",
        ),
    ];
    match refusals.iter().find(|(refused, _)| *refused) {
        Some((_, why)) => Err((*why).to_owned()),
        None => Ok(()),
    }
}

fn find_reads(rule: &mut Rule, program: &Program) {
    let nodes = rule
        .steps
        .iter()
        .map(|step| step.node)
        .chain(rule.points_node);
    let reads: BTreeSet<u16> = nodes.flat_map(|node| program.inputs_of(node)).collect();
    let red = rule
        .red_line_node
        .map(|node| program.inputs_of(node))
        .unwrap_or_default();
    rule.hangs_on = reads
        .iter()
        .copied()
        .chain(red)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    rule.reads = reads.into_iter().collect();
}

/// Collects what is wrong, so that an author hears everything at once.
///
/// The second part is what the parts are called that could not be read: what is said of them besides is no news.
#[derive(Default)]
struct Faults(Vec<String>, Vec<String>);

impl Faults {
    /// Notes a fault, unless it only follows from a part that could not be read.
    fn push(&mut self, fault: String) {
        if !self.1.iter().any(|name| fault.contains(name.as_str())) {
            self.0.push(fault);
        }
    }

    fn keep<T>(&mut self, parts: impl Iterator<Item = Result<T, String>>) -> Vec<T> {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Ok(part) => kept.push(part),
                Err(fault) => self.push(fault),
            }
        }
        kept
    }

    fn sizes(&mut self, body: &Body) {
        for (what, count, most) in [
            ("[[signal]]", body.signals.len(), MAX_PARTS),
            ("[[feature]]", body.features.len(), MAX_PARTS),
            ("[[rule]]", body.rules.len(), MAX_PARTS),
            ("[[level]]", body.levels.len(), MAX_LEVELS),
        ] {
            if !(1..=most).contains(&count) && self.1.is_empty() {
                let fault = format!("{what} 应有 1 到 {most} 个，实为 {count} 个");
                self.0.push(fault);
            }
        }
    }

    fn unique<'a>(&mut self, what: &str, names: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(name) {
                self.0.push(format!("{what} {name} 写了两次"));
            }
        }
    }

    fn levels(&mut self, levels: &[Level], rules: &[Rule]) {
        if !levels.is_sorted_by(|a, b| a.from < b.from) {
            self.0
                .push("等级应按 from 从低到高排列，且互不相同".to_owned());
        }
        self.unique("等级", levels.iter().map(|level| level.id.as_str()));
        let marked = levels.iter().filter(|level| level.red_line).count();
        let needed = rules.iter().any(|rule| rule.red_line.is_some());
        if marked > 1 || (needed && marked == 0 && self.1.is_empty()) {
            self.0
                .push("有红线的规则集要有且只有一个等级写 red_line = true".to_owned());
        }
    }

    fn policy(&mut self, policy: &Policy) {
        if policy.fall_after_check == Some(false) {
            self.0.push(
                "fall_after_check 只能是 true：颜色降低须由人核对（个人信息保护法第二十四条）"
                    .to_owned(),
            );
        }
        if policy.paid_percent.is_some_and(|percent| percent > 100) {
            self.0.push("paid_percent 应在 0 到 100 之间".to_owned());
        }
        if policy.callbacks.is_some_and(|calls| calls > MAX_CALLS) {
            self.0.push(format!("callbacks 最多 {MAX_CALLS} 人"));
        }
    }

    fn unused(&mut self, features: &[Feature], rules: &[Rule]) {
        // A rule that could not be read may have used any of them.
        if !self.1.is_empty() {
            return;
        }
        for (number, feature) in (0u16..).zip(features) {
            if !rules.iter().any(|rule| rule.hangs_on.contains(&number)) {
                self.0.push(format!("指标 {} 没有规则用到", feature.name));
            }
        }
    }

    fn into_result(self) -> Result<(), Vec<String>> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(self.0)
        }
    }
}
