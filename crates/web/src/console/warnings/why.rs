//! 为什么是这个颜色: the stored explanation in the words of the rule set it was made with.

use kernel::Date;
use kernel::warning::RuleSet;
use union::arrears::AlertPage;
use union::arrears::alerts::{Explained, FeatureView, Held, RuleView};

use super::look::Tone;

/// One rule that had a part in it, or could not be answered.
pub(super) struct RuleLine {
    pub title: String,
    pub source: String,
    /// What it looks at and how that stands; where it looks at one thing only, that needs no name.
    pub values: Vec<(String, String)>,
    pub steps: Vec<StepLine>,
    pub points: i64,
    pub width: String,
    pub note: String,
}

/// One threshold of a rule.
pub(super) struct StepLine {
    pub words: String,
    pub hit: bool,
    pub class: &'static str,
}

impl RuleLine {
    /// The thresholds for those who do not see the strip.
    pub(super) fn steps_said(&self) -> String {
        let said =
            |step: &StepLine| format!("{}{}", step.words, if step.hit { "（命中）" } else { "" });
        self.steps.iter().map(said).collect::<Vec<_>>().join("，")
    }
}

/// Everything the card says.
pub(super) struct Why {
    pub rule_set: String,
    /// That silent sources hold the colour, and what they would give.
    pub held: String,
    pub rules: Vec<RuleLine>,
    pub levels: String,
    pub red_lines: Vec<String>,
    /// What by itself lowers the colour, the largest drop first.
    pub lower: Vec<String>,
    /// What only takes points off.
    pub less: Vec<String>,
    pub missing: Vec<Gap>,
    pub proof: String,
}

/// Why some rules gave no points.
pub(super) struct Gap {
    pub why: &'static str,
    pub what: Vec<String>,
    pub rules: Vec<String>,
}

/// The explanation of an alert; `rules` is the very version it was made with.
pub(super) fn why(page: &AlertPage, rules: &RuleSet, tone: Tone) -> Why {
    let told = &page.explanation;
    let most = told
        .rules
        .iter()
        .map(|rule| rule.points.abs())
        .max()
        .unwrap_or(1)
        .max(1);
    let took_part = |rule: &&RuleView| {
        rule.points != 0 || rule.red_line.as_ref().is_some_and(|line| line.crossed)
    };
    let mut lines: Vec<RuleLine> = told
        .rules
        .iter()
        .filter(took_part)
        .map(|rule| line(told, rules, rule, most, tone))
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.points));
    let (mut lower, less) = lower(told, rules);
    lower.splice(0..0, already_lower(page, rules));
    Why {
        rule_set: format!("{}，{} 按当日数据计算", told.title, told.as_of),
        held: page
            .held
            .as_ref()
            .map_or_else(String::new, |held| held_words(held, &page.level.label)),
        rules: lines,
        levels: levels(rules),
        red_lines: red_lines(told),
        lower,
        less,
        missing: missing(told),
        proof: format!(
            "解释已封存，重新计算得到同样的字节；摘要（SM3）{}，规则版本 {}",
            page.digest.get(..16).unwrap_or_default(),
            page.alert.rule_hash.get(..8).unwrap_or_default()
        ),
    }
}

/// `这个颜色是保留的：社保欠缴（最近一次收到 2026-09-01）没有按时来数据……`
fn held_words(held: &Held, label: &str) -> String {
    let source = |(title, last, paused): &(String, Date, bool)| {
        let how = if *paused {
            "，已停用"
        } else {
            "，此后没有按时来数据"
        };
        format!("{title}（最近一次收到 {last}{how}）")
    };
    let silent: Vec<String> = held.silent.iter().map(source).collect();
    format!(
        "{label}色是保留下来的：{}。按它们最后说的计 {} 分，是{}色；今天能计的只有 {} 分。没有数据不等于没有风险，\
         数据恢复以前不因此降级。",
        silent.join("、"),
        held.score,
        held.level,
        held.now
    )
}

fn line(told: &Explained, rules: &RuleSet, rule: &RuleView, most: i64, tone: Tone) -> RuleLine {
    let features: Vec<&FeatureView> = told
        .features
        .iter()
        .filter(|feature| rule.features.contains(&feature.name))
        .collect();
    let written = rules.rules().iter().find(|one| one.code == rule.code);
    // Where a rule looks at one thing, its thresholds need not say its name each time.
    let alone = match features.as_slice() {
        [one] => one.title.as_str(),
        _ => "",
    };
    let steps = written.map_or_else(Vec::new, |written| {
        written
            .steps
            .iter()
            .map(|step| StepLine {
                words: format!(
                    "{}：{} 分",
                    in_words(&step.when, &told.features)
                        .replace(alone, "")
                        .trim(),
                    step.points
                ),
                hit: rule.when.as_deref() == Some(step.when.as_str()),
                class: tone.tile(),
            })
            .collect()
    });
    RuleLine {
        title: format!("{} {}", rule.code, rule.title),
        source: newest(&features),
        values: features
            .iter()
            .map(|feature| match alone {
                "" => (feature.title.clone(), value(feature)),
                _ => (String::new(), value(feature)),
            })
            .collect(),
        steps,
        points: rule.points,
        width: (rule.points.abs() * 100 / most).to_string(),
        note: rule
            .fades_on
            .map(|day| format!("没有新线索，{day} 起减分"))
            .unwrap_or_default(),
    }
}

