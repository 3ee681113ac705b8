//! Credentials that identities fetch: access tokens from a token endpoint (OAuth 2.0, RFC 6749), and the cookie or token
//! that a login gives.
//!
//! Those that a plan needs are fetched before its first case, once for all cases of the process, and again
//! shortly before they expire. Cases that need a token wait while it is fetched. A failure is final for the run:
//! every case that needs the token reports it, and the endpoint is not asked again. The redactor learns each
//! token or cookie before anything else can use it.

mod answer;
mod login;
mod login_progress;
mod request;
mod set_cookie;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use tokio::sync::Mutex;

use crate::execute::Transports;
use crate::execute::retry_after::retry_after;
use crate::model::{
    Fetched, Login, NoAnswer, NoAnswerKind, OAuth2, Response, Secret, SentRequest, Target,
};
use crate::redact::redactor::Redactor;

/// A token is renewed this long before it expires, or after three quarters of its lifetime if that is later.
const SKEW: Duration = Duration::from_mins(1);

/// The tokens of a run.
#[derive(Debug)]
pub(crate) struct Tokens {
    by_identity: BTreeMap<String, Mutex<Holder>>,
    /// The longest total wait for a token endpoint that throttles.
    throttle_wait: Duration,
    requests: AtomicUsize,
}

/// The token of one identity, and how to get it.
#[derive(Debug)]
struct Holder {
    from: Source,
    state: State,
}

/// Where a credential comes from.
#[derive(Debug)]
enum Source {
    Endpoint(Box<OAuth2>),
    Login(Box<Login>),
}

#[derive(Debug)]
enum State {
    NotFetched,
    Token(Granted),
    /// The token endpoint gave none, and is not asked again in this run.
    Failure(NoAnswer),
}

/// Why there is no credential.
#[derive(Debug)]
struct NotGiven {
    why: String,
    /// That of a service that cannot be reached is the same as for any other request to it.
    kind: NoAnswerKind,
}

impl From<String> for NotGiven {
    fn from(why: String) -> NotGiven {
        NotGiven {
            why,
            kind: NoAnswerKind::NoToken,
        }
    }
}

