//! Reading any number of rows takes no more memory than reading a few. A binary of its own: the high-water mark of a
//! process counts everything it ever did.
#![cfg(test)]
#![cfg(target_os = "linux")]

use store::testing::TestDb;
use store::{StoreError, args, statements};

statements! {
    /// About 300 MB of text out of nothing, so that the test does not have to write it first.
    #[rollup("counts to a number, reads no table")]
    MANY = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) \
        SELECT i, 'a row of about three hundred bytes: ……………………………………………………………………………………………………………………………………………………………………………………………………………………………………' FROM n";
}

const ROWS: i64 = 600_000;
const MEGABYTES: i64 = 60;

/// The most memory this process ever held, in MB.
fn high_water() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim()
        .trim_end_matches(" kB")
        .trim()
        .parse::<i64>()
        .unwrap()
        / 1024
}

#[test]
fn a_long_answer_is_streamed_on_both_databases() {
    assert_eq!(ALL.len(), 1);
    store::testing::on_both(|test: &TestDb| {
        let before = high_water();
        let (mut rows, mut bytes) = (0, 0);
        test.db
            .read(&test.actor(), |tx| {
                tx.each(&MANY, args![ROWS], |row| {
                    rows += 1;
                    bytes += row.text(1)?.len();
                    Ok::<_, StoreError>(())
                })
            })
            .unwrap();
        let grown = high_water() - before;
        assert_eq!(rows, ROWS);
        assert!(bytes > 100_000_000, "{bytes} bytes were read");
        assert!(
            grown < MEGABYTES,
            "{:?}: {grown} MB more than before",
            test.backend()
        );
    });
}
