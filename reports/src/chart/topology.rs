//! The pool as a picture: sites, servers, and what connects them.
//!
//! The places are chosen so that no line crosses a box: the first database of a site stands where
//! the share is towards the other site, the second beside it, the witness below that one.

use std::collections::BTreeMap;

use plotters::prelude::DrawingBackend;
use plotters::style::text_anchor::HPos;

use super::canvas::{
    BLUE, BODY, Canvas, FAINT_INK, FOOT, GREEN, INK, MARGIN, Point, Trouble, VERMILION,
};
use crate::document::{LinkKind, NodeRole, NodeView, ResultDocument, SiteView};
use crate::words;

/// Space between boxes, and between a box and the edge of its site.
const GAP: f64 = 14.0;
const SERVER_HEIGHT: f64 = 46.0;
const SERVERS_IN_ROW: usize = 4;
const DATABASE_HEIGHT: f64 = 66.0;
/// Between the row of databases and that of witness and share.
const ROWS_GAP: f64 = 44.0;
const SMALL: f64 = BODY - 4.0;

#[derive(Clone, Copy)]
struct Rect {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Rect {
    fn middle(self) -> Point {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    fn right(self) -> f64 {
        self.x + self.width
    }

    fn bottom(self) -> f64 {
        self.y + self.height
    }

    fn corners(self) -> [Point; 5] {
        let (x, y) = (self.x, self.y);
        let (right, bottom) = (self.right(), self.bottom());
        [(x, y), (right, y), (right, bottom), (x, bottom), (x, y)]
    }
}

/// Where everything stands, by name.
type Places<'a> = BTreeMap<&'a str, Rect>;

/// Draws the pool.
pub(super) fn topology<DB: DrawingBackend>(
    document: &ResultDocument,
    canvas: &Canvas<'_, DB>,
) -> Result<f64, Trouble> {
    let scenario = &document.scenario;
    let top = canvas.headings("The pool", &scenario.title)? + 6.0;
    let mut sites = scenario.sites.iter();
    let (Some(first), Some(second)) = (sites.next(), sites.next()) else {
        return canvas.say(top, &["the result names no two sites".to_owned()]);
    };
    let third = sites.next();
    let mut places = Places::new();
    let width = if canvas.narrow() {
        canvas.width - 2.0 * MARGIN
    } else {
        (canvas.width - 2.0 * MARGIN - 120.0) / 2.0
    };
    let height = site_height(first).max(site_height(second));
    let mut bottom;
    if canvas.narrow() {
        let one = Rect {
            x: MARGIN,
            y: top,
            width,
            height: site_height(first),
        };
        bottom = one.bottom() + 60.0;
        let right = one.right() - GAP - database_width(width);
        if let Some(third) = third {
            bottom = third_place(third, (right - GAP, bottom - 24.0), width, &mut places) + 36.0;
        }
        let two = Rect {
            x: MARGIN,
            y: bottom,
            width,
            height: site_height(second),
        };
        fill(first, one, false, true, &mut places);
        fill(second, two, true, true, &mut places);
        bottom = two.bottom();
    } else {
        let one = Rect {
            x: MARGIN,
            y: top,
            width,
            height,
        };
        let two = Rect {
            x: canvas.width - MARGIN - width,
            ..one
        };
        fill(first, one, false, true, &mut places);
        fill(second, two, false, false, &mut places);
        bottom = one.bottom();
        if let Some(third) = third {
            let x = (canvas.width - database_width(width)) / 2.0 - GAP;
            bottom = third_place(third, (x, bottom + 24.0), width, &mut places);
        }
    }
    for site in &scenario.sites {
        if let Some(place) = places.get(site.name.as_str()) {
            canvas.line(&place.corners(), FAINT_INK, 2.0)?;
            let at = (
                place.x + GAP,
                label_y(site, second, *place, canvas.narrow()),
            );
            canvas.text(&site.name, at, BODY + 2.0, HPos::Left, INK)?;
            if site.nodes.is_empty() {
                canvas.text("no servers", place.middle(), BODY, HPos::Center, FAINT_INK)?;
            }
        }
    }
    links(document, canvas, &places)?;
    for node in scenario.sites.iter().flat_map(|site| &site.nodes) {
        if let Some(place) = places.get(node.name.as_str()) {
            draw_node(canvas, node, *place)?;
        }
    }
    key(document, canvas, bottom + 26.0)
}

/// The name of a site stands at the top, or at the foot of a site that is drawn upside down.
fn label_y(site: &SiteView, second: &SiteView, place: Rect, narrow: bool) -> f64 {
    if narrow && site.name == second.name {
        place.bottom() - 18.0
    } else {
        place.y + 18.0
    }
}

fn of(site: &SiteView, roles: &[NodeRole]) -> Vec<String> {
    let nodes = site.nodes.iter().filter(|node| roles.contains(&node.role));
    nodes.map(|node| node.name.clone()).collect()
}

const FRONT: [NodeRole; 2] = [NodeRole::PoolServer, NodeRole::FrontEnd];

fn database_width(site_width: f64) -> f64 {
    (site_width - 3.0 * GAP - 30.0) / 2.0
}

fn site_height(site: &SiteView) -> f64 {
    let rows = of(site, &FRONT).len().div_ceil(SERVERS_IN_ROW) as f64;
    36.0 + rows * (SERVER_HEIGHT + GAP) + 2.0 * DATABASE_HEIGHT + ROWS_GAP + GAP
}

/// Puts what stands in a site into its rows; `first_right` says on which side the first database
/// and the share are.
fn fill<'a>(
    site: &'a SiteView,
    place: Rect,
    upside_down: bool,
    first_right: bool,
    places: &mut Places<'a>,
) {
    places.insert(site.name.as_str(), place);
    let turned = |rect: Rect| Rect {
        y: if upside_down {
            place.y + place.bottom() - rect.bottom()
        } else {
            rect.y
        },
        ..rect
    };
    let (mut servers, mut databases) = (0, 0);
    let rows = of(site, &FRONT).len().div_ceil(SERVERS_IN_ROW) as f64;
    let row_2 = place.y + 36.0 + rows * (SERVER_HEIGHT + GAP);
    let row_3 = row_2 + DATABASE_HEIGHT + ROWS_GAP;
    let database = database_width(place.width);
    let column = |right: bool| match right {
        true => place.right() - GAP - database,
        false => place.x + GAP,
    };
    let server = (place.width - GAP - SERVERS_IN_ROW as f64 * GAP) / SERVERS_IN_ROW as f64;
    for node in &site.nodes {
        let low = |right| Rect {
            x: column(right),
            y: row_3,
            width: database,
            height: DATABASE_HEIGHT,
        };
        let rect = match node.role {
            NodeRole::PoolServer | NodeRole::FrontEnd => {
                let (row, slot) = (servers / SERVERS_IN_ROW, servers % SERVERS_IN_ROW);
                servers += 1;
                Rect {
                    x: place.x + GAP + slot as f64 * (server + GAP),
                    y: place.y + 36.0 + row as f64 * (SERVER_HEIGHT + GAP),
                    width: server,
                    height: SERVER_HEIGHT,
                }
            }
            NodeRole::Principal
            | NodeRole::Mirror
            | NodeRole::Secondary
            | NodeRole::MirrorOfSecondary => {
                databases += 1;
                Rect {
                    y: row_2,
                    ..low((databases == 1) == first_right)
                }
            }
            NodeRole::Witness => low(!first_right),
            NodeRole::Share => low(first_right),
        };
        places.insert(node.name.as_str(), turned(rect));
    }
}

/// Puts a place of one box, and returns where it ends.
fn third_place<'a>(
    site: &'a SiteView,
    (x, y): Point,
    site_width: f64,
    places: &mut Places<'a>,
) -> f64 {
    let width = database_width(site_width);
    let place = Rect {
        x,
        y,
        width: width + 2.0 * GAP,
        height: 36.0 + DATABASE_HEIGHT + GAP,
    };
    places.insert(site.name.as_str(), place);
    for node in &site.nodes {
        let rect = Rect {
            x: x + GAP,
            y: y + 36.0,
            width,
            height: DATABASE_HEIGHT,
        };
        places.insert(node.name.as_str(), rect);
    }
    place.bottom()
}

