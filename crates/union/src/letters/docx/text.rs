//! The words of the document.

use quick_xml::escape::escape;

use super::parts::{NS, SECTION};
use crate::letters::paper::{Block, Paper, chinese};
use crate::letters::template::Head;

/// Faces of GB/T 9704-2012.
mod face {
    /// 小标宋: title and name of the organ.
    pub(super) const TITLE: &str = "方正小标宋简体";
    /// 黑体: level 1.
    pub(super) const HEI: &str = "黑体";
    /// 楷体: level 2.
    pub(super) const KAI: &str = "楷体_GB2312";
}

/// How a run of text looks.
#[derive(Clone, Copy, Default)]
struct Look {
    /// Face; the document's own when empty.
    face: &'static str,
    /// Half points; the document's own when zero.
    size: u16,
    /// In the red of mastheads.
    red: bool,
}

/// A paragraph in the making.
#[derive(Default)]
struct Par {
    /// Properties between `<w:pPr>` and `</w:pPr>`, in the schema's order: keepNext, pBdr, spacing, ind, jc.
    keep: bool,
    border: String,
    spacing: String,
    indent: String,
    align: &'static str,
    runs: String,
}

impl Par {
    fn text(mut self, text: &str, look: Look) -> Self {
        if !text.is_empty() {
            self.runs.push_str(&run(text, look));
        }
        self
    }

    fn plain(self, text: &str) -> Self {
        self.text(text, Look::default())
    }

    fn indent(mut self, attributes: &str) -> Self {
        self.indent = attributes.to_owned();
        self
    }

    fn align(mut self, side: &'static str) -> Self {
        self.align = side;
        self
    }

    fn spacing(mut self, attributes: &str) -> Self {
        self.spacing = attributes.to_owned();
        self
    }

    fn xml(&self) -> String {
        let mut properties = String::new();
        if self.keep {
            properties.push_str("<w:keepNext/>");
        }
        properties.push_str(&self.border);
        for (tag, attributes) in [("spacing", &self.spacing), ("ind", &self.indent)] {
            if !attributes.is_empty() {
                properties.push_str(&format!("<w:{tag} {attributes}/>"));
            }
        }
        if !self.align.is_empty() {
            properties.push_str(&format!("<w:jc w:val=\"{}\"/>", self.align));
        }
        format!("<w:p><w:pPr>{properties}</w:pPr>{}</w:p>", self.runs)
    }
}

fn run(text: &str, look: Look) -> String {
    let mut properties = String::new();
    if !look.face.is_empty() {
        let face = look.face;
        properties.push_str(&format!(
            "<w:rFonts w:eastAsia=\"{face}\" w:hint=\"eastAsia\"/>"
        ));
    }
    if look.red {
        properties.push_str("<w:color w:val=\"FF0000\"/>");
    }
    if look.size > 0 {
        properties.push_str(&format!(
            "<w:sz w:val=\"{0}\"/><w:szCs w:val=\"{0}\"/>",
            look.size
        ));
    }
    format!(
        "<w:r><w:rPr>{properties}</w:rPr><w:t xml:space=\"preserve\">{}</w:t></w:r>",
        escape(text)
    )
}

/// First line two characters in.
const FIRST: &str = "w:firstLine=\"640\" w:firstLineChars=\"200\"";

