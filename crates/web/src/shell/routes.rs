//! The register of routes. A route cannot be added without saying who may use it, and the register is
//! what the scope-attack matrix walks.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware;
use axum::routing::{MethodFilter, MethodRouter, on};

use super::App;
use super::guard::{Need, guard};

/// One registered route.
#[derive(Debug, Clone)]
pub struct RouteInfo {
    /// GET or POST (DELETE and PUT in the API).
    pub method: Method,
    /// Pattern, such as `/members/{id}`.
    pub path: &'static str,
    /// Who may use it.
    pub need: Need,
}

/// Routes with what each needs. Built per room and face, merged by the server; only the whole list is made into a
/// router, because merging routers sorts in every route again each time.
#[derive(Default)]
pub struct Routes {
    answers: Vec<MethodRouter<App>>,
    infos: Vec<RouteInfo>,
}

impl Routes {
    /// No routes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A page or a list.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::GET, MethodFilter::GET, path, need, handler)
    }

    /// A form or an act. Every change of state is a POST, so the cross-site check sees it.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::POST, MethodFilter::POST, path, need, handler)
    }

    fn add<H, T>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        need: Need,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let guarded: MethodRouter<App> =
            on(filter, handler).layer(middleware::from_fn(move |request, next| {
                guard(need, request, next)
            }));
        self.infos.push(RouteInfo { method, path, need });
        self.answers.push(guarded);
        self
    }

    /// Together with another room's routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.infos.extend(other.infos);
        self.answers.extend(other.answers);
        self
    }

    /// What is registered.
    pub fn infos(&self) -> &[RouteInfo] {
        &self.infos
    }

    /// The router itself.
    pub fn into_router(self) -> Router<App> {
        let paths = self.infos.iter().map(|info| info.path);
        let answers = paths.zip(self.answers);
        answers.fold(Router::new(), |router, (path, answer)| {
            router.route(path, answer)
        })
    }
}
