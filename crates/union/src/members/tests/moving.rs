//! Random trees, posts and moves: who sees which unions and members is what a plain map of parents says.
//!
//! The map knows nothing of paths, statements or row-level security: it walks from a union upwards. Every post is read
//! as the door makes it, so a post follows its union to wherever that is moved.

use std::cell::Cell;
use std::collections::BTreeSet;

use kernel::ids::AccountId;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseResult, TestRng, TestRunner};
use store::Actor;

use super::*;
use crate::access::{self, AccessError, AccessPolicy, CapabilitySet, NewAccount, NewPost, Roles};
use crate::failure::RoomError;

/// What the federation's tree is made from: numbers to choose with, wherever a choice is to be made.
#[derive(Debug, Clone)]
struct Story {
    /// For each union: below which of those before it, and of which kind.
    unions: Vec<(usize, usize)>,
    /// For each member: in which union.
    members: Vec<usize>,
    /// For each post: at which union, in which role.
    posts: Vec<(usize, usize)>,
    /// For each move: which union, and below which.
    moves: Vec<(usize, usize)>,
}

fn stories() -> impl Strategy<Value = Story> {
    let pair = || (any::<usize>(), any::<usize>());
    let parts = (
        prop::collection::vec(pair(), 3..=11),
        prop::collection::vec(any::<usize>(), 1..=8),
        prop::collection::vec(pair(), 1..=5),
        prop::collection::vec(pair(), 1..=6),
    );
    parts.prop_map(|(unions, members, posts, moves)| Story {
        unions,
        members,
        posts,
        moves,
    })
}

/// Roles whose posts see a part of the tree.
const ROLES: [&str; 5] = [
    "district_officer",
    "leader",
    "town_officer",
    "sentinel",
    "enterprise_chair",
];
/// Levels of the tree to begin with, the federation's among them.
const DEEPEST: usize = 4;

/// A union as the plain map knows it.
struct Union {
    id: OrgId,
    kind: OrgKind,
    parent: Option<usize>,
}

/// The plain map.
#[derive(Default)]
struct Model {
    unions: Vec<Union>,
    members: Vec<(MemberId, usize)>,
    /// Where each post is; none stands beside the tree.
    posts: Vec<Option<usize>>,
}

impl Model {
    /// A union and everything above it.
    fn lineage(&self, union: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(union), |at| self.unions[*at].parent)
    }

    fn below(&self, union: usize, top: usize) -> bool {
        self.lineage(union).any(|at| at == top)
    }

    fn sees(&self, post: Option<usize>, union: usize) -> bool {
        post.is_some_and(|top| self.below(union, top))
    }

    /// What may be founded directly below a union.
    fn kinds_under(&self, union: usize) -> Vec<OrgKind> {
        let kinds = OrgKind::ALL.iter().copied();
        kinds
            .filter(|kind| kind.may_hang_under(self.unions[union].kind))
            .collect()
    }

    /// Whether a union may be hung below another.
    fn may_move(&self, union: usize, to: usize) -> bool {
        let (moved, target) = (&self.unions[union], &self.unions[to]);
        moved.parent.is_some_and(|parent| parent != to)
            && !self.below(to, union)
            && moved.kind.may_hang_under(target.kind)
    }
}

fn pick<T: Copy>(from: &[T], number: usize) -> T {
    from[number % from.len()]
}

/// Enter the tree of a story with its members.
fn grow(tx: &mut Tx, story: &Story) -> Result<Model, MemberError> {
    let mut model = Model::default();
    let mut refs = vec![
        orgs::create_active(tx, &NewOrg::new(None, OrgKind::Federation, "甲区总工会")).unwrap(),
    ];
    let union = |org: &OrgRef, parent| Union {
        id: org.id,
        kind: org.kind,
        parent,
    };
    model.unions.push(union(&refs[0], None));
    for (n, (above, kind)) in story.unions.iter().enumerate() {
        let open =
            |at: &usize| model.lineage(*at).count() < DEEPEST && !model.kinds_under(*at).is_empty();
        let parents: Vec<usize> = (0..refs.len()).filter(open).collect();
        let parent = pick(&parents, *above);
        let new = NewOrg::new(
            Some(refs[parent].id),
            pick(&model.kinds_under(parent), *kind),
            format!("第{n}联合工会"),
        );
        let org = orgs::create_active(tx, &new).unwrap();
        model.unions.push(union(&org, Some(parent)));
        refs.push(org);
    }
    for (n, at) in story.members.iter().enumerate() {
        let at = at % refs.len();
        let number = resident("330113", day(1990, 1, 1), u16::try_from(n).unwrap() + 1);
        let admitted = join(tx, &refs[at], &draft("张三", &number))?;
        model.members.push((admitted.id, at));
    }
    Ok(model)
}

/// One person in all posts of the story, and one beside the tree.
fn staff(
    tx: &mut Tx,
    roles: &Roles,
    story: &Story,
    model: &mut Model,
) -> Result<AccountId, AccessError> {
    let policy = AccessPolicy::parse(include_str!(
        "../../../../../definitions/access/policy.toml"
    ))
    .unwrap();
    let new = NewAccount {
        login: "many.posts".into(),
        name: "演示甲".into(),
        password: "白墙黑瓦临平山下的人家".into(),
        keep_password: true,
        member: None,
    };
    let account = access::create_account(tx, &policy, &new)?;
    let mut grant = |role: &str, org| {
        let new = NewPost {
            account,
            role: role.into(),
            org,
            from_on: day(2026, 1, 1),
        };
        access::grant_post(tx, roles, &new)
    };
    grant("lawyer", None)?;
    model.posts.push(None);
    for (at, role) in &story.posts {
        let at = Some(at % model.unions.len());
        // A person's post is known by its union.
        if !model.posts.contains(&at) {
            grant(pick(&ROLES, *role), at.map(|at| model.unions[at].id))?;
            model.posts.push(at);
        }
    }
    Ok(account)
}

