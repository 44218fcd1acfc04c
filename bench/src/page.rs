//! One page and what it asks the database: the very same statements are given to the bare server.

use std::sync::Arc;

use anyhow::Context;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use kernel::definitions::Catalogue;
use kernel::{Clock, Date, DistrictCode, FixedClock, Instant};
use serde::de::DeserializeOwned;
use store::{Db, RandomIds, StoreConfig, Value, Vault, spy};
use tower::ServiceExt;
use web::{App, AppConfig, Rules};

use crate::district::District;
use crate::floors::Ask;

/// Every statement a page runs once the session is known, in order, with its values.
///
/// # Errors
/// The page does not answer 200.
pub fn statements(
    district: &District,
    cookie: &str,
    path: &str,
    now: Instant,
) -> anyhow::Result<Vec<Ask>> {
    let app = app(district, now)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let router = web::router(app, web::routes());
        // The first request fills the session cache, as in a running server.
        for last in [false, true] {
            if last {
                spy::listen();
            }
            let mut request = Request::get(path)
                .header("cookie", cookie)
                .body(Body::empty())?;
            request
                .extensions_mut()
                .insert(ConnectInfo(std::net::SocketAddr::from(([127, 0, 0, 1], 1))));
            let response = router.clone().oneshot(request).await?;
            anyhow::ensure!(
                response.status() == 200,
                "{path} answers {}",
                response.status()
            );
            to_bytes(response.into_body(), usize::MAX).await?;
        }
        Ok(spy::heard()
            .into_iter()
            .map(|(sql, values)| Ask {
                sql,
                values: values.iter().map(bound).collect(),
            })
            .collect())
    })
}

/// A value as SQLite is given it.
fn bound(value: &Value) -> String {
    match value {
        Value::Null => "null:".to_owned(),
        Value::Int(number) => format!("int:{number}"),
        Value::Bool(flag) => format!("int:{}", i64::from(*flag)),
        Value::Text(text) => format!("text:{text}"),
        Value::Bytes(bytes) => format!("blob:{}", store::hex::encode(bytes)),
        Value::Id(id) => format!("blob:{}", id.simple()),
        Value::Date(date) => format!("text:{date}"),
    }
}

/// The program's own state over the district, in this process.
fn app(district: &District, now: Instant) -> anyhow::Result<App> {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::new(now));
    let config = StoreConfig::new(format!("sqlite:{}", district.database().display()));
    let db = Db::open(
        &config,
        Vault::from_file(&district.keys())?,
        clock,
        Arc::new(RandomIds::default()),
    )?;
    let code: DistrictCode = district
        .texts("SELECT code FROM district")?
        .pop()
        .context("no district")?
        .parse()?;
    let today = now.shanghai_date();
    let rules = Rules {
        roles: rule("roles.standard", code, today)?,
        policy: rule("access.policy", code, today)?,
        settings: rule("settings.standard", code, today)?,
    };
    let settings = AppConfig {
        district: code,
        district_name: "基准测试".to_owned(),
        secure_cookies: false,
        proxies: Vec::new(),
        oidc_secret: None,
        demo: true,
        upload_dir: district.dir.join("uploads"),
    };
    Ok(App::new(db, settings, rules))
}

fn rule<T: DeserializeOwned>(id: &str, place: DistrictCode, day: Date) -> anyhow::Result<T> {
    let found = Catalogue::in_force().at(id, place, day);
    let found = found.with_context(|| format!("no definition {id}"))?;
    found.body().map_err(anyhow::Error::msg)
}
