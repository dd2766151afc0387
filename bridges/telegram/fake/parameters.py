"""Which parameters the methods take (SPEC, Bot API 10). Telegram ignores others; a bot that shall have no slip of the pen does not.

`is_strict` refuses them: what the bridge misspells is found by its tests, and not by a customer who misses a quote.
"""

from bridges.telegram.fake.failures import Object, bad

_TO = """business_connection_id chat_id message_thread_id direct_messages_topic_id disable_notification protect_content
    allow_paid_broadcast message_effect_id suggested_post_parameters reply_parameters reply_markup"""
_CAPTION = "caption parse_mode caption_entities"
_EDIT = "business_connection_id chat_id message_id inline_message_id reply_markup"
_SIZED = "duration width height thumbnail"
_METHODS = {
    "getme": "",
    "getchat": "chat_id",
    "getbusinessconnection": "business_connection_id",
    "deletebusinessmessages": "business_connection_id message_ids",
    "setwebhook": "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
    "deletewebhook": "drop_pending_updates",
    "getwebhookinfo": "",
    "getupdates": "offset limit timeout allowed_updates",
    "sendmessage": f"{_TO} text parse_mode entities link_preview_options",
    "editmessagetext": f"{_EDIT} text parse_mode entities link_preview_options",
    "editmessagecaption": f"{_EDIT} {_CAPTION} show_caption_above_media",
    "deletemessage": "chat_id message_id",
    "deletemessages": "chat_id message_ids",
    "setmessagereaction": "chat_id message_id reaction is_big",
    "sendchataction": "business_connection_id chat_id message_thread_id action",
    "answercallbackquery": "callback_query_id text show_alert url cache_time",
    "sendmediagroup": f"{_TO} media",
    "getfile": "file_id",
    "getuserprofilephotos": "user_id offset limit",
    "sendphoto": f"{_TO} {_CAPTION} photo show_caption_above_media has_spoiler",
    "senddocument": f"{_TO} {_CAPTION} document thumbnail disable_content_type_detection",
    "sendvideo": f"{_TO} {_CAPTION} {_SIZED} video cover start_timestamp show_caption_above_media has_spoiler supports_streaming",
    "sendaudio": f"{_TO} {_CAPTION} audio duration performer title thumbnail",
    "sendvoice": f"{_TO} {_CAPTION} voice duration",
    "sendanimation": f"{_TO} {_CAPTION} {_SIZED} animation show_caption_above_media has_spoiler",
    "sendvideonote": f"{_TO} video_note duration length thumbnail",
    "sendsticker": f"{_TO} sticker emoji",
}
KNOWN = {method: frozenset(names.split()) for method, names in _METHODS.items()}


def check(method: str, given: Object) -> None:
    """Raise Failure for a parameter that the method does not have."""
    unknown = sorted(given.keys() - KNOWN.get(method, given.keys()) - {"files"})
    if unknown:
        raise bad(f"unknown parameter {unknown[0]} of {method}")  # our words: Telegram has none
