//! Two sessions over a perfect link.
use sansfix::*;
use std::time::Duration;

struct Side {
    session: Session,
    journal: Vec<(u64, Vec<u8>)>,
    inbuf: Vec<u8>,
    log: Vec<String>,
    got: Vec<u64>,
}
impl Journal for Side2<'_> {
    type Error = std::convert::Infallible;
    fn record(&mut self, r: &Record<'_>) -> Result<(), Self::Error> {
        if let Some(s) = r.sent {
            self.0.retain(|x| x.0 < s.number.get());
            if let Some(f) = s.frame {
                self.0.push((s.number.get(), f.to_vec()));
            }
        }
        Ok(())
    }
    fn sync(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
    fn first_in(
        &mut self,
        _: Series,
        from: MsgSeqNum,
        to: MsgSeqNum,
    ) -> Result<Option<Stored<'_>>, Self::Error> {
        Ok(self
            .0
            .iter()
            .find(|x| x.0 >= from.get() && x.0 <= to.get())
            .map(|x| Stored::Message { number: MsgSeqNum::new(x.0).unwrap(), frame: &x.1 }))
    }
}
struct Side2<'a>(&'a mut Vec<(u64, Vec<u8>)>);

fn drive(now: Now, side: &mut Side, inbox: &mut Inbox<'_>, name: &str) -> (Vec<u8>, Option<Reason>) {
    let mut wire = Vec::new();
    let mut out = [0u8; 4096];
    let bytes = std::mem::take(&mut side.inbuf);
    assert_eq!(inbox.extend(&bytes), bytes.len());
    for _ in 0..1000 {
        match side.session.step(now, inbox, &mut out) {
            Output::Event(ref e) => {
                side.log.push(format!("{name} {e:?}"));
                if let Event::Logon(_) = e {
                    side.session.accept(now).unwrap();
                }
                if let Event::Message(m) = e {
                    side.got.push(m.msg_seq_num().get());
                }
            }
            Output::Transmit(f) => {
                let b = f.commit(&mut side.session, &mut Side2(&mut side.journal)).unwrap();
                side.log.push(format!("{name} -> {}", String::from_utf8_lossy(&b).replace('\x01', "|")));
                wire.extend_from_slice(&b);
            }
            Output::Replay(r) => {
                let mut j = Side2(&mut side.journal);
                let stored = j.first_in(r.series(), r.from(), r.to()).unwrap();
                if let Some(f) = side.session.replay(now, r, stored, &mut out).unwrap() {
                    let b = f.commit(&mut side.session, &mut NoJournal).unwrap();
                    side.log.push(format!("{name} => {}", String::from_utf8_lossy(&b).replace('\x01', "|")));
                    wire.extend_from_slice(&b);
                }
            }
            Output::Wait(_) => return (wire, None),
            Output::Disconnect(why) => return (wire, Some(why)),
            other => {
                side.log.push(format!("{name} {other:?}"));
                if let Output::Connect(_) = other {
                    return (wire, None);
                }
            }
        }
    }
    panic!("endless: {:#?}", side.log);
}

#[test]
fn smoke() {
    let t0 = Utc::from_secs(1_767_225_600);
    let mk = |role, a, b| Side {
        session: Session::new(Config::new(role, BeginString::Fix44, a, b).unwrap(), Checkpoint::begin(t0))
            .unwrap(),
        journal: vec![],
        inbuf: vec![],
        log: vec![],
        got: vec![],
    };
    let mut i = mk(Role::Initiator, "BUY", "SELL");
    let mut a = mk(Role::Acceptor, "SELL", "BUY");
    let at = |ms: u64| Now {
        monotonic: Instant::from_nanos(ms * 1_000_000),
        utc: t0.saturating_add(Duration::from_millis(ms)),
    };
    let (mut m1, mut m2, mut h1, mut h2) = ([0; 8192], [0; 8192], [0; 8192], [0; 8192]);
    let mut ii = Inbox::new(&mut m1).holding(&mut h1);
    let mut ai = Inbox::new(&mut m2).holding(&mut h2);
    i.session.connected(at(0), &mut ii).unwrap();
    a.session.connected(at(0), &mut ai).unwrap();
    let mut out = [0u8; 4096];
    for round in 0..40u64 {
        let now = at(round * 5000);
        if round == 3 {
            for k in 0..3 {
                let f = i
                    .session
                    .send(now, MsgType::NEW_ORDER_SINGLE, &mut out, |b| {
                        b.text(11, &format!("o{k}")).uint(38, 100);
                    })
                    .unwrap();
                let bytes = f.commit(&mut i.session, &mut Side2(&mut i.journal)).unwrap();
                if k != 1 {
                    a.inbuf.extend_from_slice(&bytes);
                }
            }
        }
        if round == 30 {
            i.session.logout(now, "bye").unwrap();
        }
        loop {
            let (w, d1) = drive(now, &mut i, &mut ii, "I");
            a.inbuf.extend_from_slice(&w);
            let (w2, d2) = drive(now, &mut a, &mut ai, "A");
            i.inbuf.extend_from_slice(&w2);
            if let Some(d) = d1 {
                i.log.push(format!("I disconnect {d:?}"));
                i.session.disconnected(now);
                a.session.disconnected(now);
            }
            if let Some(d) = d2 {
                i.log.push(format!("A disconnect {d:?}"));
            }
            if w.is_empty() && w2.is_empty() {
                break;
            }
        }
    }
    for l in i.log.iter().chain(&a.log) {
        println!("{l}");
    }
    println!("{}", std::mem::size_of::<Session>());
    assert_eq!(a.got, [2, 3, 4]);
}
