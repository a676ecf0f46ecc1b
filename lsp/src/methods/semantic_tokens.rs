//! `textDocument/semanticTokens/full`, `full/delta` and `range`.

use crate::settings::Settings;
use crate::view::{Shared, View};
use ivs_grammar::ast::Span;
use ivs_ide::{Colored, TokenSort};
use ivs_source::SourceFile;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use tower_lsp_server::jsonrpc::Result;
use tower_lsp_server::ls_types::{
    Position, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensDelta,
    SemanticTokensDeltaParams, SemanticTokensEdit, SemanticTokensFullDeltaResult, SemanticTokensFullOptions,
    SemanticTokensLegend, SemanticTokensOptions, SemanticTokensParams, SemanticTokensRangeParams,
    SemanticTokensRangeResult, SemanticTokensResult, SemanticTokensServerCapabilities, ServerCapabilities,
    Uri,
};

/// Documents whose last tokens are kept.
const KEPT: usize = 64;

/// The types of tokens; a sort's number is its place.
fn types() -> Vec<SemanticTokenType> {
    vec![
        SemanticTokenType::COMMENT,
        SemanticTokenType::KEYWORD,
        SemanticTokenType::NUMBER,
        SemanticTokenType::new("unit"),
        SemanticTokenType::STRING,
        SemanticTokenType::OPERATOR,
        SemanticTokenType::DECORATOR,
        SemanticTokenType::NAMESPACE,
        SemanticTokenType::CLASS,
        SemanticTokenType::STRUCT,
        SemanticTokenType::ENUM,
        SemanticTokenType::TYPE,
        SemanticTokenType::INTERFACE,
        SemanticTokenType::VARIABLE,
        SemanticTokenType::ENUM_MEMBER,
        SemanticTokenType::FUNCTION,
        SemanticTokenType::PARAMETER,
        SemanticTokenType::PROPERTY,
        SemanticTokenType::EVENT,
    ]
}

fn number(sort: TokenSort) -> u32 {
    match sort {
        TokenSort::Comment => 0,
        TokenSort::Keyword => 1,
        TokenSort::Number => 2,
        TokenSort::Unit => 3,
        TokenSort::Text => 4,
        TokenSort::Operator => 5,
        TokenSort::Attribute => 6,
        TokenSort::Module => 7,
        TokenSort::Kind => 8,
        TokenSort::Struct => 9,
        TokenSort::Enum => 10,
        TokenSort::Type => 11,
        TokenSort::Template => 12,
        TokenSort::Declaration | TokenSort::Variable => 13,
        TokenSort::Member => 14,
        TokenSort::Function => 15,
        TokenSort::Parameter => 16,
        TokenSort::Field => 17,
        TokenSort::Check => 18,
    }
}

/// All three ways.
pub fn capability(_: &Shared, _: &Settings, can: &mut ServerCapabilities) {
    let legend = SemanticTokensLegend {
        token_types: types(),
        token_modifiers: vec![
            SemanticTokenModifier::DECLARATION,
            SemanticTokenModifier::DEFAULT_LIBRARY,
            SemanticTokenModifier::DOCUMENTATION,
            SemanticTokenModifier::MODIFICATION,
        ],
    };
    can.semantic_tokens_provider =
        Some(SemanticTokensServerCapabilities::SemanticTokensOptions(SemanticTokensOptions {
            legend,
            range: Some(true),
            full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
            ..SemanticTokensOptions::default()
        }));
}

/// Tokens, with the number of their answer.
type Numbered = (u64, Vec<SemanticToken>);

/// The tokens that a client has of each document, by the number of their answer.
#[derive(Default)]
pub struct Sent {
    last: Mutex<(u64, BTreeMap<String, Numbered>)>,
}