fn draw_node<DB: DrawingBackend>(
    canvas: &Canvas<'_, DB>,
    node: &NodeView,
    place: Rect,
) -> Result<(), Trouble> {
    let corners = place.corners();
    let color = match node.role {
        NodeRole::PoolServer | NodeRole::FrontEnd => BLUE,
        NodeRole::Principal
        | NodeRole::Mirror
        | NodeRole::Secondary
        | NodeRole::MirrorOfSecondary => VERMILION,
        NodeRole::Witness => FAINT_INK,
        NodeRole::Share => GREEN,
    };
    canvas.blank(&corners)?;
    if node.active {
        canvas.tint(&corners, color)?;
        canvas.line(&corners, color, 1.5)?;
    } else {
        canvas.dashed(&corners, color, 1.5, (7.0, 5.0))?;
    }
    let role = match node.role {
        NodeRole::PoolServer if node.active => "active",
        NodeRole::PoolServer => "idle",
        NodeRole::Principal
        | NodeRole::Mirror
        | NodeRole::Secondary
        | NodeRole::MirrorOfSecondary
        | NodeRole::Witness
        | NodeRole::Share
        | NodeRole::FrontEnd => words::node(node),
    };
    let room = place.width - 10.0;
    let lines = canvas.wrapped(role, SMALL, room)?;
    let lines = &lines[..lines.len().min(2)];
    let (x, middle) = place.middle();
    let mut y = middle - 8.0 * lines.len() as f64;
    let name = canvas.fitted(&node.name, BODY - 1.0, room)?;
    canvas.text(&name, (x, y), BODY - 1.0, HPos::Center, INK)?;
    for line in lines {
        y += 17.0;
        canvas.text(line, (x, y), SMALL, HPos::Center, FAINT_INK)?;
    }
    Ok(())
}

