//! The exit codes and what each one promises.

/// How the process ends. The numbers are part of the interface: scripts and monitoring rely on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// What was asked for is done.
    Done = 0,
    /// A bug in octo-csp.
    Internal = 1,
    /// Wrong usage: an unknown flag, a missing value, an unreadable file named on the command line.
    Usage = 2,
    /// A value or secret was refused.
    Refused = 3,
    /// A person must sign in or consent.
    SignIn = 4,
    /// A permission, a role or MFA is missing.
    Permission = 5,
    /// Network, proxy, TLS or clock.
    Network = 6,
    /// Keyring or other storage.
    Storage = 7,
    /// There is a registration already, here or in Octo.
    AlreadyRegistered = 9,
    /// A time limit was reached.
    TimeLimit = 124,
    /// Cancelled by the person or by a signal.
    Cancelled = 130,
}

impl Exit {
    /// Every code with what it means to a script, as the help and the manual have it.
    pub const MEANINGS: [(Self, &str); 11] = [
        (Self::Done, "what was asked for is done"),
        (Self::Internal, "a bug in octo-csp"),
        (Self::Usage, "wrong usage: an unknown flag, a missing value, an unreadable file, no terminal"),
        (Self::Refused, "a value or secret was refused"),
        (Self::SignIn, "a person must sign in or consent"),
        (Self::Permission, "a permission, a role or MFA is missing"),
        (Self::Network, "network, proxy, TLS or clock"),
        (Self::Storage, "keyring or other storage"),
        (Self::AlreadyRegistered, "there is a registration already, here or in Octo"),
        (Self::TimeLimit, "a time limit was reached"),
        (Self::Cancelled, "cancelled"),
    ];
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
