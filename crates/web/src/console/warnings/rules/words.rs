//! A rule set in words: windows, aggregates, conditions, points, decay, levels, response times.

use kernel::case_kind::{CaseKind, LengthRule};
use kernel::definitions::Catalogue;
use kernel::warning::{Aggregate, Feature, Level, Rule, RuleSet, SignalSchema, Step};
use union::arrears::alerts::{self, LevelView};
use union::arrears::kinds;
use union::arrears::publications::PublicationState;

use super::said::{self, Names};
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

/// Where a version holds, in words.
pub(super) fn place(code: &str) -> String {
    let level = match code.len() {
        _ if code == "CN" => return "全国".to_owned(),
        2 => "省级",
        4 => "市级",
        _ => "区县",
    };
    format!("{level} {code}")
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
    /// Its name and expressions as written.
    pub(super) code: String,
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
    let kind = rules.signals().get(usize::from(one.signal));
    let kind = kind.map_or("", |signal| signal.kind.as_str());
    let schema = kinds::schema(kind);
    let (mut more, mut code) = (Vec::new(), vec![one.name.clone()]);
    if let Some(of) = &one.of {
        code.push(of.clone());
    }
    if let Some(filter) = &one.filter {
        more.push(format!("只算 {}", said::said(filter, &Values(schema))));
        code.push(filter.clone());
    }
    if let Some(hold) = one.hold {
        more.push(format!("最高值保留 {hold} {step}"));
    }
    if let Some(keep) = one.keep {
        more.push(format!("从最近一条线索往回算，结果保留 {keep} {step}"));
    }
    if let Some(empty) = one.empty {
        more.push(format!("没有线索时按 {empty}"));
    }
    FeatureLine {
        name: one.name.clone(),
        title: one.title.clone(),
        unit: one.unit.clone(),
        reads: schema.map_or_else(|| kind.to_owned(), |schema| schema.title.clone()),
        code: code.join(" · "),
        window: match (one.window.near, one.window.far) {
            (0, 0) => format!("当{step}"),
            (0, far) => format!("最近 {} {step}", u32::from(far) + 1),
            (near, far) => format!("{near} 到 {far} {step}前"),
        },
        how: match (aggregate_words(one.aggregate), &one.of) {
            (how, Some(of)) => format!("{how}（{}）", said::said(of, &Values(schema))),
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
        Aggregate::LatestKnown => "最新一条写明的值（有线索而都没有写明，就是不知道）",
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

/// The features of a rule set, by name.
struct Features<'r>(&'r RuleSet);

impl Names for Features<'_> {
    fn title(&self, name: &str) -> Option<String> {
        let found = self.0.features().iter().find(|one| one.name == name);
        found.map(|one| one.title.clone())
    }
}

/// The fields of a kind of signal, by name.
struct Values(Option<&'static SignalSchema>);

impl Names for Values {
    fn title(&self, name: &str) -> Option<String> {
        Some(self.0?.field(name)?.title.clone())
    }

    fn word(&self, name: &str, value: i64) -> Option<String> {
        self.0?.field(name)?.word(value).map(str::to_owned)
    }
}

/// An expression with the titles of its features and the signs people know.
fn plain(rules: &RuleSet, text: &str) -> String {
    said::said(text, &Features(rules))
}

/// Response times: what is due, at which level, for each grade.
pub(super) struct Response {
    pub(super) title: String,
    pub(super) level: String,
    pub(super) times: Vec<String>,
}

/// The response matrix of the case kind that handles alerts, for the levels of a rule set: grades, rows.
pub(super) fn matrix(kind: &CaseKind, rules: &RuleSet) -> (Vec<String>, Vec<Response>) {
    let opens = |id: &str| rules.levels().iter().any(|one| one.opens && one.id == id);
    let named = rules.levels().iter().filter(|one| one.opens);
    let all_named = named
        .clone()
        .all(|one| kind.grade.iter().any(|grade| grade.id == one.id));
    // Levels of other names take the grades by their distance from the top: then every grade may be theirs.
    let shown: Vec<_> = kind
        .grade
        .iter()
        .filter(|grade| !all_named || opens(&grade.id))
        .collect();
    let grades = shown.iter().map(|grade| grade.title.clone()).collect();
    let rows = kind.clock.iter().map(|clock| Response {
        title: clock.title.clone(),
        level: clock
            .level
            .as_ref()
            .and_then(|id| kind.level.iter().find(|level| level.id == *id))
            .map_or("承办单位", |level| level.title.as_str())
            .to_owned(),
        times: shown
            .iter()
            .map(|grade| {
                clock
                    .length_in(Some(&grade.id))
                    .map_or_else(|| "—".to_owned(), |rule| length(kind, rule))
            })
            .collect(),
    });
    (grades, rows.collect())
}

/// A length in words; a clause is named by its title and a day of the case by its field.
pub(in crate::console::warnings) fn length(kind: &CaseKind, rule: &LengthRule) -> String {
    match rule {
        LengthRule::Plain(span) => span.to_string(),
        LengthRule::Law { law } => {
            let mut clauses = Catalogue::in_force().of_kind("clocks");
            let clause = clauses.find(|one| one.header.id == *law);
            clause.map_or_else(
                || format!("按 {law}"),
                |one| format!("按「{}」", one.header.title),
            )
        }
        LengthRule::Until { until } => {
            let field = kind.field(until);
            field.map_or_else(
                || format!("到 {until}"),
                |field| format!("到「{}」", field.title),
            )
        }
    }
}

/// The conditions of closing in words, with what the rule set demands.
pub(super) fn closings(kind: &CaseKind, rules: &RuleSet) -> Vec<(String, Vec<String>)> {
    kind.closing
        .iter()
        .map(|one| one.under(alerts::terms(rules)))
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
            (one.title, words)
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
fn pieces(set: &RuleSet) -> Vec<Piece> {
    let mut all = vec![
        Piece::plain("名称", set.title().to_owned()),
        Piece::plain("来源", set.source().to_owned()),
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
        all.push(Piece {
            key: format!("level {}", one.id),
            what: format!("等级 {}", one.label),
            words,
            code: String::new(),
        });
    }
    for one in features(set) {
        let more = one.more.join("；");
        let words = format!(
            "{}：{}，{}，{} {more}",
            one.title, one.reads, one.window, one.how
        );
        all.push(Piece {
            key: format!("feature {}", one.name),
            what: format!("指标 {}", one.title),
            words: words.trim().to_owned(),
            code: one.code,
        });
    }
    for one in rules(set) {
        let tiers: Vec<String> = one
            .steps
            .iter()
            .map(|(words, _, points)| format!("{words} → {points}"))
            .collect();
        let mut code: Vec<String> = one.steps.iter().map(|(_, code, _)| code.clone()).collect();
        code.extend(one.red_line.as_ref().map(|(_, code)| code.clone()));
        let line = one
            .red_line
            .map_or_else(String::new, |(words, _)| format!("；红线 {words}"));
        let words = format!(
            "{}：{}；{}{line}（{}）",
            one.title,
            tiers.join("，"),
            one.decay,
            one.clause
        );
        all.push(Piece {
            key: format!("rule {}", one.code),
            what: format!("规则 {}", one.code),
            words,
            code: code.join("；"),
        });
    }
    let policy = set.policy();
    let usual = || "按办件类型".to_owned();
    all.push(Piece::plain(
        "办理",
        format!(
            "{} 天内再有线索续用原预警；支付 {}；回访 {}",
            policy.rearm_days,
            policy
                .paid_percent
                .map_or_else(usual, |percent| format!("{percent}%")),
            policy
                .callbacks
                .map_or_else(usual, |calls| format!("{calls} 人"))
        ),
    ));
    all
}

/// What differs, in the order of the newer one; what only the older has comes last.
pub(super) fn differences(before: &RuleSet, after: &RuleSet) -> Vec<Difference> {
    let (old, new) = (pieces(before), pieces(after));
    let mut out: Vec<Difference> = Vec::new();
    for piece in &new {
        match old.iter().find(|one| one.key == piece.key) {
            None => out.push(Difference::of(&piece.what, "", &piece.words)),
            Some(was) if was.words != piece.words => {
                out.push(Difference::of(&piece.what, &was.words, &piece.words));
            }
            // The words are the same, what is written is not: then only the code tells them apart.
            Some(was) if was.code != piece.code => {
                out.push(Difference::of(&piece.what, &was.code, &piece.code));
            }
            Some(_) => {}
        }
    }
    let gone = old
        .iter()
        .filter(|piece| new.iter().all(|one| one.key != piece.key));
    out.extend(gone.map(|piece| Difference::of(&piece.what, &piece.words, "")));
    out
}

impl Difference {
    fn of(what: &str, before: &str, after: &str) -> Self {
        Self {
            what: what.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
        }
    }
}

/// One piece of a rule set: in words, and as written where that can differ behind the same words.
struct Piece {
    /// What both versions call it.
    key: String,
    what: String,
    words: String,
    code: String,
}

impl Piece {
    fn plain(what: &str, words: String) -> Self {
        Self {
            key: what.to_owned(),
            what: what.to_owned(),
            words,
            code: String::new(),
        }
    }
}
