//! Actions and layout: what they make of a text.

use super::editor::Editor;
use super::methods::{BASE, CORE, FRONT, LOAD, array, text};
use serde_json::{Value, json};

/// The actions for a part of a file, and what the one of a title makes of it.
pub fn acted(editor: &mut Editor, path: &str, part: &str, title: &str) -> String {
    editor.settle();
    let mut params = editor.over(path, part);
    params["context"] = json!({ "diagnostics": [] });
    let offered = editor.request("textDocument/codeAction", params);
    let titles: Vec<&str> = array(&offered).iter().map(|a| text(a, "title")).collect();
    let action = array(&offered).iter().find(|a| a["title"] == title);
    let mut action = action.unwrap_or_else(|| panic!("`{title}` is not among {titles:?}")).clone();
    if action.get("edit").is_none() {
        action = editor.request("codeAction/resolve", action);
    }
    let out = format!("{} · {}\n  of {}\n", title, text(&action, "kind"), titles.join(" · "));
    out + &editor.changed(&action["edit"])
}

pub fn actions(editor: &mut Editor) -> String {
    let mut out = String::new();
    // A fix, those of the same mistake, and all that are certain.
    editor.replace(FRONT, "share = 80%", "share = 0.8");
    editor.replace(FRONT, "throughput = 9_000req/min", "throughput = 9_000 req/min");
    editor.replace(CORE, "availability = 99.85%", "availability = 0.9985");
    out += &acted(editor, FRONT, "0.8", "Write `80%`");
    out += &acted(editor, FRONT, "0.8", "Fix all IVS2004 of the package");
    editor.close_all();
    // What a name may mean is for its author to say.
    editor.append(LOAD, "\nkind desk { }\ndesk peak-orders { }\nlet half = peak-orders / 2\n");
    out += &acted(editor, LOAD, "peak-orders / 2", "Write `online-shop.foundation.peak-orders`");
    editor.close_all();
    // What is missing.
    editor.append(FRONT, "\nservice help-desk { }\n");
    out += &acted(editor, FRONT, "help-desk", "Add missing fields");
    editor.close_all();
    editor.append(BASE, "\nlet calm = sale-factor - 1\n");
    out += &acted(editor, BASE, "sale-factor", "Use `sale-factor` of `online-shop.foundation`");
    editor.close_all();
    editor.replace(FRONT, "{catalog, sessions}", "{sessions, orders, catalog}");
    out += &acted(editor, FRONT, "use", "Organize `use`");
    editor.close_all();
    // Declarations made of parts of others, and the way back.
    out += &acted(editor, FRONT, "release = \"3.3.0\"\n  size    = 3..30", "Extract template `media-base`");
    out += &acted(editor, FRONT, "spot { share = 80% }", "Move to overlay `staging`");
    editor.append(FRONT, "\ntemplate namespace quiet { network = closed }\nnamespace attic from quiet { isolation = restricted }\n");
    out += &acted(editor, FRONT, "quiet { isolation", "Inline `quiet`");
    editor.close_all();
    // A finding that is meant to stay.
    editor.replace(FRONT, "@allow(IVS3012, reason = \"pictures are kept at the edge: while nodes come back, one replica answers what is not\")\n", "");
    out + &acted(editor, FRONT, "share = 80%", "Excuse `spot-floor` here, with a reason")
}

pub fn resolved_action(editor: &mut Editor) -> String {
    editor.replace(FRONT, "share = 80%", "share = 0.8");
    editor.replace(FRONT, "throughput = 9_000req/min", "throughput = 9_000 req/min");
    acted(editor, FRONT, "0.8", "Apply all fixes that are certain")
}

pub fn layout(editor: &mut Editor, method: &str, mut params: Value) -> String {
    params["options"] = json!({ "tabSize": 2, "insertSpaces": true });
    let edits = editor.request(&format!("textDocument/{method}"), params.clone());
    editor.difference(text(&params["textDocument"], "uri"), &edits)
}

pub fn formatting(editor: &mut Editor) -> String {
    editor.replace(FRONT, "  release = \"8.4.0\"", "release=\"8.4.0\"");
    editor.replace(FRONT, "spot { share = 80% }", "spot {share=80%}");
    let at = editor.at(FRONT, "§//!");
    layout(editor, "formatting", json!({ "textDocument": at["textDocument"] }))
}

pub fn range_formatting(editor: &mut Editor) -> String {
    editor.replace(FRONT, "  release = \"8.4.0\"", "release=\"8.4.0\"");
    editor.replace(FRONT, "spot { share = 80% }", "spot {share=80%}");
    let over = editor.over(FRONT, "spot {share=80%}");
    layout(editor, "rangeFormatting", over)
}

pub fn on_type_formatting(editor: &mut Editor) -> String {
    editor.replace(FRONT, "spot { share = 80% }\n}", "spot {share=80%}\n}");
    let mut at = editor.at(FRONT, "spot {share=80%}\n}§");
    at["ch"] = json!("}");
    let brace = layout(editor, "onTypeFormatting", at);
    editor.replace(FRONT, "    // The sale begins", "\n    // The sale begins");
    let mut at = editor.at(FRONT, "  scaling {\n§\n");
    at["ch"] = json!("\n");
    brace + &layout(editor, "onTypeFormatting", at)
}
