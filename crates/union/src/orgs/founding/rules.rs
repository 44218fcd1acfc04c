//! Who may do which step, and what stands against it now.

use kernel::{AccountId, Date, Refusals, Scope};
use store::Tx;

use super::super::OrgError;
use super::super::committee::{CommitteeRules, years};
use super::super::flow::{Side, Transition, Verb, from_here, transition};
use super::model::{Founding, Meeting, StepInput, StepLine};
use super::rulings::{Paper, Rulings};
use super::{files, read, sql};
use crate::access::{Capability, CapabilitySet};
use crate::employers::{self, EdgeKind};

/// A button on the page of a founding.
#[derive(Debug)]
pub struct Offer {
    /// The row of the table it follows.
    pub row: &'static Transition,
    /// Papers still to be handed in with it.
    pub missing: Vec<&'static Paper>,
    /// What stands against it whatever is handed in.
    pub refusals: Refusals,
}

/// What somebody with these capabilities may do with a founding now. Steps of the other side are not offered.
///
/// # Errors
/// The store failed, or a definition is missing.
pub fn offers(
    tx: &mut Tx,
    may: CapabilitySet,
    founding: &Founding,
) -> Result<Vec<Offer>, OrgError> {
    let rulings = Rulings::today(tx)?.body;
    let held = files::held(tx, founding)?;
    let mut out = Vec::new();
    for row in from_here(founding.state).filter(|row| row.side != Side::Union) {
        if may_take_side(may, &tx.actor().scope, founding, row.side).is_err() {
            continue;
        }
        let missing = rulings.missing(row.verb, &held);
        let refusals = standing_refusals(tx, founding, row)?;
        out.push(Offer {
            row,
            missing,
            refusals,
        });
    }
    Ok(out)
}

/// The row this step follows, or every reason against it.
///
/// # Errors
/// [`OrgError::Refused`] with all reasons; [`OrgError::NotFound`] outside the scope.
pub(super) fn permit(
    tx: &mut Tx,
    may: CapabilitySet,
    founding: &Founding,
    verb: Verb,
    input: &StepInput,
) -> Result<&'static Transition, OrgError> {
    let Some(row) = transition(founding.state, verb).filter(|row| row.side != Side::Union) else {
        let can: Vec<_> = from_here(founding.state)
            .filter(|row| row.side != Side::Union)
            .map(|row| row.verb.title())
            .collect();
        let next = if can.is_empty() {
            "流程已经结束".to_owned()
        } else {
            format!("现在可以：{}", can.join("、"))
        };
        return Err(OrgError::refused(
            "founding.wrong_state",
            format!(
                "现在是「{}」，不能「{}」；{next}",
                founding.state.title(),
                verb.title()
            ),
        ));
    };
    may_take_side(may, &tx.actor().scope, founding, row.side)?;
    let mut reasons = standing_refusals(tx, founding, row)?;
    reasons.require(
        !row.reason || !input.note.trim().is_empty(),
        "founding.reason",
        format!("请写明「{}」的理由", verb.title()),
    );
    let rulings = Rulings::today(tx)?.body;
    let mut held = files::held(tx, founding)?;
    held.extend(input.papers.clone());
    held.extend(
        input
            .files
            .iter()
            .map(|(paper, file)| (paper.clone(), file.name.clone())),
    );
    let missing: Vec<_> = rulings
        .missing(verb, &held)
        .iter()
        .map(|paper| paper.title.as_str())
        .collect();
    reasons.require(
        missing.is_empty(),
        "founding.papers",
        format!("还缺材料：{}", missing.join("、")),
    );
    reasons.extend(files::refusals(rulings, &input.files).0);
    input_refusals(rulings, founding, verb, (input, tx.today()), &mut reasons);
    if verb == Verb::HoldMeeting
        && let Some(meeting) = &input.meeting
    {
        let bodies = CommitteeRules::today(tx)?.body;
        reasons.extend(committee_refusals(bodies, founding, meeting).0);
    }
    reasons.into_result()?;
    Ok(row)
}

/// Whether it is the turn of this post's side: that side adds papers.
pub fn has_in_hand(scope: &Scope, may: CapabilitySet, founding: &Founding) -> bool {
    founding.state.waits_for().is_some_and(|side| {
        side != Side::Union && may_take_side(may, scope, founding, side).is_ok()
    })
}

/// The post must hold the side's capability and stand at the union above or over it.
fn may_take_side(
    may: CapabilitySet,
    scope: &Scope,
    founding: &Founding,
    side: Side,
) -> Result<(), OrgError> {
    if !scope.covers(&founding.org_path) {
        return Err(OrgError::NotFound);
    }
    let (capability, words) = match side {
        Side::Applicant => (Capability::OrgsFound, "这一步由建会申请方办理"),
        Side::Superior => (
            Capability::OrgsApprove,
            "这一步须由上一级工会审批（工会法第十二条）",
        ),
        Side::Union => (Capability::OrgsChange, "请在组织页办理"),
    };
    if may.has(capability) {
        Ok(())
    } else {
        Err(OrgError::refused(
            "founding.side",
            format!("{words}，您现在的岗位没有「{}」的权限", capability.title()),
        ))
    }
}

