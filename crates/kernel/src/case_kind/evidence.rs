//! What proves a step: pieces of evidence on file, and the letters that count as such.

use serde::Deserialize;

/// A kind of evidence (凭证种类). Paper that was scanned is added by hand; a letter of the program counts by itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceKind {
    /// Stable id.
    pub id: String,
    /// Chinese term.
    pub title: String,
    /// What it is, for who has to choose.
    #[serde(default)]
    pub help: String,
    /// Letters that are such a piece once they are issued (ids in `letters/`).
    #[serde(default)]
    pub letters: Vec<String>,
    /// Letters whose recorded delivery (送达记录) is such a piece.
    #[serde(default)]
    pub deliveries: Vec<String>,
}

/// What a verb has to do with its letters (文书).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterDemand {
    /// They are offered on the page.
    #[default]
    Offered,
    /// The verb itself begins the draft of the first of them.
    Drafts,
    /// One of them must have been issued.
    Issued,
    /// One of them must have been issued and its delivery recorded.
    Served,
}

/// What a letter of the verb can tell a field of it (文书带入): the page fills it in, so that nobody copies a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterFact {
    /// 发文字号
    Number,
    /// 签发日期
    IssuedOn,
    /// 送达日期, of the first delivery.
    ServedOn,
    /// 送达方式, of the first delivery.
    ServedHow,
    /// 签收人, of the first delivery.
    Receiver,
    /// 答复内容
    Answer,
}

/// Letters of one template that belong to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LetterCount {
    /// Issued and not cancelled.
    pub issued: u32,
    /// Of those, with a recorded delivery (a refused one too).
    pub served: u32,
}

/// What evidence a verb or a closing demands.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceDemand {
    /// Kind of evidence.
    pub kind: String,
    /// At least so many pieces.
    pub least: u32,
}
