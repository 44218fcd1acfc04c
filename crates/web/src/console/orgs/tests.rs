//! The pages over HTTP: what they show, refuse and keep.

use kernel::ids::OrgId;
use union::employers::{EmployerDraft, upsert};
use union::orgs::{NewOrg, OrgKind, OrgRef, create_active};

use crate::testing::Site;

mod days;
mod meeting;

struct District {
    site: Site,
    tangqi: OrgRef,
    qiaosi: OrgRef,
    village: OrgRef,
    clerk: String,
    chief: String,
    officer: String,
    stranger: String,
}

fn enter(site: &Site, parent: Option<OrgId>, kind: OrgKind, name: &str) -> OrgRef {
    let new = NewOrg::new(parent, kind, name);
    site.test
        .db
        .write(&site.test.actor(), |tx| create_active(tx, &new))
        .unwrap()
}

fn district() -> District {
    let site = Site::new();
    let root = enter(&site, None, OrgKind::Federation, "测试区总工会");
    let tangqi = enter(&site, Some(root.id), OrgKind::Town, "塘栖镇总工会");
    let qiaosi = enter(&site, Some(root.id), OrgKind::Town, "乔司街道总工会");
    let village = enter(&site, Some(tangqi.id), OrgKind::Village, "塘北村工会联合会");
    let draft = EmployerDraft {
        name: "杭州锦禾制衣有限公司".into(),
        credit_code: "91330100799655058B".into(),
        territory: Some(village.id),
        ..EmployerDraft::default()
    };
    site.test
        .db
        .write(&site.test.actor(), |tx| upsert(tx, &draft))
        .unwrap();
    for (login, role, org) in [
        ("clerk", "town_officer", tangqi.id),
        ("chief", "town_officer", tangqi.id),
        ("officer", "district_officer", root.id),
        ("stranger", "town_officer", qiaosi.id),
    ] {
        site.account(login, role, Some(org));
    }
    let [clerk, chief, officer, stranger] =
        ["clerk", "chief", "officer", "stranger"].map(|login| site.session(login));
    District {
        site,
        tangqi,
        qiaosi,
        village,
        clerk,
        chief,
        officer,
        stranger,
    }
}

const FOUNDING: &str = "kind=single&parent=塘北村&name=杭州锦禾制衣有限公司工会委员会&members_expected=40&employers=91330100799655058B";

#[tokio::test]
async fn the_tree_opens_where_the_post_stands_and_search_leads_to_the_card() {
    let d = district();
    let top = d.site.get("/orgs", &d.clerk).await;
    assert_eq!(top.status, 200);
    assert!(
        top.body.contains("塘栖镇总工会") && !top.body.contains("乔司街道"),
        "{}",
        top.body
    );
    let hit = d.site.get("/orgs?q=tbc", &d.clerk).await;
    assert_eq!(hit.location, format!("/orgs/{}", d.village.id));
    let none = d.site.get("/orgs?q=乔司", &d.clerk).await.body;
    assert!(
        none.contains("没有名称含") && none.contains("清除条件"),
        "{none}"
    );
    // Several hits stand alone, with a way back to the tree; the card of the town is not among them.
    let many = d.site.get("/orgs?q=总工会", &d.officer).await.body;
    assert!(
        many.contains("塘栖镇总工会")
            && many.contains("乔司街道总工会")
            && many.contains("返回组织树"),
        "{many}"
    );
    assert!(
        !many.contains("基本情况") && !many.contains("class=\"tree\""),
        "{many}"
    );
    let card = d
        .site
        .get(&format!("/orgs/{}", d.village.id), &d.clerk)
        .await
        .body;
    assert!(
        card.contains("没有下级组织") && card.contains("上级：塘栖镇总工会"),
        "{card}"
    );
    assert_eq!(
        d.site
            .get(&format!("/orgs/{}", d.qiaosi.id), &d.clerk)
            .await
            .status,
        404
    );
    for page in [
        "/orgs/industries",
        "/orgs/sections/C",
        "/orgs/sections/none",
        "/orgs/terms",
        "/orgs/foundings",
    ] {
        let answer = d.site.get(page, &d.clerk).await;
        assert_eq!(answer.status, 200, "{page}: {}", answer.body);
        assert!(
            answer.body.contains("class=\"empty\""),
            "{page} says what is true when there is nothing"
        );
    }
}

