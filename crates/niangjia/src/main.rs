//! niangjia
fn main() {}
