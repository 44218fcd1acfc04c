//! What lies on the desks: applications of the last weeks, suspected duplicates.

use anyhow::Context;
use kernel::ids::OrgId;
use kernel::{Date, Instant};
use store::Tx;
use union::employers::{self, EmployerDraft};
use union::members::applications::{self, ApplicationForm};
use union::members::consents::ConsentTexts;
use union::members::{MemberDraft, MemberError, Permit, duplicates};

use super::Pour;
use crate::demo::dice::Dice;
use crate::demo::person::{People, Wanted};
use crate::demo::plan::plus_days;

/// Weeks before the end in which people apply.
const WEEKS: i64 = 5;
/// An application is decided after so many days.
const PATIENCE: i64 = 6;
/// Pairs of likely duplicates somebody has decided already: merged, and left as two. At least half are left.
const DECIDED: usize = 2;
/// Names of employers that wait for a person.
const NAMES: usize = 4;
/// Whose lists they stood on.
const LISTS: [&str; 2] = ["欠薪投诉登记（演示）", "社保欠费清册（演示）"];
/// Characters written for each other in names that were taken down by ear.
const WRITTEN_FOR: [(char, &str); 12] = [
    ('恒', "衡"),
    ('瑞', "锐"),
    ('宏', "鸿"),
    ('盛', "晟"),
    ('嘉', "佳"),
    ('诚', "成"),
    ('源', "元"),
    ('翔', "祥"),
    ('辉', "晖"),
    ('捷', "杰"),
    ('铭', "名"),
    ('泰', "太"),
];

/// People at the door, and who answers them.
pub struct Door {
    people: People,
    dice: Dice,
    /// Applications still to be approved: they are members of the plan who come this way.
    to_approve: usize,
}

impl Door {
    /// Nobody has come yet.
    pub fn new(seed: u64, to_approve: usize) -> Self {
        Self {
            // Another region, so that no applicant is a member already.
            people: People::of_region(seed, "applicants", "330112"),
            dice: Dice::new(seed, "door"),
            to_approve,
        }
    }
}

