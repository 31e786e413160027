//! Calls that may never return: each on a plain thread, with a limit.

use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::backend::VaultError;
use crate::words::failure::VaultFault;

/// Runs `work` on a thread of its own and waits for it no longer than `limit`. The thread may outlive the wait: its result is
/// then dropped, and with it wiped. `main` may return meanwhile, which a thread of the runtime's pool would prevent.
pub(super) async fn on_a_thread<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    let (sender, receiver) = oneshot::channel();
    let answer = move || drop(sender.send(work()));
    let started = thread::Builder::new().name("vault".to_owned()).spawn(answer);
    if started.is_err() {
        return Err(VaultError::other("no thread could be started"));
    }
    match timeout(limit, receiver).await {
        Ok(Ok(result)) => result,
        Ok(Err(_ended)) => Err(VaultError::other("the call ended without an answer")),
        Err(_elapsed) => Err(VaultError::new(VaultFault::TimedOut)),
    }
}
