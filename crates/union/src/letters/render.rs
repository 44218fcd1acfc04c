//! From a template and values to paper.

use std::collections::BTreeMap;

use kernel::{Date, Fen};

use super::paper::{Block, Paper, chinese, mark};
use super::template::{FieldKind, Paragraph, Template, placeholders};

/// What stands where a value is missing.
pub const BLANK: &str = "＿＿＿＿";

/// What a paper needs besides its fields.
#[derive(Debug, Clone)]
pub(super) struct Occasion<'a> {
    /// Who issues.
    pub organ: &'a str,
    /// Its number; empty before issue.
    pub number: &'a str,
    /// Day of issue.
    pub date: Option<Date>,
    /// Length of the reply clock in words.
    pub reply: &'a str,
}

/// Fills a template in.
pub(super) fn paper(
    template: &Template,
    values: &BTreeMap<String, String>,
    occasion: &Occasion<'_>,
) -> Paper {
    let pen = Pen {
        template,
        values,
        reply: occasion.reply,
    };
    Paper {
        head: template.head,
        organ: occasion.organ.to_owned(),
        number: occasion.number.to_owned(),
        heading: pen.fill(&template.heading, ""),
        addressee: pen.fill(&template.addressee, ""),
        body: pen.body(),
        attachments: pen.lines(&template.attachments),
        parties: template.parties.clone(),
        date: occasion.date,
        contact: pen.whole(template.contact.iter().map(String::as_str)),
        copy_to: pen.whole([template.copy_to.as_str()].into_iter()),
    }
}

struct Pen<'a> {
    template: &'a Template,
    values: &'a BTreeMap<String, String>,
    reply: &'a str,
}

impl Pen<'_> {
    fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |value| value.trim())
    }

    fn has(&self, name: &str) -> bool {
        !self.value(name).is_empty()
    }

    fn lines(&self, name: &str) -> Vec<String> {
        self.value(name)
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Parts whose fields are all filled in, side by side.
    fn whole<'t>(&self, parts: impl Iterator<Item = &'t str>) -> String {
        let filled = parts.filter(|part| placeholders(part).iter().all(|name| self.has(name)));
        filled
            .map(|part| self.fill(part, ""))
            .collect::<Vec<_>>()
            .join("　")
    }

    /// A text with its placeholders filled in.
    fn fill(&self, text: &str, line: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                rest = after;
                break;
            };
            match name {
                "line" => out.push_str(line),
                "reply" => out.push_str(self.reply),
                name => out.push_str(&self.written(name)),
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// A value as the paper writes it.
    fn written(&self, name: &str) -> String {
        let (name, capital) = match name.strip_suffix(".capital") {
            Some(bare) => (bare, true),
            None => (name, false),
        };
        let value = self.value(name);
        if value.is_empty() {
            return BLANK.to_owned();
        }
        match self.template.field(name).map(|field| field.kind) {
            Some(FieldKind::Date) => value.parse().map_or(value.to_owned(), chinese),
            Some(FieldKind::Amount) => Fen::parse_yuan(value).map_or(value.to_owned(), |fen| {
                if capital {
                    fen.capital()
                } else {
                    fen.to_string()
                }
            }),
            _ => value.to_owned(),
        }
    }

    fn body(&self) -> Vec<Block> {
        let mut counts = [0_usize; 5];
        let mut blocks = Vec::new();
        for paragraph in self
            .template
            .paragraph
            .iter()
            .filter(|one| self.wanted(one))
        {
            let texts = match &paragraph.each {
                Some(name) => {
                    let lines = self.lines(name);
                    let lines = if lines.is_empty() {
                        vec![BLANK.to_owned()]
                    } else {
                        lines
                    };
                    lines
                        .iter()
                        .map(|line| self.fill(&paragraph.text, line))
                        .collect()
                }
                None => vec![self.fill(&paragraph.text, "")],
            };
            for text in texts {
                self.push(&mut blocks, &mut counts, paragraph.level, &text);
            }
        }
        blocks
    }

    fn wanted(&self, paragraph: &Paragraph) -> bool {
        let when = paragraph.when.as_deref().is_none_or(|name| self.has(name));
        let unless = paragraph
            .unless
            .as_deref()
            .is_none_or(|name| !self.has(name));
        let optional = |name: &str| {
            self.template
                .field(name)
                .is_some_and(|field| !field.required)
        };
        let each = paragraph
            .each
            .as_deref()
            .is_none_or(|name| self.has(name) || !optional(name));
        when && unless && each
    }

    /// A text of several lines makes several paragraphs; only the first is numbered.
    fn push(&self, blocks: &mut Vec<Block>, counts: &mut [usize; 5], level: u8, text: &str) {
        let at = usize::from(level);
        for (index, line) in text.lines().enumerate() {
            let numbered = if index == 0 { level } else { 0 };
            if numbered > 0 {
                // A new heading starts the levels below it anew.
                for deeper in counts.iter_mut().skip(at + 1) {
                    *deeper = 0;
                }
                if let Some(count) = counts.get_mut(at) {
                    *count += 1;
                }
            }
            let number = counts.get(at).copied().unwrap_or(0);
            blocks.push(Block {
                level: numbered,
                text: format!("{}{}", mark(numbered, number), line.trim()),
            });
        }
    }
}
