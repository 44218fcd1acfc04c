//! Construction deposits, and the reference line for handing a case over.

use super::Answer;
use super::book::{WageFault, WageRules, kept, step};
use super::calculate::not_negative;
use super::rules::{DepositRule, ReferenceRule};
use crate::money::Fen;

/// What a deposit (农民工工资保证金) is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DepositCase {
    /// The contract's amount.
    pub contract: Fen,
    /// The locally set rate in hundredths of a percent: 1% is 100.
    pub rate: i64,
    /// Several projects at once: a lower rate is allowed.
    pub several: bool,
    /// Years in a row without arrears.
    pub clean_years: u8,
    /// Arrears within two years.
    pub arrears: bool,
    /// On the list of those who broke faith (失信联合惩戒名单).
    pub blacklisted: bool,
}

/// Where arrears stand against the reference line for handing over (移送参考线). It is a reference for people who
/// decide; it never says what somebody has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// 未达到移送参考线
    Below,
    /// 达到移送参考线
    Reached,
    /// Within the national range, and the province's figure is not known.
    ToVerify,
}

impl Reference {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Below => "below",
            Self::Reached => "reached",
            Self::ToVerify => "to_verify",
        }
    }

    /// Words on screens: these and no others.
    pub fn label(self) -> &'static str {
        match self {
            Self::Below => "未达到移送参考线",
            Self::Reached => "达到移送参考线",
            Self::ToVerify => "当地标准待核实",
        }
    }
}

/// What is held against the reference line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReferenceCase {
    /// Months of pay one worker is owed.
    pub months: u16,
    /// What that worker is owed.
    pub largest: Fen,
    /// Workers owed.
    pub workers: u32,
    /// What all of them are owed.
    pub total: Fen,
    /// A written order to pay has expired (it counts as served when it was posted for an employer in hiding).
    pub order_expired: bool,
}

impl WageRules<'_> {
    /// The deposit for a contract.
    ///
    /// # Errors
    /// [`WageFault::Input`] for a rate outside the rule's range; [`WageFault::NoRule`].
    pub fn deposit(&self, case: &DepositCase) -> Result<Answer, WageFault> {
        not_negative(&[case.contract])?;
        let (rule, file) = self.rule::<DepositRule>("wages.deposit")?;
        let least = if case.several {
            rule.several_from
        } else {
            rule.rate_from
        };
        if case.rate < least.0 || case.rate > rule.rate_to.0 {
            return Err(WageFault::Input(
                "存储比例超出规定的范围（一个工程 1% 至 3%，多个工程可低至 0.5%）",
            ));
        }
        let answer = |amount, text| {
            Ok(Answer {
                amount,
                steps: vec![step(file, text)],
                rules: kept(file),
            })
        };
        let bad = case.arrears || case.blacklisted;
        if !bad && case.clean_years >= rule.clean_years_exempt {
            return answer(
                Fen::ZERO,
                format!("连续 {} 年没有欠薪，免存", case.clean_years),
            );
        }
        if !bad && case.clean_years >= 1 && case.contract < rule.exempt_below {
            let text = format!("合同额低于 {}，上一年没有欠薪，可以免存", rule.exempt_below);
            return answer(Fen::ZERO, text);
        }
        let base = case
            .contract
            .fraction(case.rate, 10_000)
            .ok_or(WageFault::TooLarge)?;
        let (change, why) = if case.blacklisted {
            (
                i64::from(rule.blacklisted_raised_percent),
                "列入失信名单，至少增加",
            )
        } else if case.arrears {
            (
                i64::from(rule.arrears_raised_percent),
                "两年内有欠薪，至少增加",
            )
        } else if case.clean_years >= rule.clean_years_reduced {
            (
                -i64::from(rule.reduced_percent),
                "连续两年没有欠薪，至少减少",
            )
        } else {
            (0, "")
        };
        let amount = base
            .fraction(100 + change, 100)
            .ok_or(WageFault::TooLarge)?;
        let mut text = format!("{} × {}% = {base}", case.contract, Fen(case.rate).plain());
        if change != 0 {
            text.push_str(&format!("；{why} {}%：{amount}", change.abs()));
        }
        text.push_str(&format!(
            "；领取施工许可证后 {} 个工作日内存",
            rule.within_working_days
        ));
        answer(amount, text)
    }

    /// Where arrears stand against the reference line, and the line's source.
    ///
    /// # Errors
    /// [`WageFault::Input`] for negative amounts; [`WageFault::NoRule`].
    pub fn reference(&self, case: &ReferenceCase) -> Result<(Reference, String), WageFault> {
        not_negative(&[case.largest, case.total])?;
        let (rule, file) = self.rule::<ReferenceRule>("wages.criminal_reference")?;
        let one = |line| case.months >= rule.months && case.largest >= line;
        let many = |line| case.workers >= rule.workers && case.total >= line;
        let outcome = if !case.order_expired {
            Reference::Below
        } else if one(rule.one_to) || many(rule.many_to) {
            Reference::Reached
        } else if one(rule.one_from) || many(rule.many_from) {
            Reference::ToVerify
        } else {
            Reference::Below
        };
        Ok((outcome, file.header.source.clone()))
    }
}
