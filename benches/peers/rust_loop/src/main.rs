//! Workload W1/W0 as a plain next-event loop over a fixed array of clocks, written by hand for this
//! one system: what a general engine is measured against.
//!
//! usage: rust_loop <mode> <rng> <exp> <replications> <repeats> [seed]
//!   mode: lazy  W1, timers folded into arithmetic, only state events are executed
//!         w0    no log shipping at all
//!   rng:  xo | cc8      exp: inv | zig
use std::time::Instant;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_core::RngCore;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;

const LS: f64 = 0.0005;
const MUS: f64 = 0.5;
const LW: f64 = 0.0005;
const MUW: f64 = 0.5;
const PHI: f64 = 180.0;
const SIGMA: f64 = 6.0;
const LD: f64 = 1.0 / 43830.0;
const OMEGA: f64 = 0.25;
const MUD: f64 = 0.01;
const KAPPA: f64 = 0.02;
const BETA: f64 = 0.5;
const B: f64 = 0.25; // backup interval, h
const CPY: f64 = 7.0 / 60.0; // copy completes this long after the backup started
const HORIZON: f64 = 87_660.0; // ten years of 8766 h
const INF: f64 = f64::INFINITY;

#[derive(Default, Clone)]
struct Out {
    events: u64,
    downtime: f64,
    outages: u64,
    disasters: u64,
    rpo_sum: f64,
    rpo_max: f64,
}

trait Draw {
    /// A unit exponential.
    fn exp(&mut self) -> f64;
}
/// By inverse CDF.
struct Inv<R: RngCore>(R);
impl<R: RngCore> Draw for Inv<R> {
    #[inline(always)]
    fn exp(&mut self) -> f64 {
        // u in (0,1]
        let u = ((self.0.next_u64() >> 11) + 1) as f64 * (1.0 / 9007199254740992.0);
        -u.ln()
    }
}
/// By ziggurat.
struct Zig<R: RngCore>(R);
impl<R: RngCore> Draw for Zig<R> {
    #[inline(always)]
    fn exp(&mut self) -> f64 {
        Exp1.sample(&mut self.0)
    }
}

// clock indices
const P: usize = 0;
const M: usize = 1;
const W: usize = 2;
const FO: usize = 3;
const RS: usize = 4;
const SITE: usize = 5;
const D2: usize = 6;
const CLOCKS: usize = 7;

struct Sys {
    c: [f64; CLOCKS],
    p: bool,
    m: bool,
    w: bool,
    s: bool,
    d: bool,
    site: u8,
    pending: f64,
    copied: f64,
    last: f64,
    down: bool,
    out: Out,
}

impl Sys {
    fn new<G: Draw>(g: &mut G) -> Self {
        let mut s = Sys {
            c: [INF; CLOCKS],
            p: true,
            m: true,
            w: true,
            s: true,
            d: true,
            site: 0,
            pending: 0.0,
            copied: 0.0,
            last: 0.0,
            down: false,
            out: Out::default(),
        };
        s.c[P] = g.exp() / LS;
        s.c[M] = g.exp() / LS;
        s.c[W] = g.exp() / LW;
        s.c[D2] = g.exp() / LS;
        s.c[SITE] = g.exp() / LD;
        s
    }
    #[inline(always)]
    fn is_down(&self) -> bool {
        match self.site {
            0 => !(self.p && (self.m || self.w)),
            2 | 3 => !self.d,
            _ => true,
        }
    }
    /// all timers in (last, t] folded into arithmetic; the state was constant on that interval
    #[inline(always)]
    fn fold(&mut self, t: f64) {
        if self.site == 0 {
            let kc = ((t - CPY) / B).floor();
            let tc = kc * B + CPY;
            if !self.down {
                if tc > self.last {
                    let b = kc * B;
                    self.copied = if b > self.last { b } else { self.pending };
                }
                let b = (t / B).floor() * B;
                if b > self.last {
                    self.pending = b;
                }
            } else if tc > self.last {
                self.copied = self.pending;
            }
        }
    }
    #[inline(always)]
    fn state_event<G: Draw>(&mut self, k: usize, t: f64, g: &mut G) {
        if self.down {
            self.out.downtime += t - self.last;
        }
        self.last = t;
        match k {
            P => {
                self.p = !self.p;
                self.c[P] = t + g.exp() / if self.p { LS } else { MUS };
            }
            M => {
                self.m = !self.m;
                self.c[M] = t + g.exp() / if self.m { LS } else { MUS };
            }
            W => {
                self.w = !self.w;
                self.c[W] = t + g.exp() / if self.w { LW } else { MUW };
            }
            FO => {
                // roles swap: the clocks follow the machines
                self.p = true;
                self.m = false;
                self.c.swap(P, M);
                self.c[FO] = INF;
            }
            RS => {
                self.s = true;
                self.c[RS] = INF;
            }
            D2 => {
                self.d = !self.d;
                self.c[D2] = t + g.exp() / if self.d { LS } else { MUS };
            }
            _ => match self.site {
                0 => {
                    self.out.disasters += 1;
                    let a = t - self.copied;
                    self.out.rpo_sum += a;
                    if a > self.out.rpo_max {
                        self.out.rpo_max = a;
                    }
                    self.site = 1;
                    for i in [P, M, W, FO, RS] {
                        self.c[i] = INF;
                    }
                    self.p = true;
                    self.m = true;
                    self.w = true;
                    self.s = true;
                }
                1 => {
                    self.site = 2;
                }
                2 => {
                    self.site = 3;
                }
                3 => {
                    self.site = 4;
                }
                _ => {
                    self.site = 0;
                    self.c[P] = t + g.exp() / LS;
                    self.c[M] = t + g.exp() / LS;
                    self.c[W] = t + g.exp() / LW;
                    self.pending = t;
                    self.copied = t;
                }
            },
        }
        if self.site == 0 {
            // the principal commits alone
            if self.p && !self.m && self.w {
                self.s = false;
            }
            let fo = !self.p && self.m && self.w && self.s;
            if fo != (self.c[FO] < INF) {
                self.c[FO] = if fo { t + g.exp() / PHI } else { INF };
            }
            let rs = self.p && self.m && !self.s;
            if rs != (self.c[RS] < INF) {
                self.c[RS] = if rs { t + g.exp() / SIGMA } else { INF };
            }
            if k == SITE {
                self.c[SITE] = t + g.exp() / LD;
            }
        } else if k == SITE || k == D2 {
            // steps 1, 3 and 4 need the DC2 server
            let rate = match self.site {
                1 => OMEGA,
                2 => MUD,
                3 => KAPPA,
                _ => BETA,
            };
            if self.site == 2 || self.d {
                if k == SITE || self.site != 2 {
                    self.c[SITE] = t + g.exp() / rate;
                }
            } else {
                self.c[SITE] = INF;
            }
        }
        let dn = self.is_down();
        if dn && !self.down {
            self.out.outages += 1;
        }
        self.down = dn;
    }
    fn finish(mut self) -> Out {
        if self.down {
            self.out.downtime += HORIZON - self.last;
        }
        self.out
    }
}

