//! Where counterparties differ: five groups of policies, each an enum that says what happens.
//!
//! [`Policies::standard`] obeys the FIX session layer wherever it speaks. What contradicts it in practice is a named choice, and
//! [`Policies::quickfix`] makes those that QuickFIX's users know.

use core::time::Duration;

/// All five groups.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Policies {
    /// Establishing a session, and what resets it.
    pub logon: LogonPolicy,
    /// Messages that are missing, on either side.
    pub gaps: GapPolicy,
    /// Heartbeats and silence.
    pub liveness: LivenessPolicy,
    /// Ending a connection.
    pub logout: LogoutPolicy,
    /// What is demanded of each message.
    pub checks: CheckPolicy,
}

impl Policies {
    /// The rules of the FIX session layer.
    pub const fn standard() -> Self {
        Policies {
            logon: LogonPolicy {
                timeout: Duration::from_secs(10),
                reconnect_after: Duration::from_secs(5),
                attempts: None,
                heart_bt_int: HeartBtIntRule::Adopt,
                reset_on_logon: ResetOnLogon::Never,
                reset_on_logout: ResetOn::Keep,
                reset_on_disconnect: ResetOn::Keep,
                reset_on_error: ResetOn::Keep,
                reset_by_peer: ResetByPeer::Accept,
                unasked_reset: UnaskedReset::Refuse,
                reset_ack: ResetAck::Demand,
                next_expected: NextExpected::Off,
                test_message: TestMessage::Unchecked,
                bad_sending_time: BadLogon::Logout,
                max_message_size: MaxMessageSize::Unsaid,
                while_disconnected: WhileDisconnected::Refuse,
            },
            gaps: GapPolicy {
                above: Above::Hold,
                request_end: RequestEnd::Open,
                chunk: 0,
                while_open: WhileOpen::Wait,
                retry: Retry::NewRequest,
                progress_timeout: Duration::from_secs(10),
                tries: 3,
                stale_request: StaleRequest::Refuse,
                live_wait: Duration::from_secs(5),
            },
            liveness: LivenessPolicy {
                test_request_after: Percent(120),
                answer_within: Percent(120),
                echo: Echo::AnyTraffic,
                test_req_id: TestReqId::MsgSeqNum,
                while_probing: WhileProbing::Heartbeat,
                unanswered: Unanswered::Logout,
                silence: Silence::Watch,
                second_link: SecondLink::TestFirst,
            },
            logout: LogoutPolicy {
                timeout: Duration::from_secs(10),
                close_timeout: Duration::from_secs(10),
                out_of_sequence: OutOfSequenceLogout::Recover,
                after_answer: AfterAnswer::AwaitClose,
                after_reject: AfterReject::Text,
                answer_status: AnswerStatus::Unsaid,
                on_disconnect: OnDisconnect::Keep,
            },
            checks: CheckPolicy {
                sending_time: SendingTimeCheck::Within(Duration::from_secs(120)),
                comp_ids: Check::On,
                sub_ids: Check::Off,
                sequence: Check::On,
                checksum: Check::On,
                header_order: Check::On,
                orig_sending_time: OrigSendingTime::Reject,
                low_number: LowNumber::Logout,
                garbled: GarbledMessage::Ignore,
                last_processed: LastProcessed::Unsaid,
                routing: Routing::Keep,
                reject_text: RejectText::Particular,
                finished: Finished::ByStep,
            },
        }
    }

