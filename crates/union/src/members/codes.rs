//! 代码集: which national code set each coded field of a member uses.

use std::collections::BTreeMap;

use kernel::codes::{CodeSet, CodeSetId};

/// From this likeness on (Jaro, 0 to 1) a value may be the one that was meant.
const ALIKE: f64 = 0.5;
/// Values offered in a refusal.
const OFFERED: usize = 5;

/// A coded field: its name in the draft, its Chinese label, and its set.
#[derive(Debug, Clone, Copy)]
pub struct CodedField {
    /// Name in [`MemberDraft::FIELDS`](super::MemberDraft::FIELDS).
    pub field: &'static str,
    /// Chinese label.
    pub label: &'static str,
    /// Which set.
    pub set: CodeSetId,
}

/// 民族, GB/T 3304
pub const ETHNIC: CodedField = CodedField {
    field: "ethnic",
    label: "民族",
    set: CodeSetId::Ethnic,
};
/// 学历, GB/T 4658
pub const EDUCATION: CodedField = CodedField {
    field: "education",
    label: "学历",
    set: CodeSetId::Education,
};
/// 政治面貌, GB/T 4762
pub const POLITICS: CodedField = CodedField {
    field: "politics",
    label: "政治面貌",
    set: CodeSetId::Politics,
};
/// 技术等级
pub const SKILL: CodedField = CodedField {
    field: "skill",
    label: "技术等级",
    set: CodeSetId::Skill,
};
/// 户籍类型
pub const HOUSEHOLD: CodedField = CodedField {
    field: "household",
    label: "户籍类型",
    set: CodeSetId::Household,
};
/// 就业状况
pub const EMPLOYMENT: CodedField = CodedField {
    field: "employment",
    label: "就业状况",
    set: CodeSetId::Employment,
};

/// All six, in the order of their columns.
pub const ALL: [CodedField; 6] = [ETHNIC, EDUCATION, POLITICS, SKILL, HOUSEHOLD, EMPLOYMENT];

impl CodedField {
    /// The set itself.
    pub fn values(self) -> &'static CodeSet {
        CodeSet::in_force(self.set)
    }

    /// The code of what people write: the code (a spreadsheet may have eaten its leading zero), the label, or
    /// another spelling.
    pub fn code_of(self, text: &str) -> Option<&'static str> {
        let set = self.values();
        set.code_of(text).or_else(|| {
            (text.len() == 1)
                .then(|| set.code_of(&format!("0{text}")))
                .flatten()
        })
    }

    /// Labels whose spellings resemble what was written, the nearest first; the first few of the set where none does.
    pub fn nearest(self, text: &str) -> Vec<&'static str> {
        let set = self.values();
        let mut scores: BTreeMap<&str, f64> = BTreeMap::new();
        for (spelling, code) in set.spellings() {
            let score = strsim::jaro(text, spelling);
            let best = scores.entry(code).or_default();
            *best = best.max(score);
        }
        let mut near: Vec<(&str, f64)> = scores
            .into_iter()
            .filter(|(_, score)| *score >= ALIKE)
            .collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        if near.is_empty() {
            return set.iter().take(OFFERED).map(|(_, label)| label).collect();
        }
        let labels = near.into_iter().take(OFFERED);
        labels.filter_map(|(code, _)| set.label(code)).collect()
    }

    /// The label of a stored code; the code itself where it is unknown, so nothing is hidden.
    pub fn label_of(self, code: &str) -> String {
        self.values().label(code).unwrap_or(code).to_owned()
    }
}

/// Reads a yes or no. The outer `None`: it cannot be read; the inner: no answer was given.
pub fn flag(text: &str) -> Option<Option<bool>> {
    Some(match text {
        "" | "-" | "—" => None,
        "是" | "有" | "对" | "√" | "✓" | "1" | "Y" | "y" | "yes" | "true" | "TRUE" | "已核验"
        | "已参加" | "实名" => Some(true),
        "否" | "无" | "×" | "0" | "N" | "n" | "no" | "false" | "FALSE" | "未核验" | "未参加"
        | "不是" => Some(false),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_leads_to_the_code() {
        assert_eq!(ETHNIC.code_of("汉"), Some("01"));
        assert_eq!(ETHNIC.code_of("1"), Some("01"), "Excel ate the zero");
        assert_eq!(EDUCATION.code_of("大学本科毕业"), Some("21"));
        assert_eq!(POLITICS.code_of("群众"), Some("13"));
        assert_eq!(ETHNIC.code_of("火星"), None);
        assert_eq!(EDUCATION.label_of("21"), "大学本科毕业");
        assert_eq!(SKILL.label_of("99"), "99", "nothing is hidden");
    }

    #[test]
    fn a_refusal_names_what_may_be_meant() {
        assert_eq!(EDUCATION.nearest("高中肆业")[0], "普通高中毕业");
        assert!(EDUCATION.nearest("高中肆业").contains(&"普通高中肄业"));
        assert!(
            HOUSEHOLD
                .nearest("农业人口")
                .contains(&"农业户口（未分本地外地）")
        );
        assert_eq!(
            SKILL.nearest("ABC").len(),
            OFFERED.min(SKILL.values().iter().count())
        );
    }

    #[test]
    fn yes_no_and_no_answer() {
        assert_eq!(flag("是"), Some(Some(true)));
        assert_eq!(flag("0"), Some(Some(false)));
        assert_eq!(flag(""), Some(None));
        assert_eq!(flag("也许"), None);
    }
}
