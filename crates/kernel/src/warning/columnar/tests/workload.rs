//! Workload W: an ordinary rule-set file must give the check sums that three other engines agree on.

use super::super::*;
use crate::definitions::Definition;
use crate::warning::{Fact, Facts, Scratch};

const SEED: u64 = 20_260_501;
const MONTHS: u64 = 24;
const RULES: &str = include_str!("../../../../../../bench/rules/workload-w.toml");

fn splitmix64(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ x >> 31
}

/// The fields of one employer's month, in the order of the rule set.
fn row(ent: u64, month: u64) -> [u64; 8] {
    let draw = |slot: u64, key: u64, modulus: u64| {
        splitmix64(SEED + ent * 1_048_576 + slot * 4_096 + key) % modulus
    };
    let e = |key, modulus| draw(31, key, modulus);
    let h = |key, modulus| draw(month, key, modulus);
    let staff = match e(0, 100) {
        0..70 => 3 + e(1, 27),
        70..95 => 30 + e(1, 270),
        _ => 300 + e(1, 4700),
    };
    let wage = 4500 + e(2, 6000);
    let (site, trouble, start) = (e(3, 100) < 8, e(4, 1000) < 60, e(5, 24));
    let (gone, mild) = (e(6, 100) < 10, e(7, 100) < 55);
    let bad = trouble && month >= start;
    let hard = bad && !mild;
    let headcount = staff - (staff / 10).min(h(1, 5)) + h(2, 3);
    let payroll = headcount * wage;
    let arrears = if bad {
        payroll * if mild { 2 + h(3, 14) } else { 10 + h(3, 90) } / 100
    } else if h(4, 1000) < 15 {
        payroll * h(5, 12) / 100
    } else {
        0
    };
    let si_unpaid = if bad {
        headcount * h(6, if mild { 40 } else { 80 }) / 100
    } else if h(7, 100) < 5 {
        h(8, 3)
    } else {
        0
    };
    let complaints = match (hard, bad) {
        (true, _) => h(9, 4),
        (false, true) => h(9, 2),
        _ => u64::from(h(10, 1000) < 8),
    };
    let cases = u64::from(if hard {
        h(11, 100) < 35
    } else {
        h(12, 1000) < 2
    });
    let power = headcount * (80 + h(13, 40));
    let power = if bad {
        power * (if mild { 65 } else { 30 } + h(14, 40)) / 100
    } else {
        power
    };
    let flags = u64::from(hard && h(15, 100) < 12)
        + 2 * u64::from(hard && gone && month >= start + 3)
        + 4 * u64::from(site);
    [
        headcount,
        payroll,
        arrears,
        si_unpaid.min(headcount),
        complaints,
        cases,
        power,
        flags,
    ]
}

fn rules() -> RuleSet {
    RuleSet::read(&Definition::parse("rules/workload-w.toml", RULES).unwrap()).unwrap()
}

/// Little-endian columns as the benchmark's files have them: ent, m and the eight fields.
fn columns(employers: std::ops::Range<u64>) -> Vec<Vec<u8>> {
    let mut files = vec![Vec::new(); 10];
    for (ent, month) in employers.flat_map(|ent| (0..MONTHS).map(move |month| (ent, month))) {
        let sizes = [4, 1, 4, 4, 4, 4, 2, 2, 4, 1];
        let values = [ent, month].into_iter().chain(row(ent, month));
        for ((file, size), value) in files.iter_mut().zip(sizes).zip(values) {
            file.extend_from_slice(&value.to_le_bytes()[..size]);
        }
    }
    files
}

fn lanes(files: &[Vec<u8>]) -> Vec<Lane<'_>> {
    let mut lanes: Vec<Lane<'_>> = files[2..].iter().map(|file| Lane::U32(file)).collect();
    lanes[4] = Lane::U16(&files[6]);
    lanes[5] = Lane::U16(&files[7]);
    lanes[7] = Lane::U8(&files[9]);
    lanes
}

const WIDTHS: &[Width] = &[
    Width::U32,
    Width::U32,
    Width::U32,
    Width::U32,
    Width::U16,
    Width::U16,
    Width::U32,
    Width::U8,
];

#[test]
fn two_thousand_employers_give_the_anchor() {
    let columns_plan = rules().columns(&[WIDTHS]).unwrap();
    let mut space = Workspace::default();
    let (mut sum, mut colours, mut last) = (0u64, [0u32; 3], [0u32; 3]);
    for from in (0..2000).step_by(80) {
        let files = columns(from..from + 80);
        let lanes = lanes(&files);
        let block = Block {
            subject: Lane::U32(&files[0]),
            step: Lane::U8(&files[1]),
            signals: &[SignalLanes {
                present: None,
                fields: &lanes,
            }],
        };
        let found = columns_plan
            .run(&block, &Liveness::all_live(), Wanted::EveryRow, &mut space)
            .unwrap();
        for (row, (level, score)) in (from * MONTHS..).zip(found.level.iter().zip(&found.score)) {
            sum += (u64::from(*level) * 1000 + *score as u64) * (1 + row % 97);
            colours[usize::from(*level)] += 1;
            last[usize::from(*level)] += u32::from(row % MONTHS == 23);
        }
    }
    assert_eq!(colours, [47_023, 435, 542]);
    assert_eq!(last, [1922, 38, 40]);
    assert_eq!(sum, 83_980_105);
}