#[tokio::test]
async fn a_founding_is_written_sent_and_approved_by_another() {
    let d = district();
    let wrong = d
        .site
        .post(
            "/orgs/foundings/new",
            &d.clerk,
            "kind=single&parent=没有的村&name=某厂工会",
        )
        .await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.body.contains("没有找到「没有的村」")
            && wrong.body.contains("value=\"某厂工会\"")
            && wrong.body.contains("<title>错误："),
        "{}",
        wrong.body
    );
    let opened = d.site.post("/orgs/foundings/new", &d.clerk, FOUNDING).await;
    assert_eq!(opened.status, 303, "{}", opened.body);
    let address = opened.location.split('?').next().unwrap().to_owned();
    let draft = d.site.get(&address, &d.clerk).await.body;
    assert!(
        draft.contains("提交申请")
            && draft.contains("建会申请书")
            && draft.contains("杭州锦禾制衣有限公司"),
        "{draft}"
    );
    // All reasons at once, and what was typed is kept.
    let early = d
        .site
        .post(
            &format!("{address}/submit"),
            &d.clerk,
            "version=1&note=请审",
        )
        .await;
    assert_eq!(early.status, 409);
    assert!(
        early.body.contains("还缺材料：建会申请书") && early.body.contains("value=\"请审\""),
        "{}",
        early.body
    );
    let sent = d
        .site
        .post(
            &format!("{address}/submit"),
            &d.clerk,
            "version=1&paper_request=塘北厂〔2026〕1号",
        )
        .await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    // The one who sent it is not offered the approval; the other is; a stranger sees nothing.
    let own = d.site.get(&address, &d.clerk).await.body;
    assert!(
        own.contains("提交和审批不能是同一个账号") && !own.contains("/approve_prep\""),
        "{own}"
    );
    assert!(
        d.site
            .get(&address, &d.chief)
            .await
            .body
            .contains(&format!("{address}/approve_prep"))
    );
    assert_eq!(d.site.get(&address, &d.stranger).await.status, 404);
    assert_eq!(
        d.site
            .post(&format!("{address}/approve_prep"), &d.stranger, "version=2")
            .await
            .status,
        404
    );
    let out_of_turn = d
        .site
        .post(&format!("{address}/approve"), &d.chief, "version=2")
        .await;
    assert_eq!(out_of_turn.status, 409);
    assert!(
        out_of_turn.body.contains("现在可以：批复筹备、退回补正"),
        "{}",
        out_of_turn.body
    );
    assert_eq!(
        d.site
            .post(&format!("{address}/approve_prep"), &d.chief, "version=2")
            .await
            .status,
        303
    );
    let twice = d
        .site
        .post(&format!("{address}/approve_prep"), &d.chief, "version=2")
        .await;
    assert_eq!(twice.status, 409, "the second of two clicks is told");
    let waiting = d.site.get("/workbench", &d.clerk).await.body;
    assert!(
        waiting.contains(&address),
        "the applicant finds it on the workbench: {waiting}"
    );
}

#[tokio::test]
async fn the_list_answers_htmx_with_rows_only() {
    let d = district();
    d.site.post("/orgs/foundings/new", &d.clerk, FOUNDING).await;
    let request = axum::http::Request::get("/orgs/foundings?state=draft")
        .header("cookie", &d.clerk)
        .header("hx-request", "true")
        .body(axum::body::Body::empty())
        .unwrap();
    let rows = d.site.ask(request).await.body;
    assert!(
        rows.contains("杭州锦禾制衣有限公司工会委员会") && !rows.contains("<html"),
        "{rows}"
    );
    let other = d
        .site
        .get("/orgs/foundings?state=approved", &d.clerk)
        .await
        .body;
    assert!(
        other.contains("本条件下没有建会事项") && other.contains("移除条件：批复成立"),
        "{other}"
    );
}

