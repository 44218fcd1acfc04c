//! The running program: web server, background work, a quiet end.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use store::Db;
use tokio::net::TcpListener;
use tokio::sync::watch;
use web::{App, AppConfig, Rules};

use crate::background::Background;
use crate::config::Home;

/// Environment variable with the secret shared with the OpenID provider.
const OIDC_SECRET: &str = "NIANGJIA_OIDC_SECRET";
/// Requests under way at the end get so long to finish.
const LAST_ORDERS: Duration = Duration::from_secs(20);

/// What `serve` and `demo` start.
pub struct Service {
    /// The folder.
    pub home: Home,
    /// Its database.
    pub db: Db,
    /// The definitions in force.
    pub rules: Rules,
    /// Every route.
    pub routes: Router<App>,
    /// Demo data: pages say so.
    pub demo: bool,
    /// Address to listen on instead of the configured one.
    pub listen: Option<String>,
    /// Whether it does the background work too; a second server beside one that does leaves it alone.
    pub works: bool,
}

impl Service {
    /// Serve until asked to stop (SIGTERM, SIGINT). `greet` is told the address before the first request.
    ///
    /// # Errors
    /// The address is taken, or the definitions do not hold together.
    pub fn run(self, greet: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
        if self.works {
            self.db.catch_up_anchors().context("锚点文件读写不了")?;
        }
        let app = self.app()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("niangjia-web")
            .build()
            .context("建不了运行环境")?;
        let listen = self.listen.as_ref().unwrap_or(&self.home.config.listen);
        let listener = runtime
            .block_on(TcpListener::bind(listen))
            .with_context(|| {
                format!(
                    "不能在 {listen} 上监听，可能已被占用；用 --listen 换一个，端口写 0 表示任选"
                )
            })?;
        let address = listener.local_addr()?;
        let background = self
            .works
            .then(|| Background::start(self.db.clone(), self.home.uploads()))
            .transpose()?;
        println!("listening on http://{address}");
        greet(address);
        std::io::stdout().flush()?;
        tracing::info!(%address, "serving");
        let result = runtime.block_on(serve(listener, web::router(app.clone(), self.routes), app));
        if let Some(background) = background {
            background.stop();
        }
        runtime.shutdown_timeout(Duration::from_secs(5));
        tracing::info!("stopped");
        result
    }

    fn app(&self) -> anyhow::Result<App> {
        let config = AppConfig {
            district: self.home.district,
            district_name: self.home.config.district_name.clone(),
            secure_cookies: self.home.config.secure_cookies,
            proxies: self.home.config.proxies.clone(),
            oidc_secret: std::env::var(OIDC_SECRET)
                .ok()
                .filter(|text| !text.is_empty()),
            demo: self.demo,
            upload_dir: self.home.uploads(),
        };
        Ok(App::new(self.db.clone(), config, self.rules.clone()))
    }
}

/// Answer until a signal comes; then finish what is under way, but not for ever.
async fn serve(listener: TcpListener, router: Router, app: App) -> anyhow::Result<()> {
    let (stop, mut stopped) = watch::channel(false);
    tokio::spawn(async move {
        signal().await;
        tracing::info!("stopping: finishing the requests under way");
        app.close();
        let _ = stop.send(true);
    });
    let mut quiet = stopped.clone();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        let _ = quiet.wait_for(|stop| *stop).await;
    });
    let deadline = async move {
        let _ = stopped.wait_for(|stop| *stop).await;
        tokio::time::sleep(LAST_ORDERS).await;
    };
    tokio::select! {
        result = server => result.context("网络服务中断"),
        () = deadline => {
            tracing::warn!("some requests did not finish in time");
            Ok(())
        }
    }
}

/// SIGTERM or SIGINT.
async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}
