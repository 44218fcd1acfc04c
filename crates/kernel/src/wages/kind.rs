//! How `niangjia definitions check` and `test` read the files of `wages/`.

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::book::{WageFault, WageRules};
use super::calculate::{DayClass, Pay};
use super::project::{DepositCase, ReferenceCase};
use super::rules::{self, yuan, yuan_option};
use crate::calendar::Calendar;
use crate::definitions::{
    Catalogue, Definition, Jurisdiction, Kind, expect_equal, read_test, toml_date,
};
use crate::money::Fen;

/// Definitions in `wages/`.
pub const KIND: Kind = Kind {
    folder: "wages",
    check,
    test,
};

fn check(definition: &Definition) -> Vec<String> {
    fn body<T: DeserializeOwned>(definition: &Definition) -> Option<String> {
        definition.body::<T>().err()
    }
    let fault = match definition.header.id.as_str() {
        "wages.minimum" => body::<rules::Minimum>(definition),
        "wages.overtime" => body::<rules::Overtime>(definition),
        "wages.deduction" | "wages.probation" => body::<rules::Percent>(definition),
        "wages.severance" => body::<rules::SeveranceRule>(definition),
        "wages.payday" => body::<rules::PayDay>(definition),
        "wages.statutory_days" => return statutory(definition),
        "wages.order_surcharge" => body::<rules::Surcharge>(definition),
        "wages.final_award" => body::<rules::FinalAward>(definition),
        "wages.criminal_reference" => return reference(definition),
        "wages.deposit" => body::<rules::DepositRule>(definition),
        other => Some(format!("没有名为“{other}”的工资规则")),
    };
    fault.into_iter().collect()
}

/// Days stand under their own year.
fn statutory(definition: &Definition) -> Vec<String> {
    match definition.body::<rules::StatutoryDays>() {
        Err(fault) => vec![fault],
        Ok(body) => body
            .year
            .iter()
            .flat_map(|year| year.days.iter().filter(|day| day.year() != year.year))
            .map(|day| format!("{day} 不在它所列的年份"))
            .collect(),
    }
}

/// A range begins below its end.
fn reference(definition: &Definition) -> Vec<String> {
    match definition.body::<rules::ReferenceRule>() {
        Err(fault) => vec![fault],
        Ok(body) if body.one_from > body.one_to || body.many_from > body.many_to => {
            vec!["区间的下限高于上限".to_owned()]
        }
        Ok(_) => Vec::new(),
    }
}

fn test(definition: &Definition, table: &toml::Table, catalogue: &Catalogue) -> Result<(), String> {
    let header = &definition.header;
    // The file under test alone, so that a narrower or later version does not answer in its place.
    let own = Catalogue::of([definition.clone()]);
    let day = header.valid_to.unwrap_or(header.valid_from);
    let rules = WageRules::of(&own, header.jurisdiction.clone(), day);
    match header.id.as_str() {
        "wages.minimum" => minimum(&own, read_test(table)?),
        "wages.overtime" => overtime(&rules, &read_test(table)?),
        "wages.deduction" => deduction(&rules, &read_test(table)?),
        "wages.probation" => probation(&rules, &read_test(table)?),
        "wages.severance" => severance(&rules, &read_test(table)?),
        "wages.payday" => payday(&rules, catalogue, &read_test(table)?),
        "wages.statutory_days" => day_class(&rules, catalogue, &read_test(table)?),
        "wages.order_surcharge" => surcharge(&rules, &read_test(table)?),
        "wages.final_award" => final_award(&rules, &read_test(table)?),
        "wages.criminal_reference" => handing_over(&rules, &read_test(table)?),
        "wages.deposit" => deposit(&rules, &read_test(table)?),
        other => Err(format!("没有名为“{other}”的工资规则")),
    }
}

fn text<T>(result: Result<T, WageFault>) -> Result<T, String> {
    result.map_err(|fault| fault.to_string())
}

