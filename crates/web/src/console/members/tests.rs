//! Every page of the room, opened and used as its posts would.

use axum::http::StatusCode;
use kernel::ids::MemberId;
use union::access::AccessError;
use union::members::{self, Admission, MemberDraft, MemberPolicy, applications};
use union::orgs::{self, NewOrg, OrgKind, OrgRef};

use crate::testing::Site;

pub(super) struct Place {
    pub(super) site: Site,
    pub(super) town: OrgRef,
    pub(super) shop: OrgRef,
    other: OrgRef,
    pub(super) zhang: MemberId,
    chen: MemberId,
}

fn fault(error: impl std::fmt::Display) -> AccessError {
    AccessError::Roles(error.to_string())
}

pub(super) fn place() -> Place {
    let site = Site::new();
    let (town, shop, other) = site.write(|tx| {
        let district =
            orgs::create_active(tx, &NewOrg::new(None, OrgKind::Federation, "测试区总工会"))
                .map_err(fault)?;
        let town = orgs::create_active(
            tx,
            &NewOrg::new(Some(district.id), OrgKind::Town, "东镇总工会"),
        )
        .map_err(fault)?;
        let west = orgs::create_active(
            tx,
            &NewOrg::new(Some(district.id), OrgKind::Town, "西镇总工会"),
        )
        .map_err(fault)?;
        let shop = orgs::create_active(
            tx,
            &NewOrg::new(Some(town.id), OrgKind::Single, "东镇纺织厂工会"),
        )
        .map_err(fault)?;
        let other = orgs::create_active(
            tx,
            &NewOrg::new(Some(west.id), OrgKind::Single, "西镇机械厂工会"),
        )
        .map_err(fault)?;
        Ok((town, shop, other))
    });
    let join = |org: &OrgRef, name: &str, number: &str, kind: &str, birth: &str| {
        site.write(|tx| {
            let policy = MemberPolicy::at(*tx.district(), tx.today()).map_err(fault)?;
            let draft = MemberDraft {
                name: name.into(),
                id_number: number.into(),
                id_type: kind.into(),
                birth_on: birth.into(),
                phone: "13812341234".into(),
                ..Default::default()
            };
            let member = members::prepare(tx.vault(), policy, tx.today(), &draft, tx.new_id())
                .map_err(|faults| fault(format!("{faults:?}")))?;
            let to = Admission::new(
                org.id,
                org.path.clone(),
                "2021-05-01".parse().map_err(fault)?,
            );
            Ok(members::admit(tx, &member, &to).map_err(fault)?.id)
        })
    };
    let zhang = join(&shop, "张小明", "330113199003070018", "", "");
    let chen = join(&other, "陈静", "330113198511170280", "", "");
    for (login, role, org) in [
        (
            "district",
            "district_officer",
            site.write(|tx| Ok(orgs::top(tx).map_err(fault)?.map(|org| org.id))),
        ),
        ("town", "town_officer", Some(town.id)),
        ("chair", "enterprise_chair", Some(shop.id)),
        ("leader", "leader", Some(town.id)),
    ] {
        site.account(login, role, org);
    }
    Place {
        site,
        town,
        shop,
        other,
        zhang,
        chen,
    }
}

