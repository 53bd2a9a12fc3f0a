//! What a seed decides before its run begins: two configurations, two drivers, and which faults there are.

use sansfix::session::{
    Above, AfterAnswer, Echo, Finished, LastProcessed, LowNumber, NextExpected, OutOfSequenceLogout, Percent,
    RequestEnd, ResetAck, ResetOnLogon, Retry, StaleRequest, Unanswered, UnaskedReset, WhileDisconnected,
    WhileOpen, WhileProbing,
};
use sansfix::{BeginString, Config, Millis, Policies, Role};

use super::draw::Draw;

#[derive(Clone, Debug)]
pub struct Plan {
    pub configs: [Config; 2],
    pub apps: [App; 2],
    /// What each direction of a link holds, in bytes.
    pub capacity: usize,
    /// What each inbox holds, in bytes, and how much memory it has for held messages.
    pub inbox: usize,
    pub held: usize,
    /// A counterparty that lies: frames of its making stand among the real ones.
    pub hostile: bool,
    /// How often each kind of fault comes: 0 for never.
    pub weights: [u8; super::op::KINDS],
    pub ops: usize,
}

/// How an application and its driver work.
#[derive(Clone, Copy, Debug)]
pub struct App {
    pub store: Store,
    /// Are frames committed one by one, or recorded together and synced once?
    pub grouped: bool,
    /// Does a failed journal end the connection, or is the frame tried again later?
    pub closes_on_failure: bool,
}

/// What an application has of its work after a crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Store {
    /// Its effects and the checkpoint, in one transaction: exactly once.
    Transaction,
    /// Its effects; the checkpoint is the journal's, stored later: at least once.
    Later,
}

impl Plan {
    pub fn draw(draw: &mut impl Draw) -> Plan {
        use BeginString::{Fix40, Fix41, Fix42, Fix43, Fix44, Fixt11};
        let version = draw.pick(&[Fix44, Fix42, Fixt11, Fix44, Fix42, Fixt11, Fix41, Fix43, Fix40]);
        let heart_bt_int = draw.pick(&[0, 1, 5, 30]);
        let shared = shared_policies(draw, version);
        let hostile = draw.one_in(8);
        let mut config = |role, sender, target| {
            // Two names, no other settings: they are good.
            let mut config = Config::new(role, version, sender, target).expect("a good configuration");
            config.heart_bt_int = heart_bt_int;
            config.frame_max = 1024;
            config.policies = shared;
            own_policies(draw, &mut config.policies);
            config
        };
        let configs = [config(Role::Initiator, "BUY", "SELL"), config(Role::Acceptor, "SELL", "BUY")];
        let mut app = || App {
            store: draw.pick(&[Store::Transaction, Store::Later]),
            grouped: draw.one_in(2),
            closes_on_failure: draw.one_in(2),
        };
        let apps = [app(), app()];
        let mut weights = super::op::WEIGHTS;
        for (kind, weight) in weights.iter_mut().enumerate() {
            // Each run has its own mix: half of the faults are missing, so that the others show.
            let is_fault = super::op::is_fault(kind);
            if is_fault && draw.one_in(2) || kind == super::op::FORGE && !hostile {
                *weight = 0;
            }
        }
        Plan {
            configs,
            apps,
            capacity: draw.pick(&[700, 1500, 6000, 60_000]),
            inbox: draw.pick(&[1024, 1500, 4096]),
            held: draw.pick(&[0, 600, 4096]),
            hostile,
            weights,
            ops: 40 + draw.below(360) as usize,
        }
    }
}

/// What both sides must agree on.
fn shared_policies(draw: &mut impl Draw, version: BeginString) -> Policies {
    let mut policies = if draw.one_in(3) { Policies::quickfix() } else { Policies::standard() };
    let policy = &mut policies.logon;
    policy.timeout = Millis::from_secs(3);
    policy.reconnect_after = Millis::from_secs(1);
    if version > BeginString::Fix40 && draw.one_in(8) {
        policy.reset_on_logon = ResetOnLogon::Announced;
    }
    if version >= BeginString::Fix44 && draw.one_in(3) {
        policy.next_expected = NextExpected::On;
    }
    policy.unasked_reset = draw.pick(&[UnaskedReset::Refuse, UnaskedReset::Accept]);
    if policy.reset_on_logon == ResetOnLogon::Announced {
        policy.unasked_reset = UnaskedReset::Accept;
    }
    policies
}

/// What each side has to itself.
fn own_policies(draw: &mut impl Draw, policies: &mut Policies) {
    let Policies { logon, gaps, liveness, logout, checks } = policies;
    logon.while_disconnected = draw.pick(&[WhileDisconnected::Refuse, WhileDisconnected::Store]);
    logon.reset_ack = draw.pick(&[ResetAck::Demand, ResetAck::Infer]);
    gaps.above = draw.pick(&[Above::Hold, Above::Hold, Above::Drop]);
    gaps.request_end = draw.pick(&[RequestEnd::Open, RequestEnd::Closed]);
    gaps.chunk = draw.pick(&[0, 0, 1, 2, 7]);
    gaps.while_open = draw.pick(&[WhileOpen::Wait, WhileOpen::Wait, WhileOpen::Repeat]);
    gaps.retry = draw.pick(&[Retry::NewRequest, Retry::SameNumber]);
    gaps.progress_timeout = Millis::from_secs(3);
    gaps.stale_request = draw.pick(&[StaleRequest::Refuse, StaleRequest::Serve]);
    gaps.live_wait = draw.pick(&[Millis::ZERO, Millis(200), Millis::from_secs(5)]);
    liveness.echo = draw.pick(&[Echo::AnyTraffic, Echo::AnyTraffic, Echo::Demand]);
    liveness.while_probing = draw.pick(&[WhileProbing::Heartbeat, WhileProbing::Quiet]);
    liveness.unanswered = draw.pick(&[Unanswered::Logout, Unanswered::Close]);
    liveness.answer_within = Percent(draw.pick(&[50, 120]));
    logout.timeout = Millis::from_secs(2);
    logout.close_timeout = Millis::from_secs(2);
    logout.out_of_sequence = draw.pick(&[OutOfSequenceLogout::Recover, OutOfSequenceLogout::Answer]);
    logout.after_answer = draw.pick(&[AfterAnswer::AwaitClose, AfterAnswer::Close]);
    checks.low_number = draw.pick(&[LowNumber::Logout, LowNumber::Logout, LowNumber::Reject]);
    checks.last_processed = draw.pick(&[LastProcessed::Unsaid, LastProcessed::Said]);
    checks.finished = draw.pick(&[Finished::ByStep, Finished::ByStep, Finished::ByCall]);
}
