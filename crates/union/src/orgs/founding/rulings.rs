//! What the founding steps need, from `definitions/orgs/founding*.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, expect_equal, read_test};
use kernel::{DayType, Refusals};
use serde::Deserialize;
use store::Tx;

use super::super::flow::{FoundingState, Verb};
use super::super::{OrgError, OrgKind};
use super::files::FileRule;
use super::model::Meeting;
use crate::rulebook::{Rule, Rulebook};

/// The definition's id.
pub(crate) const ID: &str = "orgs.founding";

/// Papers, clocks and numbers of the founding flow.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rulings {
    /// Nobody approves what the same account sent in.
    pub separate_approver: bool,
    /// Part of those due that must attend, itself included.
    turnout: Part,
    /// Part of those due that must vote for a person, itself excluded.
    elected_over: Part,
    /// All papers of the flow, in the order of the checklist.
    #[serde(rename = "paper")]
    pub papers: Vec<Paper>,
    /// What may be handed in as a file.
    pub files: FileRule,
    /// Papers each step needs, by its stored id.
    needs: BTreeMap<String, Vec<String>>,
    /// How long the union above may take, by the stored id of the state.
    clock: BTreeMap<String, Clock>,
    /// What each kind of union covers, by its stored id.
    kind: BTreeMap<String, KindRule>,
}

/// A paper of the checklist (材料).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Stored id.
    pub id: String,
    /// Chinese title.
    pub title: String,
}

/// How long the union above may take.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Clock {
    pub(super) days: u32,
    pub(super) day_type: DayType,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct KindRule {
    employers_min: usize,
    employers_max: Option<usize>,
    #[serde(default)]
    planned_end: bool,
}

/// A fraction such as `2/3`, compared without dividing.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Part {
    over: i64,
    under: i64,
}

impl TryFrom<String> for Part {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(over, under)| {
            Some((over.trim().parse().ok()?, under.trim().parse().ok()?))
        });
        match parsed {
            Some((over, under)) if under > 0 && over >= 0 => Ok(Self { over, under }),
            _ => Err(format!("“{text}”不是分数，应如 2/3")),
        }
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} 分之 {}", self.under, self.over)
    }
}

static RULINGS: LazyLock<Rulebook<Rulings>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), ID));

impl Rulings {
    /// Those of the transaction's district today.
    ///
    /// # Errors
    /// The definitions hold none.
    pub fn today(tx: &Tx) -> Result<Rule<Self>, OrgError> {
        RULINGS
            .at(*tx.district(), tx.today())
            .map_err(|none| OrgError::Definition(none.to_string()))
    }

    /// The papers a step needs, with their titles.
    pub fn needed(&self, verb: Verb) -> Vec<&Paper> {
        let ids = self
            .needs
            .get(verb.id())
            .map(Vec::as_slice)
            .unwrap_or_default();
        ids.iter()
            .filter_map(|id| self.papers.iter().find(|paper| paper.id == *id))
            .collect()
    }

