//! A passphrase, asked for on the plain screen before the wizard opens. Nothing of it is shown, not even its length.

use std::future::ready;
use std::io::{self, Write};
use std::pin::{Pin, pin};

use crossterm::event::Event as Raw;
use futures_util::StreamExt as _;

use super::guard::Guard;
use super::keyboard::Keyboard;
use crate::ui::field::SecretField;
use crate::ui::{Edit, Intent, keys};
use crate::words::SharedSecret;

/// Asks on `screen` and waits for Enter. `None` when the person or `end`, a signal, gave it up.
pub async fn ask(
    screen: &mut dyn Write,
    question: &str,
    end: impl Future<Output = ()>,
) -> io::Result<Option<SharedSecret>> {
    let mut end = pin!(end);
    let silent = Guard::enter_line()?;
    let keyboard = Keyboard::start()?;
    // Nobody is asked before a signal is heard and nothing is shown.
    tokio::select! { biased;
        () = &mut end => return Ok(None),
        () = ready(()) => {}
    }
    write!(screen, "{question}")?;
    screen.flush()?;
    let typed = typed(keyboard, end).await;
    drop(silent);
    writeln!(screen)?;
    typed
}

async fn typed(
    mut keyboard: Keyboard,
    mut end: Pin<&mut impl Future<Output = ()>>,
) -> io::Result<Option<SharedSecret>> {
    let mut field = SecretField::default();
    loop {
        let event = tokio::select! {
            () = &mut end => return Ok(None),
            event = keyboard.next() => event,
        };
        match event {
            Some(Ok(Raw::Key(key))) => match keys::intent(&key, true) {
                Some(Intent::Submit) => return Ok(Some(field.take())),
                Some(Intent::Leave | Intent::Back) => return Ok(None),
                Some(Intent::Typed(character)) => drop(field.press(Edit::Insert(character))),
                Some(Intent::Edit(edit)) => drop(field.press(edit)),
                Some(_) | None => {}
            },
            Some(Ok(Raw::Paste(text))) => drop(field.paste(&text)),
            Some(Ok(Raw::FocusGained | Raw::FocusLost | Raw::Mouse(_) | Raw::Resize(..))) => {}
            Some(Err(error)) => return Err(error),
            None => return Ok(None),
        }
    }
}
