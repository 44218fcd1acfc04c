//! 申请调解、法律援助: the other matters that a worker files from the phone, by their definitions and the same form.

use axum::http::StatusCode;
use kernel::Instant;
use serde_json::Value;
use union::cases::{self, ActInput, CaseLine, NewEvidence};
use union::orgs::{NewOrg, OrgKind, create_active};
use union::posters::{self, NewPoster};

use super::{JPEG, Place, Sending, ZHANG, code_of, place, posted};
use crate::testing::Answer;

const MEDIATION: &str = "/hall/demand/apply/mediation";
const AID: &str = "/hall/demand/apply/legal_aid";

fn at(place: &Place, day: i8, hour: i8, minute: i8) {
    let moment = Instant::from_shanghai(jiff::civil::date(2026, 6, day), hour, minute);
    place.site.test.clock.set(moment);
}

/// Both steps of a form, as a page without script sends the second.
async fn send(place: &Place, path: &str, cookie: &str, changes: &[(&str, &str)]) -> Answer {
    let town = place.town.to_string();
    let mut fields = vec![
        ("key", "k-1"),
        ("step", "2"),
        ("respondent", "某电子厂"),
        ("subject", "劳动报酬"),
        ("claim", "九月的工资没有发，要求补发"),
        ("place", town.as_str()),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    let to = Sending {
        path,
        cookie,
        json: false,
    };
    place.send(to, &fields, &[("合同.jpg", JPEG)]).await
}

/// A member of a plant in the town who has signed in, and the mark of the phone.
async fn signed_in(place: &Place, path: &str) -> (String, String) {
    let plant = place.site.test.db.write(&place.site.test.actor(), |tx| {
        let new = NewOrg::new(Some(place.town), OrgKind::Single, "东镇纺织厂工会");
        create_active(tx, &new)
    });
    let member = place.site.member(plant.unwrap().id, "张三丰", ZHANG);
    place.site.worker("zhang", member);
    let cookie = place.site.session("zhang");
    let form = place.site.get(path, &cookie).await;
    let (_, rest) = form.body.split_once("name=\"as\" value=\"").unwrap();
    (cookie, rest.split_once('"').unwrap().0.to_owned())
}

fn only(place: &Place) -> CaseLine {
    let mut lines = place.listed();
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines.remove(0)
}

#[tokio::test]
async fn the_hall_offers_what_the_definitions_say_a_worker_files() {
    let place = place();
    for path in ["/hall", "/hall/demand"] {
        let page = place.site.get(path, "").await;
        for word in [MEDIATION, AID, "申请调解", "申请法律援助"] {
            assert!(page.body.contains(word), "{path} {word}: {}", page.body);
        }
    }
    let form = place.site.get(MEDIATION, "").await;
    assert_eq!(form.status, StatusCode::OK);
    for word in [
        "请工会居中谈",
        "被辞退，合同不续了",
        "您的姓名",
        "一共要多少钱（可不填）",
        "type=\"date\"",
        "href=\"/hall/demand\"",
    ] {
        assert!(form.body.contains(word), "{word}: {}", form.body);
    }
    assert!(!form.body.contains("口头申请") && !form.body.contains("您的身份会密封"));
    // What is not filed from a phone has no form there.
    for name in ["supervision", "arrears_alert", "x"] {
        let none = place
            .site
            .get(&format!("/hall/demand/apply/{name}"), "")
            .await;
        assert_eq!(none.status, StatusCode::NOT_FOUND, "{name}");
    }
    let kept = place
        .site
        .get("/hall/demand/offline/apply/legal_aid", "")
        .await;
    assert!(kept.body.contains("data-offline") && kept.body.contains("我是进城打工的"));
    let worker = place.site.get("/demand-worker.js", "").await;
    assert!(worker.body.contains("/hall/demand/offline/apply/mediation"));
}

#[tokio::test]
async fn a_worker_applies_for_mediation_and_follows_it() {
    let place = place();
    at(&place, 1, 9, 0);
    let (zhang, mark) = signed_in(&place, MEDIATION).await;
    // Nothing answered, and a day to come: said at the questions, in their words.
    let empty = send(
        &place,
        MEDIATION,
        &zhang,
        &[("step", "1"), ("respondent", ""), ("claim", "")],
    )
    .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.body.contains("请填写：跟哪家单位") && empty.body.contains("请写几句："));
    let signed = [("as", mark.as_str()), ("key", "m-1")];
    let late = [signed.as_slice(), &[("known_on", "2026-07-01")]].concat();
    let late = send(&place, MEDIATION, &zhang, &late).await;
    assert!(
        late.status == StatusCode::UNPROCESSABLE_ENTITY
            && late.body.contains("「哪一天知道的」2026-07-01 晚于今天")
            && late.body.contains("id=\"e-known_on\""),
        "{}",
        late.body
    );
    let fields = [
        signed.as_slice(),
        &[("known_on", "2026-05-29"), ("claimed", "6000")],
    ]
    .concat();
    let receipt = send(&place, MEDIATION, &zhang, &fields).await;
    assert_eq!(receipt.status, StatusCode::OK, "{}", receipt.body);
    let code = code_of(&receipt);
    for word in [
        "东镇总工会",
        "演示east",
        "校验码（SM3）",
        "告诉您受理没有",
        "2026 年 6 月 4 日",
    ] {
        assert!(receipt.body.contains(word), "{word}: {}", receipt.body);
    }
    // Sent again it is the same; it names nobody on lists.
    assert_eq!(
        code_of(&send(&place, MEDIATION, &zhang, &fields).await),
        code
    );
    let line = only(&place);
    assert_eq!(
        (line.kind.as_str(), line.title.as_str(), line.no.as_str()),
        (
            "cases.mediation",
            "劳动争议调解：劳动报酬（某电子厂）",
            "TJ2026-00001"
        )
    );
    let own = place
        .site
        .get(&format!("/hall/demand/mine/{}", line.id), &zhang)
        .await;
    assert!(
        own.body.contains("已收到调解申请，正在审查") && own.body.contains("等待受理"),
        "{}",
        own.body
    );
    // At the desk: one person, masked, and the form is the written application that accepting asks for.
    let east = place.site.session("east");
    let page = place.site.get(&format!("/cases/{}", line.id), &east).await;
    assert!(
        page.body.contains("张*丰") && !page.body.contains("张三丰"),
        "{}",
        page.body
    );
    place.does(line.id, "accept", &ActInput::default());
    let told = place.site.get("/hall/demand/mine", &zhang).await;
    assert!(told.body.contains("已受理，正在征询对方是否同意调解"));
    // The same matter by another key joins the open case.
    let again = [
        signed.as_slice(),
        &[("key", "m-2"), ("claim", "还有加班费")],
    ]
    .concat();
    assert_eq!(
        code_of(&send(&place, MEDIATION, &zhang, &again).await),
        code
    );
    assert_eq!(only(&place).id, line.id);
    place.does(line.id, "declined", &ActInput::note("单位不愿意调解"));
    let told = place
        .site
        .get(&format!("/hall/demand/mine/{}", line.id), &zhang)
        .await;
    for word in [
        "对方不同意调解，您可以申请仲裁",
        "单位不愿意调解",
        "办完了",
        "申请仲裁（仲裁时效到这天为止）",
    ] {
        assert!(told.body.contains(word), "{word}: {}", told.body);
    }
    // Written by one worker, sent by nobody who has signed in: it is not taken for anybody's.
    let stranger = send(&place, MEDIATION, "", &[("as", &mark), ("key", "m-3")]).await;
    assert!(
        stranger.status == StatusCode::UNPROCESSABLE_ENTITY
            && stranger.body.contains("请本人登录后再交"),
        "{}",
        stranger.body
    );
}

