//! Numbers that pass every check and belong to nobody.

use std::collections::{HashMap, HashSet};

use kernel::{Date, Sex};

/// Region of every made-up identity number: Linping (临平), which exists since April 2021. Everyone here
/// is born before, so no real first registration can carry such a number (facts of the domain, §3.1).
pub const REGION: &str = "330113";
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// Hands out identity numbers, each once.
pub struct IdNumbers {
    region: &'static str,
    used: HashMap<(Date, bool), u32>,
    twins: HashSet<String>,
}

/// Numbers of one sex and day.
const PLACES: u32 = 500;
/// The walk through them: 7 and 500 have no common divisor, so it visits each place once.
const STEP: u32 = 7;
/// 7 · 143 = 1001: undoes the step, modulo 500.
const BACK: u32 = 143;

impl Default for IdNumbers {
    fn default() -> Self {
        Self::of(REGION)
    }
}

impl IdNumbers {
    /// The numbers of one region.
    pub fn of(region: &'static str) -> Self {
        Self {
            region,
            used: HashMap::new(),
            twins: HashSet::new(),
        }
    }

    /// The next number for a person born on `birth`; `None` when the day's numbers are used up.
    pub fn next(&mut self, birth: Date, sex: Sex) -> Option<String> {
        let male = sex == Sex::Male;
        loop {
            let used = self.used.entry((birth, male)).or_insert(0);
            if *used >= PLACES {
                return None;
            }
            let place = (*used * STEP + first_place(birth)) % PLACES;
            *used += 1;
            let number = citizen_id(self.region, birth, place * 2 + u32::from(male));
            if !self.twins.contains(&number) {
                return Some(number);
            }
        }
    }

    /// A number that differs from `number` in its sequence by one step, as when somebody reads a 3 for a 5 and
    /// the program of that time did not check: a likely duplicate. `None` when somebody has it.
    pub fn near(&mut self, number: &str, birth: Date, sex: Sex) -> Option<String> {
        let male = sex == Sex::Male;
        let sequence: u32 = number.get(14..17)?.parse().ok()?;
        // Within the same ten, so that only one digit and the check change.
        let place = if sequence % 10 >= 8 {
            sequence / 2 - 1
        } else {
            sequence / 2 + 1
        };
        let steps = (place + PLACES - first_place(birth)) % PLACES * BACK % PLACES;
        if self
            .used
            .get(&(birth, male))
            .is_some_and(|used| steps < *used)
        {
            return None;
        }
        let near = citizen_id(self.region, birth, place * 2 + u32::from(male));
        self.twins.insert(near.clone()).then_some(near)
    }
}

/// Where a day's walk begins.
fn first_place(birth: Date) -> u32 {
    u32::from(birth.day().unsigned_abs()) * 13 % PLACES
}

/// A citizen identity number with its check character (GB 11643-1999).
pub fn citizen_id(region: &str, birth: Date, sequence: u32) -> String {
    let body = format!(
        "{region}{:04}{:02}{:02}{sequence:03}",
        birth.year(),
        birth.month(),
        birth.day()
    );
    let sum: u32 = body
        .chars()
        .filter_map(|c| c.to_digit(10))
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = "10X98765432".chars().nth(sum as usize % 11).unwrap_or('0');
    format!("{body}{check}")
}

const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const ORG_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A unified social credit code with both checks (GB 32100-2015, GB 11714-1997). `serial` fills the
/// organisation code behind `MC`, which registers hand out to other kinds of bodies only.
pub fn credit_code(prefix: &str, region: &str, serial: u32) -> String {
    let org: String = ['M', 'C'].into_iter().chain(base31(serial, 6)).collect();
    let sum: u32 = org
        .chars()
        .filter_map(|c| c.to_digit(36))
        .zip(ORG_WEIGHTS)
        .map(|(value, weight)| value * weight)
        .sum();
    let org_check = match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    };
    let body = format!("{prefix}{region}{org}{org_check}");
    let mut weight = 1;
    let mut sum = 0;
    for c in body.chars() {
        let value = ALPHABET.chars().position(|letter| letter == c).unwrap_or(0);
        sum += u32::try_from(value).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    let check = ALPHABET
        .chars()
        .nth(((31 - sum % 31) % 31) as usize)
        .unwrap_or('0');
    format!("{body}{check}")
}

