//! The two steps as they are drawn: what the definition asks, in plain words, and what was typed.

use kernel::case_kind::{Ask, CaseKind, Field, FieldType, Own, Plain};
use union::cases::LARGEST_FILE;

use super::MOST_FILES;
use super::place::Place;
use super::ways::{Way, path_of};
use crate::shell::{FieldErrors, Form};

/// A worker who has signed in, as the second step says it.
#[derive(Debug, Clone, Default)]
pub(super) struct Signed {
    /// Whose phone it is, as a mark.
    pub mark: String,
    /// Name, masked.
    pub name: String,
    /// Phone, masked; empty when the union has none.
    pub phone: String,
}

/// A question of the form.
pub(super) struct Question {
    pub name: &'static str,
    pub says: &'static str,
    pub help: &'static str,
    pub required: bool,
    field: &'static Field,
}

/// Choices that stand open; more go into a list.
const FEW: usize = 5;

impl Question {
    fn of((field, ask): (&'static Field, &'static Ask)) -> Self {
        Self {
            name: &field.name,
            says: &ask.says,
            help: &ask.help,
            required: field.required,
            field,
        }
    }

    /// How it is drawn.
    pub fn shape(&self) -> &'static str {
        match self.field.kind {
            FieldType::Long => "long",
            FieldType::Flag => "tick",
            FieldType::Choice if self.field.choices.len() <= FEW => "open",
            FieldType::Choice => "list",
            FieldType::Text
            | FieldType::Integer
            | FieldType::Money
            | FieldType::Date
            | FieldType::Phone => "line",
        }
    }

    /// What the phone's keyboard needs to know.
    pub fn keyboard(&self) -> &'static str {
        match self.field.kind {
            FieldType::Integer => r#"inputmode="numeric" autocomplete="off" maxlength="6""#,
            FieldType::Money => r#"inputmode="decimal" autocomplete="off" maxlength="16""#,
            FieldType::Date => r#"type="date""#,
            FieldType::Phone => r#"type="tel" inputmode="tel" maxlength="20""#,
            _ => r#"autocomplete="organization" maxlength="200""#,
        }
    }

    /// The label; what need not be answered says so.
    pub fn label(&self) -> String {
        if self.required {
            self.says.to_owned()
        } else {
            format!("{}（可不填）", self.says)
        }
    }

    /// What is said when a required one is empty; empty for the others.
    pub fn need(&self) -> String {
        let says = self.says;
        match self.field.kind {
            _ if !self.required => String::new(),
            FieldType::Choice => format!("请选一项：{says}"),
            FieldType::Long => format!("请写几句：{says}"),
            _ => format!("请填写：{says}"),
        }
    }

    /// What is said of an answer that cannot be one.
    pub fn wrong(&self) -> String {
        let says = self.says;
        match self.field.kind {
            FieldType::Integer => format!("「{says}」请填数字，例如 12；不知道就空着"),
            FieldType::Money => format!("「{says}」请填多少元，例如 6000；算不清就空着"),
            FieldType::Date => format!("「{says}」请填日期，例如 2026-11-20；说不准就空着"),
            FieldType::Phone => format!("「{says}」请填 11 位手机号"),
            FieldType::Text => format!("「{says}」最多 200 字"),
            FieldType::Choice | FieldType::Flag => format!("「{says}」请从上面选一项"),
            FieldType::Long => "最多 5000 字。请先写要紧的，其余以后再补".to_owned(),
        }
    }

    /// For the page's script: what kind of answer it is.
    pub fn answer(&self) -> &'static str {
        match self.field.kind {
            FieldType::Integer => "count",
            FieldType::Money => "money",
            FieldType::Long => "long",
            FieldType::Text => "text",
            _ => "",
        }
    }

    /// The choices in plain words; as they are where the definition has none. In the order of the plain words: what most
    /// people come for stands first.
    pub fn choices(&self) -> Vec<Plain> {
        let plain = &self.field.plain;
        let mut list: Vec<Plain> = self
            .field
            .choices
            .iter()
            .map(|choice| {
                let found = plain.iter().find(|one| one.of == *choice);
                found.cloned().unwrap_or_else(|| Plain {
                    of: choice.clone(),
                    says: choice.clone(),
                    help: String::new(),
                })
            })
            .collect();
        list.sort_by_key(|one| {
            let at = plain.iter().position(|plain| plain.of == one.of);
            at.unwrap_or(usize::MAX)
        });
        list
    }
}

/// The questions of a step: the last ones stand beside name and phone.
fn questions(kind: &'static CaseKind, last: bool) -> impl Iterator<Item = Question> {
    kind.asked()
        .filter(move |(_, ask)| ask.last == last)
        .map(Question::of)
}

