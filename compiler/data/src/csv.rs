//! CSV: the first line names the columns, every other line is a row.

use crate::{At, Counter, Data, Key, Kind, Node, Problem, What, at};
use csv_core::{ReadFieldResult, Reader};
use smol_str::SmolStr;

struct Field {
    text: SmolStr,
    at: At,
}

pub(crate) fn read(text: &str) -> Result<Data, Problem> {
    let mut fields = Fields::new(text);
    let mut count = Counter::default();
    let head = match fields.record()? {
        Some(head) => head,
        None => {
            return Err(Problem::new(What::Syntax, at(0, text.len()), "the file is empty")
                .help("its first line names the columns"));
        }
    };
    let mut columns: Vec<Key> = Vec::with_capacity(head.len());
    for f in head {
        let name = f.text.trim();
        if name.is_empty() {
            return Err(Problem::new(What::Syntax, f.at, "a column without a name")
                .help("the first line names every column"));
        }
        if let Some(first) = columns.iter().find(|c| c.text == name) {
            return Err(Problem::duplicate("column", name, f.at, first.at.clone()));
        }
        columns.push(Key { text: SmolStr::new(name), at: f.at });
    }
    let mut rows = Vec::new();
    while let Some(record) = fields.record()? {
        let start = record.first().map_or(0, |f| f.at.start);
        let end = record.last().map_or(start, |f| f.at.end);
        count.one(&(start..end))?;
        if record.len() != columns.len() {
            let extra = record.get(columns.len()).map(|f| f.at.clone());
            let message = format!(
                "this row has {} cells, the first line names {} columns",
                record.len(),
                columns.len()
            );
            return Err(Problem::new(What::Syntax, extra.unwrap_or(start..end), message)
                .help("a cell that holds a comma is put in quotes"));
        }
        let mut cells = Vec::with_capacity(columns.len());
        for (column, f) in columns.iter().zip(record) {
            count.one(&f.at)?;
            cells.push((column.clone(), Node { kind: Kind::Plain(f.text), at: f.at }));
        }
        rows.push(Node { kind: Kind::Map(cells), at: start..end });
    }
    Ok(Data { root: Node { kind: Kind::List(rows), at: at(0, text.len()) }, columns })
}

/// The fields of a text, record by record, each with its place.
struct Fields<'a> {
    text: &'a str,
    reader: Reader,
    place: usize,
    buffer: Vec<u8>,
}

impl<'a> Fields<'a> {
    fn new(text: &'a str) -> Fields<'a> {
        Fields { text, reader: Reader::new(), place: 0, buffer: vec![0; 1024] }
    }

    fn record(&mut self) -> Result<Option<Vec<Field>>, Problem> {
        let mut out = Vec::new();
        let mut start = self.place;
        let mut filled = 0;
        loop {
            let input = self.text.as_bytes().get(self.place..).unwrap_or_default();
            let room = self.buffer.get_mut(filled..).unwrap_or_default();
            let (result, read, written) = self.reader.read_field(input, room);
            self.place += read;
            filled += written;
            match result {
                // The end of the text is told by asking again, with nothing left.
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => self.buffer.resize(self.buffer.len() * 2, 0),
                ReadFieldResult::Field { record_end } => {
                    out.push(self.field(start, filled)?);
                    start = self.place;
                    filled = 0;
                    if record_end {
                        return Ok(Some(out));
                    }
                }
                ReadFieldResult::End => return Ok((!out.is_empty()).then_some(out)),
            }
        }
    }

    /// A field that began at `start`; the separator behind it is read already, and so are empty lines before it.
    fn field(&self, start: usize, filled: usize) -> Result<Field, Problem> {
        let raw = self.text.get(start..self.place).unwrap_or_default();
        let blank = raw.len() - raw.trim_start_matches(['\r', '\n']).len();
        let raw = raw.get(blank..).unwrap_or_default();
        let shown = raw.strip_suffix(',').unwrap_or(raw).trim_end_matches(['\r', '\n']);
        let place = at(start + blank, start + blank + shown.len());
        if let Some(inner) = shown.strip_prefix('"')
            && (!inner.ends_with('"') || inner.bytes().filter(|b| *b == b'"').count() % 2 == 0)
        {
            let first = at(start + blank, start + blank + 1);
            return Err(Problem::new(What::Syntax, first, "this quote is never closed")
                .help("a quote inside quotes is written twice"));
        }
        let text = self.buffer.get(..filled).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default();
        Ok(Field { text: SmolStr::new(text), at: place })
    }
}
