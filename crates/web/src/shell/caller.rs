//! Where a request comes from (对方地址): what limits count by and sessions show. Behind a reverse proxy every request
//! comes from the proxy; the address it names is believed only of the proxies in niangjia.toml.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use super::App;

/// What proxies say: the addresses on the way, each adding the one it was called from.
const FORWARDED: &str = "x-forwarded-for";

/// Puts the caller's own address in the place of the proxy's.
pub(super) async fn behind_proxy(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if let Some(ConnectInfo(peer)) = peer.copied()
        && let Some(caller) = caller(peer.ip(), request.headers(), &app.config().proxies)
    {
        let caller = SocketAddr::new(caller, peer.port());
        request.extensions_mut().insert(ConnectInfo(caller));
    }
    next.run(request).await
}

/// The last address on the way that is none of our proxies; what stands before it, anybody may have written. None when
/// the request does not come from one of them, or they say nothing that can be read.
fn caller(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> Option<IpAddr> {
    let ours = |address: &IpAddr| proxies.contains(&address.to_canonical());
    if !ours(&peer) {
        return None;
    }
    let lines = headers.get_all(FORWARDED).iter();
    let hops: Vec<&str> = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .collect();
    for hop in hops.iter().rev() {
        let address = hop.trim().parse::<IpAddr>().ok()?.to_canonical();
        if !ours(&address) {
            return Some(address);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(peer: &str, lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        let proxies = ["127.0.0.1", "10.0.0.7"].map(|one| one.parse().unwrap());
        caller(peer.parse().unwrap(), &headers, &proxies).map(|one| one.to_string())
    }

    #[test]
    fn the_last_address_that_is_none_of_ours_counts() {
        let said = |lines: &[&str]| called("127.0.0.1", lines);
        assert_eq!(said(&["203.0.113.9"]).as_deref(), Some("203.0.113.9"));
        assert_eq!(
            said(&["6.6.6.6, 203.0.113.9, 10.0.0.7"]).as_deref(),
            Some("203.0.113.9"),
            "what the caller wrote before is not believed"
        );
        assert_eq!(
            said(&["6.6.6.6", "2001:db8::9"]).as_deref(),
            Some("2001:db8::9")
        );
        assert_eq!(
            called("::ffff:127.0.0.1", &["203.0.113.9"]).as_deref(),
            Some("203.0.113.9")
        );
        assert_eq!(said(&[]), None);
        assert_eq!(said(&["203.0.113.9, who knows"]), None);
        assert_eq!(
            called("203.0.113.5", &["6.6.6.6"]),
            None,
            "no proxy of ours"
        );
    }
}
