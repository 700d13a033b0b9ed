//! A counterexample as one page to step through: no server, no network, one file.
//!
//! Everything is in the markup, and the script only hides all steps but one: without it, or on
//! paper, the page is the list of the steps with a picture where the step has one.

use std::collections::BTreeSet;

use askama::Template;

use crate::document::Counterexample;
use crate::document::HolderState;
use crate::document::LinkState;
use crate::document::ResultDocument;
use crate::document::Step;
use crate::error::ReportError;
use crate::layout::one_line;
use crate::mermaid::mentions;
use crate::timeline;

#[derive(Template)]
#[template(path = "player.html")]
struct Page<'a> {
    document: &'a ResultDocument,
    title: &'a str,
    size: String,
    cause: &'a str,
    start: Picture,
    frames: Vec<Frame<'a>>,
    last: usize,
}

struct Frame<'a> {
    step: &'a Step,
    picture: Picture,
}

/// Two sites and what lies between them.
struct Picture {
    /// Whether it shows the step; otherwise it shows the start, with what the step names.
    current: bool,
    sites: Vec<Site>,
    /// What stands in neither site.
    between: Vec<Holder>,
    /// The links from site to site.
    wide: Vec<Link>,
}

struct Site {
    name: String,
    touched: bool,
    holders: Vec<Holder>,
    links: Vec<Link>,
}

/// A link, drawn as a line between its ends.
struct Link {
    name: String,
    ends: [String; 2],
    look: &'static str,
    /// The state in a word, since the line alone must not say it.
    word: &'static str,
    touched: bool,
}

/// A place on the log: one post of the story.
struct Place {
    post: u32,
    held: bool,
}

struct Holder {
    name: String,
    role: String,
    holds: String,
    look: &'static str,
    /// The state in a word, since the border alone must not say it.
    word: &'static str,
    touched: bool,
    /// Every post so far, and whether it is held here; empty for what holds none by its nature.
    log: Vec<Place>,
}

/// How everything stands at one moment.
#[derive(Clone, Copy)]
struct Moment<'a> {
    state: &'a [HolderState],
    links: &'a [LinkState],
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
            current(document, Some(step), now, before)
        };
        before = now;
        frames.push(Frame { step, picture });
    }
    let start = if first.state.is_empty() {
        start(document, None)
    } else {
        current(document, None, first, first)
    };
    let page = Page {
        document,
        title,
        size: timeline::size(counterexample),
        cause: counterexample.cause.trim(),
        start,
        last: frames.len(),
        frames,
    };
    let mut text = page.render()?;
    text.push('\n');
    Ok(text)
}

/// Draws the scenario as it starts, and marks what a step names.
fn start(document: &ResultDocument, step: Option<&Step>) -> Picture {
    let names = |site: &str| step.is_some_and(|step| mentions(&step.text, site));
    let sites = &document.scenario.sites;
    let elsewhere = |site: &str| {
        sites
            .iter()
            .any(|other| other.name != site && names(&other.name))
    };
    let sites = sites
        .iter()
        .map(|site| {
            // Where the words name a site, a server of this name in another site is not meant.
            let meant = names(&site.name) || !elsewhere(&site.name);
            let holders = site.nodes.iter().map(|node| Holder {
                name: node.name.clone(),
                role: node.role_text.clone(),
                holds: String::new(),
                look: if node.active { "" } else { "standby" },
                word: if node.active { "active" } else { "standby" },
                touched: meant && step.is_some_and(|step| touches(step, &node.name)),
                log: Vec::new(),
            });
            Site {
                name: site.name.clone(),
                touched: names(&site.name),
                holders: holders.collect(),
                links: Vec::new(),
            }
        })
        .collect();
    Picture {
        current: step.is_none(),
        sites,
        between: Vec::new(),
        wide: Vec::new(),
    }
}

