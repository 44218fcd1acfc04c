//! National and union code sets (代码集), kept as definitions in `codes/`.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use crate::text;

/// Definitions in `codes/`: code → label, and other spellings → code.
pub const KIND: Kind = Kind {
    folder: "codes",
    check,
    test,
};

/// Sex (性别) by GB/T 2261.1-2003.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 未知的性别
    Unknown,
    /// 男性
    Male,
    /// 女性
    Female,
    /// 未说明的性别
    Unstated,
}

impl Sex {
    /// The standard's code: 0, 1, 2 or 9.
    pub fn code(self) -> i64 {
        match self {
            Self::Unknown => 0,
            Self::Male => 1,
            Self::Female => 2,
            Self::Unstated => 9,
        }
    }

    /// The sex with this code.
    pub fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::Unknown),
            1 => Some(Self::Male),
            2 => Some(Self::Female),
            9 => Some(Self::Unstated),
            _ => None,
        }
    }

    /// The short word on screens: 男, 女, 未知, 未说明.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unknown => "未知",
            Self::Male => "男",
            Self::Female => "女",
            Self::Unstated => "未说明",
        }
    }
}

/// The code sets the program uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeSetId {
    /// 性别 GB/T 2261.1
    Sex,
    /// 婚姻状况 GB/T 2261.2
    Marital,
    /// 健康状况 GB/T 2261.3
    Health,
    /// 从业状况（个人身份） GB/T 2261.4
    OccupationStatus,
    /// 民族 GB/T 3304
    Ethnic,
    /// 学历 GB/T 4658
    Education,
    /// 政治面貌 GB/T 4762
    Politics,
    /// 行业门类与大类 GB/T 4754: `C`, `C17`
    Industry,
    /// 经济类型 GB/T 12402
    EconomicType,
    /// 就业状况, as unions record it
    Employment,
    /// 会籍变化类型
    MembershipChange,
    /// 会籍变化原因
    MembershipReason,
    /// 技术等级
    Skill,
    /// 户籍类型
    Household,
}

impl CodeSetId {
    /// Every set.
    pub const ALL: [Self; 14] = [
        Self::Sex,
        Self::Marital,
        Self::Health,
        Self::OccupationStatus,
        Self::Ethnic,
        Self::Education,
        Self::Politics,
        Self::Industry,
        Self::EconomicType,
        Self::Employment,
        Self::MembershipChange,
        Self::MembershipReason,
        Self::Skill,
        Self::Household,
    ];

    /// Id of the definition it is read from.
    pub fn definition_id(self) -> &'static str {
        match self {
            Self::Sex => "codes.sex",
            Self::Marital => "codes.marital",
            Self::Health => "codes.health",
            Self::OccupationStatus => "codes.occupation_status",
            Self::Ethnic => "codes.ethnic",
            Self::Education => "codes.education",
            Self::Politics => "codes.politics",
            Self::Industry => "codes.industry",
            Self::EconomicType => "codes.economic_type",
            Self::Employment => "codes.employment",
            Self::MembershipChange => "codes.membership_change",
            Self::MembershipReason => "codes.membership_reason",
            Self::Skill => "codes.skill",
            Self::Household => "codes.household",
        }
    }
}

/// One set: codes with their labels in code order, and other spellings people use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub struct CodeSet {
    codes: BTreeMap<String, String>,
    aliases: BTreeMap<String, String>,
    /// Every way to write a code, with the code: imports ask for each cell.
    spellings: HashMap<String, String>,
}

/// A set as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    codes: BTreeMap<String, String>,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
}

impl From<Written> for CodeSet {
    fn from(written: Written) -> Self {
        let Written { codes, aliases } = written;
        let mut spellings = HashMap::new();
        let mut add = |spelling: String, code: &String| {
            spellings.entry(spelling).or_insert_with(|| code.clone());
        };
        // Whatever comes first is meant: a code before a label, a label before another spelling.
        codes.keys().for_each(|code| add(code.clone(), code));
        for (code, label) in &codes {
            add(text::half_width(label).into_owned(), code);
        }
        for (spelling, code) in &aliases {
            add(spelling.clone(), code);
        }
        Self {
            codes,
            aliases,
            spellings,
        }
    }
}

impl CodeSet {
    /// The set as the definitions in force have it.
    pub fn in_force(id: CodeSetId) -> &'static Self {
        static EMPTY: LazyLock<CodeSet> = LazyLock::new(CodeSet::default);
        static SETS: LazyLock<BTreeMap<&'static str, CodeSet>> = LazyLock::new(|| {
            let definitions = Catalogue::in_force().of_kind("codes");
            definitions
                .filter_map(|definition| {
                    Some((definition.header.id.as_str(), CodeSet::of(definition).ok()?))
                })
                .collect()
        });
        // A test makes sure that every set is there.
        SETS.get(id.definition_id()).unwrap_or(&EMPTY)
    }

    /// Reads the set of a definition in `codes/`.
    ///
    /// # Errors
    /// What is wrong with the file, in Chinese.
    pub fn of(definition: &Definition) -> Result<Self, String> {
        definition.body()
    }

    /// The label of a code.
    pub fn label(&self, code: &str) -> Option<&str> {
        self.codes.get(code).map(String::as_str)
    }

    /// The code a spreadsheet means: the code itself, its label, or another spelling; blanks and width do not
    /// matter. Of two codes with one label (门类 P and 大类 P83 are both 教育) the first, wider one is given.
    pub fn code_of(&self, text: &str) -> Option<&str> {
        let mut text = text::half_width(text::trim(text));
        if text.contains(' ') {
            text = text.replace(' ', "").into();
        }
        self.spellings.get(text.as_ref()).map(String::as_str)
    }

    /// Every way to write a code, with the code; in no order.
    pub fn spellings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.spellings
            .iter()
            .map(|(spelling, code)| (spelling.as_str(), code.as_str()))
    }

    /// Codes and labels in code order, for drop-down lists.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.codes
            .iter()
            .map(|(code, label)| (code.as_str(), label.as_str()))
    }
}

