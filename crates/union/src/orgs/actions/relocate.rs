//! Moving a union with everything below it (调整隶属关系).

use kernel::{Date, OrgId, OrgPath, Refusals};
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::model::{HistoryKind, Org, OrgRef, OrgState};
use super::super::{OrgError, committee, days, founding, read, sql};
use super::card::must_change;
use super::{record, refuse_same_name};
use crate::access::CapabilitySet;
use crate::relocation::{Relocation, carry_along};

/// Hang a union, with the whole subtree below it, under another (调整隶属关系). Its history keeps where it hung.
///
/// Every path of the subtree is rewritten by one statement per table, in one transaction: a reader sees the
/// tree before or after, never between.
///
/// # Errors
/// Either union lies outside the scope; the post may not change unions; the kinds do not fit; the new union
/// lies below the moved one; a sibling bears the same name.
pub fn transfer_to(
    tx: &mut Tx,
    may: CapabilitySet,
    id: OrgId,
    parent: OrgId,
    on: Date,
    why: &str,
) -> Result<OrgRef, OrgError> {
    let org = read::card(tx, id)?;
    let target = read::card(tx, parent)?;
    must_change(may)?;
    against(&org, &target, why).into_result()?;
    days::happened(&org, "on", on, tx.today())?;
    refuse_same_name(tx, parent, &org.name, Some(id))?;
    let before = trail(tx, &org.path)?;
    let district = *tx.district();
    let row = tx.one(&sql::TAKE_CHILD, args![district, parent])?;
    let to = target
        .path
        .child(row.get(0)?)
        .map_err(|fault| OrgError::refused("org.too_many", fault.to_string()))?;
    let version = org.version;
    if tx.exec(
        &sql::SET_PARENT,
        args![
            district,
            id,
            parent,
            to.segment().unwrap_or_default(),
            version
        ],
    )? == 0
    {
        return Err(OrgError::Stale);
    }
    let town = if target.kind.is_town() {
        Some(target.to_ref())
    } else {
        read::town_of(tx, &target.path)?
    };
    carry_along(
        tx,
        Relocation {
            from: &org.path,
            to: &to,
            town: town.map(|town| town.id),
        },
    )?;
    let after = trail(tx, &to)?;
    let change = (
        json!({ "隶属": before, "路径": org.path }),
        json!({ "隶属": after, "路径": to }),
    );
    record(tx, id, HistoryKind::Moved, on, change, why.trim())?;
    let detail = json!({ "from": org.path, "to": to, "from_names": before, "to_names": after });
    tx.audit(
        Audit::of("org.moved", "org", id)
            .at(&to)
            .why(why.trim())
            .detail(detail),
    )?;
    Ok(OrgRef {
        path: to,
        ..org.to_ref()
    })
}

fn against(org: &Org, target: &Org, why: &str) -> Refusals {
    let mut out = Refusals::new();
    out.require(
        org.parent.is_some(),
        "org.root_stays",
        "区总工会是最上级，不能移动",
    );
    out.require(
        org.state != OrgState::Dissolved,
        "org.dissolved",
        "已撤销的组织不能移动",
    );
    out.require(
        target.state == OrgState::Active,
        "org.parent_closed",
        format!("「{}」已停止活动或撤销", target.name),
    );
    out.require(
        org.parent != Some(target.id),
        "org.same_parent",
        format!("它现在就隶属于「{}」", target.name),
    );
    out.require(
        !target.path.is_within(&org.path),
        "org.into_itself",
        "不能移到自己或自己的下级之下",
    );
    let fits = org.kind.may_hang_under(target.kind);
    out.require(
        fits,
        "org.wrong_parent",
        format!("「{}」不能直接设在「{}」之下", org.kind, target.kind),
    );
    out.require(
        !why.trim().is_empty(),
        "org.move_reason",
        "请写明调整的依据（文件或理由）",
    );
    out
}

/// The names down to a place, for the history.
fn trail(tx: &mut Tx, path: &OrgPath) -> Result<String, OrgError> {
    let names: Vec<_> = read::path_names(tx, path)?
        .into_iter()
        .map(|org| org.name)
        .collect();
    Ok(names.join(" / "))
}

/// The orgs room's own part of a relocation: the tree, committees, foundings.
///
/// # Errors
/// The store failed.
pub(crate) fn relocate(tx: &mut Tx, relocation: Relocation<'_>) -> Result<(), OrgError> {
    let values = relocation.values(tx);
    let down = relocation.to.depth() as i64 - relocation.from.depth() as i64;
    let mut tree = values.clone();
    tree.push(down.into());
    tx.exec(&sql::MOVE_SUBTREE, &tree)?;
    tx.exec(&committee::sql::RELOCATE, &values)?;
    tx.exec(&founding::sql::RELOCATE, &values)?;
    Ok(())
}
