//! Registering without a screen against the simulator, with everything kept in memory.

