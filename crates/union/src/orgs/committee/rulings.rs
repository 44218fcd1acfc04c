//! Sizes, terms and reminders, from `definitions/orgs/committee*.toml`.

use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, expect_equal, read_test};
use serde::Deserialize;
use store::Tx;

use super::super::{Org, OrgError};
use super::model::{Committee, CommitteeKind, Position};
use crate::rulebook::{Rule, Rulebook};

/// The definition's id.
pub(crate) const ID: &str = "orgs.committee";

/// Sizes of committees, lengths of terms, reminders.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitteeRules {
    /// Terms a basic union may choose, in years.
    pub term_years_basic: Vec<i64>,
    /// Terms of unions above the basic level, in years.
    pub term_years_local: Vec<i64>,
    /// Reminders before the end of a term, in days.
    pub remind_days: Vec<i64>,
    /// Longest extension the union above may allow, in months.
    pub extension_months_max: i32,
    /// From so many members a committee must be elected; below, a chair or an organiser will do.
    pub committee_from: i64,
    /// From so many women members a women workers' committee must be elected.
    pub women_committee_from: i64,
    /// How many more candidates than seats, in percent of the seats.
    pub difference_percent: i64,
    size: Vec<Size>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Size {
    /// From … to, both included.
    members: [i64; 2],
    /// From … to committee members.
    committee: [i64; 2],
    /// From … to delegates of a congress.
    delegates: Option<[i64; 2]>,
}

static RULES: LazyLock<Rulebook<CommitteeRules>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), ID));

impl CommitteeRules {
    /// Those of the transaction's district today.
    ///
    /// # Errors
    /// The definitions hold none.
    pub fn today(tx: &Tx) -> Result<Rule<Self>, OrgError> {
        RULES
            .at(*tx.district(), tx.today())
            .map_err(|none| OrgError::Definition(none.to_string()))
    }

    /// Fewest and most members of the committee of a union with so many members.
    pub fn committee_size(&self, members: i64) -> Option<(i64, i64)> {
        self.band(members)
            .map(|band| (band.committee[0], band.committee[1]))
    }

    /// How many of these positions sit on the committee of a union with so many members. An organiser counts where
    /// one will do without a committee; a supervisor never does.
    pub fn seats<'p>(&self, members: i64, positions: impl Iterator<Item = &'p str>) -> i64 {
        let sits = |id: &&str| match Position::from_id(id) {
            Some(Position::Organiser) => members < self.committee_from,
            Some(Position::Supervisor) => false,
            _ => true,
        };
        i64::try_from(positions.filter(sits).count()).unwrap_or(i64::MAX)
    }

    /// The largest committee of any union.
    pub fn largest(&self) -> usize {
        let most = self.size.iter().map(|band| band.committee[1]).max();
        most.and_then(|most| usize::try_from(most).ok())
            .unwrap_or(0)
    }

    /// Fewest and most delegates of its congress; none where everybody meets.
    pub fn delegates(&self, members: i64) -> Option<(i64, i64)> {
        self.band(members)
            .and_then(|band| band.delegates)
            .map(|[least, most]| (least, most))
    }

    fn band(&self, members: i64) -> Option<&Size> {
        self.size
            .iter()
            .find(|band| band.members[0] <= members && members <= band.members[1])
    }

    /// Terms the union may choose.
    pub fn terms_for(&self, org: &Org) -> &[i64] {
        if org.kind.is_federation() {
            &self.term_years_local
        } else {
            &self.term_years_basic
        }
    }
}

/// Lengths of terms in words: 3 年或 5 年.
pub(in crate::orgs) fn years(terms: &[i64]) -> String {
    let words: Vec<_> = terms.iter().map(|years| format!("{years} 年")).collect();
    words.join("或 ")
}

/// What the rules say about the bodies of one union.
#[derive(Debug, Clone, Default)]
pub struct Advice {
    /// What should be, in sentences.
    pub rules: Vec<String>,
    /// What is missing or off, in sentences; empty when all is well.
    pub gaps: Vec<String>,
}

/// What the rules say about a union's committees. `women` is the number of women members, when known.
///
/// # Errors
/// A definition is missing.
pub fn advice(
    tx: &mut Tx,
    org: &Org,
    committees: &[Committee],
    women: Option<i64>,
) -> Result<Advice, OrgError> {
    let rules = CommitteeRules::today(tx)?.body;
    let mut out = Advice::default();
    let present = |kind| {
        committees
            .iter()
            .find(|one| one.kind == kind && one.ended_on.is_none())
    };
    let members = org.member_count;
    if org.kind.is_basic() {
        if let Some((least, most)) = rules.committee_size(members) {
            out.rules.push(format!(
                "会员 {members} 人，工会委员会应有 {least}～{most} 人"
            ));
            if let Some(committee) = present(CommitteeKind::Committee) {
                let sitting = committee.officers.iter().filter(|one| one.to_on.is_none());
                let seats = rules.seats(members, sitting.map(|one| one.position.id()));
                if seats < least || seats > most {
                    out.gaps
                        .push(format!("现有委员 {seats} 人，应为 {least}～{most} 人"));
                }
            }
        }
        if let Some((least, most)) = rules.delegates(members).filter(|_| members >= 100) {
            out.rules
                .push(format!("可召开会员代表大会，代表 {least}～{most} 人"));
        }
    }
    let wants_bodies = org.kind.is_federation() || members >= rules.committee_from;
    if wants_bodies && present(CommitteeKind::Committee).is_none() {
        out.gaps.push("尚未登记工会委员会".to_owned());
    }
    if wants_bodies && present(CommitteeKind::Audit).is_none() {
        out.gaps
            .push("尚未登记经费审查委员会（工会法第四十五条）".to_owned());
    }
    if women.is_some_and(|count| count >= rules.women_committee_from)
        && present(CommitteeKind::Women).is_none()
    {
        out.gaps.push(format!(
            "女会员满 {} 人，应设女职工委员会",
            rules.women_committee_from
        ));
    }
    Ok(out)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SizeTest {
    members: i64,
    min: i64,
    max: i64,
}

/// For `niangjia definitions check`.
pub(crate) fn check(definition: &Definition) -> Vec<String> {
    let rules = match definition.body::<CommitteeRules>() {
        Ok(rules) => rules,
        Err(message) => return vec![message],
    };
    let mut faults = Vec::new();
    for pair in rules.size.windows(2) {
        if let [low, high] = pair
            && low.members[1] + 1 != high.members[0]
        {
            faults.push(format!(
                "会员人数在 {} 与 {} 之间断档或重叠",
                low.members[1], high.members[0]
            ));
        }
    }
    if rules.remind_days.iter().any(|days| *days <= 0) {
        faults.push("提醒天数应大于 0".to_owned());
    }
    faults
}

/// For `niangjia definitions test`.
pub(crate) fn test(definition: &Definition, test: &toml::Table) -> Result<(), String> {
    let (rules, test): (CommitteeRules, SizeTest) = (definition.body()?, read_test(test)?);
    let (least, most) = rules
        .committee_size(test.members)
        .ok_or("没有对应的人数档")?;
    expect_equal("最少", &test.min, &least)?;
    expect_equal("最多", &test.max, &most)
}