#[test]
fn the_last_month_alone_needs_only_six() {
    let plan = rules().columns(&[WIDTHS]).unwrap();
    let full = columns(0..300);
    let sizes = [4, 1, 4, 4, 4, 4, 2, 2, 4, 1];
    let tail = |(file, size): (&Vec<u8>, usize)| -> Vec<u8> {
        file.chunks(24 * size)
            .flat_map(|chunk| chunk[18 * size..].to_vec())
            .collect()
    };
    let tails: Vec<Vec<u8>> = full.iter().zip(sizes).map(tail).collect();
    let run = |files: &[Vec<u8>], wanted| {
        let lanes = lanes(files);
        let block = Block {
            subject: Lane::U32(&files[0]),
            step: Lane::U8(&files[1]),
            signals: &[SignalLanes {
                present: None,
                fields: &lanes,
            }],
        };
        let mut space = Workspace::default();
        let found = plan
            .run(&block, &Liveness::all_live(), wanted, &mut space)
            .unwrap();
        (
            found.rows.clone(),
            found.score.clone(),
            found.level.clone(),
            found.fired.clone(),
        )
    };
    let every = run(&full, Wanted::EveryRow);
    let (rows, score, level, fired) = run(&tails, Wanted::LastOfSubject);
    assert_eq!(rows.len(), 300);
    assert!(level.contains(&2) && level.contains(&1));
    for (entry, row) in rows.iter().enumerate() {
        assert_eq!(*row as usize, entry * 6 + 5);
        let at = entry * 24 + 23;
        assert_eq!(
            (score[entry], level[entry], fired[entry]),
            (every.1[at], every.2[at], every.3[at])
        );
    }
}

/// Row by row over the same rules, for employers of every kind.
#[test]
fn single_evaluations_agree() {
    let rules = rules();
    let plan = rules.columns(&[WIDTHS]).unwrap();
    let files = columns(0..120);
    let lanes = lanes(&files);
    let block = Block {
        subject: Lane::U32(&files[0]),
        step: Lane::U8(&files[1]),
        signals: &[SignalLanes {
            present: None,
            fields: &lanes,
        }],
    };
    let mut space = Workspace::default();
    let found = plan
        .run(&block, &Liveness::all_live(), Wanted::EveryRow, &mut space)
        .unwrap();
    let mut scratch = Scratch::default();
    for ent in 0..120u64 {
        let values: Vec<[i64; 8]> = (0..MONTHS)
            .map(|month| row(ent, month).map(|v| v as i64))
            .collect();
        // Months of the workload are numbered from 0: January 2000 is as good as any.
        let day = |month: usize| crate::warning::Step::Month.first_day(24_000 + month as i32);
        let facts: Vec<Fact<'_>> = values
            .iter()
            .enumerate()
            .map(|(month, values)| Fact {
                kind: 0,
                day: day(month),
                arrived: day(month),
                own: false,
                values,
            })
            .collect();
        let facts = Facts::new(&facts).unwrap();
        for month in 0..24 {
            let entry = ent as usize * 24 + month;
            let one = rules.score(facts, day(month), &Liveness::all_live(), &mut scratch);
            assert_eq!(one.score, found.score[entry]);
            assert_eq!(
                one.level.map_or(0, |level| level + 1),
                usize::from(found.level[entry])
            );
            let full = rules.evaluate(
                facts,
                crate::warning::date_of(day(month)),
                &Liveness::all_live(),
            );
            let fired = (0..)
                .zip(&full.rules)
                .filter(|(_, rule)| rule.points != 0 || rule.red_line);
            assert!(fired.map(|(place, _)| place).eq(found.rules_fired(entry)));
        }
    }
}

#[test]
fn a_block_that_does_not_fit_is_refused() {
    let plan = rules().columns(&[WIDTHS]).unwrap();
    assert!(rules().columns(&[&WIDTHS[1..]]).is_err());
    let files = columns(0..2);
    let lanes = lanes(&files);
    let mut space = Workspace::default();
    let mut run = |subject: Lane<'_>, step: Lane<'_>, lanes: &[Lane<'_>]| {
        let block = Block {
            subject,
            step,
            signals: &[SignalLanes {
                present: None,
                fields: lanes,
            }],
        };
        plan.run(&block, &Liveness::all_live(), Wanted::EveryRow, &mut space)
            .map(|found| found.score.len())
    };
    let (subject, step) = (Lane::U32(&files[0]), Lane::U8(&files[1]));
    assert_eq!(run(subject, step, &lanes), Ok(48));
    assert_eq!(
        run(subject, Lane::U8(&files[1][1..]), &lanes),
        Err(BlockFault::Shape)
    );
    assert_eq!(run(subject, step, &lanes[1..]), Err(BlockFault::Shape));
    let mut wrong = lanes.clone();
    wrong[0] = Lane::U16(&files[2][..96]);
    assert_eq!(run(subject, step, &wrong), Err(BlockFault::Shape));
    let backwards: Vec<u8> = files[1].iter().rev().copied().collect();
    assert_eq!(
        run(subject, Lane::U8(&backwards), &lanes),
        Err(BlockFault::NotInOrder)
    );
}
