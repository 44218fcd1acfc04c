//! 覆盖率 figures: the rates of a union and of those directly below it, now or in a frozen month.

use axum::Json;
use axum::extract::State;
use kernel::ids::OrgId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::coverage::{Board, CoverageError, Edition, Metric, Targets};

use super::asked::{Asked, parameter};
use super::check::Id;
use super::operations::Operations;
use crate::figures;
use crate::shell::{App, Need, Problem, Who};

pub(super) fn operations() -> Operations {
    Operations::new().get::<CoverageQuery, Coverage, _, _>(
        "/api/coverage",
        Need::Cap(Capability::CoverageRead),
        "组建率、入会率、实名率：最新或某个冻结的月份",
        show,
    )
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CoverageQuery {
    /// 工会编号；不填为本岗位所在工会
    #[schemars(with = "Option<Id>")]
    org: Option<OrgId>,
    /// 月份，如 2026-10；不填为最新
    month: Option<String>,
}

/// The figures of a union.
#[derive(Serialize, JsonSchema)]
struct Coverage {
    /// current，或冻结的月份
    month: String,
    #[serde(flatten)]
    figures: Figures,
    /// 直接下级中有数据的工会
    below: Vec<Figures>,
}

/// One union's figures.
#[derive(Serialize, JsonSchema)]
struct Figures {
    org: String,
    name: String,
    /// 统计或冻结时间（北京时间）
    counted_at: String,
    /// 所用口径的 SM3 指纹
    definition: String,
    members: u64,
    unions: u64,
    units: u64,
    joined: u64,
    gone: u64,
    rates: Vec<RateItem>,
}

/// One rate.
#[derive(Serialize, JsonSchema)]
struct RateItem {
    /// founded、joined、real_name
    metric: &'static str,
    numerator: u64,
    denominator: u64,
    /// 一位小数，封顶 100.0%；分母为零时为“不适用”
    shown: String,
    /// 目标，百分数
    target: u64,
    /// 按未取整的数比较；分母为零时没有
    reached: Option<bool>,
}

impl Figures {
    fn of(org: OrgId, name: String, board: &Board, targets: &Targets) -> Self {
        let c = board.counts;
        let rate = |metric: Metric| {
            let (rate, target) = (board.rate(metric), targets.of(metric));
            RateItem {
                metric: metric.id(),
                numerator: rate.numerator,
                denominator: rate.denominator,
                shown: rate.to_string(),
                target,
                reached: rate.at_least(target),
            }
        };
        Self {
            org: org.to_string(),
            name,
            counted_at: board.at.to_string(),
            definition: board.definition.clone(),
            members: c.members,
            unions: c.unions,
            units: c.units,
            joined: c.joined,
            gone: c.gone,
            rates: Metric::ALL.into_iter().map(rate).collect(),
        }
    }
}

async fn show(
    State(app): State<App>,
    who: Who,
    Asked(query): Asked<CoverageQuery>,
) -> Result<Json<Coverage>, Problem> {
    let org = query.org;
    let edition = query
        .month
        .as_deref()
        .map(Edition::read)
        .transpose()
        .map_err(|_| parameter("month", "应为月份，例如 2026-10；current 为最新"))?;
    let view = app
        .read(&who, move |tx| {
            figures::view(tx, org, edition)?.ok_or(CoverageError::NotFound)
        })
        .await?;
    let below = view.below.iter().filter_map(|(node, board)| {
        Some(Figures::of(
            node.org.id,
            node.org.name.clone(),
            board.as_ref()?,
            view.targets,
        ))
    });
    Ok(Json(Coverage {
        month: view.edition.stored(),
        figures: Figures::of(
            view.org.id,
            view.org.name.clone(),
            &view.board,
            view.targets,
        ),
        below: below.collect(),
    }))
}