/// What stands against a step whatever comes with it.
fn standing_refusals(
    tx: &mut Tx,
    founding: &Founding,
    row: &Transition,
) -> Result<Refusals, OrgError> {
    let mut out = Refusals::new();
    let rulings = Rulings::today(tx)?.body;
    if row.side == Side::Superior && rulings.separate_approver && row.verb != Verb::Return {
        let steps = read::steps(tx, founding.id)?;
        let own = sent_by(&steps).is_some_and(|sender| tx.actor().account == Some(sender));
        out.require(
            !own,
            "founding.own_approval",
            "提交和审批不能是同一个账号，请由另一位同志审批",
        );
    }
    if row.verb == Verb::Submit {
        let units = read::employers(tx, founding.id)?;
        out.extend(
            rulings
                .check_kind(
                    founding.kind,
                    units.len(),
                    founding.detail.planned_end_on.is_some(),
                )
                .0,
        );
        for unit in units {
            unit_refusals(tx, founding, unit, &mut out)?;
        }
    }
    Ok(out)
}

/// The account that sent the founding to the union above last.
fn sent_by(steps: &[StepLine]) -> Option<AccountId> {
    steps
        .iter()
        .rev()
        .find(|step| step.to.waits_for() == Some(Side::Superior))
        .and_then(|step| step.account)
}

/// A unit has one union of its own, and one founding of a kind at a time.
fn unit_refusals(
    tx: &mut Tx,
    founding: &Founding,
    unit: kernel::EmployerId,
    out: &mut Refusals,
) -> Result<(), OrgError> {
    let edges = tx
        .across("a unit has one union of its own", |tx| {
            employers::edges_anywhere(tx, unit)
        })
        .map_err(|fault| OrgError::from_room(&fault))?;
    let wanted = employers::edge_kind_for(founding.kind);
    if wanted == Some(EdgeKind::Own)
        && let Some(edge) = edges
            .iter()
            .find(|edge| edge.kind == EdgeKind::Own && edge.to_on.is_none())
    {
        out.add(
            "founding.has_union",
            format!("「{}」已有工会「{}」", edge.employer_name, edge.org_name),
        );
    }
    let district = *tx.district();
    let args = store::args![district, unit, founding.id, founding.kind.id()];
    let other = tx.across("one founding of a kind at a time", |tx| {
        tx.opt(&sql::OTHER_FOR_EMPLOYER, args)
    })?;
    if let Some(row) = other {
        out.add(
            "founding.under_way",
            format!("同一单位已有建会事项「{}」在办", row.text(0)?),
        );
    }
    Ok(())
}

/// What stands against the committee a meeting elected: its size by the number of members, and its term.
fn committee_refusals(rules: &CommitteeRules, founding: &Founding, meeting: &Meeting) -> Refusals {
    let mut out = Refusals::new();
    let members = founding.members();
    let seats = rules.seats(
        members,
        meeting.elected.iter().map(|one| one.position.as_str()),
    );
    if let Some((least, most)) = rules.committee_size(members)
        && !meeting.elected.is_empty()
    {
        out.require(
            (least..=most).contains(&seats),
            "founding.committee_size",
            format!("会员 {members} 人，工会委员会应有 {least}～{most} 人，现当选 {seats} 人"),
        );
    }
    let terms = &rules.term_years_basic;
    out.require(
        terms.contains(&meeting.term_years),
        "founding.term",
        format!("任期应为 {}", years(terms)),
    );
    out
}

/// What stands against what came with a step on a day.
fn input_refusals(
    rulings: &Rulings,
    founding: &Founding,
    verb: Verb,
    (input, today): (&StepInput, Date),
    out: &mut Refusals,
) {
    match verb {
        Verb::SubmitCandidates => {
            out.require(
                input.members_now.is_some_and(|count| count > 0),
                "founding.members_now",
                "请填写已发展会员人数，至少 1 人",
            );
        }
        Verb::HoldMeeting => match &input.meeting {
            Some(meeting) => {
                out.extend(rulings.check_meeting(meeting).0);
                out.require(
                    meeting.on <= today,
                    "founding.meeting_on",
                    format!("会议日期不能晚于今天（{today}）"),
                );
            }
            None => out.add("founding.meeting", "请填写会议日期、应到和实到人数"),
        },
        Verb::Approve => {
            out.require(
                !input.approval_no.trim().is_empty(),
                "founding.approval_no",
                "请填写批复文号",
            );
            out.require(
                input.approved_on.is_none_or(|on| on <= today),
                "founding.approved_on",
                format!("批复日期不能晚于今天（{today}）"),
            );
            let held = founding.detail.meeting.as_ref().map(|meeting| meeting.on);
            let in_order = match (input.approved_on, held) {
                (Some(on), Some(meeting)) => on >= meeting,
                (Some(_), None) => true,
                (None, _) => false,
            };
            out.require(
                in_order,
                "founding.approved_on",
                "请填写批复日期，不能早于选举会议",
            );
        }
        Verb::Register => {
            out.require(
                !input.credit_code.trim().is_empty(),
                "founding.credit_code",
                "请填写法人证书上的统一社会信用代码",
            );
        }
        _ => {}
    }
}
