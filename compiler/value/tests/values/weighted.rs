//! Functions over weighted graphs, held to an enumeration of all ways.
#![allow(clippy::needless_range_loop)]
use ivs_value::weighted::{flow, lightest, longest, mainstream};
use ivs_value::{Number, OpError, Value};
use num_bigint::BigInt;
use proptest::prelude::*;

/// `edges[a]` lists what `a` leads to, and how much of what is at `a` goes there.
type Edges = Vec<Vec<(usize, i64)>>;

fn without_loops() -> impl Strategy<Value = (Edges, Vec<i64>)> {
    (1..8_usize).prop_flat_map(|n| {
        let node = |a: usize| match a + 1 < n {
            true => prop::collection::vec((a + 1..n, 0..4_i64), 0..4).boxed(),
            false => Just(Vec::new()).boxed(),
        };
        ((0..n).map(node).collect::<Vec<_>>(), prop::collection::vec(0..6_i64, n))
    })
}

fn any_graph() -> impl Strategy<Value = (Edges, Vec<i64>)> {
    (1..6_usize).prop_flat_map(|n| {
        let node = prop::collection::vec((0..n, 1..4_i64), 0..3);
        (prop::collection::vec(node, n), prop::collection::vec(0..6_i64, n))
    })
}

/// Every way from a node along different nodes, itself the first; `None` if one of them closes a loop.
fn ways(edges: &Edges, from: usize) -> Option<Vec<Vec<usize>>> {
    let mut found = Vec::new();
    let mut open = vec![vec![from]];
    let mut circle = false;
    while let Some(way) = open.pop() {
        for (to, _) in &edges[*way.last().unwrap()] {
            match way.contains(to) {
                true => circle = true,
                false => open.push(way.iter().copied().chain([*to]).collect()),
            }
        }
        found.push(way);
    }
    (!circle).then_some(found)
}

fn simple_ways(edges: &Edges, from: usize) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    let mut open = vec![vec![from]];
    while let Some(way) = open.pop() {
        for (to, _) in &edges[*way.last().unwrap()] {
            if !way.contains(to) {
                open.push(way.iter().copied().chain([*to]).collect());
            }
        }
        found.push(way);
    }
    found
}

fn next(edges: &Edges) -> impl FnMut(&usize) -> Result<Vec<usize>, OpError> + '_ {
    |n| Ok(edges[*n].iter().map(|(to, _)| *to).collect())
}

fn weight(weights: &[i64]) -> impl FnMut(&usize) -> Result<Number, OpError> + '_ {
    |n| Ok(Number::int(weights[*n]))
}

proptest! {
    #[test]
    fn what_arrives_is_the_sum_over_all_ways((edges, start) in without_loops()) {
        let sources: Vec<(usize, Value)> = start.iter().enumerate().map(|(i, s)| (i, Value::int(*s))).collect();
        let found = flow(&sources, &mut |n| {
            Ok(edges[*n].iter().map(|(to, f)| (*to, Value::int(*f))).collect())
        });
        let found = found.unwrap().expect("no loop");
        // One way for each choice of an edge, parallel edges each by itself.
        let mut expected = vec![0_i64; edges.len()];
        for (i, amount) in start.iter().enumerate() {
            let mut open = vec![(i, *amount)];
            while let Some((at, amount)) = open.pop() {
                expected[at] += amount;
                open.extend(edges[at].iter().map(|(to, f)| (*to, amount * f)));
            }
        }
        prop_assert_eq!(found.len(), edges.len());
        for (node, amount) in found {
            prop_assert_eq!(amount, Value::int(expected[node]));
        }
    }

    #[test]
    fn the_mainstream_brings_as_much_as_any_way((edges, start) in without_loops()) {
        let sources: Vec<(usize, Value)> = start.iter().enumerate().map(|(i, s)| (i, Value::int(*s))).collect();
        for to in 0..edges.len() {
            let found = mainstream(&sources, &to, &mut |n| {
                Ok(edges[*n].iter().map(|(to, f)| (*to, Value::int(*f))).collect())
            });
            let found = found.unwrap().expect("no loop");
            prop_assert_eq!(found.last(), Some(&to));
            // Of parallel edges the one that brings most.
            let brings = |way: &[usize]| way.windows(2).fold(start[way[0]], |amount, step| {
                amount * edges[step[0]].iter().filter(|(to, _)| *to == step[1]).map(|(_, f)| *f).max().unwrap()
            });
            let all = (0..edges.len()).flat_map(|from| ways(&edges, from).unwrap());
            let most = all.filter(|w| w.last() == Some(&to)).map(|w| brings(&w)).max().unwrap();
            prop_assert_eq!(brings(&found), most);
        }
    }

    #[test]
    fn the_longest_way_weighs_as_much_as_any_and_a_loop_has_none((edges, weights) in any_graph()) {
        for from in 0..edges.len() {
            let found = longest(&from, &mut next(&edges), &mut weight(&weights)).unwrap();
            let of = |way: &[usize]| way.iter().map(|n| weights[*n]).sum::<i64>();
            match ways(&edges, from) {
                None => prop_assert_eq!(found, None),
                Some(all) => {
                    let found = found.expect("no loop can be reached");
                    prop_assert!(all.contains(&found));
                    prop_assert_eq!(of(&found), all.iter().map(|w| of(w)).max().unwrap());
                }
            }
        }
    }

    #[test]
    fn the_lightest_way_weighs_as_little_as_any((edges, weights) in any_graph()) {
        for from in 0..edges.len() {
            for to in 0..edges.len() {
                let found = lightest(&from, &to, &mut next(&edges), &mut weight(&weights)).unwrap();
                let all: Vec<Vec<usize>> =
                    simple_ways(&edges, from).into_iter().filter(|w| w.last() == Some(&to)).collect();
                let of = |way: &Vec<usize>| (way.iter().map(|n| weights[*n]).sum::<i64>(), way.len());
                match all.iter().map(of).min() {
                    None => prop_assert!(found.is_empty()),
                    Some(least) => {
                        prop_assert!(all.contains(&found));
                        prop_assert_eq!(of(&found), least);
                    }
                }
            }
        }
    }
}