fn newest(features: &[&FeatureView]) -> String {
    let newest = features.iter().filter_map(|feature| feature.newest).max();
    newest.map_or_else(String::new, |day| format!("最近 {day}"))
}

fn value(feature: &FeatureView) -> String {
    match feature.value {
        Some(value) => format!("{value} {}", feature.unit),
        None => "未知".to_owned(),
    }
}

/// A condition as people read it: names become titles, signs become words.
pub(super) fn in_words(when: &str, features: &[FeatureView]) -> String {
    let mut words = String::new();
    let mut name = String::new();
    for sign in when.chars().chain([' ']) {
        if sign.is_ascii_alphanumeric() || sign == '_' {
            name.push(sign);
            continue;
        }
        let known = features.iter().find(|feature| feature.name == name);
        words.push_str(known.map_or(name.as_str(), |feature| feature.title.as_str()));
        name.clear();
        words.push(sign);
    }
    [
        ("&&", "且"),
        ("||", "或"),
        (">=", "≥"),
        ("<=", "≤"),
        ("!=", "≠"),
        ("==", "="),
    ]
    .iter()
    .fold(words.trim().to_owned(), |text, (sign, word)| {
        text.replace(sign, word)
    })
}

fn levels(rules: &RuleSet) -> String {
    let said = |level: &kernel::warning::Level| {
        let line = if level.red_line {
            "，触红线也算"
        } else {
            ""
        };
        format!("{}色 {} 分起{line}", level.label, level.from)
    };
    rules
        .levels()
        .iter()
        .rev()
        .map(said)
        .collect::<Vec<_>>()
        .join("；")
}

fn red_lines(told: &Explained) -> Vec<String> {
    told.rules
        .iter()
        .filter_map(|rule| {
            let line = rule.red_line.as_ref().filter(|line| line.crossed)?;
            Some(format!(
                "{}：{}",
                rule.title,
                in_words(&line.when, &told.features)
            ))
        })
        .collect()
}

/// The points have fallen below the colour that stands: somebody has to look before the colour falls too. Where silent
/// sources hold it, that is told by itself.
fn already_lower(page: &AlertPage, rules: &RuleSet) -> Option<String> {
    let rank = |id: &str| rules.levels().iter().position(|level| level.id == id);
    let told = &page.explanation;
    let by_points = told.level.as_ref();
    let stands = rank(&page.alert.level);
    if page.held.is_some() || by_points.and_then(|level| rank(&level.id)) >= stands {
        return None;
    }
    let now = by_points.map_or_else(
        || "已不到预警线".to_owned(),
        |level| format!("按分数是{}色", level.label),
    );
    Some(format!(
        "现在 {} 分，{now}；{}色要由人核对后才降",
        told.score, page.level.label
    ))
}

/// What would take points off: what lowers the colour, and what does not reach that far by itself.
fn lower(told: &Explained, rules: &RuleSet) -> (Vec<String>, Vec<String>) {
    let rank =
        |id: Option<&str>| id.and_then(|id| rules.levels().iter().position(|level| level.id == id));
    let now = rank(told.level.as_ref().map(|level| level.id.as_str()));
    let (mut lower, mut less) = (Vec::new(), Vec::new());
    for one in &told.lower {
        let rule = rules.rules().iter().find(|rule| rule.code == one.code);
        let title = rule.map_or(one.code.as_str(), |rule| rule.title.as_str());
        let level = one
            .level
            .as_deref()
            .and_then(|id| rules.levels().iter().find(|level| level.id == id));
        let how = if one.earn { "做到" } else { "解决" };
        let after = format!("{how}「{title}」后 {} 分", one.score);
        match level {
            // No level is below every level.
            None => lower.push(format!("{after}，解除")),
            Some(level) if rank(one.level.as_deref()) < now => {
                lower.push(format!("{after}，降为{}色", level.label));
            }
            Some(level) => less.push(format!("{after}，按分数还是{}色", level.label)),
        }
    }
    (lower, less)
}

/// What could not be known, reason by reason: what it is, and the rules that hang on it.
fn missing(told: &Explained) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for one in &told.missing {
        let why = one.why.label();
        let gap = match gaps.iter_mut().find(|gap| gap.why == why) {
            Some(gap) => gap,
            None => {
                gaps.push(Gap {
                    why,
                    what: Vec::new(),
                    rules: Vec::new(),
                });
                let Some(gap) = gaps.last_mut() else { continue };
                gap
            }
        };
        gap.what.push(told.title_of(one).to_owned());
        for rule in &one.rules {
            if !gap.rules.contains(rule) {
                gap.rules.push(rule.clone());
            }
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(name: &str, title: &str) -> FeatureView {
        FeatureView {
            name: name.to_owned(),
            title: title.to_owned(),
            unit: "人".to_owned(),
            value: Some(4),
            newest: None,
            why: None,
            signals: Vec::new(),
        }
    }

    #[test]
    fn conditions_are_read_in_words() {
        let features = [
            feature("complaints_30", "30 日内投诉人数"),
            feature("complaints", "投诉"),
        ];
        assert_eq!(
            in_words("complaints_30 >= 3", &features),
            "30 日内投诉人数 ≥ 3"
        );
        assert_eq!(
            in_words("complaints_30 > 1 && (complaints == 2)", &features),
            "30 日内投诉人数 > 1 且 (投诉 = 2)"
        );
    }
}
