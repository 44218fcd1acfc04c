//! 口径与目标: what is counted, and what is to be reached, read from `definitions/coverage`.

use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test, toml_date};
use kernel::{Date, DistrictCode, Rate};
use serde::Deserialize;

use super::{CoverageError, Metric};
use crate::employers::EmployerState;
use crate::rulebook::{Rule, Rulebook};

/// How `niangjia definitions check|test` reads the folder `coverage`.
pub const KIND: Kind = Kind {
    folder: "coverage",
    check,
    test,
};

static RATES: LazyLock<Rulebook<Rates>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "coverage.rates"));
static TARGETS: LazyLock<Rulebook<Targets>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "coverage.targets"));

/// What is counted (口径).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    /// A unit with at least so many employees should have a union.
    pub should_from: u64,
    /// A unit with at least so many employees and without a union is watched.
    pub watch_from: u64,
    /// Stored states of employers that are left out.
    pub excluded: Vec<String>,
}

impl Rates {
    /// The version that holds for a district on a day.
    ///
    /// # Errors
    /// [`CoverageError::NoRule`] when none does.
    pub fn at(district: DistrictCode, day: Date) -> Result<Rule<Self>, CoverageError> {
        Ok(RATES.at(district, day)?)
    }

    /// Whether a unit in this state is left out of both parts of a rate.
    pub fn leaves_out(&self, state: EmployerState) -> bool {
        self.excluded.iter().any(|id| id == state.id())
    }

    /// Whether a unit should have a union (组建率分母).
    pub fn should_be_covered(&self, employees: u64, state: EmployerState) -> bool {
        !self.leaves_out(state) && employees >= self.should_from
    }
}

/// What is to be reached (目标).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// Name of the plan, such as 五年目标.
    pub title_short: String,
    /// First day of the plan.
    #[serde(with = "toml_date")]
    pub from: Date,
    /// Last day of the plan.
    #[serde(with = "toml_date")]
    pub to: Date,
    /// 组建率, percent.
    pub founded: u64,
    /// 入会率, percent.
    pub joined: u64,
    /// 实名率, percent.
    pub real_name: u64,
    /// Percentage points behind the pace that still count as close (冲刺); further behind is 落后.
    pub close_within: u32,
    /// 实名制会员, people, for the whole district; none when the plan names no number.
    pub members: Option<u64>,
}

impl Targets {
    /// The version that holds for a district on a day.
    ///
    /// # Errors
    /// [`CoverageError::NoRule`] when none does.
    pub fn at(district: DistrictCode, day: Date) -> Result<Rule<Self>, CoverageError> {
        Ok(TARGETS.at(district, day)?)
    }

    /// Percent to be reached.
    pub fn of(&self, metric: Metric) -> u64 {
        match metric {
            Metric::Founded => self.founded,
            Metric::Joined => self.joined,
            Metric::RealName => self.real_name,
        }
    }

    /// How much of the plan's time has passed on `day`, in tenths of a percent (时间进度).
    pub fn pace(&self, day: Date) -> u32 {
        let days = |from: Date, to: Date| u64::try_from((to - from).get_days()).unwrap_or(0);
        if day < self.from {
            return 0;
        }
        let whole = days(self.from, self.to).saturating_add(1);
        let passed = days(self.from, day.min(self.to)).saturating_add(1);
        Rate::new(passed, whole).permille().unwrap_or(0)
    }
}

fn check(definition: &Definition) -> Vec<String> {
    if definition.header.id == "coverage.targets" {
        return match definition.body::<Targets>() {
            Err(fault) => vec![fault],
            Ok(targets) if targets.from > targets.to => vec!["from 不应晚于 to".to_owned()],
            Ok(targets) if Metric::ALL.iter().any(|metric| targets.of(*metric) > 100) => {
                vec!["百分数不应超过 100".to_owned()]
            }
            Ok(_) => Vec::new(),
        };
    }
    match definition.body::<Rates>() {
        Err(fault) => vec![fault],
        Ok(rates) => {
            let unknown = rates
                .excluded
                .iter()
                .filter(|id| EmployerState::from_id(id).is_none());
            unknown
                .map(|id| format!("excluded: 没有单位状态 {id}"))
                .collect()
        }
    }
}

/// One `[[test]]` of the rates: a unit, and whether it should have a union.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RatesTest {
    employees: u64,
    state: String,
    should_be_covered: bool,
}

/// One `[[test]]` of the targets: a founding rate, and whether it reaches the target.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetsTest {
    numerator: u64,
    denominator: u64,
    reached: bool,
}

fn test(definition: &Definition, test: &toml::Table, _: &Catalogue) -> Result<(), String> {
    if definition.header.id == "coverage.targets" {
        let (targets, test): (Targets, TargetsTest) = (definition.body()?, read_test(test)?);
        let rate = Rate::new(test.numerator, test.denominator);
        return expect_equal(
            &format!("{}/{}", test.numerator, test.denominator),
            &test.reached,
            &rate.at_least(targets.founded).unwrap_or(false),
        );
    }
    let (rates, test): (Rates, RatesTest) = (definition.body()?, read_test(test)?);
    let state = EmployerState::from_id(&test.state)
        .ok_or_else(|| format!("没有单位状态 {}", test.state))?;
    let found = rates.should_be_covered(test.employees, state);
    expect_equal(
        &format!("{} 人，{}", test.employees, state.title()),
        &test.should_be_covered,
        &found,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_files_hold_together() {
        let mut tried = 0;
        for definition in Catalogue::in_force().of_kind("coverage") {
            assert_eq!(check(definition), Vec::<String>::new());
            for table in definition.tests() {
                test(definition, table, Catalogue::in_force()).unwrap();
                tried += 1;
            }
        }
        assert!(tried >= 5, "{tried}");
    }

    #[test]
    fn the_pace_runs_from_nothing_to_whole() {
        let district = DistrictCode::parse("330113").unwrap();
        let plan = Targets::at(district, jiff::civil::date(2026, 11, 20))
            .unwrap()
            .body;
        assert_eq!(plan.pace(jiff::civil::date(2021, 7, 31)), 0);
        assert_eq!(
            plan.pace(jiff::civil::date(2026, 11, 20)),
            979,
            "the mark of the design"
        );
        assert_eq!(plan.pace(jiff::civil::date(2026, 12, 31)), 1_000);
        assert_eq!(plan.pace(jiff::civil::date(2027, 6, 1)), 1_000);
    }
}
