//! Words of the application, the operator, and about the journal.

use sansfix::{Farewell, Message, MsgSeqNum, MsgType, Outgoing, Reason, SessionRejectReason};

use super::fields::Filler;
use super::line::{self, Written, unquoted};
use super::outcome::Outcome;
use super::play::Player;

impl Player<'_> {
    /// Does what a line says; what the session refuses becomes an outcome.
    pub(crate) fn app(
        &mut self,
        verb: &str,
        words: &[String],
        in_hand: Option<&Message<'_>>,
    ) -> Result<(), String> {
        let now = self.now();
        let first = words.first().map(|word| unquoted(word)).unwrap_or_default();
        let text =
            words.iter().find(|word| word.starts_with('"')).map(|word| unquoted(word)).unwrap_or_default();
        let result = match verb {
            "send" => return self.send(words),
            "reject" => {
                return self.reject(words, &text, in_hand.ok_or("reject what? use `on message reject`")?);
            }
            "business_reject" => {
                return self.business_reject(
                    words,
                    &text,
                    in_hand.ok_or("use `on message business_reject`")?,
                );
            }
            "on" => {
                let (verb, rest) =
                    words.get(1..).and_then(<[_]>::split_first).ok_or("on message do what?")?;
                self.on_message = Some((verb.clone(), rest.to_vec()));
                Ok(())
            }
            "accept" => match words.iter().find_map(|word| word.strip_prefix("1409=")?.parse().ok()) {
                Some(status) => self.session.accept_with(now, status),
                None => self.session.accept(now),
            },
            "refuse" if first == "silently" => self.session.refuse(now, Farewell::Silent),
            "refuse" => {
                let status = words.iter().find_map(|word| word.strip_prefix("1409=")?.parse().ok());
                self.session.refuse(now, Farewell::Logout { text: &text, session_status: status })
            }
            "logout" => self.session.logout(now, &text),
            "reset" if first == "silently" => self.session.reset_silently(now),
            "reset" => self.session.reset(now),
            "set" => {
                let to = number(words.get(1))?;
                match first.as_str() {
                    "next_in" => self.session.set_next_in(now, to),
                    "next_out" => self.session.set_next_out(now, to),
                    other => return Err(format!("set {other}?")),
                }
            }
            "sequence_reset" => {
                let result = self.session.sequence_reset(now, number(words.first())?);
                self.refused(result);
                return Ok(());
            }
            "request_resend" => {
                let (from, to) = first.split_once("..").ok_or("request_resend 2..5")?;
                let from = number(Some(&from.to_owned()))?;
                let to = if to.is_empty() { None } else { Some(number(Some(&to.to_owned()))?) };
                let result = self.session.request_resend(now, from, to);
                self.refused(result);
                return Ok(());
            }
            "test_request" => {
                let result = self.session.test_request(now);
                self.refused(result);
                return Ok(());
            }
            "replay_from" => {
                let result = self.session.replay_from(now, number(words.first())?);
                self.refused(result);
                return Ok(());
            }
            "disable" => {
                self.session.disable(now, &text);
                Ok(())
            }
            "enable" => {
                self.session.enable(now);
                Ok(())
            }
            "drop" => self.session.disconnect(now, Reason::Closed),
            "processed" => {
                self.session.processed(number(words.first())?);
                Ok(())
            }
            "journal" => return self.journal(&first, words),
            other => return Err(format!("no word {other:?}")),
        };
        self.refused(result);
        Ok(())
    }

    fn refused<E: std::fmt::Display>(&mut self, result: Result<(), E>) {
        if let Err(error) = result {
            self.note(Outcome::Failed(error.to_string()));
        }
    }

    /// `send D 11=A`: header fields go to the header, the others to the body.
    fn send(&mut self, words: &[String]) -> Result<(), String> {
        let now = self.now();
        let (msg_type, rest) = words.split_first().ok_or("send what?")?;
        let fields: Vec<Written> = rest.iter().map(|word| line::field(word)).collect::<Result<_, _>>()?;
        let version = self.config.begin_string;
        let is_header =
            |tag: u32| tag >= 5000 || sansfix::wire::tag::is_header(tag, version) || (tag == 1128);
        let (header, body): (Vec<_>, Vec<_>) = fields
            .iter()
            .map(|(tag, value)| (*tag, value.clone().unwrap_or_default().replace('|', "\x01")))
            .partition(|field| is_header(field.0));
        let header: Vec<(u32, &[u8])> = header.iter().map(|(tag, value)| (*tag, value.as_bytes())).collect();
        let mut out = vec![0; 8192];
        let outgoing = Outgoing { msg_type: MsgType::new(msg_type.as_bytes()), header: &header };
        let sent = self.session.send(now, outgoing, &mut out, |to| {
            for (tag, value) in &body {
                to.text(*tag, value);
            }
        });
        match sent {
            Ok(frame) => self.commit(frame),
            Err(error) => self.note(Outcome::Failed(error.to_string())),
        }
        Ok(())
    }

    /// `reject 5 55 "unknown symbol"`: the application's Reject of the message in hand.
    fn reject(&mut self, words: &[String], text: &str, message: &Message<'_>) -> Result<(), String> {
        let now = self.now();
        let code = words.first().and_then(|word| word.parse().ok()).ok_or("reject CODE TAG TEXT")?;
        let tag = words.get(1).and_then(|word| word.parse().ok());
        let mut out = vec![0; 8192];
        let reason = SessionRejectReason::from_code(code);
        match self.session.reject(now, message, reason, tag, text, &mut out) {
            Ok(frame) => self.commit(frame),
            Err(error) => self.note(Outcome::Failed(error.to_string())),
        }
        Ok(())
    }

    /// `business_reject 3 "text"`: the application's BusinessMessageReject of the message in hand.
    fn business_reject(&mut self, words: &[String], text: &str, message: &Message<'_>) -> Result<(), String> {
        let now = self.now();
        let code = words.first().and_then(|word| word.parse().ok()).ok_or("business_reject CODE TEXT")?;
        let mut out = vec![0; 8192];
        match self.session.business_reject(now, message, code, text, &mut out) {
            Ok(frame) => self.commit(frame),
            Err(error) => self.note(Outcome::Failed(error.to_string())),
        }
        Ok(())
    }

    fn journal(&mut self, what: &str, words: &[String]) -> Result<(), String> {
        let range = || {
            let text = words.get(1).ok_or("which numbers?")?;
            let (from, to) = text.split_once("..").unwrap_or((text, text));
            let read = |text: &str| text.parse::<u64>().map_err(|_| format!("no number: {text}"));
            Ok::<_, String>(read(from)?..=read(to)?)
        };
        match what {
            "lost" => self.store.lost = Some(range()?),
            "withholds" => self.store.withheld = Some(range()?),
            "fails" => self.store.fails = true,
            "works" => self.store.fails = false,
            "waits" => self.journal_waits = true,
            "answers" => {
                self.journal_waits = false;
                if let Some(question) = self.question.take() {
                    self.answer(question, &mut vec![0; 8192])?;
                }
            }
            "checkpoint" => self.store.resume = Some(self.session.checkpoint()),
            // `journal holds 4 8=FIX...` or `journal holds 4 35=D 11=X`: damage, or an imported message.
            "holds" => {
                let stored = number(words.get(1))?;
                let fields: Vec<Written> =
                    words.iter().skip(2).map(|word| line::field(word)).collect::<Result<_, _>>()?;
                let filler = Filler { version: self.version(), utc: now_utc(self) };
                let frame = if fields.is_empty() { b"damaged".to_vec() } else { filler.frame(&fields)? };
                self.store.put(stored.get(), frame);
            }
            other => return Err(format!("journal {other}?")),
        }
        Ok(())
    }
}

fn now_utc(player: &Player<'_>) -> sansfix::Utc {
    player.now().utc
}

fn number(word: Option<&String>) -> Result<MsgSeqNum, String> {
    let text = word.ok_or("which number?")?;
    if text == "max" {
        return Ok(MsgSeqNum::MAX);
    }
    text.parse().ok().and_then(MsgSeqNum::new).ok_or_else(|| format!("no number: {text}"))
}
