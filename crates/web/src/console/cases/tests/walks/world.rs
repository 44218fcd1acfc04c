//! A district with somebody in every post, and what they do with the pages.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use kernel::case_kind::CaseKind;
use kernel::ids::{AccountId, CaseId, OrgId};
use kernel::{Clock as _, Date, Instant};
use store::jobs::{Handlers, run_jobs_until_idle};
use store::testing::TestDb;
use tokio::runtime::Runtime;
use union::cases::{self, Case, Clocks};
use union::orgs::{NewOrg, OrgError, OrgKind, create_active};

use crate::testing::{Answer, Site};

/// Who works where: two officers of the federation, two of the town, one of the other town, two in the village, two
/// lawyers beside the tree, a leader who only looks, the chair of an enterprise union who sees no case at all.
const PEOPLE: [(&str, &str, Option<&str>); 11] = [
    ("officer", "district_officer", Some("临平区总工会")),
    ("officer2", "district_officer", Some("临平区总工会")),
    ("east", "town_officer", Some("塘栖镇总工会")),
    ("east2", "town_officer", Some("塘栖镇总工会")),
    ("west", "town_officer", Some("乔司街道总工会")),
    ("village", "sentinel", Some("塘北村工会联合会")),
    ("village2", "sentinel", Some("塘北村工会联合会")),
    ("lawyer", "lawyer", None),
    ("lawyer2", "lawyer", None),
    ("leader", "leader", Some("临平区总工会")),
    ("chair", "enterprise_chair", Some("塘北纺织厂工会")),
];

/// The district, its people, and what was offered and done.
pub(super) struct World {
    pub(super) site: Site,
    runtime: Runtime,
    kind: &'static str,
    orgs: BTreeMap<String, OrgId>,
    accounts: BTreeMap<&'static str, AccountId>,
    cookies: RefCell<BTreeMap<String, String>>,
    offered: RefCell<BTreeSet<String>>,
    done: RefCell<BTreeSet<String>>,
}

/// Walks a kind on every database there is.
pub(super) fn on_both(kind: &'static str, walk: impl Fn(&World)) {
    let there = [Some(TestDb::sqlite()), TestDb::postgres()];
    for test in there.into_iter().flatten() {
        walk(&World::new(kind, test));
    }
}

/// As [`on_both`], beginning at a moment like `2026-03-25 09:00`.
pub(super) fn from(kind: &'static str, moment: &str, walk: impl Fn(&World)) {
    let there = [Some(TestDb::sqlite()), TestDb::postgres()];
    for test in there.into_iter().flatten() {
        test.clock.set(kernel::duty::moment(moment).unwrap());
        walk(&World::new(kind, test));
    }
}

impl World {
    fn new(kind: &'static str, test: TestDb) -> Self {
        let site = Site::on(test);
        let orgs = site
            .test
            .db
            .write(&site.test.actor(), |tx| {
                let mut all = BTreeMap::new();
                let mut plant = |parent: Option<&str>, kind, name: &str| {
                    let parent = parent.map(|parent| all[parent]);
                    let id = create_active(tx, &NewOrg::new(parent, kind, name))?.id;
                    all.insert(name.to_owned(), id);
                    Ok::<_, OrgError>(())
                };
                plant(None, OrgKind::Federation, "临平区总工会")?;
                plant(Some("临平区总工会"), OrgKind::Town, "塘栖镇总工会")?;
                plant(Some("临平区总工会"), OrgKind::Town, "乔司街道总工会")?;
                plant(Some("塘栖镇总工会"), OrgKind::Village, "塘北村工会联合会")?;
                plant(Some("塘北村工会联合会"), OrgKind::Single, "塘北纺织厂工会")?;
                Ok::<_, OrgError>(all)
            })
            .unwrap();
        let accounts = PEOPLE
            .iter()
            .map(|(login, role, at)| (*login, site.account(login, role, at.map(|at| orgs[at]))))
            .collect();
        Self {
            site,
            runtime: Runtime::new().unwrap(),
            kind,
            orgs,
            accounts,
            cookies: RefCell::default(),
            offered: RefCell::default(),
            done: RefCell::default(),
        }
    }

    pub(super) fn org(&self, name: &str) -> OrgId {
        self.orgs[name]
    }

    pub(super) fn account(&self, who: &str) -> AccountId {
        self.accounts[who]
    }

