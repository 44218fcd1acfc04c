//! 告知同意 consents: each purpose by itself, withdrawable, never bundled (PIPL 13–17, 29). Managing a membership
//! rests on the union's duty, not on consent; so it is a notice and cannot be withdrawn while one is a member.

use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, expect_equal, read_test};
use kernel::ids::{ConsentId, MemberId};
use kernel::{Date, DistrictCode, Instant};
use serde::Deserialize;
use serde_json::json;
use store::{Audit, Tx, args};

use super::applications::Application;
use super::rules::Permit;
use super::{MemberError, behalf, get, sql};
use crate::rulebook::Rulebook;

static TEXTS: LazyLock<Rulebook<ConsentTexts>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "members.consents"));

/// The notice and the purposes in force.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentTexts {
    /// Version of the texts; kept with each consent.
    pub version: String,
    /// What everyone who joins is told.
    pub notice: Vec<String>,
    /// What may be agreed to besides, each by itself.
    #[serde(rename = "purpose")]
    pub purposes: Vec<Purpose>,
}

/// One purpose (用途).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Stable id.
    pub id: String,
    /// Short name.
    pub title: String,
    /// What is agreed to.
    pub text: String,
    /// What changes when it is withdrawn; shown before.
    pub withdrawn: String,
}

impl ConsentTexts {
    /// The texts that hold for a district on a day.
    ///
    /// # Errors
    /// [`MemberError::Policy`] when the definitions hold none.
    pub fn at(district: DistrictCode, day: Date) -> Result<&'static Self, MemberError> {
        TEXTS
            .at(district, day)
            .map(|rule| rule.body)
            .map_err(|missing| MemberError::Policy(missing.to_string()))
    }
}

/// One `[[test]]` of the consent texts: a purpose that must be there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    purpose: String,
    title: String,
}

/// How `niangjia definitions test` tries a case of the consent texts.
pub(super) fn test(definition: &Definition, table: &toml::Table) -> Result<(), String> {
    let (texts, test): (ConsentTexts, Test) = (definition.body()?, read_test(table)?);
    let found = texts.purposes.iter().find(|p| p.id == test.purpose);
    expect_equal(
        &format!("用途 {}", test.purpose),
        &test.title.as_str(),
        &found.map_or("没有", |p| p.title.as_str()),
    )
}

/// One purpose with what the member has said about it.
#[derive(Debug, Clone)]
pub struct ConsentLine {
    /// The purpose.
    pub purpose: &'static Purpose,
    /// Agreed to since, if it is in force.
    pub given_at: Option<Instant>,
    /// Agreed to an earlier text: ask again.
    pub outdated: bool,
}

/// Every purpose, with what the member has said.
///
/// # Errors
/// [`MemberError::NotFound`] outside the scope.
pub fn of_member(tx: &mut Tx, member: MemberId) -> Result<Vec<ConsentLine>, MemberError> {
    get(tx, member)?;
    let texts = ConsentTexts::at(*tx.district(), tx.today())?;
    let district = *tx.district();
    let rows = tx.all(&sql::consent::OF_MEMBER, args![district, member])?;
    let mut lines = Vec::with_capacity(texts.purposes.len());
    for purpose in &texts.purposes {
        let mut line = ConsentLine {
            purpose,
            given_at: None,
            outdated: false,
        };
        // What was said last holds: on one record of two that became one it may have been taken back after it was given
        // on the other.
        let (mut given, mut taken_back) = (None, None::<Instant>);
        for row in &rows {
            if row.text(0)? != purpose.id {
                continue;
            }
            match row.get::<Option<Instant>>(3)? {
                Some(at) => taken_back = taken_back.max(Some(at)),
                None if given.is_none() => given = Some(row),
                None => {}
            }
        }
        if let Some(row) = given {
            let at: Instant = row.get(2)?;
            if taken_back.is_none_or(|back| at >= back) {
                line.given_at = Some(at);
                line.outdated = row.text(1)? != texts.version;
            }
        }
        lines.push(line);
    }
    Ok(lines)
}

/// Agrees to one purpose, or takes the agreement back. Doing it twice changes nothing.
///
/// # Errors
/// [`MemberError::NotFound`] for anybody else's record or an unknown purpose.
pub fn set(
    tx: &mut Tx,
    permit: &Permit,
    member: MemberId,
    purpose: &str,
    agreed: bool,
) -> Result<(), MemberError> {
    permit.require_own(member)?;
    let record = get(tx, member)?;
    let lines = of_member(tx, member)?;
    let line = lines
        .iter()
        .find(|line| line.purpose.id == purpose)
        .ok_or(MemberError::NotFound)?;
    if agreed == (line.given_at.is_some() && !line.outdated) {
        return Ok(());
    }
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(
        &sql::consent::WITHDRAW,
        args![district, member, purpose, now],
    )?;
    if agreed {
        let channel =
            behalf::label(tx).map_or("本人".to_owned(), |label| format!("代办：{label}"));
        give(tx, member, purpose, &channel)?;
    }
    let action = if agreed {
        "consent.given"
    } else {
        "consent.withdrawn"
    };
    tx.audit(
        Audit::of(action, "member", member)
            .at(&record.org_path)
            .detail(json!({ "purpose": purpose })),
    )?;
    Ok(())
}

/// What was ticked on the application becomes the member's consents.
pub(super) fn give_from_application(
    tx: &mut Tx,
    member: MemberId,
    application: &Application,
) -> Result<(), MemberError> {
    let ticked = application
        .consent
        .get("purposes")
        .and_then(|list| list.as_array())
        .cloned()
        .unwrap_or_default();
    let known = ConsentTexts::at(*tx.district(), tx.today())?;
    let (district, now) = (*tx.district(), tx.now());
    for purpose in ticked.iter().filter_map(|purpose| purpose.as_str()) {
        if known.purposes.iter().any(|one| one.id == purpose) {
            tx.exec(
                &sql::consent::WITHDRAW,
                args![district, member, purpose, now],
            )?;
            give(tx, member, purpose, "入会申请")?;
        }
    }
    Ok(())
}

fn give(tx: &mut Tx, member: MemberId, purpose: &str, channel: &str) -> Result<(), MemberError> {
    let version = &ConsentTexts::at(*tx.district(), tx.today())?.version;
    let (district, now, id) = (*tx.district(), tx.now(), tx.new_id::<ConsentId>());
    tx.exec(
        &sql::consent::GIVE,
        args![district, id, member, purpose, version, now, channel],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_texts_can_be_read() {
        let place = DistrictCode::parse("330113").unwrap();
        let definition = Catalogue::embedded()
            .at("members.consents", place, jiff::civil::date(2026, 11, 20))
            .unwrap();
        assert_eq!(definition.body::<ConsentTexts>().err(), None);
        let texts = ConsentTexts::at(place, jiff::civil::date(2026, 11, 20)).unwrap();
        assert!(
            !texts.notice.is_empty()
                && texts
                    .purposes
                    .iter()
                    .all(|purpose| !purpose.withdrawn.is_empty())
        );
    }
}
