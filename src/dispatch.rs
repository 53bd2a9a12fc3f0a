//! From a message to the function that handles its type.

use core::fmt;

use crate::message::Message;
use crate::wire::MsgType;

/// The application's function for one message type: `A` is whatever it works on, `R` what it returns.
pub type Handler<A, R = ()> = fn(&mut A, &Message<'_>) -> R;

/// Handlers by MsgType(35), and one for all other types.
///
/// ```
/// use sansfix::{Dispatch, Message, MsgType};
///
/// #[derive(Default)]
/// struct Desk { orders: u32, others: u32 }
/// fn new_order(desk: &mut Desk, _: &Message<'_>) { desk.orders += 1 }
/// fn other(desk: &mut Desk, _: &Message<'_>) { desk.others += 1 }
///
/// const DISPATCH: Dispatch<Desk> = Dispatch::new(&[(MsgType::NEW_ORDER_SINGLE, new_order)], other);
/// # fn on_message(desk: &mut Desk, message: &Message<'_>) {
/// DISPATCH.dispatch(desk, message); // for each Event::Message
/// # }
/// ```
pub struct Dispatch<'h, A, R = ()> {
    handlers: &'h [(MsgType<'h>, Handler<A, R>)],
    otherwise: Handler<A, R>,
}

impl<'h, A, R> Dispatch<'h, A, R> {
    /// `handlers` by type; if a type is listed twice, the first entry counts. `otherwise` gets the rest and
    /// might answer with BusinessMessageReject(j), BusinessRejectReason(380) 3 (FIX session layer 4.5.4,
    /// test case 2r): see [`Session::business_reject`](crate::Session::business_reject).
    pub const fn new(handlers: &'h [(MsgType<'h>, Handler<A, R>)], otherwise: Handler<A, R>) -> Self {
        Dispatch { handlers, otherwise }
    }

    /// Calls the handler for the message's type with `application`, and returns what it returns.
    pub fn dispatch(&self, application: &mut A, message: &Message<'_>) -> R {
        let msg_type = message.msg_type();
        let found = self.handlers.iter().find(|(handled, _)| *handled == msg_type);
        found.map_or(self.otherwise, |(_, handler)| *handler)(application, message)
    }
}

impl<A, R> fmt::Debug for Dispatch<'_, A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.handlers.iter().map(|(handled, _)| handled)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Flags, Layout};
    use crate::number::MsgSeqNum;
    use crate::wire::DataFields;

    #[test]
    fn a_message_reaches_the_handler_of_its_type_and_no_other() {
        const DISPATCH: Dispatch<'_, std::vec::Vec<&str>> = Dispatch::new(
            &[
                (MsgType::new(b"D"), |seen, _| seen.push("D")),
                (MsgType::new(b"AE"), |seen, _| seen.push("AE")),
            ],
            |seen, _| seen.push("other"),
        );
        let mut seen = std::vec::Vec::new();
        for frame in [&b"35=D\x01"[..], b"35=AE\x01", b"35=A\x01", b"35=DD\x01"] {
            let kind_len = u16::try_from(frame.len() - 4).unwrap();
            let layout = Layout {
                number: MsgSeqNum::FIRST,
                kind_at: 3,
                kind_len,
                body_at: 0,
                flags: Flags::default(),
            };
            DISPATCH.dispatch(&mut seen, &Message::new(frame, &DataFields::STANDARD, layout));
        }
        assert_eq!(seen, ["D", "AE", "other", "other"]);
    }
}
