//! The keys of QuickFIX and QuickFIX/J, and who acts on them.

use std::string::String;

/// Who acts on a key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Owner {
    /// The session, or its message rules.
    Session,
    /// The calendar that `SessionSettings::schedule` makes.
    Calendar,
    /// The caller: sockets, files, databases, logs.
    Caller,
}

/// The key as the engines spell it, and who acts on it; `None` if it is unknown.
pub(super) fn known(key: &str) -> Option<(String, Owner)> {
    let find = |names: &[&'static str], name: &str| {
        names.iter().find(|known| known.eq_ignore_ascii_case(name)).copied()
    };
    let plain = find(SESSION, key)
        .map(|name| (name, Owner::Session))
        .or_else(|| find(CALENDAR, key).map(|name| (name, Owner::Calendar)))
        .or_else(|| find(CALLER, key).map(|name| (name, Owner::Caller)));
    if let Some((name, owner)) = plain {
        return Some((name.into(), owner));
    }
    // AppDataDictionary.FIX.5.0SP2
    if let Some((name, version)) = key.split_once('.')
        && name.eq_ignore_ascii_case(APP_DATA_DICTIONARY)
    {
        return Some((std::format!("{APP_DATA_DICTIONARY}.{version}"), Owner::Session));
    }
    let name = key.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = key.get(name.len()..).unwrap_or_default();
    if name.eq_ignore_ascii_case(LOGON_TAG) {
        return Some((std::format!("{LOGON_TAG}{number}"), Owner::Session));
    }
    find(NUMBERED, name).map(|name| (std::format!("{name}{number}"), Owner::Caller))
}

/// The key as the application writes it, where it is one of its own.
pub(super) fn own(key: &str, own: &[&str]) -> Option<(String, Owner)> {
    let name = own.iter().find(|name| name.eq_ignore_ascii_case(key))?;
    Some(((*name).into(), Owner::Caller))
}

pub(super) const APP_DATA_DICTIONARY: &str = "AppDataDictionary";
pub(super) const LOGON_TAG: &str = "LogonTag";

/// The caller's keys that may end in a number.
pub(super) const NUMBERED: &[&str] = &["SocketConnectHost", "SocketConnectPort", "SocketConnectProtocol"];

/// What `super::session` and `super::rules` read.
#[rustfmt::skip]
pub(super) const SESSION: &[&str] = &[
    "AllowPosDup", "AllowUnknownMsgFields", APP_DATA_DICTIONARY, "BeginString", "CheckCompID", "CheckLatency", "ClosedResendInterval",
    "ConnectionType", "DataDictionary", "DefaultApplVerID", "DisableHeartBeatCheck", "EnableLastMsgSeqNumProcessed",
    "EnableNextExpectedMsgSeqNum", "HeartBeatTimeoutMultiplier", "HeartBtInt", LOGON_TAG, "LogonTimeout", "LogoutTimeout", "MaxLatency",
    "MillisecondsInTimeStamp", "PersistMessages", "ReconnectInterval", "RejectGarbledMessage", "RejectInvalidMessage",
    "RequiresOrigSendingTime", "ResendRequestChunkSize", "ResetOnDisconnect", "ResetOnError", "ResetOnLogon", "ResetOnLogout",
    "SendNextExpectedMsgSeqNum", "SendRedundantResendRequests", "SendResetSeqNumFlag", "SenderCompID", "SenderLocationID", "SenderSubID",
    "TargetCompID", "TargetLocationID", "TargetSubID", "TestRequestDelayMultiplier", "TimeStampPrecision",
    "TransportDataDictionary", "UseDataDictionary", "ValidateChecksum", "ValidateFieldsHaveValues", "ValidateFieldsOutOfOrder",
    "ValidateIncomingMessage", "ValidateLengthAndChecksum", "ValidateSequenceNumbers", "ValidateUnorderedGroupFields",
    "ValidateUserDefinedFields",
];

/// What `super::schedule` reads.
#[rustfmt::skip]
pub(super) const CALENDAR: &[&str] = &[
    "EndDay", "EndTime", "LogonDay", "LogonTime", "LogoutDay", "LogoutTime", "NonStopSession", "StartDay", "StartTime", "TimeZone", "UseLocalTime", "Weekdays",
];

