//! Staff: posters, and entering for somebody.

use axum::http::{StatusCode, header};

use super::{place, posted};

#[tokio::test]
async fn posters_are_made_shown_and_ended_by_who_answers_there() {
    let place = place();
    let east = place.site.session("east");
    let new = posted(&[("key", "p-1"), ("place", "东镇总工会"), ("spot", "食堂")]);
    let made = place.site.post("/posters/new", &east, &new).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let again = place.site.post("/posters/new", &east, &new).await;
    assert_eq!(again.location, made.location);
    let path = made.location.split('?').next().unwrap().to_owned();
    let show = place.site.get(&path, &east).await;
    assert!(
        show.body.contains("东镇总工会 · 食堂") && show.body.contains("/q/"),
        "{}",
        show.body
    );
    let print = place.site.get(&format!("{path}/print"), &east).await;
    assert!(
        print.body.contains("扫一扫")
            && print.body.contains("<svg")
            && !print.body.contains("style=")
    );
    let svg = place.site.get(&format!("{path}/qr.svg"), &east).await;
    assert!(svg.body.starts_with("<svg") && svg.headers[header::CONTENT_TYPE] == "image/svg+xml");
    let nameless = place
        .site
        .post(&format!("{path}/revoke"), &east, "why=")
        .await;
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    let made_up = posted(&[("key", "p-2"), ("place", "没有这个工会"), ("spot", "食堂")]);
    let refused = place.site.post("/posters/new", &east, &made_up).await;
    assert!(
        refused.status == StatusCode::UNPROCESSABLE_ENTITY
            && refused.body.contains("value=\"食堂\"")
    );
    let ended = place
        .site
        .post(
            &format!("{path}/revoke"),
            &east,
            &posted(&[("why", "撕掉了")]),
        )
        .await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    assert!(
        place
            .site
            .get("/posters", &east)
            .await
            .body
            .contains("已停用")
    );
    // Another town neither sees nor prints it.
    let west = place.site.test.db.read(&place.site.test.actor(), |tx| {
        union::orgs::find(tx, "西镇总工会")
    });
    place
        .site
        .account("west", "town_officer", Some(west.unwrap()[0].id));
    let west = place.site.session("west");
    for path in [
        path.clone(),
        format!("{path}/print"),
        format!("{path}/qr.svg"),
    ] {
        assert_eq!(
            place.site.get(&path, &west).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    assert!(
        !place
            .site
            .get("/posters", &west)
            .await
            .body
            .contains("· 食堂")
    );
}

#[tokio::test]
async fn staff_who_enter_for_somebody_say_so_on_both_sides() {
    let place = place();
    let east = place.site.session("east");
    let path = "/cases/new?kind=cases.demand";
    let mut fields = vec![
        ("key", "b-1"),
        ("title", "加班没有工钱"),
        ("place", "东镇总工会"),
        ("door", "window"),
        ("field.type", "投诉"),
        ("field.subject", "工时休假"),
        ("field.content", "天天加班到十点"),
        ("reporter", "王小明"),
        ("phone", "13800001111"),
    ];
    let silent = place.site.post(path, &east, &posted(&fields)).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        silent.body.contains("怎样同意由您代填") && silent.body.contains("天天加班到十点"),
        "{}",
        silent.body
    );
    fields.push(("consent", "本人在场，当面同意代填"));
    let taken = place.site.post(path, &east, &posted(&fields)).await;
    assert!(
        taken.location.ends_with("/receipt"),
        "{} {}",
        taken.status,
        taken.body
    );
    let receipt = place.site.get(&taken.location, &east).await;
    assert!(
        receipt.body.contains("代办")
            && receipt.body.contains("演示east")
            && receipt.body.contains("王*明，本人在场"),
        "{}",
        receipt.body
    );
    let case = place.listed()[0].id;
    let show = place.site.get(&format!("/cases/{case}"), &east).await;
    assert!(show.body.contains(">代办<") && show.body.contains("当面同意代填"));
    let digest: String = receipt
        .body
        .split("校验码（SM3）</dt><dd class=\"num\">")
        .nth(1)
        .unwrap()
        .chars()
        .take_while(|c| *c != '<')
        .collect();
    let same = place
        .site
        .post(&taken.location, &east, &posted(&[("digest", &digest)]))
        .await;
    assert!(same.body.contains("一致：这张回执") && same.body.contains("天天加班到十点"));
    let other = place
        .site
        .post(&taken.location, &east, &posted(&[("digest", "00ff")]))
        .await;
    assert!(other.body.contains("不一致："));
    // And the worker reads it.
    let code: String = receipt
        .body
        .split("查询码</dt><dd class=\"num b\">")
        .nth(1)
        .unwrap()
        .chars()
        .take_while(|c| *c != '<')
        .collect();
    let told = place
        .site
        .post("/hall/status", "", &posted(&[("code", &code)]))
        .await;
    assert!(
        told.body.contains("代您登记")
            && told.body.contains("演示east")
            && told.body.contains("当面同意代填"),
        "{}",
        told.body
    );
}
