//! 核对与封装: from a draft to a record that may be stored. Pure: no database, so any number of threads may
//! prepare rows while one writes them.
//!
//! Everything that is wrong is said at once, each with its field and what would be accepted.

use kernel::id_document::IdDocumentFault;
use kernel::ids::MemberId;
use kernel::person_name::NameFault;
use kernel::{BankCard, Date, IdDocument, IdType, MobilePhone, PersonName, Sex, pinyin, text};
use store::Vault;

use super::codes::{self, CodedField, flag};
use super::dates::{age_on, parse_date, parse_month_or_date};
use super::draft::Faults;
use super::policy::Ages;
use super::{FieldFault, MemberDraft, MemberPolicy};

/// Longest free text of a job title, in characters.
const LONGEST_JOB: usize = 50;
/// Longest note about a guardian, in characters.
const LONGEST_GUARDIAN: usize = 200;

/// A member record that passed every check, with its personal numbers sealed and indexed under its own id.
/// Carries no readable identity number any more.
#[derive(Clone)]
pub struct PreparedMember {
    pub(super) id: MemberId,
    pub(super) name: PersonName,
    pub(super) name_key: String,
    pub(super) py_full: String,
    pub(super) py_init: String,
    pub(super) sex: Sex,
    pub(super) birth_on: Option<Date>,
    pub(super) id_type: IdType,
    pub(super) id_sealed: Vec<u8>,
    pub(super) id_index: Vec<u8>,
    pub(super) phone: Option<Sealed>,
    pub(super) bank_sealed: Option<Vec<u8>>,
    pub(super) codes: Codes,
    pub(super) job_title: Option<String>,
    pub(super) flags: Flags,
    pub(super) real_name: bool,
    pub(super) card_no: Option<String>,
    pub(super) guardian: Option<String>,
    pub(super) joined_on: Option<Date>,
}

/// A number that is stored sealed, with its blind index.
#[derive(Clone)]
pub(super) struct Sealed {
    pub(super) sealed: Vec<u8>,
    pub(super) index: Vec<u8>,
}

/// Codes of the optional value sets; none where the draft says nothing.
#[derive(Clone, Default)]
pub(super) struct Codes {
    pub(super) ethnic: Option<&'static str>,
    pub(super) education: Option<&'static str>,
    pub(super) politics: Option<&'static str>,
    pub(super) skill: Option<&'static str>,
    pub(super) household: Option<&'static str>,
    pub(super) employment: Option<&'static str>,
}

/// Group flags; none where the draft says nothing.
#[derive(Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) migrant: Option<bool>,
    pub(super) new_form: Option<bool>,
    pub(super) difficult: Option<bool>,
    pub(super) model_worker: Option<bool>,
    pub(super) mutual_aid: Option<bool>,
}

impl PreparedMember {
    /// The id it was prepared and sealed for.
    pub fn id(&self) -> MemberId {
        self.id
    }

    /// The normalised name.
    pub fn name(&self) -> &PersonName {
        &self.name
    }

    /// The date of joining the draft gave, if any.
    pub fn joined_on(&self) -> Option<Date> {
        self.joined_on
    }

    /// The blind index of the identity number, for finding the same person twice in one file.
    pub fn identity(&self) -> (IdType, &[u8]) {
        (self.id_type, &self.id_index)
    }
}

