//! A form that may carry files: a paper or a piece of evidence comes with the act it belongs to.

use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use union::attachments::FileBytes;

use super::{Form, Problem, encode};

/// Room for the other fields beside the files.
const BESIDE: usize = 256 << 10;

/// The fields as typed, and the files that came, each under the name of its box; all of them together are at most
/// `MB` large. Works for plain forms too.
pub struct Posted<const MB: usize> {
    /// The fields. Of a file its digest is among them, so that another file is another submission.
    pub form: Form,
    /// The files; boxes left empty are not here.
    pub files: Vec<(String, FileBytes)>,
}

impl<const MB: usize> Posted<MB> {
    /// The only file of a form with one box.
    pub fn file(&mut self) -> Option<FileBytes> {
        self.files.pop().map(|(_, file)| file)
    }
}

impl<S: Send + Sync, const MB: usize> FromRequest<S> for Posted<MB> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE);
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/")) {
            let (form, files) = (Form::from_request(request, state).await?, Vec::new());
            return Ok(Self { form, files });
        }
        DefaultBodyLimit::max((MB << 20) + BESIDE).apply(&mut request);
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| Problem::bad_request("表单内容读不出来，请返回重新填写"))?;
        let broken = |fault| broken(MB, &fault);
        let (mut pairs, mut files) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            let Some(given) = part.file_name().map(str::to_owned) else {
                pairs.push((name, part.text().await.map_err(broken)?));
                continue;
            };
            let media = part.content_type().unwrap_or("application/octet-stream");
            let (media, bytes) = (media.to_owned(), part.bytes().await.map_err(broken)?);
            // A file box left empty arrives as a nameless file without bytes.
            if !(bytes.is_empty() && given.is_empty()) {
                let file = FileBytes {
                    name: given,
                    media,
                    bytes: bytes.to_vec(),
                };
                let digest = file.digest();
                let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                pairs.push((format!("{name}.digest"), digest));
                files.push((name, file));
            }
        }
        Ok(Self {
            form: Form::from_pairs(pairs),
            files,
        })
    }
}

fn broken(mb: usize, fault: &axum::extract::multipart::MultipartError) -> Problem {
    if fault.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::bad_request(format!("附件一共超过 {mb} MB，请压缩或分次上传"))
    } else {
        Problem::bad_request("上传中断了，请检查网络后重新提交")
    }
}

/// A kept file, to save. Never shown in the page: what somebody uploads may not speak in the program's name.
pub fn to_save(file: FileBytes) -> Response {
    to_save_as(file.bytes, "application/octet-stream", &file.name)
}

/// A kept photograph, to look at. Only pictures by their own first bytes are shown: they hold nothing that runs. Whatever
/// else it is, is to save.
pub fn to_see(file: FileBytes) -> Response {
    let marks: [(&[u8], &'static str); 3] = [
        (b"\xFF\xD8\xFF", "image/jpeg"),
        (b"\x89PNG\r\n\x1A\n", "image/png"),
        (b"GIF8", "image/gif"),
    ];
    let found = marks
        .into_iter()
        .find(|(mark, _)| file.bytes.starts_with(mark));
    let Some((_, media)) = found else {
        return to_save(file);
    };
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    response
}

/// Bytes to save under a name, told as what they are.
pub fn to_save_as(bytes: Vec<u8>, media: &'static str, name: &str) -> Response {
    let disposition = format!("attachment; filename*=UTF-8''{}", encode(name));
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}
