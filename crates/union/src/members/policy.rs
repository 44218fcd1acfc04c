//! 会员管理规则: the numbers of this room that may differ by place and year, read from `definitions/members`.

use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::{Date, DistrictCode};
use serde::Deserialize;

use super::MemberError;
use super::behalf::Way;
use crate::rulebook::Rulebook;

/// How `niangjia definitions check|test` reads the folder `members`.
pub const KIND: Kind = Kind {
    folder: "members",
    check,
    test,
};

static POLICIES: LazyLock<Rulebook<MemberPolicy>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "members.policy"));

/// Ages, retention, the card's code and the scores of suspected duplicates. Sources stand beside each number in
/// the definition file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberPolicy {
    /// Ages in completed years.
    pub age: Ages,
    /// How long records are kept.
    pub retention: Retention,
    /// The electronic card.
    pub card: CardRule,
    /// Scores of suspected duplicates.
    pub duplicates: Scores,
    /// Ways in which a worker may ask staff to act (代办).
    pub behalf: Vec<Way>,
}

/// Ages in completed years.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ages {
    /// Nobody younger may be employed (劳动法15).
    pub youngest: i16,
    /// Below this age the guardian must have been told.
    pub guardian_until: i16,
    /// From this age on a person asks whether it is right.
    pub doubtful_from: i16,
}

/// How long records are kept.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Years after the end of membership before a record may be erased.
    pub years_after_end: i16,
    /// Days after which an application that was refused or withdrawn names nobody any more.
    pub days_after_refusal: u16,
}

/// The electronic card.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardRule {
    /// The code changes every so many seconds.
    pub seconds: u32,
}

/// What each likeness of two records adds; a pair is opened at `open_at`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    /// From this sum on a person decides.
    pub open_at: i64,
    /// Same name and birth date.
    pub same_name_and_birth: i64,
    /// Same pinyin and birth date (陈静/陈婧).
    pub same_sound_and_birth: i64,
    /// Pinyin that differs by little (zh/z, n/ng) and same birth date.
    pub near_sound_and_birth: i64,
    /// Same name and phone number.
    pub same_phone_and_name: i64,
    /// Same phone number, beside another likeness.
    pub same_phone: i64,
    /// Same employer, beside another likeness.
    pub same_employer: i64,
    /// One has a citizen's number and the other a passport or permit.
    pub different_paper_kind: i64,
    /// Both have a citizen's number with a right check digit, and they differ: mostly two people.
    pub both_resident: i64,
    /// The two numbers differ in one or two places only.
    pub near_number: i64,
}

impl Scores {
    /// Points of a likeness by its code; zero for an unknown one.
    pub fn points(&self, code: &str) -> i64 {
        match code {
            "same_name_and_birth" => self.same_name_and_birth,
            "same_sound_and_birth" => self.same_sound_and_birth,
            "near_sound_and_birth" => self.near_sound_and_birth,
            "same_phone_and_name" => self.same_phone_and_name,
            "same_phone" => self.same_phone,
            "same_employer" => self.same_employer,
            "different_paper_kind" => self.different_paper_kind,
            "both_resident" => self.both_resident,
            "near_number" => self.near_number,
            _ => 0,
        }
    }
}

impl MemberPolicy {
    /// The rules that hold for a district on a day.
    ///
    /// # Errors
    /// [`MemberError::Policy`] when the definitions hold none.
    pub fn at(district: DistrictCode, day: Date) -> Result<&'static Self, MemberError> {
        POLICIES
            .at(district, day)
            .map(|rule| rule.body)
            .map_err(|missing| MemberError::Policy(missing.to_string()))
    }
}

fn check(definition: &Definition) -> Vec<String> {
    if definition.header.id == "members.consents" {
        return definition
            .body::<super::consents::ConsentTexts>()
            .err()
            .into_iter()
            .collect();
    }
    match definition.body::<MemberPolicy>() {
        Err(fault) => vec![fault],
        Ok(policy) if policy.age.youngest > policy.age.guardian_until => {
            vec!["age: youngest 不应大于 guardian_until".to_owned()]
        }
        Ok(policy) if policy.behalf.is_empty() => {
            vec!["behalf: 至少要有一种委托方式".to_owned()]
        }
        Ok(policy) if policy.card.seconds == 0 => vec!["card: seconds 应大于 0".to_owned()],
        Ok(_) => Vec::new(),
    }
}

/// One `[[test]]`: likenesses, and whether together they open a pair.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    likenesses: Vec<String>,
    opens: bool,
}

fn test(definition: &Definition, table: &toml::Table, _: &Catalogue) -> Result<(), String> {
    if definition.header.id == "members.consents" {
        return super::consents::test(definition, table);
    }
    let (policy, test): (MemberPolicy, Test) = (definition.body()?, read_test(table)?);
    let sum: i64 = test
        .likenesses
        .iter()
        .map(|code| policy.duplicates.points(code))
        .sum();
    expect_equal(
        &format!("{} 共 {sum} 分，是否进入队列", test.likenesses.join("+")),
        &test.opens,
        &(sum >= policy.duplicates.open_at),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_policy_holds_together() {
        let place = DistrictCode::parse("330113").unwrap();
        let policy = MemberPolicy::at(place, jiff::civil::date(2026, 11, 20)).unwrap();
        assert_eq!(policy.age.youngest, 16, "劳动法15");
        let definition = Catalogue::in_force()
            .at("members.policy", place, jiff::civil::date(2026, 11, 20))
            .unwrap();
        assert_eq!(check(definition), Vec::<String>::new());
        for table in definition.tests() {
            test(definition, table, Catalogue::in_force()).unwrap();
        }
    }
}