#[tokio::test]
async fn every_page_opens_and_shows_only_what_is_in_scope() {
    let place = place();
    let (district, town, leader) = (
        place.site.session("district"),
        place.site.session("town"),
        place.site.session("leader"),
    );
    let zhang = place.zhang;
    for path in [
        "/members".to_owned(),
        "/members?r=no&g=care&jf=2017-01-01&af=18".to_owned(),
        format!("/members?org={}", place.town.id),
        "/members/tally".to_owned(),
        "/members/new".to_owned(),
        format!("/members/{zhang}"),
        format!("/members/{zhang}/correct"),
        format!("/members/{zhang}/transfer?union=xz"),
        format!("/members/{zhang}/reveal/phone"),
        "/applications".to_owned(),
        "/applications?tab=decided".to_owned(),
        "/transfers".to_owned(),
        "/transfers?tab=overdue".to_owned(),
        "/transfers/new".to_owned(),
        "/requests".to_owned(),
        "/duplicates".to_owned(),
        "/cards/check".to_owned(),
    ] {
        let answer = place.site.get(&path, &district).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        assert!(
            !answer.body.contains("style="),
            "{path} has an inline style"
        );
        assert!(
            !answer.body.contains("330113199003070018"),
            "{path} shows a number"
        );
        assert_eq!(
            place.site.get(&path, &leader).await.status,
            StatusCode::FORBIDDEN,
            "{path} for a leader"
        );
    }
    let list = place.site.get("/members", &town).await.body;
    assert!(list.contains("张*明") && !list.contains("陈*"), "{list}");
    let hidden = place
        .site
        .get(&format!("/members/{}", place.chen), &town)
        .await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    let outside = place
        .site
        .get(&format!("/members?org={}", place.other.id), &town)
        .await;
    assert_eq!(outside.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_number_is_found_but_never_stands_in_an_address() {
    let place = place();
    let town = place.site.session("town");
    for typed in ["330113199003070018", "13812341234"] {
        let answer = place
            .site
            .post("/members/find", &town, &format!("q={typed}"))
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(!answer.location.contains(typed), "{}", answer.location);
        let list = place.site.get(&answer.location, &town).await.body;
        assert!(list.contains("张*明"), "{list}");
    }
    let named = place.site.post("/members/find", &town, "q=zxm&s=").await;
    assert_eq!(named.location, "/members?q=zxm");
    let part = place.site.get("/members?q=33011319", &town).await;
    assert_eq!(part.status, StatusCode::OK);
}

#[tokio::test]
async fn revealing_needs_a_reason_and_leaves_a_trace() {
    let place = place();
    let town = place.site.session("town");
    let path = format!("/members/{}/reveal/id_number", place.zhang);
    let refused = place.site.post(&path, &town, "reason=").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("理由") && !refused.body.contains("330113199003070018"));
    let shown = place.site.post(&path, &town, "reason=核对入会申请").await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.body.contains("330113199003070018"));
    let later = place
        .site
        .get(&format!("/members/{}", place.zhang), &town)
        .await
        .body;
    assert!(later.contains("查看了完整的证件号码") && later.contains("核对入会申请"));
    assert!(!later.contains("330113199003070018"));
    // The hidden digits do not stand elsewhere on the page, nor in the form to correct it.
    let correct = place
        .site
        .get(&format!("/members/{}/correct", place.zhang), &town)
        .await
        .body;
    for body in [&later, &correct] {
        assert!(
            !body.contains("1990-03-07") && !body.contains("19900307"),
            "{body}"
        );
    }
    assert!(later.contains("1990 年生"));
    // An enterprise chair may not look behind the mask.
    let chair = place.site.session("chair");
    assert_eq!(
        place
            .site
            .post(&path, &chair, "reason=核对入会申请")
            .await
            .status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn entering_says_everything_wrong_keeps_what_was_typed_and_counts_once() {
    let place = place();
    let chair = place.site.session("chair");
    let bad = place
        .site
        .post(
            "/members/new",
            &chair,
            &format!("org={}&name=李3&id_number=12&phone=1", place.shop.id),
        )
        .await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        bad.body.contains("有 3 处需要改一下") && bad.body.contains("value=\"李3\""),
        "{}",
        bad.body
    );
    let form = format!(
        "org={}&name=李四&id_number=33011319900307019X&key=k1",
        place.shop.id
    );
    let first = place.site.post("/members/new", &chair, &form).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.body);
    let again = place.site.post("/members/new", &chair, &form).await;
    assert_eq!(
        again.location, first.location,
        "the same key is the same submission"
    );
    let elsewhere = place
        .site
        .post(
            "/members/new",
            &chair,
            &format!(
                "org={}&name=陈静&id_number=330113198511170280&key=k2",
                place.shop.id
            ),
        )
        .await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(elsewhere.body.contains("西镇机械厂工会"));
}

#[tokio::test]
async fn a_number_of_the_roster_under_another_name_is_asked_about_at_the_desk() {
    let place = place();
    let chair = place.site.session("chair");
    let send = async |more: &str| {
        let form = format!(
            "org={}&name=王五&id_number=330113199003070018&key=n1{more}",
            place.shop.id
        );
        place.site.post("/members/new", &chair, &form).await
    };
    let name = || {
        let id = place.zhang;
        let read = |tx: &mut store::Tx| union::members::get(tx, id);
        place
            .site
            .test
            .db
            .read(&place.site.test.actor(), read)
            .unwrap()
            .name
    };
    let before = name();
    let asked = send("").await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["王*", "name=\"renamed\"", "确系同一人"] {
        assert!(asked.body.contains(words), "{words}: {}", asked.body);
    }
    assert!(!asked.body.contains(&format!("「{before}」")), "masked");
    // Another word is no answer to it.
    let other = send("&confirmed=1").await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(name(), before);
    let taken = send("&renamed=1").await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    assert!(taken.location.contains("done=updated"));
    assert_eq!(name(), "王五");
}

