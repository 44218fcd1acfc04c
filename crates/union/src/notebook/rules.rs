//! What may be recorded as evidence, which purposes a share may have, and the limits: `definitions/notebook`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::{Date, DistrictCode};
use serde::Deserialize;

use super::NotebookError;
use crate::rulebook::Rulebook;

/// How `niangjia definitions check|test` reads the folder `notebook`.
pub const KIND: Kind = Kind {
    folder: "notebook",
    check,
    test,
};

static BOOK: LazyLock<Rulebook<NotebookRules>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "notebook.standard"));

/// The notebook's rules and texts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotebookRules {
    /// Version of the purposes' texts.
    pub version: String,
    /// How much it takes.
    pub limits: Limits,
    /// What evidence has to show.
    #[serde(rename = "point")]
    pub points: Vec<Point>,
    /// Kinds of evidence.
    pub evidence: Vec<Evidence>,
    /// Clauses under a statement.
    #[serde(rename = "ground")]
    pub grounds: Vec<Ground>,
    /// What a share may be for.
    #[serde(rename = "purpose")]
    pub purposes: Vec<Purpose>,
}

/// How much the notebook takes.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Entries of one worker.
    pub entries: usize,
    /// Entries sent at once.
    pub batch: usize,
    /// Characters of one text.
    pub words: usize,
    /// Months of one statement.
    pub months: usize,
}

/// One thing to be shown (要说清的事).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Stable id.
    pub id: String,
    /// 在这里上班
    pub title: String,
    /// What would show it.
    pub missing: String,
}

/// One kind of evidence (证据).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Stable id.
    pub id: String,
    /// 工资条
    pub title: String,
    /// Ids of the points it shows.
    pub proves: Vec<String>,
}

/// A clause with what it says.
#[derive(Debug, Clone, Deserialize, serde::Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// 劳动合同法第三十条
    pub clause: String,
    /// In plain words.
    pub text: String,
}

/// What a share is for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Stable id.
    pub id: String,
    /// Short name.
    pub title: String,
    /// What is agreed to.
    pub text: String,
    /// What changes when it is taken back; shown before.
    pub withdrawn: String,
    /// What it is filed as: fields of a demand, at least its type, subject and what is asked.
    pub demand: BTreeMap<String, String>,
}

impl NotebookRules {
    /// The version that holds for a district on a day.
    ///
    /// # Errors
    /// [`NotebookError::NoRule`].
    pub fn at(district: DistrictCode, day: Date) -> Result<&'static Self, NotebookError> {
        Ok(BOOK.at(district, day)?.body)
    }

    /// The kind of evidence with this id.
    pub fn evidence(&self, id: &str) -> Option<&Evidence> {
        self.evidence.iter().find(|kind| kind.id == id)
    }

    /// The purpose with this id.
    pub fn purpose(&self, id: &str) -> Option<&Purpose> {
        self.purposes.iter().find(|purpose| purpose.id == id)
    }

    /// Points that nothing of `held` shows.
    pub fn missing<'a>(&self, held: impl IntoIterator<Item = &'a str>) -> Vec<&Point> {
        let shown: BTreeSet<&str> = held
            .into_iter()
            .filter_map(|id| self.evidence(id))
            .flat_map(|kind| kind.proves.iter().map(String::as_str))
            .collect();
        self.points
            .iter()
            .filter(|point| !shown.contains(point.id.as_str()))
            .collect()
    }
}

fn check(definition: &Definition) -> Vec<String> {
    let rules: NotebookRules = match definition.body() {
        Ok(rules) => rules,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    for kind in &rules.evidence {
        for point in &kind.proves {
            if !rules.points.iter().any(|known| known.id == *point) {
                faults.push(format!("证据 {} 说明的“{point}”没有定义", kind.id));
            }
        }
    }
    for purpose in &rules.purposes {
        if purpose.text.trim().is_empty() || purpose.withdrawn.trim().is_empty() {
            faults.push(format!("用途 {} 要写明同意什么、撤回以后怎样", purpose.id));
        }
        for name in ["type", "subject", "content"] {
            if purpose.demand.get(name).is_none_or(String::is_empty) {
                faults.push(format!("用途 {} 登记成诉求要写 {name}", purpose.id));
            }
        }
    }
    if rules.limits.entries == 0 || rules.limits.batch == 0 || rules.limits.words == 0 {
        faults.push("limits 不能为零".to_owned());
    }
    faults
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    held: Vec<String>,
    missing: Vec<String>,
}

fn test(definition: &Definition, table: &toml::Table, _: &Catalogue) -> Result<(), String> {
    let (rules, test): (NotebookRules, Test) = (definition.body()?, read_test(table)?);
    let found: Vec<&str> = rules
        .missing(test.held.iter().map(String::as_str))
        .iter()
        .map(|point| point.id.as_str())
        .collect();
    expect_equal("还缺", &test.missing.join(" "), &found.join(" "))
}
