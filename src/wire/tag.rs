//! Tags of the session layer, and which of them belong to header and trailer.

use super::BeginString;

/// BeginSeqNo(7).
pub const BEGIN_SEQ_NO: u32 = 7;
/// BeginString(8).
pub const BEGIN_STRING: u32 = 8;
/// BodyLength(9).
pub const BODY_LENGTH: u32 = 9;
/// CheckSum(10).
pub const CHECK_SUM: u32 = 10;
/// EndSeqNo(16).
pub const END_SEQ_NO: u32 = 16;
/// MsgSeqNum(34).
pub const MSG_SEQ_NUM: u32 = 34;
/// MsgType(35).
pub const MSG_TYPE: u32 = 35;
/// NewSeqNo(36).
pub const NEW_SEQ_NO: u32 = 36;
/// PossDupFlag(43).
pub const POSS_DUP_FLAG: u32 = 43;
/// RefSeqNum(45).
pub const REF_SEQ_NUM: u32 = 45;
/// SenderCompID(49).
pub const SENDER_COMP_ID: u32 = 49;
/// SenderSubID(50).
pub const SENDER_SUB_ID: u32 = 50;
/// SendingTime(52).
pub const SENDING_TIME: u32 = 52;
/// TargetCompID(56).
pub const TARGET_COMP_ID: u32 = 56;
/// TargetSubID(57).
pub const TARGET_SUB_ID: u32 = 57;
/// Text(58).
pub const TEXT: u32 = 58;
/// Signature(89).
pub const SIGNATURE: u32 = 89;
/// SecureDataLen(90).
pub const SECURE_DATA_LEN: u32 = 90;
/// SecureData(91).
pub const SECURE_DATA: u32 = 91;
/// SignatureLength(93).
pub const SIGNATURE_LENGTH: u32 = 93;
/// RawDataLength(95).
pub const RAW_DATA_LENGTH: u32 = 95;
/// RawData(96).
pub const RAW_DATA: u32 = 96;
/// PossResend(97).
pub const POSS_RESEND: u32 = 97;
/// EncryptMethod(98).
pub const ENCRYPT_METHOD: u32 = 98;
/// HeartBtInt(108).
pub const HEART_BT_INT: u32 = 108;
/// TestReqID(112).
pub const TEST_REQ_ID: u32 = 112;
/// OnBehalfOfCompID(115).
pub const ON_BEHALF_OF_COMP_ID: u32 = 115;
/// OnBehalfOfSubID(116).
pub const ON_BEHALF_OF_SUB_ID: u32 = 116;
/// OrigSendingTime(122).
pub const ORIG_SENDING_TIME: u32 = 122;
/// GapFillFlag(123).
pub const GAP_FILL_FLAG: u32 = 123;
/// DeliverToCompID(128).
pub const DELIVER_TO_COMP_ID: u32 = 128;
/// DeliverToSubID(129).
pub const DELIVER_TO_SUB_ID: u32 = 129;
/// ResetSeqNumFlag(141).
pub const RESET_SEQ_NUM_FLAG: u32 = 141;
/// SenderLocationID(142).
pub const SENDER_LOCATION_ID: u32 = 142;
/// TargetLocationID(143).
pub const TARGET_LOCATION_ID: u32 = 143;
/// OnBehalfOfLocationID(144).
pub const ON_BEHALF_OF_LOCATION_ID: u32 = 144;
/// DeliverToLocationID(145).
pub const DELIVER_TO_LOCATION_ID: u32 = 145;
/// XmlDataLen(212).
pub const XML_DATA_LEN: u32 = 212;
/// XmlData(213).
pub const XML_DATA: u32 = 213;
/// MessageEncoding(347).
pub const MESSAGE_ENCODING: u32 = 347;
/// EncodedTextLen(354).
pub const ENCODED_TEXT_LEN: u32 = 354;
/// EncodedText(355).
pub const ENCODED_TEXT: u32 = 355;
/// LastMsgSeqNumProcessed(369).
pub const LAST_MSG_SEQ_NUM_PROCESSED: u32 = 369;
/// OnBehalfOfSendingTime(370).
pub const ON_BEHALF_OF_SENDING_TIME: u32 = 370;
/// RefTagID(371).
pub const REF_TAG_ID: u32 = 371;
/// RefMsgType(372).
pub const REF_MSG_TYPE: u32 = 372;
/// SessionRejectReason(373).
pub const SESSION_REJECT_REASON: u32 = 373;
/// BusinessRejectRefID(379).
pub const BUSINESS_REJECT_REF_ID: u32 = 379;
/// BusinessRejectReason(380).
pub const BUSINESS_REJECT_REASON: u32 = 380;
/// MaxMessageSize(383).
pub const MAX_MESSAGE_SIZE: u32 = 383;
/// NoMsgTypes(384).
pub const NO_MSG_TYPES: u32 = 384;
/// MsgDirection(385).
pub const MSG_DIRECTION: u32 = 385;
/// TestMessageIndicator(464).
pub const TEST_MESSAGE_INDICATOR: u32 = 464;
/// Username(553).
pub const USERNAME: u32 = 553;
/// Password(554).
pub const PASSWORD: u32 = 554;
/// NoHops(627).
pub const NO_HOPS: u32 = 627;
/// HopCompID(628).
pub const HOP_COMP_ID: u32 = 628;
/// HopSendingTime(629).
pub const HOP_SENDING_TIME: u32 = 629;
/// HopRefID(630).
pub const HOP_REF_ID: u32 = 630;
/// NextExpectedMsgSeqNum(789).
pub const NEXT_EXPECTED_MSG_SEQ_NUM: u32 = 789;
/// NewPassword(925).
pub const NEW_PASSWORD: u32 = 925;
/// ApplVerID(1128).
pub const APPL_VER_ID: u32 = 1128;
/// CstmApplVerID(1129).
pub const CSTM_APPL_VER_ID: u32 = 1129;
/// RefApplVerID(1130).
pub const REF_APPL_VER_ID: u32 = 1130;
/// RefCstmApplVerID(1131).
pub const REF_CSTM_APPL_VER_ID: u32 = 1131;
/// DefaultApplVerID(1137).
pub const DEFAULT_APPL_VER_ID: u32 = 1137;
/// ApplExtID(1156).
pub const APPL_EXT_ID: u32 = 1156;
/// EncryptedPasswordMethod(1400).
pub const ENCRYPTED_PASSWORD_METHOD: u32 = 1400;
/// EncryptedPasswordLen(1401).
pub const ENCRYPTED_PASSWORD_LEN: u32 = 1401;
/// EncryptedPassword(1402).
pub const ENCRYPTED_PASSWORD: u32 = 1402;
/// EncryptedNewPasswordLen(1403).
pub const ENCRYPTED_NEW_PASSWORD_LEN: u32 = 1403;
/// EncryptedNewPassword(1404).
pub const ENCRYPTED_NEW_PASSWORD: u32 = 1404;
/// RefApplExtID(1406).
pub const REF_APPL_EXT_ID: u32 = 1406;
/// DefaultApplExtID(1407).
pub const DEFAULT_APPL_EXT_ID: u32 = 1407;
/// DefaultCstmApplVerID(1408).
pub const DEFAULT_CSTM_APPL_VER_ID: u32 = 1408;
/// SessionStatus(1409).
pub const SESSION_STATUS: u32 = 1409;
/// DefaultVerIndicator(1410).
pub const DEFAULT_VER_INDICATOR: u32 = 1410;
/// FIXEngineName(1600).
pub const FIX_ENGINE_NAME: u32 = 1600;
/// FIXEngineVersion(1601).
pub const FIX_ENGINE_VERSION: u32 = 1601;
/// FIXEngineVendor(1602).
pub const FIX_ENGINE_VENDOR: u32 = 1602;
/// ApplicationSystemName(1603).
pub const APPLICATION_SYSTEM_NAME: u32 = 1603;
/// ApplicationSystemVersion(1604).
pub const APPLICATION_SYSTEM_VERSION: u32 = 1604;
/// ApplicationSystemVendor(1605).
pub const APPLICATION_SYSTEM_VENDOR: u32 = 1605;
/// ApplLevelRecoveryIndicator(1744).
pub const APPL_LEVEL_RECOVERY_INDICATOR: u32 = 1744;

