//! Papers: every template fills in, the layout's words are those of GB/T 9704-2012, the file reads back.

use std::io::{Cursor, Read as _};

use kernel::definitions::Catalogue;
use store::testing::TestDb;

use super::support::*;
use crate::letters::{self, Head, KIND, Paper, docx};
use crate::orgs::tests::support::{district, system};

#[test]
fn every_template_is_sound_and_its_tests_hold() {
    let catalogue = Catalogue::embedded();
    let (mut templates, mut tests) = (0, 0);
    for definition in catalogue.of_kind("letters") {
        assert_eq!(
            (KIND.check)(definition),
            Vec::<String>::new(),
            "{}",
            definition.path
        );
        for (number, test) in definition.tests().iter().enumerate() {
            if let Err(fault) = (KIND.test)(definition, test, catalogue) {
                panic!("{} test {}: {fault}", definition.path, number + 1);
            }
            tests += 1;
        }
        templates += 1;
    }
    assert!(templates >= 7 && tests >= 14, "{templates} {tests}");
}

#[test]
fn a_template_fault_is_seen() {
    let source = Catalogue::embedded()
        .of_kind("letters")
        .find(|one| one.header.id == "letters.refusal_notice")
        .unwrap();
    let text = include_str!("../../../../../definitions/letters/refusal-notice.33.toml");
    assert!((KIND.check)(source).is_empty());
    for (from, to, hint) in [
        ("{matter}", "{mater}", "没有定义的项目 mater"),
        (
            "delivered = true",
            "delivered = true\nattachments = \"way\"",
            "lines",
        ),
        ("name = \"way\"", "name = \"Way\"", "小写"),
        ("name = \"way\"", "name = \"matter\"", "定义了两次"),
        ("copies = 2", "copies = 0", "copies"),
        ("{way}", "{case_no}", "when = \"case_no\""),
        ("{way}", "{line}", "each"),
        ("{way}", "{way.capital}", "不是金额"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let definition =
            kernel::definitions::Definition::parse("letters/x.toml", &changed).unwrap();
        let faults = (KIND.check)(&definition).join("\n");
        assert!(faults.contains(hint), "{to}: {faults}");
    }
}

fn papers(test: &TestDb) -> Vec<(&'static str, Paper)> {
    let place = district(test);
    let all = test
        .db
        .read(&system(), |tx| {
            Ok::<_, letters::LetterError>(letters::templates(tx))
        })
        .unwrap();
    all.iter()
        .map(|rule| {
            let (id, _) = issued(test, rule.id(), &place.federation, &place.tangqi);
            (rule.id(), see(test, &system(), id).unwrap().paper)
        })
        .collect()
}

fn part(file: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut text = String::new();
    zip.by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// The text of each paragraph, and whether the part is well-formed XML.
fn paragraphs(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut found, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) if tag.name().as_ref() == "w:p" => {
                found.push(String::new())
            }
            quick_xml::events::Event::Start(tag) if tag.name().as_ref() == "w:t" => inside = true,
            quick_xml::events::Event::End(tag) if tag.name().as_ref() == "w:t" => inside = false,
            quick_xml::events::Event::Text(text) if inside => {
                found.last_mut().unwrap().push_str(&text.xml10_content());
            }
            quick_xml::events::Event::GeneralRef(name) if inside => {
                let text = quick_xml::escape::unescape(&format!("&{};", name.xml10_content()))
                    .unwrap()
                    .into_owned();
                found.last_mut().unwrap().push_str(&text);
            }
            quick_xml::events::Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn every_document_reads_back_from_its_file() {
    let test = TestDb::sqlite();
    let all = papers(&test);
    assert_eq!(all.len(), 6);
    for (id, paper) in all {
        let file = docx::write(&paper).unwrap();
        assert_eq!(
            file,
            docx::write(&paper).unwrap(),
            "{id}: the same paper, the same bytes"
        );
        let xml = part(&file, "word/document.xml");
        let read = paragraphs(&xml);
        for line in paper
            .text()
            .lines()
            .filter(|line| !line.starts_with("联系人"))
        {
            assert!(
                read.iter().any(|par| par == line),
                "{id}: {line}\n{read:#?}"
            );
        }
        for name in [
            "[Content_Types].xml",
            "_rels/.rels",
            "word/_rels/document.xml.rels",
            "word/styles.xml",
            "word/settings.xml",
            "word/footer1.xml",
            "word/footer2.xml",
        ] {
            paragraphs(&part(&file, name));
        }
        // A4, text block 156 × 225 mm from 37 mm and 28 mm, 22 lines.
        assert!(
            xml.contains("w:w=\"11906\" w:h=\"16838\"")
                && xml.contains("w:top=\"2098\"")
                && xml.contains("w:left=\"1587\"")
        );
        assert!(xml.contains("w:linePitch=\"580\""));
        assert_eq!(
            xml.contains("w:color=\"FF0000\""),
            paper.head == Head::Red,
            "{id}: red line"
        );
    }
}

#[test]
fn what_people_write_cannot_break_the_file() {
    let test = TestDb::sqlite();
    let (_, mut paper) = papers(&test).remove(0);
    let hostile = "甲<w:p>&\"']]>\u{20164}";
    paper.addressee = hostile.to_owned();
    paper.attachments = vec![hostile.to_owned()];
    let read = paragraphs(&part(&docx::write(&paper).unwrap(), "word/document.xml"));
    assert!(
        read.contains(&format!("{hostile}：")) && read.contains(&format!("附件：{hostile}")),
        "{read:#?}"
    );
}

#[test]
fn numbers_dates_and_attachments_are_written_as_the_standard_says() {
    let test = TestDb::sqlite();
    let (_, paper) = papers(&test).remove(0);
    assert_eq!(
        paper.number, "临总工监提〔2026〕1号",
        "full-width brackets, no 第, no leading zero"
    );
    assert_eq!(paper.date_text(), "2026年11月20日");
    assert_eq!(
        paper.attachment_lines(),
        ["附件：1.未支付工资职工名单", "2.工资专用账户余额说明"]
    );
    let text = paper.text();
    assert!(
        text.contains("杭州岚桥建筑劳务有限公司：\n"),
        "full-width colon: {text}"
    );
}