/// Checks a draft, normalises it and seals its personal numbers for the record `id`.
///
/// `today` is the day in China on which it is entered; ages and "not in the future" are counted from it.
///
/// # Errors
/// Every fault at once. Doubts (级别需确认) count as faults until [`MemberDraft::confirmed`] is set.
pub fn prepare(
    vault: &Vault,
    policy: &MemberPolicy,
    today: Date,
    draft: &MemberDraft,
    id: MemberId,
) -> Result<PreparedMember, Vec<FieldFault>> {
    let mut faults = Faults::default();
    let name = check_name(&mut faults, &draft.name);
    let document = check_document(&mut faults, draft);
    let (sex, birth_on) = check_person(&mut faults, document.as_ref(), draft);
    check_age(&mut faults, policy.age, birth_on, today, draft);
    let phone = check_phone(&mut faults, &draft.phone);
    let bank = check_bank(&mut faults, &draft.bank_card);
    let codes = check_codes(&mut faults, draft);
    let flags = check_flags(&mut faults, draft);
    let real_name = check_flag(&mut faults, "real_name", "实名核验", &draft.real_name);
    let job_title = check_text(
        &mut faults,
        "job_title",
        "工种",
        &draft.job_title,
        LONGEST_JOB,
    );
    let guardian = check_text(
        &mut faults,
        "guardian",
        "监护人知情",
        &draft.guardian,
        LONGEST_GUARDIAN,
    );
    let card_no = check_card(&mut faults, &draft.card_no);
    let joined_on = check_joined(&mut faults, policy.age, &draft.joined_on, birth_on, today);
    let (Some(name), Some(document), true) = (name, document, faults.allow(draft.confirmed)) else {
        return Err(faults.0);
    };
    let row = id.to_string();
    let (py_full, py_init) = pinyin::both(name.as_str());
    Ok(PreparedMember {
        id,
        name_key: name.match_key(),
        py_full,
        py_init,
        sex,
        birth_on,
        id_type: document.kind(),
        id_sealed: vault.seal(field::ID, &row, document.number()),
        id_index: vault.blind_index(index::ID, document.number()),
        phone: phone.map(|phone| Sealed {
            sealed: vault.seal(field::PHONE, &row, phone.as_str()),
            index: vault.blind_index(index::PHONE, phone.as_str()),
        }),
        bank_sealed: bank.map(|card| vault.seal(field::BANK, &row, card.as_str())),
        codes,
        job_title,
        flags,
        real_name: real_name.unwrap_or_else(|| document.citizen().is_some()),
        card_no,
        guardian,
        joined_on,
        name,
    })
}

/// Names of the sealed columns, part of what each ciphertext is bound to.
pub(super) mod field {
    pub(in crate::members) const ID: &str = "member.id_sealed";
    pub(in crate::members) const PHONE: &str = "member.phone_sealed";
    pub(in crate::members) const BANK: &str = "member.bank_sealed";
}

/// Kinds of blind indexes.
pub(super) mod index {
    pub(in crate::members) const ID: &str = "identity";
    pub(in crate::members) const PHONE: &str = "phone";
}

fn check_name(faults: &mut Faults, text: &str) -> Option<PersonName> {
    match PersonName::parse(text) {
        Ok(name) => Some(name),
        Err(fault) => {
            let remedy = match fault {
                NameFault::Empty => "请填写与证件一致的姓名",
                NameFault::TooShort => "请填写全名",
                NameFault::Character(_) => "备注请写在其他栏",
                NameFault::TooLong => "请只填一个人的姓名",
                NameFault::Unprintable => "请重新录入或另存为 UTF-8 再上传",
                NameFault::Dot => "例如 买买提·艾力",
            };
            faults.error("name", fault.code(), format!("{fault}；{remedy}"));
            None
        }
    }
}

fn check_document(faults: &mut Faults, draft: &MemberDraft) -> Option<IdDocument> {
    let kind = match text::trim(&draft.id_type) {
        "" => None,
        given => match IdType::from_label(given) {
            Some(kind) => Some(kind),
            None => {
                let known: Vec<&str> = IdType::ALL.iter().map(|kind| kind.label()).collect();
                faults.error(
                    "id_type",
                    "id.unknown_kind",
                    format!(
                        "不认识的证件类型“{}”；可填：{}",
                        shorten(given),
                        known.join("、")
                    ),
                );
                return None;
            }
        },
    };
    let parsed = match kind {
        Some(kind) => IdDocument::parse(kind, &draft.id_number),
        None => IdDocument::detect(&draft.id_number),
    };
    parsed
        .map_err(|fault| document_fault(faults, &fault, &draft.id_number))
        .ok()
}

fn document_fault(faults: &mut Faults, fault: &IdDocumentFault, number: &str) {
    let compact = text::compact_code(number);
    let remedy = match fault.code() {
        "id.empty" => "请填写证件号码，没有证件号码不能登记实名会籍",
        "id.check_digit" => "请对照证件逐位核对",
        "id.character" if compact.contains(['E', 'e', '.']) => {
            "表格把号码变成了科学计数，请把该列设为文本后重填"
        }
        "id.birth_date" => "第 7 至 14 位是出生年月日，请对照证件核对",
        "id.length" if compact.len() == 17 => "少了一位，常见于末位 X 漏填",
        "id.length" => "请对照证件核对；其他证件请在“证件类型”写明",
        _ => "请对照证件核对",
    };
    faults.error("id_number", fault.code(), format!("{fault}；{remedy}"));
}

