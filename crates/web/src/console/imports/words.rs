//! Words and figures of these pages.

use kernel::Instant;
use union::exchange::{Batch, BatchState, ImportKind, Level, Problem};
use union::members::OtherName;

/// What a kind of fault is called in the list by kind.
pub(super) fn kind_of(code: &str) -> &'static str {
    match code {
        "cell.digits_lost" => "号码被表格改坏",
        "cell.formula" => "公式出错",
        "cell.nul" => "有看不见的字符",
        "cell.unreadable" => "填写读不懂",
        "import.duplicate_row" => "表内重复",
        "member.elsewhere" => "已是其他工会会员",
        OtherName::CODE => "号码在册，姓名不同",
        "org.unknown" | "org.several" => "所属工会不存在或不唯一",
        "org.empty" => "没有写所属工会",
        "member.guardian" => "未满 18 周岁须写监护人",
        "member.too_young" => "未满 16 周岁",
        "member.age_doubtful" => "年龄需确认",
        "member.sex_differs" | "member.birth_differs" => "与证件号不一致",
        "member.code" => "不在代码表中",
        "member.flag" => "是否项读不懂",
        "member.joined"
        | "member.joined_later"
        | "member.joined_young"
        | "member.rejoin_too_early" => "入会日期不合理",
        "member.birth" | "member.born_later" => "出生日期不合理",
        "member.was_expelled" | "member.deceased" | "member.merged" => "会籍状态不允许",
        code if code.starts_with("id.") => "证件号校验不通过",
        code if code.starts_with("phone.") => "手机号格式不对",
        code if code.starts_with("name.") => "姓名不规范",
        code if code.starts_with("bank.") => "银行卡号不对",
        code if code.starts_with("employer.") => "单位信息不对",
        _ => "其他",
    }
}

/// The button that says a doubtful row is right; empty when the row cannot be taken as it is.
pub(super) fn confirm_word(problem: &Problem) -> &'static str {
    let Some(fault) = problem
        .first()
        .filter(|_| problem.level() == Level::Confirm)
    else {
        return "";
    };
    match fault.code.as_str() {
        "member.elsewhere" => "转入",
        "import.duplicate_row" => "合并",
        OtherName::CODE if problem.asks("member.elsewhere") => "确认是同一人",
        OtherName::CODE => "确认改名",
        _ => "确认无误",
    }
}

/// A state in shape, colour and words.
pub(super) fn badge(state: BatchState) -> (&'static str, &'static str) {
    match state {
        BatchState::Done => ("lv-g", "s-ok"),
        BatchState::Uploaded | BatchState::Checked => ("lv-y", "s-yel"),
        BatchState::Checking | BatchState::Importing | BatchState::Undoing => ("lv-b", "s-blu"),
        BatchState::Failed => ("lv-r", "s-red"),
        BatchState::Cancelled | BatchState::Undone => ("lv-n", "s-none"),
    }
}

/// `193604` → `193,604`.
pub(super) fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let length = digits.len();
    let mut out = if number < 0 {
        String::from("-")
    } else {
        String::new()
    };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (length - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A step of the stepper: words, and whether it is done, current or to come.
pub(super) struct Step {
    pub(super) words: &'static str,
    pub(super) done: bool,
    pub(super) current: bool,
}

/// The five steps with the present one marked.
pub(super) fn steps(state: BatchState) -> Vec<Step> {
    let at = match state {
        BatchState::Uploaded => 1,
        BatchState::Checking | BatchState::Checked | BatchState::Failed => 2,
        BatchState::Importing => 3,
        BatchState::Done | BatchState::Cancelled | BatchState::Undoing | BatchState::Undone => 4,
    };
    let words = ["上传文件", "对应字段", "核对错误", "确认导入", "完成"];
    let step = |(place, words)| Step {
        words,
        done: place < at || state == BatchState::Done,
        current: place == at && state != BatchState::Done,
    };
    words.into_iter().enumerate().map(step).collect()
}

/// How far a running pass has come.
pub(super) struct Pace {
    pub(super) percent: i64,
    pub(super) done: String,
    pub(super) total: String,
    pub(super) rate: String,
    pub(super) left: String,
}

/// Rate and time left from what is done since the pass began.
pub(super) fn pace(batch: &Batch, now: Instant) -> Pace {
    let (done, total) = match batch.state {
        BatchState::Undoing => (batch.undone_rows, batch.tally.new + batch.tally.updated),
        _ => (batch.rows_done, batch.rows_total),
    };
    let elapsed = (now.ms() - batch.phase_at.ms()).max(1);
    let rate = done * 1000 / elapsed;
    let left = if rate > 0 && total > done {
        in_words((total - done) / rate)
    } else {
        "正在估计".to_owned()
    };
    Pace {
        percent: if total > 0 {
            (done * 100 / total).clamp(0, 100)
        } else {
            0
        },
        done: thousands(done),
        total: if total > 0 {
            thousands(total)
        } else {
            "？".to_owned()
        },
        rate: thousands(rate),
        left,
    }
}

fn in_words(seconds: i64) -> String {
    match seconds {
        0..=4 => "几秒".to_owned(),
        5..=89 => format!("{seconds} 秒"),
        _ => format!("{} 分钟", (seconds + 30) / 60),
    }
}

/// What is being done, for the heading of the progress.
pub(super) fn doing(state: BatchState) -> &'static str {
    match state {
        BatchState::Checking => "正在核对",
        BatchState::Importing => "正在导入",
        _ => "正在撤回",
    }
}

/// Rules shown beside the problem rows.
pub(super) fn rules(kind: ImportKind) -> &'static [&'static str] {
    match kind {
        ImportKind::Members => &[
            "证件号：18 位与校验位（GB 11643），其他证件按各自规则",
            "同一证件号全区唯一，跨工会转为转会",
            "证件号在册而姓名不同的，名册不动，逐行由人确认",
            "所属工会：按信用代码、全称、简称依次匹配",
            "入会日期：不晚于今天；空着按导入当天",
        ],
        ImportKind::Employers => &[
            "统一社会信用代码：18 位与校验位（GB 32100）",
            "没有代码的按名称比对，拿不准的转人工",
            "空着的格子不会覆盖已有资料",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped() {
        for (number, words) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
            (-1_000, "-1,000"),
        ] {
            assert_eq!(thousands(number), words);
        }
    }

    #[test]
    fn steps_show_where_a_batch_stands() {
        let now = |state| steps(state).iter().position(|step| step.current);
        assert_eq!(now(BatchState::Uploaded), Some(1));
        assert_eq!(now(BatchState::Checked), Some(2));
        assert_eq!(now(BatchState::Done), None);
        assert!(steps(BatchState::Done).iter().all(|step| step.done));
    }
}
