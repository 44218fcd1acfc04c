//! Where it happened: as the poster says, as the worker says, or where the worker's own union is.

use kernel::ids::{EmployerId, OrgId};
use store::Tx;
use union::orgs::{self, OrgKind};
use union::posters::{self, PosterError, PosterId, Spot};

/// Value of the choice 说不清.
const UNKNOWN: &str = "unknown";
/// Value of the choice 我单位的工会.
const OWN: &str = "own";

/// What the page knows about the place.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// The poster's code, when it is good.
    pub code: String,
    /// What the poster says.
    pub known: String,
    /// Why a scanned code does not help.
    pub over: &'static str,
    /// Otherwise: what can be chosen, value and words.
    pub choices: Vec<(String, String)>,
    poster: Option<PosterId>,
    org: Option<OrgId>,
    own: Option<OrgId>,
    pub employer: Option<(EmployerId, String)>,
}

/// Where a form goes.
pub(super) struct Target {
    pub org: OrgId,
    pub poster: Option<PosterId>,
    pub employer: Option<(EmployerId, String)>,
    /// It came by a poster.
    pub scanned: bool,
}

impl Place {
    /// For a scanned code (or none) and the union of a worker who has signed in.
    pub fn of(tx: &mut Tx, code: &str, own: Option<OrgId>) -> Result<Self, PosterError> {
        let mut place = Self {
            own,
            ..Self::default()
        };
        if !code.is_empty() {
            match posters::by_code(tx, code)? {
                Spot::Known(poster) => {
                    let poster = *poster;
                    place.known = poster.place();
                    place.code = poster.code;
                    place.poster = Some(poster.id);
                    place.org = Some(poster.org);
                    place.employer = poster.employer.map(|id| (id, poster.employer_name));
                    return Ok(place);
                }
                Spot::Over(_) => {
                    place.over = "这张海报已经停用或过期了。不要紧，您自己选一下地方，照样能办。";
                }
                Spot::Foreign => {
                    place.over =
                        "认不出这张码，可能是别的地方的。不要紧，您自己选一下地方，照样能办。";
                }
            }
        }
        place.choices = choices(tx, own)?;
        Ok(place)
    }

    /// Where a form that chose `typed` goes; a sentence when nothing was chosen.
    pub fn target(
        &self,
        tx: &mut Tx,
        typed: &str,
    ) -> Result<Result<Target, &'static str>, PosterError> {
        let to = |org| Target {
            org,
            poster: self.poster,
            employer: self.employer.clone(),
            scanned: self.poster.is_some(),
        };
        if let Some(org) = self.org {
            return Ok(Ok(to(org)));
        }
        if typed == OWN
            && let Some(org) = self.own
        {
            return Ok(Ok(to(org)));
        }
        if typed == UNKNOWN {
            let top = towns(tx, &[OrgKind::Federation])?;
            return Ok(top.first().map(|org| to(org.id)).ok_or("请选择在哪里"));
        }
        let known = self.choices.iter().any(|(value, _)| value == typed);
        let org = typed.parse().ok().filter(|_| known);
        Ok(org.map(to).ok_or("请选择在哪里；说不清就选最后一项"))
    }
}

fn towns(tx: &mut Tx, kinds: &[OrgKind]) -> Result<Vec<orgs::OrgRef>, PosterError> {
    let ids = kinds.iter().map(|kind| kind.id());
    Ok(orgs::of_kinds(tx, ids, &kernel::OrgPath::whole())?)
}

fn choices(tx: &mut Tx, own: Option<OrgId>) -> Result<Vec<(String, String)>, PosterError> {
    let mut list = vec![(String::new(), "请选择".to_owned())];
    if let Some(own) = own {
        let name = orgs::named(tx, own)?.name;
        list.push((OWN.to_owned(), format!("我单位（{name}）")));
    }
    for org in towns(tx, &[OrgKind::Town, OrgKind::Zone])? {
        // 乔司街道总工会 is, to who lives there, 乔司街道.
        let short = org.name.trim_end_matches("总工会").to_owned();
        list.push((org.id.to_string(), short));
    }
    list.push((UNKNOWN.to_owned(), "说不清，工会帮我看".to_owned()));
    Ok(list)
}
