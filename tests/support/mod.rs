//! What the integration tests share: a scratch folder with the binary in it, the reference deployment as a process,
//! and the parts of a scripted server.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses a part, and a helper that fails is a failed test"
)]

pub(crate) mod deployment;
pub(crate) mod folder;
pub(crate) mod recorder;
pub(crate) mod request;
pub(crate) mod script;
