//! Chance that repeats itself: the same seed and label give the same throws on every machine.
//!
//! Each part of the district has dice of its own, so that one more employer does not rename every
//! member.

use fastrand::Rng;

/// One stream of throws.
pub struct Dice(Rng);

impl Dice {
    /// The dice of one part of the district.
    pub fn new(seed: u64, label: &str) -> Self {
        // FNV-1a: any fixed mixing will do, it only has to keep labels apart.
        let mixed = label.bytes().fold(
            0xCBF2_9CE4_8422_2325_u64 ^ seed.rotate_left(17),
            |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3),
        );
        Self(Rng::with_seed(mixed))
    }

    /// 0 … n−1; 0 when n is 0.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { self.0.usize(0..n) }
    }

    /// `from` … `to`, both included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        if to <= from {
            from
        } else {
            self.0.i64(from..=to)
        }
    }

    /// True about `percent` times in a hundred.
    pub fn percent(&mut self, percent: f64) -> bool {
        self.0.f64() * 100.0 < percent
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// One of these words.
    pub fn word(&mut self, from: &[&'static str]) -> &'static str {
        self.pick(from).copied().unwrap_or_default()
    }

    /// One character of this text.
    pub fn letter(&mut self, from: &[char]) -> char {
        self.pick(from).copied().unwrap_or('文')
    }

    /// A standard normal number (Box–Muller).
    pub fn normal(&mut self) -> f64 {
        let (u, v) = (self.0.f64().max(f64::MIN_POSITIVE), self.0.f64());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    /// A log-normal number: `median` · e^(`sigma` · normal).
    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// Reorder in place.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        self.0.shuffle(items);
    }
}

/// Words drawn by weight.
pub struct Weighted<T: 'static> {
    items: &'static [(T, u32)],
    sums: Vec<u32>,
}

impl<T: Copy> Weighted<T> {
    /// Prepare a table of (item, weight).
    pub fn new(items: &'static [(T, u32)]) -> Self {
        let sums = items
            .iter()
            .scan(0, |sum, (_, weight)| {
                *sum += weight;
                Some(*sum)
            })
            .collect();
        Self { items, sums }
    }

    /// Draw one; `None` only from an empty table.
    pub fn draw(&self, dice: &mut Dice) -> Option<T> {
        let total = self.sums.last().copied().unwrap_or(0);
        let throw = u32::try_from(dice.below(total as usize)).unwrap_or(0);
        let place = self.sums.partition_point(|sum| *sum <= throw);
        self.items.get(place).map(|(item, _)| *item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same_and_labels_keep_apart() {
        let throw = |seed, label| {
            (0..8)
                .map(|_| 0)
                .scan(Dice::new(seed, label), |d, _| Some(d.below(1000)))
                .collect::<Vec<_>>()
        };
        assert_eq!(throw(1, "a"), throw(1, "a"));
        assert_ne!(throw(1, "a"), throw(1, "b"));
        assert_ne!(throw(1, "a"), throw(2, "a"));
    }

    #[test]
    fn weights_are_kept() {
        static TABLE: &[(&str, u32)] = &[("many", 90), ("none", 0), ("few", 10)];
        let (weighted, mut dice) = (Weighted::new(TABLE), Dice::new(7, "w"));
        let drawn: Vec<_> = (0..10_000)
            .filter_map(|_| weighted.draw(&mut dice))
            .collect();
        let many = drawn.iter().filter(|w| **w == "many").count();
        assert!((8_800..9_200).contains(&many), "{many}");
        assert!(!drawn.contains(&"none"));
    }
}
