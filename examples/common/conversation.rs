//! A session's conversation as a sequence diagram: its admin messages one by one, what lies between them as
//! counts.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sansfix::MsgType;
use sansfix::Role;
use sansfix::wire::{DataFields, Framing, Header, Scan, find, frame, tag};

use super::link::Link;

/// The space between the two sides' lines, in characters.
const WIDTH: usize = 64;

/// Both sides write into one of these.
#[derive(Clone)]
pub(crate) struct Conversation(Arc<Mutex<Diagram>>);

struct Diagram {
    print: Box<dyn FnMut(&str) + Send>,
    /// Application messages that were not shown yet, in the order that they began.
    runs: Vec<Run>,
    sent_again: u64,
}

/// Application messages of one kind in one direction.
struct Run {
    from: Role,
    again: bool,
    count: u64,
}

impl Conversation {
    /// Begins a diagram; `print` shows a line.
    pub(crate) fn begin(mut print: impl FnMut(&str) + Send + 'static) -> Self {
        print(&format!("{:<16}{:>52}", "    initiator", "acceptor"));
        Conversation(Arc::new(Mutex::new(Diagram {
            print: Box::new(print),
            runs: Vec::new(),
            sent_again: 0,
        })))
    }

    /// Shows something that happened beside the conversation.
    pub(crate) fn note(&self, text: &str) {
        let mut diagram = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        diagram.show_runs();
        (diagram.print)(&format!("     |{text:^WIDTH$}|"));
    }

    /// How many application messages were sent again.
    pub(crate) fn sent_again(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).sent_again
    }

    /// Shows one frame, or counts it.
    pub(crate) fn frame(&self, from: Role, bytes: &[u8], header: &Header<'_>) {
        let mut diagram = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if header.msg_type.is_admin() {
            diagram.show_runs();
            diagram.arrow(from, &describe(bytes, header));
            return;
        }
        let again = header.poss_dup.is_some();
        diagram.sent_again += u64::from(again);
        match diagram.runs.iter_mut().find(|run| run.from == from && run.again == again) {
            Some(run) => run.count += 1,
            None => diagram.runs.push(Run { from, again, count: 1 }),
        }
    }
}

impl Diagram {
    fn show_runs(&mut self) {
        for run in std::mem::take(&mut self.runs) {
            let what = match run.from {
                Role::Initiator => "orders",
                Role::Acceptor => "execution reports",
            };
            let again = if run.again { " again, PossDupFlag=Y" } else { "" };
            self.arrow(run.from, &format!("{} {what}{again}", run.count));
        }
    }

    fn arrow(&mut self, from: Role, text: &str) {
        let text = format!(" {text} ");
        (self.print)(&match from {
            Role::Initiator => format!("     |--{text:-<width$}>|", width = WIDTH - 3),
            Role::Acceptor => format!("     |<{text:->width$}--|", width = WIDTH - 3),
        });
    }
}

/// An admin message in a few words.
fn describe(bytes: &[u8], header: &Header<'_>) -> String {
    let field =
        |tag| find(bytes, tag, &DataFields::STANDARD).and_then(|value| value.as_str().ok()).unwrap_or("none");
    let number = field(tag::MSG_SEQ_NUM);
    match header.msg_type {
        MsgType::LOGON => format!("Logon {number}"),
        MsgType::RESEND_REQUEST if field(tag::END_SEQ_NO) == "0" => {
            format!("ResendRequest {number}: from {} on", field(tag::BEGIN_SEQ_NO))
        }
        MsgType::RESEND_REQUEST => {
            format!("ResendRequest {number}: {} to {}", field(tag::BEGIN_SEQ_NO), field(tag::END_SEQ_NO))
        }
        MsgType::SEQUENCE_RESET if field(tag::GAP_FILL_FLAG) == "Y" => {
            format!("gap fill {number}: next is {}", field(tag::NEW_SEQ_NO))
        }
        MsgType::SEQUENCE_RESET => format!("SequenceReset {number}: next is {}", field(tag::NEW_SEQ_NO)),
        MsgType::LOGOUT if field(tag::TEXT) == "none" => format!("Logout {number}"),
        MsgType::LOGOUT => format!("Logout {number}: {}", field(tag::TEXT)),
        MsgType::REJECT => format!("Reject {number}: {}", field(tag::TEXT)),
        MsgType::TEST_REQUEST => format!("TestRequest {number}"),
        MsgType::HEARTBEAT => format!("Heartbeat {number}"),
        other => format!("MsgType {other} {number}"),
    }
}

/// Cuts a stream of bytes into its frames.
#[derive(Default)]
pub(crate) struct Frames(Vec<u8>);

impl Frames {
    pub(crate) fn feed(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8], &Header<'_>)) {
        self.0.extend_from_slice(bytes);
        let mut at = 0;
        while let Framing::Frame(span) = frame(&self.0[at..], usize::MAX, &mut Scan::default()) {
            let bytes = &self.0[at..at + span.len];
            each(bytes, &Header::read(bytes, &span, &DataFields::STANDARD));
            at += span.len;
        }
        self.0.drain(..at);
    }
}

/// A link whose frames are shown as they go out, and, where the other side is not shown by itself, as they
/// come in.
pub(crate) struct Shown<L> {
    link: L,
    conversation: Conversation,
    us: Role,
    /// What goes out, and how much of it was shown and is not yet written.
    wrote: Frames,
    ahead: usize,
    /// What comes in, where that is shown too.
    read: Option<Frames>,
}

impl<L> Shown<L> {
    /// Shows what goes out.
    pub(crate) fn outbound(link: L, us: Role, conversation: Conversation) -> Self {
        Shown { link, conversation, us, wrote: Frames::default(), ahead: 0, read: None }
    }

    /// Shows what goes out and what comes in.
    pub(crate) fn both(link: L, us: Role, conversation: Conversation) -> Self {
        Shown { read: Some(Frames::default()), ..Shown::outbound(link, us, conversation) }
    }
}

impl<L: Link> Link for Shown<L> {
    fn read(&mut self, space: &mut [u8], patience: Option<Duration>) -> io::Result<Option<usize>> {
        let came = self.link.read(space, patience)?;
        if let (Some(len), Some(frames)) = (came, &mut self.read) {
            let them = match self.us {
                Role::Initiator => Role::Acceptor,
                Role::Acceptor => Role::Initiator,
            };
            frames.feed(&space[..len], |bytes, header| self.conversation.frame(them, bytes, header));
        }
        Ok(came)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Shown before it is written, or the other side would show its answer first.
        let new = bytes.get(self.ahead..).unwrap_or_default();
        self.wrote.feed(new, |bytes, header| self.conversation.frame(self.us, bytes, header));
        let taken = self.link.write(bytes)?;
        self.ahead = bytes.len() - taken;
        Ok(taken)
    }

    fn close(&mut self) {
        self.link.close();
    }
}