    /// `ORG/PERSON`, as the list of desks writes it.
    pub(super) fn desk(&self, org: &str, who: &str) -> String {
        format!("{}/{}", self.org(org), self.account(who))
    }

    /// Puts the clock forward to a moment like `2026-11-20 09:30`; the night between is worked through, and everybody
    /// signs in anew.
    pub(super) fn at(&self, moment: &str) {
        let moment: Instant = kernel::duty::moment(moment).unwrap();
        assert!(moment >= self.site.test.clock.now(), "time goes forward");
        self.site.test.clock.set(moment);
        self.night();
        self.cookies.borrow_mut().clear();
    }

    /// Runs what is due.
    pub(super) fn night(&self) {
        let handlers = Handlers::default()
            .with(Clocks)
            .with(cases::Retention::default())
            .with(cases::Destroy::default())
            .with(union::arrears::alerts::Evaluate)
            .with(union::arrears::alerts::Verify);
        run_jobs_until_idle(&self.site.test.db, &handlers).unwrap();
    }

    pub(super) fn today(&self) -> Date {
        self.site.test.clock.now().shanghai_date()
    }

    fn cookie(&self, who: &str) -> String {
        if who.is_empty() {
            return String::new();
        }
        let known = self.cookies.borrow().get(who).cloned();
        known.unwrap_or_else(|| {
            let cookie = self.site.session(who);
            self.cookies
                .borrow_mut()
                .insert(who.to_owned(), cookie.clone());
            cookie
        })
    }

    pub(super) fn get(&self, who: &str, path: &str) -> Answer {
        let cookie = self.cookie(who);
        self.runtime.block_on(self.site.get(path, &cookie))
    }

    pub(super) fn post(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let cookie = self.cookie(who);
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", crate::shell::encode(value)));
        let form = pairs.collect::<Vec<_>>().join("&");
        self.runtime.block_on(self.site.post(path, &cookie, &form))
    }

    fn act(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.act_with(who, path, fields, &[])
    }

    /// A form with files in its boxes.
    pub(super) fn act_with(
        &self,
        who: &str,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        let cookie = self.cookie(who);
        let sent = self.site.post_files(path, &cookie, fields, files);
        self.runtime.block_on(sent)
    }

    /// The page of a case, for somebody who sees it.
    pub(super) fn page(&self, who: &str, id: CaseId) -> String {
        let page = self.get(who, &format!("/cases/{id}"));
        assert_eq!(
            page.status,
            StatusCode::OK,
            "{who} does not see the case: {}",
            page.body
        );
        page.body
    }

    /// The verbs that the page offers to somebody.
    pub(super) fn buttons(&self, who: &str, id: CaseId) -> BTreeSet<String> {
        let page = self.page(who, id);
        let mark = format!("/cases/{id}/do/");
        let verbs = page.split(&mark).skip(1);
        let found: BTreeSet<String> = verbs
            .filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
            .collect();
        if self.case(id).kind.id == self.kind {
            self.offered.borrow_mut().extend(found.iter().cloned());
        }
        found
    }

    /// The case as the program knows it, for what a page does not spell out.
    pub(super) fn case(&self, id: CaseId) -> Case {
        let read = self
            .site
            .test
            .db
            .read(&self.site.test.actor(), |tx| cases::get_linked(tx, id));
        read.unwrap()
    }

    /// When each running clock of a case runs out.
    pub(super) fn dues(&self, id: CaseId) -> BTreeMap<String, Instant> {
        let may = self
            .site
            .app
            .roles()
            .get("district_officer")
            .unwrap()
            .capabilities;
        let read = self
            .site
            .test
            .db
            .read(&self.site.test.actor(), |tx| cases::clocks(tx, may, id));
        let running = read
            .unwrap()
            .into_iter()
            .filter(|line| line.clock.state().is_live());
        running
            .filter_map(|line| Some((line.clock.rule.clone(), line.due?.at)))
            .collect()
    }

