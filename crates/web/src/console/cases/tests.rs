//! The pages of casework through the whole router: who sees a case, what its forms ask, what a refusal says.

mod walks;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::ids::CaseId;
use union::cases::{self, NewCase};
use union::orgs::{NewOrg, OrgError, OrgKind, create_active};

use crate::testing::{Answer, Site};

/// Two towns with an officer each, and an open arrears alert in the east.
struct Place {
    site: Site,
    case: CaseId,
}

fn place() -> Place {
    let site = Site::new();
    let made = site.test.db.write(&site.test.actor(), |tx| {
        let root = create_active(tx, &NewOrg::new(None, OrgKind::Federation, "测试区总工会"))?.id;
        let town = create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "东镇总工会"))?.id;
        let other = create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "西镇总工会"))?.id;
        Ok::<_, OrgError>((root, town, other))
    });
    let (root, town, other) = made.unwrap();
    site.account("officer", "district_officer", Some(root));
    site.account("east", "town_officer", Some(town));
    site.account("west", "town_officer", Some(other));
    let new = NewCase {
        kind: "cases.arrears_alert".to_owned(),
        door: "alert".to_owned(),
        place: Some(town),
        title: "东镇纺织厂疑似欠薪".to_owned(),
        fields: [("employer".to_owned(), "东镇纺织厂".to_owned())].into(),
        grade: Some("yellow".to_owned()),
        link: Some(("alert", uuid::Uuid::from_u128(7))),
        ..NewCase::default()
    };
    let case = site
        .test
        .db
        .write(&site.test.actor(), |tx| cases::open(tx, &new))
        .unwrap()
        .id;
    Place { site, case }
}

impl Place {
    async fn form(
        &self,
        verb: &str,
        cookie: &str,
        fields: &[(&str, &str)],
        file: Option<&[u8]>,
    ) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!(
                    "--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .bytes(),
            );
        }
        if let Some(bytes) = file {
            body.extend("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"走访.pdf\"\r\nContent-Type: application/pdf\r\n\r\n".bytes());
            body.extend(bytes);
            body.extend("\r\n".bytes());
        }
        body.extend("--x--\r\n".bytes());
        let request = Request::post(format!("/cases/{}/do/{verb}", self.case))
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap();
        self.site.ask(request).await
    }
}

