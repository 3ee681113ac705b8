//! An open connection to a target, with or without TLS.

use tokio::io::{AsyncRead, AsyncWrite};

/// A connection, with or without TLS.
pub(super) type Connection = Box<dyn Duplex>;

/// A stream that can be read and written: a trait object can name only one such trait.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}
