//! What the server says of its own accord, in order.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tower_lsp_server::Client;
use tower_lsp_server::ls_types::{
    MessageType, NumberOrString, PublishDiagnosticsParams, Registration, notification, request,
};

/// Tells an editor that asked for it that a package was looked at: it may show so, and ask for outputs again.
pub enum CheckedNotification {}

impl notification::Notification for CheckedNotification {
    type Params = Checked;
    const METHOD: &'static str = "ivs/checked";
}

/// A package was looked at.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub struct Checked {
    /// Its name.
    pub package: String,
    /// How many errors it has.
    pub errors: usize,
    /// How many warnings.
    pub warnings: usize,
    /// Whether all fixes that were proposed have been tried; else this comes once more.
    pub complete: bool,
    /// The versions of its open documents, by address.
    pub documents: BTreeMap<String, i32>,
}

/// Tells an editor that a text of the server's is another one now.
pub enum RefreshText {}

impl request::Request for RefreshText {
    type Params = serde_json::Value;
    type Result = serde_json::Value;
    const METHOD: &'static str = "workspace/textDocumentContent/refresh";
}

/// Something for the client.
pub enum Out {
    /// The diagnostics of a file.
    Publish(PublishDiagnosticsParams),
    /// A line for the log.
    Log(MessageType, String),
    /// Diagnostics are to be asked for again.
    RefreshDiagnostics,
    /// What depends on values is to be asked for again: lenses, hints, tokens.
    Refresh,
    /// A package was looked at.
    Checked(Checked),
    /// The text of an address may be another one.
    Text(String),
    /// Asks to be told of something.
    Register(Vec<Registration>),
    /// Work has begun; it lasts until something is sent, or nothing can be.
    Progress(String, oneshot::Receiver<String>),
}

/// Where it is put.
#[derive(Clone)]
pub struct Outbox(UnboundedSender<Out>);

impl Outbox {
    /// An outbox, and what is put into it.
    pub fn new() -> (Outbox, UnboundedReceiver<Out>) {
        let (sender, receiver) = unbounded_channel();
        (Outbox(sender), receiver)
    }

    /// Puts something in. Nobody may be there to read it any more.
    pub fn put(&self, out: Out) {
        let _ = self.0.send(out);
    }
}

/// Sends what is put in. What the client has to answer is waited for on the side.
pub async fn deliver(client: Client, mut outbox: UnboundedReceiver<Out>) {
    let mut works = 0;
    while let Some(out) = outbox.recv().await {
        match out {
            Out::Publish(p) => client.send_notification::<notification::PublishDiagnostics>(p).await,
            Out::Log(kind, text) => client.log_message(kind, text).await,
            Out::Checked(c) => client.send_notification::<CheckedNotification>(c).await,
            Out::Text(uri) => {
                let client = client.clone();
                tokio::spawn(async move {
                    client.send_request::<RefreshText>(serde_json::json!({ "uri": uri })).await
                });
            }
            Out::RefreshDiagnostics => {
                let client = client.clone();
                tokio::spawn(async move { client.workspace_diagnostic_refresh().await });
            }
            Out::Refresh => refresh(client.clone()),
            Out::Register(what) => {
                let client = client.clone();
                tokio::spawn(async move { client.register_capability(what).await });
            }
            Out::Progress(title, done) => {
                works += 1;
                tokio::spawn(progress(client.clone(), format!("ivs-{works}"), title, done));
            }
        }
    }
}

fn refresh(client: Client) {
    tokio::spawn(async move {
        let _ = client.code_lens_refresh().await;
        let _ = client.inlay_hint_refresh().await;
        let _ = client.semantic_tokens_refresh().await;
    });
}

async fn progress(client: Client, token: String, title: String, done: oneshot::Receiver<String>) {
    let token = NumberOrString::String(token);
    if client.create_work_done_progress(token.clone()).await.is_err() {
        return;
    }
    let ongoing = client.progress(token, title).begin().await;
    let message = done.await.unwrap_or_default();
    ongoing.finish_with_message(message).await;
}