    /// Enters a matter by the form at the window; its id, and the code of its receipt.
    pub(super) fn enter(&self, who: &str, kind: &str, fields: &[(&str, &str)]) -> (CaseId, String) {
        let path = format!("/cases/new?kind={kind}");
        let form = self.get(who, &path);
        assert_eq!(form.status, StatusCode::OK, "{}", form.body);
        let key = value(&form.body, "key");
        let mut sent = vec![("key", key.as_str())];
        sent.extend(fields);
        let opened = self.post(who, &path, &sent);
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", errors(&opened));
        let id = opened
            .location
            .trim_start_matches("/cases/")
            .split('/')
            .next()
            .unwrap();
        let id: CaseId = id.parse().unwrap();
        let receipt = self.get(who, &format!("/cases/{id}/receipt"));
        let mark = "查询码</dt><dd class=\"num b\">";
        let (_, code) = receipt.body.split_once(mark).unwrap();
        (id, code.split_once('<').unwrap().0.to_owned())
    }

    /// Carries a verb out: the button is there, the form opens, and it is taken. Who only looks is refused.
    pub(super) fn does(&self, who: &str, id: CaseId, verb: &str, fields: &[(&str, &str)]) {
        let buttons = self.buttons(who, id);
        let state = self.case(id).now.state;
        assert!(
            buttons.contains(verb),
            "{who} has no button {verb} in {state}: {buttons:?}"
        );
        assert!(
            self.buttons("leader", id).is_empty(),
            "who only looks has no button"
        );
        let path = format!("/cases/{id}/do/{verb}");
        assert_eq!(
            self.act("leader", &path, fields).status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(self.get("chair", &path).status, StatusCode::FORBIDDEN);
        let form = self.get(who, &path);
        assert_eq!(form.status, StatusCode::OK, "{verb}: {}", form.body);
        let version = value(&form.body, "version");
        let mut sent = vec![("version", version.as_str())];
        sent.extend(fields);
        let taken = self.act(who, &path, &sent);
        assert_eq!(
            (taken.status, taken.location.as_str()),
            (
                StatusCode::SEE_OTHER,
                format!("/cases/{id}?done={verb}").as_str()
            ),
            "{who} {verb} in {state}: {}",
            errors(&taken)
        );
        self.did(verb);
    }

    /// A verb of this kind was carried out by another door than the console's form.
    pub(super) fn did(&self, verb: &str) {
        self.done.borrow_mut().insert(verb.to_owned());
    }

    /// A form that is not taken: it says why and where, keeps what was typed, and changes nothing.
    pub(super) fn refuses(
        &self,
        who: &str,
        id: CaseId,
        verb: &str,
        fields: &[(&str, &str)],
        says: &[&str],
    ) {
        let path = format!("/cases/{id}/do/{verb}");
        let before = self.case(id).version;
        let version = before.to_string();
        let mut sent = vec![("version", version.as_str())];
        sent.extend(fields);
        let refused = self.act(who, &path, &sent);
        assert!(
            matches!(
                refused.status,
                StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY
            ),
            "{who} {verb}: {} {}",
            refused.status,
            refused.location
        );
        assert!(refused.body.contains("错误：") && refused.body.contains("id=\"errors\""));
        for words in says {
            assert!(
                refused.body.contains(words),
                "{verb} does not say {words}: {}",
                errors(&refused)
            );
        }
        for link in refused.body.split("href=\"#f-").skip(1) {
            let (at, _) = link.split_once('"').unwrap();
            assert!(
                refused.body.contains(&format!("id=\"f-{at}\"")),
                "{verb}: no box {at}"
            );
        }
        for (name, typed) in fields {
            let kept = refused.body.contains(&format!("value=\"{typed}\""))
                || refused.body.contains(&format!(">{typed}</textarea>"));
            assert!(kept, "{verb} lost {name} {typed}");
            let chosen = [
                "next",
                "solved",
                "satisfied",
                "clock",
                "back_to",
                "closing",
                "evidence",
            ];
            if chosen.contains(name) {
                let radio = refused
                    .body
                    .find(&format!("name=\"{name}\" value=\"{typed}\""));
                let at = radio
                    .or_else(|| refused.body.find(&format!("value=\"{typed}\"")))
                    .unwrap();
                let rest = refused.body[at..].split_once('>').unwrap().0;
                assert!(
                    rest.contains(" selected") || rest.contains(" checked"),
                    "{verb} lost {name}"
                );
            }
        }
        assert_eq!(self.case(id).version, before, "a refusal changes nothing");
    }

    /// A form that was drawn before somebody else acted: it says why, and changes nothing.
    pub(super) fn too_late(
        &self,
        who: &str,
        id: CaseId,
        verb: &str,
        fields: &[(&str, &str)],
        says: &str,
    ) {
        let before = self.case(id).version;
        let late = self.act(who, &format!("/cases/{id}/do/{verb}"), fields);
        assert!(
            late.status == StatusCode::CONFLICT && late.body.contains(says),
            "{}",
            errors(&late)
        );
        assert_eq!(self.case(id).version, before);
    }

    /// Somebody who sees the case may not: no button, no form but the reason in words, and the post is refused.
    pub(super) fn cannot(&self, who: &str, id: CaseId, verb: &str) {
        assert!(
            !self.buttons(who, id).contains(verb),
            "{who} must not have {verb}"
        );
        let path = format!("/cases/{id}/do/{verb}");
        let told = self.get(who, &path);
        assert_eq!(told.status, StatusCode::CONFLICT, "{who} {verb}");
        let row = self.case(id).kind.verb.iter().find(|row| row.id == verb);
        let title = row.unwrap().title();
        let says = [
            title,
            "没有上一步可退",
            "没有待批的延期申请",
            "已有一份延期申请待批",
            "回访须由承办人以外的人进行",
            "延期须由申请人以外的人批准",
        ];
        assert!(
            says.iter().any(|words| told.body.contains(words))
                && !told.body.contains("<form class=\"fm\""),
            "{who} {verb}: {}",
            told.body
        );
        // Nobody is left standing there: the way back, and what may be done instead.
        let back = format!("class=\"btn btn-p\" href=\"/cases/{id}\"");
        assert!(told.body.contains(&back), "{who} {verb}: {}", told.body);
        for other in self.buttons(who, id) {
            let offers = format!("href=\"/cases/{id}/do/{other}\"");
            assert!(told.body.contains(&offers), "{who} {verb}: {other}");
        }
        let sent = self.act(who, &path, &[("note", "试一试")]);
        let refused = [
            StatusCode::NOT_FOUND,
            StatusCode::FORBIDDEN,
            StatusCode::CONFLICT,
        ];
        assert!(
            refused.contains(&sent.status),
            "{who} {verb}: {}",
            sent.status
        );
    }

    /// For somebody the case does not exist.
    pub(super) fn hidden(&self, who: &str, id: CaseId) {
        for path in ["", "/do/note", "/receipt", "/part/split"] {
            let answer = self.get(who, &format!("/cases/{id}{path}"));
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who} {path}");
        }
    }

