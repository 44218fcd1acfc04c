//! The hall through the whole router: every page for a member, none for a stranger, and the way in.

use axum::http::{Method, StatusCode};
use kernel::ids::{MemberId, OrgId};

use crate::shell::{Need, all_routes};
use crate::testing::{Answer, PASSWORD, Site};

const ZHANG: &str = "330113199003070018";
const LI: &str = "330113198511170280";

/// A site with a union, a member of it, and the cookie of that member.
fn site() -> (Site, OrgId, MemberId, String) {
    let site = Site::new();
    let union = site.union();
    let member = site.member(union, "张三丰", ZHANG);
    site.worker("zhang", member);
    let cookie = site.session("zhang");
    (site, union, member, cookie)
}

/// The value of a hidden field.
fn hidden(page: &Answer, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let rest = page
        .body
        .split_once(&mark)
        .unwrap_or_else(|| panic!("no field {name}: {}", page.body))
        .1;
    rest.split_once('"').unwrap().0.to_owned()
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", crate::shell::encode(value)))
        .collect();
    pairs.join("&")
}

#[tokio::test]
async fn every_page_draws_for_a_member_and_refuses_a_stranger() {
    let (site, _, member, cookie) = site();
    site.account("lawyer.a", "lawyer", None);
    let lawyer = site.session("lawyer.a");
    let mut drawn = 0;
    for route in all_routes()
        .infos()
        .iter()
        .filter(|route| route.path.starts_with("/hall"))
    {
        let path = route
            .path
            .replace("{kind}", "correct")
            .replace("{matter}", "mediation")
            .replace("{purpose}", "notify");
        if route.need == Need::Member {
            let (stranger, other) = match route.method {
                Method::GET => (site.get(&path, "").await, site.get(&path, &lawyer).await),
                _ => (
                    site.post(&path, "", "").await,
                    site.post(&path, &lawyer, "").await,
                ),
            };
            assert_eq!(
                stranger.status,
                StatusCode::SEE_OTHER,
                "{path} as a stranger"
            );
            assert!(stranger.location.starts_with("/login"), "{path}");
            assert_eq!(
                other.status,
                StatusCode::FORBIDDEN,
                "{path} without a member record"
            );
        }
        // Records of one's own are drawn by their room's tests, which have some.
        if route.method != Method::GET || path.contains("/join/form") || path.contains("{id}") {
            continue;
        }
        let page = site.get(&path, &cookie).await;
        assert!(
            matches!(page.status, StatusCode::OK | StatusCode::SEE_OTHER),
            "{path}: {} {}",
            page.status,
            page.body
        );
        for kept in [
            ZHANG,
            "13812341234",
            "style=",
            "<script>",
            &member.to_string(),
        ] {
            assert!(!page.body.contains(kept), "{path} shows {kept}");
        }
        if page.status == StatusCode::OK {
            assert_eq!(page.body.matches("<h1").count(), 1, "{path}");
            assert!(page.body.contains("tel:12351"), "{path} shows the hotline");
            drawn += 1;
        }
    }
    assert!(drawn >= 12, "only {drawn} pages of the hall were drawn");
}

#[tokio::test]
async fn large_type_is_a_cookie_and_the_home_page_says_who_one_is() {
    let (site, _, _, cookie) = site();
    let home = site.get("/hall", &cookie).await;
    assert!(
        home.body.contains("张*丰")
            && home.body.contains("东镇纺织厂工会")
            && home.body.contains("data-size=\"\"")
    );
    let large = site.get("/hall", &format!("{cookie}; nj_size=xl")).await;
    assert!(large.body.contains("data-size=\"xl\"") && large.body.contains("标准版"));
    let guest = site.get("/hall", "").await;
    assert!(
        guest.body.contains("/hall/join")
            && guest.body.contains("/login?next=/hall")
            && !guest.body.contains("/hall/card")
    );
    site.account("lawyer.a", "lawyer", None);
    let without = site.get("/hall", &site.session("lawyer.a")).await;
    assert!(without.body.contains("还没有会员资料"));
    let no = site
        .get("/hall/requests/nothing", &format!("{cookie}; nj_size=xl"))
        .await;
    assert!(
        no.body.contains("class=\"hall\"") && no.body.contains("data-size=\"xl\""),
        "a no wears the hall's dress"
    );
}

/// The form as somebody fills it in who does everything right.
fn filled<'a>(union: &'a str, key: &'a str, version: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("org", union),
        ("key", key),
        ("version", version),
        ("name", "李四"),
        ("id_type", "resident"),
        ("id_number", LI),
        ("phone", "13912345678"),
        ("employer", "东镇纺织厂"),
        ("job_title", "挡车工"),
        ("read", "1"),
        ("purpose", "notify"),
    ]
}

fn receipt(page: &Answer) -> String {
    let rest = page
        .body
        .split_once("<strong class=\"num\">")
        .unwrap_or_else(|| panic!("no receipt: {}", page.body))
        .1;
    rest.split_once('<').unwrap().0.to_owned()
}

