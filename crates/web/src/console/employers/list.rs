//! The list of employers: filters in the address, pages by key, chips, and the two lists that live from the data.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::ids::{AccountId, EmployerId, OrgId};
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::coverage::{CoverageError, Rates};
use union::employers::list::{After, Covered, Filter, count, list as page_of};
use union::employers::{self, EmployerLine, EmployerState};
use union::exchange::saved::{self, SavedFilter};
use union::orgs::{self, OrgNode};

use crate::console::orgs::section_name;
use crate::console::words::thousands;
use crate::shell::{App, Form, Frame, Need, Problem, Query, Routes, Who, encode, page};

/// Lines of one page.
const PAGE: usize = 50;
/// Sections of GB/T 4754-2017.
pub(in crate::console) const SECTIONS: [&str; 20] = [
    "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S",
    "T",
];

pub(super) fn routes() -> Routes {
    Routes::new().get("/employers", Need::Cap(Capability::EmployersRead), show)
}

/// What the address says; read leniently, since people edit addresses.
#[derive(Deserialize, Default, Clone)]
pub(super) struct Asked {
    #[serde(default)]
    k: String,
    #[serde(default)]
    town: String,
    #[serde(default)]
    industry: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    cover: String,
    /// `headcount.id` of the last line seen.
    #[serde(default)]
    after: String,
}

impl Asked {
    /// Reads the fields of an address or of a form that carries them along.
    pub(super) fn of(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            k: text("k"),
            town: text("town"),
            industry: text("industry"),
            state: text("state"),
            from: text("from"),
            to: text("to"),
            cover: text("cover"),
            after: String::new(),
        }
    }

    pub(super) fn filter(&self) -> Filter {
        Filter {
            text: self.k.trim().to_owned(),
            within: None,
            town: self.town.parse().ok(),
            industry: self.industry.trim().to_owned(),
            state: EmployerState::from_id(&self.state),
            headcount_from: self.from.trim().parse().ok(),
            headcount_to: self.to.trim().parse().ok(),
            covered: match self.cover.as_str() {
                "yes" => Some(Covered::Yes),
                "no" => Some(Covered::No),
                _ => None,
            },
        }
    }

    fn after(&self) -> Option<After> {
        let (headcount, id) = self.after.split_once('.')?;
        Some(After {
            headcount: headcount.parse().ok()?,
            id: id.parse::<EmployerId>().ok()?,
        })
    }

    pub(super) fn pairs(&self) -> [(&'static str, &str); 7] {
        [
            ("k", &self.k),
            ("town", &self.town),
            ("industry", &self.industry),
            ("state", &self.state),
            ("from", &self.from),
            ("to", &self.to),
            ("cover", &self.cover),
        ]
    }

    /// The query without one condition (or with all of them), with its question mark.
    pub(super) fn query(&self, without: &str) -> String {
        let kept = self
            .pairs()
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && *name != without);
        let query: Vec<_> = kept
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if query.is_empty() {
            String::new()
        } else {
            format!("?{}", query.join("&"))
        }
    }
}

/// The conditions of a form as this page writes them in its address.
pub(in crate::console) fn conditions(form: &Form) -> String {
    Asked::of(form).query("")
}

/// Short names of the towns, for the words of a condition.
pub(super) fn town_names(towns: &[OrgNode]) -> BTreeMap<OrgId, String> {
    towns
        .iter()
        .map(|town| (town.org.id, town.short_name.clone()))
        .collect()
}

#[derive(Template)]
#[template(path = "console/employers/list.html", blocks = ["rows"])]
struct ListPage {
    frame: Frame,
    asked: Asked,
    chips: Vec<(String, String)>,
    quick: Vec<(String, String, bool)>,
    towns: Vec<OrgNode>,
    town_names: BTreeMap<OrgId, String>,
    lines: Vec<EmployerLine>,
    total: i64,
    matches: i64,
    next: Option<String>,
    saved: Vec<SavedFilter>,
    may_change: bool,
    may_import: bool,
    may_export: bool,
}

struct Found {
    lines: Vec<EmployerLine>,
    total: i64,
    towns: Vec<OrgNode>,
    matches: i64,
    thresholds: (u64, u64),
    saved: Vec<SavedFilter>,
}