    /// The person at the phone of the receipt: `add`, `again`, `rate`, `withdraw`.
    pub(super) fn says(
        &self,
        code: &str,
        what: &str,
        key: &str,
        fields: &[(&str, &str)],
        verb: &str,
    ) {
        let mut sent = vec![("code", code), ("key", key)];
        sent.extend(fields);
        let said = self.post("", &format!("/hall/demand/say/{what}"), &sent);
        assert_eq!(
            said.status,
            StatusCode::SEE_OTHER,
            "{what}: {}",
            errors(&said)
        );
        self.did(verb);
    }

    /// Every verb of the kind has been carried out, also every one that some page offered.
    pub(super) fn is_whole(&self, kind: &CaseKind) {
        let done = self.done.borrow();
        let offered = self.offered.borrow();
        let never: Vec<&String> = offered.difference(&done).collect();
        assert!(
            never.is_empty(),
            "{}: offered on a page and never carried out: {never:?}",
            kind.id
        );
        let known: BTreeSet<String> = kind.verb.iter().map(|row| row.id.clone()).collect();
        let never: Vec<&String> = known.difference(&done).collect();
        assert!(
            never.is_empty(),
            "{}: in the definition and never carried out: {never:?}",
            kind.id
        );
    }
}

/// The value of a hidden or text box of a form.
pub(super) fn value(body: &str, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = body
        .split_once(&mark)
        .unwrap_or_else(|| panic!("no {name} in {body}"));
    rest.split_once('"').unwrap().0.to_owned()
}

/// What a page complains about, for messages of tests.
pub(super) fn errors(answer: &Answer) -> String {
    let from = answer.body.find("id=\"errors\"").unwrap_or(0);
    let shown: String = answer.body[from..].chars().take(900).collect();
    format!("{} {} {shown}", answer.status, answer.location)
}
