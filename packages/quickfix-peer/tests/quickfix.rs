//! sansfix and QuickFIX, each once on either side: orders both ways, a cut link, resends, a reset in session,
//! a logout. Nothing is lost and nothing comes twice.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

use sansfix::session::WhileDisconnected;
use sansfix::{BeginString, Config, Millis, Policies, Role, State};
use sansfix_quickfix_peer::{Error, Peer, Side, Way, build};

/// What no step of a conversation takes.
const TOO_LONG: Duration = Duration::from_secs(20);

fn main() -> Result<(), Error> {
    let Some(program) = build(Path::new(env!("CARGO_TARGET_TMPDIR")))? else { return Ok(()) };
    for (name, policies) in [("standard", Policies::standard()), ("quickfix", Policies::quickfix())] {
        for (role, version) in [
            (Role::Initiator, BeginString::Fix44),
            (Role::Acceptor, BeginString::Fix44),
            (Role::Initiator, BeginString::Fix42),
            (Role::Acceptor, BeginString::Fix40),
        ] {
            let tally = converse(&program, role, version, policies)?;
            println!("{role:?} of {version}, {name} policies: {tally}");
        }
    }
    Ok(())
}

fn converse(program: &Path, role: Role, version: BeginString, policies: Policies) -> Result<String, Error> {
    let folder = tempfile::tempdir()?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let (way, peer_role) = match role {
        // QuickFIX listens on the port that was free a moment ago.
        Role::Initiator => {
            drop(listener);
            (Way::To(address), "acceptor")
        }
        Role::Acceptor => (Way::From(listener), "initiator"),
    };
    let mut config = Config::new(role, version, "SANSFIX", "QUICKFIX")?;
    config.policies = policies;
    config.policies.logon.while_disconnected = WhileDisconnected::Store;
    config.policies.logon.reconnect_after = Millis(200);
    let mut talk = Talk {
        side: Side::new(config, way, folder.path())?,
        peer: Peer::start(
            program,
            peer_role,
            &settings(peer_role, version, address.port(), folder.path()),
            folder.path(),
        )?,
    };

    talk.until("both are logged on", |side, peer| side.logons == 1 && peer.logons == 1)?;
    talk.side.send(1..=20)?;
    talk.peer.tell("send 1 20")?;
    talk.until_orders(20)?;

    // The link is cut with orders under way on both sides, and more are sent while there is none.
    talk.side.send(21..=30)?;
    talk.peer.tell("send 21 40")?;
    talk.side.send_and_cut(31..=40)?;
    talk.side.send(41..=45)?;
    talk.peer.tell("send 41 45")?;
    talk.until_orders(45)?;
    talk.until("the peer has logged on again", |_, peer| peer.logons == 2)?;

    // FIX 4.0 has no ResetSeqNumFlag(141).
    if version > BeginString::Fix40 {
        let now = talk.side.now();
        let resets = talk.side.resets;
        talk.side.session().reset(now)?;
        talk.until("a new series", |side, _| {
            side.resets > resets && side.session().state() == State::Active
        })?;
        talk.peer.tell("numbers")?;
        talk.until("the peer's numbers", |_, peer| peer.numbers.is_some())?;
        if talk.peer.numbers != Some((2, 2)) {
            return Err(format!("after a reset the peer is at {:?}", talk.peer.numbers).into());
        }
    }
    talk.side.send(46..=60)?;
    talk.peer.tell("send 46 60")?;
    talk.until_orders(60)?;

    match role {
        Role::Initiator => {
            let now = talk.side.now();
            talk.side.session().logout(now, "good night")?;
        }
        Role::Acceptor => talk.peer.tell("logout")?,
    }
    talk.until("an orderly end", |side, peer| {
        peer.logouts == 2 && side.ends.last().is_some_and(|why| why.is_orderly())
    })?;
    let all: Vec<u64> = (1..=60).collect();
    if talk.side.got != all || talk.peer.got != all {
        return Err(format!("sansfix got {:?}\nQuickFIX got {:?}", talk.side.got, talk.peer.got).into());
    }
    Ok(format!("60 orders each way, links ended {:?}; lost 0, twice 0", talk.side.ends))
}

struct Talk {
    side: Side,
    peer: Peer,
}

impl Talk {
    /// Both go on until `done`.
    #[allow(clippy::disallowed_methods, reason = "a conversation that hangs must end")]
    fn until(&mut self, what: &str, done: impl Fn(&mut Side, &Peer) -> bool) -> Result<(), Error> {
        let start = Instant::now();
        while !done(&mut self.side, &self.peer) {
            self.side.round()?;
            self.peer.listen()?;
            if start.elapsed() > TOO_LONG {
                let status = self.side.session().status();
                return Err(format!("no sign of: {what}\n{:?}\n{status:?}", self.peer).into());
            }
        }
        Ok(())
    }

    fn until_orders(&mut self, count: usize) -> Result<(), Error> {
        self.until(&format!("{count} orders each way"), |side, peer| {
            side.got.len() >= count && peer.got.len() >= count
        })
    }
}

fn settings(role: &str, version: BeginString, port: u16, folder: &Path) -> String {
    format!(
        "[DEFAULT]\nConnectionType={role}\nSocketAcceptPort={port}\nSocketConnectHost=127.0.0.1\nSocketConnectPort={port}\nSocketReuseAddress=Y\n\
         SocketNodelay=Y\nReconnectInterval=1\nHeartBtInt=30\nStartTime=00:00:00\nEndTime=00:00:00\nUseDataDictionary=N\nFileStorePath={}\n\
         [SESSION]\nBeginString={version}\nSenderCompID=QUICKFIX\nTargetCompID=SANSFIX\n",
        folder.join("store").display()
    )
}
