//! The weekly round through the whole router: without script, by sync, twice, by two people, from elsewhere.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::ids::{EmployerId, OrgId};
use serde_json::{Value, json};
use store::jobs::{Handlers, run_jobs_until_idle};
use union::employers::{self, EmployerDraft};
use union::orgs::{NewOrg, OrgError, OrgKind, create_active};

use crate::testing::{Answer, Site};

/// Two villages with a sentinel each (the east one has two), and two factories in the east.
fn place() -> (Site, Vec<EmployerId>) {
    let site = Site::new();
    let made = site.test.db.write(&site.test.actor(), |tx| {
        let root = create_active(tx, &NewOrg::new(None, OrgKind::Federation, "测试区总工会"))?.id;
        let town = create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "东镇总工会"))?.id;
        let east = create_active(
            tx,
            &NewOrg::new(Some(town), OrgKind::Village, "东村工会联合会"),
        )?
        .id;
        let west = create_active(
            tx,
            &NewOrg::new(Some(town), OrgKind::Village, "西村工会联合会"),
        )?
        .id;
        Ok::<_, OrgError>((east, west))
    });
    let (east, west) = made.unwrap();
    site.account("east", "sentinel", Some(east));
    site.account("second", "sentinel", Some(east));
    site.account("west", "sentinel", Some(west));
    site.account("chair", "enterprise_chair", Some(east));
    let firms = [("东村纺织厂", 80), ("东村木器厂", 30)];
    let firms = firms.map(|(name, people)| factory(&site, east, name, people));
    (site, firms.to_vec())
}

fn factory(site: &Site, area: OrgId, name: &str, people: i64) -> EmployerId {
    let draft = EmployerDraft {
        name: name.into(),
        territory: Some(area),
        headcount: Some(people),
        headcount_on: Some("2026-01-31".parse().unwrap()),
        source: "测试".into(),
        ..EmployerDraft::default()
    };
    let made = site
        .test
        .db
        .write(&site.test.actor(), |tx| employers::upsert(tx, &draft));
    made.unwrap().id.unwrap()
}

fn evaluate(site: &Site) {
    let handlers = Handlers::default().with(union::arrears::alerts::Evaluate);
    run_jobs_until_idle(&site.test.db, &handlers).unwrap();
}

const CALM: &str = "late_pay=no&leaving=no&stopped=no&moving=no&mood=no";

