//! Bank card numbers (银行卡号).

use std::fmt;

use crate::text;

/// A card number of 12–19 digits whose Luhn check digit (ISO/IEC 7812-1) is right. `Debug` is masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BankCard(String);

/// Why a text is no card number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BankCardFault {
    /// Nothing was given.
    #[error("银行卡号为空")]
    Empty,
    /// A character that is no digit.
    #[error("银行卡号只能是数字")]
    Character,
    /// Outside 12–19 digits.
    #[error("银行卡号应为12至19位，现为{0}位")]
    Length(usize),
    /// The Luhn digit does not fit.
    #[error("银行卡号校验位不符，请核对是否有数字输错")]
    CheckDigit,
}

impl BankCard {
    /// Reads a number as people type it, in groups of four or not.
    ///
    /// # Errors
    /// [`BankCardFault`], the first that applies.
    pub fn parse(text: &str) -> Result<Self, BankCardFault> {
        let digits: String = text::compact_code(text)
            .chars()
            .filter(|c| *c != '-')
            .collect();
        if digits.is_empty() {
            return Err(BankCardFault::Empty);
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(BankCardFault::Character);
        }
        if !(12..=19).contains(&digits.len()) {
            return Err(BankCardFault::Length(digits.len()));
        }
        if luhn_fits(&digits) {
            Ok(Self(digits))
        } else {
            Err(BankCardFault::CheckDigit)
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For screens: the last four digits, `**** 1234`.
    pub fn masked(&self) -> String {
        format!(
            "**** {}",
            self.0
                .get(self.0.len().saturating_sub(4)..)
                .unwrap_or_default()
        )
    }
}

/// From the right, every second digit doubled (nine taken off above nine); the sum must end in zero.
fn luhn_fits(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|digit| u32::from(digit - b'0'))
        .enumerate()
        .map(|(place, digit)| {
            if place % 2 == 0 {
                digit
            } else {
                digit * 2 - if digit > 4 { 9 } else { 0 }
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

impl fmt::Debug for BankCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankCard({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luhn() {
        // The standard's own worked sample (7992739871 with check digit 3), padded to a card's length.
        assert_eq!(
            BankCard::parse("0799 2739 8713").unwrap().as_str(),
            "079927398713"
        );
        assert_eq!(
            BankCard::parse("079927398710"),
            Err(BankCardFault::CheckDigit)
        );
        assert_eq!(
            format!("{:?}", BankCard::parse("6222-0000-0000-0000-0000").err()),
            "Some(Length(20))"
        );
        assert_eq!(
            BankCard::parse("４１１１１１１１１１１１１１１１")
                .unwrap()
                .masked(),
            "**** 1111"
        );
        assert_eq!(BankCard::parse("6.22E+18"), Err(BankCardFault::Character));
        assert_eq!(BankCard::parse(" "), Err(BankCardFault::Empty));
    }

    #[test]
    fn every_single_digit_mistake_is_found() {
        let good = "4111111111111111";
        for at in 0..good.len() {
            for digit in '0'..='9' {
                let wrong: String = good
                    .chars()
                    .enumerate()
                    .map(|(i, c)| if i == at { digit } else { c })
                    .collect();
                assert_eq!(BankCard::parse(&wrong).is_ok(), wrong == good);
            }
        }
    }
}
