//! A site for tests: the whole router over a SQLite file of its own, without a socket.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use kernel::Date;
use kernel::ids::{AccountId, MemberId, OrgId};
use store::Tx;
use store::testing::TestDb;
use tower::ServiceExt;
use union::access::{self, AccessError, AccessPolicy, NewAccount, NewPost, Origin, Outcome, Roles};
use union::members::{self, Admission, MemberDraft, MemberError, MemberPolicy};
use union::orgs::{self, NewOrg, OrgKind};
use union::settings::SettingDefinitions;

use crate::{App, AppConfig, Rules, router, routes};

/// Password of every account a test makes.
pub const PASSWORD: &str = "只在测试里用的口令一句话";

/// The running program as tests see it.
pub struct Site {
    /// The database behind it.
    pub test: TestDb,
    /// The shared state.
    pub app: App,
    router: Router,
}

/// An answer read to its end.
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Where it sends the browser, or empty.
    pub location: String,
    /// First cookie it sets, or empty.
    pub cookie: String,
    /// All headers.
    pub headers: axum::http::HeaderMap,
    /// The body as text.
    pub body: String,
}

impl Site {
    /// An empty district with the definitions that ship.
    pub fn new() -> Self {
        Self::on(TestDb::sqlite())
    }

    /// The same over a database that is there. PostgreSQL's client waits by itself: what talks to the database then
    /// stands outside the runtime that carries the requests.
    pub fn on(test: TestDb) -> Self {
        let rules = Rules {
            roles: Roles::parse(include_str!("../../../definitions/roles/roles.toml")).unwrap(),
            policy: AccessPolicy::parse(include_str!("../../../definitions/access/policy.toml"))
                .unwrap(),
            settings: SettingDefinitions::parse(include_str!(
                "../../../definitions/settings/settings.toml"
            ))
            .unwrap(),
        };
        let config = AppConfig {
            district: store::testing::district(),
            district_name: "测试区总工会".into(),
            secure_cookies: false,
            // The tests' requests come from here, and may say that they were passed on.
            proxies: vec![std::net::Ipv4Addr::LOCALHOST.into()],
            oidc_secret: None,
            demo: true,
            upload_dir: test.folder.path().join("uploads"),
        };
        let app = App::new(test.db.clone(), config, rules);
        let router = router(app.clone(), routes());
        Self { test, app, router }
    }

    /// Make an account holding one post.
    pub fn account(&self, login: &str, role: &str, org: Option<OrgId>) -> AccountId {
        self.account_of(login, role, org, None)
    }

    /// Make an account holding one post, of a person with a member record.
    pub fn account_of(
        &self,
        login: &str,
        role: &str,
        org: Option<OrgId>,
        member: Option<MemberId>,
    ) -> AccountId {
        let new = NewAccount {
            login: login.into(),
            name: format!("演示{login}"),
            password: PASSWORD.into(),
            keep_password: true,
            member,
        };
        let from_on: Date = "2026-01-01".parse().unwrap();
        self.write(|tx| {
            let account = access::create_account(tx, self.app.policy(), &new)?;
            let post = NewPost {
                account,
                role: role.into(),
                org,
                from_on,
            };
            access::grant_post(tx, self.app.roles(), &post)?;
            Ok(account)
        })
    }

    /// A district with one town and one union, `东镇纺织厂工会`; its id.
    pub fn union(&self) -> OrgId {
        let plant = |tx: &mut Tx| {
            let top =
                orgs::create_active(tx, &NewOrg::new(None, OrgKind::Federation, "测试区总工会"))?;
            let town =
                orgs::create_active(tx, &NewOrg::new(Some(top.id), OrgKind::Town, "东镇总工会"))?;
            orgs::create_active(
                tx,
                &NewOrg::new(Some(town.id), OrgKind::Single, "东镇纺织厂工会"),
            )
        };
        self.test.db.write(&self.test.actor(), plant).unwrap().id
    }

    /// A member of a union, entered directly.
    pub fn member(&self, org: OrgId, name: &str, id_number: &str) -> MemberId {
        let draft = MemberDraft {
            name: name.into(),
            id_number: id_number.into(),
            phone: "13812341234".into(),
            ..Default::default()
        };
        let enter = |tx: &mut Tx| {
            let policy = MemberPolicy::at(*tx.district(), tx.today())?;
            let ready = members::prepare(tx.vault(), policy, tx.today(), &draft, tx.new_id())
                .map_err(MemberError::Faulty)?;
            let org = orgs::get(tx, org).unwrap();
            members::admit(tx, &ready, &Admission::new(org.id, org.path, tx.today()))
        };
        self.test.db.write(&self.test.actor(), enter).unwrap().id
    }

    /// An account of a member, for the hall.
    pub fn worker(&self, login: &str, member: MemberId) -> AccountId {
        self.account_of(login, "member", None, Some(member))
    }

    /// Write as the program itself.
    pub fn write<T>(&self, f: impl FnOnce(&mut Tx) -> Result<T, AccessError>) -> T {
        self.test.db.write(&self.test.actor(), f).unwrap()
    }

    /// Sign in behind the form's back; the cookie header to send.
    pub fn session(&self, login: &str) -> String {
        let outcome = self.write(|tx| {
            access::sign_in(tx, self.app.policy(), login, PASSWORD, &Origin::default())
        });
        match outcome {
            Outcome::In { token, .. } => format!("{}={token}", crate::shell::SESSION_COOKIE),
            Outcome::No(error) => panic!("{login}: {error}"),
        }
    }

    /// GET a page with a cookie header (or none).
    pub async fn get(&self, path: &str, cookie: &str) -> Answer {
        self.ask(
            Request::get(path)
                .header(header::COOKIE, cookie)
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// GET a page that goes on talking; its body as it comes.
    pub async fn stream(&self, path: &str, cookie: &str) -> Body {
        let mut request = Request::get(path)
            .header(header::COOKIE, cookie)
            .body(Body::empty())
            .unwrap();
        let peer: SocketAddr = "127.0.0.1:40000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        self.router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_body()
    }

    /// POST a form as the site's own page would.
    pub async fn post(&self, path: &str, cookie: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(form.to_owned()))
            .unwrap();
        self.ask(request).await
    }

    /// POST a form with files, each under a box's name and with a name of its own.
    pub async fn post_files(
        &self,
        path: &str,
        cookie: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &[u8])],
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!(
                "--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend(part.bytes());
        }
        for (name, file, bytes) in files {
            let part = format!(
                "--X\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            );
            body.extend(part.bytes().chain(bytes.iter().copied()).chain(*b"\r\n"));
        }
        body.extend(b"--X--\r\n");
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=X")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap();
        self.ask(request).await
    }

    /// Any request.
    pub async fn ask(&self, mut request: Request<Body>) -> Answer {
        let peer: SocketAddr = "127.0.0.1:40000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 << 20).await.unwrap();
        let text = |name| {
            parts
                .headers
                .get(name)
                .and_then(|v| v.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        Answer {
            status: parts.status,
            location: text(header::LOCATION),
            cookie: text(header::SET_COOKIE)
                .split(';')
                .next()
                .unwrap_or_default()
                .to_owned(),
            headers: parts.headers.clone(),
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}
