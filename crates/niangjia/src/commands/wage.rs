//! `niangjia wage`: what pay, overtime, deduction, compensation or deposit comes to, and by which clause.

use std::io;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use kernel::definitions::{Catalogue, Jurisdiction};
use kernel::wages::{
    self, Answer as WageAnswer, DayClass, DepositCase, Pay, ReferenceCase, Step, WageRules,
};
use kernel::{Calendar, Date, Fen, text};
use serde_json::{Map, Value, json};

use super::deadline::read_date;
use super::{Outcome, SOME_REFUSED};
use crate::lines::{Answer, Line, answer_lines, write_line};
use crate::system::System;

/// Longest line worth showing back.
const SHOWN: usize = 200;

/// Wages by the rules in force: one JSON line each, with the steps and the clause of each step. Without options a
/// verb reads lines from standard input, their items separated by commas in the order of its options. Exit code 1 if
/// any was invalid.
#[derive(Debug, Args)]
pub struct WageArgs {
    /// Place whose rules hold: a district's six digits, or CN
    #[arg(long, default_value = "CN", value_name = "CODE", global = true)]
    place: String,
    /// Day whose rules hold, 2025-06-01; today when absent
    #[arg(long, value_name = "DATE", global = true)]
    on: Option<String>,
    #[command(subcommand)]
    verb: Verb,
}

