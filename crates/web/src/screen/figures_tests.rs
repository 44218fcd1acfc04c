//! The figures of the overview are walked: the list behind each holds as many rows as the figure says.

use axum::http::StatusCode;
use kernel::Date;
use kernel::ids::OrgId;
use union::coverage;
use union::members::{self, Admission, MemberDraft, MemberError, MemberPolicy};
use union::orgs::{NewOrg, OrgError, OrgKind, create_active};

use crate::testing::Site;

fn enter(site: &Site, parent: Option<OrgId>, kind: OrgKind, name: &str) -> OrgId {
    let made = site.test.db.write(&site.test.actor(), |tx| {
        create_active(tx, &NewOrg::new(parent, kind, name))
    });
    made.unwrap_or_else(|fault: OrgError| panic!("{name}: {fault}"))
        .id
}

fn join(site: &Site, org: OrgId, name: &str, number: &str, on: Date) {
    let draft = MemberDraft {
        name: name.into(),
        id_number: number.into(),
        phone: "13812341234".into(),
        ..MemberDraft::default()
    };
    let joined = site.test.db.write(&site.test.actor(), |tx| {
        let policy = MemberPolicy::at(*tx.district(), tx.today())?;
        let ready = members::prepare(tx.vault(), policy, tx.today(), &draft, tx.new_id())
            .map_err(MemberError::Faulty)?;
        let path = union::orgs::get(tx, org).map_err(MemberError::room)?.path;
        members::admit(tx, &ready, &Admission::new(org, path, on))
    });
    joined.unwrap();
}

/// Unions at two depths and a town apart; four people, two of whom joined this month.
fn place() -> (Site, OrgId, OrgId) {
    let site = Site::new();
    let root = enter(&site, None, OrgKind::Federation, "测试区总工会");
    let town = enter(&site, Some(root), OrgKind::Town, "东镇总工会");
    let village = enter(&site, Some(town), OrgKind::Village, "东村工会联合会");
    let mill = enter(&site, Some(town), OrgKind::Single, "东镇纺织厂工会");
    let shop = enter(&site, Some(village), OrgKind::Single, "东村木器厂工会");
    let other = enter(&site, Some(root), OrgKind::Town, "西镇总工会");
    let works = enter(&site, Some(other), OrgKind::Single, "西镇机械厂工会");
    let today = site.app.now().shanghai_date();
    let before = today.first_of_month().yesterday().unwrap();
    join(&site, mill, "张小明", "330113199003070018", today);
    join(&site, shop, "陈静", "330113198511170280", before);
    join(
        &site,
        works,
        "李四",
        "330113198001010017",
        today.first_of_month(),
    );
    join(&site, works, "王五", "330113197502020016", before);
    coverage::refresh(&site.test.db, &site.test.actor()).unwrap();
    site.account("officer", "district_officer", Some(root));
    (site, root, town)
}

/// The figures above: title, number, and the list it opens to.
fn figures(body: &str) -> Vec<(String, usize, String)> {
    let hero = body.split("<dl class=\"hero\">").nth(1).unwrap();
    let hero = hero.split("</dl>").next().unwrap();
    let one = |part: &str| {
        let title = part.split("</dt>").next().unwrap().to_owned();
        let href = part.split("href=\"").nth(1).unwrap();
        let href = href.split('"').next().unwrap().replace("&#38;", "&");
        let shown = part.split("\">").nth(1).unwrap();
        let number = shown.split('<').next().unwrap().replace(',', "");
        (title, number.parse().unwrap(), href)
    };
    hero.split("<dt>").skip(1).map(one).collect()
}

#[tokio::test]
async fn every_figure_of_the_overview_opens_to_as_many_rows() {
    let (site, root, town) = place();
    let cookie = site.session("officer");
    let mut walked = Vec::new();
    for screen in ["/screen".to_owned(), format!("/screen/{town}")] {
        let page = site.get(&screen, &cookie).await;
        for (title, number, href) in figures(&page.body) {
            let list = site.get(&href, &cookie).await;
            assert_eq!(list.status, StatusCode::OK, "{href}: {}", list.body);
            let rows = list.body.matches("<th scope=\"row\"").count();
            assert_eq!(rows, number, "{screen} {title} → {href}");
            walked.push((title, number));
        }
    }
    let expected = [
        ("会员", 4),
        ("基层工会", 3),
        ("应建未建单位", 0),
        ("本月入会", 2),
        ("会员", 2),
        ("基层工会", 2),
        ("应建未建单位", 0),
        ("本月入会", 1),
    ];
    let walked: Vec<(&str, usize)> = walked.iter().map(|(t, n)| (t.as_str(), *n)).collect();
    assert_eq!(walked, expected);
    // Another town's desk does not read the list of a union that is not its own.
    site.account("east", "town_officer", Some(town));
    let east = site.session("east");
    let foreign = site.get(&format!("/orgs/{root}/basic"), &east).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_last_month_has_a_short_name_for_the_axis() {
    let (site, ..) = place();
    let page = site.get("/screen", &site.session("officer")).await.body;
    let month = site.app.now().shanghai_date().month();
    assert!(
        page.contains(&format!("data-name=\"{month}月\"")) && page.contains("月（至今）"),
        "{page}"
    );
}