#[tokio::test]
async fn changes_are_drawn_from_the_table_and_refused_with_every_reason() {
    let place = place();
    let town = place.site.session("town");
    let page = format!("/members/{}", place.zhang);
    let body = place.site.get(&page, &town).await.body;
    assert!(
        body.contains("/change/keep")
            && body.contains("/change/leave")
            && !body.contains("/change/resume")
    );
    let refused = place
        .site
        .post(
            &format!("{page}/change/leave"),
            &town,
            "version=1&on=2020-01-01&reason=&evidence=",
        )
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.body.contains("请选择原因") && refused.body.contains("请写明依据"),
        "{}",
        refused.body
    );
    let left = place
        .site
        .post(
            &format!("{page}/change/leave"),
            &town,
            "version=1&on=2026-11-01&reason=5&evidence=书面申请",
        )
        .await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.body);
    let after = place.site.get(&page, &town).await.body;
    assert!(after.contains("已退会") && after.contains("/change/rejoin"));
    let stale = place
        .site
        .post(
            &format!("{page}/change/rejoin"),
            &town,
            "version=1&on=2026-11-02&reason=5&evidence=书面申请",
        )
        .await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.body.contains("刚被别人改过"));
}

#[tokio::test]
async fn an_application_is_approved_and_a_transfer_goes_through() {
    let place = place();
    let town = place.site.session("town");
    let code = place.site.write(|tx| {
        let draft = MemberDraft {
            name: "王五".into(),
            id_number: "330185199202291122".into(),
            phone: "13900000001".into(),
            ..Default::default()
        };
        let form = applications::ApplicationForm {
            org: place.shop.id,
            draft,
            unit: "测试制衣厂".into(),
            note: "缝纫车间".into(),
            notice_version: "t".into(),
            purposes: vec!["notify".into()],
        };
        applications::apply(tx, &form).map_err(fault)
    });
    let queue = place.site.get("/applications", &town).await.body;
    assert!(queue.contains("王*") && queue.contains("测试制衣厂；缝纫车间"));
    let id = queue
        .split("<th scope=\"row\" class=\"nw\"><a href=\"/applications/")
        .nth(1)
        .and_then(|rest| rest.get(..36))
        .unwrap();
    let one = place.site.get(&format!("/applications/{id}"), &town).await;
    assert!(one.body.contains(&code));
    let yes = place
        .site
        .post(
            &format!("/applications/{id}/approve"),
            &town,
            "on=2026-11-20",
        )
        .await;
    assert_eq!(yes.status, StatusCode::SEE_OTHER, "{}", yes.body);
    // Issued by the town, accepted by the district, which covers both sides.
    let out = place
        .site
        .post(
            &format!("/members/{}/transfer", place.zhang),
            &town,
            &format!("version=1&to={}", place.other.id),
        )
        .await;
    assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.body);
    let district = place.site.session("district");
    let list = place.site.get("/transfers", &district).await.body;
    let id = list
        .split("/transfers/")
        .nth(2)
        .and_then(|rest| rest.get(..36))
        .unwrap();
    assert_eq!(
        place
            .site
            .get(&format!("/transfers/{id}"), &town)
            .await
            .status,
        StatusCode::OK,
        "both sides see it"
    );
    let done = place
        .site
        .post(
            &format!("/transfers/{id}/accept"),
            &district,
            "on=2026-11-20",
        )
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(
        place
            .site
            .get(&format!("/members/{}", place.zhang), &town)
            .await
            .status,
        StatusCode::NOT_FOUND,
        "gone from the town"
    );
}

