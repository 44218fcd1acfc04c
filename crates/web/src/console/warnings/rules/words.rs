//! A rule set in words: windows, aggregates, conditions, points, decay, levels, response times.

use kernel::case_kind::{CaseKind, LengthRule};
use kernel::warning::{Aggregate, Feature, Level, Rule, RuleSet, Step};
use union::arrears::alerts::LevelView;
use union::arrears::publications::PublicationState;

use crate::console::warnings::look::Tone;

/// Class and shape of a publication's state.
pub(super) fn state_badge(state: PublicationState) -> (&'static str, &'static str) {
    match state {
        PublicationState::Draft => ("lv lv-b", "s-blu"),
        PublicationState::Waiting => ("lv lv-y", "s-yel"),
        PublicationState::Published => ("lv lv-g", "s-ok"),
        PublicationState::Refused | PublicationState::Dropped => ("lv lv-n", "s-none"),
    }
}

/// A level with its local word and shape.
pub(super) struct LevelLine {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) badge: &'static str,
    pub(super) shape: &'static str,
    pub(super) shape_words: &'static str,
    pub(super) from: i64,
    pub(super) red_line: bool,
    pub(super) opens: bool,
    pub(super) quiet_days: u32,
}

/// The levels, highest first.
pub(super) fn levels(rules: &RuleSet) -> Vec<LevelLine> {
    let line = |(rank, level): (i64, &Level)| {
        let tone = Tone::of(&LevelView {
            id: level.id.clone(),
            label: level.label.clone(),
            shape: level.shape.clone(),
            pattern: level.pattern.clone(),
            rank,
        });
        LevelLine {
            id: level.id.clone(),
            label: level.label.clone(),
            badge: tone.badge(),
            shape: tone.shape(),
            shape_words: match level.shape.as_str() {
                "triangle" => "三角",
                "diamond" => "菱形",
                "circle" => "圆形",
                "check" => "对勾",
                "square" => "方形",
                _ => "其他",
            },
            from: level.from,
            red_line: level.red_line,
            opens: level.opens,
            quiet_days: level.quiet_days,
        }
    };
    let mut all: Vec<LevelLine> = (0..).zip(rules.levels()).map(line).collect();
    all.reverse();
    all
}

/// A feature as a row.
pub(super) struct FeatureLine {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) unit: String,
    pub(super) reads: String,
    pub(super) window: String,
    pub(super) how: String,
    pub(super) more: Vec<String>,
}

pub(super) fn features(rules: &RuleSet) -> Vec<FeatureLine> {
    rules
        .features()
        .iter()
        .map(|one| feature(rules, one))
        .collect()
}

fn feature(rules: &RuleSet, one: &Feature) -> FeatureLine {
    let step = step_words(rules.step());
    let mut more = Vec::new();
    if let Some(filter) = &one.filter {
        more.push(format!("只算 {filter}"));
    }
    if let Some(hold) = one.hold {
        more.push(format!("最高值保留 {hold} {step}"));
    }
    if let Some(empty) = one.empty {
        more.push(format!("没有线索时按 {empty}"));
    }
    let kind = rules
        .signals()
        .get(usize::from(one.signal))
        .map_or_else(String::new, |signal| signal.kind.clone());
    FeatureLine {
        name: one.name.clone(),
        title: one.title.clone(),
        unit: one.unit.clone(),
        reads: kind,
        window: match (one.window.near, one.window.far) {
            (0, 0) => format!("当{step}"),
            (0, far) => format!("最近 {} {step}", u32::from(far) + 1),
            (near, far) => format!("{near} 到 {far} {step}前"),
        },
        how: match (aggregate_words(one.aggregate), &one.of) {
            (how, Some(of)) => format!("{how}（{of}）"),
            (how, None) => how.to_owned(),
        },
        more,
    }
}

/// The grain of time.
pub(super) fn step_words(step: Step) -> &'static str {
    match step {
        Step::Day => "天",
        Step::Month => "个月",
    }
}

