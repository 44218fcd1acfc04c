//! Who the token acts as, and why it sees what it sees.

use axum::Json;
use schemars::JsonSchema;
use serde::Serialize;

use super::operations::{Nothing, Operations};
use crate::shell::{Need, Who};

pub(super) fn operations() -> Operations {
    Operations::new().get::<Nothing, WhoAmI, _, _>(
        "/api/me",
        Need::SignedIn,
        "我是谁，凭什么看到这些",
        me,
    )
}

/// The caller as the program sees it.
#[derive(Serialize, JsonSchema)]
struct WhoAmI {
    /// Name shown in the audit log.
    name: String,
    /// 区划代码, GB/T 2260.
    district: String,
    /// Role id of the active post.
    role: Option<String>,
    /// Name of the union the post is held at.
    org: Option<String>,
    /// What the post may do.
    capabilities: Vec<&'static str>,
    /// Why this scope, in one sentence.
    why: String,
}

async fn me(who: Who) -> Json<WhoAmI> {
    Json(WhoAmI {
        name: who.name.clone(),
        district: who.district.as_str().to_owned(),
        role: who.post.as_ref().map(|p| p.role.clone()),
        org: who
            .post
            .as_ref()
            .map(|p| p.org_name.clone())
            .filter(|n| !n.is_empty()),
        capabilities: who.capabilities.iter().map(|c| c.id()).collect(),
        why: who.why(),
    })
}
