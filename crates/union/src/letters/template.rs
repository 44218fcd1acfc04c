//! 文书模板 templates: the bodies of `definitions/letters/*.toml`.
//!
//! A template says which fields a document needs, where each comes from, and what the paper says around them. A
//! placeholder `{facts}` is a field; `{line}` is one line of the field a paragraph repeats over; `{reply}` is the
//! length of the reply clock; `{total.capital}` is an amount in capital figures (大写).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use kernel::clocks::ClockRule;
use kernel::definitions::{Catalogue, Definition, Jurisdiction};
use kernel::{Date, DayType, DistrictCode, Period};
use serde::{Deserialize, Serialize};

use super::LetterError;

/// Definitions of this folder that are templates; the one that is not.
pub(super) const ORGANS: &str = "letters.organs";

/// What stands at the top of the first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Head {
    /// The organ's name in red, the number, a red line (版头).
    Red,
    /// Only the title, with the number below it.
    Plain,
}

/// What a field holds, and so how it is checked and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several sentences; each line is a paragraph.
    Long,
    /// One item a line.
    Lines,
    /// A day.
    Date,
    /// Yuan, kept with two decimals.
    Amount,
    /// A whole number.
    Count,
    /// An identity document's number (居民身份证).
    IdNumber,
    /// 统一社会信用代码.
    CreditCode,
}

/// One field of a template.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name used in placeholders.
    pub name: String,
    /// Chinese label.
    pub title: String,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether the document cannot be issued without it.
    pub required: bool,
    /// Masked on screen.
    #[serde(default)]
    pub private: bool,
    /// Where a value comes from, best first: `employer.name`, `case.facts`.
    pub from: Vec<String>,
    /// A hint beside the field.
    #[serde(default)]
    pub help: String,
}

impl Field {
    /// Whether its value is masked on screen.
    pub fn is_private(&self) -> bool {
        self.private || self.kind == FieldKind::IdNumber
    }
}

/// One paragraph of the paper.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paragraph {
    /// 0 plain; 1 一、 2 （一） 3 1. 4 （1）.
    #[serde(default)]
    pub level: u8,
    /// The words.
    pub text: String,
    /// Only when this field is filled in.
    #[serde(default)]
    pub when: Option<String>,
    /// Only when this field is empty.
    #[serde(default)]
    pub unless: Option<String>,
    /// Once for each line of this field.
    #[serde(default)]
    pub each: Option<String>,
}

/// The answer a document asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// Id of the clock, counted from the day of receipt.
    pub clock: String,
}

/// A term of keeping of the organ's documents archive (文书档案保管期限).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// Whole years, counted from 1 January after the year of issue.
    pub years: i16,
    /// The rule it follows.
    pub source: String,
}

/// The body of a template.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Place in lists.
    pub order: u16,
    /// Word for the type of document within the number (类别字): 监提.
    pub series: String,
    /// What stands on top.
    pub head: Head,
    /// Title on the paper (标题).
    pub heading: String,
    /// To whom (主送), without the colon; empty for papers without one.
    #[serde(default)]
    pub addressee: String,
    /// The addressee is a person, whose name is masked on lists.
    #[serde(default)]
    pub addressee_private: bool,
    /// How many originals (一式几份).
    pub copies: u8,
    /// Whether it is served on somebody, with a record of delivery.
    pub delivered: bool,
    /// The field that lists attachments, one a line.
    #[serde(default)]
    pub attachments: String,
    /// Copies to (抄送).
    #[serde(default)]
    pub copy_to: String,
    /// Parts of the contact line; a part whose field is empty is left out.
    #[serde(default)]
    pub contact: Vec<String>,
    /// Lines on which the parties sign.
    #[serde(default)]
    pub parties: Vec<String>,
    /// Who may sign (签发人职务); anyone with the capability when empty.
    #[serde(default)]
    pub signer: Vec<String>,
    /// The answer it asks for.
    #[serde(default)]
    pub reply: Option<Reply>,
    /// How long an issued one is kept when the record it belongs to has been destroyed (保管期限); absent: for good (永久).
    #[serde(default)]
    pub keep: Option<Keep>,
    /// The fields.
    pub field: Vec<Field>,
    /// The paragraphs.
    pub paragraph: Vec<Paragraph>,
}

