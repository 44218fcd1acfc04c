//! The worker's door through the whole router: without script, with it, twice, with bad files and foreign codes.

mod apply;
mod filing;
mod following;
mod staff;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::ids::{CaseId, OrgId};
use union::cases::{self, ActInput, CaseFilter, CaseLine, Verb};
use union::orgs::{NewOrg, OrgError, OrgKind, create_active};

use crate::testing::{Answer, Site};

const ZHANG: &str = "330113199003070018";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0 a photograph";

struct Place {
    site: Site,
    town: OrgId,
}

fn place() -> Place {
    let site = Site::new();
    let made = site.test.db.write(&site.test.actor(), |tx| {
        let root = create_active(tx, &NewOrg::new(None, OrgKind::Federation, "测试区总工会"))?.id;
        let town = create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "东镇总工会"))?.id;
        create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "西镇总工会"))?;
        Ok::<_, OrgError>((root, town))
    });
    let (root, town) = made.unwrap();
    site.account("officer", "district_officer", Some(root));
    site.account("east", "town_officer", Some(town));
    Place { site, town }
}

/// A form as a browser sends it, files last.
fn multipart(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head =
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(head.bytes());
    }
    for (name, bytes) in files {
        let head = format!(
            "--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"{name}\"\r\nContent-Type: image/jpeg\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(*bytes);
        body.extend("\r\n".bytes());
    }
    body.extend("--x--\r\n".bytes());
    body
}

/// What a page or the page's script would send.
struct Sending<'a> {
    path: &'a str,
    cookie: &'a str,
    json: bool,
}

impl Place {
    async fn send(
        &self,
        to: Sending<'_>,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Answer {
        let mut request = Request::post(to.path)
            .header(header::COOKIE, to.cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header("sec-fetch-site", "same-origin");
        if to.json {
            request = request.header(header::ACCEPT, "application/json");
        }
        let body = Body::from(multipart(fields, files));
        self.site.ask(request.body(body).unwrap()).await
    }

    /// Where an act led: the demand's own address, with the cookie that came along.
    async fn on(&self, sent: &Answer) -> Answer {
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let page = self.site.get(&sent.location, &sent.cookie).await;
        assert_eq!(
            page.status,
            StatusCode::OK,
            "{} {}",
            sent.location,
            page.location
        );
        page
    }

    /// The form, both steps filled in, as the page without script sends the second.
    async fn file(&self, changes: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        let fields = self.filled(changes);
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let to = Sending {
            path: "/hall/demand",
            cookie: "",
            json: false,
        };
        self.send(to, &fields, files).await
    }

    fn filled(&self, changes: &[(&str, &str)]) -> Vec<(String, String)> {
        let town = self.town.to_string();
        let usual = [
            ("key", "0192e53c-0000-7000-8000-000000000001"),
            ("step", "2"),
            ("type", "投诉"),
            ("subject", "拖欠工资"),
            ("content", "九月的工资没有发"),
            ("employer", "某电子厂"),
            ("place", town.as_str()),
            ("name", "王师傅"),
            ("phone", "13800001111"),
        ];
        let mut fields: Vec<(String, String)> = usual
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        for (name, value) in changes {
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some(field) => (*value).clone_into(&mut field.1),
                None => fields.push(((*name).to_owned(), (*value).to_owned())),
            }
        }
        fields
    }

    fn listed(&self) -> Vec<CaseLine> {
        let actor = self.site.test.actor();
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
            .read(&actor, |tx| cases::list(tx, may, &CaseFilter::default()));
        read.unwrap()
    }

    /// An officer of the town does something with the only case.
    fn does(&self, case: CaseId, verb: &str, input: &ActInput) {
        let may = self
            .site
            .app
            .roles()
            .get("town_officer")
            .unwrap()
            .capabilities;
        let actor = store::Actor {
            account: Some(uuid::Uuid::from_u128(9).into()),
            label: "某干部 · 东镇总工会".to_owned(),
            ..self.site.test.actor()
        };
        let actor = store::Actor {
            scope: actor.scope.narrowed(&self.path()),
            ..actor
        };
        self.site
            .test
            .db
            .write(&actor, |tx| {
                cases::act(tx, may, case, &Verb::of(verb), input)
            })
            .unwrap();
    }

    fn path(&self) -> kernel::OrgPath {
        let actor = self.site.test.actor();
        let read = self
            .site
            .test
            .db
            .read(&actor, |tx| union::orgs::get(tx, self.town));
        read.unwrap().path
    }
}

fn code_of(page: &Answer) -> String {
    let (_, rest) = page
        .body
        .split_once("data-receipt=\"")
        .unwrap_or_else(|| panic!("no receipt: {} {}", page.status, page.body));
    rest.split_once('"').unwrap().0.to_owned()
}

fn posted(fields: &[(&str, &str)]) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", crate::shell::encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}
