//! The import pages, used as a person would, with and without htmx.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::ids::OrgId;
use store::{Handlers, run_jobs_until_idle};
use union::exchange::{Desk, handlers};

use crate::testing::{Answer, Site};

const ROLL: &str = "姓名,证件号码,手机号,所属工会\n\
    张小明,330113199003070018,13812341234,东镇纺织厂工会\n\
    陈静,330113198511170280,1386677,东镇纺织厂工会\n\
    李强,33011319900307019X,,东镇纺织场工会\n\
    王芳,330113199003070017,,东镇纺织厂工会\n";

fn site() -> (Site, OrgId) {
    let site = Site::new();
    let org = site.union();
    let top = site.write(|tx| Ok(union::orgs::top(tx).unwrap().unwrap().id));
    site.account("town", "district_officer", Some(top));
    site.account("chair", "enterprise_chair", Some(org));
    site.account("leader", "leader", Some(top));
    (site, org)
}

async fn upload(site: &Site, cookie: &str, name: &str, bytes: &[u8]) -> Answer {
    let fields = [("kind", "members")];
    site.post_files("/imports", cookie, &fields, &[("file", name, bytes)])
        .await
}

/// Everything in the mapping form as it stands.
async fn check(site: &Site, cookie: &str, map: &str) -> Answer {
    let form = "sheet=&c0=name&c1=id_number&c2=phone&c3=org&org=";
    site.post(map, cookie, form).await
}

fn run_jobs(site: &Site) {
    let desk = Desk::new(site.app.db().clone(), site.app.config().upload_dir.clone());
    run_jobs_until_idle(
        site.app.db(),
        &Handlers::default().with_all(handlers(&desk)),
    )
    .unwrap();
}

#[tokio::test]
async fn headings_of_ones_own_are_mapped_by_hand() {
    let (site, _) = site();
    let town = site.session("town");
    let roll = "花名册\nXM,SFZ,SJ,GH\n张三,330113199003070018,13812341234,东镇纺织厂\n";
    let up = upload(&site, &town, "名册.csv", roll.as_bytes()).await;
    assert_eq!(up.status, StatusCode::SEE_OTHER, "{}", up.body);
    let page = site.get(&up.location, &town).await;
    assert!(
        page.body.contains("没有认出这份表的列名") && page.body.contains("XM"),
        "{}",
        page.body
    );
    assert!(
        !page.body.contains("330113199003070018"),
        "samples of columns nobody has named are masked, too"
    );
    let checked = check(&site, &town, &up.location).await;
    assert_eq!(checked.status, StatusCode::SEE_OTHER, "{}", checked.body);
    run_jobs(&site);
    let page = site.get(&checked.location, &town).await;
    assert!(page.body.contains("导入 1 行"), "{}", page.body);
}

