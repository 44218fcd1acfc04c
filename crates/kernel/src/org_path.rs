//! Where an organisation hangs in the union tree, as sortable text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Digits of a segment in ascending byte order (no I, L, O, U: nobody should misread a path).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters per level.
const SEGMENT: usize = 4;
/// Children one organisation may ever have had: 32⁴.
const CHILDREN: u32 = 1 << 20;
/// A byte greater than every letter of the alphabet, so `path` … `path~` spans exactly one subtree.
const AFTER_ALL: char = '~';

/// The path of an organisation (组织路径): four characters per level, from the district's root down.
///
/// Descendants begin with their ancestor's path and sort directly behind it, so "this union and everything
/// below it" is one range of an index — on SQLite, on PostgreSQL with `COLLATE "C"`, and in Rust alike. The
/// empty path stands above every organisation: the whole district.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct OrgPath(String);

/// Why a text or a child number makes no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OrgPathFault {
    /// Length is not a multiple of four, or a character is outside the alphabet.
    #[error("组织路径格式不正确")]
    Malformed,
    /// An organisation has used up its 1,048,576 child numbers.
    #[error("下级组织编号已用完")]
    TooManyChildren,
}

impl OrgPath {
    /// The whole district: above every organisation.
    pub fn whole() -> Self {
        Self(String::new())
    }

    /// Reads a stored path.
    ///
    /// # Errors
    /// [`OrgPathFault::Malformed`] when it is not made of whole segments of the alphabet.
    pub fn parse(text: &str) -> Result<Self, OrgPathFault> {
        let whole =
            text.len().is_multiple_of(SEGMENT) && text.bytes().all(|b| ALPHABET.contains(&b));
        if whole {
            Ok(Self(text.to_owned()))
        } else {
            Err(OrgPathFault::Malformed)
        }
    }

    /// The path of the `number`-th child. Numbers are never reused, so a moved or dissolved union's old path
    /// stays free for ever.
    ///
    /// # Errors
    /// [`OrgPathFault::TooManyChildren`] from 1,048,576 on.
    pub fn child(&self, number: u32) -> Result<Self, OrgPathFault> {
        if number >= CHILDREN {
            return Err(OrgPathFault::TooManyChildren);
        }
        let mut path = String::with_capacity(self.0.len() + SEGMENT);
        path.push_str(&self.0);
        for shift in [15, 10, 5, 0] {
            let digit = usize::try_from((number >> shift) & 31).unwrap_or(0);
            path.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
        }
        Ok(Self(path))
    }

    /// The stored text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Levels below the whole district: 0 for [`OrgPath::whole`], 1 for the district federation.
    pub fn depth(&self) -> usize {
        self.0.len() / SEGMENT
    }

    /// Its own four characters; `None` for the whole district.
    pub fn segment(&self) -> Option<&str> {
        self.0.get(self.0.len().checked_sub(SEGMENT)?..)
    }

    /// The path one level up; `None` for the whole district.
    pub fn parent(&self) -> Option<Self> {
        self.0
            .get(..self.0.len().checked_sub(SEGMENT)?)
            .map(|text| Self(text.to_owned()))
    }

    /// Itself and every path above it, from the first level down (the whole district not included).
    pub fn lineage(&self) -> impl Iterator<Item = Self> + '_ {
        (1..=self.depth())
            .filter_map(|depth| self.0.get(..depth * SEGMENT))
            .map(|text| Self(text.to_owned()))
    }

    /// Whether it is `ancestor` or lies anywhere below it.
    pub fn is_within(&self, ancestor: &Self) -> bool {
        self.0.starts_with(&ancestor.0)
    }

    /// Half-open text range `[from, to)` that holds this path and its descendants and nothing else.
    pub fn range(&self) -> (String, String) {
        (self.0.clone(), format!("{}{AFTER_ALL}", self.0))
    }

    /// The path this organisation gets when the subtree at `from` is moved to `to`; `None` when it is not
    /// in that subtree.
    pub fn moved(&self, from: &Self, to: &Self) -> Option<Self> {
        self.0
            .strip_prefix(&from.0)
            .map(|rest| Self(format!("{}{rest}", to.0)))
    }
}

impl fmt::Display for OrgPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for OrgPath {
    type Err = OrgPathFault;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for OrgPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for OrgPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(numbers: &[u32]) -> OrgPath {
        numbers.iter().fold(OrgPath::whole(), |path, number| {
            path.child(*number).unwrap()
        })
    }

    #[test]
    fn the_alphabet_rises_byte_by_byte() {
        assert!(ALPHABET.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ALPHABET.iter().all(|b| *b < AFTER_ALL as u8));
    }

    #[test]
    fn children_and_parents() {
        assert_eq!(path(&[1, 31, 32]).as_str(), "0001000Z0010");
        assert_eq!(path(&[1, 31, 32]).parent(), Some(path(&[1, 31])));
        assert_eq!(path(&[1, 31]).segment(), Some("000Z"));
        assert_eq!(OrgPath::whole().parent(), None);
        assert_eq!(OrgPath::whole().segment(), None);
        assert_eq!(
            path(&[1]).child(CHILDREN),
            Err(OrgPathFault::TooManyChildren)
        );
        assert_eq!(path(&[1]).child(CHILDREN - 1).unwrap().as_str(), "0001ZZZZ");
        let lineage: Vec<_> = path(&[1, 2, 3]).lineage().collect();
        assert_eq!(lineage, [path(&[1]), path(&[1, 2]), path(&[1, 2, 3])]);
    }

    #[test]
    fn malformed_text_is_refused() {
        for bad in ["001", "00010", "000i", "000~", "0001 ", "工会"] {
            assert_eq!(OrgPath::parse(bad), Err(OrgPathFault::Malformed), "{bad}");
        }
    }

    #[test]
    fn moving_a_subtree_carries_its_descendants() {
        let moved = path(&[1, 2, 7])
            .moved(&path(&[1, 2]), &path(&[1, 3, 9]))
            .unwrap();
        assert_eq!(moved, path(&[1, 3, 9, 7]));
        assert_eq!(path(&[1, 4]).moved(&path(&[1, 2]), &path(&[1, 3])), None);
    }

    fn any_path() -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(prop_oneof![0u32..4, 0u32..CHILDREN], 0..5)
    }

    proptest! {
        #[test]
        fn order_of_paths_is_order_of_numbers(a in any_path(), b in any_path()) {
            prop_assert_eq!(path(&a).cmp(&path(&b)), a.cmp(&b));
        }

        #[test]
        fn the_range_holds_the_subtree_and_nothing_else(a in any_path(), b in any_path()) {
            let (from, to) = path(&a).range();
            let text = path(&b).to_string();
            prop_assert_eq!(from <= text && text < to, path(&b).is_within(&path(&a)));
            prop_assert_eq!(path(&b).is_within(&path(&a)), b.starts_with(&a));
        }

        #[test]
        fn text_round_trips(a in any_path()) {
            prop_assert_eq!(OrgPath::parse(path(&a).as_str()), Ok(path(&a)));
            prop_assert_eq!(path(&a).depth(), a.len());
        }
    }
}
