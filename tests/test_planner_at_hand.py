"""What is at hand in a conversation, and what is liked or disliked of it without being named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from agent.ledger import FEW, Ledger, Turn
from agent.planner.learned import Choice, read_choices, row_of
from agent.planner.plan import Plan, Planner
from agent.planner.speech_acts import ACTS
from tests.stand_ins_agent import catalogue_of, intents, planner, planner_over, works
from vouch.types import AttributeValue, ToolCall


def ids(*titles: str) -> tuple[str, ...]:
    return tuple(works().find(title)[0].item_id for title in titles)


def spoken(text: str, *titles: str, said: str = "hello", about: Sequence[str] = (), asked: bool = False) -> Turn:
    calls = (ToolCall(name="recommend", arguments={"text": "silent"}),) if asked else ()
    return Turn(said=said, calls=calls, shown=ids(*titles), about=ids(*about), text=text)


def after(*turns: Turn) -> Ledger:
    return Ledger(turns=turns)


def remembered(plan: Plan) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for call in plan.calls:
        if call.name == "remember":
            titles = call.arguments["titles"]
            found.setdefault(str(call.arguments["kind"]), []).extend(titles if isinstance(titles, list) else [])
    return found


class TestWhatIsAtHand:
    def test_it_is_the_newest_and_what_was_named_before_it(self) -> None:
        ledger = after(
            spoken("", "The Kid"),
            spoken("", "Faust", about=["Nosferatu"]),
            spoken("I see."),
            spoken("", "Metropolis", "The General"),
        )
        found = [(works().by_id[a.item_id].title, a.ours, a.back, a.ago, a.stands) for a in ledger.at_hand]
        assert found == [
            ("Metropolis", True, 0, 0, "among"),
            ("The General", True, 0, 0, "last"),
            ("Faust", True, 1, 2, "alone"),
        ]

    def test_what_the_person_named_is_theirs(self) -> None:
        (one,) = after(spoken("I know it.", about=["Nosferatu"])).at_hand
        assert (one.item_id, one.ours, one.back) == (*ids("Nosferatu"), False, 0)

    def test_nothing_is_at_hand_behind_a_list_that_was_asked_for(self) -> None:
        before = spoken("", "Faust")
        assert after(before, spoken("", "Metropolis", "The General", asked=True)).at_hand == ()
        assert len(after(before, spoken("", "Metropolis", asked=True)).at_hand) == 2

    def test_nor_behind_many_nor_long_ago(self) -> None:
        many = tuple(item.item_id for item in works().items[: FEW + 1])
        assert after(Turn(said="", shown=many)).at_hand == ()
        assert len(after(Turn(said="", shown=many[:FEW])).at_hand) == FEW
        quiet = [spoken("I see.")] * 4
        assert after(spoken("", "Faust"), *quiet).at_hand == ()
        assert len(after(spoken("", "Faust"), *quiet[:3]).at_hand) == 1


class TestPraiseWithoutATitle:
    @pytest.mark.parametrize("said", ["Those were all great movies!", "I loved both of them, they were great"])
    def test_of_several_is_of_all(self, said: str) -> None:
        plan = planner().plan(said, after(spoken("Have you seen Metropolis or Faust?", "Metropolis", "Faust")))
        assert set(remembered(plan)["like"]) == {"Metropolis", "Faust"}

    def test_of_one_among_several_is_asked_about(self) -> None:
        plan = planner().plan(
            "That was a great movie",
            after(spoken("Metropolis and Faust are both of that time.", "Metropolis", "Faust")),
        )
        assert plan.aside["intent"] == "which"
        assert plan.aside["offer"] == list(ids("Metropolis", "Faust"))
        assert not remembered(plan)

    @pytest.mark.parametrize("said", ["Me too!", "Same here", "I did too"])
    def test_agreeing_with_praise_is_praise(self, said: str) -> None:
        praised = after(spoken("I loved Metropolis, it is one of my favorites", "Metropolis"))
        assert remembered(planner().plan(said, praised)) == {"like": ["Metropolis"]}

    def test_of_a_film_of_some_turns_ago(self) -> None:
        ledger = after(
            spoken("How about Metropolis?", "Metropolis"), spoken("Brigitte Helm is in it", said="I have seen it")
        )
        assert remembered(planner().plan("Yes, that was a great movie, loved her in it", ledger)) == {
            "like": ["Metropolis"]
        }

    @pytest.mark.parametrize("said", ["I've seen it so many times", "it was really well made", "yes! so funny!"])
    def test_in_other_words(self, said: str) -> None:
        plan = planner().plan(said, after(spoken("Have you seen The General?", "The General")))
        assert remembered(plan)["like"] == ["The General"]

    @pytest.mark.parametrize(
        "said", ["I wasn't a fan", "I saw it but I didn't like it", "I could never get into that movie"]
    )
    def test_dislike_is_dislike(self, said: str) -> None:
        plan = planner().plan(said, after(spoken("Have you seen Metropolis?", "Metropolis")))
        assert remembered(plan).get("dislike") == ["Metropolis"]
        assert "like" not in remembered(plan)

    @pytest.mark.parametrize(
        "said",
        [
            "Have a good one!",
            "That's great, thank you",
            "I'm good with that, thanks",
            "Good bye",
            "I haven't seen that one, but I heard it is good",
        ],
    )
    def test_what_only_sounds_like_praise_likes_nothing(self, said: str) -> None:
        assert not remembered(planner().plan(said, after(spoken("How about Metropolis?", "Metropolis"))))

    def test_praise_behind_a_title_is_of_that_title(self) -> None:
        plan = planner().plan(
            "Last week we watched Nosferatu. It was great!", after(spoken("I love Metropolis", "Metropolis"))
        )
        assert remembered(plan).get("like") == ["Nosferatu"]


SERIES = (
    ("Ghost Train (1995)", 1995.0),
    ("Ghost Train 2 (1999)", 1999.0),
    ("Awesome (2001)", 2001.0),
    ("Yes (2004)", 2004.0),
)


def of_series() -> Planner:
    return planner_over(catalogue_of([(title, {"year": year}) for title, year in SERIES]))


class TestTheFirstOfASeries:
    def test_it_is_the_one_whose_name_a_sequel_bears(self) -> None:
        talk = of_series()
        sequel = talk.catalogue.find("Ghost Train 2")[0].item_id
        shown = Ledger(turns=(Turn(said="", shown=(sequel,), text="How about Ghost Train 2 (1999)?"),))
        assert remembered(talk.plan("I loved the first one", shown)) == {"like": ["Ghost Train (1995)"]}
        assert remembered(talk.plan("I liked the original better", shown)).get("like") == ["Ghost Train (1995)"]

    def test_a_sequel_that_is_not_here_may_have_been_spoken_of(self) -> None:
        talk = of_series()
        told = Ledger(turns=(Turn(said="Ghost Train 3", text="Did you like it?"),))
        assert remembered(talk.plan("It was fine. I loved the first one", told)).get("like") == ["Ghost Train (1995)"]

    def test_of_several_that_were_named_together_it_is_the_first_of_them(self) -> None:
        talk = of_series()
        both = tuple(talk.catalogue.find(title)[0].item_id for title in ("Awesome", "Ghost Train 2"))
        named = Ledger(turns=(Turn(said="", shown=both, text="Awesome (2001) or Ghost Train 2 (1999)?"),))
        assert remembered(talk.plan("I loved the first one", named))["like"] == ["Awesome (2001)"]

    def test_in_a_list_it_is_the_first_of_the_list(self) -> None:
        plan = planner().plan("I loved the first one", after(spoken("", "Faust", "Metropolis", asked=True)))
        assert remembered(plan)["like"] == ["Faust"]


def test_exclamations_are_no_titles_whatever_films_are_called() -> None:
    for said in ("I saw it and it was awesome", "Yes, it was good", "See you later! and Yes it was good"):
        assert not of_series().heard(said, Ledger()).slots.mentions
    assert [m.said for m in of_series().heard("I loved Awesome", Ledger()).slots.mentions] == ["Awesome"]


EVERYDAY = (
    "Big Blue Boat (1999)",
    "Back to the Old Harbour (1985)",
    "Something New (2006)",
    "Anything Else (2003)",
    "Best Day Trip (2007)",
)


def titles(said: str) -> list[str]:
    talk = planner_over(catalogue_of([(title, {"year": 2000.0}) for title in EVERYDAY]))
    return [m.said for m in talk.heard(said, Ledger()).slots.mentions]


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("i will watch big blue boat again too", "big blue boat"),
        ("big blue boat was a great film", "big blue boat"),
        ("i have been meaning to go back to the old harbour with my kids", "back to the old harbour"),
        ("I have seen Best day trip many times", "Best day trip"),
    ],
)
def test_everyday_words_in_small_letters_are_a_title_where_one_is_seen_or_judged(said: str, title: str) -> None:
    assert titles(said) == [title]


@pytest.mark.parametrize(
    "said",
    [
        "I would like to see something new this week",
        "Amazing film! anything else?",
        "we took our big blue boat out",
        "a best day trip idea",
        "I love best day trip stories",
    ],
)
def test_everyday_words_elsewhere_are_none(said: str) -> None:
    assert titles(said) == []


def test_the_others_are_those_that_were_named_beside_it() -> None:
    ledger = after(spoken("Metropolis, Faust and Nosferatu are silent.", "Metropolis", "Faust", "Nosferatu"))
    plan = planner().plan("I have seen Faust and loved it! Also the others were great too", ledger)
    assert set(remembered(plan)["like"]) == {"Metropolis", "Faust", "Nosferatu"}


def test_recommending_it_oneself_is_praise_and_wishing_for_more_is_not() -> None:
    ledger = after(spoken("Have you seen Metropolis?", "Metropolis"))
    assert remembered(planner().plan("Yes, I would highly recommend it", ledger)).get("like") == ["Metropolis"]
    assert not remembered(planner().plan("can you recommend something as good?", ledger))


def test_what_the_liked_films_are_like_is_liked_where_no_list_is_asked_for() -> None:
    weights = np.zeros((4096 + 2 * 384, 5), dtype=np.float32)
    weights[np.flatnonzero(row_of({"bias": 1.0})), ACTS.index("state")] = 50.0
    states = Planner(
        works(), intents(), choices={**read_choices(), "acts": Choice(ACTS, weights, intents().embedder.embedder_id)}
    )
    talk = after(spoken("What do you like?"))
    assert remembered(states.plan("I love quiet things like Metropolis", talk)) == {"like": ["Metropolis"]}
    assert not remembered(states.plan("it is older than Metropolis", talk)).get("like")


def test_a_name_that_only_begins_titles_is_the_person() -> None:
    shows: list[tuple[str, dict[str, AttributeValue]]] = [
        (title, {"star": ("Kevin Bright",), "year": year})
        for title, year in (("Kevin Bright: Live (2010)", 2010.0), ("Kevin Bright: Again (2012)", 2012.0))
    ]
    talk = planner_over(catalogue_of(shows))
    assert not talk.heard("I love Kevin Bright", Ledger()).slots.mentions
    assert talk.heard("I loved Kevin Bright: Live", Ledger()).slots.mentions


class TestPraiseThatIsPointedAt:
    @pytest.mark.parametrize(
        ("said", "liked"),
        [
            ("I saw both and they were awesome", {"Metropolis", "Faust"}),
            ("I love those two as well", {"Metropolis", "Faust"}),
        ],
    )
    def test_both_that_were_seen_are_judged_behind_it(self, said: str, liked: set[str]) -> None:
        plan = planner().plan(said, after(spoken("Have you seen Metropolis? Or Faust?", "Metropolis", "Faust")))
        assert set(remembered(plan).get("like", ())) == liked

    @pytest.mark.parametrize("said", ["I love those two actors.", "I like those kinds of movies"])
    def test_two_actors_and_a_kind_are_no_films(self, said: str) -> None:
        plan = planner().plan(said, after(spoken("", "Metropolis", "Faust")))
        assert not remembered(plan)

    def test_one_of_my_favorite_movies_is_one(self) -> None:
        plan = planner().plan("it was one of my favorite movies", after(spoken("Metropolis?", "Metropolis")))
        assert remembered(plan) == {"like": ["Metropolis"]}

    @pytest.mark.parametrize("said", ["hell yeah!", "Yes, I did", "Oh yes, very much so!"])
    def test_a_yes_says_that_it_was_liked_where_that_was_asked(self, said: str) -> None:
        asked = after(spoken("Did you like Metropolis?", "Metropolis"))
        assert remembered(planner().plan(said, asked)).get("like") == ["Metropolis"]

    @pytest.mark.parametrize("text", ["Have you seen Metropolis?", "Would you like to see Metropolis?"])
    def test_but_not_where_something_else_was(self, text: str) -> None:
        assert "like" not in remembered(planner().plan("hell yeah!", after(spoken(text, "Metropolis"))))

    def test_nor_where_the_yes_goes_on(self) -> None:
        asked = after(spoken("Did you like Metropolis?", "Metropolis"))
        assert "like" not in remembered(planner().plan("Yes, what else do you have?", asked))


@pytest.mark.parametrize(
    ("said", "liked"),
    [
        ("I have heard that Metropolis is really good", None),
        ("They say Metropolis would be great", None),
        ("I have heard Metropolis is good, and I loved Faust", ["Faust"]),
        ("I would say Metropolis is the best", ["Metropolis"]),
        ("Metropolis is one of the best. I have heard it will be shown again", ["Metropolis"]),
        ("thanks for suggesting Metropolis", None),
        ("Have you seen Faust? Loved that one.", ["Faust"]),
        ("The General is one of my favorite actors", None),
    ],
)
def test_hearsay_wishes_and_people_are_no_liking(said: str, liked: list[object] | None) -> None:
    assert remembered(planner().plan(said, after(spoken("What do you like?")))).get("like") == liked


PEOPLE = ("Morgan (1966)", "Along Came a Train (2001)")


@pytest.mark.parametrize(
    ("before", "liked"),
    [
        ("I like it, with Morgan Fairchild", None),
        ("What did you see? Morgan. Good", ["Morgan (1966)"]),
        ("", ["Morgan (1966)"]),
    ],
)
def test_who_was_just_named_is_no_title(before: str, liked: list[object] | None) -> None:
    talk = planner_over(catalogue_of([(title, {"year": 1990.0}) for title in PEOPLE]))
    plan = talk.plan("Ah! I love Morgan.", Ledger(turns=(Turn(said="", text=before),)))
    assert remembered(plan).get("like") == liked


@pytest.mark.parametrize(
    ("said", "likes"),
    [
        ("All really good.", {"Metropolis", "Faust"}),
        ("those are good ones too. What about something based on a play?", {"Metropolis", "Faust"}),
        ("I did see both of those, they were good.", {"Metropolis", "Faust"}),
        ("I have not seen it is it good", set()),
    ],
)
def test_short_praise_of_several(said: str, likes: set[str]) -> None:
    plan = planner().plan(said, after(spoken("How about Metropolis or Faust?", "Metropolis", "Faust")))
    assert set(remembered(plan).get("like", ())) == likes


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Great movie! Would like to see it again actually. Another suggestion?", "like"),
        ("Great movie and great suggestion. What else can you think of?", "like"),
        ("I'm meh on that movie. What else can you recommend?", "dislike"),
        ("It's not my thing, give me another", "dislike"),
        ("not bad, what else?", None),
        ("Is it like Faust?", None),
        ("It sounds like Faust", None),
        ("do you like films like Faust?", None),
    ],
)
def test_what_is_said_first_judges_what_was_just_spoken_of(said: str, kind: str | None) -> None:
    found = remembered(planner().plan(said, after(spoken("How about Metropolis?", "Metropolis"))))
    assert found.get("like" if kind is None else kind) == (None if kind is None else ["Metropolis"])


def test_both_needs_two() -> None:
    talk = after(spoken("I like Metropolis. Do you like old or new films?", "Metropolis"))
    assert "Metropolis" not in remembered(planner().plan("both", talk)).get("like", ())


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Metropolis, Faust, Dracula", {"like": ["Metropolis", "Faust", "Dracula"]}),
        ("I haven't seen Faust, but I've seen Metropolis and I didn't like it", {"dislike": ["Metropolis"]}),
        ("Metropolis I do not like Faust", {"like": ["Metropolis"], "dislike": ["Faust"]}),
        ("loved the acting in Metropolis but not so much in Faust", {"like": ["Metropolis"], "dislike": ["Faust"]}),
        ("not into films like Faust", {"dislike": ["Faust"]}),
    ],
)
def test_whose_verdict_it_is(said: str, found: dict[str, list[str]]) -> None:
    told = remembered(planner().plan(said, after(spoken("What are your favorite films?"))))
    assert {kind: titles for kind, titles in told.items() if kind in {"like", "dislike"}} == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Yes What a good movie", {"like": ["Metropolis"]}),
        ("Thats a great one You should watch Faust", {"like": ["Metropolis"]}),
        ("I've heard a lot about it, but not sure if it's good.", {}),
        ("I like a Vampire movie", {}),
    ],
)
def test_more_of_what_is_and_is_not_praise(said: str, found: dict[str, list[str]]) -> None:
    told = remembered(planner().plan(said, after(spoken("Have you seen Metropolis?", "Metropolis"))))
    assert {kind: titles for kind, titles in told.items() if kind in {"like", "dislike"}} == found


def test_both_that_were_seen_are_judged_by_both() -> None:
    shown = after(spoken("So was Metropolis and Faust.", "Metropolis", "Faust"))
    assert set(remembered(planner().plan("seen both, both good and tough!!", shown)).get("like", ())) == {
        "Metropolis",
        "Faust",
    }


def test_a_message_that_begins_with_and_goes_on_with_the_titles_before_it() -> None:
    named = after(spoken("Have you seen The General?", "The General", said="I love Metropolis", about=["Metropolis"]))
    assert remembered(planner().plan("And Faust", named)).get("like") == ["Faust"]
    assert "like" not in remembered(
        planner().plan("And Faust", after(spoken("Have you seen The General?", "The General")))
    )


@pytest.mark.parametrize("said", ["I loved Nosferatu (1921)", "Nosferatu (1921) is a classic"])
def test_a_wrong_year_behind_a_title_is_no_limit(said: str) -> None:
    plan = planner().plan(said, after(spoken("What do you like?")))
    assert not [c for call in plan.calls for c in call.arguments.get("filters", ()) if c["attribute"] == "year"]  # type: ignore[attr-defined]
    assert remembered(plan).get("like") == ["Nosferatu"]


def test_a_year_in_brackets_is_no_title_and_a_request_for_films_like_one_is_no_comparison() -> None:
    talk = planner_over(catalogue_of([("2010 (1984)", {"year": 1984.0}), ("Gone Far (2000)", {"year": 2000.0})]))
    assert not remembered(talk.plan("I saw Hangover (2010) and that was pretty good", Ledger())).get("like")
    plan = talk.plan("Do you know of any movies similar to Gone Far?", Ledger())
    assert [call.arguments.get("title") for call in plan.calls] == ["Gone Far (2000)"]
