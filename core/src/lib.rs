//! Decides what Landfall does. Pure and synchronous: nothing here can touch the world.