/// Sex and birth date: from the number where it carries them; what the draft says must agree with it.
fn check_person(
    faults: &mut Faults,
    document: Option<&IdDocument>,
    draft: &MemberDraft,
) -> (Sex, Option<Date>) {
    let given_sex = check_sex(faults, &draft.sex);
    let given_birth = check_birth(faults, &draft.birth_on);
    let Some(citizen) = document.and_then(IdDocument::citizen) else {
        return (given_sex.unwrap_or(Sex::Unknown), given_birth);
    };
    if let Some(given) = given_sex
        && matches!(given, Sex::Male | Sex::Female)
        && given != citizen.sex()
    {
        let right = citizen.sex().label();
        let message = format!(
            "性别填的是“{}”，证件号码第 17 位表示“{right}”；请核对号码，号码无误则改为“{right}”或留空",
            given.label()
        );
        faults.suggest("sex", "member.sex_differs", message, right.to_owned());
    }
    if let Some(given) = given_birth
        && given != citizen.birth()
    {
        let right = citizen.birth();
        // Not which date the number says: it may be masked.
        let message =
            format!("出生日期填的是 {given}，与证件号码中的不一致；请核对号码，号码无误则留空");
        faults.suggest(
            "birth_on",
            "member.birth_differs",
            message,
            right.to_string(),
        );
    }
    (citizen.sex(), Some(citizen.birth()))
}

fn check_sex(faults: &mut Faults, given: &str) -> Option<Sex> {
    match text::trim(given) {
        "" => None,
        "男" | "男性" | "1" | "M" | "m" => Some(Sex::Male),
        "女" | "女性" | "2" | "F" | "f" => Some(Sex::Female),
        "未知" | "0" | "未知的性别" => Some(Sex::Unknown),
        "未说明" | "9" | "未说明的性别" => Some(Sex::Unstated),
        other => {
            faults.error(
                "sex",
                "member.sex",
                format!(
                    "性别“{}”读不懂；请填 男 或 女，有居民身份证号时可留空",
                    shorten(other)
                ),
            );
            None
        }
    }
}

fn check_birth(faults: &mut Faults, given: &str) -> Option<Date> {
    if text::trim(given).is_empty() {
        return None;
    }
    let parsed = parse_date(given);
    if parsed.is_none() {
        faults.error(
            "birth_on",
            "member.birth",
            format!("出生日期“{}”读不懂；请写成 1990-03-07 这样", shorten(given)),
        );
    }
    parsed
}

fn check_age(
    faults: &mut Faults,
    ages: Ages,
    birth_on: Option<Date>,
    today: Date,
    draft: &MemberDraft,
) {
    let Some(birth) = birth_on else { return };
    if birth > today {
        faults.error(
            "birth_on",
            "member.born_later",
            "出生日期在今天之后；请核对证件号码",
        );
        return;
    }
    let age = age_on(birth, today);
    if age < ages.youngest {
        let message = format!(
            "现年 {age} 周岁，未满 {} 周岁不能入会（劳动法第十五条）；请核对出生日期",
            ages.youngest
        );
        faults.error("birth_on", "member.too_young", message);
    } else if age < ages.guardian_until && text::trim(&draft.guardian).is_empty() {
        let message = format!(
            "现年 {age} 周岁，{} 周岁以下入会须告知监护人；请写明监护人姓名、关系和告知方式",
            ages.guardian_until
        );
        faults.error("guardian", "member.guardian", message);
    } else if age >= ages.doubtful_from {
        faults.doubt(
            "birth_on",
            "member.age_doubtful",
            format!("按证件现年 {age} 周岁；确认无误后可继续"),
        );
    }
}

fn check_phone(faults: &mut Faults, given: &str) -> Option<MobilePhone> {
    if text::trim(given).is_empty() {
        return None;
    }
    MobilePhone::parse(given)
        .map_err(|fault| {
            faults.error(
                "phone",
                fault.code(),
                format!("{fault}；请填 11 位手机号，固定电话请留空"),
            )
        })
        .ok()
}

fn check_bank(faults: &mut Faults, given: &str) -> Option<BankCard> {
    if text::trim(given).is_empty() {
        return None;
    }
    BankCard::parse(given)
        .map_err(|fault| {
            faults.error(
                "bank_card",
                "bank.number",
                format!("{fault}；请对照银行卡核对，或留空以后补"),
            )
        })
        .ok()
}

