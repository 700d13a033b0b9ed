//! A counterexample as one page to step through: no server, no network, one file.
//!
//! Everything is in the markup, and the script only hides all steps but one: without it, or on
//! paper, the page is the list of the steps with a picture where the step has one.

use std::collections::BTreeSet;

use askama::Template;

use crate::document::{Content, Counterexample, HolderState, LinkState, ResultDocument, Step};
use crate::error::ReportError;
use crate::{timeline, visible, words};

#[derive(Template)]
#[template(path = "player.html")]
struct PlayerPage<'a> {
    document: &'a ResultDocument,
    title: &'a str,
    size: String,
    cause: &'a str,
    start: StateView,
    frames: Vec<StepView<'a>>,
    last: usize,
}

struct StepView<'a> {
    step: &'a Step,
    picture: StateView,
}

/// Two sites and what lies between them.
pub(crate) struct StateView {
    /// Whether it shows the step; otherwise it shows the start, with what the step acts on.
    current: bool,
    pub(crate) sites: Vec<Site>,
    /// What stands in neither site.
    pub(crate) between: Vec<Holder>,
    /// The links from site to site.
    pub(crate) wide: Vec<Link>,
}

pub(crate) struct Site {
    pub(crate) name: String,
    pub(crate) touched: bool,
    pub(crate) holders: Vec<Holder>,
    pub(crate) links: Vec<Link>,
}

/// A link, drawn as a line between its ends.
pub(crate) struct Link {
    pub(crate) name: String,
    pub(crate) ends: [String; 2],
    pub(crate) look: &'static str,
    /// The state in a word, since the line alone must not say it.
    pub(crate) word: &'static str,
    pub(crate) touched: bool,
}

/// A slot of the log: one message of the path.
pub(crate) struct Slot {
    pub(crate) message: u32,
    pub(crate) held: bool,
}

pub(crate) struct Holder {
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) holds: String,
    pub(crate) look: &'static str,
    /// The state in a word, since the border alone must not say it.
    pub(crate) word: &'static str,
    pub(crate) touched: bool,
    /// Every message so far, and whether it is held here; empty for what holds none by its nature.
    pub(crate) log: Vec<Slot>,
}

/// How everything stands at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) state: &'a [HolderState],
    pub(crate) links: &'a [LinkState],
}

/// Returns the page of a counterexample; `title` says what it violates or reaches.
///
/// # Errors
/// When the template cannot be filled in, which is a defect.
pub fn page(
    document: &ResultDocument,
    counterexample: &Counterexample,
    title: &str,
) -> Result<String, ReportError> {
    let first = Moment {
        state: &counterexample.start.state,
        links: &counterexample.start.links,
    };
    let sites: Vec<&str> = document
        .scenario
        .sites
        .iter()
        .map(|site| &*site.name)
        .collect();
    let mut before = first;
    let mut frames = Vec::with_capacity(counterexample.steps.len());
    for step in &counterexample.steps {
        let now = Moment {
            state: &step.state,
            links: &step.links,
        };
        let picture = if step.state.is_empty() {
            start(document, Some(step))
        } else {
            current(&sites, Some(step), now, before)
        };
        before = now;
        frames.push(StepView { step, picture });
    }
    let start = if first.state.is_empty() {
        start(document, None)
    } else {
        current(&sites, None, first, first)
    };
    let page = PlayerPage {
        document,
        title,
        size: timeline::size(counterexample),
        cause: counterexample.cause.trim(),
        start,
        last: frames.len(),
        frames,
    };
    visible::page(&page)
}

/// Draws the scenario as it starts, and marks what a step acts on.
fn start(document: &ResultDocument, step: Option<&Step>) -> StateView {
    let acts_in = |site: &str| step.is_some_and(|step| acts_in(step, site));
    let sites = document.scenario.sites.iter();
    let sites = sites
        .map(|site| {
            let holders = site.nodes.iter().map(|node| Holder {
                name: node.name.clone(),
                role: words::node(node).to_owned(),
                holds: String::new(),
                look: if node.active { "" } else { "standby" },
                word: if node.active { "active" } else { "standby" },
                touched: step.is_some_and(|step| step.component == node.name),
                log: Vec::new(),
            });
            Site {
                name: site.name.clone(),
                touched: acts_in(&site.name),
                holders: holders.collect(),
                links: Vec::new(),
            }
        })
        .collect();
    StateView {
        current: step.is_none(),
        sites,
        between: Vec::new(),
        wide: Vec::new(),
    }
}

