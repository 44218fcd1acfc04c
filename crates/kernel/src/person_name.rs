//! Names of people (姓名), as they are really written.

use std::fmt;

use crate::rare_char;
use crate::text::{half_width_char, is_blank, is_han};

/// The one middle dot (间隔号) names are stored with: U+00B7, GB 18030 A1A4.
pub const MIDDLE_DOT: char = '\u{B7}';
/// Longest name taken. GB 18030 guidance asks for at least 50 characters; forms leave some air.
const LONGEST: usize = 100;

/// A normalised personal name. It is kept whole: many members have no surname to split off
/// (阿卜杜热合曼·麦麦提), so greetings, lists and letters use the full name. `Debug` is masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

/// Why a text is no name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing was given.
    #[error("姓名为空")]
    Empty,
    /// A single character.
    #[error("姓名至少两个字")]
    TooShort,
    /// More than a hundred characters: two cells run together.
    #[error("姓名超过100个字，请核对是否多格内容连在一起")]
    TooLong,
    /// Digits, brackets, punctuation, symbols: notes belong in a column of their own.
    #[error("姓名中有不能使用的字符“{0}”，姓名只能含汉字、字母和间隔号")]
    Character(char),
    /// A control character or a broken (replacement) character: the file was read with the wrong encoding.
    #[error("姓名中有无法显示的字符，请核对文件编码")]
    Unprintable,
    /// A middle dot at either end, or two in a row.
    #[error("间隔号应在两段名字之间，且只用一个")]
    Dot,
}

impl NameFault {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "name.empty",
            Self::TooShort => "name.too_short",
            Self::TooLong => "name.too_long",
            Self::Character(_) => "name.character",
            Self::Unprintable => "name.unprintable",
            Self::Dot => "name.dot",
        }
    }
}

impl PersonName {
    /// Normalises and checks a name: blanks of any width are trimmed, those between Han characters dropped
    /// (张　三), every kind of middle dot becomes `·`, full-width letters become half-width. Rare characters
    /// keep their code point, 〇 stays 〇.
    ///
    /// # Errors
    /// [`NameFault`], the first that applies.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        let name = normalise(text);
        let length = name.chars().count();
        if length == 0 {
            return Err(NameFault::Empty);
        }
        if length > LONGEST {
            return Err(NameFault::TooLong);
        }
        if name.contains(|c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
            return Err(NameFault::Unprintable);
        }
        let dotted = |c: char| c == MIDDLE_DOT;
        if name.starts_with(dotted) || name.ends_with(dotted) || name.contains("··") {
            return Err(NameFault::Dot);
        }
        if let Some(c) = stranger(&name) {
            return Err(NameFault::Character(c));
        }
        if name.chars().filter(|c| is_letter(*c)).count() < 2 {
            return Err(NameFault::TooShort);
        }
        Ok(Self(name))
    }

    /// The normalised name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of the same name share: no dots, no spaces, no marks, lower-case letters.
    pub fn match_key(&self) -> String {
        match_key(&self.0)
    }

    /// For screens and lists: first and last character stay, `张*明`; of two only the first, `张*`. Dots stay.
    pub fn masked(&self) -> String {
        let last = self.0.chars().count() - 1;
        self.0
            .chars()
            .enumerate()
            .map(|(place, c)| {
                if place == 0 || (place == last && last > 1) || c == MIDDLE_DOT {
                    c
                } else {
                    '*'
                }
            })
            .collect()
    }
}

