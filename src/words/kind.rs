//! What can be wrong with a value, told from the value alone; the words are in `texts/en.toml`.

macro_rules! kinds {
    ($($id:ident $key:literal;)*) => {
        /// The kinds of problems that a value has by itself, by the keys of their words.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ProblemKind {
            $(#[doc = $key] $id,)*
        }

        impl ProblemKind {
            /// Every kind.
            #[cfg(feature = "test-door")]
            pub const ALL: [Self; [$($key),*].len()] = [$(Self::$id),*];

            /// The key of its words.
            pub const fn key(self) -> &'static str {
                match self {
                    $(Self::$id => $key,)*
                }
            }
        }
    };
}

kinds! {
    NameTooLong "name-too-long";
    NameIsSecret "name-is-secret";
    PasteIsSecret "paste-is-secret";
    IdMissing "id-missing";
    IdNil "id-nil";
    IdNotGuid "id-not-guid";
    DirectoryNotOne "directory-not-one";
    DirectoryIsApplication "directory-is-application";
    DirectoryNeeded "directory-needed";
    ClientIdIsNeither "client-id-is-neither";
    SecretMissing "secret-missing";
    SecretIsGuid "secret-is-guid";
    SecretIsToken "secret-is-token";
    SecretIsAddress "secret-is-address";
    SecretIsOtherId "secret-is-other-id";
    SecretIsDomain "secret-is-domain";
    SecretHasBlank "secret-has-blank";
    SecretHasSigns "secret-has-signs";
    NotADate "not-a-date";
    NotAnMpnId "not-an-mpn-id";
    RedirectMissing "redirect-missing";
    RedirectNotSafe "redirect-not-safe";
    RedirectIpv6 "redirect-ipv6";
    RedirectTooLong "redirect-too-long";
    RedirectCharacter "redirect-character";
    RedirectNotAddress "redirect-not-address";
}
