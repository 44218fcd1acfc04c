//! The electing meeting of a founding: as many rows as were elected, the end of each contract, the size of the committee.

use super::{FOUNDING, district};

#[tokio::test]
async fn a_meeting_takes_as_many_as_were_elected_and_the_end_of_their_contracts() {
    let d = district();
    let larger = FOUNDING.replace("members_expected=40", "members_expected=300");
    let opened = d.site.post("/orgs/foundings/new", &d.clerk, &larger).await;
    let at = opened.location.split('?').next().unwrap().to_owned();
    for (verb, who, sent) in [
        ("submit", &d.clerk, "version=1&paper_request=1"),
        ("approve_prep", &d.chief, "version=2"),
        ("begin", &d.clerk, "version=3"),
        (
            "submit_candidates",
            &d.clerk,
            "version=4&members_now=300&paper_member_roll=1&paper_candidate_list=1",
        ),
        ("approve_candidates", &d.chief, "version=5"),
    ] {
        let done = d.site.post(&format!("{at}/{verb}"), who, sent).await;
        assert_eq!(done.status, 303, "{verb}: {}", done.body);
    }
    let page = d.site.get(&at, &d.clerk).await.body;
    let rows = |body: &str| body.matches("人姓名</label>").count();
    assert!(
        rows(&page) == 9
            && page.contains("会员 300 人，工会委员会应有 7～15 人")
            && page.contains("name=\"contract8\"")
            && page.contains("再加 5 行"),
        "{page}"
    );
    let hold = format!("{at}/hold_meeting");
    let more = d
        .site
        .post(&hold, &d.clerk, "version=6&do=more&rows=9&due=300&name8=壬")
        .await;
    assert!(
        more.status == 200
            && rows(&more.body) == 14
            && more.body.contains("value=\"壬\"")
            && more.body.contains("value=\"300\""),
        "{}",
        more.body
    );
    let meeting = |seats: usize, extra: &str| {
        let names: String = (0..seats)
            .map(|n| {
                let position = if n == 0 { "chair" } else { "member" };
                format!("&name{n}=甲{n}&position{n}={position}&votes{n}=200")
            })
            .collect();
        format!(
            "version=6&meeting_on=2026-11-02&due=300&present=280&term_years=3&rows=14\
             &paper_meeting_notice=1&paper_ballot_count=1&paper_minutes=1{names}{extra}"
        )
    };
    let few = d.site.post(&hold, &d.clerk, &meeting(3, "")).await;
    assert!(
        few.status == 409 && few.body.contains("现当选 3 人") && rows(&few.body) == 14,
        "{}",
        few.body
    );
    let unread = d
        .site
        .post(&hold, &d.clerk, &meeting(11, "&contract10=2026-13-40"))
        .await;
    assert!(
        unread.status == 422 && unread.body.contains("href=\"#f-contract10\""),
        "{}",
        unread.body
    );
    // The eleventh is not lost, and the contract protects from then on.
    let held = d
        .site
        .post(
            &hold,
            &d.clerk,
            &meeting(11, "&full0=1&contract0=2027-05-31"),
        )
        .await;
    assert_eq!(held.status, 303, "{}", held.body);
    let page = d.site.get(&at, &d.clerk).await.body;
    assert!(page.contains("甲10（委员，200 票）"), "{page}");
    for (verb, who, sent) in [
        ("submit_result", &d.clerk, "version=7&paper_result_report=1"),
        (
            "approve",
            &d.chief,
            "version=8&approval_no=塘工1号&approved_on=2026-11-03&paper_approval_letter=1",
        ),
    ] {
        let done = d.site.post(&format!("{at}/{verb}"), who, sent).await;
        assert_eq!(done.status, 303, "{verb}: {}", done.body);
    }
    let page = d.site.get(&at, &d.clerk).await.body;
    let card = page
        .split("href=\"/orgs/")
        .filter_map(|rest| rest.split('"').next())
        .find(|id| id.len() == 36)
        .map(|id| format!("/orgs/{id}"))
        .unwrap();
    let card = d.site.get(&card, &d.clerk).await.body;
    // 2026-11-02 to 2029-11-02, and three years served after it.
    assert!(card.contains("2032-11-02"), "{card}");
}
