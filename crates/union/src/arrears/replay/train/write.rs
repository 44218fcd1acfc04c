//! A rule set as the text of a definition file.

use std::fmt::Write as _;

use kernel::warning::{Aggregate, Feature, Rule, Step};

use super::Lesson;

/// What the learned rule set is called.
#[derive(Debug, Clone)]
pub struct Named {
    /// Id, `rules.` included.
    pub id: String,
    /// Title.
    pub title: String,
    /// Where it comes from.
    pub source: String,
}

/// The candidates with these points, those without points left out, and levels from these scores.
pub(super) fn rule_set(lesson: &Lesson<'_>, points: &[i64], from: &[i64]) -> String {
    let rules: Vec<(&Rule, i64)> = lesson
        .candidates
        .rules()
        .iter()
        .zip(points.iter().copied())
        .filter(|(_, points)| *points != 0)
        .collect();
    let mut out = head(lesson);
    for feature in lesson.candidates.features() {
        if rules.iter().any(|(rule, _)| reads(rule, &feature.name)) {
            write_feature(&mut out, feature, lesson);
        }
    }
    for (rule, points) in rules {
        let when = rule.steps.first().map_or("", |step| step.when.as_str());
        let _ = write!(
            out,
            "\n[[rule]]\ncode = {}\ntitle = {}\nclause = \"从历史记录学出\"\nsteps = [{{ when = {}, points = {points} }}]\n",
            quoted(&rule.code),
            quoted(&rule.title),
            quoted(when)
        );
    }
    write_levels(&mut out, lesson, from);
    out
}

fn head(lesson: &Lesson<'_>) -> String {
    let named = lesson.named;
    let step = match lesson.candidates.step() {
        Step::Day => "day",
        Step::Month => "month",
    };
    let mut out = format!(
        "# 由 niangjia rules train 从历史中学出，条件取自 {}；可以像手工规则一样改，改后重新回放。\nid = {}\ntitle = {}\njurisdiction = \"CN\"\nvalid_from = 2010-01-01\nsource = {}\ncertainty = \"likely\"\nnote = \"从历史记录学出；不是法定标准\"\n\nstep = \"{step}\"\n",
        lesson.training.candidates,
        quoted(&named.id),
        quoted(&named.title),
        quoted(&named.source)
    );
    for signal in lesson.candidates.signals() {
        let fields: Vec<String> = signal.fields.iter().map(|field| quoted(field)).collect();
        let _ = write!(
            out,
            "\n[[signal]]\nkind = {}\nfields = [{}]\n",
            quoted(&signal.kind),
            fields.join(", ")
        );
    }
    out
}

fn write_feature(out: &mut String, feature: &Feature, lesson: &Lesson<'_>) {
    let signal = lesson.candidates.signals().get(usize::from(feature.signal));
    let _ = write!(
        out,
        "\n[[feature]]\nname = {}\ntitle = {}\nunit = {}\nsignal = {}\naggregate = \"{}\"\n",
        quoted(&feature.name),
        quoted(&feature.title),
        quoted(&feature.unit),
        quoted(signal.map_or("", |signal| signal.kind.as_str())),
        aggregate(feature.aggregate)
    );
    for (key, text) in [("of", &feature.of), ("where", &feature.filter)] {
        if let Some(text) = text {
            let _ = writeln!(out, "{key} = {}", quoted(text));
        }
    }
    let _ = writeln!(
        out,
        "window = [{}, {}]",
        feature.window.near, feature.window.far
    );
    if let Some(hold) = feature.hold {
        let _ = writeln!(out, "hold = {hold}");
    }
    if let Some(keep) = feature.keep {
        let _ = writeln!(out, "keep = {keep}");
    }
    if let Some(empty) = feature.empty {
        let _ = writeln!(out, "empty = {empty}");
    }
}

fn aggregate(aggregate: Aggregate) -> &'static str {
    match aggregate {
        Aggregate::Count => "count",
        Aggregate::CountWhere => "count_where",
        Aggregate::Sum => "sum",
        Aggregate::Max => "max",
        Aggregate::Min => "min",
        Aggregate::Latest => "latest",
        Aggregate::LatestKnown => "latest_known",
        Aggregate::DaysSince => "days_since",
        Aggregate::DistinctDays => "distinct_days",
    }
}

fn write_levels(out: &mut String, lesson: &Lesson<'_>, from: &[i64]) {
    let quiet = lesson.candidates.policy().rearm_days;
    for (level, from) in lesson.training.levels.iter().zip(from) {
        let _ = write!(
            out,
            "\n[[level]]\nid = {}\nlabel = {}\nshape = {}\npattern = {}\nfrom = {from}\nquiet_days = {quiet}\n",
            quoted(&level.id),
            quoted(&level.label),
            quoted(&level.shape),
            quoted(&level.pattern)
        );
    }
    let _ = write!(
        out,
        "\n# 这个天数和分值一样影响成绩：改它，就要重新回放。\n[policy]\nrearm_days = {quiet}\nfall_after_check = true\n"
    );
}

/// Whether a rule's condition names a feature.
fn reads(rule: &Rule, feature: &str) -> bool {
    let conditions = rule.steps.iter().map(|step| step.when.as_str());
    let mut words =
        conditions.flat_map(|when| when.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    words.any(|word| word == feature)
}

/// As a TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
