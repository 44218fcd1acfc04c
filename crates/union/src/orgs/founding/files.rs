//! 材料附件: the scanned papers of a founding, sealed, each under a paper of the checklist.
//!
//! They come with a step or are added by the side whose turn it is. What went with a step stays; until then whoever
//! added a file may take it away again.

use std::collections::BTreeMap;

use kernel::ids::FoundingFileId;
use kernel::{FoundingId, Instant, Refusals};
use serde::Deserialize;
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::OrgError;
use super::model::Founding;
use super::rulings::Rulings;
use super::{read, rules, sql};
use crate::access::CapabilitySet;
use crate::attachments::{self, FileBytes};

/// The sealed column.
const FILE: &str = "founding_file.file_sealed";

/// What may be handed in as a file, from the definition.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// Largest file, in MB.
    pub largest_mb: usize,
    /// Most files of one paper.
    pub most: i64,
    /// Endings that are taken, in lower case without the dot.
    pub endings: Vec<String>,
}

/// A file of a founding, without its bytes.
#[derive(Debug, Clone)]
pub struct PaperFile {
    /// Its id.
    pub id: FoundingFileId,
    /// Id of its paper.
    pub paper: String,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: i64,
    /// When it was added.
    pub added_at: Instant,
    /// By whom.
    pub added_by: String,
    /// The caller may still take it away.
    pub removable: bool,
}

impl FileRule {
    /// For the file box: `.pdf,.jpg`.
    pub fn accept(&self) -> String {
        let dotted: Vec<String> = self.endings.iter().map(|one| format!(".{one}")).collect();
        dotted.join(",")
    }

    /// In words: what is taken.
    pub fn words(&self) -> String {
        format!(
            "{}；每个不超过 {} MB，每项材料最多 {} 个",
            self.endings.join("、"),
            self.largest_mb,
            self.most
        )
    }

    /// For `niangjia definitions check`.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut out: Vec<String> = self
            .endings
            .iter()
            .filter(|ending| !attachments::is_known(ending))
            .map(|ending| format!("附件类型 {ending} 无法按内容核对"))
            .collect();
        if !(1..=attachments::LARGEST >> 20).contains(&self.largest_mb) {
            out.push(format!(
                "附件大小应为 1 到 {} MB",
                attachments::LARGEST >> 20
            ));
        }
        if self.most < 1 || self.endings.is_empty() {
            out.push("附件个数至少为 1，类型至少一种".to_owned());
        }
        out
    }

    /// What stands against these files.
    fn refusals(&self, file: &FileBytes) -> Refusals {
        const CODE: &str = "founding.file";
        let mut out = file.refusals(CODE, self.largest_mb << 20);
        out.require(
            self.endings.contains(&file.ending()),
            CODE,
            format!(
                "附件「{}」的类型不收，请上传 {}",
                file.kept_name(),
                self.endings.join("、")
            ),
        );
        out
    }
}

/// What stands against the files that come with a step.
pub(super) fn refusals(rulings: &Rulings, brought: &[(String, FileBytes)]) -> Refusals {
    let mut out = Refusals::new();
    for (_, file) in brought {
        out.extend(rulings.files.refusals(file).0);
    }
    out
}

/// Papers in hand: by reference or as a file.
pub(super) fn held(tx: &mut Tx, founding: &Founding) -> Result<BTreeMap<String, String>, OrgError> {
    let mut held = founding.papers.clone();
    for file in list(tx, founding)? {
        held.entry(file.paper).or_insert(file.name);
    }
    Ok(held)
}

/// The files of a founding, by paper and in the order they came.
///
/// # Errors
/// The store failed.
pub fn list(tx: &mut Tx, founding: &Founding) -> Result<Vec<PaperFile>, OrgError> {
    let (district, account) = (*tx.district(), tx.actor().account);
    let rows = tx.all(&sql::FILES, args![district, founding.id])?;
    rows.iter()
        .map(|row| {
            let added_at: Instant = row.get(4)?;
            Ok(PaperFile {
                id: row.get(0)?,
                paper: row.get(1)?,
                name: row.get(2)?,
                size: row.get(3)?,
                added_at,
                added_by: row.get(5)?,
                removable: account.is_some()
                    && row.get::<Option<kernel::AccountId>>(6)? == account
                    && added_at > founding.entered_at,
            })
        })
        .collect()
}

