//! The reference deployment over loopback sockets: its behaviour by contract, its faults, its variants.

mod autopilot;
mod calls;
mod client;
mod license;
mod presence;
mod seats;
mod server;
mod switches;
