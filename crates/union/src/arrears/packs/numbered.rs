//! Subjects by number: ids are looked up once, and what is said about a subject then lies at a place in a list.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Ids are random enough to be looked up with hardly any stirring.
#[derive(Debug, Default)]
struct IdHash(u64);

impl Hasher for IdHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, id: u128) {
        // Test ids count upwards, so the halves are mixed and spread over the high bits, which tables look at first.
        for half in id.to_be_bytes().as_chunks::<8>().0 {
            self.0 = (self.0 ^ u64::from_be_bytes(*half)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }
}

/// Something by id.
type ById<T> = HashMap<u128, T, BuildHasherDefault<IdHash>>;

/// Subjects with numbers from 0, in the order in which they were met.
#[derive(Debug, Default)]
pub(in crate::arrears) struct Numbered {
    numbers: ById<u32>,
    ids: Vec<u128>,
}

impl Numbered {
    /// None yet, with room for some.
    pub fn with_room(subjects: usize) -> Self {
        Self {
            numbers: ById::with_capacity_and_hasher(subjects, BuildHasherDefault::default()),
            ids: Vec::with_capacity(subjects),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// The subjects, by number.
    pub fn ids(&self) -> &[u128] {
        &self.ids
    }

    /// The number of a subject. `guess` is tried first: sources name employers in the same order month after month, so
    /// it mostly is the one after the last.
    pub fn number(&self, id: u128, guess: u32) -> Option<u32> {
        if self.ids.get(place(guess)) == Some(&id) {
            return Some(guess);
        }
        self.numbers.get(&id).copied()
    }

    /// The same; who is not there yet is added.
    pub fn add(&mut self, id: u128, guess: u32) -> u32 {
        if self.ids.get(place(guess)) == Some(&id) {
            return guess;
        }
        // A district has not four thousand million subjects.
        let fresh = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(id).or_insert(fresh);
        if number == fresh {
            self.ids.push(id);
        }
        number
    }
}

/// Where what belongs to a number lies.
pub(in crate::arrears) fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
