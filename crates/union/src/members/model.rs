//! What a member, a membership period and their changes are.

use kernel::ids::{BatchId, EmployerId, MemberId, MembershipId, OrgId};
use kernel::{Date, IdType, Instant, OrgPath, Sex};

/// 会籍状态: where a member stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// 在册
    Active,
    /// 保留会籍: retired or unemployed; no dues, no vote, not in the joining rate
    Kept,
    /// 转出中: still a member of the old union until the new one accepts
    Transferring,
    /// 已退会
    Left,
    /// 已除名
    Expelled,
    /// 已去世
    Deceased,
    /// 已合并: a duplicate record that lives on in another
    Merged,
}

impl Status {
    /// Every state, in the order of drop-down lists.
    pub const ALL: [Self; 7] = [
        Self::Active,
        Self::Kept,
        Self::Transferring,
        Self::Left,
        Self::Expelled,
        Self::Deceased,
        Self::Merged,
    ];

    /// Stored form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Kept => "kept",
            Self::Transferring => "transferring",
            Self::Left => "left",
            Self::Expelled => "expelled",
            Self::Deceased => "deceased",
            Self::Merged => "merged",
        }
    }

    /// From the stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "在册",
            Self::Kept => "保留会籍",
            Self::Transferring => "转出中",
            Self::Left => "已退会",
            Self::Expelled => "已除名",
            Self::Deceased => "已去世",
            Self::Merged => "已合并",
        }
    }

    /// Whether there is an open membership period: 在册, including kept and transferring.
    pub fn is_enrolled(self) -> bool {
        matches!(self, Self::Active | Self::Kept | Self::Transferring)
    }
}

/// 会籍变化类型, with the codes of the national collection practice; 7 and 8 are our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// 入会
    Join,
    /// 转入
    TransferIn,
    /// 保留会籍
    Keep,
    /// 转出
    TransferOut,
    /// 除名
    Expel,
    /// 退会
    Leave,
    /// 恢复会籍: from kept, or a mistaken entry put right
    Resume,
    /// 去世
    Death,
}

impl Change {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Join,
        Self::TransferIn,
        Self::Keep,
        Self::TransferOut,
        Self::Expel,
        Self::Leave,
        Self::Resume,
        Self::Death,
    ];

    /// Stored code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Join => "1",
            Self::TransferIn => "2",
            Self::Keep => "3",
            Self::TransferOut => "4",
            Self::Expel => "5",
            Self::Leave => "6",
            Self::Resume => "7",
            Self::Death => "8",
        }
    }

    /// From the stored code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Join => "入会",
            Self::TransferIn => "转入",
            Self::Keep => "保留会籍",
            Self::TransferOut => "转出",
            Self::Expel => "除名",
            Self::Leave => "退会",
            Self::Resume => "恢复会籍",
            Self::Death => "去世",
        }
    }
}

/// 会籍变化原因: codes 1–6 of the national collection practice; from 11 on our own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// 劳动关系变化
    Employment,
    /// 下岗待岗
    LaidOff,
    /// 失业
    Unemployed,
    /// 企业破产
    Bankruptcy,
    /// 本人要求
    OwnWish,
    /// 犯罪开除
    Crime,
    /// 退休
    Retired,
    /// 去世
    Death,
    /// 六个月不交会费、不参加组织生活，经教育拒不改正，视为自动退会（章程6）
    Inactive,
    /// 更正误登记
    Mistake,
    /// 组织撤并移交
    HandOver,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 11] = [
        Self::Employment,
        Self::LaidOff,
        Self::Unemployed,
        Self::Bankruptcy,
        Self::OwnWish,
        Self::Crime,
        Self::Retired,
        Self::Death,
        Self::Inactive,
        Self::Mistake,
        Self::HandOver,
    ];

    /// Stored code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Employment => "1",
            Self::LaidOff => "2",
            Self::Unemployed => "3",
            Self::Bankruptcy => "4",
            Self::OwnWish => "5",
            Self::Crime => "6",
            Self::Retired => "11",
            Self::Death => "12",
            Self::Inactive => "13",
            Self::Mistake => "14",
            Self::HandOver => "15",
        }
    }

    /// From the stored code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Employment => "劳动关系变化",
            Self::LaidOff => "下岗待岗",
            Self::Unemployed => "失业",
            Self::Bankruptcy => "企业破产",
            Self::OwnWish => "本人要求",
            Self::Crime => "犯罪开除",
            Self::Retired => "退休",
            Self::Death => "去世",
            Self::Inactive => "长期不参加组织生活，视为自动退会",
            Self::Mistake => "更正误登记",
            Self::HandOver => "组织撤并移交",
        }
    }
}

/// Where and since when someone becomes a member.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The union.
    pub org: OrgId,
    /// Its place in the tree.
    pub org_path: OrgPath,
    /// The employer, if known.
    pub employer: Option<EmployerId>,
    /// First day of membership: the day the union approved (facts §5).
    pub joined_on: Date,
    /// 入会, or 转入 for a roll taken over with its history.
    pub change: Change,
    /// Why.
    pub reason: Reason,
    /// What it rests on: number of a decision, name of a file.
    pub evidence: String,
    /// The import it came with.
    pub batch: Option<BatchId>,
    /// 确认改名: somebody has seen that the number stands under another name and says this one holds now.
    pub renamed: bool,
}

impl Admission {
    /// Joining the union at `org_path` on `joined_on`, at the member's own wish.
    pub fn new(org: OrgId, org_path: OrgPath, joined_on: Date) -> Self {
        Self {
            org,
            org_path,
            employer: None,
            joined_on,
            change: Change::Join,
            reason: Reason::OwnWish,
            evidence: String::new(),
            batch: None,
            renamed: false,
        }
    }

