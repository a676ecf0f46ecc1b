//! Messages in, messages out: the server behind any transport.
//!
//! The protocol's own order is kept: the code of a handler up to its first pause runs before the next message is looked
//! at. Answers come as they are ready. What is under way is bounded; past that, no message is taken until one is done.

use crate::backend::Backend;
use crate::options::Options;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::{SinkExt, StreamExt, poll};
use serde_json::Value;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{Receiver, UnboundedSender};
use tower_lsp_server::jsonrpc::{Error, Id, Request, Response};
use tower_lsp_server::{ExitedError, LspService};
use tower_service::Service;

/// The largest message that is taken, in bytes (16 MiB).
pub const MAX_MESSAGE_BYTES: usize = 16 << 20;
/// How much of messages that are not answered yet may be held, in KiB; each counts for at least one.
const BUDGET_KIB: usize = 64 << 10;
/// How many messages may be under way: the share of the budget that the smallest takes.
const LEAST_KIB: usize = 64;

/// How serving ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// The client said `shutdown`, then `exit`.
    Orderly,
    /// The client said `exit` without `shutdown`, or was gone.
    Abruptly,
}

type Answer = BoxFuture<'static, Result<Option<Response>, ExitedError>>;

/// A message of the client.
enum Incoming {
    Request(Request),
    Response(Response),
    /// Not one that the protocol knows.
    Wrong(Id, Error),
}

fn parse(body: &[u8]) -> Incoming {
    let Ok(mut value) = serde_json::from_slice::<Value>(body) else {
        return Incoming::Wrong(Id::Null, Error::parse_error());
    };
    if value.get("method").and_then(Value::as_str) == Some("initialize") {
        newer(&mut value);
    }
    let id = value.get("id").and_then(|id| serde_json::from_value::<Id>(id.clone()).ok());
    let wrong = || Incoming::Wrong(id.clone().unwrap_or_default(), Error::invalid_request());
    if value.get("method").is_some() {
        // An `id` of null would be taken for a notification's.
        return match serde_json::from_value(value) {
            Ok(request) => Incoming::Request(request),
            Err(_) => wrong(),
        };
    }
    match serde_json::from_value(value) {
        Ok(response) if id.is_some() => Incoming::Response(response),
        _ => wrong(),
    }
}

/// What a client of version 3.18 says in a place that the library does not know yet: that it asks for texts by address.
fn newer(message: &mut Value) {
    let Some(asks) = message.pointer("/params/capabilities/workspace/textDocumentContent") else { return };
    let registers = asks.get("dynamicRegistration") == Some(&Value::Bool(true));
    let Some(params) = message.get_mut("params").and_then(Value::as_object_mut) else { return };
    let options = params.entry("initializationOptions").or_insert(Value::Null);
    if options.is_null() {
        *options = Value::Object(serde_json::Map::new());
    }
    if let (Some(options), true) = (options.as_object_mut(), registers) {
        options.insert("virtualDocuments".to_owned(), Value::Bool(true));
        options.insert("registersContent".to_owned(), Value::Bool(true));
    }
}

/// Serves one client: messages are JSON without frames. Ends at `exit`, or when the client's messages do.
pub async fn serve(
    mut incoming: Receiver<Vec<u8>>,
    outgoing: UnboundedSender<Vec<u8>>,
    options: Options,
) -> Ended {
    let (mut service, socket) = Backend::service(options);
    let (mut requests, mut responses) = socket.split();
    let to_client = outgoing.clone();
    let loopback = tokio::spawn(async move {
        while let Some(request) = requests.next().await {
            if let Ok(body) = serde_json::to_vec(&request) {
                let _ = to_client.send(body);
            }
        }
    });
    let budget = Arc::new(Semaphore::new(BUDGET_KIB));
    let mut shut_down = false;
    let mut ended = None;
    while let Some(body) = incoming.recv().await {
        let weight = (body.len() >> 10).clamp(LEAST_KIB, BUDGET_KIB);
        let request = match parse(&body) {
            Incoming::Request(request) => request,
            Incoming::Response(response) => {
                let _ = responses.send(response).await;
                continue;
            }
            Incoming::Wrong(id, error) => {
                answer(&outgoing, &Response::from_error(id, error));
                continue;
            }
        };
        drop(body);
        let exit = request.method() == "exit";
        shut_down |= request.method() == "shutdown";
        // What makes room needs none.
        let permit = match request.method() {
            "exit" | "$/cancelRequest" => None,
            _ => budget.clone().acquire_many_owned(u32::try_from(weight).unwrap_or(u32::MAX)).await.ok(),
        };
        if std::future::poll_fn(|cx| service.poll_ready(cx)).await.is_err() {
            break;
        }
        let mut handled = guarded(&mut service, request);
        match poll!(&mut handled) {
            Poll::Ready(result) => result.iter().flatten().for_each(|r| answer(&outgoing, r)),
            Poll::Pending => {
                let outgoing = outgoing.clone();
                tokio::spawn(async move {
                    handled.await.iter().flatten().for_each(|r| answer(&outgoing, r));
                    drop(permit);
                });
            }
        }
        if exit {
            ended = Some(if shut_down { Ended::Orderly } else { Ended::Abruptly });
            break;
        }
    }
    if ended.is_none() {
        // The client says no more, and may still listen.
        let _ = budget.acquire_many(BUDGET_KIB as u32).await;
    }
    loopback.abort();
    ended.unwrap_or(if shut_down { Ended::Orderly } else { Ended::Abruptly })
}

/// The answer to a request. A handler that panics answers with an error.
fn guarded(service: &mut LspService<Backend>, request: Request) -> Answer {
    let id = request.id().cloned();
    let types = request.method() == "initialize" && request.params().is_some_and(states_types);
    let answer = service.call(request);
    AssertUnwindSafe(answer)
        .catch_unwind()
        .map(move |result| match result {
            Ok(answer) if types => Ok(answer?.map(with_types)),
            Ok(answer) => answer,
            Err(_) => Ok(id.map(|id| Response::from_error(id, Error::internal_error()))),
        })
        .boxed()
}

/// Whether a client knows hierarchies of types and cannot be told of them later.
fn states_types(params: &Value) -> bool {
    let knows = params.pointer("/capabilities/textDocument/typeHierarchy");
    knows.is_some_and(|k| k.get("dynamicRegistration") != Some(&Value::Bool(true)))
}

/// The answer to an introduction with the capability that the library's vocabulary does not have.
fn with_types(response: Response) -> Response {
    let (id, result) = response.into_parts();
    let result = result.map(|mut result| {
        if let Some(can) = result.get_mut("capabilities").and_then(Value::as_object_mut) {
            can.insert("typeHierarchyProvider".to_owned(), Value::Bool(true));
        }
        result
    });
    Response::from_parts(id, result)
}

fn answer(outgoing: &UnboundedSender<Vec<u8>>, response: &Response) {
    if let Ok(body) = serde_json::to_vec(response) {
        let _ = outgoing.send(body);
    }
}
