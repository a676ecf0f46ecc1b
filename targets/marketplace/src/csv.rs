//! Comma-separated values, as RFC 4180 has them.

/// Rows, each ended by a line feed.
pub fn print(rows: &[Vec<String>]) -> String {
    let mut out = String::new();
    for row in rows {
        for (i, cell) in row.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            // Outputs have line feeds alone.
            let cell = cell.replace('\r', " ");
            let quoted = cell.contains(['"', ',', '\n']) || cell.trim() != cell;
            if quoted {
                out.push('"');
                out.push_str(&cell.replace('"', "\"\""));
                out.push('"');
            } else {
                out.push_str(&cell);
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_are_quoted_where_they_need_it() {
        let rows = vec![vec!["a".to_owned(), "b,\"c\"\n".to_owned(), " d".to_owned()]];
        assert_eq!(super::print(&rows), "a,\"b,\"\"c\"\"\n\",\" d\"\n");
    }
}
