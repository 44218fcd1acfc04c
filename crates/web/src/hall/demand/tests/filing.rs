//! Filing: two steps, faults, photographs, posters.

use axum::http::StatusCode;
use serde_json::Value;
use union::posters::{self, NewPoster};

use super::{JPEG, Sending, code_of, place, posted};

#[tokio::test]
async fn two_steps_without_script_and_a_receipt_that_is_not_skipped() {
    let place = place();
    let form = place.site.get("/hall/demand", "").await;
    assert_eq!(form.status, StatusCode::OK);
    for word in [
        "工资没发、少发",
        "举报，不让人知道我是谁",
        "第 1 步",
        "东镇</option>",
        "<template",
    ] {
        assert!(form.body.contains(word), "{word}: {}", form.body);
    }
    let to = || Sending {
        path: "/hall/demand",
        cookie: "",
        json: false,
    };
    let town = place.town.to_string();
    let first = [
        ("key", "k-1"),
        ("step", "1"),
        ("type", "投诉"),
        ("subject", "拖欠工资"),
        ("content", "九月的工资\n没有发"),
        ("place", town.as_str()),
    ];
    let second = place.send(to(), &first, &[]).await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.body);
    assert!(
        second.body.contains("第 2 步")
            && second
                .body
                .contains("name=\"content\" value=\"九月的工资\n没有发\""),
        "{}",
        second.body
    );
    let mut all = first.to_vec();
    all[1] = ("step", "2");
    all.extend([("phone", "13800001111"), ("go", "send")]);
    let receipt = place.send(to(), &all, &[("工资条.jpg", JPEG)]).await;
    assert_eq!(receipt.status, StatusCode::OK, "{}", receipt.body);
    let code = code_of(&receipt);
    assert_eq!(code.len(), 12);
    assert!(
        receipt.body.contains("东镇总工会") && receipt.body.contains("演示east"),
        "who handles it, by name"
    );
    assert!(
        receipt
            .body
            .contains("<b>答复您</b><span class=\"v\">最晚 ")
            && receipt.body.contains("校验码（SM3）")
    );
    assert!(
        !receipt.body.contains("13800001111") && !receipt.body.contains("class=\"tabs\""),
        "no way past it"
    );
    // Not noted: it stays.
    let stays = place
        .site
        .post("/hall/demand/noted", "", &posted(&[("code", &code)]))
        .await;
    assert_eq!(stays.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(code_of(&stays), code);
    let on = place
        .site
        .post(
            "/hall/demand/noted",
            "",
            &posted(&[("code", &code), ("noted", "1")]),
        )
        .await;
    let on = place.on(&on).await;
    assert!(on.body.contains("已收到，正在安排人员受理"), "{}", on.body);
    // Sent again, also changed: the same case, the same receipt.
    let again = place.send(to(), &all, &[("工资条.jpg", JPEG)]).await;
    assert_eq!(code_of(&again), code);
    all[4] = ("content", "改了几个字");
    let changed = place.send(to(), &all, &[]).await;
    assert_eq!(code_of(&changed), code);
    let lines = place.listed();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].title, "投诉：拖欠工资");
}