/// Tags from here on are user-defined: agreed between counterparties, in the header or the body.
pub const FIRST_USER_DEFINED: u32 = 5000;

/// One bit for each tag below 64 that is a field of the header, the same in every version.
const LOW_HEADER: u64 =
    1 << 8 | 1 << 9 | 1 << 34 | 1 << 35 | 1 << 43 | 1 << 49 | 1 << 50 | 1 << 52 | 1 << 56 | 1 << 57;

/// Whether `tag` is a field of the standard header in `version`, including the fields of the hop group.
#[inline]
pub const fn is_header(tag: u32, version: BeginString) -> bool {
    use BeginString as V;
    match tag {
        0..64 => LOW_HEADER >> tag & 1 == 1,
        90 | 91 | 97 | 115 | 116 | 122 | 128 | 129 => true,
        142..=145 => version as u8 >= V::Fix41 as u8,
        212 | 213 | 347 | 369 => version as u8 >= V::Fix42 as u8,
        370 => matches!(version, V::Fix42 | V::Fix43),
        627..=630 => version as u8 >= V::Fix43 as u8,
        1128 | 1129 | 1156 => matches!(version, V::Fixt11),
        _ => false,
    }
}

/// Whether `tag` is a field of the standard trailer, which is the same in every version.
#[inline]
pub const fn is_trailer(tag: u32) -> bool {
    matches!(tag, 10 | 89 | 93)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_grows_with_the_version() {
        for (tag, first) in [
            (POSS_DUP_FLAG, BeginString::Fix40),
            (SENDER_LOCATION_ID, BeginString::Fix41),
            (LAST_MSG_SEQ_NUM_PROCESSED, BeginString::Fix42),
            (HOP_COMP_ID, BeginString::Fix43),
            (APPL_VER_ID, BeginString::Fixt11),
        ] {
            for version in BeginString::ALL {
                assert_eq!(is_header(tag, version), version >= first, "{tag} {version}");
            }
        }
    }

    #[test]
    fn fields_of_body_and_trailer_are_no_header() {
        for version in BeginString::ALL {
            assert!(![TEXT, TEST_REQ_ID, CHECK_SUM, SIGNATURE, 0].iter().any(|&tag| is_header(tag, version)));
        }
        assert!([CHECK_SUM, SIGNATURE, SIGNATURE_LENGTH].into_iter().all(is_trailer));
        assert!(!is_trailer(TEXT));
    }

    #[test]
    fn on_behalf_of_sending_time_is_of_the_header_in_two_versions() {
        let versions = BeginString::ALL.into_iter().filter(|&version| is_header(370, version));
        assert!(versions.eq([BeginString::Fix42, BeginString::Fix43]));
    }
}
