//! What `niangjia demo` was asked for.

use kernel::Date;

use crate::marker::Marker;

use super::plan::Size;

/// Members unless asked otherwise.
pub const MEMBERS: usize = 20_000;
/// Months of history unless asked otherwise.
pub const MONTHS: usize = 24;
/// Seed unless asked otherwise: the day the district of Linping was founded.
pub const SEED: u64 = 20_210_409;

/// The size of a district: what was asked for, with employers to suit the members.
pub fn size(
    members: usize,
    employers: Option<usize>,
    months: usize,
    seed: u64,
    today: Date,
) -> Size {
    // A tenth of the members up to the default size, a twenty-fifth above: large districts have large firms.
    let suited = (members / 10).min(2_000).max(members / 25).max(60);
    Size {
        members,
        online: (members / 1_000).clamp(1, 40).min(members),
        employers: employers.unwrap_or(suited),
        months,
        seed,
        // The last day written is yesterday: whoever looks this morning finds no record from this afternoon.
        today: today.yesterday().unwrap_or(today),
    }
}

/// What the finished district says of itself.
pub fn marker(size: &Size) -> Marker {
    Marker {
        seed: size.seed,
        members: size.members,
        employers: size.employers,
        months: size.months,
        today: size.today,
    }
}

/// Name of the federation of a demo district.
pub fn federation(district_name: &str) -> String {
    format!("杭州市{district_name}总工会")
}
