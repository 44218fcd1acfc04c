//! Citizen identity numbers (公民身份号码), GB 11643-1999, and the papers that share their form.

use std::fmt;

use jiff::civil::Date;

use crate::codes::Sex;
use crate::text;

/// Weights of the first seventeen digits in the check sum (ISO 7064, MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by the sum modulo 11.
const CHECKS: &[u8; 11] = b"10X98765432";
/// First two digits ever allotted to a province-level division (GB/T 2260), and 81–83 for the residence
/// permits of Hong Kong, Macao and Taiwan residents. Unlike counties these have never been renumbered.
const PROVINCES: [u8; 35] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83,
];
/// No one older than this is a worker in any roll; older numbers are typing mistakes.
const OLDEST: i16 = 120;

/// An eighteen-character identity number whose form, birth date and check digit are right.
///
/// The county digits are never compared with a list of today's counties: people born in 余杭 carry 330125 or
/// 330184, in 临安 330124 or 330185, and a number is never changed after issue. `Debug` is masked, because
/// identity numbers must not reach a log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CitizenId([u8; 18]);

/// Why a text is no identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdFault {
    /// Nothing was given.
    #[error("证件号码为空")]
    Empty,
    /// Neither 18 nor 15 characters.
    #[error("身份证号码应为18位（旧证15位），现为{0}位")]
    Length(usize),
    /// A character that is no digit, or an X that is not last.
    #[error("身份证号码只能是数字，仅最后一位可以是X")]
    Character,
    /// The first two digits were never a province-level code.
    #[error("身份证号码前两位不是任何省级行政区代码")]
    Province,
    /// The birth date is not in the calendar.
    #[error("身份证号码中的出生日期不存在")]
    BirthDate,
    /// The check digit does not fit: at least one digit is mistyped.
    #[error("身份证号码校验位不符，请核对是否有数字输错")]
    CheckDigit,
}

impl IdFault {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "id.empty",
            Self::Length(_) => "id.length",
            Self::Character => "id.character",
            Self::Province => "id.province",
            Self::BirthDate => "id.birth_date",
            Self::CheckDigit => "id.check_digit",
        }
    }
}

/// Why a well-formed number is still doubtful on a given day. A doubt asks for a second look; it is not a
/// refusal, and the standard's own sample (born 1880) would raise it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdDoubt {
    /// Born after the day in question.
    #[error("出生日期晚于今天")]
    NotYetBorn,
    /// Older than anyone in work.
    #[error("按出生日期已超过120岁")]
    TooOld,
}

impl CitizenId {
    /// Reads a number as people type it: lower-case x, full-width digits and stray spaces are repaired, and a
    /// first-generation fifteen-digit number is upgraded (insert 19, add the check digit).
    ///
    /// # Errors
    /// [`IdFault`], the first that applies in the order form, province, birth date, check digit.
    pub fn parse(text: &str) -> Result<Self, IdFault> {
        let text = text::compact_code(text);
        match text.len() {
            0 => Err(IdFault::Empty),
            _ if !text.is_ascii() => Err(shape_fault(&text)),
            15 => Self::upgrade(text.as_bytes()),
            18 => Self::check(
                text.as_bytes()
                    .try_into()
                    .map_err(|_| IdFault::Length(text.len()))?,
            ),
            _ => Err(shape_fault(&text)),
        }
    }

    fn upgrade(old: &[u8]) -> Result<Self, IdFault> {
        let mut number = [b'0'; 18];
        let (region, rest) = old.split_at_checked(6).ok_or(IdFault::Length(old.len()))?;
        for (slot, digit) in number
            .iter_mut()
            .zip(region.iter().chain(b"19").chain(rest))
        {
            *slot = *digit;
        }
        let check = check_digit(&number).ok_or(IdFault::Character)?;
        if let Some(last) = number.last_mut() {
            *last = check;
        }
        Self::check(number)
    }