#[tokio::test]
async fn a_roll_goes_through_the_pages() {
    let (site, _) = site();
    let town = site.session("town");
    let first = site.get("/imports", &town).await;
    assert_eq!(first.status, StatusCode::OK);
    assert!(
        first.body.contains("上传并查看列")
            && first.body.contains("/imports/template/members.xlsx")
    );
    let up = upload(&site, &town, "名册.csv", ROLL.as_bytes()).await;
    assert_eq!(up.status, StatusCode::SEE_OTHER, "{}", up.body);
    let map = up.location.clone();
    let page = site.get(&map, &town).await;
    assert!(
        page.body.contains("证件号码") && page.body.contains("330113********0018"),
        "samples are masked"
    );
    assert!(!page.body.contains("330113199003070018"));

    let checked = check(&site, &town, &map).await;
    assert_eq!(checked.status, StatusCode::SEE_OTHER, "{}", checked.body);
    let batch = checked.location.clone();
    let waiting = site.get(&batch, &town).await;
    assert!(
        waiting.body.contains("<progress") && waiting.body.contains("http-equiv=\"refresh\""),
        "works without script"
    );
    run_jobs(&site);
    let page = site.get(&batch, &town).await;
    assert!(
        page.body.contains("是否为「东镇纺织厂工会」"),
        "{}",
        page.body
    );
    assert!(
        page.body.contains("采用全部建议 1") && page.body.contains("先导入 1 行"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("330113199003070017"), "masked");

    let fixed = site
        .post(&format!("{batch}/rows/3"), &town, "v-phone=13900000001")
        .await;
    assert_eq!(
        (fixed.status, fixed.location.as_str()),
        (StatusCode::SEE_OTHER, batch.as_str())
    );
    // A masked number that comes back as it was shown stays what it is.
    let row = site.get(&format!("{batch}/rows/5"), &town).await;
    assert!(
        row.body.contains("value=\"330113199003070017\"") && row.body.contains("errsum"),
        "a wrong digit is corrected where it can be read: {}",
        row.body
    );
    let filter = union::audit::AuditFilter {
        action: "import.number_shown".into(),
        ..Default::default()
    };
    let seen = site
        .test
        .db
        .read(&site.test.actor(), |tx| {
            union::audit::search(tx, &filter, 9)
        })
        .unwrap();
    assert_eq!(seen.len(), 1, "the look is on record");
    let right = site.get(&format!("{batch}/rows/3"), &town).await.body;
    assert!(
        !right.contains("330113198511170280"),
        "a right number stays masked"
    );
    site.post(
        &format!("{batch}/rows/5"),
        &town,
        "v-id_number=330113********0017&v-name=王芳",
    )
    .await;
    assert!(
        site.get(&batch, &town).await.body.contains("第 5 行"),
        "still open"
    );
    site.post(&format!("{batch}/rows/5"), &town, "do=drop")
        .await;
    assert_eq!(
        site.post(&format!("{batch}/suggestions"), &town, "")
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    let page = site.get(&batch, &town).await;
    assert!(page.body.contains("导入 3 行"), "{}", page.body);
    assert_eq!(
        site.post(&format!("{batch}/confirm"), &town, "")
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    run_jobs(&site);
    let done = site.get(&batch, &town).await;
    assert!(
        done.body.contains("已导入")
            && done.body.contains("新增 3")
            && done.body.contains("看这一批会员"),
        "{}",
        done.body
    );
    let twice = site.post(&format!("{batch}/confirm"), &town, "").await;
    assert_eq!(twice.status, StatusCode::CONFLICT);

    let ask = site.get(&format!("{batch}/back"), &town).await;
    assert!(ask.body.contains("撤回的原因"));
    let empty = site.post(&format!("{batch}/undo"), &town, "why=").await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        site.post(&format!("{batch}/undo"), &town, "why=传错了文件")
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    run_jobs(&site);
    assert!(site.get(&batch, &town).await.body.contains("已全部撤回"));
}

#[tokio::test]
async fn a_file_that_cannot_be_taken_is_explained_beside_the_field() {
    let (site, _) = site();
    let town = site.session("town");
    for (name, bytes, word) in [
        ("a.xls", &b"<html><table>"[..], "网页"),
        (
            "a.csv",
            "张三,330113199003070018\n李四,330113199003070026\n".as_bytes(),
            "找不到表头",
        ),
        ("a.xlsx", b"", "空"),
    ] {
        let refused = upload(&site, &town, name, bytes).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(
            refused.body.contains(word) && refused.body.contains("e-file"),
            "{name}: {}",
            refused.body
        );
    }
    let left = std::fs::read_dir(&site.app.config().upload_dir)
        .unwrap()
        .count();
    assert_eq!(left, 0, "nothing stays of a refused file");
}

#[tokio::test]
async fn only_those_who_may_and_only_their_own() {
    let (site, _) = site();
    let (town, chair, leader) = (
        site.session("town"),
        site.session("chair"),
        site.session("leader"),
    );
    let up = upload(&site, &town, "名册.csv", ROLL.as_bytes()).await;
    let batch = up.location.trim_end_matches("/map").to_owned();
    for path in ["", "/map", "/progress", "/rows/3", "/errors.xlsx", "/back"] {
        let status = site.get(&format!("{batch}{path}"), &chair).await.status;
        assert!(
            matches!(status, StatusCode::NOT_FOUND | StatusCode::SEE_OTHER),
            "{path}: {status}"
        );
        assert_eq!(
            site.get(&format!("{batch}{path}"), &leader).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    assert_eq!(
        site.post(&format!("{batch}/cancel"), &chair, "")
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    assert!(!site.get("/imports", &chair).await.body.contains(&batch));
    assert!(
        !site.get("/imports", &chair).await.body.contains("单位名单"),
        "a chair brings no employers"
    );
}

#[tokio::test]
async fn fragments_come_to_htmx_and_workbooks_to_everybody() {
    let (site, _) = site();
    let town = site.session("town");
    let up = upload(&site, &town, "名册.csv", ROLL.as_bytes()).await;
    let batch = check(&site, &town, &up.location).await.location;
    run_jobs(&site);
    let fragment = Request::get(&batch)
        .header(header::COOKIE, &town)
        .header("hx-request", "true")
        .body(Body::empty())
        .unwrap();
    let fragment = site.ask(fragment).await;
    assert!(
        fragment.body.contains("问题行") && !fragment.body.contains("<html"),
        "{}",
        fragment.body
    );
    let errors = site.get(&format!("{batch}/errors.xlsx"), &town).await;
    assert!(
        errors.body.starts_with("PK")
            && errors.headers[header::CONTENT_DISPOSITION]
                .to_str()
                .unwrap()
                .contains("attachment")
    );
    site.account("keeper", "audit_admin", None);
    let keeper = site.session("keeper");
    let entered = site
        .get("/api/audit?action=import.errors_taken", &keeper)
        .await;
    assert_eq!(entered.body.matches("import.errors_taken").count(), 1);
    assert!(
        site.get("/imports/template/employers.xlsx", &town)
            .await
            .body
            .starts_with("PK")
    );
    assert_eq!(
        site.get("/imports/template/nothing.xlsx", &town)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_roster_goes_out_as_it_is_filtered() {
    let (site, org) = site();
    site.member(org, "张小明", "330113199003070018");
    site.member(org, "陈静", "330113198511170280");
    let town = site.session("town");
    let ask = site.get("/exports/members?x=1", &town).await;
    assert!(
        ask.status == StatusCode::OK && ask.body.contains("性别：男性")
            || ask.body.contains("性别：男"),
        "{}",
        ask.body
    );
    let csv = site.post("/exports/members", &town, "file=csv&x=1").await;
    assert_eq!(csv.status, StatusCode::OK);
    assert_eq!(csv.body.lines().count(), 3, "{}", csv.body);
    assert!(csv.body.contains("330113********0018") && !csv.body.contains("330113199003070018"));
    let short = site
        .post("/exports/members", &town, "file=csv&reveal=1&reason=看")
        .await;
    assert_eq!(
        short.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        short.body
    );
    let clear = site
        .post(
            "/exports/members",
            &town,
            "file=csv&reveal=1&reason=办理医疗互助参保",
        )
        .await;
    assert!(clear.body.contains("330113199003070018"), "{}", clear.body);
    let leader = site.session("leader");
    assert_eq!(
        site.post("/exports/members", &leader, "file=csv")
            .await
            .status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn the_upload_form_sent_twice_opens_one_batch() {
    let (site, _) = site();
    let town = site.session("town");
    let page = site.get("/imports", &town).await.body;
    let key = page
        .split("name=\"key\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let fields = [("key", key), ("kind", "members")];
    let file = [("file", "名册.csv", ROLL.as_bytes())];
    let first = site.post_files("/imports", &town, &fields, &file).await;
    let again = site.post_files("/imports", &town, &fields, &file).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.body);
    assert_eq!(first.location, again.location, "the first answer again");
    let other = [("file", "名册.csv", b"\xE5\xA7\x93\xE5\x90\x8D\n".as_slice())];
    let other = site.post_files("/imports", &town, &fields, &other).await;
    assert!(
        !other.status.is_redirection(),
        "another file under a used key"
    );
}

/// Uploads a roll with these columns as its first four and lets it be checked; its page.
async fn checked(site: &Site, cookie: &str, roll: &str) -> String {
    let up = upload(site, cookie, "名册.csv", roll.as_bytes()).await;
    let checked = check(site, cookie, &up.location).await;
    assert_eq!(checked.status, StatusCode::SEE_OTHER, "{}", checked.body);
    run_jobs(site);
    checked.location
}

#[tokio::test]
async fn a_union_that_was_typed_and_not_chosen_is_asked_for() {
    let (site, _) = site();
    let town = site.session("town");
    let roll = "姓名,证件号码\n张小明,330113199003070018\n".as_bytes();
    let up = upload(&site, &town, "名册.csv", roll).await;
    let form = "sheet=&c0=name&c1=id_number&org=&union=东镇纺织厂";
    let asked = site.post(&up.location, &town, form).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    let body = &asked.body;
    assert!(
        body.contains("请从这里选一个") && body.contains("东镇纺织厂工会"),
        "{body}"
    );
    let org = body.split("东镇纺织厂工会").next().unwrap();
    let org = org
        .rsplit("value=\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let chosen = form.replace("org=", &format!("org={org}"));
    let done = site.post(&up.location, &town, &chosen).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
}

/// Lines of the list by kind: address, words, number.
fn kinds(body: &str) -> Vec<(String, String, usize)> {
    let list = body.split("id=\"h-k\"").nth(1).unwrap();
    let list = list.split("</table>").next().unwrap();
    let line = |after: &str| {
        let (href, rest) = after.split_once("\">").unwrap();
        let (words, rest) = rest.split_once("</a>").unwrap();
        let number = rest.split("num\">").nth(1).unwrap();
        let number = number.split('<').next().unwrap();
        (
            href.to_owned(),
            words.to_owned(),
            number.parse::<usize>().unwrap(),
        )
    };
    list.split("<a href=\"").skip(1).map(line).collect()
}

#[tokio::test]
async fn the_sums_by_kind_are_the_rows_they_open_to() {
    let (site, _) = site();
    let town = site.session("town");
    let roll = "姓名,证件号码,手机号,所属工会\n\
        张小明,330113199003070018,,东镇纺织厂工会\n\
        陈静,330113198511170281,,东镇纺织厂工会\n\
        李强,33011319900307,,东镇纺织厂工会\n\
        王芳,330113199013070016,,东镇纺织厂工会\n\
        赵敏,33011319900307019X,123,东镇纺织厂工会\n\
        周杰,330185199202291122,13812341234,没有这个工会\n\
        张小明,330113199003070018,,东镇纺织厂工会\n";
    let batch = checked(&site, &town, roll).await;
    let rows = |body: &str| body.matches("行，打开修改").count();
    let sums = async |said: &str, expected: usize| {
        let page = site.get(&batch, &town).await.body;
        let lines = kinds(&page);
        let mut words: Vec<&str> = lines.iter().map(|(_, words, _)| words.as_str()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), lines.len(), "{said}: told once: {lines:?}");
        for (href, words, number) in &lines {
            let opened = site.get(href, &town).await.body;
            assert_eq!(rows(&opened), *number, "{said}: {words} {href}");
        }
        let sum: usize = lines.iter().map(|(_, _, number)| number).sum();
        assert_eq!((sum, rows(&page)), (expected, expected), "{said}");
        assert!(page.contains(&format!("待处理 {expected}<")), "{page}");
        lines
    };
    let lines = sums("checked", 6).await;
    // Several codes of one number, told in one line.
    let paper = lines
        .iter()
        .find(|(_, words, _)| words == "证件号校验不通过");
    let (href, _, number) = paper.unwrap();
    assert!(
        *number == 3 && (href.contains("%2C") || href.contains(',')),
        "{lines:?}"
    );
    site.post(&format!("{batch}/rows/3"), &town, "do=drop")
        .await;
    let lines = sums("one left out", 5).await;
    assert!(lines.iter().any(|(_, _, number)| *number == 2), "{lines:?}");
}

#[tokio::test]
async fn another_name_for_a_known_number_is_decided_row_by_row() {
    let (site, _) = site();
    let town = site.session("town");
    let first =
        "姓名,证件号码,手机号,所属工会\n张小明,330113199003070018,13812341234,东镇纺织厂工会\n";
    let batch = checked(&site, &town, first).await;
    site.post(&format!("{batch}/confirm"), &town, "").await;
    run_jobs(&site);
    let second =
        "姓名,证件号码,手机号,所属工会\n慕容复,330113199003070018,13912341234,东镇纺织厂工会\n";
    let batch = checked(&site, &town, second).await;
    let page = site.get(&batch, &town).await.body;
    for words in [
        "张*明",
        "慕*复",
        "名册没有改动",
        ">确认改名<",
        "号码在册，姓名不同",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("张小明"), "masked: {page}");
    let kind = site.get(&kinds(&page)[0].0, &town).await.body;
    assert!(
        kind.contains("要逐行确认") && !kind.contains("这一类全部确认"),
        "{kind}"
    );
    // Sent all the same, it confirms nothing.
    let all = format!("{batch}/doubts");
    site.post(&all, &town, "code=member.other_name").await;
    assert!(
        site.get(&batch, &town).await.body.contains(">确认改名<"),
        "still asked"
    );
    let row = site.get(&format!("{batch}/rows/2"), &town).await.body;
    assert!(row.contains(">确认改名<"), "{row}");
    site.post(&format!("{batch}/rows/2"), &town, "do=confirm")
        .await;
    let page = site.get(&batch, &town).await.body;
    assert!(page.contains("导入 1 行"), "{page}");
}

#[tokio::test]
async fn a_field_the_file_has_no_column_for_stands_in_the_row() {
    let (site, _) = site();
    let town = site.session("town");
    let roll = "姓名,证件号码,手机号,所属工会\n张小明,330113201003070018,,东镇纺织厂工会\n";
    let batch = checked(&site, &town, roll).await;
    let page = site.get(&batch, &town).await.body;
    assert!(page.contains("name=\"v-guardian\""), "{page}");
    let row = format!("{batch}/rows/2");
    let form = site.get(&row, &town).await.body;
    assert!(
        form.contains("href=\"#f-guardian\"") && form.contains("id=\"f-guardian\""),
        "the link leads to a field: {form}"
    );
    site.post(&row, &town, "v-guardian=父亲张三，电话告知")
        .await;
    let page = site.get(&batch, &town).await.body;
    assert!(page.contains("导入 1 行"), "{page}");
}