#[tokio::test]
async fn changes_are_the_districts_and_come_back_with_their_reasons() {
    let d = district();
    let id = d.village.id;
    assert_eq!(
        d.site
            .get(&format!("/orgs/{id}/move"), &d.clerk)
            .await
            .status,
        403
    );
    let no = d
        .site
        .post(
            &format!("/orgs/{id}/move"),
            &d.officer,
            "parent=乔司街道&on=2026-11-01&note=",
        )
        .await;
    assert_eq!(no.status, 409);
    assert!(
        no.body.contains("请写明调整的依据") && no.body.contains("value=\"乔司街道\""),
        "{}",
        no.body
    );
    let moved = d
        .site
        .post(
            &format!("/orgs/{id}/move"),
            &d.officer,
            "parent=乔司街道&on=2026-11-01&note=区划调整",
        )
        .await;
    assert_eq!(
        moved.location,
        format!("/orgs/{id}?done=moved"),
        "{}",
        moved.body
    );
    assert_eq!(
        d.site.get(&format!("/orgs/{id}"), &d.clerk).await.status,
        404
    );
    assert!(
        d.site
            .get(&format!("/orgs/{id}"), &d.stranger)
            .await
            .body
            .contains("调整隶属关系")
    );
    let ended = d
        .site
        .post(
            &format!("/orgs/{id}/dissolve"),
            &d.officer,
            "on=2026-11-02&note=撤村",
        )
        .await;
    assert_eq!(ended.status, 303, "{}", ended.body);
    let card = d
        .site
        .get(&format!("/orgs/{id}?done=dissolved"), &d.officer)
        .await
        .body;
    assert!(
        card.contains("已撤销") && !card.contains(&format!("/orgs/{id}/edit")),
        "{card}"
    );
}

#[tokio::test]
async fn every_form_of_a_union_opens_and_a_committee_is_elected() {
    let d = district();
    for act in [
        "edit",
        "move",
        "suspend",
        "resume",
        "dissolve",
        "committees/new",
    ] {
        let answer = d
            .site
            .get(&format!("/orgs/{}/{act}", d.tangqi.id), &d.officer)
            .await;
        assert_eq!(answer.status, 200, "{act}: {}", answer.body);
    }
    assert_eq!(
        d.site
            .get(&format!("/orgs/new?parent={}", d.tangqi.id), &d.officer)
            .await
            .status,
        200
    );
    let address = format!("/orgs/{}/committees/new", d.tangqi.id);
    let wrong = d
        .site
        .post(
            &address,
            &d.officer,
            "kind=committee&term_years=3&from_on=2026-01-01&name0=甲&position0=chair",
        )
        .await;
    assert_eq!(wrong.status, 409);
    assert!(
        wrong.body.contains("任期应为 5 年") && wrong.body.contains("value=\"甲\""),
        "{}",
        wrong.body
    );
    // More rows, keeping what was typed, up to what the rule allows.
    let mut rows = 9;
    for expected in [18, 27, 36, 45, 45] {
        let typed = format!(
            "do=more&rows={rows}&kind=committee&note=批复&name0=甲&name8=壬&position8=chair"
        );
        let more = d.site.post(&address, &d.officer, &typed).await;
        assert_eq!(more.status, 200, "{}", more.body);
        rows = more.body.matches("人姓名</label>").count();
        assert_eq!(rows, expected);
        assert!(more.body.contains("value=\"甲\"") && more.body.contains("value=\"批复\""));
        assert_eq!(more.body.contains("再加几行"), rows < 45);
    }
    let names: String = (0..46)
        .map(|n| format!("&name{n}=甲&position{n}=member"))
        .collect();
    let crowd = format!("kind=committee&term_years=5&from_on=2026-01-01{names}");
    let crowd = d.site.post(&address, &d.officer, &crowd).await;
    assert_eq!(crowd.status, 409);
    assert!(crowd.body.contains("最多 45 人"), "{}", crowd.body);
    let right = d.site.post(&address, &d.officer, "kind=committee&term_years=5&from_on=2022-01-01&name44=乙&position44=member&name0=甲&position0=chair&full0=1&contract0=2023-12-31").await;
    assert_eq!(right.status, 303, "{}", right.body);
    let card = d
        .site
        .get(&format!("/orgs/{}", d.tangqi.id), &d.officer)
        .await
        .body;
    assert!(
        card.contains("2022-01-01 — 2027-01-01") && card.contains("2032-01-01"),
        "{card}"
    );
    assert!(
        d.site
            .get("/orgs/terms", &d.clerk)
            .await
            .body
            .contains("塘栖镇总工会")
    );
}