#[tokio::test]
async fn legal_aid_by_a_poster_starts_the_hour_and_asks_once_for_papers() {
    let place = place();
    at(&place, 1, 9, 0);
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
    // From the scanned form the place goes along.
    let scanned = place
        .site
        .get(&format!("/hall/demand?at={}", poster.code), "")
        .await;
    let path = format!("{AID}?at={}", poster.code);
    assert!(scanned.body.contains(&path), "{}", scanned.body);
    let form = place.site.get(&path, "").await;
    assert!(form.body.contains("东镇总工会 · 3 号门") && !form.body.contains("id=\"f-place\""));
    // Who is to be called within the hour says who it is and by which number.
    let at_gate = [("at", poster.code.as_str()), ("place", "")];
    let to = Sending {
        path: AID,
        cookie: "",
        json: true,
    };
    let bare = [
        ("key", "a-1"),
        ("step", "2"),
        ("respondent", "某电子厂"),
        ("subject", "劳动报酬"),
        ("claim", "要打官司"),
        at_gate[0],
    ];
    let refused = place.send(to, &bare, &[]).await;
    let said: Value = serde_json::from_str(&refused.body).unwrap();
    let faults: Vec<(&str, i64)> = said["faults"]
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
    assert_eq!(faults, [("name", 2), ("phone", 2)]);
    let whole = [
        at_gate.as_slice(),
        &[
            ("key", "a-1"),
            ("name", "李某某"),
            ("phone", "13800001111"),
            ("migrant", "是"),
            ("urgent", "是"),
        ],
    ]
    .concat();
    let receipt = send(&place, AID, "", &whole).await;
    let code = code_of(&receipt);
    assert!(
        receipt.body.contains("先打电话联系您") && !receipt.body.contains("李某某"),
        "{}",
        receipt.body
    );
    let line = only(&place);
    assert_eq!(line.title, "法律援助：劳动报酬（某电子厂）");
    let actor = place.site.test.actor();
    let may = place
        .site
        .app
        .roles()
        .get("district_officer")
        .unwrap()
        .capabilities;
    let case = place
        .site
        .test
        .db
        .read(&actor, |tx| cases::get(tx, may, line.id))
        .unwrap();
    assert_eq!(
        (case.now.door.as_str(), case.now.state.as_str()),
        ("qr", "applied")
    );
    let field = |name: &str| case.now.fields.get(name).map(String::as_str);
    assert_eq!(
        (field("migrant"), field("urgent")),
        (Some("是"), Some("是"))
    );
    let clocks = place
        .site
        .test
        .db
        .read(&actor, |tx| cases::clocks(tx, may, line.id))
        .unwrap();
    let hour = clocks
        .iter()
        .find(|one| one.clock.rule == "first_contact")
        .unwrap();
    let ten = Instant::from_shanghai(jiff::civil::date(2026, 6, 1), 10, 0);
    assert_eq!(hour.due.unwrap().at, ten);
    let uses = place
        .site
        .test
        .db
        .read(&actor, |tx| posters::get(tx, poster.id));
    assert_eq!(uses.unwrap().uses, 1);
    place.does(line.id, "first_contact", &ActInput::note("已电话联系"));
    let ask = ActInput {
        back_to: cases::BackTo::Initiator,
        fields: [("missing".to_owned(), "劳动合同或工资流水".to_owned())].into(),
        ..ActInput::note("缺劳动关系证明")
    };
    place.does(line.id, "ask_papers", &ask);
    let page = place
        .site
        .post("/hall/status", "", &posted(&[("code", &code)]))
        .await;
    for word in [
        "等您补材料",
        "请按提示一次补齐材料",
        "劳动合同或工资流水",
        "请补材料",
    ] {
        assert!(page.body.contains(word), "{word}: {}", page.body);
    }
    let to = Sending {
        path: "/hall/demand/say/add",
        cookie: "",
        json: false,
    };
    let add = [
        ("code", code.as_str()),
        ("key", "s-1"),
        ("note", "合同照片"),
    ];
    let added = place
        .on(&place.send(to, &add, &[("合同.jpg", JPEG)]).await)
        .await;
    assert!(
        added.body.contains("材料已补齐，正在审查"),
        "{}",
        added.body
    );
    let grant = ActInput {
        fields: [("stage".to_owned(), "仲裁".to_owned())].into(),
        evidence: vec![NewEvidence {
            kind: "decision".to_owned(),
            text: "决定书".to_owned(),
            ..NewEvidence::default()
        }],
        ..ActInput::default()
    };
    place.does(line.id, "grant_aid", &grant);
    let page = place
        .site
        .post("/hall/status", "", &posted(&[("code", &code)]))
        .await;
    assert!(
        page.body.contains("已决定给予法律援助，正在指派律师")
            && page.body.contains("给您指派律师"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn a_scanned_poster_leads_to_mediation_and_keeps_its_place_and_its_door() {
    let place = place();
    at(&place, 1, 9, 0);
    let new = NewPoster {
        org: Some(place.town),
        spot: "3 号门".to_owned(),
        ..NewPoster::default()
    };
    let made = place
        .site
        .test
        .db
        .write(&place.site.test.actor(), |tx| posters::make(tx, &new));
    let code = made.unwrap().code;
    let demand = place.site.get(&format!("/hall/demand?at={code}"), "").await;
    for path in [MEDIATION, AID] {
        assert!(demand.body.contains(&format!("{path}?at={code}")), "{path}");
    }
    let form = place.site.get(&format!("{MEDIATION}?at={code}"), "").await;
    assert!(form.body.contains("东镇总工会 · 3 号门") && !form.body.contains("id=\"f-place\""));
    let who = [
        ("at", code.as_str()),
        ("place", ""),
        ("name", "李小四"),
        ("phone", "13800001111"),
    ];
    let sent = send(&place, MEDIATION, "", &who).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    let line = only(&place);
    let actor = place.site.test.actor();
    let case = place
        .site
        .test
        .db
        .read(&actor, |tx| cases::get_linked(tx, line.id))
        .unwrap();
    let came = (case.kind.id.as_str(), case.now.door.as_str());
    assert_eq!(came, ("cases.mediation", "qr"));
    assert_eq!(case.place, place.town);
}
