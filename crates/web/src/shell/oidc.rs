//! 统一登录: OpenID Connect code flow with PKCE, when the settings name a provider.
//!
//! What must survive the trip to the provider (state, nonce, verifier, where to go next) travels in a
//! sealed cookie that lives ten minutes; nothing is kept on the server.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::SameSite;
use kernel::ids::AccountId;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, TokenResponse,
};
use serde::{Deserialize, Serialize};
use store::Actor;
use union::access::{self, Identity, Origin, Outcome, Stage};
use union::settings::{self, Settings};

use super::app::off_thread_raw;
use super::sign_in::{FACTOR_REMOVED, local};
use super::{App, Need, Problem, Query, Routes, SESSION_COOKIE, Who, cookie, session_cookie};

/// Name of the cookie that waits for the way back.
const TRIP_COOKIE: &str = "nj_oidc";
/// How long a trip to the provider may take.
const TRIP_MINUTES: i64 = 10;
/// How long the provider may take to answer one request.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(10);

/// Routes of the outside door.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/login/oidc", Need::Public, leave)
        .get("/login/oidc/back", Need::Public, come_back)
        .get("/me/oidc/link", Need::SignedIn, leave_to_link)
        .post("/me/oidc/unlink", Need::SignedIn, unlink)
}

/// What travels sealed in the cookie.
#[derive(Serialize, Deserialize)]
struct Trip {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    /// Set when a signed-in person links the identity instead of signing in with it.
    link: Option<AccountId>,
    until_ms: i64,
}

#[derive(Deserialize, Default)]
struct Next {
    #[serde(default)]
    next: String,
}

fn unavailable(cause: &dyn std::fmt::Display) -> Problem {
    tracing::warn!(%cause, "openid provider");
    Problem::new(
        StatusCode::BAD_GATEWAY,
        "oidc.unavailable",
        "统一登录平台暂时没有回应。请稍后再试，或用账号口令登录",
    )
}

async fn values(app: &App) -> Result<Settings, Problem> {
    let (worker, actor) = (app.clone(), Actor::system(app.config().district));
    super::app::off_thread(move || {
        worker
            .db()
            .read(&actor, |tx| settings::load(tx, worker.settings()))
    })
    .await
}

/// Text of the button on the sign-in page; none while no provider is set.
pub(crate) async fn button(app: &App) -> Result<Option<String>, Problem> {
    let values = values(app).await?;
    Ok((!values.get("oidc.issuer").is_empty()).then(|| values.get("oidc.label").to_owned()))
}

async fn leave(
    State(app): State<App>,
    headers: HeaderMap,
    jar: CookieJar,
    Query(next): Query<Next>,
) -> Result<Response, Problem> {
    begin(app, headers, jar, next.next, None).await
}

/// A link and not a form: `form-action 'self'` rightly stops a form from ending at the provider. It only
/// begins a trip, but another site shall not begin one either.
async fn leave_to_link(
    State(app): State<App>,
    who: Who,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<Response, Problem> {
    let from = headers
        .get("sec-fetch-site")
        .map(header::HeaderValue::as_bytes);
    if from.is_some_and(|site| site != b"same-origin") {
        return Err(Problem::bad_request("请从「我的账号」页面开始绑定"));
    }
    begin(app, headers, jar, "/me".to_owned(), Some(who.account)).await
}

async fn unlink(State(app): State<App>, who: Who) -> Result<Redirect, Problem> {
    let account = who.account;
    app.write(&who, move |tx| access::unlink_identities(tx, account))
        .await?;
    Ok(Redirect::to("/me?done=unlinked"))
}

async fn begin(
    app: App,
    headers: HeaderMap,
    jar: CookieJar,
    next: String,
    link: Option<AccountId>,
) -> Result<Response, Problem> {
    let values = values(&app).await?;
    let back = back_address(&app, &headers)?;
    let secret = app.config().oidc_secret.clone();
    let (address, trip) =
        off_thread_raw(move || ask_address(&values, secret, back, next, link)).await?;
    let trip = Trip {
        until_ms: app.now().ms() + TRIP_MINUTES * 60_000,
        ..trip
    };
    let mut waiting = cookie(&app, TRIP_COOKIE, seal(&app, &trip)?);
    waiting.set_same_site(SameSite::Lax);
    waiting.set_path("/login/oidc");
    Ok((jar.add(waiting), Redirect::to(&address)).into_response())
}

/// Where the provider sends the person back: this site as the browser named it.
fn back_address(app: &App, headers: &HeaderMap) -> Result<String, Problem> {
    let host = headers
        .get(header::HOST)
        .and_then(|h| h.to_str().ok())
        .ok_or_else(|| Problem::bad_request("请求缺少站点名"))?;
    let scheme = if app.config().secure_cookies {
        "https"
    } else {
        "http"
    };
    Ok(format!("{scheme}://{host}/login/oidc/back"))
}

type Client = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

fn client(values: &Settings, secret: Option<String>, back: String) -> Result<Client, Problem> {
    let issuer =
        IssuerUrl::new(values.get("oidc.issuer").to_owned()).map_err(|e| unavailable(&e))?;
    let metadata = CoreProviderMetadata::discover(&issuer, &call).map_err(|e| unavailable(&e))?;
    let redirect = RedirectUrl::new(back).map_err(|e| unavailable(&e))?;
    let id = ClientId::new(values.get("oidc.client_id").to_owned());
    Ok(
        CoreClient::from_provider_metadata(metadata, id, secret.map(ClientSecret::new))
            .set_redirect_uri(redirect),
    )
}

/// One request to the provider. Redirects are not followed: the provider says its addresses outright.
fn call(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(PROVIDER_TIMEOUT))
        .build()
        .into();
    let (parts, mut body) = agent.run(request)?.into_parts();
    Ok(axum::http::Response::from_parts(parts, body.read_to_vec()?))
}

