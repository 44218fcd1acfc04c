//! 数据源 feeds: who delivers, how fresh it is, what became of each delivery; pausing one and taking it into use again.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Date, Instant};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Tx;
use union::access::Capability;
use union::arrears::{self, ArrearsError, Counts, FeedState, Freshness, PastDelivery, Permit};

use super::asked::{Asked, Sent, done};
use super::check::Day;
use super::operations::{Nothing, Operations};
use crate::shell::{App, Need, Path, Problem, Who};

/// Deliveries of one answer when none are asked for.
const USUAL: usize = 50;

pub(super) fn operations() -> Operations {
    let read = Need::Cap(Capability::WarningRead);
    let manage = Need::Cap(Capability::FeedsManage);
    Operations::new()
        .get::<Nothing, FeedList, _, _>("/api/feeds", read, "数据源与新鲜度", list)
        .get::<DeliveryQuery, DeliveryList, _, _>(
            "/api/feeds/{name}/deliveries",
            read,
            "一个数据源的各次送达与结果，新的在前",
            deliveries,
        )
        .post::<Paused, FeedItem, _, _>(
            "/api/feeds/{name}/pause",
            manage,
            "停用：期间不收它的文件，也不按它计分",
            &[200],
            pause,
        )
        .post::<Resumed, FeedItem, _, _>("/api/feeds/{name}/resume", manage, "恢复", &[200], resume)
        .post::<NothingNew, FeedItem, _, _>(
            "/api/feeds/{name}/nothing-new",
            manage,
            "说明：到某一天没有新情况",
            &[200],
            nothing_new,
        )
}

#[derive(Serialize, JsonSchema)]
struct FeedList {
    items: Vec<FeedItem>,
}

/// A feed.
#[derive(Serialize, JsonSchema)]
struct FeedItem {
    name: String,
    title: String,
    /// live 正常、stale 逾期未更新、paused 已停用、not_connected 未接入
    freshness: &'static str,
    /// 最近一次收下
    last_good: Option<String>,
    /// 最近一次说到新情况；逾期从这一次算起
    fresh: Option<String>,
    /// 线索所说的最近日期
    last_day: Option<String>,
    deliveries: i64,
    counts: CountItem,
    /// 停用的原因与到哪一天
    paused_why: Option<String>,
    paused_until: Option<String>,
}

/// What became of rows.
#[derive(Serialize, JsonSchema)]
struct CountItem {
    new: i64,
    same: i64,
    corrected: i64,
    /// 印证其他来源已报的
    echo: i64,
    /// 比其他来源报得重，以这一份为准
    takes_over: i64,
    /// 待比对
    waiting: i64,
    refused: i64,
}

impl From<&Counts> for CountItem {
    fn from(counts: &Counts) -> Self {
        Self {
            new: counts.new,
            same: counts.same,
            corrected: counts.corrected,
            echo: counts.echo,
            takes_over: counts.heavier,
            waiting: counts.waiting,
            refused: counts.refused,
        }
    }
}

impl From<FeedState> for FeedItem {
    fn from(feed: FeedState) -> Self {
        let pause = feed.pause.as_ref();
        Self {
            freshness: match feed.freshness {
                Freshness::Live => "live",
                Freshness::Stale => "stale",
                Freshness::Paused => "paused",
                Freshness::NotConnected => "not_connected",
            },
            last_good: feed.last_good.map(Instant::rfc3339),
            fresh: feed.fresh.map(Instant::rfc3339),
            last_day: feed.last_day.map(|day| day.to_string()),
            deliveries: feed.deliveries,
            counts: CountItem::from(&feed.counts),
            paused_why: pause.map(|one| one.why.clone()),
            paused_until: pause.and_then(|one| one.until).map(|day| day.to_string()),
            name: feed.registered.name.clone(),
            title: feed.registered.title.clone(),
        }
    }
}

async fn list(State(app): State<App>, who: Who) -> Result<Json<FeedList>, Problem> {
    let feeds = app.read(&who, arrears::feed_states).await?;
    Ok(Json(FeedList {
        items: feeds.into_iter().map(FeedItem::from).collect(),
    }))
}

fn one(tx: &mut Tx, name: &str) -> Result<FeedState, ArrearsError> {
    let mut known = arrears::feed_states(tx)?.into_iter();
    let feed = known.find(|one| one.registered.name == name);
    feed.ok_or(ArrearsError::NotFound)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DeliveryQuery {
    /// 最近多少次，默认 50，最多 200
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

#[derive(Serialize, JsonSchema)]
struct DeliveryList {
    items: Vec<DeliveryItem>,
}

/// A delivery.
#[derive(Serialize, JsonSchema)]
struct DeliveryItem {
    id: String,
    at: String,
    /// 文件或来路
    source: String,
    actor: String,
    counts: CountItem,
    /// 为什么这一次不算更新；没有这一项就是算
    why_old: Option<&'static str>,
    /// 线索所说的最早与最近日期
    first_day: Option<String>,
    last_day: Option<String>,
}

impl From<PastDelivery> for DeliveryItem {
    fn from(past: PastDelivery) -> Self {
        Self {
            id: past.id.to_string(),
            why_old: past.why_old(),
            at: past.at.rfc3339(),
            source: past.source,
            actor: past.actor,
            counts: CountItem::from(&past.counts),
            first_day: past.days.map(|(first, _)| first.to_string()),
            last_day: past.days.map(|(_, last)| last.to_string()),
        }
    }
}

async fn deliveries(
    State(app): State<App>,
    who: Who,
    Path(name): Path<String>,
    Asked(query): Asked<DeliveryQuery>,
) -> Result<Json<DeliveryList>, Problem> {
    let limit = query.limit.unwrap_or(USUAL);
    let past = app
        .read(&who, move |tx| {
            let feed = one(tx, &name)?;
            arrears::deliveries(tx, &feed.registered.name, limit)
        })
        .await?;
    Ok(Json(DeliveryList {
        items: past.into_iter().map(DeliveryItem::from).collect(),
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Paused {
    /// 停到哪一天；不填为等人恢复
    #[schemars(with = "Option<Day>")]
    until: Option<Date>,
    /// 原因
    why: String,
}

async fn pause(
    State(app): State<App>,
    who: Who,
    Path(name): Path<String>,
    Sent { body, once }: Sent<Paused>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        arrears::pause_feed(tx, &permit, &name, body.until, &body.why)?;
        Ok::<_, ArrearsError>(done(StatusCode::OK, &FeedItem::from(one(tx, &name)?)))
    })
    .await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Resumed {
    /// 原因
    why: String,
}

async fn resume(
    State(app): State<App>,
    who: Who,
    Path(name): Path<String>,
    Sent { body, once }: Sent<Resumed>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        arrears::resume_feed(tx, &permit, &name, &body.why)?;
        Ok::<_, ArrearsError>(done(StatusCode::OK, &FeedItem::from(one(tx, &name)?)))
    })
    .await
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NothingNew {
    /// 到哪一天为止没有新情况
    #[schemars(with = "Day")]
    as_of: Date,
}

async fn nothing_new(
    State(app): State<App>,
    who: Who,
    Path(name): Path<String>,
    Sent { body, once }: Sent<NothingNew>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    once.write(&app, &who, move |tx| {
        arrears::nothing_new(tx, &permit, &name, body.as_of)?;
        Ok::<_, ArrearsError>(done(StatusCode::OK, &FeedItem::from(one(tx, &name)?)))
    })
    .await
}