/// The key of [`PersonName::match_key`] for a text that need not be a valid name (search boxes, old files).
pub fn match_key(text: &str) -> String {
    if plain_han(text) {
        return text.to_owned();
    }
    normalise(text)
        .chars()
        .filter(|c| is_letter(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether two texts are one name: middle dots, blanks, letter case, width and the old code points of rare characters
/// make no other name. Another character does, a traditional for a simplified one too: a person decides about that.
pub fn is_same(a: &str, b: &str) -> bool {
    let key = |text| match_key(text).chars().map(rare_char::present).collect();
    a == b || {
        let (a, b): (String, String) = (key(a), key(b));
        a == b
    }
}

/// Every character used for the middle dot in the wild.
fn is_dot(c: char) -> bool {
    matches!(
        c,
        MIDDLE_DOT
            | '\u{2022}'
            | '\u{2027}'
            | '\u{30FB}'
            | '\u{FF65}'
            | '\u{2219}'
            | '\u{22C5}'
            | '\u{25CF}'
            | '\u{0387}'
    )
}

/// A full stop that stands for a middle dot when it is between Han characters.
fn is_stop(c: char) -> bool {
    matches!(c, '.' | '\u{FF0E}' | '\u{3002}' | '\u{FF61}')
}

/// Trims, joins, and brings dots and widths to their one form. Never fails; validity is another question.
pub fn normalise(text: &str) -> String {
    if plain_han(text) {
        return text.to_owned();
    }
    // Direction marks and joiners inside a name are rubbish from copying; ordinary blanks part words.
    let chars: Vec<char> = text
        .trim_matches(is_blank)
        .chars()
        .filter(|c| c.is_whitespace() || !is_blank(*c))
        .map(|c| {
            if c.is_whitespace() {
                ' '
            } else {
                half_width_char(c)
            }
        })
        .collect();
    let mut out = String::with_capacity(text.len());
    let mut rest = chars.as_slice();
    while let Some((c, tail)) = rest.split_first() {
        rest = tail;
        let (before, after) = (out.chars().next_back(), next_solid(rest));
        let between_han = before.is_some_and(is_han) && after.is_some_and(is_han);
        match *c {
            // A blank beside a dot, beside another blank, or between Han characters says nothing.
            ' ' if between_han
                || before == Some(' ')
                || before == Some(MIDDLE_DOT)
                || after.is_some_and(is_dot) => {}
            ' ' if before.is_some_and(is_han) && after.is_some_and(is_stop) => {}
            c if is_dot(c) => out.push(MIDDLE_DOT),
            c if is_stop(c) && between_han => out.push(MIDDLE_DOT),
            c => out.push(c),
        }
    }
    out
}

/// Nothing but Han characters of the first block: nearly every name, and nothing to be put right in it.
fn plain_han(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\u{4E00}'..='\u{9FFF}'))
}

/// The next character that is no blank.
fn next_solid(rest: &[char]) -> Option<char> {
    rest.iter().copied().find(|c| *c != ' ')
}

/// Carries meaning in a name: Han characters and letters of any script, but no Roman numerals.
fn is_letter(c: char) -> bool {
    is_han(c) || (c.is_alphabetic() && !c.is_numeric())
}

/// The first character that does not belong where it stands. Hyphens, apostrophes and full stops follow a letter
/// that is not Han (O'Neil, J. R. Smith); no letter carries more than two accents.
fn stranger(name: &str) -> Option<char> {
    let (mut before, mut accents) = (' ', 0);
    for c in name.chars() {
        let fits = match c {
            MIDDLE_DOT | ' ' => true,
            '-' | '\'' | '\u{2019}' | '.' => !is_han(before) && is_letter(before),
            '\u{300}'..='\u{36F}' => {
                accents += 1;
                is_letter(before) && accents <= 2
            }
            c => is_letter(c),
        };
        if !fits {
            return Some(c);
        }
        if !matches!(c, '\u{300}'..='\u{36F}') {
            (before, accents) = (c, 0);
        }
    }
    None
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> PersonName {
        PersonName::parse(text).unwrap()
    }

    #[test]
    fn tv_n1_every_middle_dot_is_the_same() {
        for text in [
            "买买提•艾力",
            "买买提‧艾力",
            "买买提・艾力",
            "买买提･艾力",
            "买买提．艾力",
            "买买提.艾力",
            "买买提 • 艾力",
            "买买提。艾力",
        ] {
            assert_eq!(name(text).as_str(), "买买提·艾力", "{text}");
            assert_eq!(name(text).match_key(), name("买买提艾力").match_key());
        }
    }

    #[test]
    fn tv_n2_long_names_stay_whole() {
        assert_eq!(
            name("阿卜杜热合曼·麦麦提").to_string(),
            "阿卜杜热合曼·麦麦提"
        );
        let long = "买".repeat(50);
        assert_eq!(name(&long).as_str(), long);
    }

    #[test]
    fn blanks_are_trimmed_and_layout_gaps_closed() {
        for text in [
            "\u{3000}张\u{3000}三\u{A0}",
            "张 三",
            "\u{FEFF}张三",
            "张\u{200B}三",
            "张  三\r\n",
        ] {
            assert_eq!(name(text).as_str(), "张三", "{text:?}");
        }
        assert_eq!(name("  John   Smith ").as_str(), "John Smith");
        assert_eq!(name("ＡＮＮＡ　Ｌｅｅ").as_str(), "ANNA Lee");
        assert_eq!(name("J. R. O'Neil-Ruiz").as_str(), "J. R. O'Neil-Ruiz");
        assert_eq!(name("Zo\u{308}e").as_str(), "Zo\u{308}e");
    }

    #[test]
    fn rare_characters_survive() {
        for text in ["贾〇明", "王𠅤", "李䶮", "\u{E863}某", "𬱖芳"] {
            assert_eq!(name(text).as_str(), text);
        }
    }

    #[test]
    fn spellings_of_one_name_are_the_same_and_other_names_are_not() {
        for (a, b) in [
            ("张三", "张三"),
            ("张三", " 张\u{3000}三"),
            ("买买提·艾力", "买买提•艾力"),
            ("买买提·艾力", "买买提艾力"),
            ("李䶮", "李\u{E863}"),
            ("\u{F92C}平", "郎平"),
            ("ANNA Lee", "ａｎｎａ lee"),
        ] {
            assert!(is_same(a, b) && is_same(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("张三", "李三"),
            ("张三", "张三丰"),
            ("贾〇明", "贾明"),
            ("李䶮", "李龑"),
            ("龙飞", "龍飞"),
            ("张三", ""),
        ] {
            assert!(!is_same(a, b) && !is_same(b, a), "{a} {b}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for (text, fault) in [
            ("", NameFault::Empty),
            (" \u{3000} ", NameFault::Empty),
            ("张", NameFault::TooShort),
            ("张3", NameFault::Character('3')),
            ("张三（已离职）", NameFault::Character('(')),
            ("张三,李四", NameFault::Character(',')),
            ("张三/李四", NameFault::Character('/')),
            ("张三😀", NameFault::Character('😀')),
            ("张三.", NameFault::Character('.')),
            ("张三-李四", NameFault::Character('-')),
            ("Anne--Marie", NameFault::Character('-')),
            ("王Ⅷ世", NameFault::Character('Ⅷ')),
            ("Zo\u{300}\u{301}\u{302}e", NameFault::Character('\u{302}')),
            ("<b>张三", NameFault::Character('<')),
            ("张\0三", NameFault::Unprintable),
            ("张�", NameFault::Unprintable),
            ("·张三", NameFault::Dot),
            ("张三·", NameFault::Dot),
            ("张··三", NameFault::Dot),
        ] {
            assert_eq!(PersonName::parse(text), Err(fault), "{text:?}");
        }
        assert_eq!(
            PersonName::parse(&"买".repeat(101)),
            Err(NameFault::TooLong)
        );
    }

    #[test]
    fn masks() {
        for (text, mask) in [
            ("张三", "张*"),
            ("张小明", "张*明"),
            ("欧阳小明", "欧**明"),
            ("买买提·艾力", "买**·*力"),
        ] {
            assert_eq!(name(text).masked(), mask);
        }
        assert_eq!(format!("{:?}", name("张小明")), "PersonName(张*明)");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "[ \u{3000}张三•.·a-c。]{0,12}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once.clone());
        }

        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name.clone()));
                let _ = (name.masked(), name.match_key());
            }
        }
    }
}
