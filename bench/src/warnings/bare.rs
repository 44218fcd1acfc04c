//! The arithmetic of workload W and nothing else, written out for one employer: what a rule engine is measured by.

use super::files::{Buffers, MONTHS};

/// Numbers of one column, from its bytes.
fn column<const SIZE: usize>(buffers: &Buffers, place: usize) -> [i64; MONTHS] {
    let mut numbers = [0; MONTHS];
    let bytes = buffers.0.get(place).map(Vec::as_slice).unwrap_or_default();
    for (number, bytes) in numbers.iter_mut().zip(bytes.as_chunks::<SIZE>().0) {
        let mut wide = [0u8; 8];
        for (wide, byte) in wide.iter_mut().zip(bytes) {
            *wide = *byte;
        }
        *number = i64::from_le_bytes(wide);
    }
    numbers
}

/// Sum over months `month - far ..= month - near`, as far as they exist.
fn sum(numbers: &[i64; MONTHS], month: usize, near: usize, far: usize) -> i64 {
    let end = (month + 1).saturating_sub(near);
    let start = month.saturating_sub(far).min(end);
    numbers.get(start..end).map_or(0, |part| part.iter().sum())
}

/// Colour and score of each month of the one employer in `buffers`.
pub fn colours(buffers: &Buffers, out: &mut [(u8, i64); MONTHS]) {
    let headcount = column::<4>(buffers, 2);
    let payroll = column::<4>(buffers, 3);
    let arrears = column::<4>(buffers, 4);
    let si_unpaid = column::<4>(buffers, 5);
    let complaints = column::<2>(buffers, 6);
    let cases = column::<2>(buffers, 7);
    let power = column::<4>(buffers, 8);
    let flags = column::<1>(buffers, 9);
    let mut late = [0; MONTHS];
    for (late, (arrears, payroll)) in late.iter_mut().zip(arrears.iter().zip(&payroll)) {
        *late = i64::from(arrears * 10 > *payroll);
    }
    for (month, out) in out.iter_mut().enumerate() {
        let three = |numbers: &[i64; MONTHS]| sum(numbers, month, 0, 2);
        let (arr3, pay3, hc3) = (three(&arrears), three(&payroll), three(&headcount));
        let (si3, cmp3, cas3, pw3) = (
            three(&si_unpaid),
            three(&complaints),
            three(&cases),
            three(&power),
        );
        let base = sum(&power, month, 3, 5);
        let flag = flags.get(month).copied().unwrap_or(0);
        let owed = arrears.get(month).copied().unwrap_or(0);
        let points = |holds: bool, points: i64| if holds { points } else { 0 };
        let score = points(arr3 * 100 > 5 * pay3, 20)
            + points(arr3 * 100 > 20 * pay3, 30)
            + points(three(&late) == 3, 25)
            + points(si3 * 100 > 30 * hc3, 15)
            + points(cmp3 >= 3, 15)
            + points(cmp3 * 1000 > 20 * hc3, 10)
            + points(cas3 >= 2, 20)
            + points(base > 0 && pw3 * 100 < 60 * base, 15)
            + points(flag & 1 != 0, 10)
            + points(flag & 4 != 0 && owed > 0, 10);
        let gone = flag & 2 != 0 && arr3 > 0;
        let colour = if gone || score >= 60 {
            2
        } else {
            u8::from(score >= 25)
        };
        *out = (colour, score);
    }
}
