//! Until when a union officer's labour contract is protected (工会法19), a date that can be computed.

use jiff::civil::Date;
use jiff::{Span, Unit};

/// What the protection of one officer depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tenure {
    /// Chair, vice chair or committee member working full time for the union (专职).
    pub full_time: bool,
    /// First day of the term served.
    pub from: Date,
    /// Last day of the term served.
    pub to: Date,
    /// When the labour contract would have ended; `None` for a contract without fixed term.
    pub contract_end: Option<Date>,
}

impl Tenure {
    /// The day until which the contract lasts.
    ///
    /// Full-time officers: the contract is extended, counted from the end of the term, by as long as the term
    /// was (工会法19; 法释〔2020〕17号, art. 2 of the interpretation on the Trade Union Law). Part-time officers:
    /// a contract shorter than the term is extended to the end of the term. A contract that ends later anyway
    /// keeps its own end. `None` when there is nothing to extend (a contract without fixed term), the term ends
    /// before it begins, or the date lies past the year 9999. Serious fault and retirement age, which end the
    /// protection, are for people to judge.
    pub fn protected_until(&self) -> Option<Date> {
        let contract_end = self.contract_end?;
        if self.to < self.from {
            return None;
        }
        let until = if self.full_time {
            self.to.checked_add(self.served()?).ok()?
        } else {
            self.to
        };
        Some(until.max(contract_end))
    }

    /// The term in years, months and days, so that five years are added as five years.
    fn served(&self) -> Option<Span> {
        self.from.until((Unit::Year, self.to)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const CHAIR: Tenure = Tenure {
        full_time: true,
        from: date(2021, 8, 3),
        to: date(2026, 8, 3),
        contract_end: Some(date(2023, 12, 31)),
    };

    #[test]
    fn tv_org1_full_time() {
        assert_eq!(CHAIR.protected_until(), Some(date(2031, 8, 3)));
    }

    #[test]
    fn tv_org2_part_time() {
        let part_time = Tenure {
            full_time: false,
            ..CHAIR
        };
        assert_eq!(part_time.protected_until(), Some(date(2026, 8, 3)));
    }

    #[test]
    fn a_longer_contract_keeps_its_end() {
        let late = Tenure {
            full_time: false,
            contract_end: Some(date(2030, 1, 1)),
            ..CHAIR
        };
        assert_eq!(late.protected_until(), Some(date(2030, 1, 1)));
        assert_eq!(
            Tenure {
                contract_end: None,
                ..CHAIR
            }
            .protected_until(),
            None
        );
        assert_eq!(
            Tenure {
                to: date(2021, 8, 2),
                ..CHAIR
            }
            .protected_until(),
            None
        );
    }
}
