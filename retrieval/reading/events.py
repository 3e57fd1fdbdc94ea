"""What rows of an interactions file mean: columns by name and content, kinds from words, opinions from ratings. Knows no item but its id."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from retrieval.reading.dates import parse_timestamp
from retrieval.reading.names import snake_case
from vouch.types import InteractionKind

FIELDS = ("user", "item", "rating", "kind", "at")

_NAMES: Mapping[str, tuple[str, ...]] = {
    "user": (
        "user", "user_id", "userid", "uid", "reviewer_id", "reviewerid", "customer", "customer_id", "person", "person_id", "member",
        "member_id", "visitor", "visitor_id", "visitorid", "session", "session_id", "account", "account_id", "profile", "client_id", "who",
        "user_name", "username", "name",
    ),
    "item": (
        "item", "item_id", "itemid", "movie", "movie_id", "movieid", "product", "product_id", "productid", "asin", "parent_asin", "book",
        "book_id", "isbn", "track", "track_id", "song", "song_id", "sid", "iid", "mid", "article", "article_id", "show_id", "anime_id",
        "game_id", "sku", "work", "work_id", "title", "id",
    ),
    "rating": ("rating", "score", "stars", "overall", "vote", "user_rating", "my_rating", "book_rating", "value", "preference"),
    "kind": ("kind", "event", "event_type", "action", "interaction", "interaction_type", "behavior", "behaviour", "type", "verb"),
    "at": (
        "timestamp", "time", "ts", "date", "at", "datetime", "created_at", "event_time", "unix_review_time", "review_time", "when", "day",
    ),
}  # fmt: skip

_KINDS: Mapping[InteractionKind, str] = {
    "like": "like liked likes favorite favourite favorited fav love loved upvote thumbs_up thumbsup star starred save saved bookmark "
    "wishlist recommend positive up",
    "dislike": "dislike disliked dislikes hate hated downvote thumbs_down thumbsdown negative down",
    "seen": "seen rating rate rated read finished complete completed watched listened consumed",
    "hide": "hide hidden block blocked not_interested ignore mute",
    "view": "view viewed views click clicked open opened impression detail detail_view page_view pageview pv visit play played watch listen "
    "stream add_to_cart addtocart cart add basket fav_cart",
    "purchase": "purchase purchased buy bought order ordered transaction checkout sale rent rented borrow borrowed download",
}
KIND_OF: Mapping[str, InteractionKind] = {word: kind for kind, words in _KINDS.items() for word in words.split()}


def named_columns(columns: Sequence[str]) -> dict[str, str]:
    """The columns whose names say what they are, by field; the first name of a field's list wins.

    >>> named_columns(["userId", "movieId", "rating", "timestamp"])
    {'user': 'userId', 'item': 'movieId', 'rating': 'rating', 'at': 'timestamp'}
    """
    found: dict[str, str] = {}
    plain = {snake_case(column): column for column in reversed(columns)}
    for field, names in _NAMES.items():
        column = next((plain[name] for name in names if name in plain and plain[name] not in found.values()), None)
        if column is not None:
            found[field] = column
    return found


def columns_by_content(
    heads: Mapping[str, Sequence[str]], *, known: Mapping[str, str], item_ids: Collection[str]
) -> dict[str, str]:
    """All fields that can be told: the named ones, the rest by their first values. `heads`: some values of each column.

    The item column holds ids of the catalogue (of two, the later: people come first); times are large numbers; ratings have few levels.
    """
    found = dict(known)
    free = [column for column in heads if column not in found.values()]
    if "item" not in found and free:
        shares = {c: sum(1 for v in heads[c] if v in item_ids) / max(1, len(heads[c])) for c in free}
        before = [c for c in free if shares[c] >= 0.9 * max(shares.values())]
        at = 1 if "user" not in found and len(before) > 1 and before[0] == free[0] else 0
        found["item"] = (
            before[at] if max(shares.values()) > 0 else free[min(1, len(free) - 1) if "user" not in found else 0]
        )
        free.remove(found["item"])
    for column in list(free):
        numbers = [n for v in heads[column] if (n := _number(v)) is not None]
        if "at" not in found and numbers and all(parse_timestamp(n) is not None for n in numbers):
            found["at"] = column
            free.remove(column)
    if "user" not in found and free:
        found["user"] = free.pop(0)
    for column in free:
        values = [v for v in heads[column] if v]
        if "rating" not in found and values and len(set(values)) <= 21 and all(_number(v) is not None for v in values):
            found["rating"] = column
        elif "kind" not in found and values and all(snake_case(v) in KIND_OF for v in values):
            found["kind"] = column
    return found


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def opinions(levels: Sequence[float]) -> dict[float, InteractionKind]:
    """What each level of a rating scale says: the upper fifth of the scale's levels like, the lower two fifths dislike, the rest seen.

    `levels` are the distinct ratings, sorted. Gaps are filled first: a file that holds 3, 4 and 5 is rated from 1 to 5.

    >>> opinions([1, 2, 3, 4, 5])
    {1: 'dislike', 2: 'dislike', 3: 'seen', 4: 'seen', 5: 'like'}
    >>> opinions([0.0, 1.0])
    {0.0: 'dislike', 1.0: 'like'}
    >>> opinions([3, 4, 5])
    {3: 'seen', 4: 'seen', 5: 'like'}
    """
    if len(levels) == 1:
        return {levels[0]: "like"}
    scale = _filled(levels)
    count = len(scale)
    liked, disliked = scale[-max(1, count // 5)], scale[max(1, 2 * count // 5) - 1]
    return {n: "like" if n >= liked else "dislike" if n <= disliked else "seen" for n in levels}


def _filled(levels: Sequence[float]) -> list[float]:
    """The levels of the scale in steps of the smallest gap, from the scale's start where its end (5 or 10) tells that."""
    step = round(min(b - a for a, b in pairwise(levels)), 6)
    top, bottom = levels[-1], levels[0]
    if top in {5.0, 10.0} and bottom > 0 and all(n * 2 == int(n * 2) for n in levels):
        step = 1.0 if all(n == int(n) for n in levels) else 0.5
        bottom = step
    if step <= 0 or (top - bottom) / step > 100:
        return list(levels)
    count = round((top - bottom) / step) + 1
    regular = all(abs((n - bottom) / step - round((n - bottom) / step)) < 1e-6 for n in levels)
    return [bottom + step * i for i in range(count)] if regular else list(levels)
