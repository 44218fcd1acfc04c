//! One account: state and password (system administrator), posts (security administrator).

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::{AccountId, OrgId, PostId};
use serde::Deserialize;
use store::Actor;
use union::access::{self, AccessError, AccountLine, Capability, NewPost, Post};

use crate::console::orgs::pick;
use crate::shell::{
    App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, off_thread, page,
};

pub(super) fn routes() -> Routes {
    let manage = Need::Cap(Capability::AccountsManage);
    let grant = Need::Cap(Capability::PostsGrant);
    Routes::new()
        .get("/accounts/{id}", Need::Cap(Capability::AccessRead), show)
        .post("/accounts/{id}/enable", manage, enable)
        .post("/accounts/{id}/disable", manage, disable)
        .post("/accounts/{id}/unlock", manage, unlock)
        .post("/accounts/{id}/password", manage, reset_password)
        .post("/accounts/{id}/posts", grant, grant_post)
        .post("/accounts/{id}/totp/remove", grant, remove_totp)
        .post("/accounts/{id}/posts/{post}/end", grant, end_post)
}

/// What was just done, for the message on top.
#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

fn done_message(code: &str) -> Option<String> {
    let text = match code {
        "created" => "账号已建立。请由安全管理员授予岗位；本人首次登录须修改口令",
        "enabled" => "账号已启用",
        "disabled" => "账号已停用，正在使用的会话随即失效",
        "unlocked" => "账号已解锁",
        "password" => "口令已重置，本人下次登录须修改",
        "factor" => "动态口令已解除，本人下次登录会看到；请提醒本人重新设置",
        "granted" => "岗位已授予",
        "ended" => "岗位已免去",
        _ => return None,
    };
    Some(text.to_owned())
}

/// A role offered in the grant form.
struct RoleChoice {
    id: String,
    title: String,
    needs_org: bool,
}

#[derive(Template)]
#[template(path = "console/access/account.html")]
struct AccountPage {
    frame: Frame,
    account: AccountLine,
    posts: Vec<Post>,
    roles: Vec<RoleChoice>,
    errors: FieldErrors,
    org_text: String,
    role: String,
    may_manage: bool,
    may_grant: bool,
    /// Unions to choose from.
    places: Vec<String>,
    today: kernel::Date,
}

async fn load(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: AccountId,
    form: &Form,
    errors: FieldErrors,
    flash: Option<String>,
) -> Result<AccountPage, Problem> {
    let worker = app.clone();
    let (account, posts) = app
        .read(who, move |tx| -> Result<_, access::AccessError> {
            Ok((
                access::account(tx, id)?,
                access::posts_of(tx, worker.roles(), id)?,
            ))
        })
        .await?;
    let roles = app
        .roles()
        .iter()
        .map(|r| RoleChoice {
            id: r.id.clone(),
            title: r.title.clone(),
            needs_org: access::needs_org(r.level),
        })
        .collect();
    let frame = Frame::new(
        app,
        who,
        jar,
        format!("{}（{}）", account.name, account.login),
        "/accounts",
    )
    .crumb("账号与岗位", "/accounts")
    .crumb(account.login.clone(), "")
    .flash(flash);
    Ok(AccountPage {
        frame,
        account,
        posts,
        roles,
        errors,
        org_text: form.text("org").to_owned(),
        role: form.text("role").to_owned(),
        may_manage: who.can(Capability::AccountsManage),
        may_grant: who.can(Capability::PostsGrant),
        places: if who.can(Capability::PostsGrant) {
            places(app).await?
        } else {
            Vec::new()
        },
        today: app.now().shanghai_date(),
    })
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<AccountId>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let view = load(
        &app,
        &who,
        &jar,
        id,
        &Form::default(),
        FieldErrors::none(),
        done_message(&done.done),
    )
    .await?;
    Ok(page(StatusCode::OK, &view))
}

fn back(app: &App, id: AccountId, done: &str) -> Redirect {
    app.sessions().forget_all();
    Redirect::to(&format!("/accounts/{id}?done={done}"))
}

async fn enable(
    State(app): State<App>,
    who: Who,
    Path(id): Path<AccountId>,
) -> Result<Redirect, Problem> {
    app.write(&who, move |tx| access::set_account_enabled(tx, id, true))
        .await?;
    Ok(back(&app, id, "enabled"))
}

