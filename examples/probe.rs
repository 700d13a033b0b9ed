//! scratch
use poolproof::check::search::*; use poolproof_models::{model::*,topology::*,site::*,runbook::*,event::*};
fn step(op: Operation, optional: bool)->Step{Step{operation:op,actor:"x".into(),wait_for:None,optional,phase:Phase::Act,source:String::new()}}
fn main(){
 let a: Vec<u8> = std::env::args().skip(1).map(|x|x.parse().unwrap()).collect();
 let (faults, per, hbw, wit, dropped)=(a[0],a[1],a[2]!=0,a[3]!=0,a[4]!=0);
 let mut s=vec![];
 let (c1,c2)= if hbw {((2,2),(2,2))} else {((4,0),(0,4))};
 for (site,(act,idle)) in [(Site::Dc1,c1),(Site::Dc2,c2)] { for _ in 0..act {s.push(PoolServer{site,active:true})} for _ in 0..idle {s.push(PoolServer{site,active:false})} }
 let mut t=Topology::new(s); t.mirror=true; t.witness=wit; t.secondary=true; t.secondary_mirror=a.get(5).is_some_and(|x|*x!=0);
 if dropped {t.assumption=Assumption::Dropped;}
 use Operation::*;
 t.runbooks.push(Runbook{name:"site".into(),role:Role::SiteFailover,trigger:Belief::SiteDown,steps:vec![step(Decide,false),step(Decide,false),step(FailOverCms,false),step(DropLogShipping,false),step(CopyBacklog,true),step(RestoreBacklog,true),step(RecoverSecondary,false),step(SetFailedOver,false),step(InstallMirror,true),step(ActivateDc2,false),step(MoveNextHop,false)]});
 if !wit { let mut r=step(ResumeMirroring,false); r.wait_for=Some(Belief::PartnerBack); t.runbooks.push(Runbook{name:"mirror".into(),role:Role::MirrorFailover,trigger:Belief::PrincipalDown,steps:vec![step(Decide,false),step(ForceService,false),r]}); }
 let t=t.finish().with_servers_per_class(per as usize);
 let b=Bounded::new(t, Budget::of(faults));
 let t0=std::time::Instant::now();
 let o=search(&b,0xF,&mut Limits{states:50_000_000,on_progress:&mut |_|true});
 let el=t0.elapsed().as_secs_f64();
 println!("states {} transitions {} depth {} {:?} {:.2}s {:.2}M t/s", o.progress.states,o.progress.transitions,o.depth,o.cut_off,el,o.progress.transitions as f64/el/1e6);
 for i in 0..4 { if let Some(f)=o.violations[i] { println!("violated {i} {f:?}"); let mut n=poolproof_models::story::Narrator::new(&b.system); let conc=poolproof::check::counterexample::lift(&b,&o.path(f)); for e in conc { let ev=b.system.events()[e]; let told=n.step(ev); println!("  {} [{}] {} {:?}", if told.fault {"!"} else {" "}, told.actor,told.text,told.changes); }} }
 println!("goals {:?}",&o.goals[..2]);
 for (i,n) in o.fired.iter().enumerate(){ if *n==0 {print!("{} ",b.system.events()[i].name());} } println!();
}
