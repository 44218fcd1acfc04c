//! The notebook through the whole router: without script, by sync, for others, given and taken back.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::ids::MemberId;
use serde_json::{Value, json};

use crate::testing::{Answer, Site};

const ZHANG: &str = "330113199003070018";
const LI: &str = "330113198511170280";

fn site() -> (Site, MemberId, String) {
    let site = Site::new();
    let union = site.union();
    let member = site.member(union, "张三丰", ZHANG);
    site.worker("zhang", member);
    let cookie = site.session("zhang");
    (site, member, cookie)
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", crate::shell::encode(value)))
        .collect();
    pairs.join("&")
}

/// What stands between a mark and the next quote.
fn after(page: &Answer, mark: &str) -> String {
    let (_, rest) = page
        .body
        .split_once(mark)
        .unwrap_or_else(|| panic!("no {mark}: {}", page.body));
    rest.split_once('"').unwrap().0.to_owned()
}

async fn add(site: &Site, cookie: &str, fields: &[(&str, &str)]) -> Answer {
    let kind = fields[0].1;
    let form = site
        .get(&format!("/hall/notebook/add?kind={kind}"), cookie)
        .await;
    assert_eq!(form.status, StatusCode::OK);
    let key = after(&form, "name=\"key\" value=\"");
    let mut pairs = vec![("key", key.as_str())];
    pairs.extend(fields);
    site.post("/hall/notebook/add", cookie, &encoded(&pairs))
        .await
}

async fn filled(site: &Site, cookie: &str) {
    for fields in [
        vec![
            ("kind", "terms"),
            ("day", "2026-09-01"),
            ("employer", "东镇工地"),
            ("basis", "month"),
            ("amount", "6000"),
            ("pay_day", "15"),
        ],
        vec![
            ("kind", "work"),
            ("day", "2026-09-08"),
            ("hours", "8"),
            ("overtime", "2"),
        ],
        vec![
            ("kind", "pay"),
            ("day", "2026-10-20"),
            ("month", "2026-09"),
            ("amount", "3,000"),
        ],
        vec![("kind", "evidence"), ("what", "bank"), ("note", "手机里")],
    ] {
        let kept = add(site, cookie, &fields).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
    }
}

#[tokio::test]
async fn without_script_from_the_first_entry_to_the_statement() {
    let (site, _, cookie) = site();
    assert!(
        site.get("/hall", &cookie)
            .await
            .body
            .contains("/hall/notebook")
    );
    let empty = site.get("/hall/notebook", &cookie).await;
    assert!(empty.body.contains("先记下说好的工钱"));
    filled(&site, &cookie).await;
    let september = site
        .get("/hall/notebook?m=2026-09&done=kept", &cookie)
        .await;
    assert!(september.body.contains("记好了") && september.body.contains("8+2"));
    assert!(september.body.contains("3,103.45") || september.body.contains("6,103.45"));
    let owed = site.get("/hall/notebook/owed", &cookie).await;
    for shown in [
        "103.45",
        "劳动法第四十四条",
        "9,103.45",
        "银行流水",
        "还缺什么",
    ] {
        assert!(owed.body.contains(shown), "{shown}: {}", owed.body);
    }
    let paper = site
        .get("/hall/notebook/statement?from=2026-09&to=2026-09", &cookie)
        .await;
    for shown in [
        "张三丰",
        "东镇工地",
        "叁仟壹佰零叁元肆角伍分",
        "校验码",
        "2026 年 9 月",
    ] {
        assert!(paper.body.contains(shown), "{shown}");
    }
    let copy = site.post("/hall/notebook/copy.json", &cookie, "").await;
    let copy: Value = serde_json::from_str(&copy.body).unwrap();
    assert_eq!(copy["工薪本"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_a_page_gone_back_to_adds() {
    let (site, _, cookie) = site();
    let wrong = add(
        &site,
        &cookie,
        &[("kind", "work"), ("day", "2026-11-30"), ("hours", "<b>")],
    )
    .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("id=\"fe-day\"") && wrong.body.contains("id=\"fe-hours\""));
    assert!(wrong.body.contains("<title>错误：") && !wrong.body.contains("<b>\""));
    let key = after(&wrong, "name=\"key\" value=\"");
    let send = |day: &'static str| {
        encoded(&[
            ("key", &key),
            ("kind", "work"),
            ("day", day),
            ("hours", "8"),
        ])
    };
    for day in ["2026-11-03", "2026-11-03", "2026-11-04"] {
        site.post("/hall/notebook/add", &cookie, &send(day)).await;
    }
    let month = site.get("/hall/notebook?m=2026-11", &cookie).await;
    assert!(month.body.contains("记了 <b>2</b> 天"), "{}", month.body);
    let entry = format!("/hall/notebook/entry/{key}");
    let page = site.get(&entry, &cookie).await;
    assert!(page.body.contains("value=\"2026-11-03\""));
    let changed = encoded(&[("kind", "work"), ("day", "2026-11-03"), ("hours", "9")]);
    site.test.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(
        site.post(&entry, &cookie, &changed).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(site.get(&entry, &cookie).await.body.contains("上班小时 8"));
    site.post(&format!("{entry}/delete"), &cookie, "").await;
    assert_eq!(
        site.get(&entry, &cookie).await.status,
        StatusCode::NOT_FOUND
    );
}

async fn sync(site: &Site, cookie: &str, body: &Value) -> Answer {
    let request = Request::post("/hall/notebook/sync")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body.to_string()))
        .unwrap();
    site.ask(request).await
}

