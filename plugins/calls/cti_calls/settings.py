"""`[plugin.calls]` of the settings."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from cti_host import PluginConfig


class CallRights(BaseModel):
    """`[plugin.calls.rights.PROFILE]`: true grants something, false denies it.

    What is denied to one profile of an agent is denied to the agent, whatever their others grant.

    :param read: one's own calls, pops, notes, calling; without it nothing else, either
    :param read_queues: the calls of one's queues
    :param read_all: everybody's calls
    :param done: taking missed calls off the list without calling back
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    read: StrictBool | None = None
    read_queues: StrictBool | None = None
    read_all: StrictBool | None = None
    done: StrictBool | None = None


class Config(PluginConfig):
    """How long calls are kept, and when those end whose end nobody told.

    :param ringing_minutes: a call that rings longer has ended, nobody knows how
    :param queue_minutes: the same of one in a queue
    :param talking_hours: the same of one where somebody talks
    :param keep_calls_days: how long calls are kept; 0: for good
    :param keep_journal_days: how long it is kept what phone systems sent
    :param expire_daily: whether the server deletes once a day what is older; else only
        `cti-host privacy expire` does
    :param agents_add_devices: whether agents say themselves which devices are theirs, and which
        queues, if they may read all calls
    :param show_payload_numbers: whether administrators read whole numbers in what was sent
    :param agents_may_simulate: whether every agent may let their own phone ring for a made-up call,
        with a button on the start page; administrators may in any case
    :param rights: what a profile may do with calls that it may not by default, or may not
    """

    ringing_minutes: int = Field(default=3, ge=1, le=120)
    queue_minutes: int = Field(default=60, ge=1, le=1440)
    talking_hours: int = Field(default=4, ge=1, le=48)
    keep_calls_days: int = Field(default=0, ge=0, le=36500)
    keep_journal_days: int = Field(default=14, ge=1, le=3650)
    expire_daily: StrictBool = True
    agents_add_devices: StrictBool = False
    show_payload_numbers: StrictBool = False
    agents_may_simulate: StrictBool = False
    rights: dict[str, CallRights] = Field(default_factory=dict)
