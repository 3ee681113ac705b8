//! Interim answers (1xx, RFC 9110 section 15.2): skipped, up to a limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::Request;
use hyper::ext::on_informational;
use tokio::sync::Notify;

use crate::execute::failure;
use crate::model::exchange::{NoAnswer, NoAnswerKind};

/// The most interim answers before the final one.
pub(super) const INTERIM_ANSWERS: usize = 16;

/// The failure of a server that sends one more.
pub(super) fn too_many() -> NoAnswer {
    failure::no_answer(
        NoAnswerKind::NotHttp,
        format!("more than {INTERIM_ANSWERS} interim answers (1xx)"),
    )
}

/// Counts the interim answers to a request of hyper, which skips them itself.
#[derive(Debug)]
pub(super) struct Interim(Arc<Counter>);

#[derive(Debug, Default)]
struct Counter {
    count: AtomicUsize,
    enough: Notify,
}

impl Interim {
    pub(super) fn counting<B>(request: &mut Request<B>) -> Interim {
        let counter = Arc::new(Counter::default());
        let counting = Arc::clone(&counter);
        on_informational(request, move |_| {
            if counting.count.fetch_add(1, Ordering::Relaxed) == INTERIM_ANSWERS {
                counting.enough.notify_one();
            }
        });
        Interim(counter)
    }

    /// The result of `answer`, or a failure as soon as there are too many.
    pub(super) async fn bound<T>(
        &self,
        answer: impl Future<Output = Result<T, NoAnswer>>,
    ) -> Result<T, NoAnswer> {
        tokio::select! {
            biased;
            () = self.0.enough.notified() => Err(too_many()),
            answer = answer => answer,
        }
    }
}