    /// Those of them that are neither in hand nor brought along.
    pub fn missing<'r>(&'r self, verb: Verb, in_hand: &BTreeMap<String, String>) -> Vec<&'r Paper> {
        let held = |paper: &&Paper| {
            in_hand
                .get(&paper.id)
                .is_some_and(|reference| !reference.trim().is_empty())
        };
        self.needed(verb)
            .into_iter()
            .filter(|paper| !held(paper))
            .collect()
    }

    /// How long the union above may take in this state.
    pub(super) fn clock(&self, state: FoundingState) -> Option<Clock> {
        self.clock.get(state.id()).copied()
    }

    /// What stands against this number of units and this plan for a union of this kind.
    pub(super) fn check_kind(
        &self,
        kind: OrgKind,
        employers: usize,
        has_planned_end: bool,
    ) -> Refusals {
        let mut out = Refusals::new();
        let Some(rule) = self.kind.get(kind.id()) else {
            out.add(
                "founding.kind",
                format!("「{kind}」不走建会流程，请在组织页直接登记"),
            );
            return out;
        };
        out.require(
            employers >= rule.employers_min,
            "founding.employers_min",
            format!(
                "{kind}至少须有 {} 个单位，现有 {employers} 个",
                rule.employers_min
            ),
        );
        if let Some(max) = rule.employers_max {
            out.require(
                employers <= max,
                "founding.employers_max",
                format!("{kind}只能对应 {max} 个单位；多个单位请选联合基层工会"),
            );
        }
        out.require(
            has_planned_end || !rule.planned_end,
            "founding.planned_end",
            format!("{kind}须填写项目预计竣工日期"),
        );
        out
    }

    /// What stands against the numbers of a meeting: turnout and votes (domain facts §4, elections).
    pub(super) fn check_meeting(&self, meeting: &Meeting) -> Refusals {
        let mut out = Refusals::new();
        out.require(meeting.due > 0, "founding.meeting_due", "请填写应到会人数");
        out.require(
            meeting.present <= meeting.due,
            "founding.meeting_present",
            "实到人数不能多于应到人数",
        );
        let quorate = meeting.present * self.turnout.under >= meeting.due * self.turnout.over;
        out.require(
            quorate,
            "founding.quorum",
            format!(
                "实到 {} 人，不足应到 {} 人的 {}，会议无效",
                meeting.present, meeting.due, self.turnout
            ),
        );
        for one in &meeting.elected {
            let wins = one.votes * self.elected_over.under > meeting.due * self.elected_over.over;
            let message = format!(
                "{} 得 {} 票，未超过应到会人数的 {}，不能当选",
                one.name, one.votes, self.elected_over
            );
            out.require(wins, "founding.votes", message);
            out.require(
                one.votes <= meeting.present,
                "founding.votes_too_many",
                format!("{} 的得票多于实到人数，请核对计票单", one.name),
            );
        }
        out.require(
            !meeting.elected.is_empty(),
            "founding.nobody_elected",
            "请填写当选人",
        );
        let chairs = meeting
            .elected
            .iter()
            .filter(|one| one.position == "chair")
            .count();
        out.require(chairs <= 1, "founding.two_chairs", "主席只能有一名");
        out
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepTest {
    step: String,
    papers: Vec<String>,
    missing: usize,
}

/// For `niangjia definitions check`.
pub(crate) fn check(definition: &Definition) -> Vec<String> {
    let rulings = match definition.body::<Rulings>() {
        Ok(rulings) => rulings,
        Err(message) => return vec![message],
    };
    let mut faults = Vec::new();
    for (step, ids) in &rulings.needs {
        if Verb::from_id(step).is_none() {
            faults.push(format!("没有名为 {step} 的步骤"));
        }
        faults.extend(
            ids.iter()
                .filter(|id| !rulings.papers.iter().any(|paper| paper.id == **id))
                .map(|id| format!("没有名为 {id} 的材料")),
        );
    }
    faults.extend(
        rulings
            .clock
            .keys()
            .filter(|id| FoundingState::from_id(id).is_none())
            .map(|id| format!("没有名为 {id} 的状态")),
    );
    faults.extend(
        rulings
            .kind
            .keys()
            .filter(|id| !OrgKind::from_id(id).is_some_and(OrgKind::is_basic))
            .map(|id| format!("{id} 不是基层工会")),
    );
    faults.extend(rulings.files.faults());
    faults
}

/// For `niangjia definitions test`.
pub(crate) fn test(definition: &Definition, test: &toml::Table) -> Result<(), String> {
    let (rulings, test): (Rulings, StepTest) = (definition.body()?, read_test(test)?);
    let verb = Verb::from_id(&test.step).ok_or_else(|| format!("没有名为 {} 的步骤", test.step))?;
    let held = test
        .papers
        .into_iter()
        .map(|id| (id, "有".to_owned()))
        .collect();
    expect_equal(
        "缺少的材料",
        &test.missing,
        &rulings.missing(verb, &held).len(),
    )
}
