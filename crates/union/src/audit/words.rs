//! Words for people who read the log: acts, things acted upon, and particulars. The codes stay in the record.

use serde_json::Value;

/// Longest run of characters shown of one particular.
const SHOWN: usize = 120;

/// Acts of one kind of thing.
pub struct Acts {
    /// 办件
    pub title: &'static str,
    /// Beginning of their codes: `case.`
    pub begins: &'static str,
    /// Code and Chinese words of each.
    pub acts: &'static [(&'static str, &'static str)],
}

/// Every act that is written into the log, by what it is about. A test finds those that are missing.
pub const ACTS: &[Acts] = &[
    Acts {
        title: "登录",
        begins: "access.",
        acts: &[
            ("access.signed_in", "登录"),
            ("access.failed", "登录失败"),
            ("access.locked", "连续失败锁定"),
        ],
    },
    Acts {
        title: "会话",
        begins: "session.",
        acts: &[
            ("session.opened", "建立会话"),
            ("session.ended", "退出登录"),
            ("session.others_ended", "退出其他设备"),
            ("session.post_switched", "切换岗位"),
        ],
    },
    Acts {
        title: "账号",
        begins: "account.",
        acts: &[
            ("account.created", "新建账号"),
            ("account.password_set", "修改口令"),
            ("account.enabled", "启用账号"),
            ("account.disabled", "停用账号"),
            ("account.unlocked", "解锁账号"),
            ("account.totp_begun", "开始设置动态口令"),
            ("account.totp_on", "启用动态口令"),
            ("account.identity_linked", "绑定统一身份"),
            ("account.identity_unlinked", "解除统一身份"),
            ("account.member_set", "账号对应会员"),
        ],
    },
    Acts {
        title: "岗位",
        begins: "post.",
        acts: &[("post.granted", "授予岗位"), ("post.ended", "免去岗位")],
    },
    Acts {
        title: "接口令牌",
        begins: "token.",
        acts: &[("token.issued", "签发令牌"), ("token.ended", "停用令牌")],
    },
    Acts {
        title: "常用筛选",
        begins: "filter.",
        acts: &[
            ("filter.saved", "存为常用筛选"),
            ("filter.removed", "删去常用筛选"),
        ],
    },
    Acts {
        title: "系统设置",
        begins: "setting.",
        acts: &[("setting.changed", "修改设置")],
    },
    Acts {
        title: "密钥",
        begins: "keys.",
        acts: &[("keys.rotated", "更换密钥")],
    },
    Acts {
        title: "本区",
        begins: "district.",
        acts: &[("district.opened", "开通本区")],
    },
    Acts {
        title: "审计",
        begins: "audit.",
        acts: &[("audit.anchors_written", "重写锚点文件")],
    },
    Acts {
        title: "会员",
        begins: "member.",
        acts: &[
            ("member.opened", "打开会员资料"),
            ("member.revealed", "查看明文"),
            ("member.card_checked", "核验会员码"),
            ("member.joined", "入会"),
            ("member.rejoined", "重新入会"),
            ("member.admitted_many", "成批入会"),
            ("member.updated", "更新资料"),
            ("member.corrected", "更正资料"),
            ("member.kept", "保留会籍"),
            ("member.resumed", "恢复会籍"),
            ("member.left", "退会"),
            ("member.expelled", "除名"),
            ("member.deceased", "登记去世"),
            ("member.reinstated", "撤销登记"),
            ("member.erased", "删除资料"),
            ("member.exported", "本人下载资料"),
            ("member.import_undone", "撤回导入的会员"),
            ("member.merged", "合并重复"),
            ("member.merge_undone", "撤销合并"),
            ("member.transfer_requested", "提出转会"),
            ("member.transfer_on_behalf", "代职工提出转会"),
            ("member.transfer_issued", "开具转会"),
            ("member.transfer_open", "提出转会"),
            ("member.transferred", "转会接收"),
            ("member.transfer_overdue", "转会超期"),
            ("member.transfer_refused", "退回转会"),
            ("member.transfer_cancelled", "撤回转会"),
        ],
    },
    Acts {
        title: "疑似重复",
        begins: "duplicate.",
        acts: &[("duplicate.distinct", "判定不是同一人")],
    },
    Acts {
        title: "入会申请",
        begins: "application.",
        acts: &[
            ("application.received", "收到入会申请"),
            ("application.approved", "同意入会"),
            ("application.rejected", "不同意入会"),
            ("application.withdrawn", "撤回入会申请"),
        ],
    },
    Acts {
        title: "同意",
        begins: "consent.",
        acts: &[("consent.given", "同意"), ("consent.withdrawn", "撤回同意")],
    },
    Acts {
        title: "工薪本",
        begins: "notebook.",
        acts: &[
            ("notebook.kept", "记工薪本"),
            ("notebook.exported", "下载工薪本"),
            ("notebook.shared", "把工薪账单交给工会"),
            ("notebook.withdrawn", "收回交给工会的账单"),
            ("notebook.viewed", "查看职工交来的账单"),
        ],
    },
    Acts {
        title: "个人信息请求",
        begins: "request.",
        acts: &[
            ("request.asked", "提出个人信息请求"),
            ("request.answered", "答复个人信息请求"),
        ],
    },
    Acts {
        title: "单位",
        begins: "employer.",
        acts: &[
            ("employer.created", "登记单位"),
            ("employer.changed", "修改单位"),
            ("employer.import_undone", "撤回导入的单位"),
            ("employer.linked", "建立覆盖关系"),
            ("employer.unlinked", "解除覆盖关系"),
            ("employer.match_asked", "提出名称比对"),
            ("employer.match_decided", "处理名称比对"),
        ],
    },
    Acts {
        title: "工会组织",
        begins: "org.",
        acts: &[
            ("org.created", "登记组织"),
            ("org.edited", "修改组织资料"),
            ("org.renamed", "更改名称"),
            ("org.moved", "调整上级"),
            ("org.dissolved", "撤销组织"),
            ("org.suspended", "暂停"),
            ("org.resumed", "恢复"),
            ("org.legal_person", "法人资格"),
        ],
    },
    Acts {
        title: "委员会",
        begins: "committee.",
        acts: &[
            ("committee.installed", "登记换届"),
            ("committee.extended", "延期换届"),
            ("committee.term_reminded", "换届提醒"),
        ],
    },
    Acts {
        title: "委员",
        begins: "officer.",
        acts: &[
            ("officer.appointed", "增补委员"),
            ("officer.retired", "委员离任"),
        ],
    },
    Acts {
        title: "建会",
        begins: "founding.",
        acts: &[
            ("founding.opened", "起草建会申请"),
            ("founding.edited", "修改建会申请"),
            ("founding.stepped", "办理建会"),
            ("founding.file_added", "上传建会材料"),
            ("founding.file_taken", "下载建会材料"),
            ("founding.file_removed", "撤下建会材料"),
        ],
    },
    Acts {
        title: "导入",
        begins: "import.",
        acts: &[
            ("import.uploaded", "上传导入文件"),
            ("import.mapped", "对应字段"),
            ("import.checked", "核对完成"),
            ("import.errors_taken", "下载问题行"),
            ("import.number_shown", "查看导入行的证件号码"),
            ("import.row_fixed", "修改导入行"),
            ("import.rows_fixed", "批量修改导入行"),
            ("import.confirmed", "确认导入"),
            ("import.chunk", "写入一段"),
            ("import.finished", "导入完成"),
            ("import.failed", "导入未成"),
            ("import.cancelled", "取消导入"),
            ("import.cleared", "清除导入文件"),
            ("import.undo_asked", "要求撤回导入"),
            ("import.undone", "撤回导入"),
            ("import.undo_kept", "撤回时保留"),
        ],
    },
    Acts {
        title: "导出",
        begins: "export.",
        acts: &[
            ("export.members", "导出会员"),
            ("export.employers", "导出单位"),
            ("export.warnings", "导出预警"),
            ("export.cases", "导出办件"),
        ],
    },
    Acts {
        title: "办件",
        begins: "case.",
        acts: &[
            ("case.opened", "登记办件"),
            ("case.acted", "办理办件"),
            ("case.viewed", "打开办件"),
            ("case.evidence_taken", "下载办件凭证"),
            ("case.redated", "办件期限变动"),
            ("case.breached", "办件超期"),
            ("case.regraded", "办件改级"),
            ("case.merged", "并案"),
            ("case.second_door", "同一事项再次来件"),
            ("case.missed", "办件逾期"),
            ("case.held", "延期支付期间不上升"),
            ("case.revealed", "查看当事人身份"),
            ("case.reveal_asked", "申请查看举报人身份"),
            ("case.reveal_granted", "同意查看举报人身份"),
            ("case.kept", "到期办件暂不销毁"),
            ("case.disposal_listed", "列入到期销毁清单"),
            ("case.disposal_proposed", "提出销毁到期办件"),
            ("case.disposal_agreed", "同意销毁到期办件"),
            ("case.disposal_refused", "不同意销毁到期办件"),
            ("case.disposal_done", "到期销毁完成"),
            ("case.destroyed", "销毁到期办件内容"),
            ("case.letter", "办件生成文书草稿"),
            ("case.helper_set", "维护援助名册"),
            ("case.client_noted", "登记利益冲突"),
            ("case.figures_exported", "导出办件统计"),
            ("case.folded", "同一人再次来件并入"),
        ],
    },
    Acts {
        title: "攻坚季",
        begins: "season.",
        acts: &[
            ("season.announced", "宣布攻坚季"),
            ("season.ended", "结束攻坚季"),
        ],
    },
    Acts {
        title: "文书",
        begins: "letter.",
        acts: &[
            ("letter.drafted", "拟写文书"),
            ("letter.edited", "修改文书"),
            ("letter.issued", "签发文书"),
            ("letter.served", "登记送达"),
            ("letter.answered", "登记答复"),
            ("letter.cancelled", "作废文书"),
            ("letter.dropped", "弃用文书草稿"),
            ("letter.opened", "打印、下载文书"),
            ("letter.numbers_skipped", "登记已用号码"),
            ("letter.organ_code_set", "登记机关代字"),
        ],
    },
    Acts {
        title: "预警",
        begins: "alert.",
        acts: &[
            ("alert.reopened", "预警再次打开"),
            ("alert.viewed", "查看预警"),
            ("alert.evaluated", "预警评估"),
            ("alert.opened", "生成预警"),
            ("alert.raised", "预警升级"),
            ("alert.fall_proposed", "建议降级"),
            ("alert.fallen", "确认降级"),
            ("alert.kept", "维持预警等级"),
            ("alert.deferred", "依法延期支付"),
            ("alert.pushed", "推送人社部门"),
            ("alert.joined", "合并预警"),
            ("alert.merged", "合并预警"),
            ("alert.closed", "预警销号"),
        ],
    },
    Acts {
        title: "预警规则",
        begins: "rules.",
        acts: &[
            ("rules.tried", "试算规则"),
            ("rules.asked", "提出发布规则"),
            ("rules.published", "发布规则"),
            ("rules.refused", "不同意发布规则"),
            ("rules.dropped", "撤回发布规则"),
        ],
    },
    Acts {
        title: "线索",
        begins: "signal.",
        acts: &[
            ("signal.withdrawn", "撤回线索"),
            ("signal.released", "线索归到单位"),
        ],
    },
    Acts {
        title: "数据源",
        begins: "feed.",
        acts: &[
            ("feed.delivered", "收到数据"),
            ("feed.rows_taken", "数据入库一段"),
            ("feed.taken", "数据入库"),
            ("feed.paused", "停用数据源"),
            ("feed.resumed", "恢复数据源"),
            ("feed.refused_taken", "取出退回的行"),
        ],
    },
    Acts {
        title: "每周五问",
        begins: "check_in.",
        acts: &[
            ("check_in.taken", "哨点填报"),
            ("check_in.photo_added", "哨点填报附照片"),
            ("check_in.photo_opened", "打开巡查照片"),
            ("check_in.photos_destroyed", "销毁保管期满的巡查照片"),
        ],
    },
    Acts {
        title: "工资月报",
        begins: "pay_report.",
        acts: &[("pay_report.filed", "工资发放月报")],
    },
    Acts {
        title: "处置日报",
        begins: "daily.",
        acts: &[
            ("daily.filed", "存档处置日报"),
            ("daily.viewed", "查看处置日报"),
        ],
    },
    Acts {
        title: "大屏",
        begins: "screen.",
        acts: &[("screen.names_shown", "大屏显示单位名称")],
    },
    Acts {
        title: "海报",
        begins: "poster.",
        acts: &[
            ("poster.made", "制作二维码海报"),
            ("poster.revoked", "停用二维码海报"),
        ],
    },
    Acts {
        title: "覆盖率",
        begins: "coverage.",
        acts: &[("coverage.frozen", "冻结月度数据")],
    },
];

