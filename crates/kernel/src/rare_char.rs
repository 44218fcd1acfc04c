//! 生僻字: one character that old systems wrote with another code point.
//!
//! Names are kept as they were given; this only says which two spellings are the same character.

/// First private-use position that GBK gave to a character without a code (row FE of the code table).
const FIRST: u32 = 0xE815;

/// What stands today in place of U+E815 … U+E864, in their order: GB 18030-2005 and 2022, table of characters that
/// left the private-use area. 0 where a radical stands, which no name is written with.
const MOVED: [u32; 80] = [
    0, 0x20087, 0x20089, 0x200CC, 0, 0x3473, 0x3447, 0, 0, 0x9FB4, 0x359E, 0x361A, 0x360E, 0, 0,
    0x396E, 0x3918, 0x9FB5, 0x39CF, 0x39DF, 0x3A73, 0x39D0, 0x9FB6, 0x9FB7, 0x3B4E, 0x3C6E, 0x3CE0,
    0, 0x215D7, 0x9FB8, 0, 0x4056, 0x415F, 0, 0x4337, 0, 0, 0, 0x2298F, 0x43B1, 0x43AC, 0, 0x43DD,
    0x44D6, 0x4661, 0x464C, 0x9FB9, 0x4723, 0x4729, 0x477C, 0x478D, 0, 0x4947, 0x497A, 0x497D,
    0x4982, 0x4983, 0x4985, 0x4986, 0x499F, 0x499B, 0x49B7, 0x49B6, 0x9FBA, 0x241FE, 0x4CA3,
    0x4C9F, 0x4CA0, 0x4CA1, 0x4C77, 0x4CA2, 0x4D13, 0x4D14, 0x4D15, 0x4D16, 0x4D17, 0x4D18, 0x4D19,
    0x4DAE, 0x9FBB,
];

/// Compatibility forms (兼容汉字) that GBK files still bring, and the character each of them is (Unicode canonical
/// equivalence).
const COMPATIBLE: [(char, char); 9] = [
    ('\u{F92C}', '\u{90CE}'), // 郎
    ('\u{F979}', '\u{51C9}'), // 凉
    ('\u{F995}', '\u{79CA}'), // 秊
    ('\u{F9E7}', '\u{88CF}'), // 裏
    ('\u{F9F1}', '\u{96A3}'), // 隣
    ('\u{FA0C}', '\u{5140}'), // 兀
    ('\u{FA0D}', '\u{55C0}'), // 嗀
    ('\u{FA18}', '\u{793C}'), // 礼
    ('\u{FA20}', '\u{8612}'), // 蘒
];

/// The code point a character has today; most are their own.
pub fn present(c: char) -> char {
    let code = u32::from(c);
    if !(0xE000..=0xFAFF).contains(&code) {
        return c;
    }
    let moved = code
        .checked_sub(FIRST)
        .and_then(|place| usize::try_from(place).ok())
        .and_then(|place| MOVED.get(place))
        .filter(|moved| **moved != 0)
        .and_then(|moved| char::from_u32(*moved));
    let compatible = || COMPATIBLE.iter().find(|(old, _)| *old == c);
    moved
        .or_else(|| compatible().map(|(_, now)| *now))
        .unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_left_the_private_use_area_is_the_character_of_today() {
        for (old, now) in [
            ('\u{E863}', '䶮'),
            ('\u{E81A}', '㑳'),
            ('\u{E81E}', '龴'),
            ('\u{E864}', '\u{9FBB}'),
            ('\u{E816}', '\u{20087}'),
            ('\u{E855}', '\u{241FE}'),
            ('\u{F92C}', '郎'),
            ('\u{F9F1}', '隣'),
        ] {
            assert_eq!(present(old), now, "{:04X}", u32::from(old));
        }
    }

    #[test]
    fn every_other_character_is_its_own() {
        for c in [
            '张', '〇', '䶮', '·', 'a', '\u{E000}', '\u{E814}', '\u{E815}', '\u{E865}', '\u{F8FF}',
            '\u{FA0E}',
        ] {
            assert_eq!(present(c), c, "{:04X}", u32::from(c));
        }
    }
}