#[tokio::test]
async fn a_phone_sends_twice_late_and_faulty() {
    let (site, _, cookie) = site();
    let owner = after(
        &site.get("/hall/notebook", &cookie).await,
        "data-notebook=\"",
    );
    let id = "0199a000-0000-4000-8000-000000000001";
    let entry = |hours: &str, at: i64| {
        json!({ "id": id, "edited_at": at, "remove": false,
            "fields": { "kind": "work", "day": "2026-11-03", "hours": hours } })
    };
    let batch = json!({ "owner": owner, "entries": [entry("8", 1_790_000_000_000_i64)] });
    for outcome in ["kept", "unchanged"] {
        let said: Value = serde_json::from_str(&sync(&site, &cookie, &batch).await.body).unwrap();
        assert_eq!(said["entries"][0]["outcome"], outcome);
    }
    let late =
        json!({ "owner": owner, "entries": [entry("5", 1_780_000_000_000_i64), entry("99", 1)] });
    let said: Value = serde_json::from_str(&sync(&site, &cookie, &late).await.body).unwrap();
    assert_eq!(said["entries"][0]["outcome"], "older");
    assert_eq!(said["entries"][1]["faults"][0]["field"], "hours");
    let other = json!({ "owner": "0000", "entries": [entry("1", 1)] });
    assert_eq!(
        sync(&site, &cookie, &other).await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(sync(&site, "", &batch).await.status, StatusCode::SEE_OTHER);
    for bad in [
        json!({}),
        json!({ "owner": owner, "entries": [{ "id": "x" }] }),
    ] {
        assert!(sync(&site, &cookie, &bad).await.status.is_client_error());
    }
}

#[tokio::test]
async fn another_worker_and_every_post_see_nothing_until_it_is_given() {
    let (site, _, cookie) = site();
    let org = |name: &str| {
        let found = site
            .test
            .db
            .read(&site.test.actor(), |tx| union::orgs::find(tx, name));
        found.unwrap().remove(0).id
    };
    let (shop, east) = (org("东镇纺织厂工会"), org("东镇总工会"));
    let li = site.member(shop, "李四", LI);
    site.worker("li.b", li);
    site.account("town", "town_officer", Some(east));
    site.account("chair", "enterprise_chair", Some(shop));
    let (other, town, chair) = (
        site.session("li.b"),
        site.session("town"),
        site.session("chair"),
    );
    filled(&site, &cookie).await;
    let month = site.get("/hall/notebook?m=2026-09", &cookie).await;
    let entry = after(&month, "href=\"/hall/notebook/entry/");
    for stranger in [&other, &town, &chair] {
        for path in [
            format!("/hall/notebook/entry/{entry}"),
            "/hall/notebook/owed".into(),
            "/hall/notebook/statement".into(),
            "/wage-statements".into(),
        ] {
            let page = site.get(&path, stranger).await;
            for secret in ["东镇工地", "6,000", "张三丰"] {
                assert!(!page.body.contains(secret), "{path} shows {secret}");
            }
        }
    }
    assert!(
        site.get("/wage-statements", &town)
            .await
            .body
            .contains("还没有人交来账单")
    );
    assert_eq!(
        site.get("/wage-statements", &chair).await.status,
        StatusCode::FORBIDDEN
    );

    let form = site.get("/hall/notebook/share", &cookie).await;
    assert!(form.body.contains("东镇总工会") && !form.body.contains("纺织厂工会</b>"));
    let key = after(&form, "name=\"key\" value=\"");
    let org = after(&form, "name=\"org\" value=\"");
    let without = encoded(&[("key", &key), ("org", &org), ("purpose", "help")]);
    let refused = site.post("/hall/notebook/share", &cookie, &without).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("id=\"e-agree\""));
    // A month nobody can read is not every month there is.
    let unread = format!(
        "{without}&agree=1&from=2026-09&to={}",
        crate::shell::encode("九月")
    );
    let refused = site.post("/hall/notebook/share", &cookie, &unread).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("id=\"e-to\"") && !refused.body.contains("id=\"e-from\""));
    let good = format!("{without}&agree=1&from=2026-09&to=2026-09");
    for _ in 0..2 {
        let given = site.post("/hall/notebook/share", &cookie, &good).await;
        assert_eq!(
            given.location, "/hall/notebook/share?done=given",
            "{}",
            given.body
        );
    }
    let list = site.get("/wage-statements", &town).await;
    assert_eq!(
        list.body.matches("href=\"/wage-statements/0").count(),
        1,
        "sent twice, given once"
    );
    let share = after(&list, "href=\"/wage-statements/");
    let seen = site.get(&format!("/wage-statements/{share}"), &town).await;
    assert!(seen.body.contains("张三丰") && seen.body.contains("3,103.45"));
    assert!(
        site.get("/hall/seen", &cookie)
            .await
            .body
            .contains("工薪账单")
    );
    let case = after(&seen, "href=\"/cases/");
    let own = site
        .get(&format!("/hall/notebook/share/{share}"), &cookie)
        .await;
    assert!(own.body.contains("3,103.45"));
    assert!(own.body.contains(&format!("/hall/demand/mine/{case}")));
    filed_and_followed(&site, (&town, &cookie), (&share, &case)).await;
    assert_eq!(
        site.get(&format!("/hall/notebook/share/{share}"), &other)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let withdraw = format!("/hall/notebook/share/{share}/withdraw");
    assert_eq!(
        site.post(&withdraw, &other, "").await.status,
        StatusCode::NOT_FOUND
    );
    assert!(site.get(&withdraw, &cookie).await.body.contains("收回以后"));
    for _ in 0..2 {
        let back = site.post(&withdraw, &cookie, "").await;
        assert_eq!(back.location, "/hall/notebook/share?done=withdrawn");
    }
    assert_eq!(
        site.get(&format!("/wage-statements/{share}"), &town)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let file = site.get(&format!("/cases/{case}"), &town).await.body;
    assert!(file.contains("本人已收回") && file.contains("已由本人收回，不能再打开"));
    assert!(!file.contains("href=\"/wage-statements/0"), "no way in");
    assert!(file.contains("待受理"), "the case goes on");
}

/// What was given is a demand: on the desk's list, with its statement one click away, and followed by the worker.
async fn filed_and_followed(
    site: &Site,
    (town, worker): (&str, &str),
    (share, case): (&str, &str),
) {
    let desk = site.get("/cases", town).await;
    assert!(
        desk.body.contains("求助：拖欠工资（东镇工地）"),
        "{}",
        desk.body
    );
    let list = site.get("/wage-statements", town).await;
    assert!(list.body.contains("待受理"), "{}", list.body);
    let file = site.get(&format!("/cases/{case}"), town).await;
    assert!(
        file.body
            .contains(&format!("href=\"/wage-statements/{share}\"")),
        "{}",
        file.body
    );
    assert!(
        !file.body.contains("张三丰") && !file.body.contains("3,103.45"),
        "neither name nor figure"
    );
    let given = site.get("/hall/notebook/share", worker).await;
    assert!(
        given.body.contains(&format!("/hall/demand/mine/{case}"))
            && given.body.contains("已收到，正在安排人员受理")
    );
    let mine = site.get(&format!("/hall/demand/mine/{case}"), worker).await;
    assert_eq!(mine.status, StatusCode::OK);
    assert!(mine.body.contains("东镇总工会"));
}

#[tokio::test]
async fn the_calculator_answers_with_steps_and_keeps_nothing() {
    let (site, _, cookie) = site();
    let ask = |pairs: Vec<(&'static str, &'static str)>| encoded(&pairs);
    for (pairs, shown) in [
        (
            vec![
                ("what", "overtime"),
                ("monthly", "6000"),
                ("hours", "2"),
                ("class", "weekday"),
            ],
            "103.45",
        ),
        (
            vec![("what", "deduction"), ("wage", "2900"), ("loss", "800")],
            "410.00",
        ),
        (
            vec![
                ("what", "severance"),
                ("pay", "6000"),
                ("from", "2025-03-01"),
                ("until", "2025-03-12"),
            ],
            "3,000.00",
        ),
        (
            vec![("what", "payday"), ("agreed", "2025-10-05")],
            "2025 年 9 月 30 日",
        ),
    ] {
        let page = site
            .post("/hall/notebook/calculator", &cookie, &ask(pairs))
            .await;
        assert!(
            page.body.contains(shown) && page.body.contains("第"),
            "{shown}: {}",
            page.body
        );
    }
    let wrong = ask(vec![
        ("what", "severance"),
        ("pay", "6000"),
        ("from", "2025-03-12"),
        ("until", "2025-03-01"),
    ]);
    let wrong = site
        .post("/hall/notebook/calculator", &cookie, &wrong)
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("id=\"e-until\""));
}

#[tokio::test]
async fn the_worker_script_and_the_manifest_hold_nothing_personal() {
    let (site, member, cookie) = site();
    let script = site.get("/notebook-worker.js", "").await;
    assert!(
        script.body.starts_with("self.ROOM={")
            && script.body.contains("\"/assets/union-")
            && script.body.contains("\"shell\":\"/hall/notebook/offline\"")
    );
    assert!(
        script.headers[header::CONTENT_TYPE]
            .to_str()
            .unwrap()
            .starts_with("text/javascript")
    );
    let manifest = site.get("/notebook.webmanifest", "").await;
    let manifest: Value = serde_json::from_str(&manifest.body).unwrap();
    assert_eq!(manifest["start_url"], "/hall/notebook");
    let shell = site.get("/hall/notebook/offline", &cookie).await;
    assert_eq!(shell.status, StatusCode::OK);
    assert!(!shell.body.contains("张") && !shell.body.contains(&member.to_string()));
    let ids: Vec<&str> = shell
        .body
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
}