    /// QuickFIX's habits: its defaults, where they differ from the rules.
    pub const fn quickfix() -> Self {
        let mut policies = Policies::standard();
        policies.logon.bad_sending_time = BadLogon::Close;
        policies.logon.reset_ack = ResetAck::Infer;
        policies.logon.unasked_reset = UnaskedReset::Accept;
        policies.gaps.stale_request = StaleRequest::Serve;
        policies.liveness.test_req_id = TestReqId::Fixed("TEST");
        policies.liveness.while_probing = WhileProbing::Quiet;
        policies.liveness.unanswered = Unanswered::Close;
        policies.liveness.second_link = SecondLink::Drop;
        policies.logout.timeout = Duration::from_secs(2);
        policies.logout.out_of_sequence = OutOfSequenceLogout::Answer;
        policies.logout.after_answer = AfterAnswer::Close;
        policies.logout.after_reject = AfterReject::NoText;
        policies.checks.orig_sending_time = OrigSendingTime::RejectThenLogout;
        policies.checks.routing = Routing::Reverse;
        policies.checks.reject_text = RejectText::OfReason;
        policies
    }
}

/// Establishing a session, and what resets it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LogonPolicy {
    /// How long a Logon may take: the counterparty's to come, its answer, the application's verdict.
    /// The standard names no time; QuickFIX waits 10 s (`LogonTimeout`).
    pub timeout: Duration,
    /// How long after a lost or failed link an initiator asks to connect again (`ReconnectInterval`).
    pub reconnect_after: Duration,
    /// How many times in a row an initiator asks to connect without reaching a logon; `None` for no limit.
    pub attempts: Option<u32>,
    /// Which HeartBtInt(108) an acceptor takes (FIX session layer 4.3.5).
    pub heart_bt_int: HeartBtIntRule,
    /// Does each logon begin a new series (`ResetOnLogon`)?
    pub reset_on_logon: ResetOnLogon,
    /// What a finished Logout handshake does to the series (`ResetOnLogout`).
    pub reset_on_logout: ResetOn,
    /// What a lost link does to the series (`ResetOnDisconnect`).
    pub reset_on_disconnect: ResetOn,
    /// What a connection that ended over a fault does to the series (`ResetOnError`).
    pub reset_on_error: ResetOn,
    /// May the counterparty reset, by a Logon with ResetSeqNumFlag(141), at logon and in session?
    pub reset_by_peer: ResetByPeer,
    /// May an answer to our Logon reset, although we did not ask?
    pub unasked_reset: UnaskedReset,
    /// Must the answer to our reset say ResetSeqNumFlag(141) itself?
    pub reset_ack: ResetAck,
    /// Is NextExpectedMsgSeqNum(789) in use between the two (FIX session layer 4.4.1; `EnableNextExpectedMsgSeqNum`)?
    pub next_expected: NextExpected,
    /// Which TestMessageIndicator(464) a Logon must bear (FIX session layer 4.3.2).
    pub test_message: TestMessage,
    /// What a Logon with a bad SendingTime(52) gets.
    pub bad_sending_time: BadLogon,
    /// Do we say MaxMessageSize(383) on our Logon?
    pub max_message_size: MaxMessageSize,
    /// What happens to messages that the application sends without a connection (test case 16).
    pub while_disconnected: WhileDisconnected,
}

/// Messages that are missing, on either side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GapPolicy {
    /// What happens to a message above a gap.
    pub above: Above,
    /// How a ResendRequest ends (`ClosedResendInterval`).
    pub request_end: RequestEnd,
    /// How many messages one ResendRequest asks for at most; 0 for all (`ResendRequestChunkSize`).
    pub chunk: u32,
    /// What another message above the gap does while a request is open (`SendRedundantResendRequests`).
    pub while_open: WhileOpen,
    /// How a request that brought nothing is repeated.
    pub retry: Retry,
    /// How long a recovery may stand still.
    pub progress_timeout: Duration,
    /// How many times the same gap is asked for in all before the session gives up (FIX session layer 4.5.2: an endless resend loop must be stopped).
    pub tries: u8,
    /// What a ResendRequest gets whose own number was processed before.
    pub stale_request: StaleRequest,
    /// How long messages of the application may stand behind replays. A request that comes later than that is served after them.
    pub live_wait: Duration,
}

