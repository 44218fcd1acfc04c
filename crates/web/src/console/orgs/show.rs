//! The tree with a union's card: what it is, what hangs below, who leads it, whom it covers, what happened.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::DistrictCode;
use kernel::ids::OrgId;
use serde::Deserialize;
use store::Tx;
use union::access::{Capability, SignedIn};
use union::coverage::CoverageError;
use union::employers::{self, Edge};
use union::members::figures;
use union::orgs::committee::{self, Advice, Committee};
use union::orgs::founding::{self, Founding};
use union::orgs::{self, HistoryLine, Org, OrgError, OrgKind, OrgNode, OrgRef, OrgState};

use super::tree::{Line, tree};
use crate::console::words::{region, thousands};
use crate::shell::{App, Frame, Need, Path, Problem, Query, Routes, Who, page};

/// Units and unions drawn on the card; the rest is a number with a link.
const LINES: usize = 20;

pub(super) fn routes() -> Routes {
    let read = Need::Cap(Capability::OrgsRead);
    Routes::new()
        .get("/orgs", read, start)
        .get("/orgs/{id}", read, show)
}

/// A search, and what was just done.
#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    done: String,
}

fn said(done: &str) -> Option<String> {
    let words = match done {
        "created" => "已登记，这是它的组织卡片",
        "saved" => "已保存",
        "moved" => "已调整隶属关系，下级组织、会员和单位一并移动",
        "suspended" => "已登记停止活动",
        "resumed" => "已登记恢复活动",
        "dissolved" => "已撤销，会员和单位已移交",
        "installed" => "新一届委员会已登记，上一届同时结束",
        "extended" => "已登记延期",
        "appointed" => "已增补",
        "retired" => "已登记离任",
        _ => return None,
    };
    Some(words.to_owned())
}

/// Everything on the card.
struct Card {
    district: DistrictCode,
    org: Org,
    node: OrgNode,
    trail: Vec<OrgRef>,
    tree: Vec<Line>,
    children: Vec<OrgNode>,
    dissolved: Vec<OrgNode>,
    committees: Vec<Committee>,
    advice: Advice,
    edges: Vec<Edge>,
    edge_count: i64,
    industry: Option<OrgRef>,
    founding: Option<Founding>,
    history: Vec<HistoryLine>,
}

#[derive(Template)]
#[template(path = "console/orgs/show.html")]
struct ShowPage {
    frame: Frame,
    card: Card,
    may: May,
}

/// What a search found, and nothing else: the card of the union it began at would look like a hit.
#[derive(Template)]
#[template(path = "console/orgs/found.html")]
struct FoundPage {
    frame: Frame,
    q: String,
    /// The union it began at.
    back: String,
    found: Vec<OrgNode>,
    /// More were found than are drawn.
    more: bool,
}

/// What the page offers this post.
struct May {
    change: bool,
    found: bool,
    approve: bool,
    members: bool,
    employers: bool,
}

impl May {
    fn of(who: &SignedIn) -> Self {
        Self {
            change: who.can(Capability::OrgsChange),
            found: who.can(Capability::OrgsFound),
            approve: who.can(Capability::OrgsApprove) || who.can(Capability::OrgsChange),
            members: who.can(Capability::MembersRead),
            employers: who.can(Capability::EmployersRead),
        }
    }
}

#[derive(Template)]
#[template(path = "console/orgs/nothing.html")]
struct NothingPage {
    frame: Frame,
    may_found_root: bool,
}

async fn start(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    match app.read(&who, orgs::top).await? {
        Some(top) => draw(&app, &who, &jar, top.id, asked).await,
        None => {
            let frame = Frame::new(&app, &who, &jar, "组织架构", "/orgs");
            Ok(page(
                StatusCode::OK,
                &NothingPage {
                    frame,
                    may_found_root: who.can(Capability::OrgsChange),
                },
            ))
        }
    }
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, id, asked).await
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: OrgId,
    asked: Asked,
) -> Result<Response, Problem> {
    if !asked.q.trim().is_empty() {
        return look(app, who, jar, id, asked.q.trim()).await;
    }
    let card = app.read(who, move |tx| gather(tx, id)).await?;
    let mut frame = Frame::new(app, who, jar, card.org.name.clone(), "/orgs")
        .crumb("组织架构", "/orgs")
        .flash(said(&asked.done));
    let top = card.tree.first().map(|line| line.id);
    for above in card.trail.iter().filter(|above| above.id != id) {
        let within = who.scope.covers(&above.path) && Some(above.id) != top;
        let href = if within {
            format!("/orgs/{}", above.id)
        } else {
            "/orgs".to_owned()
        };
        frame = frame.crumb(above.name.clone(), href);
    }
    frame = frame.crumb(card.org.short_name.clone(), "");
    Ok(page(
        StatusCode::OK,
        &ShowPage {
            frame,
            card,
            may: May::of(who),
        },
    ))
}