/// The industry section and division (门类与大类) of a code as people enter it: `C1711`, `C17`, `17` and `1711`
/// all give `C17`; a lone section letter gives itself. `None` when there is no such industry.
pub fn industry_division(code: &str) -> Option<&'static str> {
    let set = CodeSet::in_force(CodeSetId::Industry);
    let code = text::compact_code(code);
    let digits = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let letter = code.strip_suffix(digits).unwrap_or_default();
    if !digits.bytes().all(|b| b.is_ascii_digit())
        || digits.len() > 4
        || digits.len() == 1
        || letter.len() > 1
    {
        return None;
    }
    let division = digits.get(..2).unwrap_or_default();
    let (found, _) = set.iter().find(|(candidate, _)| match division {
        "" => *candidate == letter,
        _ => {
            candidate.get(1..) == Some(division)
                && (letter.is_empty() || candidate.starts_with(letter))
        }
    })?;
    Some(found)
}

fn check(definition: &Definition) -> Vec<String> {
    let set = match CodeSet::of(definition) {
        Ok(set) => set,
        Err(fault) => return vec![fault],
    };
    let mut messages = Vec::new();
    if set.codes.is_empty() {
        messages.push("缺少 [codes]".to_owned());
    }
    for (alias, code) in &set.aliases {
        if !set.codes.contains_key(code) {
            messages.push(format!("别名“{alias}”指向不存在的代码 {code}"));
        }
        if set.codes.values().any(|label| label == alias) || set.codes.contains_key(alias) {
            messages.push(format!("别名“{alias}”与代码或名称相同"));
        }
    }
    messages
}

/// A `[[test]]` of a code set: a text and the code it must lead to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    text: String,
    code: String,
}

fn test(definition: &Definition, test: &toml::Table, _catalogue: &Catalogue) -> Result<(), String> {
    let test: Test = read_test(test)?;
    let set = CodeSet::of(definition)?;
    expect_equal(
        &test.text,
        &test.code.as_str(),
        &set.code_of(&test.text).unwrap_or("（无）"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_is_built_in() {
        for id in CodeSetId::ALL {
            assert!(CodeSet::in_force(id).iter().count() > 2, "{id:?}");
        }
    }

    #[test]
    fn sex_agrees_with_its_set() {
        let set = CodeSet::in_force(CodeSetId::Sex);
        for sex in [Sex::Unknown, Sex::Male, Sex::Female, Sex::Unstated] {
            assert_eq!(Sex::from_code(sex.code()), Some(sex));
            assert_eq!(
                set.code_of(sex.label()),
                Some(sex.code().to_string().as_str())
            );
        }
        assert_eq!(Sex::from_code(3), None);
        assert_eq!(set.iter().count(), 4);
    }

    #[test]
    fn spreadsheets_may_say_it_in_their_own_words() {
        let education = CodeSet::in_force(CodeSetId::Education);
        for (text, code) in [
            ("大学本科毕业", "21"),
            ("本科", "21"),
            (" 大 专 ", "31"),
            ("２１", "21"),
        ] {
            assert_eq!(education.code_of(text), Some(code), "{text}");
        }
        assert_eq!(education.code_of("家里蹲"), None);
        assert_eq!(education.code_of(""), None);
        let ethnic = CodeSet::in_force(CodeSetId::Ethnic);
        assert_eq!(
            ethnic.code_of("汉").and_then(|code| ethnic.label(code)),
            Some("汉族")
        );
        let economic = CodeSet::in_force(CodeSetId::EconomicType);
        assert_eq!(economic.code_of("有限责任（公司）"), Some("150"));
        assert_eq!(economic.code_of("有限责任(公司)"), Some("150"));
    }

    #[test]
    fn industries_of_any_depth_lead_to_their_division() {
        for (code, division) in [
            ("C1711", "C17"),
            ("C17", "C17"),
            ("17", "C17"),
            ("1711", "C17"),
            ("c17", "C17"),
            ("C", "C"),
        ] {
            assert_eq!(industry_division(code), Some(division), "{code}");
        }
        for bad in [
            "", "U", "A17", "1", "C1", "C17111", "CC17", "C1x", "99", "纺织",
        ] {
            assert_eq!(industry_division(bad), None, "{bad}");
        }
    }
}
