//! Words for people who read the log: things acted upon, and particulars. The codes stay in the record.

use serde_json::Value;

/// Longest run of characters shown of one particular.
const SHOWN: usize = 120;

/// The kinds of things that are acted upon, with their words.
pub const SUBJECTS: &[(&str, &str)] = &[
    ("notebook", "工薪本"),
    ("account", "账号"),
    ("session", "会话"),
    ("token", "令牌"),
    ("setting", "设置"),
    ("district", "本区"),
    ("member", "会员"),
    ("application", "入会申请"),
    ("duplicate_pair", "疑似重复"),
    ("employer", "单位"),
    ("employer_match", "名称比对"),
    ("org", "工会组织"),
    ("founding", "建会事项"),
    ("import_batch", "导入批次"),
    ("export", "导出"),
    ("coverage", "覆盖率"),
    ("case", "办件"),
    ("feed", "数据来源"),
    ("signal", "信号"),
    ("letter", "文书"),
    ("alert", "预警"),
    ("rules", "预警规则"),
    ("season", "攻坚季"),
    ("check_in", "每周五问"),
    ("pay_report", "工资月报"),
    ("arrears_daily", "处置日报"),
    ("screen", "大屏"),
    ("poster", "海报"),
    ("case_disposal", "到期销毁清单"),
];

/// What kind of thing was acted upon, in Chinese; the code itself where there is no word.
pub fn subject(kind: &str) -> &str {
    SUBJECTS
        .iter()
        .find(|(code, _)| *code == kind)
        .map_or(kind, |(_, words)| words)
}

/// The particulars of a record as (word, value) pairs, for the page; an array of two is “before → after”.
pub fn particulars(detail: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(map)) = serde_json::from_str(detail) else {
        return Vec::new();
    };
    map.iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (word(key).to_owned(), shown(value)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => term(text).to_owned(),
        Value::Array(list) => match list.as_slice() {
            [before, after] => {
                let blank = |text: String| {
                    if text.is_empty() {
                        "空".to_owned()
                    } else {
                        text
                    }
                };
                format!("{} → {}", blank(shown(before)), blank(shown(after)))
            }
            list => list.iter().map(shown).collect::<Vec<_>>().join("、"),
        },
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| format!("{} {}", word(key), shown(value)))
            .collect::<Vec<_>>()
            .join("，"),
    };
    if text.chars().count() > SHOWN {
        text.chars().take(SHOWN).chain(['…']).collect()
    } else {
        text
    }
}

/// Values that are codes of this program, in words.
fn term(value: &str) -> &str {
    match value {
        "open" => "存续",
        "deregistered" => "注销",
        "revoked" => "吊销",
        "active" => "正常",
        "suspended" => "暂停",
        "dissolved" => "已撤销",
        "draft" => "草稿",
        "submitted" => "已申请",
        "own" => "单独建会",
        "committee" => "工会委员会",
        "red" => "红色",
        "yellow" => "黄色",
        "blue" => "蓝色",
        "orange" => "橙色",
        other => match crate::orgs::OrgKind::from_id(other) {
            Some(kind) => kind.title(),
            None => other,
        },
    }
}

