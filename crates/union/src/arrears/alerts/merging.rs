//! 合并预警: two alerts become one where they are about the same matter. On what relation that rests is chosen from the
//! list of `definitions/alerts`; two firms with nothing in common are two alerts, however well the note is worded.

use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::{Date, DistrictCode};
use serde::Deserialize;
use store::{Tx, args};

use super::actions::{Decision, begin, changed, end, may, refuse, said};
use super::file;
use super::model::{Alert, AlertState, EventKind, alert_of};
use super::sql;
use crate::arrears::model::{AlertId, SubjectId};
use crate::arrears::{ArrearsError, Permit, subjects};
use crate::cases::{self, ActInput, Verb};
use crate::employers;
use crate::orgs::{self, OrgKind};
use crate::rulebook::{NoRule, Rulebook};

/// How `niangjia definitions check|test` reads the folder `alerts`.
pub const KIND: Kind = Kind {
    folder: "alerts",
    check,
    test,
};

/// Employers of one project that are looked at.
const ON_A_PROJECT: usize = 500;

static BOOK: LazyLock<Rulebook<MergeRules>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "alerts.merging"));

/// What two alerts must have in common to become one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeRules {
    /// The relation of two employers that one project union covers: the one the house can know by itself.
    pub known: String,
    /// The relations, in the order of the form.
    #[serde(rename = "relation")]
    pub relations: Vec<Relation>,
}

/// One relation (关系).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Stable id.
    pub id: String,
    /// In words.
    pub title: String,
    /// When it is the right one.
    pub hint: String,
}

impl MergeRules {
    /// The version that holds for a district on a day.
    ///
    /// # Errors
    /// No version does.
    pub fn at(district: DistrictCode, day: Date) -> Result<&'static Self, NoRule> {
        Ok(BOOK.at(district, day)?.body)
    }

    /// The relation with this id.
    pub fn relation(&self, id: &str) -> Option<&Relation> {
        self.relations.iter().find(|one| one.id == id)
    }

    /// The relation that was chosen.
    ///
    /// # Errors
    /// None was, or one that is not on the list.
    fn chosen(&self, id: &str) -> Result<&Relation, ArrearsError> {
        self.relation(id).ok_or_else(|| {
            let titles: Vec<&str> = self
                .relations
                .iter()
                .map(|one| one.title.as_str())
                .collect();
            ArrearsError::invalid(
                "relation",
                "alert.no_relation",
                format!(
                    "请选择两条预警是什么关系：{}。没有这些关系的，是两件事，请分别处置",
                    titles.join("、")
                ),
            )
        })
    }
}

fn check(definition: &Definition) -> Vec<String> {
    let rules: MergeRules = match definition.body() {
        Ok(rules) => rules,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    if rules.relation(&rules.known).is_none() {
        faults.push(format!("known 的 {} 不在 relation 里", rules.known));
    }
    for (at, one) in rules.relations.iter().enumerate() {
        let earlier = rules.relations.iter().take(at);
        if earlier.into_iter().any(|known| known.id == one.id) {
            faults.push(format!("关系 {} 写了两次", one.id));
        }
        if one.title.trim().is_empty() || one.hint.trim().is_empty() {
            faults.push(format!("关系 {} 要有 title 和 hint", one.id));
        }
    }
    faults
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    chosen: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    refused: bool,
}

fn test(definition: &Definition, table: &toml::Table, _: &Catalogue) -> Result<(), String> {
    let (rules, test): (MergeRules, Test) = (definition.body()?, read_test(table)?);
    let chosen = rules.chosen(&test.chosen);
    expect_equal("拒绝", &test.refused, &chosen.is_err())?;
    let title = chosen.map_or("", |one| one.title.as_str());
    expect_equal("关系", &test.title.as_str(), &title)
}

/// Where an alert went, and on what relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedInto {
    /// The alert it is part of.
    pub alert: AlertId,
    /// The relation's id; empty for merges from before it was asked for.
    pub relation: String,
}

/// An alert at the other end of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeEnd {
    /// Its number.
    pub no: String,
    /// Whom it is about.
    pub title: String,
    /// The relation's id; empty for merges from before it was asked for.
    pub relation: String,
    /// The relation in words.
    pub relation_title: String,
}

/// What an alert went into, and what went into it, as far as the scope reaches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merges {
    /// The one it is part of.
    pub into: Option<MergeEnd>,
    /// Those that are part of it, the first first.
    pub joined: Vec<MergeEnd>,
}