/// Draws how everything stands, and marks what differs from before.
fn current(
    document: &ResultDocument,
    step: Option<&Step>,
    now: Moment<'_>,
    before: Moment<'_>,
) -> Picture {
    let all = now.state.iter().flat_map(|state| &state.posts);
    let posts: BTreeSet<u32> = all.copied().collect();
    let holder = |state: &HolderState| {
        let mut known = before.state.iter();
        let earlier = known.find(|one| one.holder == state.holder && one.site == state.site);
        let held = |post: &u32| Place {
            post: *post,
            held: state.posts.contains(post),
        };
        let has_log = !state.holds.is_empty();
        Holder {
            name: state.holder.clone(),
            role: state.role_text.clone(),
            holds: state.holds.clone(),
            look: if state.up { "" } else { "down" },
            word: if state.up { "up" } else { "down" },
            touched: match earlier {
                Some(earlier) => earlier != state,
                None => step.is_some_and(|step| touches(step, &state.holder)),
            },
            log: posts.iter().filter(|_| has_log).map(held).collect(),
        }
    };
    let mut names: Vec<&str> = document
        .scenario
        .sites
        .iter()
        .map(|site| site.name.as_str())
        .collect();
    for state in now.state {
        if !state.site.is_empty() && !names.contains(&state.site.as_str()) {
            names.push(&state.site);
        }
    }
    let at = |site: &str| -> Vec<Holder> {
        let states = now.state.iter().filter(|state| state.site == site);
        states.map(holder).collect()
    };
    let is_at = |site: &str, name: &str| {
        let mut states = now.state.iter();
        states.any(|state| state.site == site && state.holder == name)
    };
    let within = |link: &LinkState, site: &str| link.ends.iter().all(|end| is_at(site, end));
    let drawn = |links: Vec<&LinkState>| -> Vec<Link> {
        let links = links.into_iter();
        links.map(|link| line(link, before.links)).collect()
    };
    let wide = now.links.iter();
    let wide = wide.filter(|link| !names.iter().any(|name| within(link, name)));
    Picture {
        current: true,
        wide: drawn(wide.collect()),
        sites: names
            .iter()
            .map(|name| Site {
                name: (*name).to_owned(),
                touched: step.is_some_and(|step| mentions(&step.text, name)),
                holders: at(name),
                links: drawn(now.links.iter().filter(|link| within(link, name)).collect()),
            })
            .collect(),
        between: at(""),
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

/// Whether a step acts on a holder, or changes something about it.
fn touches(step: &Step, name: &str) -> bool {
    let place = step.event.split_once(':').map(|(_, place)| place);
    let subject = |change: &String| {
        let change = one_line(change);
        let rest = change.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with([':', ' ']))
    };
    place == Some(name) || step.changes.iter().any(subject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn sample_page(way: &Counterexample) -> String {
        page(&sample::document(), way, "SB is violated: no split brain").expect("drawn")
    }

    #[test]
    fn the_page_needs_nothing_else() {
        for way in [
            sample::counterexample(),
            sample::counterexample_with_state(),
        ] {
            let text = sample_page(&way);
            for forbidden in ["://", "<link", "<img", "@import", "url(", " src=", "fetch("] {
                assert!(!text.contains(forbidden), "{forbidden}");
            }
            assert!(text.contains("default-src 'none'"));
        }
    }

    #[test]
    fn every_step_is_in_the_markup() {
        let way = sample::counterexample();
        let text = sample_page(&way);
        let list = text
            .split("<script>")
            .next()
            .expect("the page before the script");
        for step in &way.steps {
            assert!(list.contains(&format!("id=\"step-{}\"", step.number)));
            assert!(list.contains(&step.text), "{}", step.text);
            for change in &step.changes {
                assert!(list.contains(change), "{change}");
            }
        }
        assert_eq!(list.matches("class=\"tag\">fault").count(), 2);
        assert!(list.contains(&way.cause));
    }

    #[test]
    fn a_state_is_drawn_with_what_changed() {
        let way = sample::counterexample_with_state();
        let document = sample::document();
        let moment = |index: usize| Moment {
            state: &way.steps[index].state,
            links: &way.steps[index].links,
        };
        let second = current(&document, Some(&way.steps[1]), moment(1), moment(0));
        let touched = |picture: &Picture| -> Vec<String> {
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
        let wide = |picture: &Picture| (picture.wide[0].word, picture.wide[0].touched);
        assert_eq!(wide(&second), ("cut", false));
        let last = current(&document, Some(&way.steps[3]), moment(3), moment(2));
        assert_eq!(wide(&last), ("up", true));
        let inside = &last.sites[0].links[0];
        assert_eq!((inside.name.as_str(), inside.word), ("sql-a-sql-b", "up"));
        // One place on the log per post of the story, the same for every holder.
        let log = |name: &str| -> Vec<bool> {
            let mut holders = last.sites.iter().flat_map(|site| &site.holders);
            let holder = holders.find(|holder| holder.name == name).expect("drawn");
            holder.log.iter().map(|place| place.held).collect()
        };
        assert_eq!(log("sql-a"), [true, false, true]);
        assert_eq!(log("sql-b"), [true, false, false]);
        assert_eq!(log("sql-c"), [true, true, false]);
        assert!(log("pchat-1").is_empty());
        let nothing = Moment {
            state: &[],
            links: &[],
        };
        let first = current(&document, Some(&way.steps[0]), moment(0), nothing);
        assert!(touched(&first).is_empty(), "nothing is known of before");
        let text = sample_page(&way);
        assert!(text.contains("posts 1 and 3"));
    }

    #[test]
    fn without_states_the_start_is_drawn() {
        let way = sample::counterexample();
        let picture = start(&sample::document(), Some(&way.steps[1]));
        assert!(!picture.current);
        assert!(picture.sites[1].holders[2].touched, "sql-c");
        let mut step = way.steps[0].clone();
        step.event = "learn:pchat-1".to_owned();
        step.text = "pchat-1 (DC2) learns".to_owned();
        step.changes.clear();
        let picture = start(&sample::document(), Some(&step));
        assert!(
            !picture.sites[0].holders[0].touched,
            "the one in DC2 is meant"
        );
    }

    #[test]
    fn what_the_story_says_is_never_markup() {
        let mut way = sample::counterexample_with_state();
        let evil = "</script><b onclick=\"x()\">&";
        way.steps[0].text = evil.to_owned();
        way.steps[0].actor = evil.to_owned();
        way.steps[0].changes = vec![evil.to_owned()];
        way.steps[0].state[0].holds = evil.to_owned();
        way.steps[0].state[0].site = evil.to_owned();
        way.cause = evil.to_owned();
        let text = page(&sample::document(), &way, evil).expect("drawn");
        assert!(!text.contains("<b onclick"));
        assert_eq!(text.matches("</script>").count(), 1);
    }

    #[test]
    fn a_story_without_steps_has_a_page() {
        let mut way = sample::counterexample();
        way.steps.clear();
        let text = sample_page(&way);
        assert!(text.contains("id=\"step-0\"") && !text.contains("id=\"step-1\""));
    }
}
