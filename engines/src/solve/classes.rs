//! Which states a chain ends up in: its closed classes.

use crate::solve::chain::Generator;

/// The closed classes: sets of states that reach one another and nothing else. Each is in
/// ascending order, and so are they by their first state.
pub fn closed(generator: &Generator) -> Vec<Vec<usize>> {
    let mut classes = all(generator);
    let mut class = vec![0; generator.len()];
    for (number, members) in classes.iter().enumerate() {
        members.iter().for_each(|member| class[*member] = number);
    }
    let is_closed = |members: &Vec<usize>| {
        let own = class[members[0]];
        let stays = |(to, _): &(u32, f64)| class[*to as usize] == own;
        members.iter().all(|m| generator.row(*m).iter().all(stays))
    };
    classes.retain(is_closed);
    classes.sort_by_key(|members| members[0]);
    classes
}

/// All sets of states that reach one another.
///
/// Tarjan's algorithm (SIAM J. Computing 1, 1972) with a stack of its own, as chains can be deeper
/// than the thread's.
fn all(generator: &Generator) -> Vec<Vec<usize>> {
    const UNSEEN: u32 = u32::MAX;
    let n = generator.len();
    let mut order = vec![UNSEEN; n];
    let mut low = vec![0_u32; n];
    let mut class = vec![UNSEEN; n];
    let mut stack = Vec::new();
    let mut classes: Vec<Vec<usize>> = Vec::new();
    let mut seen = 0;
    for root in 0..n {
        let mut path = vec![(root, 0_usize)];
        while let Some((state, at)) = path.last_mut() {
            let state = *state;
            if *at == 0 {
                if order[state] != UNSEEN {
                    path.pop();
                    continue;
                }
                (order[state], low[state]) = (seen, seen);
                seen += 1;
                stack.push(state);
            }
            let row = generator.row(state);
            if *at > 0 {
                let child = row[*at - 1].0 as usize;
                if class[child] == UNSEEN {
                    low[state] = low[state].min(low[child]);
                }
            }
            let mut next = None;
            while *at < row.len() && next.is_none() {
                let child = row[*at].0 as usize;
                *at += 1;
                if order[child] == UNSEEN {
                    next = Some(child);
                } else if class[child] == UNSEEN {
                    low[state] = low[state].min(order[child]);
                }
            }
            if let Some(child) = next {
                path.push((child, 0));
                continue;
            }
            path.pop();
            if low[state] == order[state] {
                let mut members = Vec::new();
                while let Some(member) = stack.pop() {
                    class[member] = classes.len() as u32;
                    members.push(member);
                    if member == state {
                        break;
                    }
                }
                members.sort_unstable();
                classes.push(members);
            }
        }
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generator(n: usize, edges: &[(usize, u32)]) -> Generator {
        let mut rows = vec![Vec::new(); n];
        for (from, to) in edges {
            rows[*from].push((*to, 1.0));
        }
        Generator::new(rows, vec![true; n], 0)
    }

    #[test]
    fn transient_states_belong_to_no_closed_class() {
        // 0 -> 1 <-> 2, 0 -> 3 (absorbing), 4 <-> 5 -> 1.
        let edges = [(0, 1), (1, 2), (2, 1), (0, 3), (4, 5), (5, 4), (5, 1)];
        assert_eq!(closed(&generator(6, &edges)), [vec![1, 2], vec![3]]);
    }

    #[test]
    fn a_circle_is_one_class_however_long() {
        let n = 200_000;
        let edges: Vec<_> = (0..n).map(|i| (i, ((i + 1) % n) as u32)).collect();
        let classes = closed(&generator(n, &edges));
        assert_eq!(classes.len(), 1);
        assert_eq!(classes[0].len(), n);
    }
}
