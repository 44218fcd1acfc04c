//! A day nobody can read is never another day: it is refused where it was typed.

use super::{FOUNDING, district};

#[tokio::test]
async fn an_unreadable_day_of_a_union_is_refused_where_it_was_typed() {
    let d = district();
    let org = format!("/orgs/{}", d.village.id);
    for (address, typed, field) in [
        ("suspend", "on=2026-13-40&note=停产", "on"),
        ("dissolve", "on=下个月&note=撤村", "on"),
        ("move", "parent=乔司街道&on=2026-02-30&note=区划调整", "on"),
        (
            "edit",
            "version=1&name=塘北村工会联合会&planned_end_on=明年",
            "planned_end_on",
        ),
        (
            "committees/new",
            "kind=committee&term_years=3&from_on=去年&name0=甲&position0=chair",
            "from_on",
        ),
        (
            "committees/new",
            "kind=committee&term_years=3&from_on=2026-01-01&name0=甲&position0=chair&name1=乙&position1=member&contract1=2026-13-40",
            "contract1",
        ),
    ] {
        let address = format!("{org}/{address}");
        let refused = d.site.post(&address, &d.officer, typed).await;
        assert_eq!(refused.status, 422, "{address} {typed}: {}", refused.body);
        assert!(
            refused.body.contains("这个日期读不出来")
                && refused.body.contains(&format!("href=\"#f-{field}\"")),
            "{address} {typed}: {}",
            refused.body
        );
    }
    let entered = d
        .site
        .post(
            "/orgs/new",
            &d.officer,
            "parent=塘北村&kind=single&name=某厂工会委员会&founded_on=2026-13-40",
        )
        .await;
    assert_eq!(entered.status, 422, "{}", entered.body);
    assert!(
        entered.body.contains("href=\"#f-founded_on\""),
        "{}",
        entered.body
    );
    let planned = format!("{FOUNDING}&planned_end_on=竣工时");
    let draft = d.site.post("/orgs/foundings/new", &d.clerk, &planned).await;
    assert_eq!(draft.status, 422, "{}", draft.body);
    assert!(
        draft.body.contains("href=\"#f-planned_end_on\""),
        "{}",
        draft.body
    );
    // Full-width digits are read; a day to come is refused with its field.
    let later = d
        .site
        .post(
            &format!("{org}/suspend"),
            &d.officer,
            "on=２０９９-０１-０１&note=停产",
        )
        .await;
    assert_eq!(later.status, 422, "{}", later.body);
    assert!(
        later.body.contains("不能晚于今天") && later.body.contains("href=\"#f-on\""),
        "{}",
        later.body
    );
    // Nothing of it was written.
    let card = d.site.get(&org, &d.officer).await.body;
    assert!(
        !card.contains("停止活动</b>") && card.contains("/suspend"),
        "{card}"
    );
}
