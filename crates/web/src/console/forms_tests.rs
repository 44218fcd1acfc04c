//! What all forms promise: taken once, never with a character that cannot be kept, conditions saved for their owner.

use std::path::Path;

use kernel::ids::OrgId;
use union::employers::{EmployerDraft, upsert};
use union::orgs::{NewOrg, OrgKind, create_active, find};

use crate::testing::Site;

/// Forms without a key, by the beginning of their action, and why they need none.
const WITHOUT_KEY: &[(&str, &str)] = &[
    (
        "/log",
        "signing in and out creates no record of the district",
    ),
    (
        "/me/",
        "one's own password, second factor and sessions: states, not records",
    ),
    (
        "{{ unsent.to }}",
        "what was typed goes on with the key it was typed with",
    ),
    ("/posts/switch", "a choice"),
    ("/settings", "values that are set"),
    ("/saved/", "a name replaces itself"),
    (
        "/accounts/{{ account.id }}/",
        "states of one account; granting a post has its key",
    ),
    ("/tokens/{{", "ends what is there"),
    (
        "/cases/{{ sheet.case.id }}/do/",
        "carries the version it changes",
    ),
    (
        "/cases/{{ case.id }}/identity/",
        "opens, and every opening is entered",
    ),
    ("/cases/retention/", "states of one list"),
    ("/helpers/", "an entry that is set; a client is there once"),
    ("/warnings/rules/p/", "states of one publication"),
    (
        "/warnings/{{ alert.no }}/do/",
        "carries the version it changes",
    ),
    (
        "/warnings/feeds/{{",
        "the same file again changes nothing, and every delivery is entered; a pause stands once",
    ),
    ("/coverage/freeze", "a frozen month stays as it is"),
    ("/exports/", "takes out, enters nothing"),
    ("/imports/{{", "steps of a batch follow its states"),
    ("/members/find", "looks up"),
    ("/search", "looks up"),
    (
        "/members/{{ member.id }}/correct",
        "carries the version it changes",
    ),
    (
        "/members/{{ member.id }}/change/",
        "carries the version it changes",
    ),
    (
        "/members/{{ member.id }}/reveal/",
        "opens, and every opening is entered",
    ),
    ("/cases/{{ id }}/receipt", "compares, enters nothing"),
    ("/posters/{{ poster.id }}/revoke", "ends what is there"),
    ("/hall/demand/receipt", "looks up"),
    ("/hall/demand/noted", "looks up"),
    ("/cards/check", "looks up, and every look is entered"),
    ("/merges/", "states of one merge"),
    ("/transfers/{{", "states of one transfer"),
    ("/applications/", "states of one application"),
    ("/requests/", "states of one request"),
    ("/duplicates/", "states of one pair"),
    ("/employers/matches/", "a question is answered once"),
    (
        "/employers/{{ card.unit.id }}/unlink/",
        "ends what is there",
    ),
    ("/orgs/foundings/{{ matter", "states of one founding"),
    (
        "/orgs/{{ org.id }}/{{ act",
        "carries the version it changes",
    ),
    ("/hall/consents/", "given or withdrawn"),
    ("/hall/status", "looks up, or withdraws what is there"),
    ("/hall/password", "a state"),
    ("/hall/data/copy", "takes out, enters nothing"),
    ("/hall/notebook/copy.json", "takes out, enters nothing"),
    ("/hall/notebook/calculator", "calculates, enters nothing"),
    (
        "/hall/notebook/entry/{{ id }}",
        "an entry's id is made by the page: sent twice it is one",
    ),
    ("/hall/notebook/share/{{", "ends what is there"),
    (
        "/letters/{{ letter.line.id }}/",
        "carries the version it changes",
    ),
    ("/letters/organs", "a code that is set"),
    ("/letters/numbers", "what is skipped is not skipped again"),
];

fn templates(folder: &Path, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            templates(&path, into);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            into.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn every_form_that_creates_something_carries_a_key() {
    let mut pages = Vec::new();
    templates(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"),
        &mut pages,
    );
    let (mut bare, mut keyed) = (Vec::new(), 0);
    for (path, text) in &pages {
        for form in text.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            let head = form
                .split_inclusive("action=\"")
                .take(2)
                .collect::<String>();
            let action = form
                .split("action=\"")
                .nth(1)
                .unwrap_or_default()
                .split('"')
                .next()
                .unwrap_or_default();
            if !form.contains("method=\"post\"") {
                continue;
            }
            if form.contains("name=\"key\"") {
                keyed += 1;
            } else if !WITHOUT_KEY
                .iter()
                .any(|(start, _)| action.starts_with(start))
            {
                bare.push(format!("{path}: {head}{action}"));
            }
        }
    }
    assert!(bare.is_empty(), "forms that may create twice: {bare:#?}");
    assert!(
        keyed >= 13,
        "only {keyed} forms carry a key: has the field been renamed?"
    );
}

struct District {
    site: Site,
    town: OrgId,
    clerk: String,
}

fn district() -> District {
    let site = Site::new();
    let enter = |parent: Option<OrgId>, kind, name: &str| {
        let new = NewOrg::new(parent, kind, name);
        site.test
            .db
            .write(&site.test.actor(), |tx| create_active(tx, &new))
            .unwrap()
            .id
    };
    let root = enter(None, OrgKind::Federation, "测试区总工会");
    let town = enter(Some(root), OrgKind::Town, "东镇总工会");
    for (name, code, headcount) in [
        ("杭州锦禾制衣有限公司", "91330100799655058B", 120),
        ("杭州拓野供应链有限公司", "", 8),
    ] {
        let draft = EmployerDraft {
            name: name.into(),
            credit_code: code.into(),
            territory: Some(town),
            headcount: Some(headcount),
            ..EmployerDraft::default()
        };
        site.test
            .db
            .write(&site.test.actor(), |tx| upsert(tx, &draft))
            .unwrap();
    }
    site.account("clerk", "district_officer", Some(root));
    site.account("other", "town_officer", Some(town));
    let clerk = site.session("clerk");
    District { site, town, clerk }
}

