//! From which states of a layer service returns.

/// Collects, while a layer is expanded, what leads back to service.
///
/// Only states that neither serve nor lead to service in one step need their edges kept; those are
/// few.
#[derive(Default)]
pub struct Returns {
    /// Per state: it serves, or one step that will happen leads to one that does.
    returns: Vec<bool>,
    /// Steps that will happen, from and to, of the other states.
    edges: Vec<(u32, u32)>,
    serves: Vec<bool>,
}

impl Returns {
    /// Notes the next state, in the order of its number.
    pub fn add(&mut self, serves: bool) {
        self.serves.push(serves);
        self.returns.push(serves);
    }

    /// Whether the state needs its steps reported.
    pub fn is_open(&self, id: u32) -> bool {
        !self.returns[id as usize]
    }

    /// Notes a step that will happen, of a state that is open.
    pub fn step(&mut self, from: u32, to: u32) {
        if self.serves[to as usize] {
            self.returns[from as usize] = true;
        }
        self.edges.push((from, to));
    }

    /// Forgets the edges of the state that was expanded last, if they are not needed.
    pub fn expanded(&mut self, id: u32) {
        if self.returns[id as usize] {
            while self.edges.last().is_some_and(|(from, _)| *from == id) {
                self.edges.pop();
            }
        }
    }

    /// The states from which no service is reached, in ascending order. Every state has to be
    /// expanded.
    pub fn stranded(mut self) -> Vec<u32> {
        let states = self.returns.len();
        // Predecessors in compressed rows: a count per target, then the sources sorted by it.
        let mut first = vec![0_u32; states + 1];
        for (_, to) in &self.edges {
            first[*to as usize + 1] += 1;
        }
        for i in 0..states {
            first[i + 1] += first[i];
        }
        let mut next = first.clone();
        let mut sources = vec![0_u32; self.edges.len()];
        for (from, to) in &self.edges {
            let at = &mut next[*to as usize];
            sources[*at as usize] = *from;
            *at += 1;
        }
        let known = (0..states as u32).filter(|id| self.returns[*id as usize]);
        let mut waiting: Vec<u32> = known.collect();
        while let Some(id) = waiting.pop() {
            let (from, to) = (first[id as usize], first[id as usize + 1]);
            for source in &sources[from as usize..to as usize] {
                if !self.returns[*source as usize] {
                    self.returns[*source as usize] = true;
                    waiting.push(*source);
                }
            }
        }
        (0..states as u32)
            .filter(|id| !self.returns[*id as usize])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The stranded states of a graph: which states serve, and the steps.
    fn stranded(serves: &[bool], edges: &[(u32, u32)]) -> Vec<u32> {
        let mut returns = Returns::default();
        for serves in serves {
            returns.add(*serves);
        }
        for id in 0..serves.len() as u32 {
            for (from, to) in edges.iter().filter(|(from, _)| *from == id) {
                if returns.is_open(*from) {
                    returns.step(*from, *to);
                }
            }
            returns.expanded(id);
        }
        returns.stranded()
    }

    #[test]
    fn a_circle_with_a_way_out_is_no_trap_and_one_without_is() {
        let serves = [true, false, false, false];
        let circle = [(0, 1), (1, 2), (2, 3), (3, 1)];
        assert_eq!(stranded(&serves, &circle), [1, 2, 3]);
        let with_exit = [(0, 1), (1, 2), (2, 3), (3, 1), (2, 0)];
        assert_eq!(stranded(&serves, &with_exit), [0_u32; 0]);
    }

    #[test]
    fn a_dead_end_is_a_trap_and_what_can_avoid_it_is_not() {
        let serves = [true, false, false];
        assert_eq!(stranded(&serves, &[(0, 1), (1, 0), (1, 2)]), [2]);
    }
}