fn links<DB: DrawingBackend>(
    document: &ResultDocument,
    canvas: &Canvas<'_, DB>,
    places: &Places<'_>,
) -> Result<(), Trouble> {
    for link in &document.scenario.links {
        let ends = (places.get(link.from.as_str()), places.get(link.to.as_str()));
        let (Some(from), Some(to)) = ends else {
            continue;
        };
        let (a, b) = (from.middle(), to.middle());
        match link.kind {
            LinkKind::Mirroring => {
                canvas.line(&[a, b], VERMILION, 4.0)?;
            }
            LinkKind::Witness => canvas.dashed(&[a, b], FAINT_INK, 1.5, (7.0, 5.0))?,
            LinkKind::LogShipping => flow(canvas, *from, *to)?,
            LinkKind::InterSite => {
                // At the height of the pool servers, where nothing else passes.
                let ends = if canvas.narrow() {
                    let x = from.x + 90.0;
                    [(x, from.bottom()), (x, to.y)]
                } else {
                    let y = from.y + 36.0 + SERVER_HEIGHT / 2.0;
                    [(from.right(), y), (to.x, y)]
                };
                canvas.line(&ends, INK, 5.0)?;
            }
        }
    }
    Ok(())
}

/// Draws the flow of the backups with an arrow at its end: down or up, and across.
fn flow<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, from: Rect, to: Rect) -> Result<(), Trouble> {
    let (a, b) = (from.middle(), to.middle());
    let near = |x: f64, y: f64| (x - y).abs() < 1.0;
    let path: Vec<Point> = if near(a.0, b.0) {
        let (start, end) = if a.1 < b.1 {
            (from.bottom(), to.y)
        } else {
            (from.y, to.bottom())
        };
        vec![(a.0, start), (a.0, end)]
    } else if near(a.1, b.1) {
        let (start, end) = if a.0 < b.0 {
            (from.right(), to.x)
        } else {
            (from.x, to.right())
        };
        vec![(start, a.1), (end, a.1)]
    } else if a.1 < b.1 {
        let end = if a.0 < b.0 { to.x } else { to.right() };
        vec![(a.0, from.bottom()), (a.0, b.1), (end, b.1)]
    } else {
        let start = if a.0 < b.0 { from.right() } else { from.x };
        vec![(start, a.1), (b.0, a.1), (b.0, to.bottom())]
    };
    canvas.line(&path, GREEN, 2.5)?;
    arrow(canvas, &path)
}