/// Declares a verb's options, all optional, and lays them out as the cells of a line.
macro_rules! verb {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident),* }) => {
        $(#[$doc])*
        #[derive(Debug, Args)]
        struct $name {
            $($(#[$field_doc])*
            #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
            $field: Option<String>,)*
        }

        impl $name {
            /// The options as one line; none when none was given.
            fn cells(self) -> Option<Vec<String>> {
                let cells = [$(self.$field),*];
                cells.iter().any(Option::is_some).then(|| cells.into_iter().map(Option::unwrap_or_default).collect())
            }
        }
    };
}

verb! {
    /// Overtime pay and rates: monthly,hours,kind
    Overtime {
        /// Agreed monthly pay in yuan
        monthly,
        /// Hours of overtime, 1.5
        hours,
        /// weekday (平日), rest_day (休息日) or holiday (法定休假日)
        kind
    }
}
verb! {
    /// The most that may be kept back for damage: wage,loss,minimum (without minimum, the place's own)
    Deduction {
        /// The month's pay in yuan
        wage,
        /// The damage in yuan
        loss,
        /// The minimum wage to leave
        minimum
    }
}
verb! {
    /// Compensation when a contract ends: monthly,from,to,average
    Severance {
        /// Average monthly pay of the last twelve months in yuan
        monthly,
        /// First day at work
        from,
        /// Last day at work
        to,
        /// Local average monthly wage of the year before, for the cap
        average
    }
}
verb! {
    /// The day wages must be there: day
    Payday {
        /// The agreed pay day, 2025-10-05
        day
    }
}
verb! {
    /// Deposit for a construction contract: contract,rate,clean_years,mark
    Deposit {
        /// Amount of the contract in yuan
        contract,
        /// Locally set rate in percent; 1 when absent
        rate,
        /// Years in a row without arrears
        clean_years,
        /// arrears (两年内有欠薪), blacklisted (失信名单), several (同时有多个工程)
        mark
    }
}
verb! {
    /// The minimum wage of a place on a day: place,on
    Minimum {
        /// A district's six digits
        at,
        /// 2025-06-01
        day
    }
}
verb! {
    /// The least pay during probation: agreed,minimum
    Probation {
        /// Agreed pay after probation in yuan
        agreed,
        /// The minimum wage
        minimum
    }
}
verb! {
    /// What is added when an order to pay expired: owed
    Surcharge {
        /// What is owed in yuan
        owed
    }
}
verb! {
    /// Up to which claim an award is final: minimum
    FinalAward {
        /// The monthly minimum wage
        minimum
    }
}
verb! {
    /// Where arrears stand against the reference line: months,largest,workers,total,expired
    Reference {
        /// Months one worker is owed
        months,
        /// What that worker is owed
        largest,
        /// Workers owed
        workers,
        /// What all are owed
        total,
        /// yes when a written order has expired unpaid
        expired
    }
}

#[derive(Debug, Subcommand)]
enum Verb {
    Overtime(Overtime),
    Deduction(Deduction),
    Severance(Severance),
    Payday(Payday),
    Deposit(Deposit),
    Minimum(Minimum),
    Probation(Probation),
    Surcharge(Surcharge),
    FinalAward(FinalAward),
    Reference(Reference),
}

/// How a verb answers the cells of a line.
type Compute = fn(&WageRules<'_>, &[&str]) -> Result<Value, String>;

impl Verb {
    /// Its options as cells, how many a line has at the most, and what answers them.
    fn parts(self) -> (Option<Vec<String>>, usize, Compute) {
        match self {
            Self::Overtime(verb) => (verb.cells(), 3, overtime),
            Self::Deduction(verb) => (verb.cells(), 3, deduction),
            Self::Severance(verb) => (verb.cells(), 4, severance),
            Self::Payday(verb) => (verb.cells(), 1, payday),
            Self::Deposit(verb) => (verb.cells(), 4, deposit),
            Self::Minimum(verb) => (verb.cells(), 2, minimum),
            Self::Probation(verb) => (verb.cells(), 2, probation),
            Self::Surcharge(verb) => (verb.cells(), 1, surcharge),
            Self::FinalAward(verb) => (verb.cells(), 1, final_award),
            Self::Reference(verb) => (verb.cells(), 5, reference),
        }
    }
}

/// One answer; whether it is one is in `valid`.
#[derive(serde::Serialize)]
#[serde(transparent)]
struct Said(Map<String, Value>);

impl Answer for Said {
    fn is_right(&self) -> bool {
        self.0.get("valid") == Some(&Value::Bool(true))
    }
}

impl WageArgs {
    /// Answers on standard output.
    ///
    /// # Errors
    /// When the place or day cannot be read, or standard input or output fails.
    pub fn run(self, system: &System) -> Outcome {
        let place = Jurisdiction::parse(&self.place).context("--place")?;
        let day = match &self.on {
            Some(day) => read_date(day).context("--on 应写成 2025-06-01 的样子")?,
            None => system.clock.now().shanghai_date(),
        };
        let rules = WageRules::of(Catalogue::in_force(), place, day);
        let (cells, most, compute) = self.verb.parts();
        let all_right = match cells {
            Some(cells) => {
                let said = said(&rules, &cells.join(","), most, compute);
                write_line(&mut io::stdout().lock(), &said, true).map(|_| said.is_right())
            }
            None => answer_lines(io::stdin().lock(), io::stdout().lock(), |line| {
                answer_line(&rules, &line, most, compute)
            }),
        };
        let all_right = all_right.context("读写标准输入输出失败")?;
        Ok(ExitCode::from(if all_right { 0 } else { SOME_REFUSED }))
    }
}

fn answer_line(rules: &WageRules<'_>, line: &Line<'_>, most: usize, compute: Compute) -> Said {
    match line.fault {
        Some(fault) => refused(&line.text, fault.message()),
        None => said(rules, &line.text, most, compute),
    }
}

fn said(rules: &WageRules<'_>, line: &str, most: usize, compute: Compute) -> Said {
    let half = text::half_width(line);
    let cells: Vec<&str> = half.split(',').map(text::trim).collect();
    if cells.len() > most {
        return refused(
            line,
            &format!("最多 {most} 项，用逗号分开；金额不要写千位逗号"),
        );
    }
    match compute(rules, &cells) {
        Ok(Value::Object(mut found)) => {
            found.insert("valid".to_owned(), Value::Bool(true));
            Said(found)
        }
        Ok(_) => refused(line, "没有结果"),
        Err(reason) => refused(line, &reason),
    }
}

fn refused(line: &str, reason: &str) -> Said {
    let input: String = line.chars().take(SHOWN).collect();
    let mut map = Map::new();
    map.insert("input".to_owned(), Value::String(input));
    map.insert("valid".to_owned(), Value::Bool(false));
    map.insert("reason".to_owned(), Value::String(reason.to_owned()));
    Said(map)
}

fn cell<'a>(cells: &[&'a str], at: usize) -> &'a str {
    cells.get(at).copied().unwrap_or_default()
}

