//! Functions over graphs, held to a table of all distances.
#![allow(clippy::needless_range_loop)]
use ivs_value::graph::{cycles, levels, on_cycles, path, reachable};
use proptest::prelude::*;
use std::convert::Infallible;

/// `edges[a]` lists what `a` leads to.
type Edges = Vec<Vec<usize>>;

fn next(edges: &Edges) -> impl FnMut(&usize) -> Result<Vec<usize>, Infallible> + '_ {
    |n| Ok(edges[*n].clone())
}

fn graph() -> impl Strategy<Value = Edges> {
    (1..9_usize).prop_flat_map(|n| prop::collection::vec(prop::collection::vec(0..n, 0..4), n))
}

/// Steps of the shortest way of at least one step.
fn distances(edges: &Edges) -> Vec<Vec<Option<usize>>> {
    let n = edges.len();
    let mut d: Vec<Vec<Option<usize>>> =
        (0..n).map(|a| (0..n).map(|b| edges[a].contains(&b).then_some(1)).collect()).collect();
    for via in 0..n {
        for a in 0..n {
            for b in 0..n {
                if let (Some(x), Some(y)) = (d[a][via], d[via][b])
                    && d[a][b].is_none_or(|old| x + y < old)
                {
                    d[a][b] = Some(x + y);
                }
            }
        }
    }
    d
}

proptest! {
    #[test]
    fn reachable_is_what_has_a_distance_nearest_first(edges in graph()) {
        let d = distances(&edges);
        for start in 0..edges.len() {
            let Ok(found) = reachable(&start, &mut next(&edges));
            let steps: Vec<_> = found.iter().map(|n| d[start][*n].expect("reachable")).collect();
            prop_assert!(steps.is_sorted());
            prop_assert_eq!(found.len(), d[start].iter().flatten().count());
        }
    }

    #[test]
    fn a_path_is_a_shortest_one(edges in graph()) {
        let d = distances(&edges);
        for a in 0..edges.len() {
            for b in 0..edges.len() {
                let Ok(way) = path(&a, &b, &mut next(&edges));
                if a == b {
                    prop_assert_eq!(way, vec![a]);
                    continue;
                }
                prop_assert_eq!(way.len(), d[a][b].map_or(0, |steps| steps + 1));
                prop_assert!(way.windows(2).all(|w| edges[w[0]].contains(&w[1])));
                prop_assert!(way.is_empty() || (way[0] == a && way[way.len() - 1] == b));
            }
        }
    }

    #[test]
    fn levels_lie_above_what_they_lead_to(edges in graph()) {
        let d = distances(&edges);
        let set: Vec<usize> = (0..edges.len()).collect();
        let Ok(levels) = levels(&set, &mut next(&edges));
        let level = |n: usize| levels.iter().position(|l| l.contains(&n)).unwrap();
        prop_assert_eq!(levels.iter().map(Vec::len).sum::<usize>(), set.len());
        prop_assert!(levels.iter().all(|l| !l.is_empty() && l.is_sorted()));
        for a in 0..edges.len() {
            for b in 0..edges.len() {
                let circle = a == b || (d[a][b].is_some() && d[b][a].is_some());
                if circle {
                    prop_assert_eq!(level(a), level(b));
                } else if d[a][b].is_some() {
                    prop_assert!(level(a) > level(b));
                }
            }
        }
    }

    #[test]
    fn every_node_in_a_circle_is_in_the_group_of_one_loop(edges in graph()) {
        let d = distances(&edges);
        let set: Vec<usize> = (0..edges.len()).collect();
        let Ok(loops) = cycles(&set, &mut next(&edges));
        for l in &loops {
            prop_assert_eq!(Some(l.len()), d[l[0]][l[0]]);
            prop_assert!((0..l.len()).all(|i| edges[l[i]].contains(&l[(i + 1) % l.len()])));
            // The least node of its group begins it.
            prop_assert!((0..l[0]).all(|n| d[n][l[0]].is_none() || d[l[0]][n].is_none()));
        }
        for n in set {
            let groups = loops.iter().filter(|l| n == l[0] || (d[n][l[0]].is_some() && d[l[0]][n].is_some()));
            prop_assert_eq!(groups.count(), usize::from(d[n][n].is_some()));
        }
        prop_assert!(loops.is_sorted_by_key(|l| l[0]));
    }
}

#[test]
fn what_lies_outside_the_set_does_not_count() {
    let edges: Edges = vec![vec![1], vec![0, 2], vec![]];
    assert_eq!(cycles(&[1, 2], &mut next(&edges)), Ok(vec![]));
    assert_eq!(levels(&[1, 2], &mut next(&edges)), Ok(vec![vec![2], vec![1]]));
    assert_eq!(cycles(&[1, 0, 1], &mut next(&edges)), Ok(vec![vec![1, 0]]));
    assert_eq!(on_cycles(&[1, 2], &mut next(&edges)), Ok(vec![]));
    assert_eq!(on_cycles(&[2, 1, 0, 1], &mut next(&edges)), Ok(vec![1, 0]));
    assert_eq!(levels::<usize, Infallible>(&[], &mut |_| Ok(vec![])), Ok(vec![]));
}

#[test]
fn a_long_chain_needs_no_stack() {
    let n = 100_000;
    let edges: Edges = (0..n).map(|i| vec![(i + 1) % n]).collect();
    let set: Vec<usize> = (0..n).collect();
    assert_eq!(reachable(&0, &mut next(&edges)).map(|r| r.len()), Ok(n));
    assert_eq!(path(&0, &(n - 1), &mut next(&edges)).map(|r| r.len()), Ok(n));
    assert_eq!(cycles(&set, &mut next(&edges)), Ok(vec![set.clone()]));
    assert_eq!(levels(&set, &mut next(&edges)).map(|l| l.len()), Ok(1));
}

#[test]
fn the_first_error_ends_it() {
    let mut asked = 0;
    let result = reachable(&0, &mut |_| {
        asked += 1;
        Err::<Vec<i32>, _>("no")
    });
    assert_eq!((result, asked), (Err("no"), 1));
}
