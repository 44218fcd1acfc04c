//! What counts, from `definitions/coverage/*.toml`.

use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::{Date, DistrictCode, Rate};
use serde::Deserialize;

use super::model::Metric;
use crate::employers::EmployerState;
use crate::rulebook::{NoRule, Rule, Rulebook};

const RATES_ID: &str = "coverage.rates";
const TARGETS_ID: &str = "coverage.targets";

/// Which employers should have a union, and from which size one without is watched.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateRules {
    /// Employees from which an employer should be covered, itself included.
    pub must_found_from: i64,
    /// Employees from which an employer without a union is watched.
    pub watch_from: i64,
    /// Stored ids of the states that take an employer out of the denominator.
    excluded_states: Vec<String>,
    /// Rates are shown up to this many percent; units above are listed.
    pub cap_percent: u64,
}

/// What a district wants to reach.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// 组建率, percent.
    pub founded_percent: u64,
    /// 入会率, percent.
    pub joined_percent: u64,
    /// 实名率, percent.
    pub real_name_percent: u64,
    /// Members with a verified identity, if a number was set.
    pub members: Option<u64>,
}

static RATES: LazyLock<Rulebook<RateRules>> = LazyLock::new(|| Rulebook::of(Catalogue::in_force(), RATES_ID));
static TARGETS: LazyLock<Rulebook<Targets>> = LazyLock::new(|| Rulebook::of(Catalogue::in_force(), TARGETS_ID));

impl RateRules {
    /// Those that hold for a district on a day.
    ///
    /// # Errors
    /// [`NoRule`] when the definitions hold none.
    pub fn at(district: DistrictCode, day: Date) -> Result<Rule<Self>, NoRule> {
        RATES.at(district, day)
    }

    /// Whether an employer of this size and state should be covered.
    pub fn must_found(&self, headcount: i64, state: EmployerState) -> bool {
        headcount >= self.must_found_from && self.in_operation(state)
    }

    /// Whether an employer in this state counts at all.
    pub fn in_operation(&self, state: EmployerState) -> bool {
        !self.excluded_states.iter().any(|id| id == state.id())
    }
}

impl Targets {
    /// Those that hold for a district on a day.
    ///
    /// # Errors
    /// [`NoRule`] when the definitions hold none.
    pub fn at(district: DistrictCode, day: Date) -> Result<Rule<Self>, NoRule> {
        TARGETS.at(district, day)
    }

    /// The percentage a metric should reach; none for counts.
    pub fn percent(&self, metric: Metric) -> Option<u64> {
        match metric {
            Metric::Founded => Some(self.founded_percent),
            Metric::Joined => Some(self.joined_percent),
            Metric::RealName => Some(self.real_name_percent),
            Metric::Joins => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CountsTest {
    headcount: i64,
    state: String,
    counts: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReachedTest {
    metric: String,
    numerator: u64,
    denominator: u64,
    reached: bool,
}

fn check(definition: &Definition) -> Vec<String> {
    match definition.header.id.as_str() {
        RATES_ID => match definition.body::<RateRules>() {
            Ok(rules) => {
                let unknown = rules.excluded_states.iter().filter(|id| EmployerState::from_id(id).is_none());
                unknown.map(|id| format!("没有名为 {id} 的经营状态")).collect()
            }
            Err(message) => vec![message],
        },
        TARGETS_ID => definition.body::<Targets>().err().into_iter().collect(),
        other => vec![format!("覆盖率规则中没有名为 {other} 的定义")],
    }
}

fn test(definition: &Definition, test: &toml::Table, _: &Catalogue) -> Result<(), String> {
    if definition.header.id == TARGETS_ID {
        let (targets, test): (Targets, ReachedTest) = (definition.body()?, read_test(test)?);
        let percent = Metric::from_id(&test.metric).and_then(|metric| targets.percent(metric)).ok_or("没有这个指标的目标")?;
        let reached = Rate::new(test.numerator, test.denominator).at_least(percent).unwrap_or(false);
        return expect_equal("达到目标", &test.reached, &reached);
    }
    let (rules, test): (RateRules, CountsTest) = (definition.body()?, read_test(test)?);
    let state = EmployerState::from_id(&test.state).ok_or("没有这个经营状态")?;
    expect_equal("应建会", &test.counts, &rules.must_found(test.headcount, state))
}

/// How `niangjia definitions` checks and tests the files of this room.
pub const KIND: Kind = Kind { folder: "coverage", check, test };