/// Heartbeats and silence.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LivenessPolicy {
    /// How long after the last inbound message a TestRequest goes out, in percent of HeartBtInt (`TestRequestDelayMultiplier`).
    pub test_request_after: Percent,
    /// How long after that the link counts as lost, in percent of HeartBtInt (`HeartBeatTimeoutMultiplier`, which counts from the last message).
    pub answer_within: Percent,
    /// What answers a TestRequest.
    pub echo: Echo,
    /// What TestReqID(112) says.
    pub test_req_id: TestReqId,
    /// Do heartbeats go on while a TestRequest of ours is open?
    pub while_probing: WhileProbing,
    /// What happens when nothing answers.
    pub unanswered: Unanswered,
    /// Is silence watched at all (`DisableHeartBeatCheck`)?
    pub silence: Silence,
    /// What a second connection of the same counterparty does while the first is logged on.
    pub second_link: SecondLink,
}

/// Ending a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct LogoutPolicy {
    /// LogoutAckThreshold: how long the answer to our Logout may take (`LogoutTimeout`).
    pub timeout: Duration,
    /// How long the counterparty may take to close the link after we answered its Logout (test case 13b: 10 s).
    pub close_timeout: Duration,
    /// What a Logout with a number above the expected one gets (FIX session layer 4.6.3).
    pub out_of_sequence: OutOfSequenceLogout,
    /// Who closes the link after we answered a Logout.
    pub after_answer: AfterAnswer,
    /// Does a Logout that follows a Reject repeat the reason in Text(58)?
    pub after_reject: AfterReject,
    /// Does the answer to a Logout bear SessionStatus(1409) 4, where the version has the field?
    pub answer_status: AnswerStatus,
    /// Is the application told to cancel its orders when the link ends?
    pub on_disconnect: OnDisconnect,
}

/// What is demanded of each message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CheckPolicy {
    /// SendingTimeThreshold: how far SendingTime(52) may be from our UTC, either way (FIX session layer 4.2.3; `CheckLatency`, `MaxLatency`).
    pub sending_time: SendingTimeCheck,
    /// SenderCompID(49) and TargetCompID(56) on every message (FIX session layer 4.2.2; `CheckCompID`).
    pub comp_ids: Check,
    /// SubIDs and LocationIDs where they are configured (FIX session layer 4.2.4).
    pub sub_ids: Check,
    /// Sequence numbers; off for feeds that recover elsewhere (`ValidateSequenceNumbers`).
    pub sequence: Check,
    /// CheckSum(10) (`ValidateChecksum`).
    pub checksum: Check,
    /// Header fields before body fields (test case 14g).
    pub header_order: Check,
    /// What a possible duplicate without a good OrigSendingTime(122) gets (`RequiresOrigSendingTime`).
    pub orig_sending_time: OrigSendingTime,
    /// What a number below the expected one gets.
    pub low_number: LowNumber,
    /// What a garbled message gets (`RejectGarbledMessage`).
    pub garbled: GarbledMessage,
    /// Do we say LastMsgSeqNumProcessed(369) (`EnableLastMsgSeqNumProcessed`)?
    pub last_processed: LastProcessed,
    /// Do Rejects go back the way that OnBehalfOf and DeliverTo fields name?
    pub routing: Routing,
    /// What Text(58) of a Reject says.
    pub reject_text: RejectText,
    /// When a message counts as finished by the application.
    pub finished: Finished,
}

/// A part of HeartBtInt(108), in percent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Percent(pub u16);

impl Percent {
    /// So many percent of `seconds`.
    pub(crate) fn of_seconds(self, seconds: u32) -> Duration {
        Duration::from_millis(u64::from(seconds) * 10 * u64::from(self.0))
    }
}

/// A check that can be left out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Check {
    /// It is made.
    On,
    /// It is not made.
    Off,
}

