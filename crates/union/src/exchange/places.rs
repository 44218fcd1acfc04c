//! Where a row belongs: the union and the employer that its cells name, looked up once for each text.

use std::collections::{BTreeSet, HashMap};

use kernel::ids::EmployerId;
use store::{Actor, Db, Tx};

use super::error::ExchangeError;
use super::model::{Level, RowFault};
use crate::employers;
use crate::orgs::{self, OrgRef};

/// Unknown texts for which a likely name is looked for; beyond that the file is about another district.
const SUGGESTIONS: usize = 300;
/// Likeness from which a name is suggested, 0–1.
const ALIKE: f64 = 0.6;

/// The texts of one row that name places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PlaceTexts {
    pub(super) org: String,
    pub(super) org_code: String,
    pub(super) employer: String,
    pub(super) employer_code: String,
}

impl PlaceTexts {
    /// Sets one by the name of its field; false when the field is no place.
    pub(super) fn set(&mut self, field: &str, value: &str) -> bool {
        let place = match field {
            "org" => &mut self.org,
            "org_code" => &mut self.org_code,
            "employer" => &mut self.employer,
            "employer_code" => &mut self.employer_code,
            _ => return false,
        };
        value.clone_into(place);
        true
    }
}

/// What a text for a union led to.
#[derive(Debug, Clone)]
enum Found {
    One(OrgRef),
    /// None, and the name that is likely meant.
    None(String),
    Several,
}

/// Remembers every text it has looked up, within one actor's scope.
pub(super) struct Places {
    db: Db,
    actor: Actor,
    fallback: Option<OrgRef>,
    orgs: HashMap<String, Found>,
    employers: HashMap<String, Option<EmployerId>>,
    names: Option<Vec<String>>,
    suggested: usize,
    /// Employers that rows name and nobody has entered yet.
    pub(super) unknown_employers: BTreeSet<String>,
}

impl Places {
    /// `fallback` is the union of rows that name none.
    pub(super) fn new(db: Db, actor: Actor, fallback: Option<OrgRef>) -> Self {
        Self {
            db,
            actor,
            fallback,
            orgs: HashMap::new(),
            employers: HashMap::new(),
            names: None,
            suggested: 0,
            unknown_employers: BTreeSet::new(),
        }
    }

    /// Looks up what is not known yet of these texts, in one read.
    pub(super) fn learn<'t>(
        &mut self,
        texts: impl Iterator<Item = &'t PlaceTexts> + Clone,
    ) -> Result<(), ExchangeError> {
        let orgs: BTreeSet<&str> = texts
            .clone()
            .flat_map(|text| [text.org.as_str(), text.org_code.as_str()])
            .collect();
        let employers: BTreeSet<&str> = texts
            .flat_map(|text| [text.employer.as_str(), text.employer_code.as_str()])
            .collect();
        let orgs: Vec<&str> = orgs
            .into_iter()
            .filter(|text| !text.is_empty() && !self.orgs.contains_key(*text))
            .collect();
        let employers: Vec<&str> = employers
            .into_iter()
            .filter(|text| !text.is_empty() && !self.employers.contains_key(*text))
            .collect();
        if orgs.is_empty() && employers.is_empty() {
            return Ok(());
        }
        let (db, actor) = (self.db.clone(), self.actor.clone());
        db.read(&actor, |tx| {
            for text in orgs {
                let found = self.look_up(tx, text)?;
                self.orgs.insert(text.to_owned(), found);
            }
            for text in employers {
                let found = employers::find(tx, text).map_err(ExchangeError::room)?;
                let only = if let [only] = found.as_slice() {
                    Some(only.id)
                } else {
                    None
                };
                self.employers.insert(text.to_owned(), only);
            }
            Ok(())
        })
    }

    fn look_up(&mut self, tx: &mut Tx, text: &str) -> Result<Found, ExchangeError> {
        let mut found = orgs::find(tx, text).map_err(ExchangeError::room)?;
        Ok(match (found.pop(), found.is_empty()) {
            (Some(only), true) => Found::One(only),
            (Some(_), false) => Found::Several,
            (None, _) => Found::None(self.suggest(tx, text)?),
        })
    }

    /// The living union whose name is most like the text, if one is like it at all.
    fn suggest(&mut self, tx: &mut Tx, text: &str) -> Result<String, ExchangeError> {
        if self.suggested >= SUGGESTIONS {
            return Ok(String::new());
        }
        self.suggested += 1;
        if self.names.is_none() {
            self.names = Some(orgs::living_names(tx).map_err(ExchangeError::room)?);
        }
        let names = self.names.as_deref().unwrap_or_default();
        let likeness = |name: &String| strsim::normalized_damerau_levenshtein(name, text);
        let best = names
            .iter()
            .map(|name| (likeness(name), name))
            .max_by(|left, right| left.0.total_cmp(&right.0));
        Ok(best
            .filter(|(alike, _)| *alike >= ALIKE)
            .map(|(_, name)| name.clone())
            .unwrap_or_default())
    }

    /// The union of a row. The code decides when both are given.
    pub(super) fn org(&self, texts: &PlaceTexts) -> Result<&OrgRef, RowFault> {
        let fault = |field: &str, code: &str, message: String, suggestion: &str| RowFault {
            field: field.into(),
            code: code.into(),
            level: Level::Error,
            message,
            suggestion: suggestion.into(),
        };
        let (field, text) = if texts.org_code.is_empty() {
            ("org", &texts.org)
        } else {
            ("org_code", &texts.org_code)
        };
        if text.is_empty() {
            return self.fallback.as_ref().ok_or_else(|| {
                fault(
                    "org",
                    "org.empty",
                    "没有写所属工会；请填写，或在导入时选定整表所属的工会".into(),
                    "",
                )
            });
        }
        match self.orgs.get(text.as_str()) {
            Some(Found::One(org)) => Ok(org),
            Some(Found::Several) => Err(fault(
                field,
                "org.several",
                format!("有几个工会都叫「{text}」；请写全称或统一社会信用代码"),
                "",
            )),
            Some(Found::None(likely)) if !likely.is_empty() => Err(fault(
                field,
                "org.unknown",
                format!("找不到「{text}」，是否为「{likely}」"),
                likely,
            )),
            _ => Err(fault(
                field,
                "org.unknown",
                format!("找不到「{text}」，或不在您的管理范围内；请核对工会名称"),
                "",
            )),
        }
    }

    /// The employer of a row, if it is known. An unknown one does not hold the member up.
    pub(super) fn employer(&mut self, texts: &PlaceTexts) -> Option<EmployerId> {
        let known = [&texts.employer_code, &texts.employer]
            .into_iter()
            .find_map(|text| *self.employers.get(text.as_str())?);
        let name = if texts.employer.is_empty() {
            &texts.employer_code
        } else {
            &texts.employer
        };
        if known.is_none() && !name.is_empty() {
            self.unknown_employers.insert(name.clone());
        }
        known
    }
}