#[tokio::test]
async fn a_founding_s_papers_are_scanned_in_and_saved_again() {
    let d = district();
    let opened = d.site.post("/orgs/foundings/new", &d.clerk, FOUNDING).await;
    assert_eq!(opened.status, 303, "{}", opened.body);
    let at = opened.location.split('?').next().unwrap().to_owned();
    let page = d.site.get(&at, &d.clerk).await.body;
    assert!(
        page.contains("补充附件")
            && page.contains("name=\"file_request\"")
            && page.contains(".pdf,"),
        "{page}"
    );
    let add = async |cookie: &str, key: &str, name: &str, bytes: &[u8]| {
        let fields = [("key", key), ("paper", "request")];
        d.site
            .post_files(
                &format!("{at}/files"),
                cookie,
                &fields,
                &[("file", name, bytes)],
            )
            .await
    };
    let wrong = add(&d.clerk, "k1", "申请书.pdf", b"<script>alert(1)</script>").await;
    assert_eq!(wrong.status, 409, "{}", wrong.body);
    assert!(
        wrong.body.contains("内容不是") && wrong.body.contains("errsum"),
        "{}",
        wrong.body
    );
    let bytes = b"%PDF-1.7 one".as_slice();
    let taken = add(&d.clerk, "k2", "申请书.pdf", bytes).await;
    assert_eq!(taken.location, format!("{at}?done=file"), "{}", taken.body);
    let twice = add(&d.clerk, "k2", "申请书.pdf", bytes).await;
    assert_eq!(twice.location, taken.location);
    assert_eq!(
        add(&d.clerk, "k2", "申请书.pdf", b"%PDF-1.7 two")
            .await
            .status,
        409,
        "another file under a used key"
    );
    let page = d.site.get(&at, &d.chief).await.body;
    let link = page
        .split(&format!("href=\"{at}/files/"))
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .map(|file| format!("{at}/files/{file}"))
        .unwrap();
    let file = d.site.get(&link, &d.chief).await;
    assert_eq!((file.status.as_u16(), file.body.as_bytes()), (200, bytes));
    let header = |name: &str| file.headers[name].to_str().unwrap().to_owned();
    assert!(
        header("content-disposition").starts_with("attachment; filename*=UTF-8''request-"),
        "never under the name it came with"
    );
    assert_eq!(
        header("content-type"),
        "application/octet-stream",
        "never drawn by the browser"
    );
    assert_eq!(d.site.get(&link, &d.stranger).await.status, 404);
    assert_eq!(
        add(&d.stranger, "k3", "申请书.pdf", bytes).await.status,
        404
    );
    // A step may bring its papers along; the paper in hand is not asked for again.
    let version = page_value(&d.site.get(&at, &d.clerk).await.body, "version");
    let sent = d
        .site
        .post_files(
            &format!("{at}/submit"),
            &d.clerk,
            &[("version", version.as_str())],
            &[("file_minutes", "会议记录.pdf", b"%PDF-1.7 x")],
        )
        .await;
    assert_eq!(sent.location, format!("{at}?done=submit"), "{}", sent.body);
    let late = d.site.post(&format!("{link}/remove"), &d.clerk, "").await;
    assert_eq!(late.status, 409, "what went with a step stays");
}

