//! 能力 capabilities: what a role may do. Code asks for a capability, never for a role.

/// Declares the capabilities once: variant, stable id, Chinese title, group shown on the matrix.
macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal, $group:literal;)*) => {
        /// One thing a post may do. The id is what role definitions write.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Capability { $($(#[$doc])* $name),* }

        impl Capability {
            /// All of them, in the order of the capability matrix (权限矩阵).
            pub const ALL: &'static [Capability] = &[$(Capability::$name),*];
            /// Stable id used in role definitions, logs and the API.
            pub fn id(self) -> &'static str { match self { $(Capability::$name => $id),* } }
            /// Chinese title for the matrix and for refusals.
            pub fn title(self) -> &'static str { match self { $(Capability::$name => $title),* } }
            /// Heading it stands under in the matrix.
            pub fn group(self) -> &'static str { match self { $(Capability::$name => $group),* } }
        }
    };
}

capabilities! {
    /// See the workbench of one's post.
    Workbench = "workbench", "打开工作台", "日常";
    /// See the union tree within scope.
    OrgsRead = "orgs.read", "查看组织", "组织";
    /// Apply to found a union and carry the founding through.
    OrgsFound = "orgs.found", "申请建会", "组织";
    /// Approve foundings, committees and results of the unions below.
    OrgsApprove = "orgs.approve", "审批建会与换届", "组织";
    /// Rename, move, suspend, dissolve; keep committees.
    OrgsChange = "orgs.change", "变更组织", "组织";
    /// See employers within scope.
    EmployersRead = "employers.read", "查看企业", "企业";
    /// Enter and correct employers, link them to unions.
    EmployersChange = "employers.change", "维护企业", "企业";
    /// See masked members within scope.
    MembersRead = "members.read", "查看会员（脱敏）", "会员";
    /// Enter and correct members, record changes of membership.
    MembersChange = "members.change", "维护会员", "会员";
    /// Decide on applications to join and on transfers.
    MembersApprove = "members.approve", "审批入会与转会", "会员";
    /// See one field unmasked, with a reason that the member can read.
    MembersReveal = "members.reveal", "查看明文（须写理由）", "会员";
    /// Decide the queue of suspected duplicates; merge and undo.
    DuplicatesDecide = "duplicates.decide", "处理疑似重复", "会员";
    /// Import spreadsheets and undo a batch.
    ImportRun = "import.run", "批量导入", "数据";
    /// Take a list out as a workbook.
    ExportRun = "export.run", "导出名单", "数据";
    /// See coverage figures and the screen.
    CoverageRead = "coverage.read", "查看覆盖率与大屏", "数据";
    /// Freeze a month's figures.
    CoverageFreeze = "coverage.freeze", "冻结月度数据", "数据";
    /// See wage-arrears warnings within scope; every look is logged.
    WarningRead = "warning.read", "查看欠薪预警", "欠薪预警";
    /// Handle a warning: visit, agree a plan, propose closing.
    WarningAct = "warning.act", "处置预警", "欠薪预警";
    /// Command red warnings, decide that a colour falls, push to the labour inspectorate.
    WarningCommand = "warning.command", "指挥预警（区级）", "欠薪预警";
    /// Enter signals about employers and projects.
    SignalsEnter = "signals.enter", "登记线索", "欠薪预警";
    /// Register feeds and take their files in.
    FeedsManage = "feeds.manage", "管理数据源", "欠薪预警";
    /// Put another rule set in force.
    RulesPublish = "rules.publish", "发布规则", "欠薪预警";
    /// File the monthly pay report of one's own enterprise.
    PayReportFile = "payreport.file", "填报工资发放月报", "欠薪预警";
    /// See cases within scope.
    CasesRead = "cases.read", "查看办件", "办件";
    /// Work on cases.
    CasesAct = "cases.act", "办理办件", "办件";
    /// Assign, urge and supervise cases.
    CasesAssign = "cases.assign", "指派督办", "办件";
    /// Issue numbered documents.
    DocumentsIssue = "documents.issue", "签发文书", "办件";
    /// Create and disable accounts, reset passwords (system administrator).
    AccountsManage = "accounts.manage", "管理账号", "系统管理";
    /// Change settings (system administrator).
    SettingsChange = "settings.change", "修改设置", "系统管理";
    /// Grant and end posts, end sessions, issue machine tokens (security administrator).
    PostsGrant = "posts.grant", "授予岗位", "安全管理";
    /// See roles, accounts and sessions without changing them.
    AccessRead = "access.read", "查看账号与岗位", "安全管理";
    /// Search and verify the audit log (audit administrator).
    AuditRead = "audit.read", "查询审计日志", "审计管理";
    /// One's own membership: card, data, requests (worker).
    OwnRecord = "own.record", "本人会籍", "职工";
}

impl Capability {
    /// The capability with this id, if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.id() == id)
    }
}

/// A set of capabilities; empty by default, so a post without a known role can do nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CapabilitySet(u64);

impl CapabilitySet {
    /// With one more capability.
    pub fn with(self, capability: Capability) -> Self {
        Self(self.0 | (1 << capability as u8))
    }
    /// Whether it holds this one.
    pub fn has(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u8) != 0
    }
    /// The capabilities in matrix order.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL
            .iter()
            .copied()
            .filter(move |c| self.has(*c))
    }
}

impl FromIterator<Capability> for CapabilitySet {
    fn from_iter<I: IntoIterator<Item = Capability>>(items: I) -> Self {
        items.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_found_again() {
        for c in Capability::ALL {
            assert_eq!(Capability::from_id(c.id()), Some(*c));
        }
        assert_eq!(Capability::from_id("everything"), None);
    }

    #[test]
    fn an_empty_set_holds_nothing() {
        assert!(
            Capability::ALL
                .iter()
                .all(|c| !CapabilitySet::default().has(*c))
        );
        assert!(Capability::ALL.len() <= 64, "CapabilitySet is one word");
    }
}
