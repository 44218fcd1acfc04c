//! The frame around console pages: navigation, who is signed in, breadcrumbs, one-time messages.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{HeaderMap, HeaderValue};
use axum::response::{Html, IntoResponse, Response};
use axum_extra::extract::CookieJar;
use union::access::{Capability, SignedIn};

use super::cookies::DENSITY_COOKIE;
use super::{App, Problem};

/// One entry of the side navigation.
#[derive(Debug, Clone, Copy)]
pub struct NavItem {
    /// Where it leads; also what marks it as current.
    pub href: &'static str,
    /// Chinese label.
    pub label: &'static str,
    /// Icon of the sprite.
    pub icon: &'static str,
    /// Who sees it.
    pub need: Capability,
}

/// A headed group of the side navigation.
#[derive(Debug, Clone)]
pub struct NavGroup {
    /// Chinese heading.
    pub title: &'static str,
    /// The entries this post may use.
    pub items: Vec<NavItem>,
}

const NAV: &[(&str, &[NavItem])] = &[
    (
        "工作",
        &[
            NavItem {
                href: "/workbench",
                label: "工作台",
                icon: "home",
                need: Capability::Workbench,
            },
            NavItem {
                href: "/warnings",
                label: "欠薪预警",
                icon: "alert-triangle",
                need: Capability::WarningRead,
            },
            NavItem {
                href: "/sentinel",
                label: "每周五问",
                icon: "walk",
                need: Capability::SignalsEnter,
            },
            NavItem {
                href: "/pay-reports",
                label: "工资月报",
                icon: "report-analytics",
                need: Capability::PayReportFile,
            },
            NavItem {
                href: "/cases",
                label: "维权办件",
                icon: "briefcase",
                need: Capability::CasesRead,
            },
            NavItem {
                href: "/letters",
                label: "文书",
                icon: "file-text",
                need: Capability::CasesRead,
            },
        ],
    ),
    (
        "组织与会员",
        &[
            NavItem {
                href: "/orgs",
                label: "组织架构",
                icon: "sitemap",
                need: Capability::OrgsRead,
            },
            NavItem {
                href: "/employers",
                label: "企业台账",
                icon: "building-factory-2",
                need: Capability::EmployersRead,
            },
            NavItem {
                href: "/members",
                label: "会员名册",
                icon: "users",
                need: Capability::MembersRead,
            },
            NavItem {
                href: "/duplicates",
                label: "疑似重复",
                icon: "copy",
                need: Capability::DuplicatesDecide,
            },
            NavItem {
                href: "/wage-statements",
                label: "职工账单",
                icon: "file-text",
                need: Capability::MembersReveal,
            },
            NavItem {
                href: "/imports",
                label: "数据导入",
                icon: "upload",
                need: Capability::ImportRun,
            },
        ],
    ),
    (
        "分析",
        &[NavItem {
            href: "/coverage",
            label: "覆盖率",
            icon: "chart-bar",
            need: Capability::CoverageRead,
        }],
    ),
    (
        "系统",
        &[
            NavItem {
                href: "/accounts",
                label: "账号与岗位",
                icon: "key",
                need: Capability::AccessRead,
            },
            NavItem {
                href: "/audit",
                label: "审计日志",
                icon: "list-check",
                need: Capability::AuditRead,
            },
            NavItem {
                href: "/settings",
                label: "系统设置",
                icon: "settings",
                need: Capability::SettingsChange,
            },
        ],
    ),
];

/// A step of the breadcrumb trail; the last one has no link.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// Words.
    pub label: String,
    /// Where it leads; empty for the page itself.
    pub href: String,
}

/// A message shown once after an act (成功提示).
#[derive(Debug, Clone)]
pub struct Flash(pub String);

/// What the console's layout template needs besides the page itself.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Title of the page, also its h1.
    pub title: String,
    /// District federation's name.
    pub district_name: String,
    /// Navigation for this post.
    pub nav: Vec<NavGroup>,
    /// The entry that is current.
    pub current: &'static str,
    /// Trail above the title.
    pub crumbs: Vec<Crumb>,
    /// Name of the person.
    pub name: String,
    /// First character of the name, for the round mark.
    pub initial: String,
    /// Post in words.
    pub post: String,
    /// Level label of the post.
    pub level: &'static str,
    /// Union of the post.
    pub org: String,
    /// More than one post: the corner offers to switch.
    pub can_switch: bool,
    /// "Why can I see this?"
    pub why: String,
    /// comfortable or compact.
    pub density: &'static str,
    /// Demo data: the footer says so.
    pub demo: bool,
    /// Message after an act.
    pub flash: Option<String>,
    /// Signed in at all (the sign-in page uses the same head).
    pub signed_in: bool,
    /// The post may look for members, unions, employers, warnings or cases.
    pub can_search: bool,
    /// The person has an own member record and may go to the hall.
    pub has_hall: bool,
    /// Made for this page: a form that carries it is taken once, however often it is sent.
    pub key: String,
}

