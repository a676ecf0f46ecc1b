//! The protocol's methods: each stamps what it is given and sends it to the main loop before it first pauses.

use crate::main_loop::{self, Edit, Message};
use crate::methods;
use crate::options::Options;
use crate::outbox::{Out, Outbox, deliver};
use crate::pages::Pages;
use crate::pool::{About, Job, Request};
use crate::position::Encoding;
use crate::settings::Settings;
use crate::view::{Shared, View};
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock};
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, Result};
// The table of methods names most of them.
use tower_lsp_server::ls_types::*;
use tower_lsp_server::{Client, ClientSocket, LanguageServer, LspService};

/// What the protocol's methods share.
pub struct Backend {
    main: Sender<Message>,
    client: Client,
    outbox: Outbox,
    options: Options,
    shared: OnceLock<Arc<Shared>>,
}

impl Drop for Backend {
    fn drop(&mut self) {
        let _ = self.main.send(Message::Stop);
    }
}

/// Methods that are answered from a view of the document's package: the method of the trait, its parameters, its answer, the
/// parameter that names the document, and who answers.
macro_rules! documents {
    ($($method:ident($params:ty) -> $answer:ty, $($document:ident).+ = $($run:ident)::+;)*) => {
        $(async fn $method(&self, params: $params) -> Result<$answer> {
            let about = About::Document(params.$($document).+.uri.clone());
            self.ask(stringify!($method), about, params, |views: &mut [View], p| $($run)::+(crate::view::only(views)?, p)).await
        })*
    };
}

impl LanguageServer for Backend {
    documents! {
        formatting(DocumentFormattingParams) -> Option<Vec<TextEdit>>, text_document = methods::formatting::document;
        range_formatting(DocumentRangeFormattingParams) -> Option<Vec<TextEdit>>, text_document = methods::formatting::range;
        on_type_formatting(DocumentOnTypeFormattingParams) -> Option<Vec<TextEdit>>, text_document_position.text_document = methods::formatting::on_type;
        diagnostic(DocumentDiagnosticParams) -> DocumentDiagnosticReportResult, text_document = methods::diagnostic::document;
        code_action(CodeActionParams) -> Option<CodeActionResponse>, text_document = methods::code_action::run;
        completion(CompletionParams) -> Option<CompletionResponse>, text_document_position.text_document = methods::completion::run;
        hover(HoverParams) -> Option<Hover>, text_document_position_params.text_document = methods::hover::run;
        goto_definition(GotoDefinitionParams) -> Option<GotoDefinitionResponse>, text_document_position_params.text_document = methods::goto::definition;
        goto_declaration(GotoDefinitionParams) -> Option<GotoDefinitionResponse>, text_document_position_params.text_document = methods::goto::declaration;
        goto_type_definition(GotoDefinitionParams) -> Option<GotoDefinitionResponse>, text_document_position_params.text_document = methods::goto::type_definition;
        goto_implementation(GotoDefinitionParams) -> Option<GotoDefinitionResponse>, text_document_position_params.text_document = methods::goto::implementation;
        references(ReferenceParams) -> Option<Vec<Location>>, text_document_position.text_document = methods::references::run;
        document_highlight(DocumentHighlightParams) -> Option<Vec<DocumentHighlight>>, text_document_position_params.text_document = methods::references::highlight;
        signature_help(SignatureHelpParams) -> Option<SignatureHelp>, text_document_position_params.text_document = methods::signature_help::run;
        linked_editing_range(LinkedEditingRangeParams) -> Option<LinkedEditingRanges>, text_document_position_params.text_document = methods::linked_editing::run;
        document_link(DocumentLinkParams) -> Option<Vec<DocumentLink>>, text_document = methods::document_link::run;
        code_lens(CodeLensParams) -> Option<Vec<CodeLens>>, text_document = methods::code_lens::run;
        document_symbol(DocumentSymbolParams) -> Option<DocumentSymbolResponse>, text_document = methods::symbols::document;
        semantic_tokens_full(SemanticTokensParams) -> Option<SemanticTokensResult>, text_document = methods::semantic_tokens::full;
        semantic_tokens_full_delta(SemanticTokensDeltaParams) -> Option<SemanticTokensFullDeltaResult>, text_document = methods::semantic_tokens::delta;
        semantic_tokens_range(SemanticTokensRangeParams) -> Option<SemanticTokensRangeResult>, text_document = methods::semantic_tokens::range;
        inlay_hint(InlayHintParams) -> Option<Vec<InlayHint>>, text_document = methods::inlay_hint::run;
        folding_range(FoldingRangeParams) -> Option<Vec<FoldingRange>>, text_document = methods::folding_range::run;
        selection_range(SelectionRangeParams) -> Option<Vec<SelectionRange>>, text_document = methods::selection_range::run;
        prepare_rename(TextDocumentPositionParams) -> Option<PrepareRenameResponse>, text_document = methods::rename::prepare;
        rename(RenameParams) -> Option<WorkspaceEdit>, text_document_position.text_document = methods::rename::run;
        document_color(DocumentColorParams) -> Vec<ColorInformation>, text_document = methods::color::document;
        color_presentation(ColorPresentationParams) -> Vec<ColorPresentation>, text_document = methods::color::presentation;
        prepare_call_hierarchy(CallHierarchyPrepareParams) -> Option<Vec<CallHierarchyItem>>, text_document_position_params.text_document = methods::hierarchy::prepare_calls;
        incoming_calls(CallHierarchyIncomingCallsParams) -> Option<Vec<CallHierarchyIncomingCall>>, item = methods::hierarchy::incoming;
        outgoing_calls(CallHierarchyOutgoingCallsParams) -> Option<Vec<CallHierarchyOutgoingCall>>, item = methods::hierarchy::outgoing;
        prepare_type_hierarchy(TypeHierarchyPrepareParams) -> Option<Vec<TypeHierarchyItem>>, text_document_position_params.text_document = methods::hierarchy::prepare_types;
        supertypes(TypeHierarchySupertypesParams) -> Option<Vec<TypeHierarchyItem>>, item = methods::hierarchy::supertypes;
        subtypes(TypeHierarchySubtypesParams) -> Option<Vec<TypeHierarchyItem>>, item = methods::hierarchy::subtypes;
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        let Some(uri) = methods::code_action::document(&action) else { return Ok(action) };
        let run = |views: &mut [View], a| methods::code_action::resolve(crate::view::only(views)?, a);
        self.ask("code_action_resolve", About::Document(uri), action, run).await
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        let Some(uri) = methods::completion::document(&item) else { return Ok(item) };
        let run = |views: &mut [View], i| methods::completion::resolve(crate::view::only(views)?, i);
        self.ask("completion_resolve", About::Document(uri), item, run).await
    }

