//! 会员名册: tree, filters, rows. The whole state is in the address, except numbers: those are posted once and
//! come back as a blind index, so that no identity number or phone ever stands in an address or a log.

use std::fmt::Write as _;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::{BatchId, EmployerId, MemberId, OrgId};
use kernel::{Date, Sex};
use store::Tx;
use union::access::Capability;
use union::coverage::Month;
use union::exchange::ExchangeError;
use union::members::{
    self, Filter, Group, Listing, MemberError, MemberRow, Order, Page, Search, Standing, Status,
};

use union::exchange::saved::{self, SavedFilter};
use union::orgs;

use super::names::{Names, masked};
use super::tree::{Tree, thousands, tree};
use crate::shell::{App, Form, Frame, Hx, Need, Problem, Query, Routes, Who, encode, page};

/// Rows on one page.
const ROWS: usize = 50;

pub(super) fn routes() -> Routes {
    let read = Need::Cap(Capability::MembersRead);
    Routes::new()
        .get("/members", read, list)
        .post("/members/find", read, find)
}

/// What the address says, as text; read leniently, since people edit addresses.
#[derive(Debug, Clone, Default)]
pub(in crate::console) struct Wanted {
    pub(super) org: Option<OrgId>,
    typed: String,
    search: Search,
    pub(super) filter: Filter,
    after: Option<MemberId>,
    before: Option<MemberId>,
}

impl Wanted {
    /// Reads the fields of an address or of the posted filter form.
    pub(in crate::console) fn read(app: &App, form: &Form) -> Self {
        let typed = form.text("q").to_owned();
        let search = match (form.text("paper"), form.text("phone")) {
            ("", "") => Search::read(app.db().vault(), &typed),
            ("", phone) => Search::from_address("phone", phone),
            (paper, _) => Search::from_address("paper", paper),
        };
        let filter = Filter {
            search: search.clone(),
            within: None,
            employer: form.parsed::<EmployerId>("employer"),
            sex: match form.text("x") {
                "1" => Some(Sex::Male),
                "2" => Some(Sex::Female),
                _ => None,
            },
            groups: groups(form.text("g")),
            standing: Standing::from_code(form.text("s")),
            real_name: match form.text("r") {
                "yes" => Some(true),
                "no" => Some(false),
                _ => None,
            },
            joined_from: form.parsed("jf"),
            joined_to: form.parsed("jt"),
            entered: form
                .parsed::<Month>("in")
                .map(|month| (month.first(), month.last())),
            age_from: form.parsed("af"),
            age_to: form.parsed("at"),
            batch: form.parsed::<BatchId>("batch"),
        };
        Self {
            org: form.parsed("org"),
            typed,
            search,
            filter,
            after: form.parsed("after"),
            before: form.parsed("before"),
        }
    }

    /// Everybody enrolled in a union and below it.
    pub(super) fn at(org: Option<OrgId>) -> Self {
        Self {
            org,
            ..Self::default()
        }
    }

    /// Address of the list with these filters.
    pub(in crate::console) fn query(&self) -> String {
        self.address("")
    }

    /// The applied conditions in words.
    pub(in crate::console) fn in_words(&self) -> Vec<String> {
        chips(self).into_iter().map(|chip| chip.label).collect()
    }

