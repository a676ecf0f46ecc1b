//! Long chains of calls with decimal factors: what arrives after fifty of them is too fine for exact numbers. Recomputed in floating
//! point, since each part answers far more or far less than what arrives.

use crate::Draw;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Less than this is not told from nothing.
const LITTLE: f64 = 1e-14;

/// Services in a row; each calls the next, and some the next but two.
pub struct Chains {
    /// Whom each calls, and in how many tenths of all requests.
    calls: Vec<Vec<(usize, u64)>>,
    own: Vec<Option<u64>>,
    serves: Vec<f64>,
    arrives: Vec<f64>,
}

impl Chains {
    pub fn draw(seed: u64, n: usize) -> Chains {
        let mut d = Draw(seed ^ 0xc4a1);
        let calls: Vec<Vec<(usize, u64)>> = (0..n)
            .map(|i| {
                let mut calls = vec![(i + 1, d.within(1, 9))];
                if d.one_in(3) {
                    calls.push((i + 3, d.within(1, 9)));
                }
                calls.retain(|(to, _)| *to < n);
                calls
            })
            .collect();
        let own: Vec<Option<u64>> = (0..n).map(|_| d.one_in(30).then(|| d.within(1, 400))).collect();
        let mut arrives: Vec<f64> = own.iter().map(|o| o.unwrap_or(0) as f64).collect();
        for i in 0..n {
            for (to, tenths) in &calls[i] {
                arrives[*to] += arrives[i] * *tenths as f64 / 10.0;
            }
        }
        // Twice as much as arrives, or half: nothing that rounding could turn.
        let serves =
            arrives.iter().map(|a| if d.one_in(8) { a / 2.0 } else { a * 2.0 }.max(LITTLE)).collect();
        Chains { calls, own, serves, arrives }
    }

    pub fn items(&self) -> Vec<String> {
        let template = "template service part { image = \"registry.example/part:1.0.0\", resources { cpu = 1, memory = 1Gi } }\n";
        let mut items = vec![template.to_owned()];
        for (i, calls) in self.calls.iter().enumerate() {
            let mut text = format!("service s{i} from part {{ throughput = {:.15}req/s", self.serves[i]);
            if let Some(own) = self.own[i] {
                write!(text, ", demand peak = {own}req/s").unwrap();
            }
            for (to, tenths) in calls {
                write!(text, ", call s{to} {{ to = s{to}, times = 0.{tenths} }}").unwrap();
            }
            items.push(text + " }\n");
        }
        items
    }

    /// Those at which more arrives than they serve.
    pub fn overrun(&self) -> BTreeSet<String> {
        let over = (0..self.serves.len()).filter(|i| self.arrives[*i] > self.serves[*i]);
        over.map(|i| format!("s{i}")).collect()
    }
}
