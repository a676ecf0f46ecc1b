//! `for … in … if …`

use crate::machine::{Frame, Machine};
use crate::origin::position;
use ivs_model::ir::ClausesIr;
use ivs_value::{Number, Value};

impl<'db> Machine<'db> {
    /// Goes through the bindings of loops; the variables are the frame's last locals. `false` if something was
    /// unknown on the way.
    pub(crate) fn each(
        &mut self,
        f: &mut Frame<'db>,
        clauses: &ClausesIr,
        run: &mut dyn FnMut(&mut Self, &mut Frame<'db>) -> bool,
    ) -> bool {
        let mut sound = true;
        self.level(f, clauses, 0, &mut sound, run);
        sound
    }

    /// [`Machine::each`], where the first loop's variable goes through these values.
    pub(crate) fn each_from(
        &mut self,
        f: &mut Frame<'db>,
        clauses: &ClausesIr,
        first: &[Value],
        run: &mut dyn FnMut(&mut Self, &mut Frame<'db>) -> bool,
    ) -> bool {
        let mut sound = true;
        let base = f.locals.len();
        for x in first {
            f.locals.truncate(base);
            self.bind_origins(f, base, None, None, false);
            f.locals.push(x.clone());
            if !self.level(f, clauses, 1, &mut sound, run) {
                break;
            }
        }
        f.locals.truncate(base);
        sound
    }

    fn level(
        &mut self,
        f: &mut Frame<'db>,
        clauses: &ClausesIr,
        depth: usize,
        sound: &mut bool,
        run: &mut dyn FnMut(&mut Self, &mut Frame<'db>) -> bool,
    ) -> bool {
        let Some(l) = clauses.loops.get(depth) else {
            if let Some(filter) = clauses.filter {
                match self.eval(f, filter) {
                    Value::Bool(true) => {}
                    Value::Bool(false) => return true,
                    _ => {
                        *sound = false;
                        return true;
                    }
                }
            }
            return run(self, f);
        };
        let over = self.eval(f, l.over);
        let home = self.origin_of_loop(f, l.over);
        let base = f.locals.len();
        let mut step = |m: &mut Self, f: &mut Frame<'db>, a: Value, b: Option<Value>, at: Option<_>| {
            f.locals.truncate(base);
            m.bind_origins(f, base, None, at, b.is_some());
            f.locals.push(a);
            f.locals.extend(b);
            m.level(f, clauses, depth + 1, sound, run)
        };
        match over {
            Value::List(xs) => {
                for (i, x) in xs.iter().enumerate() {
                    let go = if l.pair {
                        step(self, f, position(i), Some(x.clone()), home.as_ref().map(|o| o.at(i)))
                    } else {
                        step(self, f, x.clone(), None, home.as_ref().map(|o| o.at(i)))
                    };
                    if !go {
                        f.locals.truncate(base);
                        return false;
                    }
                }
            }
            Value::Map(m) => {
                for (k, v) in &m.entries {
                    let at = home.as_ref().map(|o| o.child(crate::node::key_text(k)));
                    if !step(self, f, k.clone(), Some(v.clone()), at) {
                        f.locals.truncate(base);
                        return false;
                    }
                }
            }
            Value::Range(r) => {
                if let (Some(a), Some(b)) =
                    (r.0.as_number().and_then(Number::to_i64), r.1.as_number().and_then(Number::to_i64))
                {
                    for n in a..=b {
                        if !step(self, f, Value::Number(Number::int(n)), None, None) {
                            f.locals.truncate(base);
                            return false;
                        }
                    }
                }
            }
            Value::None => {}
            _ => *sound = false,
        }
        f.locals.truncate(base);
        true
    }
}
