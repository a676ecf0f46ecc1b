//! SQL: schemas of PostgreSQL databases, and policies that keep the rows of tenants apart.
//!
//! Takes declarations of the kind `database-schema`. Gives a script each, `sql/DATABASE/SCHEMA.sql`, that may be run again.
//! Statements are trees of names and values (`ast`); never a template. Never connects to anything.

pub mod ast;
pub mod codes;

pub use codes::CODES;

use ast::{Column, Ident, Literal, Owns, Statement, Table};
use ivs_plan::{Artifact, Context, Finding, Layout, Lowered, Lowering, OutputFile, Subject, Target, read};
use ivs_value::funcs::slug_of;
use ivs_value::{StructValue, Value};
use smol_str::SmolStr;
use std::fmt::Write;

/// The target `sql`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sql;

/// Longest name, in bytes: NAMEDATALEN less one (postgresql.org/docs/current/limits.html).
const LONGEST: usize = 63;

static LOWERINGS: [Lowering; 1] = [Lowering {
    name: "schema",
    kind: "database-schema",
    reads: &[
        "slug",
        "database",
        "schema",
        "owner",
        "isolation",
        "tenant.role",
        "tenant.key",
        "table.column.type",
        "table.column.required",
        "table.key",
    ],
    run: lower,
}];

impl Target for Sql {
    fn family(&self) -> &'static str {
        "sql"
    }
    fn lowerings(&self) -> &'static [Lowering] {
        &LOWERINGS
    }
    fn join(&self, artifacts: &mut Vec<&Artifact>, _: Layout) -> Vec<OutputFile> {
        artifacts
            .iter()
            .map(|a| OutputFile { path: format!("{}/{}", a.folder, a.file), text: a.text.clone().into() })
            .collect()
    }
}

/// `database-schema` → a script.
fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    let object: &StructValue = &subject.object;
    let Some(database) = read::reference(object, "database") else { return Lowered::default() };
    let Some(found) = context.object(database) else { return Lowered::default() };
    let folder = slug_of(read::text(&found, "slug").unwrap_or(&database.name));
    let mut script = Script { object, findings: Vec::new() };
    let schema = script.name(read::text(object, "schema").unwrap_or_default(), &["schema"]);
    let statements = script.statements(&schema);
    if !script.findings.is_empty() {
        return Lowered { artifacts: Vec::new(), findings: script.findings };
    }
    let mut text = String::new();
    for statement in statements {
        let _ = writeln!(text, "{statement}");
    }
    let artifact = Artifact {
        folder: SmolStr::from(format!("sql/{folder}")),
        file: SmolStr::from(format!("{}.sql", slug_of(&subject.slug))),
        order: 0,
        identity: SmolStr::from(format!("schema {schema} of {folder}")),
        text: text.into(),
    };
    Lowered { artifacts: vec![artifact], findings: Vec::new() }
}

struct Script<'a> {
    object: &'a StructValue,
    findings: Vec<Finding>,
}

