//! The workbook to import: 200,000 people in 20 columns, with valid identity numbers but two in a hundred
//! wrong, forty to an employer. Deterministic.

use std::path::Path;

use rust_xlsxwriter::Workbook;

/// Headings, as a personnel office would write them.
pub const HEADINGS: [&str; 20] = [
    "工号",
    "姓名",
    "性别",
    "身份证号",
    "出生日期",
    "手机号码",
    "民族",
    "政治面貌",
    "学历",
    "技术等级",
    "所属工会",
    "统一社会信用代码",
    "工作单位",
    "所在镇街",
    "入会日期",
    "就业状况",
    "工种",
    "户籍类型",
    "是否农民工",
    "备注",
];

/// A unit people can belong to: its union and its employer.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Name of the union.
    pub union: String,
    /// The employer's credit code.
    pub code: String,
    /// The employer's name.
    pub employer: String,
}

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈";
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰萍红建国文斌宇浩子轩梓涵欣怡佳琪晨曦俊峰海燕志鹏春梅";
const JOBS: [&str; 8] = [
    "操作工",
    "质检员",
    "班组长",
    "仓管员",
    "会计",
    "销售员",
    "工程师",
    "保洁员",
];

/// Splitmix64: the next throw and the state after it.
fn throw(state: &mut u64) -> usize {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    usize::try_from((z ^ (z >> 31)) >> 16).unwrap_or(0)
}

fn letter(from: &str, n: usize) -> char {
    from.chars()
        .nth(n % from.chars().count().max(1))
        .unwrap_or('文')
}

/// Identity number of the `n`-th person: region 330113, birth before that district existed.
fn citizen_id(n: usize, wrong: bool) -> (String, String, bool) {
    // 27 years × 12 months × 28 days × 1000 numbers: each n its own.
    let (day, sequence) = (n % 9_072, 10 + n / 9_072);
    let (year, month, date) = (1970 + day / 336, day % 336 / 28 + 1, day % 28 + 1);
    let body = format!("330113{year}{month:02}{date:02}{sequence:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body
        .chars()
        .filter_map(|c| c.to_digit(10))
        .zip(weights)
        .map(|(d, w)| d * w)
        .sum();
    let place = (sum as usize + usize::from(wrong)) % 11;
    (
        format!("{body}{}", letter("10X98765432", place)),
        format!("{year}-{month:02}-{date:02}"),
        sequence % 2 == 1,
    )
}

/// The cells of the `n`-th person. `wrong` percent of numbers fail their check.
pub fn person(n: usize, units: &[Unit], from: usize) -> [String; 20] {
    let mut state = n as u64 ^ 0x5EED;
    let unit = units.get(n / 40 % units.len().max(1));
    let (id, birth, male) = citizen_id(from + n, throw(&mut state).is_multiple_of(50));
    let name = if throw(&mut state).is_multiple_of(5) {
        format!(
            "{}{}",
            letter(SURNAMES, throw(&mut state)),
            letter(GIVEN, throw(&mut state))
        )
    } else {
        format!(
            "{}{}{}",
            letter(SURNAMES, throw(&mut state)),
            letter(GIVEN, throw(&mut state)),
            letter(GIVEN, throw(&mut state))
        )
    };
    let text = |s: &str| s.to_owned();
    [
        format!("W{n:06}"),
        name,
        text(if male { "男" } else { "女" }),
        id,
        birth,
        format!("154{:08}", (n * 37 + 11) % 100_000_000),
        text(if throw(&mut state).is_multiple_of(40) {
            "苗族"
        } else {
            "汉族"
        }),
        text(if throw(&mut state).is_multiple_of(12) {
            "中共党员"
        } else {
            "群众"
        }),
        text(
            ["初中", "高中", "大专", "本科", "中专"]
                .get(throw(&mut state) % 5)
                .copied()
                .unwrap_or("高中"),
        ),
        text(
            ["", "", "初级工", "中级工", "高级工"]
                .get(throw(&mut state) % 5)
                .copied()
                .unwrap_or(""),
        ),
        unit.map(|u| u.union.clone()).unwrap_or_default(),
        unit.map(|u| u.code.clone()).unwrap_or_default(),
        unit.map(|u| u.employer.clone()).unwrap_or_default(),
        text("塘栖镇"),
        format!(
            "{}-{:02}-{:02}",
            2015 + throw(&mut state) % 10,
            1 + throw(&mut state) % 12,
            1 + throw(&mut state) % 28
        ),
        text("在岗"),
        text(JOBS.get(throw(&mut state) % 8).copied().unwrap_or("")),
        text(if throw(&mut state).is_multiple_of(3) {
            "外地农村"
        } else {
            "本地城镇"
        }),
        text(if throw(&mut state).is_multiple_of(3) {
            "是"
        } else {
            "否"
        }),
        text(""),
    ]
}

/// Write the workbook.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, rows: usize, units: &[Unit], from: usize) -> anyhow::Result<()> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory()?;
    for (column, heading) in (0u16..).zip(HEADINGS) {
        sheet.write_string(0, column, heading)?;
    }
    for n in 0..rows {
        let row = u32::try_from(n + 1)?;
        for (column, cell) in (0u16..).zip(person(n, units, from)) {
            if !cell.is_empty() {
                sheet.write_string(row, column, cell)?;
            }
        }
    }
    book.save(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_in_a_hundred_numbers_are_wrong_and_all_differ() {
        let people: Vec<_> = (0..20_000).map(|n| person(n, &[], 0)).collect();
        let wrong = people
            .iter()
            .filter(|p| kernel::CitizenId::parse(&p[3]).is_err())
            .count();
        assert!((300..500).contains(&wrong), "{wrong}");
        assert_eq!(
            people
                .iter()
                .map(|p| &p[3])
                .collect::<std::collections::HashSet<_>>()
                .len(),
            20_000
        );
    }
}