fn page_value(body: &str, name: &str) -> String {
    body.split(&format!("name=\"{name}\" value=\""))
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn unions_are_suggested_and_a_name_that_fits_several_or_none_is_told_with_the_candidates() {
    let d = district();
    enter(
        &d.site,
        Some(d.qiaosi.id),
        OrgKind::Village,
        "塘北村工会联合会",
    );
    let id = d.village.id;
    let unit = d.site.get("/employers?q=锦禾", &d.officer).await;
    let unit = if unit.location.is_empty() {
        let (_, rest) = unit.body.split_once("href=\"/employers/0").unwrap();
        format!("/employers/0{}", rest.split_once('"').unwrap().0)
    } else {
        unit.location
    };
    for (path, list) in [
        (format!("/orgs/{id}/move"), "l-parent"),
        (format!("/orgs/{id}/dissolve"), "l-heir"),
        (format!("/orgs/{id}/edit"), "l-industry_parent"),
        ("/orgs/new".to_owned(), "l-parent"),
        ("/orgs/foundings/new".to_owned(), "l-parent"),
        ("/employers/new".to_owned(), "l-territory"),
        (unit, "l-union"),
        ("/letters/new".to_owned(), "l-place"),
    ] {
        let form = d.site.get(&path, &d.officer).await;
        let list = format!("<datalist id=\"{list}\">");
        assert!(form.body.contains(&list), "{path}: {}", form.body);
        let names = "<option value=\"塘栖镇总工会\">";
        assert!(
            form.body.contains(names) || path.ends_with("/edit"),
            "{path}"
        );
    }
    let twice = "塘栖镇总工会/塘北村工会联合会；乔司街道总工会/塘北村工会联合会";
    let to = format!("/orgs/{id}/move");
    for (written, told) in [
        ("塘北村", twice),
        ("街道总", "名称里有这些字的：乔司街道总工会"),
        ("没有的工会", "请填写工会全称、简称或统一社会信用代码"),
    ] {
        let sent = format!("parent={written}&on=2026-11-01&note=区划调整");
        let no = d.site.post(&to, &d.officer, &sent).await;
        assert_eq!(no.status, 422, "{written}");
        assert!(no.body.contains(told), "{written}: {}", no.body);
    }
    // Who hands out posts sees no members, but names every union.
    d.site.account("anquan", "security_admin", None);
    let account = d.site.account("fresh", "audit_admin", None);
    let granter = d.site.session("anquan");
    let page = d.site.get(&format!("/accounts/{account}"), &granter).await;
    assert!(page.body.contains("<option value=\"塘栖镇总工会\">"));
    let sent = "role=town_officer&org=塘北村";
    let to = format!("/accounts/{account}/posts");
    let no = d.site.post(&to, &granter, sent).await;
    assert!(no.status == 422 && no.body.contains(twice), "{}", no.body);
    let done = d
        .site
        .post(&to, &granter, "role=sentinel&org=乔司街道/塘北村")
        .await;
    assert!(done.location.ends_with("done=granted"), "{}", done.body);
    // The log says in words what was done; the code stands behind the word.
    d.site.account("shenji", "audit_admin", None);
    let log = d
        .site
        .get("/audit?action=post.", &d.site.session("shenji"))
        .await;
    assert!(log.body.contains("title=\"post.granted\""), "{}", log.body);
    assert!(!log.body.contains(">post.granted<"));
}