/// The catalogue's own calendar, or the national one where it has none.
fn calendar(catalogue: &Catalogue) -> Calendar {
    let own = Calendar::from_definitions(catalogue.of_kind("calendar"));
    if own.known_years().is_empty() {
        Calendar::national().clone()
    } else {
        own
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MinimumTest {
    place: Jurisdiction,
    #[serde(with = "toml_date")]
    on: Date,
    tier: u8,
    #[serde(deserialize_with = "yuan")]
    monthly: Fen,
    #[serde(deserialize_with = "yuan")]
    hourly: Fen,
    verified: bool,
}

fn minimum(own: &Catalogue, test: MinimumTest) -> Result<(), String> {
    let found = text(WageRules::of(own, test.place, test.on).minimum())?;
    expect_equal("档", &test.tier, &found.tier)?;
    expect_equal("月最低工资", &test.monthly, &found.monthly)?;
    expect_equal("小时最低工资", &test.hourly, &found.hourly)?;
    expect_equal("已核对", &test.verified, &found.verified)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OvertimeTest {
    #[serde(deserialize_with = "yuan")]
    monthly: Fen,
    #[serde(default, deserialize_with = "yuan_option")]
    day: Option<Fen>,
    #[serde(default, deserialize_with = "yuan_option")]
    hour: Option<Fen>,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    hours: String,
    #[serde(default, deserialize_with = "yuan_option")]
    amount: Option<Fen>,
}

fn overtime(rules: &WageRules<'_>, test: &OvertimeTest) -> Result<(), String> {
    let pay = Pay::Monthly(test.monthly);
    let rates = text(rules.rates(pay))?;
    for (name, expected, found) in [
        ("日工资", test.day, rates.day),
        ("小时工资", test.hour, rates.hour),
    ] {
        if let Some(expected) = expected {
            expect_equal(name, &expected, &found)?;
        }
    }
    let Some(amount) = test.amount else {
        return Ok(());
    };
    let class = DayClass::from_code(&test.kind).ok_or("kind 应为 weekday、rest_day 或 holiday")?;
    let minutes = super::minutes(&test.hours).ok_or("hours 应为小时数")?;
    expect_equal(
        "加班工资",
        &amount,
        &text(rules.overtime(pay, minutes, class))?.amount,
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeductionTest {
    #[serde(deserialize_with = "yuan")]
    wage: Fen,
    #[serde(deserialize_with = "yuan")]
    loss: Fen,
    #[serde(deserialize_with = "yuan")]
    minimum: Fen,
    #[serde(deserialize_with = "yuan")]
    by_percent: Fen,
    #[serde(deserialize_with = "yuan")]
    allowed: Fen,
}

fn deduction(rules: &WageRules<'_>, test: &DeductionTest) -> Result<(), String> {
    let found = text(rules.deduction(test.wage, test.loss, test.minimum))?;
    expect_equal("按比例", &test.by_percent, &found.by_percent)?;
    expect_equal("可扣", &test.allowed, &found.allowed.amount)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProbationTest {
    #[serde(deserialize_with = "yuan")]
    agreed: Fen,
    #[serde(deserialize_with = "yuan")]
    minimum: Fen,
    #[serde(deserialize_with = "yuan")]
    least: Fen,
}

fn probation(rules: &WageRules<'_>, test: &ProbationTest) -> Result<(), String> {
    let found = text(rules.probation(test.agreed, test.minimum))?;
    expect_equal("试用期工资", &test.least, &found.amount)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeveranceTest {
    #[serde(deserialize_with = "yuan")]
    monthly: Fen,
    #[serde(default, deserialize_with = "yuan_option")]
    average: Option<Fen>,
    #[serde(with = "toml_date")]
    from: Date,
    #[serde(with = "toml_date")]
    to: Date,
    #[serde(deserialize_with = "yuan")]
    compensation: Fen,
    #[serde(deserialize_with = "yuan")]
    unlawful: Fen,
}

fn severance(rules: &WageRules<'_>, test: &SeveranceTest) -> Result<(), String> {
    let found = text(rules.severance(test.monthly, (test.from, test.to), test.average))?;
    expect_equal("经济补偿", &test.compensation, &found.compensation.amount)?;
    expect_equal("赔偿金", &test.unlawful, &found.unlawful)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayDayTest {
    #[serde(with = "toml_date")]
    agreed: Date,
    #[serde(with = "toml_date")]
    paid: Date,
}

fn payday(rules: &WageRules<'_>, catalogue: &Catalogue, test: &PayDayTest) -> Result<(), String> {
    let found = text(rules.payday(&calendar(catalogue), test.agreed))?;
    expect_equal("发薪日", &test.paid, &found.date)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DayTest {
    #[serde(with = "toml_date")]
    day: Date,
    kind: String,
}

fn day_class(rules: &WageRules<'_>, catalogue: &Catalogue, test: &DayTest) -> Result<(), String> {
    let found = text(rules.class_of(&calendar(catalogue), test.day))?;
    expect_equal("这一天", &test.kind.as_str(), &found.code())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SurchargeTest {
    #[serde(deserialize_with = "yuan")]
    owed: Fen,
    #[serde(deserialize_with = "yuan")]
    least: Fen,
    #[serde(deserialize_with = "yuan")]
    most: Fen,
}

fn surcharge(rules: &WageRules<'_>, test: &SurchargeTest) -> Result<(), String> {
    let (least, most, _) = text(rules.surcharge(test.owed))?;
    expect_equal("至少", &test.least, &least)?;
    expect_equal("至多", &test.most, &most)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FinalTest {
    #[serde(deserialize_with = "yuan")]
    minimum: Fen,
    #[serde(deserialize_with = "yuan")]
    limit: Fen,
}

fn final_award(rules: &WageRules<'_>, test: &FinalTest) -> Result<(), String> {
    expect_equal(
        "限额",
        &test.limit,
        &text(rules.final_award(test.minimum))?.amount,
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceTest {
    months: u16,
    #[serde(deserialize_with = "yuan")]
    largest: Fen,
    workers: u32,
    #[serde(deserialize_with = "yuan")]
    total: Fen,
    order_expired: bool,
    outcome: String,
}

fn handing_over(rules: &WageRules<'_>, test: &ReferenceTest) -> Result<(), String> {
    let case = ReferenceCase {
        months: test.months,
        largest: test.largest,
        workers: test.workers,
        total: test.total,
        order_expired: test.order_expired,
    };
    let (found, _) = text(rules.reference(&case))?;
    expect_equal("结果", &test.outcome.as_str(), &found.code())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DepositTest {
    #[serde(deserialize_with = "yuan")]
    contract: Fen,
    #[serde(deserialize_with = "yuan")]
    rate: Fen,
    #[serde(default)]
    several: bool,
    #[serde(default)]
    clean_years: u8,
    #[serde(default)]
    arrears: bool,
    #[serde(default)]
    blacklisted: bool,
    #[serde(deserialize_with = "yuan")]
    amount: Fen,
}

fn deposit(rules: &WageRules<'_>, test: &DepositTest) -> Result<(), String> {
    let case = DepositCase {
        contract: test.contract,
        rate: test.rate.0,
        several: test.several,
        clean_years: test.clean_years,
        arrears: test.arrears,
        blacklisted: test.blacklisted,
    };
    expect_equal("保证金", &test.amount, &text(rules.deposit(&case))?.amount)
}
