//! What a failed handshake means, and who signed the certificate that was not trusted.

use rustls::{AlertDescription, CertificateError, Error as Tls};

use crate::engine::effect::TlsFault;

/// The kind of a TLS failure.
#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign list that grows")]
pub fn fault(error: &Tls) -> TlsFault {
    match error {
        Tls::InvalidCertificate(certificate) => certificate_fault(certificate),
        Tls::InvalidMessage(_)
        | Tls::InappropriateMessage { .. }
        | Tls::InappropriateHandshakeMessage { .. }
        | Tls::PeerIncompatible(_)
        | Tls::PeerMisbehaved(_)
        | Tls::PeerSentOversizedRecord
        | Tls::NoApplicationProtocol
        | Tls::AlertReceived(
            AlertDescription::ProtocolVersion
            | AlertDescription::HandshakeFailure
            | AlertDescription::InsufficientSecurity
            | AlertDescription::UnexpectedMessage
            | AlertDescription::DecodeError,
        ) => TlsFault::Protocol,
        Tls::General(text) if text.contains("No CA certificates") => TlsFault::NoRoots,
        _ => TlsFault::Other,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a foreign list that grows")]
fn certificate_fault(error: &CertificateError) -> TlsFault {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFault::NotYetValid
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            TlsFault::WrongName
        }
        CertificateError::Revoked => TlsFault::Revoked,
        CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsFault::UnknownIssuer,
        // A self-signed certificate of an intercepting box arrives here as `CaUsedAsEndEntity`.
        other if other.to_string().contains("CaUsedAsEndEntity") => TlsFault::UnknownIssuer,
        _ => TlsFault::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_name() {
        for (error, expected) in [
            (CertificateError::Expired, TlsFault::Expired),
            (CertificateError::NotValidYet, TlsFault::NotYetValid),
            (CertificateError::NotValidForName, TlsFault::WrongName),
            (CertificateError::Revoked, TlsFault::Revoked),
            (CertificateError::UnknownIssuer, TlsFault::UnknownIssuer),
            (CertificateError::BadEncoding, TlsFault::Other),
        ] {
            assert_eq!(fault(&Tls::InvalidCertificate(error)), expected);
        }
        assert_eq!(
            fault(&Tls::AlertReceived(AlertDescription::ProtocolVersion)),
            TlsFault::Protocol
        );
        assert_eq!(
            fault(&Tls::General(
                "No CA certificates were loaded from the system".to_owned()
            )),
            TlsFault::NoRoots
        );
    }
}