impl Pour<'_> {
    /// The applications of one writing day, and the answers to those that have waited long enough.
    pub(super) fn applications(&mut self, tx: &mut Tx, date: Date) -> anyhow::Result<()> {
        let today = self.plan.size.today;
        if date < plus_days(today, -7 * WEEKS) {
            return Ok(());
        }
        self.answer(tx, date, date == today)?;
        let coming = (self.plan.size.online * 3 / 5).max(4);
        let text = ConsentTexts::at(self.actor.district, date)?;
        for _ in 0..coming {
            let Some(org) = self.open_union() else {
                return Ok(());
            };
            let form = self.form(org, &text.version, date);
            applications::apply(tx, &form).context("入会申请没有被接受")?;
        }
        Ok(())
    }

    /// A basic union people may apply to.
    fn open_union(&mut self) -> Option<OrgId> {
        let basic: Vec<OrgId> = self
            .plan
            .unions
            .iter()
            .zip(&self.done.unions)
            .filter(|(union, _)| matches!(union.kind, "single" | "joint" | "new_form"))
            .filter_map(|(_, made)| made.as_ref().map(|org| org.id))
            .collect();
        self.door.dice.pick(&basic).copied()
    }

    fn form(&mut self, org: OrgId, version: &str, date: Date) -> ApplicationForm {
        const NOTES: &[&str] = &[
            "同事介绍",
            "扫码了解到的",
            "想参加医疗互助",
            "想参加疗休养",
            "",
        ];
        let person = self.door.people.next(Wanted {
            women: 42.0,
            office: false,
            joined_on: date,
            today: self.plan.size.today,
        });
        let dice = &mut self.door.dice;
        let paper = |text: String| {
            if person.id_type == "resident" {
                String::new()
            } else {
                text
            }
        };
        let draft = MemberDraft {
            name: person.name.clone(),
            id_type: paper(
                kernel::IdType::from_code(person.id_type)
                    .map(|kind| kind.label().to_owned())
                    .unwrap_or_default(),
            ),
            id_number: person.id_number.clone(),
            sex: paper(person.sex.label().to_owned()),
            birth_on: paper(person.birth.to_string()),
            phone: person.phone.clone(),
            job_title: dice
                .word(&["操作工", "快递员", "外卖送餐员", "营业员", "文员", "司机"])
                .to_owned(),
            confirmed: true,
            ..MemberDraft::default()
        };
        let purposes = if dice.percent(70.0) {
            vec!["notify".to_owned()]
        } else {
            Vec::new()
        };
        ApplicationForm {
            org,
            draft,
            unit: String::new(),
            note: dice.word(NOTES).to_owned(),
            notice_version: version.to_owned(),
            purposes,
        }
    }

    /// On the last day every approval of the plan that is still missing is given.
    fn answer(&mut self, tx: &mut Tx, date: Date, last: bool) -> anyhow::Result<()> {
        let before = Instant::from_shanghai(plus_days(date, -PATIENCE), 23, 59);
        for application in applications::queue(tx)? {
            let ripe = application.applied_at <= before;
            if self.door.to_approve > 0 && (last || (ripe && self.door.dice.percent(80.0))) {
                applications::approve(tx, &Permit::program(), application.id, None, None)
                    .context("入会申请批不下去")?;
                self.door.to_approve -= 1;
            } else if ripe && self.door.dice.percent(40.0) {
                let why = "所填单位已有工会，请向本单位工会申请";
                applications::reject(tx, &Permit::program(), application.id, why)?;
            }
        }
        Ok(())
    }

    /// Some likely duplicates were decided; the rest wait.
    pub(super) fn duplicates(&self) -> anyhow::Result<()> {
        let pairs = self.db.read(&self.actor, duplicates::queue)?;
        let permit = Permit::program();
        let decided = (DECIDED * 2).min(pairs.len() / 2);
        for (at, pair) in pairs.iter().take(decided).enumerate() {
            let decided = self.db.write(&self.actor, |tx| {
                if at % 2 == 0 {
                    duplicates::merge(
                        tx,
                        &permit,
                        pair.id,
                        pair.left,
                        &[],
                        "核对证件原件，系同一人",
                    )
                    .map(|_| ())
                } else {
                    duplicates::decide_distinct(tx, &permit, pair.id, "电话核实，系同名两人")
                }
            });
            match decided {
                // Whoever is on the way to another union is left for a person to decide.
                Ok(()) | Err(MemberError::Refused(_)) => {}
                Err(fault) => return Err(fault).context("疑似重复没有办成"),
            }
        }
        Ok(())
    }
    /// Names that offices wrote down by ear: each resembles an employer, and nothing is entered until somebody has looked.
    pub(super) fn names(&self) -> anyhow::Result<()> {
        self.db.write(&self.actor, |tx| {
            let mut lists = LISTS.iter().cycle();
            let mut asked = 0;
            for firm in self
                .plan
                .firms
                .iter()
                .filter(|firm| firm.closed_on.is_none())
            {
                let heard = WRITTEN_FOR
                    .iter()
                    .find(|(right, _)| firm.name.contains(*right));
                let Some((right, wrong)) = heard else {
                    continue;
                };
                let name = firm.name.replacen(*right, wrong, 1);
                let known = !employers::find(tx, &name)?.is_empty();
                if known || employers::similar(tx, &name)?.is_empty() {
                    continue;
                }
                let draft = EmployerDraft {
                    name,
                    region_code: firm.region.clone(),
                    source: lists.next().copied().unwrap_or_default().to_owned(),
                    ..EmployerDraft::default()
                };
                employers::upsert(tx, &draft).context("单位名称没有被接受")?;
                asked += 1;
                if asked == NAMES {
                    break;
                }
            }
            Ok(())
        })
    }
}
