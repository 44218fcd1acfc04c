//! The frame around every page of the hall: title, way back, tabs, hotline, text size.

use axum_extra::extract::CookieJar;
use store::Actor;
use union::settings::{self, Settings};

use crate::shell::{App, Problem, SIZE_COOKIE};

/// One tab at the bottom.
#[derive(Debug, Clone, Copy)]
pub struct Tab {
    /// Where it leads; also what marks it as current.
    pub href: &'static str,
    /// Chinese label.
    pub label: &'static str,
    /// Icon of the sprite.
    pub icon: &'static str,
}

const MEMBER_TABS: &[Tab] = &[
    Tab {
        href: "/hall",
        label: "首页",
        icon: "home",
    },
    Tab {
        href: "/hall/card",
        label: "会员卡",
        icon: "qrcode",
    },
    Tab {
        href: "/hall/data",
        label: "我的资料",
        icon: "user",
    },
    Tab {
        href: "/hall/settings",
        label: "设置",
        icon: "settings",
    },
];

const GUEST_TABS: &[Tab] = &[
    Tab {
        href: "/hall",
        label: "首页",
        icon: "home",
    },
    Tab {
        href: "/hall/join",
        label: "加入工会",
        icon: "user-plus",
    },
    Tab {
        href: "/hall/status",
        label: "查进度",
        icon: "search",
    },
    Tab {
        href: "/hall/settings",
        label: "设置",
        icon: "settings",
    },
];

/// What the layout needs besides the page itself.
#[derive(Debug, Clone)]
pub struct HallFrame {
    /// Title of the window; starts with 错误： after a form that was not taken.
    pub title: String,
    /// The page's h1.
    pub heading: String,
    /// The federation's name.
    pub district_name: String,
    /// xl (大字版) or empty.
    pub size: &'static str,
    /// 职工热线, as shown.
    pub hotline: String,
    /// The same as a phone dials it.
    pub dial: String,
    /// 负责科室; empty when none is set.
    pub office: String,
    /// Further notice about personal data; empty when none is set.
    pub notice: String,
    /// Tabs at the bottom.
    pub tabs: &'static [Tab],
    /// The tab that is current.
    pub current: &'static str,
    /// Where the arrow leads.
    pub back: &'static str,
    /// Demo data: the foot says so.
    pub demo: bool,
    /// A message after an act.
    pub flash: Option<&'static str>,
}

impl HallFrame {
    /// The frame of a page; `member` says whose tabs are shown.
    pub async fn new(
        app: &App,
        jar: &CookieJar,
        member: bool,
        heading: &str,
    ) -> Result<Self, Problem> {
        let system = Actor::system(app.config().district);
        let worker = app.clone();
        let settings = app
            .read_as(system, move |tx| settings::load(tx, worker.settings()))
            .await;
        Ok(Self::with(app, jar, member, heading, &settings?))
    }

    fn with(app: &App, jar: &CookieJar, member: bool, heading: &str, settings: &Settings) -> Self {
        let large = jar
            .get(SIZE_COOKIE)
            .is_some_and(|cookie| cookie.value() == "xl");
        let hotline = settings.get("contact.hotline").to_owned();
        Self {
            title: heading.to_owned(),
            heading: heading.to_owned(),
            district_name: app.config().district_name.clone(),
            size: if large { "xl" } else { "" },
            dial: hotline
                .chars()
                .filter(|c| c.is_ascii_digit() || matches!(c, '+' | '-'))
                .collect(),
            hotline,
            office: settings.get("contact.office").to_owned(),
            notice: settings.get("privacy.notice").to_owned(),
            tabs: if member { MEMBER_TABS } else { GUEST_TABS },
            current: "",
            back: "/hall",
            demo: app.config().demo,
            flash: None,
        }
    }

    /// The frame of a page that says no; it asks the store for nothing, which may be what went wrong.
    pub fn bare(app: &App, jar: &CookieJar, member: bool, heading: &str) -> Self {
        Self::with(app, jar, member, heading, &Settings::default())
    }

    /// As one of the tabs.
    #[must_use]
    pub fn tab(mut self, href: &'static str) -> Self {
        self.current = href;
        self
    }

    /// With another way back than the home page.
    #[must_use]
    pub fn back(mut self, href: &'static str) -> Self {
        self.back = href;
        self
    }

    /// After a form that was not taken: the title says so first.
    #[must_use]
    pub fn wrong(mut self, wrong: bool) -> Self {
        if wrong {
            self.title = format!("错误：{}", self.heading);
        }
        self
    }

    /// With a message after an act.
    #[must_use]
    pub fn flash(mut self, message: Option<&'static str>) -> Self {
        self.flash = message;
        self
    }
}
