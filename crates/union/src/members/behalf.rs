//! 代办: staff do for a worker what the worker may do alone, because the worker asked for it.
//!
//! How the worker asked, and that they agreed, is said before anything is done. The transaction then carries the
//! worker beside the officer ([`store::Actor::on_behalf`]): every entry in the log says so, and what is created
//! keeps the words "已由…代办", which the worker reads.

use kernel::ids::MemberId;
use kernel::{Date, DistrictCode, Refusals};
use serde::Deserialize;
use store::{Actor, Tx};

use super::actions::require_words;
use super::rules::Permit;
use super::{MemberError, MemberPolicy, get};
use crate::access::Capability;

/// A way in which a worker may ask (委托方式), from the definition.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Stored id.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// What has to be written down with it.
    pub hint: String,
}

/// What staff say about the worker's wish.
#[derive(Debug, Clone, Default)]
pub struct Mandate {
    /// Id of the way.
    pub way: String,
    /// Particulars: who came, which number called, where the paper lies.
    pub said: String,
    /// The worker knows what is done and agrees.
    pub agreed: bool,
}

impl Mandate {
    /// The wish in words, for the log and for the worker: `当面提出：本人持身份证到窗口`.
    ///
    /// # Errors
    /// [`MemberError::Refused`] with everything that is missing.
    pub fn words(&self, district: DistrictCode, today: Date) -> Result<String, MemberError> {
        let policy = MemberPolicy::at(district, today)?;
        let way = policy.behalf.iter().find(|way| way.id == self.way);
        let mut refusals = Refusals::new();
        refusals.require(way.is_some(), "behalf.way", "请选择本人是怎么提出的");
        require_words(&mut refusals, &self.said, "behalf.said", "委托的情况");
        refusals.require(
            self.agreed,
            "behalf.agreed",
            "请先向本人说明要办什么，本人同意后勾选“本人知情并同意”",
        );
        refusals.into_result().map_err(MemberError::Refused)?;
        let title = way.map_or("", |way| way.title.as_str());
        Ok(format!("{title}：{}", kernel::text::trim(&self.said)))
    }

    /// The officer acting for this worker.
    ///
    /// # Errors
    /// As [`Mandate::words`].
    pub fn actor(
        &self,
        officer: Actor,
        member: MemberId,
        today: Date,
    ) -> Result<Actor, MemberError> {
        Ok(Actor {
            reason: Some(self.words(officer.district, today)?),
            on_behalf: Some(member),
            ..officer
        })
    }
}

/// What the officer may do in the worker's place: what the worker may do with the own record, and nothing of other
/// workers. The record must lie in the officer's scope.
///
/// # Errors
/// [`MemberError::Forbidden`]; [`MemberError::NotFound`] out of reach, or when the transaction is not for this worker.
pub fn permit(tx: &mut Tx, permit: &Permit, member: MemberId) -> Result<Permit, MemberError> {
    permit.require(Capability::MembersChange)?;
    get(tx, member)?;
    if tx.actor().on_behalf != Some(member) {
        return Err(MemberError::NotFound);
    }
    Ok(permit.in_place_of(member))
}

/// Who did it for the worker and how they asked, when this transaction is on somebody's behalf:
/// `王某 · 镇街干事（当面提出：…）`.
pub(super) fn label(tx: &Tx) -> Option<String> {
    let actor = tx.actor();
    actor.on_behalf?;
    let said = actor.reason.as_deref().unwrap_or_default();
    Some(format!("{}（{said}）", actor.label))
}

/// As the worker reads it: the post, not the officer's name, which is another person's datum.
pub fn for_worker(label: &str) -> String {
    let (actor, said) = label.split_once('（').unwrap_or((label, ""));
    let post = actor.split_once(" · ").map_or(actor, |(_, post)| post);
    format!(
        "已由{post}代办（{}",
        if said.is_empty() { "）" } else { said }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(mandate: &Mandate) -> Result<String, MemberError> {
        let district = DistrictCode::parse("330113").unwrap();
        mandate.words(district, jiff::civil::date(2026, 11, 20))
    }

    #[test]
    fn a_wish_is_written_down_whole() {
        let nothing = words(&Mandate::default()).unwrap_err().to_string();
        assert!(
            ["怎么提出", "委托的情况", "本人知情并同意"]
                .iter()
                .all(|part| nothing.contains(part)),
            "{nothing}"
        );
        let whole = Mandate {
            way: "present".into(),
            said: " 本人持身份证到窗口 ".into(),
            agreed: true,
        };
        assert_eq!(words(&whole).unwrap(), "当面提出：本人持身份证到窗口");
        assert_eq!(
            for_worker("某某 · 镇街干事（当面提出：本人到窗口）"),
            "已由镇街干事代办（当面提出：本人到窗口）"
        );
    }
}
