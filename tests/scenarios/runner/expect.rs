//! What a scenario expects, against what came.

use sansfix::Inbox;

use super::checks;
use super::fields;
use super::line::Step;
use super::outcome::Outcome;
use super::play::Player;

impl Player<'_> {
    pub(super) fn nothing_left(&self) -> Result<(), String> {
        match self.outcomes.front() {
            Some(left) => Err(format!("not expected: {left}")),
            None => Ok(()),
        }
    }

    pub(super) fn expect(&mut self, step: &Step) -> Result<(), String> {
        let Some(got) = self.outcomes.pop_front() else { return Err("nothing came".into()) };
        let fits = match (step, &got) {
            (Step::Frame(fields), Outcome::Frame { bytes, at }) => {
                return checks::frame(&self.filler(), bytes, *at, fields)
                    .map_err(|error| format!("{error}, in {}", fields::shown(bytes)));
            }
            (Step::Event { name, facts }, Outcome::Event(told)) => {
                let filler = self.filler();
                let mut fits = *name == told.name;
                for (fact, value) in facts {
                    fits &= told.has(fact, &filler.value(value)?);
                }
                fits
            }
            (Step::Disconnect(name), Outcome::Disconnect(why)) => why.starts_with(name.as_str()),
            (Step::WantsToConnect, Outcome::WantsToConnect) => true,
            (Step::Fails(text), Outcome::Failed(why)) => why.contains(text.as_str()),
            _ => false,
        };
        if fits { Ok(()) } else { Err(format!("got {got}")) }
    }

    pub(super) fn fact(&self, inbox: &Inbox<'_>, name: &str, wanted: &str) -> Result<(), String> {
        let status = self.session.status();
        let checkpoint = self.session.checkpoint();
        let closed = |read: fn(&sansfix::session::Closed) -> String| {
            status.last_close.as_ref().map_or("none".to_owned(), read)
        };
        let number = |number: Option<sansfix::MsgSeqNum>| number.map_or("none".to_owned(), |n| n.to_string());
        let got = match name {
            "state" => format!("{:?}", status.state),
            "next_in" => status.next_in.to_string(),
            "next_out" => status.next_out.to_string(),
            "finished" => status.stored.next_in.to_string(),
            "reset_pending" => checkpoint.reset_pending.to_string(),
            "inbound" => format!("{:?}", status.inbound),
            "outbound" => format!("{:?}", status.outbound),
            "liveness" => format!("{:?}", status.liveness),
            "acknowledged" => number(status.acknowledged),
            "heart_bt_int" => status.heart_bt_int.to_string(),
            "held" => inbox.held().to_string(),
            "closed" => closed(|closed| format!("{:?}", closed.why)),
            "closed_text" => closed(|closed| closed.text.as_str().to_owned()),
            "closed_status" => closed(|closed| format!("{:?}", closed.session_status)),
            "peer_expects" => closed(|closed| closed.peer_expects.map_or("none".into(), |n| n.to_string())),
            "journal" => format!("{:?}", self.store.holds()),
            other => return Err(format!("no fact {other:?}")),
        };
        let word = matches!(name, "state" | "inbound" | "outbound" | "liveness" | "closed" | "journal");
        let fits =
            if word && wanted != "*" { got.starts_with(wanted) } else { checks::matches(&got, wanted) };
        if fits { Ok(()) } else { Err(format!("{name} is {got}")) }
    }
}
