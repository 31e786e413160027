//! Whole stories: the real parts, put together.

#[cfg(test)]
#[cfg(unix)]
mod pty;
#[cfg(test)]
#[cfg(unix)]
mod terminal;
