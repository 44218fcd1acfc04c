//! Pinyin of names, for search boxes: `shantianfang`, `stf`.
//!
//! Readings come from the `pinyin` crate; what it cannot know is that a character is a surname here, so the
//! surnames that are read differently stand in a table of their own.

use std::borrow::Cow;

use ::pinyin::{ToPinyin, ToPinyinMulti};

use crate::person_name::MIDDLE_DOT;

/// Surnames of one character whose reading as a surname is not the everyday one.
const SURNAMES: &[(char, &str)] = &[
    ('单', "shan"),
    ('仇', "qiu"),
    ('查', "zha"),
    ('解', "xie"),
    ('区', "ou"),
    ('朴', "piao"),
    ('曾', "zeng"),
    ('盖', "ge"),
    ('缪', "miao"),
    ('翟', "zhai"),
    ('折', "she"),
    ('员', "yun"),
    ('乐', "yue"),
    ('覃', "qin"),
    ('种', "chong"),
    ('秘', "bi"),
    ('洗', "xian"),
    ('黑', "he"),
    ('繁', "po"),
    ('召', "shao"),
    ('隗', "wei"),
    ('么', "yao"),
    ('重', "chong"),
    ('祭', "zhai"),
    ('牟', "mu"),
    ('佴', "nai"),
    ('能', "nai"),
    ('郇', "xun"),
    ('卜', "bu"),
    ('薄', "bo"),
    ('都', "du"),
    ('会', "gui"),
    ('角', "jue"),
    ('句', "gou"),
    ('阚', "kan"),
    ('适', "kuo"),
    ('乜', "nie"),
    ('区', "ou"),
    ('蕃', "pi"),
    ('褪', "tun"),
    ('颉', "xie"),
];

/// Compound surnames (复姓) with a reading of their own.
const COMPOUND_SURNAMES: &[(&str, [&str; 2])] = &[
    ("尉迟", ["yu", "chi"]),
    ("万俟", ["mo", "qi"]),
    ("澹台", ["tan", "tai"]),
    ("单于", ["chan", "yu"]),
    ("乐正", ["yue", "zheng"]),
    ("子车", ["zi", "ju"]),
];

/// Most alternative spellings given for one name; three heteronyms already make eight.
const MOST_ALTERNATIVES: usize = 16;

/// The whole name in one lower-case word, ü written v as people type it: `单田芳` → `shantianfang`. Letters
/// of other scripts are kept in lower case; a character without a known reading is kept as it is, so it can
/// still be found by itself; dots and blanks vanish.
pub fn full(name: &str) -> String {
    syllables(name).concat()
}

/// [`full`] and [`initials`] of one name, read once.
pub fn both(name: &str) -> (String, String) {
    let syllables = syllables(name);
    let mut initials = String::with_capacity(syllables.len());
    initials.extend(first_letters(&syllables));
    (syllables.concat(), initials)
}

/// First letters: `单田芳` → `stf`. A word in Latin letters gives its first letter.
pub fn initials(name: &str) -> String {
    first_letters(&syllables(name)).collect()
}

fn first_letters(syllables: &[Syllable]) -> impl Iterator<Item = char> + '_ {
    syllables
        .iter()
        .filter_map(|syllable| syllable.chars().next())
}

/// One syllable as it is typed.
type Syllable = Cow<'static, str>;

/// Every plausible spelling of the whole name, the likeliest ([`full`]) first, at most sixteen: heteronyms
/// (乐 le/yue) and, for ü, the u some people type.
pub fn alternatives(name: &str) -> Vec<String> {
    let mut spellings = vec![String::new()];
    let chars: Vec<char> = solid(name).collect();
    for (place, likely) in syllables(name).into_iter().enumerate() {
        let mut readings = vec![likely.clone().into_owned()];
        if let Some(others) = chars
            .get(place)
            .filter(|c| !c.is_ascii())
            .and_then(|c| c.to_pinyin_multi())
        {
            readings.extend(
                others
                    .into_iter()
                    .map(|reading| typed(reading.plain()).into_owned()),
            );
        }
        if likely.contains('v') && chars.get(place).is_some_and(|c| !c.is_ascii()) {
            readings.push(likely.replace('v', "u"));
        }
        let mut longer = Vec::with_capacity(spellings.len() * readings.len());
        for reading in &readings {
            longer.extend(spellings.iter().map(|start| format!("{start}{reading}")));
        }
        spellings = distinct(longer);
    }
    spellings
}