/// The whole `word/document.xml`.
pub(super) fn document(paper: &Paper) -> String {
    let mut pars = Vec::new();
    match paper.head {
        Head::Red => red_head(paper, &mut pars),
        Head::Plain => plain_head(paper, &mut pars),
    }
    if !paper.addressee.is_empty() {
        pars.push(
            Par::default()
                .plain(&format!("{}：", paper.addressee))
                .xml(),
        );
    }
    pars.extend(paper.body.iter().map(block));
    attachments(paper, &mut pars);
    for party in &paper.parties {
        pars.push(empty());
        pars.push(Par::default().indent(FIRST).plain(party).xml());
    }
    signature(paper, &mut pars);
    if !paper.contact.is_empty() {
        let note = format!("（{}）", paper.contact);
        pars.push(Par::default().indent(FIRST).plain(&note).xml());
    }
    if paper.head == Head::Red {
        pars.push(record(paper));
        // A floating table must be followed by a paragraph; one that takes no room.
        pars.push(
            Par::default()
                .spacing("w:line=\"20\" w:lineRule=\"exact\"")
                .xml(),
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document {NS}><w:body>{}{SECTION}</w:body></w:document>",
        pars.concat()
    )
}

fn empty() -> String {
    Par::default().xml()
}

/// Size of the organ's name in half points: as large as the line allows, 36 point at most.
fn masthead_size(organ: &str) -> u16 {
    match organ.chars().count() {
        0..=11 => 72,
        12..=16 => 52,
        _ => 40,
    }
}

/// The organ's name 35 mm below the top of the text block, two lines on the number, and a red line 4 mm below.
fn red_head(paper: &Paper, pars: &mut Vec<String>) {
    let look = Look {
        face: face::TITLE,
        size: masthead_size(&paper.organ),
        red: true,
    };
    let masthead = Par::default()
        .spacing("w:before=\"1984\" w:line=\"240\" w:lineRule=\"auto\"")
        .align("center");
    pars.push(masthead.text(&paper.organ, look).xml());
    pars.extend([empty(), empty()]);
    let mut number = Par::default().align("center").plain(&paper.number);
    number.border = "<w:pBdr><w:bottom w:val=\"single\" w:sz=\"16\" w:space=\"8\" w:color=\"FF0000\"/></w:pBdr>".to_owned();
    pars.push(number.xml());
    pars.extend([empty(), empty()]);
    pars.push(title(paper));
    pars.push(empty());
}

fn plain_head(paper: &Paper, pars: &mut Vec<String>) {
    pars.push(title(paper));
    if !paper.number.is_empty() {
        let look = Look {
            face: face::KAI,
            ..Look::default()
        };
        pars.push(
            Par::default()
                .align("center")
                .text(&paper.number, look)
                .xml(),
        );
    }
    pars.push(empty());
}

/// 2号小标宋, centred.
fn title(paper: &Paper) -> String {
    let look = Look {
        face: face::TITLE,
        size: 44,
        red: false,
    };
    let par = Par::default()
        .spacing("w:line=\"700\" w:lineRule=\"exact\"")
        .align("center");
    par.text(&paper.heading, look).xml()
}

fn block(block: &Block) -> String {
    let (heading, rest) = block.parts();
    let face = match block.level {
        1 => face::HEI,
        2 => face::KAI,
        _ => "",
    };
    let look = Look {
        face,
        ..Look::default()
    };
    let mut par = Par::default().indent(FIRST).text(heading, look).plain(rest);
    // A heading does not stay behind alone at the foot of a page.
    par.keep = rest.is_empty();
    par.xml()
}

/// One line below the body, two characters in; further names stand below the first.
fn attachments(paper: &Paper, pars: &mut Vec<String>) {
    let lines = paper.attachment_lines();
    if lines.is_empty() {
        return;
    }
    pars.push(empty());
    for (at, line) in lines.iter().enumerate() {
        let indent = if at == 0 {
            "w:left=\"1600\" w:leftChars=\"500\" w:hanging=\"960\" w:hangingChars=\"300\""
        } else {
            "w:left=\"1600\" w:leftChars=\"500\""
        };
        pars.push(Par::default().indent(indent).plain(line).xml());
    }
}

/// Width in hundredths of a character: digits and letters take half.
fn width(text: &str) -> i32 {
    text.chars()
        .map(|c| if c.is_ascii() { 50 } else { 100 })
        .sum()
}

/// The date four characters from the right edge, the organ's name centred above it: the seal goes over both.
fn signature(paper: &Paper, pars: &mut Vec<String>) {
    let date = paper.date_text();
    let from_right = 400 + (width(&date) - width(&paper.organ)) / 2;
    let right = |hundredths: i32| {
        let chars = hundredths.max(0);
        format!("w:right=\"{}\" w:rightChars=\"{chars}\"", chars * 320 / 100)
    };
    pars.extend([empty(), empty()]);
    let mut organ = Par::default()
        .indent(&right(from_right))
        .align("right")
        .plain(&paper.organ);
    organ.keep = true;
    pars.push(organ.xml());
    pars.push(
        Par::default()
            .indent(&right(400))
            .align("right")
            .plain(&date)
            .xml(),
    );
}

/// 版记 at the foot of the last page: copies to, and who printed it when; 4号, one character in, between lines.
fn record(paper: &Paper) -> String {
    let look = Look {
        size: 28,
        ..Look::default()
    };
    let rows = [
        (!paper.copy_to.is_empty()).then(|| format!("抄送：{}。", paper.copy_to)),
        Some(format!(
            "{}　　{}印发",
            paper.organ,
            paper.date.map_or_else(|| paper.date_text(), chinese)
        )),
    ];
    let cell = |text: &String| {
        let par = Par::default()
            .spacing("w:line=\"460\" w:lineRule=\"exact\"")
            .indent("w:left=\"280\" w:leftChars=\"100\" w:right=\"280\" w:rightChars=\"100\"")
            .text(text, look);
        format!(
            "<w:tr><w:tc><w:tcPr><w:tcW w:w=\"8844\" w:type=\"dxa\"/></w:tcPr>{}</w:tc></w:tr>",
            par.xml()
        )
    };
    let rows: String = rows.iter().flatten().map(cell).collect();
    let line = |side: &str, size: u8| {
        format!("<w:{side} w:val=\"single\" w:sz=\"{size}\" w:space=\"0\" w:color=\"000000\"/>")
    };
    format!(
        "<w:tbl><w:tblPr><w:tblpPr w:leftFromText=\"0\" w:rightFromText=\"0\" w:vertAnchor=\"margin\" w:horzAnchor=\"margin\" \
         w:tblpXSpec=\"center\" w:tblpYSpec=\"bottom\"/><w:tblW w:w=\"8844\" w:type=\"dxa\"/><w:tblBorders>{}{}{}</w:tblBorders>\
         <w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid><w:gridCol w:w=\"8844\"/></w:tblGrid>{rows}</w:tbl>",
        line("top", 8),
        line("bottom", 8),
        line("insideH", 6)
    )
}
