//! Benchmarks, printed as ratios of one run on one machine.
mod floors;
mod load;
mod process;
mod table;
mod workbook;
fn main() {}