#[inline(always)]
fn argmin(c: &[f64]) -> usize {
    let mut k = 0;
    let mut best = c[0];
    for i in 1..c.len() {
        if c[i] < best {
            best = c[i];
            k = i;
        }
    }
    k
}

/// Ten years; with `fold`, the timers of log shipping are arithmetic between two events.
fn run<G: Draw>(fold: bool, g: &mut G) -> Out {
    let mut s = Sys::new(g);
    loop {
        let k = argmin(&s.c);
        let t = s.c[k];
        if t >= HORIZON {
            return s.finish();
        }
        s.out.events += 1;
        if fold {
            s.fold(t);
        }
        s.state_event(k, t, g);
    }
}

fn bench<G: Draw>(mode: &str, reps: u64, repeats: u64, mut mk: impl FnMut(u64) -> G, tag: &str) {
    let mut ev = vec![];
    let mut yr = vec![];
    let mut tot = Out::default();
    let mut d: Vec<f64> = vec![];
    for r in 0..repeats {
        let t0 = Instant::now();
        let mut o = Out::default();
        for i in 0..reps {
            let mut g = mk(r * 1_000_003 + i);
            let x = run(mode == "lazy", &mut g);
            o.events += x.events;
            o.downtime += x.downtime;
            o.outages += x.outages;
            o.disasters += x.disasters;
            o.rpo_sum += x.rpo_sum;
            o.rpo_max = o.rpo_max.max(x.rpo_max);
            d.push(x.downtime);
        }
        let s = t0.elapsed().as_secs_f64();
        ev.push(o.events as f64 / s);
        yr.push(reps as f64 * 10.0 / s);
        tot.events += o.events;
        tot.downtime += o.downtime;
        tot.outages += o.outages;
        tot.disasters += o.disasters;
        tot.rpo_sum += o.rpo_sum;
        tot.rpo_max = tot.rpo_max.max(o.rpo_max);
    }
    ev.sort_by(|a, b| a.total_cmp(b));
    yr.sort_by(|a, b| a.total_cmp(b));
    let n = (reps * repeats) as f64;
    let mean = d.iter().sum::<f64>() / n;
    let se = (d.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt();
    println!(
        "{tag} reps={reps} x{repeats}: events/s median {:.4e} min {:.4e} max {:.4e} | \
         years/s median {:.4e} min {:.4e} max {:.4e} | events/yr {:.5} \
         downtime h/10y {:.6} +- {:.6} outages/10y {:.5} disasters/10y {:.5} \
         mean RPO min {:.5} max {:.3}",
        ev[ev.len() / 2],
        ev[0],
        ev[ev.len() - 1],
        yr[yr.len() / 2],
        yr[0],
        yr[yr.len() - 1],
        tot.events as f64 / n / 10.0,
        mean,
        1.96 * se,
        tot.outages as f64 / n,
        tot.disasters as f64 / n,
        60.0 * tot.rpo_sum / tot.disasters as f64,
        60.0 * tot.rpo_max
    );
}

fn main() {
    let a: Vec<String> = std::env::args().collect();
    let (mode, rng, ex) = (a[1].as_str(), a[2].as_str(), a[3].as_str());
    let reps: u64 = a[4].parse().unwrap();
    let repeats: u64 = a[5].parse().unwrap();
    let seed: u64 = a.get(6).map(|s| s.parse().unwrap()).unwrap_or(1);
    let tag = format!("rust {mode} {rng} {ex}");
    let f = |i: u64| seed.wrapping_mul(0x9E3779B97F4A7C15).wrapping_add(i);
    match (rng, ex) {
        ("xo", "inv") => bench(
            mode,
            reps,
            repeats,
            |i| Inv(Xoshiro256PlusPlus::seed_from_u64(f(i))),
            &tag,
        ),
        ("xo", _) => bench(
            mode,
            reps,
            repeats,
            |i| Zig(Xoshiro256PlusPlus::seed_from_u64(f(i))),
            &tag,
        ),
        (_, "inv") => bench(
            mode,
            reps,
            repeats,
            |i| Inv(ChaCha8Rng::seed_from_u64(f(i))),
            &tag,
        ),
        _ => bench(
            mode,
            reps,
            repeats,
            |i| Zig(ChaCha8Rng::seed_from_u64(f(i))),
            &tag,
        ),
    }
}
