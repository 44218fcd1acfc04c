//! The two steps as they are drawn: what the definition asks, in plain words, and what was typed.

use kernel::case_kind::{CaseKind, Plain};
use union::cases::LARGEST_FILE;

use super::MOST_FILES;
use super::place::Place;
use crate::shell::{FieldErrors, Form};

/// Fields of the first step.
pub(super) const FIRST: [&str; 6] = ["type", "subject", "content", "employer", "workers", "place"];
/// Fields of the second step.
pub(super) const SECOND: [&str; 3] = ["name", "phone", "hide_name"];
/// The type whose reporter is sealed, as this page words its second step.
pub(super) const SEALED: &str = "举报";

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

/// What the page draws.
pub(super) struct Sheet {
    pub kind: &'static CaseKind,
    pub place: Place,
    pub signed: Option<Signed>,
    pub form: Form,
    pub errors: FieldErrors,
    /// 1 or 2.
    pub step: u8,
    pub key: String,
}

impl Sheet {
    /// The choices of a field in plain words; as they are where the definition has none.
    pub fn plain(&self, name: &str) -> Vec<Plain> {
        let Some(field) = self.kind.field(name) else {
            return Vec::new();
        };
        let choices = field.choices.iter();
        let mut list: Vec<Plain> = choices
            .map(|choice| {
                let plain = field.plain.iter().find(|one| one.of == *choice);
                plain.cloned().unwrap_or_else(|| Plain {
                    of: choice.clone(),
                    says: choice.clone(),
                    help: String::new(),
                })
            })
            .collect();
        // In the order of the plain words: what most people come for stands first.
        list.sort_by_key(|one| {
            let at = field.plain.iter().position(|plain| plain.of == one.of);
            at.unwrap_or(usize::MAX)
        });
        list
    }

    /// A choice in plain words.
    pub fn says(&self, name: &str) -> String {
        let typed = self.form.text(name);
        let found = self.plain(name).into_iter().find(|one| one.of == typed);
        found.map_or_else(String::new, |one| one.says)
    }

    /// The seal's own words are for a report.
    pub fn is_sealed(&self) -> bool {
        self.form.holds("type", SEALED)
    }

    /// What the other step holds, to be carried along by a page without script.
    pub fn carried(&self) -> Vec<(&'static str, String)> {
        let names: &[&'static str] = if self.step == 1 { &SECOND } else { &FIRST };
        names
            .iter()
            .map(|name| (*name, self.form.text(name).to_owned()))
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

    /// Whether a message belongs to the first step.
    pub fn is_first(errors: &FieldErrors) -> bool {
        errors
            .all()
            .iter()
            .any(|(field, _)| FIRST.contains(&field.as_str()))
    }
}

/// Longest name, in characters.
const LONGEST_NAME: usize = 50;

/// What is wrong with the first step, in words of this page.
pub(super) fn first_faults(kind: &CaseKind, form: &Form, errors: &mut FieldErrors) {
    for (name, ask) in [
        ("type", "请选一项：您要办什么"),
        ("subject", "请选一项：是哪方面的事"),
        ("content", "请写几句：发生了什么事"),
    ] {
        if form.text(name).is_empty() {
            errors.add(name, ask);
        }
    }
    for name in ["type", "subject", "content", "employer", "workers"] {
        let typed = form.text(name);
        let Some(field) = kind.field(name).filter(|_| !typed.is_empty()) else {
            continue;
        };
        if field.check(typed).is_err() {
            let count = typed.chars().count();
            errors.add(
                name,
                match name {
                    "workers" => "人数请填数字，例如 12；不知道就空着".to_owned(),
                    "content" => {
                        format!("现在有 {count} 个字，最多 5000 字。请先写要紧的，其余以后再补")
                    }
                    "employer" => "单位名称最多 200 字".to_owned(),
                    _ => "请从上面选一项".to_owned(),
                },
            );
        }
    }
}

/// What is wrong with the second step.
pub(super) fn second_faults(form: &Form, errors: &mut FieldErrors) {
    if form.text("name").chars().count() > LONGEST_NAME {
        errors.add("name", format!("姓名最多 {LONGEST_NAME} 字"));
    }
    let phone = form.text("phone");
    if !phone.is_empty() && kernel::MobilePhone::parse(phone).is_err() {
        errors.add("phone", "手机号是 11 位数字，请核对；不想留就空着");
    }
}
