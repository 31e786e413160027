//! The certificate authority of one run, and the certificate it gives the simulator.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::scenario::Quirk;
use super::{NO_KEY, Scenario, chance};

/// A certificate authority in a folder of its own, which goes when this does.
#[derive(Debug)]
pub(super) struct Authority {
    _folder: TempDir,
    file: PathBuf,
    config: Arc<ServerConfig>,
}

impl Authority {
    /// Makes an authority, writes its certificate down and has it sign one for localhost.
    pub(super) fn new(scenario: &Scenario) -> Result<Self, String> {
        let authority = authority().map_err(|_detail| NO_KEY)?;
        let written = authority.pem();
        let signer =
            if scenario.is(Quirk::TlsUnknown) { self::authority().map_err(|_detail| NO_KEY)? } else { authority };
        let (leaf, key) = leaf(&signer, scenario).map_err(|_detail| NO_KEY)?;
        let config = config(leaf.der().clone(), &key).ok_or(NO_KEY)?;
        let not_kept = |error: io::Error| format!("cannot keep the certificate of this run: {error}");
        let folder = private_folder().map_err(not_kept)?;
        let file = folder.path().join("ca.pem");
        let made = File::create_new(&file).and_then(|mut opened| opened.write_all(written.as_bytes()));
        made.map_err(not_kept)?;
        Ok(Self { _folder: folder, file, config: Arc::new(config) })
    }

    /// The file with the authority's certificate.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Returns what speaks TLS with a connection.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

/// A folder that only its owner can look into.
fn private_folder() -> io::Result<TempDir> {
    let mut folder = tempfile::Builder::new();
    let folder = folder.prefix("octo-csp-simulator-");
    #[cfg(unix)]
    let folder = folder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    folder.tempdir()
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, format!("octo-csp simulator {}", chance::word(6)));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    params.not_before = date_time_ymd(2024, 1, 1);
    params.not_after = date_time_ymd(2044, 1, 1);
    CertifiedIssuer::self_signed(params, KeyPair::generate()?)
}

fn leaf(
    authority: &CertifiedIssuer<'static, KeyPair>,
    scenario: &Scenario,
) -> Result<(Certificate, KeyPair), rcgen::Error> {
    let names: &[&str] =
        if scenario.is(Quirk::TlsWrongName) { &["elsewhere.example"] } else { &["localhost", "127.0.0.1", "::1"] };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "localhost");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let (from, until) = match scenario {
        bad if bad.is(Quirk::TlsExpired) => (2024, 2025),
        bad if bad.is(Quirk::TlsNotYet) => (2042, 2043),
        _ => (2024, 2043),
    };
    params.not_before = date_time_ymd(from, 2, 1);
    params.not_after = date_time_ymd(until, 2, 1);
    let key = KeyPair::generate()?;
    let leaf = params.signed_by(&key, authority)?;
    Ok((leaf, key))
}

fn config(leaf: CertificateDer<'static>, key: &KeyPair) -> Option<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).ok()?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .ok()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf], key)
        .ok()?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Some(config)
}
