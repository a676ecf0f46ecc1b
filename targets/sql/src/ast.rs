//! The statements that are written: trees of names and values, printed with their quotes. No text becomes SQL any other way.
//!
//! Identifiers are always quoted, so that any name stays what it is; literals double their quotes, which is all that
//! PostgreSQL asks for with `standard_conforming_strings = on`, which the script sets.
use std::fmt::{self, Display, Formatter};

/// A name: `"orders"`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Ident(pub String);

impl Display for Ident {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('"', "\"\""))
    }
}

/// A text: `'it''s'`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Literal(pub String);

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\'', "''"))
    }
}

/// A table of a schema.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// Its schema.
    pub schema: Ident,
    /// Its name there.
    pub name: Ident,
}

impl Display for Table {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// A column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// One of PostgreSQL's type names, never a user's text.
    pub type_: String,
    /// Whether each row has a value.
    pub required: bool,
}

/// Which rows are somebody's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Owns {
    /// Those whose column has this value.
    Is(Ident, Literal),
    /// Those whose column has the value that the session says; none if it says nothing.
    Setting {
        /// The column.
        column: Ident,
        /// The setting.
        name: Literal,
        /// The column's type, which the setting's text is read as.
        type_: String,
    },
}

impl Display for Owns {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Owns::Is(column, value) => write!(f, "{column} = {value}"),
            Owns::Setting { column, name, type_ } => {
                write!(f, "{column} = NULLIF(current_setting({name}, true), '')::{type_}")
            }
        }
    }
}

/// A statement of a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Statement {
    /// `BEGIN`
    Begin,
    /// `COMMIT`
    Commit,
    /// Quotes are doubled, and backslashes mean nothing.
    StandardStrings,
    /// A role that may log in only if somebody gives it a way to. It stays as it is if it exists.
    CreateRole(Ident),
    /// Fails if one of the roles sees everything whatever policies say.
    RefuseBypass(Vec<Ident>),
    /// A schema and its owner.
    CreateSchema(Ident, Ident),
    /// Takes a schema from everybody.
    CloseSchema(Ident),
    /// A table with its primary key.
    CreateTable {
        /// Which.
        table: Table,
        /// In their order.
        columns: Vec<Column>,
        /// Columns of the primary key; none if empty.
        key: Vec<Ident>,
    },
    /// Whose a table is.
    Owner(Table, Ident),
    /// An index on a column.
    Index(Table, Ident),
    /// Policies count, for the owner too.
    RowSecurity(Table),
    /// A policy in place of the one of its name. `to` is everybody if empty.
    Policy {
        /// Its name.
        name: Ident,
        /// Where it counts.
        table: Table,
        /// For whom.
        to: Option<Ident>,
        /// Which rows are seen, and may be written.
        rows: Owns,
    },
    /// May enter a schema.
    Usage(Ident, Ident),
    /// May read and write a table.
    ReadWrite(Table, Ident),
}