#[tokio::test]
async fn a_stranger_finds_the_union_applies_once_and_follows_the_receipt() {
    let (site, union, _, _) = site();
    let found = site
        .get(
            &format!("/hall/join?q={}", crate::shell::encode("纺织厂")),
            "",
        )
        .await;
    assert!(
        found.body.contains(&format!("/hall/join/form?org={union}")),
        "{}",
        found.body
    );
    let union = union.to_string();
    let form = site.get(&format!("/hall/join/form?org={union}"), "").await;
    assert!(form.body.contains("谁会看到您的资料") && form.body.contains("保存多久"));
    let (key, version) = (hidden(&form, "key"), hidden(&form, "version"));
    let good = encoded(&filled(&union, &key, &version));
    let first = site.post("/hall/join/form", "", &good).await;
    let code = receipt(&first);
    assert_eq!(
        receipt(&site.post("/hall/join/form", "", &good).await),
        code,
        "sent twice, answered once"
    );
    let other = encoded(&filled(&union, &key, &version)).replace("%E6%8C%A1", "%E6%9D%82");
    let reused = site.post("/hall/join/form", "", &other).await;
    assert_eq!(reused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reused.body.contains("已经交过一次"));
    let queue = site
        .test
        .db
        .read(&site.test.actor(), union::members::applications::queue)
        .unwrap();
    assert_eq!(queue.len(), 1);
    let state = site
        .post("/hall/status", "", &encoded(&[("code", &code)]))
        .await;
    assert!(
        state.body.contains("工会正在看")
            && state.body.contains("李*")
            && !state.body.contains("李四")
            && !state.body.contains(LI)
    );
    for _ in 0..2 {
        let gone = site
            .post("/hall/status/withdraw", "", &encoded(&[("code", &code)]))
            .await;
        assert!(gone.body.contains("已撤回"), "{}", gone.body);
    }
    let unknown = site.post("/hall/status", "", "code=ABCDEFGHJK").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.body.contains("没有查到这个回执号"));
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let (site, union, _, _) = site();
    let union = union.to_string();
    let form = site.get(&format!("/hall/join/form?org={union}"), "").await;
    let (key, version) = (hidden(&form, "key"), hidden(&form, "version"));
    let with = |changed: &[(&'static str, &'static str)]| {
        let mut pairs = filled(&union, &key, &version);
        for (name, value) in changed {
            pairs.retain(|(known, _)| known != name);
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        encoded(&pairs)
    };
    let naughty = "<script>alert(1)</script>";
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[("phone", "1391234567")], "e-phone"),
        (&[("phone", "")], "e-phone"),
        (&[("id_number", "330113198511170281")], "e-id_number"),
        (&[("name", "")], "e-name"),
        (&[("name", naughty)], "e-name"),
        (&[("read", "")], "e-read"),
        (&[("version", "1999-01")], "e-read"),
    ];
    for (changed, expected) in cases {
        let again = site.post("/hall/join/form", "", &with(changed)).await;
        assert_eq!(
            again.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{changed:?}"
        );
        assert!(
            again.body.contains(&format!("id=\"{expected}\"")),
            "{changed:?}: {}",
            again.body
        );
        assert!(
            again.body.contains("<title>错误：") && again.body.contains("value=\"东镇纺织厂\""),
            "{changed:?}"
        );
        assert!(
            !again.body.contains(naughty),
            "what was typed is never markup"
        );
        assert_eq!(
            hidden(&again, "key"),
            key,
            "the same key, so that a repetition is known"
        );
    }
    // All at once, each at its field, what is right kept: not one complaint for each time it is sent.
    let empty = with(&[("name", ""), ("id_number", ""), ("phone", ""), ("read", "")]);
    let all = site.post("/hall/join/form", "", &empty).await;
    assert_eq!(all.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut last = 0;
    for field in ["name", "id_number", "phone", "read"] {
        let place = all.body.find(&format!("href=\"#f-{field}\""));
        assert!(
            place.is_some_and(|place| place > last),
            "{field} in the order of the page: {}",
            all.body
        );
        last = place.unwrap_or_default();
        assert!(all.body.contains(&format!("id=\"e-{field}\"")), "{field}");
    }
    assert!(all.body.contains("value=\"东镇纺织厂\""));
    let long = "长".repeat(4_000);
    let mut pairs = filled(&union, &key, &version);
    pairs.push(("note", &long));
    assert_eq!(
        site.post("/hall/join/form", "", &encoded(&pairs))
            .await
            .status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    for org in ["", "x", "0191d1f0-0000-7000-8000-000000000001"] {
        let nowhere = site
            .post(
                "/hall/join/form",
                "",
                &encoded(&filled(org, &key, &version)),
            )
            .await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND, "{org}");
    }
    assert_eq!(
        site.get("/hall/join?q=%00%25_%27--", "").await.status,
        StatusCode::OK
    );
    let fixed = site.post("/hall/join/form", "", &with(&[])).await;
    assert_eq!(
        receipt(&fixed).len(),
        10,
        "the same page sent right at last"
    );
}