    async fn code_lens_resolve(&self, lens: CodeLens) -> Result<CodeLens> {
        let Some(uri) = methods::code_lens::document(&lens) else { return Ok(lens) };
        let run = |views: &mut [View], l| methods::code_lens::resolve(crate::view::only(views)?, l);
        self.ask("code_lens_resolve", About::Document(uri), lens, run).await
    }

    async fn inlay_hint_resolve(&self, hint: InlayHint) -> Result<InlayHint> {
        let Some(uri) = methods::inlay_hint::document(&hint) else { return Ok(hint) };
        let run = |views: &mut [View], h| methods::inlay_hint::resolve(crate::view::only(views)?, h);
        self.ask("inlay_hint_resolve", About::Document(uri), hint, run).await
    }

    async fn symbol(&self, params: WorkspaceSymbolParams) -> Result<Option<WorkspaceSymbolResponse>> {
        self.ask("symbol", About::All, params, methods::symbols::workspace).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<LSPAny>> {
        let about = methods::command::document(&params).map_or(About::All, About::Document);
        self.ask("execute_command", about, params, methods::command::run).await
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        self.ask("workspace_diagnostic", About::All, params, methods::diagnostic::workspace).await
    }

    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let general = params.capabilities.general.as_ref();
        let encoding = Encoding::choose(general.and_then(|g| g.position_encodings.as_deref()));
        let options = params.initialization_options.unwrap_or_default();
        let option = |name: &str| options.get(name).and_then(serde_json::Value::as_bool) == Some(true);
        let (asks, tells) = (option("virtualDocuments"), option("notifyChecked"));
        let settings = Settings::read(&options);
        let folders = params.workspace_folders.unwrap_or_default();
        let mut roots = paths(&folders);
        #[allow(deprecated)]
        if roots.is_empty() {
            roots.extend(params.root_uri.as_ref().and_then(crate::documents::path_of));
        }
        let shared = Arc::new(Shared {
            encoding,
            client: params.capabilities,
            pages: Pages::new(self.options.cache.as_deref(), asks, self.options.explain),
            tells,
            draw: self.options.draw,
            shown: option("registersContent").then(Default::default),
            tokens: Default::default(),
        });
        let capabilities = methods::capabilities(&shared, &settings);
        let _ = self.shared.set(shared.clone());
        let _ = self.main.send(Message::Start(shared, settings, roots));
        Ok(InitializeResult {
            capabilities,
            server_info: Some(ServerInfo {
                name: "ivs".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            offset_encoding: None,
        })
    }

    async fn initialized(&self, _: InitializedParams) {
        let _ = self.main.send(Message::Ready);
        let Some(shared) = self.shared.get() else { return };
        let workspace = shared.client.workspace.as_ref();
        let watches = workspace.and_then(|w| w.did_change_watched_files.as_ref());
        if watches.and_then(|w| w.dynamic_registration) == Some(true) {
            self.outbox.put(Out::Register(vec![watchers()]));
        }
        let configures = workspace.and_then(|w| w.did_change_configuration.as_ref());
        if configures.and_then(|c| c.dynamic_registration) == Some(true) {
            self.outbox.put(Out::Register(vec![Registration {
                id: "settings".to_owned(),
                method: "workspace/didChangeConfiguration".to_owned(),
                register_options: Some(serde_json::json!({ "section": "ivs" })),
            }]));
        }
        if let Some(types) = methods::hierarchy::registration(shared) {
            self.outbox.put(Out::Register(vec![types]));
        }
        if shared.shown.is_some() {
            self.outbox.put(Out::Register(vec![Registration {
                id: "texts".to_owned(),
                method: "workspace/textDocumentContent".to_owned(),
                register_options: Some(serde_json::json!({ "schemes": crate::pages::SCHEMES })),
            }]));
        }
        self.fetch_settings();
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let d = params.text_document;
        self.edit(Edit::Open(d.uri, d.version, d.text)).await;
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let d = params.text_document;
        self.edit(Edit::Change(d.uri, d.version, params.content_changes)).await;
    }

    async fn did_save(&self, _: DidSaveTextDocumentParams) {
        // What is saved is what the editor has, and that is known.
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.edit(Edit::Close(params.text_document.uri)).await;
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.edit(Edit::Watched(params.changes)).await;
    }

    async fn did_create_files(&self, params: CreateFilesParams) {
        self.edit(Edit::Watched(methods::file_operations::created(&params))).await;
    }

    async fn did_rename_files(&self, params: RenameFilesParams) {
        self.edit(Edit::Watched(methods::file_operations::renamed(&params))).await;
    }

    async fn did_delete_files(&self, params: DeleteFilesParams) {
        self.edit(Edit::Watched(methods::file_operations::deleted(&params))).await;
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.edit(Edit::Folders(paths(&params.event.added), paths(&params.event.removed))).await;
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        // Some clients send the settings, others only that there are new ones.
        if params.settings.get("ivs").is_some() {
            self.edit(Edit::Settings(Box::new(Settings::read(&params.settings)))).await;
        } else {
            self.fetch_settings();
        }
    }
}

impl Backend {
    /// A server, and what it says of its own accord. Must be called where tokio runs.
    pub fn service(options: Options) -> (LspService<Backend>, ClientSocket) {
        let build = |client: Client| {
            let (main, inbox) = channel();
            let (outbox, letters) = Outbox::new();
            tokio::spawn(deliver(client.clone(), letters));
            let (o, b, m) = (options.clone(), outbox.clone(), main.clone());
            let thread = std::thread::Builder::new().name("ivs-lsp-main".to_owned()).stack_size(64 << 20);
            // Without the thread, every request fails: nobody receives it.
            let _ = thread.spawn(move || main_loop::run(o, b, &inbox, m));
            Backend { main, client, outbox, options, shared: OnceLock::new() }
        };
        LspService::build(build)
            .custom_method("ivs/content", Backend::content)
            .custom_method("workspace/textDocumentContent", Backend::content)
            .finish()
    }

    /// Has an edit applied; done once it is.
    async fn edit(&self, edit: Edit) {
        let (done, applied) = oneshot::channel();
        let _ = self.main.send(Message::Edit(edit, done));
        let _ = applied.await;
    }

    /// Has a request answered.
    async fn ask<P, R, F>(&self, name: &'static str, about: About, params: P, method: F) -> Result<R>
    where
        P: Clone + Send + 'static,
        R: Send + 'static,
        F: Fn(&mut [View], P) -> Result<R> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let before = self.options.before.clone().map(|b| Box::new(move || b(name)) as Box<dyn Fn() + Send>);
        let ask = Request { params, method, reply: Some(reply), before };
        let _ = self.main.send(Message::Ask(Job::new(about, Box::new(ask))));
        answer.await.unwrap_or_else(|_| Err(Error::content_modified()))
    }

    /// The text of an address that is no file.
    async fn content(&self, params: methods::content::Params) -> Result<methods::content::Content> {
        if let Some(shared) = self.shared.get()
            && let Some(text) = shared.pages.text_of_page(&params.uri)
        {
            return Ok(methods::content::Content { text: text.to_owned() });
        }
        self.ask("content", About::All, params, methods::content::run).await
    }

    /// Asks the client for the user's settings, if it can be asked.
    fn fetch_settings(&self) {
        let workspace = self.shared.get().and_then(|s| s.client.workspace.as_ref());
        if workspace.and_then(|w| w.configuration) != Some(true) {
            return;
        }
        let (client, main) = (self.client.clone(), self.main.clone());
        tokio::spawn(async move {
            let item = ConfigurationItem { scope_uri: None, section: Some("ivs".to_owned()) };
            if let Ok(values) = client.configuration(vec![item]).await
                && let Some(value) = values.first().filter(|v| v.as_object().is_some_and(|o| !o.is_empty()))
            {
                let settings = Box::new(Settings::read(value));
                let _ = main.send(Message::Edit(Edit::Settings(settings), oneshot::channel().0));
            }
        });
    }
}

fn paths(folders: &[WorkspaceFolder]) -> Vec<PathBuf> {
    folders.iter().filter_map(|f| crate::documents::path_of(&f.uri)).collect()
}

/// What packages are made of.
fn watchers() -> Registration {
    let watch = |glob: &str| FileSystemWatcher { glob_pattern: glob.to_owned().into(), kind: None };
    let globs = methods::file_operations::GLOBS;
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: globs.map(watch).into() };
    Registration {
        id: "files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    }
}