#[tokio::test]
async fn the_script_hears_of_every_fault_and_gets_the_code() {
    let place = place();
    let to = || Sending {
        path: "/hall/demand",
        cookie: "",
        json: true,
    };
    let long = "长".repeat(5_001);
    let wrong = place.filled(&[
        ("content", &long),
        ("phone", "12345"),
        ("subject", ""),
        ("workers", "三个"),
    ]);
    let wrong: Vec<(&str, &str)> = wrong
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let refused = place.send(to(), &wrong, &[("x.exe", b"MZ\x90")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said: Value = serde_json::from_str(&refused.body).unwrap();
    let fields: Vec<(&str, i64)> = said["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["field"].as_str().unwrap(),
                one["step"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        fields,
        [
            ("photo", 2),
            ("subject", 1),
            ("content", 1),
            ("workers", 1),
            ("phone", 2)
        ]
    );
    assert!(
        refused.body.contains("现在有 5001 个字"),
        "{}",
        refused.body
    );
    assert!(place.listed().is_empty());
    let right = place.filled(&[]);
    let right: Vec<(&str, &str)> = right
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let sent = place.send(to(), &right, &[]).await;
    let said: Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!(
        (
            said["code"].as_str().unwrap().len(),
            said["no"].as_str().unwrap()
        ),
        (12, "MH2026-00001")
    );
}

#[tokio::test]
async fn a_photograph_that_is_too_large_loses_no_word() {
    let place = place();
    let mut large = JPEG.to_vec();
    large.resize(20 << 20, 7);
    let refused = place
        .file(
            &[("content", "说了很久的话")],
            &[("大照片.jpg", &large), ("小照片.jpg", JPEG)],
        )
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .body
            .contains("「大照片.jpg」有 20 MB，一张最大 5 MB"),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains("value=\"说了很久的话\"")
            && refused.body.contains("value=\"13800001111\"")
    );
    // One that could be taken goes as well: a page that is drawn again holds no files, and says so.
    let again = "刚才选的 1 个文件没有留在页面上，请重新选一次";
    assert!(refused.body.contains(again), "{}", refused.body);
    let number = place
        .file(&[("phone", "12")], &[("小照片.jpg", JPEG)])
        .await;
    assert!(
        number.body.contains("手机号是 11 位数字") && number.body.contains(again),
        "{}",
        number.body
    );
    let seven: Vec<(&str, &[u8])> = (0..7).map(|_| ("a.jpg", JPEG)).collect();
    let many = place.file(&[], &seven).await;
    assert!(many.body.contains("一次最多 6 张"), "{}", many.body);
    // By content, whatever it is called: a program stays out, a recording comes along under the name of what it is.
    for name in ["工资条.jpg", "工具.exe"] {
        let program = place.file(&[], &[(name, b"MZ\x90\0")]).await;
        assert_eq!(program.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            program
                .body
                .contains("是程序，不能上传。能收的有：照片和截图、PDF"),
            "{}",
            program.body
        );
    }
    assert!(place.listed().is_empty());
    let files: [(&str, &[u8]); 2] = [("小照片.jpg", JPEG), ("通话", b"#!AMR\n.....")];
    let taken = place.file(&[], &files).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
}

#[tokio::test]
async fn a_scanned_poster_fills_in_the_place_and_a_bad_code_loses_nothing() {
    let place = place();
    let new = NewPoster {
        org: Some(place.town),
        spot: "3 号门".to_owned(),
        ..NewPoster::default()
    };
    let poster = place
        .site
        .test
        .db
        .write(&place.site.test.actor(), |tx| posters::make(tx, &new))
        .unwrap();
    let scan = place.site.get(&format!("/q/{}", poster.code), "").await;
    assert_eq!(scan.location, format!("/hall/demand?at={}", poster.code));
    let form = place.site.get(&scan.location, "").await;
    assert!(
        form.body.contains("东镇总工会 · 3 号门") && !form.body.contains("id=\"f-place\""),
        "{}",
        form.body
    );
    let receipt = place
        .file(&[("at", &poster.code), ("place", "")], &[])
        .await;
    assert_eq!(receipt.status, StatusCode::OK, "{}", receipt.body);
    let uses = || {
        let read = place
            .site
            .test
            .db
            .read(&place.site.test.actor(), |tx| posters::get(tx, poster.id));
        read.unwrap().uses
    };
    assert_eq!(uses(), 1);
    place
        .file(&[("at", &poster.code), ("place", "")], &[])
        .await;
    assert_eq!(uses(), 1, "sent twice is one case and one use");
    place
        .site
        .test
        .db
        .write(&place.site.test.actor(), |tx| {
            posters::revoke(tx, poster.id, "工地完工")
        })
        .unwrap();
    let fields = [
        ("key", "k-9"),
        ("at", poster.code.as_str()),
        ("place", ""),
        ("content", "写了半天的话"),
    ];
    let over = place.file(&fields, &[]).await;
    assert_eq!(over.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        over.body.contains("停用或过期")
            && over.body.contains("写了半天的话")
            && over.body.contains("id=\"f-place\""),
        "{}",
        over.body
    );
    let foreign = place.site.get("/hall/demand?at=222222222222", "").await;
    assert!(foreign.status == StatusCode::OK && foreign.body.contains("认不出这张码"));
}

#[tokio::test]
async fn the_receipt_and_the_case_say_the_last_day_itself() {
    let place = place();
    let filed = kernel::Instant::from_shanghai(jiff::civil::date(2026, 6, 1), 9, 0);
    place.site.test.clock.set(filed);
    let receipt = place.file(&[], &[]).await;
    let code = code_of(&receipt);
    let case = place
        .site
        .post("/hall/status", "", &posted(&[("code", &code)]))
        .await;
    // One working day after Monday the 1st, and the fifteen days of a petition's written notice, by the end of each.
    for page in [&receipt.body, &case.body] {
        assert!(
            page.contains("<b>告诉您受理没有</b><span class=\"v\">最晚 2026 年 6 月 2 日"),
            "{page}"
        );
        assert!(
            page.contains("<b>书面告诉您受理没有</b><span class=\"v\">最晚 2026 年 6 月 16 日"),
            "{page}"
        );
        assert!(
            !page.contains("6 月 3 日") && !page.contains("6 月 17 日"),
            "{page}"
        );
    }
}
