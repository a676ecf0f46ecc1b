//! `ivs explain`.

mod fields;
mod pages;

use crate::args::Explain;
use crate::exit::Exit;
use crate::terminal::{Style, Terminal};
use pages::PAGES;

pub fn run(args: &Explain, terminal: &mut Terminal) -> Exit {
    let Some(code) = &args.code else {
        terminal.out(&list());
        return Exit::Done;
    };
    let wanted = normal(code);
    if let Some((_, page)) = PAGES.iter().find(|(code, _)| *code == wanted) {
        terminal.out(page);
        return Exit::Done;
    }
    // A code without a page still says what it stands for.
    if let Some((code, title)) = titles().find(|(code, _)| *code == wanted) {
        terminal.out(&format!("# {code}: {title}\n"));
        return Exit::Done;
    }
    // Kinds of objects begin with a capital.
    if (code.starts_with(|c: char| c.is_ascii_uppercase()) || code.contains('/'))
        && let Some(exit) = fields::run(code, terminal)
    {
        return exit;
    }
    // A check without a code is called by its name.
    if code.contains('.')
        && let Some((_, page)) = PAGES.iter().find(|(code, _)| *code == "IVS3000")
    {
        terminal.out(&format!("`{}` is the name of a check.\n\n{page}", crate::terminal::clean(code)));
        return Exit::Done;
    }
    terminal.error(&format!("there is no code `{code}`"));
    let close = titles().map(|(c, _)| (strsim::damerau_levenshtein(c, &wanted), c)).min();
    let help = match close {
        Some((1..=2, near)) => format!("did you mean {near}? `ivs explain` lists all"),
        _ => "`ivs explain` lists all".to_owned(),
    };
    let head = terminal.paint(Style::Help, "help");
    terminal.tell(&format!("  {head}: {help}\n"));
    Exit::Usage
}

/// The page of a code.
pub fn page(code: &str) -> Option<&'static str> {
    let at = PAGES.binary_search_by(|(known, _)| (*known).cmp(code)).ok()?;
    PAGES.get(at).map(|(_, page)| *page)
}

/// `ivs1103`, `IVS1103`, `1103` and `error[IVS1103]` are one code.
fn normal(code: &str) -> String {
    let upper = code.trim().to_uppercase();
    let inner = upper.rsplit('[').next().unwrap_or_default().trim_end_matches([']', ':']);
    if inner.len() == 4 && inner.bytes().all(|b| b.is_ascii_digit()) {
        format!("IVS{inner}")
    } else {
        inner.to_owned()
    }
}

/// All codes with their one-line titles.
fn titles() -> impl Iterator<Item = (&'static str, &'static str)> {
    let heading = |page: &'static str| {
        let first = page.lines().next().unwrap_or_default().trim_start_matches("# ");
        first.split_once([':', ' ']).map_or("", |(_, title)| title.trim_start_matches([':', '—', '-', ' ']))
    };
    let mut all: Vec<(&str, &str)> = PAGES.iter().map(|(code, page)| (*code, heading(page))).collect();
    let registered = [
        ivs_grammar::CODES,
        ivs_model::code::ALL,
        ivs_project::codes::CODES,
        ivs_target_documents::CODES,
        ivs_target_interchange::CODES,
        ivs_target_kubernetes::CODES,
        ivs_target_terraform::CODES,
        ivs_target_marketplace::CODES,
        ivs_target_sql::CODES,
        ivs_output::codes::CODES,
        ivs_driver::CODES,
        ivs_driver::LIBRARY_CODES,
    ];
    for (code, title) in registered.into_iter().flatten() {
        if !all.iter().any(|(known, _)| known == code) {
            all.push((code, title));
        }
    }
    all.sort_unstable();
    all.into_iter()
}

fn list() -> String {
    titles().map(|(code, title)| format!("{code}  {title}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_can_be_written_in_several_ways() {
        for way in ["IVS1103", "ivs1103", "1103", "error[IVS1103]", "[IVS1103]:", " IVS1103 "] {
            assert_eq!(normal(way), "IVS1103");
        }
    }

    #[test]
    fn codes_are_listed_once_and_in_order() {
        let all: Vec<_> = titles().map(|(code, _)| code).collect();
        assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
    }

    /// `IVS_UPDATE=1 cargo test -p ivs pages` writes the list anew.
    #[test]
    fn the_list_of_pages_is_complete() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = std::fs::read_dir(root.join("docs/errors")).into_iter().flatten();
        let mut names: Vec<String> = folder.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|n| n.starts_with("IVS") && n.ends_with(".md"));
        names.sort();
        let mut text = String::from(
            "//! The pages of `ivs explain`. Written by `IVS_UPDATE=1 cargo test -p ivs pages`.\n\n\
             /// Codes with their pages, in order.\npub const PAGES: &[(&str, &str)] = &[\n",
        );
        for name in &names {
            let code = name.trim_end_matches(".md");
            text += &format!("    (\"{code}\", include_str!(\"../../docs/errors/{name}\")),\n");
        }
        text += "];\n";
        let list = root.join("src/explain/pages.rs");
        if std::env::var_os("IVS_UPDATE").is_some() {
            std::fs::write(&list, &text).unwrap();
        }
        assert!(
            std::fs::read_to_string(&list).unwrap() == text,
            "docs/errors changed: run IVS_UPDATE=1 cargo test -p ivs pages"
        );
    }
}
