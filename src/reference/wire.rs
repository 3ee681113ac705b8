//! The socket of one connection, with a way past the HTTP library: it can send given bytes in place of the
//! next answer. Some faults need that, since the library never writes an answer that breaks HTTP.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// An answer as bytes, to be sent instead of what the library makes of the response that carries it.
#[derive(Debug, Clone)]
pub(crate) struct Verbatim(pub(crate) Bytes);

/// Where the service of a connection leaves bytes for the socket of the same connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Slot(Arc<Mutex<Option<Bytes>>>);

impl Slot {
    /// Asks the socket to drop what the library writes until its next flush, and to send these bytes then.
    pub(crate) fn fill(&self, bytes: Bytes) {
        *self.lock() = Some(bytes);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Bytes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The socket of one connection.
///
/// The library writes the whole head of a response before it flushes, and it has flushed the response
/// before. So all that comes between filling the slot and the next flush is the answer to be replaced.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: TcpStream,
    slot: Slot,
}

impl Wire {
    /// Wraps the stream. A holder of a clone of the slot can replace answers.
    pub(crate) fn new(stream: TcpStream, slot: Slot) -> Self {
        Self { stream, slot }
    }

    /// Sends what is in the slot, and empties it.
    fn poll_slot(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut slot = self.slot.lock();
        while let Some(bytes) = slot.as_mut() {
            if bytes.is_empty() {
                *slot = None;
                break;
            }
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
            bytes.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.slot.lock().is_some() {
            return Poll::Ready(Ok(buffer.len()));
        }
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_slot(context))?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_slot(context))?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