fn aggregate_words(aggregate: Aggregate) -> &'static str {
    match aggregate {
        Aggregate::Count => "条数",
        Aggregate::CountWhere => "符合条件的条数",
        Aggregate::Sum => "合计",
        Aggregate::Max => "最大值",
        Aggregate::Min => "最小值",
        Aggregate::Latest => "最新一条的值",
        Aggregate::DaysSince => "距最新一条多久",
        Aggregate::DistinctDays => "有线索的天数",
    }
}

/// A rule as a row.
pub(super) struct RuleLine {
    pub(super) code: String,
    pub(super) title: String,
    pub(super) clause: String,
    pub(super) offset: bool,
    /// Condition in words, as written, points.
    pub(super) steps: Vec<(String, String, String)>,
    pub(super) decay: String,
    pub(super) red_line: Option<(String, String)>,
}

pub(super) fn rules(rules: &RuleSet) -> Vec<RuleLine> {
    rules.rules().iter().map(|one| rule(rules, one)).collect()
}

fn rule(rules: &RuleSet, one: &Rule) -> RuleLine {
    let step = step_words(rules.step());
    let mut steps: Vec<(String, String, String)> = one
        .steps
        .iter()
        .map(|tier| {
            let points = format!("{:+} 分", tier.points);
            (plain(rules, &tier.when), tier.when.clone(), points)
        })
        .collect();
    if let Some(points) = &one.points {
        steps.push((plain(rules, points), points.clone(), "按算式".to_owned()));
    }
    RuleLine {
        code: one.code.clone(),
        title: one.title.clone(),
        clause: one.clause.clone(),
        offset: one.offset,
        steps,
        decay: one.decay.map_or_else(String::new, |decay| {
            format!(
                "{} {step}后减半，{} {step}后不计",
                decay.half_after, decay.drop_after
            )
        }),
        red_line: one
            .red_line
            .as_ref()
            .map(|text| (plain(rules, text), text.clone())),
    }
}

/// An expression with the titles of its features and the signs people know.
fn plain(rules: &RuleSet, text: &str) -> String {
    let mut out = String::new();
    let mut name = String::new();
    for c in text.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || c == '_' {
            name.push(c);
            continue;
        }
        if !name.is_empty() {
            let feature = rules.features().iter().find(|one| one.name == name);
            match feature {
                Some(one) => out.push_str(&format!("「{}」", one.title)),
                None => out.push_str(&name),
            }
            name.clear();
        }
        out.push(c);
    }
    [
        (">=", "≥"),
        ("<=", "≤"),
        ("==", "＝"),
        ("!=", "≠"),
        ("&&", "且"),
        ("||", "或"),
    ]
    .iter()
    .fold(out, |text, (sign, word)| text.replace(sign, word))
    .trim()
    .to_owned()
}

/// Response times: what is due, at which level, for each grade.
pub(super) struct Response {
    pub(super) title: String,
    pub(super) level: String,
    pub(super) times: Vec<String>,
}

/// The response matrix of the case kind that handles alerts: grades, rows.
pub(super) fn matrix(kind: &CaseKind) -> (Vec<String>, Vec<Response>) {
    let grades = kind.grade.iter().map(|grade| grade.title.clone()).collect();
    let rows = kind.clock.iter().map(|clock| Response {
        title: clock.title.clone(),
        level: clock
            .level
            .as_ref()
            .and_then(|id| kind.level.iter().find(|level| level.id == *id))
            .map_or("承办单位", |level| level.title.as_str())
            .to_owned(),
        times: kind
            .grade
            .iter()
            .map(|grade| {
                clock
                    .length_in(Some(&grade.id))
                    .map_or_else(|| "—".to_owned(), length)
            })
            .collect(),
    });
    (grades, rows.collect())
}

