//! What stands beside a case: its people, its letters, the cases it belongs with.

use kernel::case_kind::Length;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::arrears::alerts;
use union::arrears::{AlertId, ArrearsError};
use union::cases::{self, Case, CaseError, LinkLine, PartyLine};
use union::employers::{self, EmployerError, EmployerRef};
use union::letters::{self, LetterLine};
use union::notebook::{self, NotebookRules, Share};

/// Everything in the right column that another room or another case knows.
pub(crate) struct Beside {
    pub people: Vec<PartyLine>,
    pub letters: Vec<LetterLine>,
    pub links: Vec<(LinkLine, &'static str)>,
    /// Kinds of letters that fit this kind of case: id and title.
    pub templates: Vec<(String, String)>,
    /// Whether this post may draft.
    pub may_draft: bool,
    /// Some clock counts duty hours only (值班时间).
    pub duty: Option<String>,
    /// Number of the warning that it handles, where the post may see it.
    pub alert: Option<String>,
    /// Statements from workers' notebooks that were given for it, within reach.
    pub statements: Vec<Given>,
    /// Employers it is about, of the register and within reach.
    pub employers: Vec<EmployerRef>,
    /// The question of the match queue whose answer it waits for, and where this post can answer it.
    pub unit_asked: Option<Option<String>>,
}

/// A statement (工薪账单) given for the case.
pub(crate) struct Given {
    pub share: Share,
    /// When and what for.
    pub words: String,
    /// Its page, where it can still be opened and the post may; looking is entered there.
    pub href: Option<String>,
}

impl Beside {
    pub(super) fn of(tx: &mut Tx, may: CapabilitySet, case: &Case) -> Result<Self, CaseError> {
        let links = cases::links(tx, may, case.id)?;
        let mut wanted: Vec<&String> = case.kind.verb.iter().flat_map(|row| &row.letters).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let templates = wanted
            .into_iter()
            .filter_map(|id| {
                Some((
                    id.clone(),
                    letters::template(tx, id).ok()?.title().to_owned(),
                ))
            })
            .collect();
        let clocks = &case.now.clocks;
        let counts_duty = clocks
            .iter()
            .any(|clock| matches!(clock.length, Length::Duty { .. }));
        let people = cases::parties(tx, may, case.id)?;
        Ok(Self {
            alert: alert_of(tx, may, case)?,
            employers: employers_of(tx, may, &people)?,
            unit_asked: cases::unit_asked(tx, case)?.map(|id| {
                may.has(Capability::EmployersChange)
                    .then(|| format!("/employers/matches/{id}"))
            }),
            people,
            statements: statements(tx, may, case)?,
            letters: cases::letters_of(tx, may, case.id)?,
            links: links
                .into_iter()
                .map(|line| {
                    let words = words(&line);
                    (line, words)
                })
                .collect(),
            templates,
            may_draft: may.has(Capability::CasesAct) || may.has(Capability::DocumentsIssue),
            duty: counts_duty.then(|| cases::duty_hours(tx)),
        })
    }

    /// The employer somebody of the case is.
    pub(super) fn employer(&self, one: &PartyLine) -> Option<&EmployerRef> {
        self.employers.iter().find(|it| Some(it.id) == one.employer)
    }

    pub(super) fn draft(&self, case: &Case, template: &str) -> String {
        format!("/letters/new?case={}&template={template}", case.id)
    }
}

/// The number of the warning a case handles.
fn alert_of(tx: &mut Tx, may: CapabilitySet, case: &Case) -> Result<Option<String>, CaseError> {
    let link = case.link.as_ref().filter(|(kind, _)| kind == "alert");
    let Some((_, id)) = link.filter(|_| may.has(Capability::WarningRead)) else {
        return Ok(None);
    };
    match alerts::get(tx, AlertId::from(*id)) {
        Ok(alert) => Ok(Some(alert.no)),
        Err(ArrearsError::NotFound) => Ok(None),
        Err(ArrearsError::Store(fault)) => Err(fault.into()),
        Err(fault) => Err(CaseError::Definition(fault.to_string())),
    }
}

/// The employers a case is about.
fn employers_of(
    tx: &mut Tx,
    may: CapabilitySet,
    people: &[PartyLine],
) -> Result<Vec<EmployerRef>, CaseError> {
    let mut found = Vec::new();
    if !may.has(Capability::EmployersRead) {
        return Ok(found);
    }
    for id in people.iter().filter_map(|one| one.employer) {
        match employers::get(tx, id) {
            Ok(employer) => found.push(employer),
            Err(EmployerError::NotFound) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(found)
}

/// What workers gave for a case from their notebooks.
fn statements(tx: &mut Tx, may: CapabilitySet, case: &Case) -> Result<Vec<Given>, CaseError> {
    let shares = notebook::of_case(tx, case.id)?;
    if shares.is_empty() {
        return Ok(Vec::new());
    }
    let rules = NotebookRules::at(*tx.district(), tx.today())
        .map_err(|fault| CaseError::Definition(fault.to_string()))?;
    let line = |share: Share| {
        let given = share.shared_at.shanghai_text();
        let purpose = rules.purpose(&share.purpose);
        let purpose = purpose.map_or("", |purpose| purpose.title.as_str());
        let open = share.withdrawn_at.is_none() && may.has(Capability::MembersReveal);
        Given {
            words: format!("{given} 交来，{purpose}"),
            href: open.then(|| format!("/wage-statements/{}", share.id)),
            share,
        }
    };
    Ok(shares.into_iter().map(line).collect())
}

/// What the other case is to this one.
fn words(line: &LinkLine) -> &'static str {
    match (line.kind.as_str(), line.from_here) {
        ("merged_into", true) => "已并入",
        ("merged_into", false) => "并进来的",
        ("split_from", true) => "从它拆出",
        ("split_from", false) => "拆出的",
        (_, true) => "由本件引出",
        (_, false) => "引出本件的",
    }
}