fn money(cells: &[&str], at: usize, name: &str) -> Result<Fen, String> {
    let amount = Fen::parse_yuan(cell(cells, at)).map_err(|fault| format!("{name}：{fault}"))?;
    if amount.0 < 0 {
        return Err(format!("{name}：不能是负数"));
    }
    Ok(amount)
}

fn money_if_any(cells: &[&str], at: usize, name: &str) -> Result<Option<Fen>, String> {
    if cell(cells, at).is_empty() {
        Ok(None)
    } else {
        money(cells, at, name).map(Some)
    }
}

fn day(cells: &[&str], at: usize, name: &str) -> Result<Date, String> {
    read_date(cell(cells, at))
        .ok_or_else(|| format!("{name}应写成 2025-10-05 的样子，并且是存在的日期"))
}

fn number<T: std::str::FromStr>(cells: &[&str], at: usize, name: &str) -> Result<T, String> {
    let cell = cell(cells, at);
    if cell.is_empty() || !cell.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("{name}应为整数"));
    }
    cell.parse().map_err(|_| format!("{name}太大"))
}

fn said_of(fault: &wages::WageFault) -> String {
    fault.to_string()
}

fn steps(steps: &[Step]) -> Value {
    json!(steps)
}

fn whole(answer: &WageAnswer) -> Value {
    json!({ "amount": answer.amount.plain(), "steps": answer.steps, "rules": answer.rules })
}

fn overtime(rules: &WageRules<'_>, cells: &[&str]) -> Result<Value, String> {
    let monthly = money(cells, 0, "月薪")?;
    let pay = Pay::Monthly(monthly);
    let rates = rules.rates(pay).map_err(|fault| said_of(&fault))?;
    let minutes = match cell(cells, 1) {
        "" => 0,
        text => wages::minutes(text).ok_or("加班小时数应为 0 至 744 的数，例如 1.5")?,
    };
    let class = match cell(cells, 2) {
        "" => DayClass::Weekday,
        code => DayClass::from_code(code)
            .ok_or("kind 应为 weekday（平日）、rest_day（休息日）或 holiday（法定休假日）")?,
    };
    let answer = rules
        .overtime(pay, minutes, class)
        .map_err(|fault| said_of(&fault))?;
    Ok(json!({
        "monthly": monthly.plain(), "hours": wages::hours(minutes), "kind": class.code(),
        "day_rate": rates.day.plain(), "hour_rate": rates.hour.plain(),
        "amount": answer.amount.plain(), "steps": answer.steps, "rules": answer.rules,
    }))
}

/// The minimum wage in a cell, or the place's own.
fn minimum_of(rules: &WageRules<'_>, cells: &[&str], at: usize) -> Result<Fen, String> {
    match money_if_any(cells, at, "最低工资")? {
        Some(minimum) => Ok(minimum),
        None => rules
            .minimum()
            .map(|wage| wage.monthly)
            .map_err(|fault| said_of(&fault)),
    }
}

fn deduction(rules: &WageRules<'_>, cells: &[&str]) -> Result<Value, String> {
    let (wage, loss) = (money(cells, 0, "当月工资")?, money(cells, 1, "损失")?);
    let minimum = minimum_of(rules, cells, 2)?;
    let found = rules
        .deduction(wage, loss, minimum)
        .map_err(|fault| said_of(&fault))?;
    Ok(json!({
        "wage": wage.plain(), "loss": loss.plain(), "minimum": minimum.plain(),
        "by_percent": found.by_percent.plain(), "above_minimum": found.above_minimum.plain(),
        "allowed": found.allowed.amount.plain(), "steps": steps(&found.allowed.steps), "rules": found.allowed.rules,
    }))
}

