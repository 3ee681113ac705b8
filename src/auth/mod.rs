//! Access tokens of identities that get them from a token endpoint (OAuth 2.0, RFC 6749).
//!
//! The tokens that a plan needs are fetched before its first case, once for all cases, and again shortly before
//! they expire. While one is fetched, whoever else needs it waits. A failure is remembered: it is told by every
//! case that needed the token, and not asked for again in the same run. What comes back is a secret: the
//! redactor learns it before anybody else can.

mod answer;
mod request;
mod shelf;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use tokio::sync::Mutex;

use crate::auth::shelf::Shelf;
use crate::execute::Transports;
use crate::execute::retry_after::retry_after;
use crate::model::{NoAnswer, NoAnswerKind, OAuth2, Secret, Target};
use crate::redact::redactor::Redactor;

/// A token is renewed so long before it expires, or a quarter of its life before, if that is less.
const SKEW: Duration = Duration::from_mins(1);

/// The tokens of a run.
#[derive(Debug)]
pub(crate) struct Tokens {
    by_identity: BTreeMap<String, Mutex<Holder>>,
    /// What one wait for a throttling token endpoint may take, in all.
    patience: Duration,
    requests: AtomicUsize,
    has_any: AtomicBool,
}

/// The token of one identity, and how to get it.
#[derive(Debug)]
struct Holder {
    oauth2: OAuth2,
    /// Where other processes of the same run find it.
    shelf: Option<Shelf>,
    held: Held,
}

#[derive(Debug)]
enum Held {
    Nothing,
    Token(Granted),
    /// Why there is none, and will be none in this run.
    Failure(NoAnswer),
}

/// What a token endpoint granted.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Granted {
    access_token: Secret,
    /// A token endpoint may give another one each time.
    refresh_token: Option<Secret>,
    /// When the next one is fetched; `None` when the endpoint does not say when this one expires.
    renew_at: Option<SystemTime>,
}

impl Granted {
    fn is_fresh(&self) -> bool {
        self.renew_at.is_none_or(|at| SystemTime::now() < at)
    }
}

impl Tokens {
    pub(crate) fn new(target: &Target) -> Tokens {
        let holders = target.identities.iter().filter_map(|(name, identity)| {
            let oauth2 = identity.oauth2.clone()?;
            let holder = Holder {
                shelf: Shelf::of_run(&target.name, name, &oauth2),
                oauth2,
                held: Held::Nothing,
            };
            Some((name.clone(), Mutex::new(holder)))
        });
        Tokens {
            by_identity: holders.collect(),
            patience: target.limits.throttle_wait,
            requests: AtomicUsize::new(0),
            has_any: AtomicBool::new(false),
        }
    }

    /// How many requests went to token endpoints.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Did any token come since the run began?
    pub(crate) fn has_any(&self) -> bool {
        self.has_any.load(Ordering::Relaxed)
    }

    /// The token of an identity that is fresh enough to be sent; `None` for one that needs none.
    pub(crate) async fn get(
        &self,
        identity: &str,
        transports: &Transports,
        redactor: &Redactor,
    ) -> Result<Option<Secret>, NoAnswer> {
        let Some(holder) = self.by_identity.get(identity) else {
            return Ok(None);
        };
        let mut holder = holder.lock().await;
        match &holder.held {
            Held::Token(granted) if granted.is_fresh() => {
                return Ok(Some(granted.access_token.clone()));
            }
            Held::Failure(failure) => return Err(failure.clone()),
            Held::Token(_) | Held::Nothing => {}
        }
        let got = match holder.shelf.clone() {
            Some(place) => {
                self.get_for_all(&place, &holder, transports, redactor)
                    .await
            }
            None => self.fetch(&holder, transports, redactor).await,
        };
        match got {
            Ok(granted) => {
                self.learn(&granted, redactor);
                let token = granted.access_token.clone();
                holder.held = Held::Token(granted);
                Ok(Some(token))
            }
            Err(why) => {
                let failure = NoAnswer {
                    kind: NoAnswerKind::NoToken,
                    has_begun: false,
                    detail: redactor
                        .redact(&format!("identity `{identity}`: {why}"))
                        .into_owned(),
                };
                holder.held = Held::Failure(failure.clone());
                Err(failure)
            }
        }
    }

    fn learn(&self, granted: &Granted, redactor: &Redactor) {
        redactor.learn(&granted.access_token);
        if let Some(secret) = &granted.refresh_token {
            redactor.learn(secret);
        }
        self.has_any.store(true, Ordering::Relaxed);
    }

    /// Takes the token that another process of the run has fetched, or fetches it while they wait.
    async fn get_for_all(
        &self,
        common: &Shelf,
        holder: &Holder,
        transports: &Transports,
        redactor: &Redactor,
    ) -> Result<Granted, String> {
        let Some(place) = common.lock().await else {
            // A cache that cannot be used is no reason to fail.
            return self.fetch(holder, transports, redactor).await;
        };
        if let Some(granted) = place.read().filter(Granted::is_fresh) {
            return Ok(granted);
        }
        let granted = self.fetch(holder, transports, redactor).await?;
        place.write(&granted);
        Ok(granted)
    }

    /// Asks the token endpoint. It may ask to wait, like every other.
    async fn fetch(
        &self,
        holder: &Holder,
        transports: &Transports,
        redactor: &Redactor,
    ) -> Result<Granted, String> {
        let oauth2 = &holder.oauth2;
        let refresh_token = match &holder.held {
            Held::Token(granted) => granted.refresh_token.as_ref(),
            _ => None,
        };
        let refresh_token = refresh_token.or(oauth2.refresh_token.as_ref());
        let mut waited = Duration::ZERO;
        loop {
            let asked_at = SystemTime::now();
            self.requests.fetch_add(1, Ordering::Relaxed);
            let request = request::token_request(oauth2, refresh_token);
            for (_, value) in request
                .headers
                .iter()
                .filter(|(name, _)| name == "Authorization")
            {
                // The secret is in it, in a spelling that only this request has.
                let pair = value.trim_start_matches("Basic ");
                redactor.learn(&Secret::new(pair));
            }
            let exchange = transports.send(request).await;
            let endpoint = &oauth2.token_url;
            let response = exchange.answer.map_err(|no_answer| {
                let words = no_answer.kind.words();
                format!(
                    "the token endpoint {endpoint}: {words}: {}",
                    no_answer.detail
                )
            })?;
            if let Some(wait) = answer::asks_to_wait(&response, retry_after)
                && waited + wait <= self.patience
                && !wait.is_zero()
            {
                waited += wait;
                tokio::time::sleep(wait).await;
                continue;
            }
            // What it says about a failure may hold what it was sent, cut where a half would stay.
            let redact = |text: &str| redactor.redact(text).into_owned();
            let mut granted = answer::read(&response, asked_at, &redact)
                .map_err(|what| format!("the token endpoint {endpoint} {what}"))?;
            if granted.refresh_token.is_none() {
                granted.refresh_token = refresh_token.cloned();
            }
            return Ok(granted);
        }
    }
}