fn base31(mut number: u32, places: usize) -> Vec<char> {
    let mut letters = Vec::with_capacity(places);
    for _ in 0..places {
        letters.push(ALPHABET.chars().nth(number as usize % 31).unwrap_or('0'));
        number /= 31;
    }
    letters.reverse();
    letters
}

/// A mobile number in 154, a segment no operator sells. Serials wrap after a hundred million.
pub fn phone(serial: u64) -> String {
    // 37 steps wide, so that neighbours in the list do not have neighbouring numbers.
    format!("154{:08}", serial.wrapping_mul(37_000_007) % 100_000_000)
}

/// A travel permit of a Hong Kong (H) or Macau (M) resident.
pub fn hk_macau_permit(serial: u64) -> String {
    let letter = if serial.is_multiple_of(4) { 'M' } else { 'H' };
    format!(
        "{letter}{:08}",
        serial.wrapping_mul(7_654_321) % 100_000_000
    )
}

/// A travel permit of a Taiwan resident.
pub fn taiwan_permit(serial: u64) -> String {
    format!("{:08}", serial.wrapping_mul(6_543_217) % 100_000_000)
}

#[cfg(test)]
mod tests {
    use kernel::{CitizenId, CreditCode, MobilePhone};

    use super::*;

    #[test]
    fn identity_numbers_pass_the_check_and_come_once() {
        let mut numbers = IdNumbers::default();
        let birth = Date::constant(1990, 3, 7);
        let all: Vec<_> = std::iter::from_fn(|| numbers.next(birth, Sex::Female)).collect();
        assert_eq!(all.len(), 500);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 500);
        for id in all {
            let id = CitizenId::parse(&id).unwrap();
            assert_eq!((id.birth(), id.sex()), (birth, Sex::Female));
        }
        assert_eq!(
            citizen_id("330113", birth, 1),
            "330113199003070018",
            "a published vector"
        );
    }

    #[test]
    fn a_near_number_is_valid_and_stays_unique() {
        let (mut numbers, birth) = (IdNumbers::default(), Date::constant(1988, 12, 30));
        let first: Vec<_> = (0..40)
            .filter_map(|_| numbers.next(birth, Sex::Male))
            .collect();
        let near: Vec<_> = first
            .iter()
            .filter_map(|n| numbers.near(n, birth, Sex::Male))
            .collect();
        assert!(near.len() > 20, "{}", near.len());
        for (one, other) in first.iter().zip(&near).take(1) {
            let different = one
                .chars()
                .zip(other.chars())
                .filter(|(a, b)| a != b)
                .count();
            assert!((1..=2).contains(&different), "{one} {other}");
        }
        let rest: Vec<_> = std::iter::from_fn(|| numbers.next(birth, Sex::Male)).collect();
        let all: Vec<_> = first.iter().chain(&near).chain(&rest).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        assert!(near.iter().all(|n| CitizenId::parse(n).is_ok()));
    }

    #[test]
    fn credit_codes_pass_both_checks() {
        for serial in 0..2_000 {
            for prefix in ["91", "92", "12", "52", "54", "81"] {
                let code = credit_code(prefix, "330113", serial * 997);
                assert!(CreditCode::parse(&code).is_ok(), "{code}");
            }
        }
    }

    #[test]
    fn phones_are_well_formed_and_differ() {
        let all: HashSet<String> = (0..50_000).map(phone).collect();
        assert_eq!(all.len(), 50_000);
        assert!(all.iter().all(|p| MobilePhone::parse(p).is_ok()));
    }
}
