//! A form with photographs. Whatever is wrong with a file, what was typed arrives: the words stand before the files,
//! and a file that is too large is read past and not kept.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use union::cases::{FileBytes, LARGEST_FILE};

use super::MOST_FILES;
use crate::shell::{FieldErrors, Form, Problem};

/// Largest body that is read to its end, so that the phone hears why its photographs are not taken.
const LARGEST_BODY: usize = 64 << 20;
/// Name of the box of files.
pub(super) const PHOTO: &str = "photo";
/// Longest value of a field of words, in bytes.
const LONGEST_FIELD: usize = 64 << 10;

/// What came: the words, the files, and what is wrong with files.
#[derive(Default)]
pub(super) struct Posted {
    pub form: Form,
    pub files: Vec<FileBytes>,
    pub faults: FieldErrors,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Problem;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Problem> {
        let kind = request.headers().get(CONTENT_TYPE);
        if !kind.is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/")) {
            let form = Form::from_request(request, state).await?;
            return Ok(Self {
                form,
                ..Self::default()
            });
        }
        DefaultBodyLimit::max(LARGEST_BODY).apply(&mut request);
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| Problem::bad_request("表单内容读不出来，请返回重新填写"))?;
        let mut came = Came::default();
        loop {
            match parts.next_field().await {
                Ok(Some(part)) => {
                    if came.take(part).await.is_err() {
                        came.broke_off();
                        break;
                    }
                }
                Ok(None) => break,
                Err(_) => {
                    came.broke_off();
                    break;
                }
            }
        }
        came.done()
    }
}

#[derive(Default)]
struct Came {
    pairs: Vec<(String, String)>,
    files: Vec<FileBytes>,
    faults: FieldErrors,
}

impl Came {
    async fn take(&mut self, mut part: Field<'_>) -> Result<(), MultipartError> {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        let media = part.content_type().unwrap_or_default().to_owned();
        let most = if file.is_some() {
            LARGEST_FILE
        } else {
            LONGEST_FIELD
        };
        let (mut bytes, mut size) = (Vec::new(), 0_usize);
        while let Some(chunk) = part.chunk().await? {
            size += chunk.len();
            if size <= most {
                bytes.extend_from_slice(&chunk);
            }
        }
        match file {
            // A file box left empty arrives as a nameless file without bytes.
            Some(_) if size == 0 => {}
            Some(file) => self.keep(file, &media, bytes, size),
            None => {
                let value = String::from_utf8_lossy(&bytes).into_owned();
                self.pairs.push((name, value));
            }
        }
        Ok(())
    }

    fn keep(&mut self, name: String, media: &str, bytes: Vec<u8>, size: usize) {
        if size > LARGEST_FILE {
            let (is, most) = (size >> 20, LARGEST_FILE >> 20);
            self.faults.add(
                PHOTO,
                format!("「{name}」有 {is} MB，一张最大 {most} MB。请截图或压缩后再选"),
            );
        } else if self.files.len() >= MOST_FILES {
            if self.faults.of(PHOTO).is_none() {
                self.faults.add(
                    PHOTO,
                    format!("一次最多 {MOST_FILES} 张，先交要紧的，其余以后再补"),
                );
            }
        } else {
            let media = media.to_owned();
            let file = FileBytes { name, media, bytes }.called_what_it_is();
            match file.refusals(PHOTO, LARGEST_FILE).iter().next() {
                Some(refusal) => self.faults.add(PHOTO, refusal.message.clone()),
                None => self.files.push(file),
            }
        }
    }

    fn broke_off(&mut self) {
        self.faults.add(
            PHOTO,
            "照片没有传完，可能太大或网络断了。写的字都还在，请少选几张再交",
        );
    }

    fn done(self) -> Result<Posted, Problem> {
        if self.pairs.iter().any(|(_, value)| value.contains('\0')) {
            return Err(Problem::from_store(&store::StoreError::Nul));
        }
        Ok(Posted {
            form: Form::from_pairs(self.pairs),
            files: self.files,
            faults: self.faults,
        })
    }
}