    fn check(number: [u8; 18]) -> Result<Self, IdFault> {
        let expected = check_digit(&number).ok_or(IdFault::Character)?;
        let last = number.last().copied().unwrap_or_default();
        if !last.is_ascii_digit() && last != b'X' {
            return Err(IdFault::Character);
        }
        let id = Self(number);
        if !PROVINCES.contains(&id.province()) {
            return Err(IdFault::Province);
        }
        id.birth_date().ok_or(IdFault::BirthDate)?;
        if expected == last {
            Ok(id)
        } else {
            Err(IdFault::CheckDigit)
        }
    }

    /// Two digits of the issuing province; for a foreigner's permanent residence card (leading 9) they stand
    /// behind the 9.
    fn province(&self) -> u8 {
        let at = usize::from(self.is_foreign_permanent());
        u8::try_from(self.number(at, 2)).unwrap_or(0)
    }

    /// The decimal value of `len` digits from `at`.
    fn number(&self, at: usize, len: usize) -> u32 {
        self.0.iter().skip(at).take(len).fold(0, |value, digit| {
            value * 10 + u32::from(digit.wrapping_sub(b'0'))
        })
    }

    fn birth_date(&self) -> Option<Date> {
        let year = i16::try_from(self.number(6, 4)).ok()?;
        let month = i8::try_from(self.number(10, 2)).ok()?;
        let day = i8::try_from(self.number(12, 2)).ok()?;
        // No register reaches behind the dynasty the standard's own sample comes from.
        (year >= 1800)
            .then(|| Date::new(year, month, day).ok())
            .flatten()
    }

    /// The eighteen characters, upper-case X.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Date of birth (出生日期).
    pub fn birth(&self) -> Date {
        // `check` has read the same digits, so the fallback is never taken.
        self.birth_date().unwrap_or(Date::ZERO)
    }

    /// Sex (性别): the seventeenth digit is odd for men and even for women.
    pub fn sex(&self) -> Sex {
        if self.number(16, 1) % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }

    /// The six digits of the place of first registration; history, not an address.
    pub fn region_code(&self) -> &str {
        self.as_str().get(..6).unwrap_or_default()
    }

    /// Whether it is the number of a foreigner's permanent residence card (外国人永久居留身份证, 2023 form).
    pub fn is_foreign_permanent(&self) -> bool {
        self.0.first() == Some(&b'9')
    }

    /// Completed years of age on `day`: a birthday counts from the day itself; for those born on 29 February,
    /// in common years, from 1 March.
    pub fn age_on(&self, day: Date) -> i16 {
        let birth = self.birth();
        let had_birthday = (day.month(), day.day()) >= (birth.month(), birth.day());
        day.year() - birth.year() - i16::from(!had_birthday)
    }

    /// Whether someone with this birth date can be a living person in a roll on `day`.
    ///
    /// # Errors
    /// [`IdDoubt`]: a reason to look again, kept apart from the checks of the number itself.
    pub fn plausible_on(&self, day: Date) -> Result<(), IdDoubt> {
        if self.birth() > day {
            return Err(IdDoubt::NotYetBorn);
        }
        if self.age_on(day) > OLDEST {
            Err(IdDoubt::TooOld)
        } else {
            Ok(())
        }
    }

    /// For screens and lists: `330113********0018`.
    pub fn masked(&self) -> String {
        let text = self.as_str();
        format!(
            "{}********{}",
            text.get(..6).unwrap_or_default(),
            text.get(14..).unwrap_or_default()
        )
    }
}

/// A wrong length, or, when only the length would pass for right, a wrong character.
fn shape_fault(text: &str) -> IdFault {
    match text.chars().count() {
        15 | 18 => IdFault::Character,
        length => IdFault::Length(length),
    }
}

/// The check character for the first seventeen digits; `None` when one of them is no digit.
fn check_digit(number: &[u8; 18]) -> Option<u8> {
    let mut sum = 0;
    for (digit, weight) in number.iter().zip(WEIGHTS) {
        sum += char::from(*digit).to_digit(10)? * weight;
    }
    CHECKS.get(usize::try_from(sum % 11).ok()?).copied()
}

impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenId({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn id(text: &str) -> CitizenId {
        CitizenId::parse(text).unwrap()
    }

    #[test]
    fn tv_id1_to_id6_and_id9_are_valid() {
        for text in [
            "11010519491231002X",
            "440524188001010014",
            "330113199003070018",
            "330113198511170280",
            "33011319900307019X",
            "330185199202291122",
            "810000198304051235",
        ] {
            assert_eq!(id(text).as_str(), text);
        }
    }

    #[test]
    fn tv_id7_id8_are_refused_for_their_own_reasons() {
        assert_eq!(
            CitizenId::parse("330113199102290018"),
            Err(IdFault::BirthDate)
        );
        assert_eq!(
            CitizenId::parse("330113199003070016"),
            Err(IdFault::CheckDigit)
        );
    }

    #[test]
    fn tv_id10_to_id12_old_numbers_are_upgraded() {
        for (old, new) in [
            ("330125800101001", "330125198001010012"),
            ("330124761204345", "330124197612043453"),
            ("110105491231002", "11010519491231002X"),
        ] {
            assert_eq!(id(old).as_str(), new);
        }
    }

    #[test]
    fn typing_habits_are_repaired() {
        for text in [
            "33011319900307019x",
            "３３０１１３１９９００３０７０１９Ｘ",
            " 330113 19900307 019X\r\n",
            "\u{FEFF}33011319900307019ｘ",
        ] {
            assert_eq!(id(text).as_str(), "33011319900307019X");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for (text, fault) in [
            ("", IdFault::Empty),
            ("\u{3000}", IdFault::Empty),
            ("33011319900307001", IdFault::Length(17)),
            ("3301131990030700180", IdFault::Length(19)),
            ("3301131990X3070018", IdFault::Character),
            ("33011319900307001A", IdFault::Character),
            ("33011380010100X", IdFault::Character),
            ("330113199003070018'", IdFault::Length(19)),
            ("张三李四王五赵六孙七周八吴九郑十冯一", IdFault::Character),
            ("张三", IdFault::Length(2)),
            ("990426199112010074", IdFault::Province),
            ("003011990030700180", IdFault::Province),
            ("360426199113010079", IdFault::BirthDate),
            ("360198910283844", IdFault::BirthDate),
        ] {
            assert_eq!(CitizenId::parse(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn birth_sex_mask_and_age() {
        let man = id("330113199003070018");
        assert_eq!((man.birth(), man.sex()), (date(1990, 3, 7), Sex::Male));
        assert_eq!(man.masked(), "330113********0018");
        assert_eq!(format!("{man:?}"), "CitizenId(330113********0018)");
        assert_eq!(man.region_code(), "330113");
        assert_eq!(man.age_on(date(2026, 3, 6)), 35);
        assert_eq!(man.age_on(date(2026, 3, 7)), 36);
        assert_eq!(id("330113198511170280").sex(), Sex::Female);
        let leap = id("330185199202291122");
        assert_eq!(leap.age_on(date(2025, 2, 28)), 32);
        assert_eq!(leap.age_on(date(2025, 3, 1)), 33);
    }

    #[test]
    fn plausibility_is_a_question_of_its_own() {
        let today = date(2026, 11, 21);
        assert_eq!(
            id("440524188001010014").plausible_on(today),
            Err(IdDoubt::TooOld)
        );
        assert_eq!(id("330113199003070018").plausible_on(today), Ok(()));
        assert_eq!(
            id("330113199003070018").plausible_on(date(1990, 3, 6)),
            Err(IdDoubt::NotYetBorn)
        );
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_found(region in 110_101u32..659_999, day in 0i32..40_000, seq in 0u32..1000, at in 0usize..18, by in 1u8..10) {
            let birth = date(1920, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
            let mut digits = format!("{region:06}{}{seq:03}0", birth.strftime("%Y%m%d")).into_bytes();
            digits[17] = check_digit(digits.as_slice().try_into().unwrap()).unwrap();
            let text = String::from_utf8(digits.clone()).unwrap();
            prop_assume!(PROVINCES.contains(&((region / 10_000) as u8)));
            let parsed = id(&text);
            prop_assert_eq!(parsed.birth(), birth);
            prop_assert_eq!(parsed.as_str(), text);
            if digits[at] != b'X' {
                digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
                prop_assert!(CitizenId::parse(std::str::from_utf8(&digits).unwrap()).is_err());
            }
        }

        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            let _ = CitizenId::parse(&text);
        }
    }
}
