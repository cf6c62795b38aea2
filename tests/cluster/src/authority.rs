//! The certificate authority of one control plane.
//!
//! One key each, valid for rcgen's long default: a test cluster lives for minutes.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};

/// A certificate and its key, both PEM.
pub(crate) struct Certified {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn create() -> Authority {
        let mut params = named("landfall-test-ca");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let issuer = CertifiedIssuer::self_signed(params, key()).expect("the parameters are complete");
        Authority { issuer }
    }

    pub(crate) fn certificate(&self) -> String {
        self.issuer.pem()
    }

    /// Issues a certificate for a server on the loopback interface.
    pub(crate) fn server(&self, name: &str) -> Certified {
        let mut params =
            CertificateParams::new(["127.0.0.1".into(), "localhost".into()]).expect("both names are valid");
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(&params)
    }

    /// Issues a certificate that Kubernetes reads as this user in this group.
    pub(crate) fn client(&self, user: &str, group: &str) -> Certified {
        let mut params = named(user);
        params.distinguished_name.push(DnType::OrganizationName, group);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> Certified {
        let key = key();
        let certificate = params.signed_by(&key, &self.issuer).expect("the parameters are complete");
        Certified { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// Makes the key pair that signs service account tokens: the private and the public half, both PEM.
pub(crate) fn signing_keys() -> (String, String) {
    let key = key();
    (key.serialize_pem(), key.public_key_pem())
}

fn key() -> KeyPair {
    KeyPair::generate().expect("the machine has randomness")
}

fn named(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}