    /// The fields of the address without paging; `but` leaves one out, for the crosses on the chips.
    pub(super) fn address(&self, but: &str) -> String {
        let mut out = String::new();
        let mut add = |name: &str, value: &str| {
            if !value.is_empty() && name != but {
                let _ = write!(
                    out,
                    "{}{name}={}",
                    if out.is_empty() { "?" } else { "&" },
                    encode(value)
                );
            }
        };
        add(
            "org",
            &self.org.map(|org| org.to_string()).unwrap_or_default(),
        );
        let (kind, value) = self.search.to_address(&self.typed);
        // All three names of the search are one condition.
        if but != "q" {
            add(kind, &value);
        }
        let filter = &self.filter;
        add("g", &group_code(&filter.groups));
        add("s", filter.standing.code());
        add(
            "r",
            filter
                .real_name
                .map_or("", |yes| if yes { "yes" } else { "no" }),
        );
        add(
            "x",
            filter
                .sex
                .map_or("", |sex| if sex == Sex::Male { "1" } else { "2" }),
        );
        add("jf", &text(filter.joined_from));
        add("jt", &text(filter.joined_to));
        add("in", &self.entered());
        add("af", &text(filter.age_from));
        add("at", &text(filter.age_to));
        add("employer", &text(filter.employer));
        add("batch", &text(filter.batch));
        out
    }

    /// The month in which they joined, as the monthly figures count it; empty when it is not asked for.
    fn entered(&self) -> String {
        let month = self.filter.entered.map(|(first, _)| Month::of(first));
        text(month)
    }

    pub(super) fn with(&self, name: &str, value: impl std::fmt::Display) -> String {
        let address = self.address(name);
        format!(
            "{address}{}{name}={value}",
            if address.is_empty() { "?" } else { "&" }
        )
    }
}

/// The filter of a list, narrowed to the union that was chosen in the tree.
///
/// # Errors
/// The union is not within the scope, or the store failed.
pub(in crate::console) fn within(tx: &mut Tx, wanted: &Wanted) -> Result<Filter, ExchangeError> {
    let org = wanted.org.map(|org| orgs::get(tx, org)).transpose();
    let org = org.map_err(|error| ExchangeError::Room(Box::new(error)))?;
    Ok(Filter {
        within: org.map(|org| org.path),
        ..wanted.filter.clone()
    })
}

fn text<T: std::fmt::Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// One group, or any of the four that need care.
fn groups(code: &str) -> Vec<Group> {
    match code {
        "care" => vec![
            Group::Migrant,
            Group::NewForm,
            Group::Difficult,
            Group::ModelWorker,
        ],
        code => Group::from_code(code).into_iter().collect(),
    }
}

fn group_code(groups: &[Group]) -> String {
    match groups {
        [] => String::new(),
        [one] => one.code().to_owned(),
        _ => "care".to_owned(),
    }
}

/// An applied condition with the address that takes it away.
struct Chip {
    label: String,
    without: String,
}

/// One row, ready to draw.
struct Line {
    id: MemberId,
    name: String,
    number: String,
    union: String,
    town: String,
    sex: &'static str,
    age: String,
    job: String,
    tags: Vec<(&'static str, &'static str)>,
    badge: Badge,
    joined_on: Date,
}

/// A status in shape, colour and words.
pub(in crate::console) struct Badge {
    pub class: &'static str,
    pub shape: &'static str,
    pub words: &'static str,
}

/// What stands in the status column: the state, or, for an active member, whether the identity was verified.
pub(in crate::console) fn badge(status: Status, real_name: bool) -> Badge {
    match (status, real_name) {
        (Status::Active, true) => Badge {
            class: "lv-g",
            shape: "s-ok",
            words: "实名认证",
        },
        (Status::Active, false) => Badge {
            class: "lv-y",
            shape: "s-yel",
            words: "待实名",
        },
        (other, _) => Badge {
            class: "lv-n",
            shape: "s-none",
            words: other.label(),
        },
    }
}

#[derive(Template)]
#[template(path = "console/members/roster.html", blocks = ["roster"])]
struct Roster {
    frame: Frame,
    tree: Arc<Tree>,
    total: String,
    wanted: Wanted,
    chips: Vec<Chip>,
    saved: Vec<SavedFilter>,
    lines: Vec<Line>,
    message: Option<String>,
    next: Option<String>,
    prev: Option<String>,
    on: Option<String>,
    plain: bool,
    order: Order,
    may_enter: bool,
    may_decide: bool,
    may_import: bool,
    may_export: bool,
    today: Date,
}

