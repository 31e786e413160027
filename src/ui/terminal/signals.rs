//! Signals as a stream, and a terminal that goes away as one of them.

use std::io;

use futures_util::{Stream, stream};

/// What a signal means to a terminal program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM, SIGHUP, SIGINT, SIGQUIT, or the terminal is gone; on Windows its console is closed, or the session ends.
    End,
    /// SIGTSTP.
    #[cfg_attr(not(unix), expect(dead_code, reason = "a console stops nothing"))]
    Stop,
    /// SIGCONT.
    #[cfg_attr(not(unix), expect(dead_code, reason = "and continues nothing"))]
    Continue,
    /// SIGWINCH.
    #[cfg_attr(not(unix), expect(dead_code, reason = "a console tells its size among the keys"))]
    Resize,
}

/// Hears everything that ends, stops or continues a terminal program.
#[cfg(unix)]
pub(super) fn stream() -> io::Result<impl Stream<Item = Signal> + Unpin> {
    use std::pin::Pin;
    use std::task::Poll;

    use rustix::process::Signal as Number;
    use tokio::signal::unix::{SignalKind, signal};

    let mut all = Vec::new();
    for (number, meaning) in [
        (Number::TERM, Signal::End),
        (Number::HUP, Signal::End),
        (Number::INT, Signal::End),
        (Number::QUIT, Signal::End),
        (Number::CONT, Signal::Continue),
        (Number::TSTP, Signal::Stop),
        // crossterm hears it too, but only once its thread runs: a window pulled before that would stay unpainted.
        (Number::WINCH, Signal::Resize),
    ] {
        all.push((signal(SignalKind::from_raw(number.as_raw()))?, meaning));
    }
    let mut gone = Some(hang_up()?);
    Ok(stream::poll_fn(move |context| {
        for (signal, meaning) in &mut all {
            if signal.poll_recv(context).is_ready() {
                return Poll::Ready(Some(*meaning));
            }
        }
        if let Some(watch) = &mut gone
            && let Poll::Ready(heard) = Pin::new(watch).poll(context)
        {
            gone = None;
            if heard.is_ok() {
                return Poll::Ready(Some(Signal::End));
            }
        }
        Poll::Pending
    }))
}

/// Windows gives a program some seconds when its console is closed or its session ends, and there is nothing to stop or continue.
#[cfg(not(unix))]
pub(super) fn stream() -> io::Result<impl Stream<Item = Signal> + Unpin> {
    use std::task::Poll;

    use tokio::signal::windows::{ctrl_break, ctrl_close, ctrl_logoff, ctrl_shutdown};

    let (mut broken, mut closed, mut logoff, mut shutdown) =
        (ctrl_break()?, ctrl_close()?, ctrl_logoff()?, ctrl_shutdown()?);
    Ok(stream::poll_fn(move |context| {
        let ends = [
            broken.poll_recv(context),
            closed.poll_recv(context),
            logoff.poll_recv(context),
            shutdown.poll_recv(context),
        ];
        if ends.iter().any(Poll::is_ready) { Poll::Ready(Some(Signal::End)) } else { Poll::Pending }
    }))
}

/// Makes sure that a signal ends the program although nobody reads what it writes (Ctrl-S, a stalled connection): the one thread
/// that hears signals then stands in a write. This one hears them too, and from a moment later on throws away what is written
/// until the program has ended, so that every write goes on.
#[cfg(unix)]
pub(super) fn keep_endable() -> io::Result<()> {
    use std::time::Duration;

    use rustix::process::{Signal as Number, getpid, kill_process};
    use rustix::termios::{Action, QueueSelector, tcflow, tcflush};
    use tokio::signal::unix::{SignalKind, signal};

    /// A terminal that reads has all of it by then.
    const MOMENT: Duration = Duration::from_millis(300);
    const AGAIN: Duration = Duration::from_millis(20);

    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let mut ends = {
        let _inside = runtime.enter();
        (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?)
    };
    let watch = move || {
        runtime.block_on(async {
            tokio::select! { _ = ends.0.recv() => {} _ = ends.1.recv() => {} }
        });
        let mut wait = MOMENT;
        loop {
            std::thread::sleep(wait);
            let _ = tcflow(io::stdout(), Action::OOn);
            let _ = tcflush(io::stdout(), QueueSelector::OFlush);
            // A write that waits looks again for room when a signal comes; the end that it brings is the same.
            let _ = kill_process(getpid(), Number::TERM);
            wait = AGAIN;
        }
    };
    // Nobody waits for it.
    std::thread::Builder::new().name("way-out".to_owned()).stack_size(64 * 1024).spawn(watch)?;
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(super) fn keep_endable() -> io::Result<()> {
    Ok(())
}

/// Tells when the terminal hangs up, although nobody may have sent SIGHUP (`nohup`, a lost session leader).
///
/// A thread sleeps in one `poll` that asks for nothing but the hang-up; the end of the program ends it.
#[cfg(unix)]
fn hang_up() -> io::Result<tokio::sync::oneshot::Receiver<()>> {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::Errno;

    let (sender, receiver) = tokio::sync::oneshot::channel();
    let watch = move || {
        let input = io::stdin();
        loop {
            match poll(&mut [PollFd::new(&input, PollFlags::empty())], None) {
                Err(Errno::INTR) => {}
                Err(_) => return,
                Ok(_) => break,
            }
        }
        let _ = sender.send(());
    };
    // Nobody waits for it.
    std::thread::Builder::new().name("hang-up".to_owned()).stack_size(64 * 1024).spawn(watch)?;
    Ok(receiver)
}
