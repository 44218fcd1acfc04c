//! A form that may carry a file: evidence comes with the act it proves.

use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use union::cases::{FileBytes, LARGEST_FILE};

use crate::shell::{Form, Problem};

/// Room for the other fields beside the largest file.
const BESIDE: usize = 256 << 10;

/// The fields as typed, and the file if one came.
pub(super) struct Posted {
    pub form: Form,
    pub file: Option<FileBytes>,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Problem;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE);
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/")) {
            let form = Form::from_request(request, state).await?;
            return Ok(Self { form, file: None });
        }
        DefaultBodyLimit::max(LARGEST_FILE + BESIDE).apply(&mut request);
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| Problem::bad_request("表单内容读不出来，请返回重新填写"))?;
        let (mut pairs, mut file) = (Vec::new(), None);
        while let Some(part) = parts.next_field().await.map_err(|fault| broken(&fault))? {
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                // A file box left empty arrives as a nameless file without bytes.
                Some(given) => {
                    let media = part
                        .content_type()
                        .unwrap_or("application/octet-stream")
                        .to_owned();
                    let bytes = part.bytes().await.map_err(|fault| broken(&fault))?;
                    if !bytes.is_empty() {
                        file = Some(FileBytes {
                            name: given,
                            media,
                            bytes: bytes.to_vec(),
                        });
                    }
                }
                None => pairs.push((name, part.text().await.map_err(|fault| broken(&fault))?)),
            }
        }
        Ok(Self {
            form: Form::from_pairs(pairs),
            file,
        })
    }
}

fn broken(fault: &axum::extract::multipart::MultipartError) -> Problem {
    if fault.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::bad_request(format!(
            "附件超过 {} MB，请压缩或分次上传",
            LARGEST_FILE >> 20
        ))
    } else {
        Problem::bad_request("上传中断了，请检查网络后重新提交")
    }
}
