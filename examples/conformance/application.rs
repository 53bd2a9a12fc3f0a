//! The application behind every session: it echoes orders, definitions and emails.

use std::collections::HashSet;

use sansfix::dictionary::{DictionaryRules, Item};
use sansfix::wire::{DataFields, Field, Fields, tag};
use sansfix::{BeginString, Body, Event, Frame, Message, Now, Outgoing, SendError, Session};

const CL_ORD_ID: u32 = 11;
/// BusinessRejectReason(380): unsupported message type.
const UNSUPPORTED_MESSAGE_TYPE: u16 = 3;

#[derive(Default)]
pub(crate) struct Application {
    /// ClOrdID(11) of every order in this logon.
    orders: HashSet<Vec<u8>>,
}

impl Application {
    /// What the application answers to an event, if anything.
    pub(crate) fn on<'o>(
        &mut self,
        event: &Event<'_>,
        session: &mut Session,
        rules: &DictionaryRules,
        now: Now,
        out: &'o mut [u8],
    ) -> Result<Option<Frame<'o>>, SendError> {
        match event {
            Event::LoggedOn(_) => self.orders.clear(),
            Event::Message(message) => match message.msg_type().as_bytes() {
                b"D" if self.is_known(message) => {}
                b"D" | b"d" | b"C" => return echo(message, session, rules, now, out).map(Some),
                _ => return unsupported(message, session, now, out).map(Some),
            },
            _ => {}
        }
        Ok(None)
    }

    /// An order that may have been sent before under another number (FIX session layer 4.9.1, test case 19).
    fn is_known(&mut self, order: &Message<'_>) -> bool {
        let Some(id) = order.get(CL_ORD_ID) else { return false };
        let is_new = self.orders.insert(id.as_bytes().to_vec());
        order.poss_resend() && !is_new
    }
}

/// The same body, by rising tag; a repeating group stays whole behind its count.
fn echo<'o>(
    message: &Message<'_>,
    session: &mut Session,
    rules: &DictionaryRules,
    now: Now,
    out: &'o mut [u8],
) -> Result<Frame<'o>, SendError> {
    let header: &[(u32, &[u8])] = if message.poss_resend() { &[(tag::POSS_RESEND, b"Y")] } else { &[] };
    let mut items: Vec<_> = rules.body(message.as_bytes()).collect();
    items.sort_by_key(|item| match item {
        Item::Field(field) => field.tag,
        Item::Group(group) => group.count().tag,
    });
    let mut fields: Vec<Field<'_>> = Vec::new();
    for item in items {
        match item {
            Item::Field(field) => fields.push(field),
            Item::Group(group) => {
                fields.push(group.count());
                fields.extend(Fields::new(group.as_bytes(), &DataFields::STANDARD).flatten());
            }
        }
    }
    session.send(now, Outgoing { msg_type: message.msg_type(), header }, out, |body| write(body, &fields))
}

/// Writes fields as they are; a data field goes with the length before it, in one piece.
fn write(body: &mut Body<'_>, fields: &[Field<'_>]) {
    let mut next = fields.iter().skip(1);
    for &Field { tag, value } in fields {
        let is_length =
            next.next().is_some_and(|next| DataFields::STANDARD.length_tag(next.tag) == Some(tag));
        match DataFields::STANDARD.length_tag(tag) {
            _ if value.is_empty() => drop(body.empty(tag)),
            Some(length_tag) => drop(body.data(length_tag, tag, value.as_bytes())),
            None if is_length => {}
            None => drop(body.bytes(tag, value.as_bytes())),
        }
    }
}

/// FIX session test case 2r. QuickFIX's applications say it in other letters before FIX 4.2, where it is a
/// Reject.
fn unsupported<'o>(
    message: &Message<'_>,
    session: &mut Session,
    now: Now,
    out: &'o mut [u8],
) -> Result<Frame<'o>, SendError> {
    let text = match session.config().begin_string {
        BeginString::Fix40 | BeginString::Fix41 => "Unsupported message type",
        _ => "Unsupported Message Type",
    };
    session.business_reject(now, message, UNSUPPORTED_MESSAGE_TYPE, text, out)
}
