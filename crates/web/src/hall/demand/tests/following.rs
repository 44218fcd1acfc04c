//! Following: by the code, as a member, never by trying codes.

use axum::http::StatusCode;
use union::cases::ActInput;
use union::orgs::{NewOrg, OrgKind, create_active};

use super::{Sending, ZHANG, code_of, place, posted};

#[tokio::test]
async fn the_person_follows_adds_judges_and_says_it_is_not_solved() {
    let place = place();
    let code = code_of(&place.file(&[], &[]).await);
    let case = place.listed()[0].id;
    // By the code, in small letters and with blanks; a wrong one opens nothing.
    let typed = format!("{} {}", &code[..6].to_lowercase(), &code[6..]);
    let page = place
        .site
        .post("/hall/status", "", &posted(&[("code", &typed)]))
        .await;
    assert!(
        page.status == StatusCode::OK && page.body.contains("东镇总工会"),
        "{}",
        page.body
    );
    let wrong = place
        .site
        .post("/hall/status", "", &posted(&[("code", "AAAABBBBCCCC")]))
        .await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("没有查到"));
    place.does(case, "accept", &ActInput::default());
    let to = |path| Sending {
        path,
        cookie: "",
        json: false,
    };
    let empty = place
        .send(
            to("/hall/demand/say/add"),
            &[("code", &code), ("key", "a-0"), ("note", "")],
            &[],
        )
        .await;
    assert!(
        empty.status == StatusCode::UNPROCESSABLE_ENTITY
            && empty.body.contains("请写几句，或选几张照片")
    );
    let add = [
        ("code", code.as_str()),
        ("key", "a-1"),
        ("note", "十月也没有发"),
    ];
    for _ in 0..2 {
        let added = place
            .send(
                to("/hall/demand/say/add"),
                &add,
                &[("聊天.png", b"\x89PNG\r\n\x1a\n....")],
            )
            .await;
        assert!(!added.location.contains(&code), "{}", added.location);
        let added = place.on(&added).await;
        assert!(added.body.contains("已经送到"), "{}", added.body);
        assert_eq!(
            added.body.matches("十月也没有发").count(),
            1,
            "the same form twice is one addition"
        );
    }
    // Three additions nobody answers: the level above watches, and the person reads it.
    for key in ["a-2", "a-3"] {
        place
            .send(
                to("/hall/demand/say/add"),
                &[("code", &code), ("key", key), ("note", "请回话")],
                &[],
            )
            .await;
    }
    let alarmed = place
        .site
        .post("/hall/status", "", &posted(&[("code", &code)]))
        .await;
    assert!(
        alarmed.body.contains("上一级工会已经知道"),
        "{}",
        alarmed.body
    );
    assert!(place.listed()[0].alarm);
    let answer = ActInput {
        closing_code: Some("solved".to_owned()),
        fields: [("reply".to_owned(), "单位答应二十日前发清".to_owned())].into(),
        ..ActInput::default()
    };
    place.does(case, "answer", &answer);
    let page = place
        .site
        .post("/hall/status", "", &posted(&[("code", &code)]))
        .await;
    assert!(page.body.contains("单位答应二十日前发清") && page.body.contains("没解决，请再办"));
    let unsaid = place
        .site
        .post(
            "/hall/demand/say/rate",
            "",
            &posted(&[("code", &code), ("key", "r-0")]),
        )
        .await;
    assert!(unsaid.body.contains("请选一项：满意不满意"));
    let rated = [
        ("code", code.as_str()),
        ("key", "r-1"),
        ("solved", "没有解决"),
        ("satisfied", "不满意"),
    ];
    let rated = place
        .site
        .post("/hall/demand/say/rate", "", &posted(&rated))
        .await;
    let rated = place.on(&rated).await;
    assert!(
        rated.body.contains("评价已经记下") && rated.body.contains("您上次说：没有解决，不满意"),
        "{}",
        rated.body
    );
    let again = [
        ("code", code.as_str()),
        ("key", "o-1"),
        ("note", "钱还没有到"),
    ];
    let again = place
        .site
        .post("/hall/demand/say/again", "", &posted(&again))
        .await;
    assert_eq!(again.location, "/hall/demand/case?done=again");
    // The page stands on its own address: opened again it is the same, for a while.
    let cookie = again.cookie.clone();
    let again = place.on(&again).await;
    assert!(again.body.contains("已经重新办理"), "{}", again.body);
    let reloaded = place.site.get("/hall/demand/case", &cookie).await;
    assert!(
        reloaded.status == StatusCode::OK && !reloaded.body.contains("已经重新办理"),
        "{}",
        reloaded.body
    );
    let later = place.site.app.now().ms() + 16 * 60_000;
    let old = cookie.replace(
        &place.site.app.now().ms().to_string(),
        &(later - 32 * 60_000).to_string(),
    );
    for cookie in ["", "nj_demand=0.AAAABBBBCCCC", "nj_demand=x", old.as_str()] {
        let closed = place.site.get("/hall/demand/case", cookie).await;
        assert_eq!(closed.location, "/hall/status", "{cookie}");
    }
    let bare = place.site.get("/hall/demand/say/again", "").await;
    assert_eq!(bare.location, "/hall/demand/case");
    assert_eq!(place.listed()[0].state, "accepted");
    let gone = [("code", code.as_str()), ("key", "w-1")];
    let gone = place
        .site
        .post("/hall/demand/say/withdraw", "", &posted(&gone))
        .await;
    let gone = place.on(&gone).await;
    assert!(gone.body.contains("已经撤回，不再办理"), "{}", gone.body);
}

