//! 攻坚季 seasons: weeks in which duties are due sooner (年末攻坚、冬病夏治). What is due sooner and from when to when
//! stands in `definitions/seasons`; it takes effect when the district announces it, and every announcement stays on file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kernel::case_kind::{Almanac, Season};
use kernel::definitions::{Catalogue, Definition};
use kernel::{Date, Instant};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Audit, Tx};

use super::{CaseError, kinds};
use crate::access::{Capability, CapabilitySet};

/// The setting that keeps what was announced.
const SETTING: &str = "cases.seasons";
/// Longest words of an announcement, in characters.
const LONGEST: usize = 200;

/// Every readable season, by fingerprint.
static BY_HASH: LazyLock<BTreeMap<String, Season>> = LazyLock::new(|| {
    Catalogue::in_force()
        .of_kind("seasons")
        .filter_map(|definition| Some((definition.hash.clone(), Season::of(definition).ok()?)))
        .collect()
});

/// One announcement (发布启动), or its early end (提前结束).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Id of the definition.
    pub id: String,
    /// Its fingerprint: other words need another announcement.
    pub hash: String,
    /// When.
    pub at: Instant,
    /// Who: name · post.
    pub by: String,
    /// Words.
    pub note: String,
    /// It begins, or it ends before its day.
    pub begins: bool,
}

/// A season of this district.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Title, days, source.
    pub definition: &'static Definition,
    /// What is due sooner.
    pub season: &'static Season,
    /// The announcement that holds; none when it has not been announced, or was ended.
    pub announced: Option<Announced>,
}

impl Standing {
    /// Whether clocks that start on this day take their lengths from it.
    pub fn is_in_force(&self, on: Date) -> bool {
        self.announced.is_some() && self.definition.header.holds_on(on)
    }
}

/// The seasons of this district that have not passed yet, the next one first, as they stood at a moment.
///
/// # Errors
/// The store failed.
pub fn seasons(tx: &mut Tx, at: Instant) -> Result<Vec<Standing>, CaseError> {
    let (district, on) = (*tx.district(), at.shanghai_date());
    let said: Vec<Announced> = tx.setting(SETTING)?.unwrap_or_default();
    let catalogue = Catalogue::in_force();
    let mut found: Vec<Standing> = catalogue
        .of_kind("seasons")
        .filter(|one| one.header.valid_to.is_none_or(|last| last >= on))
        .filter(|one| {
            // The narrowest place counts, as with every definition.
            let there = catalogue.at(&one.header.id, district, one.header.valid_from);
            there.is_some_and(|there| there.hash == one.hash)
        })
        .filter_map(|definition| {
            let last = said
                .iter()
                .rev()
                .find(|said| said.hash == definition.hash && said.at <= at);
            Some(Standing {
                season: BY_HASH.get(&definition.hash)?,
                announced: last.filter(|said| said.begins).cloned(),
                definition,
            })
        })
        .collect();
    found.sort_by_key(|one| one.definition.header.valid_from);
    Ok(found)
}

/// The season in force at a moment, if there is one.
///
/// # Errors
/// The store failed.
pub fn season_at(tx: &mut Tx, at: Instant) -> Result<Option<Standing>, CaseError> {
    let on = at.shanghai_date();
    let found = seasons(tx, at)?;
    Ok(found.into_iter().find(|one| one.is_in_force(on)))
}

/// Everything that was announced or ended, newest first.
///
/// # Errors
/// The store failed.
pub fn announcements(tx: &mut Tx) -> Result<Vec<Announced>, CaseError> {
    let mut said: Vec<Announced> = tx.setting(SETTING)?.unwrap_or_default();
    said.reverse();
    Ok(said)
}

/// Announces a season (发布启动), or ends it before its last day (提前结束). Clocks that run already keep their time.
///
/// # Errors
/// Forbidden; no such season; it begins twice or ends twice; no words.
pub fn announce(
    tx: &mut Tx,
    may: CapabilitySet,
    id: &str,
    begins: bool,
    note: &str,
) -> Result<(), CaseError> {
    if !may.has(Capability::WarningCommand) {
        return Err(CaseError::Forbidden(Capability::WarningCommand.title()));
    }
    let note = kernel::text::trim(note);
    if note.is_empty() || note.chars().count() > LONGEST {
        return Err(CaseError::Invalid {
            field: "note",
            code: "season.no_reason",
            message: format!("请写明依据，例如会议或者文件，最多 {LONGEST} 个字"),
        });
    }
    let now = tx.now();
    let standing = seasons(tx, now)?
        .into_iter()
        .find(|one| one.definition.header.id == id)
        .ok_or(CaseError::NotFound)?;
    if standing.announced.is_some() == begins {
        let message = if begins {
            "这个攻坚季已经发布启动"
        } else {
            "这个攻坚季没有在执行"
        };
        return Err(CaseError::refused("season.already", message));
    }
    let mut said: Vec<Announced> = tx.setting(SETTING)?.unwrap_or_default();
    said.push(Announced {
        id: id.to_owned(),
        hash: standing.definition.hash.clone(),
        at: now,
        by: tx.actor().label.clone(),
        note: note.to_owned(),
        begins,
    });
    tx.put_setting(SETTING, &said)?;
    let action = if begins {
        "season.announced"
    } else {
        "season.ended"
    };
    tx.audit(Audit::of(action, "season", id).why(note).detail(
        json!({ "title": standing.definition.header.title, "hash": standing.definition.hash }),
    ))?;
    Ok(())
}

/// What time is measured with now, with the season in force.
pub(super) fn almanac(tx: &mut Tx) -> Result<Almanac<'static>, CaseError> {
    let now = tx.now();
    let season = season_at(tx, now)?.map(|one| one.season);
    Ok(kinds::almanac(*tx.district(), now.shanghai_date()).within(season))
}