#[tokio::test]
async fn the_same_form_twice_creates_once() {
    let d = district();
    let form = "key=0192e53c-0001&parent=东镇总工会&kind=joint&name=东镇快递行业联合工会";
    let first = d.site.post("/orgs/new", &d.clerk, form).await;
    let again = d.site.post("/orgs/new", &d.clerk, form).await;
    assert_eq!(first.status, 303, "{}", first.body);
    assert_eq!(first.location, again.location, "the first answer again");
    let found = d
        .site
        .test
        .db
        .read(&d.site.test.actor(), |tx| find(tx, "东镇快递行业联合工会"));
    assert_eq!(found.unwrap().len(), 1);
    let other = form.replace("快递行业", "外卖行业");
    let other = d.site.post("/orgs/new", &d.clerk, &other).await;
    assert_eq!(other.status, 409, "another form under a used key");
    // What was refused may be sent again under the same key once it is right.
    let wrong = "key=0192e53c-0002&parent=没有这个工会&kind=joint&name=东镇家政行业联合工会";
    assert_eq!(d.site.post("/orgs/new", &d.clerk, wrong).await.status, 422);
    let right = wrong.replace("没有这个工会", "东镇总工会");
    assert_eq!(d.site.post("/orgs/new", &d.clerk, &right).await.status, 303);
}

#[tokio::test]
async fn a_character_no_database_keeps_is_refused_in_words() {
    let d = district();
    let form = "parent=东镇总工会&kind=joint&name=东镇%00联合工会";
    let refused = d.site.post("/orgs/new", &d.clerk, form).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("看不见的空字符"), "{}", refused.body);
    for page in [
        "/employers?k=%00",
        "/orgs?q=%00",
        "/members?q=%00",
        "/search?q=%00",
        "/accounts?q=%00",
        "/audit?action=%00",
    ] {
        let answer = d.site.get(page, &d.clerk).await;
        assert!(
            !answer.status.is_server_error(),
            "{page}: {} {}",
            answer.status,
            answer.body
        );
    }
}

#[tokio::test]
async fn saved_conditions_are_their_owners() {
    let d = district();
    let saved = d
        .site
        .post(
            "/saved/employers",
            &d.clerk,
            "name=大户&query=%3Ffrom%3D100%26after%3D5.x%26evil%3D1",
        )
        .await;
    assert_eq!(saved.location, "/employers?from=100", "{}", saved.body);
    let page = d.site.get("/employers", &d.clerk).await.body;
    assert!(
        page.contains("href=\"/employers?from=100\">大户</a>"),
        "{page}"
    );
    assert!(
        !page.contains("存为常用"),
        "nothing to save without conditions"
    );
    let narrowed = d.site.get("/employers?from=100", &d.clerk).await.body;
    assert!(
        narrowed.contains("存为常用") && narrowed.contains("锦禾") && !narrowed.contains("拓野")
    );
    let other = d.site.session("other");
    assert!(!d.site.get("/employers", &other).await.body.contains("大户"));
    let remove = page
        .split("action=\"/saved/employers/")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .map(|rest| format!("/saved/employers/{rest}"))
        .unwrap();
    assert_eq!(d.site.post(&remove, &other, "").await.status, 404);
    assert_eq!(
        d.site.post(&remove, &d.clerk, "").await.location,
        "/employers"
    );
    assert!(
        !d.site
            .get("/employers", &d.clerk)
            .await
            .body
            .contains("大户")
    );
    // A number in the conditions of the roster is kept as its blind index only.
    let roster = d
        .site
        .post(
            "/saved/members",
            &d.clerk,
            "name=一个人&query=%3Fq%3D330113199003070018",
        )
        .await;
    assert!(
        roster.location.starts_with("/members?paper=") && !roster.location.contains("19900307"),
        "{}",
        roster.location
    );
    assert_eq!(
        d.site
            .post("/saved/nothing", &d.clerk, "name=x&query=%3Fa")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn employers_go_out_exactly_as_listed() {
    let d = district();
    let ask = d.site.get("/exports/employers?from=100", &d.clerk).await;
    assert!(
        ask.body.contains("职工 ≥ 100") && ask.body.contains("name=\"from\" value=\"100\""),
        "{}",
        ask.body
    );
    let file = d
        .site
        .post("/exports/employers", &d.clerk, "from=100&file=csv")
        .await;
    assert_eq!(file.status, 200, "{}", file.body);
    assert!(
        file.body.contains("锦禾")
            && !file.body.contains("拓野")
            && file.body.contains("导出 · 仅限工作使用"),
        "{}",
        file.body
    );
    let all = d
        .site
        .post("/exports/employers", &d.clerk, "file=csv")
        .await
        .body;
    assert!(
        all.contains("拓野") && all.contains("东镇"),
        "{all} {:?}",
        d.town
    );
    let logged = d.site.test.db.read(&d.site.test.actor(), |tx| {
        let filter = union::audit::AuditFilter {
            action: "export.employers".into(),
            ..Default::default()
        };
        union::audit::search(tx, &filter, 10)
    });
    assert_eq!(logged.unwrap().len(), 2);
    d.site.account("sentinel", "sentinel", Some(d.town));
    let sentinel = d.site.session("sentinel");
    assert_eq!(
        d.site.get("/exports/employers", &sentinel).await.status,
        403
    );
}