    /// With a person's word that the name given is the one that holds, whatever the roster says.
    #[must_use]
    pub fn renamed(mut self, renamed: bool) -> Self {
        self.renamed = renamed;
        self
    }

    /// With the employer.
    #[must_use]
    pub fn employer(mut self, employer: Option<EmployerId>) -> Self {
        self.employer = employer;
        self
    }

    /// With what it rests on.
    #[must_use]
    pub fn evidence(mut self, evidence: impl Into<String>) -> Self {
        self.evidence = evidence.into();
        self
    }

    /// As part of an import.
    #[must_use]
    pub fn batch(mut self, batch: Option<BatchId>) -> Self {
        self.batch = batch;
        self
    }
}

/// What became of one admitted record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// The member: the new record, or the one that was there.
    pub id: MemberId,
    /// What happened.
    pub outcome: Outcome,
}

/// How an admission ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// 新增
    New,
    /// 未变: the same person in the same union with the same data.
    Unchanged,
    /// 更新: the same person in the same union; these fields changed.
    Updated(Vec<&'static str>),
    /// 重新入会: someone who had left opened a new period.
    Rejoined,
    /// 已在别处: a member of another union (its name when it is known); a transfer is needed, nothing was written.
    Elsewhere(String),
    /// 号码在册，姓名不同: the number is on the roster under another name. A person decides; nothing was written.
    OtherName(OtherName),
    /// 不予办理: the reasons; nothing was written.
    Refused(kernel::Refusals),
}

/// One number, two names: what the person who decides is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherName {
    /// The name on the roster, masked; none when the record lies outside the caller's scope.
    pub on_roster: Option<String>,
    /// The name that came now, masked.
    pub given: String,
    /// The other union the number is a member of, if it is.
    pub elsewhere: Option<String>,
}

impl OtherName {
    /// Stable code of the question.
    pub const CODE: &'static str = "member.other_name";

    /// Both names in one sentence, without its end: what there is to do depends on the page.
    pub fn told(&self) -> String {
        let Self {
            on_roster, given, ..
        } = self;
        match on_roster {
            Some(name) => {
                format!("该证件号码在名册上登记的姓名是「{name}」，这里写的是「{given}」")
            }
            None => format!(
                "该证件号码在名册上登记的是另一个姓名（不在您的管理范围内，不予显示），这里写的是「{given}」"
            ),
        }
    }
}

/// 会籍期间: one dated membership. Half open: a member on `from_on`, no longer on `to_on`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Its id.
    pub id: MembershipId,
    /// At which union.
    pub org: OrgId,
    /// That union's present path.
    pub org_path: OrgPath,
    /// First day.
    pub from_on: Date,
    /// First day on which it no longer held; none while it is open.
    pub to_on: Option<Date>,
    /// How it began.
    pub change_in: Change,
    /// How it ended.
    pub change_out: Option<Change>,
    /// Why it began, or, once closed, why it ended.
    pub reason: Reason,
    /// What it rests on.
    pub evidence: String,
    /// Who recorded it.
    pub actor: String,
    /// When it was recorded.
    pub at: Instant,
}

/// 会员: the record as the member page shows it. Personal numbers are masked; revealing one is an action.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// The union of the present (or last) period.
    pub org: OrgId,
    /// That union's path: what scope is checked against.
    pub org_path: OrgPath,
    /// The employer.
    pub employer: Option<EmployerId>,
    /// Name.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    pub birth_on: Option<Date>,
    /// Kind of identity paper.
    pub id_type: IdType,
    /// Its number, masked.
    pub id_masked: String,
    /// Phone, masked.
    pub phone_masked: Option<String>,
    /// Bank card, masked.
    pub bank_masked: Option<String>,
    /// 民族
    pub ethnic: Option<String>,
    /// 学历
    pub education: Option<String>,
    /// 政治面貌
    pub politics: Option<String>,
    /// 技术等级
    pub skill: Option<String>,
    /// 户籍类型
    pub household: Option<String>,
    /// 就业状况
    pub employment: Option<String>,
    /// 工种
    pub job_title: Option<String>,
    /// Groups.
    pub groups: Groups,
    /// 实名
    pub real_name: bool,
    /// Where the member stands.
    pub status: Status,
    /// First day of the first membership we know of.
    pub joined_on: Date,
    /// Card number.
    pub card_no: Option<String>,
    /// The record this one was merged into.
    pub merged_into: Option<MemberId>,
    /// The import it came with.
    pub batch: Option<BatchId>,
    /// When it was entered.
    pub created_at: Instant,
    /// Rises with every change; forms carry it so that nobody overwrites what they have not seen.
    pub version: i64,
}

/// 群体: the groups a member belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Groups {
    /// 农民工
    pub migrant: bool,
    /// 新就业形态
    pub new_form: bool,
    /// 困难职工
    pub difficult: bool,
    /// 劳模工匠
    pub model_worker: bool,
    /// 医疗互助
    pub mutual_aid: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for status in Status::ALL {
            assert_eq!(Status::from_code(status.code()), Some(status));
        }
        for change in Change::ALL {
            assert_eq!(Change::from_code(change.code()), Some(change));
        }
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
        }
    }

    #[test]
    fn the_national_codes_are_kept() {
        assert_eq!(
            (
                Change::Join.code(),
                Change::Expel.code(),
                Change::Leave.code()
            ),
            ("1", "5", "6")
        );
        assert_eq!(
            (Reason::Employment.code(), Reason::Crime.code()),
            ("1", "6")
        );
    }
}