/// What a particular is called; the key itself where there is no word.
pub(super) fn word(key: &str) -> &str {
    match key {
        "name" => "名称",
        "login" => "账号",
        "kind" => "类型",
        "org" => "工会",
        "org_name" => "工会",
        "parent" => "上级",
        "heir" => "承接工会",
        "state" => "状态",
        "status" => "状态",
        "from" => "由",
        "to" => "到",
        "from_on" => "起",
        "to_on" => "止",
        "on" => "日期",
        "at" => "时间",
        "due_on" => "期限",
        "joined_on" => "入会日期",
        "closed_on" => "终止日期",
        "opened_on" => "成立日期",
        "ends_on" => "届满",
        "days_before" => "提前天数",
        "change" => "变动",
        "reason" => "原因",
        "evidence" => "依据",
        "credit_code" => "统一社会信用代码",
        "code" => "代码",
        "headcount" => "职工人数",
        "headcount_on" => "统计日期",
        "officer" => "委员",
        "officers" => "委员人数",
        "position" => "职务",
        "committee" => "委员会",
        "verb" => "办理",
        "papers" => "材料",
        "members_expected" => "预计会员",
        "members" => "会员",
        "member" => "会员",
        "employer" => "单位",
        "employers" => "单位",
        "employer_id" => "单位",
        "role" => "角色",
        "field" => "项目",
        "fields" => "项目",
        "purpose" => "用途",
        "purposes" => "用途",
        "notice" => "告知版本",
        "request" => "请求",
        "answer" => "答复",
        "transfer" => "转会",
        "rows" => "行数",
        "row" => "行",
        "to_row" => "到行",
        "fixed" => "已修改",
        "fixed_rows" => "已修改",
        "ready" => "可导入",
        "done" => "已完成",
        "left" => "保留",
        "left_out" => "未计",
        "removed" => "移除",
        "restored" => "恢复",
        "kept" => "保留记录",
        "absorbed" => "并入记录",
        "merge" => "合并",
        "batch" => "批次",
        "tally" => "结果",
        "new" => "新增",
        "updated" => "更新",
        "unchanged" => "未变",
        "rejoined" => "重新入会",
        "duplicates" => "疑似重复",
        "refused" => "退回",
        "first" => "第一条",
        "last" => "最后一条",
        "digest" => "摘要",
        "hash" => "摘要",
        "list" => "名单",
        "score" => "相近程度",
        "right" => "另一条",
        "before" => "原值",
        "after" => "新值",
        "month" => "月份",
        "founded" => "组建率",
        "joined" => "入会率",
        "real_name" => "实名率",
        "items" => "明细条数",
        "places" => "组织数",
        "definition" => "规则",
        "jurisdiction" => "适用地区",
        "guardian" => "监护人",
        "ended" => "结束",
        "failures" => "失败次数",
        "file" => "文件",
        "filter" => "条件",
        "masked" => "已脱敏",
        "size" => "大小",
        "from_names" => "原上级",
        "to_names" => "新上级",
        "address" => "地址",
        "industry_code" => "行业代码",
        "economic_type" => "经济类型",
        "region_code" => "行政区划",
        "title" => "标题",
        "no" => "编号",
        "level" => "等级",
        "delivery" => "交付",
        "source" => "来源",
        "same" => "未变",
        "corrected" => "更正",
        "echo" => "印证",
        "heavier" => "更重而替代",
        "waiting" => "待比对",
        "week" => "周次",
        "rule_set" => "规则集",
        "alerts" => "预警",
        "applications" => "申请",
        "signals" => "线索",
        "paid_heads" => "已发人数",
        "template" => "文书种类",
        "organ" => "发文机关",
        "number" => "文号",
        "series" => "类别字",
        "year" => "年份",
        "rewritten" => "改写正文",
        "signer_post" => "签发人职务",
        "method" => "送达方式",
        "late" => "逾期",
        "case" => "办件",
        "cases" => "办件",
        "photos" => "照片",
        "photo" => "照片",
        "paper" => "材料",
        "door" => "渠道",
        "on_behalf" => "代办",
        "grade" => "等级",
        "owner" => "承办",
        "until" => "到",
        "share" => "公开",
        "asked" => "提出",
        "firm" => "单位",
        "most_open" => "最多在办",
        "duty" => "值班",
        "client" => "当事人",
        "sent" => "寄送",
        "next_due_at" => "下一时限",
        "closing" => "办结类型",
        "happened" => "发生",
        "question" => "问题",
        "employer_name" => "单位",
        "party" => "当事人",
        "sealed" => "密封",
        "into" => "并入",
        "destroyed" => "已销毁",
        "letters" => "文书",
        "letters_kept" => "保留文书",
        "spot" => "地点",
        "industry_parent" => "行业上级",
        "contact" => "联系方式",
        "files" => "文件",
        "origin" => "来源",
        "changes" => "改动",
        "speaks" => "计入线索",
        "day" => "日期",
        "people" => "人数",
        "amount" => "金额（分）",
        "bytes" => "字节",
        "format" => "格式",
        "entries" => "条数",
        "key" => "密钥编号",
        "days" => "天数",
        "records" => "记录",
        "visited" => "走访日期",
        "clock" => "时限",
        "met" => "办到",
        "what" => "事项",
        "phone" => "电话",
        other => other,
    }
}