fn length(rule: &LengthRule) -> String {
    match rule {
        LengthRule::Plain(span) => span.to_string(),
        LengthRule::Law { law } => format!("按 {law}"),
        LengthRule::Until { until } => format!("到 {until}"),
    }
}

/// A closing condition in words.
pub(super) fn closings(kind: &CaseKind) -> Vec<(String, Vec<String>)> {
    kind.closing
        .iter()
        .map(|one| {
            let mut words: Vec<String> = one
                .evidence
                .iter()
                .map(|demand| format!("{} {} 份", kind.evidence_title(&demand.kind), demand.least))
                .collect();
            if let Some(share) = &one.share {
                words.push(format!("已支付人数不低于 {}%，其余列名单", share.percent));
            }
            if one.calls > 0 {
                words.push(format!("经办人以外的人回访 {} 人", one.calls));
            }
            for (grade, level) in &one.level_by_grade {
                let title = kind.level.iter().find(|one| one.id == *level);
                words.push(format!(
                    "{}由{}复核",
                    kind.grade_title(grade),
                    title.map_or(level.as_str(), |one| one.title.as_str())
                ));
            }
            (one.title.clone(), words)
        })
        .collect()
}

/// One difference between two rule sets.
pub(super) struct Difference {
    pub(super) what: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// What a rule set says, piece by piece, under a name that both versions share.
fn said(set: &RuleSet) -> Vec<(String, String)> {
    let mut all = vec![
        ("名称".to_owned(), set.title().to_owned()),
        ("来源".to_owned(), set.source().to_owned()),
    ];
    for one in levels(set) {
        let words = format!(
            "{}，{} 分起，{}{}，安静 {} 天可销号",
            one.label,
            one.from,
            one.shape_words,
            if one.red_line {
                "，红线升到这一级"
            } else {
                ""
            },
            one.quiet_days
        );
        all.push((format!("等级 {}", one.id), words));
    }
    for one in features(set) {
        let more = one.more.join("；");
        let words = format!(
            "{}：{}，{}，{} {more}",
            one.title, one.reads, one.window, one.how
        );
        all.push((format!("指标 {}", one.name), words.trim().to_owned()));
    }
    for one in rules(set) {
        let tiers: Vec<String> = one
            .steps
            .iter()
            .map(|(_, when, points)| format!("{when} → {points}"))
            .collect();
        let line = one
            .red_line
            .map_or_else(String::new, |(_, text)| format!("；红线 {text}"));
        let words = format!(
            "{}：{}；{}{line}（{}）",
            one.title,
            tiers.join("，"),
            one.decay,
            one.clause
        );
        all.push((format!("规则 {}", one.code), words));
    }
    let policy = set.policy();
    all.push((
        "办理".to_owned(),
        format!(
            "{} 天内再有线索续用原预警；降级{}；支付 {}%；回访 {} 人",
            policy.rearm_days,
            if policy.fall_after_check {
                "须人工确认"
            } else {
                "自动"
            },
            policy.paid_percent.unwrap_or(0),
            policy.callbacks.unwrap_or(0)
        ),
    ));
    all
}

/// What differs, in the order of the newer one; what only the older has comes last.
pub(super) fn differences(before: &RuleSet, after: &RuleSet) -> Vec<Difference> {
    let (old, new) = (said(before), said(after));
    let find = |list: &[(String, String)], key: &str| {
        let found = list.iter().find(|(one, _)| one == key);
        found.map_or_else(String::new, |(_, words)| words.clone())
    };
    let mut out: Vec<Difference> = new
        .iter()
        .map(|(key, words)| Difference {
            what: key.clone(),
            before: find(&old, key),
            after: words.clone(),
        })
        .filter(|one| one.before != one.after)
        .collect();
    let gone = old
        .iter()
        .filter(|(key, _)| new.iter().all(|(one, _)| one != key));
    out.extend(gone.map(|(key, words)| Difference {
        what: key.clone(),
        before: words.clone(),
        after: String::new(),
    }));
    out
}