/// The unions a post is shown: the page of the tree, opened down to the last leaf.
fn tree_of(tx: &mut Tx) -> Result<Vec<OrgId>, orgs::OrgError> {
    let mut found: Vec<OrgId> = orgs::top(tx)?.map(|top| top.id).into_iter().collect();
    let mut opened = 0;
    while let Some(next) = found.get(opened).copied() {
        found.extend(
            orgs::children(tx, next)?
                .into_iter()
                .map(|node| node.org.id),
        );
        opened += 1;
    }
    Ok(found)
}

/// Everything a post is shown of the tree and the members is what the map says, no more and no less, each once.
fn compare(test: &TestDb, roles: &Roles, account: AccountId, model: &Model) -> TestCaseResult {
    for post in &model.posts {
        let org = post.map(|at| model.unions[at].id);
        let (actor, _): (Actor, CapabilitySet) = test
            .db
            .read(&test.actor(), |tx| {
                access::post_actor_of(tx, roles, account, org)
            })
            .unwrap();
        let unions = model.unions.iter().enumerate();
        let unions = unions.filter(|(at, _)| model.sees(*post, *at));
        let unions: BTreeSet<OrgId> = unions.map(|(_, union)| union.id).collect();
        let members = model
            .members
            .iter()
            .filter(|(_, at)| model.sees(*post, *at));
        let members: BTreeSet<MemberId> = members.map(|(id, _)| *id).collect();
        test.db
            .read(&actor, |tx| {
                Ok::<_, MemberError>(compare_one(tx, model, &unions, &members))
            })
            .unwrap()?;
    }
    Ok(())
}

fn compare_one(
    tx: &mut Tx,
    model: &Model,
    unions: &BTreeSet<OrgId>,
    members: &BTreeSet<MemberId>,
) -> TestCaseResult {
    let mut tree = tree_of(tx).unwrap();
    tree.sort();
    prop_assert_eq!(
        &tree,
        &unions.iter().copied().collect::<Vec<_>>(),
        "the tree"
    );
    let found = orgs::search(tx, "工会", 100).unwrap();
    let found: BTreeSet<OrgId> = found.into_iter().map(|node| node.org.id).collect();
    prop_assert_eq!(&found, unions, "the search");
    for union in &model.unions {
        let got = orgs::get(tx, union.id).map(|org| org.id).ok();
        prop_assert_eq!(got.is_some(), unions.contains(&union.id), "one union");
    }
    let listing = list(tx, &Filter::default(), Page::first(100)).unwrap();
    let mut listed: Vec<MemberId> = listing.rows.iter().map(|row| row.id).collect();
    listed.sort();
    prop_assert_eq!(
        &listed,
        &members.iter().copied().collect::<Vec<_>>(),
        "the members"
    );
    let count = count_up_to(tx, &Filter::default(), 100).unwrap();
    prop_assert_eq!(
        usize::try_from(count.number).unwrap(),
        members.len(),
        "their number"
    );
    for (id, _) in &model.members {
        prop_assert_eq!(get(tx, *id).is_ok(), members.contains(id), "one member");
    }
    Ok(())
}

/// Live a story through; counts the moves that were made.
fn live(test: &TestDb, story: &Story, made: &Cell<u32>) -> TestCaseResult {
    let roles = Roles::parse(include_str!("../../../../../definitions/roles/roles.toml")).unwrap();
    let may = roles.get("district_officer").unwrap().capabilities;
    let mut model = test.db.write(&test.actor(), |tx| grow(tx, story)).unwrap();
    let account = test
        .db
        .write(&test.actor(), |tx| staff(tx, &roles, story, &mut model))
        .unwrap();
    compare(test, &roles, account, &model)?;
    for (union, to) in &story.moves {
        let (union, to) = (union % model.unions.len(), to % model.unions.len());
        let (id, parent) = (model.unions[union].id, model.unions[to].id);
        let moved = test.db.write(&test.actor(), |tx| {
            orgs::transfer_to(tx, may, id, parent, day(2026, 11, 1), "区划调整")
        });
        let refused = moved.as_ref().map_err(RoomError::code).err();
        prop_assert_eq!(moved.is_ok(), model.may_move(union, to), "{:?}", refused);
        if moved.is_ok() {
            model.unions[union].parent = Some(to);
            made.set(made.get() + 1);
            let kept = test
                .db
                .read(&test.actor(), |tx| orgs::history(tx, id))
                .unwrap();
            prop_assert_eq!(kept[0].title.as_str(), "调整隶属关系");
        }
        compare(test, &roles, account, &model)?;
    }
    Ok(())
}

/// The same stories every time, each in a database of its own.
fn live_all(cases: u32, make: impl Fn() -> TestDb) {
    let config = ProptestConfig {
        cases,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let made = Cell::new(0);
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(config, random)
        .run(&stories(), |story| live(&make(), &story, &made))
        .unwrap();
    assert!(made.get() >= cases / 8, "{} moves", made.get());
}

#[test]
fn whoever_moves_wherever_posts_see_their_part_of_the_tree() {
    live_all(40, TestDb::sqlite);
}

#[test]
fn the_second_lock_moves_along() {
    if TestDb::postgres().is_some() {
        live_all(4, || TestDb::postgres().unwrap());
    }
}