#[tokio::test]
async fn a_request_sent_twice_is_one_request_and_a_consent_shows_its_effect_first() {
    let (site, _, _, cookie) = site();
    let page = site.get("/hall/requests/correct", &cookie).await;
    let key = hidden(&page, "key");
    let empty = site
        .post(
            "/hall/requests/correct",
            &cookie,
            &encoded(&[("key", &key), ("detail", "")]),
        )
        .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("id=\"e-detail\""));
    let form = encoded(&[("key", &key), ("detail", "手机号码换成 13700000000")]);
    for _ in 0..2 {
        assert_eq!(
            site.post("/hall/requests/correct", &cookie, &form)
                .await
                .location,
            "/hall/requests"
        );
    }
    let list = site.get("/hall/requests", &cookie).await;
    assert_eq!(list.body.matches("办理中").count(), 1);
    assert!(
        list.body.contains("最晚 2026 年 12 月"),
        "the last day is told"
    );
    assert!(site.get("/hall", &cookie).await.body.contains("正在办"));
    let delete = site.get("/hall/requests/delete", &cookie).await;
    assert!(delete.body.contains("先看后果"));
    assert_eq!(
        site.get("/hall/requests/nothing", &cookie).await.status,
        StatusCode::NOT_FOUND
    );

    assert_eq!(
        site.post("/hall/consents/notify/give", &cookie, "")
            .await
            .location,
        "/hall/consents?done=given"
    );
    let effect = site.get("/hall/consents/notify/withdraw", &cookie).await;
    assert!(effect.body.contains("撤回以后"));
    assert!(
        site.get("/hall/consents", &cookie)
            .await
            .body
            .contains("撤回，先看后果"),
        "looking at the effect withdraws nothing"
    );
    assert_eq!(
        site.post("/hall/consents/notify/withdraw", &cookie, "")
            .await
            .location,
        "/hall/consents?done=withdrawn"
    );
    assert!(
        !site
            .get("/hall/consents", &cookie)
            .await
            .body
            .contains("撤回，先看后果")
    );
    assert_eq!(
        site.post("/hall/consents/nothing/give", &cookie, "")
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_copy_is_whole_and_the_member_reads_that_it_was_taken() {
    let (site, _, _, cookie) = site();
    let json = site.post("/hall/data/copy.json", &cookie, "").await;
    let copy: serde_json::Value = serde_json::from_str(&json.body).unwrap();
    assert_eq!(copy["资料"]["证件号码"], ZHANG);
    assert!(
        json.headers["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let csv = site.post("/hall/data/copy.csv", &cookie, "").await;
    assert!(csv.body.starts_with('\u{FEFF}') && csv.body.contains(ZHANG));
    let seen = site.get("/hall/seen", &cookie).await;
    assert_eq!(seen.body.matches("您本人").count(), 2, "{}", seen.body);
}

#[tokio::test]
async fn the_card_changes_and_its_fragment_is_the_card_alone() {
    let (site, _, _, cookie) = site();
    let first = site.get("/hall/card", &cookie).await;
    assert!(first.body.contains("<svg") && first.body.contains("u-countdown"));
    site.test.clock.advance(std::time::Duration::from_secs(60));
    let second = site.get("/hall/card", &cookie).await;
    let picture = |page: &Answer| {
        page.body
            .split_once("code-box")
            .unwrap()
            .1
            .split_once("</div>")
            .unwrap()
            .0
            .to_owned()
    };
    assert_ne!(picture(&first), picture(&second));
    let request = axum::http::Request::get("/hall/card")
        .header("cookie", &cookie)
        .header("hx-request", "true");
    let fragment = site
        .ask(request.body(axum::body::Body::empty()).unwrap())
        .await;
    assert!(
        fragment
            .body
            .trim_start()
            .starts_with("<section class=\"idcard\"")
            && !fragment.body.contains("<html")
    );
}

#[tokio::test]
async fn the_password_page_of_the_hall_is_its_own() {
    let (site, _, _, cookie) = site();
    let wrong = site
        .post(
            "/hall/password",
            &cookie,
            &encoded(&[("old", PASSWORD), ("password", "甲"), ("repeat", "乙")]),
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("两次输入的新口令不一样") && wrong.body.contains("class=\"hall\""));
    let new = "换成自己记得住的一句话";
    let right = site
        .post(
            "/hall/password",
            &cookie,
            &encoded(&[("old", PASSWORD), ("password", new), ("repeat", new)]),
        )
        .await;
    assert_eq!(right.location, "/hall/settings?done=password");
    assert!(
        site.get(&right.location, &cookie)
            .await
            .body
            .contains("口令已修改")
    );
}
