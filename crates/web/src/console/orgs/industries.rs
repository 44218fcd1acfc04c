//! 行业视图: industry federations with what they gather, and basic unions by section of GB/T 4754.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::ids::OrgId;
use union::access::Capability;
use union::orgs::{self, Industry, OrgError, OrgNode, OrgRef};

use crate::console::words::thousands;
use crate::shell::{App, Frame, Need, Path, Problem, Query, Routes, Who, encode, page};

/// Unions listed below a federation.
const LINES: usize = 500;
/// Unions on one page of a section.
const PAGE: usize = 50;

pub(super) fn routes() -> Routes {
    let read = Need::Cap(Capability::OrgsRead);
    Routes::new()
        .get("/orgs/industries", read, list)
        .get("/orgs/industries/{id}", read, show)
        .get("/orgs/sections/{letter}", read, section)
}

/// A section letter with its name.
pub(crate) fn section_name(letter: &str) -> &'static str {
    match letter {
        "A" => "农、林、牧、渔业",
        "B" => "采矿业",
        "C" => "制造业",
        "D" => "电力、热力、燃气及水生产和供应业",
        "E" => "建筑业",
        "F" => "批发和零售业",
        "G" => "交通运输、仓储和邮政业",
        "H" => "住宿和餐饮业",
        "I" => "信息传输、软件和信息技术服务业",
        "J" => "金融业",
        "K" => "房地产业",
        "L" => "租赁和商务服务业",
        "M" => "科学研究和技术服务业",
        "N" => "水利、环境和公共设施管理业",
        "O" => "居民服务、修理和其他服务业",
        "P" => "教育",
        "Q" => "卫生和社会工作",
        "R" => "文化、体育和娱乐业",
        "S" => "公共管理、社会保障和社会组织",
        "T" => "国际组织",
        _ => "未登记行业",
    }
}

#[derive(Template)]
#[template(path = "console/orgs/industries.html")]
struct ListPage {
    frame: Frame,
    industries: Vec<Industry>,
    sections: Vec<(String, i64, i64)>,
}

async fn list(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let (industries, sections) = app
        .read(&who, |tx| {
            Ok::<_, OrgError>((orgs::industries(tx)?, orgs::by_section(tx)?))
        })
        .await?;
    let frame = Frame::new(&app, &who, &jar, "组织架构 · 按行业", "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb("按行业", "");
    Ok(page(
        StatusCode::OK,
        &ListPage {
            frame,
            industries,
            sections,
        },
    ))
}

#[derive(Template)]
#[template(path = "console/orgs/industry.html")]
struct ShowPage {
    frame: Frame,
    org: OrgRef,
    unions: Vec<OrgNode>,
    inside: bool,
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<OrgId>,
) -> Result<Response, Problem> {
    let (org, unions) = app
        .read(&who, move |tx| {
            Ok::<_, OrgError>((
                orgs::named(tx, id)?,
                orgs::industry_children(tx, id, LINES)?,
            ))
        })
        .await?;
    if org.kind != orgs::OrgKind::Industry {
        return Err(Problem::not_found());
    }
    let inside = who.scope.covers(&org.path);
    // A federation beyond the scope is named only to whom some of its unions belong.
    if !inside && unions.is_empty() {
        return Err(Problem::not_found());
    }
    let frame = Frame::new(&app, &who, &jar, org.name.clone(), "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb("按行业", "/orgs/industries")
        .crumb(org.name.clone(), "");
    Ok(page(
        StatusCode::OK,
        &ShowPage {
            frame,
            org,
            unions,
            inside,
        },
    ))
}

/// Where a page of a section begins: behind this place in the tree.
#[derive(serde::Deserialize, Default)]
struct After {
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "console/orgs/section.html")]
struct SectionPage {
    frame: Frame,
    title: String,
    unions: Vec<OrgNode>,
    next: Option<String>,
}

/// The basic unions behind one number of the distribution; `none` for those without an industry.
async fn section(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(letter): Path<String>,
    Query(asked): Query<After>,
) -> Result<Response, Problem> {
    let wanted = if letter == "none" {
        String::new()
    } else {
        letter.clone()
    };
    let mut unions = app
        .read(&who, move |tx| {
            orgs::of_section(tx, &wanted, &asked.after, PAGE + 1)
        })
        .await?;
    let more = unions.len() > PAGE;
    unions.truncate(PAGE);
    let next = unions
        .last()
        .filter(|_| more)
        .map(|last| format!("/orgs/sections/{}?after={}", encode(&letter), last.org.path));
    let title = section_name(&letter).to_owned();
    let frame = Frame::new(&app, &who, &jar, title.clone(), "/orgs")
        .crumb("组织架构", "/orgs")
        .crumb("按行业", "/orgs/industries")
        .crumb(title.clone(), "");
    Ok(page(
        StatusCode::OK,
        &SectionPage {
            frame,
            title,
            unions,
            next,
        },
    ))
}