#[tokio::test]
async fn a_case_is_on_its_own_desk_and_nowhere_else() {
    let place = place();
    let (east, west) = (place.site.session("east"), place.site.session("west"));
    let list = place.site.get("/cases", &east).await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.body.contains("东镇纺织厂疑似欠薪"), "{}", list.body);
    let page = place
        .site
        .get(&format!("/cases/{}", place.case), &east)
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("东镇总工会") && page.body.contains("/do/accept"));
    for view in [
        "",
        "?view=all",
        "?view=mine",
        "?view=overdue",
        "?view=ended",
    ] {
        let foreign = place.site.get(&format!("/cases{view}"), &west).await;
        assert!(!foreign.body.contains("东镇纺织厂疑似欠薪"), "{view}");
    }
    for path in ["", "/do/accept", "/receipt"] {
        let foreign = place
            .site
            .get(&format!("/cases/{}{path}", place.case), &west)
            .await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_late_case_says_the_next_date_and_then_what_is_late_by_level() {
    let place = place();
    let later = place.site.app.now().ms() + 25 * 3_600_000;
    place.site.test.clock.set(kernel::Instant::from_ms(later));
    let handlers = store::jobs::Handlers::default().with(cases::Clocks);
    store::jobs::run_jobs_until_idle(&place.site.test.db, &handlers).unwrap();
    let east = place.site.session("east");
    let list = place.site.get("/cases?view=overdue", &east).await.body;
    // The next date stands before how much is late.
    let next = list.find("剩 ").unwrap();
    assert!(next < list.find("项超时").unwrap(), "{list}");
    let path = format!("/cases/{}", place.case);
    let page = place.site.get(&path, &east).await.body;
    let tag = page.find("<span class=\"tag tag-r\">").unwrap();
    assert!(page[tag..].contains("项超时"), "{page}");
    // What a level has missed is one line, with who and since when, below what runs.
    let section = &page[page.find("id=\"clocks\"").unwrap()..page.find("id=\"evidence\"").unwrap()];
    let missed = section.find("项超时未办").unwrap();
    assert_eq!(section.matches("项超时未办").count(), 1, "{section}");
    assert!(section[..missed].contains("剩 "), "{section}");
    assert!(
        section[missed..].contains("：") && section[missed..].contains(" 月 "),
        "{section}"
    );
    // On the desk's own list the clock is named.
    let own = place.site.get("/cases", &east).await.body;
    assert!(
        own.contains("约谈负责人") && own.contains("due late"),
        "{own}"
    );
    let first = place.site.get("/workbench", &east).await.body;
    assert!(
        first.contains("约谈负责人") && first.contains("项超时"),
        "{first}"
    );
}

#[tokio::test]
async fn every_view_of_a_restricted_case_is_in_the_log() {
    let place = place();
    let east = place.site.session("east");
    let seen = |place: &Place| {
        let actor = place.site.test.actor();
        let read = place.site.test.db.read(&actor, |tx| {
            union::audit::search(
                tx,
                &union::audit::AuditFilter {
                    action: "case.viewed".into(),
                    ..Default::default()
                },
                10,
            )
        });
        read.unwrap().len()
    };
    assert_eq!(seen(&place), 0);
    place
        .site
        .get(&format!("/cases/{}", place.case), &east)
        .await;
    assert_eq!(seen(&place), 1);
}

#[tokio::test]
async fn a_verb_asks_for_what_its_definition_demands_and_keeps_what_was_typed() {
    let place = place();
    let east = place.site.session("east");
    let taken = place.form("accept", &east, &[("note", "")], None).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let refused = place
        .form("visit", &east, &[("note", "到厂里看过")], None)
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.body.contains("走访记录") && refused.body.contains("到厂里看过"),
        "{}",
        refused.body
    );
    let fields = [
        ("note", "到厂里看过"),
        ("evidence", "visit_record"),
        ("evidence_text", "现场记录"),
        ("field.workers", "12"),
        ("field.amount", "86000"),
    ];
    let done = place
        .form(
            "visit",
            &east,
            &fields,
            Some("%PDF-1.7 看见工人十二名".as_bytes()),
        )
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let page = place
        .site
        .get(&format!("/cases/{}", place.case), &east)
        .await;
    assert!(
        page.body.contains("已走访")
            && page.body.contains("86,000.00 元")
            && page.body.contains("走访.pdf")
    );
    let at = page.body.find("/evidence/").unwrap();
    let href: String = page.body[at - 43..]
        .chars()
        .take_while(|c| *c != '"')
        .collect();
    let file = place.site.get(&href, &east).await;
    assert_eq!(file.body, "%PDF-1.7 看见工人十二名");
    let saved = file.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert!(
        saved.starts_with("attachment") && !saved.contains("%E8%B5%B0%E8%AE%BF"),
        "never under the name it came with: {saved}"
    );
}

#[tokio::test]
async fn a_file_without_a_kind_and_an_old_page_are_refused_in_words() {
    let place = place();
    let east = place.site.session("east");
    let nameless = place
        .form("accept", &east, &[("note", "")], Some(b"x"))
        .await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nameless.body.contains("请选择它是哪种凭证"));
    let stale = place
        .form("accept", &east, &[("version", "99")], None)
        .await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.body.contains("刚被他人办理过"));
}

#[tokio::test]
async fn handing_on_names_the_next_desk() {
    let place = place();
    let (east, west) = (place.site.session("east"), place.site.session("west"));
    let form = place
        .site
        .get(&format!("/cases/{}/do/transfer", place.case), &east)
        .await;
    assert!(
        form.body.contains("西镇总工会") && form.body.contains("演示west"),
        "{}",
        form.body
    );
    let nobody = place
        .form("transfer", &east, &[("note", "不归我们管")], None)
        .await;
    assert_eq!(nobody.status, StatusCode::CONFLICT);
    let to = {
        let at = form.body.find("西镇总工会，由单位安排").unwrap();
        let before = &form.body[..at];
        let value = before.rfind("value=\"").unwrap() + 7;
        before[value..]
            .chars()
            .take_while(|c| *c != '"')
            .collect::<String>()
    };
    let handed = place
        .form(
            "transfer",
            &east,
            &[("note", "单位已迁到西镇"), ("next", &to)],
            None,
        )
        .await;
    assert_eq!(handed.status, StatusCode::SEE_OTHER, "{}", handed.body);
    let list = place.site.get("/cases", &west).await;
    assert!(list.body.contains("东镇纺织厂疑似欠薪"), "{}", list.body);
}