fn arrow<DB: DrawingBackend>(canvas: &Canvas<'_, DB>, path: &[Point]) -> Result<(), Trouble> {
    let [.., before, tip] = path else {
        return Ok(());
    };
    let (dx, dy) = (
        (tip.0 - before.0).clamp(-1.0, 1.0),
        (tip.1 - before.1).clamp(-1.0, 1.0),
    );
    let base = (tip.0 - 11.0 * dx, tip.1 - 11.0 * dy);
    let corners = [
        *tip,
        (base.0 - 6.0 * dy, base.1 - 6.0 * dx),
        (base.0 + 6.0 * dy, base.1 + 6.0 * dx),
    ];
    canvas.solid(&corners, GREEN)
}

/// Says what each kind of line is; returns the height of the picture.
fn key<DB: DrawingBackend>(
    document: &ResultDocument,
    canvas: &Canvas<'_, DB>,
    top: f64,
) -> Result<f64, Trouble> {
    let mut y = top;
    let right = MARGIN + 40.0;
    for kind in [
        LinkKind::Mirroring,
        LinkKind::Witness,
        LinkKind::LogShipping,
        LinkKind::InterSite,
    ] {
        let mut texts: Vec<String> = Vec::new();
        for link in document
            .scenario
            .links
            .iter()
            .filter(|link| link.kind == kind)
        {
            let ends = format!("{} and {}", link.from, link.to);
            let text = match kind {
                LinkKind::LogShipping => {
                    format!("{} to {}: {}", link.from, link.to, words::link(link))
                }
                LinkKind::Witness => format!("{} ({ends})", words::link(link)),
                LinkKind::Mirroring | LinkKind::InterSite => {
                    format!("{} between {ends}", words::link(link))
                }
            };
            texts.push(text);
        }
        if texts.is_empty() {
            continue;
        }
        let line = [(MARGIN, y), (right, y)];
        match kind {
            LinkKind::Mirroring => canvas.line(&line, VERMILION, 4.0)?,
            LinkKind::Witness => canvas.dashed(&line, FAINT_INK, 1.5, (7.0, 5.0))?,
            LinkKind::LogShipping => {
                canvas.line(&line, GREEN, 2.5)?;
                arrow(canvas, &line)?;
            }
            LinkKind::InterSite => canvas.line(&line, INK, 5.0)?,
        }
        let within = (BODY - 1.0, canvas.width - right - 12.0 - MARGIN);
        let text = texts.join("; ");
        y = canvas.paragraph(&text, (right + 12.0, y), within, HPos::Left, INK)? + 4.0;
    }
    let note = "Solid box: serves at the start, or runs all the time. Dashed box: waits.";
    let within = (BODY - 2.0, canvas.width - 2.0 * MARGIN);
    let end = canvas.paragraph(note, (MARGIN, y), within, HPos::Left, FAINT_INK)?;
    Ok(end - 10.0 + FOOT)
}