/// Draws how everything stands in these sites, and marks what differs from before.
pub(crate) fn current(
    sites: &[&str],
    step: Option<&Step>,
    now: Moment<'_>,
    before: Moment<'_>,
) -> StateView {
    let all = now.state.iter().flat_map(messages);
    let all: BTreeSet<u32> = all.copied().collect();
    let holder = |state: &HolderState| {
        let mut known = before.state.iter();
        let earlier = known.find(|one| one.holder == state.holder && one.site == state.site);
        let held = |message: &u32| Slot {
            message: *message,
            held: messages(state).contains(message),
        };
        let has_log = state.content != Content::NoLog;
        Holder {
            name: state.holder.clone(),
            role: words::holder_role(state.role).to_owned(),
            holds: words::content(&state.content),
            look: if state.up { "" } else { "down" },
            word: if state.up { "up" } else { "down" },
            touched: match earlier {
                Some(earlier) => earlier != state,
                None => step.is_some_and(|step| step.component == state.holder),
            },
            log: all.iter().filter(|_| has_log).map(held).collect(),
        }
    };
    let mut names = sites.to_vec();
    for site in now.state.iter().filter_map(|state| state.site.as_deref()) {
        if !names.contains(&site) {
            names.push(site);
        }
    }
    let at = |site: Option<&str>| -> Vec<Holder> {
        let states = now.state.iter();
        let states = states.filter(|state| state.site.as_deref() == site);
        states.map(holder).collect()
    };
    let is_at = |site: &str, name: &str| {
        let mut states = now.state.iter();
        states.any(|state| state.site.as_deref() == Some(site) && state.holder == name)
    };
    let within = |link: &LinkState, site: &str| link.ends.iter().all(|end| is_at(site, end));
    let drawn = |links: Vec<&LinkState>| -> Vec<Link> {
        let links = links.into_iter();
        links.map(|link| line(link, before.links)).collect()
    };
    let wide = now.links.iter();
    let wide = wide.filter(|link| !names.iter().any(|name| within(link, name)));
    StateView {
        current: true,
        wide: drawn(wide.collect()),
        sites: names
            .iter()
            .map(|name| Site {
                name: (*name).to_owned(),
                touched: step.is_some_and(|step| acts_in(step, name)),
                holders: at(Some(name)),
                links: drawn(now.links.iter().filter(|link| within(link, name)).collect()),
            })
            .collect(),
        between: at(None),
    }
}

fn line(link: &LinkState, before: &[LinkState]) -> Link {
    let (look, word) = match (link.cut, link.believed) {
        (true, true) => ("cut", "cut, not noticed"),
        (true, false) => ("cut", "cut"),
        (false, true) => ("", "up"),
        (false, false) => ("silent", "silent"),
    };
    let earlier = before.iter().find(|one| one.link == link.link);
    Link {
        name: link.link.clone(),
        ends: link.ends.clone(),
        look,
        word,
        touched: earlier.is_some_and(|earlier| earlier != link),
    }
}

fn acts_in(step: &Step, site: &str) -> bool {
    step.sites.iter().any(|one| one == site)
}

