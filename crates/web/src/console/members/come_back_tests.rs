//! Somebody expelled from a union that is no more comes back to another, over HTTP.

use axum::http::StatusCode;
use union::access::{AccessError, Capability};
use union::orgs;

use super::tests::place;
use crate::shell::encode;

fn fault(error: impl std::fmt::Display) -> AccessError {
    AccessError::Roles(error.to_string())
}

#[tokio::test]
async fn whoever_was_expelled_from_an_ended_union_comes_back_to_one_that_is_chosen() {
    let place = place();
    let (site, zhang) = (&place.site, place.zhang);
    let (town, leader) = (site.session("town"), site.session("leader"));
    let form = format!("/members/{zhang}/return/rejoin");
    let home = format!("/members/{zhang}");
    assert_eq!(
        site.get(&form, &town).await.location,
        home,
        "a member has not left"
    );
    let expel = format!(
        "version=1&on=2026-11-01&reason=6&evidence={}",
        encode("判决书，委员会讨论")
    );
    let expelled = site
        .post(&format!("{home}/change/expel"), &town, &expel)
        .await;
    assert_eq!(expelled.status, StatusCode::SEE_OTHER, "{}", expelled.body);
    assert_eq!(
        site.get(&form, &town).await.location,
        home,
        "at a union that lives it is done there"
    );
    let (shop, heir) = (place.shop.id, place.town.id);
    site.write(|tx| {
        let may = [Capability::OrgsChange, Capability::OrgsApprove]
            .into_iter()
            .collect();
        orgs::dissolve(tx, may, shop, Some(heir), tx.today(), "企业注销").map_err(fault)
    });
    let page = site.get(&home, &town).await.body;
    assert!(
        page.contains(&form) && !page.contains("/change/rejoin"),
        "{page}"
    );
    assert_eq!(site.get(&form, &leader).await.status, StatusCode::FORBIDDEN);
    let found = site
        .get(&format!("{form}?union={}", encode("镇")), &town)
        .await
        .body;
    assert!(
        found.contains("已撤销，不再接收会员") && found.contains("东镇总工会</b>"),
        "{found}"
    );
    assert!(
        !found.contains("东镇纺织厂工会</b>") && !found.contains("西镇"),
        "neither the dissolved one nor another town's: {found}"
    );
    let sent = |to: &str, evidence: &str| {
        let (union, evidence) = (encode("东镇"), encode(evidence));
        format!(
            "key=k-{to}-{}&version=2&union={union}&to={to}&on=2026-11-10&reason=5&evidence={evidence}",
            evidence.len()
        )
    };
    let nowhere = site.post(&form, &town, &sent("", "入会申请")).await;
    assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    let heir = heir.to_string();
    let bare = site.post(&form, &town, &sent(&heir, "")).await;
    assert_eq!(bare.status, StatusCode::CONFLICT);
    assert!(
        bare.body.contains("请写明依据") && bare.body.contains("checked"),
        "{}",
        bare.body
    );
    let no = site.post(&form, &leader, &sent(&heir, "入会申请")).await;
    assert_eq!(no.status, StatusCode::FORBIDDEN);
    let back = site
        .post(&form, &town, &sent(&heir, "入会申请，委员会讨论同意"))
        .await;
    assert_eq!(
        back.location,
        format!("{home}?done=changed"),
        "{}",
        back.body
    );
    let page = site.get(&home, &town).await.body;
    assert!(
        page.contains("入会 · 东镇总工会") && page.contains("东镇纺织厂工会"),
        "{page}"
    );
}
