//! 审计 audit records, newest first (audit administrator).

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::audit::{self, AuditFilter};

use super::asked::Asked;
use super::operations::Operations;
use crate::shell::{App, Need, Problem, Who};

/// Most records one answer holds.
const MOST: i64 = 500;

pub(super) fn operations() -> Operations {
    Operations::new().get::<AuditQuery, AuditPage, _, _>(
        "/api/audit",
        Need::Cap(Capability::AuditRead),
        "审计日志",
        list,
    )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AuditQuery {
    /// 行为代码开头，如 member.
    #[serde(default)]
    action: String,
    /// 上一页的 next
    after: Option<i64>,
    /// 条数，最多 500
    #[schemars(range(min = 1, max = 500))]
    limit: Option<i64>,
}

#[derive(Serialize, JsonSchema)]
struct AuditPage {
    items: Vec<AuditItem>,
    /// 下一页的 after；没有更早的则为空
    next: Option<i64>,
}

/// One sealed record.
#[derive(Serialize, JsonSchema)]
struct AuditItem {
    seq: i64,
    /// 毫秒，UTC
    at_ms: i64,
    actor: String,
    action: String,
    subject_kind: String,
    subject_id: String,
    why: String,
}

async fn list(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<AuditQuery>,
) -> Result<Json<AuditPage>, Problem> {
    let limit = query.limit.unwrap_or(MOST);
    let filter = AuditFilter {
        action: query.action,
        before: query.after,
        ..AuditFilter::default()
    };
    let lines = app
        .read(&who, move |tx| {
            audit::search(tx, &filter, limit).map_err(union::access::AccessError::from)
        })
        .await?;
    let full = i64::try_from(lines.len()).is_ok_and(|n| n == limit);
    let next = if full {
        lines.last().map(|l| l.seq)
    } else {
        None
    };
    let items = lines.into_iter().map(|l| AuditItem {
        seq: l.seq,
        at_ms: l.at.ms(),
        actor: l.actor,
        action: l.action,
        subject_kind: l.subject_kind,
        subject_id: l.subject_id,
        why: l.why,
    });
    Ok(Json(AuditPage {
        items: items.collect(),
        next,
    }))
}