/// What a token endpoint granted, or a login gave.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Granted {
    /// The token, or the value of the cookie.
    secret: Secret,
    /// The header field with it.
    fetched: Fetched,
    /// A token endpoint may return a new one each time.
    refresh_token: Option<Secret>,
    /// When to fetch the next one; `None` if the endpoint does not say when this one expires.
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
            let endpoint = identity.oauth2.clone().map(Box::new).map(Source::Endpoint);
            let login = || identity.login.clone().map(Source::Login);
            let holder = Holder {
                from: endpoint.or_else(login)?,
                state: State::NotFetched,
            };
            Some((name.clone(), Mutex::new(holder)))
        });
        Tokens {
            by_identity: holders.collect(),
            throttle_wait: target.limits.throttle_wait,
            requests: AtomicUsize::new(0),
        }
    }

    /// The number of requests sent to token endpoints.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Returns the valid credential of an identity; `None` for an identity that fetches none.
    pub(crate) async fn get(
        &self,
        identity: &str,
        transports: &Transports,
        redactor: &Redactor,
    ) -> Result<Option<Fetched>, NoAnswer> {
        let Some(holder) = self.by_identity.get(identity) else {
            return Ok(None);
        };
        let mut holder = holder.lock().await;
        match &holder.state {
            State::Token(granted) if granted.is_fresh() => {
                return Ok(Some(granted.fetched.clone()));
            }
            State::Failure(failure) => return Err(failure.clone()),
            State::Token(_) | State::NotFetched => {}
        }
        match self.fetch(&holder, transports, redactor).await {
            Ok(granted) => {
                learn(&granted, redactor);
                let fetched = granted.fetched.clone();
                holder.state = State::Token(granted);
                Ok(Some(fetched))
            }
            Err(NotGiven { why, kind }) => {
                let failure = NoAnswer {
                    kind,
                    has_begun: false,
                    fragment: None,
                    detail: redactor
                        .redact(&format!("identity `{identity}`: {why}"))
                        .into_owned(),
                };
                holder.state = State::Failure(failure.clone());
                Err(failure)
            }
        }
    }

    /// Fetches a credential.
    async fn fetch(
        &self,
        holder: &Holder,
        transports: &Transports,
        redactor: &Redactor,
    ) -> Result<Granted, NotGiven> {
        match &holder.from {
            Source::Endpoint(oauth2) => {
                let refresh_token = match &holder.state {
                    State::Token(granted) => granted.refresh_token.as_ref(),
                    _ => None,
                };
                self.fetch_token(oauth2, refresh_token, transports, redactor)
                    .await
            }
            Source::Login(login) => self.log_in(login, transports, redactor).await,
        }
    }

    async fn fetch_token(
        &self,
        oauth2: &OAuth2,
        refresh_token: Option<&Secret>,
        transports: &Transports,
        redactor: &Redactor,
    ) -> Result<Granted, NotGiven> {
        let refresh_token = refresh_token.or(oauth2.refresh_token.as_ref());
        let who = format!("the token endpoint {}", oauth2.token_url);
        let request = request::token_request(oauth2, refresh_token);
        for (_, value) in request
            .headers
            .iter()
            .filter(|(name, _)| name == "Authorization")
        {
            // It contains the client secret, encoded as in no other request.
            let pair = value.trim_start_matches("Basic ");
            redactor.learn(&Secret::new(pair));
        }
        let asked = self.ask(&request, transports).await;
        let (response, asked_at) = asked.map_err(|no_answer| in_words(&who, &no_answer))?;
        // Redact before shortening: half a secret would not be recognized.
        let redact = |text: &str| redactor.redact(text).into_owned();
        let mut granted =
            answer::read(&response, asked_at, &redact).map_err(|what| format!("{who} {what}"))?;
        if granted.refresh_token.is_none() {
            granted.refresh_token = refresh_token.cloned();
        }
        Ok(granted)
    }

    async fn log_in(
        &self,
        login: &Login,
        transports: &Transports,
        redactor: &Redactor,
    ) -> Result<Granted, NotGiven> {
        let redact = |text: &str| redactor.redact(text).into_owned();
        let mut progress = login_progress::Progress::default();
        for step in login.before.iter().chain([&login.request]) {
            let who = format!("the login {}", step.place());
            let request = progress.request(step);
            let request = request.map_err(|what| format!("{who} was not sent: {what}"))?;
            let asked = self.ask(&request, transports).await;
            let (response, asked_at) = asked.map_err(|no_answer| match no_answer.kind {
                // The service of the target is not there: this is not about credentials.
                NoAnswerKind::Unresolved | NoAnswerKind::Refused | NoAnswerKind::Tls => NotGiven {
                    why: format!("{who}: {}", no_answer.detail),
                    kind: no_answer.kind,
                },
                _ => in_words(&who, &no_answer).into(),
            })?;
            // What a refusal sets or gives must not be shown either.
            for secret in login::secrets(&login.gives, &response) {
                redactor.learn(&secret);
            }
            let of_step = |what| format!("{who} {what}");
            let hide = |text: &str| redact(&progress.hidden(text));
            login::check(step, &response, &hide).map_err(of_step)?;
            progress
                .take(step, &request.url, &response)
                .map_err(of_step)?;
            for secret in progress.secrets() {
                redactor.learn(&secret);
            }
            if std::ptr::eq(step, &raw const login.request) {
                let granted = login::read(login, &response, asked_at, &progress);
                return granted.map_err(|what| of_step(what).into());
            }
        }
        Err("the login has no request".to_owned().into())
    }

    /// Sends a request, and returns its answer and when it was sent. Waits and repeats it while the server throttles.
    async fn ask(
        &self,
        request: &SentRequest,
        transports: &Transports,
    ) -> Result<(Response, SystemTime), NoAnswer> {
        let mut waited = Duration::ZERO;
        loop {
            let asked_at = SystemTime::now();
            self.requests.fetch_add(1, Ordering::Relaxed);
            let exchange = transports.send(request.clone()).await;
            let response = exchange.answer?;
            match answer::asks_to_wait(&response, retry_after) {
                Some(wait) if waited + wait <= self.throttle_wait && !wait.is_zero() => {
                    waited += wait;
                    tokio::time::sleep(wait).await;
                }
                _ => return Ok((response, asked_at)),
            }
        }
    }
}

/// Why there was no answer, in words.
fn in_words(who: &str, no_answer: &NoAnswer) -> String {
    format!("{who}: {}: {}", no_answer.kind.words(), no_answer.detail)
}

fn learn(granted: &Granted, redactor: &Redactor) {
    redactor.learn(&granted.secret);
    if let Some(secret) = &granted.refresh_token {
        redactor.learn(secret);
    }
}
