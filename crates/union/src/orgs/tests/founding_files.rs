//! The scanned papers of a founding on both databases.

use kernel::FoundingId;
use kernel::ids::FoundingFileId;
use store::testing::TestDb;
use store::{Actor, db_test};

use super::support::{account_of, act, district, employer, role, see};
use crate::attachments::FileBytes;
use crate::failure::RoomError;
use crate::orgs::flow::Verb as V;
use crate::orgs::founding::{self, NewFounding, StepInput, files};
use crate::orgs::{OrgError, OrgKind};

fn pdf(name: &str, tail: &str) -> FileBytes {
    FileBytes {
        name: name.into(),
        media: "application/pdf".into(),
        bytes: format!("%PDF-1.7 {tail}").into_bytes(),
    }
}

struct Stage<'t> {
    test: &'t TestDb,
    id: FoundingId,
    clerk: Actor,
    chief: Actor,
    elsewhere: Actor,
}

impl<'t> Stage<'t> {
    fn new(test: &'t TestDb) -> Self {
        let place = district(test);
        let unit = employer(
            test,
            &place.village,
            "杭州崇恒钢构件厂",
            "91330100799655058B",
        );
        let clerk = account_of(&place.tangqi.path, 1);
        let new = NewFounding {
            name: "杭州崇恒钢构件厂工会委员会".into(),
            kind: OrgKind::Single,
            parent: place.village.id,
            employers: vec![unit],
            members_expected: 40,
            planned_end_on: None,
            industry_code: String::new(),
            address: String::new(),
            note: String::new(),
        };
        let id = act(test, &clerk, |tx| {
            founding::open(tx, role("town_officer"), &new)
        })
        .unwrap();
        Self {
            test,
            id,
            clerk,
            chief: account_of(&place.tangqi.path, 2),
            elsewhere: account_of(&place.qiaosi.path, 3),
        }
    }

    fn add(&self, who: &Actor, paper: &str, file: &FileBytes) -> Result<(), OrgError> {
        self.test.clock.advance(std::time::Duration::from_secs(1));
        act(self.test, who, |tx| {
            files::add(tx, role("town_officer"), self.id, paper, file)
        })
    }

    fn list(&self, who: &Actor) -> Vec<files::PaperFile> {
        see(self.test, who, |tx| {
            let founding = founding::get(tx, self.id)?;
            files::list(tx, &founding)
        })
        .unwrap()
    }

    fn remove(&self, who: &Actor, file: FoundingFileId) -> Result<(), OrgError> {
        act(self.test, who, |tx| {
            files::remove(tx, role("town_officer"), self.id, file)
        })
    }

    fn submit(&self, input: &StepInput) -> Result<(), OrgError> {
        self.test.clock.advance(std::time::Duration::from_secs(1));
        act(self.test, &self.clerk, |tx| {
            let version = founding::get(tx, self.id)?.version;
            founding::step(tx, role("town_officer"), self.id, version, V::Submit, input).map(drop)
        })
    }
}

db_test! {
    fn a_scanned_paper_is_kept_sealed_and_counts_as_handed_in(test) {
        let stage = Stage::new(test);
        let missing = stage.submit(&StepInput::default()).unwrap_err();
        assert!(missing.to_string().contains("建会申请书"), "{missing}");
        stage.add(&stage.clerk, "request", &pdf("建会申请书.pdf", "甲")).unwrap();
        stage.add(&stage.clerk, "request", &pdf("又一份.pdf", "甲")).unwrap();
        let files = stage.list(&stage.clerk);
        assert_eq!(files.len(), 1, "the same file under the same paper is one");
        assert_eq!((files[0].paper.as_str(), files[0].name.as_str(), files[0].size), ("request", "建会申请书.pdf", 12));
        let open = |who: &Actor| act(test, who, |tx| files::open(tx, stage.id, files[0].id));
        let named = format!("request-{}.pdf", files[0].id);
        assert_eq!(open(&stage.chief).unwrap(), pdf(&named, "甲"));
        assert_eq!(open(&stage.elsewhere).unwrap_err().code(), "org.not_found");
        assert!(stage.add(&stage.elsewhere, "request", &pdf("甲.pdf", "乙")).is_err());
        let scan = StepInput { files: vec![("minutes".into(), pdf("会议记录.pdf", "丙"))], ..StepInput::default() };
        stage.submit(&scan).unwrap();
        assert_eq!(stage.list(&stage.chief).len(), 2, "what came with the step is kept too");
        let sealed = test.db.read(&stage.clerk, |tx| {
            let row = tx.one(&founding::sql::FILE, store::args![*tx.district(), stage.id, files[0].id])?;
            Ok::<_, store::StoreError>(row.bytes(2)?.unwrap_or_default().to_vec())
        }).unwrap();
        assert!(!sealed.windows(4).any(|part| part == b"%PDF"), "never in clear");
    }
}

db_test! {
    fn a_file_goes_again_until_it_went_with_a_step(test) {
        let stage = Stage::new(test);
        stage.add(&stage.clerk, "request", &pdf("错的.pdf", "一")).unwrap();
        let wrong = stage.list(&stage.clerk)[0].id;
        assert_eq!(stage.remove(&stage.chief, wrong).unwrap_err().code(), "founding.file_fixed", "somebody else's");
        stage.remove(&stage.clerk, wrong).unwrap();
        assert!(stage.list(&stage.clerk).is_empty());
        stage.add(&stage.clerk, "request", &pdf("对的.pdf", "二")).unwrap();
        stage.submit(&StepInput::default()).unwrap();
        let fixed = stage.list(&stage.clerk)[0].id;
        assert_eq!(stage.remove(&stage.clerk, fixed).unwrap_err().code(), "founding.file_fixed");
    }
}

db_test! {
    fn what_is_no_paper_is_refused_with_the_reason(test) {
        let stage = Stage::new(test);
        let refused = |paper: &str, file: FileBytes| stage.add(&stage.clerk, paper, &file).unwrap_err().to_string();
        assert!(refused("request", FileBytes { bytes: b"MZ\x90\0".to_vec(), ..pdf("申请书.pdf", "") }).contains("程序"));
        assert!(refused("request", FileBytes { bytes: b"<html>".to_vec(), ..pdf("申请书.pdf", "") }).contains("内容不是"));
        assert!(refused("request", FileBytes { bytes: b"#AMR".to_vec(), ..pdf("申请书.amr", "") }).contains("类型不收"));
        assert!(refused("request", FileBytes { bytes: [b"%PDF-".as_slice(), &vec![0; 10 << 20]].concat(), ..pdf("申请书.pdf", "") }).contains("10 MB"));
        assert!(stage.add(&stage.clerk, "nothing", &pdf("申请书.pdf", "")).is_err(), "no such paper");
        for one in 0..6 {
            stage.add(&stage.clerk, "request", &pdf("申请书.pdf", &one.to_string())).unwrap();
        }
        assert!(refused("request", pdf("申请书.pdf", "七")).contains("最多 6 个"));
        assert_eq!(stage.list(&stage.clerk).len(), 6);
    }
}