fn messages(state: &HolderState) -> &[u32] {
    match &state.content {
        Content::NoLog | Content::Absent => &[],
        Content::Messages(numbers) => numbers,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn sample_page(path: &Counterexample) -> String {
        page(&sample::document(), path, "SB is violated: no split brain").expect("drawn")
    }

    #[test]
    fn the_page_needs_nothing_else() {
        for path in [
            sample::counterexample(),
            sample::counterexample_with_state(),
        ] {
            let text = sample_page(&path);
            for forbidden in ["://", "<link", "<img", "@import", "url(", " src=", "fetch("] {
                assert!(!text.contains(forbidden), "{forbidden}");
            }
            assert!(text.contains("default-src 'none'"));
        }
    }

    #[test]
    fn every_step_is_in_the_markup() {
        let path = sample::counterexample();
        let text = sample_page(&path);
        let list = text
            .split("<script>")
            .next()
            .expect("the page before the script");
        for step in &path.steps {
            assert!(list.contains(&format!("id=\"step-{}\"", step.number)));
            assert!(list.contains(&step.text), "{}", step.text);
            for change in &step.changes {
                assert!(list.contains(change), "{change}");
            }
        }
        assert_eq!(list.matches("class=\"tag\">fault").count(), 2);
        assert!(list.contains(&path.cause));
    }

    #[test]
    fn a_state_is_drawn_with_what_changed() {
        let path = sample::counterexample_with_state();
        let sites = ["DC1", "DC2"];
        let moment = |index: usize| Moment {
            state: &path.steps[index].state,
            links: &path.steps[index].links,
        };
        let second = current(&sites, Some(&path.steps[1]), moment(1), moment(0));
        let touched = |picture: &StateView| -> Vec<String> {
            let holders = picture.sites.iter().flat_map(|site| &site.holders);
            holders
                .chain(&picture.between)
                .filter(|holder| holder.touched)
                .map(|holder| holder.name.clone())
                .collect()
        };
        assert_eq!(touched(&second), ["sql-c"]);
        assert_eq!(second.sites[0].holders[0].word, "down");
        assert_eq!(second.between.len(), 1);
        // The link from site to site is cut in the first step and works again in the last.
        let wide = |picture: &StateView| (picture.wide[0].word, picture.wide[0].touched);
        assert_eq!(wide(&second), ("cut", false));
        let last = current(&sites, Some(&path.steps[3]), moment(3), moment(2));
        assert_eq!(wide(&last), ("up", true));
        let inside = &last.sites[0].links[0];
        assert_eq!((inside.name.as_str(), inside.word), ("sql-a-sql-b", "up"));
        // One slot of the log per message of the path, the same for every holder.
        let log = |name: &str| -> Vec<bool> {
            let mut holders = last.sites.iter().flat_map(|site| &site.holders);
            let holder = holders.find(|holder| holder.name == name).expect("drawn");
            holder.log.iter().map(|slot| slot.held).collect()
        };
        assert_eq!(log("sql-a"), [true, false, true]);
        assert_eq!(log("sql-b"), [true, false, false]);
        assert_eq!(log("sql-c"), [true, true, false]);
        assert!(log("pchat-1").is_empty());
        let nothing = Moment {
            state: &[],
            links: &[],
        };
        let first = current(&sites, Some(&path.steps[0]), moment(0), nothing);
        assert!(touched(&first).is_empty(), "nothing is known of before");
        let text = sample_page(&path);
        assert!(text.contains("messages 1, 3"));
    }

    #[test]
    fn without_states_the_start_is_drawn() {
        let path = sample::counterexample();
        let picture = start(&sample::document(), Some(&path.steps[1]));
        assert!(!picture.current);
        assert!(picture.sites[1].holders[2].touched, "sql-c");
        let mut step = path.steps[0].clone();
        step.component = "pchat-1".to_owned();
        step.sites = vec!["DC1".to_owned()];
        step.text = "the servers of DC2 learn it".to_owned();
        let picture = start(&sample::document(), Some(&step));
        assert!(picture.sites[0].holders[0].touched && picture.sites[0].touched);
        assert!(!picture.sites[1].touched, "the text decides nothing");
    }

    #[test]
    fn what_the_path_says_is_never_markup() {
        let mut path = sample::counterexample_with_state();
        let evil = "</script><b onclick=\"x()\">&";
        path.steps[0].text = evil.to_owned();
        path.steps[0].actor = evil.to_owned();
        path.steps[0].changes = vec![evil.to_owned()];
        path.steps[0].state[0].holder = evil.to_owned();
        path.steps[0].state[0].site = Some(evil.to_owned());
        path.cause = evil.to_owned();
        let text = page(&sample::document(), &path, evil).expect("drawn");
        assert!(!text.contains("<b onclick"));
        assert_eq!(text.matches("</script>").count(), 1);
    }

    #[test]
    fn a_path_without_steps_has_a_page() {
        let mut path = sample::counterexample();
        path.steps.clear();
        let text = sample_page(&path);
        assert!(text.contains("id=\"step-0\"") && !text.contains("id=\"step-1\""));
    }
}
