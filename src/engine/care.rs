//! What a target is treated with: a pace and a number of requests under way, for all of it or for one service,
//! and a stand-still when it asks for one.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::engine::pace::Pace;
use crate::model::Limits;

/// How requests are spread.
#[derive(Debug)]
pub(super) struct Care {
    /// For the services that have no pace of their own.
    shared: Pace,
    services: BTreeMap<String, Service>,
    budget: Duration,
    still: Mutex<Still>,
}

#[derive(Debug)]
struct Service {
    pace: Option<Pace>,
    under_way: Option<Semaphore>,
}

/// How long the run stood still because the target asked for it.
#[derive(Debug)]
struct Still {
    until: Instant,
    total: Duration,
}

impl Care {
    pub(super) fn new(limits: &Limits) -> Care {
        let service = |(name, own): (&String, &crate::model::ServiceLimits)| {
            let service = Service {
                pace: own.per_second.map(|count| Pace::new(Some(count))),
                under_way: own.concurrency.map(Semaphore::new),
            };
            (name.clone(), service)
        };
        Care {
            shared: Pace::new(limits.per_second),
            services: limits.services.iter().map(service).collect(),
            budget: limits.throttle_total,
            still: Mutex::new(Still {
                until: Instant::now(),
                total: Duration::ZERO,
            }),
        }
    }

    /// Waits for the turn of a request to a service. It is under way as long as what comes back lives.
    pub(super) async fn turn(&self, service: &str) -> Option<SemaphorePermit<'_>> {
        let own = self.services.get(service);
        let permit = match own.and_then(|own| own.under_way.as_ref()) {
            // Nobody closes it.
            Some(under_way) => under_way.acquire().await.ok(),
            None => None,
        };
        self.pace(service).wait().await;
        permit
    }

    /// Holds back all requests that share a pace with this service, if the run can still afford it.
    pub(super) async fn hold(&self, service: &str, wait: Duration) -> bool {
        {
            let mut still = self.still.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let until = now + wait;
            // Two answers that ask at the same time make the run wait once.
            let more = until.saturating_duration_since(still.until.max(now));
            if still.total + more > self.budget {
                return false;
            }
            still.total += more;
            still.until = still.until.max(until);
        }
        self.pace(service).hold(wait).await;
        true
    }

    /// How long the run stood still so far.
    pub(super) fn stood_still(&self) -> Duration {
        let still = self.still.lock().unwrap_or_else(PoisonError::into_inner);
        still.total
    }

    fn pace(&self, service: &str) -> &Pace {
        let own = self.services.get(service);
        own.and_then(|own| own.pace.as_ref())
            .unwrap_or(&self.shared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ServiceLimits;

    fn run<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(future)
    }

    #[test]
    fn a_service_has_its_own_number_of_requests_under_way() {
        let mut limits = Limits::default();
        let own = ServiceLimits {
            concurrency: Some(1),
            per_second: None,
        };
        limits.services.insert("slow".into(), own);
        let care = Care::new(&limits);
        run(async {
            let first = care.turn("slow").await;
            assert!(first.is_some());
            assert!(care.turn("other").await.is_none());
            let mut second = std::pin::pin!(care.turn("slow"));
            let is_waiting = tokio::select! {
                biased;
                _ = &mut second => false,
                () = std::future::ready(()) => true,
            };
            assert!(is_waiting);
            drop(first);
            assert!(second.await.is_some());
        });
    }

    #[test]
    fn the_run_stands_still_no_longer_than_its_budget() {
        let limits = Limits {
            throttle_total: Duration::from_secs(10),
            ..Limits::default()
        };
        let care = Care::new(&limits);
        run(async {
            assert!(care.hold("a", Duration::from_secs(6)).await);
            // At the same time: what is waited for anyway costs nothing more.
            assert!(care.hold("b", Duration::from_secs(6)).await);
            assert!(care.stood_still() < Duration::from_secs(7));
            assert!(!care.hold("a", Duration::from_mins(1)).await);
            assert!(care.stood_still() < Duration::from_secs(7));
        });
    }
}