#[tokio::test]
async fn a_worker_who_has_signed_in_finds_the_own_cases_and_nobody_elses() {
    let place = place();
    let plant = place.site.test.db.write(&place.site.test.actor(), |tx| {
        create_active(
            tx,
            &NewOrg::new(Some(place.town), OrgKind::Single, "东镇纺织厂工会"),
        )
    });
    let plant = plant.unwrap().id;
    let member = place.site.member(plant, "张三丰", ZHANG);
    place.site.worker("zhang", member);
    let other = place.site.member(plant, "李四", "330113198511170280");
    place.site.worker("lisi", other);
    let (zhang, li) = (place.site.session("zhang"), place.site.session("lisi"));
    let form = place.site.get("/hall/demand", &zhang).await;
    assert!(
        form.body.contains("我单位（东镇纺织厂工会）") && form.body.contains("138****1234"),
        "{}",
        form.body
    );
    assert!(!form.body.contains("13812341234"));
    let (_, rest) = form.body.split_once("name=\"as\" value=\"").unwrap();
    let mark = rest.split_once('"').unwrap().0.to_owned();
    let send = |key: &'static str, changes: Vec<(&'static str, &'static str)>, cookie: String| {
        let mark = mark.clone();
        let place = &place;
        async move {
            let mut changes = changes;
            changes.extend([("key", key), ("place", "own"), ("name", ""), ("phone", "")]);
            let mut fields = place.filled(&changes);
            fields.push(("as".to_owned(), mark));
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(n, v)| (n.as_str(), v.as_str()))
                .collect();
            let to = Sending {
                path: "/hall/demand",
                cookie: &cookie,
                json: false,
            };
            place.send(to, &fields, &[]).await
        }
    };
    let receipt = send("z-1", vec![], zhang.clone()).await;
    assert_eq!(receipt.status, StatusCode::OK, "{}", receipt.body);
    let case = place.listed()[0].id;
    let home = place.site.get("/hall", &zhang).await;
    assert!(
        home.body.contains("投诉：拖欠工资（某电子厂）"),
        "{}",
        home.body
    );
    let own = place
        .site
        .get(&format!("/hall/demand/mine/{case}"), &zhang)
        .await;
    assert!(own.status == StatusCode::OK && own.body.contains("已收到，正在安排人员受理"));
    assert!(
        own.body.contains("会员卡") && !own.body.contains("加入工会"),
        "a member's own tabs: {}",
        own.body
    );
    // What is added leads back to the own case, with the code of another's as little as ever.
    let code = code_of(&receipt);
    let add = [
        ("code", code.as_str()),
        ("key", "z-a"),
        ("note", "十月也没有发"),
    ];
    let added = place
        .site
        .post("/hall/demand/say/add", &zhang, &posted(&add))
        .await;
    assert_eq!(
        (added.status, added.location.as_str()),
        (
            StatusCode::SEE_OTHER,
            format!("/hall/demand/mine/{case}?done=add").as_str()
        ),
        "{}",
        added.body
    );
    let page = place.site.get(&added.location, &zhang).await;
    assert!(
        page.body.contains("已经送到") && page.body.contains("十月也没有发"),
        "{}",
        page.body
    );
    let empty = [("code", code.as_str()), ("key", "z-b"), ("note", "")];
    let empty = place
        .site
        .post("/hall/demand/say/add", &zhang, &posted(&empty))
        .await;
    assert!(
        empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.body.contains("会员卡"),
        "{}",
        empty.body
    );
    assert_eq!(
        place
            .site
            .get(&format!("/hall/demand/mine/{case}"), &li)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    assert!(
        !place
            .site
            .get("/hall/demand/mine", &li)
            .await
            .body
            .contains("拖欠工资")
    );
    // A report is nobody's but the code's; and what one worker wrote is not filed under the next who signs in.
    let sealed = send("z-2", vec![("type", "举报")], zhang.clone()).await;
    assert!(
        sealed.body.contains("丢了，谁也帮您找不回来"),
        "{}",
        sealed.body
    );
    let lent = send(
        "z-3",
        vec![("subject", "工时休假"), ("place", "unknown")],
        li.clone(),
    )
    .await;
    assert!(
        matches!(
            lent.status,
            StatusCode::OK | StatusCode::UNPROCESSABLE_ENTITY
        ),
        "{}",
        lent.body
    );
    let mine = place.site.get("/hall/demand/mine", &zhang).await.body;
    assert_eq!(
        mine.matches("class=\"cell\" href=\"/hall/demand/mine/")
            .count(),
        1,
        "{mine}"
    );
    assert!(
        !place
            .site
            .get("/hall/demand/mine", &li)
            .await
            .body
            .contains("工时休假")
    );
    let logged = place.site.test.db.read(&place.site.test.actor(), |tx| {
        let filter = union::audit::AuditFilter {
            action: "case.opened".into(),
            ..Default::default()
        };
        union::audit::search(tx, &filter, 10)
    });
    for line in logged.unwrap() {
        assert!(!format!("{line:?}").contains("张三丰"), "{line:?}");
    }
}

#[tokio::test]
async fn codes_are_not_tried_without_end_and_stand_in_no_address() {
    let place = place();
    let mut last = StatusCode::OK;
    for _ in 0..=place.site.app.policy().logins_per_minute_per_address {
        last = place
            .site
            .post("/hall/demand/receipt", "", "code=AAAABBBBCCCC")
            .await
            .status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    for route in crate::shell::all_routes().infos() {
        if route.path.starts_with("/hall/demand") {
            assert!(!route.path.contains("{code}"), "{}", route.path);
        }
    }
}
