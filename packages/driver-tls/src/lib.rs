//! FIX over TLS (FIXS): both sides present a certificate, and the initiator's certificate says which CompID
//! may log on.
//!
//! TLS is a stream below the session, which does not know of it. [`Server`] and [`Client`] make such streams,
//! the drivers of `sansfix-driver-tokio` run over them as over TCP, and `Acceptor::vouched` uses [`names`] to
//! decide who may log on as whom:
//!
//! ```no_run
//! # use sansfix::Directory;
//! # use sansfix_driver_tokio::{Acceptor, Limits};
//! # use sansfix_driver_tls::{Identity, Server, names};
//! # async fn run(ours: Identity, listener: tokio::net::TcpListener) -> Result<(), Box<dyn std::error::Error>> {
//! # let counterparties = [];
//! let server = Server::new(ours, counterparties)?;
//! let acceptor = Acceptor::vouched(Directory::new(), Limits::default(), |stream, logon| names(stream, logon));
//! acceptor.serve(listener, move |tcp| server.clone().accept(tcp)).await?;
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]

use std::io;
use std::sync::Arc;

use rustls::client::verify_server_name;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::{ParsedCertificate, VerifierBuilderError, WebPkiClientVerifier};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use sansfix::LogonId;
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

/// What one side presents: its certificate, those between it and the root, and its key.
#[derive(Debug)]
pub struct Identity {
    /// The side's own certificate first, then those that vouch for it.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key of the first.
    pub key: PrivateKeyDer<'static>,
}

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The key does not match the certificate, or a root cannot be read.
    #[error("the certificates cannot be used: {0}")]
    Certificates(#[from] rustls::Error),
    /// No client certificate could ever be verified.
    #[error("the roots that vouch for counterparties cannot be used: {0}")]
    Roots(#[from] VerifierBuilderError),
}

/// The accepting side. Clones share their settings.
#[derive(Clone)]
pub struct Server(TlsAcceptor);

impl Server {
    /// Presents `ours`, and accepts a counterparty whose certificate one of `roots` vouches for. Without a
    /// certificate, a counterparty does not complete the handshake.
    ///
    /// # Errors
    /// The certificates cannot be used.
    pub fn new(
        ours: Identity,
        roots: impl IntoIterator<Item = CertificateDer<'static>>,
    ) -> Result<Self, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let verifier =
            WebPkiClientVerifier::builder_with_provider(store(roots)?.into(), provider.clone()).build()?;
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(ours.chain, ours.key)?;
        Ok(Server(TlsAcceptor::from(Arc::new(config))))
    }

    /// Performs the handshake.
    ///
    /// # Errors
    /// An error of the link, or the counterparty could not prove its identity.
    pub async fn accept(self, link: TcpStream) -> io::Result<server::TlsStream<TcpStream>> {
        self.0.accept(link).await
    }
}

/// The connecting side. Clones share their settings.
#[derive(Clone)]
pub struct Client(TlsConnector);

impl Client {
    /// Presents `ours`, and trusts a counterparty whose certificate one of `roots` vouches for.
    ///
    /// # Errors
    /// The certificates cannot be used.
    pub fn new(
        ours: Identity,
        roots: impl IntoIterator<Item = CertificateDer<'static>>,
    ) -> Result<Self, TlsError> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(store(roots)?)
            .with_client_auth_cert(ours.chain, ours.key)?;
        Ok(Client(TlsConnector::from(Arc::new(config))))
    }

    /// Performs the handshake with a counterparty whose certificate must name `host`.
    ///
    /// # Errors
    /// An error of the link, or the counterparty could not prove its identity.
    pub async fn connect(
        self,
        host: ServerName<'static>,
        link: TcpStream,
    ) -> io::Result<client::TlsStream<TcpStream>> {
        self.0.connect(host, link).await
    }
}

/// Whether the counterparty may log on under this identity: its certificate must have SenderCompID(49) as a
/// DNS name.
pub fn names(stream: &server::TlsStream<TcpStream>, logon: &LogonId<'_>) -> bool {
    let (_, tls) = stream.get_ref();
    let shown = tls.peer_certificates().and_then(<[CertificateDer<'_>]>::first);
    let name =
        std::str::from_utf8(logon.sender_comp_id).ok().and_then(|name| ServerName::try_from(name).ok());
    let (Some(shown), Some(name)) = (shown, name) else { return false };
    ParsedCertificate::try_from(shown).is_ok_and(|shown| verify_server_name(&shown, &name).is_ok())
}

fn store(roots: impl IntoIterator<Item = CertificateDer<'static>>) -> Result<RootCertStore, rustls::Error> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root)?;
    }
    Ok(store)
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
