//! What this program is: its version, what it was built from and for, and what it stands on.

use std::sync::LazyLock;

/// The version, such as `0.1.0`.
pub const NUMBER: &str = env!("CARGO_PKG_VERSION");

/// Where secrets can be kept by this build.
const VAULTS: &[&str] = &[
    #[cfg(all(unix, not(target_os = "macos")))]
    "Secret Service",
    #[cfg(target_os = "macos")]
    "macOS Keychain",
    #[cfg(windows)]
    "Windows Credential Manager",
    "vault file (age)",
    "OpenBao or HashiCorp Vault",
    "Azure Key Vault",
    #[cfg(feature = "simulator")]
    "memory (rehearsals only)",
];

/// What support asks for first, each with its label.
pub fn facts() -> [(&'static str, String); 5] {
    [
        ("Commit", env!("OCTO_CSP_COMMIT").to_owned()),
        ("Target", env!("OCTO_CSP_TARGET").to_owned()),
        ("Compiler", env!("OCTO_CSP_RUSTC").to_owned()),
        ("TLS", "rustls with aws-lc-rs; certificates are checked by the system's verifier".to_owned()),
        ("Vaults", VAULTS.join(", ")),
    ]
}

/// What `--version` says after the name.
pub fn long() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let facts = facts().map(|(label, fact)| format!("\n{label:<9} {fact}"));
        format!("{NUMBER}{}", facts.concat())
    });
    &TEXT
}
