//! Unions and employers named in a form by what people know: name, short name, code, or a path of names.

use std::collections::HashMap;

use kernel::ids::{EmployerId, OrgId};
use store::Tx;
use union::employers::{self, EmployerError};
use union::orgs::{self, OrgError, OrgRef};

/// The union a text names, or a sentence saying what to write instead. Accepts an id (from a link), a credit
/// code, a full or short name, and `乔司街道/塘北村` where a name stands more than once.
pub(in crate::console) fn union(
    tx: &mut Tx,
    text: &str,
) -> Result<Result<OrgRef, String>, OrgError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Err("请填写工会名称".to_owned()));
    }
    if let Ok(id) = text.parse::<OrgId>() {
        return match orgs::get(tx, id) {
            Ok(org) => Ok(Ok(org)),
            Err(OrgError::NotFound) => {
                Ok(Err("没有找到这个工会，可能不在您的管理范围内".to_owned()))
            }
            Err(error) => Err(error),
        };
    }
    let mut parts: Vec<&str> = text
        .split(['/', '／'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let name = parts.pop().unwrap_or_default();
    let mut found = Vec::new();
    for org in orgs::find(tx, name)? {
        let trail = orgs::path_names(tx, &org.path)?;
        if parts
            .iter()
            .all(|part| trail.iter().any(|above| above.name.contains(part)))
        {
            found.push((org, trail));
        }
    }
    Ok(match found.as_slice() {
        [(org, _)] => Ok(org.clone()),
        [] => {
            let like = alike(tx, name)?;
            let like = match like.as_slice() {
                [] => String::new(),
                some => format!("；名称里有这些字的：{}", some.join("；")),
            };
            Err(format!(
                "没有找到「{text}」，请填写工会全称、简称或统一社会信用代码{like}"
            ))
        }
        several => {
            let names = several.iter().take(CANDIDATES);
            let names: Vec<_> = names.map(|(_, trail)| trail_words(trail)).collect();
            let more = if several.len() > CANDIDATES {
                "等"
            } else {
                ""
            };
            Err(format!(
                "「{text}」有 {} 个，请写成“上级/名称”：{}{more}",
                several.len(),
                names.join("；")
            ))
        }
    })
}

/// At most so many unions are named where a name does not say which.
const CANDIDATES: usize = 8;

/// The unions within reach whose names hold what was written.
fn alike(tx: &mut Tx, name: &str) -> Result<Vec<String>, OrgError> {
    if name.chars().count() < 2 {
        return Ok(Vec::new());
    }
    let found = orgs::search(tx, name, CANDIDATES)?;
    let mut words = Vec::with_capacity(found.len());
    for node in found {
        words.push(trail_words(&orgs::path_names(tx, &node.org.path)?));
    }
    Ok(words)
}

/// A union as a box shows it, so that [`union`] finds it again: its name, with the one above where others are called so.
pub(in crate::console) fn written(tx: &mut Tx, org: &OrgRef) -> Result<String, OrgError> {
    Ok(match orgs::find(tx, &org.name)?.as_slice() {
        [_] => org.name.clone(),
        _ => trail_words(&orgs::path_names(tx, &org.path)?),
    })
}

/// Kinds of unions of a place, which a form is about or handed to; not those of single enterprises.
const OF_PLACES: [&str; 8] = [
    "federation",
    "town",
    "zone",
    "village",
    "park",
    "building",
    "regional",
    "industry",
];

/// The unions of places within the caller's reach, as [`union`] reads them: suggestions for a box (下拉提示). A name that
/// stands more than once is written with the one above it.
pub(in crate::console) fn places(tx: &mut Tx) -> Result<Vec<String>, OrgError> {
    suggested(tx, &OF_PLACES)
}

/// The federations of industries within the caller's reach.
pub(in crate::console) fn industries(tx: &mut Tx) -> Result<Vec<String>, OrgError> {
    suggested(tx, &["industry"])
}

fn suggested(tx: &mut Tx, kinds: &[&str]) -> Result<Vec<String>, OrgError> {
    let Some(top) = orgs::top(tx)? else {
        return Ok(Vec::new());
    };
    let found = orgs::of_kinds(tx, kinds.iter().copied(), &top.path)?;
    let mut called: HashMap<&str, usize> = HashMap::new();
    for org in &found {
        *called.entry(&org.name).or_default() += 1;
    }
    let mut names = Vec::with_capacity(found.len());
    for org in &found {
        let twice = called
            .get(org.name.as_str())
            .is_some_and(|count| *count > 1);
        names.push(if twice {
            trail_words(&orgs::path_names(tx, &org.path)?)
        } else {
            org.name.clone()
        });
    }
    Ok(names)
}

/// `塘栖镇总工会/塘北村工会联合会`: the names from the second level down.
fn trail_words(trail: &[OrgRef]) -> String {
    trail
        .iter()
        .skip(1)
        .map(|org| org.name.as_str())
        .collect::<Vec<_>>()
        .join("/")
}

/// The employers named in lines of text, or one sentence a line that names none or several.
pub(in crate::console) fn units(
    tx: &mut Tx,
    text: &str,
) -> Result<(Vec<EmployerId>, Vec<String>), EmployerError> {
    let (mut ids, mut faults) = (Vec::new(), Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let found = match line.parse::<EmployerId>() {
            Ok(id) => employers::get(tx, id).into_iter().collect(),
            Err(_) => employers::find(tx, line)?,
        };
        match found.as_slice() {
            [one] if ids.contains(&one.id) => faults.push(format!("「{line}」写了两次")),
            [one] => ids.push(one.id),
            [] => faults.push(format!("没有找到单位「{line}」，请先在企业台账登记")),
            several => faults.push(format!(
                "「{line}」有 {} 个，请填写统一社会信用代码",
                several.len()
            )),
        }
    }
    Ok((ids, faults))
}
