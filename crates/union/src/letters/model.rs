//! Documents as pages and other rooms see them.

use kernel::ids::{EmployerId, LetterId, OrgId};
use kernel::{Date, Due, Instant, OrgPath};
use uuid::Uuid;

use super::flow::{LetterState, Verb, verbs};
use super::paper::{Block, Paper};
use super::template::Rule;
use super::values::{Supplied, Values, shown};
use crate::orgs::flow::terms;

terms! {
    /// How a document is delivered (送达方式).
    Method {
        /// Handed over.
        Direct = "direct", "直接送达";
        /// Left at the place before witnesses.
        Left = "left", "留置送达";
        /// By post.
        Post = "post", "邮寄送达";
        /// By electronic means that leave a trace.
        Electronic = "electronic", "电子送达";
        /// Through somebody entrusted.
        Entrusted = "entrusted", "委托送达";
        /// By public notice.
        Notice = "notice", "公告送达";
    }
}

terms! {
    /// What the answer was.
    Outcome {
        /// Will do, or has done, what was asked.
        Accepted = "accepted", "接受并改正";
        /// Part of it.
        Partly = "partly", "部分接受";
        /// Disagrees and gives reasons.
        Reasoned = "reasoned", "不接受并说明理由";
    }
}

/// What a document belongs to: ("case", id).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Kind of record.
    pub kind: String,
    /// Its id.
    pub id: Uuid,
}

/// A document about to be drafted.
#[derive(Debug, Clone)]
pub struct NewLetter {
    /// Id of the template: `letters.supervision_opinion`.
    pub template: String,
    /// The union that is to issue it.
    pub organ: OrgId,
    /// Where the matter lies, at or below the organ; the organ itself when none. Who sees this place sees the document.
    pub place: Option<OrgId>,
    /// What it belongs to.
    pub link: Option<Link>,
    /// The employer it is about: its name and code are filled in.
    pub employer: Option<EmployerId>,
    /// What other rooms know.
    pub supplied: Supplied,
    /// What a person typed, by field name; goes before what is supplied.
    pub typed: Vec<(String, String)>,
}

impl NewLetter {
    /// A document with nothing filled in.
    pub fn new(template: impl Into<String>, organ: OrgId) -> Self {
        Self {
            template: template.into(),
            organ,
            place: None,
            link: None,
            employer: None,
            supplied: Supplied::new(),
            typed: Vec::new(),
        }
    }
}

/// A change of a draft.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// Fields by name, as typed; fields that are not named stay.
    pub typed: Vec<(String, String)>,
    /// The body in other words: one paragraph a line. `Some("")` goes back to the template's words.
    pub body: Option<String>,
}

/// Who signs.
#[derive(Debug, Clone, Default)]
pub struct Signing {
    /// Name of who signs (签发人).
    pub signer: String,
    /// Post: 主席, 副主席; as the template demands.
    pub post: String,
}

/// A document that has just been issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// 发文字号: 临总工监提〔2026〕31号.
    pub number: String,
    /// SM3 of its canonical text.
    pub digest: String,
    /// Day of issue.
    pub on: Date,
}

/// One delivery to be recorded.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// How.
    pub method: Method,
    /// Who received it, or refused.
    pub receiver: String,
    /// Whether it was refused (拒收): a ground for the next step by itself.
    pub refused: bool,
    /// The day.
    pub on: Date,
    /// Postal number, witnesses, what happened.
    pub note: String,
}

/// One delivery as recorded (送达记录).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number within the document, from one.
    pub no: i64,
    /// How.
    pub method: Method,
    /// Who received it, or refused.
    pub receiver: String,
    /// Whether it was refused.
    pub refused: bool,
    /// The day.
    pub on: Date,
    /// Particulars.
    pub note: String,
    /// Who recorded it.
    pub by: String,
    /// When it was recorded.
    pub at: Instant,
}