impl Frame {
    /// The frame for a signed-in person's page. `current` is the navigation entry's address.
    pub fn new(
        app: &App,
        who: &SignedIn,
        jar: &CookieJar,
        title: impl Into<String>,
        current: &'static str,
    ) -> Self {
        let mut frame = Self::bare(app, title);
        frame.current = current;
        frame.nav = nav_for(who);
        frame.name = who.name.clone();
        frame.initial = who
            .name
            .chars()
            .next()
            .map(String::from)
            .unwrap_or_default();
        frame.post = who
            .post
            .as_ref()
            .map(|p| p.role_title.clone())
            .unwrap_or_default();
        frame.level = who.post.as_ref().map_or("", |p| p.level.title());
        frame.org = who
            .post
            .as_ref()
            .map(|p| p.org_name.clone())
            .filter(|n| !n.is_empty())
            .unwrap_or_else(|| frame.district_name.clone());
        frame.can_switch = who.posts.len() > 1;
        frame.why = who.why();
        frame.density = if jar
            .get(DENSITY_COOKIE)
            .is_some_and(|c| c.value() == "compact")
        {
            "compact"
        } else {
            "comfortable"
        };
        frame.signed_in = true;
        frame.can_search = [
            Capability::MembersRead,
            Capability::OrgsRead,
            Capability::CasesRead,
            Capability::WarningRead,
        ]
        .iter()
        .any(|c| who.can(*c));
        frame.has_hall = who.member.is_some();
        frame.key = app.new_key();
        frame
    }

    /// The frame of a page for nobody in particular: sign-in, errors.
    pub fn bare(app: &App, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            district_name: app.config().district_name.clone(),
            nav: Vec::new(),
            current: "",
            crumbs: Vec::new(),
            name: String::new(),
            initial: String::new(),
            post: String::new(),
            level: "",
            org: app.config().district_name.clone(),
            can_switch: false,
            why: String::new(),
            density: "comfortable",
            demo: app.config().demo,
            flash: None,
            signed_in: false,
            can_search: false,
            has_hall: false,
            key: String::new(),
        }
    }

    /// With one more step in the trail.
    #[must_use]
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.crumbs.push(Crumb {
            label: label.into(),
            href: href.into(),
        });
        self
    }

    /// With a message after an act.
    #[must_use]
    pub fn flash(mut self, message: Option<String>) -> Self {
        self.flash = message;
        self
    }
}

fn nav_for(who: &SignedIn) -> Vec<NavGroup> {
    NAV.iter()
        .map(|(title, items)| NavGroup {
            title,
            items: items.iter().copied().filter(|i| who.can(i.need)).collect(),
        })
        .filter(|group| !group.items.is_empty())
        .collect()
}

/// A template as a page with a status.
pub fn page<T: Template>(status: StatusCode, template: &T) -> Response {
    match template.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => Problem::fault(&error).into_response(),
    }
}

#[derive(Template)]
#[template(path = "shell/problem.html")]
struct ProblemPage<'a> {
    frame: Frame,
    problem: &'a Problem,
    status: u16,
}

/// Draw a problem for a person: a whole page (in the dress of the hall where `hall` has its cookies), or a
/// toast for htmx.
pub(super) fn problem_page(
    app: &App,
    problem: &Problem,
    htmx: bool,
    who: Option<&SignedIn>,
    hall: Option<&CookieJar>,
) -> Response {
    let title = match problem.status.as_u16() {
        403 => "没有权限",
        404 => "没有找到",
        405 => "不能这样打开",
        409 => "现在不能这样做",
        429 => "请稍后再试",
        422 | 400 => "请检查填写的内容",
        _ => "出错了",
    };
    if htmx {
        return toast(problem.status, &problem.message);
    }
    if let Some(jar) = hall {
        return crate::hall::problem(app, problem, jar, who, title);
    }
    let frame = who.map_or_else(
        || Frame::bare(app, title),
        |who| Frame::new(app, who, &CookieJar::new(), title, ""),
    );
    page(
        problem.status,
        &ProblemPage {
            frame,
            problem,
            status: problem.status.as_u16(),
        },
    )
}

/// An answer to htmx that changes nothing on the page but shows a message.
pub fn toast(status: StatusCode, message: &str) -> Response {
    let mut headers = HeaderMap::new();
    // Header values are ASCII: the message travels JSON-escaped.
    let escaped: String = message.chars().fold(String::new(), |mut out, c| {
        let mut units = [0u16; 2];
        if c.is_ascii() && !matches!(c, '"' | '\\') && !c.is_ascii_control() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
        out
    });
    if let Ok(value) = HeaderValue::from_str(&format!("{{\"toast\":\"{escaped}\"}}")) {
        headers.insert("hx-trigger", value);
    }
    headers.insert("hx-reswap", HeaderValue::from_static("none"));
    (status, headers).into_response()
}