fn distinct(list: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for item in list {
        if kept.len() < MOST_ALTERNATIVES && !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

/// The characters that carry sound, in order.
fn solid(name: &str) -> impl Iterator<Item = char> + '_ {
    name.chars()
        .filter(|c| c.is_alphanumeric() || crate::text::is_han(*c))
        .flat_map(char::to_lowercase)
}

/// One syllable for each character of [`solid`]. A name with a middle dot has no Han surname in front.
fn syllables(name: &str) -> Vec<Syllable> {
    let chars: Vec<char> = solid(name).collect();
    let mut out: Vec<Syllable> = if name.contains(MIDDLE_DOT) {
        Vec::new()
    } else {
        surname(&chars)
    };
    out.extend(chars.iter().skip(out.len()).map(|c| reading(*c)));
    out
}

fn surname(chars: &[char]) -> Vec<Syllable> {
    // 单于, 万俟 and the like need at least one more character to be a name.
    if let [first, second, _, ..] = chars
        && let Some((_, readings)) = COMPOUND_SURNAMES
            .iter()
            .find(|(surname, _)| surname.chars().eq([*first, *second]))
    {
        return readings.map(Cow::Borrowed).to_vec();
    }
    let single = SURNAMES
        .iter()
        .find(|(surname, _)| chars.first() == Some(surname));
    single
        .map(|(_, reading)| vec![Cow::Borrowed(*reading)])
        .unwrap_or_default()
}

fn reading(c: char) -> Syllable {
    match c {
        '〇' => Cow::Borrowed("ling"),
        _ => c.to_pinyin().map_or_else(
            || Cow::Owned(c.to_string()),
            |reading| typed(reading.plain()),
        ),
    }
}

/// ü is not on the keyboard.
fn typed(reading: &'static str) -> Syllable {
    if reading.contains('ü') {
        Cow::Owned(reading.replace('ü', "v"))
    } else {
        Cow::Borrowed(reading)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surnames_are_read_as_surnames() {
        for (name, spelling, letters) in [
            ("单田芳", "shantianfang", "stf"),
            ("仇英", "qiuying", "qy"),
            ("曾国藩", "zengguofan", "zgf"),
            ("尉迟恭", "yuchigong", "ycg"),
            ("万俟卨", "moqixie", "mqx"),
            ("吕布", "lvbu", "lb"),
            ("欧阳修", "ouyangxiu", "oyx"),
            ("长孙无忌", "zhangsunwuji", "zswj"),
            ("张三", "zhangsan", "zs"),
            ("贾〇明", "jialingming", "jlm"),
            ("买买提·艾力", "maimaitiaili", "mmtal"),
        ] {
            assert_eq!(
                (full(name).as_str(), initials(name).as_str()),
                (spelling, letters),
                "{name}"
            );
        }
    }

    #[test]
    fn the_surname_table_holds_exceptions_only() {
        let needless: Vec<_> = SURNAMES
            .iter()
            .filter(|(c, spelling)| reading(*c) == *spelling)
            .map(|(c, _)| c)
            .collect();
        assert!(needless.is_empty(), "{needless:?}");
        let needless: Vec<_> = COMPOUND_SURNAMES
            .iter()
            .filter(|(surname, spelling)| {
                surname
                    .chars()
                    .zip(spelling)
                    .all(|(c, spelling)| reading(c) == *spelling)
            })
            .map(|(surname, _)| surname)
            .collect();
        assert!(needless.is_empty(), "{needless:?}");
    }

    #[test]
    fn other_letters_and_unknown_characters_stay_findable() {
        assert_eq!(full("John Smith"), "johnsmith");
        assert_eq!(full("王\u{E001}"), "wang\u{E001}");
        assert_eq!(full(""), "");
    }

    #[test]
    fn heteronyms_have_alternatives() {
        let spellings = alternatives("乐嘉");
        assert_eq!(spellings[0], "yuejia");
        assert!(spellings.contains(&"lejia".to_owned()), "{spellings:?}");
        assert!(alternatives("吕布").contains(&"lubu".to_owned()));
        assert!(alternatives("行行行行行行行行").len() <= MOST_ALTERNATIVES);
        assert_eq!(alternatives("张三"), ["zhangsan"]);
    }
}