/// Names that a step sends.
pub(super) fn names(kind: &'static CaseKind, first: bool) -> Vec<&'static str> {
    let own: &[&str] = if first {
        &["place"]
    } else {
        &["name", "phone"]
    };
    questions(kind, !first)
        .map(|one| one.name)
        .chain(own.iter().copied())
        .collect()
}

/// What the page draws.
pub(super) struct Sheet {
    pub kind: &'static CaseKind,
    pub own: &'static Own,
    pub place: Place,
    pub signed: Option<Signed>,
    pub form: Form,
    pub errors: FieldErrors,
    /// 1 or 2.
    pub step: u8,
    pub key: String,
    /// The other matters that can be filed here.
    pub others: Vec<Way>,
}

impl Sheet {
    /// Where it is sent.
    pub fn path(&self) -> String {
        path_of(self.kind)
    }

    /// The questions of the first step.
    pub fn first(&self) -> Vec<Question> {
        let known = self.place.employer.is_some();
        questions(self.kind, false)
            .filter(|one| !known || one.name != self.own.employer)
            .collect()
    }

    /// The questions of the second step.
    pub fn last(&self) -> Vec<Question> {
        questions(self.kind, true).collect()
    }

    /// What was chosen, in plain words, behind what it is.
    pub fn chosen(&self) -> (String, String) {
        let words = questions(self.kind, false).filter_map(|one| {
            let typed = self.form.text(one.name);
            let found = one.choices().into_iter().find(|plain| plain.of == typed);
            found.map(|plain| plain.says)
        });
        let mut words: Vec<String> = words.collect();
        let last = words.pop().unwrap_or_default();
        let head = words.pop().unwrap_or_else(|| self.own.title.clone());
        (head, last)
    }

    /// Field and value by which who reports is sealed; its own words stand on the second step. Empty where nothing is.
    pub fn seal(&self) -> (&'static str, &'static str) {
        let when = self
            .kind
            .seal
            .first()
            .and_then(|seal| seal.when.iter().next());
        let found = when.and_then(|(name, values)| Some((name.as_str(), values.first()?.as_str())));
        found.unwrap_or_default()
    }

    /// The seal's own words are for a report.
    pub fn is_sealed(&self) -> bool {
        is_sealed(self.kind, &self.form)
    }

    /// The kind wants to know who it is.
    pub fn is_named(&self) -> bool {
        self.kind.person_field().is_some()
    }

    /// A number must be known: the union's own of who has signed in will do.
    pub fn needs_phone(&self) -> bool {
        let known = self
            .signed
            .as_ref()
            .is_some_and(|one| !one.phone.is_empty());
        self.kind.needs_phone && !known
    }

    /// What the other step holds, to be carried along by a page without script.
    pub fn carried(&self) -> Vec<(&'static str, String)> {
        names(self.kind, self.step != 1)
            .into_iter()
            .map(|name| (name, self.form.text(name).to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    /// Most photographs.
    pub fn most_files(&self) -> usize {
        MOST_FILES
    }

    /// Largest photograph, in megabytes.
    pub fn largest_mb(&self) -> usize {
        LARGEST_FILE >> 20
    }

    /// The step at which the first message stands.
    pub fn step_of(kind: &'static CaseKind, errors: &FieldErrors) -> u8 {
        let first = names(kind, true);
        let mut fields = errors.all().iter().map(|(field, _)| field.as_str());
        if fields.any(|field| first.contains(&field)) {
            1
        } else {
            2
        }
    }
}

/// Whether who reports is sealed, by what was chosen.
pub(super) fn is_sealed(kind: &CaseKind, form: &Form) -> bool {
    let holds = |(name, values): (&String, &Vec<String>)| {
        values.iter().any(|value| form.holds(name, value))
    };
    kind.seal.iter().any(|seal| seal.when.iter().all(holds))
}

/// Longest name, in characters.
const LONGEST_NAME: usize = 50;

/// What is wrong with the first step, in words of this page.
pub(super) fn first_faults(
    kind: &'static CaseKind,
    place: &Place,
    form: &Form,
    errors: &mut FieldErrors,
) {
    let known = place.employer.as_ref().and(kind.hall.as_ref());
    let known = known.map(|own| own.employer.as_str());
    for one in questions(kind, false).filter(|one| Some(one.name) != known) {
        let typed = form.text(one.name);
        if typed.is_empty() {
            if one.required {
                errors.add(one.name, one.need());
            }
        } else if one.field.check(typed).is_err() {
            let count = typed.chars().count();
            let says = match one.field.kind {
                FieldType::Long => format!("现在有 {count} 个字，{}", one.wrong()),
                _ => one.wrong(),
            };
            errors.add(one.name, says);
        }
    }
    if place.code.is_empty() && form.text("place").is_empty() {
        errors.add("place", "请选择在哪里；说不清就选最后一项");
    }
}

/// What is wrong with the second step. `signed` is the worker who wrote it and has signed in.
pub(super) fn second_faults(
    kind: &'static CaseKind,
    signed: Option<&Signed>,
    form: &Form,
    errors: &mut FieldErrors,
) {
    if kind.person_field().is_some() && signed.is_none() && form.text("name").is_empty() {
        errors.add(
            "name",
            if form.text("as").is_empty() {
                "请填写您的姓名"
            } else {
                "登录已经过期，或者登录的是另一个人。请本人登录后再交；不登录的，请填写姓名"
            },
        );
    }
    if form.text("name").chars().count() > LONGEST_NAME {
        errors.add("name", format!("姓名最多 {LONGEST_NAME} 字"));
    }
    let phone = form.text("phone");
    let known = signed.is_some_and(|one| !one.phone.is_empty());
    if phone.is_empty() && kind.needs_phone && !known {
        errors.add("phone", "请填写手机号：工会要马上打电话联系您");
    } else if !phone.is_empty() && kernel::MobilePhone::parse(phone).is_err() {
        errors.add(
            "phone",
            if kind.needs_phone {
                "手机号是 11 位数字，请核对"
            } else {
                "手机号是 11 位数字，请核对；不想留就空着"
            },
        );
    }
}