fn severance(rules: &WageRules<'_>, cells: &[&str]) -> Result<Value, String> {
    let monthly = money(cells, 0, "月工资")?;
    let (from, to) = (day(cells, 1, "入职日")?, day(cells, 2, "离职日")?);
    let average = money_if_any(cells, 3, "当地平均工资")?;
    let found = rules
        .severance(monthly, (from, to), average)
        .map_err(|fault| said_of(&fault))?;
    Ok(json!({
        "monthly": monthly.plain(), "from": from, "to": to, "half_months": found.half_months,
        "compensation": found.compensation.amount.plain(), "if_unlawful": found.unlawful.plain(),
        "cap_checked": found.cap_checked, "steps": found.compensation.steps, "rules": found.compensation.rules,
    }))
}

fn payday(rules: &WageRules<'_>, cells: &[&str]) -> Result<Value, String> {
    let agreed = day(cells, 0, "发薪日")?;
    let due = rules
        .payday(Calendar::national(), agreed)
        .map_err(|fault| said_of(&fault))?;
    let ground = rules.payday_ground().map_err(|fault| said_of(&fault))?;
    Ok(
        json!({ "agreed": agreed, "paid": due.date, "provisional": due.provisional, "ground": ground }),
    )
}

fn deposit(rules: &WageRules<'_>, cells: &[&str]) -> Result<Value, String> {
    let mark = cell(cells, 3);
    if !["", "arrears", "blacklisted", "several"].contains(&mark) {
        return Err("mark 应为 arrears、blacklisted 或 several".to_owned());
    }
    let case = DepositCase {
        contract: money(cells, 0, "合同额")?,
        rate: money_if_any(cells, 1, "存储比例")?.map_or(100, |rate| rate.0),
        several: mark == "several",
        clean_years: match cell(cells, 2) {
            "" => 0,
            _ => number(cells, 2, "连续无欠薪年数")?,
        },
        arrears: mark == "arrears",
        blacklisted: mark == "blacklisted",
    };
    let answer = rules.deposit(&case).map_err(|fault| said_of(&fault))?;
    Ok(json!({
        "contract": case.contract.plain(), "rate": Fen(case.rate).plain(), "exempt": answer.amount == Fen::ZERO,
        "amount": answer.amount.plain(), "steps": answer.steps, "rules": answer.rules,
    }))
}

fn minimum(rules: &WageRules<'_>, cells: &[&str]) -> Result<Value, String> {
    let place = Jurisdiction::parse(cell(cells, 0)).map_err(|fault| fault.to_string())?;
    let day = match cell(cells, 1) {
        "" => rules.day(),
        _ => day(cells, 1, "日期")?,
    };
    let wage = WageRules::of(Catalogue::in_force(), place.clone(), day)
        .minimum()
        .map_err(|fault| said_of(&fault))?;
    Ok(json!({
        "place": place, "on": day, "tier": wage.tier, "monthly": wage.monthly.plain(),
        "hourly": wage.hourly.plain(), "verified": wage.verified, "ground": wage.source, "rules": [wage.rule],
    }))
}

fn probation(rules: &WageRules<'_>, cells: &[&str]) -> Result<Value, String> {
    let agreed = money(cells, 0, "约定工资")?;
    let answer = rules
        .probation(agreed, minimum_of(rules, cells, 1)?)
        .map_err(|fault| said_of(&fault))?;
    Ok(whole(&answer))
}

fn surcharge(rules: &WageRules<'_>, cells: &[&str]) -> Result<Value, String> {
    let owed = money(cells, 0, "欠付工资")?;
    let (least, most, why) = rules.surcharge(owed).map_err(|fault| said_of(&fault))?;
    Ok(json!({ "owed": owed.plain(), "least": least.plain(), "most": most.plain(), "steps": why }))
}

fn final_award(rules: &WageRules<'_>, cells: &[&str]) -> Result<Value, String> {
    let answer = rules
        .final_award(minimum_of(rules, cells, 0)?)
        .map_err(|fault| said_of(&fault))?;
    Ok(whole(&answer))
}

