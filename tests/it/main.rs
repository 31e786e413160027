//! Whole stories, against real servers on loopback.

mod simulator;
