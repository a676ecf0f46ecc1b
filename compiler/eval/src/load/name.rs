//! Members of enums, and references, by name.

use super::Reader;
use crate::conform::Site;
use crate::inst::{Inst, ref_to};
use crate::layer::family;
use crate::machine::Frame;
use ivs_data::{At, Key, Kind, Node};
use ivs_model::{
    Ty, base_chain, body, code, decl_info, decl_kind, enum_schema, near, near_declaration, resolve,
};
use ivs_source::ItemId;
use ivs_value::{StructValue, TaggedValue, Value};
use smol_str::SmolStr;
use std::sync::Arc;

impl Reader<'_, '_> {
    /// A member by its name; one with fields as a map of that one key: `{ "limit": { "amount": 5 } }`.
    pub(super) fn member(&mut self, node: &Node, ty: &Ty, e: ItemId) -> Value {
        let nothing: &[(Key, Node)] = &[];
        let (name, at, fields) = match &node.kind {
            Kind::Text(t) | Kind::Plain(t) => (t.clone(), node.at.clone(), Some(nothing)),
            Kind::Map(entries) => match &entries[..] {
                [(key, value)] => {
                    let fields = match &value.kind {
                        Kind::Map(fields) => Some(&fields[..]),
                        _ => None,
                    };
                    (key.text.clone(), key.at.clone(), fields)
                }
                _ => return self.mismatch(node, ty, "a member with fields is a map of its name alone"),
            },
            _ => return self.mismatch(node, ty, "members of an enum are texts"),
        };
        let schema = enum_schema(self.db(), e);
        let Some((index, m)) = schema.member(&name) else {
            let help = match near(&name, schema.members.iter().map(|m| m.name.as_str())) {
                Some(n) => format!("did you mean `{n}`?"),
                None => {
                    let names: Vec<String> =
                        schema.members.iter().take(16).map(|m| format!("`{}`", m.name)).collect();
                    format!("its members are {}", names.join(", "))
                }
            };
            let message = format!("`{}` has no member `{name}`", schema.name);
            return self.error(code::UNKNOWN_MEMBER, &at, message, "unknown member", help);
        };
        let Some(fields) = fields else {
            return self.mismatch(node, ty, "the fields of a member are a map");
        };
        let tagged = |fields| {
            Value::Member(Arc::new(TaggedValue {
                of: schema.name.clone(),
                name: m.name.clone(),
                index,
                text: m.text.clone(),
                fields,
            }))
        };
        let Some(wanted) = &m.fields else {
            return match fields.first() {
                None => tagged(None),
                Some((key, _)) => {
                    let message = format!("`{}` has no fields", m.name);
                    let help = format!("write `\"{}\"`", m.name);
                    self.error(code::DATA_UNKNOWN, &key.at.clone(), message, "unknown key", help)
                }
            };
        };
        let values = self.fields(e, wanted, fields, &at);
        tagged(Some(Arc::new(StructValue { shape: wanted.shape.clone(), fields: values.into() })))
    }

    /// The fields of a member, in order.
    fn fields(
        &mut self,
        e: ItemId,
        wanted: &ivs_model::Schema,
        given: &[(Key, Node)],
        at: &At,
    ) -> Vec<Value> {
        let ir = body(self.db(), e);
        for (key, _) in given {
            if wanted.field(&key.text).is_none() {
                let help = near(&key.text, wanted.fields.iter().map(|f| f.name.as_str()));
                let help = help.map(|n| format!("did you mean `{n}`?")).unwrap_or_default();
                let message = format!("`{}` has no field `{}`", wanted.name, key.text);
                self.error(code::DATA_UNKNOWN, &key.at.clone(), message, "unknown key", help);
            }
        }
        let mut out = Vec::with_capacity(wanted.fields.len());
        for f in &wanted.fields {
            let found = given.iter().find(|(k, _)| k.text == f.name).map(|(_, n)| n);
            let default = f.owner.and_then(|(_, o)| ir.defaults.get(o as usize).copied().flatten());
            out.push(match (found, default) {
                (Some(node), _) if node.kind != Kind::Null => self.value(node, &f.read_ty()),
                (_, Some(expr)) => {
                    self.machine.steps = 0;
                    let value = self.machine.eval(&mut Frame::of(ir, e), expr);
                    self.machine.conform_field(value, f, Site { item: e, expr })
                }
                (_, None) if f.optional => Value::None,
                (_, None) => {
                    let message = format!("`{}` needs `{}`", wanted.name, f.name);
                    let ty = f.ty.show(self.db());
                    self.error(
                        code::DATA_MISSING,
                        at,
                        message,
                        format!("no key `{}`", f.name),
                        format!("add it, a `{ty}`"),
                    )
                }
            });
        }
        out
    }