impl Script<'_> {
    /// A name, if PostgreSQL takes it as it is.
    fn name(&mut self, text: &str, path: &[&str]) -> Ident {
        if text.is_empty() || text.len() > LONGEST || text.contains('\0') {
            let why = match text.len() {
                0 => "it is empty".to_owned(),
                n if n > LONGEST => format!("it has {n} bytes, and {LONGEST} are kept"),
                _ => "it has a zero byte".to_owned(),
            };
            self.find(format!("PostgreSQL cannot take the name `{text}`: {why}"), path);
        }
        Ident(text.to_owned())
    }

    fn literal(&mut self, text: &str, path: &[&str]) -> Literal {
        if text.contains('\0') {
            self.find(format!("PostgreSQL cannot hold `{text}`: it has a zero byte"), path);
        }
        Literal(text.to_owned())
    }

    fn find(&mut self, message: String, path: &[&str]) {
        let finding = Finding {
            code: codes::TEXT,
            message,
            path: path.iter().map(SmolStr::new).collect(),
            ..Finding::default()
        };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn statements(&mut self, schema: &Ident) -> Vec<Statement> {
        let object = self.object;
        let owner = self.name(read::text(object, "owner").unwrap_or_default(), &["owner"]);
        let tenants: Vec<(&str, Ident, Literal)> = read::structs(object, "tenant")
            .map(|(name, tenant)| {
                let role = self.name(read::text(tenant, "role").unwrap_or(name), &["tenant", name, "role"]);
                let key = self.literal(read::text(tenant, "key").unwrap_or(name), &["tenant", name, "key"]);
                (name, role, key)
            })
            .collect();
        let mut out = vec![Statement::Begin, Statement::StandardStrings];
        let mut roles = vec![owner.clone()];
        roles.extend(tenants.iter().map(|(_, role, _)| role.clone()));
        roles.sort();
        roles.dedup();
        out.extend(roles.iter().cloned().map(Statement::CreateRole));
        let isolation = read::member(object, "isolation");
        let rows = isolation.and_then(|i| i.fields.as_deref()).filter(|f| f.get("column").is_some());
        if rows.is_some() {
            out.push(Statement::RefuseBypass(roles));
        }
        out.push(Statement::CreateSchema(schema.clone(), owner.clone()));
        out.push(Statement::CloseSchema(schema.clone()));
        out.extend(tenants.iter().map(|(_, role, _)| Statement::Usage(schema.clone(), role.clone())));
        for (name, given) in read::structs(object, "table") {
            let table = Table { schema: schema.clone(), name: self.name(name, &["table", name]) };
            let columns: Vec<Column> = read::structs(given, "column")
                .map(|(column, c)| Column {
                    name: self.name(column, &["table", name, "column", column]),
                    type_: read::text(c, "type").unwrap_or("text").to_owned(),
                    required: read::flag(c, "required"),
                })
                .collect();
            let key = read::texts(given, "key").unwrap_or_default().into_iter().map(Ident).collect();
            out.push(Statement::CreateTable { table: table.clone(), columns: columns.clone(), key });
            out.push(Statement::Owner(table.clone(), owner.clone()));
            out.extend(tenants.iter().map(|(_, role, _)| Statement::ReadWrite(table.clone(), role.clone())));
            if let Some(rows) = rows {
                self.policies(&mut out, &table, &columns, rows, &tenants);
            }
        }
        out.push(Statement::Commit);
        out
    }

    /// Rows of a table belong to whom their column says. Without a policy for somebody, nobody's rows are theirs: the owner
    /// of the table included, because row security is forced.
    fn policies(
        &mut self,
        out: &mut Vec<Statement>,
        table: &Table,
        columns: &[Column],
        rows: &StructValue,
        tenants: &[(&str, Ident, Literal)],
    ) {
        let column = Ident(read::text(rows, "column").unwrap_or_default().to_owned());
        let Some(type_) = columns.iter().find(|c| c.name == column).map(|c| c.type_.clone()) else { return };
        out.push(Statement::Index(table.clone(), column.clone()));
        out.push(Statement::RowSecurity(table.clone()));
        let policy = |name: String, to: Option<Ident>, rows: Owns| Statement::Policy {
            name: Ident(name),
            table: table.clone(),
            to,
            rows,
        };
        let Value::Member(by) = read::field(rows, "by") else { return };
        if let Some(fields) = by.fields.as_deref() {
            let name = read::text(fields, "name").unwrap_or("app.tenant").to_owned();
            let name = self.literal(&name, &["isolation", "by", "name"]);
            out.push(policy("tenant".to_owned(), None, Owns::Setting { column, name, type_ }));
            return;
        }
        for (_, role, key) in tenants {
            // A role has one policy on a table, so its name is the policy's.
            out.push(policy(role.0.clone(), Some(role.clone()), Owns::Is(column.clone(), key.clone())));
        }
    }
}
