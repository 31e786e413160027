//! A Microsoft of one's own on loopback.
