//! 会员信息草稿: a member as typed into a form or read from a spreadsheet, before anything is checked.

use std::fmt;

/// One field of a draft: what forms, import mappings and fault messages call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftField {
    /// Stable name, also the form field.
    pub name: &'static str,
    /// Chinese label.
    pub label: &'static str,
    /// Whether a member cannot be admitted without it.
    pub required: bool,
    /// What is accepted, in one line, for forms and templates of spreadsheets.
    pub hint: &'static str,
}

/// Declares the draft and, from the same lines, its list of fields.
macro_rules! draft {
    ($($(#[$doc:meta])* $name:ident, $label:literal, $required:literal, $hint:literal;)*) => {
        /// A member as plain text. Nothing is trimmed or interpreted yet; [`prepare`](super::prepare) does that.
        /// `Debug` shows which fields are filled, never what with.
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct MemberDraft {
            $($(#[$doc])* pub $name: String,)*
            /// The person at the desk has seen the doubts (级别“需确认”) and says it is right.
            pub confirmed: bool,
        }

        impl MemberDraft {
            /// All fields in the order of the form.
            pub const FIELDS: &'static [DraftField] = &[
                $(DraftField { name: stringify!($name), label: $label, required: $required, hint: $hint }),*
            ];

            /// Sets a field by its name; false when there is no such field.
            pub fn set(&mut self, field: &str, value: impl Into<String>) -> bool {
                match field {
                    $(stringify!($name) => self.$name = value.into(),)*
                    _ => return false,
                }
                true
            }

            /// A field by its name; empty when there is no such field.
            pub fn get(&self, field: &str) -> &str {
                match field {
                    $(stringify!($name) => &self.$name,)*
                    _ => "",
                }
            }
        }
    };
}

draft! {
    /// 姓名
    name, "姓名", true, "与证件一致，少数民族姓名用间隔号“·”";
    /// 证件类型; empty: recognised from the number
    id_type, "证件类型", false, "居民身份证、港澳居民来往内地通行证、护照等；不填则按号码识别";
    /// 证件号码
    id_number, "证件号码", true, "18 位居民身份证号，或其他证件号";
    /// 性别; derived from a citizen's number
    sex, "性别", false, "男或女；有居民身份证号时可不填";
    /// 出生日期; derived from a citizen's number
    birth_on, "出生日期", false, "如 1990-03-07；有居民身份证号时可不填";
    /// 手机号码
    phone, "手机号码", false, "11 位";
    /// 民族, GB/T 3304
    ethnic, "民族", false, "如 汉族，或代码 01";
    /// 学历, GB/T 4658
    education, "学历", false, "如 大学本科毕业，或代码 21";
    /// 政治面貌, GB/T 4762
    politics, "政治面貌", false, "如 群众，或代码 13";
    /// 技术等级
    skill, "技术等级", false, "高级技师、技师、高级工、中级工、初级工";
    /// 户籍类型
    household, "户籍类型", false, "本地城镇、本地农村、外地城镇、外地农村；或 农业户口、非农业户口";
    /// 就业状况
    employment, "就业状况", false, "在岗、待岗、失业、退休等";
    /// 工种或岗位
    job_title, "工种", false, "如 焊工，50 字以内";
    /// 银行卡号
    bank_card, "银行卡号", false, "须为本人账户";
    /// 农民工
    migrant, "农民工", false, "是或否";
    /// 新就业形态劳动者
    new_form, "新就业形态", false, "是或否";
    /// 困难职工
    difficult, "困难职工", false, "是或否";
    /// 劳模工匠
    model_worker, "劳模工匠", false, "是或否";
    /// 参加医疗互助
    mutual_aid, "医疗互助", false, "是或否";
    /// 实名核验; empty: yes for numbers that carry their own check
    real_name, "实名核验", false, "是或否；有居民身份证号时默认已核验";
    /// 会员卡号; empty: issued by the program
    card_no, "会员卡号", false, "不填则由系统生成";
    /// 监护人知情说明, for those of 16 and 17
    guardian, "监护人知情", false, "16 至 17 周岁须写明监护人姓名、关系和告知方式";
    /// 入会日期; the caller decides what an empty one means
    joined_on, "入会日期", false, "如 2024-11-20；只知年月可写 2024-11";
}

impl fmt::Debug for MemberDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let filled: Vec<&str> = Self::FIELDS
            .iter()
            .map(|field| field.name)
            .filter(|name| !self.get(name).trim().is_empty())
            .collect();
        f.debug_struct("MemberDraft")
            .field("filled", &filled)
            .finish()
    }
}

/// How bad a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultLevel {
    /// 需确认: unusual; the row is taken once someone says it is right.
    Confirm,
    /// 错误: the row cannot be taken.
    Error,
}

impl FaultLevel {
    /// Stable code: `confirm`, `error`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Error => "error",
        }
    }
}

/// What is wrong with one field of a draft, and what would be accepted.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Name of the field in [`MemberDraft::FIELDS`].
    pub field: &'static str,
    /// Stable code, such as `id.check_digit`.
    pub code: &'static str,
    /// Whether it stops the row or asks for a confirmation.
    pub level: FaultLevel,
    /// Chinese, with the remedy; never repeats a full document number.
    pub message: String,
    /// A value that would be accepted and is likely meant; empty when there is none.
    pub suggestion: String,
}

impl fmt::Debug for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "FieldFault({} {} {})",
            self.field,
            self.code,
            self.level.code()
        )
    }
}

/// Collects the faults of one draft.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<FieldFault>);

impl Faults {
    pub(super) fn error(
        &mut self,
        field: &'static str,
        code: &'static str,
        message: impl Into<String>,
    ) {
        self.push(
            FaultLevel::Error,
            field,
            code,
            message.into(),
            String::new(),
        );
    }

    pub(super) fn suggest(
        &mut self,
        field: &'static str,
        code: &'static str,
        message: impl Into<String>,
        suggestion: String,
    ) {
        self.push(FaultLevel::Error, field, code, message.into(), suggestion);
    }

    pub(super) fn doubt(
        &mut self,
        field: &'static str,
        code: &'static str,
        message: impl Into<String>,
    ) {
        self.push(
            FaultLevel::Confirm,
            field,
            code,
            message.into(),
            String::new(),
        );
    }

    fn push(
        &mut self,
        level: FaultLevel,
        field: &'static str,
        code: &'static str,
        message: String,
        suggestion: String,
    ) {
        self.0.push(FieldFault {
            field,
            code,
            level,
            message,
            suggestion,
        });
    }

    /// Whether the draft may be taken: no error, and no doubt that nobody has confirmed.
    pub(super) fn allow(&self, confirmed: bool) -> bool {
        self.0
            .iter()
            .all(|fault| confirmed && fault.level == FaultLevel::Confirm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_can_be_set_and_read_by_name() {
        let mut draft = MemberDraft::default();
        for field in MemberDraft::FIELDS {
            assert!(draft.set(field.name, field.label), "{}", field.name);
            assert_eq!(draft.get(field.name), field.label);
        }
        assert!(!draft.set("nothing", "x"));
    }

    #[test]
    fn debug_never_shows_a_value() {
        let draft = MemberDraft {
            id_number: "330113199003070018".into(),
            name: "张三".into(),
            ..Default::default()
        };
        let shown = format!("{draft:?}");
        assert!(
            shown.contains("id_number") && !shown.contains("3301") && !shown.contains("张三"),
            "{shown}"
        );
    }
}
