//! What happens to memberships after joining, through the flow table of the members room.

use anyhow::Context;
use kernel::ids::{MemberId, OrgId};
use store::Tx;
use union::members::transfers::{self, Answer, TransferVerb};
use union::members::{self, ChangeForm, MemberError, Permit, Reason, Verb};

use super::Pour;
use super::calendar::Day;
use crate::demo::plan::{Event, Turn};

impl Pour<'_> {
    /// Play the turns of one day.
    pub(super) fn turns(&self, tx: &mut Tx, day: &Day) -> anyhow::Result<()> {
        for event in day.events.iter().filter_map(|at| self.plan.events.get(*at)) {
            let Some(member) = self.done.members.get(&event.seat) else {
                continue;
            };
            turn(tx, event, *member, self.target(event.turn))
                .with_context(|| format!("{:?}", event.turn))?;
        }
        Ok(())
    }

    fn target(&self, turn: Turn) -> Option<OrgId> {
        let (Turn::Moved(union) | Turn::Moving(union)) = turn else {
            return None;
        };
        self.done.unions.get(union)?.as_ref().map(|org| org.id)
    }
}

fn turn(
    tx: &mut Tx,
    event: &Event,
    member: MemberId,
    target: Option<OrgId>,
) -> Result<(), MemberError> {
    let permit = Permit::program();
    match event.turn {
        Turn::Moved(_) | Turn::Moving(_) => {
            let Some(target) = target else { return Ok(()) };
            let version = members::get(tx, member)?.version;
            let transfer = transfers::issue_new(
                tx,
                &permit,
                member,
                target,
                version,
                "劳动关系变动，随单位转接",
            )?;
            if matches!(event.turn, Turn::Moving(_)) {
                return Ok(());
            }
            let accept = Answer {
                verb: TransferVerb::Accept,
                on: Some(event.on),
                note: "核对无误，同意接收".to_owned(),
            };
            transfers::answer(tx, &permit, transfer, &accept)
        }
        Turn::Kept => change(
            tx,
            event,
            member,
            Verb::Keep,
            Reason::Retired,
            "退休证已核验",
        ),
        Turn::Left => change(
            tx,
            event,
            member,
            Verb::Leave,
            Reason::OwnWish,
            "本人书面申请",
        ),
        Turn::Expelled => change(
            tx,
            event,
            member,
            Verb::Expel,
            Reason::Crime,
            "刑事判决书已核验，基层委员会讨论决定",
        ),
        Turn::Deceased => change(
            tx,
            event,
            member,
            Verb::Decease,
            Reason::Death,
            "单位说明与家属确认",
        ),
    }
}

fn change(
    tx: &mut Tx,
    event: &Event,
    id: MemberId,
    verb: Verb,
    reason: Reason,
    evidence: &str,
) -> Result<(), MemberError> {
    let version = members::get(tx, id)?.version;
    let form = ChangeForm {
        verb,
        on: event.on,
        reason: Some(reason),
        evidence: evidence.to_owned(),
        to: None,
        version,
    };
    members::change(tx, &Permit::program(), id, &form)
}
