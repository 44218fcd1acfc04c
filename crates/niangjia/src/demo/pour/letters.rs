//! A few documents of the towns: one in every state, and a number that was cancelled.

use anyhow::Context;
use kernel::ids::{EmployerId, LetterId};
use store::Tx;
use union::letters::{self, LetterError, Method, NewDelivery, NewLetter, Signing};
use union::{employers, orgs};

use super::Pour;

/// What becomes of one document.
#[derive(Clone, Copy)]
enum Fate {
    Draft,
    Issued,
    Served { refused: bool },
    Cancelled,
}

/// One of each; the second notice gets the number behind the cancelled one when both fall to one town.
const FATES: [(&str, Fate); 6] = [
    ("letters.supervision_notice", Fate::Cancelled),
    (
        "letters.supervision_notice",
        Fate::Served { refused: false },
    ),
    (
        "letters.supervision_opinion",
        Fate::Served { refused: true },
    ),
    ("letters.supervision_opinion", Fate::Issued),
    ("letters.supervision_notice", Fate::Draft),
    ("letters.refusal_notice", Fate::Served { refused: false }),
];

/// Words of the demonstration: they fill in whatever template is drawn, and name nobody.
const WORDS: [(&str, &str); 15] = [
    (
        "facts",
        "你单位未按月足额支付部分职工上月工资，已与考勤记录、银行流水核对（演示）。",
    ),
    ("advice", "请足额支付所欠工资。"),
    ("contact", "演示经办人"),
    ("phone", "0571-00000000"),
    (
        "supervisors",
        "演示监督员甲（证号0001）、演示监督员乙（证号0002）",
    ),
    (
        "grounds",
        "《保障农民工工资支付条例》第三条、第十一条的规定。",
    ),
    (
        "demands",
        "足额支付所欠工资。\n今后按月足额支付工资，并书面记录支付情况。",
    ),
    ("complainant", "演示职工"),
    ("matter", "要求支付上月工资（演示）。"),
    ("reason", "该事项已由劳动争议仲裁委员会受理。"),
    (
        "way",
        "请在仲裁程序中主张权利；需要代理的，可以向区总工会申请法律援助。",
    ),
    ("as_of", ""),
    ("fix_by", ""),
    ("investigated_on", ""),
    ("complained_on", ""),
];

impl Pour<'_> {
    /// Drafts, issues, serves and cancels, as the program.
    pub(super) fn letters(&self) -> anyhow::Result<()> {
        let firms = self.done.firms.iter().flatten();
        for ((template, fate), firm) in FATES.iter().zip(firms) {
            self.db
                .write(&self.actor, |tx| one(tx, template, *fate, *firm))
                .with_context(|| format!("文书 {template}"))?;
        }
        Ok(())
    }
}

fn one(tx: &mut Tx, template: &str, fate: Fate, firm: EmployerId) -> Result<(), LetterError> {
    let path = employers::card(tx, firm)?.org_path;
    let (Some(organ), Some(place)) = (orgs::town_of(tx, &path)?, orgs::territory_of(tx, &path)?)
    else {
        return Ok(());
    };
    if letters::organ_code(tx, &organ)?.is_none() {
        return Ok(());
    }
    let today = tx.today().to_string();
    let typed = WORDS.map(|(name, words)| {
        let words = if words.is_empty() {
            today.as_str()
        } else {
            words
        };
        (name.to_owned(), words.to_owned())
    });
    let new = NewLetter {
        place: Some(place.id),
        employer: Some(firm),
        typed: typed.to_vec(),
        ..NewLetter::new(template, organ.id)
    };
    let id = letters::draft(tx, &new)?;
    if matches!(fate, Fate::Draft) {
        return Ok(());
    }
    let signing = Signing {
        signer: "演示签发人".to_owned(),
        post: "主席".to_owned(),
    };
    letters::issue(tx, id, 1, &signing)?;
    match fate {
        Fate::Served { refused } => served(tx, id, refused),
        Fate::Cancelled => letters::cancel(tx, id, 2, "单位名称有误，另行发文"),
        Fate::Draft | Fate::Issued => Ok(()),
    }
}

fn served(tx: &mut Tx, id: LetterId, refused: bool) -> Result<(), LetterError> {
    let (method, receiver, note) = if refused {
        (Method::Left, "单位前台", "拒绝签收，在两名见证人在场时留置")
    } else {
        (Method::Direct, "收件人（演示）", "")
    };
    let new = NewDelivery {
        method,
        receiver: receiver.to_owned(),
        refused,
        on: tx.today(),
        note: note.to_owned(),
    };
    letters::serve(tx, id, 2, &new).map(drop)
}
