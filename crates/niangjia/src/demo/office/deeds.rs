//! What somebody does, and how it is done through the rooms.

use std::collections::BTreeMap;
use std::fmt;

use kernel::ids::AccountId;
use kernel::{Fen, Scope};
use store::{Actor, Tx};
use union::arrears::alerts::{self, Closing, Decision, Push};
use union::arrears::{ArrearsError, Permit};
use union::cases::{
    self, ActInput, BackTo, CallInput, CaseError, CaseId, NewCase, NewEvidence, NextOwner, Unit,
    Verb,
};
use union::failure::{Kind, RoomError};
use union::letters::LetterError;
use union::posters::{self, PosterId};

use super::staff::Person;
use super::{File, Office, Task, everything, papers};

/// The conclusion by which another office has the matter.
pub const HANDED_OVER: &str = "handed_over";

/// Who.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The sentinel of the place, or the town where there is none.
    Village,
    /// The town officer, or the district where there is none.
    Town,
    /// The first district officer.
    District,
    /// The second.
    Review,
    /// The lawyer.
    Lawyer,
    /// The worker with an account.
    Worker,
    /// Somebody with a phone, known by a receipt at most.
    Public,
}

/// What is done to a case.
#[derive(Debug, Clone, Default)]
pub struct Deed {
    /// The verb.
    pub verb: &'static str,
    /// Words.
    pub note: String,
    /// Fields.
    pub fields: Vec<(&'static str, String)>,
    /// Evidence: kind and words.
    pub evidence: Vec<(&'static str, &'static str)>,
    /// What the evidence shows was paid, in yuan.
    pub sum: Option<i64>,
    /// A call-back: whom, solved, satisfied.
    pub call: Option<(&'static str, bool, bool)>,
    /// Closing code.
    pub closing: Option<&'static str>,
    /// The next owner.
    pub next: Option<By>,
    /// A return goes to whoever reported.
    pub to_initiator: bool,
    /// More time is asked: clock and calendar days.
    pub more: Option<(&'static str, u32)>,
    /// A new case for what is split off.
    pub split: Option<Box<NewCase>>,
}

impl Deed {
    /// Only the verb.
    pub fn of(verb: &'static str) -> Self {
        Self {
            verb,
            ..Self::default()
        }
    }

    /// With words.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// With a field.
    pub fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    /// With evidence.
    pub fn proof(mut self, kind: &'static str, words: &'static str) -> Self {
        self.evidence.push((kind, words));
        self
    }

    /// The evidence shows a payment, in yuan.
    pub fn of_yuan(mut self, sum: i64) -> Self {
        self.sum = Some(sum);
        self
    }

    /// With a closing code.
    pub fn ends(mut self, code: &'static str) -> Self {
        self.closing = Some(code);
        self
    }

    /// A call-back.
    pub fn call(whom: &'static str, solved: bool, satisfied: bool) -> Self {
        Self {
            call: Some((whom, solved, satisfied)),
            note: "电话回访".to_owned(),
            ..Self::of("call_back")
        }
    }
}

/// Something that can be done.
pub enum Act {
    /// A case is opened, by a poster or without.
    Open(Box<NewCase>, Option<PosterId>),
    /// A verb of the case.
    Does(Deed),
    /// A letter of the case is written, issued and, where it says so, served.
    Letter(papers::Paper),
    /// The alert is closed with a code.
    Close(&'static str),
    /// The labour inspectorate is told.
    Push,
    /// The lower colour that the rules propose is followed.
    Fall,
}

impl From<Deed> for Act {
    fn from(deed: Deed) -> Self {
        Self::Does(deed)
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(new, _) => write!(f, "登记 {}", new.title),
            Self::Does(deed) => write!(f, "{}", deed.verb),
            Self::Letter(paper) => write!(f, "{paper:?}"),
            Self::Close(code) => write!(f, "销号 {code}"),
            Self::Push => f.write_str("推送"),
            Self::Fall => f.write_str("降级"),
        }
    }
}

/// Why something was not done.
pub enum Fault {
    /// A room refused: its code.
    Refused(String),
    /// Anything else.
    Other(anyhow::Error),
}

/// What a room said, as a refusal where it is one.
macro_rules! from_room {
    ($($error:ty),*) => {$(
        impl From<$error> for Fault {
            fn from(fault: $error) -> Self {
                match fault.kind() {
                    Kind::Fault => Self::Other(fault.into()),
                    _ => Self::Refused(format!("{}：{fault}", fault.code())),
                }
            }
        }
    )*};
}
from_room!(CaseError, ArrearsError, LetterError, posters::PosterError);

impl From<store::StoreError> for Fault {
    fn from(fault: store::StoreError) -> Self {
        Self::Other(fault.into())
    }
}

impl Office<'_> {
    /// Who it is, for a matter.
    pub(super) fn who(&self, by: By, file: &File) -> Option<&Person> {
        let at = match by {
            By::Village => file.desk.village.or(file.desk.town),
            By::Town => file.desk.town,
            By::District => Some(self.staff.district),
            By::Review => Some(self.staff.review),
            By::Lawyer => Some(self.staff.lawyer),
            By::Worker | By::Public => None,
        };
        let at = at.unwrap_or(self.staff.district);
        self.staff.people.get(at)
    }

    /// The parties of an agreement.
    fn side(&self, file: &File) -> papers::Side<'_> {
        let firm = file.firm.and_then(|at| self.plan.firms.get(at));
        papers::Side {
            id_number: &self.staff.client,
            credit_code: firm.map_or("", |firm| firm.code.as_str()),
        }
    }

    fn actor(&self, by: By, file: &File) -> Actor {
        match by {
            By::Worker => self
                .staff
                .worker
                .clone()
                .unwrap_or_else(|| self.system.clone()),
            By::Public => Actor {
                scope: Scope::nothing(self.system.district),
                label: "扫码".to_owned(),
                ..self.system.clone()
            },
            _ => self
                .who(by, file)
                .map_or_else(|| self.system.clone(), |one| one.actor.clone()),
        }
    }
}

/// What came of it.
pub(super) enum Done {
    /// Nothing new.
    Nothing,
    /// The file has its case, with the receipt.
    Opened(CaseId, String),
    /// A part goes on as a case of its own.
    Beside(CaseId),
}

/// Does it.
pub(super) fn perform(office: &Office<'_>, task: &Task, file: &File) -> Result<Done, Fault> {
    let actor = office.actor(task.by, file);
    let may = match task.by {
        By::Worker | By::Public => Default::default(),
        by => office.who(by, file).map_or_else(everything, |one| one.may),
    };
    let next = |deed: &Deed| {
        let person = deed.next.and_then(|by| office.who(by, file))?;
        Some(person.account)
    };
    office.db.write(&actor, |tx| match (&task.act, file.case) {
        (Act::Open(new, poster), _) => open(tx, new, *poster),
        (_, None) => Ok(Done::Nothing),
        (Act::Does(deed), Some(case)) => {
            let mut input = input(deed, next(deed));
            if matches!(task.by, By::Public) {
                input.receipt = Some(file.receipt.clone());
            }
            let acted = cases::act(tx, may, case, &Verb::of(deed.verb), &input)?;
            let beside = acted.opened.map(|opened| Done::Beside(opened.id));
            Ok(beside.unwrap_or(Done::Nothing))
        }
        (Act::Letter(paper), Some(case)) => {
            papers::letter(tx, may, case, (*paper, &office.side(file)))?;
            Ok(Done::Nothing)
        }
        (Act::Close(_) | Act::Push | Act::Fall, Some(_)) => {
            decide(tx, &Permit::with(may), &task.act, file)?;
            Ok(Done::Nothing)
        }
    })
}

fn open(tx: &mut Tx, new: &NewCase, poster: Option<PosterId>) -> Result<Done, Fault> {
    let opened = cases::open(tx, new)?;
    if let Some(poster) = poster {
        posters::note_use(tx, poster)?;
    }
    Ok(Done::Opened(opened.id, opened.receipt))
}

fn input(deed: &Deed, next: Option<AccountId>) -> ActInput {
    let proof = |(kind, words): &(&str, &str)| NewEvidence {
        kind: (*kind).to_owned(),
        text: (*words).to_owned(),
        amount: deed.sum.map(|yuan| Fen(yuan * 100)),
        ..NewEvidence::default()
    };
    let fields = deed.fields.iter();
    ActInput {
        note: deed.note.clone(),
        next_owner: next.map(|person| NextOwner {
            org: None,
            person: Some(person),
        }),
        back_to: if deed.to_initiator {
            BackTo::Initiator
        } else {
            BackTo::default()
        },
        evidence: deed.evidence.iter().map(proof).collect(),
        fields: fields
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect::<BTreeMap<_, _>>(),
        closing_code: deed.closing.map(str::to_owned),
        clock: deed.more.map(|(clock, _)| clock.to_owned()),
        extend_by: deed.more.map(|(_, days)| (days, Unit::CalendarDay)),
        call: deed.call.map(|(whom, solved, satisfied)| CallInput {
            whom: whom.to_owned(),
            solved,
            satisfied,
        }),
        split: deed.split.clone(),
        ..ActInput::default()
    }
}

fn decide(tx: &mut Tx, permit: &Permit, act: &Act, file: &File) -> Result<(), Fault> {
    let Some(alert) = file.alert else {
        return Ok(());
    };
    let decision = |note: &str| Decision {
        note: note.to_owned(),
        version: None,
    };
    match act {
        Act::Close(code) => {
            let (words, evidence) = closing_words(code);
            let handed = (*code == HANDED_OVER).then(|| {
                let no = file.firm.map_or(1, |firm| firm + 1);
                let receipt = format!("演示移〔{}〕第 {no} 号", tx.today().year());
                [
                    ("transferred_to".to_owned(), "人社部门".to_owned()),
                    ("transfer_no".to_owned(), receipt),
                ]
            });
            let closing = Closing {
                code: (*code).to_owned(),
                fields: handed.into_iter().flatten().collect(),
                evidence: evidence
                    .map(|(kind, text)| NewEvidence {
                        kind: kind.to_owned(),
                        text: text.to_owned(),
                        ..NewEvidence::default()
                    })
                    .into_iter()
                    .collect(),
                decision: decision(words),
                ..Closing::default()
            };
            alerts::close(tx, permit, alert, &closing)?;
        }
        Act::Push => {
            let push = Push {
                office: "区人力资源和社会保障局（演示）".to_owned(),
                acknowledgement: format!("演示收〔{}〕第 118 号", tx.today().year()),
                decision: decision("附欠薪名册和金额，请依法处理"),
            };
            alerts::push(tx, permit, alert, &push)?;
        }
        Act::Fall => alerts::decide_fall(tx, permit, alert, &decision("已核对，同意降级"))?,
        Act::Open(..) | Act::Does(_) | Act::Letter(_) => {}
    }
    Ok(())
}

fn closing_words(code: &str) -> (&'static str, Option<(&'static str, &'static str)>) {
    match code {
        "false_alarm" => (
            "到单位核查，账册齐全，工资按时发放，线索有误",
            Some(("check_note", "核查说明：工资表、银行流水与职工本人说法一致")),
        ),
        HANDED_OVER => (
            "单位写明了支付方案又不肯盖章，三次约谈仍不支付，依法移交",
            Some(("transfer_receipt", "人社部门签收的移交回执")),
        ),
        "no_arrears" => ("走访核实未拖欠，两名职工回访属实，风险已消除", None),
        _ => ("工资已付清，支付凭证齐全，两名职工回访属实", None),
    }
}
