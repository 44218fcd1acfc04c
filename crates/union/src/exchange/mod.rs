//! 数据交换: spreadsheets in and out.
pub mod reading;
