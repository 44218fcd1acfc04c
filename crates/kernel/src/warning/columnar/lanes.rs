//! Columns as they come, and registers: one number for each row of a block.

/// A column of a block, as it lies in memory or in a file; numbers of more than one byte are little-endian.
#[derive(Debug, Clone, Copy)]
pub enum Lane<'a> {
    /// One byte a row.
    U8(&'a [u8]),
    /// Two bytes a row.
    U16(&'a [u8]),
    /// Four bytes a row.
    U32(&'a [u8]),
    /// Numbers in memory, never missing.
    I32(&'a [i32]),
    /// Numbers in memory; [`MISSING`](super::super::MISSING) where there is none.
    I64(&'a [i64]),
}

/// The kind of a [`Lane`], without its rows: what a plan is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Width {
    /// [`Lane::U8`]
    U8,
    /// [`Lane::U16`]
    U16,
    /// [`Lane::U32`]
    U32,
    /// [`Lane::I32`]
    I32,
    /// [`Lane::I64`]
    I64,
}

impl<'a> Lane<'a> {
    /// What it is made of.
    pub fn width(self) -> Width {
        match self {
            Self::U8(_) => Width::U8,
            Self::U16(_) => Width::U16,
            Self::U32(_) => Width::U32,
            Self::I32(_) => Width::I32,
            Self::I64(_) => Width::I64,
        }
    }

    /// How many rows it has; bytes that do not make a whole row are not counted.
    pub fn rows(self) -> usize {
        match self {
            Self::U8(bytes) => bytes.len(),
            Self::U16(bytes) => bytes.len() / 2,
            Self::U32(bytes) => bytes.len() / 4,
            Self::I32(numbers) => numbers.len(),
            Self::I64(numbers) => numbers.len(),
        }
    }

    /// Every row as a 64-bit number, in place of what `out` held.
    pub fn decode(self, out: &mut Vec<i64>) {
        out.clear();
        match self {
            Self::U8(bytes) => out.extend(bytes.iter().copied().map(i64::from)),
            Self::U16(bytes) => {
                let (pairs, _) = bytes.as_chunks();
                out.extend(
                    pairs
                        .iter()
                        .map(|pair| i64::from(u16::from_le_bytes(*pair))),
                );
            }
            Self::U32(bytes) => {
                let (fours, _) = bytes.as_chunks();
                out.extend(
                    fours
                        .iter()
                        .map(|four| i64::from(u32::from_le_bytes(*four))),
                );
            }
            Self::I32(numbers) => out.extend(numbers.iter().copied().map(i64::from)),
            Self::I64(numbers) => out.extend_from_slice(numbers),
        }
    }
}

impl Width {
    /// Smallest and largest value a row can have.
    pub(super) fn bounds(self) -> (i64, i64) {
        match self {
            Self::U8 => (0, i64::from(u8::MAX)),
            Self::U16 => (0, i64::from(u16::MAX)),
            Self::U32 => (0, i64::from(u32::MAX)),
            Self::I32 => (i64::from(i32::MIN), i64::from(i32::MAX)),
            // i64::MIN is the mark of a missing value.
            Self::I64 => (i64::MIN + 1, i64::MAX),
        }
    }
}

/// One number for each row, and which of them are unknown. An unknown row holds 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Register {
    pub data: Vec<i64>,
    /// 1 where unknown; means nothing unless `doubtful`.
    pub unknown: Vec<u8>,
    /// Whether any row is unknown.
    pub doubtful: bool,
}

impl Register {
    /// Which rows are unknown, when any are.
    pub fn doubts(&self) -> Option<&[u8]> {
        self.doubtful.then_some(self.unknown.as_slice())
    }

    /// Every row unknown.
    pub fn all_unknown(&mut self, rows: usize) {
        self.data.clear();
        self.data.resize(rows, 0);
        self.unknown.clear();
        self.unknown.resize(rows, 1);
        self.doubtful = rows > 0;
    }

    /// Rows of `lane`; missing ones unknown.
    pub fn load(&mut self, lane: Lane<'_>) {
        lane.decode(&mut self.data);
        self.doubtful = false;
        if lane.width() == Width::I64 && self.data.contains(&super::super::MISSING) {
            self.unknown.clear();
            let missing = |value: &i64| u8::from(*value == super::super::MISSING);
            self.unknown.extend(self.data.iter().map(missing));
            self.settle();
        }
    }

    /// Makes `unknown` say something for every row, so that doubts can be added.
    pub fn open_doubts(&mut self) {
        if !self.doubtful {
            self.unknown.clear();
            self.unknown.resize(self.data.len(), 0);
        }
    }

    /// After `unknown` was filled: notes whether any row is, and clears the numbers of those.
    pub fn settle(&mut self) {
        self.doubtful = self.unknown.iter().any(|unknown| *unknown != 0);
        if self.doubtful {
            for (value, unknown) in self.data.iter_mut().zip(&self.unknown) {
                *value &= i64::from(*unknown) - 1;
            }
        }
    }
}