fn reference(rules: &WageRules<'_>, cells: &[&str]) -> Result<Value, String> {
    let case = ReferenceCase {
        months: number(cells, 0, "欠薪月数")?,
        largest: money(cells, 1, "一人最多欠付")?,
        workers: number(cells, 2, "人数")?,
        total: money(cells, 3, "合计欠付")?,
        order_expired: matches!(cell(cells, 4), "yes" | "是"),
    };
    let (outcome, ground) = rules.reference(&case).map_err(|fault| said_of(&fault))?;
    Ok(json!({ "outcome": outcome.code(), "label": outcome.label(), "ground": ground }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> WageRules<'static> {
        let place = Jurisdiction::parse("330113").unwrap();
        WageRules::of(Catalogue::embedded(), place, jiff_day("2025-06-01"))
    }

    fn jiff_day(text: &str) -> Date {
        read_date(text).unwrap()
    }

    fn ask(line: &str, most: usize, compute: Compute) -> Value {
        Value::Object(said(&rules(), line, most, compute).0)
    }

    #[test]
    fn the_vectors_line_by_line() {
        let overtime = |line| ask(line, 3, overtime)["amount"].clone();
        assert_eq!(overtime("6000,2,weekday"), "103.45");
        assert_eq!(overtime("６０００，8，休息日"), "551.72");
        assert_eq!(overtime("6000,8,holiday"), "827.59");
        let kept = ask("2900,800,2490", 3, deduction);
        assert_eq!(
            (&kept["by_percent"], &kept["allowed"]),
            (&json!("580.00"), &json!("410.00"))
        );
        assert_eq!(
            ask("2900,800", 3, deduction)["allowed"],
            "410.00",
            "the place's own minimum wage"
        );
        let ended = ask("6000,2025-03-01,2025-03-12", 4, severance);
        assert_eq!(
            (&ended["compensation"], &ended["if_unlawful"]),
            (&json!("3000.00"), &json!("6000.00"))
        );
        assert_eq!(ask("2025-10-05", 1, payday)["paid"], "2025-09-30");
        assert_eq!(ask("20000000,1", 4, deposit)["amount"], "200000.00");
        assert_eq!(ask("20000000,1,2", 4, deposit)["amount"], "100000.00");
        assert_eq!(
            ask("20000000,1,0,arrears", 4, deposit)["amount"],
            "300000.00"
        );
        assert_eq!(ask("2980000,1,1", 4, deposit)["exempt"], true);
        assert_eq!(ask("330113,2025-06-01", 2, minimum)["monthly"], "2490.00");
        assert_eq!(ask("", 1, final_award)["amount"], "29880.00");
        assert_eq!(
            ask("3,5000,1,5000,no", 5, reference)["label"],
            "未达到移送参考线"
        );
    }

    #[test]
    fn anything_else_says_what_would_be_taken() {
        for (line, most, compute, hint) in [
            ("", 3, overtime as Compute, "金额为空"),
            ("6000,-1,weekday", 3, overtime, "小时数"),
            ("6000,2,sunday", 3, overtime, "rest_day"),
            ("6000,2,weekday,more", 3, overtime, "最多 3 项"),
            ("-5,800,2490", 3, deduction, "负数"),
            ("6000,2025-02-30,2025-03-12", 4, severance, "存在的日期"),
            ("6000,2025-03-12,2025-03-01", 4, severance, "早于"),
            ("明天", 1, payday, "2025-10-05"),
            ("20000000,9", 4, deposit, "范围"),
            ("20000000,1,x", 4, deposit, "整数"),
            ("110101,2025-01-01", 2, minimum, "没有适用的规则"),
            ("330302,2025-01-01", 2, minimum, "核实"),
            ("3,5000,一,5000,no", 5, reference, "整数"),
        ] {
            let said = ask(line, most, compute);
            assert_eq!(said["valid"], false, "{line}: {said}");
            assert!(
                said["reason"].as_str().unwrap().contains(hint),
                "{line}: {said}"
            );
        }
    }
}
