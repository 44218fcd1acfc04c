//! Paper: the print page by GB/T 9704-2012, and the same as an editable file. Both are logged: they show in full what
//! the screen masks.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::ids::LetterId;
use union::letters::{self, Block, Head, Letter, LetterState, Paper, docx};

use crate::shell::{App, Path, Problem, Routes, Who, encode, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/letters/{id}/print", super::READ, print)
        .get("/letters/{id}/docx", super::READ, download)
}

#[derive(Template)]
#[template(path = "console/letters/print.html")]
struct PrintPage {
    letter: Letter,
    paper: Paper,
}

impl PrintPage {
    fn is_red(&self) -> bool {
        self.paper.head == Head::Red
    }

    /// Size of the organ's name: as large as the line allows.
    fn masthead(&self) -> &'static str {
        match self.paper.organ.chars().count() {
            0..=11 => "mast",
            12..=16 => "mast mast-m",
            _ => "mast mast-s",
        }
    }

    fn class(&self, block: &Block) -> &'static str {
        match block.level {
            1 => "lv1",
            2 => "lv2",
            _ => "",
        }
    }

    /// Words across a paper that is no document (any more).
    fn watermark(&self) -> &'static str {
        match self.letter.line.state {
            LetterState::Draft | LetterState::Dropped => "草稿",
            LetterState::Cancelled => "作废",
            _ => "",
        }
    }
}

async fn print(
    State(app): State<App>,
    who: Who,
    Path(id): Path<LetterId>,
) -> Result<Response, Problem> {
    let letter = app
        .write(&who, move |tx| letters::opened(tx, id, "打印"))
        .await?;
    let paper = letter.paper.clone();
    Ok(page(StatusCode::OK, &PrintPage { letter, paper }))
}

async fn download(
    State(app): State<App>,
    who: Who,
    Path(id): Path<LetterId>,
) -> Result<Response, Problem> {
    let letter = app
        .write(&who, move |tx| letters::opened(tx, id, "下载"))
        .await?;
    let file = docx::write(&letter.paper).map_err(|fault| Problem::fault(&fault))?;
    let name = letter
        .line
        .number
        .unwrap_or_else(|| format!("{}（草稿）", letter.line.title));
    let mut response = file.into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(docx::MIME));
    let disposition = format!(
        "attachment; filename*=UTF-8''{}",
        encode(&format!("{name}.docx"))
    );
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        out.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