impl Roster {
    /// Address of the list with these filters.
    fn query(&self) -> String {
        self.wanted.address("")
    }
    /// Whether the rows follow one another by the union tree.
    fn by_union(&self) -> bool {
        self.order == Order::Path
    }
    /// Whether they do by name, in writing or in sound.
    fn by_name(&self) -> bool {
        matches!(self.order, Order::Name | Order::Sound | Order::Initials)
    }
    fn is(&self, given: impl AsRef<str>, value: &str) -> bool {
        given.as_ref() == value
    }
    fn group(&self) -> String {
        group_code(&self.wanted.filter.groups)
    }
    fn real_name(&self) -> &'static str {
        self.wanted
            .filter
            .real_name
            .map_or("", |yes| if yes { "yes" } else { "no" })
    }
    fn sex(&self) -> &'static str {
        self.wanted
            .filter
            .sex
            .map_or("", |sex| if sex == Sex::Male { "1" } else { "2" })
    }
    fn joined_from(&self) -> String {
        text(self.wanted.filter.joined_from)
    }
    fn joined_to(&self) -> String {
        text(self.wanted.filter.joined_to)
    }
    fn age_from(&self) -> String {
        text(self.wanted.filter.age_from)
    }
    fn age_to(&self) -> String {
        text(self.wanted.filter.age_to)
    }
    fn more_open(&self) -> bool {
        let filter = &self.wanted.filter;
        filter.sex.is_some()
            || filter.joined_to.is_some()
            || filter.age_from.is_some()
            || filter.age_to.is_some()
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    hx: Hx,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(&app, &Form::from_pairs(pairs));
    draw(&app, &who, &jar, &hx, wanted).await
}

/// The filter form: by plain post it leads to the address of the list, by htmx it answers with the list.
async fn find(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    hx: Hx,
    form: Form,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(&app, &form);
    if hx.0 {
        return draw(&app, &who, &jar, &hx, wanted).await;
    }
    Ok(Redirect::to(&format!("/members{}", wanted.address(""))).into_response())
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    hx: &Hx,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let view = load(app, who, jar, wanted).await?;
    if !hx.0 {
        return Ok(page(StatusCode::OK, &view));
    }
    let address = format!("/members{}", view.query());
    let mut response = page(StatusCode::OK, &view.as_roster());
    if let Ok(value) = HeaderValue::from_str(&address) {
        response.headers_mut().insert("hx-push-url", value);
    }
    Ok(response)
}

async fn load(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    mut wanted: Wanted,
) -> Result<Roster, Problem> {
    let place = app
        .db()
        .file()
        .map(|file| file.display().to_string())
        .unwrap_or_default();
    let asked = wanted.clone();
    let account = who.account;
    let (tree, listing, names, message, saved) = app
        .read(who, move |tx| -> Result<_, MemberError> {
            let tree = tree(tx, &place, asked.org)?;
            let filter = Filter {
                within: tree.path.clone().filter(|_| asked.org.is_some()),
                ..asked.filter
            };
            let page = Page {
                size: ROWS,
                after: asked.after,
                before: asked.before,
            };
            let (listing, message) = match members::list(tx, &filter, page) {
                Ok(listing) => (listing, None),
                Err(MemberError::Invalid { message, .. }) => (Listing::default(), Some(message)),
                Err(other) => return Err(other),
            };
            let names = Names::of(tx, listing.rows.iter().map(|row| &row.org_path))?;
            let saved = saved::list(tx, account, "members")?;
            Ok((tree, listing, names, message, saved))
        })
        .await?;
    let today = app.now().shanghai_date();
    let lines = listing
        .rows
        .into_iter()
        .map(|row| line(row, &names, today))
        .collect();
    if wanted.search == Search::PartOfNumber {
        wanted.typed = String::new();
    }
    let frame = Frame::new(app, who, jar, "会员名册", "/members")
        .crumb("组织与会员", "")
        .crumb("会员名册", "");
    Ok(Roster {
        frame,
        total: thousands(tree.total),
        chips: chips(&wanted),
        saved,
        next: listing.next.map(|id| wanted.with("after", id)),
        prev: listing.prev.map(|id| wanted.with("before", id)),
        on: listing.on.map(|id| {
            wanted.with(
                if wanted.before.is_some() && wanted.after.is_none() {
                    "before"
                } else {
                    "after"
                },
                id,
            )
        }),
        plain: wanted.filter.is_plain(),
        order: listing.order,
        tree,
        wanted,
        lines,
        message,
        may_enter: who.can(Capability::MembersChange),
        may_decide: who.can(Capability::DuplicatesDecide),
        may_import: who.can(Capability::ImportRun) && who.can(Capability::MembersChange),
        may_export: who.can(Capability::ExportRun),
        today,
    })
}

