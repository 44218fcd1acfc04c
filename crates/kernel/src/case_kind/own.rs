//! 职工自己办: how a worker files a matter of a kind from the phone. A kind with a `[hall]` table can be filed by whoever it
//! concerns; the form asks the fields that have an `ask`, in its words, and nothing else.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::model::{CaseKind, Field, FieldType};

/// The worker's own way in (手机上自己办).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// What the entry is called: 申请调解.
    pub title: String,
    /// For whom it is, in one sentence.
    pub says: String,
    /// The line for lists, `{field}` standing for what was answered. It names no person.
    pub line: String,
    /// The field that names the employer; whoever scans a company's poster is not asked it.
    pub employer: String,
    /// Evidence that the form itself is (申请书).
    #[serde(default)]
    pub form: Option<String>,
}

impl Own {
    /// The door of the hall.
    pub const DOOR: &'static str = "hall";
    /// The door of a scanned poster.
    pub const SCANNED: &'static str = "qr";
    /// Evidence that the worker's photographs are.
    pub const PAPERS: &'static str = "material";
}

/// How the worker's form asks a field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The question, in plain words.
    pub says: String,
    /// Below it.
    #[serde(default)]
    pub help: String,
    /// Asked on the last step, beside name and phone.
    #[serde(default)]
    pub last: bool,
}

/// Names that the form itself uses.
const RESERVED: [&str; 10] = [
    "name", "phone", "place", "at", "as", "key", "step", "go", "photo", "code",
];

impl CaseKind {
    /// The fields of the worker's form, in order, with how each is asked.
    pub fn asked(&self) -> impl Iterator<Item = (&Field, &Ask)> {
        self.field
            .iter()
            .filter_map(|field| Some((field, field.ask.as_ref()?)))
    }

    /// The door a worker's form comes in by; a kind without a door for posters takes it through the hall all the same.
    pub fn own_door(&self, scanned: bool) -> &'static str {
        let qr = |id: &str| self.door.iter().any(|door| door.id == id && door.public);
        if scanned && qr(Own::SCANNED) {
            Own::SCANNED
        } else {
            Own::DOOR
        }
    }

    /// One line for lists: what it is and whom it is about, never who says it.
    pub fn own_line(&self, fields: &BTreeMap<String, String>) -> String {
        let Some(own) = &self.hall else {
            return self.title.clone();
        };
        let mut line = own.line.clone();
        for (field, _) in self.asked() {
            let value = fields.get(&field.name).map_or("", String::as_str);
            line = line.replace(&format!("{{{}}}", field.name), value);
        }
        line.replace("（）", "")
    }

    /// What is wrong with it, in Chinese.
    pub(super) fn own_faults(&self) -> Vec<String> {
        let mut found = Vec::new();
        let Some(own) = &self.hall else {
            if self.asked().next().is_some() {
                found.push("写了 ask 的栏目要有 [hall]".to_owned());
            }
            return found;
        };
        let mut need = |holds: bool, message: String| {
            if !holds {
                found.push(message);
            }
        };
        let open = self
            .door
            .iter()
            .any(|door| door.id == Own::DOOR && door.public);
        need(open, "[hall]：要有 public 的渠道 hall".to_owned());
        let papers = [Some(Own::PAPERS), own.form.as_deref()];
        for id in papers.into_iter().flatten() {
            let known = self.evidence.iter().any(|one| one.id == id);
            need(known, format!("[hall]：没有名为「{id}」的证据"));
        }
        let of_line = |name: &str| own.line.contains(&format!("{{{name}}}"));
        for field in &self.field {
            let name = &field.name;
            let asked = field.ask.is_some();
            need(
                !field.required || asked || field.person,
                format!("[hall]：必填的栏目 {name} 没有写 ask"),
            );
            need(
                !asked || (field.intake && !field.person),
                format!("栏目 {name}：ask 只写在受理时填的、不是本人姓名的栏目上"),
            );
            need(
                !asked || !RESERVED.contains(&name.as_str()),
                format!("栏目 {name}：这个名称表单自己要用"),
            );
            let apart = !of_line(name)
                || *name == own.employer
                || (asked && field.kind == FieldType::Choice);
            need(apart, format!("[hall]：line 里不能写 {name}"));
        }
        let employer = self.asked().any(|(field, _)| field.name == own.employer);
        need(
            employer,
            format!("[hall]：employer「{}」没有写 ask", own.employer),
        );
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definitions::{Catalogue, Definition};

    const MEDIATION: &str = include_str!("../../../../definitions/cases/mediation.toml");

    fn read(text: &str) -> Result<CaseKind, Vec<String>> {
        CaseKind::read(&Definition::parse("cases/mediation.toml", text).unwrap())
    }

    #[test]
    fn a_kind_that_workers_file_asks_what_it_demands_and_names_nobody() {
        let whole = read(MEDIATION).unwrap();
        let asked: Vec<&str> = whole
            .asked()
            .map(|(field, _)| field.name.as_str())
            .collect();
        assert_eq!(
            asked,
            [
                "respondent",
                "subject",
                "claim",
                "claimed",
                "workers",
                "known_on"
            ]
        );
        for (from, to, hint) in [
            (
                "line = \"劳动争议调解：{subject}",
                "line = \"{claim}",
                "line 里不能写 claim",
            ),
            (
                "line = \"劳动争议调解：{subject}",
                "line = \"{applicant}",
                "line 里不能写 applicant",
            ),
            (
                "employer = \"respondent\"\nform",
                "employer = \"x\"\nform",
                "「x」没有写 ask",
            ),
            (
                "form = \"application\"",
                "form = \"paper\"",
                "「paper」的证据",
            ),
            ("id = \"hall\"", "id = \"phone2\"", "public 的渠道 hall"),
            (
                "ask = { says = \"跟哪家单位\"",
                "help = \"x\" #",
                "必填的栏目 respondent",
            ),
            ("[hall]", "[hole]", "hole"),
        ] {
            assert!(MEDIATION.contains(from), "{from}");
            let faults = read(&MEDIATION.replacen(from, to, 1))
                .unwrap_err()
                .join("；");
            assert!(faults.contains(hint), "{to}: {faults}");
        }
    }

    #[test]
    fn the_line_leaves_out_what_was_not_answered_and_posters_need_a_door() {
        let fields = [("subject".to_owned(), "其他".to_owned())].into();
        let kind = read(MEDIATION).unwrap();
        assert_eq!(kind.own_line(&fields), "劳动争议调解：其他");
        let without = MEDIATION.replacen("id = \"qr\"", "id = \"street\"", 1);
        let without = read(&without).unwrap();
        assert_eq!(
            (without.own_door(true), without.own_door(false)),
            ("hall", "hall")
        );
        // What hangs on a wall leads to everything that is filed from the phone.
        let catalogue = Catalogue::embedded();
        let kinds = catalogue
            .of_kind("cases")
            .map(|one| CaseKind::read(one).unwrap());
        let own: Vec<CaseKind> = kinds.filter(|one| one.hall.is_some()).collect();
        assert_eq!(own.len(), 3);
        for kind in own {
            assert_eq!(
                (kind.own_door(true), kind.own_door(false)),
                ("qr", "hall"),
                "{}",
                kind.id
            );
        }
    }
}
