//! The body of a request on its way out: whole where it is in memory, made block by block where it is generated.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::model::SentBody;

/// A body as the clients take it.
pub(super) struct Outgoing {
    blocks: Blocks,
    left: u64,
}

enum Blocks {
    Whole(VecDeque<Bytes>),
    Made(Box<dyn Iterator<Item = Arc<[u8]>> + Send + Sync>),
}

impl Outgoing {
    /// The body of a request; empty if it has none.
    pub(super) fn of(body: Option<&SentBody>) -> Outgoing {
        let Some(body) = body else {
            return Outgoing {
                blocks: Blocks::Whole(VecDeque::new()),
                left: 0,
            };
        };
        let blocks = if body.is_generated() {
            Blocks::Made(body.clone().into_blocks())
        } else {
            Blocks::Whole(body.blocks().map(Bytes::from_owner).collect())
        };
        Outgoing {
            blocks,
            left: body.len(),
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        loop {
            let next = match &mut self.blocks {
                Blocks::Whole(blocks) => blocks.pop_front(),
                Blocks::Made(blocks) => blocks.next().map(Bytes::from_owner),
            };
            let Some(bytes) = next else {
                return Poll::Ready(None);
            };
            self.left = self.left.saturating_sub(bytes.len() as u64);
            if !bytes.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