impl Display for Statement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Statement::Begin => f.write_str("BEGIN;"),
            Statement::Commit => f.write_str("COMMIT;"),
            Statement::StandardStrings => f.write_str("SET LOCAL standard_conforming_strings = on;"),
            Statement::CreateRole(role) => {
                let body = format!(
                    "BEGIN\n  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {}) THEN\n    CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;\n  END IF;\nEND",
                    Literal(role.0.clone()),
                );
                write!(f, "DO {};", dollar(&body))
            }
            Statement::RefuseBypass(roles) => {
                let names: Vec<String> = roles.iter().map(|r| Literal(r.0.clone()).to_string()).collect();
                let body = format!(
                    "BEGIN\n  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname IN ({}) AND (rolsuper OR rolbypassrls)) THEN\n    RAISE EXCEPTION 'a role that rows are kept from sees all of them: it is a superuser, or has BYPASSRLS';\n  END IF;\nEND",
                    names.join(", "),
                );
                write!(f, "DO {};", dollar(&body))
            }
            Statement::CreateSchema(schema, owner) => {
                write!(f, "CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner};")
            }
            Statement::CloseSchema(schema) => write!(f, "REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;"),
            Statement::CreateTable { table, columns, key } => {
                writeln!(f, "CREATE TABLE IF NOT EXISTS {table} (")?;
                let mut lines: Vec<String> = columns
                    .iter()
                    .map(|c| format!("  {} {}{}", c.name, c.type_, if c.required { " NOT NULL" } else { "" }))
                    .collect();
                if !key.is_empty() {
                    lines.push(format!("  PRIMARY KEY ({})", list(key)));
                }
                write!(f, "{}\n);", lines.join(",\n"))
            }
            Statement::Owner(table, owner) => write!(f, "ALTER TABLE {table} OWNER TO {owner};"),
            Statement::Index(table, column) => {
                write!(f, "CREATE INDEX IF NOT EXISTS {} ON {table} ({column});", index(table, column))
            }
            Statement::RowSecurity(table) => write!(
                f,
                "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\nALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
            ),
            Statement::Policy { name, table, to, rows } => {
                let to = to.as_ref().map_or_else(|| "PUBLIC".to_owned(), Ident::to_string);
                write!(
                    f,
                    "DROP POLICY IF EXISTS {name} ON {table};\nCREATE POLICY {name} ON {table} AS PERMISSIVE FOR ALL TO {to}\n  USING ({rows})\n  WITH CHECK ({rows});"
                )
            }
            Statement::Usage(schema, role) => write!(f, "GRANT USAGE ON SCHEMA {schema} TO {role};"),
            Statement::ReadWrite(table, role) => {
                write!(f, "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE {table} TO {role};")
            }
        }
    }
}

/// Names of indexes have 63 bytes at most; PostgreSQL cuts them silently, which may make two of them one.
fn index(table: &Table, column: &Ident) -> Ident {
    let mut name = format!("{}_{}_idx", table.name.0, column.0);
    if name.len() > 63 {
        let mut end = 40;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        let sum = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        name.truncate(end);
        name.push_str(&format!("_{sum:016x}"));
    }
    Ident(name)
}

fn list(names: &[Ident]) -> String {
    names.iter().map(Ident::to_string).collect::<Vec<_>>().join(", ")
}

/// A text between dollar quotes whose tag it does not contain.
fn dollar(body: &str) -> String {
    let mut tag = "ivs".to_owned();
    while body.contains(&format!("${tag}$")) {
        tag.push('x');
    }
    format!("${tag}$\n{body}\n${tag}$")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads what is between quotes as PostgreSQL does; the rest.
    fn unquoted(text: &str, quote: char) -> Option<(String, &str)> {
        let mut rest = text.strip_prefix(quote)?;
        let mut out = String::new();
        loop {
            let at = rest.find(quote)?;
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            match rest.strip_prefix(quote) {
                Some(more) => {
                    out.push(quote);
                    rest = more;
                }
                None => return Some((out, rest)),
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_between_quotes_is_what_was_meant(text in "\\PC*|['\"\\\\$;\n-]*") {
            let (name, value) = (Ident(text.clone()).to_string(), Literal(text.clone()).to_string());
            prop_assert_eq!(unquoted(&name, '"'), Some((text.clone(), "")));
            prop_assert_eq!(unquoted(&value, '\''), Some((text, "")));
        }

        #[test]
        fn nothing_ends_a_dollar_quote(text in "[$ivsx'\"; ]*") {
            let quoted = dollar(&text);
            let tag = quoted.split('$').nth(1).unwrap_or_default().to_owned();
            prop_assert_eq!(quoted.matches(&format!("${tag}$")).count(), 2);
        }

        #[test]
        fn long_indexes_stay_apart(a in "[a-zé]{30,60}", b in "[a-zé]{30,60}") {
            let name = |column: &str| {
                let table = Table { schema: Ident("s".into()), name: Ident("a_table_with_a_name".into()) };
                index(&table, &Ident(column.into())).0
            };
            prop_assert!(name(&a).len() <= 63);
            prop_assert_eq!(a == b, name(&a) == name(&b));
        }
    }
}