async fn owner(site: &Site, cookie: &str) -> String {
    let page = site.get("/sentinel", cookie).await.body;
    let (_, rest) = page.split_once("data-sentinel=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn sync(site: &Site, cookie: &str, owner: &str, entries: Value) -> Answer {
    let body = json!({ "owner": owner, "entries": entries }).to_string();
    let request = Request::post("/sentinel/sync")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    site.ask(request).await
}

fn entry(site: &Site, id: &str, employer: EmployerId, yes: &[&str]) -> Value {
    let answer = |field: &str| if yes.contains(&field) { "yes" } else { "no" };
    json!({ "id": id, "edited_at": 1, "fields": {
        "employer": employer.to_string(), "answered_on": site.app.now().shanghai_date().to_string(),
        "late_pay": answer("late_pay"), "leaving": answer("leaving"), "stopped": answer("stopped"),
        "moving": answer("moving"), "mood": answer("mood"), "note": "",
    }})
}

#[tokio::test]
async fn the_round_is_walked_without_script_and_a_late_wage_becomes_a_colour() {
    let (site, firms) = place();
    let east = site.session("east");
    let bench = site.get("/workbench", &east).await.body;
    assert!(bench.contains("本周还有 2 家没查"), "{bench}");
    let list = site.get("/sentinel", &east).await.body;
    assert!(
        list.contains("<b>0</b> / 2") && list.contains("东村纺织厂"),
        "{list}"
    );
    let form = site
        .get(&format!("/sentinel/{}", firms[0]), &east)
        .await
        .body;
    assert!(
        form.contains("工资有没有没按时发的？") && form.contains("大约拖了几天"),
        "{form}"
    );
    let path = format!("/sentinel/{}", firms[0]);
    let open = site.post(&path, &east, "key=a&late_pay=yes&mood=no").await;
    assert_eq!(open.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        open.body.contains("还没有答：有没有人成批离开？"),
        "{}",
        open.body
    );
    assert!(
        open.body.contains("value=\"yes\" checked"),
        "what was answered stays"
    );
    assert!(
        form.contains("大门关着，里面没有人干活")
            && form.contains("name=\"stopped_more\" value=\"1\"")
    );
    let late = format!(
        "key=a&{}&late_pay_more=35",
        CALM.replace("late_pay=no", "late_pay=yes")
    );
    let taken = site.post(&path, &east, &late).await;
    assert_eq!(taken.location, "/sentinel?done=kept", "{}", taken.body);
    let again = site.post(&path, &east, &late).await;
    assert_eq!(again.location, "/sentinel?done=unchanged");
    evaluate(&site);
    let list = site.get("/sentinel", &east).await.body;
    for words in [
        "<b>1</b> / 2",
        "工资没有按时发 35 天",
        "已形成线索 2 条",
        "/warnings/QX2026-00001",
    ] {
        assert!(list.contains(words), "{words}: {list}");
    }
    assert_eq!(
        site.get("/warnings/QX2026-00001", &east).await.status,
        StatusCode::OK
    );
    let calm = site
        .post(
            &format!("/sentinel/{}", firms[1]),
            &east,
            &format!("key=b&{CALM}"),
        )
        .await;
    assert_eq!(calm.status, StatusCode::SEE_OTHER);
    assert!(
        site.get(&calm.location, &east)
            .await
            .body
            .contains("这一周都查过了")
    );
    assert!(!site.get("/workbench", &east).await.body.contains("没查"));
}

#[tokio::test]
async fn what_a_phone_kept_arrives_once_each_and_a_faulty_one_holds_up_no_other() {
    let (site, firms) = place();
    let east = site.session("east");
    let mark = owner(&site, &east).await;
    let entries = json!([
        entry(&site, "one", firms[0], &["moving"]),
        { "id": "bad", "edited_at": 1, "fields": { "employer": firms[1].to_string(), "answered_on": "2099-01-01" } },
        entry(&site, "two", firms[1], &[]),
    ]);
    let first = sync(&site, &east, &mark, entries.clone()).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    let said: Value = serde_json::from_str(&first.body).unwrap();
    let outcomes = |said: &Value| -> Vec<String> {
        let entries = said["entries"].as_array().unwrap().iter();
        entries
            .map(|one| one["outcome"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(outcomes(&said), ["kept", "faulty", "kept"]);
    assert!(
        said["entries"][1]["faults"][0]["message"]
            .as_str()
            .unwrap()
            .contains("还没有到"),
        "{said}"
    );
    let second = sync(&site, &east, &mark, entries).await;
    let said: Value = serde_json::from_str(&second.body).unwrap();
    assert_eq!(outcomes(&said), ["unchanged", "faulty", "unchanged"]);
    assert!(
        site.get("/sentinel", &east)
            .await
            .body
            .contains("<b>2</b> / 2")
    );
}

#[tokio::test]
async fn somebody_elses_answers_are_not_sent_and_a_second_check_in_is_shown_plainly() {
    let (site, firms) = place();
    let (east, second, west) = (
        site.session("east"),
        site.session("second"),
        site.session("west"),
    );
    let mark = owner(&site, &east).await;
    let stolen = sync(
        &site,
        &second,
        &mark,
        json!([entry(&site, "x", firms[0], &[])]),
    )
    .await;
    assert_eq!(stolen.status, StatusCode::CONFLICT, "{}", stolen.body);
    sync(
        &site,
        &east,
        &mark,
        json!([entry(&site, "one", firms[0], &["leaving"])]),
    )
    .await;
    let theirs = owner(&site, &second).await;
    let also = sync(
        &site,
        &second,
        &theirs,
        json!([entry(&site, "two", firms[0], &[])]),
    )
    .await;
    assert!(also.body.contains("\"also\""), "{}", also.body);
    let list = site.get("/sentinel?done=also", &second).await.body;
    assert!(
        list.contains("两人答得不一样：有人成批离开") && list.contains("别人也查过"),
        "{list}"
    );
    let foreign = owner(&site, &west).await;
    let foreign = sync(
        &site,
        &west,
        &foreign,
        json!([entry(&site, "w", firms[0], &[])]),
    )
    .await;
    assert!(foreign.body.contains("\"faulty\""), "{}", foreign.body);
    assert_eq!(
        site.get(&format!("/sentinel/{}", firms[0]), &west)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    assert!(!site.get("/sentinel", &west).await.body.contains("东村"));
    for path in ["/sentinel", &format!("/sentinel/{}", firms[0])] {
        assert_eq!(
            site.get(path, &site.session("chair")).await.status,
            StatusCode::FORBIDDEN
        );
    }
}

#[tokio::test]
async fn the_kept_page_and_its_script_hold_the_questions_and_nothing_about_anybody() {
    let (site, _) = place();
    let shell = site.get("/sentinel/offline", "").await;
    assert_eq!(shell.status, StatusCode::OK);
    assert!(
        shell.body.contains("工资有没有没按时发的？") && !shell.body.contains("东村"),
        "{}",
        shell.body
    );
    let signed_in = site.get("/sentinel/offline", &site.session("east")).await;
    assert_eq!(signed_in.body, shell.body, "the same for everyone");
    let worker = site.get("/sentinel-worker.js", "").await;
    assert_eq!(worker.status, StatusCode::OK);
    assert!(worker.body.starts_with("self.ROOM={") && worker.body.contains("/sentinel/sync"));
    assert!(
        site.get("/notebook-worker.js", "")
            .await
            .body
            .contains("/hall/notebook/sync")
    );
}

const PICTURE: &[u8] = b"\xFF\xD8\xFF\xE0 a picture";

#[tokio::test]
async fn a_photograph_comes_with_the_form_or_after_the_sync_and_only_to_its_own_check_in() {
    let (site, firms) = place();
    let (east, second) = (site.session("east"), site.session("second"));
    let path = format!("/sentinel/{}", firms[0]);
    let said = CALM.split('&').filter_map(|pair| pair.split_once('='));
    let mut fields: Vec<(&str, &str)> = said.collect();
    fields.push(("key", "form-1"));
    // Without script the picture comes with the answers; what is no picture keeps both back.
    let wrong = [("photo", "厂门.jpg", b"<html>".as_slice())];
    let refused = site.post_files(&path, &east, &fields, &wrong).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains("href=\"#f-photo\"")
            && refused.body.contains("内容不是")
            && refused.body.contains("刚才选的 1 个文件没有留在页面上"),
        "{}",
        refused.body
    );
    assert!(
        site.get("/sentinel", &east)
            .await
            .body
            .contains("<b>0</b> / 2")
    );
    let right = [("photo", "厂门.jpg", PICTURE)];
    let taken = site.post_files(&path, &east, &fields, &right).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let page = site.get(&path, &east).await.body;
    let (_, rest) = page.split_once("href=\"/sentinel/photos/").unwrap();
    let photo = format!("/sentinel/photos/{}", rest.split_once('"').unwrap().0);
    let saved = site.get(&photo, &second).await;
    assert_eq!(saved.status, StatusCode::OK);
    assert!(
        saved.headers[header::CONTENT_DISPOSITION]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let foreign = site.get(&photo, &site.session("west")).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    // With script the answers are sent first, then the pictures one by one.
    let mark = owner(&site, &east).await;
    sync(
        &site,
        &east,
        &mark,
        json!([entry(&site, "phone-2", firms[1], &[])]),
    )
    .await;
    let parcel = |owner: &str, id: &str| {
        vec![
            ("owner".to_owned(), owner.to_owned()),
            ("id".to_owned(), id.to_owned()),
        ]
    };
    let send = async |cookie: &str, about: Vec<(String, String)>, bytes: &[u8]| {
        let fields: Vec<(&str, &str)> = about
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        site.post_files(
            "/sentinel/photo",
            cookie,
            &fields,
            &[("photo", "机器.jpg", bytes)],
        )
        .await
    };
    for _ in 0..2 {
        let kept = send(&east, parcel(&mark, "phone-2"), PICTURE).await;
        assert!(kept.body.contains("\"kept\""), "{}", kept.body);
    }
    let page = site
        .get(&format!("/sentinel/{}", firms[1]), &east)
        .await
        .body;
    assert_eq!(
        page.matches("/sentinel/photos/").count(),
        1,
        "sent twice, it is one"
    );
    let faulty = send(&east, parcel(&mark, "phone-2"), b"MZ a program").await;
    assert!(
        faulty.body.contains("\"faulty\"") && faulty.body.contains("程序"),
        "{}",
        faulty.body
    );
    let unknown = send(&east, parcel(&mark, "phone-9"), PICTURE).await;
    assert!(unknown.body.contains("\"faulty\""), "{}", unknown.body);
    let stolen = send(&second, parcel(&mark, "phone-2"), PICTURE).await;
    assert_eq!(stolen.status, StatusCode::CONFLICT, "{}", stolen.body);
    let theirs = owner(&site, &second).await;
    let foreign = send(&second, parcel(&theirs, "phone-2"), PICTURE).await;
    assert!(foreign.body.contains("\"faulty\""), "{}", foreign.body);
}