    /// A declaration by the name that the module with the `load` gives it; a member of a family as `name[key]`.
    pub(super) fn reference(&mut self, node: &Node, ty: &Ty) -> Value {
        let (Kind::Text(text) | Kind::Plain(text)) = &node.kind else {
            return self.mismatch(node, ty, "a reference is the name of a declaration");
        };
        let text = text.clone();
        let item = match ty {
            Ty::Ref(i) | Ty::RefTo(i) => Some(*i),
            _ => None,
        };
        let cached = (text.clone(), item);
        if let Some(v) = self.references.get(&cached) {
            return v.clone();
        }
        let value = self.declaration(node, &text, ty);
        if !value.is_unknown() {
            self.references.insert(cached, value.clone());
        }
        value
    }

    fn declaration(&mut self, node: &Node, text: &SmolStr, ty: &Ty) -> Value {
        let db = self.db();
        let (name, key) = match text.strip_suffix(']').and_then(|t| t.split_once('[')) {
            Some((name, key)) => (name, Some(key)),
            None => (text.as_str(), None),
        };
        let fits = |d: ItemId| match ty {
            Ty::Ref(k) => decl_kind(db, d) == Some(*k),
            Ty::RefTo(t) => d == *t || base_chain(db, d).chain.contains(t),
            _ => true,
        };
        let found = resolve(db, self.module, SmolStr::new(name));
        let mut decls = found.decls.iter().copied().filter(|d| !decl_info(db, *d).template && fits(*d));
        let (decl, second) = (decls.next(), decls.next());
        let Some(decl) = decl else {
            let kind = match ty {
                Ty::Ref(k) => Some(*k),
                _ => None,
            };
            let help = match near_declaration(db, self.module, name, kind) {
                Some(n) => format!("did you mean `{n}`?"),
                None => "the name is looked up where the `load` stands; `use` brings others there".to_owned(),
            };
            let what = ty.show(db);
            let message = format!("no `{what}` is called `{name}`");
            return self.error(code::UNKNOWN_NAME, &node.at, message, "not found", help);
        };
        if let Some(other) = second {
            let (a, b) = (decl.key(db).kind.clone(), other.key(db).kind.clone());
            let message = format!("`{name}` may mean `{a}.{name}` or `{b}.{name}`");
            let help = "give the field the kind that is meant";
            return self.error(code::AMBIGUOUS_NAME, &node.at, message, "which one is meant?", help);
        }
        let inst = match (decl_info(db, decl).family, key) {
            (false, None) => Inst::new(db, decl, None),
            (true, Some(key)) => {
                let members = family(db, self.machine.env, decl);
                match members.members.iter().find(|(k, _)| k.text() == key) {
                    Some((k, _)) => Inst::new(db, decl, Some(k.clone())),
                    None => {
                        let keys: Vec<SmolStr> =
                            members.members.iter().take(12).map(|(k, _)| k.text()).collect();
                        let help = format!("its keys are {}", keys.join(", "));
                        let message = format!("`{name}` has no member `{key}`");
                        return self.error(code::UNKNOWN_NAME, &node.at, message, "no such key", help);
                    }
                }
            }
            (true, None) => {
                let message = format!("`{name}` is a family");
                let help = format!("name one member: `{name}[…]`");
                return self.error(code::DATA_TYPE, &node.at, message, "which member?", help);
            }
            (false, Some(_)) => {
                let message = format!("`{name}` is no family");
                return self.error(
                    code::DATA_TYPE,
                    &node.at,
                    message,
                    "has no members",
                    format!("write `{name}`"),
                );
            }
        };
        if !crate::is_enabled(db, self.machine.env, inst) {
            let message = format!("`{text}` is disabled");
            let help = format!("enable `{text}`, or leave it out");
            return self.error(code::DISABLED_REFERENCE, &node.at, message, "referred to here", help);
        }
        ref_to(db, inst)
    }
}
