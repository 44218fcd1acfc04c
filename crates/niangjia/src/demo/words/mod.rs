//! Small word tables, written by hand for this generator. They imitate how often names occur; none of
//! them is a list of people or firms.

pub mod firms;
pub mod people;
pub mod trades;
