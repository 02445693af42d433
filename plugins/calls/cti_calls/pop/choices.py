"""How an agent wants to be told of calls."""

from __future__ import annotations

from dataclasses import dataclass

from cti_calls.model.records import Moment
from cti_calls.model.tables import PopChoice


@dataclass(frozen=True)
class Choice:
    """What an agent chose.

    :param moment: when a call is shown on their pages
    :param notification: whether the browser also shows a notification of the system
    :param sound: whether the page also plays a sound
    """

    moment: Moment = Moment.RINGING
    notification: bool = False
    sound: bool = False


def choice_of(agent: str) -> Choice:
    """What an agent chose; who chose nothing is shown calls when they ring.

    :param agent: the agent's name
    """
    row = PopChoice.get_or_none(PopChoice.agent == agent)
    return Choice() if row is None else Choice(Moment(row.moment), row.notification, row.sound)


def choose(agent: str, choice: Choice) -> None:
    """Keep what an agent chose.

    :param agent: the agent's name
    """
    values = {
        "moment": choice.moment.value,
        "notification": choice.notification,
        "sound": choice.sound,
    }
    PopChoice.insert(agent=agent, **values).on_conflict(
        conflict_target=[PopChoice.agent], update=values
    ).execute()