fn check_codes(faults: &mut Faults, draft: &MemberDraft) -> Codes {
    let mut read = |coded: CodedField| -> Option<&'static str> {
        let given = text::trim(draft.get(coded.field));
        if given.is_empty() {
            return None;
        }
        let code = coded.code_of(given);
        if code.is_none() {
            let message = format!(
                "{}“{}”不在代码表中；相近的有：{}；可改成其中一个，或留空",
                coded.label,
                shorten(given),
                coded.nearest(given).join("、")
            );
            faults.error(coded.field, "member.code", message);
        }
        code
    };
    Codes {
        ethnic: read(codes::ETHNIC),
        education: read(codes::EDUCATION),
        politics: read(codes::POLITICS),
        skill: read(codes::SKILL),
        household: read(codes::HOUSEHOLD),
        employment: read(codes::EMPLOYMENT),
    }
}

fn check_flags(faults: &mut Faults, draft: &MemberDraft) -> Flags {
    Flags {
        migrant: check_flag(faults, "migrant", "农民工", &draft.migrant),
        new_form: check_flag(faults, "new_form", "新就业形态", &draft.new_form),
        difficult: check_flag(faults, "difficult", "困难职工", &draft.difficult),
        model_worker: check_flag(faults, "model_worker", "劳模工匠", &draft.model_worker),
        mutual_aid: check_flag(faults, "mutual_aid", "医疗互助", &draft.mutual_aid),
    }
}

fn check_flag(faults: &mut Faults, field: &'static str, label: &str, given: &str) -> Option<bool> {
    flag(text::trim(given)).unwrap_or_else(|| {
        faults.error(
            field,
            "member.flag",
            format!(
                "{label}一栏“{}”读不懂；请填 是 或 否，不清楚可留空",
                shorten(given)
            ),
        );
        None
    })
}

fn check_text(
    faults: &mut Faults,
    field: &'static str,
    label: &str,
    given: &str,
    longest: usize,
) -> Option<String> {
    let given = text::trim(given);
    if given.is_empty() {
        return None;
    }
    let length = given.chars().count();
    if length > longest {
        faults.error(
            field,
            "member.too_long",
            format!("{label}有 {length} 个字，最多 {longest} 个字；请缩短"),
        );
    }
    if given
        .chars()
        .any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER)
    {
        faults.error(
            field,
            "member.unprintable",
            format!("{label}中有无法显示的字符；请重新录入"),
        );
    }
    Some(given.to_owned())
}

fn check_card(faults: &mut Faults, given: &str) -> Option<String> {
    let card = text::compact_code(given);
    if card.is_empty() {
        return None;
    }
    if card.len() > 32 || !card.bytes().all(|b| b.is_ascii_alphanumeric()) {
        faults.error(
            "card_no",
            "member.card_no",
            "会员卡号只能是字母和数字，最多 32 位；没有卡号请留空，由系统生成",
        );
    }
    Some(card)
}

fn check_joined(
    faults: &mut Faults,
    ages: Ages,
    given: &str,
    birth_on: Option<Date>,
    today: Date,
) -> Option<Date> {
    if text::trim(given).is_empty() {
        return None;
    }
    let Some(joined) = parse_month_or_date(given) else {
        faults.error(
            "joined_on",
            "member.joined",
            format!(
                "入会日期“{}”读不懂；请写成 2024-11-20 或 2024-11 这样",
                shorten(given)
            ),
        );
        return None;
    };
    if joined > today {
        faults.error(
            "joined_on",
            "member.joined_later",
            format!("入会日期 {joined} 在今天之后；请核对"),
        );
    } else if birth_on.is_some_and(|birth| age_on(birth, joined) < ages.youngest) {
        let message = format!(
            "入会日期 {joined} 时本人不满 {} 周岁；请核对入会日期和出生日期，确认无误后可继续",
            ages.youngest
        );
        faults.doubt("joined_on", "member.joined_young", message);
    }
    Some(joined)
}

/// What was typed, cut so that a message stays readable and a number in the wrong column does not leak whole.
fn shorten(given: &str) -> String {
    let given = text::trim(given);
    let keep = if given.chars().filter(char::is_ascii_digit).count() > 8 {
        4
    } else {
        12
    };
    let mut short: String = given.chars().take(keep).collect();
    if given.chars().count() > keep {
        short.push('…');
    }
    short
}