#[rustfmt::skip]
pub(super) const CALLER: &[&str] = &[
    "AcceptorTemplate", "AllowedRemoteAddresses", "CertificateRevocationListDirectory", "CertificateRevocationListFile",
    "CertificateVerifyLevel", "CertificationAuthoritiesDirectory", "CertificationAuthoritiesFile", "CipherSuites", "ClientCertificateFile",
    "ClientCertificateKeyFile", "ContinueInitializationOnError", "Description", "DisconnectOnError", "DynamicSession", "EnabledProtocols",
    "FileIncludeMilliseconds", "FileIncludeTimeStampForMessages", "FileLogBackupPath", "FileLogHeartbeats", "FileLogPath",
    "FileStoreMaxCachedMsgs", "FileStorePath", "FileStoreSync", "ForceResendWhenCorruptedStore", "HostSelectionPolicy",
    "HostSelectionPolicyPriorityStartOverInterval", "HttpAcceptPort", "JdbcDataSourceName", "JdbcDriver", "JdbcLogEventTable",
    "JdbcLogHeartBeats", "JdbcLogIncomingTable", "JdbcLogOutgoingTable", "JdbcMaxActiveConnection", "JdbcMaxActiveTime",
    "JdbcMaxConnectionLifeTime", "JdbcPassword", "JdbcSessionIdDefaultPropertyValue", "JdbcSimultaneousBuildThrottle",
    "JdbcStoreMessagesTableName", "JdbcStoreSessionsTableName", "JdbcURL", "JdbcUser", "KeyManagerFactoryAlgorithm", "KeyStoreType",
    "LogMessageWhenSessionNotFound", "MaxScheduledWriteRequests", "MySQLLogDatabase", "MySQLLogEventTable", "MySQLLogHost",
    "MySQLLogIncomingTable", "MySQLLogOutgoingTable", "MySQLLogPassword", "MySQLLogPort", "MySQLLogUseConnectionPool", "MySQLLogUser",
    "MySQLStoreDatabase", "MySQLStoreHost", "MySQLStorePassword", "MySQLStorePort", "MySQLStoreUseConnectionPool", "MySQLStoreUser",
    "NeedClientAuth", "OdbcLogConnectionString", "OdbcLogEventTable", "OdbcLogIncomingTable", "OdbcLogOutgoingTable", "OdbcLogPassword",
    "OdbcLogUser", "OdbcStoreConnectionString", "OdbcStorePassword", "OdbcStoreUser", "PostgreSQLLogDatabase", "PostgreSQLLogEventTable",
    "PostgreSQLLogHost", "PostgreSQLLogIncomingTable", "PostgreSQLLogOutgoingTable", "PostgreSQLLogPassword", "PostgreSQLLogPort",
    "PostgreSQLLogUseConnectionPool", "PostgreSQLLogUser", "PostgreSQLStoreDatabase", "PostgreSQLStoreHost", "PostgreSQLStorePassword",
    "PostgreSQLStorePort", "PostgreSQLStoreUseConnectionPool", "PostgreSQLStoreUser", "PreserveMessageFieldsOrder", "ProxyDomain",
    "ProxyHost", "ProxyPassword", "ProxyPort", "ProxyType", "ProxyUser", "ProxyVersion", "ProxyWorkstation", "RefreshOnLogon",
    "RejectMessageOnUnhandledException", "ScreenLogShowEvents", "ScreenLogShowHeartBeats", "ScreenLogShowIncoming", "ScreenLogShowOutgoing",
    "ServerCertificateFile", "ServerCertificateKeyFile", "SessionQualifier", "SLF4JLogEventCategory", "SLF4JLogHeartbeats",
    "SLF4JLogIncomingMessageCategory", "SLF4JLogOutgoingMessageCategory", "SLF4JLogPrependSessionID", "SocketAcceptAddress",
    "SocketAcceptPort", "SocketAcceptProtocol", "SocketConnectHost", "SocketConnectPort", "SocketConnectProtocol",
    "SocketConnectSourceHost", "SocketConnectSourcePort", "SocketKeepAlive", "SocketKeyStore", "SocketKeyStorePassword", "SocketLinger",
    "SocketLocalHost", "SocketLocalPort", "SocketNodelay", "SocketOobInline", "SocketReceiveBufferSize", "SocketReuseAddress",
    "SocketSendBufferSize", "SocketSynchronousWrites", "SocketSynchronousWriteTimeout", "SocketTcpNoDelay", "SocketTrafficClass",
    "SocketTrustStore", "SocketTrustStorePassword", "SocketUseSSL", "SSLCipherSuite", "SSLProtocol", "TLSCipherSuites",
    "TrustManagerFactoryAlgorithm", "TrustStoreType", "UseSNI",
];