#[test]
fn of_equally_heavy_ways_the_first_that_is_named_and_nothing_that_weighs_nothing() {
    let edges = vec![vec![(1, 1), (2, 1)], vec![(3, 1)], vec![], vec![]];
    let found = longest(&0, &mut next(&edges), &mut weight(&[1, 2, 2, 0])).unwrap();
    assert_eq!(found, Some(vec![0, 1]));
}

#[test]
fn a_way_of_ten_thousand_steps_needs_no_stack() {
    let n = 10_000_usize;
    let edges: Edges = (0..n).map(|i| if i + 1 < n { vec![(i + 1, 1)] } else { vec![] }).collect();
    let ones = vec![1; n];
    assert_eq!(longest(&0, &mut next(&edges), &mut weight(&ones)).unwrap().map(|w| w.len()), Some(n));
    assert_eq!(lightest(&0, &(n - 1), &mut next(&edges), &mut weight(&ones)).unwrap().len(), n);
}

#[test]
fn the_lightest_way_needs_weights_that_are_not_negative() {
    let edges = vec![vec![(1, 1)], vec![]];
    let refused = lightest(&0, &1, &mut next(&edges), &mut weight(&[1, -1])).unwrap_err();
    assert_eq!(refused.to_string(), "the lightest way needs weights of at least 0");
}

#[test]
fn nothing_is_said_of_amounts_past_128_bits() {
    let edges = [vec![(1, i64::MAX)], vec![(2, i64::MAX)], vec![(3, i64::MAX)], vec![]];
    let next = |n: &usize| Ok(edges[*n].iter().map(|(to, f)| (*to, Value::int(*f))).collect());
    assert_eq!(flow(&[(0, Value::int(1))], &mut next.clone()), Ok(None));
    assert_eq!(mainstream(&[(0, Value::int(1))], &3, &mut next.clone()), Ok(None));
}

proptest! {
    /// Sixty nodes in a row, each of which leads to the next two, a tenth to a half of what arrives: 60 places behind the point.
    #[test]
    fn amounts_too_fine_to_be_exact_are_rounded_up(tenths in prop::collection::vec((1..=5_i64, 1..=5_i64), 60)) {
        let edges = |n: usize| {
            let (a, b) = tenths[n];
            [(n + 1, a), (n + 2, b)].into_iter().filter(|(to, _)| *to < 60)
        };
        let found = flow(&[(0, Value::int(1))], &mut |n: &usize| {
            Ok(edges(*n).map(|(to, f)| (to, Value::Number(Number::fraction(f.into(), 10).unwrap()))).collect())
        });
        let found = found.unwrap().expect("no loop, and little");
        let one = BigInt::from(10).pow(60);
        let mut exact = vec![BigInt::ZERO; 60];
        exact[0] = one.clone();
        for n in 0..60 {
            for (to, f) in edges(n) {
                let more = &exact[n] * f / 10;
                exact[to] += more;
            }
        }
        for (n, amount) in found {
            let Value::Number(amount) = amount else { panic!("{amount:?}") };
            let parts = &one * amount.numer() / amount.denom();
            let above = parts - &exact[n];
            // Each of three roundings for each node before.
            let most = BigInt::from(3 * n) * BigInt::from(10).pow(42);
            prop_assert!(above >= BigInt::ZERO && above <= if n <= 18 { BigInt::ZERO } else { most }, "{n}: {above}");
        }
    }
}
