//! Papers: posters on walls, and the letters of cases.

use kernel::ids::OrgId;
use store::Tx;
use union::access::CapabilitySet;
use union::cases::{self, CaseId};
use union::letters::{self, Edit, Link, Method, NewDelivery, NewLetter, Signing};
use union::posters::{self, NewPoster, PosterId};

use super::Office;
use super::deeds::Fault;
use crate::demo::pour::Poured;

/// A letter of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// The supervision opinion: written, issued and served.
    Opinion,
    /// The supervision notice: written, issued and served.
    Notice,
    /// The mediation agreement that agreeing has drafted: filled in and issued.
    Agreement,
}

/// Who stands in an agreement: made-up numbers of a made-up worker and of the employer.
pub struct Side<'a> {
    /// Number of the worker's papers.
    pub id_number: &'a str,
    /// The employer's credit code.
    pub credit_code: &'a str,
}

/// A poster that hangs somewhere.
#[derive(Debug, Clone, Copy)]
pub struct Hung {
    /// Its id.
    pub id: PosterId,
    /// The union of its place.
    pub org: OrgId,
    /// The same, by its place in the plan.
    pub union: usize,
}

/// Posters for a few places and employers; one of them was replaced.
pub fn posters(office: &mut Office<'_>, done: &Poured) -> anyhow::Result<()> {
    let posts = office.staff.posts;
    let org = |at: usize| {
        let made = done.unions.get(at)?.as_ref();
        made.map(|org| org.id)
    };
    let places = [
        (posts.village, "村社服务大厅入口"),
        (posts.town, "镇街工会驿站"),
        (posts.other_town, "便民服务中心一楼"),
        (posts.other_village, "公告栏（旧，已更换）"),
    ];
    let mut hung = Vec::new();
    for (union, spot) in places {
        let new = NewPoster {
            org: org(union),
            spot: spot.to_owned(),
            ..NewPoster::default()
        };
        hung.push(make(office, &new, union)?);
    }
    let covers = office.plan.unions.get(posts.enterprise);
    let firms = covers.into_iter().flat_map(|union| &union.covers);
    let firms: Vec<_> = firms
        .take(2)
        .filter_map(|cover| {
            let area = office.plan.firms.get(cover.firm)?.area?;
            Some((done.firms.get(cover.firm).copied().flatten()?, area))
        })
        .collect();
    for (employer, area) in firms {
        let new = NewPoster {
            org: org(area),
            employer: Some(employer),
            spot: "食堂门口".to_owned(),
            ..NewPoster::default()
        };
        hung.push(make(office, &new, area)?);
    }
    if let Some(old) = hung.get(3).copied() {
        let district = office.staff.people.get(office.staff.district);
        let actor = district.map_or_else(|| office.system.clone(), |one| one.actor.clone());
        office
            .db
            .write(&actor, |tx| posters::revoke(tx, old.id, "海报破损，已换新"))?;
        hung.remove(3);
    }
    office.hung = hung;
    Ok(())
}

fn make(office: &Office<'_>, new: &NewPoster, union: usize) -> anyhow::Result<Hung> {
    let district = office.staff.people.get(office.staff.district);
    let actor = district.map_or_else(|| office.system.clone(), |one| one.actor.clone());
    let made = office.db.write(&actor, |tx| posters::make(tx, new))?;
    Ok(Hung {
        id: made.id,
        org: made.org,
        union,
    })
}

/// Writes and issues a letter of a case, and serves it where it is served.
pub fn letter(
    tx: &mut Tx,
    may: CapabilitySet,
    case: CaseId,
    (paper, side): (Paper, &Side<'_>),
) -> Result<(), Fault> {
    match paper {
        Paper::Agreement => agreement(tx, may, case, side),
        Paper::Opinion => served(tx, may, case, "letters.supervision_opinion"),
        Paper::Notice => served(tx, may, case, "letters.supervision_notice"),
    }
}

fn signing() -> Signing {
    Signing {
        signer: "演示签发人".to_owned(),
        post: "主席".to_owned(),
    }
}

fn typed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, words)| ((*name).to_owned(), (*words).to_owned()))
        .collect()
}

fn served(tx: &mut Tx, may: CapabilitySet, case: CaseId, template: &str) -> Result<(), Fault> {
    let (supplied, file) = cases::letter_facts(tx, may, case)?;
    let today = tx.today().to_string();
    let words = typed(&[
        (
            "supervisors",
            "演示监督员甲（证号0001）、演示监督员乙（证号0002）",
        ),
        ("investigated_on", &today),
        ("as_of", &today),
        ("fix_by", &today),
        (
            "facts",
            "你单位未按月足额支付部分职工上月工资，已与考勤记录、银行流水核对（演示）。",
        ),
        (
            "grounds",
            "《保障农民工工资支付条例》第三条、第十一条的规定。",
        ),
        (
            "demands",
            "足额支付所欠工资。\n今后按月足额支付工资，并书面记录支付情况。",
        ),
        ("advice", "请足额支付所欠工资。"),
        ("contact", "演示经办人"),
        ("phone", "0571-00000000"),
    ]);
    let new = NewLetter {
        place: Some(file.place),
        link: Some(Link {
            kind: "case".to_owned(),
            id: case.uuid(),
        }),
        supplied,
        typed: words,
        ..NewLetter::new(template, file.owner_org()?)
    };
    let id = letters::draft(tx, &new)?;
    letters::issue(tx, id, 1, &signing())?;
    let delivery = NewDelivery {
        method: Method::Direct,
        receiver: "单位人事（演示）".to_owned(),
        refused: false,
        on: tx.today(),
        note: String::new(),
    };
    letters::serve(tx, id, 2, &delivery)?;
    Ok(())
}

fn agreement(tx: &mut Tx, may: CapabilitySet, case: CaseId, side: &Side<'_>) -> Result<(), Fault> {
    let drafts = cases::letters_of(tx, may, case)?;
    let Some(draft) = drafts.first().map(|line| line.id) else {
        return Ok(());
    };
    let words = typed(&[
        ("worker_id", side.id_number),
        ("total", "12000"),
        ("worker_contact", "演示地址，13900000000"),
        ("credit_code", side.credit_code),
        ("representative", "演示代理人（委托代理人）"),
        ("items", "所欠工资一次付清（演示）。"),
        ("schedule", "按约定日期一次性支付（演示）。"),
        ("method", "转账至申请人本人银行账户"),
        (
            "default_clause",
            "逾期未付的，被申请人按未付金额每日万分之五支付违约金。",
        ),
        ("copies", "3"),
    ]);
    let edit = Edit {
        typed: words,
        body: None,
    };
    letters::edit(tx, draft, 1, &edit)?;
    letters::issue(tx, draft, 2, &signing())?;
    Ok(())
}
