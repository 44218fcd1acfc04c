//! One answer for every no: a page for people, a fragment for htmx, RFC 9457 for machines.
//!
//! Handlers return `Result<_, Problem>`. A problem is laid into the response as an extension and drawn
//! at the edge (`identify.rs`), where it is known whether a person or a machine asked.

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::refusal::Refusal;
use union::failure::{Kind, RoomError};

/// Where a problem leads back to, and what may be done there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBack {
    /// What it was about: a number, as the link says it.
    pub title: String,
    /// Its page.
    pub href: String,
    /// What is offered there now: words and address.
    pub offered: Vec<(String, String)>,
}

/// Why a request was not done, in words for the person who asked.
#[derive(Debug, Clone)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code, part of the API's contract.
    pub code: String,
    /// One sentence: what is wrong and what to do.
    pub message: String,
    /// All refusals, when there are several.
    pub refusals: Box<[Refusal]>,
    /// The form field it belongs to.
    pub field: Option<String>,
    /// Messages by form field, when there are several.
    pub fields: Box<[(Cow<'static, str>, String)]>,
    /// The page it was about.
    pub back: Option<Box<WayBack>>,
}

impl Problem {
    /// A problem with this status, code and message.
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            refusals: Box::default(),
            field: None,
            fields: Box::default(),
            back: None,
        }
    }

    /// The same, with the way back to the page it was about.
    #[must_use]
    pub fn leading_back(self, back: WayBack) -> Self {
        Self {
            back: Some(Box::new(back)),
            ..self
        }
    }

    /// What a room's error becomes. Faults are logged here, once, and not explained.
    pub fn from_room<E: RoomError>(error: &E) -> Self {
        let status = match error.kind() {
            Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::Refused => StatusCode::CONFLICT,
            Kind::Missing => StatusCode::NOT_FOUND,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::Later => StatusCode::TOO_MANY_REQUESTS,
            Kind::Fault => return Self::fault_coded(error.code(), error),
        };
        Self {
            status,
            code: error.code().to_owned(),
            message: error.to_string(),
            refusals: error.refusals().into(),
            field: error.field().map(str::to_owned),
            fields: error
                .fields()
                .into_iter()
                .map(|(field, message)| (Cow::Borrowed(field), message))
                .collect(),
            back: None,
        }
    }

    /// What the store refuses whatever the room: a text no database keeps.
    pub fn from_store(error: &store::StoreError) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "text.nul",
            error.to_string(),
        )
    }

    /// Our own fault: logged with its cause, told without it.
    pub fn fault(cause: &dyn std::fmt::Display) -> Self {
        Self::fault_coded("fault", cause)
    }

    fn fault_coded(code: &str, cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(code, %cause, "fault");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            code,
            "系统出了点问题，您的操作没有生效。请稍后再试；仍不行请联系系统管理员",
        )
    }

    /// No such page or record, or not within reach.
    pub fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "没有找到这个页面或记录，可能已被删除，或不在您的管理范围内",
        )
    }

    /// The post may not do this.
    pub fn forbidden(what: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            format!("您现在的岗位没有「{what}」的权限。可在右上角切换岗位，或联系安全管理员"),
        )
    }

    /// Not signed in.
    pub fn sign_in_first() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign_in_first", "请先登录")
    }

    /// The address is there, but not for this method.
    pub fn wrong_method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "这个地址不能这样打开，它要从页面上的按钮进入。请回到首页，从菜单里找（接口调用方：可用的方法见 Allow 响应头）",
        )
    }

    /// A form or an act that another site sent in this person's name.
    pub fn cross_site() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "这次提交来自别的网站，没有办理。请在本系统的页面上重新提交",
        )
    }

    /// A request that cannot be read.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// RFC 9457 body.
    pub fn to_json(&self) -> serde_json::Value {
        let refusals: Vec<_> = self
            .refusals
            .iter()
            .map(|r| serde_json::json!({ "code": r.code, "message": r.message }))
            .collect();
        // A no about one field names it in the list too, so that a caller reads one place.
        let only = self.field.as_deref().filter(|_| self.fields.is_empty());
        let errors: Vec<_> = self
            .fields
            .iter()
            .map(|(field, message)| (field.as_ref(), message))
            .chain(only.map(|field| (field, &self.message)))
            .map(|(field, message)| serde_json::json!({ "field": field, "message": message }))
            .collect();
        serde_json::json!({
            "type": format!("/api/problems#{}", self.code),
            "title": self.status.canonical_reason().unwrap_or("Problem"),
            "status": self.status.as_u16(),
            "detail": self.message,
            "code": self.code,
            "field": self.field,
            "refusals": refusals,
            "errors": errors,
        })
    }
}

impl<E: RoomError> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::from_room(&error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
