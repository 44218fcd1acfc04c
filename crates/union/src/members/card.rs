//! 电子会员卡: a code that changes every half minute, so that a picture of it is worth nothing soon after.
//!
//! The code names the record and carries HMAC-SM3 over card number and time window. Nothing about the person is in
//! it; staff who scan it are shown the member by the program.

use kernel::Instant;
use kernel::ids::MemberId;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde_json::json;
use store::{Audit, Tx, Vault};

use super::read::unscoped;
use super::rules::Permit;
use super::{Member, MemberError, MemberPolicy, Status, get};
use crate::access::Capability;
use crate::orgs;

/// Marks the text as ours.
const PREFIX: &str = "NJ1";
/// Purpose of the signature.
const PURPOSE: &str = "member.card";
/// Letters of the text: upper case and digits, the set QR codes pack best.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Bytes of the signature that are kept.
const MAC: usize = 10;

/// What the card page shows.
#[derive(Debug, Clone)]
pub struct CardCode {
    /// The text in the code.
    pub text: String,
    /// The code as an SVG element.
    pub svg: String,
    /// Until when it is good.
    pub until: Instant,
}

/// What scanning a code told.
#[derive(Debug, Clone)]
pub enum CardCheck {
    /// A member in good standing.
    Valid(Box<CardHolder>),
    /// A real code whose time is over.
    Expired,
    /// A code of somebody whose membership does not hold now.
    NotEnrolled(Status),
    /// Not a code of ours.
    Unknown,
}

/// Who holds a card, as far as a door needs to know.
#[derive(Debug, Clone)]
pub struct CardHolder {
    /// Name, masked.
    pub name: String,
    /// The union.
    pub union: String,
    /// Where the member stands.
    pub status: Status,
    /// 实名
    pub real_name: bool,
    /// Card number.
    pub card_no: String,
}

/// The code for this moment. Only the member's own.
///
/// # Errors
/// [`MemberError::NotFound`] for anybody else's; [`MemberError::Refused`] when the membership does not hold now.
pub fn code(tx: &mut Tx, permit: &Permit, id: MemberId) -> Result<CardCode, MemberError> {
    permit.require_own(id)?;
    let member = get(tx, id)?;
    if !member.status.is_enrolled() {
        let message = format!(
            "您的会籍现在是“{}”，没有会员码。有疑问请联系您的工会或拨打 12351",
            member.status.label()
        );
        return Err(MemberError::refuse("member.card_not_enrolled", message));
    }
    let seconds = i64::from(MemberPolicy::at(*tx.district(), tx.today())?.card.seconds);
    let window = tx.now().ms() / 1000 / seconds;
    let text = text(tx.vault(), &member, window);
    let svg = draw(&text)?;
    Ok(CardCode {
        text,
        svg,
        until: Instant::from_ms((window + 1) * seconds * 1000),
    })
}

fn text(vault: &Vault, member: &Member, window: i64) -> String {
    format!(
        "{PREFIX}-{}-{}",
        encode(member.id.uuid().as_bytes()),
        encode(&mac(vault, member, window))
    )
}

fn mac(vault: &Vault, member: &Member, window: i64) -> Vec<u8> {
    let card = member.card_no.as_deref().unwrap_or_default();
    let mut mac = vault.sign(PURPOSE, format!("{}:{card}:{window}", member.id).as_bytes());
    mac.truncate(MAC);
    mac
}

/// Inline SVG without the XML head; colours are plain black on white for every scanner.
fn draw(text: &str) -> Result<String, MemberError> {
    let code =
        QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| MemberError::Drawing)?;
    let image = code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .quiet_zone(true)
        .build();
    Ok(image
        .find("<svg")
        .and_then(|at| image.get(at..))
        .unwrap_or_default()
        .to_owned())
}

/// Whom a scanned text belongs to. Any member of the district may be checked, since the member shows the code;
/// the check is on record and the member can read it.
///
/// # Errors
/// [`MemberError::Forbidden`].
pub fn check(tx: &mut Tx, permit: &Permit, scanned: &str) -> Result<CardCheck, MemberError> {
    permit.require(Capability::MembersRead)?;
    let Some((id, given)) = parse(scanned) else {
        return Ok(CardCheck::Unknown);
    };
    let member = match tx.across("the member shows the code", |tx| unscoped(tx, id)) {
        Ok(member) => member,
        Err(MemberError::NotFound) => return Ok(CardCheck::Unknown),
        Err(other) => return Err(other),
    };
    let seconds = i64::from(MemberPolicy::at(*tx.district(), tx.today())?.card.seconds);
    let window = tx.now().ms() / 1000 / seconds;
    let good = |window: i64| mac(tx.vault(), &member, window) == given;
    // The window before is still good for the time it takes to hold out a phone.
    if !good(window) && !good(window - 1) {
        let recent = (2..=120).any(|ago| good(window - ago));
        return Ok(if recent {
            CardCheck::Expired
        } else {
            CardCheck::Unknown
        });
    }
    tx.audit(
        Audit::of("member.card_checked", "member", id)
            .at(&member.org_path)
            .detail(json!({ "status": member.status.code() })),
    )?;
    if !member.status.is_enrolled() {
        return Ok(CardCheck::NotEnrolled(member.status));
    }
    let union = tx
        .across("the union on the card", |tx| orgs::named(tx, member.org))
        .map_err(MemberError::room)?
        .name;
    let name = kernel::PersonName::parse(&member.name)
        .map(|name| name.masked())
        .unwrap_or_default();
    let card_no = member.card_no.clone().unwrap_or_default();
    Ok(CardCheck::Valid(Box::new(CardHolder {
        name,
        union,
        status: member.status,
        real_name: member.real_name,
        card_no,
    })))
}

fn parse(scanned: &str) -> Option<(MemberId, Vec<u8>)> {
    let text = scanned.trim().to_ascii_uppercase();
    let mut parts = text.split('-');
    if parts.next()? != PREFIX {
        return None;
    }
    let id: [u8; 16] = decode(parts.next()?)?.try_into().ok()?;
    let mac = decode(parts.next()?)?;
    (mac.len() == MAC && parts.next().is_none())
        .then(|| (MemberId::from(uuid::Uuid::from_bytes(id)), mac))
}

/// Five bits a letter (Crockford's alphabet), most significant first, the last letter filled with zeros.
fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(&mut out, buffer >> bits);
        }
        buffer &= (1 << bits) - 1;
    }
    if bits > 0 {
        push(&mut out, buffer << (5 - bits));
    }
    out
}

fn push(out: &mut String, value: u32) {
    let letter = usize::try_from(value & 31)
        .ok()
        .and_then(|at| LETTERS.get(at));
    out.push(letter.copied().map_or('0', char::from));
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for letter in text.bytes() {
        let value = u32::try_from(LETTERS.iter().position(|known| *known == letter)?).ok()?;
        buffer = (buffer << 5) | value;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(buffer >> bits).ok()?);
            buffer &= (1 << bits) - 1;
        }
    }
    (buffer == 0).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(decode(&encode(&bytes)), Some(bytes));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            let _ = parse(&text);
        }
    }

    #[test]
    fn a_code_is_an_inline_picture() {
        let svg = draw("NJ1-TEST").unwrap();
        assert!(
            svg.starts_with("<svg") && !svg.contains("style="),
            "{}",
            &svg[..80]
        );
    }
}