fn line(row: MemberRow, names: &Names, today: Date) -> Line {
    let groups = row.groups;
    let marks = [
        (groups.migrant, "", "农民工"),
        (groups.new_form, "", "新就业形态"),
        (groups.difficult, "tag-y", "困难职工"),
        (groups.model_worker, "tag-p", "劳模工匠"),
    ];
    Line {
        id: row.id,
        name: masked(&row.name),
        number: row.id_masked,
        union: names.union(&row.org_path).to_owned(),
        town: names.town(&row.org_path).to_owned(),
        sex: row.sex.label(),
        age: row
            .birth_on
            .map(|birth| format!("{} 岁", members::age_on(birth, today)))
            .unwrap_or_default(),
        job: row.job_title.unwrap_or_default(),
        tags: marks
            .into_iter()
            .filter(|(is, ..)| *is)
            .map(|(_, class, words)| (class, words))
            .collect(),
        badge: badge(row.status, row.real_name),
        joined_on: row.joined_on,
    }
}

fn chips(wanted: &Wanted) -> Vec<Chip> {
    let filter = &wanted.filter;
    let mut chips = Vec::new();
    let mut add = |name: &str, label: String| {
        chips.push(Chip {
            label,
            without: format!("/members{}", wanted.address(name)),
        })
    };
    match &wanted.search {
        Search::Nothing | Search::PartOfNumber => {}
        Search::Paper(_) => add("q", "证件号：已核对".to_owned()),
        Search::Phone(_) => add("q", "手机号：已核对".to_owned()),
        Search::Name(_) | Search::Letters(_) => add("q", format!("姓名：{}", wanted.typed)),
    }
    if !filter.groups.is_empty() {
        let names: Vec<&str> = filter.groups.iter().map(|group| group.label()).collect();
        add("g", format!("群体：{}", names.join("、")));
    }
    match filter.standing {
        Standing::Enrolled => {}
        Standing::Only(status) => add("s", format!("状态：{}", status.label())),
        Standing::All => add("s", "状态：全部".to_owned()),
    }
    if let Some(yes) = filter.real_name {
        add("r", if yes { "已实名" } else { "待实名" }.to_owned());
    }
    if let Some(sex) = filter.sex {
        add("x", format!("性别：{}", sex.label()));
    }
    if let Some(from) = filter.joined_from {
        add("jf", format!("入会 ≥ {from}"));
    }
    if let Some(to) = filter.joined_to {
        add("jt", format!("入会 ≤ {to}"));
    }
    if let Some((first, _)) = filter.entered {
        add(
            "in",
            format!("{} 年 {} 月入会", first.year(), first.month()),
        );
    }
    if let Some(age) = filter.age_from {
        add("af", format!("满 {age} 岁"));
    }
    if let Some(age) = filter.age_to {
        add("at", format!("不超过 {age} 岁"));
    }
    if filter.employer.is_some() {
        add("employer", "一家单位".to_owned());
    }
    if filter.batch.is_some() {
        add("batch", "一批导入".to_owned());
    }
    chips
}
