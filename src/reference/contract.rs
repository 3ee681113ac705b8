//! What a contract registers with the deployment: its routes, its state, its faults and its variants.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::routing::{MethodRouter, any};
use serde_json::{Map, Value};

use crate::reference::answer::Answer;
use crate::reference::call::Call;
use crate::reference::context::Context;
use crate::reference::refusal;
use crate::reference::{Fault, Variant};

/// One contract of the deployment. Each folder declares one, and the list in `mod.rs` names it.
pub(crate) struct Contract {
    /// The name, as under `cases/`.
    pub(crate) name: &'static str,
    /// The services that its requests go to, as in `contract.yaml`.
    pub(crate) services: &'static [&'static str],
    /// Makes the contract ready to serve, in its initial state.
    pub(crate) serve: fn(&Arc<Context>) -> Service,
    pub(crate) faults: &'static [Fault],
    /// The faults of single paths.
    pub(crate) path_faults: fn() -> &'static [Fault],
    pub(crate) variants: &'static [Variant],
}

/// What a contract remembers between calls.
pub(crate) trait State: fmt::Debug + Send + 'static {
    /// The state of a new deployment.
    fn initial() -> Self;

    /// What calls can change; null if they can change nothing.
    fn to_json(&self) -> Value;
}

/// The state of a contract that only reads.
#[derive(Debug)]
pub(crate) struct Stateless;

impl State for Stateless {
    fn initial() -> Self {
        Self
    }

    fn to_json(&self) -> Value {
        Value::Null
    }
}

/// Answers one call. The state is locked from start to end, so a call is one transaction.
pub(crate) type Handler<S> = fn(&Context, &mut S, &Call) -> Result<Answer, Answer>;

/// A path with the methods that it serves.
pub(crate) type Route<S> = (&'static str, &'static [(&'static str, Handler<S>)]);

/// A contract that is ready to serve.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) router: Router,
    pub(crate) memory: Arc<dyn Memory>,
}

impl Service {
    /// Serves these routes on a new state.
    pub(crate) fn new<S: State>(context: &Arc<Context>, routes: &[Route<S>]) -> Self {
        let state = Arc::new(Mutex::new(S::initial()));
        let add = |router: Router, (path, methods): &Route<S>| {
            router.route(
                path,
                serve(Arc::clone(context), Arc::clone(&state), methods),
            )
        };
        Self {
            router: routes.iter().fold(Router::new(), add),
            memory: state,
        }
    }
}

/// Serves one path by these methods, HEAD wherever GET is, and any other with 405.
fn serve<S: State>(
    context: Arc<Context>,
    state: Arc<Mutex<S>>,
    methods: &'static [(&'static str, Handler<S>)],
) -> MethodRouter {
    any(async move |call: Call| {
        let method = match call.method.as_str() {
            "HEAD" => "GET",
            method => method,
        };
        let Some((_, handler)) = methods.iter().find(|(served, _)| *served == method) else {
            let served: Vec<&str> = methods.iter().map(|(served, _)| *served).collect();
            return refusal::method(&call.path, &served.join(", "));
        };
        // No handler leaves the state half changed, so a poisoned one is as good as any.
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        handler(&context, &mut state, &call).unwrap_or_else(|refusal| refusal)
    })
}

/// The state of a contract, whatever its type.
pub(crate) trait Memory: fmt::Debug + Send + Sync {
    /// Returns to the initial state.
    fn reset(&self);

    /// What calls can change, as [`State::to_json`] gives it.
    fn to_json(&self) -> Value;
}

impl<S: State> Memory for Mutex<S> {
    fn reset(&self) {
        *self.lock().unwrap_or_else(PoisonError::into_inner) = S::initial();
    }

    fn to_json(&self) -> Value {
        let state = self.lock().unwrap_or_else(PoisonError::into_inner);
        state.to_json()
    }
}

/// The states of all contracts, by their names.
#[derive(Debug, Default)]
pub(crate) struct Memories(pub(crate) Vec<(&'static str, Arc<dyn Memory>)>);

impl Memories {
    /// Returns every contract to its initial state. Counters go on.
    pub(crate) fn reset(&self) {
        for (_, memory) in &self.0 {
            memory.reset();
        }
    }

    /// What calls can change, by contract.
    pub(crate) fn to_json(&self) -> Value {
        let states = self.0.iter();
        let states = states.map(|(name, memory)| ((*name).to_owned(), memory.to_json()));
        Value::Object(
            states
                .filter(|(_, state)| !state.is_null())
                .collect::<Map<_, _>>(),
        )
    }
}