impl Template {
    /// The field called `name`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.field.iter().find(|field| field.name == name)
    }

    /// Every text with placeholders, and the fields that make sure it is only used when they are filled in.
    fn texts(&self) -> Vec<(&str, Vec<&str>)> {
        let mut texts = vec![
            (self.heading.as_str(), vec![]),
            (self.addressee.as_str(), vec![]),
            (self.copy_to.as_str(), placeholders(&self.copy_to)),
        ];
        texts.extend(
            self.contact
                .iter()
                .map(|part| (part.as_str(), placeholders(part))),
        );
        texts.extend(self.paragraph.iter().map(|paragraph| {
            let guards = [&paragraph.when, &paragraph.each];
            let guards = guards.into_iter().flatten().map(String::as_str).collect();
            (paragraph.text.as_str(), guards)
        }));
        texts
    }

    /// What is wrong with it, in Chinese.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = self.field_faults();
        for (text, guards) in self.texts() {
            for name in placeholders(text) {
                let bare = name.strip_suffix(".capital").unwrap_or(name);
                if name == "line" || (name == "reply" && self.reply.is_some()) {
                    continue;
                }
                match self.field(bare) {
                    None => faults.push(format!("“{text}”用了没有定义的项目 {name}")),
                    Some(field) if bare != name && field.kind != FieldKind::Amount => {
                        faults.push(format!("{bare} 不是金额，不能写 {name}"));
                    }
                    Some(field) if !field.required && !guards.contains(&bare) => faults.push(
                        format!("项目 {bare} 可不填，用它的段落要写 when = \"{bare}\""),
                    ),
                    Some(_) => {}
                }
            }
        }
        for paragraph in &self.paragraph {
            if paragraph.level > 4 {
                faults.push("level 应为 0 至 4".to_owned());
            }
            for name in [&paragraph.when, &paragraph.unless, &paragraph.each]
                .into_iter()
                .flatten()
            {
                if self.field(name).is_none() {
                    faults.push(format!("没有项目 {name}"));
                }
            }
            let repeats = paragraph.each.as_deref().and_then(|name| self.field(name));
            if repeats.is_some_and(|field| field.kind != FieldKind::Lines)
                || (paragraph.each.is_none() && paragraph.text.contains("{line}"))
            {
                faults.push("{line} 须与 each 一起用，each 须是 lines 类的项目".to_owned());
            }
        }
        faults
    }

    fn field_faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for field in &self.field {
            let ascii = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
            if !field.name.bytes().all(ascii) || ["line", "reply"].contains(&field.name.as_str()) {
                faults.push(format!(
                    "项目名 {} 只用小写字母、数字和下划线，且不能是 line、reply",
                    field.name
                ));
            }
            if !seen.insert(&field.name) {
                faults.push(format!("项目 {} 定义了两次", field.name));
            }
        }
        for (what, name) in [("attachments", &self.attachments)] {
            if !name.is_empty()
                && self
                    .field(name)
                    .is_none_or(|field| field.kind != FieldKind::Lines)
            {
                faults.push(format!("{what} 应是 lines 类的项目"));
            }
        }
        if self.series.trim().is_empty()
            || self.heading.trim().is_empty()
            || self.paragraph.is_empty()
        {
            faults.push("series、heading、paragraph 不能为空".to_owned());
        }
        if self.copies == 0 {
            faults.push("copies 不能为零".to_owned());
        }
        if self.reply.is_some() && !self.delivered {
            faults.push("要求答复的文书须送达：delivered = true".to_owned());
        }
        faults
    }
}

/// Names between braces, in order.
pub(super) fn placeholders(text: &str) -> Vec<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

/// A template with its title, validity and source.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What it says.
    pub body: &'static Template,
    /// Its header and fingerprint.
    pub definition: &'static Definition,
}

impl Rule {
    /// Its id: `letters.supervision_opinion`.
    pub fn id(&self) -> &'static str {
        &self.definition.header.id
    }

    /// Its Chinese name.
    pub fn title(&self) -> &'static str {
        &self.definition.header.title
    }
}

/// Every version, by fingerprint.
static BY_HASH: LazyLock<BTreeMap<&'static str, Template>> = LazyLock::new(|| {
    let all = Catalogue::in_force().of_kind("letters");
    all.filter(|one| one.header.id != ORGANS)
        .filter_map(|one| Some((one.hash.as_str(), one.body::<Template>().ok()?)))
        .collect()
});

/// The templates that hold for a district on a day, in the order of lists.
pub(super) fn in_force(place: DistrictCode, day: Date) -> Vec<Rule> {
    let ids: BTreeSet<&str> = Catalogue::in_force()
        .of_kind("letters")
        .map(|one| one.header.id.as_str())
        .collect();
    let mut rules: Vec<Rule> = ids
        .into_iter()
        .filter_map(|id| at(id, place, day).ok())
        .collect();
    rules.sort_by_key(|rule| (rule.body.order, rule.id()));
    rules
}

/// One template as it holds for a district on a day.
///
/// # Errors
/// [`LetterError::NoTemplate`].
pub(super) fn at(id: &str, place: DistrictCode, day: Date) -> Result<Rule, LetterError> {
    let missing = || LetterError::NoTemplate(id.to_owned());
    let definition = Catalogue::in_force()
        .at(id, place, day)
        .ok_or_else(missing)?;
    let body = BY_HASH.get(definition.hash.as_str()).ok_or_else(missing)?;
    Ok(Rule { body, definition })
}

/// A clock of a district on a day, from a catalogue.
pub(super) fn clock(
    catalogue: &Catalogue,
    id: &str,
    place: impl Into<Jurisdiction>,
    day: Date,
) -> Result<ClockRule, String> {
    let definition = catalogue
        .at(id, place, day)
        .ok_or_else(|| format!("没有期限定义 {id}"))?;
    ClockRule::of(definition)
}

/// The length of a clock in words: 15个工作日.
pub(super) fn length(rule: &ClockRule) -> String {
    match rule.period {
        Period::Days(count, DayType::Working) => format!("{count}个工作日"),
        Period::Days(count, DayType::Calendar) => format!("{count}日"),
        Period::Months(count) => format!("{count}个月"),
        Period::Years(count) => format!("{count}年"),
    }
}