#[tokio::test]
async fn whole_names_stand_only_where_opening_is_logged() {
    let place = place();
    let cookie = place.site.session("district");
    for path in ["/members", "/search?q=zxm", "/api/members"] {
        let page = place.site.get(path, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
        assert!(page.body.contains("张*明"), "{path}: {}", page.body);
        assert!(!page.body.contains("张小明"), "{path}: {}", page.body);
    }
    let card = format!("/api/members/{}", place.zhang);
    let card = place.site.get(&card, &cookie).await.body;
    assert!(card.contains("张*明") && !card.contains("张小明"), "{card}");
    assert_eq!(opened(&place), 0, "nothing was opened so far");
    // A second record of the same person on another paper: the comparison shows the names, and says so in the log.
    let twin = place.site.write(|tx| {
        let policy = MemberPolicy::at(*tx.district(), tx.today()).map_err(fault)?;
        let draft = MemberDraft {
            name: "张小明".into(),
            id_number: "E12345678".into(),
            id_type: "护照".into(),
            sex: "男".into(),
            birth_on: "1990-03-07".into(),
            phone: "13812341234".into(),
            ..Default::default()
        };
        let member = members::prepare(tx.vault(), policy, tx.today(), &draft, tx.new_id())
            .map_err(|faults| fault(format!("{faults:?}")))?;
        let to = Admission::new(place.other.id, place.other.path.clone(), tx.today());
        members::admit(tx, &member, &to).map_err(fault)
    });
    let pairs = place
        .site
        .test
        .db
        .read(&place.site.test.actor(), members::duplicates::queue);
    let pair = pairs.unwrap()[0].id;
    let list = place.site.get("/duplicates", &cookie).await.body;
    assert!(
        list.contains("张*明 / 张*明") && !list.contains("张小明"),
        "{list}"
    );
    for _ in 0..2 {
        let page = place
            .site
            .get(&format!("/duplicates/{pair}"), &cookie)
            .await;
        assert!(
            page.body.contains("张小明") && page.body.contains("相似度"),
            "{}",
            page.body
        );
        assert_eq!(opened(&place), 2, "each of the two once a day; {twin:?}");
    }
}

/// How often a record was opened, as the log has it.
fn opened(place: &Place) -> usize {
    let filter = union::audit::AuditFilter {
        action: "member.opened".into(),
        ..Default::default()
    };
    let found = place.site.test.db.read(&place.site.test.actor(), |tx| {
        union::audit::search(tx, &filter, 50)
    });
    found.unwrap().len()
}

#[tokio::test]
async fn the_head_says_one_number() {
    let place = place();
    let cookie = place.site.session("district");
    let all = place.site.get("/members/tally", &cookie).await.body;
    assert!(all.contains("2 人<small>在册</small>"), "{all}");
    let some = place.site.get("/members/tally?x=2", &cookie).await.body;
    assert!(some.contains("1 人<small>符合当前条件</small>"), "{some}");
}

#[tokio::test]
async fn a_union_that_was_typed_is_looked_for_before_anybody_joins() {
    let place = place();
    let town = place.site.session("town");
    let person = "name=李四&id_number=33011319900307019X&key=u1";
    let form = format!("org={}&union=纺织&looked=&{person}", place.town.id);
    let asked = place.site.post("/members/new", &town, &form).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
    for words in [
        "现在还没有登记",
        "东镇纺织厂工会",
        "value=\"李四\"",
        "name=\"looked\" value=\"纺织\"",
    ] {
        assert!(asked.body.contains(words), "{words}: {}", asked.body);
    }
    let chosen = asked.body.split("\" selected>").nth(1).unwrap();
    assert!(
        chosen.starts_with("东镇纺织厂工会"),
        "what was found: {chosen}"
    );
    let none = form.replace("纺织", "没有这一家");
    let none = place.site.post("/members/new", &town, &none).await.body;
    assert!(
        none.contains("没有找到名称里有“没有这一家”的工会"),
        "{none}"
    );
    // Looked at and chosen: now it counts.
    let taken = form.replace("looked=", "looked=纺织");
    let taken = place.site.post("/members/new", &town, &taken).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    assert!(taken.location.contains("done=entered"));
}

#[tokio::test]
async fn where_a_member_works_is_named_at_the_desk_and_put_right() {
    let place = place();
    let town = place.site.session("town");
    let draft = union::employers::EmployerDraft {
        name: "杭州锦禾制衣有限公司".into(),
        territory: Some(place.town.id),
        ..Default::default()
    };
    let kept = place
        .site
        .write(|tx| Ok(union::employers::upsert(tx, &draft).map_err(fault)?.id));
    assert!(kept.is_some());
    let form = |unit: &str, key: &str| {
        format!(
            "org={}&name=李四&id_number=33011319900307019X&employer={unit}&key={key}",
            place.shop.id
        )
    };
    let odd = place
        .site
        .post("/members/new", &town, &form("锦禾", "w1"))
        .await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        odd.body.contains("相近的有：杭州锦禾制衣有限公司")
            && odd.body.contains("href=\"#f-employer\"")
            && odd.body.contains("value=\"锦禾\""),
        "{}",
        odd.body
    );
    let unit = "杭州锦禾制衣有限公司";
    let taken = place
        .site
        .post("/members/new", &town, &form(unit, "w2"))
        .await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let member = taken.location.split('?').next().unwrap().to_owned();
    let card = place.site.get(&member, &town).await.body;
    assert!(card.contains(unit), "{card}");
    let correct = format!("{member}/correct");
    let page = place.site.get(&correct, &town).await.body;
    assert!(page.contains(&format!("value=\"{unit}\"")), "{page}");
    let gone = place
        .site
        .post(
            &correct,
            &town,
            "version=1&name=李四&employer=&why=劳动合同",
        )
        .await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.body);
    let card = place.site.get(&member, &town).await.body;
    assert!(!card.contains(unit), "{card}");
}