/// The unions that bear these words; a single one is where the person wanted to go.
async fn look(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: OrgId,
    q: &str,
) -> Result<Response, Problem> {
    let wanted = q.to_owned();
    let (mut found, from) = app
        .read(who, move |tx| {
            Ok::<_, OrgError>((orgs::search(tx, &wanted, LINES + 1)?, orgs::get(tx, id)?))
        })
        .await?;
    if let [only] = found.as_slice() {
        return Ok(Redirect::to(&format!("/orgs/{}", only.org.id)).into_response());
    }
    let more = found.len() > LINES;
    found.truncate(LINES);
    let drawn = FoundPage {
        frame: Frame::new(app, who, jar, "查找组织", "/orgs")
            .crumb("组织架构", "/orgs")
            .crumb("查找", ""),
        q: q.to_owned(),
        back: format!("/orgs/{}", from.id),
        found,
        more,
    };
    Ok(page(StatusCode::OK, &drawn))
}

fn gather(tx: &mut Tx, id: OrgId) -> Result<Card, CoverageError> {
    let org = orgs::card(tx, id)?;
    let committees = committee::committees(tx, id)?;
    let women = figures::women_of(tx, &org.to_ref())?;
    let advice = committee::advice(tx, &org, &committees, Some(women))?;
    let (edges, edge_count) = employers::covered_by(tx, id, LINES)?;
    let industry = org
        .industry_parent
        .map(|parent| orgs::named(tx, parent))
        .transpose()?;
    Ok(Card {
        district: *tx.district(),
        node: orgs::node(tx, id)?,
        trail: orgs::path_names(tx, &org.path)?,
        tree: tree(tx, id)?,
        children: orgs::children(tx, id)?,
        dissolved: orgs::dissolved_children(tx, id)?,
        committees,
        advice,
        edges,
        edge_count,
        industry,
        founding: founding::of_org(tx, id)?,
        history: orgs::history(tx, id)?,
        org,
    })
}

/// Class and shape of a state's badge.
pub(super) fn badge(state: impl std::borrow::Borrow<OrgState>) -> (&'static str, &'static str) {
    let state = *state.borrow();
    match state {
        OrgState::Active => ("lv lv-g", "s-ok"),
        OrgState::Preparing => ("lv lv-b", "s-blu"),
        OrgState::Suspended => ("lv lv-y", "s-yel"),
        OrgState::Dissolved => ("lv lv-n", "s-none"),
    }
}

impl Card {
    /// Whether more units are covered than are drawn.
    fn more_edges(&self) -> bool {
        usize::try_from(self.edge_count).is_ok_and(|all| all > self.edges.len())
    }

    fn alive(&self) -> bool {
        self.org.state != OrgState::Dissolved
    }

    /// Whether a founding may begin below this union.
    fn takes_foundings(&self) -> bool {
        self.org.state == OrgState::Active && OrgKind::Single.may_hang_under(self.org.kind)
    }

    /// Whether any union may be entered below it.
    fn takes_unions(&self) -> bool {
        self.org.state == OrgState::Active
            && OrgKind::ALL
                .iter()
                .any(|kind| kind.may_hang_under(self.org.kind))
    }

    fn present(&self) -> Vec<&Committee> {
        self.committees
            .iter()
            .filter(|one| one.ended_on.is_none())
            .collect()
    }

    fn past(&self) -> Vec<&Committee> {
        self.committees
            .iter()
            .filter(|one| one.ended_on.is_some())
            .collect()
    }
}