/// Which HeartBtInt(108) an acceptor takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HeartBtIntRule {
    /// The initiator's, whatever it is (FIX session layer 4.3.5.3).
    Adopt,
    /// This one, in seconds; a Logon with another is refused (FIX session layer 4.3.5.1).
    Exactly(u32),
    /// From the first to the second, in seconds (FIX session layer 4.3.5.2).
    Between(u32, u32),
}

/// Does each logon begin a new series?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetOnLogon {
    /// Numbers go on.
    Never,
    /// Yes, and our Logon says ResetSeqNumFlag(141) (FIX session layer 4.4.3).
    Announced,
    /// Yes, and nothing is said: both sides agreed on it, or it is the acceptor's habit.
    Silent,
}

/// What the end of a connection does to the series.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetOn {
    /// Numbers survive (FIX session layer 4.1).
    Keep,
    /// The next connection begins a new series at 1, by agreement.
    Reset,
}

/// May the counterparty reset?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetByPeer {
    /// Yes, once every other check of its Logon has passed.
    Accept,
    /// No: Logout, and numbers stay untouched (FIX session layer 4.4.2, 4.4.3).
    Refuse,
    /// When it connects, not in session.
    AtLogonOnly,
}

/// May an answer to our Logon reset, although we did not ask?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum UnaskedReset {
    /// No: the answer is invalid.
    Refuse,
    /// Yes: the counterparty's reset is taken, with an event.
    Accept,
}

/// Must the answer to our reset say ResetSeqNumFlag(141) itself?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResetAck {
    /// Yes (FIX session layer 4.4.2).
    Demand,
    /// MsgSeqNum 1 is enough.
    Infer,
}

/// Is NextExpectedMsgSeqNum(789) in use?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NextExpected {
    /// Not said, and ignored when it comes.
    Off,
    /// Said on our Logon; the counterparty's is obeyed.
    On,
}

/// Which TestMessageIndicator(464) a Logon must bear.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TestMessage {
    /// Any.
    Unchecked,
    /// `Y` is refused.
    Production,
    /// Only `Y` is taken, and our Logon says it.
    Test,
}

/// What a Logon gets that is bad although its identity is known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum BadLogon {
    /// A Logout that says why.
    Logout,
    /// The link is closed without a word.
    Close,
}

/// Do we say MaxMessageSize(383)?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MaxMessageSize {
    /// No.
    Unsaid,
    /// Yes: the configured longest frame (FIX session layer 4.3.6).
    Said,
}

/// What happens to messages that the application sends without a connection.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WhileDisconnected {
    /// They are refused; the application keeps them, unnumbered.
    Refuse,
    /// They are numbered and stored; the counterparty sees the gap at logon and asks for them.
    Store,
}

/// What happens to a message above a gap.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Above {
    /// It waits in the memory that the inbox lends for that, as long as there is room.
    Hold,
    /// It is dropped and comes again.
    Drop,
}

/// How a ResendRequest ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RequestEnd {
    /// EndSeqNo(16) 0 (999999 up to FIX 4.1): everything from BeginSeqNo(7) on.
    Open,
    /// The last number that is missing.
    Closed,
}

/// What another message above the gap does while a request is open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WhileOpen {
    /// Nothing: one request a gap.
    Wait,
    /// It asks again.
    Repeat,
}

/// How a request that brought nothing is repeated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Retry {
    /// By a ResendRequest with a number of its own.
    NewRequest,
    /// By the same ResendRequest, its number and PossDupFlag(43).
    SameNumber,
}

/// What a ResendRequest gets whose own number was processed before.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StaleRequest {
    /// What any low number gets (FIX session layer 4.10, state 10).
    Refuse,
    /// It is served, not counted.
    Serve,
}

/// What answers a TestRequest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Echo {
    /// Any good message: in a long recovery the answer stands above the gap.
    AnyTraffic,
    /// Only a Heartbeat with our TestReqID(112).
    Demand,
}