/// An alert to be made part of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merging {
    /// The other.
    pub into: AlertId,
    /// What the two have in common: an id of the list.
    pub relation: String,
    /// Reason and version.
    pub decision: Decision,
}

/// Makes an alert part of another about the same matter (合并): a project and its contractor, a firm under two names.
///
/// # Errors
/// Forbidden; one of the two is out of reach or not open; no relation of the list; the case refuses.
pub fn merge(
    tx: &mut Tx,
    permit: &Permit,
    id: AlertId,
    merging: &Merging,
) -> Result<(), ArrearsError> {
    let Merging {
        into,
        relation,
        decision,
    } = merging;
    let alert = begin(tx, permit, id, decision)?;
    let other = file::get(tx, *into)?;
    if other.id == alert.id || other.state != AlertState::Open {
        return Err(refuse("alert.merge_target", "只能并入另一条处置中的预警"));
    }
    let relation = merge_rules(tx)?.chosen(relation)?;
    end(tx, &alert, (AlertState::Merged, "merged"))?;
    let district = *tx.district();
    changed(tx.exec(
        &sql::MERGED_INTO,
        args![district, id, other.id, relation.id],
    )?)?;
    let why = format!("{}：{}", relation.title, decision.note);
    if let (Some(case), Some(target)) = (alert.case, other.case) {
        let input = ActInput {
            note: why.clone(),
            other: Some(target),
            room: Some("arrears"),
            ..ActInput::default()
        };
        cases::act(tx, may(permit), case, &Verb::of("merge"), &input)?;
    }
    let note = format!("并入 {}（{}），{why}", other.no, other.title);
    file::note(tx, &alert, &said(EventKind::Merged, &alert, &note))?;
    let note = format!("{}（{}）并入，{why}", alert.no, alert.title);
    file::note(tx, &other, &said(EventKind::Joined, &other, &note))
}

/// The list of today.
///
/// # Errors
/// No definition holds.
pub fn merge_rules(tx: &Tx) -> Result<&'static MergeRules, ArrearsError> {
    Ok(MergeRules::at(*tx.district(), tx.today())?)
}

/// The open alerts within scope of which the house itself knows the relation ([`MergeRules::known`]): about employers
/// that a project union covers together with this one's. In the order of their numbers.
///
/// # Errors
/// The store failed.
pub fn known_related(tx: &mut Tx, alert: &Alert) -> Result<Vec<Alert>, ArrearsError> {
    let Some(employer) = subjects::get(tx, alert.subject)?.employer else {
        return Ok(Vec::new());
    };
    let mut beside: Vec<SubjectId> = Vec::new();
    for edge in employers::edges(tx, employer)? {
        let reach = orgs::get(tx, edge.org);
        if edge.to_on.is_some() || !reach.is_ok_and(|org| org.kind == OrgKind::Project) {
            continue;
        }
        let (covered, _) = employers::covered_by(tx, edge.org, ON_A_PROJECT)?;
        let others = covered.into_iter().map(|one| one.employer);
        let others = others.filter(|other| *other != employer);
        beside.extend(others.map(|other| SubjectId::from(other.uuid())));
    }
    if beside.is_empty() {
        return Ok(Vec::new());
    }
    beside.sort_unstable();
    beside.dedup();
    let mut found = file::open_among(tx, beside)?;
    found.sort_by(|one, other| one.no.cmp(&other.no));
    Ok(found)
}

/// What an alert went into, and what went into it.
///
/// # Errors
/// The store failed.
pub fn merges(tx: &mut Tx, alert: &Alert) -> Result<Merges, ArrearsError> {
    let rules = merge_rules(tx)?;
    let place = |other: Alert, relation: &str| MergeEnd {
        no: other.no,
        title: other.title,
        relation_title: rules
            .relation(relation)
            .map_or_else(|| relation.to_owned(), |one| one.title.clone()),
        relation: relation.to_owned(),
    };
    let into = match &alert.merged_into {
        Some(went) => match file::get(tx, went.alert) {
            Ok(other) => Some(place(other, &went.relation)),
            Err(ArrearsError::NotFound) => None,
            Err(fault) => return Err(fault),
        },
        None => None,
    };
    let (district, scope) = (*tx.district(), tx.actor().scope.clone());
    let rows = tx.all(&sql::JOINED, args![district, alert.id])?;
    let mut joined = Vec::with_capacity(rows.len());
    for row in &rows {
        let one = alert_of(row)?;
        if scope.covers(&one.org_path) {
            let went = one.merged_into.clone();
            joined.push(place(
                one,
                &went.map_or_else(String::new, |went| went.relation),
            ));
        }
    }
    Ok(Merges { into, joined })
}
