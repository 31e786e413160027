//! What is said about arguments that cannot be understood.
//!
//! Nothing that could be a secret is repeated: what a command says ends in logs, in transcripts and on screens that are shared.

use std::ffi::OsStr;
use std::path::Path;

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::words::ids::looks_like_guid;

/// Parts of a flag's name that say that a secret was about to follow.
const SECRETS: [&str; 7] = ["secret", "password", "passwd", "passphrase", "token", "key", "credential"];

/// The longest flag that is repeated. A secret of Entra's has forty characters.
const LONGEST: usize = 24;

/// Says what is wrong, with what was probably meant.
pub fn text(mut error: Error) -> String {
    let flag = word(&error, ContextKind::InvalidArg);
    if error.kind() == ErrorKind::UnknownArgument
        && flag.starts_with('-')
        && SECRETS.iter().any(|part| flag.contains(part))
    {
        return refusal(&flag);
    }
    let typed = if error.kind() == ErrorKind::UnknownArgument {
        ContextKind::InvalidArg
    } else if error.kind() == ErrorKind::InvalidSubcommand {
        ContextKind::InvalidSubcommand
    } else {
        ContextKind::InvalidValue
    };
    let value = word(&error, typed);
    let close = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    // A word so close to one of ours is a slip of the finger.
    let meant = value.starts_with('-') || close.iter().any(|kind| error.get(*kind).is_some());
    if !(value.is_empty() || is_number(&value) || meant && may_be_repeated(&value)) {
        error.insert(typed, ContextValue::String("...".to_owned()));
        let why = "what was typed is not repeated here, because it could be a secret";
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![why.into()]));
    }
    error.render().to_string()
}

/// A word that clap would repeat.
fn word(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(word)) => word.clone(),
        _ => String::new(),
    }
}

/// Whether a word is repeated in what is said: one that is short and has only the signs of names, or a number. Whatever else is
/// typed could be a secret, and of what is given in its place only the flag is told.
pub fn may_be_repeated(word: &str) -> bool {
    is_number(word) || word.len() <= LONGEST && word.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit())
}

/// A path as it is told, from wherever one stands: what is there is no secret. Else `instead`.
pub fn path(path: &Path, instead: &str) -> String {
    let whole = std::path::absolute(path).ok().filter(|whole| whole.exists());
    whole.map_or_else(|| instead.to_owned(), |whole| whole.display().to_string())
}

/// Characters of the longest word of a name that is told.
const WORD: usize = 24;

/// What a mount, a path or a role of a shared vault is called, as it is told: words as long as those of people, or a GUID, which a
/// `role_id` of a shared vault is. Else `instead`: a secret may have been put there.
pub fn name(name: &OsStr, instead: &str) -> String {
    let told = name
        .to_str()
        .filter(|name| looks_like_guid(name) || name.split('/').all(|word| word.len() <= WORD && !word.contains('~')));
    told.unwrap_or(instead).to_owned()
}

/// A secret on the command line is refused, whatever its flag was thought to be called.
fn refusal(flag: &str) -> String {
    let flag = if may_be_repeated(flag) { flag } else { "this flag" };
    let tips = if flag.contains("passphrase") {
        "  tip: it is typed when it is asked for, and nothing of it is shown
  tip: where nobody types it comes from --passphrase-fd N or --passphrase-file FILE, with --store file"
    } else {
        "  tip: the wizard asks for it and shows nothing of it: octo-csp register
  tip: without a screen it comes from a file or from standard input: octo-csp register --no-input with --secret-file FILE
       or --secret-stdin"
    };
    format!(
        "error: {flag} is refused: a secret is never an argument. Other users of this machine can read the arguments of a program,
and the shell keeps them in its history.

{tips}
  tip: if it was a real one, make a new one, and remove the line from your shell's history

For more information, try 'octo-csp register --help'.
"
    )
}