impl Sent {
    /// Keeps what is sent; gives its number and what was sent before.
    fn keep(&self, uri: &Uri, tokens: &[SemanticToken]) -> (u64, Option<Numbered>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, sent) = &mut *last;
        *number += 1;
        let old = sent.insert(uri.as_str().to_owned(), (*number, tokens.to_vec()));
        if sent.len() > KEPT
            && let Some(oldest) = sent.iter().min_by_key(|(_, (n, _))| *n).map(|(u, _)| u.clone())
        {
            sent.remove(&oldest);
        }
        (*number, old)
    }
}

fn encoded(view: &mut View, file: SourceFile, tokens: &[Colored]) -> Vec<SemanticToken> {
    let lines = view.lines(file);
    let mut before = Position { line: 0, character: 0 };
    let mut out = Vec::with_capacity(tokens.len());
    for t in tokens {
        let range = lines.range(t.range);
        let start = range.start;
        let delta_line = start.line - before.line;
        let delta_start = if delta_line == 0 { start.character - before.character } else { start.character };
        let modifiers = [t.defines, t.library, t.docs, t.sets];
        let bits = modifiers.iter().enumerate().fold(0, |bits, (i, is)| bits | u32::from(*is) << i);
        out.push(SemanticToken {
            delta_line,
            delta_start,
            length: range.end.character.saturating_sub(start.character),
            token_type: number(t.sort),
            token_modifiers_bitset: bits,
        });
        before = start;
    }
    out
}

fn whole(view: &mut View, uri: &Uri) -> Result<Vec<SemanticToken>> {
    let file = view.file(uri)?;
    let tokens = ivs_ide::tokens(view.db(), file, None);
    Ok(encoded(view, file, &tokens))
}

/// The tokens of a document.
pub fn full(view: &mut View, params: SemanticTokensParams) -> Result<Option<SemanticTokensResult>> {
    let uri = params.text_document.uri;
    let data = whole(view, &uri)?;
    let (number, _) = view.shared.tokens.keep(&uri, &data);
    Ok(Some(SemanticTokensResult::Tokens(SemanticTokens { result_id: Some(number.to_string()), data })))
}

/// What is other than in an earlier answer.
pub fn delta(
    view: &mut View,
    params: SemanticTokensDeltaParams,
) -> Result<Option<SemanticTokensFullDeltaResult>> {
    let uri = params.text_document.uri;
    let data = whole(view, &uri)?;
    let (number, old) = view.shared.tokens.keep(&uri, &data);
    let result_id = Some(number.to_string());
    let Some((_, old)) = old.filter(|(n, _)| n.to_string() == params.previous_result_id) else {
        return Ok(Some(SemanticTokensFullDeltaResult::Tokens(SemanticTokens { result_id, data })));
    };
    let edits = changed(&old, &data).into_iter().collect();
    Ok(Some(SemanticTokensFullDeltaResult::TokensDelta(SemanticTokensDelta { result_id, edits })))
}

/// One edit of what is between the equal beginning and the equal end; numbers of five a token.
fn changed(old: &[SemanticToken], new: &[SemanticToken]) -> Option<SemanticTokensEdit> {
    let front = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - front;
    let back = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    if front + back == old.len() && front + back == new.len() {
        return None;
    }
    Some(SemanticTokensEdit {
        start: 5 * front as u32,
        delete_count: 5 * (old.len() - front - back) as u32,
        data: new.get(front..new.len() - back).map(<[SemanticToken]>::to_vec),
    })
}

/// The tokens of a range.
pub fn range(
    view: &mut View,
    params: SemanticTokensRangeParams,
) -> Result<Option<SemanticTokensRangeResult>> {
    let file = view.file(&params.text_document.uri)?;
    let (start, end) = view.lines(file).offsets(params.range);
    let tokens = ivs_ide::tokens(view.db(), file, Some(Span::new(start as u32, end as u32)));
    let data = encoded(view, file, &tokens);
    Ok(Some(SemanticTokensRangeResult::Tokens(SemanticTokens { result_id: None, data })))
}