/// What TestReqID(112) says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TestReqId {
    /// The TestRequest's own MsgSeqNum: never the same twice in a series.
    MsgSeqNum,
    /// Always this.
    Fixed(&'static str),
}

/// Do heartbeats go on while a TestRequest of ours is open?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum WhileProbing {
    /// Yes.
    Heartbeat,
    /// No.
    Quiet,
}

/// What happens when nothing answers our TestRequest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Unanswered {
    /// Logout with a reason, then the link is closed.
    Logout,
    /// The link is closed.
    Close,
}

/// Is silence watched?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Silence {
    /// Yes (FIX session layer 4.5.5).
    Watch,
    /// No: only a closed link ends the session.
    Ignore,
}

/// What a second connection does while the first is logged on. It is dropped in either case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SecondLink {
    /// The first is tested by a TestRequest, lest a half-open one keep the counterparty out (test case 1Sb).
    TestFirst,
    /// Nothing else.
    Drop,
}

/// What a Logout above a gap gets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OutOfSequenceLogout {
    /// The gap is asked for and filled, then it is answered (FIX session layer 4.6.3).
    Recover,
    /// It is answered at once; what is missing comes at the next logon.
    Answer,
}

/// Who closes the link after we answered a Logout.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AfterAnswer {
    /// The side that began (test case 13b); we, if it does not within the time allowed.
    AwaitClose,
    /// We do, at once.
    Close,
}

/// Does a Logout that follows a Reject repeat the reason?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AfterReject {
    /// In Text(58).
    Text,
    /// No.
    NoText,
}

/// Does the answer to a Logout bear SessionStatus(1409)?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AnswerStatus {
    /// No.
    Unsaid,
    /// 4, session logout complete.
    Said,
}

/// Is the application told to cancel its orders when the link ends?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OnDisconnect {
    /// No: a Logout or a lost link never touches orders (FIX session layer 4.6).
    Keep,
    /// By an event.
    CancelOrders,
}

/// How far SendingTime(52) may be from our UTC.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SendingTimeCheck {
    /// At most this, either way.
    Within(Duration),
    /// Any distance; its form is checked all the same.
    Off,
}

/// What a possible duplicate without a good OrigSendingTime(122) gets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OrigSendingTime {
    /// A Reject, also when it is a duplicate (test cases 2f, 2g).
    Reject,
    /// A Reject; when 122 is later than 52, a Logout after it.
    RejectThenLogout,
    /// Nothing: it is handled as if 122 were good.
    Ignore,
}

/// What a number below the expected one gets, without PossDupFlag(43).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LowNumber {
    /// Logout, and the link is closed (FIX session layer 4.8.1, test case 2c).
    Logout,
    /// A Reject; the session goes on.
    Reject,
}

/// What a garbled message gets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum GarbledMessage {
    /// Nothing: no answer, no number (FIX session layer 4.5.2, test cases 2d, 3b, 3c).
    Ignore,
    /// A Reject, and its number counts when it is readable and the next.
    Reject,
    /// The link is closed.
    Close,
}

/// Do we say LastMsgSeqNumProcessed(369)?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum LastProcessed {
    /// No.
    Unsaid,
    /// On every message, from FIX 4.2 on.
    Said,
}

/// Do Rejects go back the way that OnBehalfOf and DeliverTo fields name?
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Routing {
    /// No: they go to the counterparty.
    Keep,
    /// OnBehalfOf fields become DeliverTo fields and the other way round.
    Reverse,
}

/// What Text(58) of a Reject says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RejectText {
    /// What is wrong with this message, where there is more to say than the reason does (test case 11c asks for it).
    Particular,
    /// The words of its SessionRejectReason(373), and nothing else.
    OfReason,
}

/// When a message counts as finished by the application, so that it need not come again after a crash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Finished {
    /// When the application calls `step` again after it was handed over.
    ByStep,
    /// When the application calls `processed` with its number.
    ByCall,
}
