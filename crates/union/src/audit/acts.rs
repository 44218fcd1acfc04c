//! Words for acts, by what they are about: what people read in the log, and what they choose when they search it. The codes
//! stay in the record.

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
            ("case.person_noted", "补记办件当事人"),
            ("case.unit_asked", "核对办件的单位名称"),
            ("case.unit_decided", "定下办件的单位"),
            ("case.breached", "办件超期"),
            ("case.regraded", "办件改级"),
            ("case.merged", "并案"),
            ("case.second_door", "同一事项再次来件"),
            ("case.taken_back", "本人收回交来的资料"),
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
            ("alert.verified", "核实预警的人数和金额"),
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
