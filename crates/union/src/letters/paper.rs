//! 文稿: what stands on the paper, as data. The print page and the .docx draw the same `Paper`; its canonical JSON is
//! what an issued document's digest is taken of.

use kernel::Date;
use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};

use super::template::Head;

/// One paragraph of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// 0 plain; 1 一、 2 （一） 3 1. 4 （1）.
    pub level: u8,
    /// The words, with their number in front.
    pub text: String,
}

impl Block {
    /// A paragraph as a person typed it: its level is read from the number in front.
    pub fn typed(line: &str) -> Self {
        Self {
            level: level_of(line),
            text: line.to_owned(),
        }
    }

    /// The heading (set in 黑体 or 楷体) and what follows it: the first sentence of a level-1 or level-2 paragraph.
    pub fn parts(&self) -> (&str, &str) {
        if self.level == 0 || self.level > 2 {
            return ("", &self.text);
        }
        match self.text.find('。') {
            Some(at) => self.text.split_at(at + '。'.len_utf8()),
            None => (&self.text, ""),
        }
    }
}

/// Digits people number with: 一二三…
const NUMERALS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// 1–99 in Chinese: 十二.
pub(super) fn numeral(number: usize) -> String {
    let digit = |n: usize| NUMERALS.get(n).copied().unwrap_or_default();
    match (number / 10, number % 10) {
        (0, ones) => digit(ones).to_owned(),
        (1, ones) => format!("十{}", digit(ones)),
        (tens, ones) => format!("{}十{}", digit(tens), digit(ones)),
    }
}

/// The number in front of the `number`-th paragraph of a level (GB/T 9704-2012 7.3.3).
pub(super) fn mark(level: u8, number: usize) -> String {
    match level {
        1 => format!("{}、", numeral(number)),
        2 => format!("（{}）", numeral(number)),
        3 => format!("{number}."),
        4 => format!("（{number}）"),
        _ => String::new(),
    }
}

fn level_of(line: &str) -> u8 {
    let is_numeral = |text: &str| {
        let count = text.chars().count();
        (1..=3).contains(&count) && text.chars().all(|c| "一二三四五六七八九十".contains(c))
    };
    let is_digits = |text: &str| {
        !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit())
    };
    if let Some((inside, _)) = line
        .strip_prefix('（')
        .and_then(|rest| rest.split_once('）'))
    {
        return if is_numeral(inside) {
            2
        } else if is_digits(inside) {
            4
        } else {
            0
        };
    }
    if line
        .split_once('、')
        .is_some_and(|(front, _)| is_numeral(front))
    {
        return 1;
    }
    let point = line.split_once('.').or_else(|| line.split_once('．'));
    match point {
        // 12.5万元 is an amount and no number of a paragraph.
        Some((front, after))
            if is_digits(front) && !after.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            3
        }
        _ => 0,
    }
}

/// A document as it stands on paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// What stands on top.
    pub head: Head,
    /// Who issues (发文机关).
    pub organ: String,
    /// 发文字号; empty in a draft.
    pub number: String,
    /// Title.
    pub heading: String,
    /// 主送, without the colon; may be empty.
    pub addressee: String,
    /// The body.
    pub body: Vec<Block>,
    /// Names of the attachments.
    pub attachments: Vec<String>,
    /// Lines on which the parties sign.
    pub parties: Vec<String>,
    /// Day of issue; none in a draft.
    pub date: Option<Date>,
    /// Who to ask; may be empty.
    pub contact: String,
    /// 抄送; may be empty.
    pub copy_to: String,
}

impl Paper {
    /// The day in Arabic digits without leading zeros: 2026年11月20日; blanks in a draft.
    pub fn date_text(&self) -> String {
        self.date
            .map_or_else(|| "　　年　月　日".to_owned(), chinese)
    }

    /// Lines of the attachment note (附件说明): 附件：1.×× without a full stop; a single one has no number.
    pub fn attachment_lines(&self) -> Vec<String> {
        let many = self.attachments.len() > 1;
        let line = |(at, name): (usize, &String)| {
            let front = if at == 0 { "附件：" } else { "" };
            let number = if many {
                format!("{}.", at + 1)
            } else {
                String::new()
            };
            format!("{front}{number}{name}")
        };
        self.attachments.iter().enumerate().map(line).collect()
    }

    /// The body as people edit it: one paragraph a line.
    pub fn body_text(&self) -> String {
        self.body
            .iter()
            .map(|block| block.text.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Everything as plain text, in the order of the page.
    pub fn text(&self) -> String {
        let mut lines = Vec::new();
        if self.head == Head::Red {
            lines.push(self.organ.clone());
        }
        lines.extend([self.number.clone(), self.heading.clone()]);
        if !self.addressee.is_empty() {
            lines.push(format!("{}：", self.addressee));
        }
        lines.extend(self.body.iter().map(|block| block.text.clone()));
        lines.extend(self.attachment_lines());
        lines.extend(self.parties.iter().cloned());
        lines.extend([self.organ.clone(), self.date_text(), self.contact.clone()]);
        if !self.copy_to.is_empty() {
            lines.push(format!("抄送：{}。", self.copy_to));
        }
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    /// The canonical text that is kept and fingerprinted: JSON with the fields in the order of this type.
    ///
    /// # Errors
    /// Never with this type; serde's signature.
    pub fn canonical(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// SM3 (GB/T 32905-2016) of a canonical text, in lower-case hexadecimal.
pub fn digest(canonical: &str) -> String {
    Sm3::digest(canonical.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// 2026年11月20日.
pub(super) fn chinese(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_front_are_told_from_amounts() {
        for (line, level) in [
            ("一、核实情况", 1),
            ("二十一、其他", 1),
            ("（一）给付项目", 2),
            ("1.于12月5日前支付", 3),
            ("（3）其余", 4),
            ("12.5万元已经支付", 0),
            ("（以下简称公司）", 0),
            ("张三、李四两人", 0),
            ("", 0),
        ] {
            assert_eq!(Block::typed(line).level, level, "{line}");
        }
        assert_eq!(
            [1, 10, 11, 20, 21, 99].map(numeral),
            ["一", "十", "十一", "二十", "二十一", "九十九"]
        );
    }

    #[test]
    fn a_heading_ends_at_its_first_sentence() {
        let block = |text: &str| Block::typed(text);
        assert_eq!(
            block("（一）支付。分两期。").parts(),
            ("（一）支付。", "分两期。")
        );
        assert_eq!(block("一、核实情况").parts(), ("一、核实情况", ""));
        assert_eq!(block("1.于12月5日前。").parts(), ("", "1.于12月5日前。"));
    }

    #[test]
    fn tv_s1_the_digest_is_sm3() {
        assert_eq!(
            digest("abc"),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
    }
}