async fn disable(
    State(app): State<App>,
    who: Who,
    Path(id): Path<AccountId>,
) -> Result<Redirect, Problem> {
    app.write(&who, move |tx| access::set_account_enabled(tx, id, false))
        .await?;
    Ok(back(&app, id, "disabled"))
}

async fn unlock(
    State(app): State<App>,
    who: Who,
    Path(id): Path<AccountId>,
) -> Result<Redirect, Problem> {
    app.write(&who, move |tx| access::unlock_account(tx, id))
        .await?;
    Ok(back(&app, id, "unlocked"))
}

async fn reset_password(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<AccountId>,
    form: Form,
) -> Result<Response, Problem> {
    let (policy, password) = (app.policy().clone(), form.raw("password").to_owned());
    match app
        .write(&who, move |tx| {
            access::reset_password(tx, &policy, id, &password)
        })
        .await
    {
        Ok(()) => Ok(back(&app, id, "password").into_response()),
        Err(problem) => again(&app, &who, &jar, id, &form, problem).await,
    }
}

async fn remove_totp(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<AccountId>,
    form: Form,
) -> Result<Response, Problem> {
    let why = form.text("totp_why").to_owned();
    match app
        .write(&who, move |tx| access::remove_totp(tx, id, &why))
        .await
    {
        Ok(()) => Ok(back(&app, id, "factor").into_response()),
        Err(problem) => again(&app, &who, &jar, id, &form, problem).await,
    }
}

async fn grant_post(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<AccountId>,
    form: Form,
) -> Result<Response, Problem> {
    let (worker, role, org_text) = (
        app.clone(),
        form.text("role").to_owned(),
        form.text("org").to_owned(),
    );
    let org = match named_org(&app, org_text).await {
        Ok(org) => org,
        Err(problem) => return again(&app, &who, &jar, id, &form, problem).await,
    };
    let granted = app
        .write_once(&who, &form, move |tx| {
            let from_on = tx.today();
            access::grant_post(
                tx,
                worker.roles(),
                &NewPost {
                    account: id,
                    role,
                    org,
                    from_on,
                },
            )
        })
        .await;
    match granted {
        Ok(_) => Ok(back(&app, id, "granted").into_response()),
        Err(problem) => again(&app, &who, &jar, id, &form, problem).await,
    }
}

/// The union written in the form, by name or credit code. The security administrator sees no members
/// but must be able to name any union, so the program itself looks it up.
async fn named_org(app: &App, text: String) -> Result<Option<OrgId>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    let (worker, asked) = (app.clone(), text);
    let actor = Actor::system(app.config().district);
    let found = off_thread(move || worker.db().read(&actor, |tx| pick::union(tx, &asked))).await?;
    match found {
        Ok(org) => Ok(Some(org.id)),
        Err(message) => Err(AccessError::Invalid {
            field: "org",
            message,
        }
        .into()),
    }
}

/// Unions a post may lie in, to choose from: as in [`named_org`], the program looks them up.
async fn places(app: &App) -> Result<Vec<String>, Problem> {
    let (worker, actor) = (app.clone(), Actor::system(app.config().district));
    off_thread(move || worker.db().read(&actor, pick::places)).await
}

async fn again(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: AccountId,
    form: &Form,
    problem: Problem,
) -> Result<Response, Problem> {
    if !matches!(
        problem.status,
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT
    ) {
        return Err(problem);
    }
    let view = load(
        app,
        who,
        jar,
        id,
        form,
        FieldErrors::from_problem(&problem),
        None,
    )
    .await?;
    Ok(page(problem.status, &view))
}

async fn end_post(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, post)): Path<(AccountId, PostId)>,
    form: Form,
) -> Result<Response, Problem> {
    let why = form.text("why").to_owned();
    match app
        .write(&who, move |tx| access::end_post(tx, post, &why))
        .await
    {
        Ok(_) => Ok(back(&app, id, "ended").into_response()),
        Err(problem) => again(&app, &who, &jar, id, &form, problem).await,
    }
}

impl AccountPage {
    /// One of the three administrators: the password is not reset here.
    fn administrator(&self) -> bool {
        let holds = |post: &Post| post.level == access::Level::Admin && !self.ended(post);
        self.posts.iter().any(holds)
    }

    /// Whether a post is over today.
    fn ended(&self, post: &Post) -> bool {
        post.to_on.is_some_and(|end| end < self.today)
    }
}