/// One file, opened, under a name of ours. Taking it along is entered.
///
/// # Errors
/// [`OrgError::NotFound`] out of reach, or when there is none.
pub fn open(tx: &mut Tx, id: FoundingId, file: FoundingFileId) -> Result<FileBytes, OrgError> {
    let founding = read::get(tx, id)?;
    let district = *tx.district();
    let row = tx
        .opt(&sql::FILE, args![district, id, file])?
        .ok_or(OrgError::NotFound)?;
    let sealed = row.bytes(2)?.ok_or(OrgError::NotFound)?;
    let (names, paper) = ((row.get(0)?, row.get(1)?), row.get::<String>(3)?);
    let opened = FileBytes::opened(tx.vault(), (FILE, &file.to_string()), names, sealed)?;
    tx.audit(
        Audit::of("founding.file_taken", "founding", id)
            .at(&founding.org_path)
            .detail(json!({ "paper": paper, "file": file })),
    )?;
    Ok(opened.renamed(&format!("{paper}-{file}")))
}

/// Adds a file to a paper (补充材料).
///
/// # Errors
/// It is the other side's turn, or the flow has ended; the paper is unknown; the file cannot be taken.
pub fn add(
    tx: &mut Tx,
    may: CapabilitySet,
    id: FoundingId,
    paper: &str,
    file: &FileBytes,
) -> Result<(), OrgError> {
    let founding = in_hand(tx, may, id)?;
    let rulings = Rulings::today(tx)?.body;
    rulings.files.refusals(file).into_result()?;
    keep(tx, &founding, paper, file)?;
    let detail = json!({ "paper": paper, "size": file.bytes.len(), "digest": hex(&file.digest()) });
    tx.audit(
        Audit::of("founding.file_added", "founding", id)
            .at(&founding.org_path)
            .detail(detail),
    )?;
    Ok(())
}

/// Takes a file away that has not gone with a step yet (撤下).
///
/// # Errors
/// Somebody else added it, or it went with a step.
pub fn remove(
    tx: &mut Tx,
    may: CapabilitySet,
    id: FoundingId,
    file: FoundingFileId,
) -> Result<(), OrgError> {
    let founding = in_hand(tx, may, id)?;
    let known = list(tx, &founding)?;
    let one = known
        .iter()
        .find(|one| one.id == file)
        .ok_or(OrgError::NotFound)?;
    if !one.removable {
        return Err(OrgError::refused(
            "founding.file_fixed",
            "这份附件已随步骤提交或由别人上传，不能撤下；需要更正请另传一份并写明",
        ));
    }
    let district = *tx.district();
    tx.exec(&sql::DROP_FILE, args![district, id, file])?;
    tx.audit(
        Audit::of("founding.file_removed", "founding", id)
            .at(&founding.org_path)
            .detail(json!({ "paper": one.paper, "size": one.size })),
    )?;
    Ok(())
}

/// The founding, when it is the caller's turn.
fn in_hand(tx: &mut Tx, may: CapabilitySet, id: FoundingId) -> Result<Founding, OrgError> {
    let founding = read::get(tx, id)?;
    if !rules::has_in_hand(&tx.actor().scope, may, &founding) {
        return Err(OrgError::refused(
            "founding.file_turn",
            "事项不在您手里：在申请方时由申请方补材料，在上一级工会时由上一级工会补",
        ));
    }
    Ok(founding)
}

/// Keeps a file that has been looked at. The same file under the same paper is kept once.
pub(super) fn keep(
    tx: &mut Tx,
    founding: &Founding,
    paper: &str,
    file: &FileBytes,
) -> Result<(), OrgError> {
    let rulings = Rulings::today(tx)?.body;
    let title = rulings.papers.iter().find(|one| one.id == paper);
    let title = title.ok_or(OrgError::NotFound)?.title.as_str();
    let (district, now) = (*tx.district(), tx.now());
    let (label, account) = (tx.actor().label.clone(), tx.actor().account);
    let digest = file.digest();
    let row = tx.one(
        &sql::COUNT_FILES,
        args![district, founding.id, paper, digest],
    )?;
    let (count, same): (i64, i64) = (row.get(0)?, row.get(1)?);
    if same > 0 {
        return Ok(());
    }
    if count >= rulings.files.most {
        return Err(OrgError::refused(
            "founding.files_many",
            format!(
                "「{title}」最多 {} 个附件，请合并后上传",
                rulings.files.most
            ),
        ));
    }
    let id: FoundingFileId = tx.new_id();
    let sealed = file.sealed(tx.vault(), FILE, &id.to_string());
    tx.exec(
        &sql::INSERT_FILE,
        args![
            district,
            id,
            founding.id,
            paper,
            file.kept_name(),
            file.media.as_str(),
            file.bytes.len(),
            digest,
            sealed,
            now,
            label,
            account
        ],
    )?;
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