fn ask_address(
    values: &Settings,
    secret: Option<String>,
    back: String,
    next: String,
    link: Option<AccountId>,
) -> Result<(String, Trip), Problem> {
    if values.get("oidc.issuer").is_empty() {
        return Err(Problem::not_found());
    }
    let client = client(values, secret, back)?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .set_pkce_challenge(challenge)
        .url();
    let trip = Trip {
        state: state.secret().clone(),
        nonce: nonce.secret().clone(),
        verifier: verifier.secret().clone(),
        next,
        link,
        until_ms: 0,
    };
    Ok((address.to_string(), trip))
}

fn seal(app: &App, trip: &Trip) -> Result<String, Problem> {
    let text = serde_json::to_string(trip).map_err(|e| Problem::fault(&e))?;
    let sealed = app.db().vault().seal("cookie.oidc", "trip", &text);
    Ok(sealed.iter().map(|b| format!("{b:02x}")).collect())
}

fn unseal(app: &App, jar: &CookieJar) -> Option<Trip> {
    let text = jar.get(TRIP_COOKIE)?.value();
    let bytes: Option<Vec<u8>> = (0..text.len() / 2)
        .map(|i| u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok())
        .collect();
    let plain = app.db().vault().open("cookie.oidc", "trip", &bytes?).ok()?;
    serde_json::from_str(&plain).ok()
}

#[derive(Deserialize, Default)]
struct Back {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

async fn come_back(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    jar: CookieJar,
    Query(back): Query<Back>,
) -> Result<Response, Problem> {
    let lost = || Problem::bad_request("统一登录没有完成或已超时，请重新登录");
    let trip = unseal(&app, &jar)
        .filter(|t| t.state == back.state && t.until_ms > app.now().ms())
        .ok_or_else(lost)?;
    if back.code.is_empty() {
        return Err(lost());
    }
    let values = values(&app).await?;
    let (address, secret) = (
        back_address(&app, &headers)?,
        app.config().oidc_secret.clone(),
    );
    let (verifier, nonce) = (trip.verifier.clone(), trip.nonce.clone());
    let identity =
        off_thread_raw(move || exchange(&values, secret, address, back.code, verifier, nonce))
            .await?;
    if let Some(account) = trip.link {
        return link(&app, jar, account, identity).await;
    }
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let origin = Origin {
        address: peer.ip().to_string(),
        agent,
    };
    let worker = app.clone();
    let outcome = app
        .write_as(Actor::system(app.config().district), move |tx| {
            access::sign_in_external(tx, worker.policy(), &identity, &origin)
        })
        .await?;
    match outcome {
        Outcome::In {
            token,
            stage,
            keep_seconds,
            factor_removed,
        } => {
            let to = if stage == Stage::CodeDue {
                "/login/code".to_owned()
            } else if factor_removed {
                FACTOR_REMOVED.to_owned()
            } else {
                local(&trip.next).to_owned()
            };
            Ok((
                jar.add(session_cookie(&app, token, keep_seconds)),
                Redirect::to(&to),
            )
                .into_response())
        }
        Outcome::No(error) => Err(Problem::from_room(&error)),
    }
}

/// Trade the code for an id token, and believe it only after signature, issuer, audience and nonce.
fn exchange(
    values: &Settings,
    secret: Option<String>,
    back: String,
    code: String,
    verifier: String,
    nonce: String,
) -> Result<Identity, Problem> {
    let client = client(values, secret, back)?;
    let answer = client
        .exchange_code(AuthorizationCode::new(code))
        .map_err(|e| unavailable(&e))?
        .set_pkce_verifier(PkceCodeVerifier::new(verifier))
        .request(&call)
        .map_err(|e| unavailable(&e))?;
    let token = answer
        .id_token()
        .ok_or_else(|| unavailable(&"no id token"))?;
    let claims = token
        .claims(&client.id_token_verifier(), &Nonce::new(nonce))
        .map_err(|e| unavailable(&e))?;
    Ok(Identity {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
    })
}

/// Link only when the same person is still signed in.
async fn link(
    app: &App,
    jar: CookieJar,
    account: AccountId,
    identity: Identity,
) -> Result<Response, Problem> {
    let token = jar
        .get(SESSION_COOKIE)
        .map(|c| c.value().to_owned())
        .ok_or_else(Problem::sign_in_first)?;
    let worker = app.clone();
    let actor = Actor::system(app.config().district);
    let who = super::app::off_thread(move || {
        worker.db().read(&actor, |tx| {
            access::resume(tx, worker.policy(), worker.roles(), &token)
        })
    })
    .await?;
    let who = who
        .filter(|w| w.account == account && w.stage == Stage::Full)
        .ok_or_else(Problem::sign_in_first)?;
    app.write(&who, move |tx| {
        access::link_identity(tx, account, &identity)
    })
    .await?;
    Ok(Redirect::to("/me?done=linked").into_response())
}