/// Chinese words for an action's code; empty for an unknown one.
pub fn title(action: &str) -> &'static str {
    let group = ACTS.iter().find(|group| action.starts_with(group.begins));
    let act = group.and_then(|group| group.acts.iter().find(|(code, _)| *code == action));
    act.map_or("", |(_, words)| *words)
}

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
        other => match crate::orgs::OrgKind::from_id(other) {
            Some(kind) => kind.title(),
            None => other,
        },
    }
}

fn word(key: &str) -> &str {
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
        "echo" => "重复来源",
        "waiting" => "待比对",
        "week" => "周次",
        "rule_set" => "规则集",
        "alerts" => "预警",
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
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_reads_before_and_after_and_nothing_says_null() {
        let said = particulars(
            r#"{"state":["open","deregistered"],"closed_on":[null,"2025-10-08"],"org":null}"#,
        );
        assert_eq!(
            said,
            [
                ("终止日期".to_owned(), "空 → 2025-10-08".to_owned()),
                ("状态".to_owned(), "存续 → 注销".to_owned())
            ]
        );
        assert!(particulars("null").is_empty());
        assert!(particulars("not json").is_empty());
    }

    /// Rooms that name an act elsewhere than where they write it, and which acts those are. What stands as `audit: "…"` in a
    /// source is found without this list.
    const ELSEWHERE: &[(&str, &[&str])] = &[
        (
            "access/actions/sign_in.rs",
            &["access.failed", "access.locked", "access.signed_in"],
        ),
        (
            "arrears/alerts/file.rs",
            &[
                "alert.opened",
                "alert.raised",
                "alert.fall_proposed",
                "alert.fallen",
                "alert.kept",
                "alert.deferred",
                "alert.pushed",
                "alert.joined",
                "alert.merged",
                "alert.closed",
                "alert.reopened",
            ],
        ),
        (
            "arrears/publications.rs",
            &[
                "rules.tried",
                "rules.asked",
                "rules.published",
                "rules.refused",
                "rules.dropped",
            ],
        ),
        (
            "cases/retention.rs",
            &["case.disposal_agreed", "case.disposal_refused"],
        ),
        ("cases/season.rs", &["season.announced", "season.ended"]),
        (
            "cases/unseal.rs",
            &["case.reveal_asked", "case.reveal_granted"],
        ),
        (
            "exchange/export_employers.rs",
            &["export.employers", "export.warnings", "export.cases"],
        ),
        (
            "exchange/work.rs",
            &["import.checked", "import.finished", "import.undone"],
        ),
        (
            "letters/actions/mod.rs",
            &[
                "letter.drafted",
                "letter.edited",
                "letter.issued",
                "letter.served",
                "letter.answered",
                "letter.cancelled",
                "letter.dropped",
            ],
        ),
        (
            "members/actions/change.rs",
            &[
                "member.kept",
                "member.resumed",
                "member.left",
                "member.expelled",
                "member.deceased",
                "member.rejoined",
                "member.reinstated",
            ],
        ),
        (
            "members/consents.rs",
            &["consent.given", "consent.withdrawn"],
        ),
        (
            "members/transfers/mod.rs",
            &[
                "member.transfer_requested",
                "member.transfer_on_behalf",
                "member.transfer_issued",
                "member.transferred",
                "member.transfer_refused",
                "member.transfer_cancelled",
            ],
        ),
        ("orgs/actions/card.rs", &["org.edited", "org.renamed"]),
        ("orgs/actions/life.rs", &["org.suspended", "org.resumed"]),
    ];

    /// Every act that some crate writes has words, and what it is about: the log is read and searched by people.
    #[test]
    fn every_act_has_words() {
        let mut sources = Vec::new();
        let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for name in ["union", "store", "web", "niangjia"] {
            gather(&crates.join(name).join("src"), &mut sources);
        }
        let (mut seen, mut wordless, mut unnamed) = (0, Vec::new(), Vec::new());
        let call = ["Audit", "::of("].concat();
        for (path, source) in &sources {
            let literal = |text: &str| {
                let (code, _) = text.trim_start().strip_prefix('"')?.split_once('"')?;
                Some(code.to_owned())
            };
            for after in source.split(call.as_str()).skip(1) {
                let Some(code) = literal(after) else {
                    let known = ELSEWHERE.iter().any(|(file, _)| path.ends_with(file));
                    if !known && !after.starts_with("act.audit") && !path.contains("/tests") {
                        unnamed.push(path.clone());
                    }
                    continue;
                };
                seen += 1;
                let about = after.split(',').nth(1).and_then(literal);
                if let Some(about) = about.filter(|about| subject(about) == *about) {
                    wordless.push(about);
                }
                wordless.extend((title(&code).is_empty()).then_some(code));
            }
            let own = path.ends_with("audit/words.rs");
            for after in source.split("audit: ").skip(1).filter(|_| !own) {
                let code = literal(after).filter(|code| title(code).is_empty());
                wordless.extend(code);
            }
        }
        let elsewhere = ELSEWHERE.iter().flat_map(|(_, acts)| acts.iter());
        wordless.extend(
            elsewhere
                .filter(|code| title(code).is_empty())
                .map(|code| (*code).to_owned()),
        );
        // What only tests write.
        wordless.retain(|code| {
            !["test.", "crash"]
                .iter()
                .any(|begins| code.starts_with(begins))
        });
        assert!(
            seen > 100,
            "the sources are not read as they are written: {seen}"
        );
        assert!(wordless.is_empty(), "without words: {wordless:?}");
        assert!(
            unnamed.is_empty(),
            "name their acts in ELSEWHERE: {unnamed:?}"
        );
    }

    #[test]
    fn every_act_stands_in_the_group_of_its_beginning() {
        for group in ACTS {
            assert!(!group.title.is_empty() && group.begins.ends_with('.'));
            for (code, words) in group.acts {
                assert!(code.starts_with(group.begins), "{code}");
                assert_eq!(title(code), *words, "{code} stands there twice");
            }
        }
    }

    fn gather(folder: &std::path::Path, into: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).expect("the sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                gather(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let source = std::fs::read_to_string(&path).expect("a source file");
                into.push((path.display().to_string(), source));
            }
        }
    }
}
