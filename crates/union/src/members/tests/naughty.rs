//! Strange texts in every field: an answer, never a crash, and what is taken comes back as it went in.

use super::*;
use store::testing::{district, vault};

const TODAY: Date = jiff::civil::date(2026, 11, 20);

/// Texts that break naive programs; written here by hand.
const NAUGHTY: &[&str] = &[
    "",
    " ",
    "\u{3000}",
    "null",
    "NULL",
    "undefined",
    "NaN",
    "0",
    "-1",
    "1e309",
    "'; DROP TABLE member; --",
    "\" OR 1=1 --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "{% raw %}",
    "${HOME}",
    "../../etc/passwd",
    "%00",
    "a\0b",
    "\u{FFFD}",
    "\u{202E}evil",
    "👩‍👩‍👧‍👦",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤",
    "𠅤𬱖䶮",
    "买买提•艾力",
    "ﷺ",
    "=HYPERLINK(\"http://x\")",
    "+8613812341234",
    "１２３",
    "\r\n\t",
];

#[test]
fn any_text_in_any_field_is_answered() {
    let (vault, policy) = (vault(), MemberPolicy::at(district(), TODAY).unwrap());
    let id: MemberId = "0190a1b2-c3d4-7000-8000-00000000000f".parse().unwrap();
    for field in MemberDraft::FIELDS {
        for text in NAUGHTY {
            let mut draft = draft("张三", IDS[0]);
            draft.set(field.name, *text);
            if let Err(faults) = prepare(&vault, policy, TODAY, &draft, id) {
                assert!(!faults.is_empty());
                for fault in faults {
                    assert!(
                        !fault.message.is_empty()
                            && MemberDraft::FIELDS
                                .iter()
                                .any(|known| known.name == fault.field)
                    );
                }
            }
        }
    }
}

store::db_test!(
    fn rare_names_survive_the_database(test) {
        let tree = plant(test);
        let names = ["王𠅤", "贾〇明", "买买提·艾力", "O'Neil Ruiz-Marí", "阿卜杜热合曼·麦麦提", "李䶮"];
        for (name, number) in names.iter().zip(IDS) {
            let id = test.db.write(&test.actor(), |tx| join(tx, &tree.shop_a, &draft(name, number))).unwrap().id;
            let read = test.db.read(&test.actor(), |tx| get(tx, id)).unwrap();
            assert_eq!(read.name, *name);
        }
    }
);
