//! Small repairs to text as people and spreadsheets really deliver it.

use std::borrow::Cow;

/// Whether the character takes room or none but says nothing: white space of any width, byte-order marks,
/// zero-width joiners and the direction marks that copying from chat windows leaves behind.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}' | '\u{180E}')
}

/// The half-width twin of a full-width form (全角 → 半角): `Ａ` → `A`, `　` → a space. Others unchanged.
pub fn half_width_char(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// Full-width letters, digits and marks made half-width (全角 → 半角).
pub fn half_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(|c| half_width_char(c) != c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(half_width_char).collect())
}

/// A number or code ready to be checked: half-width, upper-case, without blanks anywhere. Copies from
/// documents group ID numbers with spaces, and cells carry line breaks.
pub fn compact_code(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_blank(*c)) {
        code.push(half_width_char(c).to_ascii_uppercase());
    }
    code
}

/// Without blanks at either end.
pub fn trim(text: &str) -> &str {
    // Nearly every cell of a roll begins and ends with something solid: that is seen from two bytes.
    if begins_solid(text.as_bytes()) && ends_solid(text.as_bytes()) {
        return text;
    }
    text.trim_matches(is_blank)
}

/// Lead bytes of three-byte characters among which there are no blanks: U+4000 to U+9FFF.
const HAN_LEADS: std::ops::RangeInclusive<u8> = 0xE4..=0xE9;

fn begins_solid(text: &[u8]) -> bool {
    text.first()
        .is_some_and(|b| b.is_ascii_graphic() || HAN_LEADS.contains(b))
}

fn ends_solid(text: &[u8]) -> bool {
    match text {
        [.., b] if b.is_ascii() => b.is_ascii_graphic(),
        [.., lead, _, _] => HAN_LEADS.contains(lead),
        _ => false,
    }
}

/// Whether the character is a Han character (汉字): the unified blocks up to extension J, compatibility
/// forms, 〇, and the private-use characters old systems used for names that had no code yet.
pub fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_cleaned_of_what_copying_leaves() {
        assert_eq!(
            compact_code("\u{FEFF}３３０１１３ 19900307\u{3000}019ｘ\r\n\u{200B}"),
            "33011319900307019X"
        );
        assert_eq!(compact_code("\u{00A0}\t"), "");
        assert_eq!(half_width("ＡＢ，１．５元"), "AB,1.5元");
        assert_eq!(trim("\u{3000}张三\u{00A0}\u{202C}"), "张三");
        for text in [
            "",
            "a",
            " a",
            "张",
            "张\u{3000}",
            "a张 ",
            "\u{200B}张",
            "é",
            "\u{A0}",
            "𠅤 ",
            "x\u{00AD}",
        ] {
            assert_eq!(trim(text), text.trim_matches(is_blank), "{text:?}");
        }
    }

    #[test]
    fn han_reaches_beyond_the_first_plane() {
        for c in ['张', '〇', '䶮', '𠅤', '𬱖', '\u{E863}', '﨎'] {
            assert!(is_han(c), "{c}");
        }
        for c in ['a', '·', '1', '々', 'ア', '，', '😀'] {
            assert!(!is_han(c), "{c}");
        }
    }
}
