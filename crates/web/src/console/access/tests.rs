//! The second factor, posts and the log over HTTP, as the three administrators and the person meet them.

use axum::http::StatusCode;
use union::access::TotpSecret;

use crate::shell::encode;
use crate::testing::{PASSWORD, Site};

fn after<'b>(body: &'b str, mark: &str) -> &'b str {
    let rest = body.split(mark).nth(1).unwrap_or_default();
    rest.split(['"', '<']).next().unwrap_or_default()
}

fn code_of(site: &Site, secret: &str, login: &str) -> String {
    let secret = TotpSecret::from_base32(secret, login).unwrap();
    secret.code_at(kernel::Clock::now(&*site.test.clock))
}

#[tokio::test]
async fn a_second_factor_is_set_up_with_the_password_and_a_slip_shows_the_same_picture() {
    let site = Site::new();
    let id = site.account("law.a", "lawyer", None);
    site.account("safe.a", "security_admin", None);
    let (mine, safe) = (site.session("law.a"), site.session("safe.a"));
    let refused = site.post("/me/totp", &mine, "totp_password=x").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let begin = format!("totp_password={}", encode(PASSWORD));
    let setup = site.post("/me/totp", &mine, &begin).await.body;
    let (pending, secret) = (
        after(&setup, "name=\"pending\" value=\""),
        after(&setup, "<p class=\"num\">"),
    );
    let slip = format!("pending={pending}&code=000000");
    let again = site.post("/me/totp/confirm", &mine, &slip).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        again.body.contains(secret) && again.body.contains("id=\"e-code\""),
        "the same secret and the field again: {}",
        again.body
    );
    let code = code_of(&site, secret, "law.a");
    let right = format!("pending={pending}&code={code}");
    let done = site.post("/me/totp/confirm", &mine, &right).await;
    assert_eq!(done.location, "/me?done=totp");

    // The phone is lost: not without a reason, and the person reads it.
    let at = format!("/accounts/{id}/totp/remove");
    assert_eq!(site.post(&at, &mine, "totp_why=x").await.status, 403);
    let silent = site.post(&at, &safe, "totp_why=").await;
    assert!(silent.body.contains("请写明理由"), "{}", silent.body);
    let why = format!("totp_why={}", encode("手机丢失，本人当面提出"));
    let taken = site.post(&at, &safe, &why).await;
    assert_eq!(taken.location, format!("/accounts/{id}?done=factor"));
    let enter = format!("login=law.a&next=/cases&password={}", encode(PASSWORD));
    let told = site.post("/login", "", &enter).await;
    assert_eq!(told.location, "/me?done=factor_off");
    let page = site.get(&told.location, &told.cookie).await.body;
    assert!(page.contains("您的动态口令已被解除"), "{page}");
    assert_eq!(site.post("/login", "", &enter).await.location, "/cases");
}

#[tokio::test]
async fn a_workers_phone_keeps_the_cookie_and_an_office_does_not() {
    let site = Site::new();
    let union = site.union();
    let member = site.member(union, "张小明", "330113199003070018");
    site.worker("zhang", member);
    site.account("chair", "enterprise_chair", Some(union));
    let enter = async |login: &str| {
        let form = format!("login={login}&password={}", encode(PASSWORD));
        site.post("/login", "", &form).await.headers["set-cookie"].clone()
    };
    let (phone, office) = (enter("zhang").await, enter("chair").await);
    assert!(phone.to_str().unwrap().contains("Max-Age=2592000"));
    assert!(!office.to_str().unwrap().contains("Max-Age"));
}

#[tokio::test]
async fn the_log_is_found_by_account_and_a_day_that_is_none_is_said() {
    let site = Site::new();
    site.account("audit.a", "audit_admin", None);
    site.account("law.a", "lawyer", None);
    let audit = site.session("audit.a");
    let form = format!("login=law.a&password={}", encode(PASSWORD));
    let law = site.post("/login", "", &form).await.cookie;
    site.post("/login", "", "login=law.a&password=wrong").await;
    site.post("/logout", &law, "").await;
    let mine = site.get("/audit?login=law.a", &audit).await.body;
    for act in ["access.signed_in", "access.failed", "session.ended"] {
        assert!(mine.contains(&format!("title=\"{act}\">")), "{act}: {mine}");
    }
    let wrong = site.get("/audit?from=2026-13-45", &audit).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("没有这一天：2026-13-45"));
    assert!(!wrong.body.contains("<th scope=\"row\""));
}

#[tokio::test]
async fn posts_end_with_a_reason_and_the_last_administrator_stays() {
    let site = Site::new();
    let safe_id = site.account("safe.a", "security_admin", None);
    let law_id = site.account("law.a", "lawyer", None);
    let safe = site.session("safe.a");
    let list = site.get("/accounts", &safe).await.body;
    assert!(list.contains("法律援助律师") && list.contains("安全管理员"));
    assert!(!list.contains("锁定到"));
    for _ in 0..5 {
        site.post("/login", "", "login=law.a&password=wrong").await;
    }
    assert!(site.get("/accounts", &safe).await.body.contains("锁定到"));
    let end_of = async |id| {
        let page = site.get(&format!("/accounts/{id}"), &safe).await.body;
        let end = page
            .split("action=\"")
            .filter_map(|part| part.split('"').next())
            .find(|path| path.ends_with("/end"))
            .map(str::to_owned);
        end.expect("a post to end")
    };
    let own = end_of(safe_id).await;
    let refused = site.post(&own, &safe, "why=no").await;
    assert!(refused.body.contains("最后一位在任的安全管理员"));
    let law = end_of(law_id).await;
    let silent = site.post(&law, &safe, "why=").await;
    assert!(silent.body.contains("请写明免去的原因"), "{}", silent.body);
    let done = site.post(&law, &safe, "why=no").await;
    assert_eq!(done.location, format!("/accounts/{law_id}?done=ended"));
    site.test
        .clock
        .advance(std::time::Duration::from_secs(16 * 60));
    assert!(!site.get("/accounts", &safe).await.body.contains("锁定到"));
}