fn gather(
    tx: &mut Tx,
    account: AccountId,
    filter: &Filter,
    after: Option<After>,
) -> Result<Found, CoverageError> {
    let rules = Rates::at(*tx.district(), tx.today())?.body;
    Ok(Found {
        lines: page_of(tx, filter, after, PAGE + 1)?,
        total: count(tx, filter)?,
        towns: orgs::towns(tx)?,
        matches: employers::waiting(tx)?.0,
        thresholds: (rules.should_from, rules.watch_from),
        saved: saved::list(tx, account, "employers")?,
    })
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (filter, after) = (asked.filter(), asked.after());
    let wanted = filter.clone();
    let account = who.account;
    let mut found = app
        .read(&who, move |tx| gather(tx, account, &wanted, after))
        .await?;
    let more = found.lines.len() > PAGE;
    found.lines.truncate(PAGE);
    let next = found.lines.last().filter(|_| more).map(|last| {
        let base = asked.query("");
        format!(
            "/employers{base}{}after={}.{}",
            if base.is_empty() { "?" } else { "&" },
            last.headcount,
            last.employer.id
        )
    });
    let town_names = town_names(&found.towns);
    let (must, watch) = found.thresholds;
    let drawn = ListPage {
        frame: Frame::new(&app, &who, &jar, "企业台账", "/employers")
            .crumb("组织与会员", "")
            .crumb("企业台账", ""),
        chips: chips(&asked, &filter, &town_names),
        quick: quick(&asked, must, watch),
        towns: found.towns,
        town_names,
        lines: found.lines,
        total: found.total,
        matches: found.matches,
        next,
        saved: found.saved,
        may_change: who.can(Capability::EmployersChange),
        may_import: who.can(Capability::ImportRun) && who.can(Capability::EmployersChange),
        may_export: who.can(Capability::ExportRun),
        asked,
    };
    if headers.contains_key("hx-request") {
        return Ok(page(StatusCode::OK, &drawn.as_rows()));
    }
    Ok(page(StatusCode::OK, &drawn))
}

/// Applied conditions in words, each with the address that takes it away.
pub(super) fn chips(
    asked: &Asked,
    filter: &Filter,
    towns: &BTreeMap<OrgId, String>,
) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut add =
        |name: &str, words: String| out.push((words, format!("/employers{}", asked.query(name))));
    if !filter.text.is_empty() {
        add("k", format!("含 {}", filter.text));
    }
    if let Some(town) = filter.town {
        add(
            "town",
            towns
                .get(&town)
                .cloned()
                .unwrap_or_else(|| "其他镇街".to_owned()),
        );
    }
    if !filter.industry.is_empty() {
        let name = section_name(&filter.industry);
        add(
            "industry",
            if filter.industry.len() == 1 {
                name.to_owned()
            } else {
                format!("行业 {}", filter.industry)
            },
        );
    }
    if let Some(state) = filter.state {
        add("state", state.title().to_owned());
    }
    if let Some(from) = filter.headcount_from {
        add("from", format!("职工 ≥ {from}"));
    }
    if let Some(to) = filter.headcount_to {
        add("to", format!("职工 ≤ {to}"));
    }
    match filter.covered {
        Some(Covered::Yes) => add("cover", "已建会".to_owned()),
        Some(Covered::No) => add("cover", "未建会".to_owned()),
        None => {}
    }
    out
}

/// The lists people ask for every day; their thresholds come from the definition.
fn quick(asked: &Asked, must: u64, watch: u64) -> Vec<(String, String, bool)> {
    let (must_words, watch_words) = (must.to_string(), watch.to_string());
    let is = |from: &str| asked.cover == "no" && asked.from == from && asked.state == "open";
    vec![
        (
            "全部".to_owned(),
            "/employers".to_owned(),
            asked.query("").is_empty(),
        ),
        (
            format!("{must} 人以上未建会"),
            format!("/employers?state=open&from={must}&cover=no"),
            is(&must_words),
        ),
        (
            format!("{watch} 人以上关注"),
            format!("/employers?state=open&from={watch}&cover=no"),
            is(&watch_words),
        ),
    ]
}

/// Class and shape of an employer's state.
pub(super) fn badge(
    state: impl std::borrow::Borrow<EmployerState>,
) -> (&'static str, &'static str) {
    match *state.borrow() {
        EmployerState::Open => ("lv lv-g", "s-ok"),
        EmployerState::Shell => ("lv lv-y", "s-yel"),
        EmployerState::Deregistered | EmployerState::Revoked => ("lv lv-n", "s-none"),
    }
}

impl ListPage {
    fn town(&self, line: &EmployerLine) -> &str {
        line.town
            .and_then(|town| self.town_names.get(&town))
            .map_or("", String::as_str)
    }

    fn industry(&self, line: &EmployerLine) -> &'static str {
        match line.industry_code.get(..1) {
            Some(letter) => section_name(letter),
            None => "",
        }
    }

    fn town_chosen(&self, town: &OrgNode) -> bool {
        self.asked.town == town.org.id.to_string()
    }
}
