//! Names of unions: compared, shortened, spelled.

use kernel::{pinyin, text};

/// Endings of union names that say only that it is a union; longest first.
const ENDINGS: &[&str] = &[
    "联合工会委员会",
    "工会工作委员会",
    "工会联合委员会",
    "基层工会委员会",
    "工会联合会",
    "工会委员会",
    "联合工会",
    "总工会",
    "工会",
];

/// Longest name a union may have, in characters; approval letters stay far below.
pub(crate) const NAME_MAX: usize = 100;

/// The form in which names are compared (比对名): half-width, lower case, without blanks and brackets, so
/// that a name typed in Excel equals the one on the letter.
pub(crate) fn key(name: &str) -> String {
    name.chars()
        .filter(|c| !text::is_blank(*c))
        .map(text::half_width_char)
        .filter(|c| {
            !matches!(
                c,
                '(' | ')'
                    | '['
                    | ']'
                    | '【'
                    | '】'
                    | '〔'
                    | '〕'
                    | '"'
                    | '“'
                    | '”'
                    | '\''
                    | ','
                    | '，'
                    | '.'
                    | '。'
            )
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// The short name for trees and tables: 塘栖镇总工会 → 塘栖镇. A name that is nothing but an ending stays.
pub(crate) fn short(name: &str) -> String {
    let name = name.trim();
    let cut = ENDINGS
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .map(str::trim);
    match cut {
        Some(cut) if !cut.is_empty() => cut.to_owned(),
        _ => name.to_owned(),
    }
}

/// Full pinyin and initials of the short name, for search boxes.
pub(crate) fn spellings(short_name: &str) -> (String, String) {
    (pinyin::full(short_name), pinyin::initials(short_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_brackets_and_blanks_make_no_difference() {
        assert_eq!(key("杭州（临平）ＡＢ 工会"), key("杭州(临平)ab工会"));
        assert_ne!(key("塘栖镇总工会"), key("塘栖村工会"));
    }

    #[test]
    fn short_names_drop_the_ending_only() {
        for (name, expected) in [
            ("塘栖镇总工会", "塘栖镇"),
            ("杭州锦禾制衣有限公司工会委员会", "杭州锦禾制衣有限公司"),
            ("临平区快递行业工会联合会", "临平区快递行业"),
            ("智能装备园联合工会委员会", "智能装备园"),
            ("总工会", "总工会"),
            ("职工之家", "职工之家"),
        ] {
            assert_eq!(short(name), expected);
        }
    }
}
