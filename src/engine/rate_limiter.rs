//! Rate limits: requests per second and concurrent requests, of the target and of single services, and the pauses
//! that the target asks for.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::engine::pace::Pace;
use crate::model::Limits;

/// Delays requests until they are within the limits.
#[derive(Debug)]
pub(super) struct RateLimiter {
    /// For the services without a rate of their own.
    shared: Pace,
    services: BTreeMap<String, Service>,
    budget: Duration,
    paused: Mutex<Paused>,
}

#[derive(Debug)]
struct Service {
    pace: Option<Pace>,
    concurrent: Option<Semaphore>,
}

/// How long the run has paused because the target throttled.
#[derive(Debug)]
struct Paused {
    until: Instant,
    total: Duration,
}

impl RateLimiter {
    pub(super) fn new(limits: &Limits) -> RateLimiter {
        let service = |(name, own): (&String, &crate::model::ServiceLimits)| {
            let service = Service {
                pace: own
                    .per_second
                    .map(|count| Pace::new(Some(count), limits.sharing)),
                concurrent: own.concurrency.map(Semaphore::new),
            };
            (name.clone(), service)
        };
        RateLimiter {
            shared: Pace::new(limits.per_second, limits.sharing),
            services: limits.services.iter().map(service).collect(),
            budget: limits.throttle_total,
            paused: Mutex::new(Paused {
                until: Instant::now(),
                total: Duration::ZERO,
            }),
        }
    }

    /// Waits until a request to a service may be sent. It counts as concurrent until the permit is dropped.
    pub(super) async fn turn(&self, service: &str) -> Option<SemaphorePermit<'_>> {
        let own = self.services.get(service);
        let permit = match own.and_then(|own| own.concurrent.as_ref()) {
            // It is never closed.
            Some(concurrent) => concurrent.acquire().await.ok(),
            None => None,
        };
        self.pace(service).wait().await;
        permit
    }

    /// Pauses all requests that share a rate with this service. Returns false if the run has no time left for that.
    pub(super) async fn pause(&self, service: &str, wait: Duration) -> bool {
        {
            let mut paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let until = now + wait;
            // Two pauses at the same time count once.
            let more = until.saturating_duration_since(paused.until.max(now));
            if paused.total + more > self.budget {
                return false;
            }
            paused.total += more;
            paused.until = paused.until.max(until);
        }
        self.pace(service).delay(wait).await;
        true
    }

    /// How long the run has paused so far.
    pub(super) fn total_pause(&self) -> Duration {
        let paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        paused.total
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
    fn a_service_has_its_own_limit_of_concurrent_requests() {
        let mut limits = Limits::default();
        let own = ServiceLimits {
            concurrency: Some(1),
            per_second: None,
        };
        limits.services.insert("slow".into(), own);
        let limiter = RateLimiter::new(&limits);
        run(async {
            let first = limiter.turn("slow").await;
            assert!(first.is_some());
            assert!(limiter.turn("other").await.is_none());
            let mut second = std::pin::pin!(limiter.turn("slow"));
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
    fn the_run_pauses_no_longer_than_its_budget() {
        let limits = Limits {
            throttle_total: Duration::from_secs(10),
            ..Limits::default()
        };
        let limiter = RateLimiter::new(&limits);
        run(async {
            assert!(limiter.pause("a", Duration::from_secs(6)).await);
            // At the same time as the first: it costs nothing more.
            assert!(limiter.pause("b", Duration::from_secs(6)).await);
            assert!(limiter.total_pause() < Duration::from_secs(7));
            assert!(!limiter.pause("a", Duration::from_mins(1)).await);
            assert!(limiter.total_pause() < Duration::from_secs(7));
        });
    }
}