/// An answer to be recorded.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The day it came.
    pub on: Date,
    /// What it was.
    pub outcome: Outcome,
    /// What it says.
    pub summary: String,
}

/// A document on a list: nothing of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterLine {
    /// Its id.
    pub id: LetterId,
    /// The union that issues it.
    pub organ: OrgId,
    /// That union's name.
    pub organ_name: String,
    /// Where the matter lies.
    pub place: OrgId,
    /// Path of the place.
    pub org_path: OrgPath,
    /// Id of the template.
    pub template: String,
    /// Kind of document in words.
    pub title: String,
    /// Word for the type within the number.
    pub series: String,
    /// To whom; a person's name masked.
    pub addressee: String,
    /// What it belongs to.
    pub link: Option<Link>,
    /// State.
    pub state: LetterState,
    /// Whether it is served on somebody.
    pub delivered: bool,
    /// Id of the reply clock; empty without one.
    pub reply_clock: String,
    /// 发文字号, once issued.
    pub number: Option<String>,
    /// The number within its series and year.
    pub serial: Option<i64>,
    /// Day of issue.
    pub issued_on: Option<Date>,
    /// Who signed, with the post.
    pub signer: String,
    /// Digest of the issued text; empty in a draft.
    pub digest: String,
    /// Day of the first delivery, also when refused.
    pub received_on: Option<Date>,
    /// Last day for the answer, once served.
    pub reply_due: Option<Due>,
    /// Day of the answer.
    pub answered_on: Option<Date>,
    /// What the answer was.
    pub outcome: Option<Outcome>,
    /// Why it was cancelled or given up.
    pub ended_why: String,
    /// Who drafted it.
    pub created_by: String,
    /// When.
    pub created_at: Instant,
    /// Last change.
    pub updated_at: Instant,
    /// For the check that nobody else changed it meanwhile.
    pub version: i64,
}

impl LetterLine {
    /// What can be done with it now.
    pub fn verbs(&self) -> Vec<Verb> {
        verbs(self.state, self.delivered, !self.reply_clock.is_empty())
    }

    /// Whether the answer is due and has not come by the end of `today`.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.state == LetterState::Served && self.reply_due.is_some_and(|due| due.date < today)
    }
}

/// A document with everything.
#[derive(Debug, Clone)]
pub struct Letter {
    /// As on a list.
    pub line: LetterLine,
    /// Its template as it holds today; none when it was withdrawn from the definitions.
    pub rule: Option<Rule>,
    /// Fields with their lineage.
    pub values: Values,
    /// The body in a person's words, if it was rewritten.
    pub rewritten: Option<Vec<Block>>,
    /// What the paper says: the issued text, or the draft as it stands.
    pub paper: Paper,
    /// What the template made of the fields when it was issued (拟稿); none in a draft.
    pub drafted: Option<Paper>,
    /// Deliveries, oldest first.
    pub deliveries: Vec<Delivery>,
    /// The answer in words.
    pub answer: String,
    /// Whether the stored text still has its digest; `true` in a draft.
    pub intact: bool,
}

impl Letter {
    /// The paper as the screen shows it: wherever a private value stands, it is masked. Print and download show it in
    /// full, and are logged.
    pub fn masked_paper(&self) -> Paper {
        let mut paper = self.paper.clone();
        let Some(rule) = self.rule else {
            return paper;
        };
        for field in rule.body.field.iter().filter(|field| field.is_private()) {
            let value = self
                .values
                .get(&field.name)
                .map_or("", |held| held.value.as_str());
            // A single character stands in too many words to be told from them.
            if value.chars().count() < 2 {
                continue;
            }
            let hidden = shown(field, value);
            let hide = |text: &mut String| *text = text.replace(value, &hidden);
            hide(&mut paper.addressee);
            paper
                .body
                .iter_mut()
                .for_each(|block| hide(&mut block.text));
        }
        paper
    }
}
