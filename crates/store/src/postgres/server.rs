//! Where a PostgreSQL server is, and how the way to it is protected.
//!
//! Names of members travel in clear inside the connection, so a server on another machine is reached through TLS with
//! its certificate checked, unless the operator says `sslmode=disable` in so many words. `sslrootcert=FILE` names the
//! authority of an office's own server; without it the public ones are trusted. On the same machine there is no TLS
//! unless asked for (`sslmode=require`).

use std::path::PathBuf;
use std::sync::Arc;

use postgres::config::{Host, SslMode};
use postgres::{Client, NoTls};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::fault;
use crate::error::StoreError;

/// A server as a URL names it.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) config: postgres::Config,
    tls: Option<MakeRustlsConnect>,
}

/// Never shows the password.
impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("tls", &self.tls.is_some())
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Reads a URL. Messages never repeat it, since it may hold a password.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let (url, root) = without_root(url);
        let malformed = || StoreError::Refused("数据库地址格式不对".to_owned());
        let mut config: postgres::Config = url.parse().map_err(|_| malformed())?;
        if !url.contains("sslmode=") {
            config.ssl_mode(if is_here(&config) {
                SslMode::Disable
            } else {
                SslMode::Require
            });
        }
        let tls = match config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(connector(root)?),
        };
        Ok(Self { config, tls })
    }

    /// Opens a connection.
    pub(crate) fn connect(&self) -> Result<Client, StoreError> {
        match &self.tls {
            None => self.config.connect(NoTls),
            Some(tls) => self.config.connect(tls.clone()),
        }
        .map_err(fault)
    }
}

/// The URL without `sslrootcert=…`, which the driver does not know, and its value.
fn without_root(url: &str) -> (String, Option<PathBuf>) {
    let Some((head, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let mut root = None;
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| match pair.strip_prefix("sslrootcert=") {
            Some(path) => {
                root = Some(PathBuf::from(path));
                false
            }
            None => true,
        })
        .collect();
    let question = if kept.is_empty() { "" } else { "?" };
    (format!("{head}{question}{}", kept.join("&")), root)
}

/// Whether every host is this machine.
fn is_here(config: &postgres::Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

fn connector(root: Option<PathBuf>) -> Result<MakeRustlsConnect, StoreError> {
    let bad = |why: String| StoreError::Refused(format!("数据库的 TLS 设置：{why}"));
    let mut roots = RootCertStore::empty();
    match root {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let certificates =
                CertificateDer::pem_file_iter(&path).map_err(|fault| bad(fault.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|fault| bad(fault.to_string()))?;
                roots
                    .add(certificate)
                    .map_err(|fault| bad(fault.to_string()))?;
            }
            if roots.is_empty() {
                return Err(bad(format!("{} 里没有证书", path.display())));
            }
        }
    }
    let config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|fault| bad(fault.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> SslMode {
        Server::parse(url).unwrap().config.get_ssl_mode()
    }

    #[test]
    fn another_machine_is_reached_through_tls_unless_said_otherwise() {
        assert_eq!(mode("postgres://a:b@db.example/c"), SslMode::Require);
        assert_eq!(mode("postgres://a:b@10.1.2.3/c"), SslMode::Require);
        assert_eq!(
            mode("postgres://a:b@127.0.0.1,db.example/c"),
            SslMode::Require,
            "one of them is elsewhere"
        );
        assert_eq!(
            mode("postgres://a:b@db.example/c?sslmode=disable"),
            SslMode::Disable
        );
        assert_eq!(mode("postgres://a:b@127.0.0.1:5433/c"), SslMode::Disable);
        assert_eq!(mode("postgres://a:b@localhost/c"), SslMode::Disable);
        assert_eq!(
            mode("postgres://a:b@localhost/c?sslmode=require"),
            SslMode::Require
        );
    }

    #[test]
    fn a_root_that_is_no_certificate_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("root.pem");
        std::fs::write(&path, "no certificate").unwrap();
        let url = format!(
            "postgres://a:secret@db.example/c?connect_timeout=3&sslrootcert={}",
            path.display()
        );
        let fault = Server::parse(&url).unwrap_err().to_string();
        assert!(
            fault.contains("没有证书") && !fault.contains("secret"),
            "{fault}"
        );
        assert_eq!(
            without_root("postgres://x/y?sslrootcert=/a&connect_timeout=3"),
            (
                "postgres://x/y?connect_timeout=3".to_owned(),
                Some("/a".into())
            )
        );
        assert_eq!(
            without_root("postgres://x/y?sslrootcert=/a").0,
            "postgres://x/y"
        );
    }
}
